"""The events of the relation that the table ``interactions`` holds, up to D: visits, claims, surveys, calls.

Floor 5.
"""

from __future__ import annotations

import pandas as pd

from capclient.indicators.claims import claims_part
from capclient.periods import Period, shifted
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.vocabulary import Unknown

DATES = ("date", "opened", "closed", "called_back")
SCORES = ["score_nps", "score_csat"]
NO_LINES = Unknown("missing:invoice_lines")


@once
def events(portfolio: Portfolio) -> pd.DataFrame:
    """Return the events dated on or before D, with their dates as dates; empty without the table."""
    table = portfolio.table("interactions")
    for name in DATES:
        table[name] = pd.to_datetime(table[name]).astype("datetime64[ns]")
    return table[table.date <= pd.Timestamp(portfolio.as_of)].reset_index(drop=True)


def within(table: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Return the events of a period."""
    return table[(table.date >= pd.Timestamp(period.start)) & (table.date <= pd.Timestamp(period.end))]


def of_clients(portfolio: Portfolio, table: pd.DataFrame) -> pd.DataFrame:
    """Return the events of clients one by one: those of pooled codes are nobody's."""
    frame = portfolio.customers
    return table[~table.customer_id.isin(frame.index[frame.is_pool])]


def named(portfolio: Portfolio, table: pd.DataFrame) -> pd.DataFrame:
    """Join name, salesperson and revenue N to a frame by client; one that never bought is known by its code."""
    known = table.join(portfolio.customers[["name", "salesperson", "revenue_n"]])
    return known.assign(name=known.name.fillna(pd.Series(known.index, index=known.index)).astype("str"))


def active_revenue(portfolio: Portfolio) -> pd.Series | Unknown:
    """Return the revenue N of the active clients, pooled codes left out, or why it is not known."""
    if not portfolio.has_lines:
        return NO_LINES
    if not portfolio.is_complete(portfolio.windows.n):
        return Unknown("period_incomplete")
    frame = portfolio.customers
    return frame.revenue_n[(frame.revenue_n > 0) & ~frame.is_pool]


@once
def claims_risk(portfolio: Portfolio) -> pd.Series:
    """Return the claims part of the risk of loss, 0 to 100 (8.6); missing where nothing tells.

    A client without any claim is at 0 as soon as the company records claims; without them, only the clients that
    answered a survey are known.
    """
    table, clients = events(portfolio), portfolio.customers.index
    if table.empty:
        return pd.Series(float("nan"), index=clients, name="claims")
    months = portfolio.thresholds.retention.survey_months
    part = claims_part(
        table,
        as_of=portfolio.as_of,
        since=shifted(portfolio.as_of, -months),
        half_year=shifted(portfolio.as_of, -6),
    )
    part = part.reindex(clients)
    return part.fillna(0.0) if table.type.eq("claim").any() else part
