"""Lateness, terms, penalties, scores and the recovery list: worked examples of section 5, and what must always hold."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient import regulation
from capclient.indicators.lateness import (
    late_share,
    open_lateness,
    payment_lateness,
    settlement_days,
    worsening,
)
from capclient.indicators.payment_score import payment_scores
from capclient.indicators.penalties import (
    ALWAYS,
    calculation,
    contract_rates,
    half_year_rates,
    penalties,
    recovery_indemnity,
    rounded_euros,
)
from capclient.indicators.recovery import recovery_list
from capclient.indicators.terms import end_of_month, judged, latest_due
from capclient.regulation import Ceiling, ceilings, public_buyer, rates_known_to, refi_rates
from capclient.thresholds import RecoveryThresholds
from capclient.vocabulary import Unknown

DAYS = st.dates(date(2017, 1, 1), date(2025, 12, 31))
AMOUNTS = st.integers(1, 10**12)
LEGAL = half_year_rates(refi_rates(), points=Decimal(10), last=date(2031, 12, 31))


def frame(rows, *names):
    table = pd.DataFrame(rows, columns=list(names))
    for name in names:
        if name.endswith("date"):
            table[name] = pd.to_datetime(table[name])
    return table


# ---- terms (5.10) -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("invoice", "sixty", "fdm_then_45", "then_fdm", "periodic"),
    [
        ("2025-01-15", "2025-03-16", "2025-03-17", "2025-03-31", "2025-03-01"),
        ("2025-02-10", "2025-04-11", "2025-04-14", "2025-03-31", "2025-03-27"),
        ("2024-12-31", "2025-03-01", "2025-02-14", "2025-02-28", "2025-02-14"),
        ("2025-01-31", "2025-04-01", "2025-03-17", "2025-03-31", "2025-03-17"),
    ],
)
def test_every_way_to_count_a_term(invoice, sixty, fdm_then_45, then_fdm, periodic):
    day = pd.Series(pd.to_datetime([invoice]))
    law = Ceiling(date(2009, 1, 1), days=60, month_end=45)
    assert latest_due(day, law, reading="none").iloc[0] == pd.Timestamp(sixty)
    assert end_of_month(day, 45, "fdm_then_45").iloc[0] == pd.Timestamp(fdm_then_45)
    assert end_of_month(day, 45, "45_then_fdm").iloc[0] == pd.Timestamp(then_fdm)
    assert latest_due(day, ceilings("periodic")[0]).iloc[0] == pd.Timestamp(periodic)
    assert latest_due(day, law).iloc[0] == max(map(pd.Timestamp, (sixty, fdm_then_45, then_fdm)))


def test_a_term_lawful_only_at_the_end_of_the_month_needs_a_contract():
    rows = frame(
        [("2025-01-15", "2025-03-16"), ("2025-01-15", "2025-03-31"), ("2025-01-15", "2025-04-01"),
         ("2008-12-31", "2009-12-31"), ("2025-01-15", None)],
        "date", "due_date",
    )  # fmt: skip
    found = judged(rows, ceilings("private"))
    assert found.is_breach.tolist() == [False, False, True, pd.NA, pd.NA]
    assert found.needs_contract.tolist()[:3] == [False, True, False]
    assert found.excess_days.tolist()[:3] == [0, 0, 1]
    chosen = judged(rows, ceilings("private"), reading="fdm_then_45")
    assert chosen.is_breach.tolist()[:2] == [False, True]


def test_beyond_sixty_days_only_the_exact_end_of_the_month_is_lawful():
    rows = frame(
        [("2025-01-15", "2025-03-20"), ("2025-01-15", "2025-03-17"), ("2025-01-15", "2025-03-31")],
        "date",
        "due_date",
    )
    found = judged(rows, ceilings("private"))
    assert found.term_days.tolist() == [64, 61, 75]
    assert found.is_breach.tolist() == [True, False, False]
    assert found.needs_contract.tolist() == [False, True, True] and found.excess_days.tolist() == [4, 0, 0]


@pytest.mark.parametrize(("buyer", "days"), [("state", 30), ("hospital", 50), ("undertaking", 60)])
def test_public_buyers_have_their_own_ceilings(buyer, days):
    day = date(2025, 3, 3)
    rows = frame([(day, day + timedelta(days)), (day, day + timedelta(days + 1))], "date", "due_date")
    assert judged(rows, ceilings("public", buyer)).is_breach.tolist() == [False, True]


def test_sectors_have_their_own_ceilings():
    (transport,), (food,) = ceilings("sectors", "transport"), ceilings("sectors", "denrees_perissables")
    days = pd.Series(pd.to_datetime(["2025-03-03", "2025-03-15", "2025-03-31"]))
    assert latest_due(days, transport).dt.strftime("%m-%d").tolist() == ["04-02", "04-14", "04-30"]
    assert latest_due(days, food).dt.strftime("%m-%d").tolist() == ["04-09", "04-19", "04-30"]
    assert regulation.sector_slug("Denrées périssables") == "denrees_perissables"
    assert regulation.sector_slug("commerce_de_gros") == ""


def test_clients_are_recognised_in_words():
    assert public_buyer("CHU") == "hospital" and public_buyer("Commune") == "state"
    assert public_buyer("EPIC") == "undertaking" and public_buyer("Particulier") == ""
    assert regulation.is_french("FRANCE") and not regulation.is_french("DE")


# ---- penalties (5.11, 5.12) ---------------------------------------------------------------------------


def claims(*rows):
    return frame(rows, "amount", "due_date", "end_date")


def test_penalties_over_two_half_years():
    one = claims((1_200_000, "2025-05-31", "2025-07-30"))
    assert rounded_euros(penalties(one, LEGAL).iloc[0]) == Decimal("249.53")
    single = {date(2025, 1, 1): Decimal("13.15")}
    assert rounded_euros(penalties(one, single).iloc[0]) == Decimal("259.40")  # the wrong way


def test_a_public_buyer_keeps_the_rate_of_the_half_year_in_which_interest_starts():
    rates = half_year_rates(refi_rates(), points=Decimal(8), last=date(2025, 12, 31))
    one = claims((1_200_000, "2025-05-31", "2025-07-30"))
    expected = Fraction(1_200_000 * 60) * Fraction("11.15") / 36_500
    assert penalties(one, rates, is_frozen=True).iloc[0] == expected
    later = claims((1_200_000, "2025-06-30", "2025-07-30"))  # interest starts on the first of July
    assert (
        penalties(later, rates, is_frozen=True).iloc[0]
        == Fraction(1_200_000 * 30) * Fraction("10.15") / 36_500
    )


def test_paid_on_the_due_date_owes_nothing_and_early_owes_nothing():
    assert penalties(
        claims((100, "2025-05-31", "2025-05-31"), (100, "2025-05-31", "2025-05-01")), LEGAL
    ).tolist() == [0, 0]


def test_interest_from_before_the_table_of_rates_is_unknown():
    found = penalties(claims((100, "2015-05-31", "2025-05-31"), (100, "2016-06-30", "2016-07-01")), LEGAL)
    assert found.iloc[0] is None and found.iloc[1] == Fraction(100 * 10, 36_500)


def test_the_table_of_rates_knows_where_it_ends_and_a_user_carries_it_on():
    assert rates_known_to(refi_rates()) == date(2025, 12, 31)
    more = refi_rates({date(2026, 1, 1): Decimal("2.00")})
    assert rates_known_to(more) == date(2026, 6, 30)
    assert half_year_rates(more, points=Decimal(10), last=date(2026, 3, 1))[date(2026, 1, 1)] == Decimal(
        "12.00"
    )


@given(DAYS, st.integers(0, 900), st.integers(0, 900), AMOUNTS)
def test_penalties_add_up_over_a_period_cut_in_two(due, first, second, amount):
    middle, end = due + timedelta(first), due + timedelta(first + second)
    whole, one, other = penalties(
        claims((amount, due, end), (amount, due, middle), (amount, middle, end)), LEGAL
    )
    assert whole == one + other


@given(DAYS, st.integers(0, 1500), AMOUNTS)
def test_penalties_are_the_sum_of_each_day(due, days, amount):
    found = penalties(claims((amount, due, due + timedelta(days))), LEGAL).iloc[0]
    rates = [
        LEGAL[date(d.year, 1 if d.month < 7 else 7, 1)]
        for d in (due + timedelta(n) for n in range(1, days + 1))
    ]
    assert found == sum((Fraction(rate) for rate in rates), Fraction(0)) * amount / 36_500


def test_the_indemnity_is_due_by_invoice():
    assert recovery_indemnity(3, amount=regulation.indemnity()) == 120


# ---- lateness (5.6 to 5.8) ----------------------------------------------------------------------------

PAID = st.lists(st.tuples(AMOUNTS, DAYS, st.integers(-400, 400)), min_size=1, max_size=30)


def payments(rows):
    return frame([(a, d, d + timedelta(late)) for a, d, late in rows], "amount", "due_date", "paid_date")


@given(PAID)
def test_floored_lateness_is_never_below_the_signed_one(rows):
    found = payment_lateness(payments(rows)).loc["all"]
    assert found.days_late >= max(found.days_late_signed, 0)
    assert 0 <= found.late_over_30_amount <= found.late_amount <= found.amount == sum(a for a, _, _ in rows)


@given(PAID)
def test_lateness_depends_neither_on_order_nor_on_scale(rows):
    found = payment_lateness(payments(rows)).loc["all"]
    turned = payment_lateness(payments([(a * 7, d, late) for a, d, late in rows[::-1]])).loc["all"]
    assert found.days_late == turned.days_late and found.days_late_unweighted == turned.days_late_unweighted


def test_what_is_open_has_its_own_measure():
    assert isinstance(open_lateness(frame([], "amount", "due_date"), as_of=date(2025, 1, 1)), Unknown)
    assert late_share(paid=0, paid_late=0, overdue=0) == Unknown("denominator_zero")
    assert settlement_days(pd.DataFrame({"days": []})) == Unknown("n_small")


def test_a_client_that_slips_is_told_only_when_seen_often_enough():
    now = payment_lateness(payments([(100, date(2025, 1, 1), 20)] * 3).assign(c="A"), by="c")
    few = payment_lateness(payments([(100, date(2024, 1, 1), 2)] * 2).assign(c="A"), by="c")
    enough = payment_lateness(payments([(100, date(2024, 1, 1), 2)] * 3).assign(c="A"), by="c")
    assert worsening(now, few).tolist() == [pd.NA]
    assert worsening(now, enough).tolist() == [True]
    assert worsening(now, enough, least_days=19).tolist() == [False]


# ---- scores (5.13) ------------------------------------------------------------------------------------


def behaviour(**values):
    base = {"days_late": 15, "over_60_share": Fraction(1, 5), "dispute_share": Fraction(1, 20), "rejected": 0,
            "paid_invoices": 3}  # fmt: skip
    return pd.DataFrame([base | values])


def test_the_score_of_the_dictionary():
    found = payment_scores(behaviour()).iloc[0]
    assert (found.payment_score, found.payment_grade) == (83.0, "A")


@pytest.mark.parametrize(
    ("values", "grade"),
    [
        ({"over_60_share": Fraction(3, 10), "dispute_share": Fraction(1, 20)}, "A"),  # exactly 80
        ({"over_60_share": Fraction(31, 100), "dispute_share": Fraction(1, 20)}, "B"),
        ({"days_late": 60, "over_60_share": 0, "dispute_share": 0}, "B"),  # exactly 60
        ({"days_late": 600, "over_60_share": 1, "dispute_share": 1, "rejected": 2}, "D"),
    ],
)
def test_grades_are_decided_exactly(values, grade):
    assert payment_scores(behaviour(**values)).payment_grade.iloc[0] == grade


def test_two_paid_invoices_are_too_few_for_a_score():
    assert payment_scores(behaviour(paid_invoices=2)).isna().all(axis=None)


@given(st.fractions(0, 10**6), st.fractions(0, 1), st.fractions(0, 1), st.integers(0, 5))
def test_a_score_stays_between_0_and_100(days, old, disputed, rejected):
    found = payment_scores(
        behaviour(days_late=days, over_60_share=old, dispute_share=disputed, rejected=rejected)
    ).payment_score.iloc[0]
    assert 0 <= found <= 100


# ---- the list (E06, E07) ------------------------------------------------------------------------------

D = date(2025, 12, 31)


def debts(*rows):
    return frame(rows, "customer_id", "due_date", "amount", "disputed")


@pytest.mark.parametrize(
    ("due", "stage"),
    [("2025-12-31", None), ("2025-12-30", "reminder"), ("2025-12-17", "reminder"), ("2025-12-16", "dunning"),
     ("2025-12-02", "dunning"), ("2025-12-01", "formal_notice"), ("2025-10-03", "formal_notice"),
     ("2025-10-02", "counsel")],
)  # fmt: skip
def test_the_step_follows_the_age_of_the_oldest_debt(due, stage):
    table = recovery_list(debts(("A", due, 100_000, False)), as_of=D)
    assert table.stage.tolist() == ([stage] if stage else [])


def test_counsel_takes_large_debts_or_broken_words():
    small = debts(("A", "2025-01-01", 99_999, False))
    assert recovery_list(small, as_of=D).stage.tolist() == ["formal_notice"]
    young = debts(("A", "2025-12-20", 100_000, False))
    broken, back = pd.Series({"A": 1}), pd.Series({"A": 1})
    assert recovery_list(young, as_of=D, broken=broken).stage.tolist() == ["reminder"]
    assert recovery_list(young, as_of=D, broken=broken, rejected=back).stage.tolist() == ["counsel"]


def test_disputes_are_not_dunned_and_credits_come_off_first():
    table = recovery_list(
        debts(
            ("A", "2025-01-01", 500_000, True), ("B", "2025-01-01", 500_000, False),
            ("C", "2025-06-01", 500_000, False),
        ),
        as_of=D, credits=pd.Series({"B": 600_000, "C": 100_000}),
    )  # fmt: skip
    assert table.stage.to_dict() == {"A": "none", "B": "reconcile", "C": "counsel"}
    assert table.claim.to_dict() == {"A": 0, "B": 0, "C": 400_000}
    assert table.index[0] == "C" and table.next_date.isna().all()


def test_a_debt_of_a_few_cents_is_never_claimed():
    cents, euros = ("A", "2025-01-01", 3, False), ("B", "2025-01-01", 1_500, False)
    table = recovery_list(debts(cents, euros), as_of=D)
    assert table.stage.to_dict() == {"A": "small", "B": "formal_notice"}
    assert table.claim.to_dict() == {"A": 0, "B": 1_500} and table.small.to_dict() == {"A": 3, "B": 0}
    assert table.overdue.to_dict() == {"A": 3, "B": 1_500}  # still owed
    every = recovery_list(debts(cents), as_of=D, thresholds=RecoveryThresholds(least_amount=0))
    assert every.stage.tolist() == ["formal_notice"]


def test_steps_are_conventions_of_the_parameters():
    late = RecoveryThresholds(stages=(10, 20, 40))
    table = recovery_list(debts(("A", "2025-12-25", 100_000, False)), as_of=D, thresholds=late)
    assert table.stage.tolist() == ["none"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from("ABCD"), st.dates(date(2025, 1, 1), date(2026, 2, 1)), AMOUNTS, st.booleans()
        ),
        max_size=20,
    )
)
def test_the_list_tells_every_overdue_debt_once(rows):
    table = recovery_list(debts(*rows), as_of=D)
    late = [row for row in rows if row[1] < D]
    assert table.overdue.sum() == sum(row[2] for row in late if not row[3])
    assert table.disputed.sum() == sum(row[2] for row in late if row[3])
    assert sorted(table.index) == sorted({row[0] for row in late})
    assert table.euro_days.is_monotonic_decreasing


@pytest.mark.parametrize("is_frozen", [False, True])
def test_a_calculation_adds_up_to_the_interest(is_frozen):
    claims = frame([("2022-11-03", D, 123_457), ("2025-06-30", D, 99_999), ("2015-01-01", D, 5), ("2025-12-31", D, 7)],
                   "due_date", "end_date", "amount")  # fmt: skip
    rates = half_year_rates(regulation.refi_rates(), points=Decimal(10), last=D)
    rows = calculation(claims, rates, is_frozen=is_frozen)
    exact = penalties(claims, rates, is_frozen=is_frozen)
    sums = rows.groupby("claim").penalty.sum()
    for label in (0, 1):
        assert sums[label] == rounded_euros(exact[label])
    assert set(rows.claim) == {0, 1}
    assert rows[rows.claim == 0].days.sum() == (pd.Timestamp(D) - pd.Timestamp("2022-11-03")).days


def test_a_contract_rate_is_raised_to_the_floor_of_the_half_years_that_are_known():
    legal = {date(2024, 9, 30): Decimal("4.92"), date(2025, 1, 1): Decimal("3.71")}
    rates = contract_rates(Decimal(12), legal, always=None, times=Decimal(3), last=date(2025, 12, 31))
    assert rates == {ALWAYS: 12, date(2024, 7, 1): Decimal("14.76"), date(2025, 1, 1): 12}
    known = contract_rates(Decimal(12), legal, always=Decimal(5), times=Decimal(3), last=date(2025, 12, 31))
    assert known == {
        ALWAYS: 15,
        date(2024, 7, 1): Decimal("14.76"),
        date(2025, 1, 1): 12,
        date(2025, 7, 1): 15,
    }


def test_half_years_told_after_the_last_day_change_no_rate():
    legal = {date(2026, 1, 1): Decimal(9)}
    rates = contract_rates(Decimal(12), legal, always=None, times=Decimal(3), last=date(2025, 12, 31))
    assert rates == {ALWAYS: 12}
