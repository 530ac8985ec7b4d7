"""Public data sets, as their authors left them."""

import duckdb
import pytest

from capclient.errors import SourceError
from capclient.params_sources import FileSource
from capclient.readers.inference import styles
from capclient.readers.tabular import raw_tables

pytestmark = pytest.mark.real


@pytest.fixture
def tables(con, real_data, tmp_path):
    def read(path, **options):
        return raw_tables(
            con, FileSource(path=path, **options), folder=real_data, workspace=tmp_path / "work"
        )

    return read


def one(con: duckdb.DuckDBPyConnection, sql: str):
    return con.execute(sql).fetchall()[0]


def test_the_csv_slice_is_read_in_place(con, tables):
    (table,) = tables("online_retail_ii_slice50k.csv")
    assert (table.rows, table.first_line, table.line_column, table.asides) == (50_000, 2, None, ())
    style = styles(con, [table], {"Price": "number", "InvoiceDate": "date"})
    day, price = (
        style["InvoiceDate"].date_sql('"InvoiceDate"'),
        style["Price"].number_sql('"Price"', "DECIMAL(18,2)"),
    )
    sql = f"SELECT min({day})::VARCHAR, max({day})::VARCHAR, count({price}) FROM {table.relation}"
    assert one(con, sql) == ("2009-12-01", "2010-01-11", 50_000)


def test_the_workbook_gives_its_two_sheets(tables):
    found = tables("online_retail_ii_slice50k.xlsx")
    assert [(table.rows, table.source[-9:]) for table in found] == [
        (25_000, "2009-2010"),
        (25_000, "2010-2011"),
    ]
    assert found[0].typed == {
        "Quantity": "number",
        "InvoiceDate": "date",
        "Price": "number",
        "Customer ID": "number",
    }


def test_daily_files_are_one_source(tables):
    found = tables("online_retail_by_day")
    assert sum(table.rows for table in found) == 11_630
    assert found[0].source == "2010-12-01.csv"


def test_annotated_lines_in_cp1252_are_kept(con, tables):
    (table,) = tables("wholesale_customers_annotated_raw.csv")
    assert (table.rows, len(table.columns)) == (440, 12)
    assert one(con, f"SELECT sum(Fresh::INT), sum(Delicassen::INT) FROM {table.relation}") == (
        5_280_131,
        670_943,
    )


def test_american_dates_are_recognised(con, tables):
    (table,) = tables("ibm_late_payment_receivables.csv")
    style = styles(con, [table], {"InvoiceDate": "date", "InvoiceAmount": "number"})
    assert style["InvoiceDate"].order == "mdy"
    day = style["InvoiceDate"].date_sql('"InvoiceDate"')
    amount = style["InvoiceAmount"].number_sql('"InvoiceAmount"', "DECIMAL(18,2)")
    sql = f"SELECT min({day})::VARCHAR, max({day})::VARCHAR, sum({amount})::VARCHAR FROM {table.relation}"
    assert one(con, sql) == ("2012-01-03", "2013-12-02", "147703.18")
    assert one(con, f'SELECT "invoiceNumber" FROM {table.relation} LIMIT 1') == ("0000611365",)


def test_a_semicolon_file_with_decimal_commas_is_not_cut_at_commas(tables):
    (table,) = tables("fec/semicolon_test_fec.txt")
    assert (table.separator, table.rows) == (";", 6)


def test_a_fixed_width_file_is_refused(tables):
    with pytest.raises(SourceError, match="largeur fixe"):
        tables("CDNOW_sample.txt")
