"""Delimited texts as companies export them: every line a record, an aside, or blank."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.errors import SourceError
from tests.examples import few


def facts(table, code):
    return [note.facts for note in table.notes if note.code == code]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_a_separator_is_recognised_and_noted(read, rows, separator):
    (table,) = read(f"Code{separator}Nom\n1{separator}A B\n2{separator}C\n")
    assert rows(table)[0] == [("1", "A B"), ("2", "C")]
    assert table.separator == separator
    assert facts(table, "readers.separator")


def test_decimal_commas_are_no_separator(read, rows):
    (table,) = read("Nom;HT;TTC\nA;1,50;1,80\nB;2,50;3,00\n")
    assert table.columns == ("Nom", "HT", "TTC")
    (table,) = read("A,B;C,D\n1,2;3,4\n", separator=";")
    assert rows(table)[0] == [("1,2", "3,4")]


def test_texts_survive_verbatim(read, rows):
    (table,) = read('id;a;b\n00042;NA;1E5\n"";#N/A;NULL\n 7;"x ""y"" ; z";\n')
    assert rows(table)[0] == [("00042", "NA", "1E5"), (None, "#N/A", "NULL"), (" 7", 'x "y" ; z', None)]


def test_title_rows_are_skipped_and_noted(read, rows):
    (table,) = read(
        "Société ACME;;\nÉtat des ventes 2024;;\n\nCode;Date;HT\n1;01/02/2024;10\n2;02/02/2024;20\n"
    )
    assert table.columns == ("Code", "Date", "HT")
    assert rows(table)[1] == [5, 6]
    assert facts(table, "readers.titles") == [{"count": 2, "text": "Société ACME"}]


def test_declared_columns_find_the_header(read):
    (table,) = read("Client;Ville;Pays\nParis;Lyon;France\nCode;Nom;HT\n1;A;2\n", columns={"amount_ht": "ht"})
    assert table.columns == ("Code", "Nom", "HT")


def test_headers_are_trimmed_made_unique_and_never_empty(read):
    (table,) = read(" Code ;;Total;total;Montant\u00a0 HT\n1;2;3;4;5\n")
    assert table.columns == ("Code", "colonne_2", "Total", "total (2)", "Montant HT")


def test_hostile_headers_stay_names(read, rows):
    (table,) = read('a""b\';DROP TABLE x;--{}\n1;2;3\n')
    assert rows(table)[0] == [("1", "2", "3")]
    assert table.columns == ('a""b\'', "DROP TABLE x", "--{}")


@pytest.mark.parametrize("text", ["A;12;2024-01-02\nB;13;2024-01-03\n", "1;2\n3;4.5\n4;6.5\n"])
def test_a_file_without_header_is_refused_rather_than_robbed_of_a_record(read, text):
    with pytest.raises(SourceError, match="en-tête"):
        read(text)


def test_years_are_headers_of_a_wide_table(read, rows):
    (table,) = read("Client;2023;2024\nA;10;20\nB;30;40\n")
    assert (table.columns, table.rows) == (("Client", "2023", "2024"), 2)


def test_a_header_without_record_is_an_error(read):
    with pytest.raises(SourceError, match="Code;Nom"):
        read("Code;Nom\n\n")


def test_a_fixed_width_text_is_refused(read):
    with pytest.raises(SourceError, match="largeur fixe"):
        read(
            "00004 0001 19970101  2   29.33\n00004 0001 19970118  2   29.73\n00021 0002 19970101  3   63.34\n"
        )


def test_blank_lines_and_quoted_line_ends_keep_lines_true(read, rows):
    (table,) = read('Code;Nom\n1;A\n\n2;"B\nb"\n3;C\n;\n4;D\n')
    assert rows(table) == ([("1", "A"), ("2", "B\nb"), ("3", "C"), ("4", "D")], [2, 4, 6, 8])


def test_blank_lines_at_the_end_change_nothing(read, rows):
    (table,) = read("Code;Nom\n1;A\n2;B\n\n\n")
    assert table.line_column is None
    assert rows(table)[1] == [2, 3]


def test_short_lines_are_padded_and_noted_and_long_ones_set_aside(read, rows):
    (table,) = read("Code;Nom;HT\n1;A;10\n2;B\n3;C;30;oups\n4;D;40;\n5;E;50;;\nÉdité le 3 mai\n")
    assert rows(table) == (
        [("1", "A", "10"), ("2", "B", None), ("4", "D", "40"), ("5", "E", "50")],
        [2, 3, 5, 6],
    )
    assert [(aside.line, aside.reason, aside.raw) for aside in table.asides] == [
        (4, "malformed_line", "3;C;30;oups"),
        (7, "malformed_line", "Édité le 3 mai"),
    ]
    assert facts(table, "readers.padded") == [{"count": 1}]
    assert facts(table, "readers.aside_malformed_line") == [{"count": 2}]


def test_an_unclosed_quote_costs_one_line_only(read, rows):
    (table,) = read('Code;Nom;HT\n1;"A;10\n2;"B";20\n3;C "x";30\n4;D;40\n5;"E\n')
    assert rows(table) == ([("2", "B", "20"), ("3", 'C "x"', "30"), ("4", "D", "40")], [3, 4, 5])
    assert [(aside.line, aside.raw) for aside in table.asides] == [(2, '1;"A;10'), (6, '5;"E')]


def test_more_broken_lines_than_sound_ones_is_an_error(read):
    with pytest.raises(SourceError, match="séparateur") as error:
        read("Code,Nom\n" + "1,abcdefghijkl\n" * 5_000 + "2,a,b\n" * 5_001)
    assert error.value.facts["line"] == 5_002


def test_totals_and_repeated_headers_are_set_aside_with_their_line(read, rows):
    (table,) = read(
        "Client;HT\nA;10\nSous-total A;10\nClient;HT\nTotal;5,00 €\nTOTAL SA;20\nTOTAL GÉNÉRAL;1 234,56\n"
    )
    assert rows(table) == ([("A", "10"), ("TOTAL SA", "20")], [2, 6])
    assert [(aside.line, aside.reason) for aside in table.asides] == [
        (3, "total_row"),
        (4, "repeated_header"),
        (5, "total_row"),
        (7, "total_row"),
    ]


def test_a_total_at_the_end_leaves_positions_and_lines_together(read, rows):
    (table,) = read("Facture;Client;HT\nF1;A;10\nF2;B;20\n;TOTAL;30\n")
    assert table.line_column is None
    assert rows(table) == ([("F1", "A", "10"), ("F2", "B", "20")], [2, 3])
    assert table.asides[0].raw == ";TOTAL;30"


def test_a_client_called_total_with_a_date_is_a_record(read):
    (table,) = read("Client;Date;HT\nTOTAL;03/02/2024;10\nB;04/02/2024;20\n")
    assert (table.rows, table.asides) == (2, ())


@pytest.mark.parametrize("header", ["Client;Date;HT", "Client;Le;HT"])
def test_a_client_called_total_with_a_compact_date_too(read, header):
    columns = {"invoice_date": header.split(";")[1]}
    (table,) = read(f"{header}\nTOTAL;20240203;10\nB;20240204;20\nTOTAL;;30\n", columns=columns)
    assert (table.rows, [aside.line for aside in table.asides]) == (2, [4])


def test_declared_columns_tell_the_separator(read, rows):
    lines = [f"C{place};{place},50;1,20;2,30;3,40" + ";;;" * (place > 6) for place in range(1, 9)]
    text = "\n".join(["Client;PU;HT;TVA;TTC", *lines, ""])
    (table,) = read(text, columns={"amount_ht": "ht", "customer_id": "Client"})
    assert table.separator == ";"
    assert rows(table)[0][7] == ("C8", "8,50", "1,20", "2,30", "3,40")


@pytest.mark.parametrize("size", [100_000, 1_500_000])
def test_a_long_line_below_the_header_is_a_record(read, size):
    (table,) = read(f"Code;Nom\n1;{'x' * size}\n")
    assert table.rows == 1


@pytest.mark.parametrize("text", ["Code;Nom\n1;{}\n", "Code;Nom\n1;A\n\n2;{}\n3;C\n", 'Code;Nom\n1;"{}"\n'])
def test_a_line_longer_than_the_engine_reads_is_named(read, text):
    with pytest.raises(SourceError) as error:
        read(text.format("é" * 1_500_000))
    assert error.value.code == "source.line_too_long"
    assert error.value.facts["line"] == (4 if "2;" in text else 2)
    assert len(str(error.value)) < 500


def test_a_file_without_record_among_others_is_noted(read, tmp_path):
    (tmp_path / "jours").mkdir()
    days = {"01": "Nom;HT\nA;1\n", "02": "Nom;HT\n", "03": "", "04": "\n\n", "05": "Nom;HT\nB;2\n"}
    for day, text in days.items():
        (tmp_path / "jours" / f"{day}.csv").write_text(text)
    tables = read(None, name="jours")
    assert [table.source for table in tables] == ["01.csv", "05.csv"]
    assert facts(tables[0], "readers.empty_files") == [{"count": 3, "files": "02.csv, 03.csv, 04.csv"}]
    for day in ("01", "05"):
        (tmp_path / "jours" / f"{day}.csv").unlink()
    with pytest.raises(SourceError, match=r"02\.csv"):
        read(None, name="jours")


@pytest.mark.parametrize(
    ("bounds", "records", "lines", "asides"),
    [("2-3", ["B", "C"], [3, 5], [4]), ("3-", ["C", "D"], [5, 6], [7]), ("1-2", ["A", "B"], [2, 3], [4])],
)
def test_bounds_count_records_and_keep_lines(read, rows, bounds, records, lines, asides):
    (table,) = read("Nom;HT\nA;1\nB;2\nTotal;3\nC;4\nD;5\nTotal;12\n", rows=bounds)
    found, at = rows(table)
    assert ([name for name, _ in found], at) == (records, lines)
    assert [aside.line for aside in table.asides] == asides


def test_bounds_without_asides_shift_the_first_line(read, rows):
    (table,) = read("Nom;HT\nA;1\nB;2\nC;3\n", rows="2-2")
    assert (table.first_line, table.rows, rows(table)[0]) == (3, 1, [("B", "2")])
    with pytest.raises(SourceError, match="9-"):
        read("Nom;HT\nA;1\n", rows="9-")


def test_every_file_of_a_folder_is_a_table(read, tmp_path):
    for year in (2025, 2024):
        (tmp_path / "ventes").mkdir(exist_ok=True)
        (tmp_path / "ventes" / f"{year}.csv").write_text(f"Nom;HT\n{year};1\n")
    tables = read(None, name="ventes")
    assert [table.source for table in tables] == ["2024.csv", "2025.csv"]


cells = st.text(st.sampled_from('ab1é;"\n ,'), max_size=5)


@settings(deadline=None, max_examples=few(60))
@given(records=st.lists(st.tuples(cells, cells), min_size=1, max_size=6))
def test_what_a_csv_writer_writes_is_read_back_with_true_lines(tmp_path_factory, records):
    import csv
    import io

    import duckdb

    from capclient.params_sources import FileSource
    from capclient.readers.tabular import raw_tables

    folder = tmp_path_factory.mktemp("csv")
    written, lines, line = io.StringIO(), [], 2
    writer = csv.writer(written, delimiter=";", lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["Key", "Nom", "Texte"])
    for place, record in enumerate(records):
        writer.writerow([f"k{place}", *record])
        lines.append(line)
        line += 1 + sum(cell.count("\n") for cell in record)
    (folder / "f.csv").write_text(written.getvalue(), "utf-8", newline="")
    with duckdb.connect() as con:
        source = FileSource(path="f.csv", separator=";")
        (table,) = raw_tables(con, source, folder=folder, workspace=folder / "work")
        found = con.execute(f"SELECT * FROM {table.relation}").fetchall()
    assert [row[:3] for row in found] == [
        (f"k{place}", *(cell or None for cell in record)) for place, record in enumerate(records)
    ]
    at = [int(row[3]) for row in found] if table.line_column else [2 + place for place in range(len(found))]
    assert at == lines
