"""The grid and the score of a company: who is judged, on what, and what is said when inputs are missing."""

from datetime import date

import pandas as pd
import pytest

from capclient.indicators.score import weighted_score
from capclient.params_grid import POINTS
from capclient.portfolio import Portfolio
from capclient.themes.grid import NAMES, grid
from capclient.themes.grid_sheet import NAMES as SHEET_NAMES
from capclient.themes.grid_sheet import grid_sheet
from capclient.themes.score import criteria, score, score_history
from capclient.vocabulary import Unknown

AS_OF = date(2025, 12, 31)


def lines(cost=None):
    """Three clients: A buys monthly, B twice a year, C once; two years."""
    rows = []
    for year in (2023, 2024, 2025):
        rows += [("A", f"{year}-{month:02d}-28", 100.0) for month in range(1, 13)]
        rows += [("B", f"{year}-03-15", 300.0), ("B", f"{year}-09-15", 300.0)]
    rows += [("C", "2025-06-10", 50.0)]
    table = pd.DataFrame(rows, columns=["customer_id", "invoice_date", "amount_ht"])
    table["invoice_id"] = [f"F{n}" for n in range(len(table))]
    if cost is not None:
        table["cost"] = table.amount_ht * cost
    return table


def sheet(**columns):
    return pd.DataFrame({"customer_id": ["A", "B", "C"], **columns})


def company(cost=None, **tables):
    return Portfolio.from_frames(lines(cost), as_of=AS_OF, **tables)


def values(portfolio):
    return {item.id.removeprefix("grid."): item.value or item.reason for item in grid(portfolio).findings}


def test_with_invoices_alone_only_the_relation_is_proposed():
    made = grid(company())
    assert made.levels.relation_type.to_dict() == {"A": "recurring", "B": "occasional", "C": "occasional"}
    assert made.levels.drop(columns=["relation_type", "potential_level"]).isna().all(axis=None)
    assert (made.clients.low < made.clients.high).all(), "blanks leave a range"
    assert [item.id for item in made.findings] == [f"grid.{name}" for name in (*SHEET_NAMES, *NAMES)]
    found = values(company())
    assert found["disagreement_customers"] == "missing:declared"
    assert found["single_contact_customers"] == "missing:contacts"


def test_every_active_client_stands_in_the_grid_once_and_nothing_is_left_over():
    portfolio = company()
    assert sorted(grid(portfolio).clients.index) == ["A", "B", "C"]
    assert grid(portfolio).clients.index.is_unique
    found = {item.id: item.value for item in grid(portfolio).findings}
    assert (found["grid.identified_customers"], found["grid.identity_residual"]) == (3, 0.0)


def test_an_unassigned_sale_is_no_residual():
    table = lines()
    table["customer_id"] = table.customer_id.where(table.customer_id != "C")
    portfolio = Portfolio.from_frames(table, as_of=AS_OF)
    found = {item.id: item.value for item in grid(portfolio).findings}
    assert (found["grid.identified_customers"], found["grid.identity_residual"]) == (2, 0.0)


def test_a_declaration_stands_above_an_estimate_and_below_a_measure():
    told = sheet(
        relation_type=["occasional", None, None], outlook=["growth", None, None],
        insolvency_date=["2025-05-01", None, None], profitability_level=["low", "high", None],
    )  # fmt: skip
    made = grid(company(cost=0.5, customers=told))
    assert made.levels.loc["A", ["relation_type", "outlook"]].tolist() == ["occasional", "failure"]
    assert made.sources.loc["A", ["relation_type", "outlook"]].tolist() == ["declared", "real"]
    # a gross margin only suggests: what is declared stays, and two steps away it is denied
    assert made.levels.profitability_level.to_dict() == {"A": "low", "B": "high", "C": "high"}
    assert made.sources.profitability_level.to_dict() == {"A": "declared", "B": "declared", "C": "estimated"}
    found = {(name, row.criterion) for name, row in made.differences.iterrows()}
    assert found == {("A", "relation_type"), ("A", "outlook"), ("A", "profitability_level")}


def test_real_figures_win_once_serving_is_known():
    costs = pd.DataFrame(
        {"customer_id": ["A", "B", "C"], "activity": "visit", "driver_qty": [1, 1, 1], "unit_cost": [550, 10, 1],
         "period": ["2025"] * 3}
    )  # fmt: skip
    told = sheet(profitability_level=["high", "high", "high"])
    made = grid(company(cost=0.5, customers=told, cost_to_serve=costs))
    assert set(made.sources.profitability_level) == {"real"}
    assert made.levels.profitability_level.A == "low"


