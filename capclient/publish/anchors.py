"""Where a report shows something: the name of each answer of a chapter, so that a sentence may lead to it.

Floor 8. An answer bears the name of what made it: ``97_plan_actions.reprice_table`` is what the function of that name
shows in that chapter, ``30_fidelite.bridge.down`` the sentence that quotes that finding.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from markupsafe import Markup
from nbformat import NotebookNode

from capclient.wording import catalogue

_QUOTED = re.compile(r"\{([a-z0-9_]+\.[a-z0-9_]+)[|}]")
_LINK = re.compile(r'<a class="cc-proof" href="#([^"]*)">(.*?)</a>', re.DOTALL)
_ID = re.compile(r'\bid="([^"]+)"')


def with_anchors(cells: Iterable[NotebookNode], slug: str, lang: str) -> dict[str, Markup]:
    """Return by cell identifier the marks to put before its answers; the first answer of a name bears it."""
    taken: set[str] = set()
    marks: dict[str, Markup] = {}
    for cell in cells:
        if cell.cell_type != "code":
            continue
        mine = [name for name in shown_in(cell.source, lang) if name not in taken]
        taken.update(mine)
        marks[cell.id] = Markup("").join(
            Markup('<span class="cc-anchor" id="{}"></span>').format(f"{slug}.{name}") for name in mine
        )
    return marks


def shown_in(source: str, lang: str) -> list[str]:
    """Return what the last line of a cell shows: the functions it calls, the findings that its sentences quote.

    >>> shown_in('owed = receivables(portfolio)\\ndebtors_table(owed, most=15)', "fr")
    ['debtors_table']
    """
    try:
        last = ast.parse(source).body[-1:]
    except SyntaxError:
        return []
    calls = [node for line in last for node in ast.walk(line) if isinstance(node, ast.Call)]
    found: list[str] = []
    for call in calls:
        name = getattr(call.func, "id", "")
        key = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        found += _quoted(key, lang) if name == "note" and isinstance(key, str) else [name]
    return list(dict.fromkeys(name for name in found if name))


def _quoted(key: str, lang: str) -> list[str]:
    """Return the findings that a sentence quotes, in any of its variants."""
    return [
        id
        for name, words in catalogue(lang).items()
        if name == key or name.startswith(f"{key}.")
        for id in _QUOTED.findall(words)
    ]


def with_living_links(chapters: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Make each proof lead somewhere: to the answer it names, else to its chapter, else nowhere when that is not here.

    ``chapters``: ``(slug, title, HTML)``. Marks that nothing leads to are left out.
    """
    places = {slug for slug, _, _ in chapters}
    places |= {id for _, _, html in chapters for id in _ID.findall(html)}
    asked: set[str] = set()

    def led(found: re.Match[str]) -> str:
        place, words = found.groups()
        target = place if place in places else place.partition(".")[0]
        if target not in places:
            return f'<span class="cc-proof">{words}</span>'
        asked.add(target)
        return f'<a class="cc-proof" href="#{target}">{words}</a>'

    linked = [(slug, title, _LINK.sub(led, html)) for slug, title, html in chapters]
    idle = re.compile(r'<span class="cc-anchor" id="([^"]+)"></span>')
    return [
        (slug, title, idle.sub(lambda mark: mark[0] if mark[1] in asked else "", html))
        for slug, title, html in linked
    ]
