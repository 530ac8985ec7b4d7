"""The commented YAML of a draft: what is proved stands, what is doubtful is a comment to uncomment."""

from __future__ import annotations

import os
import re
from pathlib import Path

import yaml

from capclient.errors import ParamsError
from capclient.proposal.draft import Draft
from capclient.proposal.naming import company_names
from capclient.proposal.spoken import evidence, on_one_line, printable, sentence
from capclient.store import write_atomically
from capclient.wording import language, text


def write_yaml(yaml: str, out: Path, *, force: bool = False) -> None:
    """Write the parameters; an existing file is only replaced with ``force``.

    Raises
    ------
    ParamsError
        If the file exists.
    """
    if out.exists() and not force:
        raise ParamsError("init.exists", path=out)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, yaml)


def yaml_text(draft: Draft, out: Path) -> str:
    """Return the commented YAML of a draft, paths relative to where it will stand."""
    lang = language()
    id, name, is_open = company_names(out, draft.given)
    lines = [
        f"# {text('init.yaml.title', lang)}",
        *name_to_check(is_open),
        f"company: {{{', '.join(_company(draft, id, name, lang))}}}",
        _period(draft, lang),
        *_rates(draft, lang),
        "sources:",
        "  invoice_lines:",
        *_paths(draft, out, lang),
        *_shape(draft, lang),
    ]
    if draft.unit:
        lines.append(f"    unit: {draft.unit}   # {text('init.yaml.unit', lang, unit=f'{draft.unit}€')}")
    if draft.decimal:
        lines.append(f'    # decimal: "{draft.decimal}"   # {text("init.yaml.decimal", lang)}')
    lines.append("    columns:")
    lines += [
        f"      {item.canonical}: {quoted_text(item.header)}   # {_comment(evidence(item))}"
        for item in draft.chosen
    ]
    for canonical, items in draft.open.items():
        key = "init.yaml.choose" if len(items) > 1 else "init.yaml.confirm"
        lines.append(f"      # {text(key, lang)}")
        lines += [
            f"      # {canonical}: {quoted_text(item.header)}   # {_comment(evidence(item))}"
            for item in items
        ]
    for canonical, headers in draft.missing.items():
        lines.append(f"      # {text('init.yaml.missing', lang, canonical=canonical)}")
        lines += [f"      # {canonical}: {quoted_text(header)}" for header in headers or _nothing(canonical)]
        if canonical == "invoice_id":
            lines.append(f'      # invoice_id: ""   # {text("init.yaml.no_invoice", lang)}')
    for header, note in draft.set_aside.items():
        lines.append(f"      # {quoted_text(header)} : {_comment(sentence(note))}")
    if draft.unused:
        unused = ", ".join(quoted_text(name) for name in draft.unused)
        lines.append(f"      # {text('init.yaml.unused', lang)} {unused}")
    lines += _accounts(draft, out, lang)
    lines += [f"# {_comment(sentence(note))}" for note in draft.warnings]
    return "\n".join(lines) + "\n"


def _nothing(canonical: str) -> tuple[str, ...]:
    """A line to fill in, where no column would do; invoices without number have a line of their own."""
    return () if canonical == "invoice_id" else ("",)


def name_to_check(is_open: bool) -> list[str]:
    """Return the comment that asks for the name of the company, where nothing but its files says it."""
    return [f"# {text('init.yaml.company_name', language())}"] if is_open else []


def _company(draft: Draft, id: str, name: str, lang: str) -> list[str]:
    told = [f"id: {id}", f"name: {quoted_text(name)}"]
    codes = [code.strip().upper() for code in draft.currencies]
    if len(set(codes)) == 1 and codes[0] != "EUR" and re.fullmatch(r"[A-Z]{3}", codes[0]):
        told.append(f"currency: {codes[0]}")
    return [*told, f"language: {lang}"]


def _period(draft: Draft, lang: str) -> str:
    """Write what a wide table covers: the first line of a month bears its last day, and the month is covered whole."""
    notes = [note for _, _, notes in draft.files for note in notes]
    starts = [str(note.facts["covered_from"]) for note in notes if "covered_from" in note.facts]
    if starts:
        return f"period: {{covered_from: {min(starts)}}}   # {text('init.yaml.covered', lang)}"
    return f"# period: {{as_of: 2025-12-31}}   # {text('init.yaml.as_of', lang)}"


