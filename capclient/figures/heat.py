"""Heat maps whose cells say their number, readable on a grey print."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize

from capclient.figures.figure import MATRIX
from capclient.figures.palette import FAINT, INK, SEQUENTIAL
from capclient.wording.numbers import count


def heat(axis: Axes, counts: pd.DataFrame, lang: str, *, colour: pd.DataFrame | None = None) -> None:
    """Draw counts as cells; the colour follows ``colour`` (the counts themselves when absent).

    Cells at zero stay white with a faint dot, so that an empty cell and a small one differ.
    """
    import seaborn as sns  # heavy: only who draws with it waits for it

    shades = (counts if colour is None else colour).astype(float).where(counts > 0)
    positive = shades.to_numpy()[np.isfinite(shades.to_numpy()) & (shades.to_numpy() > 0)]
    low, high = (positive.min(), positive.max()) if positive.size else (1.0, 1.0)
    norm = LogNorm(low, high) if high > 20 * low else Normalize(0 if low > 0 else low, max(high, low + 1e-9))
    painted = shades.where(shades > 0, low if positive.size else 0.0).where(counts > 0)
    sns.heatmap(painted, ax=axis, cmap=SEQUENTIAL, norm=norm, cbar=False, linewidths=2, linecolor="white")
    numbers, paints = counts.to_numpy(int), painted.to_numpy(float)
    for row in range(counts.shape[0]):
        for column in range(counts.shape[1]):
            number, shade = int(numbers[row, column]), float(paints[row, column])
            dark = number > 0 and norm(shade) > 0.5
            axis.text(
                column + 0.5,
                row + 0.5,
                count(number, lang) if number else "·",
                ha="center",
                va="center",
                color="white" if dark else INK if number else FAINT,
                fontweight="bold" if number else "normal",
            )
    axis.grid(visible=False)
    axis.set_gid(MATRIX)
    axis.tick_params(labelcolor=INK, rotation=0)
    for spine in axis.spines.values():
        spine.set_visible(False)
