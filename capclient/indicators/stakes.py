"""Euros at stake behind each action, and whether prices may be raised yet (13).

Floor 4. Amounts are yearly and rounded to the cent; what cannot be told stays missing.
"""

from __future__ import annotations

import pandas as pd

from capclient.indicators.exact import Limit, number


def stakes(
    facts: pd.DataFrame,
    actions: pd.Series,
    *,
    target: Limit = "0.10",
    success: Limit = "0.30",
    winback: Limit = "0.10",
    service_rate: Limit = "0.15",
    price_index: Limit = 95,
) -> pd.Series:
    """Return what each action may keep, win or save in a year (13).

    retain: margin x probability of loss; develop: potential x margin rate x success, missing where either is
    not above zero; reduce_cost: cost to serve above its target; substitute: what prices brought to index 100 would
    add, else what lacks to the target margin; prospect: margin of the best year x success of winning back.

    Parameters
    ----------
    facts
        ``revenue``, ``margin`` (of the year, the best known), ``p_loss`` (0 to 1), ``potential`` (euros),
        ``margin_rate``, ``cost_to_serve``, ``net_rate``, ``price_index``, ``best_12m``; missing where unknown.
    actions
        Codes, same index.

    Examples
    --------
    >>> facts = pd.DataFrame({"revenue": [1000.0, 1000.0], "margin": [200.0, 40.0], "p_loss": [0.25, 0.1],
    ...                       "net_rate": [0.2, 0.04], "price_index": [None, 80.0]}, index=["A", "B"])
    >>> stakes(facts, pd.Series(["retain", "substitute"], ["A", "B"])).tolist()
    [50.0, 250.0]
    """
    names = ("revenue", "margin", "p_loss", "potential", "margin_rate", "cost_to_serve", "net_rate", "price_index",
             "best_12m")  # fmt: skip
    known = facts.reindex(columns=list(names)).astype("float64")
    low = known.price_index < float(number(price_index))
    raised = known.revenue * (100 / known.price_index - 1)
    lacking = (float(number(target)) - known.net_rate).clip(lower=0) * known.revenue
    by_action = {
        "retain": known.margin.clip(lower=0) * known.p_loss,
        "develop": _positive(known.potential) * _positive(known.margin_rate) * float(number(success)),
        "reduce_cost": (known.cost_to_serve - float(number(service_rate)) * known.revenue).clip(lower=0),
        "substitute": raised.where(low, lacking),
        "prospect": known.best_12m * known.margin_rate.clip(lower=0) * float(number(winback)),
    }
    found = pd.Series(float("nan"), index=facts.index, name="stake")
    for action, amounts in by_action.items():
        found = found.where(actions != action, amounts)
    return found.round(2)


def _positive(amounts: pd.Series) -> pd.Series:
    """Keep what is above zero: a client that may grow though no euros of it are known has no stake, not one of 0."""
    return amounts.where(amounts > 0)


def is_secured(
    pipeline_margin: float, signed_margin: float, contributions: pd.Series
) -> tuple[bool, float, float]:
    """Tell whether prices may be raised: what is won must cover what the repriced clients might take away (13).

    Parameters
    ----------
    pipeline_margin, signed_margin
        Weighted margin of open prospects, and margin of developments already signed, in euros.
    contributions
        Yearly contribution of each client to be repriced; a negative one is no risk.

    Returns
    -------
    tuple
        Whether it is secured, what is secured, what is at risk.

    Examples
    --------
    >>> is_secured(100.0, 20.0, pd.Series([80.0, 60.0, -30.0]))
    (False, 120.0, 140.0)
    """
    risk = round(float(contributions.clip(lower=0).sum()), 2)
    secured = round(pipeline_margin + signed_margin, 2)
    return secured >= risk, secured, risk
