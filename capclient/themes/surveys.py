"""What clients answer when they are asked, who does not answer, and who asked (6.1 to 6.3, A12).

Floor 5. Its findings bear the group ``satisfaction`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import SMALL, Finding, finding
from capclient.indicators import satisfaction as marks
from capclient.indicators.loyalty import satisfaction as satisfied_clients
from capclient.indicators.retention import wilson_interval
from capclient.periods import Period, shifted
from capclient.portfolio import Portfolio
from capclient.themes.counts import counts
from capclient.themes.events import NO_LINES, SCORES, active_revenue, events, named, of_clients, within
from capclient.themes.once import once
from capclient.vocabulary import Unknown

NO_SURVEY = Unknown("missing:survey")
INPUTS = ("interactions",)
BOTH = ("interactions", "invoice_lines")
REACH = ("answered", "silent", "not_asked")
Value = int | float | Unknown


@dataclass(frozen=True)
class Surveys:
    """``voters``: marks and vote of each client that answered in N. ``tally``: clients by mark, 0 to 10.

    ``years``: score, margin and votes of N, N-1, N-2. ``reach``: clients and revenue N of who answered, did not, was
    never asked. ``askers``: the same by who asked. Empty when ``reason`` says why; ``dissatisfied``: counts.
    """

    voters: pd.DataFrame
    tally: pd.Series
    years: pd.DataFrame
    reach: pd.DataFrame
    askers: pd.DataFrame
    dissatisfied: int
    reason: Unknown | None
    findings: list[Finding]


@once
def surveys(portfolio: Portfolio) -> Surveys:
    """Return the answers of N: one vote per client, the mean of what its contacts answered in the year."""
    asked = _asked(portfolio)
    answers = asked[asked[SCORES].notna().any(axis=1)]
    voters = marks.client_marks(answers)
    voters = named(portfolio, voters).join(marks.nps_votes(voters.nps))
    reason = NO_LINES if not portfolio.has_lines else NO_SURVEY if voters.empty else None
    if reason is not None:
        nothing = pd.DataFrame()
        found = _findings(portfolio, asked, answers, voters, nothing, reason)
        return Surveys(nothing, pd.Series(dtype="int64"), nothing, nothing, nothing, 0, reason, found)
    unhappy = _dissatisfied(portfolio, voters)
    voters["is_dissatisfied"] = unhappy
    reach = _reach(portfolio, asked, answers)
    return Surveys(
        voters=voters.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable"),
        tally=_tally(voters),
        years=_years(portfolio),
        reach=reach,
        askers=_askers(answers),
        dissatisfied=int(unhappy.sum()),
        reason=None,
        findings=_findings(portfolio, asked, answers, voters, reach, None),
    )


def _asked(portfolio: Portfolio) -> pd.DataFrame:
    """Surveys sent in N, answered or not, and every other event that bears a mark."""
    table = (
        of_clients(portfolio, within(events(portfolio), portfolio.windows.n)) if portfolio.has_lines else None
    )
    if table is None:
        return events(portfolio).iloc[:0]
    return table[table.type.eq("survey") | table[SCORES].notna().any(axis=1)]


def _dissatisfied(portfolio: Portfolio, voters: pd.DataFrame) -> pd.Series:
    """Detractors, and the unhappy marks of clients whose likelihood to recommend was not asked."""
    limit = float(portfolio.thresholds.satisfaction.dissatisfied_csat) + 1e-9
    return voters.vote.eq("detractor") | (voters.nps.isna() & (voters.csat <= limit))


def _tally(voters: pd.DataFrame) -> pd.Series:
    """Clients by whole mark: a mean stands with the whole mark below it, a passive one never under 7."""
    known = voters.nps.dropna()
    bins = (known + 1e-9).astype("int64")
    bins = bins.mask(voters.vote.reindex(known.index).eq("passive"), bins.clip(lower=7))
    return bins.value_counts().reindex(range(11), fill_value=0).sort_index()


def _years(portfolio: Portfolio) -> pd.DataFrame:
    rows = []
    for name in ("n2", "n1", "n"):
        period = getattr(portfolio.windows, name)
        table = of_clients(portfolio, within(events(portfolio), period))
        votes = marks.nps_votes(marks.client_marks(table).nps)
        if len(votes):
            margin = marks.nps_margin(votes)
            known = float("nan") if isinstance(margin, Unknown) else margin
            rows.append((period.end.isoformat(), marks.nps(votes), known, len(votes)))
    return pd.DataFrame(rows, columns=["last_day", "nps", "margin", "n"])


def _reach(portfolio: Portfolio, asked: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Active clients by what they did with the survey; empty when revenue N is not known."""
    revenue = active_revenue(portfolio)
    if isinstance(revenue, Unknown):
        return pd.DataFrame()
    group = pd.Series("not_asked", index=revenue.index)
    group[revenue.index.isin(asked.customer_id)] = "silent"
    group[revenue.index.isin(answers.customer_id)] = "answered"
    table = revenue.groupby(group).agg(["size", "sum"]).set_axis(["customers", "revenue"], axis=1)
    table = table.reindex(REACH).fillna(0).rename_axis("reach").reset_index()
    whole = float(revenue.sum())
    table["revenue_share"] = table.revenue / whole if whole > 0 else float("nan")
    table["mean_revenue"] = (table.revenue / table.customers.where(table.customers > 0)).round(2)
    return table.assign(revenue=table.revenue.round(2)).astype({"customers": "int64"})


