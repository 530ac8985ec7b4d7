"""Satisfaction from tables to findings, against plain SQL; promises, poisoned words, one client, scales, no event."""

from datetime import date
from functools import cache

import duckdb
import numpy as np
import pandas as pd
import pytest

from capclient.errors import ParamsError
from capclient.frames import written
from capclient.notebook import assumptions_table, note, promises_table
from capclient.notebook.desk import Desk, _desks
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import Findings, activity, customers, results, satisfaction
from capclient.vocabulary import finding_specs
from tests.themes.test_themes import AS_OF, ledger

MINE = [id for id in finding_specs() if id.startswith("satisfaction.")]
POISON = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "| a | b |", "é" * 300, "$x^2$", "\u202egnp.exe"]


def event(customer_id, day, kind, **more):
    return {"customer_id": customer_id, "date": day, "type": kind, **more}


_KNOWN = {}


def portfolio_of(rows, **params):
    """Return R6 with these events; asked again with the same ones it is the same portfolio, its themes known."""
    asked = repr((rows, params))
    if asked not in _KNOWN:
        _KNOWN[asked] = made_of(rows, **params)
    return _KNOWN[asked]


def made_of(rows, **params):
    folder = written({"invoice_lines": ledger(), "interactions": pd.DataFrame(rows).astype("object")})
    content = {
        "company": {"id": "r6"}, "period": {"as_of": AS_OF.isoformat()},
        "sources": {"invoice_lines": "invoice_lines.parquet", "interactions": "interactions.parquet"}, **params,
    }  # fmt: skip
    return Portfolio.of(make_params(content, folder=folder, where="test"))


@cache
def plain():
    """Return R6 alone."""
    return Portfolio.from_frames(ledger(), as_of=AS_OF)


ROWS = [
    event("A", "2025-03-01", "survey", score_nps="9", score_csat="5", asked_by_sales="oui"),
    event(
        "A", "2025-03-02", "survey", score_nps="7", score_csat="4", asked_by_sales="oui"
    ),  # another contact of A
    event("B", "2025-03-01", "survey", score_nps="3", score_csat="2", asked_by_sales="non"),
    event("C", "2025-03-01", "survey"),  # sent, never answered
    event("D", "2024-03-01", "survey", score_nps="10", score_csat="5"),  # said so, and left
    event("B", "2025-04-01", "claim", severity="majeure", closed=None, cause="Retard"),
    event(
        "B", "2025-05-01", "claim", severity="mineure", closed="2025-05-11", cause="retard", promise_id="P1"
    ),
    event("F", "2025-06-01", "claim", severity="mineure", closed="2025-06-03", cause=None),
    event("A", "2024-06-01", "claim", closed="2024-06-02", cause="Casse"),
    event("D", "2025-02-01", "call", cause="Prix"),
    event("A", "2025-07-01", "hotline", called_back="2025-07-02"),
    event("B", "2025-07-01", "hotline"),
    event("E", "2025-08-01", "listening", phase="Livraison"),
    event("C", "2025-08-01", "dispute", amount="1250,50", closed=None),
    event("C", "2024-08-01", "dispute", amount="10", closed="2024-09-01", phase="Règlement amiable"),
    event("A", "2026-01-15", "claim", cause="Futur"),  # after D
]


@pytest.fixture(scope="module")
def found():
    return Findings(portfolio_of(ROWS))


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("nps", -0.5), ("promoter_customers", 0), ("passive_customers", 1), ("detractor_customers", 1),
        ("nps_weighted", -150 / 650), ("detractor_revenue", 150.0), ("csat", 2 / 3), ("response_rate", 3 / 4),
        ("respondents_revenue_share", 0.65), ("asked_by_others_share", 1 / 3), ("asker_gap", 1.0),
        ("dissatisfied_share", 0.5), ("satisfied_lost_share", 0.5), ("claims", 3), ("complaining_customers", 2),
        ("claims_per_100k", 300.0), ("complaining_revenue_share", 0.23), ("claim_resolution_days", 6.0),
        ("open_claims", 1), ("open_major_claims", 1), ("open_claims_age_days", 274), ("claims_closed_share", 2 / 3),
        ("claims_within_delay", 2 / 3), ("cause_told_share", 2 / 3), ("causes_for_80", 1), ("open_disputes", 1),
        ("disputed_amount", 1250.50), ("dispute_amicable_share", 1.0), ("hotline_calls", 2),
        ("hotline_called_back_share", 0.5), ("hotline_call_back_days", 1), ("listening_coverage", 3 / 5),
        ("listening_weakest_share", 1 / 5), ("listening_phases", 1), ("unhappy_customers", 2.5), ("silent_lost", 2.4),
        ("potential_customers_lost", 36), ("revenue_at_risk", 480.0), ("voice_observed_share", 1.0),
        ("loss_reason_coverage", 1.0), ("loss_reason_revenue_share", 1.0), ("loss_questionnaire_share", 0.0),
    ],
)  # fmt: skip
def test_every_figure_of_a_small_company_is_the_one_computed_by_hand(found, id, value):
    assert found[f"satisfaction.{id}"].value == pytest.approx(value), found[f"satisfaction.{id}"].reason


