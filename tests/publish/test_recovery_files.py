"""The file of a recovery case: the same bytes for the same data, safe names, and nothing that computes or loads."""

import csv
import hashlib
import io
import re
import zipfile
from datetime import date
from html.parser import HTMLParser

import pandas as pd
import pytest

from capclient.decisions.recovery import recovery_cases
from capclient.portfolio import Portfolio
from capclient.publish.letters import letter
from capclient.publish.recovery import case_names, write_recovery

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "CON",
    "Société « É »",
    "société « é »",
    "A" * 300,
]


def hostile(as_of=date(2025, 12, 31)):
    """Each client owes one old invoice; names, invoice numbers and reminders are attacks."""
    rows = [(name, f"@F{n}", "2025-01-01", "2025-02-01", "100.00") for n, name in enumerate(HOSTILE)]
    lines = pd.DataFrame(
        rows, columns=["customer_id", "invoice_id", "invoice_date", "due_date", "amount_ttc"]
    )
    talks = pd.DataFrame(
        {
            "customer_id": HOSTILE[0],
            "date": ["2025-03-01"],
            "type": ["mail"],
            "channel": ["\t=1+1"],
            "cause": ["-2+3\n=9"],
        }
    )
    pays = pd.DataFrame(
        {"customer_id": ["Z"], "date": ["2025-03-01"], "amount": ["1.00"], "payment_id": ["+1"]}
    )
    return Portfolio.from_frames(
        lines.assign(amount_ht=lines.amount_ttc),
        payments=pays,
        interactions=talks,
        as_of=as_of,
        company="pirates",
    )


def test_cents_left_of_an_invoice_bear_no_indemnity_and_make_no_case_alone():
    rows = [
        ("A", f"F{n}", "2025-01-01", "2025-02-01", amount) for n, amount in enumerate(["100.00", "465.79"])
    ]
    rows.append(("B", "G", "2025-01-01", "2025-02-01", "465.79"))
    names = ["customer_id", "invoice_id", "invoice_date", "due_date", "amount_ttc"]
    lines = pd.DataFrame(rows, columns=names)
    paid = pd.DataFrame(
        {
            "customer_id": ["A", "B"], "date": "2025-01-20", "amount": "465.78",
            "payment_id": ["P1", "P2"], "invoice_id": ["F1", "G"],
        }
    )  # fmt: skip
    firm = Portfolio.from_frames(
        lines.assign(amount_ht=lines.amount_ttc), payments=paid, as_of=date(2025, 12, 31), company="cents"
    )
    (case,) = recovery_cases(firm)
    assert case.customer_id == "A" and str(case.principal) == "100.01"
    assert case.indemnity == 40 and case.invoices_late == 1
    assert case.settled is None  # nor among the other invoices paid late


@pytest.fixture(scope="module")
def portfolio():
    return hostile()


@pytest.fixture(scope="module")
def files(portfolio, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    names = write_recovery(portfolio, folder, "fr")
    return {name: folder / "recouvrement" / f"{name}.zip" for name in names}


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def test_every_case_has_one_file_with_a_safe_name(files):
    assert len(files) == len(HOSTILE) == len({name.casefold() for name in files})
    for name, path in files.items():
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,70}", name) and path.is_file()
        assert not re.fullmatch(r"con|nul|aux|prn", name, re.I)
    assert sorted(path.name for path in next(iter(files.values())).parent.iterdir()) == sorted(
        f"{n}.zip" for n in files
    )


def test_a_plain_code_keeps_its_name():
    assert case_names(["C0017", "C0018"]) == ["C0017", "C0018"]
    assert len({name.casefold() for name in case_names(["a", "A", "à", "a ", ""])}) == 5


def test_the_same_data_make_the_same_bytes(files, tmp_path):
    write_recovery(hostile(), tmp_path, "fr")
    for name, path in files.items():
        again = (tmp_path / "recouvrement" / f"{name}.zip").read_bytes()
        assert hashlib.sha256(again).digest() == hashlib.sha256(path.read_bytes()).digest()


def test_a_file_holds_what_counsel_asks_for(files):
    found = contents(next(iter(files.values())))
    assert list(found) == [
        "chronologie.csv", "decompte.csv", "dossier.html", "factures.csv", "lettres/en-formal-notice.html",
        "lettres/fr-mise-en-demeure.html", "reglements.csv", "relances.csv", "releve.csv",
    ]  # fmt: skip
    assert (
        "L441-10" in found["lettres/fr-mise-en-demeure.html"]
        and "D441-5" in found["lettres/en-formal-notice.html"]
    )
    assert (
        "40,00" in found["lettres/fr-mise-en-demeure.html"]
        and "€40.00" in found["lettres/en-formal-notice.html"]
    )


