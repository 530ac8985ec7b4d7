"""Sections 10 and 3.15: worked examples, the trap of a market that falls, shift-share exact to the cent."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.indicators.lifecycle import lifecycle_stages
from capclient.indicators.market import (
    growth_points,
    is_declining,
    market_comparison,
    market_shares,
    position,
    relative_growth,
    segment_mix,
    trend,
)
from capclient.indicators.shift_share import EFFECTS, shift_share, weighted_growth
from capclient.thresholds import LifecycleThresholds
from capclient.vocabulary import Unknown
from tests.examples import few


def segments(*rows):
    return pd.DataFrame(rows, columns=["revenue_n1", "revenue_n", "market_growth"]).astype("float64")


def beside(*rows):
    return segments(*rows).assign(size=float("nan"), size_n1=float("nan"))


def test_r6_grows_by_eleven_percent_and_loses_share_of_a_market_that_grows_by_fifteen():
    assert relative_growth(1000.0, 900.0, "0.15") == pytest.approx(-0.0338164)
    assert growth_points(1000.0, 900.0, "0.15") == pytest.approx(-0.0388889)
    assert position(Fraction(1, 9), Fraction(1, 9) - Fraction(15, 100)) == "losing"


def test_growth_without_base_or_in_a_market_that_vanished_is_unknown():
    assert relative_growth(10.0, 0.0, "0.1") == Unknown("denominator_zero")
    assert relative_growth(10.0, 10.0, -1) == Unknown("denominator_zero")
    assert growth_points(10.0, -5.0, "0.1") == Unknown("denominator_zero")


def test_shift_share_of_the_dictionary():
    made = shift_share(segments((600, 660, 0.15), (300, 340, 0.05)), overall="0.12")
    assert (made.growth, made.mix, made.competitive, made.not_compared) == (108.0, -3.0, -5.0, 0.0)
    assert made.rows.to_numpy().sum() == pytest.approx(100.0)


def test_without_a_total_the_market_is_weighted_by_our_own_revenue_and_the_mix_explains_nothing():
    two = segments((600, 660, 0.15), (300, 340, 0.05))
    assert weighted_growth(two) == Fraction(105, 900)
    made = shift_share(two)
    assert (made.growth, made.mix, made.competitive) == (105.0, 0.0, -5.0)


def test_a_segment_without_market_data_is_not_compared_and_is_no_market_at_zero():
    known = segments((600, 660, 0.15))
    both = segments((600, 660, 0.15), (300, 340, None))
    made = shift_share(both, overall="0.12")
    alone = shift_share(known, overall="0.12")
    assert (made.growth, made.mix, made.competitive) == (alone.growth, alone.mix, alone.competitive)
    assert made.not_compared == 40.0
    assert market_comparison(beside((600, 660, 0.15), (300, 340, None))).position.tolist() == [
        "losing",
        "not_compared",
    ]


def test_trap_34_the_blank_line_is_a_segment_like_the_others_and_the_sum_is_whole():
    rows = segments((600, 660, 0.15), (-20, 35, None)).set_index(pd.Index(["Retail", None]))
    made = shift_share(rows, overall="0.12")
    total = sum(Decimal(str(getattr(made, name))) for name in EFFECTS)
    assert total == Decimal(660 + 35 - 600 + 20)
    mix = segment_mix(rows.revenue_n1, rows.revenue_n)
    assert mix.share.sum() == pytest.approx(1.0) and mix.share_n1.sum() == pytest.approx(1.0)


def test_trap_21_growth_below_the_market_is_a_loss_and_a_fall_above_it_is_none():
    table = market_comparison(beside((100, 105, 0.10), (100, 80, -0.25), (100, 100, -0.10), (100, 90, 0.0)))
    assert table.position.tolist() == ["losing", "resisting", "gaining", "retreating"]
    client = pd.DataFrame(
        {"first_purchase": pd.to_datetime(["2020-01-15"]), "purchase_days_24m": [20], "revenue_n": [80.0],
         "revenue_n1": [100.0], "revenue_n2": [100.0], "revenue_half": [40.0], "revenue_half_before": [50.0]},
        index=["C1"],
    )  # fmt: skip
    dates = {"as_of": pd.Timestamp("2025-12-31").date(), "data_start": pd.Timestamp("2019-01-01").date()}
    states = pd.Series(["active"], index=["C1"])
    falling = lifecycle_stages(
        client, states=states, thresholds=LifecycleThresholds(), market_growth="-0.25", **dates
    )
    assert (falling.stage["C1"], round(falling.growth_relative["C1"], 4)) == ("adult", 0.0667)


def test_a_gap_of_exactly_the_limit_is_not_level_whatever_binary_floats_say():
    assert position("0.105", Fraction("0.105") - Fraction("0.1")) == "gaining"
    assert position("0.0951", "-0.0049") == "level"
    assert trend(0.01) == "flat" and trend(-0.01) == "flat" and trend("0.0101") == "growing"


def test_a_market_smaller_than_our_sales_has_no_share():
    rows = pd.DataFrame({"revenue_n": [50.0, 50.0, 50.0], "revenue_n1": [40.0, 40.0, 40.0],
                         "size": [500.0, 45.0, None], "size_n1": [400.0, 400.0, 400.0]})  # fmt: skip
    shares = market_shares(rows)
    assert shares.market_share.tolist()[0] == 0.1 and shares.market_share.isna().tolist() == [
        False,
        True,
        True,
    ]
    assert shares.market_share_change[0] == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("growth", "outlook", "said"),
    [
        (-0.001, None, True), (0.0, None, False), (0.05, "En déclin", True), (None, "RÉCESSION attendue", True),
        (None, "pas de baisse", pd.NA), (0.02, "stable", False), (None, None, pd.NA), (None, "déclinaison", pd.NA),
    ],
)  # fmt: skip
def test_a_market_declines_by_its_growth_or_by_its_outlook(growth, outlook, said):
    found = is_declining(pd.Series([growth], dtype="float64"), pd.Series([outlook], dtype="object"))
    assert found.tolist() == [said] or (said is pd.NA and found.isna().all())


CENTS = st.integers(-(10**7), 10**11)
RATE = st.one_of(st.none(), st.integers(-(10**9), 3 * 10**9).map(lambda part: part / 10**9))
PORTFOLIOS = st.lists(st.tuples(CENTS, CENTS, RATE), min_size=1, max_size=12)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(rows=PORTFOLIOS, overall=RATE)
def test_shift_share_adds_up_to_the_cent_in_rows_and_in_columns(rows, overall):
    table = segments(*((before / 100, now / 100, rate) for before, now, rate in rows))
    made = shift_share(table, overall=overall)
    if isinstance(made, Unknown):
        assert not any(rate is not None and before >= 0 for before, _, rate in rows) or overall is None
        return
    whole = (made.rows * 100).round().astype("int64")
    changes = [now - before for before, now, _ in rows]
    assert whole.sum(axis=1).tolist() == changes
    assert sum(round(getattr(made, name) * 100) for name in EFFECTS) == sum(changes)
    compared = [(b, n, Fraction(str(r))) for b, n, r in rows if r is not None and b >= 0]
    market = Fraction(str(overall)) if overall is not None else weighted_growth(table)
    exact = sum(base for base, _, _ in compared) * market
    assert abs(round(made.growth * 100) - exact) <= 1
    exact = sum(now - base * (1 + rate) for base, now, rate in compared)
    assert abs(round(made.competitive * 100) - exact) <= 1
    assert round(made.not_compared * 100) == sum(n - b for b, n, r in rows if r is None or b < 0)


@settings(max_examples=few(200), deadline=None)
@given(rows=PORTFOLIOS.filter(lambda rows: len(rows) > 1))
def test_the_order_of_segments_moves_no_effect(rows):
    table = segments(*((before / 100, now / 100, rate) for before, now, rate in rows))
    one, other = (shift_share(part, overall="0.031") for part in (table, table.iloc[::-1]))
    if not isinstance(one, Unknown):
        for name in EFFECTS:
            assert getattr(one, name) == pytest.approx(getattr(other, name), abs=0.0101)
