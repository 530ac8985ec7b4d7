from decimal import Decimal

import numpy as np
import pandas as pd

from capclient.indicators.risk import behaviour_part, risk_scores, trend_part


def test_weights_are_brought_back_to_the_parts_that_are_known() -> None:
    parts = pd.DataFrame(
        {"behaviour": behaviour_part(pd.Series([2.5])), "trend": trend_part(pd.Series([-0.2]))}
    )
    found = risk_scores(parts)
    assert round(found.loc[0, "risk_score"], 1) == 73.0
    assert found.loc[0, "risk_coverage"] == 0.6


def test_below_half_of_the_weights_there_is_no_score() -> None:
    parts = pd.DataFrame(
        {
            "behaviour": [50.0, 50.0, np.nan, 80.0],
            "claims": [np.nan, 100.0, np.nan, np.nan],
            "contract": [np.nan, np.nan, 0.0, 0.0],
        }
    )
    found = risk_scores(parts)
    assert found["risk_coverage"].tolist() == [0.35, 0.5, 0.1, 0.45]
    assert found["risk_score"].round(2).fillna(-1).tolist() == [-1, 65.0, -1, -1]


def test_weights_can_be_any_decimals() -> None:
    parts = pd.DataFrame({"behaviour": [100.0], "trend": [0.0]})
    found = risk_scores(parts, weights={"behaviour": Decimal("0.5"), "trend": "0.2"}, coverage=1)
    assert (
        found.loc[0, "risk_score"] == 100 * 0.5 / 0.7 or round(found.loc[0, "risk_score"], 9) == 71.428571429
    )


def test_parts_stay_between_zero_and_a_hundred() -> None:
    assert behaviour_part(pd.Series([0.0, 50.0])).tolist() == [0.0, 100.0]
    assert trend_part(pd.Series([-0.9, 0.5])).tolist() == [100.0, 0.0]
    assert behaviour_part(pd.Series([np.nan])).isna().all()