def test_no_cell_of_a_table_computes(files):
    for path in files.values():
        for name, text in contents(path).items():
            if name.endswith(".csv"):
                rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
                assert len({len(row) for row in rows}) == 1, name
                for cell in (cell for row in rows for cell in row):
                    assert not cell.startswith(("=", "+", "@", "\t", "\r")), (name, cell)
                    assert not cell.startswith("-") or re.fullmatch(r"-[0-9]+,[0-9]{2}", cell), (name, cell)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_pages_run_nothing_load_nothing_and_tell_no_place(files, portfolio):
    for path in files.values():
        for name, text in contents(path).items():
            assert str(portfolio.store.folder.parent) not in text and "/tmp" not in text and "://" not in text
            if name.endswith(".html"):
                tags = Tags()
                tags.feed(text)
                names = [tag for tag, _ in tags.seen]
                assert not {"script", "img", "link", "iframe", "a"} & set(names), name
                assert names.count("h1") == 1 and dict(tags.seen)["html"]["lang"] in {"fr", "en"}
                assert all("scope" in attrs for tag, attrs in tags.seen if tag == "th")
                assert not any(key.startswith("on") for _, attrs in tags.seen for key in attrs)


def test_the_letters_add_up(tmp_path):
    rows = [
        ("A", "F1", "2025-01-01", "2025-05-31", "12000.00"),
        ("A", "F2", "2025-11-01", "2026-01-31", "500.00"),
    ]
    lines = pd.DataFrame(
        rows, columns=["customer_id", "invoice_id", "invoice_date", "due_date", "amount_ttc"]
    )
    pays = pd.DataFrame(
        {"customer_id": ["A"], "date": ["2025-04-01"], "amount": ["2000.00"], "payment_id": ["P"]}
    )
    found = Portfolio.from_frames(
        lines.assign(amount_ht=lines.amount_ttc), payments=pays, as_of=date(2025, 7, 30), company="adds"
    )
    assert write_recovery(found, tmp_path, "en") == ["A"]
    notice = contents(tmp_path / "recouvrement" / "A.zip")["letters/en-formal-notice.html"]
    # 12,000 less a receipt of 2,000 that nobody allocated, 249.53 of penalties, one invoice
    for said in ("€12,000.00", "€10,000.00", "€249.53", "€40.00", "€10,289.53"):
        assert said in notice, said
    assert "€500.00" not in notice


def invoices(*rows):
    lines = pd.DataFrame(
        rows, columns=["customer_id", "invoice_id", "invoice_date", "due_date", "amount_ttc"]
    )
    return lines.assign(amount_ht=lines.amount_ttc)


def one_payment(*row):
    return pd.DataFrame([row], columns=["customer_id", "invoice_id", "date", "amount", "payment_id"])


def case_of(tmp_path, lines, payments, *, name="A", lang="fr", as_of=date(2025, 7, 30), **tables):
    found = Portfolio.from_frames(lines, payments=payments, as_of=as_of, **tables)
    write_recovery(found, tmp_path, lang)
    return contents(tmp_path / "recouvrement" / f"{name}.zip")


def rows_of(table):
    return [row.split(";") for row in table.removeprefix("\ufeff").split("\r\n") if row]


OLD = ("A", "F1", "2025-01-01", "2025-05-31", "12000.00")
ELSE = ("Z", "F9", "2025-04-01", "1.00", "P")


def test_only_the_letter_of_the_stage_is_written(tmp_path):
    late = case_of(tmp_path, invoices(("A", "F1", "2025-06-01", "2025-07-20", "100.00")), one_payment(*ELSE))
    assert [name for name in late if name.startswith("lettres/")] == [
        "lettres/en-reminder.html",
        "lettres/fr-rappel.html",
    ]


def test_reminders_are_told_only_where_some_are_recorded(tmp_path):
    talks = pd.DataFrame(
        {"customer_id": "A", "date": ["2025-04-02", "2025-06-10", "2025-06-11", "2025-06-12"],
         "type": ["mail", "mail", "visit", "mail"],
         "cause": ["Relance n° 1", "Relance n° 2", "Relance", "Relance devis"]}
    )  # fmt: skip
    told = case_of(tmp_path / "a", invoices(OLD), one_payment(*ELSE), interactions=talks)
    silent = case_of(tmp_path / "b", invoices(OLD), one_payment(*ELSE))
    name = "lettres/fr-mise-en-demeure.html"
    assert "Malgré notre rappel du 10 juin 2025" in told[name] and "Malgré" not in silent[name]


def test_an_estimated_due_date_gives_a_reminder_and_says_so(tmp_path):
    found = case_of(tmp_path, invoices(("A", "F1", "2025-01-01", None, "12000.00")), one_payment(*ELSE))
    assert "lettres/fr-rappel.html" in found and "lettres/fr-mise-en-demeure.html" not in found
    assert "échéance à confirmer" in found["lettres/fr-rappel.html"]


