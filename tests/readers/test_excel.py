"""Sheets as texts: identifiers keep their zeros, lines are those of the sheet."""

import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter

from capclient.errors import SourceError


@pytest.fixture
def workbook(tmp_path):
    """Write sheets given as rows."""

    def write(sheets, name="ventes.xlsx"):
        with xlsxwriter.Workbook(tmp_path / name, {"default_date_format": "dd/mm/yyyy"}) as book:
            for title, rows in sheets.items():
                sheet = book.add_worksheet(title)
                for number, row in enumerate(rows):
                    for column, cell in enumerate(row):
                        if isinstance(cell, str):
                            sheet.write_string(number, column, cell)
                        else:
                            sheet.write(number, column, cell)

    return write


RECORDS = [
    ["Code", "Date", "HT", "Payé", "Note"],
    ["00042", date(2024, 3, 12), 1234.5, True, "a;b"],
    [],
    ["1E5", datetime(2024, 3, 13, 7, 45), 12, False, 7],
]


def test_cells_become_machine_texts_with_types_and_true_lines(workbook, read, rows):
    workbook({"Ventes": [["Société ACME"], [], *RECORDS, ["TOTAL", None, 1246.5]]})
    (table,) = read(None, name="ventes.xlsx")
    assert rows(table) == (
        [
            ("00042", "2024-03-12", "1234.5", "true", "a;b"),
            ("1E5", "2024-03-13 07:45:00", "12", "false", "7"),
        ],
        [4, 6],
    )
    assert table.typed == {"Date": "date", "HT": "number"}
    assert [(aside.line, aside.reason) for aside in table.asides] == [(7, "total_row")]
    assert [note.code for note in table.notes] == ["readers.titles", "readers.aside_total_row"]
    assert table.source == "ventes.xlsx"


def test_sheets_that_share_the_first_header_are_read_and_others_noted(workbook, read):
    other = [["Client", "Ville"], ["A", "Paris"]]
    workbook({"Lisez-moi": [["Bonjour"]], "Janvier": RECORDS, "Clients": other, "Février": RECORDS})
    tables = read(None, name="ventes.xlsx")
    assert [table.source for table in tables] == [
        "ventes.xlsx, feuille Janvier",
        "ventes.xlsx, feuille Février",
    ]
    assert tables[0].notes[0].facts == {"read": "Janvier, Février", "sheets": "Lisez-moi, Clients"}


def test_declared_columns_choose_the_sheet(workbook, read):
    workbook({"Ventes": RECORDS, "Clients": [["Client", "Ville"], ["A", "Paris"]]})
    (table,) = read(None, name="ventes.xlsx", columns={"customer_id": "Client"})
    assert table.columns == ("Client", "Ville")


def test_an_asked_sheet_is_read_and_a_missing_one_names_the_nearest(workbook, read):
    workbook({"Ventes": RECORDS, "Clients": [["Client", "Ville"], ["A", "Paris"]]})
    assert [table.rows for table in read(None, name="ventes.xlsx", sheet="Clients")] == [1]
    with pytest.raises(SourceError, match="« Clients »"):
        read(None, name="ventes.xlsx", sheet="Client")


def test_bounds_and_repeated_headers_hold_for_sheets(workbook, read, rows):
    workbook({"Ventes": [*RECORDS, RECORDS[0], ["3", date(2024, 1, 1), 5.25, True, "x"]]})
    (table,) = read(None, name="ventes.xlsx", rows="2-")
    assert [row[0] for row in rows(table)[0]] == ["1E5", "3"]
    assert rows(table)[1] == [4, 6]
    assert [aside.reason for aside in table.asides] == ["repeated_header"]


def test_a_sheet_without_record_is_an_error(workbook, read):
    workbook({"Ventes": RECORDS[:1]})
    with pytest.raises(SourceError, match="Code, Date"):
        read(None, name="ventes.xlsx")
    workbook({"Vide": []})
    with pytest.raises(SourceError, match="Vide"):
        read(None, name="ventes.xlsx")


def test_a_sheet_asked_twice_is_read_once(workbook, read):
    workbook({"Ventes": RECORDS, "Clients": [["Client", "Ville"], ["A", "Paris"]]})
    tables = read(None, name="ventes.xlsx", sheet=["Ventes", "Clients", "Ventes"])
    assert [table.source for table in tables] == [
        "ventes.xlsx, feuille Ventes",
        "ventes.xlsx, feuille Clients",
    ]


