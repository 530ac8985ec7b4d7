"""Stages over time: which changes are confirmed, where clients go in a year, where they may go next (7).

Floor 4. A stage that one review gives and the next takes back is no change: a change counts once it stood at several
reviews in a row. Raw and confirmed stages are both kept; the rules of section 7 themselves are never touched.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from capclient.indicators.exact import Limit, number
from capclient.periods import shifted
from capclient.vocabulary import STAGES

KEPT = ("adolescence", "adult", "old_age")  # the stages that a client can keep for more than a year
GROWN = ("adolescence", "adult")
IN_LIFE = ("childhood", *KEPT, "occasional")


def confirmed_stages(stages: pd.DataFrame, *, confirmations: int) -> pd.DataFrame:
    """Return the stages with their changes confirmed: a new one counts once it stood ``confirmations`` times in a row.

    Parameters
    ----------
    stages
        Raw stage of each client (rows) at each review (columns, oldest first); missing before its first purchase.
        The first stage of a client needs no confirmation; with one confirmation, the raw stages come back.

    Examples
    --------
    A falls once below its limit and comes back; B falls and stays:

    >>> raw = pd.DataFrame([["adult", "old_age", "adult", "adult"], ["adult", "adult", "old_age", "old_age"]],
    ...                    index=["A", "B"])
    >>> confirmed_stages(raw, confirmations=2).to_numpy().tolist()
    [['adult', 'adult', 'adult', 'adult'], ['adult', 'adult', 'adult', 'old_age']]
    """
    codes, streaks = _codes(stages), _streaks(_codes(stages))
    held = np.full(len(stages), -1)
    found = np.empty_like(codes)
    for place in range(codes.shape[1]):
        now = codes[:, place]
        takes = (now >= 0) & ((held < 0) | (streaks[:, place] >= confirmations))
        held = np.where(takes, now, held)
        found[:, place] = held
    names = np.array([*STAGES, None], dtype=object)
    return pd.DataFrame(names[found], index=stages.index, columns=stages.columns)


def _codes(stages: pd.DataFrame) -> np.ndarray:
    """Places of the stages in :data:`STAGES`, -1 for a client that was not there."""
    places = {stage: place for place, stage in enumerate(STAGES)}
    columns = [stages[name].map(places).fillna(-1).to_numpy(dtype="int64") for name in stages]
    return np.column_stack(columns) if columns else np.empty((len(stages), 0), dtype="int64")


def _streaks(codes: np.ndarray) -> np.ndarray:
    """For how many reviews in a row, this one included, each client had this stage."""
    streaks = np.ones_like(codes)
    for place in range(1, codes.shape[1]):
        same = codes[:, place] == codes[:, place - 1]
        streaks[:, place] = np.where(same, streaks[:, place - 1] + 1, 1)
    return streaks


def stage_courses(stages: pd.DataFrame, *, confirmations: int) -> pd.DataFrame:
    """Return the course of each client through its stages.

    Parameters
    ----------
    stages
        As in :func:`confirmed_stages`; columns are dates.

    Returns
    -------
    DataFrame
        Same index: ``stage`` (confirmed at the last review, missing for a client never seen), ``stage_raw`` (as the
        rules say today), ``is_pending`` (they differ), ``since`` (review from which the present stage was seen),
        ``is_since_start`` (it stood at the first review already: at least so long), ``days_in_stage``, ``changes``
        (confirmed), ``changes_raw`` (all that the rules said), ``flickers`` (stages seen too briefly to be confirmed)
        and ``sequence`` (joined by ``;``).

    Examples
    --------
    >>> days = [date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31)]
    >>> raw = pd.DataFrame([["adult", "old_age", "adult", "adult"], ["adult", "adult", "old_age", "old_age"]],
    ...                    index=["A", "B"], columns=days)
    >>> stage_courses(raw, confirmations=2)[["stage", "since", "days_in_stage", "changes", "flickers"]]
         stage       since  days_in_stage  changes  flickers
    A    adult  2025-03-31            275        0         1
    B  old_age  2025-09-30             92        1         0
    """
    days = list(stages.columns)
    codes = _codes(stages)
    held = _codes(confirmed_stages(stages, confirmations=confirmations))
    streaks = _streaks(codes)
    size, seen = len(stages), codes >= 0
    begun = np.where(seen.any(axis=1), seen.argmax(axis=1), 0)
    since = begun.copy()
    changes, changes_raw, flickers = (np.zeros(size, dtype="int64") for _ in range(3))
    names = np.array([*STAGES, ""], dtype=object)
    sequence = names[held[np.arange(size), begun]] if days else np.full(size, "", dtype=object)
    for place in range(1, codes.shape[1]):
        moved = (held[:, place] != held[:, place - 1]) & (held[:, place - 1] >= 0)
        since = np.where(moved, np.maximum(place - confirmations + 1, begun), since)
        changes += moved
        sequence = np.where(moved, sequence + ";" + names[held[:, place]], sequence)
        ended = (codes[:, place] != codes[:, place - 1]) & (codes[:, place - 1] >= 0)
        changes_raw += ended
        run = streaks[:, place - 1]
        flickers += ended & (run < confirmations) & (place - run > begun)
    table = pd.DataFrame(index=stages.index)
    last = held[:, -1] if days else np.full(size, -1)
    raw = codes[:, -1] if days else last
    table["stage"] = pd.Series(np.where(last >= 0, names[last], None), index=stages.index, dtype="str")
    table["stage_raw"] = pd.Series(np.where(raw >= 0, names[raw], None), index=stages.index, dtype="str")
    table["is_pending"] = last != raw
    table["since"] = [days[place] for place in since]
    table["is_since_start"] = since == 0
    table["days_in_stage"] = [(days[-1] - days[place]).days for place in since]
    table["changes"], table["changes_raw"], table["flickers"] = changes, changes_raw, flickers
    table["sequence"] = pd.Series(sequence, index=stages.index, dtype="str")
    return table


def composition(stages: pd.DataFrame, revenue: pd.DataFrame) -> pd.DataFrame:
    """Return clients and revenue by stage at each review.

    Parameters
    ----------
    stages, revenue
        Stage, and euros of the 12 months before, of each client at each review; same index and columns.

    Returns
    -------
    DataFrame
        ``day``, ``stage``, ``customers``, ``revenue``, ``revenue_share`` (missing when the whole is not positive),
        every stage at every review.
    """
    rows = []
    for day in stages:
        total = round(float(revenue[day].sum()), 2)
        for stage in STAGES:
            mine = stages[day] == stage
            amount = round(float(revenue[day][mine].sum()), 2)
            rows.append((day, stage, int(mine.sum()), amount, amount / total if total > 0 else np.nan))
    return pd.DataFrame(rows, columns=["day", "stage", "customers", "revenue", "revenue_share"])


def year_pairs(days: list[date]) -> list[tuple[date, date]]:
    """Return the reviews that stand exactly twelve months apart, earliest first.

    >>> year_pairs([date(2024, 12, 31), date(2025, 6, 30), date(2025, 12, 31)])
    [(datetime.date(2024, 12, 31), datetime.date(2025, 12, 31))]
    """
    return [(shifted(day, -12), day) for day in days if shifted(day, -12) in days]


def disjoint_pairs(pairs: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """Keep the pairs that share no month, counted back from the latest: no year is counted twice."""
    kept: list[tuple[date, date]] = []
    for before, after in reversed(pairs):
        if not kept or after <= kept[-1][0]:
            kept.append((before, after))
    return kept[::-1]


def passages(stages: pd.DataFrame, pairs: list[tuple[date, date]]) -> pd.DataFrame:
    """Count, for each pair of reviews, the clients that went from a stage to a stage.

    Returns
    -------
    DataFrame
        ``before``, ``after`` (dates), ``stage_before``, ``stage``, ``customers``: only what happened. Clients that were
        no client yet at the first review are left out.
    """
    parts = []
    for before, after in pairs:
        both = pd.DataFrame({"stage_before": stages[before], "stage": stages[after]}).dropna()
        tally = both.groupby(["stage_before", "stage"]).size().rename("customers").reset_index()
        parts.append(tally.assign(before=before, after=after))
    columns = ["before", "after", "stage_before", "stage", "customers"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def unlike_stages(
    silent: pd.DataFrame, stages: pd.DataFrame, pairs: list[tuple[date, date]], *, gap: Limit, least: int = 5
) -> list[str]:
    """Return the stages whose clients of the last day are not those whose passages were seen.

    A stage gathers clients that still buy and clients already silent, and these do not share one future: passages seen
    on the ones say nothing of the others.

    Parameters
    ----------
    silent, stages
        Clients in rows, reviews in columns: grown silent or not (missing when unknown), and the raw stage.
    pairs
        Reviews a year apart, whose passages were counted.
    gap
        Largest difference between the two shares of silent clients, 0 to 1.
    least
        Clients on either side under which nothing is said.

    Examples
    --------
    >>> days = [date(2024, 12, 31), date(2025, 12, 31)]
    >>> stages = pd.DataFrame("old_age", index=range(6), columns=days)
    >>> silent = pd.DataFrame({days[0]: [True] * 6, days[1]: [False] * 5 + [True]})
    >>> unlike_stages(silent, stages, [(days[0], days[1])], gap="0.25")
    ['old_age']
    """
    today = stages.columns[-1]
    found = []
    for stage in IN_LIFE:
        past = [silent[before][stages[before].eq(stage)].dropna() for before, _ in pairs]
        seen = pd.concat(past).astype("float64") if past else pd.Series(dtype="float64")
        now = silent[today][stages[today].eq(stage)].dropna().astype("float64")
        if min(len(seen), len(now)) >= least and abs(seen.mean() - now.mean()) > float(number(gap)):
            found.append(stage)
    return found


def passage_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the share of the clients of each stage that are at each stage a year later.

    Parameters
    ----------
    counts
        As :func:`passages` returns it.

    Returns
    -------
    DataFrame
        ``stage_before``, ``stage``, ``customers`` (passages of all pairs together), ``of`` (clients of the earlier
        stage, all pairs together), ``rate`` (mean of the pairs, each weighted by its clients) and ``rate_median``
        (median of the pairs in which the earlier stage had clients). Rates of an earlier stage add up to 1.

    Examples
    --------
    >>> counts = pd.DataFrame({"before": [1, 1, 2], "after": [2, 2, 3], "stage_before": ["adult"] * 3,
    ...                        "stage": ["adult", "lost", "adult"], "customers": [6, 2, 12]})
    >>> passage_rates(counts)
      stage_before  stage  customers  of  rate  rate_median
    0        adult  adult         18  20   0.9        0.875
    1        adult   lost          2  20   0.1        0.125
    """
    columns = ["stage_before", "stage", "customers", "of", "rate", "rate_median"]
    if counts.empty:
        return pd.DataFrame(columns=columns)
    rows = []
    for stage_before in (name for name in STAGES if (counts["stage_before"] == name).any()):
        mine = counts[counts["stage_before"] == stage_before]
        each = mine.pivot_table(
            index="after", columns="stage", values="customers", aggfunc="sum", fill_value=0
        )
        size = each.sum(axis=1)
        shares = each.div(size, axis=0)
        for stage in (name for name in STAGES if name in each):
            moved, whole = int(each[stage].sum()), int(size.sum())
            rows.append((stage_before, stage, moved, whole, moved / whole, float(shares[stage].median())))
    return pd.DataFrame(rows, columns=columns)


def passed(
    counts: pd.DataFrame, before: tuple[str, ...], after: tuple[str, ...] | None = None
) -> tuple[int, int]:
    """Count the clients of some stages that are at some stages a year later (the same stage when None), and all.

    >>> counts = pd.DataFrame({"stage_before": ["adult", "adult", "old_age"], "stage": ["adult", "lost", "lost"],
    ...                        "customers": [6, 2, 3]})
    >>> passed(counts, ("adult", "old_age")), passed(counts, ("old_age",), ("lost",))
    ((6, 11), (3, 3))
    """
    mine = counts[counts["stage_before"].isin(before)]
    there = mine["stage"] == mine["stage_before"] if after is None else mine["stage"].isin(after)
    return int(mine["customers"][there].sum()), int(mine["customers"].sum())
