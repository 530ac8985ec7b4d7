"""Attrition, renewal, NRR, GRR, seniority: the dictionary, published numbers, and what naive code gets wrong."""

from datetime import date

import pandas as pd
import pytest

from capclient.indicators import retention as method
from capclient.indicators.retention import Renewal, renewal, wilson_interval
from capclient.indicators.seniority import mean_seniority, seniority, seniority_bands
from capclient.indicators.status import customer_status, growth, total_growth
from capclient.periods import windows
from capclient.vocabulary import Unknown

CLIENTS = list("ABCDEF")
N1 = pd.Series([400.0, 200.0, 150.0, 100.0, 0.0, 50.0], CLIENTS)
N = pd.Series([500.0, 150.0, 150.0, 0.0, 120.0, 80.0], CLIENTS)
STATUS = pd.Series(["retained", "retained", "retained", "lost", "new", "retained"], CLIENTS)
D = date(2025, 12, 31)


def test_the_reference_fixture_r6():
    assert method.lost_of(N, N1) == (1, 5)
    assert method.attrition_revenue_rate(N, N1) == 100 / 900
    assert method.turnover_rate(new=1, reactivated=0, lost=1, active_n1=5) == 0.20
    assert method.net_revenue_retention(N, N1) == 880 / 900
    assert method.gross_revenue_retention(N, N1) == 750 / 900


def test_logo_churn_and_revenue_churn_as_published():
    """3 of 20 clients leave with 56 of 600 of revenue: 15 % in number, 9.33 % in revenue."""
    before = pd.Series([20.0, 20.0, 16.0, *[32.0] * 17])
    now = before.mask(before.index < 3, 0.0)
    assert int(before.sum()) == 600
    assert method.lost_of(now, before) == (3, 20)
    assert round(method.attrition_revenue_rate(now, before), 4) == 0.0933


def test_trap_1_the_renewal_rate_is_gross_counts_arrivals_and_divides_by_n():
    made = renewal(N, N1, STATUS, total_n=1000.0)
    assert isinstance(made, Renewal)
    assert (made.rate, made.growth, made.new, made.reactivated) == (0.25, 130.0, 120.0, 0.0)
    wrong = {
        round((1000 - 900) / 900, 3),
        round(250 / 900, 3),
        round(130 / 1000, 3),
    }  # net, over N-1, no arrivals
    assert wrong == {0.111, 0.278, 0.130} and round(made.rate, 3) not in wrong


def test_trap_6_nothing_grows_from_zero_or_from_a_negative_year():
    assert growth(pd.Series([120.0, 50.0]), pd.Series([0.0, -10.0])).isna().all()
    assert total_growth(100.0, -5.0) == Unknown("denominator_zero")
    nobody = pd.Series({"A": 0.0, "B": -10.0})
    assert method.net_revenue_retention(nobody + 50, nobody) == Unknown("denominator_zero")
    assert method.attrition_revenue_rate(nobody + 50, nobody) == Unknown("denominator_zero")
    assert renewal(nobody, nobody, pd.Series(["inactive"] * 2, list("AB")), total_n=-10.0) == Unknown(
        "denominator_zero"
    )


def test_trap_10_a_client_that_came_back_is_not_new():
    clients = pd.DataFrame(
        {
            "revenue_n": [80.0, 70.0],
            "revenue_n1": [0.0, 0.0],
            "first_purchase": pd.to_datetime(["2019-05-02", "2025-02-03"]),
        },
        index=["back", "new"],
    )
    status = customer_status(clients, windows=windows(D), n1_is_complete=True)
    assert status.to_dict() == {"back": "reactivated", "new": "new"}
    made = renewal(clients.revenue_n, clients.revenue_n1, status, total_n=150.0)
    assert (made.new, made.reactivated, made.arrivals_rate) == (70.0, 80.0, 1.0)
    short = customer_status(clients, windows=windows(D), n1_is_complete=False)
    assert short.isna().all(), "a history too short names nobody new"


