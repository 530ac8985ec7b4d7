"""Who moved, who is about to change, and which groups there are, on small companies made here."""

from datetime import date, timedelta

import pandas as pd
import pytest

from capclient.findings import Finding
from capclient.frames import written
from capclient.glossary import taught_in
from capclient.indicators.tipping import state_tipping
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import client_groups, customers, lifecycle, segments, tipping
from capclient.themes.activity import behaviour
from capclient.themes.classes import classes
from capclient.themes.client_groups import group_names
from capclient.themes.rfm import rfm
from capclient.thresholds import ActivityThresholds
from capclient.vocabulary import STATES

AS_OF = date(2025, 9, 30)


def bought(customer: str, amount: float, every: int, first: date, last: date) -> list[tuple[str, str, str]]:
    days = (last - first).days // every
    return [
        (customer, (first + timedelta(days=every * n)).isoformat(), f"{amount:.2f}") for n in range(days + 1)
    ]


def lines(rows: list[tuple[str, str, str]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "invoice_date", "amount_ht"])
    return table.assign(invoice_id=[f"F{n}" for n in range(len(table))])


def ledger() -> list[tuple[str, str, str]]:
    """Ten regular clients over four years, one that stops in July, one that comes back, one that grows."""
    start, end = date(2022, 1, 3), date(2026, 3, 31)
    rows = [row for n in range(10) for row in bought(f"R{n}", 100 + 37 * n, 30, start, end)]
    rows += bought("STOP", 900, 30, start, date(2025, 8, 1))
    rows += bought("BACK", 400, 30, start, date(2023, 6, 1)) + bought("BACK", 400, 30, date(2025, 2, 1), end)
    return (
        rows
        + bought("GROW", 50, 30, start, date(2024, 9, 1))
        + bought("GROW", 800, 15, date(2024, 10, 1), end)
    )


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return Portfolio.from_frames(lines(ledger()), as_of=AS_OF)


def values(found: list[Finding]) -> dict[str, object]:
    return {one.id.partition(".")[2]: one.value for one in found}


def test_who_moved_is_the_difference_of_two_photographs(portfolio: Portfolio) -> None:
    moves = segments(portfolio).moves
    before, after = portfolio.at(date(2024, 9, 30)), portfolio
    old, new = rfm(before).scores.segment, rfm(after).scores.segment
    both = pd.DataFrame({"old": old, "new": new}).dropna()
    changed = both.index[both.old != both.new]
    assert moves.before == "2024-09-30" and set(moves.clients.index) == set(changed)
    found = values(segments(portfolio).findings)
    assert (
        found["moved_customers"] == len(changed) == found["improved_customers"] + found["worsened_customers"]
    )
    assert moves.flows.customers.sum() == len(changed)
    states = pd.DataFrame({"old": behaviour(before).state, "new": behaviour(after).state}).dropna()
    rank = {state: place for place, state in enumerate(STATES)}
    steps = states.new.map(rank) - states.old.map(rank)
    assert (found["states_improved_customers"], found["states_worsened_customers"]) == (
        int((steps < 0).sum()),
        int((steps > 0).sum()),
    )
    assert moves.states.to_numpy().sum() == 13 and moves.segments.loc["arrived"].sum() >= 0
    assert moves.clients.direction["GROW"] == "better"


def test_a_short_history_tells_no_moves() -> None:
    short = Portfolio.from_frames(lines(bought("A", 100, 30, date(2025, 1, 1), AS_OF)), as_of=AS_OF)
    assert segments(short).moves.reason.reason == "history_short"
    assert all(one.reason == "history_short" for one in segments(short).findings if "champions" not in one.id)


def test_an_invoice_of_the_amount_told_changes_the_class_and_a_cent_less_does_not(
    portfolio: Portfolio,
) -> None:
    told = tipping(portfolio).clients
    client = told.class_more.dropna().index[0]
    for extra, expected in ((0.0, told.class_up[client]), (-0.01, told.abc_class[client])):
        more = [(client, AS_OF.isoformat(), f"{told.class_more[client] + extra:.2f}")]
        if float(more[0][2]) > 0:
            after = Portfolio.from_frames(lines(ledger() + more), as_of=AS_OF)
            assert classes(after).customers.abc_class[client] == expected


