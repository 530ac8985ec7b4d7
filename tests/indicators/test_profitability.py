"""Section 4: worked examples of the dictionary, and what must hold for any portfolio."""

from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.cost_to_serve import (
    OUTSIDE,
    charges,
    priced,
    service_rates,
    share_of_period,
    total_rate,
)
from capclient.indicators.effort import effort_shares, misallocated, poorly_secured, potential_classes
from capclient.indicators.erosion import (
    CAUSES,
    erosion,
    erosion_effects,
    is_eroding,
    margin_causes,
    total_causes,
)
from capclient.indicators.margins import gross_margins, reduction_rate, reductions, uncovered
from capclient.indicators.whale import whale, whale_curve
from capclient.levels import activity_code
from capclient.vocabulary import Unknown


def sold(**clients):
    """Revenue and margin of N-1, then of N, in cents."""
    return pd.DataFrame(clients, index=["revenue_n1", "margin_n1", "revenue_n", "margin_n"]).T


PARADOX = sold(X=(10000, 4000, 15000, 5700), Y=(10000, 2000, 5000, 1000))


def test_trap_18_the_total_improves_while_no_client_does():
    found = erosion(PARADOX)
    assert (found.before, found.after) == (0.3, 0.335)
    assert (round(found.rate, 12), round(found.mix, 12)) == (-0.015, 0.05)
    worse = sold(X=(10000, 4000, 15000, 5700), Y=(10000, 2000, 5000, 900))  # now both of them lose
    both = erosion(worse)
    assert both.after > both.before and both.rate < 0 and (erosion_effects(worse).rate_change < 0).all()


def test_an_element_of_one_year_is_mix_and_never_rate():
    found = erosion_effects(sold(A=(10000, 3000, 10000, 3000), NEW=(0, 0, 5000, 2500), OLD=(5000, 500, 0, 0)))
    assert found.kind.to_dict() == {"A": "kept", "NEW": "arrived", "OLD": "left"}
    assert (found.rate_effect == 0).all() and found.mix_effect["NEW"] > 0 and found.mix_effect["OLD"] > 0


def test_a_client_of_credit_notes_only_has_no_rate_and_closes_all_the_same():
    table = sold(A=(10000, 3000, 10000, 2900), B=(5000, 1000, -200, -50), C=(-300, -300, 4000, 900))
    found = erosion(table)
    assert found.before + found.rate + found.mix == pytest.approx(found.after, abs=1e-15)
    assert np.isnan(erosion_effects(table).rate_change["B"])
    assert not is_eroding(table, limit="-0.02")["B"]


def test_two_points_exactly_is_an_erosion_and_a_cent_less_is_none():
    table = sold(A=(10000, 4000, 10000, 3800), B=(10000, 4000, 10000, 3801))
    assert is_eroding(table, limit="-0.02").tolist() == [True, False]
    assert is_eroding(table, limit=-0.02).tolist() == [True, False]


def test_without_revenue_in_one_year_there_is_no_rate_to_compare():
    assert erosion(sold(A=(0, 0, 100, 10))) == Unknown("denominator_zero")


portfolios = st.lists(
    st.tuples(*[st.integers(-(10**6), 10**8), st.integers(-(10**7), 10**7)] * 2), min_size=1, max_size=25
)


@given(portfolios)
def test_rate_and_mix_add_up_to_the_change_for_any_portfolio(rows):
    table = pd.DataFrame(rows, columns=["revenue_n1", "margin_n1", "revenue_n", "margin_n"])
    if table.revenue_n.sum() <= 0 or table.revenue_n1.sum() <= 0:
        return
    effects, whole = erosion_effects(table), erosion(table)
    scale = 1 + float(effects[["rate_effect", "mix_effect"]].abs().to_numpy().max())
    total = effects.rate_effect.sum() + effects.mix_effect.sum()
    assert total == pytest.approx(whole.after - whole.before, abs=1e-9 * scale * len(table))
    dictionary = ((effects.weight_n - effects.weight_n1) * effects.rate_n1)[effects.kind == "kept"].sum()
    ones = effects.kind != "kept"
    dictionary += (table.margin_n / table.revenue_n.sum() - table.margin_n1 / table.revenue_n1.sum())[
        ones
    ].sum()
    assert whole.mix == pytest.approx(dictionary, abs=1e-9 * scale * len(table))  # sum((w1 - w0) * m0)


