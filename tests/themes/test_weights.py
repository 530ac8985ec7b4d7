"""Section 1 from lines to findings: groups, pooled codes, margins, losses, breakdowns, salespeople."""

from datetime import date

import pandas as pd
import pytest

from capclient.frames import written
from capclient.notebook import (
    history_figure,
    moved_table,
    note,
    rankings_figure,
    rankings_table,
    segment_table,
    stress_table,
    together,
    top_table,
    winback_table,
    worked_table,
    years_table,
)
from capclient.notebook.desk import Desk, _desks
from capclient.notices import Notice, is_notice
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.tables import Table
from capclient.themes import Findings, concentration, results, salespeople
from capclient.vocabulary import Unknown

AS_OF = date(2025, 12, 31)
N1 = {"A": 400, "B": 200, "C": 150, "D": 100, "F": 50}
N = {"A": 500, "B": 150, "C": 150, "E": 120, "F": 80}
FAMILY = {"A": "Bolts", "B": "Bolts", "C": "Pipes", "D": "Pipes", "E": "Tools", "F": None}


def lines(*more, family=True):
    """Return the reference fixture R6 as monthly invoices, from 2021 on for A to D, with extra rows."""
    rows = [
        (f"{client}{year}{month:02d}", client, f"{year}-{month:02d}-15", round(amount / 12, 2))
        for year, amounts in ((2021, N1), (2022, N1), (2023, N1), (2024, N1), (2025, N))
        for client, amount in amounts.items()
        for month in range(1, 12)
    ]
    rows += [
        (f"{client}{year}12", client, f"{year}-12-15", round(amount - 11 * round(amount / 12, 2), 2))
        for year, amounts in ((2021, N1), (2022, N1), (2023, N1), (2024, N1), (2025, N))
        for client, amount in amounts.items()
    ]
    frame = pd.DataFrame([*rows, *more], columns=["invoice_id", "customer_id", "invoice_date", "amount_ht"])
    frame["amount_ht"] = frame.amount_ht.map("{:.2f}".format)
    if family:
        frame["family"] = frame.customer_id.map(FAMILY)
    return frame


def sheet(**columns):
    return pd.DataFrame({"customer_id": list("ABCDEF"), **columns})


def company(tables, **content):
    folder = written(tables)
    given = {
        "company": {"id": "r6"},
        "sources": {name: f"{name}.parquet" for name in tables},
        "period": {"as_of": AS_OF.isoformat()},
        **content,
    }
    return Portfolio.of(make_params(given, folder=folder, where="test"))


@pytest.fixture(scope="module")
def grouped():
    """R6 with a group of three small clients, a pooled code and a sale without client."""
    extra = [("P1", "COMPTOIR", "2025-06-01", 200.0), ("U1", None, "2025-06-02", 100.0)]
    clients = pd.DataFrame(
        {
            "customer_id": [*"ABCDEF", "COMPTOIR"],
            "group_id": [None, "G", "G", None, "G", None, None],
            "segment": ["Large", "Small", "Small", "Small", None, "Small", None],
            "salesperson": ["Ann", "Bob", "Bob", "Bob", "Ann", None, None],
            "potential_level": ["faible", None, None, None, "élevé", "faible", None],
            "is_pool": ["0", "0", "0", "0", "0", "0", "1"],
        }
    )
    economics = {"variable_cost_rate": "0.60", "fixed_costs": "300"}
    return company({"invoice_lines": lines(*extra), "customers": clients}, economics=economics)


