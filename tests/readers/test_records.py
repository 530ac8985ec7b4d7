"""One rule for rows that are no record, said in Python and in SQL."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.readers.records import date_places, kind, kind_sql

HEADER = ("Client", "Date", "HT")
labels = [
    "",
    "TOTAL",
    "Total général",
    "Sous-total Dupont",
    "TOTAL SA",
    "Totaux :",
    "Client",
    "Dupont",
    "Total 2024",
]
values = [
    "",
    "12",
    "1 234,56 €",
    "-12.50",
    "03/02/2024",
    "2024-02-03",
    "Date",
    "HT",
    "(5,00)",
    "texte",
    "1\u202f234",
    "20240103",
    "45294",
    "TOTAL",
]
DATES = date_places(HEADER, {})


def in_sql(cells):
    columns = [f"c{place}" for place in range(3)]
    given_row = ", ".join(f"nullif(?::VARCHAR, '') AS {column}" for column in columns)
    sql = f"SELECT {kind_sql(columns, HEADER, DATES)} FROM (SELECT {given_row})"
    return duckdb.execute(sql, list(cells)).fetchall()[0][0]


@settings(deadline=None)
@given(st.tuples(st.sampled_from(labels), st.sampled_from(labels + values), st.sampled_from(values)))
def test_python_and_sql_judge_alike(cells):
    assert in_sql(cells) == kind(cells, HEADER, DATES)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("TOTAL GÉNÉRAL", "", "1 234,56 €"), "total_row"),
        (("", "Sous-total", "12"), "total_row"),
        (("Total client Dupont", "", "12"), "total_row"),
        (("TOTAL SA", "", "12"), None),
        (("TOTAL", "03/02/2024", "12"), None),
        (("TOTAL", "20240103", "12"), None),
        (("TOTAL", "45294", "12"), None),
        (("", "TOTAL", "20240103"), "total_row"),
        (("TOTAL", "2024", "12"), "total_row"),
        (("Dupont", "Total", "12"), None),
        ((" client", "Date ", "HT"), None),
        (("Client ", "Date", "HT"), "repeated_header"),
        (("\u00a0", "", " "), "blank"),
    ],
)
def test_a_label_alone_never_makes_a_total(cells, expected):
    assert kind(cells, HEADER, DATES) == expected
    assert in_sql(cells) == expected


def test_a_subtotal_may_stand_under_the_column_it_sums():
    header = ["Facture", "Client", "Date", "Article", "Libellé", "Montant"]
    assert kind(["", "", "", "", "Sous-total 01/2023", "1 234,50"], header) == "total_row"
    assert kind(["", "", "03/01/2023", "", "Sous-total 01/2023", "1 234,50"], header) is None
    assert kind(["", "C1", "", "", "Sous-total 01/2023", "1 234,50"], header) is None


def test_a_column_of_dates_is_declared_or_named_so():
    header = ["Client", "InvoiceDate", "Échéance", "invoice_date", "Émise le", "Montant", "Updated"]
    assert date_places(header, {"invoice_date": "emise LE", "customer_id": "Client"}) == {1, 2, 3, 4}
