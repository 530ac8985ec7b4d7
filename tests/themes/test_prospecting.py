"""From tables to findings: prospects, new clients, new offers, contracts and quotes, on R6 and its neighbours."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from capclient.frames import written
from capclient.notebook import (
    ansoff_figure,
    ansoff_year_table,
    funnel_figure,
    new_customers_table,
    new_sources_table,
    note,
    open_quotes_table,
    pipeline_figure,
    pipeline_table,
    prospect_cohorts_figure,
    prospect_groups_table,
    prospect_sources_figure,
    prospecting,
    prospecting_evidence_table,
    signed_contracts_table,
    stale_table,
    uninvoiced_table,
    young_offers_table,
)
from capclient.notebook.desk import Desk, _desks, absent
from capclient.notices import Notice
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.tables import Table
from capclient.themes import Findings, breakdown
from capclient.vocabulary import Unknown, finding_specs
from tests.themes.test_themes import AS_OF, ledger

OURS = sorted(id for id in finding_specs() if id.startswith("prospecting."))
PROSPECT = ("prospect_id", "source", "created", "stage", "amount", "probability", "closed_date", "outcome",
            "customer_id", "salesperson")  # fmt: skip
POISON = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "| a |",
    "Z" * 300,
    "$x_1$",
    "🦊",
    "Deux\nlignes",
]


def prospects(*rows):
    return pd.DataFrame(rows, columns=PROSPECT, dtype="object")


def prospect(n, outcome, *, created="2025-03-01", closed="2025-05-01", **more):
    base = {"source": "Salon", "stage": "Offre", "amount": "100", "probability": "0.5", "customer_id": None,
            "salesperson": "Martin"} | more  # fmt: skip
    closed = None if outcome == "en cours" else closed
    return (f"P{n}", base["source"], created, base["stage"], base["amount"], base["probability"], closed, outcome,
            base["customer_id"], base["salesperson"])  # fmt: skip


def twenty():
    outcomes = ["gagné"] * 8 + ["perdu"] * 7 + ["en cours"] * 5
    return prospects(*(prospect(n, outcome) for n, outcome in enumerate(outcomes)))


def company(lines=None, *, as_of=AS_OF, params=None, **tables):
    if params is None:
        return Portfolio.from_frames(ledger() if lines is None else lines, as_of=as_of, **tables)
    tables["invoice_lines"] = ledger() if lines is None else lines
    folder = written(tables)
    content = {"company": {"id": "x"}, "period": {"as_of": str(as_of)}, **params,
               "sources": {name: f"{name}.parquet" for name in tables}}  # fmt: skip
    return Portfolio.of(make_params(content, folder=folder, where="test"))


def shown(portfolio, lang="fr"):
    _desks[:] = [Desk(portfolio, lang)]
    return prospecting(portfolio)


def words(thing):
    return thing._repr_mimebundle_()["text/plain"]


def every_part(portfolio, lang="fr"):
    won = shown(portfolio, lang)
    sheet = won.prospects
    return [
        *(view(won.newcomers) for view in (new_customers_table, new_sources_table)),
        *(view(won.offers) for view in (ansoff_figure, ansoff_year_table, young_offers_table, signed_contracts_table)),
        *(view(sheet) for view in (
            prospect_cohorts_figure, prospect_sources_figure, prospect_groups_table, uninvoiced_table, pipeline_figure,
            pipeline_table, funnel_figure, stale_table,
        )),
        open_quotes_table(won.quotes),
    ]  # fmt: skip


def test_twenty_prospects_of_which_eight_won_seven_lost_and_five_open():
    found = Findings(company(prospects=twenty()))
    assert found["prospecting.conversion_rate"].value == pytest.approx(8 / 15, abs=1e-9)
    assert found["prospecting.conversion_rate"].n == 15
    assert found["prospecting.conversion_rate_created"].value == pytest.approx(0.40)
    assert [
        found[f"prospecting.prospects_{name}"].value for name in ("created", "won", "lost", "pending")
    ] == [20, 8, 7, 5]
    assert found["prospecting.pending_amount"].value == 500.0
    assert found["prospecting.cycle_days"].value == 61
    assert "entre" in found["prospecting.conversion_rate"].bounds("fr"), "fifteen decisions never stand bare"
    assert "cas seulement" in found["prospecting.conversion_rate"].caveats("fr")[0]


def test_a_pipeline_of_three_is_worth_two_hundred():
    rows = [("100", "0.9"), ("200", "0.5"), ("50", "0.2")]
    sheet = prospects(*(
        prospect(n, "en cours", created="2025-12-01", amount=amount, probability=p)
        for n, (amount, p) in enumerate(rows)
    ))  # fmt: skip
    found = Findings(company(prospects=sheet))
    assert found["prospecting.weighted_pipeline"].value == 200.0
    assert found["prospecting.declared_pipeline"].value == 200.0
    assert found["prospecting.pipeline_amount"].value == 350.0
    assert found["prospecting.cycle_days"].reason == "missing:cycle"
    assert found["prospecting.stale_prospects"].value == 0
    assert "caveat.no_stale" in found["prospecting.stale_prospects"].caveat


def test_a_stale_prospect_leaves_the_pipeline_and_stays_in_the_list():
    sheet = prospects(
        prospect(1, "gagné", created="2025-01-01", closed="2025-01-31"),
        prospect(2, "en cours", created="2025-12-01"),
        prospect(3, "en cours", created="2025-06-01", amount="700"),
    )
    portfolio = company(prospects=sheet)
    found = Findings(portfolio)
    assert (found["prospecting.open_amount"].value, found["prospecting.stale_amount"].value) == (800.0, 700.0)
    assert found["prospecting.weighted_pipeline"].value == 50.0
    assert "P3" in words(stale_table(shown(portfolio).prospects))


def test_seen_from_an_earlier_day_what_was_decided_since_is_still_open():
    sheet = prospects(prospect(1, "gagné", created="2025-02-01", closed="2025-09-01"))
    found = Findings(company(prospects=sheet, as_of=date(2025, 6, 30)))
    assert found["prospecting.prospects_pending"].value == 1
    assert found["prospecting.conversion_rate"].reason == "denominator_zero"
    assert found["prospecting.prospects_pending"].caveat == "caveat.prospects_later"


def test_a_prospect_won_without_invoice_is_named():
    sheet = prospects(
        prospect(1, "gagné", customer_id="E", created="2024-11-01"),
        prospect(2, "gagné", customer_id="A", created="2025-11-01"),
        prospect(3, "gagné", customer_id="D", created="2025-03-01"),
        prospect(4, "gagné"),
    )
    portfolio = company(prospects=sheet)
    found = Findings(portfolio)
    assert found["prospecting.won_not_invoiced"].value == 2
    assert "P3" in words(uninvoiced_table(shown(portfolio).prospects))
    assert found["prospecting.new_traced_share"].value == 1.0
    assert found["prospecting.new_delay_days"].value == (date(2025, 1, 15) - date(2024, 11, 1)).days
    # in N three prospects were created; A and D were clients already, one has no code: it alone could become one
    assert (found["prospecting.invoiced_rate"].value, found["prospecting.invoiced_rate"].n) == (0.0, 1)


def test_new_clients_on_r6():
    found = Findings(company())
    assert found["prospecting.new_revenue"].value == 120.0
    assert found["prospecting.new_revenue_share"].value == 0.12
    assert found["prospecting.new_mean_revenue"].value == 120.0
    assert found["prospecting.new_traced_share"].reason == "missing:prospects"
    assert found["prospecting.new_kept_rate"].reason == "history_short"


def test_a_new_client_costs_six_times_a_client_kept():
    params = {"economics": {"prospecting_cost": "600", "retention_cost": "400"}}
    found = Findings(company(params=params))
    assert found["prospecting.acquisition_cost"].value == 600.0  # one new client: E
    assert found["prospecting.retention_cost"].value == 100.0  # four kept: A, B, C, F
    assert found["prospecting.acquisition_ratio"].value == 6.0
    assert "vingt fois" in found["prospecting.acquisition_ratio"].caveats("fr")[0]
    assert Findings(company())["prospecting.acquisition_cost"].reason == "missing:prospecting_cost"


def activities():
    """R6 has a revenue of 1,000: B and D's heirs aside, 100 of it a new activity, 60 under a new contract."""
    rows = [("A25", "A", "2025-03-15", "60", "Soins", "K1"), ("A26", "A", "2025-12-15", "840", "Soins", None),
            ("B25", "B", "2025-12-16", "100", "Conseil", None), ("A24", "A", "2024-12-15", "10", "Soins", None),
            ("A23", "A", "2025-01-02", "0", "Soins", None)]  # fmt: skip
    columns = ["invoice_id", "customer_id", "invoice_date", "amount_ht", "activity", "contract_id"]
    return pd.DataFrame(rows, columns=columns)


