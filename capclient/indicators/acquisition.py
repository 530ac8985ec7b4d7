"""What winning a client costs, beside what keeping one costs (12.4).

Floor 4.
"""

from __future__ import annotations

from decimal import Decimal

from capclient.vocabulary import Unknown

CLAIM = 20  # « vingt fois plus cher »: printed by the reference text, without a source


def cost_per_client(cost: Decimal | float | None, clients: int | Unknown, *, what: str) -> float | Unknown:
    """Return a yearly cost over the clients it brought or kept (12.4).

    Parameters
    ----------
    cost
        Euros of the year; None when nobody told it.
    clients
        New clients, or clients kept.
    what
        Name of the parameter that gives the cost, for the reason.

    Examples
    --------
    >>> cost_per_client(Decimal("24000"), 8, what="prospecting_cost")
    3000.0
    >>> cost_per_client(None, 8, what="prospecting_cost")
    Unknown(reason='missing:prospecting_cost')
    """
    if cost is None:
        return Unknown(f"missing:{what}")
    if isinstance(clients, Unknown):
        return clients
    nobody = {"prospecting_cost": "new_customers", "retention_cost": "kept_customers"}
    if clients <= 0:
        return Unknown(f"denominator_zero:{nobody[what]}" if what in nobody else "denominator_zero")
    return float(cost) / clients


def cost_ratio(acquisition: float | Unknown, retention: float | Unknown) -> float | Unknown:
    """Return how many times keeping a client the winning of one costs; the reference text claims twenty.

    >>> cost_ratio(3000.0, 600.0)
    5.0
    """
    for part in (acquisition, retention):
        if isinstance(part, Unknown):
            return part
    return acquisition / retention if retention > 0 else Unknown("denominator_zero")  # type: ignore[operator]
