"""Numbers and dates as people write them: never a zero that is not one, one minus sign, no figure too many."""

from datetime import date
from decimal import Decimal

import pytest

from capclient.wording import LANGUAGES
from capclient.wording.numbers import count, day, decimal, margin, money, points, ratio, share, spoken, years


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.123, "12,3"),
        (0.00172, "0,2"),
        (0.00004, "0,004"),
        (-0.00004, "−0,004"),
        (0.0, "0,0"),
        (-1e-12, "0,0"),
    ],
)
def test_a_share_that_is_not_zero_never_reads_as_zero(value, said):
    assert share(value, "fr") == f"{said}\u00a0%"


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.012, "+1,2"), (0.00005, "+0,005"), (-0.0003, "−0,03"), (0.0, "0,0"), (-0.0, "0,0"), (1e-12, "0,0")],
)
def test_a_change_of_weight_keeps_its_sign_and_its_first_figure(value, said):
    assert points(value, "fr") == f"{said}\u00a0pt"


def test_an_amount_below_half_a_euro_shows_its_cents():
    assert money(0.30, "fr") == "0,30\u00a0€" and money(Decimal("-0.30"), "en") == "−€0.30"
    assert money(0.004, "fr") == "0\u00a0€" and money(-0.004, "fr") == "0\u00a0€"
    assert money(1234.6, "fr") == "1\u202f235\u00a0€"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_minus_sign_is_never_a_hyphen(lang):
    said = [share(-0.5, lang), points(-0.5, lang), money(-5, lang), money(-5, lang, cents=True), count(-5, lang),
            decimal(-5.25, lang), spoken(-24, "index", lang), spoken(-3, "days", lang)]  # fmt: skip
    assert all("−" in words and "-" not in words for words in said), said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.6558, "0,66"), (1.5, "1,50"), (3.1666, "3,2"), (29.87, "30"), (47.0, "47"), (0.004, "0,004")],
)
def test_a_ratio_has_no_figure_too_many(value, said):
    assert ratio(value, "fr") == said == spoken(value, "ratio", "fr")


def test_years_take_the_plural_from_two_on_in_french():
    assert years(1.2, "fr") == "1,2\u00a0an" and years(2.0, "fr") == "2,0\u00a0ans"
    assert years(1.96, "fr") == "2,0\u00a0ans", "the word agrees with the number that is read"
    assert years(1.2, "en") == "1.2\u00a0years"


def test_a_short_date_is_never_read_the_other_way_round():
    assert day(date(2024, 5, 3), "fr", "short") == "03/05/2024"
    assert day(date(2024, 5, 3), "en", "short") == "3 May 2024"


def test_a_margin_of_error_has_both_signs():
    assert margin(0.123, "fr") == "±\u00a012,3\u00a0pt" == margin(-0.123, "fr")