def test_penalties_are_shown_by_invoice_and_half_year(tmp_path):
    found = case_of(tmp_path, invoices(OLD), one_payment(*ELSE))
    assert rows_of(found["decompte.csv"])[1:] == [
        ["F1", "12000,00", "2025-06-01", "2025-06-30", "30", "13,15", "129,70"],
        ["F1", "12000,00", "2025-07-01", "2025-07-30", "30", "12,15", "119,83"],
    ]
    notice = found["lettres/fr-mise-en-demeure.html"]
    assert "taux de la BCE majoré de 10 points\u00a0: 12,15\u00a0% au 2e semestre 2025" in notice.replace(
        "\u202f", "\u00a0"
    )
    assert re.search("1 × 40\\s€", notice) and "Décompte des pénalités" in found["dossier.html"]


def test_a_public_buyer_is_told_its_own_law(tmp_path):
    sheet = pd.DataFrame({"customer_id": ["A"], "customer_type": ["Commune"], "siren": ["217500016"]})
    found = case_of(tmp_path, invoices(OLD), one_payment(*ELSE), customers=sheet)
    notice, page = found["lettres/fr-mise-en-demeure.html"], found["dossier.html"]
    assert "R2192-31" in notice and "L441-10" not in notice and "217500016" in notice
    assert "majoré de 8 points" in notice and "68-1250" in page and "31 décembre 2029" in page
    assert "public" in page and "L110-4" not in page
    private = case_of(tmp_path / "b", invoices(OLD), one_payment(*ELSE))
    assert "R2192" not in private["lettres/fr-mise-en-demeure.html"]
    assert "L110-4" in private["dossier.html"] and "31 mai 2030" in private["dossier.html"]


def test_what_a_letter_lacks_is_a_visible_blank(tmp_path):
    name = "lettres/fr-mise-en-demeure.html"
    bare = case_of(tmp_path, invoices(OLD), one_payment(*ELSE))[name]
    for blank in ("[adresse]", "[lieu]", "[nom et qualité du signataire]", "A / 20250730"):
        assert blank in bare
    found = Portfolio.from_frames(invoices(OLD), payments=one_payment(*ELSE), as_of=date(2025, 7, 30))
    firm = found.params.company.model_copy(
        update={"address": "1 rue <b>Haute</b>", "signatory": "Mme Roy, gérante"}
    )
    signed = Portfolio(found.params.model_copy(update={"company": firm}), found.store, found.asked_as_of)
    (case,) = recovery_cases(signed)
    written = letter(signed, case, "formal_notice", "fr")
    assert "1 rue &lt;b&gt;Haute" in written and "Mme Roy, gérante" in written
    assert written.count("[adresse]") == 1 and "[nom" not in written


def test_the_account_runs_to_the_balance_and_no_inner_key_is_shown(tmp_path):
    found = case_of(
        tmp_path,
        invoices(OLD, ("A", "F2", "2025-06-30", "2025-09-01", "500.00")),
        one_payment("A", None, "2025-04-01", "2000.00", "P7"),
    )
    account = rows_of(found["releve.csv"])
    assert [row[-1] for row in account] == ["Solde", "12000,00", "10000,00", "10500,00"]
    assert account[2][4:6] == ["", "2000,00"] and account[2][2] == "P7"
    assert not any("|" in text for name, text in found.items() if name.endswith(".csv"))
    assert "Pièces à joindre" in found["dossier.html"] and "bons de livraison" in found["dossier.html"]


def test_debts_paid_under_another_code_bring_no_letter(tmp_path):
    found = case_of(tmp_path, invoices(OLD), one_payment("B", "F1", "2025-06-15", "12000.00", "P"))
    assert not any(name.startswith("lettres/") for name in found)
    assert "1 règlement reçu sous B nomme ces factures" in found["dossier.html"]


def test_nothing_is_written_without_a_case(tmp_path):
    rows = pd.DataFrame(
        {"customer_id": ["A"], "invoice_id": ["F"], "invoice_date": ["2025-01-01"], "amount_ht": ["1"]}
    )
    assert write_recovery(Portfolio.from_frames(rows, as_of=date(2025, 1, 31)), tmp_path, "fr") == []
    assert list(tmp_path.iterdir()) == []


def test_the_number_of_files_is_bounded(tmp_path):
    found = hostile()
    few = Portfolio(
        found.params.model_copy(update={"thresholds": _two(found)}), found.store, found.asked_as_of
    )
    assert len(write_recovery(few, tmp_path, "fr")) == 2


def _two(portfolio):
    limits = portfolio.thresholds
    return limits.model_copy(update={"recovery": limits.recovery.model_copy(update={"cases": 2})})
