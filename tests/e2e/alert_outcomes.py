"""What proves an alert of the past wrong, for the rules that guess: what followed, read in the ledger, not in the rule.

An outcome is a function of the company, the day and the rows that rang; it returns, by client, whether the alert was
false (missing when nobody can tell). :mod:`tests.e2e.alert_denials` does the same for the rules that state a fact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from capclient.decisions.facts import facts
from capclient.portfolio import Portfolio
from capclient.themes.lateness import lateness
from capclient.themes.origins import seen_at
from capclient.themes.settlements import overdue
from tests.e2e import raw_figures as figures

LINES = """
SELECT customer_id AS customer, invoice_id AS invoice, invoice_date AS day, product, qty::DOUBLE AS qty,
       amount_ht::DOUBLE AS amount, cost::DOUBLE AS cost, due_date AS due,
       CASE WHEN coalesce(
           doc_type,
           CASE WHEN sum(amount_ht) OVER (PARTITION BY customer_id, invoice_id, invoice_date) < 0 THEN 'credit_note' END
       ) = 'credit_note' THEN 'Avoir' ELSE 'Facture' END AS kind
FROM {invoice_lines}
"""


@dataclass(frozen=True)
class World:
    """A company with its whole ledger, what followed each day included; ``planted``: its answer key, if it has one."""

    portfolio: Portfolio
    planted: dict = field(default_factory=dict)

    @cached_property
    def lines(self) -> pd.DataFrame:
        rows = self.portfolio.ledger.frame(LINES)
        return rows.assign(day=pd.to_datetime(rows.day), due=pd.to_datetime(rows.due))

    @cached_property
    def end(self) -> pd.Timestamp:
        return pd.Timestamp(self.portfolio.as_of)

    @cached_property
    def bought(self) -> pd.DataFrame:
        """Purchase days of every client."""
        return figures.purchase_days(self.lines, self.end)

    @cached_property
    def sheet(self) -> pd.DataFrame:
        return self.portfolio.table("customers").drop_duplicates("customer_id").set_index("customer_id")

    def of(self, day: pd.Timestamp) -> Portfolio:
        """The analysis of a day."""
        return seen_at(self.portfolio, day.date())

    def sold(self, first: pd.Timestamp, last: pd.Timestamp) -> pd.Series:
        """Revenue of each client from a day to another."""
        return figures.within(self.lines, (first, last)).groupby("customer").amount.sum().round(2)


False_ = Callable[[World, pd.Timestamp, pd.DataFrame], pd.Series]


def pools(world: World) -> list[str]:
    """Return the codes that many buyers share."""
    return list(world.sheet.index[world.sheet.is_pool.eq(True)]) if "is_pool" in world.sheet else []


def months(day: pd.Timestamp, many: int) -> pd.Timestamp:
    """Return the month end so many months after another."""
    return day + pd.DateOffset(months=many) + pd.offsets.MonthEnd(0)


def after(day: pd.Timestamp) -> pd.Timestamp:
    return day + pd.Timedelta(days=1)


def back_to_level(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """Three months of the six that follow sell as much as the same months a year before."""
    told = pd.Series(False, index=rows.index)
    for last in (months(day, many) for many in range(3, 7)):
        now, before = (world.sold(after(months(end, -3)), end) for end in (last, months(last, -12)))
        told |= now.reindex(rows.index, fill_value=0) >= before.reindex(rows.index, fill_value=0).clip(
            lower=0.01
        )
    return told


def ordered_again(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """An order within the six months that follow."""
    later = world.bought[(world.bought.day > day) & (world.bought.day <= months(day, 6))]
    return pd.Series(rows.index.isin(later.customer), index=rows.index)


def margin_back(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """The margin rate of the next six months has won back half of the fall; missing without a sale."""
    rate, before = (figures.margin_rates(world.lines, day, back).reindex(rows.index) for back in (0, 1))
    known = world.lines[world.lines.cost.notna() & world.lines.day.between(after(day), months(day, 6))]
    sums = known.groupby("customer")[["amount", "cost"]].sum().reindex(rows.index)
    later = (1 - sums.cost / sums.amount).where(sums.amount > 0)
    return (later >= rate + (before - rate) / 2).astype("object").where(later.notna(), None)


def season_empty(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """No purchase in the three months that were announced."""
    opening = pd.Series([pd.Timestamp(one["opening"]) for one in rows.evidence], index=rows.index)
    told = {}
    for who, first in opening.items():
        days = world.bought.day[world.bought.customer == who]
        told[who] = not days.between(first, first + pd.DateOffset(months=3, days=-1)).any()
    return pd.Series(told, dtype="object")


def season_caught_up(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """The whole season ended at 70 % at least of the one before."""
    told = {}
    turn = figures.seasons(world.lines[world.lines.customer.isin(rows.index)], day)
    for who in rows.index:
        begun = max(one for one in _openings(int(turn[who]), day) if one <= day)
        over = begun + pd.DateOffset(months=3, days=-1)
        mine = world.lines[world.lines.customer == who]
        year = pd.DateOffset(years=1)
        now, before = (
            mine.amount[mine.day.between(*span)].sum()
            for span in ((begun, over), (begun - year, begun - year + pd.DateOffset(months=3, days=-1)))
        )
        told[who] = bool(now >= 0.7 * before)
    return pd.Series(told, dtype="object")


def _openings(month: int, day: pd.Timestamp) -> list[pd.Timestamp]:
    return [pd.Timestamp(day.year + shift, month, 1) for shift in (-1, 0, 1)]


def paid_soon(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """Thirty days later, what was overdue for sixty days is paid but 1,000 euros at most."""
    later = overdue(seen_at(world.portfolio, (day + pd.Timedelta(days=30)).date()))
    old = later[(pd.to_datetime(later.due_date) < day - pd.Timedelta(days=60)) & ~later.disputed.astype(bool)]
    left = old.groupby("customer_id").amount.sum().reindex(rows.index, fill_value=0)
    return left <= 100_000


def grade_back(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """Three months later the payment score is back in its former class; missing without a score."""
    later = lateness(world.of(months(day, 3))).customers.payment_grade.reindex(rows.index)
    former = pd.Series([one["former"] for one in rows.evidence], index=rows.index)
    return (later <= former).astype("object").where(later.notna(), None)


def brings_again(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """The next twelve months leave something."""
    known = facts(world.of(months(day, 12)))
    return known.clients.value.astype("float64").reindex(rows.index, fill_value=0) > 0


def market_caught_up(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """The next twelve months grow as much as the market at least."""
    next_year = months(day, 12)
    now, before = figures.revenue(world.lines, next_year), figures.revenue(world.lines, day)
    market = world.portfolio.table("market")
    known = market[market.year.astype(str) == str(next_year.year)].set_index("segment").growth.astype(float)
    grown = now.reindex(rows.index, fill_value=0) / before.reindex(rows.index)
    return grown >= 1 + world.sheet.sector.reindex(rows.index).map(known).fillna(known["total"]) - 1e-9
