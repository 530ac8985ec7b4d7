"""Who is listened to and when, what was promised and kept, what proves it (A08, A09, A11, A15, 6.7).

Floor 5. Its findings bear the group ``satisfaction`` and are handed over by that theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.devices import device_maturity
from capclient.indicators.listening import (
    BROKEN,
    KEPT,
    UNMEASURED,
    listened,
    listening_by_phase,
    promise_verdict,
)
from capclient.params_promises import Promise
from capclient.portfolio import Portfolio
from capclient.themes.concentration import concentration
from capclient.themes.events import active_revenue, events, within
from capclient.themes.once import once
from capclient.themes.surveys import share_finding
from capclient.vocabulary import ABC, Unknown

NO_LISTENING = Unknown("missing:listening")
NO_PROMISE = Unknown("missing:promises")
OWN_GROUP = "satisfaction."
# Questions of the method that events cannot answer and that a signed proof may (A08 to A15, E01 to E05).
PROVEN = ("A08", "A09", "A10", "A11", "A12", "A13", "A14", "A15", "E01", "E02", "E03", "E04", "E05")
CODESIGN = ("ongoing", "emerging")


@dataclass(frozen=True)
class Listening:
    """``phases``: active clients listened to in N at each phase, whole and by class A, B, C; empty when ``reason``.

    ``sizes``: active clients by class. ``evidence``: see :func:`signed_evidence`. ``codesign``: active
    clients that take part in research or design.
    """

    phases: pd.DataFrame
    sizes: dict[str, int]
    evidence: pd.DataFrame
    codesign: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


@once
def listening(portfolio: Portfolio) -> Listening:
    """Return the listening of N by phase of the relation, and the proofs that were signed."""
    revenue = active_revenue(portfolio)
    table = events(portfolio)
    heard = table[listened(table)]
    reason = revenue if isinstance(revenue, Unknown) else None if len(heard) else NO_LISTENING
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    groups = pd.Series(dtype="str") if isinstance(revenue, Unknown) else _classes(portfolio, revenue)
    year = within(heard, period)
    phases = listening_by_phase(year, groups) if reason is None else pd.DataFrame()
    reached = int(groups.index.isin(year.customer_id).sum())
    weakest = None if phases.empty else phases.customers.iloc[-1]
    no_phase = reason or Unknown("missing:phase")
    codesign, found = _codesign(portfolio, revenue)
    return Listening(
        phases=phases,
        sizes={str(name): int(n) for name, n in groups.value_counts().sort_index().items()},
        evidence=signed_evidence(portfolio, PROVEN),
        codesign=codesign,
        reason=reason,
        findings=[
            share_finding("listening_coverage", reached, len(groups), NO_LISTENING, reason=reason, period=period),
            share_finding(
                "listening_weakest_share", 0 if weakest is None else int(weakest), len(groups), no_phase,
                reason=no_phase if weakest is None else None, period=period,
            ),
            finding("satisfaction.listening_phases", no_phase if weakest is None else len(phases), period=period,
                    inputs=("interactions",)),
            *found,
        ],
    )  # fmt: skip


def _classes(portfolio: Portfolio, revenue: pd.Series) -> pd.Series:
    """Class A, B or C of the active clients: are the largest the only ones listened to?"""
    classes = concentration(portfolio).ranking.abc_class.reindex(revenue.index)
    return classes.where(classes.isin(ABC)).astype("str")


def _codesign(portfolio: Portfolio, revenue: pd.Series | Unknown) -> tuple[pd.DataFrame, list[Finding]]:
    """Clients declared to take part in research and design (A11)."""
    sheet = portfolio.table("customers").set_index("customer_id").rd_collab
    sheet = sheet[~sheet.index.duplicated()].dropna()
    why = revenue if isinstance(revenue, Unknown) else None if len(sheet) else Unknown("missing:rd_collab")
    values: dict[str, float | int | Unknown] = dict.fromkeys(
        ("codesign_customers", "codesign_revenue_share"), why or NO_LISTENING
    )
    mine = pd.DataFrame()
    if why is None and not isinstance(revenue, Unknown):
        taking = revenue[revenue.index.isin(sheet.index[sheet.isin(CODESIGN)])]
        mine = portfolio.customers.loc[taking.index, ["name", "salesperson", "revenue_n"]]
        mine = mine.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")
        whole = float(revenue.sum())
        values = {
            "codesign_customers": len(taking),
            "codesign_revenue_share": float(taking.sum()) / whole
            if whole > 0
            else Unknown("denominator_zero"),
        }
    inputs = ("customers", "invoice_lines")
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    return mine, [
        finding(
            f"satisfaction.{name}", value, period=period, inputs=inputs, caveat="caveat.declared_codesign"
        )
        for name, value in values.items()
    ]


def signed_evidence(portfolio: Portfolio, capabilities: tuple[str, ...]) -> pd.DataFrame:
    """Return what is declared of some questions, by whom and since when, dated on or before D or not dated.

    ``maturity`` is what is left of the declared one at D (12.8), ``is_old`` and ``is_unproven`` say why.
    """
    table = portfolio.table("evidence")
    days = pd.to_datetime(table.date)
    mine = table[table.capability.isin(capabilities) & ~(days > pd.Timestamp(portfolio.as_of))]
    mine = mine.assign(date=pd.to_datetime(mine.date).astype("datetime64[ns]"))
    limits = portfolio.thresholds.score
    aged = device_maturity(
        mine, as_of=portfolio.as_of, stale_months=limits.stale_months, unproven=float(limits.unproven)
    )
    mine = mine.assign(maturity=aged.kept, is_old=aged.is_stale, is_unproven=~aged.is_proven)
    return mine.sort_values(["capability", "device"], kind="stable").reset_index(drop=True)


@dataclass(frozen=True)
class Promises:
    """``register``: one row per promise with what measures it, the measure, the verdict and the claims that cite it.

    Empty when ``reason`` says why.
    """

    register: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


def promises(portfolio: Portfolio, own: Mapping[str, Finding]) -> Promises:
    """Return the register of promises at D; ``own`` are the findings of satisfaction, already computed."""
    asked = portfolio.params.promises
    reason = None if asked else NO_PROMISE
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    cited = within(events(portfolio), period).promise_id.value_counts()
    rows = [_row(portfolio, promise, own, int(cited.get(promise.id, 0))) for promise in asked]
    register = pd.DataFrame(rows)
    verdicts = [row["verdict"] for row in rows]
    kept, broken = verdicts.count(KEPT), verdicts.count(BROKEN)
    why = Unknown("missing:measures")
    return Promises(
        register,
        reason,
        [
            finding("satisfaction.promises_declared", reason or len(rows), inputs=("promises",)),
            finding(
                "satisfaction.promises_measured", reason or kept + broken, n=len(rows), inputs=("promises",)
            ),
            finding(
                "satisfaction.promises_kept_share",
                reason or (kept / (kept + broken) if kept + broken else why),
                n=kept + broken,
                inputs=("promises",),
            ),
        ],
    )


def _row(portfolio: Portfolio, promise: Promise, own: Mapping[str, Finding], cited: int) -> dict[str, object]:
    """One promise: its measure comes from a finding, or from the figure given when D had not yet to come."""
    measured: float | None = None
    known: Finding | None = None
    if promise.indicator is not None:
        from capclient.themes import Findings  # every theme may measure a promise: not before all are there

        mine = promise.indicator.startswith(OWN_GROUP)
        known = own[promise.indicator] if mine else Findings(portfolio)[promise.indicator]
        measured = None if known.value is None else float(known.value)
    elif promise.measured is not None and (promise.date is None or promise.date <= portfolio.as_of):
        measured = float(promise.measured)
    verdict = promise_verdict(measured, float(promise.target), at_most=promise.direction == "at_most")
    return {
        "promise_id": promise.id, "promise": promise.text, "indicator": promise.indicator, "measured": measured,
        "target": float(promise.target), "target_typed": format(promise.target, "f"),
        "measured_typed": None if promise.measured is None else format(promise.measured, "f"),
        "direction": promise.direction, "owner": portfolio.params.privacy.person(promise.owner),
        "date": pd.Timestamp(promise.date) if promise.date else pd.NaT, "verdict": verdict, "claims_n": cited,
        "reason": known.reason if known is not None and verdict == UNMEASURED else None,
    }  # fmt: skip
