"""Sector profiles: thresholds, weights and bounds that a trade calls for, under what the company says itself (E11).

Floor 1. The common base is always there; a profile changes numbers of it, a company changes numbers of its profile. The
sector of a company is free text: without a profile of that name, the common base alone applies. The first of the
``names`` of a profile is the one that a reader sees.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from capclient import places
from capclient.errors import ParamsError
from capclient.yaml_text import read_yaml

KEYS = ("names", "name_en", "thresholds", "score", "grid")


def profile_of(sector: str) -> Path | None:
    """Return the profile of a sector, None when there is none.

    >>> profile_of("Commerce de gros").name, profile_of("services_aux_entreprises").name
    ('commerce_de_gros.yml', 'services.yml')
    >>> profile_of("Élevage d’escargots")
    """
    return _by_name(places.sectors()).get(_plain(sector))


def profile_name(sector: str, lang: str = "fr") -> str | None:
    """Return the name of the profile that applies to a sector, as a reader sees it; None for the common base alone.

    >>> profile_name("grossiste")
    'Commerce de gros'
    >>> profile_name("grossiste", "en")
    'Wholesale'
    """
    path = profile_of(sector)
    return None if path is None else _profile(path).get(f"name_{lang}", _profile(path)["names"][0])


def with_sector(content: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a company laid over the profile of its sector.

    Raises
    ------
    ParamsError
        If the profile holds a key that is not of :data:`KEYS`, or bears no name.
    """
    company = content.get("company")
    sector = company.get("sector", "") if isinstance(company, dict) else ""
    path = profile_of(sector) if isinstance(sector, str) else None
    if path is None:
        return content
    profile = {key: value for key, value in _profile(path).items() if not key.startswith("name")}
    return laid_over(profile, content)


def laid_over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping with the keys of both; where both are mappings they are merged, else the second wins.

    >>> laid_over({"a": {"x": "1", "y": "2"}}, {"a": {"y": "3"}, "b": "4"})
    {'a': {'x': '1', 'y': '3'}, 'b': '4'}
    """
    both = dict(base)
    for key, value in own.items():
        inner = both.get(key)
        merged = isinstance(inner, dict) and isinstance(value, dict)
        both[key] = laid_over(inner, value) if merged else value  # type: ignore[arg-type]
    return both


@cache
def _by_name(folder: Path) -> dict[str, Path]:
    """Profiles of a folder by each of their names, and by that of their file."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*.yml")):
        for name in (path.stem, *_profile(path)["names"]):
            found.setdefault(_plain(name), path)
    return {name: path for name, path in found.items() if name}


@cache
def _profile(path: Path) -> dict[str, Any]:
    content = read_yaml(path)
    names = content.get("names") if isinstance(content, dict) else None
    if not isinstance(content, dict) or set(content) - set(KEYS) or not isinstance(names, list) or not names:
        raise ParamsError("params.sector_keys", path=path.name, keys=", ".join(KEYS))
    return content


def _plain(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
