"""The risk of loss of a company: its proof, who speaks, and that nobody reads the future (F12)."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from capclient.indicators.recalibration import Recalibration
from capclient.portfolio import Portfolio
from capclient.themes.activity import activity
from capclient.themes.loss import UNCALIBRATED, _ahead, loss
from capclient.themes.loss_choice import UNTESTED, Choice, rolling_choice
from capclient.themes.loss_photos import RARE, past_days, photographs
from capclient.themes.loss_proof import JUDGES, Proof, corrections_by, known_of, proof
from capclient.themes.loss_replay import at_least, departures, loss_replay, replayed, risen, warnings
from capclient.themes.origins import seen_at
from capclient.thresholds_ahead import LossThresholds
from capclient.vocabulary import Unknown

END = date(2024, 12, 31)
SEED = 3


def company(*, many: int = 160, leave: float = 0.02, seed: int = SEED) -> pd.DataFrame:
    """Clients with a rhythm of their own that each leave for good some day, and are silent from then on."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(many):
        day, gap = rng.integers(0, 90), rng.uniform(12, 45)
        gone = 240 + rng.exponential(30 / leave) if leave else 9_999
        while day < min(gone, 1_826):
            rows.append((f"C{number:03d}", day, round(float(rng.uniform(50, 500)), 2)))
            day += max(1, int(rng.gamma(8, gap / 8)))
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount_ht"])
    frame["invoice_date"] = (pd.Timestamp("2020-01-01") + pd.to_timedelta(frame.day, unit="D")).dt.strftime(
        "%Y-%m-%d"
    )
    frame["invoice_id"] = [f"F{place:06d}" for place in range(len(frame))]
    return frame.drop(columns="day").assign(amount_ht=frame.amount_ht.map("{:.2f}".format))


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return Portfolio.from_frames(company(), as_of=END)


@pytest.fixture(scope="module")
def rows(portfolio: Portfolio) -> pd.DataFrame:
    return photographs(portfolio, past_days(portfolio))


def test_a_company_with_leavers_has_a_judge_and_a_probability_for_each_client(portfolio: Portfolio) -> None:
    found = loss(portfolio)
    assert isinstance(found.proof, Proof) and found.reason is None
    assert found.clients.p_loss.between(0, 1).all() and found.clients.index.is_unique
    value = {item.id: item.value for item in found.findings}
    assert value["loss.expected_losses"] == pytest.approx(found.clients.p_loss.sum())
    # 2.8 % announced where 5.7 % left: this company's probabilities rank, and bear no euros
    assert found.uncalibrated == Unknown("unreliable:calibration")
    assert value["loss.expected_revenue_lost"] is None and found.clients.expected_loss.isna().all()
    assert found.clients.p_loss.is_monotonic_decreasing
    assert value["loss.customers_ahead"] == len(found.clients)
    assert value["loss.brier"] <= value["loss.brier_naive"]
    assert value["loss.lift_top10"] > 2
    states = activity(portfolio).customers.state[found.clients.index]
    assert not states.eq("lost").any()


