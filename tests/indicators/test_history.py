import numpy as np
import pandas as pd

from capclient.indicators.history import clients_to_win_back, weight_history


def test_weights_of_each_year_stand_alone() -> None:
    years = pd.DataFrame({"N-1": [400.0, 200.0, 300.0], "N": [500.0, -20.0, 500.0]}, index=["A", "B", "C"])
    found = weight_history(years)
    assert found["N"].tolist()[0] == 0.5 and pd.isna(found.loc["B", "N"])
    assert abs(found["N-1"].sum() - 1) < 1e-12


def test_former_clients_are_ranked_by_their_best_year() -> None:
    customers = pd.DataFrame(
        {
            "name": ["Alba", "Brio", "Ciel", "Dune", "Ecume"],
            "revenue_n": [0.0, -1.0, 5.0, 0.0, 0.0],
            "best_12m": [80.0, 90.0, 900.0, 90.0, np.nan],
        },
        index=["C1", "C4", "C3", "C2", "C5"],
    )
    found = clients_to_win_back(customers)
    assert found.index.tolist() == ["C2", "C4", "C1"]
    assert found["rank_before"].tolist() == [1, 1, 3]


def test_nobody_to_win_back_is_an_empty_list():
    active = pd.DataFrame({"revenue_n": [10.0, 5.0], "best_12m": [90.0, 5.0]}, index=["C1", "C2"])
    assert len(clients_to_win_back(active)) == 0
