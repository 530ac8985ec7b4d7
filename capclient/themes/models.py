"""Every model side by side: groups of similar clients, purchases to come, renewals of contracts (8.2, 9).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

from capclient.findings import Finding
from capclient.portfolio import Portfolio
from capclient.themes.client_groups import ClientGroups, client_groups
from capclient.themes.once import once
from capclient.themes.purchase_models import PurchaseModels, purchase_models
from capclient.themes.renewals import Renewals, renewal_curve


@dataclass(frozen=True)
class Models:
    """The parts, each with its frames and the reason where it has none."""

    purchases: PurchaseModels
    renewals: Renewals
    groups: ClientGroups

    @property
    def findings(self) -> list[Finding]:
        """Every finding of the group ``model``."""
        parts = (self.purchases, self.renewals, self.groups)
        return [item for part in parts for item in part.findings]


@once
def models(portfolio: Portfolio) -> Models:
    """Return the models of a portfolio at D."""
    return Models(purchase_models(portfolio), renewal_curve(portfolio), client_groups(portfolio))