def told(days: int, better: str) -> pd.DataFrame:
    """Forty clients on each day, half of them lost: ``better`` errs less than the others, the rest say one half."""
    origins = pd.date_range("2023-01-31", periods=days, freq="90D")
    index = pd.MultiIndex.from_product(
        [origins, [f"C{n}" for n in range(80)]], names=["origin", "customer_id"]
    )
    lost = pd.Series([0, 1] * (len(index) // 2), index=index)
    frame = pd.DataFrame({f"p_{judge}": 0.5 for judge in JUDGES}, index=index).assign(
        lost=lost, naive_alarm=lost > 0
    )
    frame[f"p_{better}"] = 0.2 + 0.6 * lost
    return frame.assign(window_end=index.get_level_values("origin") + pd.Timedelta(days=100))


def test_a_choice_is_judged_on_days_that_did_not_make_it() -> None:
    limits, rows = LossThresholds(), told(6, "states")
    choice = rolling_choice(rows, limits)
    # a window of 100 days is over two dates of 90 days later: dates 4, 5 and 6 have two known dates before them
    assert isinstance(choice, Choice) and (choice.days, choice.rows) == (3, 240)
    assert choice.skill == pytest.approx(1 - 0.04 / 0.25)
    last = rows.index.get_level_values("origin") > rows.index.unique("origin")[3]
    wrong = rows.assign(p_states=rows.p_states.where(~last, 1 - rows.p_states))
    turned = rolling_choice(wrong, limits)  # chosen on days that it won, judged on days that it lost
    assert isinstance(turned, Choice) and turned.skill == pytest.approx(1 - (0.04 + 2 * 0.64) / 0.75)
    assert rolling_choice(told(6, "naive"), limits).skill == 0  # type: ignore[union-attr]


def test_a_choice_with_too_few_days_after_it_stays_untested() -> None:
    assert rolling_choice(told(3, "states"), LossThresholds()) == UNTESTED
    assert rolling_choice(told(6, "states"), LossThresholds(min_losses=130)) == UNTESTED


def test_clients_that_buy_too_rarely_are_no_short_history() -> None:
    days = [f"{year}-03-0{n % 9 + 1}" for n in range(40) for year in range(2015, 2025, 3)]
    frame = pd.DataFrame(
        {"customer_id": [f"C{n}" for n in range(40) for _ in range(4)], "invoice_date": days}
    )
    frame = frame.assign(amount_ht="100.00", invoice_id=[f"F{n}" for n in range(len(frame))])
    found = loss(Portfolio.from_frames(frame, as_of=date(2024, 12, 31)))
    assert found.reason == RARE and found.replay == RARE


def test_nothing_that_happens_after_a_day_changes_what_is_known_on_it(rows: pd.DataFrame) -> None:
    day = rows.index.unique("origin")[2]
    lines = company()
    later = pd.to_datetime(lines.invoice_date) > day
    changed = lines[~later | (lines.customer_id < "C080")].copy()
    moved = pd.to_datetime(changed.invoice_date) > day
    changed.loc[moved, "amount_ht"] = "9999.00"
    other = Portfolio.from_frames(changed, as_of=END)
    then, now = rows.xs(day), photographs(other, [day.date()]).xs(day)
    future = ["next_purchase", "lost"]
    pd.testing.assert_frame_equal(then.drop(columns=future), now.drop(columns=future))
    assert (then.lost != now.lost).any()


def test_examples_are_learned_only_once_their_window_is_over(rows: pd.DataFrame) -> None:
    limits = LossThresholds()
    end = pd.Timestamp(END)
    tried = proof(rows, end, limits)
    assert isinstance(tried, Proof)
    first = tried.days[0]
    # whatever came of windows that were still open on the first day judged, what was said on it stays the same
    wrong = rows.assign(lost=rows.lost.where(rows.window_end <= first, 1 - rows.lost))
    again = proof(wrong, end, limits)
    assert isinstance(again, Proof)
    said = [name for name in tried.rows if name.startswith("p_")]
    pd.testing.assert_frame_equal(tried.rows.xs(first)[said], again.rows.xs(first)[said])


def test_probabilities_are_corrected_only_by_forecasts_whose_outcome_was_known(rows: pd.DataFrame) -> None:
    tried = proof(rows, pd.Timestamp(END), LossThresholds())
    assert isinstance(tried, Proof)
    day = tried.days[-1]
    spoken = [tried.rows.xs(past, level="origin", drop_level=False) for past in tried.days]
    limits = LossThresholds().model_copy(update={"min_losses": 1})
    corrected = corrections_by(spoken, pd.Timestamp(END), limits)
    assert corrected["model"] != Recalibration()
    # turning round what was still open on the day changes nothing that is learned on it
    over = [part.window_end <= day for part in spoken]
    wrong = [
        part.assign(lost=part.lost.where(known, 1 - part.lost))
        for part, known in zip(spoken, over, strict=True)
    ]
    assert corrections_by(spoken, day, limits) == corrections_by(wrong, day, limits)
    one = corrections_by(spoken[:1], pd.Timestamp(END), limits)
    assert set(one.values()) == {Recalibration()}  # one earlier day proves nothing


def test_euros_are_said_only_where_probabilities_held(portfolio: Portfolio) -> None:
    found = loss(portfolio)
    priced = found.clients.assign(expected_loss=found.clients.p_loss * 100)
    value = {item.id: item for item in _ahead(priced, None, rare=0)}
    assert value["loss.expected_revenue_lost"].value == pytest.approx(priced.expected_loss.sum())
    value = {item.id: item for item in _ahead(priced, UNCALIBRATED, rare=0)}
    assert value["loss.expected_revenue_lost"].reason == "unreliable:calibration"


def test_the_states_find_later_than_the_naive_rule_and_most_warning_is_the_year_of_the_definition(
    portfolio: Portfolio,
) -> None:
    replay = loss_replay(portfolio)
    assert not isinstance(replay, Unknown)
    naive, states = replay.bells.loc["naive"], replay.bells.loc["states"]
    assert states.found_within_two < naive.found_within_two and states.found_within_three == 1
    assert states.rhythm_months <= states.warning_months - 6


def test_what_the_alarm_found_is_counted_on_the_months_of_its_figure(portfolio: Portfolio) -> None:
    """The month before the first is replayed only to tell which alarms rose: it is in no count."""
    replay = loss_replay(portfolio)
    assert not isinstance(replay, Unknown)
    known = replay.months[
        replay.months.present & (replay.months.window_end <= pd.Timestamp(portfolio.data_end))
    ]
    drawn, all_of_them = known[known.followed & known.lost.eq(1)], known[known.lost.eq(1)]
    assert replay.bells.recall["states"] == pytest.approx(drawn.states.mean())
    assert drawn.states.mean() != pytest.approx(all_of_them.states.mean())


def test_the_day_an_alarm_rings_is_that_of_the_client_s_own_rhythm(portfolio: Portfolio) -> None:
    known = pd.DataFrame(
        {
            "customer_id": ["A", "B", "C"], "last_purchase": pd.Timestamp("2024-01-01"), "lost": 1,
            "override": ["", "seasonal", "single_purchase"], "interval_days": [30.0, 30.0, 10.0],
            "median_gap": [28.0, 28.0, 12.0], "usual": [30.0, 30.0, 12.0],
        }
    )  # fmt: skip
    gone = departures(known, portfolio.thresholds)
    assert len(gone) == 2  # the silence of a seasonal client waits for its season
    assert gone.iloc[0].to_dict() == {"usual": 30.0, "naive": 56.0, "watch": 46.0, "states": 70.0}


def test_losses_drawn_by_lot_leave_the_naive_rule_in_place(rows: pd.DataFrame) -> None:
    rng = np.random.default_rng(11)
    kept = 0
    for _ in range(4):
        drawn = rows.assign(lost=rng.permutation(rows.lost.to_numpy()))
        by_lot = proof(drawn, pd.Timestamp(END), LossThresholds())
        assert isinstance(by_lot, Proof)
        kept += by_lot.method == "naive"
    assert kept >= 3


def test_who_is_too_small_or_too_young_is_told_so() -> None:
    few = loss(Portfolio.from_frames(company(many=20), as_of=END))
    assert few.reason.reason.startswith("n_small:customers")
    faithful = loss(Portfolio.from_frames(company(many=120, leave=0.0), as_of=END))
    assert faithful.reason.reason.startswith("n_small:losses")
    young = loss(Portfolio.from_frames(company(many=120), as_of=date(2021, 3, 31)))
    assert young.reason == Unknown("history_short:loss")
    for found in (few, faithful, young):
        assert found.clients.empty
        assert {item.value for item in found.findings if item.id == "loss.expected_losses"} == {None}


def test_the_states_of_the_replay_are_those_of_the_activity_chapter(portfolio: Portfolio) -> None:
    day = date(2023, 9, 30)
    month = replayed(portfolio, [day]).set_index("customer_id")
    known = activity(seen_at(portfolio, day)).customers.state
    pd.testing.assert_series_equal(month.state, known[month.index], check_names=False, check_dtype=False)


def test_the_replay_of_a_photograph_says_the_same_as_the_photograph(
    portfolio: Portfolio, rows: pd.DataFrame
) -> None:
    day = rows.index.unique("origin")[-1]
    month = replayed(portfolio, [day.date()]).set_index("customer_id")
    month = month[month.present]
    then = rows.xs(day)
    assert list(month.index) == list(then.index)
    assert (month.naive == then.naive_alarm).all() and (month.states == then.states_alarm).all()
    assert (month.lost == then.lost).all() and (month.window_end == then.window_end).all()


def test_an_alarm_that_stands_rises_once_and_warns_from_its_first_month() -> None:
    ends = pd.to_datetime(["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"])
    months = pd.DataFrame(
        {
            "customer_id": ["A"] * 5,
            "origin": ends,
            "last_purchase": pd.to_datetime(["2024-01-20"] + ["2024-02-10"] * 4),
            "states": [True, False, True, True, False],
            "state": ["at_risk", "active", "at_risk", "inactive", "lost"],
        }
    )
    assert risen(months, "states").tolist() == [True, False, True, False, False]
    assert warnings(months, "states").tolist() == [2]
    assert at_least(warnings(months.assign(states=False), "states")) == 0
    old = months.assign(last_purchase=pd.Timestamp("2023-12-01"))
    assert warnings(old, "states").empty  # nobody saw its silence begin


def test_the_features_never_hold_what_followed(rows: pd.DataFrame) -> None:
    names = set(known_of(rows))
    assert not names & {"lost", "next_purchase", "window_end"}
    replay = loss_replay(Portfolio.from_frames(company(many=40), as_of=END))
    assert not isinstance(replay, Unknown) and replay.bells.months.gt(0).all()
