"""What denies an alert that states a fact: what the tables say of that day, read otherwise than by the rule.

Same functions as in :mod:`tests.e2e.alert_outcomes`.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from capclient.decisions.facts import facts
from tests.e2e import raw_figures as figures
from tests.e2e.alert_outcomes import False_, World, months, pools


def not_first(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    sold = figures.revenue(world.lines, day).drop(pools(world), errors="ignore").clip(lower=0)
    groups = world.sheet.group_id if "group_id" in world.sheet else pd.Series(dtype="object")
    together = sold.groupby(sold.index.map(groups.dropna()).fillna(sold.index.to_series()).to_numpy()).sum()
    heavy = sold.max() >= 0.25 * sold.sum() - 1e-6 or together.max() >= 0.30 * sold.sum() - 1e-6
    return pd.Series(not heavy, index=rows.index)


def not_risen(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    weight = []
    for back in (0, 1):
        sold = figures.revenue(world.lines, day, back).drop(pools(world), errors="ignore").clip(lower=0)
        weight.append(sold / sold.sum())
    who = weight[0].idxmax()
    return pd.Series(bool(weight[0][who] - weight[1].get(who, 0) < 0.05 - 1e-9), index=rows.index)


def not_cheap(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """The index of 3.7 is 90 at least; a code whose prices differ by half (3.8) stands for several things."""
    year = figures.within(world.lines, figures.year_before(day)).dropna(subset="customer")
    sums = year[year.qty.notna()].groupby(["product", "customer"])[["amount", "qty"]].sum().reset_index()
    sums = sums[(sums.qty > 0) & ~sums.customer.isin(pools(world))]
    of = sums.groupby("product")
    usual, bought = of.amount.transform("sum") / of.qty.transform("sum"), of.qty.transform("sum")
    apart = (sums.amount / sums.qty - usual) ** 2 * sums.qty / bought
    mixed = apart.groupby(sums["product"]).transform("sum") > (usual / 2) ** 2
    sums = sums.assign(usual=usual * sums.qty)[(of.customer.transform("nunique") >= 3) & ~mixed]
    paid = sums.groupby("customer")[["amount", "usual"]].sum()
    return (paid.amount / paid.usual * 100).reindex(rows.index) >= 90


def no_deadline(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """No date of a contract of that day falls within three months, or is past with no contract begun since."""
    begun = world.portfolio.table("contracts")
    begun = begun[pd.to_datetime(begun.start) <= day]
    told = {}
    for who in rows.index:
        mine = begun[begun.customer_id == who].sort_values("start")
        dates = pd.to_datetime(mine.iloc[-1][["tender_date", "notice_date", "end"]]).dropna()
        dates = dates[dates > mine.iloc[-1].start]  # the tender that it won is over
        told[who] = not any(date - pd.DateOffset(months=3) <= day for date in dates)
    return pd.Series(told, dtype="object")


def lawful(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """No invoice of the year is agreed beyond sixty days (thirty for a public buyer)."""
    bills = figures.within(world.lines[world.lines.kind != "Avoir"], figures.year_before(day))
    public = world.sheet.is_public.eq(True) | world.sheet.customer_type.astype("str").str.casefold().eq(
        "public"
    )
    limit = bills.customer.map(public).eq(True).map({True: 30, False: 60})
    beyond = bills.customer[(bills.due - bills.day).dt.days > limit]
    return pd.Series(~rows.index.isin(beyond), index=rows.index)


def no_old_claim(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    talks = world.portfolio.table("interactions")
    opened, closed = (
        pd.to_datetime(talks.opened).fillna(pd.to_datetime(talks.date)),
        pd.to_datetime(talks.closed),
    )
    waiting = talks.type.eq("claim") & ((day - opened).dt.days > 15) & ~(closed <= day)
    return pd.Series(~rows.index.isin(talks.customer_id[waiting]), index=rows.index)


def called(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """Somebody called or came since the first order, or it is not of this year."""
    talks = world.portfolio.table("interactions")
    talks = talks[talks.type.isin(["call", "visit"]) & (pd.to_datetime(talks.date) <= day)]
    last = pd.to_datetime(talks.date).groupby(talks.customer_id).max().reindex(rows.index)
    first = world.bought.groupby("customer").day.min().reindex(rows.index)
    return (last >= first) | (first < figures.year_before(day)[0]) | ((day - first).dt.days <= 7)


def fairly_visited(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """Its part of the visits of the year is no more than twice its part of the margins (4.7)."""
    talks = world.portfolio.table("interactions")
    seen = talks[talks.type.eq("visit") & pd.to_datetime(talks.date).between(*figures.year_before(day))]
    value = facts(world.of(day)).clients.value.astype("float64").dropna()
    visits = seen[seen.customer_id.isin(value.index)].groupby("customer_id").size()
    effort, worth = visits / visits.sum(), value / value.sum()
    return ~(effort.reindex(rows.index, fill_value=0) > 2 * worth.reindex(rows.index).clip(lower=0))


def not_planted(part: Callable[[dict], set[str]]) -> False_:
    """The answer key of the simulation does not name the client."""

    def judged(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
        return pd.Series(~rows.index.isin(part(world.planted)), index=rows.index)

    return judged


def several_products(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    year = figures.within(world.lines[world.lines.kind != "Avoir"], figures.year_before(day))
    return year.groupby("customer")["product"].nunique().reindex(rows.index, fill_value=0) != 1


def mostly_known(share: float, *, with_pools: bool) -> False_:
    """Revenue without a client (and of pooled codes) is no more than its share."""

    def judged(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
        year = figures.within(world.lines, figures.year_before(day))
        hidden = year.customer.isna() | (year.customer.isin(pools(world)) & with_pools)
        return pd.Series(bool(year.amount[hidden].sum() <= share * year.amount.sum()), index=rows.index)

    return judged


def several_people(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    people = world.portfolio.table("contacts")
    here = people[
        people.side.ne("ours")
        & ~(pd.to_datetime(people.since) > day)
        & ~(pd.to_datetime(people.until) <= day)
    ]
    return here.groupby("customer_id").person.nunique().reindex(rows.index, fill_value=0) != 1


def nobody_left(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    people = world.portfolio.table("contacts")
    gone = pd.to_datetime(people.until)
    left = people.customer_id[people.side.ne("ours") & (gone <= day) & (gone > months(day, -12))]
    return pd.Series(~rows.index.isin(left), index=rows.index)


def steady_or_alone(world: World, day: pd.Timestamp, rows: pd.DataFrame) -> pd.Series:
    """No competitor is named on the sheet, or the client bought within one mean interval of that day."""
    days = world.bought[world.bought.day <= day]
    seen = days[days.customer.isin(rows.index)].groupby("customer").day.agg(["min", "max", "size"])
    usual = (seen["max"] - seen["min"]).dt.days / (seen["size"] - 1).clip(lower=1)
    fresh = (day - seen["max"]).dt.days <= usual
    return world.sheet.competitors_known.reindex(rows.index).isna() | fresh.reindex(
        rows.index, fill_value=False
    )
