"""Identifiers keep every visible byte; what looks alike is proposed in a stable order."""

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.readers.identifiers import (
    BLANKS,
    clean,
    clean_sql,
    near_duplicates,
    normal_key,
    whole_number_sql,
)


def sql(expression, value):
    return duckdb.execute(f"SELECT {expression} FROM (SELECT ?::VARCHAR AS t)", [value]).fetchall()[0][0]


@given(st.text(st.sampled_from([*BLANKS, "a", "0", "é", "~", "'"]), max_size=6))
def test_python_and_sql_trim_alike(text):
    assert sql(clean_sql("t"), text) == (clean(text) or None)


@pytest.mark.parametrize("kept", ["00042", "1E5", "#N/A", "a  b", "13085.50", "Été"])
def test_what_can_be_seen_is_kept(kept):
    assert sql(clean_sql("t"), f"\ufeff \u00a0{kept}\u202f\t") == kept
    assert sql(whole_number_sql("t"), kept) == kept


@pytest.mark.parametrize(("text", "whole"), [("13085.0", "13085"), ("-2.00", "-2"), ("0012.0", "0012")])
def test_a_whole_number_loses_the_zeros_a_spreadsheet_added(text, whole):
    assert sql(whole_number_sql("t"), text) == whole


def test_a_key_forgets_case_accents_and_blanks():
    assert normal_key(" Société\u00a0 GÉNÉRALE ") == "societe generale"


def test_near_duplicates_are_proposed_once_with_the_stronger_reason():
    customers = pd.DataFrame(
        {
            "customer_id": ["C2", "acme", "ACME ", "C1", "C3"],
            "name": ["Dupont", "Acmé SA", "ACME  SA", "DUPONT", pd.NA],
        }
    )
    found = near_duplicates(customers)
    assert found.values.tolist() == [
        ["ACME ", "ACME  SA", "acme", "Acmé SA", "identifier"],
        ["C1", "DUPONT", "C2", "Dupont", "name"],
    ]


def test_without_look_alikes_nothing_is_proposed():
    customers = pd.DataFrame({"customer_id": ["A", "B"], "name": [pd.NA, pd.NA]})
    found = near_duplicates(customers)
    assert found.empty
    assert list(found.columns) == ["customer_id", "name", "other_id", "other_name", "reason"]