def _askers(answers: pd.DataFrame) -> pd.DataFrame:
    """Score by who asked; answers of which nobody says who asked stand apart."""
    asked = answers.asked_by_sales.astype("boolean")
    rows = []
    for code, mine in (("sales", asked.eq(True)), ("others", asked.eq(False)), ("unknown", asked.isna())):
        part = answers[mine.fillna(False)]
        means = marks.client_marks(part)
        if len(means):
            good, known = marks.satisfied_marks(part.score_csat)
            score = marks.nps(marks.nps_votes(means.nps))
            rows.append((
                code, len(means), float("nan") if isinstance(score, Unknown) else score,
                good / known if known else float("nan"),
            ))  # fmt: skip
    return pd.DataFrame(rows, columns=["asker", "customers", "nps", "csat"])


def _findings(
    portfolio: Portfolio, asked: pd.DataFrame, answers: pd.DataFrame, voters: pd.DataFrame,
    reach: pd.DataFrame, reason: Unknown | None,
) -> list[Finding]:  # fmt: skip
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    votes = voters.vote.dropna() if reason is None else pd.Series(dtype="str")
    n = len(votes)
    few = "caveat.nps_small" if 0 < n < SMALL else None
    score, margin = marks.nps(votes), marks.nps_margin(votes)
    bounds = None
    if not isinstance(score, Unknown) and not isinstance(margin, Unknown):
        bounds = (max(-1.0, score - margin), min(1.0, score + margin))
    revenue = active_revenue(portfolio)
    whole = revenue if isinstance(revenue, Unknown) else portfolio.customers.revenue_n
    of = voters.revenue_n.fillna(0.0)[voters.vote.eq("detractor")] if n else pd.Series(dtype="float64")
    values: dict[str, Value] = {
        "nps": score, "nps_margin": margin,
        "nps_weighted": whole if isinstance(whole, Unknown) else marks.nps_weighted(votes, whole),
        **{f"{vote}_customers": int((votes == vote).sum()) if n else NO_SURVEY for vote in marks.VOTES},
        "detractor_revenue": whole if isinstance(whole, Unknown) else float(of.sum()) if n else NO_SURVEY,
        "survey_age_days": _age(portfolio),
        "asker_gap": marks.asker_gap(answers) if n else NO_SURVEY,
        "respondents_revenue_share": _reached(reach, revenue),
    }  # fmt: skip
    found = [
        finding(f"satisfaction.{name}", reason or value, period=period, n=n, inputs=INPUTS,
                caveat=few if name.startswith("nps") else None, interval=bounds if name == "nps" else None)
        for name, value in values.items()
    ]  # fmt: skip
    shares = {
        "csat": (*marks.satisfied_marks(answers.score_csat), Unknown("missing:score_csat")),
        "response_rate": _responses(asked),
        "asked_by_others_share": _by_others(answers),
        "dissatisfied_share": (int(_dissatisfied(portfolio, voters).sum()), len(voters), NO_SURVEY),
        "satisfied_lost_share": _satisfied_lost(portfolio),
    }
    return [*found, *_by_asker(answers, reason, period)] + [
        share_finding(name, part, base, why, reason=reason, period=period)
        for name, (part, base, why) in shares.items()
    ]


