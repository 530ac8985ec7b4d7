"""Profitability: margins, erosion, cost to serve, the whale curve and effort, side by side (section 4).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

from capclient.findings import Finding
from capclient.portfolio import Portfolio
from capclient.themes.effort import Effort, effort
from capclient.themes.erosion import ErosionTheme, erosion
from capclient.themes.margins import Margins, margins
from capclient.themes.net_margin import NetMargin, net_margin
from capclient.themes.once import once
from capclient.themes.service import Service, service


@dataclass(frozen=True)
class Profitability:
    """The five parts of section 4, each with its frames and the reason where it has none."""

    margins: Margins
    erosion: ErosionTheme
    service: Service
    net: NetMargin
    effort: Effort

    @property
    def findings(self) -> list[Finding]:
        """Every finding of the group ``margin``."""
        parts = (self.margins, self.erosion, self.service, self.net, self.effort)
        return [item for part in parts for item in part.findings]


@once
def profitability(portfolio: Portfolio) -> Profitability:
    """Return what the clients of a portfolio bring, and what they cost."""
    return Profitability(
        margins(portfolio), erosion(portfolio), service(portfolio), net_margin(portfolio), effort(portfolio)
    )
