from datetime import date

import pandas as pd
import pytest

from capclient.indicators.seasonality import next_season_end, season_end, seasonality
from capclient.periods import Period
from capclient.thresholds import SeasonThresholds

AUTUMN = [5.0] * 8 + [20.0, 20.0, 15.0, 5.0]  # September to November hold 55 of 100
WINTER = [40.0, 30.0] + [2.0] * 9 + [50.0]
FLAT = [10.0] * 12


def sales(customer: str, first: str, revenue: list[float]) -> pd.DataFrame:
    months = pd.date_range(first, periods=len(revenue), freq="MS")
    return pd.DataFrame({"customer_id": customer, "month": months, "revenue": revenue})


def test_a_season_repeated_for_two_years_is_seasonal() -> None:
    ledger = pd.concat([sales("C1", "2023-01-01", AUTUMN * 2), sales("C2", "2023-01-01", FLAT * 2)])
    found = seasonality(ledger, covered=Period(date(2023, 1, 1), date(2024, 12, 31)))
    assert found["seasonal"].tolist() == [True, False]
    assert found.loc["C1", ["start_month", "share_1", "share_2"]].tolist() == [9, 0.55, 0.55]
    assert pd.isna(found.loc["C2", "start_month"])


def test_one_year_is_to_confirm() -> None:
    found = seasonality(
        sales("C1", "2024-01-01", AUTUMN), covered=Period(date(2023, 12, 15), date(2025, 1, 20))
    )
    assert found.loc["C1", ["seasonal", "to_confirm"]].tolist() == [False, True]


@pytest.mark.parametrize("last", ["2024-11-30", "2024-12-31", "2025-01-31", "2025-02-28", "2025-06-30"])
@pytest.mark.parametrize("years", [2, 3])
def test_a_winter_across_new_year_is_found_wherever_the_data_stop(last: str, years: int) -> None:
    end = pd.Timestamp(last)
    months = pd.date_range(end=end, periods=12 * years, freq="ME")
    ledger = sales("C1", months[0].replace(day=1).isoformat(), [WINTER[month.month - 1] for month in months])
    found = seasonality(ledger, covered=Period(months[0].replace(day=1).date(), end.date()))
    assert found.loc["C1", ["seasonal", "start_month"]].tolist() == [True, 12]


def test_a_winter_is_not_made_of_the_halves_of_two() -> None:
    """January 2022 and December 2024 are strong, and no winter between them is."""
    revenue = [60.0, 1.0, *[1.0] * 10, *FLAT, *[1.0] * 11, 60.0]
    found = seasonality(
        sales("C1", "2022-01-01", revenue), covered=Period(date(2022, 1, 1), date(2024, 12, 31))
    )
    assert not found.loc["C1", "seasonal"]


def test_exactly_half_in_the_window_is_enough_and_a_cent_less_is_not() -> None:
    half = [5.0] * 9 + [15.0] * 3
    almost = [*[5.0] * 8, 5.01, *[15.0] * 3]
    ledger = pd.concat([sales("C1", "2023-01-01", half * 2), sales("C2", "2023-01-01", half + almost)])
    found = seasonality(ledger, covered=Period(date(2023, 1, 1), date(2024, 12, 31)))
    assert found["seasonal"].tolist() == [True, False]


def test_windows_must_overlap_by_two_months() -> None:
    spring, late = [0.0] * 2 + [9.0] * 3 + [0.0] * 7, [0.0] * 4 + [9.0] * 3 + [0.0] * 5
    near = [0.0] * 3 + [9.0] * 3 + [0.0] * 6
    ledger = pd.concat([sales("C1", "2023-01-01", spring + late), sales("C2", "2023-01-01", spring + near)])
    found = seasonality(ledger, covered=Period(date(2023, 1, 1), date(2024, 12, 31)))
    assert found["seasonal"].tolist() == [False, True]