def test_ten_thousand_portfolios_close():
    """Rate and mix, and the whale, on 10,000 random portfolios of eight clients at once."""
    rng = np.random.default_rng(4)
    revenue = rng.integers(1, 10**7, (2, 10_000, 8))
    margin = (revenue * rng.uniform(-0.3, 0.6, revenue.shape)).round()
    weight = revenue / revenue.sum(axis=2, keepdims=True)
    rate = margin / revenue
    whole = margin.sum(axis=2) / revenue.sum(axis=2)
    by_rate = (weight[1] * (rate[1] - rate[0])).sum(axis=1)
    by_mix = ((weight[1] - weight[0]) * (rate[0] - whole[0][:, None])).sum(axis=1)
    assert np.abs(by_rate + by_mix - (whole[1] - whole[0])).max() < 1e-12
    for place in range(0, 10_000, 500):
        table = pd.DataFrame(
            {"revenue_n1": revenue[0, place], "margin_n1": margin[0, place].astype(int),
             "revenue_n": revenue[1, place], "margin_n": margin[1, place].astype(int)}
        )  # fmt: skip
        found = erosion(table)
        assert found.rate == pytest.approx(by_rate[place], abs=1e-12)
        assert found.mix == pytest.approx(by_mix[place], abs=1e-12)


def causes(**changes):
    row = {
        "customer_id": "A", "family": "", "unit": 0, "products": 2, "amount_n": 50000, "amount_n1": 40000,
        "cost_n": 34000, "cost_n1": 26000, "qty_n": 35.0, "qty_n1": 30.0, "at_old_prices": 45000.0,
        "at_old_costs": 30000.0, "new_products": 500, "stopped_products": -300, "not_decomposable": 20,
    }  # fmt: skip
    return row | changes


def test_price_cost_volume_and_mix_close_on_the_change_of_margin():
    split = margin_causes(pd.DataFrame([causes()])).loc["A"]
    assert split.price == 5000 and split.cost == -4000
    assert split.volume == pytest.approx(14000 * 35 / 30 - 14000)
    assert split[list(CAUSES)].sum() == pytest.approx(split.total)
    assert split.total == (50000 - 34000) - (40000 - 26000) + 500 - 300 + 20


def test_totals_of_causes_are_whole_cents_that_add_up():
    rows = pd.DataFrame([causes(), causes(customer_id="B", qty_n=31.0), causes(customer_id="C", qty_n=37.7)])
    found = total_causes(margin_causes(rows))
    assert sum(found[cause] for cause in CAUSES) == found["total"] == 3 * 2220


def test_the_whale_of_the_dictionary():
    margin = pd.Series({"A": 60.0, "B": 40.0, "C": 20.0, "D": -10.0, "E": -30.0})
    found = whale(margin)
    assert whale_curve(margin).cumulated.tolist() == [60, 100, 120, 110, 80]
    assert (found.peak_share, found.makers, found.destroyed) == (1.5, 3, 40.0)
    assert Fraction(found.destroyed_share).limit_denominator(100) == Fraction(1, 3)


def test_trap_19_a_whale_that_earns_nothing_speaks_in_euros_only():
    found = whale(pd.Series([10.0, -30.0]))
    assert (found.total, found.peak, found.destroyed) == (-20.0, 10.0, 30.0)
    assert found.peak_share == found.destroyed_share == Unknown("denominator_zero")
    assert np.isnan(whale_curve(pd.Series([10.0, -30.0])).share).all()
    assert whale(pd.Series([float("nan")])) == Unknown("denominator_zero")


cents = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=60)


@given(cents)
def test_the_curve_ends_at_the_total_and_peaks_at_its_makers(values):
    margin = pd.Series(values, dtype="float64") / 100
    curve, found = whale_curve(margin), whale(margin)
    assert round(curve.cumulated.iloc[-1] * 100) == sum(values) == round(found.total * 100)
    assert round(found.peak * 100) - round(found.destroyed * 100) == sum(values)
    assert max(curve.cumulated.max(), 0) == pytest.approx(found.peak)
    shuffled = whale_curve(margin.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(curve, shuffled)  # the order of rows changes nothing, ties included


def test_the_cost_to_serve_of_the_dictionary():
    cost = priced(pd.Series([12.0, 40, 100, 5]), pd.Series([150.0, 20, 15, 80])).sum()
    assert cost == 4500 and total_rate(50000, cost) == 0.09
    assert (50000 - 35000 - cost, (50000 - 35000 - cost) / 50000) == (10500, 0.21)


def test_half_cents_are_rounded_up_once():
    assert priced(pd.Series([0.5, 1.005]), pd.Series([0.01, 1.0])).tolist() == [0.01, 1.01]


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=40),
    st.integers(0, 10**7),
    st.integers(1, 20_000),
)
def test_charged_outside_and_unused_make_the_pool_unless_it_is_overused(used, amount, capacity):
    quantities = pd.Series(used, dtype="float64", index=[OUTSIDE, *range(1, len(used))])
    euros, pool = charges(quantities, amount=Fraction(amount, 100), capacity=capacity)
    assert (euros >= 0).all() and pool["unused"] >= 0
    charged = round(pool["charged"] * 100) + round(pool["outside"] * 100)
    assert (euros * 100).round().sum() == charged
    if sum(used) <= capacity:
        assert charged + round(pool["unused"] * 100) == amount and pool["over"] == 0
    else:
        assert pool["unused"] == 0 and pool["over"] == sum(used) - capacity
        assert charged == round(Fraction(amount, capacity) * sum(used))


