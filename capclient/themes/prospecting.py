"""Everything that concerns winning: prospects, new clients, young offers and contracts, quotes (12).

Floor 5. The chapter reads the four themes behind this one, which hands over their findings.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding
from capclient.portfolio import Portfolio
from capclient.themes.listening import signed_evidence
from capclient.themes.newcomers import Newcomers, newcomers
from capclient.themes.offers import Offers, offers
from capclient.themes.once import once
from capclient.themes.prospects import Prospects, prospects
from capclient.themes.quotes import Quotes, quotes

PROVEN = ("C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08")  # questions that a signed proof may answer


@dataclass(frozen=True)
class Prospecting:
    """The four themes of prospecting at D, and what is declared of it (``evidence``)."""

    prospects: Prospects
    newcomers: Newcomers
    offers: Offers
    quotes: Quotes
    evidence: pd.DataFrame
    findings: list[Finding]


@once
def prospecting(portfolio: Portfolio) -> Prospecting:
    """Return what a portfolio wins, may win and offers anew."""
    parts = prospects(portfolio), newcomers(portfolio), offers(portfolio), quotes(portfolio)
    return Prospecting(
        *parts,
        evidence=signed_evidence(portfolio, PROVEN),
        findings=[item for part in parts for item in part.findings],
    )
