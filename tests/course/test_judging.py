"""An answer is judged as a good teacher would: right to the cent, and a slip is named rather than marked wrong."""

import math
import unicodedata
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.course.judging import judged
from capclient.vocabulary import Unknown


@pytest.mark.parametrize(
    ("answer", "expected", "unit", "code"),
    [
        (0.4312, 0.4312, "share", "right"),
        (np.float64(0.4312), 0.4312, "share", "right"),
        (Decimal("10.25"), 10.25, "money", "right"),
        (pd.Series([3]), 3, "count", "right"),
        (10.25, 10.254, "money", "right"),
        (0.43, 0.4312, "share", "rounded"),
        (3_905_111, 3_905_111.29, "money", "rounded"),
        (3_905_000, 3_905_111.29, "money", "close"),
        (0, 3_905_111.29, "money", "low"),
        (7.4, 0.0744, "share", "percent"),
        (0.107531, 0.1075319, "share", "rounded"),
        (0.074, 0.0744, "share", "rounded"),
        (0.4, 0.4312, "share", "low"),
        (350, 346, "customers", "high"),
        (609703.79, 0.16, "share", "no_share"),
        (43.12, 0.4312, "share", "percent"),
        (-0.05, 0.05, "share", "sign"),
        (0.25, 0.75, "share", "complement"),
        (4.0, 0.25, "ratio", "inverse"),
        (3_905_200.0, 3_905_111.29, "money", "close"),
        (2.0, 1.0, "ratio", "high"),
        (5_000_001, 5_000_000, "count", "close"),
        (2_000_001, 2_000_000, "customers", "close"),
        (0.004, 0.008, "money_cents", "low"),
        (0, 0.004, "money_cents", "low"),
        (12.35, 12.345, "money_cents", "right"),
        (np.array(3.0), 3.0, "ratio", "right"),
        (np.array([3.0]), 3.0, "ratio", "right"),
        (pd.DataFrame({"total": [3.0]}), 3.0, "ratio", "right"),
        (-0.0, 0.0, "money", "right"),
        (10**400, 1.0, "ratio", "high"),
        (-(10**400), 1.0, "ratio", "low"),
        (math.inf, 0.5, "share", "no_share"),
        (Decimal("sNaN"), 1.0, "ratio", "empty"),
        (1.0, math.nan, "ratio", "unknown"),
        (1.0, math.inf, "ratio", "unknown"),
        (float("nan"), 1.0, "ratio", "empty"),
        (pd.NA, 1.0, "ratio", "empty"),
        (None, 1.0, "ratio", "no_number"),
        ("12", 12.0, "count", "no_number"),
        (True, 1.0, "count", "no_number"),
        (pd.Series([1, 2]), 1.0, "count", "no_number"),
        (..., 1.0, "count", "todo"),
        (1.0, Unknown("missing:cost"), "count", "unknown"),
        (..., Unknown("missing:cost"), "count", "todo"),
        (0, 0, "count", "right"),
        (1, 0, "count", "high"),
        ("  Rétention ", "rétention", "text", "right"),
        (unicodedata.normalize("NFD", "Rétention"), "Rétention", "text", "right"),
        ("Prospection", "Rétention", "text", "other_text"),
        (3, "Rétention", "text", "no_text"),
    ],
)
def test_a_number_or_a_text_is_judged(answer, expected, unit, code):
    assert judged(answer, expected, unit).code == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (["C1", "C2"], "right"),
        (pd.Index(["C2", "C1"]), "right"),
        (pd.Series(["C1", "C2", "C1"]), "right"),
        ({"C1", "C2", "C3"}, "codes_differ"),
        (["C1"], "codes_differ"),
        (["Dupont"], "other_codes"),
        ([], "codes_differ"),
        ("C1", "no_codes"),
        (np.array("C1"), "no_codes"),
        (12, "no_codes"),
        (pd.DataFrame({"C1": [1]}), "other_codes"),
    ],
)
def test_codes_are_compared_as_a_set(answer, code):
    assert judged(answer, {"C1", "C2"}).code == code


