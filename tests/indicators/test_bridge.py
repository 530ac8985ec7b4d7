"""The bridge closes to the cent, whatever the portfolio: credit notes, returns, clients back, pooled codes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.indicators import retention as method
from capclient.indicators.bridge import BARS, movements, revenue_bridge
from capclient.indicators.retention import Renewal
from capclient.indicators.status import customer_status
from capclient.periods import windows
from capclient.vocabulary import Unknown
from tests.examples import few
from tests.indicators.test_retention import N1, STATUS, D, N

YEARS = windows(D)


def test_the_reference_fixture_r6():
    bars = revenue_bridge(movements(N, N1, STATUS), opening=900.0, closing=1000.0)
    assert bars.bar.tolist() == ["opening", *BARS, "closing"]
    assert bars.amount.tolist() == [900.0, -100.0, 120.0, 0.0, 130.0, -50.0, 1000.0]
    assert bars.customers.tolist()[1:-1] == [1, 1, 0, 2, 1]


def test_a_lost_client_takes_its_last_credit_note_along():
    moved = movements(pd.Series({"A": -20.0}), pd.Series({"A": 100.0}), pd.Series({"A": "lost"}))
    assert moved.loc["A"].tolist() == ["lost", -120.0]


def test_a_pooled_code_goes_up_or_down_and_is_counted_nowhere():
    status = pd.Series({"A": "retained", "POOL": "new"})
    counted = pd.Series({"A": True, "POOL": False})
    moved = movements(
        pd.Series({"A": 5.0, "POOL": 7.0}), pd.Series({"A": 5.0, "POOL": 0.0}), status, counted=counted
    )
    bars = revenue_bridge(moved, opening=5.0, closing=12.0, counted=counted).set_index("bar")
    assert bars.amount["up"] == 7.0 and bars.amount["new"] == 0.0
    assert bars.customers[list(BARS)].sum() == 0


def test_revenue_without_client_goes_up_or_down():
    moved = movements(N, N1, STATUS)
    bars = (
        revenue_bridge(moved, opening=950.0, closing=1030.0, unassigned_change=-20.0).set_index("bar").amount
    )
    assert bars["down"] == -70.0 and bars["up"] == 130.0


def test_a_bridge_of_two_different_ledgers_is_refused():
    with pytest.raises(ValueError, match="100 cents"):
        revenue_bridge(movements(N, N1, STATUS), opening=900.0, closing=1001.0)


def described(now: np.ndarray, before: np.ndarray, earlier: np.ndarray) -> pd.DataFrame:
    """Status and bar of each client; amounts are cents, ``earlier`` tells who bought before N-1."""
    old, recent = np.datetime64("2020-03-01", "ns"), np.datetime64("2025-03-01", "ns")
    clients = pd.DataFrame({"revenue_n": now / 100, "revenue_n1": before / 100})
    clients["first_purchase"] = np.where(earlier | (before > 0), old, recent)
    clients["status"] = customer_status(clients, windows=YEARS, n1_is_complete=True)
    return clients.join(movements(clients.revenue_n, clients.revenue_n1, clients.status))


def check(clients: pd.DataFrame, loose: tuple[int, int]) -> None:
    """Hold the identities of 2.1 to 2.9 on one portfolio; ``loose`` is the revenue without client, in cents."""
    n, n1 = clients.revenue_n, clients.revenue_n1
    now, before = ((year * 100).round().astype("int64").to_numpy() for year in (n, n1))
    opening, closing = int(before.sum()) + loose[0], int(now.sum()) + loose[1]
    change = (loose[1] - loose[0]) / 100
    bars = revenue_bridge(clients, opening=opening / 100, closing=closing / 100, unassigned_change=change)
    cents = [round(amount * 100) for amount in bars.amount]
    assert sum(cents[:-1]) == cents[-1] == closing
    lost, new, back, up, down = cents[1:-1]
    assert lost <= 0 <= up and down <= 0 <= min(new, back)
    gross = method.gross_revenue_retention(n, n1)
    assert gross == Unknown("denominator_zero") if (before <= 0).all() else 0 <= gross <= 1
    made = method.renewal(n, n1, clients.status, total_n=closing / 100)
    if closing <= 0:
        assert made == Unknown("denominator_zero")
        return
    assert isinstance(made, Renewal)
    assert made.rate == made.growth_rate + made.arrivals_rate
    assert round((made.new + made.reactivated) * 100) == int(now[(now > 0) & (before <= 0)].sum())
    if min(now.min(), before.min()) >= 0 and loose == (0, 0):  # A03: the complement of what was kept
        assert made.rate == pytest.approx(1 - int(np.minimum(now, before).sum()) / closing)


def check_rates(clients: pd.DataFrame) -> None:
    """Hold 2.1 and 2.7 against the counts of the statuses."""
    n, n1 = clients.revenue_n, clients.revenue_n1
    now, before = ((year * 100).round().astype("int64") for year in (n, n1))
    gone, active = method.lost_of(n, n1)
    assert 0 <= gone <= active == int((before > 0).sum())
    assert gone == int((clients.status == "lost").sum())
    base = int(before[before > 0].sum())
    net = method.net_revenue_retention(n, n1)
    assert net == (int(now[before > 0].sum()) / base if active else Unknown("denominator_zero"))


amounts = st.one_of(st.just(0), st.integers(-50_000, 500_000), st.integers(-3, 3))


@settings(max_examples=few(150), deadline=None)
@given(st.lists(st.tuples(amounts, amounts, st.booleans()), min_size=1, max_size=12), amounts, amounts)
def test_the_identities_hold_on_any_portfolio(rows, loose_n1, loose_n):
    now, before, earlier = (np.array(column) for column in zip(*rows, strict=True))
    clients = described(now, before, earlier.astype(bool))
    check(clients, (loose_n1, loose_n))
    check_rates(clients)


@pytest.mark.slow
def test_ten_thousand_random_portfolios_close_to_the_cent():
    rng = np.random.default_rng(20_240_607)
    sizes = rng.integers(1, 25, 10_000)
    total = int(sizes.sum())
    before, now = (
        np.where(rng.random(total) < 0.3, 0, rng.integers(-2_000, 2_000_000, total)) for _ in range(2)
    )
    now = np.where(
        rng.random(total) < 0.1, -rng.integers(1, 50_000, total), now
    )  # returns above the purchases
    clients = described(now, before, rng.random(total) < 0.4)
    loose = rng.integers(-1_000, 100_000, (10_000, 2)).tolist()
    for place, end in enumerate(sizes.cumsum()):
        check(clients.iloc[end - sizes[place] : end], tuple(loose[place]))


@settings(max_examples=few(40), deadline=None)
@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=10), st.randoms())
def test_the_order_of_clients_changes_nothing(rows, chance):
    now, before = (pd.Series(column, dtype="float64") / 100 for column in zip(*rows, strict=True))
    places = list(now.index)
    chance.shuffle(places)
    for rate in (method.attrition_revenue_rate, method.net_revenue_retention, method.gross_revenue_retention):
        assert rate(now, before) == rate(now.loc[places], before.loc[places])
