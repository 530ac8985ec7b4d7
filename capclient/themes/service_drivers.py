"""Units of work that serving clients takes, each one once: a sheet of drivers, exchanges, documents, money lent (4.3).

Floor 5. The sheet speaks for the clients, activities and periods of its rows, and for nobody else: what one row says of
one client takes nothing away from what is recorded of the others.
"""

from __future__ import annotations

import pandas as pd

from capclient.engine import margins as engine
from capclient.indicators import cost_to_serve as indicators
from capclient.indicators.cost_to_serve import OUTSIDE, bounds_of_period, shares_of_periods
from capclient.levels import activity_code
from capclient.periods import shifted
from capclient.portfolio import Portfolio

DOCUMENTS = ("order", "invoice", "credit_note")


def drivers_of(portfolio: Portfolio) -> tuple[pd.DataFrame, pd.Series, int]:
    """Return the units of work of N (``customer_id activity source qty unit_cost cost``), all hours, rows unread."""
    sheet, told, ignored = _sheet(portfolio)
    talks = _exchanges(portfolio)
    hours = talks.set_index("customer_id").hours
    talks = talks[~_is_told(talks, told)]
    pools = set(portfolio.params.economics.cost_pools)
    direct = talks[talks.cost.notna()].assign(source="direct")
    rest = talks[talks.cost.isna()].assign(source="interactions", cost=float("nan"))
    unpaid = rest[~rest.activity.isin(pools) & (rest.hours > 0)]
    parts = [sheet, direct, rest]
    if "hour" in pools:
        worked = unpaid.assign(activity="hour", qty=unpaid.hours)
        parts.append(worked[~_is_told(worked, told)])
    wanted = [name for name in DOCUMENTS if name in pools]
    if wanted:
        parts.append(_documents(portfolio, wanted, told))
    if portfolio.params.economics.credit_rate and portfolio.has("receivable_items"):
        parts.append(_credit(portfolio))
    frame = pd.concat([part.reindex(columns=list(sheet.columns)) for part in parts if len(part)] or [sheet])
    frame["customer_id"] = frame.customer_id.astype("str").fillna(OUTSIDE)
    return frame.reset_index(drop=True), hours.fillna(0.0).astype("float64"), ignored


def _is_told(work: pd.DataFrame, told: pd.DataFrame) -> pd.Series:
    """Tell which exchanges a row of the sheet already counts: those of its client, its activity and its period."""
    if told.empty or work.empty:
        return pd.Series(False, index=work.index)
    numbered = work.reset_index(drop=True).rename_axis("place").reset_index()
    beside = numbered.merge(told, on=["customer_id", "activity"])
    inside = beside.place[beside.date.between(beside["first"], beside["last"])]
    return pd.Series(numbered.place.isin(inside).to_numpy(), index=work.index)


def _documents(portfolio: Portfolio, wanted: list[str], told: pd.DataFrame) -> pd.DataFrame:
    """Count documents of N by client, without those of the periods of which the sheet speaks."""

    def counted(first: object, last: object) -> pd.Series:
        rows = portfolio.ledger.frame(engine.DOCUMENTS, {"n_start": first, "n_end": last})
        rows["customer_id"] = rows.customer_id.astype("str").fillna(OUTSIDE)
        return rows.melt("customer_id", wanted, "activity", "qty").set_index(["customer_id", "activity"]).qty

    year = portfolio.windows.n
    left = counted(year.start, year.end)
    mine = _joined(told[told.activity.isin(wanted)])
    for first, last in mine[["first", "last"]].drop_duplicates().itertuples(index=False):
        rows = mine[mine["first"].eq(first) & mine["last"].eq(last)]
        pairs = pd.MultiIndex.from_frame(rows[["customer_id", "activity"]])
        inside = counted(first.date(), last.date())
        left = left.sub(inside[inside.index.isin(pairs)], fill_value=0)
    return left[left > 0].reset_index(name="qty").assign(source="ledger")


def _joined(told: pd.DataFrame) -> pd.DataFrame:
    """Return the periods of each client and activity without overlap: a month inside a year is in it once."""
    keys = ["customer_id", "activity"]
    rows = told.sort_values([*keys, "first", "last"], ignore_index=True)
    reached = rows.groupby(keys)["last"].cummax().groupby([rows[key] for key in keys]).shift()
    block = (~(rows["first"] <= reached)).cumsum()
    return rows.groupby([*keys, block.rename("block")], as_index=False).agg({"first": "min", "last": "max"})


def _sheet(portfolio: Portfolio) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Rows of the sheet of drivers that speak of N, of whom and when they do, and how many cannot be used.

    The second frame holds ``customer_id activity first last`` (days of N, both included).
    """
    rows = portfolio.table("cost_to_serve")
    year = portfolio.windows.n
    part = shares_of_periods(rows.period, year.start, year.end)
    bad = part.isna() | rows.driver_qty.isna() | (rows.driver_qty.astype("float64") < 0)
    good = rows[~bad & (part > 0)]
    frame = pd.DataFrame(
        {
            "customer_id": good.customer_id.astype("str"),
            "activity": [activity_code(str(name)) for name in good.activity],
            "source": "sheet",
            "qty": good.driver_qty.astype("float64") * part[good.index],
            "unit_cost": good.unit_cost.astype("float64"),
            "cost": float("nan"),
            "hours": float("nan"),
        }
    )
    bounds = [
        (isinstance(said, str) and bounds_of_period(said)) or (year.start, year.end) for said in good.period
    ]
    days = pd.DataFrame(bounds, columns=["first", "last"], index=good.index, dtype="datetime64[ns]")
    days = days.clip(lower=pd.Timestamp(year.start), upper=pd.Timestamp(year.end))
    # what nothing can price counts nothing, and hides no cost that is recorded
    priced = frame.unit_cost.notna() | frame.activity.isin(set(portfolio.params.economics.cost_pools))
    return frame, frame.loc[priced, ["customer_id", "activity"]].join(days), int(bad.sum())


def _exchanges(portfolio: Portfolio) -> pd.DataFrame:
    rows = portfolio.table("interactions")
    year = portfolio.windows.n
    days = pd.to_datetime(rows.date)
    rows = rows[(days >= pd.Timestamp(year.start)) & (days <= pd.Timestamp(year.end))]
    return pd.DataFrame(
        {
            "customer_id": rows.customer_id.astype("str"),
            "activity": rows.type.astype("str"),
            "date": pd.to_datetime(rows.date),
            "qty": 1.0,
            "unit_cost": float("nan"),
            "cost": rows.cost.astype("float64"),
            "hours": rows.hours.astype("float64"),
        }
    )


def _credit(portfolio: Portfolio) -> pd.DataFrame:
    """Cost of the money each client owes: mean of its balances at the ends of the months of N, times the rate."""
    rate = portfolio.params.economics.credit_rate
    days = [shifted(portfolio.windows.n.end, -back) for back in range(12)]
    owed = (
        portfolio.ledger.frame(engine.BALANCES, {"days": days}).set_index("customer_id").balance
        / 100
        / len(days)
    )
    cost = indicators.credit_cost(owed, rate=rate or 0)
    table = pd.DataFrame({"customer_id": cost.index, "activity": "credit", "source": "credit", "cost": cost})
    return table.assign(qty=owed.clip(lower=0.0).round(2))[cost > 0]
