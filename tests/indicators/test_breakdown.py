import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.breakdown import (
    abc_potential,
    labelled_table,
    mix_change,
    revenue_by,
    segments_hhi,
    with_change,
    with_rest,
    xyz_classes,
)
from capclient.vocabulary import Unknown


def test_clients_without_segment_are_a_line_so_that_lines_add_up() -> None:
    revenue = pd.Series({"A": 500.0, "B": 150.0, "C": -50.0, "D": 100.0, "E": 200.0})
    table = revenue_by(revenue, pd.Series({"A": "Retail", "B": " ", "C": None, "D": "Trade", "E": "Trade "}))
    assert table["segment"].tolist()[:2] == ["Retail", "Trade"]
    assert table["revenue"].tolist() == [500.0, 300.0, 100.0]
    assert table["is_blank"].tolist() == [False, False, True]
    assert table["customers"].tolist() == [1, 2, 2]
    assert round(segments_hhi(table)) == 5312  # of Retail and Trade alone: 62.5 and 37.5 %


def test_a_total_that_is_not_positive_has_no_shares() -> None:
    table = revenue_by(pd.Series([5.0, -5.0]), pd.Series(["a", None]))
    assert table["share"].isna().all()
    assert segments_hhi(table[table["is_blank"]]) == Unknown("denominator_zero")


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.sampled_from(["x", "y", "", None])), min_size=1, max_size=20)
)
def test_shares_of_segments_sum_to_one(rows: list[tuple[int, str | None]]) -> None:
    amounts, labels = pd.Series([a / 100 for a, _ in rows]), pd.Series([b for _, b in rows], dtype="str")
    table = revenue_by(amounts, labels)
    assert abs(table["share"].sum() - 1) < 1e-12
    assert round(table["revenue"].sum() * 100) == sum(a for a, _ in rows)


def test_a_table_keeps_the_labels_that_nobody_has() -> None:
    measures = pd.DataFrame({"revenue": [1.1, 2.2, 5.0], "margin": [np.nan, np.nan, 1.0]})
    table = labelled_table(pd.Series(["x", "x", None]), ("x", "y"), measures)
    assert table["customers"].tolist() == [2, 0]
    assert table["revenue"].tolist() == [3.3, 0.0]
    assert pd.isna(table.loc["x", "margin"])  # nothing known is not zero


def test_trap_34_lines_add_up_to_the_whole_with_blanks_pooled_codes_and_sales_without_client() -> None:
    revenue = pd.Series({"A": 500.0, "B": 150.0, "C": -50.0})
    table = with_rest(
        revenue_by(revenue, pd.Series({"A": "Retail", "C": ""})), {"pooled": 75.5, "unassigned": 0.0}
    )
    assert table["line"].tolist() == ["segment", "blank", "pooled"]
    assert table["revenue"].tolist() == [500.0, 100.0, 75.5]
    assert table["revenue"].sum() == 675.5 and abs(table["share"].sum() - 1) < 1e-12
    assert table["active"].tolist() == [1, 1, 0]
    assert segments_hhi(table) == 10_000.0  # of Retail, the only named segment


def test_a_segment_that_disappeared_keeps_its_line() -> None:
    now = with_rest(revenue_by(pd.Series({"A": 10.0}), pd.Series({"A": "x"})), {"pooled": 10.0})
    before = with_rest(revenue_by(pd.Series({"B": 30.0}), pd.Series({"B": "y"})), {"unassigned": 10.0})
    found = with_change(now, before)
    assert found["line"].tolist() == ["segment", "segment", "pooled", "unassigned"]
    assert found["segment"].tolist()[:2] == ["x", "y"]
    assert found["revenue"].tolist() == [10.0, 0.0, 10.0, 0.0]
    assert found["revenue_n1"].tolist() == [0.0, 30.0, 0.0, 10.0]
    assert found["growth"].fillna(9).tolist() == [9.0, -1.0, 9.0, -1.0]
    assert mix_change(found) == 1.0


def test_without_the_year_before_a_change_is_missing() -> None:
    found = with_change(revenue_by(pd.Series({"A": 10.0}), pd.Series({"A": "x"})), None)
    assert found[["revenue_n1", "growth", "share_change"]].isna().all(axis=None)


def test_zones_of_class_and_potential() -> None:
    classes = pd.Series(["A", "B", "C", "C", "C", None, None], dtype="str")
    potential = pd.Series([None, "high", "Faible", "modéré", " ", "élevé", "low"], dtype="str")
    assert abc_potential(classes, potential).fillna(0).tolist() == [1, 1, 3, 2, 3, 1, 0]


def test_volatility_divides_by_n_minus_one() -> None:
    quarters = pd.DataFrame([[10.0, 12.0, 8.0, 10.0], [np.nan, 12.0, 8.0, 10.0], [1.0, -1.0, 0.0, 0.0]])
    found = xyz_classes(quarters)
    assert round(found.loc[0, "volatility"], 4) == 0.1633
    assert found["xyz_class"].fillna("-").tolist() == ["X", "-", "-"]


def test_a_volatility_of_exactly_a_quarter_is_x() -> None:
    quarters = pd.DataFrame(
        [[3.0, 5.0, 4.0, 3.0, 5.0], [0.0, 0.0, 0.0, 9.0, 9.0]]
    )  # deviation 1 on a mean of 4
    found = xyz_classes(quarters)
    assert found.loc[0, "volatility"] == 0.25
    assert found["xyz_class"].tolist() == ["X", "Z"]


def test_only_the_last_eight_quarters_count() -> None:
    quarters = pd.DataFrame([[1000.0] + [10.0] * 8])
    assert xyz_classes(quarters).loc[0, "volatility"] == 0.0


def test_a_season_is_no_volatility_once_two_years_show_it() -> None:
    quarters = pd.DataFrame([[0.0, 0.0, 90.0, 10.0] * 2, [np.nan] * 4 + [0.0, 0.0, 90.0, 10.0]])
    assert xyz_classes(quarters)["xyz_class"].tolist() == ["Z", "Z"]
    found = xyz_classes(quarters, seasonal=pd.Series([True, True]))
    assert found.loc[0, "volatility"] == 0.0
    assert pd.isna(found.loc[1, "volatility"])
