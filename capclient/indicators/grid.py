"""The evaluation grid of a client: ten criteria, what is known of each, and between which bounds its mark lies (D21).

Floor 4. A missing answer is not a middling one: it leaves a range, from the worst level to the best. What the figures
measure wins over what is declared, and what is declared over what the figures only suggest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from capclient.indicators.exact import Limit, number

MARKS = 100
REAL, DECLARED, ESTIMATED = "real", "declared", "estimated"
QUARTERS = 4
RELATION, OUTLOOK = "relation_type", "outlook"
REASONS_TO_BUY = {  # words of the sheet, without accents, that name what a client decides on
    "total_cost": ("cout total", "cout global", "cycle de vie", "tco", "total cost", "life cycle"),
    "price": ("prix", "tarif", "remise", "price", "cheap"),
    "ease": ("facilite", "facile", "simplicite", "delai", "disponibilite", "proximite", "ease", "delivery"),
    "trust": ("confiance", "relation", "conseil", "reference", "trust", "advice"),
    "quality": ("qualite", "fiabilite", "technique", "performance", "quality", "reliab"),
}


def reasons_to_buy(words: object) -> tuple[str, ...]:
    """Return what a client decides on, from the words of the sheet: several reasons may be told at once (D05).

    Words that name none of the five reasons of the text are ``other``; a blank is no answer.

    >>> [reasons_to_buy(words) for words in ("Facilité ; prix", "Coût total", "le hasard", None)]
    [('price', 'ease'), ('total_cost',), ('other',), ()]
    """
    if not isinstance(words, str) or not words.strip():
        return ()
    plain = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    bare = " ".join(re.findall(r"[a-z0-9]+", plain))
    found = tuple(
        code for code, roots in REASONS_TO_BUY.items() if any(f" {root}" in f" {bare}" for root in roots)
    )
    return found or ("other",)


def chosen_levels(
    declared: pd.DataFrame, real: pd.DataFrame, estimated: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the level kept by client and criterion, and where it comes from: real, else declared, else estimated.

    Parameters
    ----------
    declared, real, estimated
        One row a client, one column a criterion, level codes; missing where nothing is known. The index is that of
        ``declared``, and so are the columns.

    Examples
    --------
    >>> said = pd.DataFrame({"ease": ["easy", None], "outlook": ["growth", None]}, index=["C1", "C2"])
    >>> levels, sources = chosen_levels(said, pd.DataFrame({"outlook": {"C1": "failure"}}), pd.DataFrame())
    >>> levels.loc["C1"].tolist(), sources.loc["C1"].tolist(), int(levels.notna().sum().sum())
    (['easy', 'failure'], ['declared', 'real'], 2)
    """
    levels = pd.DataFrame(index=declared.index, columns=declared.columns, dtype="object")
    sources = levels.copy()
    for source, frame in ((REAL, real), (DECLARED, declared), (ESTIMATED, estimated)):
        given = frame.reindex(index=declared.index, columns=declared.columns).astype("object")
        new = levels.isna() & given.notna()
        levels, sources = levels.where(~new, given), sources.where(~new, source)
    return levels.where(levels.notna(), None), sources.where(sources.notna(), None)


def level_points(levels: pd.DataFrame, points: Mapping[str, Mapping[str, Limit]]) -> pd.DataFrame:
    """Return the points of each answer, 0 to 1, missing where there is none; several reasons to buy count their mean.

    >>> level_points(pd.DataFrame({"ease": ["easy", None]}), {"ease": {"easy": 1, "medium": "0.5"}}).ease.tolist()
    [1.0, nan]
    >>> told = pd.DataFrame({"decision_criteria": ["price;trust", "chance"]})
    >>> level_points(told, {"decision_criteria": {"price": 0, "trust": 1}}).decision_criteria.tolist()
    [0.5, nan]
    """
    table = {}
    for name in levels.columns:
        scale = {code: float(number(value)) for code, value in points[name].items()}
        marks = {
            said: float(np.mean(known))
            for said in levels[name].dropna().unique()
            if (known := [scale[code] for code in str(said).split(";") if code in scale])
        }
        table[name] = levels[name].map(marks).astype("float64")
    return pd.DataFrame(table, index=levels.index)


def grid_marks(
    answers: pd.DataFrame, weights: Mapping[str, Limit], points: Mapping[str, Mapping[str, Limit]]
) -> pd.DataFrame:
    """Return the mark of each client out of 100, as a range from the worst to the best that its blanks allow (D21).

    Parameters
    ----------
    answers
        Points of each answer (see :func:`level_points`), one column a criterion.
    weights
        Of each criterion; those at 0 are left out.
    points
        Of each level: the worst and the best of a criterion bound what a blank may hide.

    Returns
    -------
    DataFrame
        Indexed like ``answers``: ``low``, ``high`` (0 to 100; equal when every criterion is answered), ``middle`` and
        ``answered`` (share of the weights).

    Examples
    --------
    >>> answers = pd.DataFrame({"ease": [1.0, 0.5], "outlook": [1.0, None]})
    >>> points = {"ease": {"easy": 1, "hard": 0}, "outlook": {"growth": 1, "failure": 0}}
    >>> grid_marks(answers, {"ease": 1, "outlook": 3}, points).values.tolist()
    [[100.0, 100.0, 100.0, 1.0], [12.5, 87.5, 50.0, 0.25]]
    """
    share = _shares(weights, answers)
    low, high, known = (pd.Series(0.0, index=answers.index) for _ in range(3))
    for name, weight in share.items():
        scale = [float(number(value)) for value in points[name].values()]
        low += weight * answers[name].fillna(min(scale))
        high += weight * answers[name].fillna(max(scale))
        known += weight * answers[name].notna()
    low, high = (MARKS * low).round(10), (MARKS * high).round(10)
    return pd.DataFrame({"low": low, "high": high, "middle": (low + high) / 2, "answered": known.round(12)})


