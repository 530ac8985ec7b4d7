"""What a chapter says twice, said once: reasons of what is missing, caveats, readings of answers that are not there.

Floor 8. The cells of an executed notebook go in, those that a reader needs come out; none is changed in place.
"""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode

from capclient.figures.lettering import listed
from capclient.notices import Notice, is_notice, notices_in, notices_told, without_notices
from capclient.wording import text

READING = "reading"  # cells that explain how to read: folded in the report, open in the notebook

_CAVEAT = re.compile(r'<p class="cc-caveat">(.*?)</p>', re.DOTALL)


def without_repeats(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Leave out a notice whose reason its round gives already: one missing input is said once, with its advice.

    A round goes from one piece of prose to the next. Of two notices of one reason, the one that says what to bring is
    kept. A cell that says the same as the one just before it is left out as well.
    """
    kept: list[NotebookNode] = []
    round_: list[NotebookNode] = []
    for cell in [*cells, None]:
        if cell is not None and cell.cell_type == "code":
            round_.append(cell)
            continue
        kept += _once(round_)
        round_ = []
        if cell is not None:
            kept.append(cell)
    return kept


def _once(answers: list[NotebookNode]) -> list[NotebookNode]:
    kept: list[NotebookNode] = []
    told = [notices_told(_html(cell)) for cell in answers]
    beside = [notices_in(_html(cell)) for cell in answers]  # a notice among sentences is said as well
    for place, cell in enumerate(answers):
        if kept and _said(cell) == _said(kept[-1]):
            continue
        others = [words for at, all_ in enumerate(beside) if at != place for words in all_]
        before = {words for all_ in beside[:place] for words in all_}
        if told[place] and all(
            words in before or any(other != words and other.startswith(f"{words} ") for other in others)
            for words in told[place]
        ):
            continue
        kept.append(cell)
    return kept


def said_once(cells: list[NotebookNode], lang: str) -> list[NotebookNode]:
    """Say in full once a chapter why something is missing: later rounds leave it out, or say that it is the same.

    A round whose every answer was already explained says why in a few words, without what to bring; one that has
    something else to show is silent about it. Good news (a list without any line) is no reason, and stays.
    """
    missing, told = text("notice.head", lang), set[str]()
    kept: list[NotebookNode] = []
    for round_ in _rounds(cells):
        answers = [cell for cell in round_ if cell.cell_type == "code"]
        words = {id(cell): [_reason(said) for said in notices_told(_html(cell))] for cell in answers}
        again = {
            id(cell)
            for cell in answers
            if words[id(cell)] and all(said.startswith(missing) and said in told for said in words[id(cell)])
        }
        silent = len(again) < len(answers)
        for cell in round_:
            if id(cell) not in again:
                mixed = cell.cell_type == "code" and not words[id(cell)]
                kept.append(_without(cell, missing, frozenset(told)) if mixed else cell)
            elif not silent:
                kept.append(_same_reason(cell, lang))
                silent = True
        told.update(_reason(said) for cell in answers for said in notices_in(_html(cell)))
    return kept


def rounds_folded(cells: list[NotebookNode], lang: str) -> list[NotebookNode]:
    """Fold into one the rounds in a row that have nothing to say but the same reason, given before.

    The first keeps its heading and its reason, and names the questions of the next ones, which are left out.
    """
    kept: list[NotebookNode] = []
    first: NotebookNode | None = None
    titles: list[str] = []
    for round_ in _rounds(cells):
        same = _lone_reason(round_, lang)
        if same is not None and first is not None and _html(same) == _html(first):
            titles.append(round_[0].source.partition("\n")[0].lstrip("#").strip())
            kept[-1] = _answering(first, _folded(first, titles, lang))
            continue
        first, titles = same, []
        kept += round_
    return kept


def _lone_reason(round_: list[NotebookNode], lang: str) -> NotebookNode | None:
    """Return the answer of a round that holds a question and « as above », and nothing else; None otherwise."""
    if len(round_) != 2 or round_[0].cell_type != "markdown" or round_[1].cell_type != "code":
        return None
    again = f"{text('notice.head', lang)} {text('notice.same', lang, reason='').rstrip('. ')}"
    told = notices_told(_html(round_[1]))
    return round_[1] if len(told) == 1 and told[0].startswith(again) else None


def _folded(cell: NotebookNode, titles: list[str], lang: str) -> str:
    said = Markup(notices_told(_html(cell))[0].removeprefix(text("notice.head", lang)).strip()).unescape()
    quoted = listed([text("notice.question", lang, title=title) for title in titles], lang)
    return Notice(said, text("notice.folded", lang, titles=quoted), lang).html()


def caveats_once(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Say each caveat once a chapter, in full at its first place; one that names its figure is never another's."""
    told: set[str] = set()

    def first(found: re.Match[str]) -> str:
        if found[1] in told:
            return ""
        told.add(found[1])
        return found[0]

    kept: list[NotebookNode] = []
    for cell in cells:
        html = _html(cell) if cell.cell_type == "code" else ""
        rest = _CAVEAT.sub(first, html)
        kept.append(cell if rest == html else _answering(cell, rest))
    return kept


def _rounds(cells: list[NotebookNode]) -> list[list[NotebookNode]]:
    """Part the cells at each heading: what stands under it is a round."""
    rounds: list[list[NotebookNode]] = [[]]
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            rounds.append([])
        rounds[-1].append(cell)
    return rounds


def _reason(told: str) -> str:
    """Return what a notice says before its advice, which may differ from one place to the next."""
    return told.partition(". ")[0].rstrip(".")


def _without(cell: NotebookNode, missing: str, told: frozenset[str]) -> NotebookNode:
    """Leave out of a cell that has something else to say the reasons that were told before its round."""

    def dropped(words: str) -> bool:
        return words.startswith(missing) and _reason(words) in told

    html = _html(cell)
    rest = without_notices(html, dropped)
    return cell if rest == html else _answering(cell, rest)


def _answering(cell: NotebookNode, html: str) -> NotebookNode:
    output = NotebookNode(output_type="display_data", data={"text/html": html}, metadata={})
    return NotebookNode({**cell, "outputs": [output]})


def _same_reason(cell: NotebookNode, lang: str) -> NotebookNode:
    missing = text("notice.head", lang)
    reason = _reason(notices_told(_html(cell))[0]).removeprefix(missing).strip()
    reason = reason[:1].lower() + reason[1:] if not reason[1:2].isupper() else reason
    said = Notice(text("notice.same", lang, reason=Markup(reason).unescape()), "", lang)
    return _answering(cell, said.html())


def _html(cell: NotebookNode) -> str:
    """HTML of the answers of a cell, empty when one of them is not HTML."""
    shown = [found for found in map(picked, cell.get("outputs", [])) if found is not None]
    return (
        "\n".join(str(words) for _, words in shown) if all(kind == "text/html" for kind, _ in shown) else ""
    )


def without_idle_readings(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Leave out how to read, and what to do on Monday, where every answer of the round says that it is missing."""
    kept: list[NotebookNode] = []
    answers: list[str] = []
    for cell in cells:
        if cell.cell_type == "code":
            shown = [picked(output) for output in cell.get("outputs", [])]
            answers += [str(words) for _, words in filter(None, shown)]
        elif READING in cell.metadata.get("tags", []):
            idle, answers = bool(answers) and all(is_notice(words) for words in answers), []
            if idle:
                continue
        kept.append(cell)
    return kept


def _said(cell: NotebookNode) -> list[Any]:
    return [output.get("data") for output in cell.get("outputs", [])]


def picked(output: Any) -> tuple[str, Any] | None:
    """Return the richest safe form of an output: HTML of ours, prose, or plain text; None for streams.

    HTML comes from figures, tables and notices, which escape at the source. JavaScript, SVG, LaTeX and
    pictures without a text alternative are never shown.
    """
    if output.output_type not in {"display_data", "execute_result"}:
        return None
    for kind in ("text/html", "text/markdown", "text/plain"):
        if kind in output.data:
            content = output.data[kind]
            words = content if isinstance(content, str) else "".join(content)
            return (kind, Markup(words) if kind == "text/html" else words)
    return None
