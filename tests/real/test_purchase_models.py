"""Models of purchase on real purchases: histories by plain pandas, the hold-out of Online Retail II, other data sets.

Data: D. Chen, Online Retail II; the apparel cohort of CLVTools; 100 invoice lines of a subscription software vendor.
"""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from capclient.indicators.value import beta_geometric
from capclient.indicators.value.histories import Histories
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import customers, purchase_models, renewal_curve
from capclient.themes.purchase_proof import Proof, histories
from capclient.vocabulary import Unknown

pytestmark = pytest.mark.real

D = date(2011, 11, 30)
HIDDEN = date(2011, 5, 31)


@pytest.fixture(scope="module")
def portfolio(real_data):
    path = str(real_data / "online_retail_ii.parquet")
    content = {
        "company": {"id": "online_retail_ii", "currency": "GBP"},
        "period": {"as_of": D.isoformat()},
        "sources": {
            "invoice_lines": {
                "parts": [{"path": path, "rows": "1-525461"}, {"path": path, "rows": "525462-"}],
                "overlap": "keep_last",
                "columns": {
                    "invoice_id": "Invoice", "customer_id": "Customer ID", "invoice_date": "InvoiceDate",
                    "product": "StockCode", "qty": "Quantity", "unit_price": "Price",
                },
            }
        },
    }  # fmt: skip
    return Portfolio.of(make_params(content, folder=real_data, where="test"))


@pytest.fixture(scope="module")
def days(real_data):
    """Purchase days and revenue by client and day, by pandas alone, from the raw lines."""
    columns = ["Invoice", "Customer ID", "InvoiceDate", "Quantity", "Price"]
    lines = pd.read_parquet(real_data / "online_retail_ii.parquet", columns=columns)
    day = lines.InvoiceDate.dt.normalize()
    second = day.iloc[525_461:].min()
    keep = (np.arange(len(lines)) >= 525_461) | (day < second)
    lines = lines.assign(day=day)[keep].dropna(subset="Customer ID")
    cents = (lines.Quantity * lines.Price * 100).round(4)
    lines["cents"] = (np.sign(cents) * np.floor(np.abs(cents) + 0.5)).astype("int64")
    lines["client"] = lines["Customer ID"].astype("int64").astype(str)
    documents = lines.groupby(["client", "day", "Invoice"], as_index=False).cents.sum()
    documents["bought"] = documents.cents >= 0
    return documents.groupby(["client", "day"], as_index=False).agg(
        bought=("bought", "any"), cents=("cents", "sum")
    )


def by_hand(days, day, until):
    bought = days[days.bought & (days.day <= pd.Timestamp(day))]
    first, last = bought.groupby("client").day.min(), bought.groupby("client").day.max()
    frame = pd.DataFrame(
        {
            "x": bought.groupby("client").size() - 1.0,
            "t_x": (last - first).dt.days / 7,
            "T": (pd.Timestamp(day) - first).dt.days / 7,
        }
    )
    own = days[days.client.isin(frame.index)]
    own = own.assign(first=own.client.map(first))
    within = own[(own.day > own["first"]) & (own.day <= pd.Timestamp(day))]
    later = own[(own.day > pd.Timestamp(day)) & (own.day <= pd.Timestamp(until))]
    frame["repeat_revenue"] = within.groupby("client").cents.sum().reindex(frame.index, fill_value=0)
    frame["later_purchases"] = later.groupby("client").bought.sum().reindex(frame.index, fill_value=0)
    frame["later_revenue"] = later.groupby("client").cents.sum().reindex(frame.index, fill_value=0)
    return frame.sort_index()


@pytest.mark.parametrize(("day", "until"), [(D, D), (HIDDEN, D)])
def test_histories_are_those_of_plain_pandas(portfolio, days, day, until):
    ours, hand = histories(portfolio, day, until).sort_index(), by_hand(days, day, until)
    assert list(ours.index) == list(hand.index) and len(ours) > 4_000
    for name in ("x", "t_x", "T"):
        np.testing.assert_allclose(ours[name], hand[name], atol=1e-9)
    for name in ("repeat_revenue", "later_purchases", "later_revenue"):
        assert (ours[name] == hand[name]).all()


