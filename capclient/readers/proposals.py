"""Proposals for the columns of an unknown file: names give candidates, content decides.

Floor 2. Source: section E.1 of the formats. Candidates that nothing tells apart are all proposed with the
same score; to choose is for the user.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from capclient.errors import nearest
from capclient.readers import date_text, number_text
from capclient.readers.dictionary import ALONE, BESIDE, GENERIC, WORDS
from capclient.readers.identifiers import clean_sql, normal_key
from capclient.readers.raw import RawTable
from capclient.readers.sql_text import quoted
from capclient.schema import TABLES, Kind

SAMPLE = 100_000  # records: enough to know what a column holds
LONGEST = 200  # characters of a header that are looked at
SHOWN = 3  # values of a column, as an example
MOSTLY = 0.95
EXACT, VAGUE, PART = 1.0, 0.8, 0.6


@dataclass(frozen=True, slots=True)
class Content:
    """What a column holds: shares of its filled cells (0 to 1) that are numbers, dates, distinct; some of them."""

    numbers: float = 0.0
    dates: float = 0.0
    distinct: float = 0.0
    filled: float = 0.0
    samples: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A header that may be a canonical column; ``evidence`` holds codes: ``name``, ``name_part``, ``content``."""

    canonical: str
    header: str
    evidence: tuple[str, ...]
    score: float


def contents(con: duckdb.DuckDBPyConnection, table: RawTable) -> dict[str, Content]:
    """Return what each column of a table holds, from its first records."""
    sample = f"(SELECT * FROM {table.relation} LIMIT {SAMPLE})"
    found: dict[str, Content] = {}
    for header in table.columns:
        cell, typed = clean_sql(quoted(header)), table.typed.get(header)
        number = number_text.class_sql("text", "number_core")
        date = date_text.class_sql("text", "date_core", is_serial=False)
        row = con.execute(
            f"SELECT count(*), count(text), count(DISTINCT text), "
            f"count(*) FILTER ({number} NOT IN ({number_text.MISSING}, {number_text.UNREADABLE})), "
            f"count(*) FILTER ({date} NOT IN ({date_text.MISSING}, {date_text.UNREADABLE})), "
            f"count(*) FILTER (text IS NOT NULL AND {number} = {number_text.MISSING}) "
            f"FROM (SELECT text, {number_text.core_unless_plain_sql('text')} AS number_core, "
            f"{date_text.core_unless_plain_sql('text')} AS date_core FROM (SELECT {cell} AS text FROM {sample}))"
        ).fetchone()
        assert row is not None
        records, filled, distinct, numbers, dates, dashes = row
        whole = max(filled, 1)
        found[header] = Content(
            1.0 if typed == "number" else numbers / max(filled - dashes, 1),
            1.0 if typed == "date" else dates / max(filled - dashes, 1),
            distinct / whole,
            filled / max(records, 1),
            _samples(con, cell, table),
        )
    return found


def _samples(con: duckdb.DuckDBPyConnection, cell: str, table: RawTable) -> tuple[str, ...]:
    """Return the first different values of a column."""
    rows = con.execute(f"SELECT {cell} AS text FROM (SELECT * FROM {table.relation} LIMIT 200)").fetchall()
    texts = dict.fromkeys(text for (text,) in rows if text)
    return tuple(list(texts)[:SHOWN])


def propose(headers: Sequence[str], profile: Mapping[str, Content]) -> list[Proposal]:
    """Return every plausible pair of canonical column and header, best first.

    A header that is one of the known words scores 1 (0.8 where the word says little, such as ``Date``), one that
    holds such a word 0.6; content that cannot be of the column's kind (a date column without dates) rules the pair
    out. Equal scores are left equal.
    """
    found: list[Proposal] = []
    for place, header in enumerate(headers):
        key = header_key(header)
        for canonical in WORDS:
            score, evidence = _by_name(canonical, header, key)
            content = profile.get(header)
            if not score or (content and not _fits(canonical, content)):
                continue
            codes = (evidence, "content") if content and _kind(canonical) != "text" else (evidence,)
            found.append(Proposal(canonical, headers[place], codes, score))
    order = {canonical: rank for rank, canonical in enumerate(WORDS)}
    return sorted(found, key=lambda one: (order[one.canonical], -one.score, headers.index(one.header)))


def likeliest_header(canonical: str, headers: Sequence[str]) -> str | None:
    """Return the header most like a canonical column, by the dictionary then by spelling."""
    scored = [(_by_name(canonical, header, header_key(header))[0], -at) for at, header in enumerate(headers)]
    best = max(scored, default=(0.0, 0))
    return headers[-best[1]] if best[0] else nearest(canonical, headers)


def header_key(header: str) -> str:
    """Return a header as the dictionary writes it.

    >>> header_key("N° de  Facture"), header_key("CustomerID"), header_key("Date d'échéance")
    ('n de facture', 'customer id', 'date d echeance')
    """
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", header[:LONGEST])
    return " ".join(re.sub(r"[^a-z0-9]+", " ", normal_key(spaced)).split())


def _by_name(canonical: str, header: str, key: str) -> tuple[float, str]:
    words = WORDS.get(canonical, "").split("|")
    if header == canonical or key == canonical.replace("_", " "):
        return EXACT, "name"
    if key in words:
        return (VAGUE if key in GENERIC else EXACT), "name"
    if canonical == "customer_id" and _CODE.search(key):
        return PART, "name_part"
    beside = BESIDE.get(canonical)
    if beside and re.search(rf"\b(?:{beside})\b", key):
        return 0.0, ""
    if any(
        len(word) > 3 and word not in ALONE and re.search(rf"\b{re.escape(word)}\b", key) for word in words
    ):
        return PART, "name_part"
    return 0.0, ""


_CLIENT, _NUMBER = (
    r"\b(?:clients?|customer|cust|account|tiers|debtor)\b",
    r"\b(?:id|code|no|n|num|numero|number)\b",
)
_CODE = re.compile(rf"{_NUMBER}.*{_CLIENT}|{_CLIENT}.*{_NUMBER}")


def _kind(canonical: str) -> Kind:
    for table in TABLES.values():
        if canonical in table.names:
            return table.column(canonical).kind
    return "text"


def _fits(canonical: str, content: Content) -> bool:
    kind = _kind(canonical)
    if not content.filled:
        return False
    if kind == "date":
        return content.dates > MOSTLY
    if kind in {"money", "number"}:
        return content.numbers > MOSTLY
    return content.dates <= MOSTLY or content.numbers > MOSTLY  # 1241.10 reads like a month and is none
