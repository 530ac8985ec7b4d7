"""Other ways to class clients: large, medium and small, and the three zones of class and potential (1.11).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.breakdown import abc_potential
from capclient.indicators.concentration import PMG, abc_classes, active_cents, pmg_classes
from capclient.portfolio import Portfolio
from capclient.themes.base import Base, base
from capclient.themes.once import once
from capclient.vocabulary import ABC, Unknown

NO_POTENTIAL = Unknown("missing:potential_level")
POTENTIALS = ("high", "moderate", "low", "none", "unknown")
ZONES = (1, 2, 3)


@dataclass(frozen=True)
class Classes:
    """``customers``: ``abc_class``, ``pmg_class``, ``potential_level`` and ``zone`` of each client, with its name and
    revenue; ``zones``: customers, revenue and share of each zone, ``crossed``: clients by class (rows) and potential
    (columns), or why there are none.
    """

    customers: pd.DataFrame
    zones: pd.DataFrame | Unknown
    crossed: pd.DataFrame | Unknown
    findings: list[Finding]


@once
def classes(portfolio: Portfolio) -> Classes:
    """Return the other classes of the clients of a portfolio."""
    here = base(portfolio)
    limits = portfolio.thresholds.concentration
    customers = pd.DataFrame({"name": here.frame.name, "revenue_n": here.revenue})
    customers["abc_class"] = abc_classes(here.revenue, limits=limits.abc).abc_class
    customers["pmg_class"] = pmg_classes(here.revenue, limits=limits.pmg).pmg_class
    customers["potential_level"] = _potential(portfolio, here)
    customers["zone"] = abc_potential(customers.abc_class, customers.potential_level)
    customers = customers.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")
    known = customers.potential_level.notna().any()
    zones: pd.DataFrame | Unknown = here.reason or (_zones(customers) if known else NO_POTENTIAL)
    crossed: pd.DataFrame | Unknown = here.reason or (_crossed(customers) if known else NO_POTENTIAL)
    return Classes(customers, zones, crossed, _findings(here, customers, zones))


def _potential(portfolio: Portfolio, here: Base) -> pd.Series:
    sheet = portfolio.table("customers").set_index("customer_id")
    if "potential_level" not in sheet:
        return pd.Series(pd.NA, index=here.frame.index, dtype="str")
    levels = sheet.potential_level[~sheet.index.duplicated()]
    return levels.reindex(here.frame.index).astype("str")


def _zones(customers: pd.DataFrame) -> pd.DataFrame:
    whole = (customers.revenue_n.clip(lower=0.0) * 100).round().astype("int64")
    grouped = whole.groupby(customers.zone)
    table = pd.DataFrame({"customers": grouped.size(), "revenue": grouped.sum() / 100})
    table = table.reindex(pd.Index(ZONES, name="zone"), fill_value=0)
    table["share"] = table.revenue / max(float(whole.sum()) / 100, 0.01)
    return table


def _crossed(customers: pd.DataFrame) -> pd.DataFrame:
    table = pd.crosstab(customers.abc_class, customers.potential_level.fillna("unknown"))
    return table.reindex(index=list(ABC), columns=list(POTENTIALS), fill_value=0)


def _findings(here: Base, customers: pd.DataFrame, zones: pd.DataFrame | Unknown) -> list[Finding]:
    none = Unknown("denominator_zero")
    sizes = customers.pmg_class.value_counts()
    cents = active_cents(customers.revenue_n)
    large = int(cents.reindex(customers.index[customers.pmg_class == PMG[0]]).sum())
    values: dict[str, float | Unknown] = {
        f"{name}_customers": int(sizes.get(name, 0)) if here.active else none for name in PMG
    }
    values["large_revenue_share"] = large / int(cents.sum()) if here.active else none
    for zone in ZONES:
        values[f"zone_{zone}_customers"] = zones if isinstance(zones, Unknown) else int(zones.customers[zone])
    values["zone_1_revenue_share"] = (
        zones if isinstance(zones, Unknown) else float(zones.share[1]) if here.active else none
    )
    values["potential_known_customers"] = (
        zones
        if isinstance(zones, Unknown)
        else int((customers.potential_level.notna() & (customers.revenue_n > 0)).sum())
    )
    return [
        finding(f"concentration.{name}", here.reason or value, period=here.period, n=here.active)
        for name, value in values.items()
    ]
