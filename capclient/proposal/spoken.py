"""A draft in words: what the command prints, and the evidence that the YAML repeats."""

from __future__ import annotations

import re
from datetime import date

from capclient.errors import CapclientError
from capclient.proposal.draft import Choice, Draft
from capclient.readers.raw import Note
from capclient.wording import language, text
from capclient.wording.numbers import count, day, share

LONGEST_SAMPLE = 30
KEPT = "\n\u00a0\u202f"  # line ends of our own sentences, and the blanks of French typography


def told(draft: Draft) -> tuple[str, ...]:
    """Return the lines that ``capclient init`` prints."""
    lang = language()
    lines: list[str] = []
    for source, rows, notes in draft.files:
        lines.append(text("init.file", lang, source=source, rows=count(rows, lang)))
        lines += [f"    {sentence(note)}" for note in notes]
    lines += [text("init.shape", lang, told=sentence(note)) for note in draft.shape.evidence]
    lines.append(text("init.columns", lang))
    for item in draft.chosen:
        lines.append(f"  {item.canonical:<16} ← {item.header}   ({evidence(item)}){_samples(item, lang)}")
    for canonical, items in draft.open.items():
        headers = text("init.or", lang).join(f"« {item.header} »" for item in items)
        key = "init.undecided" if len(items) > 1 else "init.to_confirm"
        lines.append(text(key, lang, canonical=canonical, headers=headers))
        lines += [f"      {item.header} : {evidence(item)}{_samples(item, lang)}" for item in items]
    for canonical, fitting in draft.missing.items():
        lines.append(text("init.missing", lang, canonical=canonical, headers=", ".join(fitting) or "-"))
    lines += [
        text("init.set_aside", lang, header=header, why=sentence(note))
        for header, note in draft.set_aside.items()
    ]
    if draft.settled:
        lines.append(text("init.settled", lang, date=draft.settled.date))
        if draft.settled.disputed:
            lines.append(text("init.settled_disputed", lang, header=draft.settled.disputed))
    if draft.unused:
        lines.append(f"  {text('init.yaml.unused', lang)} {', '.join(draft.unused)}")
    if len(draft.currencies) > 1:
        found = ", ".join(f"{code} ({count(number, lang)})" for code, number in draft.currencies.items())
        lines.append(text("init.warning.currencies", lang, found=found))
    lines += [sentence(note) for note in draft.warnings]
    if draft.unit:
        lines.append(text("init.warning.unit", lang, unit=f"{draft.unit}€"))
    if draft.decimal:
        lines.append(text("init.warning.decimal", lang, mark=draft.decimal))
    return tuple(map(printable, lines))


def printable(line: str) -> str:
    """Return a line without what commands a terminal: cells and headers come from anyone's file."""
    return "".join(letter if letter.isprintable() or letter in KEPT else "�" for letter in line)


def sentence(note: Note) -> str:
    """Return a note in words, its numbers as a person writes them."""
    lang = language()
    facts: dict[str, object] = {}
    for name, value in note.facts.items():
        if isinstance(value, float):
            facts[name] = share(value, lang, 0)
        elif isinstance(value, date):
            facts[name] = day(value, lang, "short")
        elif isinstance(value, int):
            facts[name] = count(value, lang)
        else:
            facts[name] = value.text(lang) if isinstance(value, CapclientError) else value
    return text(note.code, lang, **facts)


def evidence(item: Choice) -> str:
    """Return the evidence of a choice, on one line."""
    return on_one_line(", ".join(map(sentence, item.evidence)))


def on_one_line(said: str) -> str:
    """Return a text on one line, its no-break spaces kept."""
    return re.sub(r"[^\S\u00a0\u202f]+", " ", said).strip()


def _samples(item: Choice, lang: str) -> str:
    if not item.samples:
        return ""
    shown = [
        value if len(value) <= LONGEST_SAMPLE else f"{value[:LONGEST_SAMPLE]}…" for value in item.samples
    ]
    return text("init.samples", lang, samples=" | ".join(map(on_one_line, shown)))
