"""Figures: each is a picture, the sentence of its finding and its text alternative.

Floor 6, the only room that imports matplotlib and seaborn. Every function takes a frame of a theme (or the
:class:`~capclient.vocabulary.Unknown` that stands in its place) and returns a :class:`Figure`, or a
:class:`~capclient.notices.Notice` that says what is missing.
"""

from capclient.figures.activity import silence_figure, states_figure
from capclient.figures.concentration import abc_figure, lorenz_figure, pareto_figure, weights_history_figure
from capclient.figures.data import lines_figure, months_figure
from capclient.figures.figure import Figure
from capclient.figures.lifecycle import stages_figure, transitions_figure
from capclient.figures.segments import clusters_figure, rfm_figure, silhouette_figure

__all__ = [
    "Figure",
    "abc_figure",
    "clusters_figure",
    "lines_figure",
    "lorenz_figure",
    "months_figure",
    "pareto_figure",
    "rfm_figure",
    "silence_figure",
    "silhouette_figure",
    "stages_figure",
    "states_figure",
    "transitions_figure",
    "weights_history_figure",
]
