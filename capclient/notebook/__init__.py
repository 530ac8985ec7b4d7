"""The few names a notebook uses: open a portfolio, look at a theme, draw it, say it.

Floor 7. ``open_portfolio`` sets the company and the language of the notebook; everything else follows them. Each
``chapter_*`` module lists in ``__all__`` what it gives to the notebooks.
"""

from capclient.notebook import (
    chapter_actions,
    chapter_alerts,
    chapter_complaints,
    chapter_contacts,
    chapter_data,
    chapter_departures,
    chapter_dependency,
    chapter_evidence,
    chapter_followup,
    chapter_grid,
    chapter_groups,
    chapter_life_history,
    chapter_lifecycle,
    chapter_loss,
    chapter_margin_scopes,
    chapter_market,
    chapter_payments,
    chapter_potential,
    chapter_prices,
    chapter_profitability,
    chapter_projection,
    chapter_prospecting,
    chapter_purchase_models,
    chapter_receivables,
    chapter_retention,
    chapter_satisfaction,
    chapter_score,
    chapter_segments,
    chapter_sources,
    chapter_synthesis,
    chapter_tipping,
    chapter_weights,
)
from capclient.notebook.chapter_actions import *
from capclient.notebook.chapter_alerts import *
from capclient.notebook.chapter_complaints import *
from capclient.notebook.chapter_contacts import *
from capclient.notebook.chapter_data import *
from capclient.notebook.chapter_departures import *
from capclient.notebook.chapter_dependency import *
from capclient.notebook.chapter_evidence import *
from capclient.notebook.chapter_followup import *
from capclient.notebook.chapter_grid import *
from capclient.notebook.chapter_groups import *
from capclient.notebook.chapter_life_history import *
from capclient.notebook.chapter_lifecycle import *
from capclient.notebook.chapter_loss import *
from capclient.notebook.chapter_margin_scopes import *
from capclient.notebook.chapter_market import *
from capclient.notebook.chapter_payments import *
from capclient.notebook.chapter_potential import *
from capclient.notebook.chapter_prices import *
from capclient.notebook.chapter_profitability import *
from capclient.notebook.chapter_projection import *
from capclient.notebook.chapter_prospecting import *
from capclient.notebook.chapter_purchase_models import *
from capclient.notebook.chapter_receivables import *
from capclient.notebook.chapter_retention import *
from capclient.notebook.chapter_satisfaction import *
from capclient.notebook.chapter_score import *
from capclient.notebook.chapter_segments import *
from capclient.notebook.chapter_sources import *
from capclient.notebook.chapter_synthesis import *
from capclient.notebook.chapter_tipping import *
from capclient.notebook.chapter_weights import *
from capclient.notebook.desk import data_check, key_figures, note, open_portfolio
from capclient.notebook.listing import quote, together
from capclient.themes import (
    activity,
    bridge,
    client_groups,
    cohorts,
    concentration,
    counts,
    declared,
    equity,
    exposure,
    grid,
    lateness,
    life,
    lifecycle,
    loss,
    loyalty_quadrants,
    market,
    payment_terms,
    price_volume_mix,
    pricing,
    profitability,
    projection,
    prospecting,
    purchase_models,
    purchases,
    quality,
    receivables,
    recovery,
    recurrence,
    renewal_curve,
    retention,
    salespeople,
    satisfaction,
    segments,
    tipping,
    wallet,
)

__all__ = [
    "activity",
    "bridge",
    "client_groups",
    "cohorts",
    "concentration",
    "counts",
    "data_check",
    "declared",
    "equity",
    "exposure",
    "grid",
    "key_figures",
    "lateness",
    "life",
    "lifecycle",
    "loss",
    "loyalty_quadrants",
    "market",
    "note",
    "open_portfolio",
    "payment_terms",
    "price_volume_mix",
    "pricing",
    "profitability",
    "projection",
    "prospecting",
    "purchase_models",
    "purchases",
    "quality",
    "quote",
    "receivables",
    "recovery",
    "recurrence",
    "renewal_curve",
    "retention",
    "salespeople",
    "satisfaction",
    "segments",
    "tipping",
    "together",
    "wallet",
]
__all__ += chapter_actions.__all__
__all__ += chapter_alerts.__all__
__all__ += chapter_complaints.__all__
__all__ += chapter_contacts.__all__
__all__ += chapter_data.__all__
__all__ += chapter_departures.__all__
__all__ += chapter_dependency.__all__
__all__ += chapter_evidence.__all__
__all__ += chapter_followup.__all__
__all__ += chapter_grid.__all__
__all__ += chapter_groups.__all__
__all__ += chapter_life_history.__all__
__all__ += chapter_lifecycle.__all__
__all__ += chapter_loss.__all__
__all__ += chapter_margin_scopes.__all__
__all__ += chapter_market.__all__
__all__ += chapter_payments.__all__
__all__ += chapter_potential.__all__
__all__ += chapter_prices.__all__
__all__ += chapter_profitability.__all__
__all__ += chapter_projection.__all__
__all__ += chapter_prospecting.__all__
__all__ += chapter_purchase_models.__all__
__all__ += chapter_receivables.__all__
__all__ += chapter_retention.__all__
__all__ += chapter_satisfaction.__all__
__all__ += chapter_score.__all__
__all__ += chapter_segments.__all__
__all__ += chapter_sources.__all__
__all__ += chapter_synthesis.__all__
__all__ += chapter_tipping.__all__
__all__ += chapter_weights.__all__
