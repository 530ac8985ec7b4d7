"""The headings of the plan that comes back: those of our own workbook and CSV, in either language.

Floor 2. People fill in the sheets that a report wrote; nobody has to say again what their columns are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from capclient.readers.identifiers import normal_key
from capclient.schema import TABLES
from capclient.wording import LANGUAGES, has, text

TABLE = "actions"
SHEETS = ("actions", "prospects")  # of the workbook, by the key of their name
CSV = {"action_rank": "rank", "plan_status": "status", "proposed": "proposed_code"}  # heads of actions.csv


def plan_sheets() -> tuple[str, ...]:
    """Return the names of the sheets that hold the plan, in both languages."""
    return tuple(dict.fromkeys(text(f"sheet.{name}", lang) for lang in LANGUAGES for name in SHEETS))


def plan_headers(headers: Sequence[str]) -> dict[str, str]:
    """Return the header of each column of the plan that a file gives, whatever its case and accents.

    >>> plan_headers(["Code", "Action", "Échéance", "Statut", "Marge"])
    {'customer_id': 'Code', 'action': 'Action', 'due': 'Échéance', 'plan_status': 'Statut'}
    >>> plan_headers(["prospect_id", "action_code", "status"])
    {'prospect_id': 'prospect_id', 'action_code': 'action_code', 'plan_status': 'status'}
    """
    keys = {normal_key(header): header for header in reversed(headers)}
    found: dict[str, str] = {}
    for name, words in _words().items():
        header = next((keys[word] for word in words if word in keys), None)
        if header is not None and header not in found.values():
            found[name] = header
    return found


@cache
def _words() -> dict[str, tuple[str, ...]]:
    """Return what each column may be called, its own name first."""
    return {
        name: tuple(
            normal_key(word)
            for word in (
                name,
                *([CSV[name]] if name in CSV else []),
                *(text(f"column.{name}", lang) for lang in LANGUAGES if has(f"column.{name}")),
            )
        )
        for name in TABLES[TABLE].names
    }
