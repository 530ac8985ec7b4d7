"""Who a party is: its SIREN where the file gives one that is right, else the best identifier there is.

Floor 2. Source: D.2 of the sources. An identifier is text; two parties are one only when it is the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum.fr import siren as siren_numbers

from capclient.readers.einvoice.document import Party

# ISO 6523 schemes of the French profiles.
SIREN_SCHEME, SIRET_SCHEME = "0002", "0009"
NO_IDENTITY = frozenset({"0224", "SEPA"})  # a routing code, a creditor identifier of direct debits
# Where SIREN numbers are given out: mainland, overseas departments and territories, Monaco.
FRENCH = frozenset({"FR", "GP", "MQ", "GF", "RE", "YT", "PM", "MF", "BL", "WF", "PF", "NC", "MC"})
OVERSEAS = ("97", "98")
_NOTHING = r"[-./_ ]*"
_NO_NUMBER = re.compile(
    _NOTHING + r"|n\.?/?[acrd]\.?|none|null|n[ée]ant|inconnu|unknown|x+|0+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Identity:
    """An identifier, what it is (``siren``, ``id``, ``vat``, ``legal``, ``name``), and the SIREN that is right."""

    id: str
    kind: str
    siren: str = ""


def identity(party: Party) -> Identity | None:
    """Return who a party is: SIREN, else its identifier, VAT number, legal number or name; None if nothing says it.

    >>> identity(Party(name="Ma boutique", legal_id=("0002", "78787878400035"))).id
    '787878784'
    >>> identity(Party(name="ODIN 59", ids=(("", "10202"),), country="NL")).id
    '10202'
    """
    siren = _siren(party)
    if siren:
        return Identity(siren, "siren", siren)
    own = next(
        (text for scheme, text in party.ids if scheme not in NO_IDENTITY and not _is_no_number(text)), ""
    )
    for kind, text in (("id", own), ("vat", party.vat), ("legal", party.legal_id[1])):
        if not _is_no_number(text):
            return Identity(text, kind)
    return None if re.fullmatch(_NOTHING, party.name) else Identity(party.name, "name")


def claims_wrong_siren(party: Party) -> bool:
    """Tell whether a party bears a number under the scheme of SIREN whose key is wrong."""
    scheme, text = party.legal_id
    return scheme == SIREN_SCHEME and not _is_no_number(text) and not siren_of(text)


def siren_of(text: str) -> str:
    """Return the SIREN in a text that is one, a SIRET or a French VAT number; empty when its key is wrong.

    >>> siren_of("FR 19 787 878 784"), siren_of("78787878400035"), siren_of("987654321")
    ('787878784', '787878784', '')
    """
    bare = compact(text)
    if re.fullmatch("FR[0-9A-Z]{2}[0-9]{9}", bare):
        bare = bare[4:]
    elif re.fullmatch("[0-9]{14}", bare):
        bare = bare[:9]
    # a number of Monaco's VAT begins with three zeros and is no SIREN
    is_right = re.fullmatch("[0-9]{9}", bare) and not bare.startswith("000") and siren_numbers.is_valid(bare)
    return bare if is_right else ""


def compact(text: str) -> str:
    """Return a text without blanks and punctuation, in capitals: how identifiers are compared."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def region(party: Party) -> str:
    """Return the department of a French address, else the subdivision that the file names.

    >>> [region(Party(country="FR", postcode=code)) for code in ("69001", "97400", "20137", "20200")]
    ['69', '974', '2A', '2B']
    """
    is_french = party.country.upper() in FRENCH or not party.country
    if is_french and re.fullmatch("[0-9]{5}", party.postcode):
        if party.postcode.startswith("20"):
            return "2A" if party.postcode < "20200" else "2B"
        return party.postcode[: 3 if party.postcode.startswith(OVERSEAS) else 2]
    return party.subdivision


def _siren(party: Party) -> str:
    is_french = party.country.upper() in FRENCH or party.vat.upper().startswith("FR")
    schemes = (SIREN_SCHEME, SIRET_SCHEME, "") if is_french else (SIREN_SCHEME, SIRET_SCHEME)
    numbers = [text for scheme, text in (party.legal_id, *party.ids) if scheme in schemes[:2]]
    numbers.append(
        party.legal_id[1] if party.legal_id[0] in schemes else ""
    )  # BT-47 may leave out its scheme
    numbers.append(party.vat if compact(party.vat).startswith("FR") else "")
    return next((found for text in numbers if (found := siren_of(text))), "")


def _is_no_number(text: str) -> bool:
    """Tell whether a text only says that there is no number: two customers must not become one by it."""
    return _NO_NUMBER.fullmatch(text) is not None
