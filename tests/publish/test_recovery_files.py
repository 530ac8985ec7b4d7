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

from capclient.portfolio import Portfolio
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
        "chronologie.csv", "dossier.html", "factures.csv", "lettres/en-formal-notice.html", "lettres/en-reminder.html",
        "lettres/fr-mise-en-demeure.html", "lettres/fr-rappel.html", "reglements.csv", "relances.csv",
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
    notice = contents(tmp_path / "recouvrement" / "A.zip")["lettres/en-formal-notice.html"]
    # 12,000 less a receipt of 2,000 that nobody allocated, 249.53 of penalties, one invoice
    for said in ("€12,000.00", "€10,000.00", "€249.53", "€40.00", "€10,289.53"):
        assert said in notice, said
    assert "€500.00" not in notice


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
