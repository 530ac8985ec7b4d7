"""How a FEC is written changes nothing of what it says (A.3, A.4; reading cases of C.12)."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from capclient.errors import SourceError
from capclient.readers.fec import read_fec
from capclient.readers.fec.file_name import file_name

NAMES = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|"
    "EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)
SALE = (
    "VE|Ventes|1|20250115|411000|Clients|00042|Société d'été|F1|20250115|Écran 24\"|1440,00|0,00|||20250115||"
)
REVENUE = "VE|Ventes|1|20250115|707000|Ventes|||F1|20250115|Facture|0,00|1440,00|||20250115||"


@pytest.fixture
def fec(con, tmp_path):
    """Write one file and read it."""

    def reader(content, name="123456782FEC20251231.txt"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_fec(con, [tmp_path / name], workspace=tmp_path / "work")

    return reader


@pytest.fixture
def values(con):
    def fetched(lines, columns="account, balance"):
        return con.execute(f"SELECT {columns} FROM {lines.relation} ORDER BY id").fetchall()

    return fetched


def text(*lines, end="\n"):
    return end.join([NAMES, *lines]) + end


EXPECTED = [
    ("411000", "00042", "Société d'été", 'Écran 24"', Decimal("1440.00"), 2),
    ("707000", None, None, "Facture", Decimal("-1440.00"), 3),
]
COLUMNS = "account, aux, aux_label, label, balance, line"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso8859-15", "cp1252", "cp850", "cp437"])
def test_encodings(fec, values, encoding):
    content = text(SALE.replace("É", "é"), REVENUE).encode(encoding)
    assert values(fec(content), "aux_label, line") == [("Société d'été", 2), (None, 3)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("separator", ["|", "\t", ";"])
def test_separators_and_line_ends(fec, values, end, separator):
    assert values(fec(text(SALE, REVENUE, end=end).replace("|", separator)), COLUMNS) == EXPECTED


def test_a_separator_at_the_end_of_every_line_makes_no_column(fec, values):
    assert values(fec("\n".join(f"{line}|" for line in (NAMES, SALE, REVENUE))), COLUMNS) == EXPECTED


def test_blank_lines_keep_the_numbers_of_the_others(fec, values):
    assert values(fec(text("", SALE, "", "", REVENUE)), "line") == [(3,), (6,)]


def test_a_comma_separated_export_quotes_its_amounts(fec, values):
    lines = [
        ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line.split("|"))
        for line in (SALE, REVENUE)
    ]
    assert values(fec("\n".join([NAMES.replace("|", ","), *lines])), COLUMNS) == EXPECTED


def test_texts_that_look_like_numbers_or_nothing_stay_texts(fec, values):
    line = SALE.replace("00042", "NA").replace("|F1|", "|1E5|")
    assert values(fec(text(line)), "aux, piece") == [("NA", "1E5")]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("120,50-", "-120.50"),
        ("-120.50", "-120.50"),
        (" 000000000001200,00", "1200.00"),
        ("1\u202f234,56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,2E+3", "1200.00"),
        ("", "0.00"),
    ],
)
def test_amounts(fec, values, written, read):
    assert values(fec(text(SALE.replace("1440,00", written))), "balance") == [(Decimal(read),)]


@pytest.mark.parametrize(("debit", "credit"), [("D", "C"), ("+1", "-1"), ("1", "-1"), ("d", "c")])
def test_montant_and_sens(fec, values, debit, credit):
    names = NAMES.replace("Debit", "Montant").replace("Credit", "Sens")
    lines = [SALE.replace("|0,00|", f"|{debit}|"), REVENUE.replace("|0,00|1440,00|", f"|1440,00|{credit}|")]
    assert values(fec("\n".join([names, *lines]))) == [("411000", 1440), ("707000", -1440)]


@pytest.mark.parametrize(
    "written", ["20250115", "15012025", "2025-01-15", "15/01/2025", "2025-01-15T00:00:00"]
)
def test_dates(fec, values, written):
    assert values(fec(text(SALE.replace("20250115", written))), "date") == [(date(2025, 1, 15),)]


def test_extra_columns_are_found_by_their_other_names(fec, values):
    names = NAMES + "|DateLimitReglmt|NumFacture|Inconnue"
    found = fec("\n".join([names, SALE + "|20250228|FA-1|x", REVENUE + "|||"]))
    assert values(found, "due_date, invoice_number")[0] == (date(2025, 2, 28), "FA-1")
    assert "fec.unknown_columns" in {note.code for note in found.files[0].notes}


def test_without_names_the_places_of_the_norm_are_used(fec, values):
    found = fec(f"{SALE}\n{REVENUE}\n")
    assert values(found, "account, line") == [("411000", 1), ("707000", 2)]
    assert "fec.no_names" in {note.code for note in found.files[0].notes}


def test_lines_that_cannot_be_used_are_rejected_with_their_reason(fec, con):
    bad = [
        SALE.replace("20250115|411000", "20251341|411000"),
        SALE.replace("20250115|411000", "|411000"),
        SALE.replace("1440,00", "abc"),
        SALE.replace("411000", ""),
        SALE + "|x|y",
        "fin de fichier",
    ]
    found = fec(text(REVENUE, *bad))
    assert con.execute(f"SELECT line, reason_code FROM {found.rejects} ORDER BY line").fetchall() == [
        (3, "unreadable_date"),
        (4, "missing_date"),
        (5, "unreadable_amount"),
        (6, "missing_account"),
        (7, "malformed_line"),
        (8, "malformed_line"),
    ]
    assert (found.files[0].lines, found.files[0].rejected) == (1, 6)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "source.empty_file"),
        ("\n\n", "source.blank_file"),
        (b"\xff", "source.blank_file"),
        ("\u2007\n\u00a0", "source.blank_file"),
        (NAMES + "\n", "fec.no_line"),
        ("Client;Montant\nA;1\n", "fec.no_header"),
        ("<?xml version='1.0'?><comptabilite/>", "fec.no_line"),
        (NAMES.replace("CompteNum", "Rien") + "\n" + SALE, "fec.missing_columns"),
        (NAMES + "\n" + SALE.replace("1440,00", "abc"), "fec.no_sound_line"),
        (NAMES.replace("CompteLib", "CompteNum") + "\n" + SALE, "fec.repeated_column"),
    ],
)
def test_a_file_that_is_no_fec_is_refused(fec, content, code):
    with pytest.raises(SourceError) as refusal:
        fec(content)
    assert refusal.value.code == code
    assert refusal.value.text("fr") and refusal.value.text("en")


def test_the_closing_date_comes_from_the_name_else_from_the_entries(fec):
    assert fec(text(SALE)).files[0].closing == date(2025, 12, 31)
    assert fec(text(SALE), "export.txt").files[0].closing == date(2025, 1, 31)


@pytest.mark.parametrize(
    ("name", "conform"),
    [
        ("123456782FEC20251231.txt", True),
        ("123456789FEC20251231.txt", False),
        ("123456782FEC20251331.txt", False),
    ],
)
def test_a_name_is_conform_when_its_siren_and_date_are(name, conform):
    assert file_name(name).is_conform is conform


def csv_text(*lines, separator=";"):
    """Write lines as a writer of CSV does: quotes where a cell holds a quote, a separator or a line break."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=separator, lineterminator="\r\n")
    writer.writerows(line.split("|") for line in (NAMES, *lines))
    return target.getvalue()


