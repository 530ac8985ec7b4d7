"""The life of the clients: where they stand, where they come from, what they bring, what is done for them (7).

Floor 5. The chapter reads the four themes behind this one, which hands over their findings.
"""

from __future__ import annotations

from dataclasses import dataclass

from capclient.findings import Finding
from capclient.portfolio import Portfolio
from capclient.themes.life_contribution import LifeContribution, life_contribution
from capclient.themes.life_effort import LifeEffort, life_effort
from capclient.themes.life_history import LifeHistory, life_history
from capclient.themes.lifecycle import Lifecycle, lifecycle
from capclient.themes.once import once


@dataclass(frozen=True)
class Life:
    """The four themes of section 7 at D."""

    now: Lifecycle
    history: LifeHistory
    contribution: LifeContribution
    effort: LifeEffort
    findings: list[Finding]


@once
def life(portfolio: Portfolio) -> Life:
    """Return everything that section 7 says of a portfolio."""
    parts = (
        lifecycle(portfolio),
        life_history(portfolio),
        life_contribution(portfolio),
        life_effort(portfolio),
    )
    return Life(*parts, findings=[item for part in parts for item in part.findings])
