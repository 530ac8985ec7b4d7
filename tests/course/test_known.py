"""A lesson about a past day knows what was known then: rows of later days are not there, later news is blank."""

import pandas as pd
import pytest

from capclient import schema
from capclient.course import open_lesson
from capclient.course.known import TOLD, known
from capclient.datasets import demo_params
from capclient.errors import LedgerError

DAY = pd.Timestamp("2024-06-30")
PLANNED = {
    "due_date", "end", "notice_date", "tender_date", "due", "credit_due",
}  # a term is known from the start  # fmt: skip


@pytest.mark.parametrize("company", ["grossiste", "services"])
def test_no_table_tells_of_a_later_day(company):
    lesson, seen = open_lesson("ledger", str(demo_params(company)), as_of=f"{DAY:%Y-%m-%d}"), 0
    for name in [*schema.TABLES, "positions", "settlements"]:
        try:
            rows = lesson.table(name)
        except LedgerError:
            continue
        seen += 1
        for column in rows.select_dtypes("datetime"):
            if column not in PLANNED:
                assert not (rows[column] > DAY).any(), f"{name}.{column}"
    assert seen > 6


def test_what_was_told_later_is_blank_and_the_row_stays():
    rows = pd.DataFrame(
        {
            "prospect_id": ["P1", "P2", "P3"], "created": pd.to_datetime(["2024-01-01", "2024-02-01", None]),
            "closed_date": pd.to_datetime(["2024-03-01", "2024-12-01", None]), "outcome": ["won", "won", "lost"],
            "stage": "over", "probability": [1.0, 1.0, 0.0], "customer_id": ["C1", "C2", None],
        }
    )  # fmt: skip
    then = known("prospects", rows, DAY)
    assert then.prospect_id.tolist() == ["P1", "P2", "P3"]
    blank = ["closed_date", *TOLD["prospects"]["closed_date"]]
    assert then.loc[1, blank].isna().all() and then.loc[0, blank].notna().all()
    assert rows.outcome.notna().all(), "the rows of the ledger are its own"


def test_a_row_without_a_day_and_a_period_that_nobody_reads_stay():
    rows = pd.DataFrame(
        {"date": pd.to_datetime(["2025-01-01", None, "2024-06-30"]), "device": ["a", "b", "c"]}
    )
    assert known("evidence", rows, DAY).device.tolist() == ["b", "c"]
    sheet = pd.DataFrame(
        {"period": ["2024", "2024-07", "2025", "printemps", None], "activity": list("abcde")}
    )
    assert known("cost_to_serve", sheet, DAY).activity.tolist() == ["a", "d", "e"]
    assert known("cost_to_serve", sheet[:0], DAY).empty


def test_a_contract_does_not_tell_by_which_later_one_it_was_renewed():
    rows = pd.DataFrame(
        {"contract_id": ["A", "B", "C"], "start": pd.to_datetime(["2023-01-01", "2024-01-01", "2025-01-01"]),
         "renewed_by": ["B", "C", None]}
    )  # fmt: skip
    then = known("contracts", rows, DAY)
    assert then.contract_id.tolist() == ["A", "B"]
    assert then.renewed_by.isna().tolist() == [False, True]


def test_the_register_of_evidence_is_judged_as_it_stood():
    lesson = open_lesson("decisions", as_of=f"{DAY:%Y-%m-%d}")
    now = open_lesson("decisions")
    assert 0 < len(lesson.table("evidence")) < len(now.table("evidence"))