def test_an_invoice_of_the_amount_told_changes_the_stage_and_a_cent_less_does_not(
    portfolio: Portfolio,
) -> None:
    told = tipping(portfolio).clients
    client = "R3"
    assert told.stage[client] == "adult" and told.stage_up[client] == "adolescence"
    for extra, expected in ((0.0, "adolescence"), (-0.01, "adult")):
        more = [(client, AS_OF.isoformat(), f"{told.stage_more[client] + extra:.2f}")]
        after = Portfolio.from_frames(lines(ledger() + more), as_of=AS_OF)
        assert lifecycle(after).customers.stage[client] == expected


def test_the_day_told_is_the_day_on_which_the_report_changes_its_mind(portfolio: Portfolio) -> None:
    told = tipping(portfolio).clients.loc["STOP"]
    day = told.leaves_on.date()
    assert told.state != told.state_next and told.state_if_order == "active"
    assert behaviour(portfolio.at(day)).state["STOP"] == told.state_next
    assert behaviour(portfolio.at(day - timedelta(days=1))).state["STOP"] == told.state


def test_a_year_that_is_not_known_whole_shows_what_is_known_of_it() -> None:
    rows = [
        *bought("A", 100, 10, date(2025, 3, 3), date(2025, 8, 20)),
        *bought("B", 70, 9, date(2025, 3, 3), date(2025, 6, 9)),
    ]
    short = Portfolio.from_frames(lines(rows), as_of=date(2025, 8, 31))
    known, shown = short.customers.revenue_n, tipping(short).clients.revenue_n
    assert known.gt(0).all() and shown.equals(known.reindex(shown.index).rename("revenue_n"))
    total = next(item for item in tipping(short).findings if item.id == "tipping.state_revenue")
    assert total.reason == "period_incomplete", "no total of a part of a year"


def test_near_clients_are_counted_once_and_regular_ones_are_left_in_peace(portfolio: Portfolio) -> None:
    changes = tipping(portfolio)
    found = values(changes.findings)
    assert (changes.coming.ratio > 1).all() and not {"R0", "R5"} & set(changes.coming.index)
    near = set(changes.near.index) | set(changes.coming.index[changes.coming.days_left <= 30])
    assert found["near_customers"] == len(near)
    assert found["near_revenue"] == pytest.approx(changes.clients.revenue_n[sorted(near)].sum())
    share = changes.near.amount / changes.near.revenue_n
    assert (share <= 0.05).all()


def test_totals_know_the_amounts_and_not_the_days() -> None:
    totals = pd.DataFrame({"customer_id": list("ABCDE"), "revenue": [70.0, 10.0, 8.0, 7.0, 5.0]})
    folder = written({"customer_totals": totals})
    source = {
        "path": "customer_totals.parquet",
        "measures": ["revenue"],
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
    }
    content = {"company": {"id": "totaux"}, "sources": {"customer_totals": source}}
    known = tipping(Portfolio.of(make_params(content, folder=folder, where="test")))
    reasons = {one.id.partition(".")[2]: one.reason for one in known.findings}
    assert reasons["state_customers"] == reasons["near_customers"] == "missing:invoice_lines"
    assert (
        reasons["class_customers"] is None and values(known.findings)["class_customers"] == 2
    )  # C and E, one cent away
    assert known.clients.class_more["E"] == 0.01


def company(sizes: list[int]) -> Portfolio:
    """Kinds of clients: large and monthly, small and quarterly, gone since last autumn."""
    start, end = date(2022, 1, 3), AS_OF
    kinds = [(1_000, 20, end), (60, 45, end), (300, 30, date(2024, 11, 1))]
    rows = [
        row
        for kind, (size, (amount, every, last)) in enumerate(zip(sizes, kinds, strict=False))
        for n in range(size)
        for row in bought(
            f"{'LSG'[kind]}{n:02}", amount * (1 + n / 200), every, start + timedelta(days=n % 5), last
        )
    ]
    return Portfolio.from_frames(lines(rows), as_of=AS_OF)


