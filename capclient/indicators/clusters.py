"""Groups of similar clients, when the portfolio has any (9).

Floor 4. Clusters describe a portfolio; they decide nothing about one client. They are shown with the evidence
of whether they exist: how separate they are (silhouette) and whether they come back when clients are drawn
again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from capclient.indicators.exact import Limit, compare, number
from capclient.vocabulary import Unknown

# Up to here "no substantial structure has been found": Kaufman and Rousseeuw, Finding Groups in Data, 1990.
FLAT_SILHOUETTE = 0.25
SILHOUETTE_ROWS = 2_000
FARTHEST = 3.0  # scaled values stop here: one giant client is no cluster
FLAGGED_FROM = 0.05  # share of missing values from which their flag is a trait and not a cluster of one
CENTRES_TRIED = 10
CENTRES_TRIED_AGAIN = 3  # for each bootstrap sample, whose fit only has to be good


def _same(values: pd.Series) -> pd.Series:
    return values


def _log(values: pd.Series) -> pd.Series:
    return pd.Series(np.log1p(values.clip(lower=0)))


def _growth(values: pd.Series) -> pd.Series:
    return values.clip(-1, 2)


# Columns used when present, and how each is brought to a comparable shape; the first one orders the clusters.
TRANSFORMS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "revenue_n": _log,
    "growth": _growth,
    "interval_days": _log,
    "ratio": _same,
    "volatility": _same,
    "range_breadth": _same,
    "gross_margin_rate": _same,
    "cost_to_serve_rate": _same,
    "days_late": _same,
    "seniority_years": _same,
    "season_share": _same,
    "price_index": _same,
}

# Answers of the evaluation grid, from the least to the most (3.16), placed from 0 to 1 at equal steps: one end of a
# scale to the other weighs what an interquartile range weighs (Gower's idea for mixed data).
ORDINALS: dict[str, tuple[str, ...]] = {
    "potential_level": ("none", "low", "moderate", "high"),
    "relation_type": ("endangered", "occasional", "recurring", "partnership"),
    "service_need": ("basic", "specialised", "full"),
    "ease": ("challenging", "medium", "easy"),
    "outlook": ("failure", "stability", "growth"),
    "rd_collab": ("none", "emerging", "ongoing"),
    "learning": ("low", "moderate", "high"),
}
ORDINAL_KNOWN = "0.50"  # share of clients whose answer must be known


def ordinal_answers(sheet: pd.DataFrame, *, least_known: Limit = ORDINAL_KNOWN) -> pd.DataFrame:
    """Return the answers of the grid as numbers from 0 to 1, for the questions answered for enough clients.

    >>> sheet = pd.DataFrame({"ease": ["easy", "medium", None], "learning": [None, None, "high"]})
    >>> ordinal_answers(sheet).to_dict("list")
    {'ease': [1.0, 0.5, nan]}
    """
    placed = {}
    for question, scale in ORDINALS.items():
        if question not in sheet:
            continue
        places = {code: place / (len(scale) - 1) for place, code in enumerate(scale)}
        answers = sheet[question].map(places).astype("float64")
        if len(answers) and compare(int(answers.notna().sum()), len(answers), least_known) >= 0:
            placed[question] = answers
    return pd.DataFrame(placed, index=sheet.index)


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Clusters of clients and what they are worth.

    ``labels`` (Int64, 1 to k, by falling median of the first column) is indexed by client, ``profiles``
    (medians in original units) and ``sizes`` by label, ``curve`` (silhouette) by number of clusters.
    ``silhouette`` goes from -1 to 1, ``stability`` is the mean adjusted Rand index of the bootstraps.
    ``reason`` is ``unreliable:no_structure`` when the figures say so, None otherwise. ``scaled`` holds what the
    groups were made of, one row per client in the order of ``labels`` (flags of missing values included), and
    ``centres`` the middle of each group in the same columns.
    """

    labels: pd.Series
    profiles: pd.DataFrame
    sizes: pd.Series
    k: int
    silhouette: float
    stability: float
    curve: pd.Series
    reason: str | None
    scaled: pd.DataFrame
    centres: pd.DataFrame
    fit: tuple[int, ...] = ()

    @property
    def next_best(self) -> int | None:
        """Number of groups that separates the clients best after ``k``; None when no other competed."""
        others = self.curve.drop(self.k)
        others = others[others.index.isin(self.fit)] if self.fit else others
        return None if others.empty else int(str(others.idxmax()))