def test_a_grid_signed_after_the_date_says_nothing_yet():
    told = sheet(
        ease=["easy"] * 3, grid_date=["2025-06-01", "2026-01-15", "2024-01-01"], grid_author=["Ana"] * 3
    )
    made = grid(company(customers=told))
    assert made.levels.ease.notna().to_dict() == {"A": True, "B": False, "C": True}
    assert made.clients.said_by.dropna().to_dict() == {"A": "Ana", "C": "Ana"}
    assert values(company(customers=told))["stale_customers"] == 1


def test_contacts_and_competitors_expose_revenue():
    people = pd.DataFrame(
        {"customer_id": ["A", "B", "B"], "person": ["Ana", "Léo", "Max"], "side": ["theirs"] * 3,
         "since": ["2020-01-01", "2020-01-01", "2025-02-01"], "until": [None] * 3}
    )  # fmt: skip
    told = sheet(competitors_known=["Alpha ; BETA", "beta", None])
    portfolio = company(customers=told, contacts=people)
    found = {item.id.removeprefix("grid."): item for item in grid(portfolio).findings}
    assert found["single_contact_customers"].value == 1
    assert found["single_contact_revenue_share"].value == pytest.approx(1200 / 1850)
    assert found["contact_change_revenue_share"].value == pytest.approx(600 / 1850)
    assert found["single_contact_customers"].caveat == "caveat.contacts_least"
    assert found["alternatives_revenue"].value == 1800.0
    rivals = grid_sheet(portfolio).rivals.set_index("competitor")
    assert rivals.revenue.to_dict() == {"BETA": 1800.0, "Alpha": 1200.0}


def test_weights_of_the_company_move_the_marks_and_a_weight_of_zero_leaves_a_criterion_out():
    portfolio = company(customers=sheet(ease=["easy", "challenging", None]))
    grid_params = portfolio.params.grid.model_copy(update={"weights": dict.fromkeys(POINTS, 0) | {"ease": 1}})
    object.__setattr__(portfolio.params, "grid", grid_params)
    made = grid(portfolio)
    assert made.clients.loc[["A", "B", "C"], ["low", "high"]].to_numpy().tolist() == [
        [100.0, 100.0], [0.0, 0.0], [0.0, 100.0],
    ]  # fmt: skip
    assert values(portfolio)["judged_customers"] == 2


def test_a_client_alone_is_marked_as_among_others():
    table = lines()
    alone = Portfolio.from_frames(table[table.customer_id == "A"], as_of=AS_OF)
    ours, theirs = (grid(one).clients.loc["A", ["low", "high"]].tolist() for one in (alone, company()))
    assert ours == theirs


def test_totals_and_part_of_a_year_have_no_grid():
    recent = lines()
    recent = recent[recent.invoice_date >= "2025-09-01"]
    made = grid(Portfolio.from_frames(recent, as_of=AS_OF))
    assert {item.reason for item in made.findings} == {"period_incomplete"}
    assert made.clients.empty


def test_the_score_is_the_weighted_mean_of_its_known_criteria_and_says_its_coverage():
    portfolio = company()
    marked = score(portfolio)
    expected, coverage = weighted_score(marked.criteria.score, marked.criteria.weight)
    assert (marked.total, marked.coverage) == (expected, coverage)
    found = {item.id: item for item in marked.findings}
    assert len(found) == 7 + 18
    assert found["score.criterion.devices"].reason == "missing:evidence"
    assert found["score.criterion.net_margin"].reason == "missing:cost"


def test_an_unknown_criterion_never_counts_as_zero():
    table = criteria(company())
    known = table[table.score.notna()]
    assert (known.score * known.weight).sum() / known.weight.sum() == pytest.approx(
        weighted_score(table.score, table.weight, coverage=0)[0]
    )
    assert table.score.isna().any()


def test_a_past_score_knows_nothing_of_what_came_later():
    portfolio = company()
    later = pd.concat(
        [lines(), lines().assign(invoice_id=lambda t: "X" + t.invoice_id, invoice_date="2025-12-30")]
    )
    other = Portfolio.from_frames(later, as_of=AS_OF)
    past, again = (score_history(one) for one in (portfolio, other))
    if len(past) > 1:
        assert past.score.iloc[:-1].tolist() == again.score.iloc[:-1].tolist()
    assert past.day.is_monotonic_increasing


def test_two_months_give_no_score_and_every_finding_all_the_same():
    recent = lines()[lambda table: table.invoice_date >= "2025-11-01"]
    marked = score(Portfolio.from_frames(recent, as_of=AS_OF))
    assert isinstance(marked.total, Unknown) and len(marked.findings) == 25
    assert score_history(Portfolio.from_frames(recent, as_of=AS_OF)).empty
