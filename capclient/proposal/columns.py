"""Which columns name the invoice, the client, the dates and the rest: the header first, then what the values say."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import duckdb

from capclient.errors import SourceError, listed
from capclient.ingest.typed import FALSE_WORDS, TRUE_WORDS
from capclient.levels import NOT_INVOICED
from capclient.proposal.draft import LEDGER, Choice
from capclient.readers import inference
from capclient.readers.identifiers import clean_sql
from capclient.readers.proposals import Content, Proposal, header_key
from capclient.readers.raw import Note, RawTable
from capclient.readers.sql_text import quoted
from capclient.schema import Column

NUMERIC = ("qty", "unit_price", "cost", "amount_ht", "vat", "amount_ttc")  # settled by their values
MOSTLY = 0.95
MOST = 200_000  # records looked at
SHOWN = 6  # words of a column of codes
GENERIC_CLIENT = {"client", "customer", "tiers", "partenaire", "societe", "nom", "name"}


def best(
    proposals: Sequence[Proposal], profile: Mapping[str, Content]
) -> tuple[dict[str, Choice], dict[str, tuple[Choice, ...]]]:
    """Choose the best header of each column where one is alone at the top; leave the rest to the user."""
    chosen: dict[str, Choice] = {}
    undecided: dict[str, tuple[Choice, ...]] = {}
    taken: set[str] = set()
    for canonical in (name for name in LEDGER.names if name not in NUMERIC):
        mine = [item for item in proposals if item.canonical == canonical and item.header not in taken]
        top = [item for item in mine if item.score == max(other.score for other in mine)]
        clear = [item for item in top if not _is_claimed(item, proposals)]
        if len(clear) == 1:
            chosen[canonical] = choice(clear[0], profile)
            taken.add(clear[0].header)
        elif len(clear) > 1:
            undecided[canonical] = tuple(choice(item, profile) for item in clear)
    return chosen, undecided


def choice(item: Proposal, profile: Mapping[str, Content], *more: Note) -> Choice:
    """Return a proposal with its evidence as sentences."""
    evidence = [Note(f"init.evidence.{code}") for code in item.evidence if code != "content"]
    return Choice(item.canonical, item.header, (*evidence, *more), profile[item.header].samples)


def _is_claimed(item: Proposal, proposals: Sequence[Proposal]) -> bool:
    """Tell whether another canonical column has a better claim on the same header."""
    return any(
        other.header == item.header and other.canonical != item.canonical and other.score > item.score
        for other in proposals
    )


class Witness:
    """Asks a table what its columns hold."""

    def __init__(self, con: duckdb.DuckDBPyConnection, table: RawTable) -> None:
        columns = ", ".join(map(quoted, table.columns))
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE proposal_witness AS SELECT {columns} FROM {table.relation} LIMIT {MOST}"
        )
        self._con = con
        self._table = replace(table, relation="proposal_witness", line_column=None, source_column=None)

    def _one(self, sql: str) -> tuple[int, ...]:
        row = self._con.execute(sql).fetchone()
        assert row is not None
        return tuple(value or 0 for value in row)

    def invoice(self, header: str) -> Note:
        """Say whether a line is an invoice or one of its lines."""
        cell = clean_sql(quoted(header))
        lines, invoices = self._one(
            f"SELECT count({cell}), count(DISTINCT {cell}) FROM {self._table.relation}"
        )
        code = "one_line" if lines == invoices else "several_lines"
        return Note(f"init.evidence.{code}", {"invoices": invoices, "lines": lines})

    def is_of_one_client(self, invoice: str, client: str) -> bool:
        """Tell whether an invoice has one client: else it is no invoice number."""
        key, cell = clean_sql(quoted(invoice)), clean_sql(quoted(client))
        several, among = self._one(
            f"SELECT count(*) FILTER (clients > 1), count(*) FROM (SELECT count(DISTINCT {cell}) AS clients "
            f"FROM {self._table.relation} WHERE {key} IS NOT NULL GROUP BY {key})"
        )
        return several <= (1 - MOSTLY) * among

    def clients(self, header: str) -> tuple[Note, ...]:
        """Say how many clients a column names, and how many lines have none."""
        cell = clean_sql(quoted(header))
        found, blank = self._one(
            f"SELECT count(DISTINCT {cell}), count(*) - count({cell}) FROM {self._table.relation}"
        )
        notes = [Note("init.evidence.clients", {"clients": found})]
        return (*notes, Note("init.evidence.no_client", {"lines": blank})) if blank else tuple(notes)

    def names(self, code: str, name: str) -> Note | None:
        """Say that a code has one name, None when it has several."""
        key, cell = clean_sql(quoted(code)), clean_sql(quoted(name))
        codes, one = self._one(
            f"SELECT count(*), count(*) FILTER (names <= 1) FROM (SELECT count(DISTINCT {cell}) AS names "
            f"FROM {self._table.relation} WHERE {key} IS NOT NULL GROUP BY {key})"
        )
        return Note("init.evidence.one_name", {"codes": codes}) if codes and one >= MOSTLY * codes else None

    def days(self, header: str) -> tuple[Note, ...]:
        """Say the share of dates in a column, the first and the last one, and how they are written."""
        cell = clean_sql(quoted(header))
        try:
            style = inference.styles(self._con, [self._table], {header: "date"})[header]
        except SourceError as error:
            return (Note("init.evidence.error", {"error": error}),)
        row = self._con.execute(
            f"SELECT count(day), count(cell), min(day), max(day) FROM (SELECT {cell} AS cell, "
            f"{style.date_sql(cell)} AS day FROM {self._table.relation})"
        ).fetchone()
        if not row or not row[0]:
            return ()
        told = Note("init.evidence.dates", {"share": row[0] / row[1], "first": row[2], "last": row[3]})
        supposed = [note for note in style.notes if note.code == "readers.date_order_default"]
        return (told, *(Note("init.evidence.day_first") for _ in supposed))

    def due(self, invoiced: str, due: str) -> Note | None:
        """Say that a due date never precedes the invoice; None when it often does."""
        try:
            styles = inference.styles(self._con, [self._table], {invoiced: "date", due: "date"})
        except SourceError:
            return None
        first, last = (styles[name].date_sql(clean_sql(quoted(name))) for name in (invoiced, due))
        good, among = self._one(
            f"SELECT count(*) FILTER ({last} >= {first}), count(*) FROM {self._table.relation} "
            f"WHERE {last} IS NOT NULL AND {first} IS NOT NULL"
        )
        return (
            Note("init.evidence.after", {"share": good / among}) if among and good >= MOSTLY * among else None
        )

    def words(self, header: str) -> Counter[str]:
        """Count the different texts of a column."""
        cell = clean_sql(quoted(header))
        rows = self._con.execute(
            f"SELECT {cell}, count(*) FROM {self._table.relation} WHERE {cell} IS NOT NULL "
            "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 200"
        ).fetchall()
        return Counter(dict(rows))


def codes_of(canonical: str, words: Mapping[str, int]) -> dict[str, str]:
    """Return the code of each word that a column of codes knows."""
    known = {
        word.replace("_", " "): code
        for code, spellings in LEDGER.column(canonical).words
        for word in spellings
    }
    return {word: known[key] for word in words if (key := _key(word)) in known}


def known_share(column: Column, words: Sequence[str]) -> float:
    """Return the share of texts, 0 to 1, that are words of a column of codes."""
    known = {spelling.replace("_", " ") for _, spellings in column.words for spelling in spellings}
    return sum(_key(word) in known for word in words) / max(len(words), 1)


def _key(word: str) -> str:
    bare = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", " ", bare).strip()


def coded(canonical: str, found: Choice, words: Counter[str]) -> tuple[Choice | None, Note | None]:
    """Keep a column of codes whose words are ours, with what becomes of its lines; else say why not."""
    codes = codes_of(canonical, words)
    known = sum(words[word] for word in codes)
    if not known or known < 0.5 * words.total():
        return None, Note("init.refused.words", {"words": listed(words, 4)})
    left = {code for code, _ in NOT_INVOICED}
    out = [f"« {word} » ({words[word]})" for word, code in codes.items() if code in left]
    strange = [f"« {word} » ({words[word]})" for word in words if word not in codes]
    notes = [counted(words)]
    if out:
        notes.append(Note("init.evidence.left_out", {"words": ", ".join(out)}))
    if strange:
        kept = "kept" if canonical == "status" else "rejected"
        notes.append(Note(f"init.evidence.unknown_{kept}", {"words": listed(strange, SHOWN)}))
    return Choice(canonical, found.header, (*found.evidence, *notes), found.samples), None


def strange_words(words: Counter[str]) -> Note | None:
    """Say that a column of yes and no holds other words; None when nearly all its texts are one or the other."""
    known = sum(count for word, count in words.items() if word.lower() in (*TRUE_WORDS, *FALSE_WORDS))
    if known and known >= MOSTLY * words.total():
        return None
    return Note("init.refused.yes_no", {"words": listed((f"« {word} »" for word in words), 4)})


def counted(words: Counter[str]) -> Note:
    """Say which texts a column holds, and how many times each."""
    return Note(
        "init.evidence.words", {"words": listed((f"{word} ({words[word]})" for word in words), SHOWN)}
    )


def client_by_name(
    witness: Witness,
    chosen: dict[str, Choice],
    proposals: Sequence[Proposal],
    profile: Mapping[str, Content],
    headings: Sequence[str],
) -> None:
    """Give ``customer_id`` a column when no header names a code.

    A generic header (``Client``) beside a name is the code; else the name stands for it, else the column of
    ``headings``, each written once above the lines of a client.
    """
    name = chosen.get("customer_name")
    taken = {item.header for item in chosen.values()}
    for item in proposals:
        generic = header_key(item.header) in GENERIC_CLIENT and item.header not in taken
        if item.canonical == "customer_name" and generic and name:
            note = witness.names(item.header, name.header)
            if note:
                evidence: tuple[Note, ...] = (Note("init.evidence.name"), note)
                chosen["customer_id"] = Choice(
                    "customer_id", item.header, evidence, profile[item.header].samples
                )
                return
    if name:
        evidence = (Note("init.evidence.name_as_code"),)
        chosen["customer_id"] = Choice("customer_id", name.header, evidence, name.samples)
        del chosen["customer_name"]
    elif headings and headings[0] not in taken:
        samples = profile[headings[0]].samples
        chosen["customer_id"] = Choice("customer_id", headings[0], (Note("init.evidence.heading"),), samples)
