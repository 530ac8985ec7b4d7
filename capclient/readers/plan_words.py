"""The headings of the plan that comes back: those of our own workbook and CSV, in either language.

Floor 2. People fill in the sheets that a report wrote; nobody has to say again what their columns are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from capclient.readers.identifiers import normal_key
from capclient.schema import TABLES
from capclient.wording import LANGUAGES, has, text

TABLE = "actions"
SHEETS = ("actions", "prospects")  # of the workbook, by the key of their name
ACTION = {"action", "action_code"}
FILLED = {"owner", "due", "done_on", "decision", "decision_code"}  # by people, in no sheet but the plan
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


def sheets_of_plan(heads: Mapping[str, Sequence[str]], named: Sequence[str]) -> list[str]:
    """Return the sheets of a workbook that hold the plan: those ``named``, and others where people renamed them.

    Parameters
    ----------
    heads
        Headings of each sheet, by its name.
    named
        Sheets that bear a name of the plan; for what they lack, clients or prospects, the likeliest headings are taken.

    Examples
    --------
    >>> sheets_of_plan({"Clients": ["Code", "Action", "Statut"], "Paul": ["Code", "Action", "Échéance"]}, [])
    ['Paul']
    """
    found = {title: plan_headers(head) for title, head in heads.items()}
    kinds = {title: "prospect_id" if "prospect_id" in own else "customer_id" for title, own in found.items()}
    chosen = list(named)
    for kind in {"customer_id", "prospect_id"} - {kinds.get(title) for title in named}:
        likely = {
            title: len(own)
            for title, own in found.items()
            if kinds[title] == kind and {kind} <= own.keys() and own.keys() & ACTION and own.keys() & FILLED
        }
        chosen += [title for title, columns in likely.items() if columns == max(likely.values())]
    return [title for title in heads if title in chosen]


def told_headings(lang: str) -> str:
    """Return the headings by which a plan is known, in words."""
    return ", ".join(text(f"column.{name}", lang) for name in ("customer_id", "action", "owner", "due"))


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