def test_eighteen_months_tell_the_six_that_follow_better_than_habit(portfolio, days):
    models = purchase_models(portfolio)
    tried = models.proof
    assert isinstance(tried, Proof) and (tried.start, tried.end) == (HIDDEN, D)
    hand = by_hand(days, HIDDEN, D)
    before = by_hand(days, date(2010, 11, 30), HIDDEN)
    naive = before.later_purchases.reindex(hand.index).fillna(hand.x + 1)
    assert tried.naive_error == pytest.approx(float(((naive - hand.later_purchases) ** 2).mean()) ** 0.5)
    weeks = (D - HIDDEN).days / 7
    fit = beta_geometric.fit(Histories.of(hand[hand["T"] > 0]))
    said = beta_geometric.expected_purchases(fit, hand, weeks)
    assert tried.error == pytest.approx(float(((said - hand.later_purchases) ** 2).mean()) ** 0.5)
    assert tried.total == pytest.approx(said.sum() / hand.later_purchases.sum())
    assert tried.error < tried.naive_error * 0.97 and 0.95 < tried.total < 1.05 and tried.brier < 0.20
    last = tried.months.iloc[-1]
    assert last.actual == hand.x.sum() + hand.later_purchases.sum()
    assert last.model == pytest.approx(hand.x.sum() + said.sum())
    assert models.reason is None


def test_the_model_is_calibrated_by_fifth_of_clients(portfolio):
    groups = purchase_models(portfolio).proof.groups
    assert (abs(groups.expected - groups.actual) <= 0.15 * groups.actual + 0.1).all()


def test_clients_without_repeat_purchase_have_no_probability_in_the_table(portfolio):
    table = customers(portfolio).set_index("customer_id")
    known = purchase_models(portfolio).clients
    once = known.index[known.x == 0]
    assert table.p_active[once].isna().all() and table.p_active.dropna().between(0, 1).all()
    assert table.expected_orders_12m[once].gt(0).all()  # a new client is expected to come back, a little


def test_the_apparel_cohort(real_data):
    """600 clients that began in the same months: the three models agree on how many purchases come in a year."""
    sales = pd.read_csv(real_data / "clvtools_apparel_transactions.csv", dtype={"Id": str})
    lines = pd.DataFrame(
        {
            "invoice_id": [f"F{n}" for n in range(len(sales))],
            "customer_id": sales.Id,
            "invoice_date": sales.Date,
            "amount_ht": sales.Price,
        }
    )
    portfolio = Portfolio.from_frames(lines, as_of=date(2010, 12, 20), company="apparel")
    models = purchase_models(portfolio)
    assert models.clients.x.notna().sum() >= 595
    assert isinstance(models.proof, Proof)
    told = models.proof.error
    assert not isinstance(told, Unknown) and told > 0
    assert (models.reason is None) == (told < models.proof.naive_error)
    assert 0.6 < models.proof.total < 1.6


def test_a_hundred_lines_of_subscriptions_give_a_rate_and_no_curve(real_data):
    """Lines drawn at random: a renewed contract names a successor that the sample does not hold."""
    sample = pd.read_csv(real_data / "saas_invoice_lines_sample100.csv", dtype={"CustOrgID": str})
    sample = sample[sample.validInvoice == 1].reset_index(drop=True)
    ids = pd.Series([f"K{n}" for n in range(len(sample))])
    contracts = pd.DataFrame(
        {
            "contract_id": ids, "customer_id": sample.CustOrgID, "start": sample.ValidFrom, "end": sample.ValidTo,
            "annual_amount": sample.AUD, "renewed_by": ("next of " + ids).where(sample.Renewed == 1),
        }
    )  # fmt: skip
    lines = pd.DataFrame(
        {
            "invoice_id": ids, "customer_id": sample.CustOrgID, "invoice_date": sample.ValidFrom,
            "amount_ht": sample.AUD, "recurring": True, "contract_id": ids,
        }
    )  # fmt: skip
    as_of = date(2016, 4, 30)
    told = renewal_curve(Portfolio.from_frames(lines, as_of=as_of, contracts=contracts))
    assert told.reason is None and told.source == "contracts"
    said = sample.assign(day=pd.to_datetime(sample.ValidTo)).groupby(["CustOrgID", "day"]).Renewed.max()
    keys = pd.MultiIndex.from_frame(told.decisions[["customer_id", "day"]])
    assert (said.reindex(keys).to_numpy() == told.decisions.renewed.to_numpy()).all()
    assert len(told.decisions) > 70 and told.rate == pytest.approx(told.decisions.renewed.mean())
    # nearly one renewal a client: nothing to tell old from new
    assert told.fit == Unknown("unreliable:same_renewal") and not told.is_curve


def test_whole_data_twice_keep_the_parameters(portfolio):
    known = histories(portfolio, D, D)
    once = beta_geometric.fit(Histories.of(known[known["T"] > 0]))
    twice = beta_geometric.fit(Histories.of(pd.concat([known, known])[lambda rows: rows["T"] > 0]))
    np.testing.assert_allclose(once.values, twice.values, rtol=1e-4)
    np.testing.assert_allclose(np.array(once.errors) / np.array(twice.errors), 2**0.5, rtol=1e-3)