@pytest.fixture(scope="module")
def found(grouped):
    return Findings(grouped)


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("top1_share", 0.5), ("top1_share_group", 0.5), ("top3_share", 0.8), ("top3_share_group", 1.0),
        ("groups", 3), ("hhi", 3158.0), ("hhi_group", 10_000 * (0.5**2 + 0.42**2 + 0.08**2)),
        ("pareto_customers_for_80_group", 2), ("effective_customers_group", 1 / 0.4328),
        ("top1_share_group_change", 0.5 - 4 / 9), ("top1_share_with_pools", 500 / 1200),
        ("class_a_customers", 3), ("class_b_customers", 2), ("class_c_customers", 0),
        ("class_a_customers_after", 3), ("class_b_customers_after", 1), ("class_c_customers_after", 1),
        ("class_changes", 1), ("large_customers", 1), ("medium_customers", 2), ("small_customers", 2),
        ("large_revenue_share", 0.5), ("zone_1_customers", 4), ("zone_2_customers", 1), ("zone_3_customers", 0),
        ("zone_1_revenue_share", 0.92), ("potential_known_customers", 3),
        ("stress_top1_revenue_lost", 500.0), ("stress_top1_contribution_lost", 200.0),
        ("stress_top1_result", 0.4 * 800 - 300), ("stress_top1_months", 8.0),
        ("stress_top3_revenue_lost", 800.0), ("stress_top3_result", 0.4 * 500 - 300), ("stress_top3_months", 12.8),
        ("stress_group_revenue_lost", 500.0), ("segment_hhi", 10_000 * (500**2 + 380**2) / 880**2),
        ("segment_first_share", 500 / 1300), ("family_first_share", 650 / 1300),
    ],
)  # fmt: skip
def test_the_fixture_with_groups_pooled_codes_and_costs(found, id, value):
    assert found[f"concentration.{id}"].value == pytest.approx(value, abs=1e-9)


def test_trap_28_the_group_level_stands_beside_the_client_level(grouped):
    table = concentration(grouped).views.table
    assert list(table) == ["clients", "groups", "with_pools", "without_first"]
    for measure in ("top1_share", "top3_share", "top5_share", "top10_share", "hhi"):
        assert table.loc[measure, "groups"] >= table.loc[measure, "clients"]
    assert table.loc["customers"].tolist() == [5, 3, 6, 4]
    assert table.loc["top1_share", "without_first"] == 0.3


def test_trap_34_every_breakdown_adds_up_to_the_revenue_of_the_company(grouped):
    tables = concentration(grouped).breakdown.tables
    assert set(tables) == {"segment", "salesperson", "size", "family"}
    for table in tables.values():
        assert round(table.revenue.sum(), 2) == 1300.0
        assert round(table.revenue_n1.sum(), 2) == 900.0
        assert abs(table.share.sum() - 1) < 1e-12
    segment = tables["segment"].set_index("line").revenue
    assert segment[["blank", "pooled", "unassigned"]].to_dict() == {
        "blank": 120.0, "pooled": 200.0, "unassigned": 100.0,
    }  # fmt: skip


def test_a_group_is_not_sought_where_no_client_has_one():
    alone = Findings(company({"invoice_lines": lines()}))
    assert alone["concentration.hhi_group"].reason == "missing:group_id"
    assert alone["concentration.stress_group_result"].reason == "missing:group_id"
    assert alone["concentration.hhi_with_pools"].reason == "not_applicable"
    assert alone["concentration.zone_1_customers"].reason == "missing:potential_level"
    assert alone["concentration.stress_top3_result"].reason == "missing:variable_cost_rate"
    assert alone["concentration.margin_top1_share"].reason == "missing:cost"
    assert alone["salespeople.count"].reason == "missing:salesperson"


def test_few_clients_carry_their_caveat(found):
    assert found["concentration.gini"].caveat == "caveat.few_customers"
    assert found["concentration.gini"].n == 5


def test_client_totals_have_groups_and_losses_but_no_change():
    totals = pd.DataFrame({"customer_id": ["A", "B"], "revenue": [10.0, 5.0]})
    source = {
        "path": "customer_totals.parquet", "measures": ["revenue"],
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
    }  # fmt: skip
    folder = written({"customer_totals": totals})
    content = {"company": {"id": "t"}, "sources": {"customer_totals": source}}
    portfolio = Portfolio.of(make_params(content, folder=folder, where="test"))
    given = {item.id: item for item in results(portfolio)}
    assert given["concentration.stress_top3_revenue_lost"].value == 15.0
    assert given["concentration.top1_share_group_change"].reason
    assert given["concentration.ansoff_penetration_share"].reason == "missing:invoice_lines"
    assert given["salespeople.first_share"].reason == "missing:invoice_lines"


