"""Conversion, pipeline, acquisition, contracts, young offers, quotes (12, I13): published examples and properties."""

from datetime import date, timedelta
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.indicators.acquisition import CLAIM, cost_per_client, cost_ratio
from capclient.indicators.contracts_signed import initial_activity, multi_institution_share
from capclient.indicators.new_activity import new_offer_share, won_on_new
from capclient.indicators.pipeline import (
    cycle_days,
    decision_days,
    open_prospects,
    stage_history,
    velocity,
    weighted,
)
from capclient.indicators.prospecting import conversion, conversions_by, prospect_state
from capclient.indicators.quotes import quote_outcomes
from capclient.vocabulary import Unknown
from tests.examples import few

D = date(2025, 12, 31)


def sheet(*rows):
    """Prospects as (created, stage, amount, probability, closed, outcome), with their state at D."""
    columns = ["created", "stage", "amount", "probability", "closed_date", "outcome"]
    frame = pd.DataFrame(rows, columns=columns).astype({"amount": "float64", "probability": "float64"})
    frame["created"], frame["closed_date"] = (
        pd.to_datetime(frame[name]) for name in ("created", "closed_date")
    )
    return frame.assign(state=prospect_state(frame, as_of=D))


def cohort(won, lost, pending):
    states = ["won"] * won + ["lost"] * lost + ["open"] * pending
    return pd.DataFrame({"state": states, "amount": 100.0})


def test_twenty_quotes_of_which_eight_won_seven_lost_five_open():
    found = conversion(cohort(8, 7, 5))
    assert (found.created, found.decided, found.pending) == (20, 15, 5)
    assert found.final == pytest.approx(8 / 15) and found.provisional == 0.40
    low, high = found.final_interval
    assert (round(low, 4), round(high, 4)) == (0.3012, 0.7519)


def test_a_rate_by_amount_weighs_what_is_won():
    rows = pd.DataFrame({"state": ["won", "lost", "lost"], "amount": [900.0, 50.0, 50.0]})
    assert conversion(rows).final_amount == 0.9 and conversion(rows).final == pytest.approx(1 / 3)


def test_nothing_decided_is_no_rate():
    found = conversion(cohort(0, 0, 3))
    assert found.final == Unknown("denominator_zero") and found.provisional == 0.0
    assert found.final_interval is None
    assert conversion(cohort(0, 0, 0)).provisional == Unknown("denominator_zero")


def test_what_was_decided_after_d_is_pending_at_d():
    rows = sheet(
        ("2025-02-01", None, 1, None, "2025-03-01", "won"),
        ("2025-02-01", None, 1, None, "2026-01-01", "won"),
        ("2025-02-01", None, 1, None, None, "lost"),
        ("2025-02-01", None, 1, None, "2025-03-01", None),
        ("2025-02-01", None, 1, None, "2025-03-01", "open"),
        ("2026-02-01", None, 1, None, None, "open"),
        (None, None, 1, None, None, None),
    )
    assert rows.state.tolist() == ["won", "open", "lost", "unsaid", "open", "later", "open"]


def test_groups_keep_those_of_nobody():
    rows = cohort(1, 1, 1)
    table = conversions_by(rows, pd.Series(["Salon", None, None]))
    assert table.created.tolist() == [2, 1] and table.group.isna().tolist() == [True, False]
    assert table.created.sum() == len(rows)


def test_three_prospects_weigh_two_hundred():
    assert weighted(pd.Series([100.0, 200.0, 50.0]), pd.Series([0.9, 0.5, 0.2])) == 200.0
    assert weighted(pd.Series([100.0, None]), pd.Series([None, 0.5])) == 0.0
    assert weighted(pd.Series([0.1] * 3), pd.Series([0.7, 0.1, 0.2])) == 0.10  # exact, not 0.09999


def test_velocity_is_number_times_rate_times_amount_over_cycle():
    assert velocity(10 * 1000.0, 0.5, 50.0) == 100.0
    assert velocity(10.0, Unknown("denominator_zero"), 50.0) == Unknown("denominator_zero")
    assert velocity(10.0, 0.5, 0.0) == Unknown("denominator_zero")


OPEN = [("2025-12-01", "Contact", 10, 0.1, None, "open"), ("2025-12-01", "Offre", 10, 0.6, None, "open")]


def decided(stage, won, lost, closed="2025-06-01"):
    rows = [("2025-01-01", stage, 10, None, closed, "won")] * won
    return rows + [("2025-01-01", stage, 10, None, closed, "lost")] * lost


def test_a_stage_counts_those_that_went_further():
    rows = sheet(*OPEN, *decided("Contact", 0, 20), *decided("Offre", 20, 20))
    stages = stage_history(rows)
    assert list(stages.index) == ["Contact", "Offre"]
    assert stages.reached.tolist() == [60, 40] and stages.won.tolist() == [20, 20]
    assert stages.observed.tolist() == [pytest.approx(1 / 3), 0.5]


