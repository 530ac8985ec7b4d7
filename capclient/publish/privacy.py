"""What a report says of the personal data in it: how long to keep it, what to do then.

Floor 8.
"""

from __future__ import annotations

from capclient.params_privacy import PrivacyParams
from capclient.wording import text
from capclient.wording.numbers import count


def retention(privacy: PrivacyParams, lang: str) -> str:
    """Return how long this document may be kept, in a sentence."""
    if privacy.retention_months is None:
        return text("privacy.retention.default", lang)
    return text("privacy.retention", lang, months=count(privacy.retention_months, lang))


def privacy_lines(privacy: PrivacyParams, lang: str) -> list[str]:
    """Return what the appendix of a report says of personal data."""
    said = [
        text("privacy.holds.coded" if privacy.pseudonymise else "privacy.holds", lang),
        retention(privacy, lang),
    ]
    said.append(text("privacy.rights", lang))
    purpose = privacy.purpose
    said.append(text("privacy.purpose", lang, purpose=purpose) if purpose else text("privacy.unranked", lang))
    return said