def test_an_incomplete_year_leaves_the_whole_section_unknown():
    portfolio = Portfolio.from_frames(invoice_lines=lines(), as_of=date(2026, 9, 30))
    given = [item for item in results(portfolio) if item.id.startswith(("concentration.", "salespeople."))]
    told = {item.id: item.reason for item in given}
    assert {told["concentration.hhi_group"], told["concentration.stress_top3_result"]} == {
        "period_incomplete"
    }
    assert told["concentration.family_hhi"] == told["salespeople.hhi"] == "period_incomplete"
    assert isinstance(salespeople(portfolio).table, Unknown)


# ---- margin --------------------------------------------------------------------------------------------


def costed(shares, known=None):
    """Give R6 the cost of each client as a share of its revenue."""
    frame = lines()
    rates = frame.customer_id.map(shares)
    frame["cost"] = [
        None if pd.isna(rate) else f"{float(amount) * rate:.2f}"
        for amount, rate in zip(frame.amount_ht, rates, strict=True)
    ]
    return Findings(company({"invoice_lines": frame}))


def test_the_first_client_by_revenue_may_be_small_in_margin():
    found = costed({"A": 0.98, "B": 0.5, "C": 0.5, "D": 0.5, "E": 0.5, "F": 0.5})
    margin = 10.0 + 250.0
    assert found["concentration.top1_margin_share"].value == pytest.approx(10 / margin, abs=2e-3)
    assert found["concentration.margin_top1_share"].value == pytest.approx(75 / margin, abs=2e-3)
    assert found["concentration.stress_top1_margin_lost"].value == pytest.approx(10.0, abs=0.1)


def test_a_share_of_margin_is_refused_when_too_little_revenue_has_a_cost():
    found = costed({"A": 0.5, "B": None, "C": None, "D": 0.5, "E": 0.5, "F": None})
    assert found["concentration.margin_top1_share"].reason == "unreliable:cost_coverage"
    assert found["concentration.top1_margin_share"].reason == "unreliable:cost_coverage"


# ---- salespeople ---------------------------------------------------------------------------------------


def test_salespeople_are_ranked_by_revenue_quantity_types_and_margin(grouped):
    frame = lines()
    frame["qty"] = [f"{3 if client in 'BC' else 1}" for client in frame.customer_id]
    frame["cost"] = [f"{float(amount) * (0.99 if client == 'A' else 0.1):.2f}"
                     for amount, client in zip(frame.amount_ht, frame.customer_id, strict=True)]  # fmt: skip
    clients = sheet(salesperson=["Ann", "Bob", "Bob", "Bob", "Ann", None])
    portfolio = company({"invoice_lines": frame, "customers": clients})
    team = salespeople(portfolio)
    ann, bob, nobody = (row for _, row in team.table.iterrows())
    assert (ann.salesperson, ann.customers, ann.active, ann.revenue) == ("Ann", 2, 2, 620.0)
    assert (bob.salesperson, bob.customers, bob.active, bob.revenue) == ("Bob", 3, 2, 300.0)
    assert nobody.is_blank and nobody.revenue == 80.0
    assert (ann.quantity, bob.quantity) == (24.0, 72.0)
    assert (ann.product_types, bob.product_types) == (2, 2)
    assert (ann.rank_revenue, ann.rank_quantity, ann.rank_product_types, ann.rank_margin) == (1, 2, 1, 2)
    assert (bob.rank_change_quantity, bob.rank_change_product_types, bob.rank_change_margin) == (1, 1, 1)
    given = {item.id: item.value for item in team.findings}
    assert given["salespeople.count"] == 2 and given["salespeople.rank_moves"] == 2
    assert given["salespeople.unassigned_share"] == 0.08


