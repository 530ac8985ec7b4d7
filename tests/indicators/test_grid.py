"""The evaluation grid: blanks stay blanks, measures win, and weights only move ranks."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.contact_people import contact_people
from capclient.indicators.grid import (
    chosen_levels,
    disagreements,
    grid_marks,
    level_points,
    rank_quarters,
    rank_sensitivity,
    reasons_to_buy,
)
from capclient.indicators.grid_proposals import proposed_relations
from capclient.params_grid import POINTS, WEIGHTS
from capclient.schema import TABLES

ANSWERS = {name: st.one_of(st.none(), st.sampled_from(sorted(levels))) for name, levels in POINTS.items()}
clients = st.lists(st.fixed_dictionaries(ANSWERS), min_size=1, max_size=6)


def test_the_ten_criteria_have_the_levels_of_the_schema():
    assert len(POINTS) == len(WEIGHTS) == 10
    sheet = TABLES["customers"]
    for name, levels in POINTS.items():
        if name != "decision_criteria":
            assert set(levels) == {code for code, _ in sheet.column(name).words}, name


def test_the_points_of_a_scale_run_from_one_to_zero():
    for name, levels in POINTS.items():
        assert list(levels.values()) == sorted(levels.values(), reverse=True), name
        assert (max(levels.values()), min(levels.values())) == (1, 0), name


def test_a_worked_mark():
    levels = pd.DataFrame(None, index=["C1", "C2"], columns=list(POINTS), dtype="object")
    levels.loc["C1", ["relation_type", "profitability_level"]] = ["recurring", "high"]
    marks = grid_marks(level_points(levels, POINTS), WEIGHTS, POINTS)
    # weights 2 + 3 known of 14: (2 x 0.75 + 3 x 1) / 14 at worst, 9 more at best
    assert marks.loc["C1"].tolist() == pytest.approx([4.5 / 14 * 100, 13.5 / 14 * 100, 9 / 14 * 100, 5 / 14])
    assert marks.loc["C2"].tolist() == [0.0, 100.0, 50.0, 0.0]


@given(clients, st.sampled_from(sorted(POINTS)), st.data())
def test_an_answer_never_widens_the_range(rows, name, data):
    levels = pd.DataFrame(rows, columns=list(POINTS)).astype("object")
    before = grid_marks(level_points(levels, POINTS), WEIGHTS, POINTS)
    told = levels.copy()
    blank = told[name].isna()
    told.loc[blank, name] = data.draw(st.sampled_from(sorted(POINTS[name])))
    after = grid_marks(level_points(told, POINTS), WEIGHTS, POINTS)
    assert (after.low >= before.low - 1e-9).all() and (after.high <= before.high + 1e-9).all()
    assert (after.answered >= before.answered).all()
    assert (before.low <= before.high + 1e-9).all() and before.low.min() >= 0 and before.high.max() <= 100


@given(clients)
def test_a_client_marked_alone_is_marked_as_among_others(rows):
    levels = pd.DataFrame(rows, columns=list(POINTS)).astype("object")
    whole = grid_marks(level_points(levels, POINTS), WEIGHTS, POINTS)
    alone = grid_marks(level_points(levels.iloc[[0]], POINTS), WEIGHTS, POINTS)
    assert alone.iloc[0].tolist() == whole.iloc[0].tolist()


@given(clients)
def test_no_weight_moves_more_than_every_client_and_no_change_moves_none(rows):
    answers = level_points(pd.DataFrame(rows, columns=list(POINTS)).astype("object"), POINTS)
    moved = rank_sensitivity(answers, WEIGHTS, POINTS)
    assert moved.to_numpy().min() >= 0 and moved.to_numpy().max() <= 1
    assert "decision_criteria" not in moved.index, "without weight"
    assert not rank_sensitivity(answers, WEIGHTS, POINTS, change=0).to_numpy().any()


def test_the_rank_sensitivity_of_a_known_grid():
    answers = pd.DataFrame({"ease": [1.0, 0.5, 0.5, 0.0], "outlook": [0.0, 0.5, 0.5, 0.9]})
    moved = rank_sensitivity(answers, {"ease": 1, "outlook": 1}, POINTS)
    assert rank_quarters(grid_marks(answers, {"ease": 1, "outlook": 1}, POINTS).middle).tolist() == [
        1,
        1,
        1,
        4,
    ]
    # a lighter ease: the fourth (0.9 of outlook) comes first, the first comes last, the pair second
    assert moved.loc["ease"].tolist() == [1.0, 0.5]


def test_measures_win_over_words_and_words_over_guesses():
    said = pd.DataFrame({"ease": ["easy"], "profitability_level": ["high"], "outlook": [None]}, index=["C1"])
    real = pd.DataFrame({"profitability_level": ["low"]}, index=["C1"])
    guessed = pd.DataFrame({"profitability_level": ["moderate"], "outlook": ["growth"]}, index=["C1"])
    levels, sources = chosen_levels(said, real, guessed)
    assert levels.loc["C1"].tolist() == ["easy", "low", "growth"]
    assert sources.loc["C1"].tolist() == ["declared", "real", "estimated"]


def test_what_is_only_suggested_denies_no_neighbour():
    said = pd.DataFrame(
        {"potential_level": ["moderate", "none"], "relation_type": ["partnership", "recurring"]}
    )
    guessed = pd.DataFrame(
        {"potential_level": ["high", "high"], "relation_type": ["recurring", "endangered"]}
    )
    scales = {name: tuple(POINTS[name]) for name in said}
    found = disagreements(said, pd.DataFrame(), guessed, scales=scales)
    assert found.reset_index().to_numpy().tolist() == [
        [1, "potential_level", "none", "high", "estimated"],
        [1, "relation_type", "recurring", "endangered", "estimated"],
    ]


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("PRIX D’ACHAT", ("price",)), ("Coût total du cycle de vie", ("total_cost",)),
        ("confiance / qualité", ("trust", "quality")), ("=cmd|' /C calc'!A0", ("other",)), ("   ", ()),
        ("<script>alert(1)</script>", ("other",)), ("prix" * 10_000, ("price",)), (3, ()), (float("nan"), ()),
    ],
)  # fmt: skip
def test_reasons_to_buy_are_read_from_any_words(words, codes):
    assert reasons_to_buy(words) == codes


def test_unknown_levels_give_no_points_and_no_error():
    told = pd.DataFrame({"ease": ["easy", "<b>", "'; DROP TABLE"]})
    assert level_points(told, POINTS).ease.isna().tolist() == [False, True, True]


def test_a_client_without_orders_contracts_or_risk_has_no_proposed_relation():
    signs = pd.DataFrame(
        {"orders_12m": [None], "risk_score": [None], "state": [None], "contract": [None], "rd_collab": [None]}
    )
    assert proposed_relations(signs).tolist() == [None]


def people(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "person", "side", "since", "until"])


FIRST = pd.Series(pd.to_datetime(["2020-01-01", "2025-06-01"]), index=["OLD", "NEW"])
DAY = date(2025, 12, 31)


def test_one_person_named_twice_is_one_person():
    table = people(("OLD", "Ana Roux", "theirs", None, None), ("OLD", " ana  roux ", None, None, None))
    assert contact_people(table, FIRST, as_of=DAY).loc["OLD"].tolist() == [1, 0, True, False]


def test_who_left_within_the_year_changes_the_contact_and_no_longer_counts():
    table = people(("OLD", "Ana", "theirs", None, "2025-02-01"), ("OLD", "Léo", "theirs", None, None))
    assert contact_people(table, FIRST, as_of=DAY).loc["OLD"].tolist() == [1, 0, True, True]


@pytest.mark.parametrize(
    ("since", "changed"), [("2024-12-31", False), ("2025-01-01", True), ("2026-01-01", False)]
)
def test_who_arrived_counts_from_the_day_after_twelve_months_ago(since, changed):
    table = people(("OLD", "Ana", "theirs", since, None))
    found = contact_people(table, FIRST, as_of=DAY)
    assert bool(found.has_changed.OLD) is changed


def test_the_first_contact_of_a_new_client_is_no_change_and_ours_are_not_theirs():
    table = people(("NEW", "Ana", "theirs", "2025-06-01", None), ("OLD", "Us", "ours", "2025-06-01", None))
    found = contact_people(table, FIRST, as_of=DAY)
    assert found.loc["NEW"].tolist() == [1, 0, True, False]
    assert found.loc["OLD"].tolist() == [0, 1, False, False]


def test_a_departure_planned_for_later_has_not_happened():
    table = people(("OLD", "Ana", "theirs", None, "2026-02-01"))
    assert contact_people(table, FIRST, as_of=DAY).loc["OLD"].tolist() == [1, 0, True, False]
