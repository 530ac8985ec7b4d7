"""What each client pays for the same thing (3.6 to 3.9).

Floor 4. ``sales`` is one row per client, product and unit: ``customer_id``, ``product``, ``unit``, ``qty`` (net) and
``amount`` (net, euros; credit notes without quantity lower it). A row without positive quantity has no price and
is left out. The engine computes the same where sales are too many to be rows (``capclient.engine.prices``);
tests hold the two equal.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from capclient.vocabulary import Unknown

KEY = ["product", "unit"]
MEAN_CUSTOMERS, FIT_CUSTOMERS = 3, 5


def mean_price(amount: float, qty: float) -> float | Unknown:
    """Return net amount over net quantity (3.6).

    Two invoices of 10 at 5, a credit note of 2 units, another of 3 euros without quantity:

    >>> mean_price(50 + 50 - 10 - 3, 10 + 10 - 2)
    4.833333333333333
    >>> mean_price(5.0, 0.0)
    Unknown(reason='denominator_zero')
    """
    return amount / qty if qty > 0 else Unknown("denominator_zero")


def _priced(sales: pd.DataFrame) -> pd.DataFrame:
    kept = sales[sales["qty"] > 0]
    return kept.assign(unit=kept["unit"].fillna(""), price=kept["amount"] / kept["qty"])


def product_prices(sales: pd.DataFrame, *, least: int = MEAN_CUSTOMERS) -> pd.DataFrame:
    """Return the mean price of each product and how much it differs between clients (3.7, 3.8).

    Returns
    -------
    DataFrame
        Indexed by product and unit: ``customers``, ``qty``, ``revenue``, ``mean_price`` (weighted by volume),
        ``lowest``, ``highest``, ``dispersion`` (coefficient of variation weighted by volume, a share) and
        ``spread`` (highest less lowest, over the mean); the last two are missing under ``least`` clients.

    Examples
    --------
    >>> sales = pd.DataFrame({"customer_id": list("ABC"), "product": "P", "unit": "", "qty": [100.0, 50, 50]})
    >>> product_prices(sales.assign(amount=[800.0, 500.0, 600.0])).round(4).iloc[0].to_dict()["dispersion"]
    0.1746
    """
    priced = _priced(sales)
    grouped = priced.groupby(KEY)
    table = grouped.agg(
        customers=("customer_id", "nunique"), qty=("qty", "sum"), revenue=("amount", "sum"),
        lowest=("price", "min"), highest=("price", "max"),
    )  # fmt: skip
    table.insert(3, "mean_price", table["revenue"] / table["qty"])
    mean = grouped["amount"].transform("sum") / grouped["qty"].transform("sum")
    squares = (priced["qty"] * (priced["price"] - mean) ** 2).groupby([priced[name] for name in KEY]).sum()
    enough = (table["customers"] >= least) & (table["mean_price"] > 0)
    table["dispersion"] = (np.sqrt(squares / table["qty"]) / table["mean_price"]).where(enough)
    table["spread"] = ((table["highest"] - table["lowest"]) / table["mean_price"]).where(enough)
    return table


def price_index(sales: pd.DataFrame, *, least: int = MEAN_CUSTOMERS, mixed: float = np.inf) -> pd.Series:
    """Return what each client pays, 100 being the mean price of the same products (3.7).

    The sum of what it paid over the sum of its quantities at the mean prices, times 100; only products bought by
    ``least`` clients at least are compared, and only those whose dispersion is ``mixed`` at most: above, one code
    covers several things. A client without any is left out.

    Examples
    --------
    >>> sales = pd.DataFrame({"customer_id": list("ABC"), "product": "P", "unit": "", "qty": [100.0, 50, 50]})
    >>> price_index(sales.assign(amount=[800.0, 500.0, 600.0])).round(2).to_dict()
    {'A': 84.21, 'B': 105.26, 'C': 126.32}
    """
    products = product_prices(sales, least=least)[["mean_price", "dispersion"]]
    priced = _priced(sales).join(products, on=KEY)
    compared = priced[priced["dispersion"] <= mixed]
    expected = (compared["mean_price"] * compared["qty"]).groupby(compared["customer_id"]).sum()
    paid = compared.groupby("customer_id")["amount"].sum()
    return index_of(paid, expected)


def index_of(paid: pd.Series, expected: pd.Series) -> pd.Series:
    """Return 100 times what was paid over what the mean prices would have cost; missing without the latter."""
    return (100 * paid / expected.where(expected > 0)).rename("price_index")


def overall_dispersion(products: pd.DataFrame) -> float | Unknown:
    """Return the dispersion of prices of the company: that of its products, weighted by their revenue (3.8).

    Parameters
    ----------
    products
        ``dispersion`` and ``revenue`` of :func:`product_prices`; products that cannot be compared are missing.

    >>> overall_dispersion(pd.DataFrame({"dispersion": [0.10, 0.40, None], "revenue": [300.0, 100.0, 50.0]}))
    0.175
    """
    known = products[products["dispersion"].notna() & (products["revenue"] > 0)]
    weight = known["revenue"].sum()
    return (
        float((known["dispersion"] * known["revenue"]).sum() / weight) if weight > 0 else Unknown("n_small")
    )


def price_positions(sales: pd.DataFrame, *, least: int = FIT_CUSTOMERS) -> pd.DataFrame:
    """Place each client's price against what its volume would explain, product by product (3.9).

    The line ln p = a + b ln q is fitted by least squares over the clients of a product. Under ``least`` clients, or
    when all buy the same quantity, there is no line and the product is left out; so are prices of zero or less.

    Returns
    -------
    DataFrame
        ``product``, ``unit``, ``customer_id``, ``qty``, ``price``, ``expected`` (price on the line), ``residual``
        (price over expected, less 1), ``lever`` (euros below the line times quantity, 0 above it), ``slope`` and
        ``intercept``; sorted by product, unit and client.

    Examples
    --------
    >>> sales = pd.DataFrame({"customer_id": list("12345"), "product": "P", "unit": "", "qty": [10.0, 50, 100, 20, 40]})
    >>> placed = price_positions(sales.assign(amount=sales.qty * [10, 9, 8.5, 9.5, 8]))
    >>> placed.residual.round(4).tolist(), placed.lever.round(2).tolist()
    ([0.0167, 0.0352, 0.0311, 0.0186, -0.0954], [0.0, 0.0, 0.0, 0.0, 33.75])
    """
    priced = _priced(sales)
    points = priced[priced["price"] > 0].sort_values([*KEY, "customer_id"], ignore_index=True)
    keys = [points[name] for name in KEY]
    x, y = np.log(points["qty"]), np.log(points["price"])
    dx = x - x.groupby(keys).transform("mean")
    dy = y - y.groupby(keys).transform("mean")
    varied = (dx * dx).groupby(keys).transform("sum")
    differs = (
        points["qty"].groupby(keys).transform("nunique") > 1
    )  # the sum of squares of equals is not quite zero
    slope = (dx * dy).groupby(keys).transform("sum") / varied.where(differs)
    intercept = (y - slope * x).groupby(keys).transform("mean")
    placed = points.assign(expected=np.exp(intercept + slope * x), slope=slope, intercept=intercept)
    placed["residual"] = placed["price"] / placed["expected"] - 1
    placed["lever"] = ((placed["expected"] - placed["price"]) * placed["qty"]).clip(lower=0.0)
    fitted = (points["customer_id"].groupby(keys).transform("nunique") >= least) & slope.notna()
    columns = [*KEY, "customer_id", "qty", "price", "expected", "residual", "lever", "slope", "intercept"]
    return placed.loc[fitted, columns].reset_index(drop=True)