def test_sales_follow_the_salesperson_of_the_line_and_portfolios_the_client():
    frame = lines().assign(salesperson=None, qty="1", cost="0")
    frame["salesperson"] = frame.salesperson.astype("object")
    mine = (frame.customer_id == "A") & (frame.invoice_date >= "2025")
    frame.loc[mine & (frame.invoice_date < "2025-07"), "salesperson"] = "Cyd"
    clients = sheet(salesperson=["Ann", "Bob", "Bob", "Bob", "Ann", None])
    table = salespeople(company({"invoice_lines": frame, "customers": clients})).table.set_index(
        "salesperson"
    )
    assert table.revenue[["Ann", "Bob", "Cyd"]].tolist() == [
        369.98,
        300.0,
        250.02,
    ]  # for Ann, E (120) and the rest of A
    assert table.margin["Cyd"] == 250.02 and table.quantity["Cyd"] == 6
    assert table.orders[["Ann", "Cyd"]].tolist() == [18, 6] and table.product_types["Cyd"] == 1
    assert table.customers[["Ann", "Bob", "Cyd"]].tolist() == [2, 3, 0]
    assert table.active[["Ann", "Bob", "Cyd"]].tolist() == [2, 2, 1]
    assert round(table.revenue.sum(), 2) == 1000.0


def test_the_breakdown_by_salesperson_is_that_of_the_table_of_salespeople_and_adds_up():
    """Ann has the client, Cyd made half of its sales of the year and Bob one of the year before."""
    frame = lines().assign(salesperson=None)
    frame["salesperson"] = frame.salesperson.astype("object")
    mine = frame.customer_id == "A"
    frame.loc[mine & frame.invoice_date.between("2025-01", "2025-07"), "salesperson"] = "Cyd"
    frame.loc[mine & frame.invoice_date.between("2024-01", "2024-02"), "salesperson"] = "Bob"
    clients = sheet(salesperson=["Ann", "Bob", "Bob", "Bob", "Ann", None])
    portfolio = company({"invoice_lines": frame, "customers": clients})
    found = concentration(portfolio).breakdown.tables["salesperson"].set_index("segment")
    told = salespeople(portfolio).table.set_index("salesperson")
    for name in ("customers", "active", "revenue"):
        assert (
            found[name].dropna()[["Ann", "Bob", "Cyd"]].tolist() == told[name][["Ann", "Bob", "Cyd"]].tolist()
        )
    assert found.revenue["Cyd"] == 250.02 and found.revenue_n1["Cyd"] == 0
    of_a = frame[mine & frame.invoice_date.between("2024-01", "2024-02")].amount_ht.astype(float).sum()
    by_client = frame.customer_id.map(dict(zip(clients.customer_id, clients.salesperson, strict=True)))
    year = frame.invoice_date.between("2024-01-01", "2024-12-31")
    of_bob = frame[year & (by_client == "Bob")].amount_ht.astype(float).sum()
    assert of_a > 0 and found.revenue_n1["Bob"] == round(of_bob + of_a, 2)
    years = portfolio.windows
    assert round(found.revenue.sum(), 2) == portfolio.total_revenue(years.n)
    assert round(found.revenue_n1.sum(), 2) == portfolio.total_revenue(years.n1)
    assert round(found.share.sum(), 9) == 1


def test_lines_alone_give_each_sale_to_who_made_it():
    rows = [("F0", "C1", "2024-01-02", "1", "Ann"), ("F1", "C1", "2025-03-01", "900", "Ann"),
            ("F2", "C1", "2025-12-31", "100", "Bob")]  # fmt: skip
    frame = pd.DataFrame(
        rows, columns=["invoice_id", "customer_id", "invoice_date", "amount_ht", "salesperson"]
    )
    table = salespeople(company({"invoice_lines": frame})).table.set_index("salesperson")
    assert table.revenue.to_dict() == {"Ann": 900.0, "Bob": 100.0}


