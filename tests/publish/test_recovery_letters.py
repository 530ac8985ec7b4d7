"""What a recovery case claims and says: the invoice behind what came back, what is late enough."""

import re
from datetime import date

import pandas as pd
import pytest
from markupsafe import escape

from capclient.decisions.recovery import recovery_cases
from capclient.portfolio import Portfolio
from capclient.publish.case_links import with_case_links
from capclient.publish.letters import letter
from capclient.publish.recovery import case_names
from capclient.themes.payment_terms import payment_terms
from capclient.wording import text
from tests.publish.test_recovery_files import ELSE, OLD, case_of, invoices, one_payment, rows_of

NOTICE = "lettres/fr-mise-en-demeure.html"


def payments(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "invoice_id", "date", "amount", "method"])


def plain(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.partition("<main>")[2]))


RETURNED = payments(
    ("A", "F1", "2025-06-17", "1000.00", "Prélèvement"),
    ("A", "F1", "2025-06-21", "-1000.00", "Rejet de prélèvement"),
)
BILLED = ("A", "F1", "2025-03-02", "2025-05-01", "1000.00")


def test_a_payment_that_came_back_is_claimed_as_its_invoice(tmp_path):
    found = case_of(tmp_path, invoices(BILLED), RETURNED)
    assert rows_of(found["factures.csv"])[1][:5] == ["F1", "facture", "2025-03-02", "2025-05-01", "non"]
    assert rows_of(found["factures.csv"])[1][6] == "1000,00"
    assert "02/03/2025" in found[NOTICE] and "21/06/2025" not in found[NOTICE]
    events = [row[:3] for row in rows_of(found["chronologie.csv"])[1:-1]]
    assert events == [
        ["2025-03-02", "facture", "F1"],
        ["2025-05-01", "échéance non honorée", "F1"],
        ["2025-06-17", "règlement", "F1"],
        ["2025-06-21", "rejet de prélèvement", "F1"],
    ]
    assert [row[2] for row in rows_of(found["reglements.csv"])[1:]] == ["règlement", "rejet de prélèvement"]
    assert [row[1] for row in rows_of(found["releve.csv"])[1:]] == [
        "facture",
        "règlement",
        "rejet de prélèvement",
    ]


def test_what_is_left_of_an_invoice_and_what_came_back_of_it_are_one_debt(tmp_path):
    paid = payments(
        ("A", "F1", "2025-06-17", "400.00", "Prélèvement"), ("A", "F1", "2025-06-21", "-400.00", "Rejet")
    )
    (row,) = rows_of(case_of(tmp_path, invoices(BILLED), paid)["factures.csv"])[1:]
    assert row[6:8] == ["1000,00", "1000,00"]


def test_a_debt_without_its_invoice_brings_no_formal_notice(tmp_path):
    items = pd.DataFrame(
        {"item_id": ["B1"], "customer_id": ["A"], "kind": ["other"], "date": ["2025-01-02"],
         "due_date": ["2025-02-02"], "amount": ["5000.00"]}
    )  # fmt: skip
    found = case_of(tmp_path, invoices(OLD), one_payment(*ELSE), receivable_items=items)
    (name,) = [name for name in found if name.startswith("lettres/fr-")]
    assert name == "lettres/fr-rappel.html"
    said = plain(found[name])
    assert "les sommes ci-dessous restent dues" in said and "indemnité" not in said
    assert "B1" not in said and " autre " in said  # no line of a file is shown as an invoice
    assert "Créance à identifier : retrouvez la facture que ce paiement soldait" in plain(
        found["dossier.html"]
    )


def test_a_known_invoice_is_noticed_without_the_unknown_sum_beside_it(tmp_path):
    items = pd.DataFrame(
        {"item_id": ["I1", "B1"], "customer_id": "A", "invoice_id": ["F1", None], "kind": ["invoice", "other"],
         "date": "2025-01-02", "due_date": "2025-02-02", "amount": ["700.00", "5000.00"]}
    )  # fmt: skip
    found = case_of(tmp_path, invoices(OLD), one_payment(*ELSE), receivable_items=items)
    said = plain(found[NOTICE])
    assert "La facture ci-dessous reste impayée" in said and "700,00" in said and "000,00" not in said


