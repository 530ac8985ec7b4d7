"""What the clients of today are worth: margin, retention and time, and what happens when one moves (15.2, E08).

Floor 5. No accounting value and no appraisal: a clientele that a company made itself stands on no balance sheet (PCG).
Margin is net where a cost to serve is known, else gross, and says which; revenue never stands in for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from capclient.findings import Finding, Value, finding
from capclient.indicators.concentration import abc_classes
from capclient.indicators.value.equity import (
    customer_equity,
    newcomers_equity,
    retention_by_silence,
    scenarios,
    shrunk_retention,
)
from capclient.periods import Period, shifted
from capclient.portfolio import Portfolio
from capclient.themes.activity import behaviour
from capclient.themes.cohorts import client_seniority
from capclient.themes.net_margin import net_margin
from capclient.themes.once import once
from capclient.themes.origins import seen_at
from capclient.vocabulary import ABC, Unknown

NEW = "new"
SILENT = ("at_risk", "inactive", "lost")
KINDS = (*ABC, NEW)
PAIRS = 3  # of complete years that follow each other, at most
POINTS, RATES, HORIZONS = 0.05, 0.02, (3, 10)  # of the scenarios: retention, discount, years
HIGHEST = 0.99  # nobody keeps every client for ever, even in a scenario
MOVES = {
    "retention_up": (POINTS, 0.0), "retention_down": (-POINTS, 0.0),
    "discount_up": (0.0, RATES), "discount_down": (0.0, -RATES),
}  # fmt: skip
NAMES = (
    "total", "floored_total", "new_customers", "customers", "unvalued_customers", "margin", "retention",
    "negative_customers", "first_customer_share", "without_first", *MOVES, "horizon_short", "horizon_long",
    "retention_effect", "at_risk_part", "at_risk_customers",
)  # fmt: skip
INPUTS = ("invoice_lines", "cost_to_serve")


@dataclass(frozen=True)
class Equity:
    """``clients``: ``name salesperson kind is_silent margin retention equity`` of the clients valued, best first.

    ``kinds``: one row a class: ``kind observed stayed share retention customers margin equity``. ``cells``: the same,
    apart for clients in their rhythm and for the silent ones (``is_silent``: at risk, inactive). ``scenarios``: total
    under each hypothesis (``scenario``, ``equity``). ``basis``: ``net`` or ``gross``. ``first``: row of the client of
    largest revenue, None when it is not valued. All are empty when ``reason`` says why.
    """

    clients: pd.DataFrame
    kinds: pd.DataFrame
    cells: pd.DataFrame
    scenarios: pd.DataFrame
    basis: str
    first: str | None
    reason: Unknown | None
    findings: list[Finding]


@once
def equity(portfolio: Portfolio) -> Equity:
    """Return what the clients of a portfolio are worth at D."""
    earned = net_margin(portfolio)
    years = portfolio.years_back(PAIRS + 1) if portfolio.has_lines else []
    reason = earned.reason or (Unknown("history_short") if len(years) < 2 else None)
    if reason is not None:
        return _none(portfolio, reason, earned.basis)
    observed = _observed(portfolio, years)
    limits = portfolio.thresholds.equity
    cells = observed.assign(retention=retention_by_silence(observed, weight=limits.shrinkage))
    observed = observed.groupby(level="kind")[["observed", "stayed"]].sum()
    observed["retention"] = shrunk_retention(observed.stayed, observed.observed, weight=limits.shrinkage)
    frame = portfolio.customers
    active = frame[frame.revenue_n.gt(0) & ~frame.is_pool]
    clients = active[["name", "salesperson", "revenue_n"]].copy()
    clients["kind"] = _kinds(portfolio, years[-1], active.revenue_n)
    clients["margin"] = earned.customers.margin.reindex(clients.index)
    clients["is_silent"] = _silent(portfolio, portfolio).reindex(clients.index, fill_value=False)
    places = pd.MultiIndex.from_frame(clients[["kind", "is_silent"]])
    clients["retention"] = cells.retention.reindex(places).to_numpy("float64")
    valued = clients.dropna(subset=["margin", "retention"]).copy()
    if valued.empty:
        return _none(portfolio, Unknown("n_small"), earned.basis)
    worth = customer_equity(
        valued.margin, valued.retention, discount=float(limits.discount), years=limits.years
    )
    valued["equity"] = worth.round(2)
    valued = valued.sort_values(["equity", "name"], ascending=[False, True], kind="stable")
    first = str(clients.sort_values(["revenue_n", "name"], ascending=[False, True]).index[0])
    first_known = first if first in valued.index else None
    moved = _scenarios(portfolio, valued, first_known)
    kinds = _summed(observed, valued, ["kind"]).reindex([kind for kind in KINDS if kind in observed.index])
    coming = _newcomers(portfolio, years, valued, kinds)
    return Equity(
        clients=valued,
        kinds=kinds.rename_axis("kind").reset_index(),
        cells=_summed(cells, valued, ["kind", "is_silent"]).reset_index(),
        scenarios=moved,
        basis=earned.basis,
        first=first_known,
        reason=None,
        findings=_findings(portfolio, valued, moved, first_known, coming, earned.basis, len(clients)),
    )


def _summed(observed: pd.DataFrame, valued: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Join what was observed of each group and what its clients of today are worth."""
    sums = valued.groupby(by).agg(
        customers=("equity", "size"), margin=("margin", "sum"), equity=("equity", "sum")
    )
    known = observed.join(sums).fillna({"customers": 0, "margin": 0.0, "equity": 0.0})
    return known.assign(share=known.stayed / known.observed.where(known.observed > 0))


