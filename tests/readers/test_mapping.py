"""Columns are those the user named; a mistake names what was meant."""

import pytest

from capclient.errors import SourceError
from capclient.readers.mapping import Content, propose, resolve
from capclient.readers.proposals import contents, header_key
from capclient.schema import TABLES

LINES = TABLES["invoice_lines"]
HEADERS = ("N° facture", "Code client", "Date facture", "Montant HT", "Qté", "product")
COLUMNS = {
    "invoice_id": "N° facture",
    "customer_id": "code CLIENT ",
    "invoice_date": "Date facture",
    "amount_ht": "Montant HT",
}


def test_declared_headers_are_found_and_canonical_ones_need_no_declaration():
    assert resolve(COLUMNS, HEADERS, table=LINES, source="v.csv") == {
        "invoice_id": "N° facture",
        "customer_id": "Code client",
        "invoice_date": "Date facture",
        "product": "product",
        "amount_ht": "Montant HT",
    }


def test_quantity_and_price_stand_for_the_amount():
    headers = ("invoice_id", "customer_id", "invoice_date", "qty", "unit_price")
    assert set(resolve({}, headers, table=LINES, source="v.csv")) == set(headers)
    with pytest.raises(SourceError, match="amount_ht"):
        resolve({}, headers[:-1], table=LINES, source="v.csv")


@pytest.mark.parametrize(
    ("columns", "code", "near"),
    [
        (COLUMNS | {"amount_ht": "Montant H.T"}, "source.missing_header_near", "Montant HT"),
        (COLUMNS | {"amont_ht": "Montant HT"}, "source.unknown_column", "amount_ht"),
        ({key: COLUMNS[key] for key in ("invoice_id", "invoice_date", "amount_ht")}, "source.missing_column_near",
         "Code client"),
        (COLUMNS | {"amount_ht": "€€€€"}, "source.missing_header", ""),
    ],
)  # fmt: skip
def test_a_mistake_names_the_nearest(columns, code, near):
    with pytest.raises(SourceError) as error:
        resolve(columns, HEADERS, table=LINES, source="v.csv")
    assert (error.value.code, error.value.facts["near"]) == (code, near)
    assert str(error.value)


def test_an_empty_header_says_that_no_column_gives_it():
    headers = ("customer_id", "invoice_date", "amount_ht", "currency")
    found = resolve({"invoice_id": "", "currency": " "}, headers, table=LINES, source="v.csv")
    assert set(found) == {"customer_id", "invoice_date", "amount_ht"}
    with pytest.raises(SourceError, match="customer_id"):
        resolve({"invoice_id": "", "customer_id": ""}, headers, table=LINES, source="v.csv")


def test_two_headers_that_differ_by_case_must_be_named_exactly():
    headers = (*HEADERS, "MONTANT ht")
    assert resolve(COLUMNS, headers, table=LINES, source="v.csv")["amount_ht"] == "Montant HT"
    with pytest.raises(SourceError, match="montant ht"):
        resolve(COLUMNS | {"amount_ht": "montant ht"}, headers, table=LINES, source="v.csv")


@pytest.mark.parametrize(
    ("header", "key"), [("N° Facture", "n facture"), ("InvoiceDate", "invoice date"), ("P.U. HT", "p u ht")]
)
def test_headers_are_compared_without_case_accents_and_marks(header, key):
    assert header_key(header) == key


def test_names_give_candidates_and_content_decides(con, read):
    (table,) = read(
        "N° pièce;Client;Date;Date échéance;Total;TVA\nF1;A;01/02/2024;soon;120;20\nF2;B;13/02/2024;x;60;10\n"
    )
    profile = contents(con, table)
    assert profile["Date"] == Content(0.0, 1.0, 1.0, 1.0)
    found = [(one.canonical, one.header, one.score) for one in propose(table.columns, profile)]
    assert ("invoice_date", "Date", 0.8) in found  # the word is known and says little
    assert not [one for one in found if one[1] == "Date échéance"]
    # "Total" alone may be with or without tax: both are proposed, none is chosen
    assert {one[0]: one[2] for one in found if one[1] == "Total"} == {"amount_ht": 0.8, "amount_ttc": 0.8}


def test_proposals_come_best_first_and_in_a_stable_order():
    found = propose(("Nom du client final", "Code client", "Nom client"), {})
    assert [(one.canonical, one.header, one.score) for one in found if one.canonical == "customer_name"] == [
        ("customer_name", "Nom client", 1.0),
        ("customer_name", "Nom du client final", 0.6),
        ("customer_name", "Code client", 0.6),
    ]
