"""Purchases, prices and price-volume-mix from a store, against the same numbers in pandas from the same lines."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks import ledger
from tests.benchmarks.measure import Row, fresh, side_by_side
from tests.benchmarks.summaries import MEMORY_TARGET, TARGET, _portfolio

COLUMNS = ["invoice_id", "customer_id", "invoice_date", "product", "family", "qty", "amount_ht"]


def rows(folder: str) -> list[Row]:
    """Return one line: the purchases and prices of chapter 60."""
    fresh("summaries", "prepare", folder)
    ours, baseline = side_by_side(("prices", "ours", [folder]), ("prices", "in_pandas", [folder]))
    differences = {
        name: (ours.facts[name], value)
        for name, value in baseline.facts.items()
        if abs(ours.facts[name] - value) > max(0.02, 1e-9 * abs(value))
    }
    if differences:
        raise SystemExit(f"prices: ours and pandas differ: {differences}")
    return [Row("purchases and prices / pandas", ours, baseline, TARGET, MEMORY_TARGET)]


def ours(folder: str) -> tuple[float, dict[str, Any]]:
    """Ask what the themes of chapter 60 ask of the engine."""
    import pandas as pd

    from capclient.engine import prices, purchases
    from capclient.indicators.price_volume_mix import price_volume_mix
    from capclient.themes.price_volume_mix import LINES_A_ROUND

    portfolio = _portfolio(folder)
    began = perf_counter()
    n, n1 = portfolio.windows.n, portfolio.windows.n1
    year = {"start": n.start, "end": n.end}
    baskets = portfolio.ledger.frame(purchases.BASKETS, year)
    cube = portfolio.ledger.frame(purchases.FAMILY_CUBE, year)
    limits = {"pools": [], "mean_customers": 3, "fit_customers": 5, "mixed": "1"}
    found = portfolio.ledger.frame(prices.PRICES, {**year, **limits})
    parts = -(-portfolio.quality["lines_kept"] // LINES_A_ROUND)
    split = price_volume_mix(
        pd.concat(
            portfolio.ledger.frame(
                prices.PRICE_VOLUME_MIX,
                {
                    "n1_start": n1.start,
                    "n_start": n.start,
                    "n_end": n.end,
                    "by_family": False,
                    "parts": parts,
                    "part": part,
                },
            )
            for part in range(parts)
        )
    )
    whole = baskets[baskets.grain == purchases.OVERALL].iloc[0]
    own = found[found.grain == prices.BY_CUSTOMER]
    facts = {
        "orders": float(whole.baskets),
        "median_basket": float(whole.median_basket) / 100,
        "families": float(cube.bought.sum()),
        "expected": float(own.expected.sum()),
        "lever": float(own.lever.sum()),
        **{part: float(split[part].sum()) / 100 for part in split},
    }
    return perf_counter() - began, facts


def in_pandas(folder: str) -> tuple[float, dict[str, Any]]:
    """Compute the same numbers as an analyst would: needed columns, groupby, transform."""
    import numpy as np
    import pandas as pd

    as_of = pd.Timestamp(ledger.AS_OF)
    began = perf_counter()
    lines = pd.read_parquet(Path(folder) / "ledger.parquet", columns=COLUMNS)
    lines = lines[lines.invoice_date > as_of - pd.DateOffset(years=2)]
    now = lines.invoice_date > as_of - pd.DateOffset(years=1)
    year = lines[now]
    documents = year.groupby(["customer_id", "invoice_id"], sort=False).amount_ht.sum().round(2)
    orders = documents[documents >= 0]
    bought = year[year.amount_ht > 0].groupby(["customer_id", "family"], sort=False).size()
    # the quantities of credit notes are positive in this ledger: they are summed as they stand
    sales = year[(year.qty != 0)].groupby(["product", "customer_id"], sort=False)[["qty", "amount_ht"]].sum()
    sales = sales[sales.qty > 0].reset_index()
    product = sales.groupby("product", sort=False)
    total, volume = product.amount_ht.transform("sum"), product.qty.transform("sum")
    sales["price"], sales["mean"] = sales.amount_ht / sales.qty, total / volume
    sales["squares"] = sales.qty * (sales.price - sales["mean"]) ** 2
    product = sales.groupby("product", sort=False)
    fair = np.sqrt(product.squares.transform("sum") / volume) <= sales["mean"]
    compared = fair & (product.qty.transform("size") >= 3)
    points = sales[(sales.price > 0) & fair].copy()
    points["x"], points["y"] = np.log(points.qty), np.log(points.price)
    by_product = points.groupby("product", sort=False)
    points["dx"] = points.x - by_product.x.transform("mean")
    points["dy"] = points.y - by_product.y.transform("mean")
    points["xy"], points["xx"] = points.dx * points.dy, points.dx**2
    by_product = points.groupby("product", sort=False)
    slope = by_product.xy.transform("sum") / by_product.xx.transform("sum")
    line = np.exp(points.y - points.dy + slope * points.dx)
    lever = ((line - points.price) * points.qty).clip(lower=0)[by_product.qty.transform("size") >= 5]
    cells = (
        lines.assign(now=now)
        .groupby(["customer_id", "product", "now"], sort=False)[["qty", "amount_ht"]]
        .sum()
    )
    cells = cells.unstack("now", fill_value=0.0)
    q0, q1 = cells["qty"][False], cells["qty"][True]
    r0, r1 = cells["amount_ht"][False], cells["amount_ht"][True]
    kept = (q0 > 0) & (q1 > 0)
    table = pd.DataFrame({"q0": q0, "q1": q1, "r0": r0, "r1": r1, "old": r0 / q0.where(q0 > 0) * q1})[kept]
    table = table.groupby(level="customer_id", sort=False).sum()
    at_old_mix = table.q1 / table.q0 * table.r0
    new, stopped = (q1 > 0) & (q0 <= 0), (q0 > 0) & (q1 <= 0)
    facts = {
        "orders": float(len(orders)),
        "median_basket": float(orders.median()),
        "families": float(len(bought)),
        "expected": float((sales["mean"] * sales.qty)[compared].sum()),
        "lever": float(lever.sum()),
        "price": float((table.r1 - table.old).sum()),
        "volume": float((at_old_mix - table.r0).sum()),
        "mix": float((table.old - at_old_mix).sum()),
        "new_products": float(r1[new].sum()),
        "stopped_products": -float(r0[stopped].sum()),
        "total": float((r1 - r0).sum()),
    }
    return perf_counter() - began, facts
