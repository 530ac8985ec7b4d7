"""What cannot be computed, said calmly, with the input that would allow it.

Floor 6.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from capclient.findings import reason_text
from capclient.templates import render
from capclient.vocabulary import Unknown
from capclient.wording import has, text

_NOTICES = re.compile(r'(?:<div class="cc-notice"[^<]*<strong>[^<]*</strong>[^<]*</div>\s*)+')

_NOTICE = re.compile(r'<div class="cc-notice"[^<]*<strong>([^<]*)</strong>\s*([^<]*?)\s*</div>')


@dataclass(frozen=True, slots=True)
class Notice:
    """Stands where a figure or a table would stand: why it is absent, and what to bring."""

    reason: str
    advice: str
    lang: str
    head: str = "notice.head"  # an absence that is good news says so

    def html(self) -> str:
        """Return the note as HTML."""
        return str(render("notice.html.j2", lang=self.lang, notice=self))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": f"{self.reason} {self.advice}".strip()}


def is_notice(html: str) -> bool:
    """Tell whether the HTML of an output is that of notices, and nothing else."""
    return _NOTICES.fullmatch(html.strip()) is not None


def notices_told(html: str) -> tuple[str, ...]:
    """Return what each notice of an output says, its head included; nothing when it holds anything else.

    >>> notices_told('<div class="cc-notice" role="note"><strong>Non calculé</strong> Rien.</div>')
    ('Non calculé Rien.',)
    """
    return notices_in(html) if is_notice(html) else ()


def notices_in(html: str) -> tuple[str, ...]:
    """Return what each notice of an output says, its head included, whatever stands beside it."""
    return tuple(" ".join(words) for words in _NOTICE.findall(html))


def without_notices(html: str, dropped: Callable[[str], bool]) -> str:
    """Return the HTML of an output less the notices whose words, head included, are to be dropped."""
    return _NOTICE.sub(lambda found: "" if dropped(" ".join(found.groups())) else found[0], html)


def notice(unknown: Unknown, lang: str, *, origin: str = "") -> Notice:
    """Say a reason code: ``missing:cost`` names the column, ``n_small`` says that more clients are needed.

    ``origin`` is the book that gives the ledger (``fec`` ...): what it lacks, another source must bring (C.11).
    """
    code, _, what = unknown.reason.partition("=")[0].partition(":")
    if has(f"notice.{code}.{what}"):
        code = f"{code}.{what}"
    elif origin and has(f"notice.{origin}.{code}"):
        code = f"{origin}.{code}"
    reason = reason_text(unknown.reason, lang).rstrip(".")
    advice = text(f"notice.{code}", lang) if has(f"notice.{code}") else ""
    return Notice(reason[:1].upper() + reason[1:] + ".", advice, lang)
