"""The XML form of a FEC says what its text says, and nothing in it runs, swells or reaches out."""

from datetime import date

import pytest

from capclient.errors import SourceError
from capclient.readers.fec import read_fec
from tests.readers.fec.conftest import FIXTURE, as_markup

SAID = """journal, journal_label, num, date, account, account_label, aux, aux_label, piece, piece_date, label,
debit, credit, let, let_date, valid_date"""
HEAD = "<comptabilite><exercice><DateCloture>2025-12-31</DateCloture>"
TAIL = "</exercice></comptabilite>"
LINE = "<ligne><CompteNum>707000</CompteNum><CompteLib>Ventes</CompteLib><Credit>100.00</Credit></ligne>"
ENTRY = f"<ecriture><EcritureNum>1</EcritureNum><EcritureDate>2025-01-15</EcritureDate>{LINE}</ecriture>"
SALES = f"<journal><JournalCode>VE</JournalCode>{ENTRY}</journal>"


@pytest.fixture
def read(con, tmp_path):
    def reader(content, name="123456782FEC20251231.xml"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_fec(con, [tmp_path / name], workspace=tmp_path / "work")

    return reader


def said(con, lines, columns=SAID):
    return con.execute(f"SELECT {columns} FROM {lines.relation} ORDER BY id").fetchall()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-15", "windows-1252", "us-ascii"])
@pytest.mark.parametrize("sides", [False, True])
def test_the_worked_example_in_markup_is_the_worked_example(
    con, read, tmp_path, fixture_text, encoding, sides
):
    found = read(as_markup(fixture_text, encoding=encoding, sides=sides))
    expected = said(con, read_fec(con, [FIXTURE], workspace=tmp_path / "text"))
    assert len(expected) == 57
    assert said(con, found) == expected


def test_accents_and_signs_are_read_in_the_encoding_that_the_file_declares(con, read):
    text = f'<?xml version="1.0" encoding="ISO-8859-15"?>{HEAD}{SALES}{TAIL}'.replace(
        "Ventes", "Prix € œuvré &amp; &lt;b&gt;"
    )
    assert said(con, read(text.encode("iso-8859-15")), "account_label") == [("Prix € œuvré & <b>",)]


def test_a_letter_of_the_entry_is_that_of_its_lines(con, read):
    text = f"{HEAD}{SALES}{TAIL}".replace("<ligne>", "<EcritureLet>AB</EcritureLet><ligne>", 1)
    assert said(con, read(text), "let, journal, num") == [("AB", "VE", "1")]


def test_a_line_stands_where_its_tag_opens(con, read):
    text = f"{HEAD}\n{SALES}\n\n{SALES}{TAIL}".replace("<ligne>", "\n<ligne>\n")
    assert said(con, read(text), "line") == [(3,), (7,)]


def test_the_closing_date_comes_from_the_file_when_its_name_has_none(read):
    file = read(f"{HEAD}{SALES}{TAIL}".replace("2025-12-31", "2025-06-30"), "export.xml").files[0]
    assert (file.closing, file.is_closing_named) == (date(2025, 6, 30), True)


def test_a_side_that_cannot_be_read_rejects_its_line(con, read):
    odd = SALES.replace("<Credit>100.00</Credit>", "<Montant>100.00</Montant><Sens>X</Sens>")
    found = read(f"{HEAD}{SALES}{odd}{TAIL}")
    assert con.execute(f"SELECT reason_code FROM {found.rejects}").fetchall() == [("unreadable_amount",)]


def test_names_that_mean_nothing_are_said(read):
    found = read(f"{HEAD}{SALES}{TAIL}".replace("<Credit>", "<Nuance>bleu</Nuance><Credit>"))
    assert [note.facts for note in found.files[0].notes if note.code == "fec.unknown_columns"] == [
        {"columns": "NUANCE"}
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<html><body/></html>", "fec.xml_root"),
        (f"{HEAD}{SALES}", "source.damaged"),
        (f"{HEAD}{TAIL}", "fec.no_line"),
        (f"{HEAD}{SALES}<DateCloture>2024-12-31</DateCloture>{TAIL}", "fec.xml_years"),
        (f"<!DOCTYPE comptabilite>{HEAD}{SALES}{TAIL}", "fec.xml_doctype"),
        ('<!DOCTYPE c [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>' + f"{HEAD}{SALES}{TAIL}", "fec.xml_doctype"),
        ('<!DOCTYPE c SYSTEM "file:///etc/passwd">' + f"{HEAD}{SALES}{TAIL}", "fec.xml_doctype"),
        (f"{HEAD}{SALES}{TAIL}".replace("Ventes", "&inconnu;"), "source.damaged"),
        ('<?xml version="1.0" encoding="klingon"?>' + f"{HEAD}{SALES}{TAIL}", "source.damaged"),
        (f"{HEAD}{SALES}{TAIL}".replace("CompteNum", "Rien"), "fec.missing_columns"),
        ("<a>" * 40, "fec.xml_root"),
        ("<comptabilite>" + "<a>" * 40, "source.damaged"),
        (f"{HEAD}{SALES}{TAIL}".replace("Ventes", "x" * 1_100_000), "source.damaged"),
        (
            f"{HEAD}{SALES}{TAIL}".replace("<CompteLib>", f'<CompteLib a="{"x" * 18_000_000}">'),
            "source.damaged",
        ),
    ],
)
def test_a_markup_that_is_no_fec_is_refused(read, content, code):
    with pytest.raises(SourceError) as refusal:
        read(content)
    assert refusal.value.code == code
    assert refusal.value.text("fr") and refusal.value.text("en")
