"""The few names a notebook uses: open a portfolio, look at a theme, draw it, say it.

Floor 7. ``open_portfolio`` sets the company and the language of the notebook; everything else follows them.
"""

from capclient.notebook.chapter_data import (
    capabilities_table,
    duplicates_table,
    files_table,
    lines_figure,
    months_figure,
    oddities_table,
    pairs_table,
    reconciliations_table,
    rejects_table,
)
from capclient.notebook.chapter_lifecycle import (
    moves_table,
    stage_list,
    stages_figure,
    stages_table,
    transitions_figure,
)
from capclient.notebook.chapter_segments import (
    at_risk_table,
    clusters_figure,
    clusters_table,
    rfm_figure,
    rfm_list,
    rfm_table,
    seasonal_table,
    silence_figure,
    silhouette_figure,
    states_figure,
    states_table,
)
from capclient.notebook.chapter_sources import (
    documents_table,
    limits_table,
    matching_table,
    review_table,
)
from capclient.notebook.chapter_weights import (
    abc_figure,
    history_figure,
    lorenz_figure,
    pareto_figure,
    salespeople_table,
    segment_table,
    stress_table,
    top_table,
    winback_table,
)
from capclient.notebook.desk import data_check, key_figures, note, open_portfolio
from capclient.notebook.listing import quote
from capclient.themes import activity, concentration, counts, lifecycle, quality, segments

__all__ = [
    "abc_figure",
    "activity",
    "at_risk_table",
    "capabilities_table",
    "clusters_figure",
    "clusters_table",
    "concentration",
    "counts",
    "data_check",
    "documents_table",
    "duplicates_table",
    "files_table",
    "history_figure",
    "key_figures",
    "lifecycle",
    "limits_table",
    "lines_figure",
    "lorenz_figure",
    "matching_table",
    "months_figure",
    "moves_table",
    "note",
    "oddities_table",
    "open_portfolio",
    "pairs_table",
    "pareto_figure",
    "quality",
    "quote",
    "reconciliations_table",
    "rejects_table",
    "review_table",
    "rfm_figure",
    "rfm_list",
    "rfm_table",
    "salespeople_table",
    "seasonal_table",
    "segment_table",
    "segments",
    "silence_figure",
    "silhouette_figure",
    "stage_list",
    "stages_figure",
    "stages_table",
    "states_figure",
    "states_table",
    "stress_table",
    "top_table",
    "transitions_figure",
    "winback_table",
]
