from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.errors import LedgerError
from capclient.indicators.exact import cents, compare, number

WHOLE = st.integers(-(10**15), 10**15)


def test_a_fall_from_90_to_81_is_exactly_ten_percent() -> None:
    assert compare([81], [90], number("-0.10") + 1).tolist() == [0]


def test_a_number_is_what_a_person_typed() -> None:
    assert number(0.1) == number(Decimal("0.10")) == number("0.1") == Fraction(1, 10)
    assert number(np.float64(-0.09)) == Fraction(-9, 100)


def test_a_missing_amount_is_refused_by_name() -> None:
    with pytest.raises(LedgerError, match="C2"):
        cents(pd.Series({"C1": 1.0, "C2": np.nan}))


@given(WHOLE, st.integers(1, 10**15), st.fractions(min_value=-2, max_value=2, max_denominator=10**6))
def test_comparisons_agree_with_fractions_whatever_the_size(top: int, bottom: int, limit: Fraction) -> None:
    difference = Fraction(top, bottom) - limit
    sign = (difference > 0) - (difference < 0)
    assert compare([top], [bottom], limit).tolist() == [sign]
    per_row = np.empty(1, dtype=object)
    per_row[0] = limit
    assert compare([top], [bottom], per_row).tolist() == [sign]
