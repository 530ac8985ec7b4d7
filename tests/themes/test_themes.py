"""From lines to findings, on the reference fixture R6 of the dictionary (0.7) and on its awkward neighbours."""

from datetime import date

import pandas as pd
import pytest

from capclient.findings import finding, is_singular, sentence
from capclient.portfolio import Portfolio
from capclient.themes import Findings, activity, concentration, customers, lifecycle, results
from capclient.vocabulary import Unknown, finding_specs

N1 = {"A": 400, "B": 200, "C": 150, "D": 100, "F": 50}
N = {"A": 500, "B": 150, "C": 150, "E": 120, "F": 80}
AS_OF = date(2025, 12, 31)


def ledger(**more):
    rows = [
        (f"{client}24", client, f"2024-{month:02d}-15", amount / 12)
        for client, amount in N1.items()
        for month in range(1, 13)
    ]
    rows += [
        (f"{client}25", client, f"2025-{month:02d}-15", amount / 12)
        for client, amount in N.items()
        for month in range(1, 13)
    ]
    frame = pd.DataFrame(rows, columns=["invoice_id", "customer_id", "invoice_date", "amount"])
    cents = frame.groupby("invoice_id").amount.transform(lambda part: (part.cumsum() * 100).round() / 100)
    frame["amount_ht"] = (cents - cents.groupby(frame.invoice_id).shift(fill_value=0)).round(2)
    return frame.drop(columns="amount").assign(**more)


@pytest.fixture(scope="module")
def portfolio():
    return Portfolio.from_frames(ledger(), as_of=AS_OF)


@pytest.fixture(scope="module")
def found(portfolio):
    return Findings(portfolio)


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("portfolio.revenue_n", 1000.0), ("portfolio.revenue_n1", 900.0), ("portfolio.growth", 1 / 9),
        ("portfolio.customers_active_n", 5), ("portfolio.customers_active_n1", 5), ("portfolio.customers_new", 1),
        ("portfolio.customers_lost", 1), ("portfolio.customers_retained", 4), ("retention.attrition_rate", 0.20),
        ("retention.attrition_revenue_rate", 1 / 9), ("concentration.top1_share", 0.50),
        ("concentration.top1_share_change", 0.5 - 4 / 9), ("concentration.pareto_customers_for_80", 3),
        ("concentration.pareto_customers_for_80_share", 0.6), ("concentration.pareto_top20_share", 0.5),
        ("concentration.gini", 0.348), ("concentration.gini_corrected", 0.435), ("concentration.hhi", 3158.0),
        ("concentration.hhi_normalised", 0.14475), ("concentration.effective_customers", 1 / 0.3158),
        ("concentration.class_a_customers", 3), ("concentration.class_b_customers", 2),
        ("concentration.class_c_customers", 0),
    ],
)  # fmt: skip
def test_the_reference_fixture(found, id, value):
    assert found[id].value == pytest.approx(value, abs=1e-9)


def test_every_finding_of_the_catalogue_is_given_once_with_a_value_or_a_reason(portfolio):
    given = [item.id for item in results(portfolio)]
    assert given == sorted(finding_specs())
    assert all((item.value is None) == (item.reason is not None) for item in results(portfolio))


def test_client_totals_give_the_same_list_of_findings():
    totals = pd.DataFrame({"customer_id": ["A", "B"], "Milk": [10.0, 5.0]})
    from capclient.frames import written
    from capclient.params import make_params

    folder = written({"customer_totals": totals})
    source = {
        "path": "customer_totals.parquet",
        "measures": ["Milk"],
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
    }
    content = {"company": {"id": "t"}, "sources": {"customer_totals": source}}
    portfolio = Portfolio.of(make_params(content, folder=folder, where="test"))
    assert [item.id for item in results(portfolio)] == sorted(finding_specs())
    known = Findings(portfolio)
    assert known["concentration.top1_share"].value == pytest.approx(2 / 3)
    assert known["lifecycle.adult_customers"].reason == "missing:invoice_lines"


def test_a_first_client_without_costs_makes_one_figure_unknown_and_not_the_company():
    lines = ledger()
    lines["cost"] = (lines.amount_ht / 2).round(2).where(lines.customer_id != "A")
    found = Findings(Portfolio.from_frames(lines, as_of=AS_OF))
    assert found["concentration.top1_margin_share"].reason == "missing:cost"
    assert found["concentration.top1_share"].value == 0.5


def test_more_than_half_of_revenue_without_client_refuses_the_section():
    lines = ledger()
    lines["customer_id"] = lines.customer_id.where(lines.customer_id != "A")
    found = Findings(Portfolio.from_frames(lines, as_of=AS_OF))
    assert found["concentration.hhi"].reason is None  # exactly one half: not above
    lines.loc[lines.customer_id == "F", "customer_id"] = None
    found = Findings(Portfolio.from_frames(lines, as_of=AS_OF))
    assert found["concentration.hhi"].reason == "unreliable:unidentified"
    assert found["quality.revenue_unassigned_share"].value == pytest.approx(0.58)


def test_an_incomplete_year_is_unknown_and_never_compared():
    portfolio = Portfolio.from_frames(ledger(), as_of=date(2024, 9, 30))
    found = Findings(portfolio)
    for id in ("portfolio.revenue_n", "portfolio.growth", "concentration.gini", "portfolio.customers_new"):
        assert found[id].reason == "period_incomplete", id