def test_a_score_on_two_clients_is_said_not_to_be_interpreted(found):
    said = " ".join(found["satisfaction.nps"].caveats("fr"))
    assert "Non interprétable" in said and "2 cas" in said


def test_every_finding_is_given_whatever_is_missing():
    for portfolio in (plain(), portfolio_of(ROWS[-1:])):
        given = {item.id: item for item in results(portfolio)}
        assert set(MINE) <= set(given)
        assert all((given[id].value is None) == (given[id].reason is not None) for id in MINE)


def test_without_any_event_the_reasons_name_what_to_bring():
    found = Findings(plain())
    for id, reason in {
        "nps": "survey", "claims_per_100_orders": "claims", "silent_lost": "unhappy", "listening_coverage": "listening",
        "promises_kept_share": "promises", "loss_reason_coverage": "cause", "open_disputes": "disputes",
    }.items():  # fmt: skip
        assert found[f"satisfaction.{id}"].reason == f"missing:{reason}", id


def test_no_claim_this_year_is_zero_when_claims_are_written_down_and_unknown_when_they_never_were():
    assert Findings(portfolio_of([ROWS[8]]))["satisfaction.claims"].value == 0
    assert Findings(portfolio_of([ROWS[0]]))["satisfaction.claims"].reason == "missing:claims"


def test_a_file_of_answers_only_has_no_response_rate():
    assert Findings(portfolio_of(ROWS[:3]))["satisfaction.response_rate"].reason == "missing:unanswered"


def test_the_example_of_the_text_through_the_parameters():
    found = Findings(portfolio_of(ROWS, satisfaction={"unhappy": "100", "revenue_per_customer": "2000"}))
    names = ("silent_lost", "potential_customers_lost", "revenue_at_risk")
    assert [found[f"satisfaction.{name}"].value for name in names] == [96, 1440, 192_000]
    half = Findings(portfolio_of(ROWS, satisfaction={"unhappy": "100", "voice": "0.5", "told": "2"}))
    assert [half[f"satisfaction.{name}"].value for name in names[:2]] == [50, 100]


def test_claims_that_would_mean_more_unhappy_clients_than_clients_refuse_the_scenario():
    assert Findings(portfolio_of(ROWS[5:9]))["satisfaction.silent_lost"].reason == "unreliable:voice"
    shown = satisfaction(portfolio_of(ROWS[5:9])).dissatisfaction
    assert shown.source == "text" and (shown.cost.silent, shown.cost.potential) == (96, 1440)


def test_promises_are_measured_by_findings_or_by_dated_figures():
    made = [
        {"id": "P1", "text": "Moins de quatre réclamations", "indicator": "satisfaction.claims", "target": "3",
         "direction": "at_most"},
        {"id": "P2", "text": "Garder ses clients", "indicator": "retention.retention_rate", "target": "0.9"},
        {"id": "P3", "text": "À l’heure", "measured": "0.97", "target": "0.95", "date": "2025-12-01"},
        {"id": "P4", "text": "Mesurée trop tard", "measured": "1", "target": "0.95", "date": "2026-02-01"},
    ]  # fmt: skip
    portfolio = portfolio_of(ROWS, promises=made)
    register = satisfaction(portfolio).promises.register
    assert register.verdict.tolist() == ["kept", "broken", "kept", "unmeasured"]
    assert register.claims_n.tolist() == [1, 0, 0, 0]
    assert Findings(portfolio)["satisfaction.promises_kept_share"].value == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("promise", "words"),
    [
        ({"indicator": "satisfaction.claim"}, "satisfaction.claims"),
        ({"indicator": "satisfaction.promises_kept_share"}, "GLOSSARY.md"),
        ({"indicator": "satisfaction.claims", "measured": "1"}, "deux mesures"),
    ],
)
def test_a_promise_that_cannot_be_measured_is_refused_with_its_name(promise, words):
    with pytest.raises(ParamsError) as refused:
        portfolio_of(ROWS, promises=[{"id": "P1", "text": "x", "target": "1", **promise}])
    assert words in str(refused.value)