def cluster_features(customers: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the features that the columns of ``customers`` allow, transformed and in original units (9).

    >>> table = pd.DataFrame({"revenue_n": [0.0, 99.0], "growth": [-3.0, 5.0], "name": ["A", "B"]})
    >>> cluster_features(table)[0].round(2).to_dict("list")
    {'revenue_n': [0.0, 4.61], 'growth': [-1.0, 2.0]}
    """
    present = [column for column in (*TRANSFORMS, *ORDINALS) if column in customers]
    originals = customers[present].astype("float64").replace([np.inf, -np.inf], np.nan)
    present = [column for column in present if originals[column].notna().any()]
    brought = {column: TRANSFORMS.get(column, _same)(originals[column]) for column in present}
    return pd.DataFrame(brought, index=customers.index), originals[present]


def cluster(
    features: pd.DataFrame,
    originals: pd.DataFrame | None = None,
    *,
    ks: tuple[int, int] = (2, 8),
    seed: int,
    bootstraps: int = 20,
    stability: Limit = "0.6",
    minimum: int = 30,
    near: Limit = "0.05",
    least: tuple[int, Limit] = (5, "0.03"),
) -> Clusters | Unknown:
    """Group clients by k-means, with the smallest number of groups that separates them about as well as any (9).

    Parameters
    ----------
    features
        One row per client; missing and infinite values are allowed.
    originals
        The columns that profiles describe, same index; ``features`` by default. The first orders the
        clusters.
    ks
        Smallest and largest number of clusters tried.
    seed
        Of every random draw: equal inputs give equal clusters, whatever the order of rows.
    bootstraps, stability
        Number of samples drawn again, and the mean adjusted Rand index to exceed.
    minimum
        Number of clients below which there is no answer.
    near
        Silhouette by which a smaller number of groups may be under the best and still be preferred.
    least
        Clients, and share of the clients, that each group must hold; where no number of groups allows it, there is no
        structure.

    Returns
    -------
    Clusters
        Or ``Unknown``: ``n_small``, or ``unreliable:no_structure`` when no column tells clients apart.
    """
    from threadpoolctl import threadpool_limits  # installed by scikit-learn, which relies on it

    if len(features) < minimum:
        return Unknown("n_small")
    ordered = features.sort_index(kind="stable")
    table = _scaled(ordered)
    scaled = table.to_numpy()
    distinct = len(np.unique(scaled, axis=0)) if scaled.size else 0
    if distinct <= ks[0]:
        return Unknown("unreliable:no_structure")
    rng = np.random.default_rng(seed)
    sample = np.sort(rng.permutation(len(scaled))[:SILHOUETTE_ROWS])
    with threadpool_limits(limits=1):  # on small arrays threads cost thirty times what they save
        models = {k: _fitted(scaled, k, seed) for k in range(ks[0], min(ks[1], distinct - 1) + 1)}
        curve = pd.Series({k: _silhouette(scaled, model, sample) for k, model in models.items()})
        k, fit = _chosen(models, curve, near=near, least=least)
        found = models[k].predict(scaled)
        again = _stability(scaled, found, k, rng, seed, bootstraps)
    exists = bool(fit) and number(again) > number(stability) and curve[k] > FLAT_SILHOUETTE
    described = (features if originals is None else originals).reindex(ordered.index)
    described = described.replace([np.inf, -np.inf], np.nan)
    labels = _renumbered(pd.Series(found, index=ordered.index), described.iloc[:, 0])
    return Clusters(
        scaled=table.reindex(features.index),
        centres=table.groupby(labels).mean().rename_axis("cluster"),
        labels=labels.reindex(features.index),
        profiles=described.groupby(labels).median().rename_axis("cluster"),
        sizes=labels.value_counts().sort_index().rename_axis("cluster").rename("customers"),
        k=k,
        silhouette=float(curve[k]),
        stability=again,
        curve=curve.rename("silhouette").rename_axis("k"),
        reason=None if exists else "unreliable:no_structure",
        fit=tuple(fit),
    )


def _chosen(
    models: dict[int, Any], curve: pd.Series, *, near: Limit, least: tuple[int, Limit]
) -> tuple[int, list[int]]:
    """Return the smallest number of groups about as sharp as the best, and the numbers whose groups are families.

    Only numbers of groups that leave no group under ``least`` compete; without any, the sharpest one is described.
    """

    def is_family(size: int, total: int) -> bool:
        return size >= least[0] and bool(compare(size, total, least[1]) >= 0)

    fit = [
        k
        for k, model in models.items()
        if all(is_family(int(size), len(model.labels_)) for size in np.bincount(model.labels_, minlength=k))
    ]
    best = max(float(curve[k]) for k in fit or models)
    close = [k for k in fit or models if number(best) - number(float(curve[k])) <= number(near)]
    sharp = [k for k in close if curve[k] > FLAT_SILHOUETTE]  # as sharp as the best, and sharp at all
    return min(sharp or close), fit


MISSING = "missing:"  # prefix of the flag of a feature that is unknown for some clients


def _scaled(features: pd.DataFrame) -> pd.DataFrame:
    """Return features imputed by their median, scaled by their quartiles, with flags for what was missing.

    An answer of the grid keeps its scale of 0 to 1, counted from its median.
    """
    finite = features.astype("float64").replace([np.inf, -np.inf], np.nan)
    columns = {}
    for name in finite:
        values = finite[name]
        filled = values.fillna(values.median())
        if filled.isna().all() or filled.nunique() == 1:
            continue
        quartiles = float(values.quantile(0.75) - values.quantile(0.25))  # of what is known
        spread = 1.0 if name in ORDINALS else quartiles if quartiles > 0 else float(filled.std())
        columns[str(name)] = ((filled - filled.median()) / spread).clip(-FARTHEST, FARTHEST)
        if values.isna().mean() >= FLAGGED_FROM:
            columns[f"{MISSING}{name}"] = values.isna().astype("float64")
    return pd.DataFrame(columns, index=finite.index)


def _fitted(scaled: np.ndarray, k: int, seed: int, tries: int = CENTRES_TRIED) -> Any:
    from sklearn.cluster import KMeans

    return KMeans(n_clusters=k, n_init=tries, random_state=seed).fit(scaled)


def _silhouette(scaled: np.ndarray, model: Any, sample: np.ndarray) -> float:
    from sklearn.metrics import silhouette_score

    labels = model.labels_[sample]
    if len(np.unique(labels)) < 2:  # a tiny cluster missed the sample
        return -1.0
    return round(float(silhouette_score(scaled[sample], labels)), 6)


def _stability(
    scaled: np.ndarray, found: np.ndarray, k: int, rng: np.random.Generator, seed: int, bootstraps: int
) -> float:
    """Return how well clusters of resampled clients agree with those found, on all clients (1 is perfect)."""
    from sklearn.metrics import adjusted_rand_score

    agreements = []
    for _ in range(bootstraps):
        drawn = scaled[rng.integers(0, len(scaled), len(scaled))]
        if len(np.unique(drawn, axis=0)) < k:
            agreements.append(0.0)
            continue
        again = _fitted(drawn, k, seed, CENTRES_TRIED_AGAIN).predict(scaled)
        agreements.append(float(adjusted_rand_score(found, again)))
    return round(float(np.mean(agreements)), 6) if agreements else 0.0


def _renumbered(found: pd.Series, first: pd.Series) -> pd.Series:
    """Number clusters from 1 by falling median of a column, then by falling size, then by first client."""
    order = pd.DataFrame(
        {
            "median": -first.groupby(found).median(),
            "size": -found.value_counts(),
            "client": found.reset_index(drop=True).reset_index().groupby(0)["index"].min(),
        }
    ).sort_values(["median", "size", "client"], kind="stable")
    numbers = {old: new for new, old in enumerate(order.index, start=1)}
    return found.map(numbers).astype("Int64").rename("cluster")
