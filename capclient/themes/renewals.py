"""What becomes of contracts at each renewal, and what the next ones will be: the curve and its proof (8.2).

Floor 5. The curve (shifted beta-geometric) says that those who stayed long renew more; the rule says that each renewal
has the same chance. The rule is used unless the curve told the last twelve months better.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from capclient.engine.value import BILLED
from capclient.findings import Finding, finding
from capclient.indicators.retention import wilson_interval
from capclient.indicators.value.likelihood import Fit
from capclient.indicators.value.renewal import fit_decisions, renewal_rate, turns_of
from capclient.indicators.value.tenure import billed_decisions, contract_decisions
from capclient.periods import shifted
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.themes.origins import contracts_on
from capclient.vocabulary import Unknown

HELD_OUT = 12  # months


@dataclass(frozen=True)
class Renewals:
    """``decisions``: one row a renewal that was decided; ``ahead``: those to come within twelve months.

    ``turns``: by number of the renewal, ``decided lost survival``; ``cohorts``: the same by year of the first contract.
    ``fit``: the curve. ``rate``: share of decisions that said yes. ``error`` and ``naive_error``: Brier scores on the
    last twelve months, each fitted before. ``is_curve``: whether the curve is used. ``source``: ``contracts`` or
    ``billing``. ``reason``: why there is nothing to show, or None.
    """

    decisions: pd.DataFrame
    ahead: pd.DataFrame
    turns: pd.DataFrame
    cohorts: pd.DataFrame
    fit: Fit | Unknown
    rate: float | Unknown
    error: float | Unknown
    naive_error: float | Unknown
    source: str
    reason: Unknown | None
    findings: list[Finding]

    @property
    def is_curve(self) -> bool:
        """Tell whether the curve told the last months better than the same chance for all."""
        told = isinstance(self.error, float) and isinstance(self.naive_error, float)
        return told and isinstance(self.fit, Fit) and self.error < self.naive_error  # type: ignore[operator]

    @property
    def chances(self) -> pd.Series:
        """Chance of each renewal ahead: that of the curve when it is used, else the same for all."""
        if self.is_curve and isinstance(self.fit, Fit):
            return renewal_rate(self.fit, self.ahead.turn.astype("float64"))
        return pd.Series(self.rate, index=self.ahead.index, dtype="float64")

    @property
    def why_rule(self) -> Unknown | None:
        """Why the same chance is used for all, None when the curve is."""
        if self.is_curve:
            return None
        return next(
            (item for item in (self.fit, self.error) if isinstance(item, Unknown)),
            Unknown("unreliable:naive_better"),
        )


@once
def renewal_curve(portfolio: Portfolio) -> Renewals:
    """Return the renewals of a portfolio at D."""
    decided, ahead, source = _decided(portfolio)
    reason = source if isinstance(source, Unknown) else None
    if reason is None and len(decided) < portfolio.thresholds.value.min_renewals:
        reason = Unknown("n_small:renewals")
    if reason is not None:
        empty = pd.DataFrame()
        nothing = Renewals(empty, empty, empty, empty, reason, reason, reason, reason, "", reason, [])
        return _named(nothing)
    turns = turns_of(decided)
    cohorts = pd.concat({year: turns_of(rows) for year, rows in decided.groupby("cohort")}, names=["cohort"])
    fit = fit_decisions(turns, n=decided.customer_id.nunique())
    error, naive = _proof(portfolio, decided)
    soon = ahead[ahead.day <= pd.Timestamp(shifted(portfolio.data_end, 12))]
    rate = float(decided.renewed.mean())
    return _named(Renewals(decided, soon, turns, cohorts, fit, rate, error, naive, str(source), None, []))


def _decided(
    portfolio: Portfolio, day: date | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, str | Unknown]:
    """Decisions known on a day, up to the end of the data: of the contracts, else of the lines flagged recurring."""
    empty = pd.DataFrame()
    if not portfolio.has_lines:
        return empty, empty, Unknown("missing:contracts")
    day = day or portfolio.data_end
    contracts = contracts_on(portfolio, day)
    pools = portfolio.customers.index[portfolio.customers.is_pool]
    contracts = contracts[~contracts.customer_id.isin(pools)]
    if contracts.start.notna().any() and contracts.end.notna().any():
        return *contract_decisions(contracts, day=day), "contracts"
    billed = portfolio.ledger.frame(BILLED, {"day": day, "pools": pools.tolist()})
    if billed.empty:
        return empty, empty, Unknown("missing:contracts")
    return *billed_decisions(billed, day=day, begins=portfolio.coverage.first), "billing"


def _proof(portfolio: Portfolio, decided: pd.DataFrame) -> tuple[float | Unknown, float | Unknown]:
    """Brier scores of the curve and of the same chance for all, on decisions of the last months."""
    origin = shifted(portfolio.data_end, -HELD_OUT)
    before, _, _ = _decided(
        portfolio, origin
    )  # as known then: the last ends before it had decided nothing yet
    since = decided[decided.day > pd.Timestamp(origin)]
    if len(before) < portfolio.thresholds.value.min_renewals or since.empty:
        few = Unknown("n_small:renewals")
        return few, few
    came = since.renewed.astype("float64")
    naive = float(((float(before.renewed.mean()) - came) ** 2).mean())
    fit = fit_decisions(turns_of(before), n=before.customer_id.nunique())
    if isinstance(fit, Unknown):
        return fit, naive
    return float(((renewal_rate(fit, since.turn.astype("float64")) - came) ** 2).mean()), naive


def _named(found: Renewals) -> Renewals:
    """Name what was found."""
    many, fit = len(found.decisions), found.fit
    interval = wilson_interval(int(found.decisions.renewed.sum()), many) if many else None
    for name in ("alpha", "beta"):
        value = fit[name] if isinstance(fit, Fit) else fit
        found.findings.append(finding(f"model.renewal_{name}", value, n=many or None, inputs=("contracts",)))
    found.findings.append(
        finding("model.renewal_rate", found.rate, n=many or None, interval=interval, inputs=("contracts",))
    )
    for name, value in (
        ("renewal_error", found.error),
        ("renewal_naive_error", found.naive_error),
        ("renewal_next_rate", _next(found)),
        ("renewals_due_12m", found.reason or len(found.ahead)),
    ):
        found.findings.append(finding(f"model.{name}", value, inputs=("contracts",)))
    return found


def _next(found: Renewals) -> float | Unknown:
    """Share of the renewals of the next twelve months that should say yes."""
    if found.reason is not None or found.ahead.empty:
        return found.reason or Unknown("not_applicable:renewals")
    return float(found.chances.mean())