def test_lines_after_the_date_say_neither_name_nor_salesperson():
    frame = lines().assign(salesperson="Ann", customer_name="Before")
    later = frame.tail(1).assign(
        invoice_id="L", invoice_date="2026-02-01", salesperson="Bob", customer_name="After"
    )
    portfolio = company({"invoice_lines": pd.concat([frame, later], ignore_index=True)})
    client = later.customer_id.iloc[0]
    assert portfolio.customers.loc[client, ["name", "salesperson"]].tolist() == ["Before", "Ann"]
    assert portfolio.at(date(2026, 2, 28)).customers.loc[client, "salesperson"] == "Bob"


@pytest.mark.parametrize(
    ("amount", "reason"), [(-700.0, "unreliable:unidentified"), (-250.0, None), (-10.0, None)]
)
def test_credit_notes_without_client_weigh_as_much_as_sales_without_client(amount, reason):
    found = Findings(company({"invoice_lines": lines(("U1", None, "2025-06-02", amount))}))
    assert found["concentration.hhi"].reason == reason
    assert found["quality.revenue_unassigned_share"].value == pytest.approx(-amount / (1000 + amount))
    assert ("caveat.unassigned" in (found["concentration.hhi"].caveat or "")) == (amount == -250.0)


def test_metres_and_boxes_are_not_added_up():
    frame = lines().assign(qty="1")
    frame["unit"] = ["m" if client == "A" else "box" for client in frame.customer_id]
    clients = sheet(salesperson=["Ann", "Bob", "Bob", "Bob", "Ann", None])
    team = salespeople(company({"invoice_lines": frame, "customers": clients}))
    assert team.absent["quantity"] == Unknown("unreliable:mixed_units")
    assert "rank_quantity" not in team.table and "rank_product_types" in team.table


# ---- history, winning back, new families ----------------------------------------------------------------


def test_each_complete_year_has_its_indices(grouped):
    years = concentration(grouped).views.years
    assert years.year.tolist() == [date(year, 12, 31) for year in range(2021, 2026)]
    assert years.top1_share.round(4).tolist() == [0.4444] * 4 + [0.5]
    assert years.active.tolist() == [5] * 5


def test_a_former_client_whose_group_still_buys_is_said_so():
    clients = sheet(group_id=["G", None, None, "G", None, None])
    winback = concentration(company({"invoice_lines": lines(), "customers": clients})).winback
    assert winback.index.tolist() == ["D"] and winback.group_buys.tolist() == [True]
    assert winback.recency_days.tolist() == [381]
    assert winback.best_12m.tolist() == [100.0]


def test_revenue_of_new_clients_and_new_families():
    found = Findings(company({"invoice_lines": lines()}))
    assert found["concentration.ansoff_penetration_share"].value == 0.8
    assert found["concentration.ansoff_diversification_share"].value == 0.12  # E is new and so is its family
    assert found["concentration.ansoff_new_products_share"].value == 0.0
    short = lines()
    young = Findings(company({"invoice_lines": short[short.invoice_date >= "2023-01-01"]}))
    assert young["concentration.ansoff_penetration_share"].reason == "history_short"
    bare = Findings(company({"invoice_lines": lines(family=False)}))
    assert bare["concentration.ansoff_penetration_share"].reason == "missing:family_or_activity"
    services = lines().rename(columns={"family": "activity"})
    said = Findings(company({"invoice_lines": services}))
    assert said["concentration.ansoff_penetration_share"].value == 0.8, "activities stand for families"
    assert said["concentration.ansoff_diversification_share"].value == 0.12


# ---- chapter 20 -----------------------------------------------------------------------------------------


def chapter(portfolio, lang="fr"):
    _desks[:] = [Desk(portfolio, lang)]
    return concentration(portfolio)


def heads(table):
    return [column.label for column in table.columns]


def words(thing):
    return thing._repr_mimebundle_()["text/plain"]