def test_under_thirty_decided_prospects_the_declared_probability_stands():
    rows = sheet(OPEN[1], *decided("Offre", 15, 14))
    assert stage_history(rows).observed.isna().all()
    assert stage_history(sheet(OPEN[1], *decided("Offre", 15, 15))).observed.tolist() == [0.5]
    live = open_prospects(rows, stage_history(rows), as_of=D, cycle=100.0)
    assert live.chance.tolist() == [0.6] and live.chance_source.tolist() == ["declared"]


def test_a_stage_called_signed_is_beyond_every_other():
    rows = sheet(*OPEN, *decided("Signé", 30, 0), *decided("Offre", 0, 10), *decided("Contact", 0, 20))
    assert stage_history(rows).loc[["Contact", "Offre"], "observed"].tolist() == [0.5, 0.75]


def test_a_sheet_that_files_all_losses_under_lost_observes_nothing():
    rows = sheet(*OPEN, *decided("Signé", 30, 0), *decided("Perdu", 0, 40))
    assert stage_history(rows).loc[["Contact", "Offre"], "observed"].isna().all()


def test_without_declared_probability_a_stage_knows_its_own_unless_decisions_stand_apart():
    silent = ("2025-12-01", "Offre", 10, None, None, "open")
    assert stage_history(sheet(silent, *decided("Offre", 10, 30))).observed.tolist() == [0.25]
    signed = sheet(silent, *decided("Signé", 10, 0), *decided("Offre", 0, 30))
    assert stage_history(signed).observed.isna().all(), "the wins of this stage are filed elsewhere"
    filed = sheet(OPEN[1], *decided("Offre", 30, 0), *decided("Perdu", 0, 30))
    assert stage_history(filed).observed.isna().all(), "or its losses"


def test_a_prospect_is_stale_after_more_than_two_cycles_and_not_on_the_day():
    start = [str(D - timedelta(days=days)) for days in (100, 101)]
    rows = sheet(*((day, "Offre", 10, 0.5, None, None) for day in (*start, None)))
    live = open_prospects(rows, stage_history(rows), as_of=D, cycle=50.0)
    assert live.is_stale.tolist() == [False, True, False]
    unknown = open_prospects(rows, stage_history(rows), as_of=D, cycle=Unknown("missing:cycle"))
    assert not unknown.is_stale.any()


def test_the_median_of_the_won_is_shorter_than_the_wait_of_everybody():
    rows = sheet(
        ("2025-01-01", None, 1, None, "2025-01-11", "won"),
        ("2025-01-01", None, 1, None, "2025-01-21", "lost"),
        *[("2025-01-01", None, 1, None, None, "open")] * 2,
    )
    assert cycle_days(rows) == (10.0, 1)
    assert decision_days(rows, as_of=D) == (20.0, 4)
    assert decision_days(rows[rows.state == "open"], as_of=D)[0] == Unknown("missing:cycle")
    waiting = sheet(
        *[("2025-01-01", None, 1, None, None, "open")] * 9, ("2025-01-01", None, 1, None, "2025-02-01", "won")
    )
    assert decision_days(waiting, as_of=D)[0] == Unknown("history_short")


STATES = st.sampled_from(
    [("won", "2025-06-01"), ("lost", "2025-05-01"), ("open", None), (None, None), (None, "2025-04-01")]
)
ROWS = st.lists(
    st.tuples(
        st.dates(date(2024, 1, 1), date(2026, 6, 30)), st.sampled_from(["A", "B", None]),
        st.one_of(st.none(), st.integers(0, 10**6)), st.one_of(st.none(), st.integers(0, 100)), STATES,
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=few(80), deadline=None)
@given(ROWS)
def test_a_rate_never_passes_one_and_the_pipeline_parts_exactly(rows):
    frame = sheet(
        *(
            (
                str(day),
                stage,
                None if cents is None else cents / 100,
                None if p is None else p / 100,
                closed,
                outcome,
            )
            for day, stage, cents, p, (outcome, closed) in rows
        )
    )
    found = conversion(frame)
    assert found.created == (frame.state != "later").sum()
    for rate in (found.final, found.provisional, found.final_amount):
        assert isinstance(rate, Unknown) or 0 <= rate <= 1
    if not isinstance(found.final, Unknown):
        assert found.provisional <= found.final
    assert conversions_by(frame, frame.stage).created.sum() == found.created
    live = open_prospects(frame, stage_history(frame, least=3), as_of=D, cycle=90.0)
    stale = live.is_stale.astype(bool)
    assert len(live) == found.pending == stale.sum() + (~stale).sum()
    whole = round(live.amount.sum(), 2)
    parts = round(live.amount[stale].sum(), 2) + round(live.amount[~stale].sum(), 2)
    assert round(parts, 2) == whole
    assert (
        0 <= weighted(live.amount[~stale], live.chance[~stale]) <= round(live.amount[~stale].sum(), 2) + 0.005
    )


@settings(max_examples=few(50), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 1000)), max_size=20))
def test_weighting_is_exact(rows):
    exact = sum((Fraction(cents) * Fraction(p, 1000) for cents, p in rows), Fraction(0))
    amounts, chances = (pd.Series([row[place] for row in rows], dtype="float64") for place in (0, 1))
    assert abs(Fraction(str(weighted(amounts / 100, chances / 1000))) * 100 - exact) <= Fraction(1, 2)


