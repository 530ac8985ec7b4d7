"""Loyalty of Online Retail II against plain SQL on the raw file, and of accounts of one year: nothing is shared."""

from datetime import date

import pytest

from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import Findings, bridge, cohorts
from tests.real.test_online_retail import N1, N, portfolio, raw, value

__all__ = ["portfolio", "raw"]  # fixtures of the other module

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def found(portfolio):
    return Findings(portfolio)


@pytest.fixture(scope="module")
def clients(raw):
    """Revenue of both years and first purchase of each client."""
    raw.execute(
        f"""CREATE OR REPLACE VIEW clients AS
        WITH documents AS (SELECT client, Invoice, d, sum(amount) AS amount FROM kept
            WHERE client IS NOT NULL AND d <= DATE '2011-11-30' GROUP BY ALL)
        SELECT client, coalesce(sum(amount) FILTER ({N}), 0) AS n, coalesce(sum(amount) FILTER ({N1}), 0) AS n1,
               min(d) FILTER (amount >= 0) AS first_purchase FROM documents GROUP BY 1"""
    )
    return raw


def test_rates_of_both_years(found, clients):
    active = value(clients, "SELECT count(*) FROM clients WHERE n1 > 0")
    lost = value(clients, "SELECT count(*) FROM clients WHERE n1 > 0 AND n <= 0")
    new = value(
        clients,
        "SELECT count(*) FROM clients WHERE n > 0 AND n1 <= 0 AND first_purchase >= DATE '2010-12-01'",
    )
    back = value(
        clients, "SELECT count(*) FROM clients WHERE n > 0 AND n1 <= 0 AND first_purchase < DATE '2010-12-01'"
    )
    assert found["retention.attrition_rate"].value == pytest.approx(lost / active, abs=1e-9)
    assert found["retention.attrition_rate"].n == active
    assert found["retention.acquisition_rate"].value == pytest.approx(new / active, abs=1e-9)
    assert found["retention.turnover_rate"].value == pytest.approx((new + back + lost) / 2 / active, abs=1e-9)


def test_revenue_that_stays_and_that_is_renewed(found, clients):
    kept = "SELECT ({what} / sum(n1))::DOUBLE FROM clients WHERE n1 > 0"
    for id, what in (
        ("nrr", "sum(n)"),
        ("grr", "sum(greatest(0, least(n, n1)))"),
        ("attrition_revenue_rate", "sum(n1) FILTER (n <= 0)"),
    ):
        assert found[f"retention.{id}"].value == pytest.approx(
            value(clients, kept.format(what=what)), abs=1e-9
        ), id
    total = value(clients, f"SELECT sum(amount) FROM kept WHERE {N}")
    # a client whose N-1 was negative arrives with its N, not with the difference
    for id, gain in (
        ("renewal_rate_growth", "sum(n - n1) FILTER (n1 > 0 AND n > n1)"),
        ("renewal_rate_arrivals", "sum(n) FILTER (n > 0 AND n1 <= 0)"),
        ("renewal_rate", "sum(n - greatest(n1, 0)) FILTER (n > greatest(n1, 0))"),
    ):
        expected = float(value(clients, f"SELECT {gain} FROM clients") / total)
        assert found[f"retention.{id}"].value == pytest.approx(expected, abs=1e-9), id
    assert "minimum" in found["retention.renewal_rate"].caveats("fr")[0], "a seventh of revenue has no client"


def test_the_bridge_to_the_cent(portfolio, clients):
    bars = bridge(portfolio).bars.set_index("bar").amount
    rows = clients.execute(
        """SELECT CASE WHEN n1 > 0 AND n <= 0 THEN 'lost'
            WHEN n > 0 AND n1 <= 0 THEN if(first_purchase < DATE '2010-12-01', 'reactivated', 'new')
            WHEN n > n1 THEN 'up' ELSE 'down' END AS bar, sum(n - n1) FROM clients GROUP BY 1"""
    ).fetchall()
    expected = {bar: float(amount) for bar, amount in rows}
    loose = float(
        value(
            clients, f"SELECT sum(if({N}, amount, -amount)) FROM kept WHERE client IS NULL AND ({N} OR {N1})"
        )
    )
    expected["up" if loose > 0 else "down"] += loose
    for bar, amount in expected.items():
        assert round(bars[bar], 2) == round(amount, 2), bar
    assert round(bars.iloc[:-1].sum(), 2) == bars["closing"] == 9_314_079.92


def test_two_years_are_too_short_for_the_rest(found):
    for id in ("retention.five_year_loss_rate", "retention.winback_rate", "recurrence.behavioural_share"):
        assert found[id].reason == "history_short", id
    assert found["recurrence.contractual_share"].reason == "missing:recurring"


def test_the_cohort_of_clients_that_arrived_in_the_first_year(portfolio, found, clients):
    arrived = "first_purchase >= DATE '2010-03-01' AND first_purchase <= DATE '2010-11-30'"
    size = value(clients, f"SELECT count(*) FROM clients WHERE {arrived}")
    still = value(clients, f"SELECT count(*) FROM clients WHERE {arrived} AND n > 0")
    row = cohorts(portfolio).triangle.set_index(["cohort", "k"]).loc[(0, 1)]
    assert (row["size"], row.active) == (size, still)
    at_risk = value(clients, f"SELECT count(*) FROM clients WHERE {arrived} AND n1 > 0")
    stayed = value(clients, f"SELECT count(*) FROM clients WHERE {arrived} AND n1 > 0 AND n > 0")
    assert found["retention.first_year_survival"].value == pytest.approx(stayed / at_risk, abs=1e-9)
    assert found["retention.first_year_survival"].n == at_risk


def test_seniority_of_active_clients(found, clients):
    sql = "SELECT avg((DATE '2011-11-30' - first_purchase) / 365.25)::DOUBLE FROM clients WHERE n > 0"
    assert found["retention.seniority_mean_years"].value == pytest.approx(value(clients, sql), abs=1e-9)
    there = value(clients, "SELECT count(*) FROM clients WHERE n > 0 AND first_purchase < DATE '2010-03-01'")
    assert found["retention.seniority_censored_customers"].value == there
    assert found["retention.seniority_mean_years"].caveat == "caveat.censored"


def test_accounts_of_one_year_say_what_a_second_year_would_bring(real_data):
    """The accounts of a grower, fiscal year ended on 31 August 2022."""
    source = {"fec": str(real_data / "fec" / "0000000001FEC20220831.txt")}
    params = make_params({"company": {"id": "fec"}, "sources": source}, folder=real_data, where="test")
    portfolio = Portfolio.of(params)
    assert portfolio.is_complete(portfolio.windows.n) and not portfolio.is_complete(portfolio.windows.n1)
    found = Findings(portfolio)
    for id in ("attrition_rate", "retention_rate", "turnover_rate", "renewal_rate", "nrr", "grr"):
        assert found[f"retention.{id}"].reason == "period_incomplete", id
    assert {found[f"bridge.{bar}"].reason for bar in ("opening", "lost", "up", "closing")} == {
        "period_incomplete"
    }
    for id in ("retention.winback_rate", "retention.first_year_survival", "recurrence.behavioural_share"):
        assert found[id].reason == "history_short", id
    assert found["recurrence.contractual_share"].reason == "missing:recurring"
    assert portfolio.as_of == date(2022, 8, 31)
