"""The next twelve months of each client and of the company, with the proof on its own past (11.1, D15, F19, J06).

Floor 5. The method is the one that erred least on past days; what does not beat « same as last year » is not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from capclient.findings import Finding, Value, finding
from capclient.indicators.retention import wilson_interval
from capclient.periods import Period, rolling
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.themes.outlook import NAIVE, Outlook, outlook, year_after
from capclient.themes.projection_proof import Proof, interval, months_ahead, prove
from capclient.themes.purchase_models import purchase_models
from capclient.vocabulary import Unknown

OF_FUTURE = (
    "next_12m", "next_12m_low", "next_12m_high", "naive", "change", "existing_customers", "new_customers",
    "contracted", "carried", "adjustment", "method", "total_method", "refused_customers", "annualised_customers",
    "decline_customers", "decline_amount", "level", "presence_months",
)  # fmt: skip
OF_PROOF = (
    "mase", "rolling_mase", "total_error", "naive_total_error", "bias", "overshoots", "coverage", "last_interval",
    "origins",
)  # fmt: skip
BY_CHANCE = ("presence", "trend", "alive", "risk")  # methods that start from the year of each client, whole
FALLING = 0.8  # of the year that is over, under which a projection is a clear fall
PARTS = ("opening", "contracts", "trend", "absence", "annualised", "adjusted", "closing")


@dataclass(frozen=True)
class Projection:
    """``clients``: one row a client: ``name revenue forecast_12m change state p_active reason is_annualised``
    ``contracted`` (euros) ``expected_amount`` (of a purchase, where the model of purchase is in use);
    ``forecast_12m`` is missing where ``reason`` (``pool``, ``too_new``) says why.

    ``past``: revenue by month up to D. ``months``: the twelve to come (``projected naive low high``). ``parts``: from
    the year that is over to the next: ``bar``, ``amount``. All are empty when ``reason`` says why.
    """

    clients: pd.DataFrame
    past: pd.DataFrame
    months: pd.DataFrame
    parts: pd.DataFrame
    now: Outlook | None
    proof: Proof | None
    low: float | Unknown
    high: float | Unknown
    reason: Unknown | None
    findings: list[Finding]

    @property
    def used(self) -> str:
        """Code of the method in use client by client."""
        return self.proof.used if self.proof else NAIVE

    def has_tried(self, method: str) -> bool:
        """Tell whether a method was put to the test on enough past days."""
        return self.proof is not None and method in self.proof.methods.method.tolist()

    @property
    def total(self) -> float | Unknown:
        """Projection of the company."""
        item = self.findings[0]
        return float(item.value) if item.value is not None else Unknown(item.reason or "history_short")


@once
def projection(portfolio: Portfolio) -> Projection:
    """Return the projection of the twelve months after D."""
    reason = _refused(portfolio)
    if reason is not None:
        return _none(portfolio, reason)
    limits = portfolio.thresholds.forecast
    now = outlook(portfolio, portfolio.as_of)
    proof = prove(portfolio, now)
    total = now.total(proof.used_total)
    bounds = interval(proof, total, level=float(limits.level), seed=limits.seed)
    low, high = (bounds, bounds) if isinstance(bounds, Unknown) else bounds
    clients = _clients(portfolio, now, proof.used)
    months = months_ahead(portfolio, total, proof, level=float(limits.level))
    return Projection(
        clients=clients,
        past=_past(portfolio),
        months=months,
        parts=_parts(now, proof.used, total),
        now=now,
        proof=proof,
        low=low,
        high=high,
        reason=None,
        findings=_findings(portfolio, now, proof, clients, total, low, high),
    )


def _refused(portfolio: Portfolio) -> Unknown | None:
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    year = rolling(portfolio.as_of)
    if not portfolio.is_complete(year):
        return Unknown("period_incomplete")
    return None if portfolio.total_revenue(year) > 0 else Unknown("denominator_zero")


def _clients(portfolio: Portfolio, now: Outlook, used: str) -> pd.DataFrame:
    frame, seen = portfolio.customers, now.clients
    table = frame[["name", "salesperson"]].join(seen[["revenue", "state", "reason"]])
    table["forecast_12m"] = seen[used].round(2)
    table["change"] = (table.forecast_12m - table.revenue).round(2)
    table["p_active"] = now.chances(used)
    models = purchase_models(portfolio)
    table["expected_amount"] = float("nan") if models.reason is not None else models.clients.expected_amount
    young = seen.months.notna() & seen.reason.isna() & (seen.annualised > 0)
    table["is_annualised"] = young.reindex(table.index, fill_value=False) & (used in BY_CHANCE)
    due = seen.signed + seen.renewed if used != NAIVE and "signed" in seen else 0.0
    table["contracted"] = due
    return table


def _past(portfolio: Portfolio) -> pd.DataFrame:
    months = portfolio.months.groupby("month").revenue.sum()
    whole = months[months.index <= pd.Timestamp(portfolio.as_of)].tail(36)
    return whole.rename("revenue").reset_index()


def _parts(now: Outlook, used: str, closing: float) -> pd.DataFrame:
    """Way from the year that is over to the next, one cause a bar; the sum is exact to the cent."""
    seen = now.clients[now.clients.reason.isna()]
    opening = round(float(seen.revenue.sum()) + now.carried, 2)
    moves = dict.fromkeys(PARTS[1:-1], 0.0)
    if used != NAIVE:
        rest = (seen.annualised - seen["last"]).clip(lower=0.0)
        due = seen.signed + seen.renewed
        moves["contracts"] = float((due - seen["last"].clip(upper=seen.annualised.clip(lower=0.0))).sum())
        moves["annualised"] = float((seen.annualised - seen.revenue).sum())
        chance = now.chances(used).reindex(seen.index).fillna(0.0)
        moves["absence"] = -float((rest * (1 - chance)).sum())
    moves = {name: round(amount, 2) for name, amount in moves.items()}
    moves["adjusted"] = round(closing - now.total(used), 2)
    # what the slope of each client, its expected orders or its credit notes add; roundings are no cause
    left = round(closing - opening - sum(moves.values()), 2)
    moves["trend" if abs(left) >= 1 else "absence"] += left
    moves = {name: round(amount, 2) for name, amount in moves.items()}
    rows = [("opening", opening), *((name, moves[name]) for name in PARTS[1:-1]), ("closing", closing)]
    table = pd.DataFrame(rows, columns=["bar", "amount"])
    return table[(table.amount.abs() >= 0.005) | table.bar.isin(["opening", "closing"])].reset_index(
        drop=True
    )


def _findings(
    portfolio: Portfolio,
    now: Outlook,
    proof: Proof,
    clients: pd.DataFrame,
    total: float,
    low: float | Unknown,
    high: float | Unknown,
) -> list[Finding]:
    naive = now.total(NAIVE)
    projected = clients.forecast_12m.notna()
    falls = projected & (clients.revenue > 0) & (clients.forecast_12m < FALLING * clients.revenue)
    errors: Any = proof.methods.set_index("method").loc[proof.used_total]
    unknown = Unknown("history_short")
    values: dict[str, Value | Unknown] = {
        "next_12m": total,
        "next_12m_low": low,
        "next_12m_high": high,
        "naive": naive,
        "change": total / naive - 1 if naive > 0 else Unknown("denominator_zero"),
        "existing_customers": round(float(clients.forecast_12m.sum()), 2),
        "new_customers": now.arrivals,
        "contracted": round(float(clients.contracted.sum()), 2),
        "carried": now.carried,
        "adjustment": round(total - now.total(proof.used), 2),
        "method": proof.used,
        "total_method": proof.used_total,
        "refused_customers": int(clients.reason.notna().sum()),
        "annualised_customers": int(clients.is_annualised.sum()),
        "decline_customers": int(falls.sum()),
        "decline_amount": round(-float(clients.change[falls].sum()), 2),
        "level": float(portfolio.thresholds.forecast.level),
        "presence_months": now.watched or unknown,
        "mase": proof.mase,
        "rolling_mase": proof.rolling,
        "total_error": float(errors.total_error) if proof.days else unknown,
        "naive_total_error": float(errors.naive_error) if proof.days else unknown,
        "bias": float(errors.bias) if proof.days else unknown,
        "overshoots": int(errors.overshoots) if proof.days else unknown,
        "coverage": proof.coverage,
        "last_interval": proof.last_interval,
        "origins": int(errors.origins) if proof.days else 0,
    }
    if portfolio.table("contracts").empty:
        values["contracted"] = Unknown("missing:contracts")
    caveats = _caveats(now, proof, total, low, high)
    n = int(projected.sum())
    tested = int(proof.of(proof.used_total).low.notna().sum())
    held = values["coverage"]
    within = wilson_interval(round(held * tested), tested) if isinstance(held, float) else None
    found = []
    for name, value in values.items():
        ahead = name in OF_FUTURE
        found.append(
            finding(
                f"forecast.{name}",
                value,
                period=year_after(portfolio.as_of) if ahead else _tried(proof),
                n=n if ahead else tested if name == "coverage" else len(proof.days),
                caveat=caveats.get(name),
                interval=within if name == "coverage" else None,
                inputs=("invoice_lines", "contracts") if name == "contracted" else ("invoice_lines",),
            )
        )
    return found


def _tried(proof: Proof) -> Period | None:
    """Days on which the past was projected, to the end of the last of them."""
    return Period(year_after(proof.days[0]).start, year_after(proof.days[-1]).end) if proof.days else None


def _caveats(
    now: Outlook, proof: Proof, total: float, low: float | Unknown, high: float | Unknown
) -> dict[str, str]:
    """What must stand beside the figures of this projection."""
    found = {}
    said = ["caveat.forecast_naive"] if proof.used == proof.used_total == NAIVE else []
    if not isinstance(low, Unknown) and not isinstance(high, Unknown) and not low <= total <= high:
        said.append("caveat.forecast_biased")
    if proof.used != proof.used_total:
        said.append("caveat.forecast_two_methods")
    said.append("caveat.forecast_no_arrivals")
    if said:
        found["next_12m"] = " ".join(said)
    if len(proof.days) == 1:
        found |= dict.fromkeys(("mase", "next_12m_low", "next_12m_high"), "caveat.forecast_one_origin")
    return found


def _none(portfolio: Portfolio, reason: Unknown) -> Projection:
    columns = ["name", "salesperson", "revenue", "state", "reason", "forecast_12m", "change", "p_active"]
    clients = pd.DataFrame(index=portfolio.customers.index, columns=[*columns, "is_annualised", "contracted"])
    clients["forecast_12m"] = clients.forecast_12m.astype("float64")
    empty = pd.DataFrame()
    period = year_after(portfolio.as_of) if portfolio.has_lines else None
    found = [finding(f"forecast.{name}", reason, period=period) for name in (*OF_FUTURE, *OF_PROOF)]
    return Projection(clients, empty, empty, empty, None, None, reason, reason, reason, found)
