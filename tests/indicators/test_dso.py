"""The wait in days of sales and the effectiveness of collection (5.2 to 5.5, 5.9)."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.dso import average_days_delinquent, collection_effectiveness, countback_dso, dso
from capclient.vocabulary import Unknown


def test_receivables_with_vat_over_sales_with_vat():
    assert dso("180", "1095", days=365) == 60
    assert dso(0, 1095, days=365) == 0


def test_published_examples_of_forty_and_forty_five_days():
    assert dso(20_000, 45_000, days=90) == 40
    assert dso(30_000, 60_000, days=90) == 45


def test_the_last_month_counts_for_the_part_of_its_sales_that_is_needed():
    months = [(1200, 30), (800, 31), (700, 30)]
    assert countback_dso(2500, months) == 61 + Fraction(500, 700) * 30
    assert round(float(countback_dso(2500, months)), 2) == 82.43


def test_a_published_example_prints_74_where_its_own_numbers_give_53_and_a_quarter():
    """It counts July whole though July alone exhausts the rest, then counts what it left of July in August."""
    receivable, june, july, august = 20_000, (12_500, 30), (10_000, 31), (6_000, 31)
    assert countback_dso(receivable, [june, july, august]) == 30 + Fraction(7_500, 10_000) * 31
    assert float(countback_dso(receivable, [june, july, august])) == 53.25
    assert 30 + 31 + round(2_500 / 6_000 * 31) == 74  # what was printed


def test_receivables_beyond_all_sales_are_more_than_so_many_months():
    assert countback_dso(901, [(300, 30)] * 3) == Unknown("history_short:countback=3")
    assert countback_dso(900, [(300, 30)] * 3) == 90


def test_a_month_of_credit_notes_lengthens_the_wait():
    assert countback_dso(100, [(-50, 30), (150, 31)]) == 61


def test_clients_that_are_owed_money_wait_for_nobody():
    assert dso(-1, 100, days=365) == countback_dso(-1, [(1, 1)]) == Unknown("not_applicable")
    assert dso(1, 0, days=365) == Unknown("denominator_zero")


def test_lateness_is_what_lies_between_the_dso_and_the_best_possible_one():
    assert average_days_delinquent(Fraction(60), Fraction(45)) == 15
    assert average_days_delinquent(Fraction(60), Unknown("denominator_zero")) == Unknown("denominator_zero")


def test_collection_effectiveness():
    assert collection_effectiveness(opening=100, sales=300, closing=120, not_due=80) == Fraction(875, 1000)
    assert collection_effectiveness(opening=0, sales=100, closing=100, not_due=100) == Unknown(
        "denominator_zero"
    )


@given(
    st.integers(1, 10**9),
    st.lists(st.tuples(st.integers(0, 10**8), st.integers(28, 31)), min_size=1, max_size=36),
)
def test_the_count_back_never_exceeds_the_days_it_went_through_and_grows_with_what_is_owed(owed, months):
    days, more = countback_dso(owed, months), countback_dso(owed + 1, months)
    if isinstance(days, Unknown):
        assert sum(sales for sales, _ in months) < owed and isinstance(more, Unknown)
    else:
        assert 0 < days <= sum(length for _, length in months)
        assert isinstance(more, Unknown) or more >= days
