"""Chapters 25 and 60: what clients buy, what they do not, and at which price.

Floor 7.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from capclient import figures
from capclient.figures.purchases import BOUGHT, MISSED, NOT_BOUGHT
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes import concentration
from capclient.themes.price_volume_mix import PriceVolumeMix
from capclient.themes.pricing import SAME_FOR_ALL, Pricing
from capclient.themes.purchases import Purchases
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, decimal

__all__ = [
    "baskets_figure",
    "below_line_table",
    "buyers_table",
    "effects_table",
    "family_prices_table",
    "irregular_table",
    "levers_table",
    "price_index_figure",
    "price_volume_figure",
    "price_volume_mix_figure",
    "product_prices_table",
    "regularity_figure",
    "white_space_figure",
    "white_space_table",
]

CLIENTS, FAMILIES = 20, 16  # of the grid


def baskets_figure(bought: Purchases) -> figures.Figure | Notice:
    """Draw the orders of the year by amount."""
    known = found()
    mean, middle = known["purchases.average_basket"], known["purchases.median_basket"]
    reason = mean.reason or middle.reason
    if reason:
        return absent(Unknown(reason))
    return figures.baskets_figure(
        bought.classes, mean=float(mean.value or 0), middle=float(middle.value or 0), **desk().drawn
    )


def buyers_table(bought: Purchases, *, most: int = 15) -> Table | Notice:
    """Show how the largest clients buy."""
    names = ["name", "revenue_n", "orders", "frequency", "average_basket", "interval_days", "recency_days"]
    if bought.reason is not None:
        return absent(bought.reason)
    note = "table.buyers.invoices" if bought.by_invoice else ""
    return listing(_largest(bought.customers), names, "table.buyers", most=most, note=note)


def _largest(table: pd.DataFrame) -> pd.DataFrame:
    """Join names and revenue; clients that bought in N, largest first, pooled codes left out."""
    clients = desk().portfolio.customers
    joined = table.join(clients[["name", "revenue_n", "salesperson"]])[
        ~clients.is_pool & (clients.revenue_n > 0)
    ]
    return joined.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")


def regularity_figure(bought: Purchases) -> figures.Figure | Notice:
    """Draw clients by class of revenue and of regularity."""
    unknown = found()["purchases.class_x_customers"].reason or concentration(desk().portfolio).reason
    if unknown is not None:
        return absent(unknown if isinstance(unknown, Unknown) else Unknown(unknown))
    return figures.regularity_figure(bought.regularity, lang=desk().lang)


def irregular_table(bought: Purchases, *, most: int = 10) -> Table | Notice:
    """Show the clients of class A whose revenue is irregular, largest first."""
    unknown = found()["purchases.class_z_customers"].reason
    if unknown is not None:
        return absent(Unknown(unknown))
    classes = concentration(desk().portfolio).ranking.abc_class
    table = _largest(bought.customers).join(classes)
    table = table[(table.abc_class == "A") & (table.xyz_class == "Z")]
    names = ["name", "customer_id", "revenue_n", "volatility", "orders", "interval_days", "salesperson"]
    return listing(table, names, "table.irregular", most=most)


def white_space_figure(bought: Purchases) -> figures.Figure | Notice:
    """Draw families bought and missed by the largest clients."""
    if bought.family_reason is not None:
        return absent(bought.family_reason)
    first = _largest(bought.customers).head(CLIENTS)
    sums = bought.cube.groupby("family").revenue.sum()
    sold = sums[sums > 0].sort_values(ascending=False, kind="stable").index
    inside = bought.cube[bought.cube.customer_id.isin(first.index) & bought.cube.bought]
    grid = pd.DataFrame(NOT_BOUGHT, index=first.index, columns=sold[:FAMILIES])
    for table, code in ((bought.missed, MISSED), (inside, BOUGHT)):
        marks = pd.crosstab(table.customer_id, table.family).reindex(index=grid.index, columns=grid.columns)
        grid = grid.mask(marks.fillna(0).astype(bool), code)
    missed = int(found()["purchases.white_space_customers"].value or 0)
    return figures.white_space_figure(grid.set_axis(first.name, axis=0), missed=missed, lang=desk().lang)


def white_space_table(bought: Purchases, *, most: int = 15) -> Table | Notice:
    """Show who could be offered which family."""
    if bought.family_reason is not None:
        return absent(bought.family_reason)
    table = bought.missed.rename(columns={"share": "peer_share"}).set_index("customer_id")
    names = ["name", "customer_id", "family", "peer_share", "peers", "usual_revenue"]
    return listing(table, names, "table.white_space", most=most, note=f"table.white_space.{bought.peers}")


def price_volume_mix_figure(effects: PriceVolumeMix) -> figures.Figure | Notice:
    """Draw the way from the revenue of N-1 to that of N."""
    if effects.reason is not None:
        return absent(effects.reason)
    return figures.price_volume_mix_figure(effects.bars, **desk().drawn)


def effects_table(effects: PriceVolumeMix, *, most: int = 12) -> Table | Notice:
    """Show the clients whose revenue changed most, and why."""
    names = [
        "name", "change_n", "price_effect", "volume_effect", "mix_effect", "new_products", "stopped_products",
        "not_decomposable",
    ]  # fmt: skip
    if effects.reason is not None:
        return absent(effects.reason)
    heads = {name: f"{name}_effect" for name in ("price", "volume", "mix")} | {"total": "change_n"}
    table = effects.customers.rename(columns=heads)
    return listing(table, names, "table.effects", most=most)


def family_prices_table(prices: Pricing, *, most: int = 12) -> Table | Notice:
    """Show quantities and mean prices by family and unit."""
    if prices.reason is not None:
        return absent(prices.reason)
    table = prices.families[prices.families.family.notna()]
    if table.empty:
        return absent(Unknown("missing:family"))
    names = ["family", "unit", "qty_n1", "qty_n", "price_n1", "price_n", "price_change", "revenue_n"]
    return listing(table, names, "table.family_prices", most=most)


def price_index_figure(prices: Pricing) -> figures.Figure | Notice:
    """Draw the price index of each client against its revenue."""
    if prices.reason is not None:
        return absent(prices.reason)
    low = float(desk().portfolio.thresholds.pricing.low_index)
    return figures.price_index_figure(_largest(prices.customers), low=low, **desk().drawn)  # type: ignore[arg-type]


def levers_table(prices: Pricing, *, most: int = 12) -> Table | Notice:
    """Show the clients that pay clearly less than the mean price, those with the most at stake first."""
    unknown = _no_line(prices)
    if unknown is not None:
        return absent(unknown)
    low = float(desk().portfolio.thresholds.pricing.low_index)
    table = _largest(prices.customers)
    table = table[(table.lever > 0) & (table.price_index < low)]
    table = table.sort_values("lever", ascending=False, kind="stable")
    names = ["name", "customer_id", "revenue_n", "price_index", "compared", "lever", "salesperson"]
    shown = listing(table, names, "table.levers", most=most)
    return _noted(shown, "table.levers.low", low=decimal(low, desk().lang, 0))


def _no_line(prices: Pricing) -> Unknown | None:
    """Why no price is held against a line of price on volume, or None."""
    return prices.reason or (SAME_FOR_ALL if prices.one_price else None)


def _noted(shown: Table | Notice, key: str, **facts: str) -> Table | Notice:
    """Write a sentence with facts under a table."""
    return replace(shown, note=text(key, desk().lang, **facts)) if isinstance(shown, Table) else shown


def price_volume_figure(prices: Pricing) -> figures.Figure | Notice:
    """Draw price against quantity for the product with the most at stake."""
    unknown = _no_line(prices)
    if unknown is not None or prices.positions.empty:
        return absent(unknown or Unknown("n_small"))
    first = prices.positions[prices.positions.place == 0]
    return figures.price_volume_figure(first, **desk().drawn)  # type: ignore[arg-type]


def product_prices_table(prices: Pricing, *, most: int = 10) -> Table | Notice:
    """Show the products where price gaps weigh most."""
    if prices.reason is not None:
        return absent(prices.reason)
    table = prices.products[prices.products.dispersion.notna() & ~prices.products.is_mixed]
    if table.empty:
        return absent(Unknown("n_small"))
    names = [
        "product",
        "unit",
        "customers",
        "mean_price",
        "lowest",
        "highest",
        "dispersion",
        "revenue",
        "lever",
    ]
    return listing(table, names, "table.product_prices", most=most, note="table.product_prices.filters")


def below_line_table(prices: Pricing, *, most: int = 12) -> Table | Notice:
    """Show who pays less than its volume explains, for the products with the most at stake."""
    unknown = _no_line(prices)
    if unknown is not None or prices.positions.empty:
        return absent(unknown or Unknown("n_small"))
    table = prices.positions[prices.positions.lever > 0].rename(columns={"expected": "expected_price"})
    table = table.sort_values(
        ["lever", "product", "customer_id"], ascending=[False, True, True], kind="stable"
    )
    names = ["name", "product", "unit", "qty", "price", "expected_price", "residual", "lever"]
    products = count(prices.positions.place.nunique(), desk().lang)
    return listing(table, names, "table.below_line", most=most, products=products)
