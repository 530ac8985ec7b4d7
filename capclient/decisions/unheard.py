"""What a count of nobody means: the rules looked and found nobody, or lacked what they look at (13).

Floor 5. Zero and unknown are not the same thing: no sentence may say that nobody costs too much where no cost is known.
"""

from __future__ import annotations

import pandas as pd

from capclient.vocabulary import Unknown

IDLE = ("exit", "prospect")  # clients that no rule of the living looks at
# Rules behind each figure: it is unknown when they named nobody and one of them could be heard of no client.
BEHIND = {
    "reduce_cost_customers": ("2", "5"),
    "substitute_customers": ("3",),
    "develop_customers": ("4",),
    "reprice_list": ("3",),
    "develop_list": ("4",),
    "drained_list": ("2",),
}


def unheard(clients: pd.DataFrame, basis: str) -> dict[str, Unknown]:
    """Say, for each rule that looked at no client at all, what it lacked.

    Parameters
    ----------
    clients
        One row a client: ``action``, ``silent`` (rules that lacked an input), ``value_class``, ``potential_class``,
        ``visits``.
    basis
        What value is: ``net`` or ``gross`` margin, or ``revenue`` where no cost is known.

    Examples
    --------
    >>> clients = pd.DataFrame({"action": ["retain", "maintain"], "silent": ["2 3", "2 3 4"], "value_class": ["A", "C"],
    ...     "potential_class": ["high", None], "visits": [3, 0]})
    >>> {rule: lack.reason for rule, lack in unheard(clients, "revenue").items()}
    {'2': 'missing:cost', '3': 'missing:cost'}
    """
    here = clients[~clients.action.isin(IDLE)]
    if here.empty:
        return {}
    margin = Unknown("missing:cost" if basis == "revenue" else "missing:cost_to_serve")
    silent = here.silent.str.split()
    found = {rule: margin for rule in ("2", "3") if all(rule in codes for codes in silent)}
    if here.potential_class.isna().all():
        found["4"] = Unknown("missing:potential_level")
    small = here[here.value_class.eq("C")]  # the only ones whose visits are weighed
    if len(small) and small.visits.isna().all():
        found["5"] = Unknown("missing:visits")
    return found


def unheard_figures(clients: pd.DataFrame, basis: str) -> dict[str, Unknown]:
    """Say which of :data:`BEHIND` cannot be said to be nil, and why."""
    lacks = unheard(clients, basis)
    return {
        name: next(lacks[rule] for rule in rules if rule in lacks)
        for name, rules in BEHIND.items()
        if any(rule in lacks for rule in rules)
    }
