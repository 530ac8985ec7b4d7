"""Wide tables become lines: every cell once, on the line of its sheet, and the totals are held to their cells."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.errors import SourceError
from capclient.params_sources import Wide
from capclient.readers.raw import RawTable
from capclient.readers.wide import period_of, periods, unpivoted
from tests.examples import few

MONTH, YEAR = Wide(by="month"), Wide(by="year")


@pytest.mark.parametrize(
    ("header", "day"),
    [
        ("janv.-24", date(2024, 1, 31)),
        ("Févr. 2024", date(2024, 2, 29)),
        ("AOÛT 23", date(2023, 8, 31)),
        ("déc-99", date(1999, 12, 31)),
        ("02/2023", date(2023, 2, 28)),
        ("2024-04", date(2024, 4, 30)),
        ("2024-01-01", date(2024, 1, 31)),
        ("2024-01-31", date(2024, 1, 31)),
        ("2024-01-01 00:00:00", date(2024, 1, 31)),
        ("01/06/2024", date(2024, 6, 30)),
        ("Sep 24", date(2024, 9, 30)),
        ("2024 mars", date(2024, 3, 31)),
        ("CA mai 2024 (€)", date(2024, 5, 31)),
        ("01/24", date(2024, 1, 31)),
    ],
)
def test_a_month_is_read_however_it_is_written(header, day):
    assert period_of(header, MONTH).day == day


@pytest.mark.parametrize(
    "header",
    ["15/06/2024", "13/2024", "2024", "Mars", "Marseille 2024", "Client", "", "Total", "2024-13", "Jan"],
)
def test_what_is_no_month_of_a_year_is_not_one(header):
    assert period_of(header, MONTH) is None


@pytest.mark.parametrize(
    ("header", "label"), [("2024", ""), ("CA 2024", "ca"), ("Exercice 2024", "exercice")]
)
def test_a_year_keeps_the_words_beside_it(header, label):
    found = period_of(header, YEAR)
    assert (found.day, found.label) == (date(2024, 12, 31), label)


@pytest.mark.parametrize("header", ["Évol. 2023/2024", "janv.-24", "2024-01", "120245", "CA N-1"])
def test_a_change_a_month_or_a_number_is_no_year(header):
    assert period_of(header, YEAR) is None


def found(headers, spec=YEAR):
    return [item.header for item in periods(headers, spec, "t.csv")]


def test_other_measures_are_left_when_they_say_what_they_are():
    assert found(["Client", "2023", "2024", "Qté 2023", "Qté 2024"]) == ["2023", "2024"]
    assert found(["2022", "CA 2023", "CA 2024", "Évol. 2024"]) == ["2022", "CA 2023", "CA 2024"]
    assert found(["Client", "Total 2023", "Total 2024"]) == ["Total 2023", "Total 2024"]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (["CA 2023", "Ventes 2023"], "wide.several_measures"),
        (["CA 2023", "Marge 2023"], "wide.several_measures"),
        (["2023", "2023 (2)"], "wide.repeated_period"),
        (["Client", "Ville"], "wide.no_year_columns"),
    ],
)
def test_what_cannot_be_told_is_refused(headers, code):
    with pytest.raises(SourceError) as error:
        found(headers)
    assert error.value.code == code
    assert str(error.value)


def test_months_without_year_need_one():
    with pytest.raises(SourceError, match="sans année : Janvier, Févr"):
        found(["Client", "Janvier", "Févr."], MONTH)
    assert found(["Client", "Janvier", "Févr."], Wide(by="month", year="2024")) == ["Janvier", "Févr."]


def test_a_measure_can_be_named():
    assert found(["CA 2023", "Marge 2023"], Wide(by="year", measure="Marge")) == ["Marge 2023"]
    with pytest.raises(SourceError, match="Mesures du tableau : ca: CA 2023; marge: Marge 2023"):
        found(["CA 2023", "Marge 2023"], Wide(by="year", measure="Volume"))


def test_sixteen_thousand_columns_are_refused_at_once():
    headers = [f"2023 ({place})" for place in range(16_000)]
    with pytest.raises(SourceError, match="même période"):
        found(headers)


def test_every_cell_is_a_line_of_its_sheet(read, rows):
    (table,) = read(
        "Client;Ville;janv.-24;févr.-24;Total 2024\nA;Paris;1 000,50;-;1 000,50\n\nB;Lyon;0,00;2 €;2,00\nC;;;;\n"
        "Total;;1 000,50;2,00;1 002,50\n",
        wide="month",
    )
    assert rows(table) == (
        [("A", "Paris", None, "2024-01-31", "1 000,50"), ("B", "Lyon", None, "2024-02-29", "2 €")],
        [2, 4],
    )
    assert table.columns == ("Client", "Ville", "invoice_id", "invoice_date", "amount_ht")
    assert [(aside.line, aside.reason) for aside in table.asides] == [(6, "total_row")]
    notes = {note.code: note.facts for note in table.notes}
    assert notes["readers.wide_totals_equal"] == {"count": 5}  # two rows, two months, the corner
    assert notes["readers.wide_empty"] == {"count": 1}


def test_a_displayed_rounding_is_said_and_no_error(read):
    (table,) = read("Client;2023;2024;Total\nA;10;20;31\nB;1;1;2\nTOTAL;11;22;33\n", wide="year")
    assert {"readers.wide_totals_rounded"} == {n.code for n in table.notes if "totals" in n.code}


def test_a_wrong_total_names_its_cells(read):
    with pytest.raises(SourceError) as error:
        read("Client;2023;2024\nA;10,00;20,00\nB;1,00;1,00\nTOTAL;11,00;99,00\n", wide="year")
    assert error.value.facts["cells"] == "« 2024 », total : 99.00 ≠ 21.00"
    (table,) = read(
        "Client;2023;2024\nA;10,00;20,00\nB;1,00;1,00\nTOTAL;11,00;99,00\n",
        wide={"by": "year", "totals": "ignore"},
    )
    assert table.rows == 4


def test_a_subtotal_is_neither_a_client_nor_the_grand_total(read, rows):
    (table,) = read(
        "Région;Client;2023;2024\nNord;A;1;2\nNord;B;3;4\nTotal Nord;;4;6\nSud;C;5;\nTotal Sud;;5;\nTOTAL;;9;6\n",
        wide="year",
    )
    assert [row[1] for row in rows(table)[0]] == ["A", "A", "B", "B", "C"]
    assert [aside.line for aside in table.asides] == [4, 6, 7]


def test_a_table_without_any_amount_is_refused(read):
    with pytest.raises(SourceError, match="aucune case remplie"):
        read("Client;2023;2024\nA;;\nB;;-\n", wide="year")


CENTS = st.integers(-10_000_000, 10_000_000)


@settings(deadline=None, max_examples=few(40))
@given(st.lists(st.tuples(*[st.none() | CENTS] * 4), min_size=1, max_size=8))
def test_no_cent_is_lost_or_counted_twice(cells):
    names = ["janv.-24", "févr.-24", "mars-24", "avr.-24"]
    told = [
        [f"C{place}", *(None if cell is None else f"{Decimal(cell) / 100:.2f}" for cell in line)]
        for place, line in enumerate(cells)
    ]
    filled = [cell for line in cells for cell in line if cell]
    with duckdb.connect() as con:
        columns = ", ".join(f"'{name}'" for name in ("Client", *names)).replace("'", '"')
        con.execute(f"CREATE TABLE t ({columns.replace(',', ' VARCHAR,')} VARCHAR)")
        con.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", told)
        raw = RawTable("t", ("Client", *names), "t.csv", 2, len(told))
        if not filled:
            with pytest.raises(SourceError):
                unpivoted(con, raw, MONTH)
            return
        long = unpivoted(con, raw, MONTH)
        found = con.execute(
            f"SELECT Client, invoice_date, amount_ht, {long.line_column} FROM {long.relation}"
        ).fetchall()
    assert sum(Decimal(amount) for _, _, amount, _ in found) == Decimal(sum(filled)) / 100
    assert len(found) == long.rows == len(filled)
    assert all(line == int(name[1:]) + 2 for name, _, _, line in found)
