"""When an invoice is due: the file says it, else the client's own term, else the usual one (C.7).

Floor 3. An estimated due date says so in ``due_source``.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from capclient.accounting.options import term_sql
from capclient.params import TERM, Params
from capclient.readers.sql_text import literal, written

_CASH = re.compile(r"(?i)(au )?comptant|à réception|a reception|cash")
_NET = re.compile(r"(?i)\b(nets?|date (de )?facture|d[ée]lai|à|a)\b")


def read_term(words: str) -> str | None:
    """Return a term of payment that a client sheet writes, as :func:`term_sql` takes it; None when it is none.

    >>> read_term("30 jours nets"), read_term("45 jours fin de mois"), read_term("Comptant"), read_term("selon contrat")
    ('30 jours', '45 jours fin de mois', '0', None)
    """
    if _CASH.fullmatch(words.strip()):
        return "0"
    bare = " ".join(_NET.sub(" ", words).split())
    return bare if re.fullmatch(TERM, bare) else None


def due_sql(
    con: duckdb.DuckDBPyConnection, folder: Path, params: Params, *, file_due: str, customer: str, day: str
) -> tuple[str, str]:
    """Return SQL of a due date, and of its source: ``file``, ``customer_term`` or ``default_term``.

    Parameters
    ----------
    folder
        Store whose client sheet (``customers.parquet``), if any, may hold terms.
    file_due, customer, day
        Columns: the due date of the file, the client, the day of the invoice.
    """
    own = _own_terms(con, folder, params)
    cases = " ".join(
        f"WHEN {customer} IN ({', '.join(literal(code) for code in sorted(own) if own[code] == term)}) "
        f"THEN {term_sql(term, day)}"
        for term in sorted(set(own.values()))
    )
    of_client = f"CASE {cases} END" if own else "NULL::DATE"
    due = f"coalesce({file_due}, {of_client}, {term_sql(params.receivables.default_term, day)})"
    source = (
        f"CASE WHEN {file_due} IS NOT NULL THEN 'file' WHEN {of_client} IS NOT NULL THEN 'customer_term' "
        "ELSE 'default_term' END"
    )
    return due, source


def _own_terms(con: duckdb.DuckDBPyConnection, folder: Path, params: Params) -> dict[str, str]:
    """Terms by client: those of the parameters before those of the client sheet."""
    terms: dict[str, str] = {}
    path = folder / "customers.parquet"
    if path.exists():
        rows = con.execute(
            f"SELECT customer_id, payment_terms FROM read_parquet({written(path)}) WHERE payment_terms IS NOT NULL"
        ).fetchall()
        terms = {code: term for code, words in rows if (term := read_term(words))}
    return terms | dict(params.receivables.customer_terms)