def test_behaviour_is_counted_before_d_whatever_the_fiscal_year(tmp_path):
    from capclient.frames import written
    from capclient.params import make_params

    folder = written({"invoice_lines": ledger()})
    content = {
        "company": {"id": "fiscal"}, "period": {"basis": "fiscal", "as_of": "2025-11-30", "fiscal_year_end": "12-31"},
        "sources": {"invoice_lines": "invoice_lines.parquet"},
    }  # fmt: skip
    fiscal = Portfolio.of(make_params(content, folder=folder, where="test"))
    assert fiscal.windows.n.end == date(2024, 12, 31)
    assert fiscal.customers.purchase_days_12m["A"] == 12
    assert fiscal.customers.purchase_days_24m["A"] == 23


def test_the_market_moves_the_stages():
    market = pd.DataFrame(
        {"segment_type": ["segment"], "segment": ["total"], "year": ["2025"], "growth": ["-0.25"]}
    )
    alone = lifecycle(Portfolio.from_frames(ledger(), as_of=AS_OF)).customers
    beside = lifecycle(Portfolio.from_frames(ledger(), market=market, as_of=AS_OF)).customers
    assert alone.growth_relative["B"] == pytest.approx(-0.25)
    assert beside.growth_relative["B"] == pytest.approx(0.0)
    assert (alone.stage["B"], beside.stage["B"]) == ("old_age", "adult")


def test_a_client_under_contract_is_active_whatever_its_silence():
    contracts = pd.DataFrame(
        {"contract_id": ["K"], "customer_id": ["D"], "start": ["2023-01-01"], "end": [None]}
    )
    without = activity(Portfolio.from_frames(ledger(), as_of=AS_OF)).customers
    with_it = activity(Portfolio.from_frames(ledger(), contracts=contracts, as_of=AS_OF)).customers
    assert (without.state["D"], with_it.state["D"]) == ("lost", "active")


def test_the_table_of_clients_has_the_columns_of_the_outputs_in_their_order(portfolio):
    names = customers(portfolio).columns.tolist()
    assert names[:8] == [
        "customer_id",
        "name",
        "group_id",
        "segment",
        "sector",
        "salesperson",
        "revenue_n",
        "revenue_n1",
    ]
    assert names[-3:] == ["status", "is_pool", "p_loss"]
    assert (
        names.index("lifecycle_stage")
        < names.index("activity_state")
        < names.index("rfm_r")
        < names.index("cluster")
    )


def test_the_group_counts_as_one_client():
    sheet = pd.DataFrame({"customer_id": ["B", "C", "E"], "group_id": ["G"] * 3})
    found = Findings(Portfolio.from_frames(ledger(), customers=sheet, as_of=AS_OF))
    assert found["concentration.top1_share_group"].value == pytest.approx(0.50)
    bigger = pd.DataFrame({"customer_id": ["A", "B"], "group_id": ["G"] * 2})
    found = Findings(Portfolio.from_frames(ledger(), customers=bigger, as_of=AS_OF))
    assert found["concentration.top1_share_group"].value == pytest.approx(0.65)


def test_the_stress_test_of_the_dictionary():
    from capclient.frames import written
    from capclient.params import make_params

    folder = written({"invoice_lines": ledger()})
    content = {
        "company": {"id": "stress"}, "period": {"as_of": "2025-12-31"},
        "economics": {"variable_cost_rate": "0.60", "fixed_costs": "300"},
        "sources": {"invoice_lines": "invoice_lines.parquet"},
    }  # fmt: skip
    found = Findings(Portfolio.of(make_params(content, folder=folder, where="test")))
    assert found["concentration.stress_top1_contribution_lost"].value == 200.0
    assert found["concentration.stress_top1_result"].value == -100.0


def test_weights_over_the_years_name_the_largest_and_add_up_to_one(portfolio):
    history = concentration(portfolio).history
    assert len(history) == 2
    assert history.sum(axis=1).tolist() == pytest.approx([1.0, 1.0])
    assert history["A"].tolist() == pytest.approx([400 / 900, 0.5])


def test_a_sentence_agrees_with_its_number_and_reports_what_is_unknown(found):
    known = dict(found) | {"portfolio.customers_lost": finding("portfolio.customers_lost", 1)}
    words, unknown = sentence("concentration.abc", everything(found, known), "fr", "EUR")
    assert not unknown and "3\u00a0clients" in words
    lost = dict(known) | {
        "concentration.class_a_customers": finding("concentration.class_a_customers", Unknown("n_small"))
    }
    assert sentence("concentration.abc", everything(found, lost), "fr", "EUR")[1][0].reason == "n_small"
    assert [is_singular(number, "fr") for number in (0, 1, 1.5, 2)] == [True, True, True, False]
    assert [is_singular(number, "en") for number in (0, 1, 2)] == [False, True, False]


def test_none_is_said_in_words_and_one_takes_the_singular(found):
    def said(key, lang, **values):
        known = {f"purchases.{name}": finding(f"purchases.{name}", value) for name, value in values.items()}
        return sentence(key, everything(found, known), lang, "EUR")[0]

    counts = {
        "class_x_customers": 0,
        "class_y_customers": 1,
        "class_z_customers": 2,
        "volatility_median": 0.4,
    }
    words = said("purchases.regularity", "fr", **counts)
    assert (
        "réguliers\u00a0: aucun client\u00a0;" in words
        and "1\u00a0client\u00a0;" in words
        and "0" not in words[:60]
    )
    assert said("purchases.regularity", "en", **counts).startswith(
        "Regular purchases: no client; variable: 1"
    )
    nobody = {"pricing.low_index_customers": finding("pricing.low_index_customers", 0)}
    assert sentence("pricing.index", everything(found, nobody), "fr", "EUR")[0].startswith(
        "Aucun client ne paie"
    )


def everything(found, known):
    return {**{id: found[id] for id in finding_specs()}, **known}