def test_clients_without_sales_keep_a_row_and_years_without_revenue_do_not_speak() -> None:
    ledger = sales("C1", "2022-01-01", [*AUTUMN * 2, *[0.0] * 12])
    covered = Period(date(2022, 1, 1), date(2024, 12, 31))
    found = seasonality(ledger, covered=covered, customers=pd.Index(["C2", "C1"]))
    assert found["seasonal"].tolist() == [False, True]
    assert pd.isna(found.loc["C1", "share_1"]) and found.loc["C1", "share_2"] == 0.55


def test_rows_in_another_order_say_the_same() -> None:
    ledger = pd.concat([sales("C1", "2023-01-01", WINTER * 2), sales("C2", "2023-01-01", AUTUMN * 2)])
    covered = Period(date(2023, 1, 1), date(2024, 12, 31))
    pd.testing.assert_frame_equal(
        seasonality(ledger, covered=covered),
        seasonality(ledger.sample(frac=1, random_state=3), covered=covered),
    )


def test_data_of_less_than_a_year_say_nothing() -> None:
    found = seasonality(
        sales("C1", "2024-09-01", [9.0] * 3), covered=Period(date(2024, 9, 1), date(2024, 11, 30))
    )
    assert found.loc["C1", ["seasonal", "to_confirm"]].tolist() == [False, False]


def test_ends_of_seasons() -> None:
    starts = pd.Series([9, 12, 11])
    assert season_end(date(2025, 11, 29), starts).dt.strftime("%F").tolist() == [
        "2024-11-30", "2025-02-28", "2025-01-31",
    ]  # fmt: skip
    assert season_end(date(2025, 11, 30), starts).iloc[0] == pd.Timestamp("2025-11-30")
    bought = pd.to_datetime(pd.Series(["2024-10-05", "2024-03-01", None]))
    following = next_season_end(bought, starts)
    assert following.iloc[:2].dt.strftime("%F").tolist() == ["2025-11-30", "2025-02-28"]
    assert pd.isna(following.iloc[2])


def test_the_year_in_which_a_client_began_part_way_decides_nothing_when_two_others_can() -> None:
    """One trial order in October 2022, then every spring: the client is seasonal."""
    trial, spring = [0.0] * 9 + [40.0, 0.0, 0.0], [0.0, 0.0, 20.0, 30.0, 25.0] + [0.0] * 7
    ledger = sales("C1", "2021-01-01", [0.0] * 12 + trial + spring * 2)
    found = seasonality(ledger, covered=Period(date(2021, 1, 1), date(2024, 12, 31)))
    assert found.loc["C1", ["seasonal", "start_month"]].tolist() == [True, 3]
    one_year_less = seasonality(ledger, covered=Period(date(2021, 1, 1), date(2023, 12, 31)))
    assert not one_year_less.loc["C1", "seasonal"]
    first_of_the_data = seasonality(ledger, covered=Period(date(2022, 1, 1), date(2024, 12, 31)))
    assert not first_of_the_data.loc["C1", "seasonal"]


def test_a_client_that_orders_once_or_twice_a_year_shows_no_season() -> None:
    """One order a year, in the same month, fills its window whatever the season."""
    strong = [0.0] * 8 + [20.0, 20.0, 15.0] + [0.0]
    ledger = pd.concat(
        [
            sales(client, "2022-01-01", strong * 3).assign(orders=[0] * 8 + [1, 1, third] + [0] + rest)
            for client, third, rest in (
                ("C1", 1, ([0] * 8 + [1, 1, 1, 0]) * 2),
                ("C2", 0, ([0] * 8 + [1, 1, 1, 0]) * 2),  # a thin first year, two full ones
                ("C3", 1, ([0] * 8 + [1, 1, 0, 0]) * 2),
            )
        ]
    )
    covered = Period(date(2022, 1, 1), date(2024, 12, 31))
    found = seasonality(ledger, covered=covered)
    assert found["seasonal"].tolist() == [True, True, False]
    assert seasonality(ledger.drop(columns="orders"), covered=covered)["seasonal"].all()
    any_year = SeasonThresholds(year_orders=0)
    assert seasonality(ledger, covered=covered, thresholds=any_year)["seasonal"].all()
    one_year = Period(date(2024, 1, 1), date(2024, 12, 31))
    assert seasonality(ledger, covered=one_year)["to_confirm"].tolist() == [True, True, False]
