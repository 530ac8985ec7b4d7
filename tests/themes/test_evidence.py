"""The system of evidence: the register whole, each status where it belongs, hostile rows, proofs that expire."""

import re
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient import capabilities as register
from capclient.errors import ParamsError
from capclient.frames import written
from capclient.indicators.coverage import ANSWERED, STATUSES, capability_status
from capclient.indicators.devices import device_maturity, latest
from capclient.notebook import chapter_evidence as chapter
from capclient.notebook.desk import Desk, _desks
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import Findings, results
from capclient.themes.devices import DEVICES, devices
from capclient.themes.evidence import covering, evidence, is_claimed
from capclient.themes.key_questions import QUESTIONS, SELF_QUESTIONS
from capclient.vocabulary import CHAPTERS, finding_specs
from capclient.wording import text
from tests.themes.test_themes import AS_OF, ledger

# How many requirements the reference texts make, theme by theme.
ASKED = {"A": 18, "B": 11, "C": 9, "D": 21, "E": 22, "F": 21, "G": 10, "H": 9, "I": 13, "J": 9}
IDS = [f"{theme}{number:02d}" for theme, most in ASKED.items() for number in range(1, most + 1)]
OUTPUTS = {
    "indicators.json",
    "customers.parquet",
    "actions.csv",
    "commerciaux/",
    "contacts.csv",
    "contacts.ics",
    "classeur.xlsx",
}
COMMANDS = {"init", "check", "report", "indicators", "demo", "lab", "course"}
POISON = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "{label}",
    "é" * 300,
    "\u202egnp.exe",
    "| a | b |",
    "",
]


_KNOWN = {}


def company(evidence_rows=None, **params):
    """Return a company of R6; asked again with the same rows it is the same one, and its themes are known."""
    asked = repr((evidence_rows, params))
    if asked not in _KNOWN:
        _KNOWN[asked] = made(evidence_rows, **params)
    return _KNOWN[asked]


def made(evidence_rows=None, as_of=AS_OF, **params):
    tables = {"invoice_lines": ledger()}
    if evidence_rows is not None:
        columns = ["capability", "device", "maturity", "evidence", "date", "owner"]
        tables["evidence"] = pd.DataFrame(evidence_rows, columns=columns).astype("object")
    content = {
        "company": {"id": "r6"}, "period": {"as_of": as_of.isoformat()},
        "sources": {name: f"{name}.parquet" for name in tables}, **params,
    }  # fmt: skip
    return Portfolio.of(make_params(content, folder=written(tables), where="test"))


def row(capability, maturity="3", proof="Rapport", day="2025-06-01", device="Dispositif", owner="Direction"):
    return (capability, device, maturity, proof, day, owner)


# --- the register ----------------------------------------------------------------------------------------------


def test_the_register_holds_every_requirement_once_and_in_order():
    assert list(register.capabilities()) == IDS
    for capability in register.capabilities().values():
        words = (capability.fr, capability.en, capability.question_fr, capability.question_en)
        assert all(word.strip() for word in words)
        assert capability.question_fr.endswith("\u00a0?") and capability.question_en.endswith("?")
        assert capability.texts and set(capability.texts) <= {"000", "001", "002", "003", "004"}


def test_every_finding_covers_requirements_that_exist():
    assert {id for spec in finding_specs().values() for id in spec.covers} <= set(IDS)


def test_what_nothing_claims_is_planned_and_what_is_planned_is_not_claimed():
    claimed = {id for id, capability in register.capabilities().items() if is_claimed(capability)}
    assert set(register.planned()) == set(IDS) - claimed
    assert all(words["fr"] and words["en"] for words in register.planned().values())


def test_what_a_requirement_names_exists():
    for id, capability in register.capabilities().items():
        covering_me = {spec.id for spec in covering()[id]}
        assert set(capability.main) | set(capability.needs) <= covering_me, id
        for name in capability.provided_by:
            kind, _, what = name.partition(":")
            assert what in {"chapter": CHAPTERS, "output": OUTPUTS, "command": COMMANDS}[kind], (id, name)


def test_devices_and_questions_name_findings_and_requirements_that_exist():
    for item in (*QUESTIONS, *SELF_QUESTIONS):
        assert set(item.figures) <= set(finding_specs()) and item.figures
        assert set(item.capabilities) <= set(IDS) and item.text in {"000", "002", "003"}
    assert len(DEVICES) == 14 and len(SELF_QUESTIONS) == 5
    for device in DEVICES:
        assert device.capability in IDS and set(device.figures) <= set(finding_specs())


