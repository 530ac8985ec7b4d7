"""The portfolio of each salesperson, and the four rankings that do not agree (1.12).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.engine import weights as engine
from capclient.findings import Finding, finding
from capclient.indicators.breakdown import filled
from capclient.indicators.dependency import hhi, top_share
from capclient.indicators.salespeople import salesperson_table
from capclient.portfolio import Portfolio
from capclient.themes.base import UNDATED, Base, base
from capclient.themes.once import once
from capclient.themes.purchases import purchases
from capclient.vocabulary import Unknown

NOBODY = Unknown("missing:salesperson")


@dataclass(frozen=True)
class Salespeople:
    """``table``: one row per salesperson, largest first, then clients without one; or why there is none.

    ``absent``: why a ranking is left out, by its name (``quantity``, ``product_types``, ``margin``).
    """

    table: pd.DataFrame | Unknown
    absent: dict[str, Unknown]
    findings: list[Finding]


@once
def salespeople(portfolio: Portfolio) -> Salespeople:
    """Return the table per salesperson."""
    here = base(portfolio)
    seller = filled(here.frame.salesperson)
    reason = here.reason or (UNDATED if not portfolio.has_lines else NOBODY if seller.isna().all() else None)
    if reason is not None:
        return Salespeople(reason, {}, _findings(here, reason))
    measures, absent = _measures(portfolio, here, seller)
    table = salesperson_table(here.frame, measures)
    if table.margin.isna().all():
        table = table.drop(columns=["margin", "rank_margin", "rank_change_margin"])
        absent["margin"] = Unknown("missing:cost")
    return Salespeople(table, absent, _findings(here, table))


def _measures(portfolio: Portfolio, here: Base, seller: pd.Series) -> tuple[pd.DataFrame, dict[str, Unknown]]:
    """Return the quantity and the product types that the clients of each salesperson bought in N."""
    absent: dict[str, Unknown] = {}
    measures = pd.DataFrame(index=pd.Index(sorted(seller.dropna().unique())))
    sold = portfolio.ledger.frame(engine.QUANTITIES, {"start": here.period.start, "end": here.period.end})
    if sold.empty:
        absent["quantity"] = Unknown("missing:qty")
    elif sold.unit.nunique(dropna=False) > 1:
        absent["quantity"] = Unknown("unreliable:mixed_units")  # metres and boxes do not add up
    else:
        bought = sold.groupby("customer_id").qty.sum().reindex(here.frame.index)
        measures["quantity"] = bought.groupby(seller).sum(min_count=1).round(4)
    buying = purchases(portfolio)
    if buying.family_reason is not None:
        absent["product_types"] = buying.family_reason
    else:
        cube = buying.cube[buying.cube.bought]
        types = cube.family.groupby(cube.customer_id.map(seller)).nunique()
        measures["product_types"] = types.reindex(measures.index, fill_value=0)
    return measures, absent


def _findings(here: Base, table: pd.DataFrame | Unknown) -> list[Finding]:
    names = ("count", "first_share", "hhi", "unassigned_share", "rank_moves")
    values: dict[str, float | Unknown] = dict.fromkeys(names, NOBODY)
    if isinstance(table, Unknown):
        values = dict.fromkeys(names, table)
    else:
        named = table[~table.is_blank].set_index("salesperson").revenue
        blank, total = float(table.revenue[table.is_blank].sum()), float(table.revenue.sum())
        moved = table.get("rank_change_margin")
        values = {
            "count": len(named),
            "first_share": top_share(named, 1),
            "hhi": hhi(named),
            "unassigned_share": blank / total if total > 0 else Unknown("denominator_zero"),
            "rank_moves": Unknown("missing:cost") if moved is None else int((moved.dropna() != 0).sum()),
        }
    return [finding(f"salespeople.{name}", value, period=here.period) for name, value in values.items()]