def test_the_case_and_the_chapter_count_the_same_penalties():
    rows = [("A", f"F{n}", "2025-01-01", f"2025-0{n}-10", "1000.00") for n in range(1, 5)]
    paid = payments(
        ("A", "F1", "2025-03-01", "400.00", ""),  # part of an invoice that is claimed
        ("A", "F2", "2025-05-01", "1000.00", ""),  # settled late
        ("A", "F3", "2025-03-01", "1000.00", ""),  # in time
        ("A", "F4", "2025-06-01", "1.00", ""),
    )
    portfolio = Portfolio.from_frames(invoices(*rows), payments=paid, as_of=date(2025, 7, 30))
    (case,) = recovery_cases(portfolio)
    whole = payment_terms(portfolio).penalties.loc["A"]
    assert case.settled.invoices == 1 and case.invoices_late == 2 and whole.late_invoices == 3
    assert float(case.penalties + case.settled.penalty) == pytest.approx(whole.penalty, abs=0.001)
    # F2: 1,000 x 80 days at 13.15 %
    assert float(case.settled.penalty) == pytest.approx(28.82, abs=0.02)
    bases = case.statement.base.tolist()
    assert 40000 in bases and 60000 in bases and 100 in bases


def test_a_formal_notice_claims_what_is_late_enough(tmp_path):
    rows = [OLD, ("A", "F2", "2025-06-01", "2025-07-27", "500.00")]  # three days late
    found = case_of(tmp_path, invoices(*rows), one_payment(*ELSE))
    claimed, _, beside = plain(found[NOTICE]).partition("également échues")
    assert "F1" in claimed and "F2" not in claimed and "1 × 40" in claimed
    assert "La facture ci-dessous reste impayée" in claimed
    assert "F2" in beside and "500,00" in beside
    assert "12 500,00" in plain(found["dossier.html"]).replace("\u202f", " ").replace("\xa0", " ")


def test_a_reminder_that_is_recorded_brings_a_second_letter(tmp_path):
    late = invoices(("A", "F1", "2025-05-01", "2025-07-05", "100.00"))
    talks = pd.DataFrame(
        {"customer_id": ["A"], "date": ["2025-07-15"], "type": ["mail"], "cause": ["Rappel"]}
    )
    first = case_of(tmp_path / "a", late, one_payment(*ELSE))
    again = case_of(tmp_path / "b", late, one_payment(*ELSE), interactions=talks)
    assert [name for name in first if "/fr-" in name] == ["lettres/fr-rappel.html"]
    assert [name for name in again if "/fr-" in name] == ["lettres/fr-relance.html"]
    assert "Malgré notre rappel du 15 juillet 2025, la facture ci-dessous reste impayée" in plain(
        again["lettres/fr-relance.html"]
    )
    assert "la facture ci-dessous reste impayée au 30 juillet 2025" in plain(first["lettres/fr-rappel.html"])


def test_open_complaints_are_told_in_the_file(tmp_path):
    talks = pd.DataFrame(
        {"customer_id": ["A"] * 3, "date": ["2025-03-01", "2025-04-01", "2025-05-01"], "type": "claim",
         "closed": ["2025-03-09", None, None]}
    )  # fmt: skip
    page = case_of(tmp_path, invoices(OLD), one_payment(*ELSE), interactions=talks)["dossier.html"]
    assert "Réclamations notées (2) : réglez-les, ou déclarez la créance contestée." in plain(page)
    never = case_of(tmp_path / "b", invoices(OLD), one_payment(*ELSE), interactions=talks.assign(closed=None))
    assert "Réclamations notées" not in never["dossier.html"]


def test_the_chronology_tells_what_was_unpaid_at_each_due_date(tmp_path):
    rows = [
        ("A", "F1", "2025-01-01", "2025-02-01", "300.00"),
        ("A", "F1", "2025-01-01", "2025-03-01", "700.00"),
    ]
    paid = payments(("A", "F1", "2025-02-06", "300.00", ""), ("A", "F1", "2025-04-01", "100.00", ""))
    found = case_of(tmp_path, invoices(*rows), paid)
    told = [row for row in rows_of(found["chronologie.csv"]) if row[1] in ("facture", "échéance non honorée")]
    assert told == [
        ["2025-01-01", "facture", "F1", "1000,00"],
        ["2025-02-01", "échéance non honorée", "F1", "300,00"],
        ["2025-03-01", "échéance non honorée", "F1", "700,00"],
    ]