def contracts(**more):
    base = {"contract_id": ["K1", "K0", "K2"], "customer_id": ["A", "A", "B"],
            "start": ["2025-03-01", "2019-01-01", "2025-04-01"], "n_institutions": ["2", "5", "1"]} | more  # fmt: skip
    return pd.DataFrame(base)


def test_sixty_of_nine_hundred_is_the_diversification():
    told = {
        "activities": {"initial": ["Soins"]},
        "period": {"as_of": "2025-12-31", "covered_from": "2025-01-01"},
    }
    found = Findings(company(activities(), contracts=contracts(), params=told))
    assert found["prospecting.multi_institution_share"].value == pytest.approx(60 / 900, abs=1e-9)
    assert found["prospecting.multi_institution_contracts"].value == 1
    assert found["prospecting.initial_revenue"].value == 900.0


def test_contracts_can_tag_the_initial_activity_and_a_renewal_is_no_new_contract():
    told = {"period": {"as_of": "2025-12-31", "covered_from": "2025-01-01"}}
    flagged = contracts(is_initial_activity=["oui", "oui", "non"])
    lines = activities().assign(contract_id=["K1", None, "K2", None, None])
    found = Findings(company(lines, contracts=flagged, params=told))
    assert found["prospecting.multi_institution_share"].value == pytest.approx(60 / 900, abs=1e-9)
    renewed = flagged.assign(renewed_by=[None, "K1", None])
    again = Findings(company(lines, contracts=renewed, params=told))
    assert again["prospecting.multi_institution_contracts"].value == 0
    assert again["prospecting.multi_institution_share"].value == 0.0