def _rates(draft: Draft, lang: str) -> list[str]:
    codes = [code.strip().upper() for code in draft.currencies]
    if len(set(codes)) < 2:
        return []
    rates = ", ".join(f"{code}: 1" for code in sorted({*codes} - {"EUR"}) if re.fullmatch(r"[A-Z]{3}", code))
    return [f"# exchange_rates: {{{rates}}}   # {text('init.yaml.rates', lang)}"]


def _paths(draft: Draft, out: Path, lang: str) -> list[str]:
    here = out.parent.resolve()
    paths = [Path(os.path.relpath(path.resolve(), here)).as_posix() for path in draft.given]
    if len(draft.paths) == 1:
        sheets = draft.sheets.get(draft.paths[0], ())
        named = [f"    sheet: [{', '.join(map(quoted_text, sheets))}]"] if sheets else []
        return [f"    path: {quoted_text(paths[0])}", *named]
    overlap = f"    # overlap: keep_last   # {text('init.yaml.overlap', lang)}"
    if len(paths) == 1:  # a folder: the export of next month will be read too
        return [f"    path: {quoted_text(paths[0])}", overlap]
    parts = []
    for path, given in zip(paths, draft.given, strict=True):
        only = ", ".join(map(quoted_text, draft.sheets.get(given, ())))
        parts.append(
            f"      - {{path: {quoted_text(path)}, sheet: [{only}]}}"
            if only
            else f"      - {quoted_text(path)}"
        )
    return ["    parts:", *parts, overlap]


def _accounts(draft: Draft, out: Path, lang: str) -> list[str]:
    """Write the payments, and the documents when some are disputed, that the same lines make."""
    if not draft.settled:
        return []
    settled, names = draft.settled, {item.canonical: item.header for item in draft.chosen}
    whose = {"customer_id": names["customer_id"], "invoice_id": names["invoice_id"]}
    tables: dict[str, dict[str, str]] = {}
    if settled.disputed:
        due = {"due_date": names["due_date"]} if "due_date" in names else {}
        tables["receivable_items"] = {"item_id": names["invoice_id"], **whose, "date": names["invoice_date"], **due,
                                      "amount": settled.amount, "disputed": settled.disputed}  # fmt: skip
    tables["payments"] = {**whose, "date": settled.date, "amount": settled.amount}
    lines = []
    for table, columns in tables.items():
        told = ", ".join(f"{name}: {quoted_text(header)}" for name, header in columns.items())
        paths = [line for line in _paths(draft, out, lang) if not line.lstrip().startswith("#")]
        lines += [f"  {table}:", *paths, f"    columns: {{{told}}}"]
    key = "init.yaml.settled" if settled.is_sure else "init.yaml.settled_untaxed"
    facts = {"date": on_one_line(settled.date), "amount": on_one_line(settled.amount)}
    mark = "" if settled.is_sure else "# "
    return [f"  # {_comment(text(key, lang, **facts))}", *(f"  {mark}{line[2:]}" for line in lines)]


def _shape(draft: Draft, lang: str) -> list[str]:
    shape = draft.shape
    why = "".join(f"   # {_comment('; '.join(map(sentence, shape.evidence)))}" for _ in shape.evidence[:1])
    if shape.wide:
        told = f"by: {shape.wide.by}" + (f", year: {shape.wide.year}" if shape.wide.year else "")
        if shape.is_doubtful:
            return [f"    # wide: {{{told}, year: ????}}{why}"]
        return [f"    wide: {{{told}}}{why}"]
    lines = []
    if shape.fill_down:
        lines.append(f"    fill_down: [{', '.join(map(quoted_text, shape.fill_down))}]{why}")
    if shape.perhaps:
        lines.append(f"    # {text('init.yaml.perhaps', lang)}")
        lines.append(f"    # fill_down: [{', '.join(map(quoted_text, shape.perhaps))}]{why}")
    return lines


def quoted_text(value: str) -> str:
    """Return a text as YAML on one line, safe inside a comment too."""
    flat = " ".join(value.split())
    return yaml.safe_dump(flat, default_style='"', allow_unicode=True, width=10_000).strip()


def _comment(value: str) -> str:
    """Return a text that stays inside its comment: one line, nothing that ends one."""
    return printable(on_one_line(value))
