"""What reading the sheets and comparing their keys has shown, in words.

Floor 3: it speaks, it computes nothing. Takes the reports of :mod:`capclient.ingest.tables` and
:mod:`capclient.ingest.keys` as they come back from JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from capclient.schema import TABLES
from capclient.wording import has, text
from capclient.wording.numbers import count, day, money, share

SHOWN = 5  # identifiers or values named in a sentence


def is_refusal(code: str) -> bool:
    """Tell whether a reject code is that of a row of a sheet, such as ``customers:missing_key``."""
    head, _, reason = code.partition(":")
    return bool(reason) and head in TABLES


def refusal(code: str, lang: str) -> str:
    """Say why a row of a sheet was not kept; the code is ``<table>:<reason>``."""
    name, _, reason = code.partition(":")
    table = text(f"crm.table.{name}", lang)
    if has(f"reject.table.{reason}"):
        return text(f"reject.table.{reason}", lang, table=table)
    kind, _, column = reason.partition("_")
    if kind in ("missing", "unreadable", "cell"):
        return text(f"reject.table.{kind}", lang, table=table, column=_column(column, lang))
    return text("reject.table.other", lang, table=table, reason=text(f"reject.{reason}", lang))


def table_remarks(name: str, told: Mapping[str, Any], lang: str) -> list[str]:
    """Return the sentences of one table: rows set aside or merged, cells not understood, scales supposed.

    Parameters
    ----------
    name
        Canonical name of the table.
    told
        Its entry of the ingest report (:func:`capclient.ingest.tables.write`).
    """

    def column(canonical: str) -> str:
        return str(told["headers"].get(canonical, canonical))

    said = [
        _counted("crm.rejected", lang, rows, reason=refusal(f"{name}:{reason}", lang))
        for reason, rows in told["rejects"].items()
    ]
    if told["duplicates"]:
        named = _listed([key for key, _ in told["duplicates"]], lang)
        said.append(text("crm.duplicates", lang, examples=named))
    if told["rows_merged"]:
        said.append(_counted("crm.merged", lang, told["rows_merged"]))
    if told.get("turned"):
        said.append(_counted("crm.returned_turned", lang, told["turned"], column=column("amount")))
    for canonical, rows in told["unreadable"].items():
        examples = _listed([value for value, _ in told["examples"][canonical]], lang)
        known = told["known"].get(canonical)
        if known:
            words = ", ".join(_level(canonical, code, lang) for code in known)
            said.append(
                _counted(
                    "crm.unknown_word", lang, rows, column=column(canonical), examples=examples, known=words
                )
            )
        else:
            said.append(_counted("crm.unreadable", lang, rows, column=column(canonical), examples=examples))
    for item in told["impossible"]:
        reason = item["reason"]
        if reason == "out_of_range" and item["high"] is None:
            reason = "below"
        facts = {"low": item["low"], "high": item["high"], "other": column(item["other"])}
        examples = _listed([_spoken(value, lang) for value in item["examples"]], lang)
        said.append(
            _counted(
                f"crm.impossible.{reason}", lang, item["rows"], column=column(item["column"]),
                examples=examples, **facts,
            )
        )  # fmt: skip
    for item in told["scales"]:
        top = share(Decimal(item["top"]), lang) if item["code"] == "large" else item["top"]
        code = "rating_of_5" if (item["code"], top) == ("rating", "5") else item["code"]
        said.append(
            text(f"crm.scale.{code}", lang, column=column(item["column"]), source=item["source"], top=top)
        )
    return said


def key_remarks(checks: Iterable[Mapping[str, Any]], lang: str, currency: str = "EUR") -> list[str]:
    """Return the sentences of the checks of keys that found something (:func:`capclient.ingest.keys.checked`)."""
    said = []
    for check in checks:
        table = text(f"crm.table.{check['table']}", lang)
        facts = {"table": table, "column": _column(check["column"], lang)}
        if check["unknown"]:
            said.append(
                _counted(
                    _key(check, "unknown"), lang, check["unknown"], **facts,
                    rows=_counted("crm.rows", lang, check["unknown_rows"]),
                    examples=_listed(check["unknown_examples"], lang),
                )
            )  # fmt: skip
        if check.get("missing"):
            amount = check["missing_amount"]
            said.append(
                _counted(
                    _key(check, "missing"), lang, check["missing"], **facts,
                    examples=_listed(check["missing_examples"], lang),
                    amount="" if amount is None else money(Decimal(amount), lang, currency),
                )
            )  # fmt: skip
        if check["near"]:
            pairs = [text("crm.pair", lang, one=one, other=other) for one, other in check["near_examples"]]
            key = "crm.near.customer" if check["column"] == "customer_id" else "crm.near"
            examples = _listed(pairs, lang, is_quoted=False)
            said.append(_counted(key, lang, check["near"], **facts, examples=examples))
    return said


def _key(check: Mapping[str, Any], side: str) -> str:
    """Return the key of a check's own sentence, else that of its column, else that of its table."""
    for name in (check["check"], check["column"], check["table"]):
        if has(f"crm.key.{name}.{side}"):
            return f"crm.key.{name}.{side}"
    raise KeyError(f"crm.key.{check['check']}.{side}")


def _column(name: str, lang: str) -> str:
    label = f"crm.column.{name}"
    return text(label, lang) if has(label) else name


def _level(column: str, code: str, lang: str) -> str:
    key = f"level.{column}.{code}"
    return text(key, lang) if has(key) else code


def _counted(key: str, lang: str, number: int, **facts: object) -> str:
    """Fill a sentence with a count; a single one has a sentence of its own."""
    one = f"{key}.one"
    return text(one if number == 1 else key, lang, count=count(number, lang), **facts)


def _spoken(value: str, lang: str) -> str:
    """Write a number or a date, as ingest holds them, the way a reader of the language does."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return day(date.fromisoformat(value), lang, "short")
    return value.replace(".", ",") if lang == "fr" else value


def _listed(shown: Iterable[str], lang: str, *, is_quoted: bool = True) -> str:
    """Return the first examples, quoted, and an ellipsis when there are more."""
    texts = list(shown)
    first = [text("crm.quoted", lang, text=one) if is_quoted else one for one in texts[:SHOWN]]
    return ", ".join(first) + (", …" if len(texts) > SHOWN else "")
