"""What clients bring over their life, by age and year of arrival, and when it pays back their winning (7, I06).

Floor 5. Its findings bear the group ``lifecycle`` and are handed over by the theme ``life``.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.engine import life as engine
from capclient.findings import SMALL, Finding, finding
from capclient.indicators import contribution as indicators
from capclient.indicators.cohorts import kaplan_meier, median_survival
from capclient.indicators.margins import uncovered
from capclient.indicators.retention import share_of, wilson_interval
from capclient.portfolio import Portfolio
from capclient.themes.cohorts import client_seniority
from capclient.themes.newcomers import newcomers
from capclient.themes.once import once
from capclient.vocabulary import Unknown

AGES = (6, 12, 24, 36)
LONGEST = 60  # months of a life that are drawn
PAID = ("payback_months", "payback_12m_share")
NAMES = (
    *(f"contribution_{age}m_median" for age in AGES),
    "contribution_12m_low",
    "contribution_12m_high",
    "margin_12m_median",
    *PAID,
    "contribution_unseen_customers",
)


@dataclass(frozen=True)
class LifeContribution:
    """``clients``: ``cohort`` (year of the first purchase) and ``followed`` (whole months) of those whose first
    purchase was seen; ``ages``: customers, quartiles and total of the revenue brought at 6, 12, 24 and 36 months.

    ``curves``: the quartiles of each cohort month after month; ``cohorts``: its medians at the same ages, missing where
    some of its clients were not followed so long. ``margin``: margin brought by each client at each age, or why not;
    ``margins``: as ``ages``. ``payback``: months until the margin of each client covered ``cost``, what winning one
    costs, or why that is unknown. ``unseen``: clients whose first purchase the data cannot show, left out.
    """

    clients: pd.DataFrame
    ages: pd.DataFrame
    curves: pd.DataFrame
    cohorts: pd.DataFrame
    margins: pd.DataFrame | Unknown
    margin_curves: pd.DataFrame | Unknown
    payback: pd.DataFrame | Unknown
    cost: float | Unknown
    unseen: int
    reason: Unknown | None
    findings: list[Finding]


@once
def life_contribution(portfolio: Portfolio) -> LifeContribution:
    """Return what clients brought since their first purchase."""
    if portfolio.no_days:
        return _none(portfolio.no_days)
    followed = portfolio.ledger.frame(engine.FOLLOWED, {"end": portfolio.data_end})
    followed = followed.set_index("customer_id").astype({"first_day": "datetime64[ns]"})
    known = client_seniority(portfolio)
    frame = portfolio.customers
    older = known.seniority_censored | (known.first_seen < frame.first_purchase)
    bought = frame.first_purchase.notna() & ~frame.is_pool
    clients = followed.reindex(frame.index[bought & ~older])
    clients = clients[clients.followed.notna()].astype({"followed": "int64"})
    unseen = int((bought & older).sum())
    if clients.empty:
        return _none(Unknown("history_short"), unseen)
    clients["cohort"] = clients.first_day.dt.year
    clients["name"] = frame.name
    rows = portfolio.ledger.frame(engine.MONTHS_OF_LIFE, {"end": portfolio.data_end, "months": LONGEST})
    rows = rows[rows.customer_id.isin(clients.index)]
    brought = indicators.cumulated(rows, clients.index, measure="revenue", months=LONGEST)
    ages = indicators.at_ages(brought, clients.followed, AGES)
    curves = indicators.cohort_curves(brought, clients.followed, clients.cohort)
    margin = _margin(portfolio, rows, clients)
    margins: pd.DataFrame | Unknown = margin if isinstance(margin, Unknown) else indicators.at_ages(
        margin, clients.followed, AGES
    )  # fmt: skip
    cost = _cost(portfolio)
    payback = _payback(margin, clients, cost)
    return LifeContribution(
        clients=clients,
        ages=ages,
        curves=curves,
        cohorts=_cohorts(curves),
        margins=margins,
        margin_curves=margin if isinstance(margin, Unknown) else indicators.cohort_curves(
            margin, clients.followed, clients.cohort
        ),
        payback=payback,
        cost=cost,
        unseen=unseen,
        reason=None,
        findings=_findings(ages, margins, payback, clients, unseen),
    )  # fmt: skip


def _margin(portfolio: Portfolio, rows: pd.DataFrame, clients: pd.DataFrame) -> pd.DataFrame | Unknown:
    """Margin brought by each client at each age; unknown when too little of the revenue has a cost (4.1)."""
    revenue, costed = int(rows.revenue.sum()), int(rows.costed.fillna(0).sum())
    # a credit note without cost must not make up for sales without cost
    least = portfolio.thresholds.concentration.cost_coverage
    lacking = uncovered(revenue, revenue - abs(revenue - costed) if costed else 0, least=least)
    if lacking is not None:
        return lacking
    return indicators.cumulated(rows, clients.index, measure="margin", months=LONGEST)


def _cohorts(curves: pd.DataFrame) -> pd.DataFrame:
    """Medians of each cohort at the ages that all of its clients reached; a row per year of arrival, newest last."""
    table = curves.groupby("cohort").customers.first().to_frame()
    wide = curves.pivot(index="cohort", columns="age", values="median")
    for age in AGES:
        table[f"after_{age}m"] = wide[age] if age in wide else float("nan")
    return table.reset_index()


def _cost(portfolio: Portfolio) -> float | Unknown:
    """What winning one client cost in N (12.4)."""
    item = next(one for one in newcomers(portfolio).findings if one.id == "prospecting.acquisition_cost")
    return Unknown(item.reason or "missing:prospecting_cost") if item.value is None else float(item.value)


def _payback(
    margin: pd.DataFrame | Unknown, clients: pd.DataFrame, cost: float | Unknown
) -> pd.DataFrame | Unknown:
    if isinstance(margin, Unknown):
        return margin
    if isinstance(cost, Unknown):
        return cost
    return clients[["name", "cohort"]].join(indicators.months_to_cover(margin, clients.followed, cost))


def _findings(
    ages: pd.DataFrame,
    margins: pd.DataFrame | Unknown,
    payback: pd.DataFrame | Unknown,
    clients: pd.DataFrame,
    unseen: int,
) -> list[Finding]:
    def at(table: pd.DataFrame | Unknown, age: int, what: str) -> float | Unknown:
        if isinstance(table, Unknown):
            return table
        value = table.loc[age, what]
        return Unknown("history_short") if pd.isna(value) else float(value)  # type: ignore[arg-type]

    found = [
        finding(
            f"lifecycle.contribution_{age}m_median",
            at(ages, age, "median"),
            n=int(ages.customers[age]),
            caveat=_few(int(ages.customers[age])),
        )
        for age in AGES
    ]
    year = int(ages.customers[12])
    few = _few(year)
    for side in ("low", "high"):
        found.append(finding(f"lifecycle.contribution_12m_{side}", at(ages, 12, side), n=year, caveat=few))
    found.append(finding("lifecycle.margin_12m_median", at(margins, 12, "median"), n=year, caveat=few))
    found += _paid(payback, clients)
    return [*found, finding("lifecycle.contribution_unseen_customers", unseen)]


def _few(n: int) -> str | None:
    return "caveat.life_few" if 0 < n < SMALL else None


def _paid(payback: pd.DataFrame | Unknown, clients: pd.DataFrame) -> list[Finding]:
    inputs = ("invoice_lines", "economics")
    if isinstance(payback, Unknown):
        return [finding(f"lifecycle.{name}", payback, inputs=inputs) for name in PAID]
    followed = payback[payback.months > 0]
    median = median_survival(kaplan_meier(followed.months, followed.is_covered))
    year = clients.followed >= 12
    n, paid = int(year.sum()), int((payback.is_covered & (payback.months <= 12))[year].sum())
    return [
        finding(
            "lifecycle.payback_months",
            median if isinstance(median, Unknown) else int(median),
            n=len(followed),
            inputs=inputs,
        ),
        finding(
            "lifecycle.payback_12m_share",
            share_of(paid, n) if n else Unknown("history_short"),
            n=n,
            interval=wilson_interval(paid, n) if n else None,
            inputs=inputs,
        ),
    ]


def _none(reason: Unknown, unseen: int | None = None) -> LifeContribution:
    empty = pd.DataFrame()
    found = [finding(f"lifecycle.{name}", reason) for name in NAMES[:-1]]
    found.append(finding(f"lifecycle.{NAMES[-1]}", reason if unseen is None else unseen))
    return LifeContribution(
        empty, empty, empty, empty, reason, reason, reason, reason, unseen or 0, reason, found
    )