def test_a_letter_bears_the_siren_the_town_and_the_address_of_the_client(tmp_path):
    sheet = pd.DataFrame({"customer_id": ["A"], "address": ["4 quai Nord, 69001 Lyon"]})
    found = Portfolio.from_frames(
        invoices(OLD), payments=one_payment(*ELSE), customers=sheet, as_of=date(2025, 7, 30)
    )
    firm = found.params.company.model_copy(
        update={"address": "12 rue des Lices, 31000 Toulouse", "siren": "123456782"}
    )
    signed = Portfolio(found.params.model_copy(update={"company": firm}), found.store, found.asked_as_of)
    (case,) = recovery_cases(signed)
    said = plain(letter(signed, case, "formal_notice", "fr"))
    for words in ("SIREN 123456782", "Toulouse, le 30 juillet 2025", "4 quai Nord, 69001 Lyon"):
        assert words in said
    assert "[adresse]" not in said and "[lieu]" not in said


def test_an_unknown_rate_and_a_prolonged_one_are_said(tmp_path):
    ancient = invoices(("A", "F1", "1997-01-01", "1997-03-01", "1000.00"))
    old = case_of(tmp_path / "a", ancient, one_payment(*ELSE), as_of=date(1997, 12, 31))
    assert "Taux BCE inconnu à ces dates" in plain(old["dossier.html"])
    late = case_of(tmp_path / "b", invoices(OLD), one_payment(*ELSE), as_of=date(2027, 3, 31))
    assert "dernier taux connu" in plain(late[NOTICE])
    known = case_of(tmp_path / "c", invoices(OLD), one_payment(*ELSE))
    assert "dernier taux connu" not in plain(known[NOTICE])


def test_letters_stand_in_a_folder_of_the_language_of_the_file(tmp_path):
    found = case_of(tmp_path, invoices(OLD), one_payment(*ELSE), lang="en")
    assert [name for name in found if "/" in name] == [
        "letters/en-formal-notice.html",
        "letters/fr-mise-en-demeure.html",
    ]


def test_the_recovery_list_of_a_report_leads_to_the_files():
    rows = [
        ("A & B", "F1", "2025-01-01", "2025-05-31", "900.00"),
        ("C<1>", "F2", "2025-01-01", "2025-05-31", "50"),
    ]
    portfolio = Portfolio.from_frames(invoices(*rows), payments=one_payment(*ELSE), as_of=date(2025, 7, 30))
    list_ = (
        '<div aria-label="Qui relancer d’abord">'  # placeholder, replaced by the caption of the table
        '<table><tbody><tr><th scope="row" class="cc-text"><bdi>A &amp; B</bdi></th></tr>'
        '<tr><th scope="row" class="cc-text"><bdi>C&lt;1&gt;</bdi></th></tr></tbody></table></div>'
        '<table><tr><th scope="row"><bdi>A &amp; B</bdi></th></tr></table>'
    ).replace("Qui relancer d’abord", str(escape(text("table.recovery", "fr"))))
    html = with_case_links(list_, portfolio, "fr")
    first, second = case_names(["A & B", "C<1>"])
    assert f'<bdi><a href="recouvrement/{first}.zip">A &amp; B</a></bdi>' in html
    assert f'<bdi><a href="recouvrement/{second}.zip">C&lt;1&gt;</a></bdi>' in html
    assert html.count("<a ") == 2
    assert with_case_links("<p>rien</p>", portfolio, "fr") == "<p>rien</p>"


@pytest.mark.parametrize(("lang", "words"), [("fr", "sont des pseudonymes"), ("en", "are pseudonyms")])
def test_a_letter_to_a_pseudonym_says_so_before_anything_else(lang, words):
    found = Portfolio.from_frames(invoices(OLD), payments=one_payment(*ELSE), as_of=date(2025, 7, 30))
    privacy = found.params.privacy.model_copy(update={"pseudonymise": True})
    coded = Portfolio(found.params.model_copy(update={"privacy": privacy}), found.store, found.asked_as_of)
    (case,) = recovery_cases(found)
    assert words in plain(letter(coded, case, "formal_notice", lang))[:120]
    assert words not in letter(found, case, "formal_notice", lang)
