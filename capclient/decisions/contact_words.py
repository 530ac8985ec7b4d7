"""A contact in words: its kind, its reasons, who makes it.

Floor 5.
"""

from __future__ import annotations

from capclient.decisions.contacts import ROLES
from capclient.wording import text
from capclient.wording.numbers import is_missing


def kind_words(kind: str, lang: str) -> str:
    """Return the name of a kind of contact."""
    return text(f"contact_kind.{kind}", lang)


def called(name: object, prospect: object, lang: str) -> str:
    """Return who is contacted: the name of a client; a prospect that nobody has invoiced is said to be one."""
    return str(name) if is_missing(prospect) else text("contact.prospect", lang, code=prospect)


def beside(words: str, other: object, lang: str) -> str:
    """Return reasons, and the other code under which the client may stand: nobody is to be called twice."""
    return words if is_missing(other) else text("contact.twin_beside", lang, words=words, code=other)


def reason_words(codes: str, lang: str) -> str:
    """Return reasons in words, the most urgent first."""
    return ", ".join(text(f"contact_reason.{code}", lang) for code in codes.split())


def owner_words(owner: str, lang: str) -> str:
    """Return who makes a contact: a name, or a service of the company."""
    return text(f"contact_owner.{owner[1:]}", lang) if owner in ROLES else owner
