"""The few names a notebook uses: open a portfolio, look at a theme, draw it, say it.

Floor 7. ``open_portfolio`` sets the company and the language of the notebook; everything else follows them. Each
``chapter_*`` module lists in ``__all__`` what it gives to the notebooks.
"""

from capclient.notebook import (
    chapter_complaints,
    chapter_data,
    chapter_dependency,
    chapter_lifecycle,
    chapter_market,
    chapter_payments,
    chapter_potential,
    chapter_prices,
    chapter_profitability,
    chapter_prospecting,
    chapter_receivables,
    chapter_retention,
    chapter_satisfaction,
    chapter_segments,
    chapter_sources,
    chapter_weights,
)
from capclient.notebook.chapter_complaints import *
from capclient.notebook.chapter_data import *
from capclient.notebook.chapter_dependency import *
from capclient.notebook.chapter_lifecycle import *
from capclient.notebook.chapter_market import *
from capclient.notebook.chapter_payments import *
from capclient.notebook.chapter_potential import *
from capclient.notebook.chapter_prices import *
from capclient.notebook.chapter_profitability import *
from capclient.notebook.chapter_prospecting import *
from capclient.notebook.chapter_receivables import *
from capclient.notebook.chapter_retention import *
from capclient.notebook.chapter_satisfaction import *
from capclient.notebook.chapter_segments import *
from capclient.notebook.chapter_sources import *
from capclient.notebook.chapter_weights import *
from capclient.notebook.desk import data_check, key_figures, note, open_portfolio
from capclient.notebook.listing import quote, together
from capclient.themes import (
    activity,
    bridge,
    cohorts,
    concentration,
    counts,
    declared,
    exposure,
    lateness,
    lifecycle,
    loyalty_quadrants,
    market,
    payment_terms,
    price_volume_mix,
    pricing,
    profitability,
    prospecting,
    purchases,
    quality,
    receivables,
    recovery,
    recurrence,
    retention,
    salespeople,
    satisfaction,
    segments,
    wallet,
)

__all__ = [
    "activity",
    "bridge",
    "cohorts",
    "concentration",
    "counts",
    "data_check",
    "declared",
    "exposure",
    "key_figures",
    "lateness",
    "lifecycle",
    "loyalty_quadrants",
    "market",
    "note",
    "open_portfolio",
    "payment_terms",
    "price_volume_mix",
    "pricing",
    "profitability",
    "prospecting",
    "purchases",
    "quality",
    "quote",
    "receivables",
    "recovery",
    "recurrence",
    "retention",
    "salespeople",
    "satisfaction",
    "segments",
    "together",
    "wallet",
]
__all__ += chapter_complaints.__all__
__all__ += chapter_data.__all__
__all__ += chapter_dependency.__all__
__all__ += chapter_lifecycle.__all__
__all__ += chapter_market.__all__
__all__ += chapter_payments.__all__
__all__ += chapter_potential.__all__
__all__ += chapter_prices.__all__
__all__ += chapter_profitability.__all__
__all__ += chapter_prospecting.__all__
__all__ += chapter_receivables.__all__
__all__ += chapter_retention.__all__
__all__ += chapter_satisfaction.__all__
__all__ += chapter_segments.__all__
__all__ += chapter_sources.__all__
__all__ += chapter_weights.__all__