EXPECTED = pd.Series({"C1": 10.0, "C2": 20.0})


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (pd.Series({"C2": 20.0, "C1": 10.0}), "right"),
        (pd.DataFrame({"revenue": EXPECTED}), "right"),
        ({"C1": 10, "C2": Decimal("20.00")}, "right"),
        (pd.Series({"C1": 10.0}), "codes_differ"),
        (pd.Series({"C1": 10.0, "C2": 20.0, "C3": 0.0}), "codes_differ"),
        (pd.Series({"C1": 10.0, "C2": 21.0}), "rows_differ"),
        (pd.Series({"C1": 10.0, "C2": math.nan}), "rows_differ"),
        (pd.Series({"C1": "dix", "C2": 20.0}), "rows_differ"),
        (pd.Series([10.0, 20.0], index=["C1", "C1"]), "rows_twice"),
        (30.0, "no_series"),
        (EXPECTED.set_axis(pd.CategoricalIndex(EXPECTED.index)), "right"),
        (EXPECTED.astype("Int64"), "right"),
        (EXPECTED.set_axis(pd.MultiIndex.from_tuples([("C1", "N"), ("C2", "N")])), "codes_differ"),
        ({("C1", "N"): 10.0}, "codes_differ"),
        (EXPECTED.set_axis(["C1", None]), "codes_differ"),
        (EXPECTED.set_axis([math.nan, "C2"]), "codes_differ"),
    ],
)
def test_a_series_is_compared_client_by_client(answer, code):
    assert judged(answer, EXPECTED, "money").code == code


def test_codes_may_come_as_a_mask_or_as_the_rows_of_a_table():
    frame = pd.DataFrame({"risk": [80, 20, 90]}, index=["C1", "C9", "C2"])
    assert judged(frame["risk"] > 50, {"C1", "C2"}).code == "right"
    assert judged(frame[frame["risk"] > 50], {"C1", "C2"}).code == "right"
    assert judged(frame, {"C1", "C2"}).code == "codes_differ"


def test_a_series_may_be_rounded_but_money_to_the_cent():
    assert (
        judged(pd.Series({"C1": 33.0, "C2": 100.0}), pd.Series({"C1": 33.333, "C2": 100.0})).code == "rounded"
    )
    assert judged(pd.Series({"C1": 33.0}), pd.Series({"C1": 33.33}), "money").code == "rows_differ"


def test_codes_where_none_is_expected_are_said_to_be_too_many():
    assert judged(["C1"], set()).code == "no_code"
    assert judged([], set()).code == "right"


def test_what_differs_is_named():
    assert judged(["C1", "C9"], {"C1", "C2"}).facts == {
        "n_missing": 1, "missing": ["C2"], "n_extra": 1, "extra": ["C9"],
    }  # fmt: skip
    assert judged({"C1": 10.0, "C2": 1.0}, EXPECTED, "money").facts == {"n": 1, "code": "C2", "value": 20.0}


@pytest.mark.parametrize("missing", [None, math.nan, pd.NA, pd.NaT])
def test_a_blank_is_a_blank_however_it_is_written(missing):
    expected = pd.Series({"C1": 10.0, "C2": math.nan})
    assert judged(pd.Series({"C1": 10.0, "C2": missing}, dtype="object"), expected).code == "right"
    assert judged(pd.Series({"C1": missing, "C2": 1.0}, dtype="object"), expected).code == "rows_differ"
    stages = pd.Series({"C1": "adult", "C2": None}, dtype="object")
    assert judged(pd.Series({"C1": "adult", "C2": missing}, dtype="object"), stages).code == "right"
    assert judged(pd.Series({"C1": "adult", "C2": "nan"}), stages).code == "rows_differ"


def test_texts_by_client_are_compared_too():
    stages = pd.Series({"C1": "adult", "C2": "lost"})
    assert judged(pd.Series({"C2": "lost", "C1": "Adult"}), stages).code == "right"
    assert judged(pd.Series({"C2": "adult", "C1": "adult"}), stages).code == "rows_differ"


@given(st.floats(0.01, 1e7), st.sampled_from(["money", "share", "count", "ratio"]))
def test_a_right_answer_is_right_and_a_far_one_never_is(value, unit):
    assert judged(value, value, unit).code == "right"
    assert not judged(value * 1.5 + 1, value, unit).is_right
    assert not judged(value * 0.9 - 1, value, unit).is_right
