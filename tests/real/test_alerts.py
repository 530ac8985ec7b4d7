"""Online Retail II: the clients that lose volume, against plain pandas that shares nothing with the package (8.3).

Data: D. Chen, Online Retail II, UCI Machine Learning Repository. Measured on the year to 30 November 2011: the alert on
volumes rings for 4 clients; replayed each month, 11 alerts, 55 % false, 0.10 per 100 client-months: the floor is 0.1 %
of a revenue of millions. The alert on silence rang 1 869 times, 42 % false, 3.17 per 100 client-months.
"""

import pandas as pd
import pytest

from capclient.decisions.alert_behaviour import out_of_season, volume_loss
from capclient.decisions.alert_volumes import volume_replay, volumes_at
from capclient.params import read_params
from capclient.places import notebooks
from capclient.portfolio import Portfolio
from tests.e2e import alert_rates
from tests.e2e.alert_outcomes import World

pytestmark = pytest.mark.real

END = pd.Timestamp("2011-11-30")


@pytest.fixture(scope="module")
def company(real_data):
    return Portfolio.of(read_params(notebooks().parent / "params" / "exemples" / "online_retail_ii.yml"))


@pytest.fixture(scope="module")
def sales(real_data):
    raw = pd.read_parquet(real_data / "online_retail_ii.parquet")
    place = pd.Series(range(1, len(raw) + 1), index=raw.index)
    day = pd.to_datetime(raw["InvoiceDate"]).dt.normalize()
    twice = (place <= 525_461) & (day >= day[place > 525_461].min())
    kept = raw[~twice].assign(day=day, amount=(raw["Quantity"] * raw["Price"].astype(float)).round(2))
    return kept[kept.day <= END]


def test_who_loses_volume_is_what_the_raw_file_says(company, sales):
    known = sales.dropna(subset="Customer ID")
    known = known.assign(
        customer=known["Customer ID"].astype("int64").astype(str), month=known.day.dt.to_period("M")
    )
    late, past = (pd.period_range(end=month, periods=3, freq="M") for month in ("2011-11", "2010-11"))
    seen = known[known.month.isin(late) | known.month.isin(past)]
    same = seen.groupby(["customer", "StockCode"])
    price = same.amount.transform("sum") / same.Quantity.transform("sum").replace(0, float("nan"))
    seen = seen.assign(volume=(seen.Quantity * price).where(price > 0, seen.amount))
    table = seen.pivot_table(index="customer", columns="month", values="volume", aggfunc="sum").fillna(0.0)
    now, before = table[late].to_numpy(), table[past].to_numpy()
    year = sales[sales.day > END - pd.DateOffset(years=1)].amount.sum()
    drop = before.sum(axis=1) - now.sum(axis=1)
    bills = known.groupby(["customer", "Invoice", "day"], as_index=False).amount.sum()
    first = bills[bills.amount >= 0].groupby("customer").day.min().reindex(table.index)
    rings = (
        (now.sum(axis=1) <= 0.75 * before.sum(axis=1))
        & (drop >= max(500, 0.001 * year))
        & ((now < before).sum(axis=1) >= 2)
        & (first <= END - pd.DateOffset(months=15)).to_numpy()
    )
    told, meant = volumes_at(company, company.as_of), set(table.index[rings])
    assert set(told.index[told.alert]) == meant
    assert told["drop"][sorted(meant)].to_numpy() == pytest.approx(
        pd.Series(drop, index=table.index)[sorted(meant)].to_numpy(), abs=0.05
    )
    quiet = out_of_season(company)
    assert set(volume_loss(company).customer_id) == {who for who in meant if not quiet[who]}


def test_the_false_alarms_published_are_those_of_today(company):
    worth = volume_replay(company).worth
    assert (worth["alerts"], worth["false"]) == (11, 6)


@pytest.mark.slow
def test_what_the_alerts_were_worth_is_what_is_published(company):
    published = (notebooks().parent / "CONTRIBUTING.md").read_text("utf-8")
    start = published.index(alert_rates.REAL_TITLE)
    end = published.find("\n## ", start + 1)
    assert (
        published[start : end if end > 0 else None].strip()
        == alert_rates.real_section(World(company)).strip()
    )
