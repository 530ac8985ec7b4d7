"""What open prospects promise: probability by stage, weighted pipeline, cycle and velocity (12.2, 12.3, 12.5).

Floor 4.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd

from capclient.indicators.cohorts import kaplan_meier, median_survival
from capclient.indicators.exact import Limit, cents, number
from capclient.vocabulary import Unknown

BEYOND = np.inf  # a prospect won in a stage that has no rank has passed through all those that have one


def stage_history(prospects: pd.DataFrame, *, least: int = 30) -> pd.DataFrame:
    """Return, for each stage, the share of the prospects that stood in it and were won (12.2).

    A sheet keeps the last stage of a prospect only. A deal won in negotiation has been a first contact too: a
    stage counts every decided prospect that reached it, not those alone that ended there, or first contacts would
    never be won. Stages are ranked by the median probability declared for their open prospects (0 and 1
    apart). What was won in a stage without rank (« signed ») is beyond every rank; what was lost in one (« lost »)
    counts against every stage, as far as some losses say where they happened: otherwise nothing is observed. When
    nobody declares a probability, a stage knows its own prospects only, and nothing is observed either if the sheet
    moves prospects to a stage of their own once they are decided.

    Parameters
    ----------
    prospects
        ``stage``, ``probability`` (0 to 1), both may be missing, and ``state`` of
        :func:`capclient.indicators.prospecting.prospect_state`.
    least
        Decided prospects under which a stage has no observed probability.

    Returns
    -------
    DataFrame
        Indexed by stage in the order of the funnel: ``declared`` (median, missing when nobody says), ``open``,
        ``reached`` (decided prospects that stood there), ``won`` (of these), ``observed`` (missing under ``least``).

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "stage": ["Contact", "Offer"] + ["Contact"] * 30 + ["Offer"] * 30,
    ...     "probability": [0.2, 0.6] + [None] * 60,
    ...     "state": ["open", "open"] + ["lost"] * 30 + ["lost"] * 10 + ["won"] * 20})
    >>> stage_history(rows)[["reached", "won", "observed"]].round(3).values.tolist()
    [[60.0, 20.0, 0.333], [30.0, 20.0, 0.667]]
    """
    live = prospects[prospects["state"] == "open"]
    between = prospects["probability"].between(0, 1, inclusive="neither")
    told = prospects[between & prospects["state"].eq("open")].groupby("stage")["probability"].median()
    rank = told.rank(method="dense")
    decided = prospects[prospects["state"].isin(["won", "lost"])]
    names = sorted(set(live["stage"].dropna()) | set(decided["stage"].dropna()))
    order = sorted(names, key=lambda name: (float(rank.get(name, BEYOND)), name))
    placed = decided["stage"].map(rank).astype("float64")
    won = decided["state"].eq("won")
    lost_nowhere = bool((~won).any()) and not (placed.notna() & ~won).any()
    told_nothing = lost_nowhere if len(rank) else _has_final_stages(decided, live)
    reach = placed.where(placed.notna(), BEYOND)
    rows = []
    for name in order:
        stood = reach.ge(float(rank[name])) if name in rank else decided["stage"].eq(name)
        n, wins = int(stood.sum()), int((stood & won).sum())
        known = n >= max(least, 1) and not told_nothing and (name in rank or not len(rank))
        observed = wins / n if known else np.nan
        rows.append((told.get(name, np.nan), int(live["stage"].eq(name).sum()), n, wins, observed))
    columns = ["declared", "open", "reached", "won", "observed"]
    return pd.DataFrame(rows, index=pd.Index(order, name="stage", dtype="object"), columns=columns)


def _has_final_stages(decided: pd.DataFrame, live: pd.DataFrame) -> bool:
    """Tell whether a stage holds nothing but prospects won, or lost: the others do not know what became of theirs."""
    outcomes = decided[~decided["stage"].isin(live["stage"])].groupby("stage")["state"].nunique()
    return bool(outcomes.eq(1).any())


def open_prospects(
    prospects: pd.DataFrame,
    history: pd.DataFrame,
    *,
    as_of: date,
    cycle: float | Unknown,
    stale_cycles: Limit = 2,
) -> pd.DataFrame:
    """Return the open prospects with their age, their probability and where it comes from (12.2).

    Parameters
    ----------
    prospects
        ``created``, ``stage``, ``amount``, ``probability``, ``state``.
    history
        Result of :func:`stage_history`: its observed probability is preferred to the declared one.
    cycle
        Median days to win; a prospect open for more than ``stale_cycles`` of them is stale. Unknown: nobody is.

    Returns
    -------
    DataFrame
        The open rows, with ``age_days`` (missing without creation date), ``is_stale``, ``chance`` (0 to 1, may be
        missing) and ``chance_source`` (``observed``, ``declared`` or ``unknown``).
    """
    rows = prospects[prospects["state"] == "open"].copy()
    rows["age_days"] = (pd.Timestamp(as_of) - rows["created"]).dt.days
    if isinstance(cycle, Unknown):
        rows["is_stale"] = False
    else:
        limit = number(stale_cycles) * number(cycle)
        rows["is_stale"] = [age == age and Fraction(int(age)) > limit for age in rows["age_days"]]
    seen = rows["stage"].map(history["observed"]).astype("float64")
    own = rows["probability"].astype("float64")
    rows["chance"] = seen.fillna(own)
    rows["chance_source"] = np.where(seen.notna(), "observed", np.where(own.notna(), "declared", "unknown"))
    return rows


def weighted(amounts: pd.Series, chances: pd.Series) -> float:
    """Return the sum of amounts times probabilities, in euros; what lacks either counts for nothing (12.2).

    >>> weighted(pd.Series([100.0, 200.0, 50.0]), pd.Series([0.9, 0.5, 0.2]))
    200.0
    """
    both = amounts.notna() & chances.notna()
    whole = cents(amounts[both].astype("float64"))
    total = sum((int(a) * number(float(p)) for a, p in zip(whole, chances[both], strict=True)), Fraction(0))
    return round(total) / 100


def cycle_days(prospects: pd.DataFrame) -> tuple[float | Unknown, int]:
    """Return the median days from creation to signature of the prospects won, and how many there are (12.3).

    >>> rows = pd.DataFrame({"state": "won", "created": pd.to_datetime(["2025-01-01"] * 3),
    ...                      "closed_date": pd.to_datetime(["2025-01-31", "2025-03-02", "2025-04-01"])})
    >>> cycle_days(rows)
    (60.0, 3)
    """
    won = prospects[prospects["state"] == "won"]
    spans = (won["closed_date"] - won["created"]).dt.days.dropna()
    if spans.empty:
        return Unknown("missing:cycle"), 0
    return float(spans.median()), len(spans)


def decision_days(prospects: pd.DataFrame, *, as_of: date) -> tuple[float | Unknown, int]:
    """Return the median days to a decision, won or lost, that counts the open prospects (Kaplan-Meier).

    The median of the won knows those that ended only: when long deals are still open, it is too short. Here an
    open prospect counts for the time it has waited.

    >>> rows = pd.DataFrame({"state": ["won", "lost", "open", "open"], "created": pd.to_datetime(["2025-01-01"] * 4),
    ...     "closed_date": pd.to_datetime(["2025-01-31", "2025-03-02", None, None])})
    >>> decision_days(rows, as_of=date(2025, 12, 31))
    (60.0, 4)
    """
    rows = prospects[prospects["state"].isin(["won", "lost", "open"]) & prospects["created"].notna()]
    ended = rows["state"].ne("open")
    rows = rows[~ended | rows["closed_date"].notna()]
    ended = rows["state"].ne("open")
    last = rows["closed_date"].where(ended, pd.Timestamp(as_of))
    spans = (last - rows["created"]).dt.days
    if rows.empty or not ended.any():
        return Unknown("missing:cycle"), len(rows)
    median = median_survival(kaplan_meier(spans, ended))
    return median, len(rows)


def velocity(amount: float, rate: float | Unknown, cycle: float | Unknown) -> float | Unknown:
    """Return the euros a day that the pipeline yields: open amount x conversion / cycle (12.5).

    The open amount is the number of open prospects times their mean amount.

    >>> velocity(10 * 1000.0, 0.5, 50.0)
    100.0
    """
    for part in (rate, cycle):
        if isinstance(part, Unknown):
            return part
    return amount * rate / cycle if cycle > 0 else Unknown("denominator_zero")  # type: ignore[operator]
