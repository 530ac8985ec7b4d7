"""Weak clients: improve the relation, keep it and say why, or stop it (D18, D19).

Floor 5. The figures propose, somebody decides and signs.
"""

from __future__ import annotations

import pandas as pd

WEAK = ("margin_negative", "margin_low", "over_visited")  # why a client is weak
KEPT = ("learning", "research", "partnership", "group")  # why it may be kept all the same
DECISIONS = ("improve", "keep", "stop")
YOUNG = ("childhood", "adolescence")


def weak_clients(clients: pd.DataFrame, *, service_rate: float) -> pd.DataFrame:
    """Return the weak clients and the decision that the figures propose for each, the dearest first.

    Weak: a negative margin, a margin under the target that rules 2 and 3 explain, or visits that a small client does
    not pay for (rule 5). Kept: it teaches much, shares research, is a partner, or belongs to the group of a client of
    class A. Stopped: its margin would be negative even at the usual cost to serve, it is no longer young, and no
    potential is known. Improved: all others.

    Parameters
    ----------
    clients
        What decides (facts) with ``action`` and ``fired`` (the rules that did).
    service_rate
        Usual cost to serve, share of revenue.

    Returns
    -------
    DataFrame
        Index and columns of ``clients``, with ``weakness`` and ``kept`` (codes separated by blanks) and ``decision``.

    Examples
    --------
    >>> clients = pd.DataFrame({"name": ["A", "B", "C"], "margin": [-50.0, -10.0, 5.0], "fired": ["", "2", ""],
    ...     "action": ["maintain", "reduce_cost", "maintain"],
    ...     "gross_margin_rate": [0.02, 0.3, 0.3], "learning": [None, "high", None], "stage": ["adult"] * 3},
    ...     index=["a", "b", "c"])
    >>> weak_clients(clients, service_rate=0.15)[["weakness", "kept", "decision"]].values.tolist()
    [['margin_negative', '', 'stop'], ['margin_negative', 'learning', 'keep']]
    """
    names = ("learning", "rd_collab", "relation_type", "group_id", "value_class", "potential_class",
             "gross_margin_rate", "stage")  # fmt: skip
    known = clients.reindex(columns=[*dict.fromkeys([*clients, *names])])
    here = ~known.action.isin(["exit", "prospect"])
    weakness = pd.DataFrame(
        {
            "margin_negative": known.margin < 0,
            "margin_low": known.fired.str.contains(r"\b[23]\b") & ~(known.margin < 0),
            "over_visited": known.fired.str.contains("5"),
        }
    )
    groups = set(known.group_id[known.value_class.eq("A")].dropna())
    reasons = pd.DataFrame(
        {
            "learning": known.learning.eq("high"),
            "research": known.rd_collab.eq("ongoing"),
            "partnership": known.relation_type.eq("partnership"),
            "group": known.group_id.isin(groups) & ~known.value_class.eq("A"),
        }
    )
    weak = known[here & weakness.any(axis=1)].copy()
    weak["weakness"], weak["kept"] = _codes(weakness.loc[weak.index]), _codes(reasons.loc[weak.index])
    hopeless = (
        (weak.margin < 0)
        & (weak.gross_margin_rate < service_rate)
        & ~weak.stage.isin(YOUNG)
        & ~weak.potential_class.isin(["high", "medium"])
    )
    weak["decision"] = "improve"
    weak.loc[hopeless, "decision"] = "stop"
    weak.loc[weak.kept != "", "decision"] = "keep"
    return weak.sort_values(["margin", "name"], kind="stable", na_position="last")


def _codes(marks: pd.DataFrame) -> list[str]:
    return [
        " ".join(str(name) for name, mark in zip(marks, row, strict=True) if mark) for row in marks.to_numpy()
    ]
