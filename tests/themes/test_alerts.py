"""Alerts of a portfolio: what rings, what stays silent, and that nothing else moves it (16)."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from capclient import datasets
from capclient.decisions.alert_rows import Rule
from capclient.decisions.alert_volumes import Replayed, volume_replay, volumes_at
from capclient.decisions.alert_words import evidence_words
from capclient.decisions.alerts import RULES, alerts, current
from capclient.frames import written
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes.origins import seen_at
from capclient.vocabulary import Unknown, finding_specs
from capclient.wording import LANGUAGES

END = date(2025, 12, 31)


def monthly(customer, amounts, *, first="2022-01", product="P", price=None):
    """One invoice a month, on the 10th; ``price`` gives quantities. A zero is no invoice."""
    rows = []
    for month, amount in zip(pd.period_range(first, periods=len(amounts), freq="M"), amounts, strict=True):
        if amount:
            cost = price[len(rows)] if isinstance(price, list) else price
            rows.append(
                {"invoice_id": f"{customer}-{month}", "customer_id": customer, "invoice_date": f"{month}-10",
                 "product": product, "amount_ht": f"{amount:.2f}", "qty": str(amount / cost) if cost else None}
            )  # fmt: skip
    return pd.DataFrame(rows)


def company(*parts, as_of=END, thresholds=None, **tables):
    lines = pd.concat(
        [monthly("BIG", [20_000.0] * 48), monthly("MID", [9_000.0] * 48), *parts], ignore_index=True
    )
    if lines.qty.isna().all():
        lines = lines.drop(columns="qty")
    return Portfolio.from_frames(invoice_lines=lines, as_of=as_of, thresholds=thresholds, **tables)


def ringing(portfolio, code):
    told = next(rule for rule in RULES if rule.code == code).ring(portfolio)
    return [] if isinstance(told, Unknown) else told.customer_id.tolist()


def rows_of(portfolio):
    return current(portfolio)[1]


def test_a_lasting_fall_rings_and_a_price_cut_does_not():
    fall = monthly("FALL", [2_000.0] * 45 + [900.0] * 3, price=10.0)
    cut = monthly("CUT", [2_000.0] * 45 + [900.0] * 3, price=[10.0] * 45 + [4.5] * 3)
    assert ringing(company(fall, cut), "volume_loss") == ["FALL"]
    plain = [frame.assign(qty=None) for frame in (fall, cut)]
    assert sorted(ringing(company(*plain), "volume_loss")) == ["CUT", "FALL"]


def test_a_client_younger_than_fifteen_months_is_not_judged():
    young = monthly("YOUNG", [2_000.0] * 13 + [500.0] * 3, first="2024-09")
    assert ringing(company(young), "volume_loss") == ["YOUNG"]
    younger = monthly(
        "YOUNG", [2_000.0] * 12 + [500.0] * 3, first="2024-10"
    )  # 14 whole months since the 10th
    assert ringing(company(younger), "volume_loss") == []


def test_the_loss_is_measured_against_a_thousandth_of_the_revenue():
    small = monthly("SMALL", [400.0] * 45 + [100.0] * 3)
    assert ringing(company(small), "volume_loss") == ["SMALL"]  # 900 euros, of 350 000
    assert ringing(company(small, thresholds={"alerts": {"volume_share": "0.01"}}), "volume_loss") == []


SUMMER = [0.0, 0, 0, 0, 0, 3_000.0, 4_000.0, 3_000.0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("day", "ahead", "missed"),
    [
        (date(2025, 4, 16), [], []),
        (date(2025, 4, 17), ["SUN"], []),
        (date(2025, 6, 1), ["SUN"], []),
        (date(2025, 7, 15), [], []),
        (date(2025, 7, 16), [], ["SUN"]),
        (date(2025, 9, 30), [], ["SUN"]),
        (date(2025, 10, 1), [], []),
    ],
)
def test_a_season_is_announced_then_judged_then_left_alone(day, ahead, missed):
    sun = monthly("SUN", SUMMER * 3 + [0.0] * 5 + [500.0, 0.0, 0.0])
    portfolio = company(sun, as_of=day)
    assert (ringing(portfolio, "season_ahead"), ringing(portfolio, "season_missed")) == (ahead, missed)


@pytest.mark.parametrize("month", range(1, 13))
def test_a_seasonal_client_is_silent_out_of_its_season(month):
    sun = monthly("SUN", SUMMER * 3 + [0.0] * 12)
    day = (pd.Timestamp(2025, month, 1) + pd.offsets.MonthEnd()).date()
    portfolio = company(sun, as_of=day)
    rung = set(ringing(portfolio, "volume_loss") + ringing(portfolio, "risk_state"))
    assert rung <= ({"SUN"} if month in (6, 7, 8) else set())


def test_thresholds_of_the_whole_are_reached_exactly():
    quarter = pd.concat([monthly(name, [1_000.0] * 48) for name in "ABCD"], ignore_index=True)
    at = Portfolio.from_frames(invoice_lines=quarter, as_of=END)
    assert ringing(at, "first_client") == ["A"]  # exactly 25 %
    fifth = pd.concat([quarter, monthly("E", [1_000.0] * 48)], ignore_index=True)
    assert ringing(Portfolio.from_frames(invoice_lines=fifth, as_of=END), "first_client") == []
    grown = pd.concat(
        [fifth, monthly("A", [0.0] * 36 + [312.5] * 12).assign(invoice_id="extra")], ignore_index=True
    )
    risen = Portfolio.from_frames(invoice_lines=grown, as_of=END)
    assert ringing(risen, "first_client_rise") == []  # 1 312.5 of 5 312.5: 24.7 %, 4.7 points more
    more = pd.concat(
        [fifth, monthly("A", [0.0] * 36 + [400.0] * 12).assign(invoice_id="extra")], ignore_index=True
    )
    assert ringing(Portfolio.from_frames(invoice_lines=more, as_of=END), "first_client_rise") == ["A"]


def test_sales_without_a_client_make_two_alerts_of_the_whole():
    nobody = monthly("", [9_000.0] * 48).assign(customer_id=None)
    rows = rows_of(company(nobody)).set_index("code")
    assert {"data_quality", "unreliable_concentration"} <= set(rows.index)
    assert rows.loc["data_quality", "customer_id"] is None or pd.isna(rows.loc["data_quality", "customer_id"])
    assert rows.loc["unreliable_concentration", "evidence"]["share"] == pytest.approx(9 / 38)


def test_contracts_and_contacts_ring_for_clients_that_are_here():
    table = pd.DataFrame(
        [("K1", "BIG", "2024-01-01", "2026-03-31", 9_000.0), ("K2", "GONE", "2020-01-01", "2021-01-01", 1.0)],
        columns=["contract_id", "customer_id", "start", "end", "annual_amount"],
    )  # fmt: skip
    people = pd.DataFrame({"customer_id": ["BIG", "MID", "MID"], "person": ["Ada", "Bob", "Eve"],
                           "side": ["theirs"] * 3, "until": [None, "2025-11-30", None]})  # fmt: skip
    portfolio = company(contracts=table, contacts=people)
    assert ringing(portfolio, "deadlines") == ["BIG"]
    assert sorted(ringing(portfolio, "single_contact")) == ["BIG", "MID"]
    assert ringing(portfolio, "contact_change") == ["MID"]
    row = rows_of(portfolio).set_index(["code", "customer_id"]).loc[("deadlines", "BIG")]
    assert row.since == pd.Timestamp("2025-12-31") and row.stake == 9_000.0 and row.severity == "high"


BESIDE = {
    "contacts": pd.DataFrame({"customer_id": ["BIG"], "person": ["Ada"]}),
    "contracts": pd.DataFrame({"contract_id": ["K"], "customer_id": ["MID"], "end": ["2026-02-01"]}),
    "interactions": pd.DataFrame({"customer_id": ["BIG"], "date": ["2025-05-05"], "type": ["visit"]}),
    "market": pd.DataFrame(
        {"segment_type": ["total"], "segment": ["total"], "year": [2025], "growth": [0.01]}
    ),
    "customers": pd.DataFrame({"customer_id": ["BIG"], "name": ["Big"], "competitors_known": ["X"]}),
}
DEPENDS = {rule.code: set(rule.inputs) for rule in RULES}


@pytest.mark.parametrize("name", BESIDE)
def test_a_table_more_never_removes_an_alert_that_does_not_read_it(name):
    lines = (monthly("FALL", [2_000.0] * 45 + [900.0] * 3), monthly("NEW", [500.0] * 4, first="2025-09"))
    before, after = rows_of(company(*lines)), rows_of(company(*lines, **{name: BESIDE[name]}))
    assert len(before)
    kept = set(zip(after.code, after.customer_id, strict=True))
    free = [
        (code, who)
        for code, who in zip(before.code, before.customer_id, strict=True)
        if name not in DEPENDS[code]
    ]
    assert set(free) <= kept


def test_alerts_of_a_day_do_not_change_with_later_documents():
    rng = np.random.default_rng(5)
    parts = [
        monthly(f"C{n}", list(rng.uniform(0, 3_000, 48).round(2) * (rng.random(48) > 0.2))) for n in range(20)
    ]
    day = date(2025, 3, 31)
    whole = pd.concat(parts, ignore_index=True).drop(columns="qty")
    short = whole[pd.to_datetime(whole.invoice_date) <= pd.Timestamp(day)]
    now, then = (rows_of(Portfolio.from_frames(invoice_lines=lines, as_of=day)) for lines in (whole, short))
    assert len(now)
    pd.testing.assert_frame_equal(now, then)


def test_the_replay_says_what_the_alert_said_that_day():
    rng = np.random.default_rng(7)
    parts = [
        monthly(f"C{n}", list(rng.uniform(0, 4_000, 48).round(2) * (rng.random(48) > 0.15)))
        for n in range(40)
    ]
    portfolio = company(*parts)
    past = volume_replay(portfolio)
    assert isinstance(past, Replayed) and past.worth["alerts"] > 5
    for day in list(past.rose.columns)[-4:]:
        told = volumes_at(seen_at(portfolio, day), day)
        assert not isinstance(told, Unknown)
        rose = past.rose.index[past.rose[day]]
        assert set(rose) <= set(told.index[told.alert])
    rose, false = past.rose.to_numpy(), past.false.to_numpy()
    assert past.worth["alerts"] == rose.sum() and past.worth["false"] == (rose & false).sum()


def test_a_short_history_and_totals_only_keep_every_finding_with_its_reason():
    short = Portfolio.from_frames(
        invoice_lines=monthly("C", [100.0] * 5, first="2025-08").drop(columns="qty"), as_of=END
    )
    folder = written({"customer_totals": pd.DataFrame({"customer_id": ["A", "B"], "Milk": [90.0, 10.0]})})
    source = {
        "path": "customer_totals.parquet", "measures": ["Milk"],
        "period": {"start": "2024-01-01", "end": "2024-12-31"},
    }  # fmt: skip
    content = {"company": {"id": "t"}, "sources": {"customer_totals": source}}
    totals = Portfolio.of(make_params(content, folder=folder, where="totals"))
    ours = {id for id in finding_specs() if id.startswith("alerts.")}
    for portfolio in (short, totals):
        found = alerts(portfolio).findings
        assert {item.id for item in found} == ours
        assert all((item.value is None) == (item.reason is not None) for item in found)
    assert ringing(totals, "first_client") == ["A"]


@pytest.fixture(scope="module", params=["grossiste", "services", "atelier"])
def simulated(request, tmp_path_factory):
    path = datasets.write_company(request.param, tmp_path_factory.mktemp(request.param))
    return request.param, Portfolio.open(path)


@pytest.mark.slow
def test_each_alert_names_a_client_that_exists_once_per_rule_with_its_proof(simulated):
    _, portfolio = simulated
    rung = alerts(portfolio)
    rows = rung.rows
    assert not rows.duplicated(["code", "customer_id"]).any()
    named = rows.customer_id.dropna()
    assert named.isin(portfolio.customers.index).all()
    assert (rows.since.dropna() <= pd.Timestamp(portfolio.as_of)).all()
    assert (rows.stake.dropna() >= 0).all()
    for lang in LANGUAGES:
        for code, facts in zip(rows.code, rows.evidence, strict=True):
            said = evidence_words(code, facts, lang, "EUR")
            assert said and "nan" not in said.split() and "{" not in said
    counted = rows.code.value_counts()
    assert all(rung.rules.alerts[code] == number for code, number in counted.items())


@pytest.mark.slow
def test_planted_contacts_and_visits_ring(simulated):
    company_id, portfolio = simulated
    if company_id != "grossiste":
        pytest.skip("planted in the wholesaler")
    planted = datasets.simulate("grossiste").key["parts"]
    assert set(ringing(portfolio, "single_contact")) <= set(planted["single_contact"])
    assert set(ringing(portfolio, "contact_change")) == set(planted["contact_changed"])
    assert set(planted["over_visited"]) <= set(ringing(portfolio, "over_visited"))


def test_rules_are_those_of_the_dictionary():
    assert all(isinstance(rule, Rule) for rule in RULES)
    assert [rule.number for rule in RULES] == sorted(
        (rule.number for rule in RULES), key=lambda name: int(name[1:])
    )
    assert {rule.number for rule in RULES} == {f"A{number}" for number in range(1, 24)}
