"""What can go wrong, said to a person: what, where, which values, and what to do.

Floor 0. Each exception carries the code of its sentence and the facts of the case; the sentence
itself comes from the ``errors.po`` catalogues, so the same error reads in French or in English.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from capclient.wording import has, text


class CapclientError(Exception):
    """An error a user can understand and mend.

    Parameters
    ----------
    code
        Key of the sentence in ``wording/*/errors.po``, such as ``source.missing_file``. A second
        sentence ``<code>.hint``, when it exists, says what to do.
    facts
        Values for the placeholders of both sentences.
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:  # errors travel between processes
        return (_rebuilt, (type(self), self.code, self.facts))

    def text(self, lang: str | None = None) -> str:
        """Return the message in a language, with the hint on a second line."""
        sentences = [text(self.code, lang, **self.facts)]
        if has(f"{self.code}.hint"):
            sentences.append(text(f"{self.code}.hint", lang, **self.facts))
        return "\n".join(sentences)

    def __str__(self) -> str:
        return self.text()


def _rebuilt(kind: type[CapclientError], code: str, facts: dict[str, object]) -> CapclientError:
    return kind(code, **facts)


class ParamsError(CapclientError):
    """The parameters of a company cannot be used."""


class SourceError(CapclientError):
    """A file or a database cannot be read."""


class LedgerError(CapclientError):
    """The data were read and cannot be analysed."""


class ReportError(CapclientError):
    """A notebook or a page of the report could not be made."""


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that a misspelt word most likely meant, or None.

    >>> nearest("montant_ht", ["Montant HT", "Client"])
    'Montant HT'
    """
    by_key = {_bare(candidate): candidate for candidate in candidates}
    close = difflib.get_close_matches(_bare(word), list(by_key), n=1, cutoff=0.5)
    return by_key[close[0]] if close else None


def _bare(word: str) -> str:
    return word.lower().replace("_", " ").strip()


def listed(values: Iterable[object], most: int = 8) -> str:
    """Join the first values for a message: ``a, b, c, …``."""
    items = [str(value) for value in values]
    return ", ".join(items[:most]) + (", …" if len(items) > most else "")
