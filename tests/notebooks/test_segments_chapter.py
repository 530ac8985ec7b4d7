"""The lists of chapter 50: who is active is not called, and small clients do not hide the dates of large ones."""

from datetime import date

import pytest

from capclient.notebook import coming_table, departures_table, near_table, rfm_list, segment_order_table
from capclient.notebook.desk import Desk, _desks
from capclient.portfolio import Portfolio
from capclient.tables import Table
from capclient.themes import activity, counts, segments, tipping
from capclient.themes.activity import behaviour
from tests.themes.test_segments import AS_OF, bought, ledger, lines


@pytest.fixture
def opened():
    """A portfolio on the desk, with clients that stopped on different days; taken away afterwards."""
    before = list(_desks)
    rows = ledger()
    for n, stopped in enumerate((date(2025, 8, 20), date(2025, 8, 12), date(2025, 8, 5), date(2025, 7, 20))):
        rows += bought(f"Q{n}", 50 * 4**n, 30, date(2022, 1, 3), stopped)
    portfolio = Portfolio.from_frames(lines(rows), as_of=AS_OF)
    _desks[:] = [Desk(portfolio, "fr")]
    yield portfolio
    _desks[:] = before


def names(shown, place=0):
    return [row[place].text for row in shown.rows] if isinstance(shown, Table) else []


def test_a_list_of_calls_leaves_out_those_active_for_their_own_rhythm(opened):
    groups, states = segments(opened), behaviour(opened).state
    for segment in groups.rfm.segment.dropna().unique():
        members = groups.rfm.index[groups.rfm.segment == segment]
        assert set(names(rfm_list(groups, segment, most=50))) == set(members)
        called = names(rfm_list(groups, segment, most=50, calls=True))
        assert set(called) == {client for client in members if states[client] != "active"}


def test_the_calendar_keeps_the_largest_clients_and_puts_them_by_date(opened):
    changes = tipping(opened)
    assert len(changes.coming) > 2
    shown = names(coming_table(changes, most=2))
    assert set(shown) == set(changes.coming.revenue_n.nlargest(2).index)
    assert changes.coming.leaves_on[shown].is_monotonic_increasing
    assert "commandait" not in str(coming_table(changes, most=2).html())  # active for all: the text says it


def test_whom_one_order_moves_is_listed_and_counted_alike(opened):
    changes = tipping(opened)
    counted = next(one.value for one in changes.findings if one.id == "tipping.segment_customers")
    assert counted and len(names(segment_order_table(changes, most=50))) == counted


def test_small_amounts_come_by_share_of_revenue(opened):
    near = tipping(opened).near
    if len(near):
        smallest = near.amount_share.idxmin()
        assert names(near_table(tipping(opened)))[0] == smallest


def test_the_counts_of_departures_stand_side_by_side_with_what_they_share(opened):
    totals, states = counts(opened), activity(opened)
    gone = set(totals.customers.index[totals.customers.status.eq("lost")])
    silent = set(states.customers.index[states.customers.state.eq("lost")])
    shown = departures_table(totals, states)
    accounts, behaviour_, ahead, passages = [[cell.text for cell in row] for row in shown.rows]
    assert (accounts[1], behaviour_[1]) == (str(len(gone)), str(len(silent)))
    assert accounts[2].endswith(
        f"comportement\u00a0: {len(gone & silent)}\u00a0; au sens des comptes seuls\u00a0: {len(gone - silent)}"
    )
    assert f"au sens des comptes\u00a0: {len(gone & silent)}\u00a0;" in behaviour_[2]
    assert ahead[1].startswith("inconnu (") and not ahead[2], "what is not known overlaps with nothing"
    assert len(passages) == 3


def test_the_silence_of_a_lost_client_is_that_of_the_parameters(opened):
    limits = {"activity": {"lost_after_days": 180}}
    sooner = Portfolio.from_frames(lines(ledger()), as_of=AS_OF, thresholds=limits)
    _desks[:] = [Desk(sooner, "fr")]
    said = departures_table(counts(sooner), activity(sooner)).rows[1][0].text
    assert "de plus de 180 jours" in said and "un an" not in said


def test_counts_of_departures_of_a_single_year_say_why_they_are_missing(opened):
    rows = bought("A", 100, 10, date(2025, 3, 3), date(2025, 8, 20))
    short = Portfolio.from_frames(lines(rows), as_of=date(2025, 8, 31))
    _desks[:] = [Desk(short, "fr")]
    shown = [[cell.text for cell in row] for row in departures_table(counts(short), activity(short)).rows]
    assert shown[0][1].startswith("inconnu (") and shown[1][1] == "0"
    assert not any(row[2] for row in shown)
