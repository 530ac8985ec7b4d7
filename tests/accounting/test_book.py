"""A FEC as a book: what ingest and the data chapter receive."""

import zipfile
from datetime import date
from decimal import Decimal

import pytest

from capclient.accounting import Options, fec_book
from capclient.readers.book import BookFile
from capclient.schema import TABLES
from capclient.wording import has, text
from tests.accounting.conftest import FIXTURE, HEADER, entry, line
from tests.readers.fec.conftest import as_markup

END = date(2025, 12, 31)


@pytest.fixture
def book(con, tmp_path):
    """Write files (lists of lines, or paths) and make their book."""

    def made(*files, **options):
        paths = []
        for place, content in enumerate(files):
            name, lines = (
                content if isinstance(content, tuple) else (f"123456782FEC{2025 + place}1231.txt", content)
            )
            path = tmp_path / name if isinstance(lines, list) else lines
            if isinstance(lines, list):
                path.write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")
            paths.append(path)
        return fec_book(con, paths, workspace=tmp_path / "work", options=Options(**options))

    return made


@pytest.fixture
def rows(con):
    def fetched(book, table, columns="*"):
        return con.execute(f"SELECT {columns} FROM '{book.tables[table]}'").fetchall()

    return fetched


def sale(num, day, customer="C1"):
    return entry("VE", num, day, ("411000", 120, customer), ("707000", -100), ("445710", -20))


def test_the_tables_have_the_columns_of_the_schema(book, con):
    found = book(FIXTURE)
    assert set(found.tables) == {"invoice_lines", "customers", "payments", "receivable_items", "allocations"}
    for name, path in found.tables.items():
        columns = {row[0]: row[1] for row in con.execute(f"DESCRIBE FROM '{path}'").fetchall()}
        expected = {column.name: column.sql_type for column in TABLES[name].columns}
        expected |= {"source": "VARCHAR", "source_line": "BIGINT"} if name == "invoice_lines" else {}
        assert columns == expected


def test_a_table_without_rows_is_left_out(book):
    assert set(book(sale(1, "20251210")).tables) == {"invoice_lines", "customers", "receivable_items"}


def test_every_line_says_where_it_comes_from_in_the_order_of_the_file(book, rows):
    found = book(sale(1, "20251210") + sale(2, "20251211", "C2"), sale(1, "20260110", "C3"))
    assert rows(found, "invoice_lines", "source, source_line, customer_id") == [
        ("123456782FEC20251231.txt", 3, "C1"),
        ("123456782FEC20251231.txt", 6, "C2"),
        ("123456782FEC20261231.txt", 3, "C3"),
    ]


def test_revenue_without_client_is_unassigned_and_its_balance_is_told(book, rows):
    found = book(sale(1, "20251210", ""))
    assert rows(found, "invoice_lines", "customer_id, customer_name, amount_ht") == [(None, None, 100)]
    assert rows(found, "receivable_items", "customer_id, amount") == [("#NON_IDENTIFIE", 120)]


def test_files_and_their_rejected_lines_are_counted(book):
    bad = line("VE", 9, "20251231", "707000", -70).replace("20251231|707000", "20251341|707000")
    worse = line("VE", 9, "20251231", "607000", 70).replace("20251231|607000", "20251341|607000")
    found = book([*sale(1, "20251210"), bad, worse, "fin"])
    assert found.files == (
        BookFile("123456782FEC20251231.txt", 6, 3, date(2025, 12, 10), date(2025, 12, 10)),
    )
    assert [(item.line, item.reason, item.amount_ht) for item in found.rejects] == [
        (5, "unreadable_date", 70),
        (6, "unreadable_date", None),
        (7, "malformed_line", None),
    ]
    assert found.counts_lines


def test_thirteen_comparisons_with_a_sentence_each(book):
    found = book(FIXTURE)
    assert [check["id"] for check in found.checks] == [f"R{number}" for number in range(1, 14)]
    assert {check["id"] for check in found.checks if check["kind"] == "count"} == {"R2", "R3", "R11"}
    for check in found.checks:
        assert has(f"reconciliation.{check['id']}")
        if check["status"] != "not_applicable":
            assert text(f"fec.{check['id']}", "fr", **{**check["facts"], **check})


def test_a_whole_year_is_covered_from_its_opening_to_its_closing(book):
    assert book(FIXTURE).covered == (date(2025, 1, 1), END)


