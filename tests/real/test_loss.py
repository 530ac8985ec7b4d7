"""Online Retail II: the alarms and the judges on real rows, against plain pandas that shares nothing with the package.

Data: D. Chen, Online Retail II, UCI Machine Learning Repository. Measured on the year to 30 November 2011 (two years of
data, one day that can be judged: 31 May 2011): false alarms per 100 client-months are 21.1 for the naive rule, 17.0 for
the states and 18.0 for the learned model at as many calls; they find 70.7 %, 68.7 % and 78.2 % of the losses.
"""

import pandas as pd
import pytest

from capclient.params import read_params
from capclient.places import notebooks
from capclient.portfolio import Portfolio
from capclient.themes.loss import loss
from capclient.themes.loss_proof import Proof

pytestmark = pytest.mark.real

DAY, END = pd.Timestamp("2011-05-31"), pd.Timestamp("2011-11-30")


@pytest.fixture(scope="module")
def found(real_data):
    example = notebooks().parent / "params" / "exemples" / "online_retail_ii.yml"
    return loss(Portfolio.of(read_params(example)))


@pytest.fixture(scope="module")
def purchases(real_data):
    """Purchase days by client, straight from the raw file: an invoice whose total is not negative."""
    raw = pd.read_parquet(real_data / "online_retail_ii.parquet")
    place = pd.Series(range(1, len(raw) + 1), index=raw.index)
    day = pd.to_datetime(raw["InvoiceDate"]).dt.normalize()
    twice = (place <= 525_461) & (day >= day[place > 525_461].min())
    kept = raw[~twice].assign(day=day, amount=(raw["Quantity"] * raw["Price"].astype(float)).round(2))
    kept = kept.dropna(subset="Customer ID")
    bills = kept.groupby(["Customer ID", "Invoice", "day"], as_index=False).amount.sum()
    days = bills[bills.amount >= 0][["Customer ID", "day"]].drop_duplicates()
    return days.assign(customer=days["Customer ID"].astype("int64").astype(str)).sort_values(
        ["customer", "day"]
    )


def test_the_label_of_each_judged_client_is_what_the_raw_file_says(found, purchases):
    assert isinstance(found.proof, Proof)
    rows = found.proof.rows.droplevel("origin")
    assert list(found.proof.days) == [DAY]
    after = purchases[(purchases.day > DAY) & (purchases.day <= END)].groupby("customer").day.min()
    silent = ~(after.reindex(rows.index) <= rows.window_end)
    assert (silent.astype(int) == rows.lost).all()


def test_the_naive_rule_is_that_of_plain_pandas(found, purchases):
    rows = found.proof.rows.droplevel("origin")
    known = purchases[purchases.day <= DAY]
    gaps = known.groupby("customer").day.diff().dt.days
    usual = gaps.groupby(known.customer).median()
    usual = usual.fillna(usual.median()).reindex(rows.index)
    silence = (DAY - known.groupby("customer").day.max().reindex(rows.index)).dt.days
    # a single purchase takes the median of all clients known that day, judged or not: a few half-days apart
    several = rows.gaps > 0
    assert ((silence >= 2 * usual) == rows.naive_alarm)[several].all()
    assert ((silence >= 2 * usual) == rows.naive_alarm).mean() > 0.97


def test_the_model_earns_its_place_and_the_figures_are_those_told_above(found):
    judges = found.proof.judges
    assert found.proof.method == "model"
    assert judges.loc["model", "brier"] < judges.loc["states", "brier"] < judges.loc["naive", "brier"]
    assert judges.false_per_100[["naive", "states", "model"]].round(1).tolist() == pytest.approx(
        [21.1, 17.0, 18.0], abs=0.15
    )
    assert judges.recall[["naive", "states", "model"]].tolist() == pytest.approx(
        [0.707, 0.687, 0.782], abs=0.005
    )
    value = {item.id: item for item in found.findings}
    assert (
        value["loss.warning_months"].reason == "history_short:warning"
    )  # a year of silence was never seen whole
    assert value["loss.method"].caveat == "caveat.loss_one_day"
