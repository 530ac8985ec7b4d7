"""Read the files of a test and look at what came out."""

import pytest

from capclient.readers.einvoice import read_einvoices
from tests.readers.einvoice.invoices import Invoice, ubl


class Outcome:
    """A book, with its tables as rows."""

    def __init__(self, con, book):
        self.con, self.book = con, book

    def rows(self, columns, table="invoice_lines"):
        if table not in self.book.tables:
            return []
        return self.con.execute(f"SELECT {columns} FROM '{self.book.tables[table]}'").fetchall()

    @property
    def totals(self):
        """HT, VAT, TTC of each invoice, by its number."""
        if "invoice_lines" not in self.book.tables:
            return {}
        sums = "invoice_id, sum(amount_ht)::VARCHAR, sum(vat)::VARCHAR, sum(amount_ttc)::VARCHAR"
        sql = f"SELECT {sums} FROM '{self.book.tables['invoice_lines']}' GROUP BY ALL ORDER BY ALL"
        return {row[0]: row[1:] for row in self.con.execute(sql).fetchall()}

    @property
    def rejects(self):
        return {reject.source: reject.reason for reject in self.book.rejects}

    @property
    def notes(self):
        return {note.code.removeprefix("einvoice."): note.facts for _, note in self.book.notes}


@pytest.fixture
def read(con, tmp_path):
    """Write files (an invoice is written as UBL), read them, return the outcome."""

    def reader(files, **options):
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(ubl(content) if isinstance(content, Invoice) else content)
        paths = [folder / name for name in files]
        return Outcome(con, read_einvoices(con, paths, workspace=tmp_path / "work", **options))

    return reader
