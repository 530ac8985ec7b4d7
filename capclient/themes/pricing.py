"""What each client pays for the same product, and what prices below the usual line leave on the table (3.6 to 3.9).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.engine import prices as engine
from capclient.findings import Finding, finding
from capclient.indicators.pricing import index_of, overall_dispersion, price_positions
from capclient.portfolio import Portfolio
from capclient.summaries import euros
from capclient.themes.once import once
from capclient.vocabulary import Unknown

SHOWN = 5  # products whose clients are placed one by one
SAME = 0.0005  # a dispersion below reads 0,0 %: roundings to the cent, no other price
SAME_FOR_ALL = Unknown("not_applicable:one_price")
NAMES = (
    "dispersion", "lever_amount", "low_index_customers", "products_compared", "compared_share", "mixed_products",
)  # fmt: skip


@dataclass(frozen=True)
class Pricing:
    """Frames of the section, or empty ones when ``reason`` says why there are none.

    ``customers``: ``price_index`` (100 is the mean), ``compared`` products, ``lever`` (euros) of each client.
    ``products``: one row per product and unit, where the most is at stake first. ``positions``: the clients of the
    first products against the line of price on quantity. ``families``: mean prices of both years. ``one_price``:
    all clients pay the same for the same product, so that there is no line to draw.
    """

    customers: pd.DataFrame
    products: pd.DataFrame
    positions: pd.DataFrame
    families: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]
    one_price: bool = False


@once
def pricing(portfolio: Portfolio) -> Pricing:
    """Return the prices that each client pays."""
    reason = unpriced(portfolio)
    if reason is not None:
        return _unknown(portfolio, reason)
    limits = portfolio.thresholds.pricing
    frame = portfolio.customers
    year = portfolio.windows.n
    named = {"start": year.start, "end": year.end, "pools": frame.index[frame.is_pool].tolist()}
    rows = portfolio.ledger.frame(
        engine.PRICES,
        {
            **named,
            "mean_customers": limits.mean_customers,
            "fit_customers": limits.fit_customers,
            "mixed": str(limits.mixed_dispersion),
        },
    )
    products = _products(rows, float(limits.mixed_dispersion), limits.mean_customers)
    customers = _customers(rows, frame.index)
    first = products[(products.lever > 0) & ~products.is_mixed].head(SHOWN)
    sales = portfolio.ledger.frame(engine.SALES, {**named, "products": first["product"].unique().tolist()})
    sales = first[["product", "unit"]].merge(sales, on=["product", "unit"])
    positions = price_positions(sales, least=limits.fit_customers)
    positions["name"] = positions.customer_id.map(frame.name)
    one_price = _is_one_price(products)
    place = pd.MultiIndex.from_frame(first[["product", "unit"]])
    positions["place"] = place.get_indexer(pd.MultiIndex.from_frame(positions[["product", "unit"]]))
    return Pricing(
        customers=customers,
        products=products,
        positions=positions.sort_values(["place", "customer_id"], ignore_index=True),
        families=_families(portfolio),
        reason=None,
        findings=_findings(portfolio, products, customers, one_price),
        one_price=one_price,
    )


def unpriced(portfolio: Portfolio) -> Unknown | None:
    """Return why prices cannot be compared: no lines, no quantity, no product, or an incomplete year."""
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    given = portfolio.ledger.frame(engine.HAS_QUANTITIES, {"as_of": portfolio.as_of}).iloc[0]
    if not given.quantities:
        return Unknown("missing:qty")
    if not given.products:
        return Unknown("missing:product")
    return None if portfolio.is_complete(portfolio.windows.n) else Unknown("period_incomplete")


def _products(rows: pd.DataFrame, mixed: float, least: int) -> pd.DataFrame:
    """Products by what is at stake; numbers rounded so that the order of a sum never makes two runs differ."""
    names = [
        "product",
        "unit",
        "customers",
        "qty",
        "revenue",
        "mean_price",
        "lowest",
        "highest",
        "dispersion",
    ]
    table = rows.loc[rows.grain == engine.BY_PRODUCT, [*names, "points", "slope", "lever"]].copy()
    compared = (table.customers >= least) & (table.mean_price > 0)
    table["dispersion"] = table.dispersion.where(compared).round(9)
    table["is_mixed"] = table.dispersion > mixed
    table["lever"] = table.lever.round(2)
    table["revenue"] = table.revenue.round(2)
    for name in ("mean_price", "lowest", "highest", "slope"):
        table[name] = table[name].round(9)
    order = ["lever", "revenue", "product", "unit"]
    return table.sort_values(order, ascending=[False, False, True, True], ignore_index=True)


def _is_one_price(products: pd.DataFrame) -> bool:
    """Tell whether no product that can be compared differs in price by what a table would show."""
    known = products.dispersion[~products.is_mixed].dropna()
    return len(known) > 0 and bool((known < SAME).all())


def _customers(rows: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    own = rows[rows.grain == engine.BY_CUSTOMER].set_index("customer_id").reindex(index)
    return pd.DataFrame(
        {
            "price_index": index_of(own.paid, own.expected).round(6),
            "compared": own.compared.fillna(0).astype("int64"),
            "paid": own.paid.round(2),
            "lever": own.lever.round(2),
        }
    )


def _families(portfolio: Portfolio) -> pd.DataFrame:
    years = portfolio.windows
    named = {
        "n_start": years.n.start, "n_end": years.n.end, "n1_start": years.n1.start, "n1_end": years.n1.end,
    }  # fmt: skip
    table = portfolio.ledger.frame(engine.FAMILY_PRICES, named)
    for name in ("n", "n1"):
        table[f"revenue_{name}"] = euros(table[f"revenue_{name}"])
        table[f"price_{name}"] = table[f"revenue_{name}"] / table[f"qty_{name}"].where(
            table[f"qty_{name}"] > 0
        )
    if not portfolio.is_complete(years.n1):
        table["price_n1"] = float("nan")
    table["price_change"] = table.price_n / table.price_n1.where(table.price_n1 > 0) - 1
    return table


def _findings(
    portfolio: Portfolio, products: pd.DataFrame, customers: pd.DataFrame, one_price: bool
) -> list[Finding]:
    year = portfolio.windows.n
    frame = portfolio.customers
    own = customers[~frame.is_pool]
    active = own[frame.revenue_n[own.index] > 0]
    compared = products[products.dispersion.notna()]
    indexed = int(active.price_index.notna().sum())
    total = portfolio.total_revenue(year)
    few = Unknown("n_small")
    low = float(portfolio.thresholds.pricing.low_index)
    lever = few if products.lever.isna().all() else float(own.lever.sum())
    values: dict[str, float | Unknown] = {
        "dispersion": overall_dispersion(compared[~compared.is_mixed]),
        "lever_amount": SAME_FOR_ALL if one_price else lever,
        "low_index_customers": int((active.price_index < low).sum()) if indexed else few,
        "products_compared": int((~compared.is_mixed).sum()),
        "compared_share": float(own.paid.sum()) / total if total > 0 else Unknown("denominator_zero"),
        "mixed_products": int(compared.is_mixed.sum()),
    }
    caveats = {"lever_amount": "caveat.lever"}
    return [
        finding(
            f"pricing.{name}",
            values[name],
            period=year,
            n=indexed,
            caveat=caveats.get(name),
        )
        for name in NAMES
    ]


def _unknown(portfolio: Portfolio, reason: Unknown) -> Pricing:
    columns = ["price_index", "compared", "paid", "lever"]
    customers = pd.DataFrame(index=portfolio.customers.index, columns=columns, dtype="float64")
    none = pd.DataFrame()
    return Pricing(
        customers, none, none, none, reason, [finding(f"pricing.{name}", reason) for name in NAMES]
    )
