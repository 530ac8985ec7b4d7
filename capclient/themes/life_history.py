"""Stages at the reviews of the past: confirmed changes, passages of a year, and a guess for the next one (7, F19).

Floor 5. Its findings bear the group ``lifecycle`` and are handed over by the theme ``life``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from capclient.findings import Finding, Value, finding
from capclient.indicators import stage_history as indicators
from capclient.indicators.retention import share_of, wilson_interval
from capclient.indicators.stage_projection import expected_stages, past_guesses
from capclient.periods import shifted
from capclient.portfolio import Portfolio
from capclient.themes.activity import behaviour
from capclient.themes.lifecycle import lifecycle, stages_at
from capclient.themes.once import once
from capclient.themes.origins import seen_at
from capclient.vocabulary import Unknown

QUIET = ("at_risk", "inactive")
LEAST_GUESSES = 4  # a year of quarterly reviews: fewer prove nothing
FLOWS = {
    "childhood_grown_share": (("childhood",), indicators.GROWN),
    "adult_stay_share": (("adult",), None),
    "old_age_lost_share": (("old_age",), ("lost",)),
}
COUNTS = (
    "confirmed_moves",
    "pending_customers",
    "raw_changes",
    "confirmed_changes",
    "flickers_avoided",
    "returned_changes",
    "old_age_revenue_change",
    "adult_revenue_change",
)
GUESSED = (
    "projection_error",
    "projection_naive_error",
    "projected_adult_customers",
    "projected_old_age_customers",
    "projected_lost_customers",
)


@dataclass(frozen=True)
class LifeHistory:
    """``stages``: raw stage of each client (rows) at each review (columns, oldest first, D last), ``confirmed`` the
    same with confirmed changes; ``courses``: one row per client; ``composition``: clients and revenue by confirmed
    stage and review.

    ``pairs``: reviews a year apart that share no month; ``counts`` and ``rates``: passages between them;
    ``guesses``: both guesses tried from each review of the past; ``next_year``: ``now`` and ``expected``
    clients by stage, or why no guess is shown. ``lacking``: reviews without a third complete year, where rule
    6 could not speak. Frames are empty when ``reason`` says why.
    """

    stages: pd.DataFrame
    confirmed: pd.DataFrame
    courses: pd.DataFrame
    composition: pd.DataFrame
    pairs: list[tuple[date, date]]
    counts: pd.DataFrame
    rates: pd.DataFrame
    guesses: pd.DataFrame
    next_year: pd.DataFrame | Unknown
    lacking: int
    reason: Unknown | None
    findings: list[Finding]


def reviews(portfolio: Portfolio) -> list[date]:
    """Return the days of the reviews, oldest first: those whose N and N-1 the data cover, without a gap, D last."""
    limits = portfolio.thresholds.lifecycle
    days: list[date] = []
    for back in range(limits.reviews):
        day = shifted(portfolio.as_of, -back * limits.review_months)
        view = seen_at(portfolio, day)
        if day < portfolio.extent[0] or not all(
            view.is_complete(year) for year in (view.windows.n, view.windows.n1)
        ):
            break
        days.append(day)
    return days[::-1]


@once
def life_history(portfolio: Portfolio) -> LifeHistory:
    """Return the stages of the past and what they teach."""
    reason = portfolio.no_days
    days = [] if reason else reviews(portfolio)
    if not days:
        return _none(reason or Unknown("history_short"))
    counted = portfolio.customers.index[~portfolio.customers.is_pool]
    raw, revenue, lacking = {}, {}, 0
    for day in days:
        view = seen_at(portfolio, day)
        now = lifecycle(portfolio).customers if day == portfolio.as_of else stages_at(view)
        raw[day] = now.stage.reindex(counted)
        revenue[day] = view.customers.revenue_n.reindex(counted).fillna(0.0)
        lacking += not view.is_complete(view.windows.n2)
    stages = pd.DataFrame(raw, index=counted)
    confirmations = portfolio.thresholds.lifecycle.confirmations
    confirmed = indicators.confirmed_stages(stages, confirmations=confirmations)
    courses = indicators.stage_courses(stages, confirmations=confirmations)
    parts = indicators.composition(confirmed, pd.DataFrame(revenue, index=counted))
    pairs = indicators.disjoint_pairs(indicators.year_pairs(days))
    counts = indicators.passages(stages, pairs)
    rates, guesses = indicators.passage_rates(counts), past_guesses(stages)
    silent = pd.DataFrame({day: _silent(seen_at(portfolio, day)).reindex(counted) for day in days})
    unlike = indicators.unlike_stages(silent, stages, pairs, gap=portfolio.thresholds.lifecycle.mix_gap)
    next_year = _next_year(stages, rates, guesses, unlike)
    frame = portfolio.customers
    courses = courses.join(frame[["name", "salesperson", "revenue_n", "revenue_n1"]])
    found = [
        finding("lifecycle.reviews", len(days)),
        *_flows(counts, pairs, unlike),
        *_changes(confirmed, courses, parts, pairs),
        *_guessed(guesses, next_year),
    ]
    return LifeHistory(
        stages, confirmed, courses, parts, pairs, counts, rates, guesses, next_year, lacking, None, found
    )


def _silent(view: Portfolio) -> pd.Series:
    """Tell which clients had grown silent on a day; missing of whom nobody can judge, or that was lost already."""
    state = behaviour(view).state
    return state.isin(QUIET).astype("object").where(state.notna() & state.ne("lost").fillna(False))


def _flows(counts: pd.DataFrame, pairs: list[tuple[date, date]], unlike: list[str]) -> list[Finding]:
    """Rates of passage of years that share no month, and who stayed in the last one."""
    if not pairs:
        names = ("stay_share", *FLOWS)
        return [finding(f"lifecycle.{name}", Unknown("history_short")) for name in names]
    last = counts[counts.after == pairs[-1][1]]
    found = [_rate("stay_share", *indicators.passed(last, indicators.KEPT), nobody="stage_before")]
    return found + [
        _rate(
            name, *indicators.passed(counts, *flow), nobody=f"no_{flow[0][0]}",
            caveat="caveat.stage_mix" if set(flow[0]) & set(unlike) else None,
        )
        for name, flow in FLOWS.items()
    ]  # fmt: skip


def _rate(name: str, part: int, whole: int, *, nobody: str, caveat: str | None = None) -> Finding:
    """Make the finding of a rate; ``nobody`` names the stage that no client was at."""
    if not whole:
        return finding(f"lifecycle.{name}", Unknown(f"denominator_zero:{nobody}"), n=0)
    return finding(
        f"lifecycle.{name}",
        share_of(part, whole),
        n=whole,
        interval=wilson_interval(part, whole),
        caveat=caveat,
    )


def _changes(
    confirmed: pd.DataFrame, courses: pd.DataFrame, parts: pd.DataFrame, pairs: list[tuple[date, date]]
) -> list[Finding]:
    """What changed in a year, once confirmed, and what the confirmation spared."""
    short = Unknown("history_short")
    values: dict[str, Value | Unknown] = dict.fromkeys(COUNTS, short)
    if confirmed.shape[1] > 1:
        values["pending_customers"] = int(courses.is_pending.sum())
        values["raw_changes"] = int(courses.changes_raw.sum())
        values["confirmed_changes"] = int(courses.changes.sum())
        values["flickers_avoided"] = int(courses.flickers.sum())
        settled = courses.changes.sum() + courses.flickers.sum() + courses.is_pending.sum()
        values["returned_changes"] = int(courses.changes_raw.sum() - settled)
    if pairs:
        before, after = pairs[-1]
        there = confirmed[before].notna() & confirmed[before].ne(
            "undetermined"
        )  # these had no stage to leave
        values["confirmed_moves"] = int((confirmed[before] != confirmed[after])[there].sum())
        shares = parts.pivot(index="day", columns="stage", values="revenue_share")
        for stage in ("old_age", "adult"):
            change = shares[stage][after] - shares[stage][before]
            values[f"{stage}_revenue_change"] = (
                float(change) if pd.notna(change) else Unknown("denominator_zero")
            )
    return [finding(f"lifecycle.{name}", value) for name, value in values.items()]


def _next_year(
    stages: pd.DataFrame, rates: pd.DataFrame, guesses: pd.DataFrame, unlike: list[str]
) -> pd.DataFrame | Unknown:
    """Clients of today by stage, now and as expected in a year.

    A guess that never beat the thumb is not shown, nor one that reads passages of clients unlike those of today.
    """
    if len(guesses) < LEAST_GUESSES:
        return Unknown("history_short")
    if guesses.error.mean() >= guesses.naive_error.mean():
        return Unknown("unreliable:stage_guess")
    if unlike:
        return Unknown("unreliable:stage_mix")
    today = stages.iloc[:, -1]
    now = today[today.isin(indicators.IN_LIFE)].value_counts()
    expected = expected_stages(now, rates)
    return pd.DataFrame({"now": now.reindex(expected.index, fill_value=0), "expected": expected})


def _guessed(guesses: pd.DataFrame, next_year: pd.DataFrame | Unknown) -> list[Finding]:
    short, n = Unknown("history_short"), len(guesses)
    values: dict[str, Value | Unknown] = {
        "projection_error": float(guesses.error.mean()) if n else short,
        "projection_naive_error": float(guesses.naive_error.mean()) if n else short,
    }
    for stage in ("adult", "old_age", "lost"):
        known = not isinstance(next_year, Unknown)
        values[f"projected_{stage}_customers"] = (
            round(float(next_year.expected[stage])) if known else next_year  # type: ignore[union-attr,assignment]
        )
    return [finding(f"lifecycle.{name}", value, n=n or None) for name, value in values.items()]


def _none(reason: Unknown) -> LifeHistory:
    names = ("reviews", "stay_share", *FLOWS, *COUNTS, *GUESSED)
    empty = pd.DataFrame()
    return LifeHistory(
        empty, empty, empty, empty, [], empty, empty, empty, reason, 0, reason,
        [finding(f"lifecycle.{name}", reason) for name in names],
    )  # fmt: skip