def _by_asker(answers: pd.DataFrame, reason: Unknown | None, period: Period) -> list[Finding]:
    """The score of each side, with its margin: people do not tell their salesperson what they tell others (A12)."""
    asked = answers.asked_by_sales.astype("boolean")
    sides = []
    for name, by in (("nps_by_sales", True), ("nps_by_others", False)):
        votes = marks.nps_votes(marks.client_marks(answers[asked.eq(by).fillna(False)]).nps).dropna()
        score, half = marks.nps(votes), marks.nps_margin(votes)
        value = reason or (Unknown("missing:asked_by_sales") if isinstance(score, Unknown) else score)
        wide = None
        if not isinstance(score, Unknown) and not isinstance(half, Unknown):
            wide = (max(-1.0, score - half), min(1.0, score + half))
        sides.append(
            finding(f"satisfaction.{name}", value, period=period, n=len(votes), interval=wide, inputs=INPUTS)
        )
    return sides


def share_finding(
    name: str,
    part: int,
    base: int,
    why: Unknown,
    *,
    reason: Unknown | None,
    caveat: str | None = None,
    period: Period | None = None,
    inputs: tuple[str, ...] = INPUTS,
) -> Finding:
    """Return a share with its Wilson interval; unknown for ``reason``, or ``why`` on nothing at all."""
    id = f"satisfaction.{name}"
    if reason is not None or base <= 0:
        return finding(id, reason or why, caveat=caveat, inputs=inputs, period=period)
    interval = wilson_interval(part, base)
    return finding(id, part / base, n=base, caveat=caveat, interval=interval, inputs=inputs, period=period)


def _age(portfolio: Portfolio) -> Value:
    table = events(portfolio)
    days = table.date[table[SCORES].notna().any(axis=1)]
    return int((pd.Timestamp(portfolio.as_of) - days.max()).days) if len(days) else NO_SURVEY


def _reached(reach: pd.DataFrame, revenue: pd.Series | Unknown) -> Value:
    if isinstance(revenue, Unknown):
        return revenue
    if reach.empty:
        return NO_SURVEY
    share = float(reach.revenue_share[reach.reach == "answered"].iloc[0])
    return Unknown("denominator_zero") if share != share else share


def _responses(asked: pd.DataFrame) -> tuple[int, int, Unknown]:
    """A file of answers only says nothing of those who did not answer: 100 % would be invented."""
    answered, sent = marks.responses(asked)
    return (0, 0, Unknown("missing:unanswered")) if answered == sent else (answered, sent, NO_SURVEY)


def _by_others(answers: pd.DataFrame) -> tuple[int, int, Unknown]:
    said = answers.asked_by_sales.astype("boolean").dropna()
    return int((~said).sum()), len(said), Unknown("missing:asked_by_sales")


def _satisfied_lost(portfolio: Portfolio) -> tuple[int, int, Unknown]:
    """Clients that said they were satisfied, and those of them that no longer buy (E21, 2.16)."""
    years, limits = portfolio.windows, portfolio.thresholds.retention
    if not (portfolio.is_complete(years.n) and portfolio.is_complete(years.n1)):
        return 0, 0, Unknown("period_incomplete")
    table = of_clients(portfolio, events(portfolio))
    recent = table[table.date > pd.Timestamp(shifted(portfolio.as_of, -limits.survey_months))]
    said = satisfied_clients(
        recent[recent[SCORES].notna().any(axis=1)],
        satisfied_csat=float(limits.satisfied_csat), satisfied_nps=float(limits.satisfied_nps),
    )  # fmt: skip
    status = counts(portfolio).customers.status
    happy = status.reindex(said.index[said.is_satisfied]).dropna()
    return int((happy == "lost").sum()), len(happy), NO_SURVEY
