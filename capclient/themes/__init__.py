"""One theme a module: from a portfolio to tidy frames and findings.

Floor 5. A theme asks the portfolio for summaries, calls the pure indicators and names the results; it draws
nothing and writes nothing. Each theme is computed once per portfolio.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from capclient.findings import Finding
from capclient.portfolio import Portfolio
from capclient.themes.activity import activity
from capclient.themes.bridge import bridge
from capclient.themes.client_groups import client_groups
from capclient.themes.cohorts import cohorts
from capclient.themes.concentration import concentration
from capclient.themes.counts import counts
from capclient.themes.customers import customers
from capclient.themes.declared import declared
from capclient.themes.equity import equity
from capclient.themes.evidence import evidence
from capclient.themes.exposure import exposure
from capclient.themes.grid import grid
from capclient.themes.lateness import lateness
from capclient.themes.life import life
from capclient.themes.lifecycle import lifecycle
from capclient.themes.loss import loss
from capclient.themes.loyalty import loyalty_quadrants
from capclient.themes.market_position import market
from capclient.themes.models import models
from capclient.themes.payment_terms import payment_terms
from capclient.themes.price_volume_mix import price_volume_mix
from capclient.themes.pricing import pricing
from capclient.themes.profitability import profitability
from capclient.themes.projection import projection
from capclient.themes.prospecting import prospecting
from capclient.themes.purchase_models import purchase_models
from capclient.themes.purchases import purchases
from capclient.themes.quality import quality
from capclient.themes.receivables import receivables
from capclient.themes.recovery import recovery
from capclient.themes.recurrence import recurrence
from capclient.themes.renewals import renewal_curve
from capclient.themes.retention import retention
from capclient.themes.salespeople import salespeople
from capclient.themes.satisfaction import satisfaction
from capclient.themes.score import score
from capclient.themes.segments import segments
from capclient.themes.tipping import tipping
from capclient.themes.wallet import wallet

__all__ = [
    "Findings",
    "activity",
    "bridge",
    "client_groups",
    "cohorts",
    "concentration",
    "counts",
    "customers",
    "declared",
    "equity",
    "evidence",
    "exposure",
    "grid",
    "lateness",
    "life",
    "lifecycle",
    "loss",
    "loyalty_quadrants",
    "market",
    "models",
    "payment_terms",
    "price_volume_mix",
    "pricing",
    "profitability",
    "projection",
    "prospecting",
    "purchase_models",
    "purchases",
    "quality",
    "receivables",
    "recovery",
    "recurrence",
    "renewal_curve",
    "results",
    "retention",
    "salespeople",
    "satisfaction",
    "score",
    "segments",
    "tipping",
    "wallet",
]


def _decided(name: str) -> Callable[[Portfolio], Any]:
    """Return a theme of ``capclient.decisions``, imported when it is first asked for: it stands on those of here."""

    def theme(portfolio: Portfolio) -> Any:
        return getattr(import_module(f"capclient.decisions.{name}"), name)(portfolio)

    return theme


# First word of a finding's id to the theme that gives it.
THEME_OF: dict[str, Callable[[Portfolio], Any]] = {
    "quality": quality,
    "portfolio": counts,
    "retention": retention,
    "bridge": bridge,
    "recurrence": recurrence,
    "concentration": concentration,
    "salespeople": salespeople,
    "activity": activity,
    "loss": loss,
    "lifecycle": life,
    "segments": segments,
    "tipping": tipping,
    "margin": profitability,
    "purchases": purchases,
    "pricing": pricing,
    "price_volume_mix": price_volume_mix,
    "model": models,
    "market": market,
    "wallet": wallet,
    "declared": declared,
    "grid": grid,
    "receivables": receivables,
    "satisfaction": satisfaction,
    "prospecting": prospecting,
    "forecast": projection,
    "equity": equity,
    "actions": _decided("plan"),
    "alerts": _decided("alerts"),
    "followup": _decided("followup"),
    "contacts": _decided("contacts"),
    "evidence": evidence,
    "score": score,
}


class Findings(dict[str, Finding]):
    """Findings of a portfolio by id; a theme is computed when one of its findings is first asked for."""

    def __init__(self, portfolio: Portfolio) -> None:
        super().__init__()
        self._portfolio = portfolio

    def __missing__(self, id: str) -> Finding:
        theme = THEME_OF[id.partition(".")[0]]
        self.update({finding.id: finding for finding in theme(self._portfolio).findings})
        if id not in self:
            raise KeyError(id)
        return self[id]


def results(portfolio: Portfolio) -> list[Finding]:
    """Return every finding of the package for a portfolio, sorted by id: always the full set."""
    themes = dict.fromkeys(THEME_OF.values())
    found = [finding for theme in themes for finding in theme(portfolio).findings]
    return sorted(found, key=lambda finding: finding.id)
