"""How clients buy: the worked examples of sections 3.1 to 3.5, 3.10 and 1.11, and what must never change them."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.indicators.breakdown import xyz_classes
from capclient.indicators.purchases import (
    average_basket,
    effective_families,
    order_frequency,
    purchase_intervals,
    quarterly_revenue,
    range_breadth,
    white_space,
)
from capclient.vocabulary import Unknown


def test_the_basket_of_the_dictionary_counts_no_credit_note_as_an_order():
    assert average_basket(100 + 100 + 200 + 100 - 50, 4) == 112.5


def test_without_order_there_is_no_basket():
    assert average_basket(0.0, 0) == Unknown("denominator_zero")


def test_the_intervals_of_the_dictionary():
    days = pd.Series(pd.Timestamp("2025-01-01") + pd.to_timedelta([150, 0, 30, 30, 61, 91], unit="D"))
    assert purchase_intervals(days) == (30.5, 37.5)  # two purchases of one day are one purchase day


def test_a_single_purchase_day_has_no_interval():
    assert purchase_intervals(pd.Series(pd.to_datetime(["2025-01-01"] * 3))) == Unknown("history_short")


def test_frequency_is_brought_to_a_year_from_ninety_days_at_least():
    first = pd.Series(pd.to_datetime(["2019-01-01", "2025-10-02", "2025-12-30", None]))
    frequency = order_frequency(pd.Series([4, 4, 4, 0]), first, end=date(2025, 12, 31))
    assert frequency[:3].round(6).tolist() == [4.0, round(4 * 365 / 90, 6), round(4 * 365 / 90, 6)]
    assert np.isnan(frequency[3])


def cube(**families: str) -> pd.DataFrame:
    rows = [(client, family, 10.0, True) for client, names in families.items() for family in names]
    return pd.DataFrame(rows, columns=["customer_id", "family", "revenue", "bought"])


def test_range_breadth_is_a_share_of_what_the_firm_sells_and_not_of_what_its_clients_buy():
    sold = cube(C1="abc", C2="defgh")
    assert range_breadth(sold, pd.Index(["C1", "C9"])).tolist() == [0.375, 0.0]
    counter = sold.assign(
        customer_id=sold.customer_id.where(sold.customer_id != "C2")
    )  # sold to nobody we know
    assert range_breadth(counter, pd.Index(["C1"])).tolist() == [0.375]


def test_nothing_sold_is_no_range():
    none = cube(C1="a").assign(bought=False)
    assert range_breadth(none, pd.Index(["C1"])).isna().all()


def test_the_effective_families_of_the_dictionary_ignore_what_earns_nothing():
    sold = cube(C1="abcd").assign(revenue=[50.0, 25.0, 25.0, -5.0])
    assert effective_families(sold, pd.Index(["C1", "C2"])).round(3).tolist()[0] == 2.828
    assert np.isnan(effective_families(sold, pd.Index(["C2"])).iloc[0])


def test_a_family_is_usual_from_thirty_per_cent_of_the_segment_exactly():
    clients = {f"C{n}": ("ab" if n < 3 else "a") for n in range(10)}
    missed = white_space(cube(**clients), pd.Series("S", index=list(clients)))
    assert missed.customer_id.tolist() == [f"C{n}" for n in range(3, 10)]
    assert set(missed.family) == {"b"} and set(missed.buyers) == {3} and set(missed.peers) == {10}
    fewer = cube(**clients | {"C2": "a"})
    assert white_space(fewer, pd.Series("S", index=list(clients))).empty


def test_peers_are_those_of_the_same_segment_and_the_unclassified_are_peers_of_each_other():
    segment = pd.Series({"A": "S", "B": "S", "C": None, "D": None, "E": " "})
    missed = white_space(cube(A="x", B="y", C="z", D="z", E="w"), segment)
    assert missed[["customer_id", "family"]].to_numpy().tolist() == [
        ["A", "y"], ["B", "x"], ["C", "w"], ["D", "w"], ["E", "z"],
    ]  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ABCDEF"), st.sampled_from("uvwxyz")), min_size=1, unique=True),
    st.randoms(),
)
def test_white_space_holds_no_bought_family_and_does_not_depend_on_the_order_of_rows(pairs, random):
    sold = pd.DataFrame(pairs, columns=["customer_id", "family"]).assign(revenue=10.0, bought=True)
    segment = pd.Series({name: "S" if name < "D" else "T" for name in "ABCDEF"})
    missed = white_space(sold, segment)
    assert not set(zip(missed.customer_id, missed.family, strict=True)) & set(pairs)
    assert (missed.share >= 0.3).all()
    shuffled = sold.sample(frac=1, random_state=random.randint(0, 99))
    pd.testing.assert_frame_equal(missed, white_space(shuffled, segment.sample(frac=1, random_state=1)))


def test_quarters_end_with_the_last_month_and_begin_with_the_client():
    months = pd.DataFrame(
        {
            "customer_id": ["A", "A", "B"],
            "month": pd.to_datetime(["2024-11-01", "2025-10-01", "2025-06-01"]),
            "revenue": [10.0, 5.0, 7.0],
        }
    )
    table = quarterly_revenue(
        months, first=date(2024, 1, 1), last=date(2025, 10, 31), customers=pd.Index(["A", "B", "C"])
    )
    assert table.columns.tolist() == [
        "2024-02",
        "2024-05",
        "2024-08",
        "2024-11",
        "2025-02",
        "2025-05",
        "2025-08",
    ]
    assert table.loc["A"].tolist()[3:] == [10.0, 0.0, 0.0, 5.0] and table.loc["A"].isna().sum() == 3
    assert table.loc["B"].tolist()[5:] == [7.0, 0.0] and table.loc["C"].isna().all()  # never seen


def test_volatility_of_the_dictionary_through_quarters():
    amounts = [10.0, 12.0, 8.0, 10.0]
    months = pd.DataFrame(
        {
            "customer_id": "A",
            "month": pd.to_datetime(["2025-02-01", "2025-05-01", "2025-07-01", "2025-12-01"]),
            "revenue": amounts,
        }
    )
    table = quarterly_revenue(
        months, first=date(2025, 1, 1), last=date(2025, 12, 31), customers=pd.Index(["A"])
    )
    assert table.loc["A"].tolist() == amounts
    found = xyz_classes(table).loc["A"]
    assert found.volatility == pytest.approx(0.1633, abs=5e-5) and found.xyz_class == "X"
