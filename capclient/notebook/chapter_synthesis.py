"""Chapter 10: five things to know and five things to do, each with its proof.

Floor 7.
"""

from __future__ import annotations

from capclient.cards import Point, Points
from capclient.decisions.synthesis import Known, Todo, five_to_do, five_to_know
from capclient.findings import sentence
from capclient.glossary import taught_in
from capclient.notebook.desk import absent, desk, found
from capclient.notices import Notice
from capclient.portfolio import Portfolio
from capclient.themes import concentration
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, day, money, share

__all__ = ["things_to_do", "things_to_know"]


def things_to_know(portfolio: Portfolio) -> Points | Notice:
    """Say the growth of the year and the four figures that stand furthest beyond their limits."""
    known = five_to_know(portfolio)
    return Points(tuple(map(_known, known))) if known else absent(Unknown("period_incomplete"))


def things_to_do(portfolio: Portfolio) -> Points | Notice:
    """Say the five actions with the largest stakes, and with whom to begin."""
    todo = five_to_do(portfolio)
    if isinstance(todo, Unknown):
        return absent(todo)
    return Points(tuple(map(_todo, todo))) if todo else absent(Unknown("missing:cost"))


def _known(item: Known) -> Point:
    here, lang, name = desk(), desk().lang, item.topic.name
    kind = "alert" if item.is_alert else "calm"
    facts = {"value": share(item.value, lang), "change": _signed(item.value, lang)}
    ranking = concentration(here.portfolio).ranking
    facts["top1_name"] = str(ranking.name.iloc[0]) if len(ranking) else ""
    words, _ = sentence(f"know.{name}.{kind}", found(), lang, here.currency, **facts)
    proof = text(
        "synthesis.proof", lang, chapter=_number(taught_in(item.topic.id)),
        label=found()[item.topic.id].spec.label(lang), limit=_signed(item.limit, lang) if item.limit < 0
        else share(item.limit, lang),
    )  # fmt: skip
    return Point(text(f"know.{name}", lang), words, proof, taught_in(item.topic.id))


def _todo(item: Todo) -> Point:
    here, lang = desk(), desk().lang
    chapter = taught_in(item.ids[0])
    kind = {"prospect": "win_back"}.get(item.kind, item.kind)
    told = item.stake == item.stake
    words = text(
        f"todo.{item.kind}" if told else "todo.bare",
        lang,
        n=count(item.number, lang),
        money=money(round(item.stake), lang, here.currency) if told else "",
        names=", ".join(item.names),
        day=day(item.due.date(), lang),
    )
    proof = text(
        "synthesis.plan", lang, chapter=_number(chapter), label=found()[item.ids[told]].spec.label(lang)
    )
    return Point(text("synthesis.action", lang, action=text(f"action.{kind}", lang)), words, proof, chapter)


def _number(chapter: str) -> str:
    return chapter.partition("_")[0]


def _signed(value: float, lang: str) -> str:
    return ("+" if value > 0 else "") + share(value, lang)