def test_trap_11_a_loss_over_five_years_is_annualised_geometrically():
    assert [round(method.yearly_loss(loss, years=5), 4) for loss in (0.45, 0.50)] == [0.1127, 0.1294]
    assert round(method.yearly_loss(0.45, years=5), 4) != 0.45 / 5
    assert method.compounded_loss(method.yearly_loss(0.45, years=5), years=5) == pytest.approx(0.45)


def test_trap_22_seniority_is_a_minimum_for_clients_there_when_the_data_begin():
    clients = pd.DataFrame(
        {
            "first_purchase": pd.to_datetime(["2020-01-01", "2020-03-31", "2020-04-01", "2020-01-05", None]),
            "first_seen_override": pd.to_datetime([None, None, None, "2011-06-30", None]),
        },
        index=["first day", "third month", "fourth month", "told", "never bought"],
    )
    known = seniority(clients, as_of=D, data_start=date(2020, 1, 1))
    assert known.seniority_censored.tolist() == [True, True, False, False, False]
    assert known.seniority_years["first day"] == pytest.approx(6.0, abs=0.01)
    assert known.seniority_years["told"] == pytest.approx(14.5, abs=0.01)
    assert pd.isna(known.seniority_years["never bought"])


def test_a_sheet_that_dates_a_client_after_d_is_not_believed():
    told = pd.DataFrame(
        {
            "first_purchase": pd.to_datetime(["2024-01-01"]),
            "first_seen_override": pd.to_datetime(["2030-01-01"]),
        }
    )
    known = seniority(told, as_of=D, data_start=date(2020, 1, 1))
    assert known.seniority_years.round(2).tolist() == [2.0] and not known.seniority_censored[0]


def test_mean_seniority_plain_and_weighted_as_in_the_dictionary():
    years = pd.Series({"A": 6.0, "B": 2.0})
    assert mean_seniority(years) == 4.0
    assert round(mean_seniority(years, pd.Series({"A": 500.0, "B": 150.0})), 2) == 5.08
    assert mean_seniority(pd.Series(dtype=float)) == Unknown("denominator_zero")
    assert mean_seniority(years, pd.Series({"A": -5.0, "B": 0.0})) == Unknown("denominator_zero")


def test_bands_of_seniority_hold_every_client_once():
    years = pd.Series([0.0, 0.99, 1.0, 4.99, 10.0, 60.0, 7.0])
    frame = pd.DataFrame({"seniority_years": years, "seniority_censored": years.index == 6})
    bands = seniority_bands(frame, pd.Series(10.0, index=years.index))
    assert bands.customers.tolist() == [2, 1, 1, 2, 1]
    assert bands.low.tolist() == [0, 1, 3, 10, 7] and bands.censored.tolist() == [False] * 4 + [True]
    assert bands.revenue_share.sum() == pytest.approx(1.0)


def test_grr_never_counts_growth_and_a_negative_year_keeps_nothing():
    assert method.gross_revenue_retention(pd.Series([-50.0, 300.0]), pd.Series([100.0, 100.0])) == 0.5
    assert method.net_revenue_retention(pd.Series([-50.0, 300.0]), pd.Series([100.0, 100.0])) == 1.25


def test_the_lifetime_multiplier_and_five_more_points():
    assert method.lifetime_multiplier(0.80, discount=0.10) == pytest.approx(8 / 3)
    assert method.lifetime_multiplier(0.85, discount=0.10) == pytest.approx(3.4)
    assert round(method.lifetime_gain(0.80, discount=0.10), 3) == 0.275
    assert method.lifetime_gain(0.98, discount=0.10) == Unknown("not_applicable:full_retention"), (
        "no five points left below 1"
    )
    assert method.lifetime_gain(0.95, discount=0.10) == pytest.approx(10 / (0.95 / 0.15) - 1)
    assert method.lifetime_multiplier(1.0, discount=0.0) == Unknown("denominator_zero")
    assert method.lifetime_gain(0.0, discount=0.10) == Unknown("denominator_zero")


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 5, 0.0362, 0.6245), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_intervals_as_published(successes, n, low, high):
    """The last row is the example of Newcombe (1998), Statistics in Medicine 17:857."""
    assert wilson_interval(successes, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_an_interval_of_nobody_is_refused():
    with pytest.raises(ValueError, match="0 of 0"):
        wilson_interval(0, 0)
