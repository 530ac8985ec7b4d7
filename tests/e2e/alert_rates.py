"""Every alert replayed on past days, and how often it was wrong, as Markdown for ``CONTRIBUTING.md``.

A ring counts when it is new: the rule did not name the client on the date before. Rules are replayed each quarter (the
seasons each month) on the two years whose outcome is known; what is wrong is in :mod:`tests.e2e.alert_outcomes` and
:mod:`tests.e2e.alert_denials`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from capclient.decisions.alert_rows import Rule
from capclient.decisions.alerts import RULES
from capclient.vocabulary import Unknown
from tests.e2e import alert_denials as denial
from tests.e2e import alert_outcomes as outcome
from tests.e2e.alert_outcomes import False_, World, months

YEARS = 2


@dataclass(frozen=True)
class Judged:
    """How a rule is judged: what proves it wrong, in words; months to wait for it; months between two dates."""

    words: str
    false: False_ | None
    wait: int = 0
    every: int = 3
    now: bool = False  # what it reads has no past: it is judged at D only
    history: int = 0  # months of data below which it cannot ring


@dataclass(frozen=True)
class Rate:
    """Rings, those that can be judged, those that were false, client-months followed; ``reason``: why none."""

    rings: int
    judged: int
    false: int
    months: int
    reason: str | None = None


def _against(key: dict) -> set[str]:
    lists = (*key["contradictions"].values(), key["wallets"]["large_share"], key["wallets"]["over"])
    return {who for one in lists for who in one}


GUESSES = {
    "volume_loss": Judged("back to its level of a year before within 6 months", outcome.back_to_level, 6),
    "risk_state": Judged("ordered again within 6 months", outcome.ordered_again, 6),
    "margin_erosion": Judged("half of the fall won back in the next 6 months", outcome.margin_back, 6),
    "season_ahead": Judged("bought nothing in the season announced", outcome.season_empty, 5, 1, history=24),
    "season_missed": Judged(
        "the season ended at 70 % or more of the last", outcome.season_caught_up, 2, 1, history=24
    ),
    "late_debts": Judged("paid within 30 days", outcome.paid_soon, 1),
    "payment_grade": Judged("back in its class 3 months later", outcome.grade_back, 3),
    "net_negative": Judged("left something in the next 12 months", outcome.brings_again, 12),
    "market_decline": Judged("kept up with its market in the next 12 months", outcome.market_caught_up, 12),
}
FACTS = {
    "first_client": Judged("weights of the ledger", denial.not_first),
    "first_client_rise": Judged("weights of the ledger", denial.not_risen),
    "low_price": Judged("prices of the ledger", denial.not_cheap),
    "deadlines": Judged("dates of the contracts", denial.no_deadline),
    "long_terms": Judged("terms of the invoices", denial.lawful),
    "open_claims": Judged("dates of the claims", denial.no_old_claim),
    "new_uncalled": Judged("calls and visits", denial.called),
    "over_visited": Judged("visits and margins", denial.fairly_visited),
    "contradictions": Judged("what was planted", denial.not_planted(_against), now=True),
    "single_product": Judged("products of the ledger", denial.several_products),
    "data_quality": Judged("lines without a client", denial.mostly_known(0.05, with_pools=False)),
    "unreliable_concentration": Judged(
        "lines without a client, pools", denial.mostly_known(0.20, with_pools=True)
    ),
    "single_contact": Judged("people known", denial.several_people),
    "contact_change": Judged("people who left", denial.nobody_left),
    "competitors": Judged("names and last orders", denial.steady_or_alone),
}


def dates(world: World, how: Judged, *, every: int) -> list[pd.Timestamp]:
    """Return the dates replayed, oldest first, and before them the one that tells what is new."""
    if how.now:
        return [world.end]
    last = months(world.end, -how.wait)
    many = YEARS * 12 // every
    found = [months(last, -every * back) for back in range(many, -1, -1)]
    first = pd.Timestamp(world.portfolio.coverage.first)
    return [day for day in found if day >= first + pd.DateOffset(months=how.history)]


def replayed(world: World, rule: Rule, how: Judged, *, every: int | None = None) -> Rate:
    """Replay a rule; the first date that it can judge only tells what stands already."""
    step = how.every if every is None else min(how.every, every)
    before: set[object] | None = set() if how.now else None
    rings, judged, false, followed, why = 0, 0, 0, 0, "history_short"
    for day in dates(world, how, every=step):
        told = rule.ring(world.of(day))
        if isinstance(told, Unknown):
            why, before = told.reason, None
            continue
        why = "history_short"
        names = set(told.customer_id)
        if before is not None:
            new = told[~told.customer_id.isin(before)].set_index("customer_id")
            followed += _followed(world, day) * (1 if how.now else step)
            rings += len(new)
            if len(new) and how.false is not None:
                wrong = pd.Series(how.false(world, day, new)).reindex(new.index).dropna()
                judged, false = judged + len(wrong), false + int(wrong.astype(bool).sum())
        before = names
    return Rate(rings, judged, false, followed, None if followed else why)


def _followed(world: World, day: pd.Timestamp) -> int:
    """Clients that bought in the twelve months before a day: pooled codes are none."""
    return len(world.of(day).customers.query("purchase_days_12m > 0 and not is_pool"))


def measured(world: World, *, every: int | None = None) -> Iterator[tuple[str, Rate]]:
    """Return the rate of every rule, in the order of section 16."""
    for rule in RULES:
        how = {**GUESSES, **FACTS}[rule.code]
        if how.now and not world.planted:
            told = rule.ring(world.portfolio)
            reason = told.reason if isinstance(told, Unknown) else "not_planted"
            yield rule.code, Rate(0, 0, 0, 0, reason)
        else:
            yield rule.code, replayed(world, rule, how, every=every)


def cell(rate: Rate) -> str:
    """Say a rate in a cell: how many rang, the false share of those judged, false alarms per 100 client-months."""
    if rate.reason is not None:
        return f"`{rate.reason}`"
    if not rate.judged:
        return str(rate.rings)
    return f"{rate.rings}: {rate.false / rate.judged:.2f} ({100 * rate.false / rate.months:.2f})"


def table(rates: dict[str, dict[str, Rate]]) -> str:
    """Return the table of all rules, one column a company."""
    heads = ["alert", "wrong when", *(f"`{company}`" for company in rates)]
    lines = [heads, ["---"] * len(heads)]
    for rule in RULES:
        words = GUESSES[rule.code].words if rule.code in GUESSES else f"denied by {FACTS[rule.code].words}"
        lines.append(
            [f"{rule.number} `{rule.code}`", words, *(cell(told[rule.code]) for told in rates.values())]
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


LEGEND = """A ring counts when it is new: the rule did not name the client on the date before. A cell gives the rings of
two years, the share of those judged that was wrong and, in brackets, the wrong ones per 100 client-months; a number
alone had nothing to judge, and a code says why the company cannot tell. Rules that guess are judged by what
followed, rules that state a fact by the tables themselves (`tests/e2e/alert_outcomes.py`, `alert_denials.py`). They
are replayed each quarter, the seasons each month."""
REAL_TITLE = "## What alerts are worth on a public ledger"
REAL_LEGEND = """Online Retail II (D. Chen, UCI Machine Learning Repository; year to 30 November 2011), replayed
each month as above; `python -m tests.e2e.found_again` prints this section too where `CAPCLIENT_DATA` is set, and a
test holds it true. Two years of data leave few dates: `history_short` says that none is left whose outcome is known."""


def real_section(world: World) -> str:
    """Return the section of ``CONTRIBUTING.md`` on a public ledger."""
    rates = dict(measured(world, every=1))
    return f"{REAL_TITLE}\n\n{REAL_LEGEND}\n\n{table({'online_retail_ii': rates})}\n"
