"""What a student sees after an answer, and at the end of a lesson.

Floor 8.
"""

from __future__ import annotations

from dataclasses import dataclass

from capclient.templates import render
from capclient.wording import text


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of an answer: ``mark`` is ``right``, ``wrong``, ``todo`` or ``unknown``."""

    mark: str
    words: str
    lang: str

    def html(self) -> str:
        """Return the verdict as a box."""
        return str(render("verdict.html.j2", lang=self.lang, verdict=self))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        head = text(f"course.mark.{self.mark}", self.lang)
        return {"text/html": self.html(), "text/plain": f"{head} {self.words}".strip()}


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """The exercises of a lesson in order: title and mark."""

    rows: tuple[tuple[str, str], ...]
    lang: str

    @property
    def done(self) -> int:
        """Number of exercises done."""
        return sum(mark == "right" for _, mark in self.rows)

    @property
    def summary(self) -> str:
        """Say how many are done of those that have an answer on the data of the company."""
        without = sum(mark == "unknown" for _, mark in self.rows)
        said = text("course.score", self.lang, done=self.done, total=len(self.rows) - without)
        return f"{said} {text('course.score.without', self.lang, count=without)}" if without else said

    def html(self) -> str:
        """Return the exercises as a list."""
        return str(render("scoreboard.html.j2", lang=self.lang, board=self))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        said = [f"{text(f'course.mark.{mark}', self.lang)} {title}" for title, mark in self.rows]
        return {"text/html": self.html(), "text/plain": "\n".join([self.summary, *said])}
