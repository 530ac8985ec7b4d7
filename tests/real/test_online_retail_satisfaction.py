"""What a ledger alone says of satisfaction, on Online Retail II, against plain SQL and SciPy on the raw file."""

import pytest
from scipy.stats import spearmanr

from capclient.themes import satisfaction
from tests.real.test_online_retail import N, portfolio, raw

__all__ = ["portfolio", "raw"]  # fixtures of the other module

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def documents(raw):
    raw.execute(
        """CREATE OR REPLACE VIEW papers AS SELECT client, Invoice, d, sum(amount) AS amount FROM kept
        WHERE client IS NOT NULL AND d <= DATE '2011-11-30' GROUP BY ALL"""
    )
    return raw


def test_credit_notes_by_client_are_those_of_plain_sql(portfolio, documents):
    wanted = documents.execute(
        f"""SELECT client, round(-sum(amount) FILTER (amount < 0), 2)::DOUBLE AS credited FROM papers WHERE {N}
        GROUP BY 1 HAVING sum(amount) FILTER (amount < 0) < 0"""
    ).df()
    got = satisfaction(portfolio).complaints.credited.credited
    assert (got * 100).round().astype("int64").to_dict() == {
        client: round(amount * 100) for client, amount in zip(wanted.client, wanted.credited, strict=True)
    }


def test_seniority_against_revenue_is_the_correlation_of_scipy(portfolio, documents):
    rows = documents.execute(
        f"""SELECT client, sum(amount) FILTER ({N}) AS n, min(d) FILTER (amount >= 0) AS first_day FROM papers
        GROUP BY 1 HAVING sum(amount) FILTER ({N}) > 0 AND first_day IS NOT NULL"""
    ).df()
    found = satisfaction(portfolio).together
    assert found.measure == "revenue"
    days = -rows.first_day.astype("int64")
    assert found.tenure.n == len(rows)
    assert found.tenure.rho == pytest.approx(spearmanr(days, rows.n.astype(float)).statistic, abs=1e-9)


def test_a_ledger_without_events_says_what_to_bring(portfolio):
    unknown = {item.id: item.reason for item in satisfaction(portfolio).findings if item.value is None}
    assert unknown["satisfaction.nps"] == "missing:survey"
    assert unknown["satisfaction.claims_per_100_orders"] == "missing:claims"
    assert unknown["satisfaction.silent_lost"] == "missing:unhappy"
