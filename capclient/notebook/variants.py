"""Which variant of a sentence the figures of a company call for.

Floor 7.
"""

from __future__ import annotations

from capclient.findings import Finding
from capclient.indicators.market import position
from capclient.thresholds import Thresholds
from capclient.wording import catalogue


def variant_of(key: str, known: dict[str, Finding], limits: Thresholds, lang: str) -> str:
    """Return the key of the variant that the figures call for: a sentence never says what they do not."""
    judged = {
        "concentration.gini": (
            "concentration.gini",
            lambda value: _band(value, limits.concentration.gini_bands),
        ),
        "concentration.dependency": (
            "concentration.top1_share",
            lambda value: "alert" if value >= float(limits.concentration.dependency_alert) else "calm",
        ),
        "concentration.groups": (
            "concentration.top1_share_group",
            lambda value: "alert" if value >= float(limits.concentration.dependency_alert_group) else "calm",
        ),
        "lifecycle.old_age": (
            "lifecycle.old_age_revenue_share",
            lambda value: (
                "none"
                if not known["lifecycle.old_age_customers"].value
                else "alert"
                if value > float(limits.lifecycle.old_age_alert)
                else "calm"
            ),
        ),
        "lifecycle.childhood": ("lifecycle.childhood_customers", _some),
        "lifecycle.adolescence": ("lifecycle.adolescence_customers", _some),
        "lifecycle.adult": ("lifecycle.adult_customers", _some),
        "tipping.near": ("tipping.near_customers", _some),
        "tipping.states": ("tipping.state_customers", _some),
        "loss.choice": ("loss.skill", lambda _: _chosen(known["loss.rolling_skill"].value)),
        "model.cluster_choice": (
            "model.cluster_features",
            lambda _: "none" if known["model.cluster_gap"].value is None else "some",
        ),
        "portfolio.growth": (
            "portfolio.growth",
            _direction,
        ),
        "portfolio.bridge": ("portfolio.growth", _direction),
        "concentration.winback": (
            "concentration.winback_customers",
            lambda value: "some" if value else "none",
        ),
        "retention.seniority": (
            "retention.seniority_censored_customers",
            lambda value: "least" if value else "exact",
        ),
        "market.position": (
            "market.relative_growth_points",
            lambda gap: position(known["market.own_growth"].value or 0.0, gap, flat=limits.market.flat_gap),
        ),
        "quality.reconciled": ("quality.reconciliations_failed", lambda value: "failed" if value else "ok"),
        "model.clusters": ("model.clusters", lambda value: "stable"),
        "forecast.proof": (
            "forecast.method",
            lambda value: _proven(value, known["forecast.total_method"].value),
        ),
        "forecast.parts": ("forecast.decline_customers", _some),
        "forecast.next": ("forecast.last_interval", lambda value: _announced(value, known)),
        "receivables.worsening": ("receivables.worsening_customers", _some),
        "receivables.recovery": ("receivables.overdue_to_reconcile", _some),
        "receivables.terms": ("receivables.lme_breach_invoices", _some),
        "margin.whale": (
            "margin.whale_makers",
            lambda _: _rode(known),
        ),
        "actions.summary": ("actions.retain_customers", lambda _: _heard(known)),
        "actions.lists": ("actions.cherish_list", lambda _: _listed(known)),
        "actions.substitution": ("actions.substitute_customers", lambda value: "some" if value else "none"),
        "followup.moves": (
            "followup.changed_customers",
            lambda _: "none" if known["followup.changed_payment_grade"].value is None else "some",
        ),
        "satisfaction.score": ("satisfaction.asker_gap", lambda value: "some"),  # none: nobody said who asked
    }
    if key not in judged:
        return key
    id, judge = judged[key]
    value = known[id].value
    fallback = {"model.clusters": "unstable"}.get(key)
    if value is None:
        if fallback and known[id].reason == "unreliable:no_structure":
            return f"{key}.{fallback}"
        told = catalogue(lang)
        names = [name for name in sorted(told) if name.startswith(f"{key}.")]
        return next((name for name in names if f"{{{id}" in told[name]), names[0])  # it says what is unknown
    return f"{key}.{judge(value)}"


def _heard(known: dict[str, Finding]) -> str:
    """Tell which actions of the plan could be judged: an action that nobody could look for is not said to be nil."""
    if known["actions.develop_customers"].value is None:
        return "blind"
    costs = (known["actions.reduce_cost_customers"].value, known["actions.substitute_customers"].value)
    return "costless" if None in costs else "some"


def _listed(known: dict[str, Finding]) -> str:
    """Tell which of the five lists could be made: those of costs, that of potentials."""
    costless = None in (known["actions.reprice_list"].value, known["actions.drained_list"].value)
    if known["actions.develop_list"].value is None:
        return "none" if costless else "costed"
    return "promising" if costless else "some"


def _chosen(skill: float | str | None) -> str:
    """Tell whether the choice of the judge of loss could be tried on later days, and whether it then won."""
    return "none" if skill is None else "up" if float(skill) > 0 else "flat"


def _proven(method: object, total: object) -> str:
    """Tell whether one method is judged or two: each has its own past dates, one sentence must not melt them."""
    if method != total:
        return "two"
    return "none" if method == "naive" else "some"


def _announced(last: object, known: dict[str, Finding]) -> str:
    """Tell whether the last interval held, and whether one method gives the clients and the total alike."""
    held = "failed" if last == "missed" else "calm"
    return f"{held}_one" if known["forecast.method"].value == known["forecast.total_method"].value else held


def _rode(known: dict[str, Finding]) -> str:
    """Tell whether the cost to serve is known, and whether the margin is taken back by anybody."""
    basis = "none" if known["margin.net"].value is None else "some"
    return basis if known["margin.whale_destroyers"].value else f"{basis}_all"


def _some(number: float) -> str:
    return "some" if number else "none"


def _direction(growth: float) -> str:
    return "up" if growth >= 0.005 else "down" if growth <= -0.005 else "flat"


def _band(value: float, bands: tuple[object, object]) -> str:
    low, high = (float(str(bound)) for bound in bands)
    return "low" if value < low else "usual" if value <= high else "high"
