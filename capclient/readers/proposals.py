"""Proposals for the columns of an unknown file: names give candidates, content decides.

Floor 2. Source: section E.1 of the formats. Candidates that nothing tells apart are all proposed with the
same score; to choose is for the user.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from capclient.errors import nearest
from capclient.readers import date_text, number_text
from capclient.readers.identifiers import clean_sql, normal_key
from capclient.readers.raw import RawTable
from capclient.readers.sql_text import quoted
from capclient.schema import TABLES, Kind

SAMPLE = 100_000  # records: enough to know what a column holds
MOSTLY = 0.95
EXACT, PART = 1.0, 0.6

# Normalised headers (lower case, no accents, no punctuation), French then English.
WORDS: dict[str, str] = {
    "customer_id": "code client|n client|no client|num client|numero client|reference client|ref client|"
    "compte client|compte tiers|code tiers|tiers|compte auxiliaire|id client|identifiant|ref tiers|"
    "customer id|client id|customer|customer no|customer number|account|cust id",
    "customer_name": "client|nom du client|nom client|raison sociale|societe|denomination|intitule tiers|"
    "nom du tiers|partenaire|nom d affichage du partenaire de la facture|tiers|customer|customer name|"
    "display name|name|nom",
    "siren": "siren|siret|id prof 1|id prof 2|n siren|numero siren",
    "invoice_id": "n facture|no facture|numero de facture|facture|ref|reference|n piece|numero piece|numero|"
    "num facture|invoice number|invoice|invoice no|invoice id|doc no",
    "doc_type": "type|type de piece|type de document|nature|document type|doc type",
    "invoice_date": "date|date facture|date de facturation|date facturation|date de facture|date piece|"
    "date emission|date d emission|invoice date",
    "due_date": "echeance|date echeance|date d echeance|date limite de reglement|a echeance|due date",
    "amount_ht": "montant ht|total ht|ht|ca ht|net ht|base ht|montant hors taxes|sous total|total non taxe|"
    "montant hors taxes signe|prix total ht|total|montant|amount|net amount|invoice amount|revenue|sales",
    "vat": "tva|montant tva|total tva|taxe|vat|vat amount|tax",
    "amount_ttc": "montant ttc|total ttc|ttc|net a payer|total|total signe|montant taxes comprises|"
    "gross amount|total amount",
    "product": "article|code article|ref article|reference|designation|libelle|produit|produit service|"
    "product|stock code|item|description|sku",
    "family": "famille|famille article|gamme|categorie|product category|category|family",
    "qty": "qte|quantite|qty|quantity",
    "unit_price": "pu ht|prix unitaire|p u ht|pu net|unit price|price",
    "cost": "cout|prix de revient|pr|pamp|cump|prix d achat|cost",
    "currency": "devise|monnaie|currency",
    "salesperson": "commercial|representant|vendeur|code representant|charge de clientele|responsable|"
    "sales rep|salesperson|salesman",
    "sector": "secteur|activite|naf|ape|categorie|famille client|sector|industry",
    "region": "region|departement|cp|code postal|territory",
    "country": "pays|country|country code",
    "segment": "segment|channel|canal",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Content:
    """What a column holds: shares of its filled cells (0 to 1) that are numbers, dates, distinct."""

    numbers: float = 0.0
    dates: float = 0.0
    distinct: float = 0.0
    filled: float = 0.0


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
            f"count(*) FILTER ({date} NOT IN ({date_text.MISSING}, {date_text.UNREADABLE})) "
            f"FROM (SELECT text, {number_text.core_unless_plain_sql('text')} AS number_core, "
            f"{date_text.core_unless_plain_sql('text')} AS date_core FROM (SELECT {cell} AS text FROM {sample}))"
        ).fetchone()
        assert row is not None
        records, filled, distinct, numbers, dates = row
        whole = max(filled, 1)
        found[header] = Content(
            1.0 if typed == "number" else numbers / whole,
            1.0 if typed == "date" else dates / whole,
            distinct / whole,
            filled / max(records, 1),
        )
    return found


def propose(headers: Sequence[str], profile: Mapping[str, Content]) -> list[Proposal]:
    """Return every plausible pair of canonical column and header, best first.

    A header that is one of the known words scores 1, one that holds such a word 0.6; content that cannot be
    of the column's kind (a date column without dates) rules the pair out. Equal scores are left equal.
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
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", header)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", normal_key(spaced)).split())


def _by_name(canonical: str, header: str, key: str) -> tuple[float, str]:
    words = WORDS.get(canonical, "").split("|")
    if header == canonical or key in words or key == canonical.replace("_", " "):
        return EXACT, "name"
    if any(len(word) > 3 and re.search(rf"\b{re.escape(word)}\b", key) for word in words):
        return PART, "name_part"
    return 0.0, ""


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
    return content.numbers > MOSTLY if kind in {"money", "number"} else content.dates <= MOSTLY
