"""The aged balance (5.1): every amount in one class, whatever the day."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.ageing import (
    AHEAD,
    aged_balance,
    classes,
    open_debits,
    overdue,
    overdue_rate,
    to_come,
)
from capclient.vocabulary import Unknown

AS_OF = date(2025, 12, 31)


def items(*rows):
    frame = pd.DataFrame(rows, columns=["due_date", "cents", "state"])
    return frame.assign(due_date=pd.to_datetime(frame.due_date), cents=frame.cents.astype("int64"))


@pytest.mark.parametrize(
    ("late", "name"),
    [(-1, "not_due"), (0, "not_due"), (1, "overdue_1_30"), (30, "overdue_1_30"), (31, "overdue_31_60"),
     (60, "overdue_31_60"), (61, "overdue_61_90"), (90, "overdue_61_90"), (91, "overdue_over_90")],
)  # fmt: skip
def test_each_bound_belongs_to_the_class_before_it(late, name):
    balance = aged_balance(items((AS_OF - timedelta(days=late), 100, "dated")), as_of=AS_OF)
    assert balance[balance != 0].to_dict() == {name: 100}


def test_what_has_no_age_is_apart_and_out_of_the_rate():
    rows = items(("2025-10-01", 300, "dated"), ("2026-01-31", 100, "dated"), ("2025-01-01", 500, "disputed"),
                 (None, 100, "undated"), (None, -250, "unallocated"))  # fmt: skip
    balance = aged_balance(rows, as_of=AS_OF)
    assert (balance.disputed, balance.undated, balance.unallocated) == (500, 100, -250)
    assert (overdue(balance), open_debits(balance), balance.sum()) == (300, 500, 750)
    assert overdue_rate(balance) == 0.6


def test_nothing_open_has_no_rate():
    assert overdue_rate(aged_balance(items(), as_of=AS_OF)) == Unknown("denominator_zero")


def test_classes_follow_the_bounds_of_the_company():
    assert classes((15, 45, 120))[:5] == (
        "not_due", "overdue_1_15", "overdue_16_45", "overdue_46_120", "overdue_over_120",
    )  # fmt: skip


STATES = st.sampled_from(["dated", "undated", "unallocated", "disputed"])
ROWS = st.lists(st.tuples(st.integers(-400, 400), st.integers(1, 10**12), STATES), max_size=30)


@given(ROWS, st.integers(0, 800))
def test_classes_add_up_to_the_balance_and_what_is_to_come_to_what_is_not_due(rows, shift):
    day = AS_OF - timedelta(days=400) + timedelta(days=shift)
    frame = items(
        *(
            (
                AS_OF + timedelta(days=late) if state in {"dated", "disputed"} else None,
                -cents if state == "unallocated" else cents,
                state,
            )
            for late, cents, state in rows
        )
    )
    balance, ahead = aged_balance(frame, as_of=day), to_come(frame, as_of=day)
    assert int(balance.sum()) == int(frame.cents.sum())
    assert int(ahead.sum()) == int(balance.not_due)
    assert len(ahead) == len(AHEAD) + 1