@given(st.integers(0, 5), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_an_added_figure_never_takes_an_answer_away(known, said, given_, claimed, proof):
    facts = {"is_declared": said, "is_provided": given_, "is_claimed": claimed, "needs_proof": proof}
    before, after = capability_status(known=known, **facts), capability_status(known=known + 1, **facts)
    assert before in STATUSES
    assert (before in ANSWERED) <= (after in ANSWERED)


# --- one company ----------------------------------------------------------------------------------------------


def test_invoices_alone_answer_many_questions_and_the_others_say_why():
    proof = evidence(company())
    status = proof.capabilities["status"]
    assert list(proof.capabilities.index) == IDS
    assert status["A01"] == status["A03"] == status["B07"] == status["D13"] == "computed"
    assert status["F18"] == status["J08"] == "provided"
    assert status["A13"] == status["B01"] == status["E01"] == "unknown"
    assert proof.capabilities.loc["B01", "reason"] == "missing:evidence"
    unknown = proof.capabilities[status == "unknown"]
    assert unknown["reason"].notna().all() and (unknown["known"] == 0).mean() > 0.5
    counts = {item.id.partition(".")[2]: item.value for item in proof.findings}
    assert sum(counts[f"{name}_capabilities"] for name in STATUSES) == counts["capabilities"] == len(IDS)
    assert counts["answered_capabilities"] == int(status.isin(ANSWERED).sum())
    assert counts["rows"] is None and counts["mean_maturity"] is None


def test_a_figure_that_surrounds_a_question_does_not_answer_it():
    """Contacts that are planned were made with nobody; alerts in all say nothing of the rule that keeps silent."""
    stands = evidence(company()).capabilities
    told = stands.loc[["D04", "F15", "H03", "H04", "H07"], ["status", "reason", "known"]]
    assert told.reason.to_dict() == {
        "D04": "missing:declared", "F15": "missing:cost", "H03": "missing:contracts", "H04": "missing:calls",
        "H07": "missing:mails",
    }  # fmt: skip
    assert told.status.eq("unknown").all() and told.known.eq(0).all()
    assert stands.loc["B10", "status"] == "computed" and stands.loc["B10", "figures"]


def test_client_totals_have_their_register_too():
    source = {
        "path": "customer_totals.parquet", "measures": ["Milk"],
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
    }  # fmt: skip
    folder = written({"customer_totals": pd.DataFrame({"customer_id": ["A", "B"], "Milk": [10.0, 5.0]})})
    content = {"company": {"id": "t"}, "sources": {"customer_totals": source}}
    proof = evidence(Portfolio.of(make_params(content, folder=folder, where="test")))
    assert list(proof.capabilities.index) == IDS
    assert proof.capabilities.loc["B07", "status"] == "computed"
    assert proof.capabilities.loc["A01", "status"] == "unknown"


def test_a_signed_row_answers_what_no_figure_can_and_stands_beside_what_one_does():
    proof = evidence(company([row("B01"), row("A01", maturity="1"), row("A13")]))
    frame = proof.capabilities
    assert frame.loc["B01", "status"] == frame.loc["A13", "status"] == "declared"
    assert frame.loc["A01", "status"] == "computed" and frame.loc["A01", "kept"] == 1
    assert (frame["rows"] > 0).sum() == 3
    assert Findings(company([row("B01")]))["evidence.signed_capabilities"].value == 1


def test_the_last_dated_row_speaks_for_its_question_and_rows_after_the_date_do_not():
    rows = [
        row("B01", "1", day="2025-01-01"),
        row("B01", "3", day="2025-05-01"),
        row("B01", "4", day="2026-02-01"),
    ]
    frame = evidence(company(rows)).capabilities
    assert frame.loc["B01", "kept"] == 3 and frame.loc["B01", "rows"] == 2
    assert frame.loc["B01", "expires"] == pd.Timestamp("2026-05-01")


@pytest.mark.parametrize(
    ("day", "kept", "stale"),
    [("2024-12-30", 2, True), ("2024-12-31", 3, False), ("2025-01-01", 3, False), (None, 2, True)],
)
def test_a_proof_expires_the_day_after_its_twelve_months(day, kept, stale):
    rows = pd.DataFrame({"maturity": [3.0], "evidence": ["Note"], "date": [day]})
    (one,) = device_maturity(rows, as_of=date(2025, 12, 31)).to_dict("records")
    assert (one["kept"], one["is_stale"]) == (kept, stale)


def test_a_proof_of_the_29th_of_february_holds_to_the_28th():
    rows = pd.DataFrame({"maturity": [4.0], "evidence": ["Note"], "date": ["2024-02-29"]})
    kept = [
        float(device_maturity(rows, as_of=day).kept.iloc[0]) for day in (date(2025, 2, 28), date(2025, 3, 1))
    ]
    assert kept == [4.0, 3.0]


@given(
    st.lists(
        st.tuples(st.floats(-2, 9), st.booleans(), st.dates(date(2020, 1, 1), date(2026, 6, 1)) | st.none()),
        max_size=8,
    )
)
def test_a_level_kept_is_never_above_the_declared_one(rows):
    frame = pd.DataFrame(
        {"maturity": [mark for mark, _, _ in rows], "evidence": ["x" if proof else " " for _, proof, _ in rows],
         "date": pd.to_datetime(pd.Series([day for _, _, day in rows], dtype="object"))}
    )  # fmt: skip
    rated = device_maturity(frame, as_of=AS_OF)
    assert rated["kept"].between(0, 4).all()
    assert (rated["kept"] <= rated["maturity"].clip(lower=0)).all()
    assert (rated.loc[~rated["is_proven"], "kept"] <= 1).all()


def test_of_two_rows_without_date_the_last_written_wins():
    rows = pd.DataFrame({"code": ["A", "A"], "date": [None, None], "owner": ["x", "y"]})
    assert latest(rows, "code").owner.tolist() == ["y"]


# --- devices ----------------------------------------------------------------------------------------------


def declared(*codes):
    return [row(code) for code in codes]


def test_seven_devices_give_a_mean_and_six_give_none():
    few = declared("A11", "A06", "A12", "A13", "A14", "A15")
    assert Findings(company(few))["evidence.mean_maturity"].reason == "missing:devices"
    enough = [*few, row("A16", maturity="0")]
    found = Findings(company(enough))
    assert found["evidence.mean_maturity"].value == pytest.approx(18 / 7)
    assert found["evidence.devices_absent"].value == 1 and found["evidence.devices_silent"].value == 7


def test_fairs_and_reading_are_told_apart_by_their_words():
    rows = [row("C04", "3", device="Veille documentaire"), row("C04", "1", device="Salon Global Industrie")]
    frame = devices(company(rows)).devices
    assert frame.loc["reading", "maturity"] == 3 and frame.loc["fairs", "maturity"] == 1


def test_what_is_declared_and_not_seen_in_the_figures_is_said():
    frame = evidence(company([row("A13"), row("C04", device="Salons")])).devices
    assert frame.loc["hotline", "verdict"] == "unshown"
    assert frame.loc["fairs", "verdict"] == "proof_only"
    assert frame.loc["service", "verdict"] == "silent"
    assert frame.loc["leavers", "verdict"] == "undeclared"  # the ledger counts the clients lost


# --- self-assessment and levers ------------------------------------------------------------------------------


def test_an_answer_kinder_than_the_data_is_a_gap():
    rows = [row("E21.2", "4"), row("E21.3", "3"), row("e21.4 ", "0"), row("E21.5", "2", proof=None)]
    own = evidence(company(rows)).own_questions
    assert own["answer"].fillna("–").tolist() == ["–", "yes", "yes", "no", "partly"]
    assert own["data"].tolist() == ["partly", "no", "yes", "no", "partly"]
    assert own["is_gap"].tolist() == [False, True, False, False, False]


LEVERS = [
    {"id": "L1", "text": "Club clients", "capability": "a11", "owner": "Direction", "due": "2025-12-30"},
    {"id": "L2", "text": "Enquête", "due": "2025-12-31", "status": "under_way"},
    {"id": "L3", "text": "Balance âgée", "due": "2025-01-31", "status": "done", "owner": "Comptabilité"},
    {"id": "L4", "text": "Salon", "due": "2025-01-31", "status": "dropped"},
]


def test_a_lever_is_late_the_day_after_its_due_date_unless_it_is_closed():
    portfolio = company(levers=LEVERS)
    assert evidence(portfolio).levers["is_late"].tolist() == [True, False, False, False]
    found = Findings(portfolio)
    names = ("levers", "levers_done", "levers_late", "levers_unowned")
    assert [found[f"evidence.{name}"].value for name in names] == [4, 1, 1, 1]
    assert evidence(portfolio).capabilities.loc["J04", "status"] == "computed"
    assert evidence(company()).capabilities.loc["J04", "reason"] == "missing:levers"


@pytest.mark.parametrize(
    "wrong",
    [{"capability": "Z99"}, {"capability": "A99"}, {"status": "bientôt"}, {"text": " "}, {"who": "x"}],
)
def test_a_lever_that_says_nothing_usable_is_refused(wrong):
    with pytest.raises(ParamsError):
        company(levers=[LEVERS[0] | wrong])


def test_two_levers_under_one_identifier_are_refused():
    with pytest.raises(ParamsError):
        company(levers=[LEVERS[0], LEVERS[0]])


# --- hostile rows ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_hostile_rows_are_counted_shown_and_never_run(lang):
    rows = [row(word or "?", "2", word, "2025-06-01", word, word) for word in POISON]
    rows += [row("A12", "2", word, "2025-06-01", word, word) for word in POISON]
    portfolio = company(
        rows, levers=[LEVERS[0] | {"text": word} | {"id": f"H{k}"} for k, word in enumerate(POISON[:6])]
    )
    _desks[:] = [Desk(portfolio, lang)]
    proof = evidence(portfolio)
    found = Findings(portfolio)
    assert found["evidence.unmatched_rows"].value == len(POISON)
    assert found["evidence.rows"].value == len(POISON)
    shown = [
        getattr(chapter, name)(proof).html()
        for name in chapter.__all__ if name != "evidence"
    ]  # fmt: skip
    assert all("<script>alert" not in page for page in shown)
    assert "&lt;script&gt;" in chapter.odd_evidence_table(proof).html()


def test_the_whole_register_is_printed_folded_with_every_code():
    portfolio = company([row("B01")])
    _desks[:] = [Desk(portfolio, "fr")]
    page = chapter.register_table(evidence(portfolio)).html()
    assert page.count("<details>") == len(ASKED)
    assert all(f">{id}<" in page for id in IDS)


# --- what is no answer -----------------------------------------------------------------------------------------


def test_a_level_of_nothing_is_an_answer_and_a_blank_row_is_none():
    rows = [row("B07", maturity="0", proof=None), row("B08", maturity=None, proof=None), row("A13", None, " "),
            row("Autodiagnostic 4", "0", None), row("self-assessment 5", None, None)]  # fmt: skip
    found = evidence(company(rows))
    table = found.capabilities
    assert pd.notna(table.maturity["B07"]) and pd.isna(
        table.maturity["B08"]
    )  # absent is said; nothing is said
    assert table.status["B08"] != "declared"
    own = found.own_questions["answer"].fillna("–").tolist()
    assert own == ["–", "–", "–", "no", "–"]
    told = {item.id: item.value for item in found.findings}
    assert told["evidence.self_assessed"] == 1 and told["evidence.devices_declared"] == 0
    assert told["evidence.rows"] == 5 and told["evidence.unmatched_rows"] == 0


def test_a_rate_of_nothing_shows_no_device():
    talks = pd.DataFrame({
        "customer_id": list("AABB"), "date": ["2025-02-03", "2025-05-06", "2025-03-04", "2025-08-08"],
        "type": "claim", "severity": "minor",
    })  # fmt: skip
    register_rows = pd.DataFrame(
        [row("A14", "3")], columns=["capability", "device", "maturity", "evidence", "date", "owner"]
    )

    def tools(cause):
        found = Portfolio.from_frames(
            ledger(), interactions=talks.assign(cause=cause), evidence=register_rows, as_of=AS_OF
        )
        figure = next(item for item in results(found) if item.id == "satisfaction.cause_told_share")
        return figure.value, evidence(found).devices.verdict["tools"]

    assert tools(["retard", None, None, None]) == (0.25, "shown")
    share, verdict = tools([None] * 4)
    assert share in (0, None) and verdict == "unshown"  # no cause was ever noted


def test_cells_that_nobody_filled_in_declare_no_rate():
    sheet = pd.DataFrame({"customer_id": ["A", "B"], "decision_criteria": ["prix", "délai"]})
    found = Portfolio.from_frames(ledger(), customers=sheet, as_of=AS_OF)
    told = {item.id: item for item in results(found)}
    assert told["declared.described_customers"].value == 2
    assert told["declared.completeness"].value is None
    assert told["declared.completeness"].reason == "missing:declared"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_code_and_no_folder_stands_for_words(lang):
    portfolio = company()
    _desks[:] = [Desk(portfolio, lang)]
    proof = evidence(portfolio)
    pages = [chapter.self_assessment_table(proof).html(), chapter.register_table(proof).html()]
    assert not re.search(r"E21\.\d|commerciaux/|indicators\.json|output:", " ".join(pages))
    assert text("provided.output.commerciaux", lang) in pages[1]
    for capability in register.capabilities().values():
        assert all(chapter._provided(name, lang) for name in capability.provided_by)
