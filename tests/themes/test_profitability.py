"""From lines, exchanges and pools to profitability: each unit of work is charged once, and what is missing says so."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from capclient import datasets, notebook
from capclient.frames import written
from capclient.notebook.desk import Desk, _desks
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import Findings, concentration, customers, profitability
from capclient.themes.effort import effort
from capclient.themes.service_drivers import _joined, drivers_of
from capclient.vocabulary import Unknown, finding_specs

AS_OF = date(2025, 12, 31)
POOLS = {"visite": {"amount": "1000", "capacity": "10"}, "commande": {"amount": "300", "capacity": "10"}}


def lines(cost=True):
    """Two covered years: A sells well, B at a loss, C is served and gone; X buys a little every month."""
    rows = [
        (f"X{year}{month}", "X", f"{year}-{month:02d}-{day}", "P0", "F0", 1, 10.0, 6.0)
        for year, days in ((2024, {1: "01"}), (2025, {12: "31"}))
        for month in range(1, 13)
        for day in [days.get(month, "15")]
    ]
    rows += [
        ("A1", "A", "2024-05-02", "P1", "F1", 10, 1000.0, 600.0),
        ("A2", "A", "2025-05-02", "P1", "F1", 10, 1100.0, 700.0),
        ("B1", "B", "2024-06-02", "P2", "F1", 4, 400.0, 300.0),
        ("B2", "B", "2025-06-02", "P2", "F1", 5, 450.0, 500.0),
        ("C1", "C", "2024-07-02", "P1", "F1", 1, 100.0, 60.0),
    ]
    columns = ["invoice_id", "customer_id", "invoice_date", "product", "family", "qty", "amount_ht", "cost"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame if cost else frame.drop(columns="cost")


def talks(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "date", "type", "cost", "hours"])


TALKS = talks(
    ("A", "2025-03-01", "visit", None, 1.0), ("A", "2025-09-01", "visit", None, 1.0),
    ("C", "2025-03-02", "visit", None, 3.0), ("PROSPECT", "2025-04-02", "visit", None, 1.0),
    ("B", "2025-03-03", "visit", "75.00", 2.0), ("A", "2024-03-01", "visit", None, 9.0),
    ("B", "2025-03-04", "claim", None, 4.0),
)  # fmt: skip


def company(tables, **economics):
    folder = written(tables)
    content = {
        "company": {"id": "p"},
        "sources": {name: f"{name}.parquet" for name in tables},
        "period": {"as_of": AS_OF.isoformat()},
        "economics": economics,
    }
    return Portfolio.of(make_params(content, folder=folder, where="test"))


@pytest.fixture(scope="module")
def served():
    return company({"invoice_lines": lines(), "interactions": TALKS}, cost_pools=POOLS, fixed_costs="1000")


def value(portfolio, id):
    return Findings(portfolio)[f"margin.{id}"].value


def reason(portfolio, id):
    return Findings(portfolio)[f"margin.{id}"].reason


def test_margin_is_revenue_less_cost_of_the_year(served):
    assert value(served, "gross") == 1100 - 700 + 450 - 500 + 12 * 4
    assert value(served, "coverage") == 1
    assert value(served, "gross_rate") == pytest.approx(398 / 1670)


def test_each_unit_of_work_is_charged_once(served):
    own = profitability(served).service
    assert own.costs.visit.to_dict() == {"A": 200.0, "B": 75.0, "C": 100.0, "X": 0.0}
    assert own.costs.order.to_dict() == {"A": 30.0, "B": 30.0, "C": 0.0, "X": 300.0 * 12 / 10}
    visit = own.activities.set_index("activity").loc["visit"]
    # the exchange with a cost of its own takes nothing from the pool; the prospect's visit is nobody's
    assert (visit.charged, visit.outside, visit.unused) == (375.0, 100.0, 600.0)
    assert "claim" not in own.costs  # counted, and of no known cost
    assert own.quantities.claim["B"] == 1


def test_unused_capacity_stands_apart_and_overuse_is_said(served):
    assert value(served, "unused_capacity") == 600.0
    assert value(served, "overused_activities") == 1  # fourteen orders for a capacity of ten
    assert value(served, "service_outside") == 100.0


def test_net_margin_names_who_destroys_and_why(served):
    net = profitability(served).net
    assert net.customers.net_margin.to_dict() == {"A": 170.0, "B": -155.0, "C": -100.0, "X": 48.0 - 360.0}
    assert net.customers.cause[["B", "C", "X"]].tolist() == ["sold_at_a_loss", "visit", "order"]
    assert net.curve.index.tolist() == ["A", "C", "B", "X"]
    assert value(served, "whale_destroyers") == 3 and value(served, "whale_makers") == 1
    assert reason(served, "whale_peak_share") == "denominator_zero"  # the whole earns nothing: euros only
    assert value(served, "net") == 398 - 795
    assert value(served, "fixed_cost_cover") == pytest.approx(-0.397)


def test_hours_pay_for_what_nothing_else_has_paid_for():
    pools = {"visite": POOLS["visite"], "heures": {"amount": "500", "capacity": "10"}}
    own = profitability(company({"invoice_lines": lines(), "interactions": TALKS}, cost_pools=pools)).service
    assert own.costs.hour.to_dict() == {"A": 0.0, "B": 200.0, "C": 0.0, "X": 0.0}  # four hours of claim at 50
    assert own.hours["A"] == 2


def sheet(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "activity", "driver_qty", "unit_cost", "period"])


SAID = sheet(
    ("A", "Visites", "12", "150.00", "2025"), ("A", "appel", "40", "20.00", "2025-06"),
    ("A", "commande", "100", "15.00", None), ("A", "Réclamation", "5", "80.00", "2025"),
    ("A", "visite", "9", "150.00", "2024"), ("A", "visite", "3", "150.00", "l'an dernier"),
    ("A", "visite", None, "150.00", "2025"),
)  # fmt: skip


def test_a_sheet_of_drivers_speaks_for_the_clients_and_activities_of_its_rows(served):
    tables = {"invoice_lines": lines(), "interactions": TALKS, "cost_to_serve": SAID}
    own = profitability(company(tables, cost_pools=POOLS)).service
    assert own.customers.cost_to_serve["A"] == 4500.0  # neither its visits nor its orders count a second time
    assert own.ignored == 1
    # nobody else loses a cost because of a row that does not name it
    alone = profitability(served).service.customers.cost_to_serve
    others = own.customers.cost_to_serve.drop("A")
    assert others["B"] == alone["B"] == 105.0 and others["C"] == alone["C"] == 100.0
    assert others["X"] == alone["X"] == 360.0


def test_a_row_of_one_month_leaves_the_other_months_as_they_are_recorded():
    """A is visited in March and September and orders in May: the sheet speaks of March alone."""
    tables = {"invoice_lines": lines(), "interactions": TALKS}
    tables["cost_to_serve"] = sheet(
        ("A", "visite", "2", "10.00", "2025-03"), ("A", "commande", "1", "7.00", "2025-03")
    )
    own = profitability(company(tables, cost_pools=POOLS)).service
    assert own.costs.visit["A"] == 20.0 + 100.0 and own.costs.order["A"] == 7.0 + 30.0
    tables["cost_to_serve"] = sheet(
        ("A", "visite", "2", "10.00", "2025-09"), ("A", "commande", "1", "7.00", "2025-05")
    )
    own = profitability(company(tables, cost_pools=POOLS)).service
    assert own.costs.visit["A"] == 20.0 + 100.0 and own.costs.order["A"] == 7.0
    tables["cost_to_serve"] = sheet(("A", "visite", "0", "10.00", "2025"), ("A", "commande", "0", "7.00", ""))
    own = profitability(company(tables, cost_pools=POOLS)).service
    assert own.costs.visit["A"] == own.costs.order["A"] == 0.0  # none, somebody says so


def test_a_row_that_nothing_can_price_hides_no_cost_that_is_recorded():
    tables = {"invoice_lines": lines(), "cost_to_serve": sheet(("A", "visite", "2", None, "2025"))}
    tables["interactions"] = pd.DataFrame(
        {
            "customer_id": ["A", "A"],
            "date": ["2025-03-05", "2025-03-06"],
            "type": ["visit"] * 2,
            "cost": [500.0, 300.0],
        }
    )
    own = profitability(company(tables, cost_pools={"commande": POOLS["commande"]})).service
    assert own.costs.visit["A"] == 800.0


def test_a_month_inside_a_year_takes_its_documents_away_once():
    tables = {"invoice_lines": lines()}
    pools = {"facture": {"amount": "300", "capacity": "10"}}
    told = []
    for rows in ([("2024-07", "1")], [("2024-07", "1"), ("2025-03", "1")], [("2025", "9"), ("2025-03", "1")]):
        tables["cost_to_serve"] = sheet(*(("A", "facture", many, "0", when) for when, many in rows))
        drivers = drivers_of(company(tables, cost_pools=pools))[0]
        mine = drivers[drivers.customer_id.eq("A") & drivers.source.eq("ledger")]
        told.append(mine.qty.sum())
    assert told[2] == 0.0 and told[0] >= told[1] > 0.0
    marked = pd.DataFrame({"customer_id": "A", "activity": "invoice",
                           "first": pd.to_datetime(["2025-01-01", "2025-06-01", "2026-01-01"]),
                           "last": pd.to_datetime(["2025-12-31", "2025-06-30", "2026-01-31"])})  # fmt: skip
    assert len(_joined(marked)) == 2


def test_a_pool_that_nobody_measured_is_said_and_not_charged():
    own = profitability(company({"invoice_lines": lines()}, cost_pools={"visite": POOLS["visite"]})).service
    assert own.reason == Unknown("missing:interactions") and own.uncounted == ("visit",)


def test_the_money_a_client_owes_has_a_cost():
    items = pd.DataFrame(
        {
            "item_id": ["1"],
            "customer_id": ["A"],
            "date": ["2025-07-01"],
            "amount": ["1200.00"],
            "kind": ["invoice"],
        }
    )
    own = profitability(
        company({"invoice_lines": lines(), "receivable_items": items}, credit_rate="0.10")
    ).service
    assert own.costs.credit["A"] == 60.0  # 1,200 owed for six month ends out of twelve, at 10 %


def test_without_costs_the_chapter_keeps_credit_notes_and_effort():
    back = pd.DataFrame(
        [("AV", "A", "2025-08-01", "P1", "F1", -1, -60.0), ("R", "B", "2025-08-02", "P2", "F1", 1, 100.0),
         ("R", "B", "2025-08-02", "P2", "F1", 0, -10.0)],
        columns=["invoice_id", "customer_id", "invoice_date", "product", "family", "qty", "amount_ht"],
    )  # fmt: skip
    bare = company({"invoice_lines": pd.concat([lines(cost=False), back]), "interactions": TALKS})
    assert reason(bare, "gross") == reason(bare, "whale_peak_share") == "missing:cost"
    assert (value(bare, "reductions"), value(bare, "rebates")) == (70.0, 10.0)
    assert value(bare, "reductions_rate") == pytest.approx(70 / (1670 + 100))
    assert value(bare, "high_reduction_customers") == 1  # B gives back 10 of 550, A 60 of 1,100
    assert value(bare, "visits") == 4 and profitability(bare).effort.basis == "revenue"
    assert reason(bare, "margin_per_visit") == "missing:cost"


def test_costs_of_less_than_seventy_percent_give_no_margin():
    partly = lines()
    partly.loc[partly.customer_id == "A", "cost"] = np.nan
    poor = company({"invoice_lines": partly})
    assert reason(poor, "gross") == "unreliable:cost_coverage" and value(poor, "coverage") == pytest.approx(
        570 / 1670
    )
    assert (
        value(company({"invoice_lines": lines()}), "whale_makers") == 2
    )  # gross margin, for want of service


def test_credit_notes_without_cost_leave_the_margin_and_are_told():
    back = pd.DataFrame(
        [("AV", "A", "2025-08-01", -100.0)],
        columns=["invoice_id", "customer_id", "invoice_date", "amount_ht"],
    )
    told = company({"invoice_lines": pd.concat([lines(), back])})
    assert value(told, "gross") == 398 and value(told, "bare_credit_notes") == 100
    assert Findings(told)["margin.gross"].caveat == "caveat.bare_credit_notes"
    assert value(told, "coverage") < 1


def test_a_deposit_is_no_revenue_and_has_no_margin():
    down = pd.DataFrame(
        [("D", "A", "2025-08-01", 500.0, 100.0, "deposit")],
        columns=["invoice_id", "customer_id", "invoice_date", "amount_ht", "cost", "doc_type"],
    )
    assert value(company({"invoice_lines": pd.concat([lines(), down])}), "gross") == 398


def test_the_causes_of_the_margin_close_to_the_cent(served):
    bars = profitability(served).erosion.bars
    assert bars.iloc[1:-1].sum() == pytest.approx(bars.closing - bars.opening, abs=1e-9)
    assert bars.price == 100 + (90 - 100) * 5 and bars.cost == -100 - 5 * (100 - 75)
    assert bars.customers == -40  # C bought in N-1 only


def test_middle_clients_are_profitable_promising_and_held_by_nothing():
    rows = [
        (
            f"{name}{year}{month}",
            name,
            f"{year}-{month:02d}-{'01' if month < 12 else '31'}",
            amount,
            amount * 0.6,
        )
        for year in (2024, 2025)
        for month in range(1, 13)
        for name, amount in (("BIG", 800.0), ("MID", 100.0), ("MID2", 60.0), ("TINY", 20.0))
    ]
    ledger = pd.DataFrame(rows, columns=["invoice_id", "customer_id", "invoice_date", "amount_ht", "cost"])
    sheet = pd.DataFrame({"customer_id": ["BIG", "MID", "MID2", "TINY"], "potential_level": "élevé"})
    seen = talks(("MID", "2025-06-01", "visit", None, 1.0), ("MID2", "2025-12-01", "call", None, 1.0))
    found = company({"invoice_lines": ledger, "customers": sheet, "interactions": seen})
    unsecured = profitability(found).effort.unsecured
    assert unsecured.index.tolist() == ["MID"] and value(found, "unsecured_customers") == 1
    held = pd.DataFrame(
        {"contract_id": ["K"], "customer_id": ["MID"], "start": ["2025-01-01"], "end": ["2026-12-31"]}
    )
    tables = {"invoice_lines": ledger, "customers": sheet, "interactions": seen, "contracts": held}
    assert value(company(tables), "unsecured_customers") == 0


def test_the_table_of_clients_subtracts_what_it_shows(served):
    table = customers(served).set_index("customer_id")
    assert (table.gross_margin - table.cost_to_serve).tolist() == table.net_margin.tolist()
    names = ["gross_margin", "gross_margin_rate", "cost_to_serve", "net_margin", "net_margin_rate"]
    at = table.columns.get_loc("gross_margin")
    assert table.columns[at : at + 5].tolist() == names


def test_dependency_is_on_net_margin_where_it_is_known(served):
    theme = concentration(served).dependency
    assert (
        theme.basis == "net"
        and theme.margins.margin["A"] == 170.0
        and theme.margins.gross_margin["A"] == 400.0
    )
    assert "caveat.net_basis" in (Findings(served)["concentration.margin_top1_share"].caveat or "")
    gross = company({"invoice_lines": lines()})
    assert concentration(gross).dependency.basis == "gross"


def test_every_finding_is_there_whatever_is_missing():
    found = profitability(company({"invoice_lines": lines(cost=False)})).findings
    assert {item.id for item in found} == {id for id in finding_specs() if id.startswith("margin.")}
    assert all((item.value is None) == (item.reason is not None) for item in found)


PLAIN = """
SELECT customer_id, sum(amount_ht) AS revenue, sum(cost) AS cost FROM {invoice_lines}
WHERE coalesce(accounting_date, invoice_date) BETWEEN $start AND $end AND cost IS NOT NULL
      AND coalesce(doc_type, '') <> 'deposit' GROUP BY customer_id
