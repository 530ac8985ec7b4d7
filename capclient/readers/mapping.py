"""Which column of a file is which canonical column: what the user said, checked; nothing guessed.

Floor 2. Source: section E.1 of the formats. Guesses are proposals (:mod:`capclient.readers.proposals`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from capclient.errors import SourceError, listed, nearest
from capclient.readers.header import unique_names
from capclient.readers.identifiers import normal_key
from capclient.readers.plan_words import TABLE as PLAN
from capclient.readers.plan_words import plan_headers
from capclient.readers.proposals import Content, Proposal, contents, likeliest_header, propose
from capclient.readers.table_words import headers_named
from capclient.schema import Table

__all__ = ["Content", "Proposal", "contents", "propose", "resolve"]


def resolve(
    columns: Mapping[str, str],
    headers: Sequence[str],
    *,
    table: Table,
    source: str,
    constants: Collection[str] = (),
    is_rated: bool = False,
) -> dict[str, str]:
    """Return the header of each canonical column that the file gives.

    Parameters
    ----------
    columns
        What the user declared: canonical name to header. A header is found exactly, else whatever its case
        and accents when a single one fits. An empty header says that no column gives an
        optional one, or ``invoice_id``: its lines are then of no invoice.
    headers
        Names of the file's columns. One that bears a canonical name needs no declaration; nor does the clearest
        word for a required column of a table beside the ledger (« Date », « Type »), where nothing else gives it.
    table
        The canonical table; ``invoice_lines`` may give ``qty`` and ``unit_price`` for ``amount_ht``.
    constants, is_rated
        Columns that every line of the source has alike, and whether a rate gives ``amount_ht`` from ``amount_ttc``.

    Raises
    ------
    SourceError
        If a declared name is unknown, a declared header is absent, or a required column is missing.
    """
    found: dict[str, str] = {}
    may_lack = {"invoice_id", *(name for name in table.names if name not in table.required)}
    unnamed = {name for name, header in columns.items() if name in may_lack and not header.strip()}
    for canonical, wanted in columns.items():
        if canonical not in table.names:
            valid = nearest(canonical, table.names) or table.names[0]
            raise SourceError(
                "source.unknown_column", column=canonical, table=table.name, near=valid,
                columns=listed(table.names, 40),
            )  # fmt: skip
        if canonical in unnamed:
            continue  # said to be in no column, whatever a header says
        found[canonical] = header_of(canonical, wanted, headers, source)
    for name in table.names:
        if name in headers and name not in unnamed and name not in constants:
            found.setdefault(name, name)
    if table.name == PLAN:  # our own sheet comes back with our own words
        own = plan_headers([header for header in headers if header not in found.values()])
        found |= {name: header for name, header in own.items() if name not in {*found, *unnamed, *constants}}
    for name in table.required:
        if name not in found and name not in constants:
            words = (word for word in headers_named(table.name, name, headers) if word not in found.values())
            if word := next(words, None):
                found[name] = word
    missing = [name for name in table.required if name not in {*found, *unnamed, *constants}]
    if table.name == "invoice_lines" and (
        {"qty", "unit_price"} <= found.keys() or (is_rated and "amount_ttc" in found)
    ):
        missing = [name for name in missing if name != "amount_ht"]
    if missing == ["amount_ht"] and "amount_ttc" in found:
        raise SourceError("source.ttc_only", source=source, header=found["amount_ttc"])
    if missing == ["type"] and table.name == "interactions":
        raise SourceError("source.missing_type", source=source, table=table.name, headers=listed(headers, 40))
    if missing:
        near = likeliest_header(missing[0], headers)
        code = "source.missing_column_near" if near else "source.missing_column"
        raise SourceError(
            code, source=source, table=table.name, columns=listed(missing), column=missing[0], near=near or "",
            headers=listed(headers, 40),
        )  # fmt: skip
    return {name: found[name] for name in table.names if name in found}


def header_of(canonical: str, wanted: str, headers: Sequence[str], source: str) -> str:
    """Return the header that the user meant by a name given for ``canonical``.

    Raises
    ------
    SourceError
        If no header bears that name, or several do but for their case.
    """
    (name,) = unique_names([wanted], 1)
    if name in headers:
        return name
    alike = [header for header in headers if normal_key(header) == normal_key(wanted)]
    if len(alike) == 1:
        return alike[0]
    near = nearest(wanted, alike or headers)
    code = "source.missing_header_near" if near else "source.missing_header"
    raise SourceError(
        code, source=source, column=canonical, header=wanted, near=near or "", headers=listed(headers, 40)
    )