@pytest.mark.parametrize("separator", [";", ",", "|", "\t"])
def test_a_quoted_label_may_hold_line_breaks_and_separators(fec, values, separator):
    broken = SALE.replace('Écran 24"', 'Écran "24"\nlivré; posé, réglé')
    content = csv_text(broken, REVENUE, broken, separator=separator)
    assert values(fec(content), "account, label, line") == [
        ("411000", 'Écran "24" livré; posé, réglé', 2),
        ("707000", "Facture", 4),
        ("411000", 'Écran "24" livré; posé, réglé', 5),
    ]


def test_a_line_break_in_the_first_cell_is_mended_too(fec, values):
    content = csv_text(SALE.replace("Ventes", "Journal\ndes\nventes", 1), REVENUE)
    assert values(fec(content), "journal_label, line") == [("Journal des ventes", 2), ("Ventes", 5)]


@pytest.mark.parametrize("label", ['"Écran', 'Écran 24"', 'a "b" c', '"', '""', 'dit "oui', '"24" pouces'])
def test_lone_quotes_in_labels_change_no_count_of_lines(fec, values, label):
    lines = [SALE.replace('Écran 24"', label), REVENUE, SALE.replace('Écran 24"', label), REVENUE]
    assert [row[0] for row in values(fec(text(*lines)), "line")] == [2, 3, 4, 5]


def test_a_quote_that_is_never_closed_loses_no_other_line(fec, con, values):
    cut = SALE[: SALE.index("|1440,00")].replace('Écran 24"', '"Écran')
    found = fec(text(cut, *[REVENUE] * 60, "VE|Ventes|2|20250115|411000|Clients"))
    assert len(values(found)) == 60
    rejected = con.execute(f"SELECT line, reason_code FROM {found.rejects} ORDER BY line").fetchall()
    assert rejected == [(2, "malformed_line"), (63, "malformed_line")]


def test_a_cell_longer_than_a_csv_reader_takes_is_read(fec, values):
    long = SALE.replace('Écran 24"', '"' + "x" * 200_000)
    assert [row[0] for row in values(fec(text(long, REVENUE)), "line")] == [2, 3]


def test_a_file_of_which_most_lines_cannot_be_used_is_refused(fec):
    with pytest.raises(SourceError) as refusal:
        fec(text(SALE, REVENUE, *["x"] * 1001))
    assert refusal.value.code == "fec.no_sound_line"
    assert refusal.value.facts["lines"] == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_line_without_end_is_refused_before_it_fills_the_memory(fec, encoding):
    with pytest.raises(SourceError) as refusal:
        fec((NAMES + "\n" + "x" * 6_000_000).encode(encoding))
    assert refusal.value.code == "fec.endless_line"
