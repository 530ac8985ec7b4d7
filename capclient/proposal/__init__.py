"""``capclient init``: look at files, propose how to read them with the evidence, write a commented YAML.

Floor 8. Nothing is guessed in silence: a column that may be two things is written as a comment with its
candidates, and the parameters are refused until someone has chosen.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from capclient.engine.duckdb import workspace
from capclient.errors import ParamsError, SourceError
from capclient.params import FileSource
from capclient.readers.paths import SUFFIXES
from capclient.readers.proposals import Content, Proposal, contents, propose
from capclient.readers.raw import RawTable
from capclient.readers.tabular import raw_tables
from capclient.schema import TABLES
from capclient.store import write_atomically
from capclient.wording import has, language, text

LEDGER = TABLES["invoice_lines"]
MOSTLY = 0.8  # share of the filled cells that make a column one of dates or of numbers


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposal for one ledger: files, the columns chosen, those nobody can choose but the user."""

    paths: tuple[Path, ...]
    chosen: tuple[Proposal, ...]
    open: dict[str, tuple[Proposal, ...]]
    missing: dict[str, tuple[str, ...]]
    unused: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def blocking(self) -> list[str]:
        """Required columns that the user must still choose or find."""
        wanted = {*LEDGER.required, "qty", "unit_price"} - (
            {"amount_ht"} if "amount_ht" not in self.open else set()
        )
        return [*(name for name in self.open if name in wanted), *self.missing]


def drafted(paths: Sequence[Path]) -> Draft:
    """Look at files or folders and propose how to read them.

    Raises
    ------
    SourceError
        If a path names no file, or the files do not share their columns.
    """
    files = tuple(file for path in paths for file in _files(path))
    with workspace() as (con, scratch):
        tables: list[RawTable] = []
        for place, file in enumerate(files):
            source = FileSource(path=str(file.resolve()))
            tables += raw_tables(con, source, folder=file.parent, workspace=scratch / str(place))
        first = tables[0]
        for other in tables[1:]:
            if set(other.columns) != set(first.columns):
                raise SourceError("init.other_columns", first=first.source, other=other.source)
        profile = contents(con, first)
        proposals = [item for item in propose(first.columns, profile) if item.canonical in LEDGER.names]
    chosen, undecided = _settled(proposals)
    return Draft(
        files,
        chosen,
        undecided,
        _missing(chosen, undecided, profile),
        tuple(header for header in first.columns if header not in {item.header for item in chosen}),
        _told(tables, chosen, undecided),
    )


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(item for item in path.iterdir() if item.suffix.lower() in SUFFIXES and item.is_file())
        if not found:
            raise SourceError("source.empty_folder", path=path.name, suffixes=" ".join(SUFFIXES))
        return found
    if not path.is_file():
        raise SourceError("source.missing_file", path=path.name)
    return [path]


def _settled(proposals: list[Proposal]) -> tuple[tuple[Proposal, ...], dict[str, tuple[Proposal, ...]]]:
    """Choose the best proposal of each column where one is alone at the top; leave the rest to the user."""
    chosen: list[Proposal] = []
    undecided: dict[str, tuple[Proposal, ...]] = {}
    taken: set[str] = set()
    for canonical in LEDGER.names:
        mine = [item for item in proposals if item.canonical == canonical and item.header not in taken]
        best = [item for item in mine if item.score == max(other.score for other in mine)]
        rivals = [item for item in best if _claimed(item, proposals)]
        clear = [item for item in best if item not in rivals]
        if len(clear) == 1:
            chosen.append(clear[0])
            taken.add(clear[0].header)
        elif len(clear) > 1:
            undecided[canonical] = tuple(clear)
    return tuple(chosen), undecided


def _claimed(item: Proposal, proposals: list[Proposal]) -> bool:
    """Tell whether another canonical column has a better claim on the same header."""
    return any(
        other.header == item.header and other.canonical != item.canonical and other.score > item.score
        for other in proposals
    )