def test_an_initial_activity_that_nobody_tags_is_unknown():
    told = {"period": {"as_of": "2025-12-31", "covered_from": "2025-01-01"}}
    found = Findings(company(activities(), contracts=contracts(), params=told))
    assert found["prospecting.multi_institution_share"].reason == "missing:initial_activity"
    assert found["prospecting.multi_institution_revenue"].value == 60.0


def six_years(seed=4):
    rng = np.random.default_rng(seed)
    rows = []
    for n in range(900):
        day = date(2020, 1, 2) + timedelta(days=int(rng.integers(2190)))
        client = int(rng.integers(60))
        if day < date(2020, 1, 2) + timedelta(days=client * 35):
            continue
        family = f"F{rng.integers(6)}"
        if family == "F5" and day < date(2024, 2, 1):
            family = "F0"
        rows.append(
            (
                f"I{n}",
                f"C{client:02d}",
                str(day),
                f"{rng.integers(100, 90000) / 100:.2f}",
                family,
                family + str(n % 9),
            )
        )
    rows.append(("I-1", "C00", "2020-01-02", "5.00", "F1", "F11"))
    rows.append(("I-2", "C00", "2025-12-30", "-5.00", None, None))
    return pd.DataFrame(
        rows, columns=["invoice_id", "customer_id", "invoice_date", "amount_ht", "family", "product"]
    )


def test_new_offers_and_second_years_are_those_of_plain_pandas():
    lines = six_years()
    found = Findings(company(lines))
    frame = lines.assign(
        day=pd.to_datetime(lines.invoice_date), cents=(lines.amount_ht.astype(float) * 100).round()
    )
    now = frame[(frame.day > "2024-12-31") & (frame.day <= "2025-12-31")]
    for id, name in (("new_activity_share", "family"), ("new_product_share", "product")):
        first = frame[frame.cents > 0].groupby(name).day.min()
        new = now[now[name].map(first).ge("2023-01-01")]
        assert found[f"prospecting.{id}"].value == pytest.approx(new.cents.sum() / now.cents.sum(), abs=1e-9)
        assert 0 < found[f"prospecting.{id}"].value < 1
    bought = frame[frame.cents > 0].groupby("customer_id").day.min()
    came = bought[(bought > "2024-12-31") & (bought <= "2025-12-31")]
    mine = now[now.customer_id.isin(came.index)]
    assert found["prospecting.new_revenue"].value == pytest.approx(mine.cents.sum() / 100)
    last = frame[(frame.day > "2023-12-31") & (frame.day <= "2024-12-31")]
    newer = bought[(bought > "2023-12-31") & (bought <= "2024-12-31")].index
    assert found["prospecting.new_kept_rate"].value == pytest.approx(
        newer.isin(now.customer_id).mean(), abs=1e-9
    )
    assert (
        found["prospecting.new_kept_rate"].n
        == len(newer)
        == last[last.customer_id.isin(newer)].customer_id.nunique()
    )
    old = bought[(bought > "2022-12-31") & (bought <= "2023-12-31")]
    lived = frame[frame.customer_id.isin(old.index)]
    start = lived.customer_id.map(old)
    one = lived[lived.day < start + pd.DateOffset(months=12)].cents.sum()
    two = lived[
        (lived.day >= start + pd.DateOffset(months=12)) & (lived.day < start + pd.DateOffset(months=24))
    ].cents.sum()
    assert found["prospecting.second_year_ratio"].value == pytest.approx(two / one, abs=1e-9)


