"""What the chapters ask of the engine, from a store, against the same numbers in pandas from the same lines.

The relation client x day is made once, at ingest: the second line of the table adds what it costs.
"""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks import ledger
from tests.benchmarks.measure import Measured, Row, fresh, side_by_side

TARGET, MEMORY_TARGET = 1 / 6, 1 / 4
COLUMNS = ["invoice_id", "customer_id", "invoice_date", "family", "amount_ht", "cost", "salesperson"]


def rows(folder: str) -> list[Row]:
    """Return two lines: without and with the cost of the relation client x day."""
    fresh("summaries", "prepare", folder)
    ours, days, baseline = side_by_side(
        ("summaries", "ours", [folder]),
        ("summaries", "customer_days", [folder]),
        ("summaries", "in_pandas", [folder]),
    )
    differences = {
        name: (ours.facts[name], value)
        for name, value in baseline.facts.items()
        if abs(ours.facts[name] - value) > 0.01
    }
    if differences:
        raise SystemExit(f"summaries: ours and pandas differ: {differences}")
    whole = Measured(ours.seconds + days.seconds, max(ours.megabytes, days.megabytes), {})
    return [
        Row("summaries of the chapters / pandas", ours, baseline, TARGET, MEMORY_TARGET),
        Row("the same with client x day / pandas", whole, baseline, TARGET, MEMORY_TARGET),
    ]


def prepare(folder: str) -> tuple[float, dict[str, Any]]:
    """Make the store that the next processes find."""
    _portfolio(folder)
    return 0.0, {}


def _portfolio(folder: str) -> Any:
    os.environ["CAPCLIENT_CACHE"] = str(Path(folder) / "cache")
    from capclient.portfolio import Portfolio

    return Portfolio.of(ledger.params(folder))


def ours(folder: str) -> tuple[float, dict[str, Any]]:
    """Ask everything that the themes ask, at D and a year before."""
    from capclient.engine.purchases import FAMILY_CUBE
    from capclient.engine.retention import YEARS
    from capclient.engine.weights import LINE_SEGMENTS
    from capclient.indicators.purchases import range_breadth

    portfolio = _portfolio(folder)
    began = perf_counter()
    facts = {}
    for when, seen in (("now", portfolio), ("before", portfolio.earlier())):
        clients, months = seen.customers, seen.months
        facts |= {
            f"{when}_{name}": float(clients[name].sum())
            for name in (
                "purchase_days", "purchase_days_12m", "gaps", "span_days", "median_gap", "orders_n", "orders_n1",
                "revenue_n", "revenue_n1", "revenue_half", "revenue_half_before", "revenue_before", "best_12m",
                "margin_n",
            )
        }  # fmt: skip
        facts |= {f"{when}_customers": len(clients), f"{when}_months": len(months)}
        facts |= {
            f"{when}_revenue": float(months.revenue.sum()),
            f"{when}_orders": float(months.orders.sum()),
        }
    years = portfolio.years_back()
    facts["years"] = float(sum(portfolio.revenue(year).sum() for year in years))
    cohorts = portfolio.ledger.frame(YEARS, {"start": years[0].start, "ends": [year.end for year in years]})
    facts["loyal"] = int((cohorts[cohorts.revenue > 0].groupby("customer_id").size() == len(years)).sum())
    n, n1 = portfolio.windows.n, portfolio.windows.n1
    named = {"start": n.start, "end": n.end, "start_n1": n1.start, "end_n1": n1.end}
    families = portfolio.ledger.frame(LINE_SEGMENTS, named).dropna(subset="family")
    facts["families"] = float((families.revenue / 100).max())
    cube = portfolio.ledger.frame(FAMILY_CUBE, {"start": n.start, "end": n.end})
    facts["breadth"] = float(range_breadth(cube, portfolio.customers.index).sum())
    facts["salespeople"] = portfolio.customers.salesperson.nunique()
    return perf_counter() - began, facts


def customer_days(folder: str) -> tuple[float, dict[str, Any]]:
    """Make the relation client x day again, as ingest does."""
    from capclient.engine.duckdb import workspace
    from capclient.engine.operations import CUSTOMER_DAYS

    portfolio = _portfolio(folder)
    sql = portfolio.ledger.bound(CUSTOMER_DAYS)
    began = perf_counter()
    with workspace() as (con, work):
        con.execute(f"COPY ({sql}) TO '{work / 'days.parquet'}' (FORMAT parquet, COMPRESSION zstd)")
    return perf_counter() - began, {}


