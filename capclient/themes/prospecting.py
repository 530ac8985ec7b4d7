"""Everything that concerns winning: prospects, new clients, young offers and contracts, quotes (12).

Floor 5. The chapter reads the four themes behind this one, which hands over their findings.
"""

from __future__ import annotations

from dataclasses import dataclass

from capclient.findings import Finding
from capclient.portfolio import Portfolio
from capclient.themes.newcomers import Newcomers, newcomers
from capclient.themes.offers import Offers, offers
from capclient.themes.once import once
from capclient.themes.prospects import Prospects, prospects
from capclient.themes.quotes import Quotes, quotes


@dataclass(frozen=True)
class Prospecting:
    """The four themes of prospecting at D."""

    prospects: Prospects
    newcomers: Newcomers
    offers: Offers
    quotes: Quotes
    findings: list[Finding]


@once
def prospecting(portfolio: Portfolio) -> Prospecting:
    """Return what a portfolio wins, may win and offers anew."""
    parts = prospects(portfolio), newcomers(portfolio), offers(portfolio), quotes(portfolio)
    return Prospecting(*parts, findings=[item for part in parts for item in part.findings])
