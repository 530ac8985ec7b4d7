"""What the user rules of the ledger's lines: those left out on purpose, identifiers that are one client.

Floor 1.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, Self

from pydantic import BaseModel, ValidationInfo, field_validator, model_validator

from capclient.bounds import STRICT, Day, Percent, Text, Texts, mapped, refusal, trimmed
from capclient.errors import listed
from capclient.schema import TABLES

LEDGER = TABLES["invoice_lines"]
DOC_TYPE = LEDGER.column("doc_type")
FILTERED = [column.name for column in LEDGER.columns if column.kind == "text" or column is DOC_TYPE]


class CreditParams(BaseModel):
    """What contracts say of late payment, and the rates that changed since this program was written (5.10, 5.11)."""

    model_config = STRICT

    penalty_rate: Percent | None = None  # a year, in percent: the contract rate, instead of the legal one
    legal_interest_rate: Percent | None = None  # a contract rate is never below three times this
    legal_interest_rates: dict[Day, Percent] = {}  # the same by half-year, by a day of it
    refi_rates: dict[Day, Percent] = {}  # of the European Central Bank, by the day of the change
    end_of_month: Literal["both", "fdm_then_45", "45_then_fdm", "none"] = "both"
    periodic_customers: Texts = []  # those that receive one summary invoice a period


class Filter(BaseModel):
    """Lines left out on purpose: those whose ``column`` is one of ``values`` or begins with a prefix."""

    model_config = STRICT

    name: Text
    column: str
    values: Texts = []
    starts_with: Texts = []

    @field_validator("column")
    @classmethod
    def _compares_texts(cls, value: str) -> str:
        if value in LEDGER.names and value not in FILTERED:
            raise refusal("filter_kind", valid=listed(FILTERED, 40))
        if value not in FILTERED:
            raise refusal("filter_column", names=FILTERED)
        return value

    @field_validator("values")
    @classmethod
    def _translated(cls, value: list[str], info: ValidationInfo) -> list[str]:
        return [_doc_type(word) for word in value] if info.data.get("column") == DOC_TYPE.name else value

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if self.column == DOC_TYPE.name and self.starts_with:
            raise refusal("filter_prefix")
        if not self.values and not self.starts_with:
            raise refusal("filter_empty")
        return self


def _doc_type(word: str) -> str:
    """Return the code that a word of a file stands for, compared as ingest does."""
    bare = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", " ", bare).strip()
    for code, words in DOC_TYPE.words:
        if key in {item.replace("_", " ") for item in words}:
            return code
    raise refusal("filter_word", value=word, names=[item for _, words in DOC_TYPE.words for item in words])


class Identity(BaseModel):
    """Identifiers that the user confirmed to be one client: ``{"acme": "ACME"}``; chains lead to their end."""

    model_config = STRICT

    merge: dict[str, str] = {}

    @field_validator("merge")
    @classmethod
    def _resolved(cls, value: dict[str, str]) -> dict[str, str]:
        merge = mapped(value, key=trimmed, value=trimmed)
        ends: dict[str, str] = {}
        for old, new in merge.items():
            if old == new:
                raise refusal("merge_same", name=old)
            way = {old: None}  # what has no end yet: each identifier is walked through once
            while new in merge and new not in ends:
                if new in way:
                    raise refusal("merge_loop", loop=" → ".join([*way, new]))
                way[new] = None
                new = merge[new]
            ends |= dict.fromkeys(way, ends.get(new, new))
        return ends
