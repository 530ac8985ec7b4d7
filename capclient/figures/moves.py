"""Who moved between two dates, as ribbons from where clients stood to where they stand (8, 9)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn
from capclient.figures.lettering import customers, listed
from capclient.figures.palette import ACCENT, FAINT, INK, MUTED, OTHERS, PETROL, PETROL_SOFT
from capclient.figures.ribbons import EASE, SMOOTH, spread
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, share

NODES = 8  # a side
REST = "others"
OUTSIDE = ("arrived", "gone")
BAR = 0.045
FADED = 0.01  # flows under this share of the clients are drawn faint


def moves_figure(
    crossed: pd.DataFrame | Unknown,
    *,
    words: str,
    name: str,
    lang: str,
    before: str,
    after: str,
    title: str = "figure.moves.title",
) -> Figure | Notice:
    """Draw the clients of each class a year ago, at the left, and where they are now, at the right.

    Parameters
    ----------
    crossed
        Clients by class before (rows, ``arrived`` last) and now (columns, ``gone`` last), in order, best first.
    words
        Prefix of the sentences that name the classes (``rfm``, ``state``).
    before, after
        Both dates in words.
    title
        Prefix of the sentences that state the finding: those of a year unless told otherwise.
    """
    if isinstance(crossed, Unknown):
        return notice(crossed, lang)
    if not len(crossed) or not int(crossed.to_numpy().sum()):
        return notice(Unknown("n_small"), lang)
    table = merged(crossed)
    total = int(table.to_numpy().sum())
    better, worse, same = sides(crossed)
    facts = {
        "both": customers(better + worse + same, lang),
        "better": count(better, lang),
        "worse": count(worse, lang),
        "before": before,
        "after": after,
        "what": text(f"figure.moves.of.{words}", lang),
    }

    def label(code: str) -> str:
        key = f"figure.moves.{code}" if code in (*OUTSIDE, REST) else f"{words}.{code}"
        return text(key, lang)

    def draw(axes: list[Axes]) -> None:
        _alluvial(axes[0], table, label, total, lang)
        axes[0].set_xticks([0, 1], [before, after])
        axes[0].tick_params(axis="x", labelcolor=MUTED)

    flows = crossed.stack()
    moved = np.array([a != b for a, b in flows.index])
    largest = flows[moved & (flows > 0).to_numpy()].sort_values(ascending=False, kind="stable")
    parts = [
        text("figure.moves.part", lang, n=customers(n, lang), a=label(str(a)), b=label(str(b)))
        for (a, b), n in largest.head(8).items()
    ]
    said = text(f"{title}.{_verdict(better, worse)}", lang, **facts)
    alt = text("figure.moves.alt", lang, **facts, parts=listed(parts, lang))
    return drawn(draw, name=name, title=said, alt=alt, height=430)


def sides(crossed: pd.DataFrame) -> tuple[int, int, int]:
    """Return how many clients of both dates went up, went down and stayed; classes stand best first."""
    inner = crossed.to_numpy()[:-1, :-1]
    return int(np.tril(inner, -1).sum()), int(np.triu(inner, 1).sum()), int(np.trace(inner))


def _verdict(better: int, worse: int) -> str:
    return (
        "none" if not better + worse else "level" if better == worse else "up" if better > worse else "down"
    )


def merged(crossed: pd.DataFrame, most: int = NODES) -> pd.DataFrame:
    """Keep the largest classes, gather the others, and drop those without any client at both dates.

    >>> table = pd.DataFrame([[5, 0, 1], [1, 1, 0], [2, 0, 0]], ["a", "b", "arrived"], ["a", "b", "gone"])
    >>> merged(table, most=2).index.tolist()
    ['a', 'others', 'arrived']
    """
    inside = [code for code in crossed.index if code not in OUTSIDE]
    sizes = {code: int(crossed.loc[code].sum()) + int(crossed[code].sum()) for code in inside}
    seen = [code for code in inside if sizes[code]]
    room = most - 1  # one node stands for who arrived or left
    if len(seen) > room:
        kept = sorted(seen, key=lambda code: -sizes[code])[: room - 1]
        names = {code: code if code in kept else REST for code in seen}
        table = crossed.rename(index=names, columns=names).groupby(level=0).sum().T.groupby(level=0).sum().T
        order = [*(code for code in seen if code in kept), REST]
    else:
        table, order = crossed, seen
    return table.reindex(index=[*order, OUTSIDE[0]], columns=[*order, OUTSIDE[1]], fill_value=0)


def _colour(start: int, end: int, codes: list[str]) -> str:
    if end == len(codes) - 1 or start == len(codes) - 1:
        return OTHERS
    if start == end or REST in (codes[start], codes[end]):
        return PETROL_SOFT
    return PETROL if end < start else ACCENT


def _alluvial(ax: Axes, table: pd.DataFrame, label: object, total: int, lang: str) -> None:
    counts = table.to_numpy(int)
    gap = 0.018 * total
    codes = [str(code) for code in table.index]
    left, right = _stacked(counts.sum(axis=1), gap), _stacked(counts.sum(axis=0), gap)
    out, reach = left.copy(), right.copy()
    for start in range(counts.shape[0]):
        for end in range(counts.shape[1]):
            n = counts[start, end]
            if not n:
                continue
            top, bottom = out[start], reach[end]
            ax.fill_between(
                BAR / 2 + SMOOTH * (1 - BAR),
                top + (bottom - top) * EASE,
                top + n + (bottom - top) * EASE,
                color=_colour(start, end, codes),
                alpha=0.6 if n >= FADED * total else 0.3,
                linewidth=0,
            )
            out[start] += n
            reach[end] += n
    depth = max(left[-1] + counts.sum(axis=1)[-1], right[-1] + counts.sum(axis=0)[-1])
    for x, tops, sizes, names, align in (
        (0, left, counts.sum(axis=1), table.index, "right"),
        (1, right, counts.sum(axis=0), table.columns, "left"),
    ):
        seen = [place for place, size in enumerate(sizes) if size]
        middles = [tops[place] + sizes[place] / 2 for place in seen]
        for place, middle, height in zip(seen, middles, spread(middles, 0.052 * depth, depth), strict=True):
            outside = names[place] in OUTSIDE
            ax.fill_between(
                [x - BAR / 2, x + BAR / 2], tops[place], tops[place] + sizes[place],
                color=FAINT if outside else INK, linewidth=0,
            )  # fmt: skip
            edge, side = x + (BAR / 2 if x else -BAR / 2), 1 if x else -1
            ax.plot(
                [edge, edge + side * 0.02, edge + side * 0.035], [middle, height, height],
                color=FAINT, linewidth=0.8, clip_on=False,
            )  # fmt: skip
            words = label(str(names[place]))  # type: ignore[operator]
            said = f"{words}  {count(int(sizes[place]), lang)} ({share(sizes[place] / max(sizes.sum(), 1), lang, 0)})"
            ax.text(
                edge + side * 0.045, height, said, ha=align, va="center", fontsize=8.8,
                color=MUTED if outside else INK,
            )  # fmt: skip
    ax.set(xlim=(-BAR, 1 + BAR), ylim=(depth * 1.01, -depth * 0.01))
    ax.yaxis.set_visible(False)
    ax.grid(visible=False)
    for spine in ("left", "bottom"):
        ax.spines[spine].set_visible(False)


def _stacked(sizes: np.ndarray, gap: float) -> np.ndarray:
    """Return the top of each node, from 0 downwards; empty nodes take no room."""
    tops, reached = [], 0.0
    for size in sizes:
        tops.append(reached)
        reached += float(size) + (gap if size else 0.0)
    return np.asarray(tops)