def test_cells_beside_the_table_are_read_and_noted(workbook, read, rows):
    remark = [*RECORDS[1], None, "vu", 3]
    workbook({"Ventes": [*RECORDS[:2], remark, RECORDS[3], [None] * 8 + ["à part"]]})
    (table,) = read(None, name="ventes.xlsx")
    assert table.columns == (*RECORDS[0], "colonne_7", "colonne_8")
    assert [row[5:] for row in rows(table)[0]] == [(None, None), ("vu", "3"), (None, None)]
    assert table.typed["colonne_8"] == "number"
    assert [(aside.line, aside.reason) for aside in table.asides] == [(5, "malformed_line")]
    (note,) = [one for one in table.notes if one.code == "readers.beyond_header"]
    assert note.facts == {"count": 1, "line": 3, "columns": "colonne_7, colonne_8"}


def test_a_remark_beside_one_sheet_keeps_its_likes(workbook, read):
    remark = [*RECORDS[1], None, "vu"]
    workbook({"Janvier": RECORDS, "Février": [RECORDS[0], remark, *RECORDS[1:]]})
    assert len(read(None, name="ventes.xlsx")) == 2


def test_a_client_called_total_with_a_serial_date_is_a_record(workbook, read):
    workbook(
        {"Ventes": [["Client", "Date", "HT"], ["TOTAL", 45294, 12.5], ["B", 45295, 7], ["TOTAL", None, 19.5]]}
    )
    (table,) = read(None, name="ventes.xlsx")
    assert (table.rows, [aside.line for aside in table.asides]) == (2, [4])


@pytest.fixture
def with_cell(workbook, tmp_path):
    """Write a workbook of two sheets, with one more cell in the XML of the second."""

    def write(cell):
        workbook({"Ventes": RECORDS, "Calculs": [["Client", "Ville"], ["A", "Paris"]]}, name="base.xlsx")
        with (
            zipfile.ZipFile(tmp_path / "base.xlsx") as base,
            zipfile.ZipFile(tmp_path / "ventes.xlsx", "w") as target,
        ):
            for part in base.namelist():
                content = base.read(part)
                if part.endswith("sheet2.xml"):
                    content = content.replace(b"</sheetData>", cell.encode() + b"</sheetData>")
                    content = content.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
                target.writestr(part, content)

    return write


@pytest.mark.parametrize("place", ["XFD1048576", "Z1000000"])
def test_a_value_far_from_the_table_is_refused_before_it_fills_the_memory(with_cell, read, place):
    with_cell(f'<row r="1048576"><c r="{place}"><v>1</v></c></row>')
    with pytest.raises(SourceError, match=place) as error:
        read(None, name="ventes.xlsx")
    assert (error.value.code, error.value.facts["sheet"]) == ("source.far_cell", "Calculs")
    assert len(read(None, name="ventes.xlsx", sheet="Ventes")) == 1


@pytest.mark.parametrize("cell", ['<c r="XFD1048576" s="1"/>', '<c r="XFD1048576" s="1"></c>', ""])
def test_a_far_format_and_declared_dimensions_are_harmless(with_cell, read, cell):
    with_cell(f'<row r="1048576">{cell}</row>')
    assert len(read(None, name="ventes.xlsx", sheet=["Ventes", "Calculs"])) == 2


def test_a_workbook_that_does_not_fit_in_memory_is_an_error_that_names_it(workbook, read, monkeypatch):
    def full(*_):
        raise MemoryError

    workbook({"Ventes": RECORDS})
    monkeypatch.setattr("capclient.readers.excel._sheet", full)
    with pytest.raises(SourceError, match=r"ventes\.xlsx ne tient pas en mémoire"):
        read(None, name="ventes.xlsx")


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 not an archive", b"plain text", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xx"]
)
def test_a_damaged_workbook_is_an_error_that_names_it(read, content):
    with pytest.raises(SourceError, match=r"ventes\.xlsx"):
        read(content, name="ventes.xlsx")


def test_an_archive_that_inflates_too_far_is_refused_unread(read, tmp_path):
    with (
        zipfile.ZipFile(tmp_path / "bombe.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(210):
            part.write(bytes(1_000_000))
    with pytest.raises(SourceError, match="refusé"):
        read(None, name="bombe.xlsx")
