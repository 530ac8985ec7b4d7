"""A contact in words: its kind, its reasons, who makes it.

Floor 5.
"""

from __future__ import annotations

from capclient.decisions.contacts import ROLES
from capclient.wording import text


def kind_words(kind: str, lang: str) -> str:
    """Return the name of a kind of contact."""
    return text(f"contact_kind.{kind}", lang)


def reason_words(codes: str, lang: str) -> str:
    """Return reasons in words, the most urgent first."""
    return ", ".join(text(f"contact_reason.{code}", lang) for code in codes.split())


def owner_words(owner: str, lang: str) -> str:
    """Return who makes a contact: a name, or a service of the company."""
    return text(f"contact_owner.{owner[1:]}", lang) if owner in ROLES else owner