def _silent(portfolio: Portfolio, then: Portfolio) -> pd.Series:
    """Tell which clients had fallen silent on the day of a portfolio: at risk, inactive or lost (8)."""
    if portfolio.no_days is not None:
        return pd.Series(False, index=portfolio.customers.index)
    return behaviour(then).state.isin(SILENT).reindex(portfolio.customers.index, fill_value=False)


def _kinds(portfolio: Portfolio, year: Period, revenue: pd.Series) -> pd.Series:
    """Class of value of each active client in a year; the clients that came in that year are a class of their own."""
    classes = abc_classes(revenue, limits=portfolio.thresholds.concentration.abc).abc_class
    return classes.astype("object").mask(_came(portfolio, year).reindex(revenue.index), NEW)


def _came(portfolio: Portfolio, year: Period) -> pd.Series:
    """Tell which clients came in a year, as far as data that begin a year before it can tell."""
    ages, data = client_seniority(portfolio), portfolio.coverage
    first = ages.first_seen.astype("datetime64[ns]")
    if (data.first - shifted(year.start, -12)).days > data.tolerance_days + 1:
        return pd.Series(False, index=first.index)
    return first.ge(pd.Timestamp(year.start)) & first.le(pd.Timestamp(year.end))


def _observed(portfolio: Portfolio, years: list[Period]) -> pd.DataFrame:
    """Clients active in a year and those of them active in the next, by class and silence at its end (2.3)."""
    own = ~portfolio.customers.is_pool
    parts = []
    for year, following in pairwise(years):
        revenue = portfolio.revenue(year)[own]
        revenue = revenue[revenue > 0]
        stays = portfolio.revenue(following).reindex(revenue.index) > 0
        parts.append(
            pd.DataFrame(
                {
                    "kind": _kinds(portfolio, year, revenue),
                    "is_silent": _silent(portfolio, seen_at(portfolio, year.end)).reindex(revenue.index),
                    "stayed": stays.astype("int64"),
                }
            )
        )
    table = (
        pd.concat(parts)
        .groupby(["kind", "is_silent"])
        .agg(observed=("stayed", "size"), stayed=("stayed", "sum"))
    )
    every = pd.MultiIndex.from_product([list(KINDS), [False, True]], names=["kind", "is_silent"])
    return table.reindex(every).fillna(0).astype("int64")


