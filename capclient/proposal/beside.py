"""Files given to ``init`` sorted into the ledger and the tables beside it, and the YAML of the latter.

Floor 8.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from capclient.proposal.other_tables import Sheet, sheets_of
from capclient.proposal.spoken import on_one_line, printable
from capclient.proposal.yaml_form import quoted_text
from capclient.wording import language, text
from capclient.wording.numbers import count


@dataclass(frozen=True, slots=True)
class Sorted:
    """What was given: ``ledger`` files with the ``sheets`` to read, ``others`` recognised, ``unknown`` left."""

    ledger: tuple[Path, ...]
    sheets: dict[Path, tuple[str, ...]]
    others: tuple[Sheet, ...]
    unknown: tuple[Sheet, ...]


def sorted_tables(files: Sequence[Path]) -> Sorted:
    """Look at files of tables, sheet by sheet, and say which are sales and which another table.

    A file that nothing tells apart is taken for sales, unless another file plainly is.
    """
    ledger: list[Path] = []
    sheets: dict[Path, tuple[str, ...]] = {}
    others: list[Sheet] = []
    vague: list[Path] = []
    unknown: list[Sheet] = []
    for path in files:
        found = sheets_of(path)
        known, rest = [item for item in found if item.table], [item for item in found if not item.table]
        sales = [item for item in rest if item.is_ledger]
        others += known
        if sales:
            ledger.append(path)
            if known:
                sheets[path] = tuple(item.sheet for item in sales)
        elif rest and not known:
            vague.append(path)
        if known:
            unknown += [item for item in rest if not item.is_ledger]
    if not ledger and not others:
        return Sorted(tuple(vague), {}, (), ())
    if ledger and others:
        unknown += [Sheet(path) for path in vague]
        vague = []
    return Sorted(tuple([*ledger, *vague]), sheets, tuple(others), tuple(unknown))


def spoken(found: Sorted) -> list[str]:
    """Return the lines that ``init`` prints of the tables beside the ledger."""
    lang = language()
    lines = []
    for item in found.others:
        name = text(f"init.table.{item.table}", lang)
        facts = {"source": item.source, "rows": count(item.rows, lang), "name": name, "table": item.table}
        lines.append(text("init.looks_like", lang, **facts))
        lines += [f"  {column:<16} ← {header}" for column, header in item.columns]
        lines += [f"  {column:<16} = {value}" for column, value in item.constants]
        if item.missing:
            lines.append(f"  {text('init.lacks', lang, columns=', '.join(item.missing))}")
        if item.unused:
            lines.append(f"  {text('init.yaml.unused', lang)} {', '.join(item.unused)}")
    lines += [text("init.unknown_table", lang, source=item.source) for item in found.unknown]
    return [printable(line.replace("\n", " ")) for line in lines]


def yaml_lines(found: Sorted, out: Path, *, booked: Collection[str] = ()) -> list[str]:
    """Return the sources of the tables beside the ledger.

    One that lacks a required column is a comment, and so is one of the ``booked`` tables, that accounts give already.
    """
    lang = language()
    lines: list[str] = []
    tables = dict.fromkeys(item.table for item in found.others)
    for table in tables:
        mine = [item for item in found.others if item.table == table]
        whole = [item for item in mine if not item.missing]
        name = text(f"init.table.{table}", lang)
        start = len(lines)
        if len(whole) == 1:
            lines += [f"  {table}:   # {name}", *(f"    {line}" for line in _part(whole[0], out))]
        elif whole:
            lines += [f"  {table}:   # {name}", "    parts:"]
            for item in whole:
                first, *rest = _part(item, out)
                lines += [f"      - {first}", *(f"        {line}" for line in rest)]
        if table in booked:
            told = [f"  # {line[2:]}" for line in lines[start:]]
            lines[start:] = [f"  # {text('init.yaml.booked', lang, name=name)}", *told]
        for item in mine:
            if item.missing:
                lines.append(f"  # {text('init.lacks', lang, columns=', '.join(item.missing))}")
                lines += [f"  # {table}:", *(f"  #   {line}" for line in _part(item, out))]
    for item in found.unknown:
        said = printable(on_one_line(text("init.unknown_table", lang, source=item.source)))
        lines.append(f"  # {said}")
    return lines


def _part(item: Sheet, out: Path) -> list[str]:
    """Return the keys of one file or sheet."""
    where = Path(os.path.relpath(item.path.resolve(), out.parent.resolve())).as_posix()
    lines = [f"path: {quoted_text(where)}"]
    if item.sheet:
        lines.append(f"sheet: {quoted_text(item.sheet)}")
    if item.constants:
        lines.append(f"constants: {{{', '.join(f'{name}: {value}' for name, value in item.constants)}}}")
    lines.append("columns:")
    lines += [f"  {name}: {quoted_text(header)}" for name, header in item.columns]
    lines += [f'  {name}: ""' for name in item.missing]
    if item.unused:
        lines.append(f"  # {text('init.yaml.unused')} {', '.join(map(quoted_text, item.unused))}")
    return lines
