"""The yearly review of each portfolio: whom to talk about, client by client (G01, A18, I01).

Floor 5. A review is of clients, never of the person who answers for them: nobody is compared with anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from capclient.decisions.at_stake import assumptions
from capclient.decisions.plan import plan
from capclient.indicators.breakdown import filled
from capclient.portfolio import Portfolio
from capclient.readers.identifiers import normal_key
from capclient.themes.grid_sheet import grid_sheet
from capclient.themes.once import once
from capclient.wording.numbers import is_missing

LISTS = ("important", "potential", "threatened")
MOST = 10  # clients of a list: what one meeting can go through
MOST_REVIEWS = 300  # a column that holds anything but salespeople must not write thousands of files
WATCHED = ("watch", "at_risk", "inactive")
QUESTIONS = 6  # more would not be asked
QUIET = (0.8, 90.0)  # a year under 80 % of the one before; a price index that is low


@dataclass(frozen=True)
class Review:
    """The portfolio of one salesperson, or of nobody (``salesperson`` None): ``clients`` as in the plan.

    ``lists``: codes of clients by list, the first ones first; a client may stand in several.
    """

    salesperson: str | None
    clients: pd.DataFrame
    lists: dict[str, list[str]]

    @property
    def listed(self) -> list[str]:
        """Every client to go through, once, in the order of the lists."""
        return list(dict.fromkeys(code for name in LISTS for code in self.lists[name]))


@once
def reviews(portfolio: Portfolio) -> tuple[Review, ...]:
    """Return a review a salesperson, by name, then that of clients without one; none where nobody has a portfolio."""
    todo = plan(portfolio)
    if todo.reason is not None:
        return ()
    clients = todo.clients
    seller = filled(clients.salesperson)
    if seller.isna().all():
        return ()
    clients = clients.assign(salesperson=seller, exposed=_exposed(portfolio, clients))
    largest = clients.groupby("salesperson").revenue.sum().nlargest(MOST_REVIEWS).index
    high = float(portfolio.thresholds.activity.risk_high)
    parts: list[tuple[str | None, pd.DataFrame]] = [
        (str(name), clients[seller == name]) for name in sorted(largest, key=lambda it: (normal_key(it), it))
    ]
    bare = clients[seller.isna()]
    if len(bare):
        parts.append((None, bare))
    return tuple(Review(name, mine, chosen(mine, high=high)) for name, mine in parts)


def chosen(clients: pd.DataFrame, *, high: float, most: int = MOST) -> dict[str, list[str]]:
    """Return the codes of each list: the largest value, the largest potential in euros, the largest loss to fear.

    Parameters
    ----------
    clients
        By code: ``value revenue potential potential_class state stage risk exposed name``; euros, ``risk`` 0 to 100.

    Examples
    --------
    >>> clients = pd.DataFrame({"name": list("abc"), "value": [9.0, 5.0, 0.0], "revenue": [90.0, 50.0, 0.0],
    ...     "potential": [None, 10.0, None], "potential_class": ["high", None, None], "risk": [10.0, 80.0, 90.0],
    ...     "state": ["active", "at_risk", "lost"], "stage": ["adult", "adult", "lost"], "exposed": [9.0, 40.0, 0.0]},
    ...     index=["A", "B", "C"])
    >>> chosen(clients, high=60.0)
    {'important': ['A', 'B'], 'potential': ['B', 'A'], 'threatened': ['B']}
    """
    gone = clients.state.eq("lost") | clients.stage.eq("lost")
    away = clients.state.isin(WATCHED) | clients.stage.eq("old_age") | (clients.risk >= high)
    euros = clients.potential.astype("float64")
    masks = {
        "important": (clients.value > 0) & (clients.revenue > 0),
        "potential": ~gone & ((euros > 0) | clients.potential_class.eq("high")),
        "threatened": ~gone & away & (clients.exposed > 0),
    }
    order = {"important": "value", "potential": "potential", "threatened": "exposed"}
    found = {}
    for name in LISTS:
        rows = clients[masks[name]].assign(potential=euros)
        rows = rows.sort_values(
            [order[name], "revenue", "name"],
            ascending=[False, False, True],
            kind="stable",
            na_position="last",
        )
        found[name] = rows.index[:most].astype(str).tolist()
    return found


def _exposed(portfolio: Portfolio, clients: pd.DataFrame) -> pd.Series:
    """What may be lost: the better of two years of revenue times the chance of loss, else the score of risk."""
    chance = assumptions(portfolio).p_loss.reindex(clients.index).fillna(clients.risk / 100)
    usual = clients[["revenue", "revenue_before"]].max(axis=1).clip(lower=0)
    return (usual * chance).round(2)


def questions(facts: Mapping[str, Any]) -> list[str]:
    """Return what to ask about a client, as codes, the gravest first; at most :data:`QUESTIONS`.

    Parameters
    ----------
    facts
        Columns of the plan and of the client table; ``theirs`` (people known, missing without contacts), ``rivals``.

    Examples
    --------
    >>> questions({"state": "at_risk", "overdue": 120.0, "theirs": 1, "potential": 50.0, "rivals": "X"})
    ['silent', 'overdue', 'single']
    """
    net, index, theirs = (facts.get(name) for name in ("net_margin", "price_index", "theirs"))
    before, now = facts.get("revenue_n1"), facts.get("revenue_n")
    asked = {
        "claim": facts.get("claim_open") is True,
        "silent": facts.get("state") in WATCHED,
        "overdue": _number(facts.get("overdue")) > 0,
        "deadline": facts.get("tender") is True,
        "losing": not is_missing(net) and _number(net) < 0,
        "falling": not is_missing(before) and 0 < _number(now) < QUIET[0] * _number(before),
        "cheap": not is_missing(index) and _number(index) < QUIET[1],
        "single": not is_missing(theirs) and _number(theirs) == 1,
        "nobody": not is_missing(theirs) and _number(theirs) == 0,
        "wallet": is_missing(facts.get("potential")),
        "rivals": is_missing(facts.get("rivals")) or not str(facts.get("rivals")).strip(),
    }
    return [code for code, holds in asked.items() if holds][:QUESTIONS]


def _number(value: Any) -> float:
    return 0.0 if is_missing(value) else float(value)


def people_known(portfolio: Portfolio) -> pd.DataFrame:
    """Return ``theirs`` and ``rivals`` by client; empty where nothing can be said."""
    found = grid_sheet(portfolio).clients
    return found[[name for name in ("theirs", "rivals") if name in found]]


def quarters(portfolio: Portfolio, codes: list[str], *, most: int = 12) -> dict[str, list[float]]:
    """Return revenue by quarter of each client, the last three months before D last; as far back as data go."""
    months = portfolio.months
    day = portfolio.as_of
    place = (day.year * 12 + day.month - months.month.dt.year * 12 - months.month.dt.month) // 3
    known = min(most, int(place.max()) + 1) if len(place) else 0
    mine = months.assign(place=place)[(place < known) & months.customer_id.isin(codes)]
    table = mine.pivot_table(index="customer_id", columns="place", values="revenue", aggfunc="sum")
    table = table.reindex(index=codes, columns=range(known - 1, -1, -1)).fillna(0.0)
    return {
        str(code): [round(float(value), 2) for value in row]
        for code, row in zip(codes, table.to_numpy(), strict=True)
    }
