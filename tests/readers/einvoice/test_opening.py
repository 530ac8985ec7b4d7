"""Recognising an e-invoice by its first bytes."""

import pytest

from capclient.readers.einvoice import is_einvoice
from tests.readers.einvoice.invoices import Invoice, cii, pdf, ubl

YES = {
    "ubl": ubl(Invoice()),
    "credit": ubl(Invoice(type="381")),
    "cii": cii(Invoice()),
    "utf16": ubl(Invoice(), encoding="UTF-16"),
    "pdf": pdf(),
    "long": ubl(Invoice(number="x" * 500_000)),
    "truncated": cii(Invoice())[:900],
}
NO = {
    "csv": b"client;date;montant\nC1;2026-01-01;10,00\n",
    "fec": b"JournalCode\tJournalLib\tEcritureNum\n",
    "rss": b"<?xml version='1.0'?><rss/>",
    "html": b"<!DOCTYPE html><html></html>",
    "doctype": ubl(Invoice(), prolog="<!DOCTYPE Invoice>"),
    "zip": b"PK\x03\x04" + b"\0" * 100,
    "empty": b"",
    "zeros": b"\0" * 100_000,
}


@pytest.mark.parametrize("name", [*YES, *NO])
def test_the_first_bytes_say_what_a_file_is(tmp_path, name):
    path = tmp_path / "fichier"
    path.write_bytes((YES | NO)[name])
    assert is_einvoice(path) is (name in YES)
