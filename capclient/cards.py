"""Headline figures as cards, and sentences that quote findings.

Floor 6.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Card:
    """One headline figure; ``hint`` says why it is unknown, or nothing."""

    label: str
    value: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Cards:
    """Headline figures side by side."""

    cards: tuple[Card, ...]

    def html(self) -> str:
        """Return the cards as a description list."""
        item = Markup('<div class="cc-card"><dt>{}</dt><dd>{}</dd>{}</div>')
        hint = Markup('<dd class="cc-card-hint">{}</dd>')
        inside = Markup("").join(
            item.format(card.label, card.value, hint.format(card.hint) if card.hint else "")
            for card in self.cards
        )
        return str(Markup('<dl class="cc-cards">{}</dl>').format(inside))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {
            "text/html": self.html(),
            "text/plain": "\n".join(f"{card.label} : {card.value}" for card in self.cards),
        }


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence whose numbers come from findings, with the caveats that must stand beside it."""

    words: str
    caveats: tuple[str, ...] = ()

    def html(self) -> str:
        """Return the sentence as a paragraph, each caveat below it."""
        body = Markup('<p class="cc-note">{}</p>').format(self.words)
        return str(
            body
            + Markup("").join(Markup('<p class="cc-caveat">{}</p>').format(item) for item in self.caveats)
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": "\n".join([self.words, *self.caveats])}


@dataclass(frozen=True, slots=True)
class Point:
    """One numbered sentence; ``title`` leads it, ``proof`` says where it comes from, in which ``chapter``.

    ``place``: what shows it there, a function of the notebook, a finding or an action; empty for the whole chapter.
    """

    title: str
    words: str
    proof: str
    chapter: str
    place: str = ""

    @property
    def anchor(self) -> str:
        """Where the proof stands in the page."""
        return f"{self.chapter}.{self.place}" if self.place else self.chapter


@dataclass(frozen=True, slots=True)
class Points:
    """A few numbered sentences, each with its proof."""

    points: tuple[Point, ...]

    def html(self) -> str:
        """Return the sentences as an ordered list."""
        item = Markup('<li><strong>{}</strong> {}<br><a class="cc-proof" href="#{}">{}</a></li>')
        inside = Markup("").join(
            item.format(point.title, point.words, point.anchor, point.proof) for point in self.points
        )
        return str(Markup('<ol class="cc-points">{}</ol>').format(inside))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        plain = [
            f"{place}. {point.title} {point.words} ({point.proof})"
            for place, point in enumerate(self.points, start=1)
        ]
        return {"text/html": self.html(), "text/plain": "\n".join(plain)}
