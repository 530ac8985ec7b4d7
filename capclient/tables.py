"""Tables that people read: escaped, captioned, with numbers as a French or an English reader writes them.

Floor 6. A table shows itself in JupyterLab and in the report with the same HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from capclient.notices import Notice, notice
from capclient.templates import render, style
from capclient.vocabulary import UNITS, Unknown
from capclient.wording import text
from capclient.wording.numbers import count, is_missing, share, spoken

CHANGE = "change"  # a share that can be negative: shown with its sign, without a bar


@dataclass(frozen=True, slots=True)
class Column:
    """A column as shown: its head, and ``text`` or ``number`` (numbers stand at the right)."""

    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as shown; ``bar`` is the length of the bar of a share, 0 to 100, None without bar."""

    text: str
    kind: str
    missing: bool = False
    bar: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A finished table: rows of cells in words; ``rest`` counts the rows cut."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    lang: str
    rest: int = 0
    note: str = ""

    @property
    def rest_text(self) -> str:
        """Number of rows cut, in words of the language."""
        return count(self.rest, self.lang)

    def html(self) -> str:
        """Return the table as HTML."""
        return str(render("table.html.j2", lang=self.lang, table=self))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        lines = ["\t".join(column.label for column in self.columns)]
        lines += ["\t".join(cell.text for cell in row) for row in self.rows]
        return {"text/html": self.html(), "text/plain": "\n".join([self.caption, *lines])}


def table(
    frame: pd.DataFrame | Unknown,
    *,
    columns: Sequence[tuple[str, str, str]],
    caption: str,
    lang: str,
    currency: str,
    most: int | None = None,
    note: str = "",
) -> Table | Notice:
    """Make a table from a frame.

    Parameters
    ----------
    frame
        One row per row of the table, in order; the index is not shown.
    columns
        ``(name in the frame, head, unit)``; the unit is one of :data:`capclient.vocabulary.UNITS`, or
        ``change`` for a growth. The first column heads the rows. A ``share`` has a bar,
        a ``change`` a sign.
    caption
        What the table says, for everyone; screen readers announce it.
    most
        Rows shown; the others are counted in words below.
    note
        Sentence under the table.

    Returns
    -------
    Table, or the Notice of why there is none

    Raises
    ------
    KeyError
        If the frame lacks a column, or a unit is unknown.

    Examples
    --------
    >>> clients = pd.DataFrame({"name": ["Dupont & Fils"], "weight": [0.25]})
    >>> made = table(clients, columns=[("name", "Client", "text"), ("weight", "Poids", "share")],
    ...              caption="Premiers clients", lang="fr", currency="EUR")
    >>> [cell.text for cell in made.rows[0]]
    ['Dupont & Fils', '25,0\\xa0%']
    """
    if isinstance(frame, Unknown):
        return notice(frame, lang)
    for name, _, unit in columns:
        if name not in frame.columns or unit not in (*UNITS, CHANGE):
            raise KeyError(f"{name!r} as {unit!r}: columns are {list(frame.columns)}, units {UNITS}")
    shown = frame if most is None else frame.head(most)
    values = [shown[name].tolist() for name, _, _ in columns]
    units = [unit for _, _, unit in columns]
    rows = tuple(
        tuple(_cell(value, unit, lang, currency) for value, unit in zip(row, units, strict=True))
        for row in zip(*values, strict=True)
    )
    heads = tuple(Column(label, "text" if unit == "text" else "number") for _, label, unit in columns)
    return Table(caption, heads, rows, lang, len(frame) - len(shown), note)


def _cell(value: object, unit: str, lang: str, currency: str) -> Cell:
    kind = "text" if unit == "text" else "number"
    if isinstance(value, Unknown) or is_missing(value):
        return Cell("–", kind, missing=True)
    if isinstance(value, bool):
        return Cell(text("table.yes" if value else "table.no", lang), kind)
    if unit == CHANGE:
        number = float(str(value))
        return Cell(("+" if number > 0 else "") + share(number, lang), kind)
    words = spoken(value, unit, lang, currency)
    within = unit == "share" and 0 <= float(value) <= 1  # type: ignore[arg-type]
    return Cell(words, kind, bar=float(value) * 100 if within else None)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Styles:
    """The style sheet of figures, tables and notices, shown once in a notebook; reports have their own."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": str(Markup("<style>{}</style>").format(style("parts.css"))), "text/plain": ""}
