"""Loyalty from lines to findings: the reference fixture, and ledgers recomputed by hand in whole cents."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from capclient.notebook import captives_table
from capclient.notebook.desk import Desk, _desks
from capclient.portfolio import Portfolio
from capclient.themes import (
    Findings,
    activity,
    bridge,
    cohorts,
    customers,
    loyalty_quadrants,
    recurrence,
    retention,
)
from capclient.themes.loyalty import Loyalty
from tests.themes.test_themes import AS_OF, ledger


@pytest.fixture(scope="module")
def portfolio():
    return Portfolio.from_frames(ledger(), as_of=AS_OF, company="r6")


@pytest.fixture(scope="module")
def found(portfolio):
    return Findings(portfolio)


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("retention.attrition_rate", 0.20), ("retention.attrition_revenue_rate", 1 / 9),
        ("retention.retention_rate", 0.80), ("retention.acquisition_rate", 0.20), ("retention.turnover_rate", 0.20),
        ("retention.renewal_rate", 0.25), ("retention.renewal_rate_growth", 0.13),
        ("retention.renewal_rate_arrivals", 0.12), ("retention.renewal_rate_reactivated", 0.0),
        ("retention.nrr", 880 / 900), ("retention.grr", 750 / 900), ("retention.lifetime_multiplier", 8 / 3),
        ("retention.lifetime_gain_5_points", 0.275), ("bridge.opening", 900.0), ("bridge.lost", -100.0),
        ("bridge.new", 120.0), ("bridge.reactivated", 0.0), ("bridge.up", 130.0), ("bridge.down", -50.0),
        ("bridge.closing", 1000.0),
    ],
)  # fmt: skip
def test_the_reference_fixture(found, id, value):
    assert found[id].value == pytest.approx(value, abs=1e-9)


def test_a_rate_on_five_clients_never_stands_bare(found):
    said = found["retention.attrition_rate"].caveats("fr")
    assert "sur 5 clients seulement" in said[0]
    assert "3,6\u00a0%" in said[0] and "62,4\u00a0%" in said[0]
    assert found["retention.attrition_rate"].as_json("en")["caveat"].startswith("Attrition rate in number")
    assert found["retention.turnover_rate"].caveats("fr")[0].startswith("Peu de clients")


def test_a_rate_on_many_clients_keeps_its_interval_for_the_table(found):
    from dataclasses import replace

    many = replace(found["retention.attrition_rate"], n=300, interval=(0.16, 0.25))
    assert many.value == 0.20 and len(many.caveats("fr")) == 1 and many.bounds("fr") == ""


def test_an_interval_as_wide_as_the_rate_is_said_whatever_the_number(found):
    """One client lost out of 51 projects to nine per cent in five years, or to forty."""
    from dataclasses import replace

    wide = replace(found["retention.attrition_rate"], value=1 / 51, n=51, interval=(0.0035, 0.1030))
    assert "sur 51 clients" in wide.caveats("fr")[0] and wide.bounds("fr").startswith("entre 0,4")


def test_what_is_projected_keeps_the_bounds_of_the_rate(found):
    low, high = found["retention.attrition_rate"].interval
    loss, worth = found["retention.five_year_loss_projected"], found["retention.lifetime_multiplier"]
    assert loss.interval == (pytest.approx(1 - (1 - low) ** 5), pytest.approx(1 - (1 - high) ** 5))
    assert worth.interval == (
        pytest.approx((1 - high) / (0.1 + high)),
        pytest.approx((1 - low) / (0.1 + low)),
    )
    assert loss.is_uncertain and "entre" in loss.caveats("fr")[0]


@pytest.mark.parametrize(
    ("growth", "word"), [("0.03", "se développe"), ("0.005", "stagne"), ("-0.02", "décline")]
)
def test_a_known_market_is_said_beside_the_rates(growth, word):
    market = pd.DataFrame(
        {"segment_type": ["total"], "segment": ["total"], "year": ["2025"], "growth": [growth]}
    )
    known = Findings(Portfolio.from_frames(ledger(), as_of=AS_OF, company="known", market=market))
    assert any(word in said for said in known["retention.turnover_rate"].caveats("fr"))
    assert any(word in said for said in known["retention.renewal_rate"].caveats("fr"))


def test_each_definition_of_lost_counts_the_clients_of_n1(six_years):
    """Clients gone for years are no other definition of the departures of this year."""
    rows = retention(six_years).definitions.set_index(["notion", "code"]).value
    state = activity(six_years).customers.state
    there = six_years.customers.revenue_n1 > 0
    gone = state.isin(["lost", "inactive"])
    assert (gone & ~there).any(), "the ledger holds a client that left before N-1"
    assert rows["lost", "presumed"] == int((gone & there).sum())
    assert rows["lost", "behaviour"] == int((state.eq("lost") & there).sum())


def test_every_definition_that_competes_is_shown_with_its_own_number(portfolio):
    rows = retention(portfolio).definitions.set_index(["notion", "code"]).value
    assert round(rows["renewal", "text"], 3) == 0.250
    assert round(rows["renewal", "over_n1"], 3) == 0.278
    assert round(rows["renewal", "net"], 3) == 0.111
    assert round(rows["renewal", "without_arrivals"], 3) == 0.130
    assert rows["new", "never_before"] == 1 and rows["new", "not_in_n1"] == 1


def test_one_year_of_data_compares_nothing_and_says_why():
    lines = ledger()
    alone = Portfolio.from_frames(lines[lines.invoice_date >= "2025"], as_of=AS_OF)
    found = Findings(alone)
    for id in (
        "retention.attrition_rate",
        "retention.renewal_rate",
        "bridge.closing",
        "retention.lifetime_multiplier",
    ):
        assert found[id].reason == "period_incomplete", id
    for id in ("retention.five_year_loss_rate", "retention.winback_rate", "recurrence.behavioural_share"):
        assert found[id].reason == "history_short", id
    assert found["retention.seniority_mean_years"].caveat == "caveat.censored"


# Five years by calendar; a client is a list of yearly revenues, a year is bought in February and November.
YEARS = (2020, 2021, 2022, 2023, 2024, 2025)
HISTORY = {
    "OLD": [10, 10, 10, 10, 10, 10],
    "GONE": [10, 10, 10, 0, 0, 0],
    "BACK": [10, 10, 10, 10, 0, 30],
    "FADES": [10, 10, 10, 10, 8, 5],
    "NEW21": [0, 20, 20, 0, 0, 0],
    "NEW22": [0, 0, 20, 20, 20, 40],
    "NEW25": [0, 0, 0, 0, 0, 25],
    "REFUND": [0, 0, 0, 0, 12, -2],
}


def history(**more):
    rows = []
    for client, amounts in HISTORY.items():
        for year, amount in zip(YEARS, amounts, strict=True):
            for month, part in (("02", amount * 0.25), ("11", amount * 0.75)):
                if amount:
                    rows.append((f"{client}{year}{month}", client, f"{year}-{month}-10", part))
    rows += [
        (f"J{year}{month:02d}", "OLD", f"{year}-{month:02d}-01", 0.01)
        for year in YEARS
        for month in range(1, 13)
    ]
    rows += [(f"E{year}", "OLD", f"{year}-12-31", 0.01) for year in YEARS]
    frame = pd.DataFrame(rows, columns=["invoice_id", "customer_id", "invoice_date", "amount_ht"])
    return frame.assign(**more)


@pytest.fixture(scope="module")
def six_years():
    return Portfolio.from_frames(history(), as_of=date(2025, 12, 31), company="history")


def test_cohorts_survival_and_win_back_over_six_years(six_years):
    life = cohorts(six_years)
    table = life.triangle.set_index(["cohort", "k"])
    assert table["size"][-1, 0] == 4  # OLD, GONE, BACK, FADES were there when the data begin
    assert table.active[-1].tolist() == [4, 4, 4, 3, 2, 3]
    assert table.active[1].tolist() == [1, 1, 0, 0, 0]
    assert table.active[2].tolist() == [1, 1, 1, 1]
    assert life.survival.survival.tolist() == pytest.approx(
        [2 / 3, 1 / 3]
    )  # REFUND at 1, NEW21 at 2; NEW22 goes on
    assert life.followed == 3 and life.longest == 3
    found = Findings(six_years)
    back = found["retention.winback_rate"]
    assert (back.value, back.n) == (pytest.approx(1 / 3), 3)  # BACK, of BACK (2024), GONE and NEW21 (2023)


def test_five_years_later(six_years):
    found = Findings(six_years)
    assert found["retention.five_year_loss_rate"].value == 0.25  # GONE of the four of 2020
    assert found["retention.five_year_loss_rate"].n == 4
    assert found["retention.survival_median_years"].value == 2.0
    assert found["retention.first_year_survival"].value == pytest.approx(2 / 3)


def test_a_client_that_came_back_is_apart_in_the_bridge_and_in_the_renewal(six_years):
    found = Findings(six_years)
    assert found["bridge.reactivated"].value == 30.0
    assert found["bridge.lost"].value == -14.0  # REFUND takes its credit note along
    total = found["portfolio.revenue_n"].value
    assert found["retention.renewal_rate_reactivated"].value == pytest.approx(30 / total)
    assert found["retention.renewal_rate_arrivals"].value == pytest.approx(55 / total)
    assert bridge(six_years).lost.index.tolist() == ["REFUND"]


def test_the_sheet_of_clients_can_tell_a_birth_date(six_years):
    sheet = pd.DataFrame({"customer_id": ["OLD"], "first_seen_override": ["2005-12-31"]})
    told = customers(Portfolio.from_frames(history(), customers=sheet, as_of=date(2025, 12, 31)))
    row = told.set_index("customer_id").loc["OLD"]
    assert row.seniority_years == pytest.approx(20.0, abs=0.01) and not row.seniority_censored
    plain = customers(six_years).set_index("customer_id")
    assert plain.seniority_censored.to_dict()["OLD"] and not plain.seniority_censored.to_dict()["NEW22"]


def test_revenue_without_client_makes_the_renewal_a_minimum_then_unknown():
    lines = ledger()
    lines["customer_id"] = lines.customer_id.where(lines.customer_id != "F")
    some = Findings(Portfolio.from_frames(lines, as_of=AS_OF, company="some"))["retention.renewal_rate"]
    assert some.value == pytest.approx(0.22) and some.caveat.split()[0] == "caveat.renewal_unnamed"
    lines["customer_id"] = lines.customer_id.where(lines.customer_id != "A")
    most = Findings(Portfolio.from_frames(lines, as_of=AS_OF, company="most"))
    assert most["retention.renewal_rate"].reason == "unreliable:unidentified"
    assert most["retention.grr"].value == pytest.approx(300 / 450), "a rate of named clients stands"
    assert most["retention.grr"].caveat.split()[0] == "caveat.unidentified", "and says whose it is"


def test_a_year_without_any_named_client_has_no_rate_of_loyalty():
    lines = ledger()
    lines["customer_id"] = lines.customer_id.where(lines.invoice_date < "2025")
    found = Findings(Portfolio.from_frames(lines, as_of=AS_OF, company="nobody"))
    for name in ("attrition_rate", "nrr", "grr", "renewal_rate", "turnover_rate"):
        assert found[f"retention.{name}"].reason == "unreliable:unidentified", name


def test_a_line_of_a_running_contract_is_contractual_whatever_it_says_of_recurring():
    lines = history(recurring="0", contract_id=None)
    lines.loc[lines.customer_id == "BACK", "contract_id"] = "K1"
    contracts = pd.DataFrame({"contract_id": ["K1"], "customer_id": ["BACK"], "start": ["2020-01-01"]})
    found = Findings(Portfolio.from_frames(lines, contracts=contracts, as_of=date(2025, 12, 31)))
    whole = found["portfolio.revenue_n"].value
    assert found["recurrence.contractual_share"].value == pytest.approx(30 / whole)


def test_recurring_lines_and_contracts_that_run():
    lines = history(recurring=None, contract_id=None)
    year = lines.invoice_date.str[:4]
    lines["recurring"] = lines.recurring.astype("object")
    lines.loc[(lines.customer_id == "BACK") & (year == "2025"), "recurring"] = "1"
    lines.loc[(lines.customer_id == "FADES") & (year == "2025"), "contract_id"] = "K1"
    lines.loc[(lines.customer_id == "NEW22") & (year == "2025"), ["recurring", "contract_id"]] = ["0", "K1"]
    lines.loc[(lines.customer_id == "NEW25") & (year == "2025"), "contract_id"] = "K2"
    contracts = pd.DataFrame(
        {
            "contract_id": ["K1", "K2", "K3"], "customer_id": ["FADES", "NEW25", "OLD"],
            "start": ["2025-01-01", "2025-01-01", "2026-07-02"], "end": ["2025-06-30", None, "2027-12-31"],
            "annual_amount": ["100.00", "20.00", "365.00"], "recurring": ["1", "0", None],
        }
    )  # fmt: skip
    portfolio = Portfolio.from_frames(lines, contracts=contracts, as_of=date(2025, 12, 31))
    found = Findings(portfolio)
    # BACK says so (30); FADES only in February, while K1 runs (1.25); NEW22 says no, and K1 runs (10); K2 is one-off
    assert found["recurrence.contractual_share"].value == pytest.approx(
        41.25 / found["portfolio.revenue_n"].value
    )
    assert found["recurrence.contracted_next_12m"].value == 183.0  # K3 from 2 July: 183 days of 365
    assert (
        found["recurrence.contracted_next_24m"].value
        == found["recurrence.contracted_next_36m"].value
        == 548.0
    )
    assert recurrence(portfolio).reason is None


def test_lines_that_say_nothing_of_contracts_leave_the_share_unknown(found):
    assert found["recurrence.contractual_share"].reason == "missing:recurring"
    assert found["recurrence.contracted_next_12m"].reason == "missing:contracts"


def test_the_two_measures_of_recurrence_are_never_mixed(six_years):
    found = Findings(six_years)
    regulars = 10 + 5 + 40 + 0.13  # OLD (and its cents), FADES, NEW22 in 2025
    assert found["recurrence.behavioural_share"].value == pytest.approx(
        regulars / found["portfolio.revenue_n"].value
    )
    assert found["recurrence.contractual_share"].value is None


def test_without_a_survey_nobody_has_a_quadrant(six_years, found):
    assert found["retention.captive_customers"].reason == "missing:survey"
    assert loyalty_quadrants(six_years).customers.empty


def test_satisfaction_and_loyalty_are_two_axes():
    answers = pd.DataFrame(
        [
            ("OLD", "2025-06-01", "survey", None, "9"),
            ("FADES", "2025-06-01", "survey", "2", None),
            ("NEW25", "2025-06-01", "survey", None, "3"),
            ("NEW22", "2025-06-01", "survey", "5", None),
            ("GONE", "2025-06-01", "survey", "5", None),  # not active: not placed
            ("BACK", "2021-06-01", "survey", "5", None),  # too old to count
            ("BACK", "2026-06-01", "survey", "1", None),  # after D
        ],
        columns=["customer_id", "date", "type", "score_csat", "score_nps"],
    )
    matrix = loyalty_quadrants(
        Portfolio.from_frames(history(), interactions=answers, as_of=date(2025, 12, 31))
    )
    placed = matrix.customers.quadrant
    assert set(placed.index) == {"OLD", "FADES", "NEW25", "NEW22"}
    assert placed["OLD"] == placed["NEW22"] == "ambassador"
    assert placed["NEW25"] == "deserter"
    assert matrix.quadrants.customers.sum() == placed.notna().sum()


def test_client_totals_know_no_loyalty():
    from capclient.frames import written
    from capclient.params import make_params

    folder = written({"customer_totals": pd.DataFrame({"customer_id": ["A"], "Milk": [10.0]})})
    source = {
        "path": "customer_totals.parquet", "measures": ["Milk"],
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
    }  # fmt: skip
    content = {"company": {"id": "t"}, "sources": {"customer_totals": source}}
    known = Findings(Portfolio.of(make_params(content, folder=folder, where="test")))
    for id in ("retention.grr", "bridge.up", "recurrence.behavioural_share", "retention.winback_rate"):
        assert known[id].reason == "missing:invoice_lines", id
    assert known["recurrence.contracted_next_12m"].reason == "missing:contracts"


@pytest.mark.parametrize("seed", range(6))
def test_random_ledgers_recomputed_in_whole_cents(seed):
    """Credit notes, returns, deposits, pooled codes, revenue without client, clients that come and go."""
    rng = np.random.default_rng(seed)
    lines = random_ledger(rng)
    pools = {"P0", "P1"}
    sheet = pd.DataFrame({"customer_id": sorted(pools), "is_pool": ["1", "1"]})
    portfolio = Portfolio.from_frames(lines, customers=sheet, as_of=date(2025, 12, 31))
    found = Findings(portfolio)
    revenue = lines[lines.doc_type != "deposit"]
    cents = (revenue.amount_ht * 100).round().astype(int)
    by = {year: cents[revenue.invoice_date.str[:4] == str(year)] for year in (2023, 2024, 2025)}
    of = {
        year: part.groupby(revenue.customer_id.reindex(part.index)).sum().to_dict()
        for year, part in by.items()
    }
    bought = lines[lines.doc_type == "invoice"].groupby("customer_id").invoice_date.min().to_dict()
    names = {name for year in of.values() for name in year} - pools
    n, n1 = (lambda name: of[2025].get(name, 0)), (lambda name: of[2024].get(name, 0))
    active = [name for name in names if n1(name) > 0]
    lost = [name for name in active if n(name) <= 0]
    arrivals = [name for name in names if n(name) > 0 and n1(name) <= 0]
    back = [name for name in arrivals if bought[name] < "2025"]
    total, total_n1 = int(by[2025].sum()), int(by[2024].sum())
    gains = sum(max(0, n(name) - n1(name)) for name in active)
    expected = {
        "retention.attrition_rate": len(lost) / len(active),
        "retention.attrition_revenue_rate": sum(map(n1, lost)) / sum(map(n1, active)),
        "retention.acquisition_rate": (len(arrivals) - len(back)) / len(active),
        "retention.turnover_rate": (len(arrivals) + len(lost)) / 2 / len(active),
        "retention.renewal_rate": (gains + sum(map(n, arrivals))) / total,
        "retention.renewal_rate_reactivated": sum(map(n, back)) / total,
        "retention.nrr": sum(map(n, active)) / sum(map(n1, active)),
        "retention.grr": sum(max(0, min(n(a), n1(a))) for a in active) / sum(map(n1, active)),
        "bridge.opening": total_n1 / 100,
        "bridge.closing": total / 100,
        "bridge.lost": sum(n(a) - n1(a) for a in lost) / 100,
        "bridge.reactivated": sum(n(a) - n1(a) for a in back) / 100,
    }
    for id, value in expected.items():
        assert found[id].value == pytest.approx(value, abs=1e-9), id
    bars = [found[f"bridge.{bar}"].value for bar in ("opening", "lost", "new", "reactivated", "up", "down")]
    assert round(sum(bars), 2) == found["bridge.closing"].value


def random_ledger(rng):
    size = 900
    clients = np.array([*(f"C{i:02d}" for i in range(40)), "P0", "P1", None], dtype="object")
    day = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 1096, size), unit="D")
    kind = rng.choice(["invoice", "credit_note", "deposit"], size, p=[0.8, 0.15, 0.05])
    amount = np.where(kind == "credit_note", -1, 1) * rng.integers(1, 500_000, size) / 100
    frame = pd.DataFrame(
        {
            "invoice_id": [f"F{i}" for i in range(size)],
            "customer_id": rng.choice(clients, size),
            "invoice_date": day.strftime("%Y-%m-%d"),
            "doc_type": kind,
            "amount_ht": amount,
        }
    )
    asleep = frame.customer_id.isin([f"C{i:02d}" for i in range(12)])  # away in 2024, or gone in 2025
    away = frame.invoice_date.str[:4].where(frame.customer_id < "C06", "x").eq("2024") | (
        frame.invoice_date.str[:4].eq("2025") & (frame.customer_id > "C08")
    )
    ends = frame.iloc[:2].assign(
        invoice_id=["START", "END"], customer_id="C20", invoice_date=["2023-01-01", "2025-12-31"],
        doc_type="invoice", amount_ht=1.0,
    )  # fmt: skip
    return pd.concat([frame[~(asleep & away)], ends], ignore_index=True)


def test_the_captives_are_named_the_largest_first(six_years):
    rows = pd.DataFrame(
        {"quadrant": ["captive", "ambassador", "captive", "deserter"], "name": ["Petit", "Ami", "Gros", "Parti"],
         "revenue_n": [10.0, 900.0, 500.0, 5.0], "salesperson": "Anne"},
        index=["C1", "C2", "C3", "C4"],
    )  # fmt: skip
    _desks[:] = [Desk(six_years, "fr")]
    page = captives_table(Loyalty(rows, pd.DataFrame(), None, [])).html()
    assert page.index("Gros") < page.index("Petit") and "Ami" not in page and "Parti" not in page
