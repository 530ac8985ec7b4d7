"""From files to a draft: their shape, then the amounts, then every other column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import duckdb

from capclient.engine.duckdb import workspace
from capclient.errors import SourceError
from capclient.params_sources import FileSource
from capclient.proposal.amounts import Amounts, amounts
from capclient.proposal.columns import MOST, Witness, best, client_by_name, coded, counted, strange_words
from capclient.proposal.draft import LEDGER, Choice, Draft, Shape
from capclient.proposal.gaps import missing_columns, supposed
from capclient.proposal.sample import numbers_of
from capclient.proposal.settled import settled_in
from capclient.proposal.shapes import shape_of
from capclient.readers.multiples import scaled, unit_of
from capclient.readers.paths import files
from capclient.readers.proposals import Content, Proposal, contents, header_key, propose
from capclient.readers.raw import Note, RawTable
from capclient.readers.tabular import raw_tables

MOST_NUMBERS = 16  # columns whose values are compared with each other
NUMERIC_WORDS = ("remise", "rabais", "ristourne", "escompte", "discount")


def drafted(paths: Sequence[Path], sheets: Mapping[Path, tuple[str, ...]] = MappingProxyType({})) -> Draft:
    """Look at files or folders and propose how to read them; ``sheets`` name those of a workbook that are the ledger.

    Raises
    ------
    SourceError
        If a path names no file, the files do not share their columns, or a wide table shows several measures.
    """
    found = tuple(file for path in paths for file in _files(path))
    with workspace() as (con, scratch):
        tables = _tables(con, found, Shape(), scratch / "as-it-stands", sheets=sheets)
        shape = shape_of(con, tables[0], contents(con, tables[0]))
        warnings: list[Note] = []
        if shape.wide or shape.fill_down:
            tables, warnings = _reshaped(con, found, tables, shape, scratch, sheets)
        first = tables[0]
        for other in tables[1:]:
            if set(other.columns) != set(first.columns):
                raise SourceError("init.other_columns", first=first.source, other=other.source)
        draft = Draft(
            given=tuple(paths),
            paths=found,
            files=tuple((table.source, table.rows, table.notes) for table in tables),
            chosen=(), open={}, missing={}, unused=(), shape=shape, warnings=tuple(warnings), sheets=sheets,
        )  # fmt: skip
        return _completed(con, first, draft)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return files(FileSource(path=str(path.resolve())), folder=path)
    if not path.is_file():
        raise SourceError("source.missing_file", path=path.name)
    return [path]


def _tables(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    shape: Shape,
    scratch: Path,
    *,
    totals: str = "check",
    sheets: Mapping[Path, tuple[str, ...]] = MappingProxyType({}),
) -> list[RawTable]:
    wide = shape.wide.model_copy(update={"totals": totals}) if shape.wide else None
    tables: list[RawTable] = []
    for place, file in enumerate(paths):
        source = FileSource(
            path=str(file.resolve()),
            wide=wide,
            fill_down=list(shape.fill_down),
            sheet=list(sheets.get(file, ())),
        )
        found = raw_tables(con, source, folder=file.parent, workspace=scratch / str(place))
        tables += [scaled(con, table, table.columns) for table in found]  # any column may be the amount
    return tables


def _reshaped(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    tables: list[RawTable],
    shape: Shape,
    scratch: Path,
    sheets: Mapping[Path, tuple[str, ...]],
) -> tuple[list[RawTable], list[Note]]:
    """Read the files again in their shape; totals that differ are told, and refused when the ledger is read."""
    if shape.is_doubtful:
        return tables, []  # the year of the months is for the user to give
    scratch.mkdir(exist_ok=True)
    try:
        return _tables(con, paths, shape, scratch / "shaped", sheets=sheets), []
    except SourceError as error:
        if error.code != "wide.totals_differ":
            raise
        again = _tables(con, paths, shape, scratch / "unchecked", totals="ignore", sheets=sheets)
        return again, [Note("init.warning.error", {"error": error})]


def _completed(con: duckdb.DuckDBPyConnection, table: RawTable, draft: Draft) -> Draft:
    """Return the draft with its columns."""
    profile = contents(con, table)
    proposals = [item for item in propose(table.columns, profile) if item.canonical in LEDGER.names]
    shape = draft.shape
    if shape.wide:  # the amount and its date come from the columns of periods
        proposals = [
            item for item in proposals if item.header not in ("invoice_id", "invoice_date", "amount_ht")
        ]
        proposals = [
            item for item in proposals if item.canonical not in ("invoice_date", "due_date", "invoice_id")
        ]
    witness = Witness(con, table)
    chosen, undecided = best(proposals, profile)
    if "customer_id" not in chosen and "customer_id" not in undecided:
        client_by_name(witness, chosen, proposals, profile, shape.fill_down)
    set_aside: dict[str, Note] = {}
    _check_invoice(witness, chosen, set_aside)
    invoice = chosen.get("invoice_id")
    if shape.wide:
        money, decimal = Amounts(), ""
        if not shape.is_doubtful:
            money.warnings.append(_tax_of(draft, shape))
    else:
        sample, decimal = numbers_of(con, table, _numeric(table, proposals, profile))
        money = amounts(sample, proposals, profile, invoice=invoice.header if invoice else None)
    _codes(witness, chosen, set_aside)
    told = {name: _witnessed(witness, item, chosen) for name, item in chosen.items()} | money.chosen
    used = {item.header for item in told.values()}
    found = replace(
        draft,
        chosen=tuple(told[name] for name in LEDGER.names if name in told),
        open=_without_used(undecided | money.open, used),
        set_aside={name: note for name, note in {**set_aside, **money.refused}.items() if name not in used},
        decimal=decimal,
        unit=_unit(draft, [item.header for item in money.chosen.values()], table),
        warnings=(*draft.warnings, *money.warnings),
        currencies=witness.words(told["currency"].header) if "currency" in told else {},
    )
    missing = {} if shape.wide and "customer_id" in told else missing_columns(found, profile, witness)
    if shape.wide:
        missing = {name: headers for name, headers in missing.items() if name == "customer_id"}
    periods = {"invoice_id", "invoice_date", "amount_ht"} if shape.wide else set()
    told_apart = {*used, *periods, *found.set_aside}
    told_apart |= {item.header for items in found.open.values() for item in items}
    unused = tuple(name for name in table.columns if name not in told_apart)
    settled = None if shape.wide else settled_in(found, unused, profile)
    unused = tuple(name for name in unused if not settled or name not in (settled.date, settled.disputed))
    warnings = (*found.warnings, *supposed(told, missing, profile))
    if table.rows > MOST:
        warnings = (*warnings, Note("init.warning.sampled", {"count": MOST}))
    return replace(found, missing=missing, unused=unused, settled=settled, warnings=warnings)


def _unit(draft: Draft, headers: Sequence[str], table: RawTable) -> str:
    """Return the unit that a title or the header of an amount announces, unless each cell bears it."""
    if any(note.code == "readers.multiples" for note in table.notes):
        return ""
    titles = [str(note.facts.get("text", "")) for note in table.notes if note.code == "readers.titles"]
    periods = [str(note.facts.get("first", "")) for note in draft.shape.evidence]
    return next((unit for words in (*headers, *titles, *periods) if (unit := unit_of(words))), "")


def _without_used(
    undecided: Mapping[str, tuple[Choice, ...]], used: set[str]
) -> dict[str, tuple[Choice, ...]]:
    """Drop the candidates that another column took in the end."""
    left = {
        name: tuple(item for item in items if item.header not in used) for name, items in undecided.items()
    }
    return {name: items for name, items in left.items() if items}


def _numeric(table: RawTable, proposals: Sequence[Proposal], profile: Mapping[str, Content]) -> list[str]:
    """Return the columns of numbers that may be amounts, quantities, prices or discounts."""
    named = {item.header for item in proposals if LEDGER.column(item.canonical).kind in {"money", "number"}}
    found = [
        name
        for name in table.columns
        if profile[name].numbers > 0.95
        and profile[name].filled
        and (name in named or any(word in header_key(name) for word in NUMERIC_WORDS))
    ]
    return found[:MOST_NUMBERS]


def _check_invoice(witness: Witness, chosen: dict[str, Choice], set_aside: dict[str, Note]) -> None:
    """A number that several clients share numbers no invoice."""
    invoice, client = chosen.get("invoice_id"), chosen.get("customer_id")
    if invoice and client and not witness.is_of_one_client(invoice.header, client.header):
        set_aside[invoice.header] = Note("init.refused.shared", {"client": client.header})
        del chosen["invoice_id"]


def _codes(witness: Witness, chosen: dict[str, Choice], set_aside: dict[str, Note]) -> None:
    for canonical in ("doc_type", "status"):
        if canonical in chosen:
            kept, why = coded(canonical, chosen[canonical], witness.words(chosen[canonical].header))
            if kept:
                chosen[canonical] = kept
            elif why:
                set_aside[chosen.pop(canonical).header] = why
    if "disputed" in chosen:
        found = chosen["disputed"]
        why = strange_words(words := witness.words(found.header))
        if why:
            set_aside[chosen.pop("disputed").header] = why
        else:
            chosen["disputed"] = replace(found, evidence=(*found.evidence, counted(words)))


def _witnessed(witness: Witness, item: Choice, chosen: Mapping[str, Choice]) -> Choice:
    """Return a choice with what its values say."""
    notes: list[Note] = []
    if item.canonical == "invoice_id":
        notes.append(witness.invoice(item.header))
    elif item.canonical == "customer_id":
        notes += witness.clients(item.header)
        if "customer_name" in chosen and (one := witness.names(item.header, chosen["customer_name"].header)):
            notes.append(one)
    elif LEDGER.column(item.canonical).kind == "date":
        notes += witness.days(item.header)
        if item.canonical == "due_date" and "invoice_date" in chosen:
            after = witness.due(chosen["invoice_date"].header, item.header)
            notes.append(after or Note("init.evidence.before"))
    elif item.canonical == "currency":
        words = witness.words(item.header)
        notes.append(
            Note("init.evidence.words", {"words": ", ".join(f"{w} ({n})" for w, n in words.items())})
        )
    return replace(item, evidence=(*item.evidence, *(note for note in notes if note not in item.evidence)))


def _tax_of(draft: Draft, shape: Shape) -> Note:
    """Say whether the cells of a wide table are with or without tax, as far as its titles tell."""
    told = " ".join(
        [str(note.facts.get("text", "")) for _, _, notes in draft.files for note in notes]
        + [str(note.facts.get("first", "")) for note in shape.evidence]
    )
    words = f" {header_key(told)} "
    if " ttc " in words:
        return Note("init.warning.wide_ttc")
    if any(f" {word} " in words for word in ("ht", "ca", "chiffre d affaires", "hors taxes")):
        return Note("init.warning.wide_ht")
    return Note("init.warning.wide_supposed")
