"""The canonical tables: one definition of their columns, types, meaning and checks.

Floor 1. Source: section 0.1 of the indicator dictionary. Everything that reads, types, documents or
validates a table starts from here; the documentation in ``GLOSSARY.md`` is generated from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from capclient import levels
from capclient.levels import DOC_TYPES, ISSUED, NOT_INVOICED

Kind = Literal["text", "date", "money", "number", "flag", "code"]

SQL_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "date": "DATE",
    "money": "DECIMAL(18,2)",  # rounded half away from zero, once, at ingest
    "number": "DECIMAL(19,9)",  # quantities and unit prices keep their decimals
    "flag": "BOOLEAN",
    "code": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a canonical table; ``words`` maps what files say to the codes of a ``code`` column.

    A ``number`` column may have words too: those that stand for a mark.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def sql_type(self) -> str:
        """Type of the column in the store."""
        return SQL_TYPES[self.kind]


@dataclass(frozen=True, slots=True)
class Table:
    """A canonical table: its columns in order; ``key`` columns identify a row."""

    name: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return a column by name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns without which the table means nothing."""
        return tuple(column.name for column in self.columns if column.required)


def _columns(kind: Kind, names: str) -> list[Column]:
    """Columns of one kind; a name that ends in ``*`` is required."""
    return [Column(name.rstrip("*"), kind, name.endswith("*")) for name in names.split()]