def of_one_year():
    rows = lines()
    return company({"invoice_lines": rows[rows.invoice_date >= "2025-01-01"]})


def test_trap_36_with_one_year_of_history_former_clients_are_unknown_not_none():
    portfolio = of_one_year()
    found = Findings(portfolio)
    for name in ("winback_customers", "winback_revenue", "winback_insolvent"):
        assert found[f"concentration.{name}"].value is None
        assert found[f"concentration.{name}"].reason == "history_short"
    weights = chapter(portfolio)
    assert isinstance(note("concentration.winback"), Notice) and isinstance(winback_table(weights), Notice)
    assert "trop court" in winback_table(weights).reason


def test_no_former_client_is_said_in_words_and_some_are_counted():
    kept = lines()
    kept = kept[kept.customer_id != "D"]
    chapter(company({"invoice_lines": kept}))
    assert words(note("concentration.winback")) == "Aucun ancien client à reconquérir."
    chapter(company({"invoice_lines": kept}), "en")
    assert words(note("concentration.winback")) == "No former client to win back."
    chapter(company({"invoice_lines": lines()}))
    assert words(note("concentration.winback")).startswith("1\u00a0ancien client n’a rien apporté en N")


def test_the_largest_clients_have_a_rank_a_change_in_euros_and_a_number_set_by_the_parameters(grouped):
    table = top_table(chapter(grouped))
    assert heads(table)[:5] == ["Client", "Rang", "CA N", "Variation", "Évolution"]
    assert [cell.text for cell in table.rows[0]][:4] == ["A", "1", "500\u00a0€", "100\u00a0€"]
    assert [row[1].text for row in table.rows] == ["1", "2", "2", "4", "5"]
    limits = {"concentration": {"shown": "2"}}
    table = top_table(chapter(company({"invoice_lines": lines()}, thresholds=limits)))
    assert len(table.rows) == 2 and table.rest == 3
    alone = heads(top_table(chapter(of_one_year())))
    assert "Variation" not in alone and "Évolution" not in alone, "no column of dashes"


def test_clients_whose_class_depends_on_the_rule_are_named(grouped):
    table = moved_table(chapter(grouped))
    assert [[cell.text for cell in row] for row in table.rows] == [["F", "80\u00a0€", "B", "C"]]


def test_a_share_of_the_whole_revenue_says_so(grouped):
    weights = chapter(grouped)
    for table in (stress_table(weights), segment_table(weights, "segment"), segment_table(weights, "family")):
        assert "Part du CA total" in heads(table) and "Part" not in heads(table)
    assert "Part du CA total" not in heads(top_table(weights))


def test_what_needs_costs_is_left_out_and_the_line_of_the_parameters_is_given(grouped):
    bare = company({"invoice_lines": lines()})
    table = stress_table(chapter(bare))
    assert heads(table) == ["Scénario", "CA perdu", "Part du CA total"]
    assert "economics: {variable_cost_rate: 0.60, fixed_costs: 300000}" in table.note
    half = stress_table(
        chapter(company({"invoice_lines": lines()}, economics={"variable_cost_rate": "0.60"}))
    )
    assert "Contribution perdue" in heads(half) and "Résultat restant" not in heads(half)
    assert "economics: {fixed_costs: 300000}" in half.note
    assert stress_table(chapter(grouped)).note == ""


@pytest.mark.parametrize(("lang", "month"), [("fr", "décembre 2021"), ("en", "December 2021")])
def test_months_are_in_the_language_of_the_report_not_of_the_company(grouped, lang, month):
    weights = chapter(grouped, lang)
    assert years_table(weights).rows[0][0].text == month
    assert month in history_figure(weights).alt


