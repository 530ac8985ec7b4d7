import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.ansoff import QUADRANTS, ansoff_matrix

CELLS = st.lists(
    st.tuples(
        st.integers(-10_000, 1_000_000),
        st.sampled_from([True, False, None]),
        st.sampled_from([True, False, None]),
    ),
    min_size=1,
    max_size=20,
)


def cells(rows):
    return pd.DataFrame(
        {
            "revenue": [cents / 100 for cents, _, _ in rows],
            "is_new_customer": pd.array([customer for _, customer, _ in rows], dtype="boolean"),
            "is_new_family": pd.array([family for _, _, family in rows], dtype="boolean"),
        }
    )


def test_each_quadrant_has_its_revenue():
    rows = [
        (7000, False, False),
        (1500, False, True),
        (1000, True, False),
        (300, True, True),
        (200, None, True),
    ]
    found = ansoff_matrix(cells(rows))
    assert found.revenue.to_dict() == {
        "penetration": 70.0, "new_products": 15.0, "new_customers": 10.0, "diversification": 3.0, "unknown": 2.0,
    }  # fmt: skip
    assert found.share["new_products"] == 0.15


@given(CELLS)
def test_the_quadrants_and_what_nobody_knows_add_up_to_the_whole(rows):
    found = ansoff_matrix(cells(rows))
    assert found.index.tolist() == [*QUADRANTS, "unknown"]
    assert round(found.revenue.sum() * 100) == sum(cents for cents, _, _ in rows)
