from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.segments import (
    SEGMENTS,
    rfm_grid,
    rfm_levels,
    rfm_scores,
    rfm_segments,
    segment_table,
)

RECENCY = pd.Series([5, 10, 20, 40, 80])
FREQUENCY = pd.Series([9, 1, 1, 1, 1])
REVENUE = pd.Series([500.0, 150.0, 150.0, 120.0, 80.0])


def test_the_worked_example_with_forced_quintiles() -> None:
    scores = rfm_scores(RECENCY, FREQUENCY, REVENUE, levels=5)
    assert scores["m"].tolist() == [5, 4, 4, 2, 1]
    assert scores["r"].tolist() == [5, 4, 3, 2, 1]
    assert scores["f"].tolist() == [5, 3, 3, 3, 3]  # four clients tied at one order


def test_a_small_portfolio_is_cut_in_three() -> None:
    assert (rfm_levels(24), rfm_levels(25), rfm_levels(25, terciles_below=30)) == (3, 5, 3)
    assert rfm_scores(RECENCY, FREQUENCY, REVENUE)["r"].tolist() == [3, 3, 2, 2, 1]
    assert rfm_scores(RECENCY, FREQUENCY, REVENUE, terciles_below=5)["r"].tolist() == [5, 4, 3, 2, 1]


def test_a_client_that_never_bought_has_no_score_and_moves_no_rank() -> None:
    recency = pd.concat([RECENCY.astype("Int64"), pd.Series([pd.NA], dtype="Int64")], ignore_index=True)
    frequency = pd.concat([FREQUENCY, pd.Series([0])], ignore_index=True)
    revenue = pd.concat([REVENUE, pd.Series([0.0])], ignore_index=True)
    scores = rfm_scores(recency, frequency, revenue, levels=5)
    assert scores["m"].tolist()[:5] == [5, 4, 4, 2, 1]
    assert scores.iloc[5].isna().all()
    assert pd.isna(rfm_segments(scores, levels=5).iloc[5])
    assert rfm_grid(scores, levels=5).to_numpy().sum() == 5


@pytest.mark.parametrize("levels", [3, 5])
def test_every_cell_has_a_name(levels: int) -> None:
    cells = pd.DataFrame(list(product(range(1, levels + 1), repeat=3)), columns=["r", "f", "m"])
    names = rfm_segments(cells, levels=levels)
    assert names.isin(SEGMENTS).all()
    best = cells.eq(levels).all(axis=1)
    assert names[best].tolist() == ["champions"]
    if levels == 5:
        assert set(names) == set(SEGMENTS)
        champions = (cells["r"] >= 4) & (cells["f"] >= 4) & (cells["m"] >= 4)
        assert names.eq("champions").equals(champions)


def test_the_grid_shows_empty_cells_and_the_best_recency_first() -> None:
    grid = rfm_grid(rfm_scores(RECENCY, FREQUENCY, REVENUE, levels=5), levels=5)
    assert grid.index.tolist() == [5, 4, 3, 2, 1]
    assert grid.columns.tolist() == [1, 2, 3, 4, 5]
    assert grid.loc[5, 5] == 1 and grid[3].tolist() == [0, 1, 1, 1, 1]


def test_revenue_by_segment() -> None:
    table = segment_table(pd.Series(["lost", "champions", None]), pd.Series([25.0, 75.0, 10.0]))
    assert table["segment"].tolist() == list(SEGMENTS)
    assert table.set_index("segment").loc["champions"].tolist() == [1, 75.0, 0.75]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4), st.integers(0, 9)), min_size=1, max_size=40))
def test_equal_clients_get_equal_scores_whatever_the_order(rows: list) -> None:
    frame = pd.DataFrame(rows, columns=["recency", "frequency", "revenue"])
    scores = rfm_scores(frame["recency"], frame["frequency"], frame["revenue"].astype(float))
    assert scores.stack().between(1, rfm_levels(len(frame))).all()
    for column, source in (("r", "recency"), ("f", "frequency"), ("m", "revenue")):
        assert scores[column].groupby(frame[source]).nunique().max() == 1
    back = frame[::-1]
    again = rfm_scores(back["recency"], back["frequency"], back["revenue"].astype(float))
    pd.testing.assert_frame_equal(again[::-1], scores)


def test_twenty_four_clients_are_cut_in_three_and_twenty_five_in_five() -> None:
    days = pd.Series(range(1, 26))
    small = rfm_scores(days[:24], days[:24], days[:24].astype(float))
    assert small["m"].value_counts().to_dict() == {1: 8, 2: 8, 3: 8}
    assert rfm_scores(days, days, days.astype(float))["m"].value_counts().to_dict() == {
        k: 5 for k in range(1, 6)
    }


@pytest.mark.parametrize(("levels", "middle"), [(3, 2), (5, 3)])
def test_clients_all_alike_share_the_middle_score(levels: int, middle: int) -> None:
    ones = pd.Series([1] * 30)
    scores = rfm_scores(ones, ones, ones.astype(float), levels=levels)
    assert (scores == middle).all(axis=None)
    assert rfm_segments(scores, levels=levels).nunique() == 1


def test_a_client_alone_has_the_best_score_of_three() -> None:
    scores = rfm_scores(pd.Series([10]), pd.Series([1]), pd.Series([5.0]))
    assert scores.iloc[0].tolist() == [3, 3, 3]
    assert rfm_segments(scores, levels=3).tolist() == ["champions"]
    nobody = rfm_scores(pd.Series(dtype="Int64"), pd.Series(dtype="Int64"), pd.Series(dtype="float64"))
    assert nobody.empty and rfm_grid(nobody, levels=3).to_numpy().sum() == 0
