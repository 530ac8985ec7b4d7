"""Every sentence a reader meets, in French and in English.

Floor 0: knows nothing of the package. Sentences live in PO catalogues, one file a room and a
language (``fr/errors.po``, ``en/errors.po``); the key of a sentence is a stable code, never the
sentence itself. ``tests/test_wording.py`` holds both languages to the same keys and placeholders.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

LANGUAGES = ("fr", "en")
DEFAULT_LANGUAGE = "fr"

_PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)\}")
# « {count} ligne(s) » : the ending agrees with the number before it
_SLOT = re.compile(_PLACEHOLDER.pattern + r"|(?<=\w)\((s|nt)\)")


_spoken = [DEFAULT_LANGUAGE]


def speak(lang: str) -> None:
    """Let this process say its messages in a language, unless ``CAPCLIENT_LANG`` names one."""
    _spoken[:] = [lang if lang in LANGUAGES else DEFAULT_LANGUAGE]


def language() -> str:
    """Return the language of messages: ``CAPCLIENT_LANG`` when it names one, else that of the notebook or French."""
    asked = os.environ.get("CAPCLIENT_LANG", "")[:2].lower()
    return asked if asked in LANGUAGES else _spoken[0]


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Return every sentence of a language, by key."""
    from babel.messages.pofile import read_po

    sentences: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / lang).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id:
                    sentences[str(message.id)] = str(message.string)
    return sentences


def has(key: str) -> bool:
    """Tell whether a sentence exists."""
    return key in catalogue(DEFAULT_LANGUAGE)


def text(key: str, /, lang: str | None = None, **values: object) -> str:
    """Return the sentence ``key`` with its ``{placeholders}`` filled; ``(s)`` agrees with the number before it.

    Raises
    ------
    KeyError
        If the catalogue lacks the sentence or the call lacks a value: both are our faults, never the user's.
    """
    spoken = lang or language()
    number: int | None = None

    def said(match: re.Match[str]) -> str:
        nonlocal number
        name, ending = match.groups()
        if name is None:
            return match[0] if number is None else ending if _is_plural(number, spoken) else ""
        digits = re.sub(r"[\s\u00a0\u202f,]", "", str(values[name]))
        number = int(digits) if digits.isdecimal() else number
        return str(values[name])

    return _SLOT.sub(said, catalogue(spoken)[key])


def _is_plural(number: int, lang: str) -> bool:
    """French counts none as singular, English as plural."""
    return number > 1 or (lang == "en" and number == 0)


def placeholders(sentence: str) -> list[str]:
    """Return the names between braces, in order of appearance."""
    return _PLACEHOLDER.findall(sentence)