def test_unused_capacity_changes_nothing_for_those_who_used_it():
    full, _ = charges(pd.Series({"A": 4.0, "B": 6.0}), amount=1000, capacity=10)
    half, pool = charges(pd.Series({"A": 4.0}), amount=1000, capacity=10)
    assert full["A"] == half["A"] == 400 and pool["unused"] == 600  # the spiral: A never pays for B's absence


@pytest.mark.parametrize(
    ("said", "share"),
    [
        ("2025", 1.0), ("2025.0", 1.0), ("2025-06", 1.0), ("2025-6", 1.0), ("2025-06-01", 1.0), (None, 1.0), ("", 1.0),
        ("2024", 0.0), ("2024-12", 0.0), ("2026-01", 0.0), ("9999-12", 0.0), ("0000", 0.0),
        ("juin 2025", None), ("2025-13", None), ("T1 2025", None),
    ],
)  # fmt: skip
def test_only_the_periods_of_the_year_count(said, share):
    assert share_of_period(said, date(2025, 1, 1), date(2025, 12, 31)) == share


def test_a_cost_without_revenue_is_high_and_the_limit_itself_is_not():
    table = service_rates(
        pd.Series([1000.0, 1000.0, 0.0, 0.0]), pd.Series([150.0, 150.01, 5.0, 0.0]), high="0.15"
    )
    assert table.is_high.tolist() == [False, True, True, False]


def test_cost_coverage_is_refused_below_seventy_percent_exactly():
    assert uncovered(1000, 700, least="0.70") is None
    assert uncovered(1000, 699, least="0.70") == Unknown("unreliable:cost_coverage")
    assert uncovered(1000, 0, least="0.70") == Unknown("missing:cost")


def test_lines_without_cost_leave_the_margin_and_its_base():
    given_ = pd.DataFrame(
        {"lines": 3, "revenue": 90000, "size": 110000, "costed": 80000, "costed_size": 80000, "cost": 60000},
        index=["A"],
    )
    own = gross_margins(given_, least="0.70").loc["A"]
    assert (own.gross_margin, own.gross_margin_rate) == (200.0, 0.25)  # 200 / 800, not 200 / 900
    assert own.coverage == pytest.approx(80 / 110)


def test_rebates_and_credit_notes_are_one_rate_and_three_percent_is_no_alert():
    table = pd.DataFrame({"invoiced": [10000, 10000], "rebated": [-100, -101], "credited": [-200, -200]})
    assert reductions(table, alert="0.03").is_high.tolist() == [False, True]
    assert reduction_rate(10000, -100, -200) == 0.03


def test_effort_is_over_where_nothing_is_brought_and_under_needs_potential():
    visits, margin = pd.Series([10.0, 0.0, 5.0, 5.0]), pd.Series([-50.0, 60.0, 90.0, np.nan])
    likely = pd.Series([False, True, False, False])
    table = effort_shares(visits, margin, over=2, under="0.5", promising=likely)
    assert table.verdict.tolist()[:3] == ["over", "under", "fit"] and pd.isna(table.verdict.iloc[3])
    nobody = effort_shares(visits, margin, over=2, under="0.5")
    assert "under" not in nobody.verdict.tolist()
    assert effort_shares(visits * 0, margin, over=2, under="0.5") == Unknown("missing:visits")
    assert effort_shares(visits, -margin.abs(), over=2, under="0.5") == Unknown("denominator_zero")


def test_twice_exactly_is_not_over_and_half_exactly_is_not_under():
    table = effort_shares(
        pd.Series([2.0, 1.0, 1.0]),
        pd.Series([1.0, 2.0, 1.0]),
        over=2,
        under="0.5",
        promising=pd.Series([True] * 3),
    )
    assert table.verdict.tolist() == ["fit", "fit", "fit"]


def test_effort_that_follows_value_has_nothing_to_move():
    shares = pd.Series([0.5, 0.3, 0.2])
    assert misallocated(shares, shares) == 0
    assert misallocated(pd.Series([1.0, 0.0]), pd.Series([-0.5, 1.5])) == 1


def test_potential_knows_its_bounds_and_secured_needs_one_proof():
    sales, none = pd.Series([100.0] * 3), pd.Series([None] * 3, dtype="str")
    found = potential_classes(pd.Series([50.0, 10.0, 9.99]), sales, none, high="0.50", low="0.10")
    assert found.tolist() == ["high", "medium", "low"]
    assert poorly_secured(None, None, days=90) == Unknown("missing:interactions")
    assert poorly_secured(None, pd.Series([90.0, 91.0]), days=90).tolist() == [False, True]


def test_activities_are_known_by_their_french_names():
    said = [
        "Visites",
        "Appels téléphoniques",
        "RÉCLAMATION",
        "commande",
        "Devis",
        "Mise en rayon",
        "credit_note",
    ]
    assert [activity_code(name) for name in said] == [
        "visit", "call", "claim", "order", "quote", "mise en rayon", "credit_note",
    ]  # fmt: skip
