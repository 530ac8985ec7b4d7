"""Who sold what to whom: the salesperson of the line, else the one of the client (1.10, 1.12).

Floor 5. The one definition that the breakdown by salesperson and the table per salesperson share.
"""

from __future__ import annotations

import pandas as pd

from capclient.engine import purchases as engine
from capclient.indicators.breakdown import filled
from capclient.periods import Period
from capclient.portfolio import Portfolio
from capclient.summaries import euros
from capclient.themes.base import Base


def sellers_of(here: Base) -> pd.Series:
    """Return the salesperson of each client: of its sheet, else of its latest line up to D; missing without one."""
    return filled(here.frame.salesperson)


def asked(period: Period, seller: pd.Series) -> dict[str, object]:
    """Return the bounds of a period, and who answers for the lines of each client that name nobody."""
    sellers = [None if pd.isna(name) else name for name in seller]
    return {"start": period.start, "end": period.end, "clients": seller.index.tolist(), "sellers": sellers}


def revenue_by_seller(portfolio: Portfolio, here: Base, period: Period) -> pd.DataFrame:
    """Return what each salesperson sold to each client in a period.

    Rows: ``customer_id seller revenue costed cost`` (euros); ``seller`` is missing where neither the line nor the
    client names one. The revenue of a client is the sum of its rows.
    """
    sold = portfolio.ledger.frame(engine.SELLERS, asked(period, sellers_of(here)))
    return sold.assign(**{name: euros(sold[name]) for name in ("revenue", "costed", "cost")})


def served(portfolio: Portfolio, here: Base) -> pd.DataFrame:
    """Return one row per client and salesperson: those who sold to it in N, and the one of its portfolio.

    Rows: ``salesperson is_own is_active revenue_n orders_n margin_n``, as
    :func:`capclient.indicators.salespeople.salesperson_table` wants them.
    """
    seller, keys = sellers_of(here), ["customer_id", "salesperson"]
    orders = portfolio.ledger.frame(engine.SELLER_ORDERS, asked(here.period, seller))
    sold = revenue_by_seller(portfolio, here, here.period).merge(
        orders, on=["customer_id", "seller"], how="outer"
    )
    sold = sold.rename(columns={"seller": "salesperson"})
    own = seller.rename("salesperson").rename_axis("customer_id").reset_index().assign(is_own=True)
    sold, own = (table.assign(salesperson=table.salesperson.astype("str")) for table in (sold, own))
    rows = own.merge(sold, on=keys, how="outer")
    return pd.DataFrame(
        {
            "salesperson": rows.salesperson,
            "is_own": rows.is_own.astype("boolean").fillna(False).astype(bool),
            "is_active": rows.customer_id.map(here.revenue > 0).astype(bool),
            "revenue_n": rows.revenue.fillna(0.0),
            "orders_n": rows.orders.fillna(0).astype("int64"),
            "margin_n": (rows.costed - rows.cost).round(2),
        }
    )
