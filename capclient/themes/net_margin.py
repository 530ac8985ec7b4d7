"""Net margin of each client, the whale curve, and who pays the fixed costs (4.4, 4.6, D07, I11).

Floor 5. Without a cost to serve, the curve is that of the gross margin, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding
from capclient.indicators.concentration import abc_classes
from capclient.indicators.margins import LEVELS, fixed_cost_cover, margin_rate, profitability_levels
from capclient.indicators.whale import Whale, whale, whale_curve
from capclient.portfolio import Portfolio
from capclient.themes.margins import margins, of
from capclient.themes.once import once
from capclient.themes.service import INPUTS, service
from capclient.vocabulary import Unknown

FOUND = (
    "net", "net_rate", "whale_peak_share", "whale_destroyed_share", "whale_peak", "whale_destroyed", "whale_total",
    "whale_makers", "whale_destroyers", "unjudged_customers", *(f"{level}_customers" for level in LEVELS),
    "fixed_cost_cover", "class_a_fixed_cost_cover", "class_a_margin_share",
)  # fmt: skip


@dataclass(frozen=True)
class NetMargin:
    """``customers``: one row per client: ``gross_margin``, ``cost_to_serve``, ``net_margin``, their rates,
    ``margin`` (the one the curve adds up), ``margin_rate``, ``level``, ``cause``: what makes it destroy value.

    ``basis``: ``net``, or ``gross`` when no cost to serve is known. ``curve``: the clients, best first, with the margin
    added up; pooled codes and clients whose margin is unknown left out. Empty when ``reason`` says why.
    """

    customers: pd.DataFrame
    curve: pd.DataFrame
    whole: Whale | Unknown
    basis: str
    reason: Unknown | None
    findings: list[Finding]


@once
def net_margin(portfolio: Portfolio) -> NetMargin:
    """Return what each client leaves once it is served."""
    known, served = margins(portfolio), service(portfolio)
    if known.reason is not None:
        found = [of(portfolio, name, known.reason, inputs=INPUTS) for name in FOUND]
        return NetMargin(pd.DataFrame(), pd.DataFrame(), known.reason, "gross", known.reason, found)
    basis = "gross" if served.reason is not None else "net"
    customers = _customers(portfolio, basis)
    counted = customers[~portfolio.customers.is_pool & customers.concerned]
    curve = whale_curve(counted.margin)
    whole = whale(counted.margin)
    return NetMargin(
        customers=customers,
        curve=curve.join(customers[["name", "salesperson", "revenue_n", "margin_rate"]]),
        whole=whole,
        basis=basis,
        reason=whole if isinstance(whole, Unknown) else None,
        findings=_findings(portfolio, counted, whole, basis),
    )


def _customers(portfolio: Portfolio, basis: str) -> pd.DataFrame:
    known, served, frame = margins(portfolio).customers, service(portfolio), portfolio.customers
    table = frame[["name", "salesperson", "segment", "revenue_n"]].copy()
    table["gross_margin"], table["gross_margin_rate"] = known.gross_margin, known.gross_margin_rate
    positive = frame.cost_known_revenue_n.where(frame.cost_known_revenue_n > 0)
    if basis == "net":
        table["cost_to_serve"] = served.customers.cost_to_serve
        table["service_rate"] = served.customers.service_rate
        table["net_margin"] = (table.gross_margin - table.cost_to_serve).round(2)
        table["net_margin_rate"] = table.net_margin / positive
        table["first_activity"] = served.customers.first_activity
    else:
        for name in ("cost_to_serve", "service_rate", "net_margin", "net_margin_rate"):
            table[name] = float("nan")
        table["first_activity"] = None
    table["margin"], table["margin_rate"] = table[f"{basis}_margin"], table[f"{basis}_margin_rate"]
    # whoever bought something this year or was served: others have nothing on the curve
    table["concerned"] = known.coverage.notna() | (table.cost_to_serve > 0)
    table["level"] = profitability_levels(
        table.margin_rate, limits=portfolio.thresholds.profitability.levels
    ).where(table.concerned)
    loses = table.margin < 0
    table["cause"] = table.first_activity.where(loses)
    table["cause"] = table.cause.mask(loses & (table.gross_margin < 0), "sold_at_a_loss")
    return table


def _findings(
    portfolio: Portfolio, counted: pd.DataFrame, whole: Whale | Unknown, basis: str
) -> list[Finding]:
    cents, served = margins(portfolio).whole, service(portfolio)
    gross = (int(cents.costed_n) - int(cents.cost_n)) / 100
    net: float | Unknown = (
        served.reason
        if served.reason is not None
        else round(gross - float(served.customers.cost_to_serve.sum()), 2)
    )
    best = gross if isinstance(net, Unknown) else net
    fixed = portfolio.params.economics.fixed_costs
    classes = abc_classes(counted.revenue_n, limits=portfolio.thresholds.concentration.abc).abc_class
    large = float(counted.margin[classes == "A"].sum())
    levels = counted.level.value_counts()
    judged = int(counted.margin.notna().sum())
    values: dict[str, object] = {
        "net": net,
        "net_rate": net if isinstance(net, Unknown) else margin_rate(int(cents.costed_n), round(net * 100)),
        **{
            f"whale_{name}": whole if isinstance(whole, Unknown) else getattr(whole, name)
            for name in (
                "peak_share",
                "destroyed_share",
                "peak",
                "destroyed",
                "total",
                "makers",
                "destroyers",
            )
        },
        "unjudged_customers": len(counted) - judged,
        **{f"{level}_customers": int(levels.get(level, 0)) for level in LEVELS},
        "fixed_cost_cover": fixed_cost_cover(best, fixed),
        "class_a_fixed_cost_cover": fixed_cost_cover(large, fixed),
        "class_a_margin_share": large / float(counted.margin.sum())
        if float(counted.margin.sum()) > 0
        else Unknown("denominator_zero"),
    }
    caveat = "caveat.gross_basis" if basis == "gross" else None
    return [
        of(
            portfolio,
            name,
            values[name],
            n=judged,
            caveat=None if name in {"net", "net_rate", "unjudged_customers"} else caveat,
            inputs=INPUTS,
        )
        for name in FOUND
    ]
