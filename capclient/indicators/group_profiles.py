"""What each group of clients looks like: its traits, who is typical of it, who stands between two (9).

Floor 4. A trait is a column on which the median of a group departs from that of the portfolio; the departure is counted
in robust units, the interquartile range of the portfolio, so that a feature in euros and one in days compare.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capclient.indicators.clusters import FARTHEST, MISSING, Clusters

Trait = tuple[str, str]  # a feature, and ``high`` or ``low``
MARKED = 0.75  # robust units from which a departure is worth a word
WORDS = 2  # traits in a name, unless two groups would bear the same
APART = 0.02  # share of the clients under which a group is a case apart, not a family


def group_gaps(clusters: Clusters) -> pd.DataFrame:
    """Return how far the median of each group stands from that of the portfolio, in robust units.

    Returns
    -------
    DataFrame
        Groups by features, without the flags of missing values; 0 where a group is like the portfolio. Values stop at
        ``FARTHEST``, as those that made the groups.
    """
    measured = clusters.scaled[[name for name in clusters.scaled if not str(name).startswith(MISSING)]]
    gaps = measured.groupby(clusters.labels).median() - measured.median()
    return gaps.rename_axis("cluster")


def group_traits(gaps: pd.DataFrame) -> dict[int, tuple[Trait, ...]]:
    """Return the one or two traits that name each group, most marked first; no two groups bear the same.

    A group near the portfolio on everything has none. Where two groups would share their traits, each takes its next
    one, then one more; equal profiles stay equal, and the caller tells them by their number.

    Examples
    --------
    The first group is large and regular, the second has nothing of its own:

    >>> gaps = pd.DataFrame({"revenue_n": [2.0, 0.1], "volatility": [-1.0, 0.0]}, index=[1, 2])
    >>> group_traits(gaps)
    {1: (('revenue_n', 'high'), ('volatility', 'low')), 2: ()}
    """
    ranked = {label: _ranked(row) for label, row in gaps.iterrows()}
    counts = {
        label: sum(abs(float(str(gaps.at[label, feature]))) >= MARKED for feature, _ in traits[:WORDS])
        for label, traits in ranked.items()
    }
    while True:
        named = {label: traits[: counts[label]] for label, traits in ranked.items()}
        twins = [
            label
            for label, traits in named.items()
            if sum(set(traits) == set(other) for other in named.values()) > 1
            and counts[label] < len(ranked[label])
        ]
        if not twins:
            return {int(str(label)): traits for label, traits in named.items()}
        for label in twins:
            counts[label] += 1


def _ranked(row: pd.Series) -> tuple[Trait, ...]:
    """Traits of a group by falling departure, ties in the order of the columns."""
    order = row.abs().sort_values(ascending=False, kind="stable").index
    return tuple((str(name), "high" if row[name] > 0 else "low") for name in order if row[name] != 0)


def apart(clusters: Clusters) -> list[int]:
    """Return the groups so small that they are cases apart."""
    least = max(2.0, APART * float(clusters.sizes.sum()))
    return [int(str(label)) for label, size in clusters.sizes.items() if size <= least]


def places(clusters: Clusters) -> pd.DataFrame:
    """Return how close each client is to its own group and to the next one.

    Returns
    -------
    DataFrame
        Indexed by client: ``cluster``, ``distance`` to the middle of its group, ``nearest_other`` (label of the next
        group) and ``margin``: 1 - distance / distance to that group, 0 when it stands exactly between the two.
    """
    points, centres = clusters.scaled.to_numpy(), clusters.centres.to_numpy()
    gaps = np.sqrt(((points[:, None, :] - centres[None]) ** 2).sum(axis=2))
    labels = clusters.centres.index.to_numpy()
    own = np.searchsorted(labels, clusters.labels.to_numpy(dtype="int64"))
    rows = np.arange(len(points))
    mine = gaps[rows, own]
    others = gaps.copy()
    others[rows, own] = np.inf
    nearest = others.argmin(axis=1)
    beyond = others[rows, nearest]
    margin = np.where(beyond > 0, 1 - mine / np.where(beyond > 0, beyond, 1), 0.0)
    return pd.DataFrame(
        {
            "cluster": clusters.labels,
            "distance": mine.round(9),
            "nearest_other": pd.array(labels[nearest], dtype="Int64"),
            "margin": margin.round(9),
        },
        index=clusters.scaled.index,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """``points``: ``x`` and ``y`` of each client on the two directions that spread clients most; ``shares`` of the
    spread that each keeps, 0 to 1; ``leading``: the features that weigh most on each, heaviest first.
    """

    points: pd.DataFrame
    shares: tuple[float, float]
    leading: tuple[tuple[Trait, ...], tuple[Trait, ...]]


def principal_axes(clusters: Clusters, *, most: int = 2) -> Axes:
    """Return the map of clients on their two principal axes; the heaviest feature of an axis grows along it."""
    centred = clusters.scaled - clusters.scaled.mean()
    _, singular, directions = np.linalg.svd(centred.to_numpy(), full_matrices=False)
    spread = singular**2 / max(float((singular**2).sum()), 1e-12)
    columns, shares, leading = [], [], []
    for place in range(2):
        weights = directions[place] if place < len(directions) else np.zeros(centred.shape[1])
        heaviest = int(np.abs(weights.round(9)).argmax())
        weights = weights * (1 if weights[heaviest] >= 0 else -1)
        columns.append((centred.to_numpy() @ weights).round(9))
        shares.append(float(spread[place]) if place < len(spread) else 0.0)
        order = [int(n) for n in np.argsort(-np.abs(weights.round(9)), kind="stable")]
        known = [n for n in order if not str(centred.columns[n]).startswith(MISSING)][:most]
        leading.append(tuple((str(centred.columns[n]), "high" if weights[n] > 0 else "low") for n in known))
    points = pd.DataFrame({"x": columns[0], "y": columns[1]}, index=centred.index)
    return Axes(points, (shares[0], shares[1]), (leading[0], leading[1]))


def extremes(clusters: Clusters) -> pd.DataFrame:
    """List the clients beyond the reach of the scale on some trait: ``client``, ``feature``, ``side``."""
    measured = clusters.scaled[[name for name in clusters.scaled if not str(name).startswith(MISSING)]]
    rows, columns = np.nonzero(measured.abs().to_numpy() >= FARTHEST)
    return pd.DataFrame(
        {
            "client": measured.index[rows],
            "feature": measured.columns[columns],
            "side": np.where(measured.to_numpy()[rows, columns] > 0, "high", "low"),
        }
    )