def test_a_ranking_of_ties_is_dropped_and_the_title_counts_as_the_table_does():
    names = dict(zip("ABCDEF", ["Ann", "Bob", "Cid", "Dan", "Eve", "Fay"], strict=True))
    clients = sheet(salesperson=[names[code] for code in "ABCDEF"])
    rows = lines().assign(family="Bolts", qty="1")
    purpose = {"salesperson_comparison_purpose": "Répartir les portefeuilles"}
    portfolio = company({"invoice_lines": rows, "customers": clients}, privacy=purpose)
    chapter(portfolio)
    team = salespeople(portfolio)
    assert team.table.rank_product_types.dropna().nunique() <= 2, "all sell the one family"
    shown = rankings_table(team)
    assert not isinstance(shown, Table) or "Types de produits" not in heads(shown)
    uneven = team.table.assign(rank_quantity=[1, 3, 2, 4, 5, 6][: len(team.table)])
    uneven["rank_change_quantity"] = uneven.rank_revenue - uneven.rank_quantity
    uneven = type(team)(uneven, team.absent, [])
    moved = sum("(" in row[2].text for row in rankings_table(uneven).rows[:])
    assert heads(rankings_table(uneven)) == ["Commercial", "CA", "Quantité"]
    assert rankings_figure(uneven).title.startswith(f"D’un classement à l’autre, {moved} commerciaux")


def test_the_published_table_is_done_again():
    """Ten clients of a French course of management (BTS): cumulative 42.04 ... 100, HHI 3273.8, Gini 0.6558."""
    chapter(of_one_year())
    table = worked_table()
    assert [row[3].text for row in (table.rows[0], table.rows[-1])] == ["42,0\u00a0%", "100,0\u00a0%"]
    assert "3\u202f273,8" in table.note and "0,6558" in table.note and "0,047\u00a0%" in table.note


def test_tables_of_one_cell_stand_one_under_the_other(grouped):
    weights = chapter(grouped)
    both = together(moved_table(weights), segment_table(weights, "region"))
    html = both._repr_mimebundle_()["text/html"]
    assert html.index("<table") < html.index("cc-notice") and not is_notice(html)
    assert is_notice(together(segment_table(weights, "region"), segment_table(weights, "activity")).html())


def test_equal_revenues_stand_in_the_order_in_which_they_are_cumulated():
    rows = [("F1", "C1", "Zed", "2025-06-30", "600"), ("F2", "C2", "Alpha", "2025-06-30", "600")]
    rows += [(f"M{month}", "C3", "Mid", f"2025-{month:02d}-05", "50") for month in range(1, 13)]
    rows += [("F4", "C4", "Low", "2025-07-01", "40")]
    lines = pd.DataFrame(
        rows, columns=["invoice_id", "customer_id", "customer_name", "invoice_date", "amount_ht"]
    )
    ranking = concentration(Portfolio.from_frames(lines, as_of=date(2025, 12, 31), company="ties")).ranking
    assert ranking.cumulative_share.is_monotonic_increasing
    assert ranking.revenue_n.tolist() == [600.0, 600.0, 600.0, 40.0]


def test_a_client_that_bought_since_the_fiscal_year_is_not_to_be_won_back(tmp_path):
    """D is in June, N ended in December: who came in March has not left."""
    lines = ["F;C;D;M"] + [
        f"A{year}{month};C1;10/{month:02d}/{year};100,00"
        for year in (2022, 2023, 2024)
        for month in range(1, 13)
    ]
    lines += ["B1;C9;15/03/2025;5000,00", "B2;GONE;15/03/2023;700,00", "B3;C1;20/06/2025;1,00"]
    (tmp_path / "v.csv").write_text("\n".join(lines) + "\n")
    columns = {"invoice_id": "F", "customer_id": "C", "invoice_date": "D", "amount_ht": "M"}
    content = {
        "company": {"id": "fiscal"}, "period": {"as_of": "2025-06-30", "basis": "fiscal"},
        "sources": {"invoice_lines": {"path": "v.csv", "columns": columns}},
    }  # fmt: skip
    found = concentration(Portfolio.of(make_params(content, folder=tmp_path, where="fiscal.yml")))
    assert found.winback.index.tolist() == ["GONE"]
