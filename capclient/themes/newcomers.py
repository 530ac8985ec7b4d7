"""New clients: what they weigh, where they came from, whether they stay, what winning them costs (12.4, C02, C06).

Floor 5. Its findings bear the group ``prospecting`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.engine import prospecting as engine
from capclient.findings import Finding, Value, finding
from capclient.indicators.acquisition import cost_per_client, cost_ratio
from capclient.indicators.retention import share_of, wilson_interval
from capclient.periods import Period
from capclient.portfolio import Portfolio
from capclient.themes.bridge import not_compared
from capclient.themes.counts import counts
from capclient.themes.once import once
from capclient.themes.prospects import known_prospects
from capclient.vocabulary import Unknown

OF_LEDGER = ("new_revenue", "new_revenue_share", "new_mean_revenue")
OF_SHEET = ("new_traced_customers", "new_traced_share", "new_delay_days")

NOBODY_NEW, NOBODY_CAME = Unknown("denominator_zero:new_customers"), Unknown("denominator_zero:came_before")


@dataclass(frozen=True)
class Newcomers:
    """``clients``: the new clients of N, largest first, with the prospect each comes from (``source``,
    ``delay_days``; missing without). ``sources``: new clients and revenue N by source, those of no sheet last.

    Both are empty when ``reason`` says why.
    """

    clients: pd.DataFrame
    sources: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


@once
def newcomers(portfolio: Portfolio) -> Newcomers:
    """Return the new clients of N."""
    reason = not_compared(portfolio)
    kept, costs = _kept(portfolio), _costs(portfolio, reason)
    if reason is not None:
        found = [_finding(portfolio, name, reason) for name in (*OF_LEDGER, *OF_SHEET)]
        return Newcomers(pd.DataFrame(), pd.DataFrame(), reason, [*found, *kept, *costs])
    clients = _clients(portfolio)
    total, revenue = portfolio.total_revenue(portfolio.windows.n), float(clients.revenue_n.sum())
    values: dict[str, Value | Unknown] = {
        "new_revenue": revenue,
        "new_revenue_share": share_of(round(revenue * 100), round(total * 100)),
        "new_mean_revenue": revenue / len(clients) if len(clients) else NOBODY_NEW,
    }
    found = [_finding(portfolio, name, value, n=len(clients)) for name, value in values.items()]
    return Newcomers(clients, _sources(clients), None, [*found, *_traced(portfolio, clients), *kept, *costs])


def _clients(portfolio: Portfolio) -> pd.DataFrame:
    frame = portfolio.customers
    new = frame[counts(portfolio).customers.status.eq("new") & ~frame.is_pool]
    columns = ["name", "first_purchase", "revenue_n", "orders_n", "segment", "salesperson"]
    sheet = known_prospects(portfolio)
    mine = sheet[sheet.customer_id.isin(new.index)].sort_values(["created", "prospect_id"], kind="stable")
    first = mine.drop_duplicates("customer_id").set_index("customer_id")
    joined = new[columns].join(first[["prospect_id", "source", "created"]])
    delay = (joined.first_purchase - joined.created).dt.days.astype("float64")
    joined = joined.assign(delay_days=delay.where(delay >= 0))
    joined = joined.assign(order=-joined.revenue_n).sort_values(["order", "name"], kind="stable")
    return joined.drop(columns="order")


def _sources(clients: pd.DataFrame) -> pd.DataFrame:
    """New clients and their revenue by source: named, of a prospect without source, of no prospect."""
    traced = clients.prospect_id.notna()
    rows = []
    for line, part in (("source", clients[traced & clients.source.notna()]),
                       ("blank", clients[traced & clients.source.isna()]),
                       ("untraced", clients[~traced])):  # fmt: skip
        names = part.source.where(part.source.notna(), "")
        for name, group in part.groupby(names, sort=True):
            median = group.delay_days.median()
            revenue = round(float(group.revenue_n.sum()), 2)
            rows.append((line, name, len(group), revenue, revenue / len(group), median))
    columns = ["line", "source", "customers", "revenue", "mean_revenue", "delay_days"]
    table = pd.DataFrame(rows, columns=columns)
    named = table[table.line == "source"].sort_values("revenue", ascending=False, kind="stable")
    return pd.concat([named, table[table.line != "source"]], ignore_index=True)


def _traced(portfolio: Portfolio, clients: pd.DataFrame) -> list[Finding]:
    sheet = portfolio.table("prospects")
    traced = int(clients.prospect_id.notna().sum())
    n, delays = len(clients), clients.delay_days.dropna()
    interval = wilson_interval(traced, n) if n else None
    reason = None
    if sheet.empty:
        reason = Unknown("missing:prospects")
    elif sheet.customer_id.isna().all():
        reason = Unknown("missing:prospect_customer")
    delay = float(delays.median()) if len(delays) else Unknown("not_applicable")
    return [
        _finding(portfolio, "new_traced_customers", reason or traced, n=n),
        _finding(
            portfolio,
            "new_traced_share",
            reason or (share_of(traced, n) if n else NOBODY_NEW),
            n=n,
            interval=interval,
        ),
        _finding(portfolio, "new_delay_days", reason or delay, n=len(delays)),
    ]


def _kept(portfolio: Portfolio) -> list[Finding]:
    """Who, of the new clients of N-1, bought in N; and what the clients that came in N-2 did in their second year."""
    return [_still_here(portfolio), _second_year(portfolio)]


def _still_here(portfolio: Portfolio) -> Finding:
    if not portfolio.has_lines:
        return _finding(portfolio, "new_kept_rate", Unknown("missing:invoice_lines"))
    years = portfolio.windows
    if not all(portfolio.is_complete(year) for year in (years.n, years.n1, years.n2)):
        return _finding(portfolio, "new_kept_rate", Unknown("history_short"))
    frame = portfolio.customers[~portfolio.customers.is_pool]
    came = frame[frame.revenue_n1.gt(0) & frame.first_purchase.ge(pd.Timestamp(years.n1.start))]
    kept = int(came.revenue_n.gt(0).sum())
    interval = wilson_interval(kept, len(came)) if len(came) else None
    return _finding(
        portfolio,
        "new_kept_rate",
        share_of(kept, len(came)) if len(came) else NOBODY_CAME,
        n=len(came),
        interval=interval,
    )


def _second_year(portfolio: Portfolio) -> Finding:
    if not portfolio.has_lines:
        return _finding(portfolio, "second_year_ratio", Unknown("missing:invoice_lines"))
    years = portfolio.years_back(4)
    if len(years) < 4:
        return _finding(portfolio, "second_year_ratio", Unknown("history_short"))
    came: Period = years[1]  # N-2: each of its newcomers has lived two whole years at D
    named = {"start": came.start, "end": came.end, "as_of": portfolio.as_of}
    rows = portfolio.ledger.frame(engine.SECOND_YEAR, named)
    pooled = portfolio.customers.index[portfolio.customers.is_pool]
    rows = rows[~rows.customer_id.isin(pooled) & rows.first_year.gt(0)]
    ratio = share_of(int(rows.second_year.sum()), int(rows.first_year.sum())) if len(rows) else NOBODY_CAME
    return _finding(portfolio, "second_year_ratio", ratio, n=len(rows))


def _costs(portfolio: Portfolio, reason: Unknown | None) -> list[Finding]:
    told = portfolio.params.economics
    known = {item.id: item.value for item in counts(portfolio).findings}
    new, kept = (known[f"portfolio.customers_{name}"] for name in ("new", "retained"))
    won, stayed = (reason or Unknown("period_incomplete") if n is None else int(n) for n in (new, kept))
    acquisition = cost_per_client(told.prospecting_cost, won, what="prospecting_cost")
    retention = cost_per_client(told.retention_cost, stayed, what="retention_cost")
    values = {
        "acquisition_cost": (acquisition, won),
        "retention_cost": (retention, stayed),
        "acquisition_ratio": (cost_ratio(acquisition, retention), won),
    }
    return [
        finding(
            f"prospecting.{name}", value, period=portfolio.windows.n, inputs=("invoice_lines", "economics"),
            n=None if isinstance(n, Unknown) else n,
            caveat="caveat.acquisition_claim" if name == "acquisition_ratio" else None,
        )
        for name, (value, n) in values.items()
    ]  # fmt: skip


def _finding(
    portfolio: Portfolio,
    name: str,
    value: Value | Unknown,
    *,
    n: int | None = None,
    interval: tuple[float, float] | None = None,
) -> Finding:
    inputs = ("invoice_lines", "prospects") if name in OF_SHEET else ("invoice_lines",)
    period = portfolio.windows.n
    return finding(f"prospecting.{name}", value, period=period, n=n, interval=interval, inputs=inputs)
