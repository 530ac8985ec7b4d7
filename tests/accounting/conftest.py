"""A FEC written in a few words, translated, and questions to its ledger."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from capclient.accounting import Options, Translation, open_items, translate
from capclient.readers.fec import read_fec

HEADER = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|"
    "EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)
FIXTURE = Path(__file__).parent / "data" / "123456782FEC20251231.txt"


def euros(amount):
    return f"{abs(Decimal(amount)):.2f}".replace(".", ",")


def line(
    journal,
    num,
    day,
    account,
    amount,
    aux="",
    piece="",
    let="",
    *,
    piece_day="",
    name="",
    label="",
    let_day="",
):
    """One line; a positive amount is a debit."""
    debit, credit = (euros(amount), "0,00") if Decimal(amount) >= 0 else ("0,00", euros(amount))
    return "|".join(
        [
            journal,
            f"Journal {journal}",
            str(num),
            day,
            account,
            label or ("Clients" if account.startswith("411") else "Compte"),
            aux,
            name or aux,
            piece or f"P{num}",
            piece_day or day,
            "Libelle",
            debit,
            credit,
            let,
            let_day,
            day,
            "",
            "",
        ]
    )


def entry(journal, num, day, *lines, **options):
    """An entry: each line is (account, amount) and maybe aux, piece, letter."""
    return [line(journal, num, day, *cells, **options) for cells in lines]


@dataclass
class Answers:
    """A translation and the connection that can be asked."""

    con: duckdb.DuckDBPyConnection
    translation: Translation

    def types(self):
        sql = """SELECT type, journal || '-' || num FROM fec_docs JOIN (SELECT entry, journal, num FROM fec_entries)
        USING (entry) ORDER BY doc"""
        found = {}
        for type, name in self.con.execute(sql).fetchall():
            found.setdefault(type, []).append(name)
        return found

    def revenue(self, *, cutoff=True):
        sql = "SELECT customer_id, sum(amount_ht) FROM ledger_invoice_lines"
        sql += "" if cutoff else " WHERE doc_type <> 'cutoff'"
        return dict(self.con.execute(sql + " GROUP BY 1 ORDER BY 1").fetchall())

    def open(self, day):
        sql = f"SELECT customer, sum(open) FROM {open_items(day)} GROUP BY 1 ORDER BY 1"
        return dict(self.con.execute(sql).fetchall())

    def all(self, sql):
        return self.con.execute(sql).fetchall()

    def failed(self):
        return [found.id for found in self.translation.failed]

    def check(self, id):
        return next(found for found in self.translation.reconciliations if found.id == id)


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def translated(con, tmp_path):
    """Translate paths, or lists of lines (one a file, named by closing date)."""

    def made(*files, **options):
        paths = []
        for place, content in enumerate(files):
            if isinstance(content, Path):
                paths.append(content)
                continue
            name, lines = (
                content if isinstance(content, tuple) else (f"123456782FEC{2025 + place}1231.txt", content)
            )
            path = tmp_path / name
            path.write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")
            paths.append(path)
        found = read_fec(con, paths, workspace=tmp_path / "work")
        return Answers(con, translate(con, found, Options(**options)))

    return made