"""


@pytest.fixture(scope="module", params=["grossiste", "services"])
def simulated(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    datasets.write_company(request.param, folder)
    return Portfolio.open(folder / f"{request.param}.yml")


def test_margins_and_erosion_are_those_of_plain_sql(simulated):
    years = simulated.windows
    now, before = (
        simulated.ledger.frame(PLAIN, {"start": year.start, "end": year.end})
        .set_index("customer_id")
        .astype(float)
        for year in (years.n, years.n1)
    )
    margin, past = now.revenue - now.cost, before.revenue - before.cost
    theme = profitability(simulated)
    assert value(simulated, "gross") == pytest.approx(margin.sum(), abs=0.005)
    own = theme.margins.customers.gross_margin
    pd.testing.assert_series_equal(
        own[own.index.isin(now.index)],
        margin.reindex(own.index).dropna(),
        check_names=False,
        atol=0.005,
        rtol=0,
    )
    kept = now.index.intersection(before.index)
    weight = now.revenue[kept] / now.revenue.sum()
    rate = (weight * (margin[kept] / now.revenue[kept] - past[kept] / before.revenue[kept]))[
        (now.revenue[kept] > 0) & (before.revenue[kept] > 0)
    ].sum()
    change = margin.sum() / now.revenue.sum() - past.sum() / before.revenue.sum()
    assert theme.erosion.whole.rate == pytest.approx(rate, abs=1e-12)
    assert theme.erosion.whole.mix == pytest.approx(change - rate, abs=1e-12)


def test_pools_of_the_demo_are_charged_outside_or_unused(simulated):
    table = profitability(simulated).service.activities
    if table.empty:
        pytest.skip("no cost to serve in this company")
    sheet = table[table.pool.notna() & (table.source != "several") & (table.over == 0)]
    assert len(sheet) >= 5
    np.testing.assert_allclose(sheet.charged + sheet.outside + sheet.unused, sheet.pool, atol=1e-6)
    costs = profitability(simulated).service.costs
    assert costs.sum().sum() == pytest.approx(table.charged.sum(), abs=0.01)


@pytest.fixture
def desks():
    before = list(_desks)

    def put(portfolio, lang="fr"):
        _desks[:] = [Desk(portfolio, lang)]
        return portfolio

    yield put
    _desks[:] = before


def wasteful(**more):
    """BIG brings nearly everything and is never visited; twenty small clients of Ann get one to twenty visits."""
    rows = [(f"B{year}{month}", "BIG", f"{year}-{month:02d}-15", 10_000.0)
            for year in (2023, 2024, 2025) for month in range(1, 13)]  # fmt: skip
    rows += [(f"S{n}", f"S{n:02d}", "2025-03-01", 10.0) for n in range(1, 21)] + [
        ("E", "BIG", "2025-12-31", 1.0)
    ]
    frame = pd.DataFrame(rows, columns=["invoice_id", "customer_id", "invoice_date", "amount_ht"])
    seen = talks(*((f"S{n:02d}", f"2025-{1 + at % 12:02d}-02", "visit", None, 1.0)
                   for n in range(1, 21) for at in range(n)))  # fmt: skip
    return company({"invoice_lines": frame.assign(salesperson="Ann"), "interactions": seen, **more})


def test_over_visited_clients_are_ranked_by_what_their_visits_too_many_cost(desks):
    costs = pd.DataFrame({"salesperson": ["Ann"], "cost_per_visit": ["150"]})
    portfolio = desks(wasteful(targets=costs))
    table = effort(portfolio).customers
    deserved = 210 * 10 / (120_001 + 200)  # the visits that ten euros of revenue deserve
    assert table.visits_beyond["S20"] == pytest.approx(20 - deserved)
    assert table.beyond_cost["S20"] == pytest.approx(150 * (20 - deserved), abs=0.01)
    assert round(table.visits_beyond.sum(), 6) == 0
    (shown,) = notebook.visits_table(profitability(portfolio)).answers
    assert [row[0].text for row in shown.rows] == [f"S{n:02d}" for n in range(20, 5, -1)]
    said = shown.html()
    assert "5 autres lignes" in said and "31\u202f448\u00a0€ de visites de trop" in said


def test_without_the_cost_of_a_visit_the_most_wasted_visits_come_first(desks):
    (shown,) = notebook.visits_table(profitability(desks(wasteful()))).answers
    heads = [column.label for column in shown.columns]
    assert "Visites de trop" in heads and "Leur coût" not in heads
    assert "Valeur" not in heads and "CA N" in heads  # a value without costs is revenue, and says so
    assert [row[0].text for row in shown.rows][:2] == ["S20", "S19"]


ORDERS = [
    ("F1", "A", "2025-01-10", "O1", 100), ("F1", "A", "2025-01-10", "O2", 50),  # one invoice of two orders
    ("F2", "A", "2025-02-10", "O2", 50), ("F3", "A", "2025-03-10", None, 10),  # O2 in two deliveries
    ("F4", "A", "2024-12-20", "O4", 10), ("F5", "A", "2025-01-05", "O4", 10),  # begun the year before
]  # fmt: skip


def test_the_driver_orders_is_the_number_of_orders_of_every_other_count():
    rows = [*ORDERS, *(("X" + str(month), "X", f"{2023 + month // 13}-{1 + month % 12:02d}-28", None, 5)
                       for month in range(1, 36))]  # fmt: skip
    names = ["invoice_id", "customer_id", "invoice_date", "order_id", "amount_ht"]
    frame = pd.DataFrame([*rows, ("Z", "X", "2025-12-31", None, 5)], columns=names)
    portfolio = company({"invoice_lines": frame.assign(cost=1.0)},
                        cost_pools={"commande": {"amount": "1000", "capacity": "100"}})  # fmt: skip
    quantities = profitability(portfolio).service.quantities
    told = portfolio.customers.orders_n
    assert told["A"] == 3  # O1 and O2, begun by F1, and F3; O4 was placed in 2024
    assert quantities["order"].to_dict() == told.astype(float).to_dict()


def test_an_incomplete_year_without_costs_asks_for_costs_and_not_for_another_year():
    short = lines(cost=False)
    found = Portfolio.from_frames(short[short.invoice_date >= "2025-06-01"], as_of=AS_OF)
    assert not found.is_complete(found.windows.n)
    assert Findings(found)["margin.gross"].reason == "missing:cost"
    costed = lines()
    told = Portfolio.from_frames(costed[costed.invoice_date >= "2025-06-01"], as_of=AS_OF)
    assert Findings(told)["margin.gross"].reason == "period_incomplete"
