"""The register of what the method asks for, A01 to J09, and what of it is still to come.

Floor 0. ``capabilities.yml`` is the machine-readable copy of the requirements of the reference texts; a finding names
those it answers in ``covers``, everything else that answers stands in ``shown``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

THEMES = ("A", "B", "C", "D", "E", "F", "G", "H", "I", "J")
EVIDENCE = "evidence"  # in ``shown``: only a signed proof can answer
CODE = re.compile(r"([A-J][0-9]{2})(?:\.([0-9]))?")
SELF_ASSESSMENT = re.compile(r"(?:autodiagnostic|self[- ]assessment) ?([1-9])")


@dataclass(frozen=True, slots=True)
class Capability:
    """One requirement: ``texts`` that ask for it (000 to 004), its name and its question in both languages.

    ``shown``: ``evidence`` (a signed proof answers it), ``chapter:<name>``, ``output:<file>`` or ``command:<name>``.
    ``main``: findings to show first, instead of those that cover fewest other capabilities.
    ``needs``: where none of these is known, the other findings surround the question and answer nothing.
    """

    id: str
    texts: tuple[str, ...]
    fr: str
    en: str
    question_fr: str
    question_en: str
    shown: tuple[str, ...] = ()
    main: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def theme(self) -> str:
        """Letter of the theme."""
        return self.id[0]

    @property
    def provided_by(self) -> tuple[str, ...]:
        """Parts of the report that answer it by themselves."""
        return tuple(name for name in self.shown if name != EVIDENCE)

    def label(self, lang: str) -> str:
        """Return the name a reader sees."""
        return self.fr if lang == "fr" else self.en

    def question(self, lang: str) -> str:
        """Return the question it answers."""
        return self.question_fr if lang == "fr" else self.question_en


@cache
def capabilities() -> Mapping[str, Capability]:
    """Return the register by identifier, in order."""
    rows = _read("capabilities.yml")
    return MappingProxyType({
        id: Capability(id=id, **{name: _tuple(value) for name, value in row.items()}) for id, row in rows.items()
    })  # fmt: skip


@cache
def planned() -> Mapping[str, Mapping[str, str]]:
    """Return what nothing answers yet: by identifier, what is missing, in ``fr`` and ``en``."""
    return MappingProxyType(_read("planned.yml"))


def code_of(written: object) -> tuple[str, int | None] | None:
    """Return the capability that a cell names and the number of its question; None when it is none of ours.

    By its code or, as the report calls it, by its name in either language; the questions of the self-assessment by
    their place in it.

    >>> code_of(" a12 "), code_of("E21.3"), code_of("Z99"), code_of("=A12")
    (('A12', None), ('E21', 3), None, None)
    >>> code_of("Autodiagnostic 3"), code_of("self-assessment 5"), code_of("Fiche de chaque client")
    (('E21', 3), ('E21', 5), ('A18', None))
    """
    said = " ".join(str(written).split()).casefold()
    if numbered := SELF_ASSESSMENT.fullmatch(said):
        return "E21", int(numbered[1])
    if said in _by_label():
        return _by_label()[said], None
    match = CODE.fullmatch(str(written).strip().upper())
    if match is None or match[1] not in capabilities():
        return None
    return match[1], int(match[2]) if match[2] else None


@cache
def _by_label() -> Mapping[str, str]:
    """Return capabilities by their name in either language; a name that two of them bear is left out."""
    names = [
        (name.casefold(), id)
        for id, one in capabilities().items()
        for name in dict.fromkeys((one.fr, one.en))
    ]
    seen = Counter(name for name, _ in names)
    return {name: id for name, id in names if seen[name] == 1}


def _read(name: str) -> dict[str, Any]:
    import yaml

    return yaml.load((Path(__file__).parent / name).read_text("utf-8"), Loader=yaml.CSafeLoader) or {}


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