def test_the_table_of_clients_and_the_risk_take_claims_and_marks(found):
    portfolio = portfolio_of(ROWS)
    table = customers(portfolio).set_index("customer_id")
    assert table.claims_n.to_dict() == {"A": 0, "B": 2, "C": 0, "D": 0, "E": 0, "F": 1}
    assert table.nps.dropna().to_dict() == {"A": 8.0, "B": 3.0}
    with_claims = activity(portfolio).customers.risk_score
    without = activity(plain()).customers.risk_score
    assert with_claims["B"] > without["B"] and with_claims["C"] < without["C"]


def test_poisoned_words_are_kept_as_words():
    rows = [
        event("A", "2025-03-01", "claim", cause=word, channel=word, closed="2025-03-02") for word in POISON
    ]
    rows += [event("B", "2025-03-01", "listening", phase=word) for word in POISON]
    parts = satisfaction(portfolio_of(rows))
    assert len(parts.complaints.causes) == len(POISON)
    assert len(parts.listening.phases) == len(POISON)


def test_one_client_is_enough_for_a_page_of_figures_or_reasons():
    lines = ledger()
    alone = Portfolio.from_frames(
        lines[lines.customer_id == "A"], as_of=AS_OF, interactions=pd.DataFrame(ROWS[:1]).astype("object")
    )
    found = Findings(alone)
    assert found["satisfaction.nps"].value == 1.0
    assert found["satisfaction.nps_margin"].reason == "unreliable:one_voice"
    assert found["satisfaction.tenure_margin_correlation"].reason == "n_small"


@pytest.mark.parametrize(
    ("marks", "csat"),
    [
        (["5", "4", "2", "1"], 0.5),
        (["10", "8", "5", "2"], 0.5),
        (["100", "80", "40", "79"], 0.5),
        (["5"] * 9 + ["6"], 1.0),  # one odd mark in ten is a mistake: emptied, and said
    ],
)
def test_marks_out_of_five_ten_or_a_hundred_are_read_on_their_own_scale(marks, csat):
    rows = [event("ABCE"[n % 4], "2025-03-01", "survey", score_csat=mark) for n, mark in enumerate(marks)]
    assert Findings(portfolio_of(rows))["satisfaction.csat"].value == pytest.approx(csat)


def test_a_likelihood_to_recommend_of_eleven_is_no_answer():
    rows = [event("A", "2025-03-01", "survey", score_nps="11"), event("B", "2025-03-01", "survey", score_nps="-1"),
            event("C", "2025-03-01", "survey", score_nps="10")]  # fmt: skip
    found = Findings(portfolio_of(rows))
    assert found["satisfaction.nps"].value == 1.0 and found["satisfaction.nps"].n == 1


def many(seed=4):
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(600):
        begun = date(2024, 1, 1).toordinal() + int(rng.integers(0, 800))
        closed = begun + int(rng.integers(0, 60))
        rows.append(event(
            "ABCDEF"[rng.integers(0, 6)], date.fromordinal(begun).isoformat(),
            ["claim", "hotline", "survey", "dispute"][rng.integers(0, 4)],
            closed=date.fromordinal(closed).isoformat() if rng.random() < 0.8 else None,
            called_back=date.fromordinal(begun + int(rng.integers(0, 4))).isoformat() if rng.random() < 0.7 else None,
            score_nps=str(int(rng.integers(0, 11))) if rng.random() < 0.5 else None,
            severity=["major", "minor"][rng.integers(0, 2)],
        ))  # fmt: skip
    return rows


