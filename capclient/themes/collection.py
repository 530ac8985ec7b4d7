"""How long the company waits for what clients owe, and how well it collects (5.2 to 5.5, 5.9).

Floor 5. Its findings bear the group ``receivables`` and are handed over by that theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from capclient.engine import receivables as engine
from capclient.findings import Finding, finding
from capclient.indicators import ageing
from capclient.indicators.dso import (
    average_days_delinquent,
    beyond_due,
    collection_effectiveness,
    countback_dso,
    dso,
)
from capclient.portfolio import Portfolio
from capclient.themes.accounts import INPUTS, Sales, first_day, months_back, sales, year_caveat
from capclient.themes.accounts import year as year_of
from capclient.themes.settlements import caveats
from capclient.vocabulary import Unknown

PARTS = (
    "dso_overdue",
    "dso_disputed",
    "dso_undated",
    "dso_unallocated",
)  # of what exceeds the best possible DSO
WAITING = ("dso", "dso_countback", "dso_best_possible", "average_days_delinquent", *PARTS, "cei")


def waits(portfolio: Portfolio, balance: pd.Series) -> dict[str, Fraction | Unknown]:
    """Return the days of sales by measure; ``balance`` is the aged balance, in cents by class."""
    sold, year = sales(portfolio), year_of(portfolio)
    total, not_due = int(balance.sum()), int(balance["not_due"])
    missing = sold.reason or (None if portfolio.is_complete(year) else Unknown("period_incomplete"))
    simple = missing or dso(total, sold.over(year), days=year.days)
    best = missing or dso(not_due, sold.over(year), days=year.days)
    cents = {"dso_overdue": ageing.overdue(balance)}
    cents |= {name: int(balance[name.removeprefix("dso_")]) for name in PARTS[1:]}
    parts: dict[str, Fraction | Unknown] = beyond_due(cents, sold.over(year), days=year.days)
    gap = average_days_delinquent(simple, best)
    if isinstance(gap, Unknown):
        parts = dict.fromkeys(PARTS, gap)
    return {
        "dso": simple,
        "dso_countback": sold.reason or countback_dso(total, months_back(portfolio, sold)),
        "dso_best_possible": best,
        "average_days_delinquent": gap,
        **parts,
    }


def waiting(
    portfolio: Portfolio, measured: Mapping[str, Fraction | Unknown], balance: pd.Series, past: Unknown | None
) -> list[Finding]:
    """Return the findings of the waits, and that of the effectiveness of collection (``past``: why it is unknown)."""
    sold, year = sales(portfolio), year_of(portfolio)
    values = {**measured, "cei": _effectiveness(portfolio, sold, balance, past)}
    caveat = caveats("caveat.estimated" if sold.is_estimated else None, year_caveat(portfolio))
    return [
        finding(
            f"receivables.{name}",
            value if isinstance(value, Unknown) else float(value),
            period=year,
            caveat=None if name == "dso_countback" and not sold.is_estimated else caveat,
            inputs=(*INPUTS, "invoice_lines"),
        )
        for name, value in values.items()
    ]


def _effectiveness(
    portfolio: Portfolio, sold: Sales, balance: pd.Series, past: Unknown | None
) -> Fraction | Unknown:
    year = year_of(portfolio)
    if past is not None or sold.reason is not None:
        return past or sold.reason or Unknown("not_applicable")
    if not portfolio.is_complete(year):
        return Unknown("period_incomplete")
    opening = int(portfolio.ledger.frame(engine.OPENED, {"day": year.start}).cents.iloc[0])
    if opening == 0 and first_day(portfolio) >= year.start:
        return Unknown("history_short")
    return collection_effectiveness(
        opening=opening, sales=sold.over(year), closing=int(balance.sum()), not_due=int(balance["not_due"])
    )
