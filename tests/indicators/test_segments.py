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
