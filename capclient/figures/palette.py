"""Colours and lettering of every figure.

One neutral family (petrol), one accent (rust): told apart by the colour-blind, and by lightness on a grey
print. The same values stand in ``reports/template/report.css``.
"""

from __future__ import annotations

from matplotlib.colors import LinearSegmentedColormap

INK = "#1c2b36"
MUTED = "#5a6872"
FAINT = "#9aa7af"
GRID = "#e4e9ec"
PETROL = "#1f5468"
PETROL_MID = "#5e8c9d"
PETROL_SOFT = "#a9c6d0"
PETROL_PALE = "#dfeaee"
ACCENT = "#b9511c"
ACCENT_SOFT = "#e7b291"
OTHERS = "#d3d9dd"

# From the best state to the worst; lightness and the accent keep the order on a grey print.
STATE_COLOURS = {
    "active": PETROL, "watch": PETROL_MID, "at_risk": ACCENT, "inactive": ACCENT_SOFT, "lost": OTHERS,
}  # fmt: skip
STAGE_COLOURS = {
    "childhood": PETROL_SOFT, "adolescence": PETROL_MID, "adult": PETROL, "old_age": ACCENT,
    "lost": ACCENT_SOFT, "occasional": FAINT, "undetermined": OTHERS,
}  # fmt: skip
RIBBONS = (PETROL, "#3b7084", PETROL_MID, "#82a8b6", PETROL_SOFT, "#c6dae1", PETROL_PALE)
SEQUENTIAL = LinearSegmentedColormap.from_list(
    "petrol", ["#f4f8f9", PETROL_SOFT, PETROL_MID, PETROL, "#123643"]
)

RC: dict[str, object] = {
    "font.family": ["DejaVu Sans"],  # travels with matplotlib: same picture on every machine
    "font.size": 9.4,
    "text.parse_math": False,  # a client called "A$1 & B$2" is a name, not a formula
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 9,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.titlesize": 9.8,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "hatch.color": "#ffffff",
    "hatch.linewidth": 1.6,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "figure.facecolor": "#ffffff",
    "savefig.facecolor": "#ffffff",
}
