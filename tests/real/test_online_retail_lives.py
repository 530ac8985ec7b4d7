"""Lives of the clients of Online Retail II against plain SQL and pandas on the raw file: nothing is shared."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from capclient.themes import Findings, life, lifecycle
from tests.real.test_online_retail import portfolio, raw

__all__ = ["portfolio", "raw"]  # fixtures of the other module

pytestmark = pytest.mark.real
END = pd.Timestamp("2011-11-30")


@pytest.fixture(scope="module")
def days(raw):
    """Revenue of each client and day, and whether it bought that day: a document of a positive or zero total."""
    frame = raw.execute(
        """SELECT client, d, sum(amount)::DOUBLE AS amount, bool_or(bought) AS bought FROM (
            SELECT client, Invoice, d, sum(amount) AS amount, sum(amount) >= 0 AS bought FROM kept
            WHERE client IS NOT NULL AND d <= DATE '2011-11-30' GROUP BY ALL
        ) GROUP BY ALL"""
    ).df()
    return frame.assign(d=pd.to_datetime(frame.d))


@pytest.fixture(scope="module")
def lives(days):
    """First purchase, whole months followed, and revenue before each age, of clients seen to begin."""
    first = days[days.bought].groupby("client").d.min().rename("first_day")
    frame = days.merge(first, on="client")
    start = days.d.min()
    seen = first[first >= start + pd.DateOffset(months=3)].to_frame()
    table = {}
    for age in (6, 12):
        until = frame.first_day + pd.DateOffset(months=age)
        table[age] = frame[frame.d < until].groupby("client").amount.sum()
        seen[f"reached_{age}"] = seen.first_day + pd.DateOffset(months=age) <= END + pd.Timedelta(days=1)
    return seen, {age: brought.reindex(seen.index).fillna(0.0) for age, brought in table.items()}


def test_what_half_of_the_clients_brought_after_six_and_twelve_months(portfolio, lives):
    seen, brought = lives
    found = Findings(portfolio)
    for age in (6, 12):
        mine = brought[age][seen[f"reached_{age}"]]
        item = found[f"lifecycle.contribution_{age}m_median"]
        assert item.n == len(mine) > 1_000
        assert item.value == pytest.approx(mine.median(), abs=0.005)
    year = brought[12][seen.reached_12]
    assert found["lifecycle.contribution_12m_low"].value == pytest.approx(np.quantile(year, 0.25), abs=0.005)
    assert found["lifecycle.contribution_12m_high"].value == pytest.approx(np.quantile(year, 0.75), abs=0.005)
    assert found["lifecycle.contribution_24m_median"].reason == "history_short"
    assert found["lifecycle.margin_12m_median"].reason == "missing:cost"


def test_the_curve_of_a_cohort(portfolio, lives):
    """Clients of 2010, all followed for eleven months at least: their median at six months."""
    seen, brought = lives
    mine = seen.first_day.dt.year == 2010
    curves = life(portfolio).contribution.curves
    row = curves[(curves.cohort == 2010) & (curves.age == 6)].iloc[0]
    assert row.customers == mine.sum()
    assert row["median"] == pytest.approx(brought[6][mine].median(), abs=0.005)
    assert curves[curves.cohort == 2010].age.max() == 10 + (
        seen.first_day[mine].max() <= END - pd.DateOffset(months=11)
    )


def test_two_years_of_data_give_one_review_and_say_so(portfolio):
    history = life(portfolio).history
    assert history.stages.columns.tolist() == [date(2011, 11, 30)] and history.lacking == 1
    assert (history.stages.iloc[:, 0] == lifecycle(portfolio).customers.stage).all()
    found = Findings(portfolio)
    assert found["lifecycle.reviews"].value == 1
    for name in ("stay_share", "confirmed_moves", "flickers_avoided", "projected_lost_customers"):
        assert found[f"lifecycle.{name}"].reason == "history_short", name
    assert found["lifecycle.effort_within_share"].reason == "missing:interactions"
