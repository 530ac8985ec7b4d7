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


def language() -> str:
    """Return the language of messages: ``CAPCLIENT_LANG`` when it names one, French otherwise."""
    asked = os.environ.get("CAPCLIENT_LANG", DEFAULT_LANGUAGE)[:2].lower()
    return asked if asked in LANGUAGES else DEFAULT_LANGUAGE


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
    """Return the sentence ``key`` with its ``{placeholders}`` filled.

    Raises
    ------
    KeyError
        If the catalogue lacks the sentence or the call lacks a value: both are our faults, never the user's.
    """
    sentence = catalogue(lang or language())[key]
    return _PLACEHOLDER.sub(lambda match: str(values[match.group(1)]), sentence)


def placeholders(sentence: str) -> list[str]:
    """Return the names between braces, in order of appearance."""
    return _PLACEHOLDER.findall(sentence)
