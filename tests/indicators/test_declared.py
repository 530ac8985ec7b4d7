"""Section 3.16: declarations are kept as they are, and confronted with the figures."""

import pandas as pd
import pytest

from capclient.indicators.declared import contradictions, declared_counts


def client(**said):
    known = {
        "relation_type": None,
        "wallet_level": None,
        "orders_12m": None,
        "risk_score": None,
        "wallet_share": None,
    }
    return pd.DataFrame([known | said], index=["C1"])  # fmt: skip


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"relation_type": "recurring", "orders_12m": 2}, ["recurring"]),
        ({"relation_type": "recurring", "orders_12m": 3}, []),
        ({"relation_type": "recurring"}, []),
        ({"relation_type": "occasional", "orders_12m": 0}, []),
        ({"relation_type": "endangered", "risk_score": 39.9}, ["endangered"]),
        ({"relation_type": "endangered", "risk_score": 40}, []),
        ({"relation_type": "endangered"}, []),
        ({"wallet_level": "large", "wallet_share": 0.2499}, ["large_share"]),
        ({"wallet_level": "large", "wallet_share": 0.25}, []),
        ({"wallet_level": "moderate", "wallet_share": 0.01}, []),
        ({"wallet_share": 1.01}, ["over_wallet"]),
        ({"wallet_share": 1.0}, []),
    ],
)
def test_each_contradiction_at_its_limit(said, found):
    assert contradictions(client(**said)).contradiction.tolist() == found


def test_a_client_may_contradict_itself_twice():
    said = {"relation_type": "endangered", "risk_score": 10, "wallet_level": "large", "wallet_share": 0.1}
    assert contradictions(client(**said)).index.tolist() == ["C1", "C1"]


def test_the_grid_counts_every_client_once_a_criterion_blanks_included():
    sheet = pd.DataFrame({"ease": ["easy", None, "challenging", "easy"], "outlook": [None] * 4})
    revenue = pd.Series([10.0, 5.0, 1.0, 0.5])
    table = declared_counts(
        sheet, revenue, scales={"ease": ("easy", "medium", "challenging"), "outlook": ("failure",)}
    )
    assert table.criterion.unique().tolist() == ["ease"]
    assert table.customers.tolist() == [2, 0, 1, 1] and table.revenue.sum() == 16.5
    assert table.level.tolist() == ["easy", "medium", "challenging", None]