def _scenarios(portfolio: Portfolio, valued: pd.DataFrame, first: str | None) -> pd.DataFrame:
    limits = portfolio.thresholds.equity
    discount, years = float(limits.discount), limits.years
    totals = scenarios(
        valued.margin, valued.retention, discount=discount, years=years,
        moves={"base": (0.0, 0.0), **MOVES}, most=HIGHEST,
    )  # fmt: skip
    totals["base"] = float(valued.equity.sum())
    for name, horizon in zip(("horizon_short", "horizon_long"), HORIZONS, strict=True):
        totals[name] = float(
            customer_equity(valued.margin, valued.retention, discount=discount, years=horizon).sum()
        )
    if first is not None:
        totals["without_first"] = totals["base"] - float(valued.equity[first])
    return totals.round(2).rename_axis("scenario").reset_index()


def _newcomers(
    portfolio: Portfolio, years: list[Period], valued: pd.DataFrame, kinds: pd.DataFrame
) -> float | Unknown:
    """Worth of the clients to come: as many a year as came, earning and staying as the last ones (nothing deducted)."""
    own = ~portfolio.customers.is_pool
    data = portfolio.coverage
    told = [year for year in years if (data.first - shifted(year.start, -12)).days <= data.tolerance_days + 1]
    if not told:
        return Unknown("history_short")
    number = sum(
        int((_came(portfolio, year) & own & (portfolio.revenue(year) > 0)).sum()) for year in told
    ) / len(told)
    new = valued[valued.kind == NEW]
    if number == 0:
        return 0.0
    if new.empty:
        return Unknown("denominator_zero:new_customers")
    limits = portfolio.thresholds.equity
    kept = float(kinds.retention[NEW])
    return newcomers_equity(
        number, float(new.margin.mean()), kept, discount=float(limits.discount), years=limits.years
    )


def _findings(
    portfolio: Portfolio,
    valued: pd.DataFrame,
    moved: pd.DataFrame,
    first: str | None,
    coming: float | Unknown,
    basis: str,
    active: int,
) -> list[Finding]:
    totals = moved.set_index("scenario").equity
    total = float(totals["base"])
    no_first = Unknown("unreliable:cost_coverage")  # its margin is not known well enough
    positive = total > 0
    values: dict[str, Value | Unknown] = {
        "total": total,
        "floored_total": float(valued.equity.clip(lower=0).sum()),
        "new_customers": coming,
        "customers": len(valued),
        "unvalued_customers": active - len(valued),
        "margin": float(valued.margin.sum()),
        "retention": float(valued.retention.mean()),
        "negative_customers": int((valued.equity < 0).sum()),
        "first_customer_share": no_first if first is None
        else float(valued.equity[first]) / total if positive else Unknown("denominator_zero"),
        "without_first": no_first if first is None else float(totals["without_first"]),
        **{name: float(totals[name]) for name in (*MOVES, "horizon_short", "horizon_long")},
        "at_risk_part": float(valued.equity[valued.is_silent].sum()),
        "at_risk_customers": int(valued.is_silent.sum()),
        "retention_effect": float(totals["retention_up"]) / total - 1 if positive else Unknown("denominator_zero"),
    }  # fmt: skip
    said = ["caveat.equity"] + (["caveat.equity_gross"] if basis == "gross" else [])
    caveats = {"total": " ".join(said), "floored_total": " ".join(said), "new_customers": "caveat.equity_new"}
    return [
        finding(
            f"equity.{name}", values[name], period=portfolio.windows.n, n=len(valued), caveat=caveats.get(name),
            inputs=INPUTS,
        )
        for name in NAMES
    ]  # fmt: skip


def _none(portfolio: Portfolio, reason: Unknown, basis: str) -> Equity:
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    found = [finding(f"equity.{name}", reason, period=period, inputs=INPUTS) for name in NAMES]
    empty = pd.DataFrame()
    return Equity(empty, empty, empty, empty, basis, None, reason, found)
