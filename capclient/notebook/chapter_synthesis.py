"""Chapter 10: five things to know and five things to do, each with its proof.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient.cards import Point, Points
from capclient.decisions.plan import plan
from capclient.decisions.synthesis import LEADING, Known, Todo, five_to_do, five_to_know, largest_falls
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

# Findings that no sentence of their chapter quotes by name: what shows them there.
SHOWN = {"receivables.overdue_rate": "owed_note"}


def things_to_know(portfolio: Portfolio) -> Points | Notice:
    """Say the growth of the year and the four figures that stand furthest beyond their limits."""
    known = five_to_know(portfolio)
    return Points(tuple(map(_known, known))) if known else absent(Unknown("period_incomplete"))


def things_to_do(portfolio: Portfolio) -> Points | Notice:
    """Say what to do: what cannot wait, then the largest stakes, and with whom to begin."""
    todo = five_to_do(portfolio)
    if isinstance(todo, Unknown):
        return absent(todo)
    return Points(tuple(map(_todo, todo))) if todo else absent(Unknown("missing:cost"))


def _known(item: Known) -> Point:
    here, lang, name = desk(), desk().lang, item.topic.name
    kind = "alert" if item.is_alert else "calm"
    if name == "forecast" and found()["forecast.total_method"].value == "naive" and not round(item.value, 3):
        kind = "same"  # a year carried over tells no change
    facts = {"value": share(item.value, lang), "change": _signed(item.value, lang)}
    ranking = concentration(here.portfolio).ranking
    facts["top1_name"] = str(ranking.name.iloc[0]) if len(ranking) else ""
    fallen = largest_falls(here.portfolio)
    facts["falls"] = ", ".join(
        text("know.fall", lang, name=who, money=money(round(change), lang, here.currency))
        for who, change in fallen.items()
    )
    facts["apart"] = _to_reconcile() if name == "overdue" else ""
    words, _ = sentence(f"know.{name}.{kind}", found(), lang, here.currency, **facts)
    proof = text(
        "synthesis.proof", lang, chapter=_number(taught_in("bridge.opening" if name == LEADING else item.topic.id)),
        label=found()[item.topic.id].spec.label(lang), limit=_signed(item.limit, lang) if item.limit < 0
        else share(item.limit, lang),
    )  # fmt: skip
    # The growth is taught on this very page: its link leads to the chapter of the movements behind it.
    shown = "bridge.opening" if name == LEADING else item.topic.id
    return Point(text(f"know.{name}", lang), words, proof, taught_in(shown), _place(shown))


def _todo(item: Todo) -> Point:
    here, lang = desk(), desk().lang
    chapter = taught_in(item.ids[0])
    kind = {"prospect": "win_back"}.get(item.kind, item.kind)
    told = item.stake == item.stake
    if item.kind == "bring":
        words = text(f"todo.bring.{item.names[0]}", lang)
        proof = text("synthesis.chapter", lang, chapter=_number(chapter))
        title = text("synthesis.action", lang, action=text("action.bring", lang))
        return Point(title, words, proof, chapter, _place(item.ids[0]))
    names, said = item.names, item.kind
    if item.kind == "acquire":
        said = "acquire.stale" if plan(here.portfolio).prospects.is_stale.any() else said
        codes = set(here.portfolio.table("prospects").prospect_id)
        names = tuple(
            text("todo.prospect_code", lang, code=name) if name in codes else name for name in names
        )
    words = text(
        f"todo.{said}" if told or item.kind == "secure" else "todo.bare",
        lang,
        n=count(item.number, lang),
        money=money(round(item.stake), lang, here.currency) if told else "",
        names=", ".join(names),
        day=day(item.due.date(), lang),
        by=_by(item.due, lang),
    )
    proof = text(
        "synthesis.plan", lang, chapter=_number(chapter), label=found()[item.ids[told]].spec.label(lang)
    )
    # an action leads to the clients that bear it, the rest to the sentence that says its figure
    place = item.kind if item.ids[0].startswith("actions.") else _place(item.ids[0])
    title = text("synthesis.action", lang, action=text(f"action.{kind}", lang))
    return Point(title, words, proof, chapter, place)


def _to_reconcile() -> str:
    """Say how much of what is overdue nobody is asked for yet, as the chapter of debts does."""
    here, amount = desk(), found()["receivables.overdue_to_reconcile"].value
    if not isinstance(amount, float) or amount < 1:
        return ""
    return " " + text("know.overdue.apart", here.lang, money=money(round(amount), here.lang, here.currency))


def _place(id: str) -> str:
    return SHOWN.get(id, id)


def _by(due: pd.Timestamp, lang: str) -> str:
    """Say by when, or since when it is late."""
    late = due < pd.Timestamp(desk().portfolio.as_of)
    return text("todo.late" if late else "todo.by", lang, day=day(due.date(), lang))


def _number(chapter: str) -> str:
    return chapter.partition("_")[0]


def _signed(value: float, lang: str) -> str:
    return ("+" if value > 0 else "") + share(value, lang)
