import numpy as np
import pandas as pd

from capclient.indicators.salespeople import salesperson_table


def test_salespeople_are_ranked_four_ways() -> None:
    customers = pd.DataFrame(
        {
            "salesperson": ["Ann", "Ann", "Bob", None],
            "revenue_n": [100.0, 0.0, 80.0, 20.0],
            "orders_n": [3, 0, 5, 1],
            "margin_n": [10.0, np.nan, 30.0, 2.0],
        }
    )
    measures = pd.DataFrame({"quantity": [7, 9], "product_types": [4, 4]}, index=["Ann", "Bob"])
    table = salesperson_table(customers, measures)
    ann, bob, nobody = (row for _, row in table.iterrows())
    assert (ann["customers"], ann["active"], ann["revenue"], ann["orders"], ann["share"]) == (
        2,
        1,
        100.0,
        3,
        0.5,
    )
    assert (ann["rank_revenue"], ann["rank_margin"], ann["rank_change_margin"]) == (1, 2, -1)
    assert (bob["rank_quantity"], bob["rank_change_quantity"], bob["rank_product_types"]) == (1, 1, 1)
    assert nobody["is_blank"] and pd.isna(nobody["rank_revenue"])


def test_rankings_without_their_measure_are_left_out() -> None:
    table = salesperson_table(pd.DataFrame({"salesperson": ["Ann"], "revenue_n": [1.0], "orders_n": [1]}))
    assert [column for column in table if column.startswith("rank")] == ["rank_revenue"]


def test_equal_salespeople_share_the_best_rank() -> None:
    customers = pd.DataFrame(
        {"salesperson": ["Ann", "Bob", "Cyd"], "revenue_n": [5.0, 5.0, 1.0], "orders_n": [1, 1, 1]}
    )
    assert salesperson_table(customers)["rank_revenue"].tolist() == [1, 1, 3]
