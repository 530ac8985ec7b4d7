"""What an alert is made of: its rule, and a row for each client it rings for (16).

Floor 5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from capclient.portfolio import Portfolio
from capclient.vocabulary import Unknown

COLUMNS = ["customer_id", "since", "stake", "evidence"]


@dataclass(frozen=True)
class Rule:
    """One alert: its code, its number in section 16, what raises it, and the tables it reads beside the invoices.

    ``is_whole``: it speaks of the portfolio, not of a client to call. ``ring`` gives rows of :func:`raised`, or why
    nobody knows. ``severity``: how grave it is where no euros stand behind it.
    """

    code: str
    number: str
    ring: Callable[[Portfolio], pd.DataFrame | Unknown]
    inputs: tuple[str, ...] = ()
    is_whole: bool = False
    severity: str = "medium"


def raised(clients: Any, /, *, since: Any, stake: Any, **facts: Any) -> pd.DataFrame:
    """Return one row a client: ``customer_id since stake evidence``, the facts of each as a mapping.

    Parameters
    ----------
    clients
        Who; missing for an alert that names none.
    since
        A date or one a client: the day from which the alert stands, missing when the rule has no day.
    stake
        Euros a client, missing when unknown.
    facts
        What proves the alert: a Series by client or one value for all.
    """
    names = pd.Index(clients, dtype="object")
    proof = pd.DataFrame({name: _on(value, names) for name, value in facts.items()}, index=names)
    days = _on(since, names)
    return pd.DataFrame(
        {
            "customer_id": names,
            "since": pd.to_datetime(pd.Series(list(days), dtype="object"))
            .astype("datetime64[ns]")
            .to_numpy(),
            "stake": pd.Series(list(_on(stake, names)), dtype="float64").round(2).to_numpy(),
            "evidence": [
                {str(name): _plain(value) for name, value in row.items()} for row in proof.to_dict("records")
            ],
        },
        columns=COLUMNS,
    )


def _on(value: Any, names: pd.Index) -> list[Any]:
    if isinstance(value, pd.Series):
        return value.reindex(names).tolist()
    return [value] * len(names)


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.date()
    if isinstance(value, (str, date, int)):
        return value
    return None if pd.isna(value) else round(float(value), 10)