def rank_sensitivity(
    answers: pd.DataFrame,
    weights: Mapping[str, Limit],
    points: Mapping[str, Mapping[str, Limit]],
    *,
    change: Limit = "0.50",
) -> pd.DataFrame:
    """Return the share of clients that change quarter of the ranking when the weight of one criterion is moved (D21).

    Clients are ranked by the middle of their range, ties together; the first quarter is the best.

    Returns
    -------
    DataFrame
        Indexed by criterion, those without weight left out: ``less`` and ``more``, shares of the clients.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1.0, 0.9, 0.1, 0.0], "b": [0.0, 0.1, 0.9, 1.0]})
    >>> points = {"a": {"x": 1, "y": 0}, "b": {"x": 1, "y": 0}}
    >>> rank_sensitivity(answers, {"a": 1, "b": "0.9"}, points).to_dict("index")
    {'a': {'less': 1.0, 'more': 0.0}, 'b': {'less': 0.0, 'more': 1.0}}
    """
    used = {
        name: number(weight) for name, weight in weights.items() if number(weight) > 0 and name in answers
    }
    before = rank_quarters(grid_marks(answers, used, points).middle)
    step = number(change)
    rows = {}
    for name, weight in used.items():
        moved = []
        for factor in (1 - step, 1 + step):
            changed = used | {name: weight * factor}
            after = (
                before
                if not any(changed.values())
                else rank_quarters(grid_marks(answers, changed, points).middle)
            )
            moved.append(float((after != before).mean()) if len(before) else 0.0)
        rows[name] = moved
    return pd.DataFrame.from_dict(rows, orient="index", columns=["less", "more"], dtype="float64")


def rank_quarters(marks: pd.Series) -> pd.Series:
    """Return the quarter of each client in the ranking, 1 for the best; clients with one mark share the same quarter.

    >>> rank_quarters(pd.Series([90.0, 70.0, 70.0, 10.0])).tolist()
    [1, 2, 2, 4]
    """
    order = marks.round(9).rank(method="min", ascending=False)
    return ((order - 1) * QUARTERS // max(len(marks), 1) + 1).astype("int64")


def disagreements(
    declared: pd.DataFrame,
    real: pd.DataFrame,
    estimated: pd.DataFrame,
    *,
    scales: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """List the answers that are declared and that figures deny.

    A measure denies any other level. What figures only suggest denies a level two steps away or more, and any other
    type of relation, but never an outlook: that of a client is not that of its market. A partnership that behaves like
    a recurring client is no disagreement: figures do not see a partner.

    Parameters
    ----------
    scales
        Levels of each criterion that has a scale, in order; the others are never denied.

    Returns
    -------
    DataFrame
        One row a client and criterion: index of ``declared``, ``criterion``, ``declared``, ``seen`` and ``source``.

    Examples
    --------
    >>> said = pd.DataFrame({"outlook": ["growth", "stability"]}, index=["C1", "C2"])
    >>> levels = {"outlook": ["growth", "stability", "failure"]}
    >>> seen = pd.DataFrame({"outlook": {"C1": "failure"}})
    >>> disagreements(said, seen, pd.DataFrame(), scales=levels).reset_index().values.tolist()
    [['C1', 'outlook', 'growth', 'failure', 'real']]
    >>> hint = pd.DataFrame({"outlook": {"C1": "stability", "C2": "growth"}})
    >>> len(disagreements(said, pd.DataFrame(), hint, scales=levels))
    0
    """
    found = []
    for name, levels in scales.items():
        if name not in declared:
            continue
        said = declared[name]
        measured = _column(real, name, said.index)
        seen = measured.where(measured.notna(), _column(estimated, name, said.index))
        place = {level: step for step, level in enumerate(levels)}
        apart = (said.map(place).astype("float64") - seen.map(place).astype("float64")).abs()
        guess = {RELATION: 1, OUTLOOK: len(levels)}.get(name, 2)  # a market says nothing of one client
        least = np.where(measured.notna(), 1, guess)
        differs = (apart >= least) & ~(said.eq("partnership") & seen.eq("recurring"))
        source = pd.Series(REAL, index=said.index).where(measured.notna(), ESTIMATED)
        rows = pd.DataFrame({"criterion": name, "declared": said, "seen": seen, "source": source})
        found.append(rows[differs.fillna(False).astype(bool)])
    return pd.concat(found) if found else pd.DataFrame(columns=["criterion", "declared", "seen", "source"])


def _column(frame: pd.DataFrame, name: str, index: pd.Index) -> pd.Series:
    if name not in frame:
        return pd.Series(None, index=index, dtype="object")
    return frame[name].reindex(index).astype("object")


def _shares(weights: Mapping[str, Limit], answers: pd.DataFrame) -> dict[str, float]:
    used = {name: number(weight) for name, weight in weights.items() if name in answers}
    total = sum(used.values())
    return {name: float(weight / total) for name, weight in used.items() if weight > 0} if total else {}