def test_a_history_shorter_than_what_counts_as_new_says_nothing_of_it():
    lines = six_years()
    short = lines[lines.invoice_date >= "2023-06-01"]
    found = Findings(company(short))
    assert found["prospecting.new_activity_share"].reason == "history_short"
    middle = Findings(company(lines[lines.invoice_date >= "2022-06-01"]))
    assert middle["prospecting.new_activity_share"].caveat == "caveat.new_offer_short"
    assert Findings(company(lines.drop(columns=["family", "product"])))[
        "prospecting.new_activity_share"
    ].reason == ("missing:activity")


def test_ansoff_a_year_apart_is_the_matrix_of_each_day():
    portfolio = company(six_years())
    table = shown(portfolio).offers.ansoff
    assert table.share.to_dict() == breakdown.breakdown(portfolio).ansoff.share.to_dict()
    past = breakdown.breakdown(company(six_years(), as_of=date(2024, 12, 31))).ansoff
    assert table.revenue_n1.to_dict() == past.revenue.to_dict()
    assert table.share_change.sum() == pytest.approx(0)


def test_quotes_are_answered_by_the_ledger():
    rows = [
        ("A", "2025-03-01", "30"),
        ("A", "2025-12-20", "30"),
        ("B", "2025-02-20", "9999"),
        ("E", "2025-01-20", None),
    ]
    sheet = pd.DataFrame(rows, columns=["customer_id", "date", "amount"]).assign(type="devis")
    portfolio = company(six_documents(), interactions=sheet)
    found = Findings(portfolio)
    assert found["prospecting.quotes_sent"].value == 4
    assert found["prospecting.quotes_conversion"].value == pytest.approx(2 / 3)
    assert (
        found["prospecting.quotes_open"].value == 1 and found["prospecting.quotes_open_amount"].value == 30.0
    )
    assert "20/12/2025" in words(open_quotes_table(shown(portfolio).quotes))


def six_documents():
    """R6 with an invoice a month, so that a quote has something to be followed by."""
    frame = ledger()
    return frame.assign(invoice_id=frame.invoice_id + frame.invoice_date)


def test_the_funnel_is_used_when_thirty_prospects_have_been_through():
    done = [prospect(n, "gagné" if n % 3 == 0 else "perdu", created="2025-01-01") for n in range(30)]
    sheet = prospects(*done, prospect(99, "en cours", created="2025-12-01", probability="0.8", amount="300"))
    portfolio = company(prospects=sheet)
    found = Findings(portfolio)
    assert found["prospecting.weighted_pipeline"].value == 100.0
    assert found["prospecting.declared_pipeline"].value == 240.0
    assert found["prospecting.weighted_pipeline"].caveat == "caveat.pipeline_observed"
    assert "80" in funnel_figure(shown(portfolio).prospects).title


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_invoices_alone_show_what_they_can_and_say_what_five_columns_would_bring(lang):
    parts = every_part(company(), lang)
    assert isinstance(parts[0], Table) and sum(isinstance(part, Notice) for part in parts) >= 10
    assert isinstance(note("prospecting.conversion"), Notice)
    assert {"fr": "cinq colonnes", "en": "five columns"}[lang] in words(note("prospecting.conversion"))


def test_every_finding_is_given_with_whatever_tables_there_are():
    blank = prospects(*([f"P{n}", *[None] * 9] for n in range(3)))
    totals = written({"customer_totals": pd.DataFrame({"customer_id": ["A"], "Milk": [10.0]})})
    source = {"path": "customer_totals.parquet", "measures": ["Milk"],
              "period": {"start": "2025-01-01", "end": "2025-12-31"}}  # fmt: skip
    content = {"company": {"id": "t"}, "sources": {"customer_totals": source}}
    for portfolio in (
        company(), company(prospects=twenty()), company(prospects=blank),
        company(prospects=twenty()[["prospect_id"]]), company(contracts=contracts()), company(as_of=date(2024, 3, 31)),
        Portfolio.of(make_params(content, folder=totals, where="test")),
    ):  # fmt: skip
        given = prospecting(portfolio).findings
        assert sorted(item.id for item in given) == OURS
        assert all((item.value is None) == (item.reason is not None) for item in given)
        for lang in ("fr", "en"):
            assert all("nan" not in words(part).lower().split() for part in every_part(portfolio, lang))


