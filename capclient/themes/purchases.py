"""How clients buy: baskets, rhythm, range, regularity (sections 3.1 to 3.5, 3.10, 1.11).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from capclient.engine import purchases as engine
from capclient.findings import Finding, finding
from capclient.indicators.breakdown import XYZ, xyz_classes
from capclient.indicators.exact import Limit, compare
from capclient.indicators.purchases import (
    average_basket,
    effective_families,
    order_frequency,
    quarterly_revenue,
    range_breadth,
    white_space,
)
from capclient.periods import is_month_end
from capclient.portfolio import Portfolio
from capclient.summaries import euros
from capclient.themes.activity import activity
from capclient.themes.concentration import concentration
from capclient.themes.once import once
from capclient.vocabulary import ABC, Unknown

COLUMNS = (
    "orders", "average_basket", "median_basket", "frequency", "interval_days", "interval_mean_days", "recency_days",
    "range_breadth", "effective_families", "volatility", "xyz_class",
)  # fmt: skip


@dataclass(frozen=True)
class Purchases:
    """``customers``: one row per client, the columns of ``COLUMNS``, euros, days and shares.

    ``classes``: number of baskets per class of amount, from ``low`` to ``high`` euros. ``cube``: families of each
    client in N; ``missed``: the families that its peers buy and it does not, where the most is at stake first;
    ``peers``: what peers share (``segment``, ``sector`` or ``all``). ``regularity``: clients by ABC and XYZ class.
    A family whose net revenue of N is not positive for the whole company is not sold: it stands in neither frame.
    ``by_invoice``: no line bears an order number, so that an order is an invoice.
    """

    customers: pd.DataFrame
    classes: pd.DataFrame
    cube: pd.DataFrame
    missed: pd.DataFrame
    peers: str
    regularity: pd.DataFrame
    reason: Unknown | None
    family_reason: Unknown | None
    findings: list[Finding]
    by_invoice: bool = False


@once
def purchases(portfolio: Portfolio) -> Purchases:
    """Return how the clients of a portfolio buy."""
    if portfolio.no_days:
        return _without_dates(portfolio, portfolio.no_days)
    period = portfolio.windows.n
    named = {"start": period.start, "end": period.end}
    frame = portfolio.customers
    reason = None if portfolio.is_complete(period) else Unknown("period_incomplete")
    baskets = portfolio.ledger.frame(engine.BASKETS, named)
    cube = portfolio.ledger.frame(engine.FAMILY_CUBE, named)
    families = portfolio.ledger.frame(engine.FAMILY_TOTALS, named)
    family_reason = reason or _unsold(cube, families, portfolio.thresholds.quality.unassigned_refusal)
    cube = cube[cube.family.isin(families.family[families.revenue > 0])]
    cube = cube.assign(revenue=euros(cube.revenue))
    by_invoice = not portfolio.ledger.frame(engine.HAS_ORDERS, named).orders.iloc[0]
    active = (frame.revenue_n > 0) & ~frame.is_pool
    customers = _customers(portfolio, baskets, cube)
    peers, segment = _peers(frame[active])
    missed = (
        white_space(cube, segment, usual=portfolio.thresholds.purchases.usual_family)
        if family_reason is None
        else pd.DataFrame(columns=["customer_id", "family", "share", "usual_revenue"])
    )
    missed = missed.join(frame[["name", "revenue_n"]], on="customer_id").sort_values(
        ["usual_revenue", "customer_id", "family"], ascending=[False, True, True], ignore_index=True
    )
    return Purchases(
        customers=customers,
        classes=_classes(baskets),
        cube=cube,
        missed=missed,
        peers=peers,
        regularity=_regularity(portfolio, customers),
        reason=reason,
        family_reason=family_reason,
        findings=_findings(portfolio, customers, active, baskets, missed, reason, family_reason, by_invoice),
        by_invoice=by_invoice,
    )


def _unsold(cube: pd.DataFrame, families: pd.DataFrame, most: Limit) -> Unknown | None:
    """Return why nothing can be said of who buys which family, or None.

    Entries without client that weigh, sign aside, more than ``most`` of the families may move the revenue of one
    family to another (an account split at the end of the year): what clients bought is then no family sold.
    """
    if not cube.bought.any():
        return Unknown("missing:family")
    loose, whole = int(families.unassigned.abs().sum()), int(families.revenue.abs().sum())
    if loose and (not whole or compare(loose, whole, most) > 0):
        return Unknown("unreliable:families_unassigned")
    return None if (families.revenue > 0).any() else Unknown("denominator_zero")


def _customers(portfolio: Portfolio, baskets: pd.DataFrame, cube: pd.DataFrame) -> pd.DataFrame:
    frame = portfolio.customers
    states = activity(portfolio).customers
    rows = baskets[(baskets.grain == engine.BY_CUSTOMER) & baskets.customer_id.notna()]
    own = rows.set_index("customer_id").reindex(frame.index)
    table = pd.DataFrame(index=frame.index)
    table["orders"] = own.baskets.fillna(0).astype("int64")
    table["average_basket"] = _to_cents(own.net / table.orders.where(table.orders > 0))
    table["median_basket"] = _to_cents(own.median_basket)
    table["frequency"] = order_frequency(table.orders, frame.first_purchase, end=portfolio.windows.n.end)
    table["interval_days"] = frame.median_gap
    table["interval_mean_days"] = frame.span_days / frame.gaps.where(frame.gaps > 0)
    table["recency_days"] = states.recency_days
    table["range_breadth"] = range_breadth(cube, frame.index)
    table["effective_families"] = effective_families(cube, frame.index)
    return table.join(_volatility(portfolio, states))


def _to_cents(cents: Any) -> Any:
    """Return halves and other parts of cents as euros to the nearest cent, halves away from zero (0.3)."""
    return np.sign(cents) * np.floor(np.abs(cents) + 0.5) / 100


def _volatility(portfolio: Portfolio, states: pd.DataFrame) -> pd.DataFrame:
    """Volatility of the quarters that end with the last whole month of the data, and its class (3.10)."""
    cover = portfolio.coverage
    last = min(portfolio.data_end, portfolio.as_of)
    last = last if is_month_end(last) else last.replace(day=1) - timedelta(days=1)
    first = cover.first
    if (first - first.replace(day=1)).days > cover.tolerance_days:
        first = (first.replace(day=28) + timedelta(days=4)).replace(day=1)  # the first month is not whole
    return xyz_classes(
        _quarters(portfolio, first.replace(day=1), last),
        limits=portfolio.thresholds.purchases.xyz,
        seasonal=states.seasonal.fillna(False).astype(bool),
    )


def _quarters(portfolio: Portfolio, first: date, last: date) -> pd.DataFrame:
    months = portfolio.months.dropna(subset="customer_id")
    return quarterly_revenue(months, first=first, last=last, customers=portfolio.customers.index)


def _classes(baskets: pd.DataFrame) -> pd.DataFrame:
    """Number of baskets per class of amount; what is not positive has no class."""
    rows = baskets[(baskets.grain == engine.BY_CLASS) & baskets["class"].notna()].sort_values("class")
    return pd.DataFrame(
        {
            "low": 10 ** (rows["class"].astype("float64") / 10),
            "high": 10 ** ((rows["class"].astype("float64") + 1) / 10),
            "baskets": rows.baskets.astype("int64"),
        }
    ).reset_index(drop=True)


def _peers(active: pd.DataFrame) -> tuple[str, pd.Series]:
    """What makes clients peers: their segment, else their sector, else being clients of the same company."""
    for name in ("segment", "sector"):
        if active[name].notna().any():
            return name, active[name]
    return "all", pd.Series("", index=active.index)


def _regularity(portfolio: Portfolio, customers: pd.DataFrame) -> pd.DataFrame:
    """Clients by class of revenue (rows) and of regularity (columns)."""
    classes = concentration(portfolio).ranking.abc_class.reindex(customers.index)
    table = pd.crosstab(classes, customers.xyz_class)
    return table.reindex(index=list(ABC), columns=list(XYZ), fill_value=0)


def _findings(
    portfolio: Portfolio,
    customers: pd.DataFrame,
    active: pd.Series,
    baskets: pd.DataFrame,
    missed: pd.DataFrame,
    reason: Unknown | None,
    family_reason: Unknown | None,
    by_invoice: bool,
) -> list[Finding]:
    whole = baskets[baskets.grain == engine.OVERALL].iloc[0]
    own = customers[active]
    count = int(active.sum())
    orders = int(whole.baskets)
    none, mean = Unknown("denominator_zero"), average_basket(float(whole.net), orders)
    in_n: dict[str, float | Unknown] = {
        "average_basket": mean if isinstance(mean, Unknown) else float(_to_cents(mean)),
        "median_basket": none if pd.isna(whole.median_basket) else float(_to_cents(whole.median_basket)),
        "orders": orders,
        "orders_per_customer": float(own.orders.sum()) / count if count else none,
        "frequency_median": _median(own.frequency[own.orders > 0], none),
        "credit_note_rate": -float(whole.credited) / float(whole.invoiced) if whole.invoiced > 0 else none,
        "recency_median_days": _median(own.recency_days, none),
    }
    by_family: dict[str, float | Unknown] = {
        "range_breadth_mean": float(own.range_breadth.mean()) if count else none,
        "effective_families_mean": _mean(own.effective_families, none),
        "single_family_customers": int((own.effective_families.round(9) == 1).sum()),
        "white_space_customers": int(missed.customer_id.nunique()),
    }
    living = customers[~portfolio.customers.is_pool]
    regular = own.xyz_class.value_counts()
    known = own.volatility.notna().any()
    over_time: dict[str, float | Unknown] = {
        "interval_median_days": _median(living.interval_days, Unknown("history_short")),
        "volatility_median": _median(own.volatility, Unknown("history_short")),
        **{
            f"class_{code.lower()}_customers": int(regular.get(code, 0))
            if known
            else Unknown("history_short")
            for code in XYZ
        },
    }
    year = portfolio.windows.n
    said = {"credit_note_rate": "caveat.credit_notes", "white_space_customers": "caveat.white_space"}
    said |= {"orders": "caveat.orders_are_invoices"} if by_invoice else {}
    return [
        *(
            finding(f"purchases.{name}", reason or value, period=year, n=count, caveat=said.get(name))
            for name, value in in_n.items()
        ),
        *(
            finding(f"purchases.{name}", family_reason or value, period=year, n=count, caveat=said.get(name))
            for name, value in by_family.items()
        ),
        *(finding(f"purchases.{name}", value, n=count) for name, value in over_time.items()),
    ]


def _median(values: pd.Series, otherwise: Unknown) -> float | Unknown:
    known = values.dropna().astype("float64")
    return float(known.median()) if len(known) else otherwise


def _mean(values: pd.Series, otherwise: Unknown) -> float | Unknown:
    known = values.dropna()
    return float(known.mean()) if len(known) else otherwise


NAMES = (
    "average_basket", "median_basket", "orders", "orders_per_customer", "frequency_median", "credit_note_rate",
    "recency_median_days", "range_breadth_mean", "effective_families_mean", "single_family_customers",
    "white_space_customers", "interval_median_days", "volatility_median", "class_x_customers", "class_y_customers",
    "class_z_customers",
)  # fmt: skip


def _without_dates(portfolio: Portfolio, missing: Unknown) -> Purchases:
    empty = pd.DataFrame(index=portfolio.customers.index, columns=list(COLUMNS))
    none = pd.DataFrame()
    found = [finding(f"purchases.{name}", missing) for name in NAMES]
    return Purchases(empty, none, none, none, "all", none, missing, missing, found)
