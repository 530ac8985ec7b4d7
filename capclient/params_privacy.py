"""Personal data: pseudonyms instead of names, how long data are kept, why salespeople may be compared.

Floor 1. Contacts, salespeople and clients that are persons are protected by the law (GDPR, articles 5, 6 and 25): the
company says here what it needs.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Annotated, Any

from pydantic import BaseModel

from capclient.bounds import STRICT, form, whole
from capclient.errors import ParamsError

SHORTEST = 16  # characters: whoever knows the names could try every shorter key
UNSAID = "…"
OWNED = ("promises", "levers")  # parameters that name persons
CODED = (
    ("receivables", "customer_terms"),
    ("credit", "periodic_customers"),
    ("identity", "merge"),
)  # and clients
Retention = Annotated[int, whole(1, 1_200)]


class PrivacyParams(BaseModel):
    """What becomes of names, and what may be told of people.

    ``pseudonymise``: names of clients, contacts and salespeople are replaced before anything is kept, by a hash that
    needs the key in the environment variable ``key_variable``; codes of clients and prospects too with ``identifiers``.
    ``retention_months``: how long reports are kept. ``salesperson_comparison_purpose``: why salespeople are ranked;
    without it no page ranks them.
    """

    model_config = STRICT

    pseudonymise: bool = False
    identifiers: bool = False
    key_variable: Annotated[str, form(r"[A-Za-z_][A-Za-z0-9_]*", "CAPCLIENT_PSEUDONYM_KEY")] = (
        "CAPCLIENT_PSEUDONYM_KEY"
    )
    retention_months: Retention | None = None
    salesperson_comparison_purpose: str = ""

    @property
    def purpose(self) -> str:
        """Why salespeople are compared, empty when nobody says so."""
        return " ".join(self.salesperson_comparison_purpose.split())

    def secret(self) -> bytes:
        """Return the key of the pseudonyms.

        Raises
        ------
        ParamsError
            If the variable is absent, or its key is short enough to be guessed.
        """
        found = os.environ.get(self.key_variable, "").strip()
        if not found:
            raise ParamsError("params.privacy_key_missing", name=self.key_variable)
        if len(found) < SHORTEST:
            raise ParamsError("params.privacy_key_short", name=self.key_variable, least=SHORTEST)
        return found.encode()

    def person(self, name: str) -> str | None:
        """Return somebody whom the parameters name, as pages may show it; None for nobody.

        >>> PrivacyParams().person("Zoé"), PrivacyParams(pseudonymise=True).person("Zoé"), PrivacyParams().person("")
        ('Zoé', '…', None)
        """
        return (UNSAID if self.pseudonymise else name) if name else None

    def shown(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters as a manifest may tell them: owners and, with ``identifiers``, codes left out.

        >>> PrivacyParams(pseudonymise=True).shown({"levers": [{"id": "a", "owner": "Zoé"}]})
        {'levers': [{'id': 'a', 'owner': '…'}]}
        """
        told = dict(given)
        if self.pseudonymise:
            for group in OWNED:
                if group in told:
                    told[group] = [
                        item | {"owner": UNSAID} if "owner" in item else item for item in told[group]
                    ]
        if self.pseudonymise and self.identifiers:
            for group, name in CODED:
                if name in told.get(group, {}):
                    told[group] = told[group] | {name: UNSAID}
        return told

    def mark(self) -> str:
        """Return what tells two keys apart without telling either: data read under another key are read again."""
        return keyed(self.secret(), "mark", "")[:16]


def keyed(secret: bytes, kind: str, text: str) -> str:
    """Return the hash of a text under a key (HMAC-SHA256), in capital hexadecimal digits; kinds never meet.

    >>> keyed(b"a key of sixteen.", "client", "dupont")[:10]
    '62B500AB11'
    """
    return hmac.new(secret, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest().upper()
