"""What each salesperson sold, and the four rankings that do not agree (1.12).

Floor 5. Revenue, orders, quantities, product types and margin follow the salesperson of each line; a line that names
none is of the client's: of its sheet, else of its latest line up to D. The portfolio (``customers``) goes by client
alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.engine import purchases as engine
from capclient.findings import Finding, finding
from capclient.indicators.dependency import hhi, top_share
from capclient.indicators.salespeople import salesperson_table
from capclient.portfolio import Portfolio
from capclient.themes.base import UNDATED, Base, base
from capclient.themes.once import once
from capclient.themes.purchases import purchases
from capclient.themes.sellers import asked, sellers_of, served
from capclient.vocabulary import Unknown

NOBODY = Unknown("missing:salesperson")


@dataclass(frozen=True)
class Salespeople:
    """``table``: one row per salesperson, largest first, then sales without one; or why there is none.

    ``absent``: why a ranking is left out, by its name (``quantity``, ``product_types``, ``margin``).
    """

    table: pd.DataFrame | Unknown
    absent: dict[str, Unknown]
    findings: list[Finding]


@once
def salespeople(portfolio: Portfolio) -> Salespeople:
    """Return the table per salesperson."""
    here = base(portfolio)
    seller = sellers_of(here)
    reason = here.reason or (UNDATED if not portfolio.has_lines else NOBODY if seller.isna().all() else None)
    if reason is not None:
        return Salespeople(reason, {}, _findings(here, reason))
    measures, absent = _measures(portfolio, here, seller)
    table = salesperson_table(served(portfolio, here), measures)
    if table.margin.isna().all():
        table = table.drop(columns=["margin", "rank_margin", "rank_change_margin"])
        absent["margin"] = Unknown("missing:cost")
    return Salespeople(table, absent, _findings(here, table))


def _measures(portfolio: Portfolio, here: Base, seller: pd.Series) -> tuple[pd.DataFrame, dict[str, Unknown]]:
    """Return the quantity and the product types that each salesperson sold in N."""
    absent: dict[str, Unknown] = {}
    measures, named = pd.DataFrame(), asked(here.period, seller)
    sold = portfolio.ledger.frame(engine.SELLER_QUANTITIES, named)
    if sold.empty:
        absent["quantity"] = Unknown("missing:qty")
    elif sold.unit.nunique(dropna=False) > 1:
        absent["quantity"] = Unknown("unreliable:mixed_units")  # metres and boxes do not add up
    else:
        measures["quantity"] = sold.dropna(subset="seller").set_index("seller").qty.round(4)
    reason = purchases(portfolio).family_reason
    if reason is not None:
        absent["product_types"] = reason
    else:
        types = portfolio.ledger.frame(engine.SELLER_FAMILIES, named).dropna(subset="seller")
        every = pd.Index(sorted({*measures.index, *types.seller, *seller.dropna()}))
        measures = measures.reindex(every)
        measures["product_types"] = types.set_index("seller").families.reindex(every, fill_value=0)
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
