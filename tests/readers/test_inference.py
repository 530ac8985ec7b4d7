"""Numbers and dates are read by column: what the column proves, and nothing else."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.errors import SourceError
from capclient.readers.inference import Style, styles
from capclient.readers.raw import RawTable
from capclient.readers.sql_text import literal
from capclient.wording import text as sentence
from tests.examples import few


@pytest.fixture
def column(con):
    """Make tables of texts: ``column(a=[...], b=[...])``."""

    def make(typed=None, **columns):
        selects = [
            f"unnest([{', '.join(literal(text) for text in texts)}]) AS {name}"
            for name, texts in columns.items()
        ]
        rows = len(next(iter(columns.values())))
        return RawTable(f"(SELECT {', '.join(selects)})", tuple(columns), "ventes.csv", 2, rows, typed or {})

    return make


def numbers(con, table, style, name="a", sql_type="DECIMAL(18,2)"):
    found = con.execute(f"SELECT {style.number_sql(name, sql_type)} FROM {table.relation}").fetchall()
    return [None if value is None else str(value) for (value,) in found]


def dates(con, table, style, name="a"):
    found = con.execute(f"SELECT {style.date_sql(name)} FROM {table.relation}").fetchall()
    return [value and value.isoformat() for (value,) in found]


def inferred(con, table, kind, **options):
    return styles(con, [table], dict.fromkeys(table.columns, kind), **options)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 234,56 €", "1234.56"), ("1\u00a0234,56", "1234.56"), ("1\u202f234,56", "1234.56"),
        ("1\u2009234,56", "1234.56"), ("1.234,56", "1234.56"), ("(1 234,56)", "-1234.56"), ("1 234,56-", "-1234.56"),
        ("\u22121 234,56", "-1234.56"), ("+5,5", "5.50"), ("€ 12,5", "12.50"), ("-12,5 EUR", "-12.50"),
        ("€1.000.000", "1000000.00"), ("€(12,00)", "-12.00"), ("1'234'567,8", "1234567.80"), ("1.234", "1234.00"),
        ("0,005", "0.01"), ("-0,005", "-0.01"), ("1e-05", "0.00"), ("1,5E3", "1500.00"), ("7", "7.00"),
        ("-", None), ("", None), ("abc", None), ("12 k€", None), ("06 12 34 56", None), ("(-5)", None),
    ],
)  # fmt: skip
def test_a_french_column_reads_each_way_of_writing(con, column, text, value):
    table = column(a=[text, "12,34"])
    style = inferred(con, table, "number")["a"]
    assert numbers(con, table, style) == [value, "12.34"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234.56", "1234.56"), ("1234.56", "1234.56"), ("1,234", "1234.00"), ("1'234.5", "1234.50"), (".5", "0.50"),
     ("1,234,567", "1234567.00"), ("-2.675", "-2.68"), ("1e-05", "0.00"), ("12 345.6 EUR", "12345.60")],
)  # fmt: skip
def test_an_english_column_too(con, column, text, value):
    table = column(a=[text, "12.34"])
    assert numbers(con, table, inferred(con, table, "number")["a"]) == [value, "12.34"]


def test_plain_columns_are_cast_as_they_are(con, column):
    table = column(a=["1", "-2.50", "1234.567"])
    style = inferred(con, table, "number")["a"]
    assert style == Style("number")
    assert style.number_sql('"a"', "DECIMAL(18,2)") == 'TRY_CAST("a" AS DECIMAL(18,2))'
    assert numbers(con, table, style) == ["1.00", "-2.50", "1234.57"]


def test_both_marks_are_read_when_every_value_is_plain_to_see(con, column):
    table = column(a=["1.234,56", "1,234.56", "12,5", "7.25"])
    style = inferred(con, table, "number")["a"]
    assert numbers(con, table, style) == ["1234.56", "1234.56", "12.50", "7.25"]
    assert [note.code for note in style.notes] == ["readers.decimal_both"]


def test_both_marks_with_an_ambiguous_value_are_refused_with_two_lines(con, column):
    table = column(a=["7", "12,5", "7.25", "1.234"])
    with pytest.raises(SourceError) as error:
        inferred(con, table, "number")
    assert error.value.code == "source.two_decimal_marks"
    assert error.value.facts["examples"] == "ventes.csv, 4 : « 7.25 » ; ventes.csv, 3 : « 12,5 »"
    assert "decimal" in str(error.value)


def test_a_declared_mark_settles_what_is_ambiguous_and_nothing_else(con, column):
    table = column(a=["12,5", "7.25", "1.234", "5,678"])
    for mark, expected in (
        (",", ["12.50", "7.25", "1234.00", "5.68"]),
        (".", ["12.50", "7.25", "1.23", "5678.00"]),
    ):
        assert numbers(con, table, inferred(con, table, "number", decimal=mark)["a"]) == expected


def test_only_ambiguous_values_are_refused_unless_another_column_tells(con, column):
    with pytest.raises(SourceError, match=r"1\.234"):
        inferred(con, column(a=["1.234", "5.678"]), "number")
    table = column(a=["1.234", "5.678"], b=["12,50", "3"])
    style = inferred(con, table, "number")["a"]
    assert numbers(con, table, style) == ["1234.00", "5678.00"]
    assert [(note.code, note.facts["mark"]) for note in style.notes] == [("readers.decimal_borrowed", ",")]


def test_a_file_that_fails_when_it_is_scanned_is_named_without_its_path(con):
    broken = RawTable("(SELECT error('bad page in /data/in/v.parquet') AS a)", ("a",), "v.parquet", 1, 1)
    with pytest.raises(SourceError, match=r"v\.parquet") as error:
        styles(con, [broken], {"a": "number"})
    assert "/data" not in str(error.value)


def test_the_tables_of_a_source_decide_together(con, column):
    tables = [column(a=["1.234"]), column(a=["12,5"]), column(b=["x"])]
    style = styles(con, tables, {"a": "number"})["a"]
    assert numbers(con, tables[0], style) == ["1234.00"]


def test_a_number_column_of_the_file_itself_is_never_ambiguous(con, column):
    table = column(typed={"a": "number"}, a=["1.234", "1e-05", "5"])
    assert numbers(con, table, inferred(con, table, "number")["a"], sql_type="DECIMAL(19,9)") == [
        "1.234000000", "0.000010000", "5.000000000",
    ]  # fmt: skip


def test_a_number_too_large_for_its_type_is_null(con, column):
    table = column(a=["99999999999999999999", "1,5"])
    assert numbers(con, table, inferred(con, table, "number")["a"]) == [None, "1.50"]


@pytest.mark.parametrize(
    "text", ["12,00 USD", "$12,00", "£5,00", "CHF 7,00", "£(12,00)", "usd 1.200", "12 EUR USD"]
)
def test_a_number_in_another_currency_is_no_number_of_the_company(con, column, text):
    table = column(a=[text, "12,34 €", "5"])
    style = inferred(con, table, "number")["a"]
    assert numbers(con, table, style) == [None, "12.34", "5.00"]
    (note,) = [one for one in style.notes if one.code == "readers.foreign_currency"]
    assert (note.facts["count"], note.facts["currency"]) == (1, "EUR")


def test_a_note_counts_the_values_of_each_other_currency(con, column):
    table = column(a=["12,00 USD", "$12,00", "CHF 7,00", "8,00 chf", "USD", "abc", "3,50"])
    (note,) = inferred(con, table, "number")["a"].notes[1:]
    assert note.facts == {"column": "a", "count": 4, "found": "$ (1), CHF (2), USD (1)", "currency": "EUR"}
    assert "exchange_rates" in sentence(note.code, "fr", **note.facts)


@pytest.mark.parametrize(
    ("currency", "values"),
    [("USD", ["12.50", "7.50", None, None, "-3.25"]), ("CAD", ["12.50", None, "1.50", None, "-3.25"]),
     ("KWD", [None, None, None, "2.50", None])],
)  # fmt: skip
def test_a_company_reads_its_own_currency_whatever_it_is(con, column, currency, values):
    table = column(a=["$12.50", "7.50 USD", "CAD 1.50", "2.50 KWD", "($3.25)", "1,234.56"])
    style = inferred(con, table, "number", currency=currency)["a"]
    assert numbers(con, table, style) == [*values, "1234.56"]


amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=3)


@settings(deadline=None, max_examples=few(60))
@given(st.lists(amounts, min_size=1, max_size=5), st.sampled_from(["{:f}", "{:,f}", "french"]))
def test_what_is_written_in_a_style_is_read_back_rounded_half_away_from_zero(values, writing):
    def written(value):
        if writing == "french":
            return f"{value:,f}".translate(str.maketrans(",.", "\u202f,")) + " €"
        return writing.format(value)

    texts = [*map(written, values), "0,5" if writing == "french" else "0.5"]
    with duckdb.connect() as con:
        sql = f"(SELECT unnest([{', '.join(map(literal, texts))}]) AS a)"
        table = RawTable(sql, ("a",), "f.csv", 2, len(texts))
        style = styles(con, [table], {"a": "number"})["a"]
        found = con.execute(
            f"SELECT {style.number_sql('a', 'DECIMAL(18,2)')} FROM {table.relation}"
        ).fetchall()
    cents = [value.quantize(Decimal("0.01"), ROUND_HALF_UP) for value in values]
    assert [value for (value,) in found[:-1]] == cents


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-03-12", "2024-03-12"), ("2024-03-12 07:45:00", "2024-03-12"), ("2024-03-12T23:59:59.123Z", "2024-03-12"),
        ("2024-03-12T23:30:00-05:00", "2024-03-12"), ("2024/3/5", "2024-03-05"), ("20240312", "2024-03-12"),
        ("12/03/2024", "2024-03-12"), ("12-03-2024 08:00", "2024-03-12"), ("12.3.24", "2024-03-12"),
        ("12 03 2024", "2024-03-12"), ("12/03/98", "1998-03-12"), ("12 mars 2024", "2024-03-12"),
        ("1er février 2024", "2024-02-01"), ("12 janv. 2024", "2024-01-12"), ("12 févr. 2024", "2024-02-12"),
        ("12 March 2024", "2024-03-12"), ("12-Aug-24", "2024-08-12"), ("March 12, 2024", "2024-03-12"),
        ("mars 2024", "2024-03-01"), ("03/2024", "2024-03-01"), ("2024-03", "2024-03-01"), ("DÉC. 2024", "2024-12-01"),
        ("31/02/2024", None), ("2024-02-30", None), ("hier", None), ("45363", None), ("", None), ("-", None),
        ("25/13/2024", None), ("ref 2024-03-12", None),
    ],
)  # fmt: skip
def test_each_way_of_writing_a_date(con, column, text, value):
    table = column(a=[text, "31/01/2024"])
    assert dates(con, table, inferred(con, table, "date")["a"]) == [value, "2024-01-31"]
    alone = column(a=[text])
    assert dates(con, alone, inferred(con, alone, "date")["a"]) == [value]


def test_the_order_is_read_in_the_column_and_noted(con, column):
    for texts, expected, note in (
        (["03/04/2024", "13/04/2024"], "2024-04-03", ("readers.date_order", "dmy")),
        (["03/04/2024", "04/13/2024"], "2024-03-04", ("readers.date_order", "mdy")),
        (["03/04/2024", "04/05/2024"], "2024-04-03", ("readers.date_order_default", "dmy")),
    ):
        table = column(a=texts)
        style = inferred(con, table, "date")["a"]
        assert dates(con, table, style)[0] == expected
        assert [(one.code, one.facts["order"]) for one in style.notes] == [note]


def test_two_orders_in_one_column_are_refused_with_two_lines(con, column):
    with pytest.raises(SourceError) as error:
        inferred(con, column(a=["03/04/2024", "04/13/2024", "13/04/2024"]), "date")
    assert error.value.facts["examples"] == "ventes.csv, 4 : « 13/04/2024 » ; ventes.csv, 3 : « 04/13/2024 »"


def test_a_declared_order_is_followed(con, column):
    table = column(a=["03/04/2024", "13/04/2024"])
    assert dates(con, table, inferred(con, table, "date", dates="mdy")["a"]) == ["2024-03-04", None]
    table = column(a=["24/03/12"])
    assert dates(con, table, inferred(con, table, "date", dates="ymd")["a"]) == ["2024-03-12"]


def test_serial_numbers_are_dates_only_in_a_number_column_of_the_file(con, column):
    table = column(typed={"a": "number"}, a=["45363", "45363.75", "20240312", "12"])
    style = inferred(con, table, "date")["a"]
    assert dates(con, table, style) == ["2024-03-12", "2024-03-12", "2024-03-12", None]
    assert [note.facts["count"] for note in style.notes] == [2]


@settings(deadline=None, max_examples=few(40))
@given(st.lists(st.dates(date(1971, 1, 1), date(2068, 12, 31)), min_size=1, max_size=6), st.booleans())
def test_a_column_of_numbered_dates_is_read_back_or_refused_never_misread(days, american):
    pattern = "%m/%d/%y" if american else "%d.%m.%Y"
    texts = [*(day.strftime(pattern) for day in days), "12/25/24" if american else "25.12.2024"]
    with duckdb.connect() as con:
        sql = f"(SELECT unnest([{', '.join(map(literal, texts))}]) AS a)"
        table = RawTable(sql, ("a",), "f.csv", 2, len(texts))
        style = styles(con, [table], {"a": "date"})["a"]
        found = con.execute(f"SELECT {style.date_sql('a')} FROM {table.relation}").fetchall()
    assert [value for (value,) in found[:-1]] == days
