from datetime import date

import pandas as pd

from capclient.indicators.status import customer_status, growth, total_growth
from capclient.periods import windows
from capclient.vocabulary import STATUSES, Unknown

YEARS = windows(date(2025, 12, 31))
R6 = pd.DataFrame(
    {
        "revenue_n": [500.0, 150.0, 150.0, 0.0, 120.0, 80.0],
        "revenue_n1": [400.0, 200.0, 150.0, 100.0, 0.0, 50.0],
        "first_purchase": pd.to_datetime(["2024-01-05"] * 4 + ["2025-02-01", "2024-03-01"]),
    },
    index=list("ABCDEF"),
)


def test_the_fixture_has_one_new_client_and_one_lost() -> None:
    status = customer_status(R6, windows=YEARS, n1_is_complete=True)
    assert status.to_dict() == {
        "A": "retained", "B": "retained", "C": "retained", "D": "lost", "E": "new", "F": "retained",
    }  # fmt: skip


def test_nobody_is_new_or_lost_when_the_year_before_is_incomplete() -> None:
    assert customer_status(R6, windows=YEARS, n1_is_complete=False).isna().all()


def test_a_purchase_before_n_makes_a_client_reactivated_even_when_credit_notes_emptied_the_year_before() -> (
    None
):
    customers = pd.DataFrame(
        {
            "revenue_n": [10.0, 10.0, 10.0, -5.0, 0.0],
            "revenue_n1": [0.0, -20.0, 0.0, 0.0, 0.01],
            "first_purchase": pd.to_datetime(["2021-05-01", "2024-06-01", "2025-01-01", None, "2024-06-01"]),
        }
    )
    status = customer_status(customers, windows=YEARS, n1_is_complete=True).tolist()
    assert status == ["reactivated", "reactivated", "new", "inactive", "lost"]
    assert set(status) <= set(STATUSES)


def test_growth_has_no_value_from_zero() -> None:
    found = growth(R6["revenue_n"], R6["revenue_n1"])
    assert found.drop("E").tolist() == [0.25, -0.25, 0.0, -1.0, 0.6]
    assert pd.isna(found["E"])


def test_growth_of_the_total() -> None:
    assert round(total_growth(1000.0, 900.0), 4) == 0.1111
    assert total_growth(1000.0, -5.0) == Unknown("denominator_zero")