def test_a_new_client_costs_what_prospecting_costs_over_new_clients():
    assert cost_per_client(24_000, 8, what="prospecting_cost") == 3000.0
    assert cost_per_client(24_000, 0, what="prospecting_cost") == Unknown("denominator_zero:new_customers")
    assert cost_per_client(24_000, 0, what="retention_cost") == Unknown("denominator_zero:kept_customers")
    assert cost_per_client(None, 8, what="retention_cost") == Unknown("missing:retention_cost")
    assert cost_per_client(0, 8, what="x") == 0.0  # told to be nothing, which is not unknown
    assert cost_ratio(3000.0, 150.0) == CLAIM
    assert cost_ratio(3000.0, 0.0) == Unknown("denominator_zero")


def tagged(*rows):
    frame = pd.DataFrame(rows, columns=["contract_id", "activity", "revenue"])
    return frame


def test_sixty_of_nine_hundred_and_not_of_a_thousand():
    lines = tagged(("K1", "Soins", 60.0), (None, "Conseil", 100.0), (None, "Soins", 840.0))
    lines["is_initial"] = initial_activity(lines, pd.Series(dtype="boolean"), activities=["Soins"])
    assert multi_institution_share(lines, {"K1"}) == pytest.approx(60 / 900)


def test_the_activity_of_a_contract_tags_its_namesakes_unless_contracts_disagree():
    lines = tagged(
        ("K1", "Soins", 60.0), ("K2", "Conseil", 100.0), (None, "Soins", 840.0), (None, "Conseil", 1.0)
    )
    assert initial_activity(lines, pd.Series({"K1": True, "K2": False})).tolist() == [
        True,
        False,
        True,
        False,
    ]
    lines = pd.concat([lines, tagged(("K3", "Soins", 5.0))], ignore_index=True)
    told = initial_activity(lines, pd.Series({"K1": True, "K2": False, "K3": False}))
    assert told.isna().tolist() == [False, False, True, False, False]


def test_the_flag_of_a_contract_beats_the_parameters():
    lines = tagged(("K1", "Soins", 1.0))
    assert initial_activity(lines, pd.Series({"K1": False}), activities=["Soins"]).tolist() == [False]


def test_without_a_tag_there_is_no_initial_activity():
    lines = tagged(("K1", None, 60.0), (None, None, 940.0))
    lines["is_initial"] = initial_activity(lines, pd.Series(dtype="boolean"))
    assert multi_institution_share(lines, {"K1"}) == Unknown("missing:initial_activity")
    lines["is_initial"] = pd.array([True, None], dtype="boolean")
    assert multi_institution_share(lines, {"K1"}) == Unknown("unreliable:initial_activity")
    lines["is_initial"] = pd.array([False, False], dtype="boolean")
    assert multi_institution_share(lines, {"K1"}) == Unknown("denominator_zero")


def test_what_has_no_name_is_in_the_whole_and_is_not_new():
    cells = pd.DataFrame(
        {"customer_id": ["A", "A", "B"], "revenue": [80.0, 900.0, 20.0], "is_new": [True, False, None]}
    )
    assert new_offer_share(cells) == 0.08
    assert won_on_new(cells, {"A", "B"}) == 1
    assert new_offer_share(cells.assign(revenue=0.0)) == Unknown("denominator_zero")


def quoted(*days, closed=None):
    return pd.DataFrame(
        {"date": pd.to_datetime(list(days)), "closed": pd.to_datetime(closed or [None] * len(days))}
    )


def invoices(*rows):
    frame = pd.DataFrame(rows, columns=["quote", "document", "day"])
    return frame.assign(day=pd.to_datetime(frame.day))


def test_one_invoice_answers_one_quote_and_the_oldest_first():
    quotes = quoted("2025-03-01", "2025-03-05", "2025-03-06")
    found = quote_outcomes(
        quotes, invoices((1, "F1", "2025-03-20"), (0, "F1", "2025-03-20"), (2, "F2", "2025-03-21")), as_of=D
    )
    assert found.state.tolist() == ["won", "lost", "won"] and found.days.tolist()[0] == 19


def test_a_quote_is_open_until_it_is_closed_or_too_old():
    quotes = quoted("2025-12-01", "2025-12-01", "2025-12-01", "2025-06-01", "2026-01-05",
                    closed=[None, "2025-12-15", "2026-02-01", None, None])  # fmt: skip
    found = quote_outcomes(quotes, invoices(), as_of=D)
    assert found.state.tolist() == ["open", "lost", "open", "lost", "later"]
    late = quote_outcomes(quotes, invoices((0, "F1", "2026-01-10"), (3, "F2", "2025-12-20")), as_of=D)
    assert late.state.tolist()[0] == "open", "an invoice after D has not happened"
    assert late.state.tolist()[3] == "lost", "an order that late answers something else"