def test_poisoned_names_are_shown_and_run_nowhere():
    rows = []
    for n in range(80):
        name = POISON[n % len(POISON)]
        outcome = ("gagné", "perdu", "en cours")[n % 3]
        rows.append(
            prospect(
                n,
                outcome,
                source=name,
                stage=POISON[n % 3],
                salesperson=name,
                created="2025-11-20" if n % 2 else "2025-01-20",
            )
        )
    quotes = pd.DataFrame({"customer_id": ["A", "E"], "date": "2025-12-20", "type": "devis", "amount": "5",
                           "salesperson": POISON[0]})  # fmt: skip
    lines = six_years().assign(
        family=lambda frame: frame.family.map(
            lambda name: POISON[int(name[1])] if isinstance(name, str) else name
        )
    )
    portfolio = company(lines, prospects=prospects(*rows), interactions=quotes)
    for part in every_part(portfolio):
        html = part._repr_mimebundle_()["text/html"]
        assert "<script>alert" not in html and "<img src=x" not in html


def test_a_stage_that_says_won_or_lost_stands_for_the_outcome_that_is_missing():
    stages = ["Gagné"] * 3 + ["Perdu", "5 - Closed Lost"] + ["Presque gagné", "Offre"]
    rows = prospects(*(prospect(n, None, stage=stage, closed=None) for n, stage in enumerate(stages)))
    found = Findings(company(prospects=rows))
    named = ("prospects_won", "prospects_lost", "prospects_pending", "open_prospects", "open_amount")
    assert [found[f"prospecting.{name}"].value for name in named] == [3, 2, 2, 2, 200.0]
    assert found["prospecting.conversion_rate"].value == pytest.approx(3 / 5)
    for name in ("conversion_rate", "open_prospects", "open_amount"):
        assert "caveat.outcome_by_stage" in found[f"prospecting.{name}"].caveat
    own = Findings(company(prospects=twenty()))
    assert not any("by_stage" in (own[id].caveat or "") for id in OURS), "a sheet with outcomes is believed"


def test_an_activity_stands_for_the_family_that_services_do_not_have():
    services = six_years().drop(columns=["family", "product"], errors="ignore").assign(activity="Conseil")
    table = shown(company(services)).offers.ansoff
    assert table.share["penetration"] + table.share["new_customers"] == pytest.approx(1)


def test_nobody_new_is_said_as_such_and_not_as_a_denominator():
    lines = ledger()
    kept = lines[lines.customer_id.isin(["A", "B"])]
    found = Findings(
        company(kept, params={"economics": {"prospecting_cost": "1000", "retention_cost": "10"}})
    )
    told = found["prospecting.acquisition_cost"]
    assert told.reason == "denominator_zero:new_customers"
    assert "aucun nouveau client cette année" in told.spoken("fr")
    assert found["prospecting.new_mean_revenue"].reason == "denominator_zero:new_customers"
    days = [day.date() for day in pd.date_range("2021-01-15", "2025-12-15", freq="MS")]
    old = pd.DataFrame({"invoice_id": [f"F{day}" for day in days], "customer_id": "A", "amount_ht": "10"})
    long = Findings(company(old.assign(invoice_date=[str(day) for day in days])))
    for name in ("new_kept_rate", "second_year_ratio"):
        assert long[f"prospecting.{name}"].reason == "denominator_zero:came_before", name
    bare = Findings(company())["prospecting.retention_cost"]
    _desks[:] = [Desk(company(), "fr")]
    assert "paramètres" in absent(Unknown(bare.reason)).advice


DEVICES = [
    ("C04", "Salon", "3", "Liste des visiteurs", "2025-06-01"),
    ("C04", "Veille", "3", "Revue de presse", "2024-06-01"),
    ("C01", "Phoning", "4", None, "2025-06-01"),
    ("C05", "Alliance", "4", None, "2023-01-01"),
    ("C06", "Projet", "2", "Note", "2026-06-01"),
    ("A08", "Promesses", "2", "Note", "2025-06-01"),
]


def test_declared_devices_age_and_are_worth_little_without_evidence():
    sheet = pd.DataFrame(DEVICES, columns=["capability", "device", "maturity", "evidence", "date"])
    won = shown(company(evidence=sheet))
    left = won.evidence.set_index("device").maturity
    assert left.to_dict() == {"Phoning": 1, "Salon": 3, "Veille": 2, "Alliance": 1}
    said = words(prospecting_evidence_table(won))
    for line in ("Mesuré", "Formalisé (preuve de plus d’un an)", "Informel (sans preuve)"):
        assert line in said
    assert "salons" in said and "Promesses tenues" not in said
