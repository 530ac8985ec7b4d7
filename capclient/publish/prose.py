"""Markdown of a notebook as safe HTML: no raw HTML, no image, no link out of the page.

Floor 8. Client names reach prose through outputs of type ``text/markdown``; nbconvert's own filter leaves the
HTML they contain alone, this one shows it as text.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import mistune

from capclient.vocabulary import finding_specs

LOWEST = 6
GLOSSARY = "../GLOSSARY.md"  # of a notebook; the page has its own table of definitions, group by group


@cache
def _groups() -> frozenset[str]:
    return frozenset(id.partition(".")[0] for id in finding_specs())


class Prose(mistune.HTMLRenderer):
    """Renders the Markdown cells of one chapter; headings go down one level and never skip one.

    The title of the page is the only ``h1``; the first heading of a chapter is its ``h2``.
    """

    def __init__(self) -> None:
        super().__init__(escape=True)
        self._level = 1

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """Render a heading one level lower than written, at most one below the heading before."""
        self._level = min(level + 1, self._level + 1, LOWEST)
        return f"<h{self._level}>{text}</h{self._level}>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Keep links inside the page, lead those to the glossary to the method; of the others, keep the words."""
        file, mark, anchor = url.partition("#")
        if file == GLOSSARY and anchor in _groups():
            return super().link(text, f"#method-{anchor}")
        return super().link(text, url) if mark and not file else text

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Keep the words of an image; pictures come from figures alone."""
        return text

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        """Render a cell; heads say that they head a column."""
        opening = '<th scope="col">' if head else "<td>"
        return f"{opening}{text}</{'th' if head else 'td'}>"


def prose_renderer() -> mistune.Markdown:
    """Return the renderer of one chapter: it remembers the level of the last heading."""
    return mistune.create_markdown(renderer=Prose(), plugins=["table", "strikethrough"])
