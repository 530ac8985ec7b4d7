"""Changes in words: where a client stood, where it stands, and why it moved.

Floor 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from capclient.wording import text
from capclient.wording.numbers import MISSING, day, spoken

PREFIX = {"stage": "stage", "state": "state", "action": "action"}  # the other kinds are letters
UNIT_OF = {
    "recency": "days", "interval": "days", "late": "days", "rank": "count", "purchases": "count",
}  # fmt: skip


def place_words(kind: str, code: str, lang: str) -> str:
    """Return a class, stage, state, grade or action in words."""
    return text(f"{PREFIX[kind]}.{code}", lang) if kind in PREFIX else code


def why_words(kind: str, code: str, facts: Mapping[str, Any], lang: str, currency: str) -> str:
    """Return why a client moved as a sentence."""
    said = {name: _said(kind, name, value, lang, currency) for name, value in facts.items()}
    if facts.get("market") is not None:
        said["growth"] = text("change.why.market", lang, **said)
    first = code == "growth" and facts.get("former") is None
    return text(f"change.why.{code}{'.first' if first else ''}", lang, **said)


def _said(kind: str, name: str, value: Any, lang: str, currency: str) -> str:
    if name == "reasons":
        return ", ".join(text(f"action_reason.{code}", lang) for code in str(value).split())
    if value is None:
        return MISSING
    if name == "override":
        return text(f"override.{value}", lang)
    if isinstance(value, date):
        return day(value, lang, "short")
    if name in ("then", "now"):
        return spoken(value, "money", lang, currency)
    if kind == "stage" and name in ("growth", "former", "before", "market"):
        return f"{'+' if value > 0 else ''}{spoken(value, 'share', lang, currency)}"
    return spoken(
        round(value) if name in ("score", "former") else value, UNIT_OF.get(name, "count"), lang, currency
    )