def test_counts_and_delays_are_those_of_plain_sql():
    rows = many()
    found = Findings(portfolio_of(rows))
    con = duckdb.connect()
    con.register("raw", pd.DataFrame(rows))
    open_at_d = "(closed IS NULL OR closed > DATE '2025-12-31')"
    prompt = "coalesce(called_back - date <= 1 AND called_back <= DATE '2025-12-31', false)"
    asked = con.execute(f"""
        WITH e AS (
            SELECT * REPLACE (date::DATE AS date, closed::DATE AS closed, called_back::DATE AS called_back) FROM raw
            WHERE date::DATE <= DATE '2025-12-31'
        ), n AS (SELECT * FROM e WHERE date >= DATE '2025-01-01')
        SELECT (SELECT count(*) FROM n WHERE type = 'claim') AS claims,
               (SELECT count(*) FROM e WHERE type = 'claim' AND {open_at_d}) AS open_claims,
               (SELECT median(closed - date) FROM n WHERE type = 'claim' AND closed <= DATE '2025-12-31')
                   AS claim_resolution_days,
               (SELECT count(*) FROM e WHERE type = 'claim' AND severity = 'major' AND {open_at_d})
                   AS open_major_claims,
               (SELECT avg({prompt}::INT) FROM n WHERE type = 'hotline') AS hotline_called_back_share,
               (SELECT avg((m >= 9)::INT) - avg((m <= 6)::INT) FROM
                   (SELECT avg(score_nps::INT) AS m FROM n WHERE score_nps IS NOT NULL GROUP BY customer_id)) AS nps
    """).df().iloc[0]  # fmt: skip
    for name, value in asked.items():
        assert found[f"satisfaction.{name}"].value == pytest.approx(value), name


def test_the_past_does_not_know_what_came_after():
    before = portfolio_of(many()).at(date(2025, 6, 30))
    early = [row for row in many() if row["date"] <= "2025-06-30"]
    same = portfolio_of(early).at(date(2025, 6, 30))
    for one, other in zip(satisfaction(before).findings, satisfaction(same).findings, strict=True):
        assert one == other, one.id


def test_the_score_is_said_beside_that_of_each_asker(found):
    by = [found[f"satisfaction.nps_by_{name}"].value for name in ("sales", "others")]
    assert by == [0.0, -1.0] and by[0] - by[1] == found["satisfaction.asker_gap"].value
    shown = satisfaction_words(portfolio_of(ROWS), "satisfaction.score")
    assert "quand un commercial pose la question" in shown
    nobody = [{name: value for name, value in row.items() if name != "asked_by_sales"} for row in ROWS]
    assert "commercial" not in satisfaction_words(portfolio_of(nobody), "satisfaction.score")
    assert "66,7" in satisfaction_words(portfolio_of(ROWS), "satisfaction.csat")


def satisfaction_words(portfolio, key):
    _desks[:] = [Desk(portfolio, "fr")]
    return note(key).words


def test_the_example_of_the_text_bears_no_euros_of_the_company():
    portfolio = portfolio_of(ROWS[9:10])
    scenario = satisfaction(portfolio).dissatisfaction
    assert scenario.source == "text" and scenario.cost.revenue is None
    _desks[:] = [Desk(portfolio, "fr")]
    said = assumptions_table(scenario).html()
    assert "96" in said and "€" not in said and "en jeu" not in said


def test_an_assumption_that_the_survey_denies_is_said_not_to_hold():
    portfolio = portfolio_of(ROWS)
    _desks[:] = [Desk(portfolio, "fr")]
    made = assumptions_table(satisfaction(portfolio).dissatisfaction)
    assert made.note.startswith("Ici, 100,0\u00a0%") and "l’hypothèse de 4\u00a0% ne tient pas" in made.note
    agreed = portfolio_of(ROWS, satisfaction={"voice": "0.9"})
    _desks[:] = [Desk(agreed, "fr")]
    assert "ne tient pas" not in assumptions_table(satisfaction(agreed).dissatisfaction).note


def test_a_promise_measured_by_hand_is_shown_as_it_was_typed():
    made = [
        {"id": "P1", "text": "À l’heure", "measured": "0.9875", "target": "0.950"},
        {"id": "P2", "text": "Délai", "indicator": "satisfaction.claims_within_delay", "target": "0.95"},
    ]
    portfolio = portfolio_of(ROWS, promises=made)
    _desks[:] = [Desk(portfolio, "fr")]
    said = promises_table(satisfaction(portfolio).promises).html()
    assert "0,9875" in said and "au moins 0,950" in said and "au moins 95,0" in said
