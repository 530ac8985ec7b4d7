"""Sections 3.12 and 3.13: shares of wallets, classes, additional potential, the proxy and its flag."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.indicators.wallet import additional_potential, proxy_potential, wallet_shares
from tests.examples import few

AS_OF = date(2025, 12, 31)


def clients(*rows):
    frame = pd.DataFrame(rows, columns=["revenue_n", "wallet_amount", "wallet_date"])
    return frame.assign(wallet_date=pd.to_datetime(frame.wallet_date))


def test_150_of_600_is_a_quarter_and_leaves_90_to_the_target():
    made = wallet_shares(clients((150.0, 600.0, "2025-06-30")), as_of=AS_OF)
    assert made.wallet_share[0] == 0.25
    assert additional_potential(pd.Series([150.0]), made.wallet, target="0.40").tolist() == [90.0]


@pytest.mark.parametrize(
    ("revenue", "wallet_class"),
    [(149.99, "small"), (150.0, "moderate"), (360.0, "moderate"), (360.01, "large"), (600.0, "large"), (0.0, "small")],
)  # fmt: skip
def test_the_limits_of_the_classes_are_exact(revenue, wallet_class):
    assert wallet_shares(clients((revenue, 600.0, "2025-06-30")), as_of=AS_OF).wallet_class[0] == wallet_class


def test_a_share_above_one_is_flagged_and_never_capped():
    made = wallet_shares(clients((750.0, 600.0, "2025-06-30")), as_of=AS_OF)
    assert made.wallet_share[0] == 1.25 and made.is_over[0] and pd.isna(made.wallet_class[0])


@pytest.mark.parametrize(
    ("day", "used"),
    [("2023-12-31", False), ("2024-01-01", True), ("2025-12-31", True), ("2026-01-01", False), (None, False)],
)
def test_a_wallet_of_24_months_undated_or_of_tomorrow_is_not_used(day, used):
    made = wallet_shares(clients((150.0, 600.0, day)), as_of=AS_OF)
    assert made.wallet.notna()[0] == used and made.is_stale[0] != used
    assert made.wallet_share.notna()[0] == used


def test_no_wallet_and_a_wallet_of_nothing_are_no_share_and_a_net_negative_client_has_none():
    made = wallet_shares(
        clients((150.0, None, None), (150.0, 0.0, "2025-06-30"), (-50.0, 600.0, "2025-06-30")), as_of=AS_OF
    )
    assert made.wallet_share.isna().all() and made.wallet_class.isna().all() and not made.is_over.any()
    assert additional_potential(pd.Series([-50.0]), pd.Series([600.0])).tolist() == [240.0]


def peers(revenue, sector="BTP", segment="PME"):
    return pd.DataFrame({"revenue_n": revenue, "sector": sector, "segment": segment})


def test_the_proxy_is_the_gap_to_the_upper_quartile_of_active_peers():
    potential, basis = proxy_potential(peers([100.0, 200.0, 300.0, 400.0, 500.0, 0.0, -10.0]), customers=5)
    assert potential.tolist()[:5] == [300.0, 200.0, 100.0, 0.0, 0.0]
    assert potential.isna().tolist()[5:] == [True, True]
    assert basis.tolist()[:5] == ["sector_segment"] * 5


def test_peers_that_are_too_few_give_way_to_the_sector_then_to_nothing():
    frame = pd.concat(
        [
            peers([1.0, 2.0, 3.0, 4.0], segment="PME"),
            peers([9.0], segment="Grands comptes"),
            peers([5.0], "Bois", None),
        ],
        ignore_index=True,
    )
    _, basis = proxy_potential(frame, customers=5)
    assert basis.tolist()[:5] == ["sector"] * 5 and pd.isna(basis[5])
    _, basis = proxy_potential(frame, customers=4)
    assert basis.tolist()[:5] == ["sector_segment"] * 4 + ["sector"]


@settings(max_examples=few(300), deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(-(10**8), 10**9), st.integers(0, 10**9)), min_size=1, max_size=20),
    target=st.integers(0, 100),
)
def test_potential_is_never_negative_nor_beyond_the_target_and_order_changes_nothing(rows, target):
    revenue = pd.Series([now / 100 for now, _ in rows])
    wallet = pd.Series([size / 100 for _, size in rows])
    made = additional_potential(revenue, wallet, target=f"{target / 100:.2f}")
    assert (made >= 0).all() and (made <= wallet * target / 100 + 0.01).all()
    back = additional_potential(revenue[::-1], wallet[::-1], target=f"{target / 100:.2f}")
    assert back.sort_index().equals(made)