def _table(name: str, *columns: Column) -> Table:
    return Table(name, columns)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "invoice_lines",
            *_columns("text", "invoice_id* line_id"),
            Column("doc_type", "code", words=(*DOC_TYPES, *NOT_INVOICED)),
            Column("status", "code", words=(("issued", ISSUED), *NOT_INVOICED)),
            *_columns("text", "customer_id* customer_name"),
            *_columns("date", "invoice_date* accounting_date due_date"),
            *_columns("text", "due_source product family activity"),
            *_columns("number", "qty"),
            *_columns("text", "unit"),
            *_columns("number", "unit_price"),
            *_columns("money", "amount_ht* vat amount_ttc cost"),
            *_columns("text", "currency"),
            *_columns("flag", "recurring disputed"),
            *_columns("text", "contract_id order_id credited_invoice_id salesperson"),
        ),
        _table(
            "customers",
            *_columns(
                "text", "customer_id* name group_id segment sector customer_type siren address region country"
            ),
            *_columns("text", "salesperson"),
            *_columns("flag", "is_public is_pool is_intragroup"),
            *_columns("date", "first_seen_override"),
            *_columns("text", "payment_terms"),
            *_columns("money", "credit_limit wallet_amount"),
            *_columns("date", "wallet_date"),
            Column("wallet_level", "code", words=levels.WALLETS),
            Column("potential_level", "code", words=levels.POTENTIALS),
            Column("relation_type", "code", words=levels.RELATIONS),
            Column("service_need", "code", words=levels.SERVICE_NEEDS),
            *_columns("text", "decision_criteria"),
            Column("ease", "code", words=levels.EASES),
            Column("outlook", "code", words=levels.OUTLOOKS),
            Column("rd_collab", "code", words=levels.RESEARCH),
            Column("learning", "code", words=levels.LEARNINGS),
            Column("profitability_level", "code", words=levels.LEARNINGS),
            *_columns("text", "competitors_known declared_risk"),
            *_columns("date", "grid_date"),  # when the declared criteria were last gone through, and by whom
            *_columns("text", "grid_author"),
            *_columns("date", "insolvency_date"),
            *_columns("flag", "opposed"),  # asked not to be canvassed any more
        ),
        _table(
            "contacts",
            *_columns("text", "customer_id* person role"),
            Column("side", "code", words=levels.SIDES),
            *_columns("date", "since until"),
            *_columns("flag", "opposed"),
        ),
        _table(
            "payments",
            *_columns("text", "payment_id customer_id* invoice_id"),
            *_columns("date", "date* accounting_date"),
            *_columns(
                "money", "amount*"
            ),  # a payment that came back (kind reject) is negative, whatever its sign
            Column("kind", "code", words=levels.PAYMENT_KINDS),
            *_columns("text", "method"),
        ),
        _table(
            "receivable_items",
            *_columns("text", "item_id* customer_id* invoice_id"),
            Column("kind", "code", words=levels.ITEM_KINDS),
            *_columns("date", "date* accounting_date due_date"),
            *_columns("text", "due_source"),
            *_columns("money", "amount*"),
            *_columns("flag", "disputed doubtful"),
        ),
        _table(
            "allocations",
            *_columns("text", "debit_id* credit_id*"),
            *_columns("money", "amount*"),
            *_columns("date", "date*"),
            *_columns("text", "method"),
        ),
        _table(
            "cost_to_serve",
            *_columns("text", "customer_id* activity*"),
            *_columns("number", "driver_qty unit_cost"),
            *_columns("text", "period"),
        ),
        _table(
            "interactions",
            *_columns("text", "customer_id*"),
            *_columns("date", "date*"),
            Column("type", "code", True, levels.INTERACTION_TYPES),
            *_columns("text", "phase"),
            Column("severity", "code", words=levels.SEVERITIES),
            *_columns("money", "cost"),
            *_columns("number", "hours score_nps score_csat"),
            *_columns("flag", "asked_by_sales"),
            *_columns("date", "opened closed called_back"),
            *_columns("money", "amount"),
            *_columns("text", "channel cause promise_id salesperson"),
        ),
        _table(
            "contracts",
            *_columns("text", "contract_id* customer_id*"),
            *_columns("date", "start end notice_date tender_date"),
            *_columns("money", "annual_amount"),
            *_columns("flag", "recurring"),
            *_columns("number", "n_institutions"),
            *_columns("flag", "is_initial_activity"),
            *_columns("text", "partners renewed_by"),
        ),
        _table(
            "prospects",
            *_columns("text", "prospect_id* source"),
            *_columns("date", "created"),
            *_columns("text", "stage"),
            *_columns("money", "amount"),
            *_columns("number", "probability"),
            *_columns("date", "closed_date"),
            Column("outcome", "code", words=levels.OUTCOMES),
            *_columns("text", "customer_id salesperson"),
        ),
        _table(
            "market",
            Column("segment_type", "code", True, levels.SEGMENT_TYPES),
            *_columns("text", "segment* year*"),
            *_columns("number", "growth size"),
            *_columns("text", "outlook"),
        ),
        _table(
            "targets",
            *_columns("text", "salesperson*"),
            *_columns("number", "visits_per_year"),
            *_columns("money", "cost_per_visit"),
        ),
        _table(
            "evidence",
            *_columns("text", "capability* device"),
            Column("maturity", "number", words=levels.MATURITIES),
            *_columns("text", "evidence"),
            *_columns("date", "date"),
            *_columns("text", "owner"),
        ),
        _table(  # the plan read back: the sheets of our workbook, or actions.csv, whose codes stand beside its words
            "actions",
            *_columns("text", "customer_id prospect_id name"),
            Column("action", "code", words=levels.PLANNED),
            Column("action_code", "code", words=levels.PLANNED),
            Column(
                "proposed", "code", words=levels.PLANNED
            ),  # what the rules said: another action was chosen
            *_columns("number", "action_rank"),
            *_columns("text", "reasons owner"),
            *_columns("money", "stake"),
            *_columns("date", "due"),
            Column("plan_status", "code", words=levels.PROGRESS),
            Column("status_code", "code", words=levels.PROGRESS),
            *_columns("date", "done_on"),
            Column("decision", "code", words=levels.DECIDED),
            Column("decision_code", "code", words=levels.DECIDED),
            *_columns("text", "comment"),
            *_columns("date", "planned_on"),
        ),
    )
}

# A client total has no line, no date and no identifier that must be given: it is not a canonical
# table of the ledger but the little that some companies have (concentration and clusters only).
TOTALS = _table("customer_totals", *_columns("text", "customer_id name segment sector region country"))