def _missing(
    chosen: tuple[Proposal, ...], undecided: dict[str, tuple[Proposal, ...]], profile: Mapping[str, Content]
) -> dict[str, tuple[str, ...]]:
    """Required columns that no header names, each with the headers whose content would do."""
    taken = {item.canonical: item.header for item in chosen}
    known = set(taken) | set(undecided)
    needed = [name for name in LEDGER.required if name != "amount_ht" and name not in known]
    if "amount_ht" not in known and not {"qty", "unit_price"} <= known:
        needed.append("amount_ht")
    free = [header for header in profile if header not in taken.values()]
    named = (
        [taken["customer_name"]] if "customer_name" in taken else []
    )  # a small firm knows its clients by name
    fitting = {
        "invoice_date": [header for header in free if profile[header].dates > MOSTLY],
        "amount_ht": [header for header in free if profile[header].numbers > MOSTLY],
        "customer_id": named
        + [header for header in free if not profile[header].numbers and not profile[header].dates],
        "invoice_id": [header for header in free if profile[header].distinct > 0],
    }
    return {name: tuple(fitting.get(name, ())) for name in needed}


def _told(
    tables: list[RawTable], chosen: tuple[Proposal, ...], undecided: dict[str, tuple[Proposal, ...]]
) -> tuple[str, ...]:
    lang = language()
    lines = []
    for table in tables:
        lines.append(text("init.file", lang, source=table.source, rows=table.rows))
        lines += [f"    {text(note.code, lang, **note.facts)}" for note in table.notes]
    lines.append(text("init.columns", lang))
    for item in chosen:
        lines.append(f"  {item.canonical:<16} ← {item.header}   ({_evidence(item, lang)})")
    for canonical, items in undecided.items():
        headers = text("init.or", lang).join(item.header for item in items)
        lines.append(text("init.undecided", lang, canonical=canonical, headers=headers))
    return tuple(lines)


def _evidence(item: Proposal, lang: str) -> str:
    said = [text(f"init.evidence.{code}", lang) for code in item.evidence if has(f"init.evidence.{code}")]
    return ", ".join(said)


def write_draft(draft: Draft, out: Path, *, force: bool = False) -> None:
    """Write the parameters; an existing file is only replaced with ``force``.

    Raises
    ------
    ParamsError
        If the file exists.
    """
    if out.exists() and not force:
        raise ParamsError("init.exists", path=out)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, yaml_text(draft, out))


def yaml_text(draft: Draft, out: Path) -> str:
    """Return the commented YAML of a draft, paths relative to where it will stand."""
    lang = language()
    paths = [
        Path(os.path.relpath(path, out.parent.resolve())).as_posix()
        for path in (p.resolve() for p in draft.paths)
    ]
    lines = [f"# {text('init.yaml.title', lang)}"]
    lines += [f"company: {{id: {company_id(out.stem)}, name: {_quoted(out.stem)}, language: {lang}}}"]
    lines += [
        f"# period: {{as_of: 2025-12-31}}   # {text('init.yaml.as_of', lang)}",
        "sources:",
        "  invoice_lines:",
    ]
    if len(paths) == 1:
        lines.append(f"    path: {_quoted(paths[0])}")
    else:
        lines += ["    parts:", *(f"      - {_quoted(path)}" for path in paths)]
        lines.append(f"    # overlap: keep_last   # {text('init.yaml.overlap', lang)}")
    lines.append("    columns:")
    for item in draft.chosen:
        lines.append(f"      {item.canonical}: {_quoted(item.header)}   # {_evidence(item, lang)}")
    for canonical, items in draft.open.items():
        lines.append(f"      # {text('init.yaml.choose', lang)}")
        lines += [f"      # {canonical}: {_quoted(item.header)}" for item in items]
    for canonical, headers in draft.missing.items():
        lines.append(f"      # {text('init.yaml.missing', lang, canonical=canonical)}")
        lines += [f"      # {canonical}: {_quoted(header)}" for header in headers or ("",)]
    if draft.unused:
        lines.append(
            f"      # {text('init.yaml.unused', lang)} {', '.join(_quoted(name) for name in draft.unused)}"
        )
    return "\n".join(lines) + "\n"


def company_id(name: str) -> str:
    """Return a company identifier made of a file name.

    >>> company_id("Société Générale")
    'societe-generale'
    """
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_-]+", "-", bare).strip("-_")[:64] or "societe"


def _quoted(value: str) -> str:
    """Return a text as YAML on one line, safe inside a comment too."""
    flat = " ".join(value.split())
    return yaml.safe_dump(flat, default_style='"', allow_unicode=True, width=10_000).strip()
