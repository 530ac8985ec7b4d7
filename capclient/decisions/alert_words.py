"""Alerts in words: the name of the rule, and its evidence with its figures.

Floor 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from capclient.wording import text
from capclient.wording.numbers import MISSING, day, spoken

UNIT_OF = {
    "now": "money", "before": "money", "amount": "money", "revenue": "money", "last": "money", "change": "share",
    "growth": "share", "relative": "share", "share": "share", "group": "share", "rise": "points", "effort": "share",
    "value_share": "share", "interval": "days", "recency": "days", "late": "days", "index": "index",
}  # fmt: skip
WORDED = {"state": "state", "kind": "alert.deadline", "basis": "alert.basis"}  # facts that are codes


def alert_name(code: str, lang: str) -> str:
    """Return the name of a rule in words."""
    return text(f"alert.{code}", lang)


def evidence_words(code: str, facts: Mapping[str, Any], lang: str, currency: str) -> str:
    """Return the evidence of an alert as a sentence."""
    key = f"alert.{code}.evidence"
    if code == "deadlines" and isinstance(facts.get("left"), int) and facts["left"] < 0:
        key = f"alert.{code}.evidence.late"
    if code == "season_missed" and not facts.get("now"):
        key = f"alert.{code}.evidence.empty"
    if code == "late_debts" and facts.get("doubt"):
        key = f"alert.{code}.evidence.reconcile"
    if code == "first_client" and facts.get("group") is None:
        key = f"alert.{code}.evidence.alone"
    return text(
        key, lang, **{name: _said(code, name, value, lang, currency) for name, value in facts.items()}
    )


def _said(code: str, name: str, value: Any, lang: str, currency: str) -> str:
    if value is None:
        return MISSING
    if name in WORDED and isinstance(value, str):
        return text(f"{WORDED[name]}.{value}", lang)
    if isinstance(value, date):
        return day(value, lang, "short")
    if isinstance(value, str):
        return value
    if name == "change" and code == "margin_erosion":
        return spoken(value, "points", lang, currency)
    return spoken(abs(value) if name == "left" else value, UNIT_OF.get(name, "count"), lang, currency)
