"""Lists laid out for the eye: clients written once, merged cells, subtotals, thousands of euros."""

from datetime import date

import duckdb
import openpyxl
import pytest

from capclient.errors import SourceError
from capclient.readers.header import with_years
from capclient.readers.records import kind, kind_sql, named


@pytest.fixture
def merged(tmp_path):
    def write(rows, merges, name="ventes.xlsx"):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for merge in merges:
            book.active.merge_cells(merge)
        book.save(tmp_path / name)

    return write


ROWS = [
    ["Code", "Client", "Date", "HT"],
    [42, "Dupont", date(2025, 1, 3), 100],
    [None, None, None, 50],
    [None, None, date(2025, 1, 5), None],
    [43, "Martin", date(2025, 1, 6), 7],
]


def test_a_merged_text_or_date_holds_for_its_lines_and_a_number_does_not(merged, read, rows):
    merged(ROWS, ("A2:A4", "B2:B4", "C2:C3", "D3:D4"))
    (table,) = read(None, name="ventes.xlsx")
    assert rows(table)[0] == [
        ("42", "Dupont", "2025-01-03", "100"),
        (None, "Dupont", "2025-01-03", "50"),
        (None, "Dupont", "2025-01-05", None),
        ("43", "Martin", "2025-01-06", "7"),
    ]
    told = {
        note.facts["column"]: note.facts["count"] for note in table.notes if note.code == "readers.unmerged"
    }
    assert told == {"Client": 2, "Date": 1}


def test_a_number_declared_as_an_identifier_is_repeated_an_amount_never(merged, read, rows):
    merged(ROWS, ("A2:A4", "D3:D4"))
    (table,) = read(None, name="ventes.xlsx", columns={"customer_id": "code", "amount_ht": "HT"})
    assert [row[0] for row in rows(table)[0]] == ["42", "42", "42", "43"]
    assert [row[3] for row in rows(table)[0]] == ["100", "50", None, "7"]


def test_an_amount_typed_as_text_is_not_repeated_either(merged, read, rows):
    told = [[*row[:3], None if row[3] is None else f"{row[3]} €"] for row in ROWS[1:]]
    merged([ROWS[0], *told], ("D3:D4",))
    (table,) = read(None, name="ventes.xlsx", columns={"amount_ht": "HT"})
    assert [row[3] for row in rows(table)[0]] == ["100 €", "50 €", None, "7 €"]


def test_a_merged_title_and_header_change_nothing(merged, read, rows):
    merged([["CA de l'année", None, None, None], *ROWS], ("A1:D1",))
    (table,) = read(None, name="ventes.xlsx")
    assert table.columns == ("Code", "Client", "Date", "HT")


LIST = (
    "Client;Pièce;Date;HT\nDupont;;;\n;F1;03/01/2025;10\n;F2;04/01/2025;20\nTotal Dupont;;;30\nMartin;;;\n"
    ";F3;05/01/2025;5\nMartin - Total;;;5\n"
)


def test_a_client_is_written_on_its_lines_where_the_user_says_so(read, rows):
    (table,) = read(LIST, fill_down="client")
    assert rows(table) == (
        [
            ("Dupont", "F1", "03/01/2025", "10"),
            ("Dupont", "F2", "04/01/2025", "20"),
            ("Martin", "F3", "05/01/2025", "5"),
        ],
        [3, 4, 7],
    )
    assert [(aside.line, aside.reason) for aside in table.asides] == [
        (2, "group_row"), (5, "total_row"), (6, "group_row"), (8, "total_row"),
    ]  # fmt: skip


def test_nothing_is_filled_that_nobody_declared(read, rows):
    (table,) = read(LIST)
    assert [row[0] for row in rows(table)[0]] == ["Dupont", None, None, "Martin", None]


def test_lines_above_the_first_client_stay_without_one(read, rows):
    (table,) = read("Client;Pièce;HT\n;F0;1\nDupont;F1;2\n;F2;3\n", fill_down=["Client"])
    assert [row[0] for row in rows(table)[0]] == [None, "Dupont", "Dupont"]


def test_a_column_to_fill_must_exist(read):
    with pytest.raises(SourceError, match="fill_down"):
        read(LIST, fill_down="Cliant")


def test_rows_are_counted_after_the_client_is_known(read, rows):
    (table,) = read(LIST, fill_down="Client", rows="2-3")
    assert [row[:2] for row in rows(table)[0]] == [("Dupont", "F2"), ("Martin", "F3")]


# ---- subtotals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "name"),
    [("Total DUPONT", "DUPONT"), ("Sous-total Nord", "Nord"), ("Total pour Martin SA", "Martin SA"),
     ("Dupont Total", "Dupont"), ("TOTAL", ""), ("Totalenergies", ""), ("Total : Nord", "Nord")],
)  # fmt: skip
def test_a_subtotal_names_what_it_sums(label, name):
    assert named(label).removeprefix(": ") == name


@pytest.mark.parametrize(
    "cells", [("Total Nord", "", "12"), ("Total Nord", "03/02/2024", "12"), ("Nord", "", "12")]
)
def test_subtotals_known_by_name_are_judged_alike_in_python_and_sql(cells):
    header, known = ("Région", "Date", "HT"), frozenset({"Total Nord"})
    judged = kind_sql(["c0", "c1", "c2"], header, (), known)
    sql = f"SELECT {judged} FROM (SELECT ?::VARCHAR AS c0, nullif(?, '') AS c1, ? AS c2)"
    expected = "total_row" if cells == ("Total Nord", "", "12") else None
    assert kind(cells, header, (), known) == expected == duckdb.execute(sql, list(cells)).fetchall()[0][0]


def test_a_client_called_total_stays_where_no_other_cell_bears_its_name(read, rows):
    (table,) = read("Client;Pièce;HT\nTotal Énergies;;10\nDupont;F1;5\n")
    assert [row[0] for row in rows(table)[0]] == ["Total Énergies", "Dupont"]


# ---- headers --------------------------------------------------------------------------------------------


def test_a_month_that_is_still_empty_does_not_hide_the_header(read):
    (table,) = read("Client;2024-01-01;2024-02-01;2024-03-01\nA;1;2;\nB;3;4;\n", wide="month")
    assert table.rows == 4


def test_years_stand_above_months_only_where_they_are_years():
    assert with_years(["Client", "Mars", "Mars"], ["", "CA", "Marge"]) == ["Client", "Mars", "Mars"]
    assert with_years(["Client", "Mars", "Ville"], ["2024", "", ""]) == ["Client", "Mars 2024", "Ville"]


# ---- thousands ------------------------------------------------------------------------------------------


def amounts(read, con, *cells):
    (table,) = read(
        "Client;Montant\n" + "".join(f"A;{cell}\n" for cell in cells), columns={"amount_ht": "Montant"}
    )
    return [row[0] for row in con.execute(f'SELECT "Montant" FROM {table.relation}').fetchall()], table.typed


def test_a_column_of_thousands_becomes_euros(read, con):
    assert amounts(read, con, "12 k€", "1,25 M€", "-3,5K€", "0,1234 M€") == (
        ["12000.00", "1250000.00", "-3500.00", "123400.00"], {"Montant": "number"},
    )  # fmt: skip


@pytest.mark.parametrize("cells", [("12 k€", "350"), ("1.234 k€", "2 k€"), ("12 kg", "1 kg"), ("k€", "1 k€")])
def test_what_may_mean_two_things_stays_as_it_is(read, con, cells):
    assert amounts(read, con, *cells) == (list(cells), {})