def test_planted_groups_are_found_named_and_weighed() -> None:
    groups = client_groups(company([20, 20, 12]))
    assert groups.reason is None
    kinds = {kind: set(groups.labels[groups.labels.index.str.startswith(kind)]) for kind in "LSG"}
    assert len(kinds["L"]) == 1 and not kinds["L"] & kinds["G"] and not kinds["S"] & kinds["G"]
    assert groups.profiles.customers.sum() == 52
    assert groups.profiles.revenue_share.sum() == pytest.approx(1.0)
    for lang in ("fr", "en"):
        names = group_names(groups, lang)
        assert len(set(names.values())) == len(names) == groups.clusters.k
    assert (groups.clients.margin >= 0).all()


def test_no_structure_shows_no_label_and_too_few_clients_no_answer() -> None:
    few = client_groups(company([10, 10]))
    assert {one.reason for one in few.findings} == {"n_small"} and few.labels.isna().all()
    sheet = pd.Series(range(40))
    slope = [row for n in sheet for row in bought(f"C{n:02}", 50 * 1.2**n, 30, date(2022, 1, 3), AS_OF)]
    none = client_groups(
        Portfolio.from_frames(lines(slope), as_of=AS_OF, thresholds={"segments": {"stability": "1"}})
    )
    assert none.reason is not None and none.reason.reason == "unreliable:no_structure"
    assert none.labels.isna().all() and none.labels.dtype == "Int64"


def test_groups_are_taught_in_their_own_chapter(portfolio: Portfolio) -> None:
    assert taught_in("model.clusters") == taught_in("model.cluster_gap") == "55_groupes_de_clients"
    assert (
        taught_in("segments.moved_customers")
        == taught_in("tipping.near_customers")
        == "50_attrition_segments"
    )
    assert customers(portfolio).cluster.isna().all()  # thirteen clients make no groups


def test_six_invoices_without_any_segment_a_year_ago_still_make_the_table_of_clients() -> None:
    """Everybody was silent for two years before the earlier date: nobody had a segment then."""
    rows = [("A", "2020-01-10", "100.00"), ("A", "2020-02-10", "100.00"), ("B", "2020-03-10", "50.00")]
    rows += [("A", "2025-06-10", "80.00"), ("B", "2025-07-10", "70.00"), ("C", "2025-08-10", "60.00")]
    six = Portfolio.from_frames(lines(rows), as_of=AS_OF)
    assert len(customers(six)) == 3
    assert values(segments(six).findings)["moved_customers"] == 0


def test_the_probability_of_loss_ends_the_table_of_clients(portfolio: Portfolio) -> None:
    table = customers(portfolio)
    assert table.columns[-1] == "p_loss" and table.p_loss.dtype == "float64"
    assert table.p_loss.isna().all()  # thirteen clients teach nothing of losses


def test_the_bounds_of_a_rhythm_are_exact_to_the_day() -> None:
    """C009: 983 days, 46 gaps, two more of 41 days: 22.1875 days; 1.5 of them are 33.28, passed on the 34th day."""
    told = {}
    for silence, day in ((25, 9), (33, 1), (34, None)):
        frame = pd.DataFrame(
            {"last_purchase": [pd.Timestamp(AS_OF) - pd.Timedelta(days=silence)] * 2, "span_days": [983, 0]}
            | {"gaps": [46, 0], "median_gap": [41.0, None]},
            index=["C009", "one"],
        )
        found = state_tipping(frame, as_of=AS_OF, data_end=AS_OF, thresholds=ActivityThresholds())
        told[silence] = (found.state["C009"], found.state_next["C009"], found.days_left["C009"])
        assert day is None or found.days_left["C009"] == day
    assert told[25] == ("active", "watch", 9) and told[33] == ("active", "watch", 1)
    assert told[34] == ("watch", "at_risk", 18)  # 2.3 intervals are 51.03 days