@pytest.mark.parametrize(
    ("last", "end"), [("20251014", "2025-09-30"), ("20251031", "2025-10-31"), ("20251130", "2025-12-31")]
)
def test_a_file_extracted_before_the_closing_covers_its_whole_months(book, last, end):
    found = book(sale(1, "20250110") + sale(2, last))
    assert found.covered == (date(2025, 1, 1), date.fromisoformat(end))
    early = [note for _, note in found.notes if note.code == "fec.extracted_early"]
    assert len(early) == (end != "2025-12-31")


def test_after_a_year_extracted_early_the_cover_begins_again(book):
    found = book(
        ("123456782FEC20241231.txt", sale(1, "20240110") + sale(2, "20240610")),
        ("123456782FEC20251231.txt", sale(1, "20250110") + sale(2, "20251210")),
    )
    assert found.covered == (date(2025, 1, 1), END)
    (note,) = [note for _, note in found.notes if note.code == "fec.extracted_early_inside"]
    assert "2025-01-01" in text(note.code, "fr", **note.facts)


def test_every_note_and_limit_has_its_sentence(book):
    found = book(FIXTURE, sale(1, "20260110"))
    for source, note in found.notes:
        assert source and text(note.code, "fr", **note.facts) and text(note.code, "en", **note.facts)
    for note in found.limits:
        assert text(note.code, "fr", **note.facts) and text(note.code, "en", **note.facts)


def test_facts_of_the_worked_example(book):
    facts = book(FIXTURE).facts
    documents = {row["type"]: (row["count"], row["amount"]) for row in facts["documents"]}
    assert documents["invoice"] == (4, Decimal(4950))
    assert documents["payment"] == (5, Decimal(-5160))
    assert documents["cutoff"] == (3, Decimal(70))
    assert facts["years"][0]["revenue"] == 4970
    assert facts["review"]["count"] == 0
    matching = {row["method"]: row["amount"] for row in facts["matching"]}
    assert matching == {"lettrage": 5540, "unallocated": 400}
    assert sum(row["share"] for row in facts["matching"]) == 1


def test_documents_to_review_are_named_by_journal_number_and_line(book):
    odd = entry("OD", 7, "20251220", ("607000", 55), ("708000", -55))
    review = book(sale(1, "20251210") + odd).facts["review"]
    assert (review["count"], review["amount"]) == (1, 55)
    assert review["examples"] == [
        {
            "type": "other_rev",
            "journal": "OD",
            "number": "7",
            "date": date(2025, 12, 20),
            "source": "123456782FEC20251231.txt",
            "line": 5,
            "amount": 55,
        }
    ]


def test_doubtful_debts_are_impaired_excluding_vat(book):
    facts = book(FIXTURE).facts
    assert facts["doubtful"] == {
        "gross": 300,
        "net": 250,
        "gross_without_invoice": 0,
        "impairment": 250,
        "rate": 1,
    }
    assert facts["unbilled"] == 360


def test_deposits_received_are_shown_by_client_and_apart(book):
    deposit = entry("VE", 1, "20250601", ("411000", 240, "C1"), ("419100", -200, "C1"), ("445710", -40))
    final = entry(
        "VE", 2, "20250715", ("411000", 660, "C1"), ("419100", 50, "C1"), ("706000", -600), ("445710", -110)
    )
    found = book(deposit + final + sale(3, "20251210", "C2"))
    assert found.facts["advances"] == [{"customer_id": "C1", "amount": 150}]


def test_a_deposit_told_again_by_the_next_opening_is_counted_once(book):
    deposit = entry("VE", 1, "20251101", ("512000", 200), ("419100", -200, "C1"))
    opening = entry("AN", 1, "20260101", ("419100", -200, "C1"), ("512000", 200))
    found = book(deposit + sale(2, "20251210"), opening + sale(2, "20260110"))
    assert found.facts["advances"] == [{"customer_id": "C1", "amount": 200}]


@pytest.mark.parametrize("form", ["markup", "archive"])
def test_every_form_of_a_file_gives_the_same_book(book, tmp_path, form):
    text = FIXTURE.read_text("utf-8")
    path = tmp_path / ("123456782FEC20251231.xml" if form == "markup" else "envoi.zip")
    if form == "markup":
        path.write_bytes(as_markup(text))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(FIXTURE.name, text)
    found, expected = book(path), book(FIXTURE)
    assert found.checks == expected.checks
    assert found.covered == expected.covered
    assert found.facts["documents"] == expected.facts["documents"]
    assert found.facts["matching"] == expected.facts["matching"]
