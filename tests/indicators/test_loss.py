"""What a loss is, the rule of thumb, and the model on clients whose hazard is known (8, F12)."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.back_test import calibration
from capclient.indicators.loss import REASON_OF, features, loss_windows, lost, naive_alarm
from capclient.indicators.loss_model import fit_loss

ORIGIN = date(2024, 6, 30)
NOBODY = pd.DataFrame({"customer_id": [], "start": [], "end": [], "renewed_by": []})


def dates(**values):
    return pd.to_datetime(pd.Series(values))


def windows(intervals, seasons, **options):
    season = pd.Series(seasons, dtype="Int64")
    return loss_windows(pd.Series(intervals, dtype="float64"), season, origin=ORIGIN, horizon=6, **options)


def test_a_window_is_the_horizon_or_twice_the_interval_and_a_year_at_most():
    ends = windows([10.0, 92.0, 93.0, 182.5, 183.0], [None] * 5)
    assert ends.dt.date.tolist()[:4] == [
        date(2024, 12, 31), date(2024, 12, 31), date(2025, 1, 2), date(2025, 6, 30),
    ]  # fmt: skip
    assert pd.isna(ends.iloc[4])


def test_a_seasonal_client_is_judged_a_month_after_its_next_season_however_rare():
    ends = windows([300.0, 20.0, 20.0], [12, 6, 7])
    # in the middle of its season (June), the next one is that of next year
    assert ends.dt.date.tolist() == [date(2025, 3, 30), date(2025, 9, 30), date(2024, 12, 31)]


@given(st.lists(st.floats(1, 400), min_size=1, max_size=20))
def test_no_window_is_shorter_than_the_horizon(intervals):
    ends = windows(intervals, [None] * len(intervals)).dropna()
    assert (ends >= pd.Timestamp("2024-12-31")).all() and (ends <= pd.Timestamp("2025-06-30")).all()


def test_buying_on_the_last_day_of_the_window_is_no_loss():
    ends = dates(A="2024-12-31", B="2024-12-31", C="2024-12-31")
    bought = dates(A="2024-12-31", B="2025-01-01", C=None)
    none = pd.Series(False, index=ends.index)
    assert lost(bought, ends, none, NOBODY).to_dict() == {"A": 0, "B": 1, "C": 1}


def signed(*rows):
    frame = pd.DataFrame(rows, columns=["contract_id", "customer_id", "start", "end", "renewed_by"])
    return frame.assign(start=pd.to_datetime(frame.start), end=pd.to_datetime(frame.end))


def test_a_client_under_contract_is_lost_when_nothing_renews_it_not_when_it_is_silent():
    ends = dates(runs="2024-12-31", over="2024-12-31", next="2024-12-31")
    contracts = signed(
        ("K1", "runs", "2024-01-01", None, None),
        ("K2", "over", "2024-01-01", "2024-09-30", None),
        ("K3", "next", "2024-01-01", "2024-09-30", "K4"),
        ("K4", "next", "2024-10-01", "2025-09-30", None),
    )
    bought = dates(runs=None, over="2024-07-31", next=None)
    bound = pd.Series(True, index=ends.index)
    assert lost(bought, ends, bound, contracts).to_dict() == {"runs": 0, "over": 1, "next": 0}


def test_a_renewal_signed_after_the_window_changes_no_label():
    ends, bound = dates(A="2024-12-31"), pd.Series({"A": True})
    first = signed(("K1", "A", "2024-01-01", "2024-09-30", None))
    later = signed(
        ("K1", "A", "2024-01-01", "2024-09-30", "K2"), ("K2", "A", "2025-02-01", "2026-01-31", None)
    )
    for bought in (None, "2024-11-05"):
        for contracts in (first, later):
            assert lost(dates(A=bought), ends, bound, contracts).to_dict() == {"A": 1}, bought


def test_purchases_decide_where_nobody_can_date_the_contract_that_renews():
    ends, bound = dates(buys="2024-12-31", silent="2024-12-31"), pd.Series({"buys": True, "silent": True})
    contracts = signed(
        ("K1", "buys", "2024-01-01", "2024-09-30", "K9"), ("K2", "silent", "2024-01-01", "2024-09-30", "K9")
    )
    bought = dates(buys="2024-11-05", silent=None)
    assert lost(bought, ends, bound, contracts).to_dict() == {"buys": 0, "silent": 1}


def test_the_rule_of_thumb_rings_at_twice_the_median_gap_exactly():
    gaps = pd.Series([30.5, 30.5, None, 10.0])  # the median of the medians is 30.5
    assert naive_alarm(pd.Series([61, 60, 61, 5]), gaps).tolist() == [True, False, True, False]
    assert naive_alarm(pd.Series([92]), pd.Series([30.5]), intervals="3").tolist() == [True]
    assert naive_alarm(pd.Series([92.0]), pd.Series([None], dtype="float64")).tolist() == [False]


def clients(many, rng):
    """Clients whose chance of loss depends on their silence and on nothing else."""
    ratio = pd.Series(rng.gamma(1.2, 0.9, many))
    frame = pd.DataFrame(
        {
            "ratio": ratio, "interval_days": rng.uniform(10, 60, many), "seasonal": False, "override": "",
            "purchase_days_12m": rng.integers(1, 30, many), "gap_variation": rng.uniform(0.2, 1, many),
            "revenue_12m": rng.lognormal(8, 1, many), "revenue_half": rng.lognormal(7, 1, many),
            "revenue_half_before": rng.lognormal(7, 1, many), "origin": pd.Timestamp(ORIGIN),
            "first_purchase": pd.Timestamp("2020-01-01"),
        }
    )  # fmt: skip
    frame["purchase_days_24m"] = frame.purchase_days_12m + rng.integers(0, 30, many)
    chance = 1 / (1 + np.exp(-(-3.2 + 3.0 * (ratio.clip(1, 2) - 1) + 1.2 * np.log(ratio.clip(2, 6) / 2))))
    return frame, chance, pd.Series((rng.random(many) < chance).astype(int))


def test_a_model_recovers_the_calibration_of_a_hazard_that_depends_on_silence():
    rng = np.random.default_rng(7)
    frame, _, happened = clients(6_000, rng)
    model = fit_loss(features(frame), happened)
    later, chance, outcome = clients(6_000, rng)
    said = model.probabilities(features(later))
    assert (said - chance).abs().mean() < 0.02
    groups = calibration(said, outcome)
    assert ((groups.announced > groups.low - 0.02) & (groups.announced < groups.high + 0.02)).all()
    assert len(groups) >= 4


def test_the_first_reason_of_a_silent_client_is_its_silence():
    rng = np.random.default_rng(8)
    frame, _, happened = clients(3_000, rng)
    known = features(frame)
    model = fit_loss(known, happened)
    silent = model.reasons(known[frame.ratio > 4])
    assert silent.str.startswith("silence").all()
    assert not model.reasons(known[frame.ratio < 0.3]).str.contains("silence").any()


def test_parts_add_up_to_the_log_odds_and_every_feature_has_a_reason():
    rng = np.random.default_rng(9)
    frame, _, happened = clients(500, rng)
    known = features(frame.assign(breadth=3.0, payment_score=80.0, claims=0.0))
    assert set(known) == set(REASON_OF)
    model = fit_loss(known, happened)
    odds = model.parts(known).sum(axis=1) + model.intercept
    assert np.log(model.probabilities(known) / (1 - model.probabilities(known))).to_numpy() == pytest.approx(
        odds.to_numpy(), abs=1e-6
    )
    assert not {"seasonal", "contract", "breadth", "tenure"} & set(
        model.coefficients.index
    )  # the same for all


def test_what_is_unknown_of_a_client_takes_the_middle_and_what_is_unknown_of_most_is_not_used():
    rng = np.random.default_rng(10)
    frame, _, happened = clients(400, rng)
    known = features(frame)
    known["claims"] = np.where(np.arange(400) < 100, 50.0, np.nan)
    model = fit_loss(known, happened)
    assert "claims" not in model.coefficients
    one = known.iloc[[0]].assign(variation=np.nan)
    same = known.iloc[[0]].assign(variation=model.middle["variation"])
    assert model.probabilities(one).iloc[0] == model.probabilities(same).iloc[0]