def in_pandas(folder: str) -> tuple[float, dict[str, Any]]:
    """Compute the same numbers as an analyst would: needed columns, dates as datetimes, one pass to client x day."""
    import pandas as pd

    as_of = pd.Timestamp(ledger.AS_OF)
    began = perf_counter()
    lines = pd.read_parquet(Path(folder) / "ledger.parquet", columns=COLUMNS)
    documents = lines.groupby(["customer_id", "invoice_id", "invoice_date"], sort=False)[
        ["amount_ht", "cost"]
    ].sum()
    documents["orders"] = (documents.amount_ht.round(2) >= 0).astype(int)
    days = documents.groupby(["customer_id", "invoice_date"]).sum().reset_index()
    del documents
    facts = _seen("now", days, as_of) | _seen("before", days, as_of - pd.DateOffset(years=1))
    starts = [as_of - pd.DateOffset(years=back) for back in (3, 2, 1, 0)]
    yearly = [
        days[(days.invoice_date > after) & (days.invoice_date <= upto)].groupby("customer_id").amount_ht.sum()
        for after, upto in pairwise(starts)
    ]
    facts["years"] = float(sum(year.sum() for year in yearly))
    facts["loyal"] = int((pd.concat(yearly, axis=1).round(2) > 0).all(axis=1).sum())
    in_n = lines[lines.invoice_date > starts[2]]
    facts["families"] = float(in_n.groupby("family").amount_ht.sum().max())
    bought = in_n[in_n.amount_ht > 0]
    facts["breadth"] = float(bought.groupby("customer_id").family.nunique().sum() / bought.family.nunique())
    last = lines.sort_values("invoice_date", kind="stable").drop_duplicates("customer_id", keep="last")
    facts["salespeople"] = last.salesperson.nunique()
    return perf_counter() - began, facts


def _seen(when: str, days: Any, as_of: Any) -> dict[str, Any]:
    """Summaries of the clients at one date."""
    import pandas as pd

    days = days[days.invoice_date <= as_of]

    def within(column: str, months: int, back: int = 0) -> Any:
        start, end = as_of - pd.DateOffset(months=months + back), as_of - pd.DateOffset(months=back)
        start, end = start + pd.offsets.MonthEnd(0), end + pd.offsets.MonthEnd(0)
        inside = days[(days.invoice_date > start) & (days.invoice_date <= end)]
        return inside.groupby("customer_id")[column].sum()

    bought = days[days.orders > 0]
    dates = bought.groupby("customer_id").invoice_date
    gaps = dates.diff().dt.days
    monthly = days.groupby(["customer_id", days.invoice_date.dt.to_period("M")])[
        ["amount_ht", "orders"]
    ].sum()
    best = monthly.amount_ht.unstack().T.rolling(12, min_periods=1).sum().max()
    year = pd.DateOffset(years=1)
    found = {
        "purchase_days": dates.size(),
        "purchase_days_12m": bought[bought.invoice_date > as_of - year].groupby("customer_id").size(),
        "gaps": gaps.groupby(bought.customer_id).count(),
        "span_days": (dates.max() - dates.min()).dt.days,
        "median_gap": gaps.groupby(bought.customer_id).median(),
        "orders_n": within("orders", 12),
        "orders_n1": within("orders", 12, 12),
        "revenue_n": within("amount_ht", 12),
        "revenue_n1": within("amount_ht", 12, 12),
        "revenue_half": within("amount_ht", 6),
        "revenue_half_before": within("amount_ht", 6, 12),
        "revenue_before": days[days.invoice_date <= as_of - year].groupby("customer_id").amount_ht.sum(),
        "best_12m": best,
        "margin_n": within("amount_ht", 12).sub(within("cost", 12)),
    }
    facts = {f"{when}_{name}": float(values.sum()) for name, values in found.items()}
    facts |= {f"{when}_customers": days.customer_id.nunique(), f"{when}_months": len(monthly)}
    facts |= {
        f"{when}_revenue": float(monthly.amount_ht.sum()),
        f"{when}_orders": float(monthly.orders.sum()),
    }
    return facts
