"""A figure is a picture, the sentence that states its finding, and its description in words."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from capclient.figures.palette import RC
from capclient.templates import render
from capclient.vocabulary import Unknown
from capclient.wording import LANGUAGES, text

WIDTH = 760  # CSS pixels: the column of the report
CSS_DPI = 96
LEAST_TEXT = 10.0  # CSS pixels: smaller letters are hardly read on a phone
MATRIX = "matrix"  # mark of axes whose rows bear names
SHARPNESS = 1.75  # device pixels for one CSS pixel: sharp on screen, 190 dots an inch on A4


@dataclass(frozen=True, slots=True)
class Strip:
    """Part of a picture: ``png``, its ``start`` and ``share`` of the width, its ``shape``: width over height."""

    png: bytes
    start: float
    share: float
    shape: float

    @property
    def data(self) -> str:
        """The picture as text for a page."""
        return b64encode(self.png).decode("ascii")


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing that shows itself in JupyterLab and in the report with the same HTML.

    Parameters
    ----------
    name
        Identifier, unique in a report: ``pareto`` gives the anchor ``fig-pareto``.
    title
        Sentence that states the finding.
    alt
        The data in words, with the main numbers, for who does not see the picture.
    png
        The picture; ``width`` and ``height`` are CSS pixels.
    least
        Width in CSS pixels under which its smallest letters could not be read: a narrower screen slides it.
    rows
        Picture of the names of the rows of a matrix, None for any other drawing: they stay while it slides.
    """

    name: str
    title: str
    alt: str
    png: bytes = field(repr=False)
    width: int
    height: int
    least: int = WIDTH
    rows: Strip | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.title.strip() or not self.alt.strip():
            raise ValueError(f"figure {self.name!r} needs a title and a text alternative")

    def html(self) -> str:
        """Return the figure as HTML, with the picture inside."""
        return str(render("figure.html.j2", lang="fr", figure=self, data=b64encode(self.png).decode("ascii")))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": f"{self.title}\n{self.alt}"}


def drawn(
    draw: Callable[[list[Axes]], None],
    *,
    name: str,
    title: str,
    alt: str,
    height: int = 380,
    grid: tuple[int, int] = (1, 1),
    share_rows: bool = False,
) -> Figure:
    """Draw once, at the size shown, and return the figure.

    Nothing here touches the state of pyplot, and the settings of the user's matplotlib do not reach the
    picture; it carries no date and no software name, so two draws give the same bytes.

    Parameters
    ----------
    draw
        Receives the axes, row by row.
    grid, share_rows
        Rows and columns of axes, and whether the axes of a row share their vertical scale.
    """
    with style.context(["default", RC], after_reset=False):
        canvas = Canvas(figsize=(WIDTH / CSS_DPI, height / CSS_DPI), dpi=CSS_DPI * SHARPNESS)
        canvas.set_layout_engine("constrained", w_pad=0.06, h_pad=0.06, wspace=0.04, hspace=0.06)
        FigureCanvasAgg(canvas)
        axes = canvas.subplots(*grid, squeeze=False, sharey="row" if share_rows else False)
        draw([axis for row in axes for axis in row])
        file = BytesIO()
        canvas.savefig(file, format="png", metadata={"Software": None})
        least = _least_width(canvas)
        rows = _row_names(canvas, axes[0][0]) if axes[0][0].get_gid() == MATRIX else None
        canvas.clear()
    return Figure(name, _begun(title), alt, file.getvalue(), WIDTH, height, least, rows)


def _row_names(canvas: Canvas, axis: Axes) -> Strip:
    """Cut out of a drawing the names at the left of a matrix."""
    left = min(words.get_window_extent().x0 for words in axis.get_yticklabels()) - 4 * SHARPNESS
    box = Bbox.from_extents(max(left, 0.0), 0.0, axis.get_window_extent().x0, canvas.bbox.height)
    file = BytesIO()
    inches = box.transformed(canvas.dpi_scale_trans.inverted())
    canvas.savefig(file, format="png", bbox_inches=inches, pad_inches=0, metadata={"Software": None})
    whole = canvas.bbox.width
    return Strip(file.getvalue(), box.x0 / whole, box.width / whole, box.width / box.height)


def _least_width(canvas: Canvas) -> int:
    """Return the width at which the smallest letters of a drawing keep :data:`LEAST_TEXT` pixels, its own at most."""
    written = [
        float(words.get_fontsize())
        for words in canvas.findobj(Text)
        if isinstance(words, Text) and words.get_visible() and words.get_text().strip()
    ]
    smallest = min(written, default=WIDTH) * CSS_DPI / 72
    return min(WIDTH, math.ceil(WIDTH * LEAST_TEXT / smallest))


def _begun(title: str) -> str:
    """Give its capital to « aucun client » where it begins a title; the name of a client keeps its letters."""
    none = tuple(text("customers.none", lang) for lang in LANGUAGES)
    return title[:1].upper() + title[1:] if title.startswith(none) else title


def unusable(data: pd.DataFrame | pd.Series | Unknown) -> Unknown | None:
    """Return why there is nothing to draw: the reason given, or no value at all; None when there is."""
    if isinstance(data, Unknown):
        return data
    numbers = data.to_frame() if isinstance(data, pd.Series) else data
    numbers = numbers.select_dtypes("number")
    return Unknown("not_applicable") if numbers.empty or not numbers.notna().any(axis=None) else None
