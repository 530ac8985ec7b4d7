"""Revenue by segment, each line beside its year before, and the matrix of Ansoff (1.10, 1.11).

Floor 5. The lines of every table add up to the revenue of the company: what has no segment, pooled codes and sales
without client are lines too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from capclient.engine import weights as engine
from capclient.findings import Finding, finding
from capclient.indicators.ansoff import QUADRANTS, ansoff_matrix
from capclient.indicators.breakdown import mix_change, revenue_by, segments_hhi, with_change, with_rest
from capclient.indicators.concentration import pmg_classes
from capclient.indicators.salespeople import salesperson_table
from capclient.periods import Period, shifted
from capclient.portfolio import Portfolio
from capclient.summaries import euros
from capclient.themes.base import UNDATED, Base, base
from capclient.themes.counts import counts
from capclient.themes.once import once
from capclient.themes.sellers import revenue_by_seller, served
from capclient.vocabulary import Unknown

DIMENSIONS = ("segment", "sector", "region", "country", "customer_type", "salesperson")
OF_LINES = ("family", "activity")
MEASURED = ("segment", "sector", "region", "family", "activity")
INACTIVE = "inactive"  # no size without revenue in N
NEW_FAMILY_MONTHS = 36
OBSERVED_MONTHS = 12  # before that: without them, every family of young data would look new


@dataclass(frozen=True)
class Breakdown:
    """``tables``: revenue by each dimension that is known, one line per segment, largest first, then the lines
    without segment (``line`` is ``segment``, ``blank``, ``pooled`` or ``unassigned``); ``ansoff``: revenue by
    quadrant, or why there is none.
    """

    tables: dict[str, pd.DataFrame]
    ansoff: pd.DataFrame | Unknown
    findings: list[Finding]


@once
def breakdown(portfolio: Portfolio) -> Breakdown:
    """Return the revenue of a portfolio by segment."""
    here = base(portfolio)
    tables = _tables(portfolio, here) if here.reason is None else {}
    ansoff = _ansoff(portfolio, here)
    return Breakdown(tables, ansoff, _findings(here, tables, ansoff))


def _tables(portfolio: Portfolio, here: Base) -> dict[str, pd.DataFrame]:
    frame = here.frame
    labels = {name: frame[name] for name in DIMENSIONS if name in frame and frame[name].notna().any()}
    limits = portfolio.thresholds.concentration
    labels["size"] = pmg_classes(here.revenue, limits=limits.pmg).pmg_class.fillna(INACTIVE)
    rest = _rest(portfolio, portfolio.windows.n) if portfolio.has_lines else {}
    rest_before = _rest(portfolio, portfolio.windows.n1) if here.before is not None else {}
    tables = {}
    for name, label in labels.items():
        now = with_rest(revenue_by(frame.revenue_n, label), rest)
        past = None if here.before is None else with_rest(revenue_by(here.before, label), rest_before)
        tables[name] = with_change(now, past)
    if portfolio.has_lines and "salesperson" in tables:
        tables["salesperson"] = _by_seller(portfolio, here, rest, rest_before)
    return tables | (_line_tables(portfolio, here) if portfolio.has_lines else {})


def _by_seller(
    portfolio: Portfolio, here: Base, rest: dict[str, float], rest_before: dict[str, float]
) -> pd.DataFrame:
    """Breakdown by who sold: the salesperson of the line, else of the client, as the table per salesperson (1.12)."""
    found = salesperson_table(served(portfolio, here))
    columns = ["salesperson", "customers", "active", "revenue", "share", "is_blank"]
    now = with_rest(found[columns].rename(columns={"salesperson": "segment"}), rest)
    if here.before is None:
        return with_change(now, None)
    sold = revenue_by_seller(portfolio, here, portfolio.windows.n1)
    return with_change(now, with_rest(revenue_by(sold.revenue, sold.seller), rest_before))


def _rest(portfolio: Portfolio, period: Period) -> dict[str, float]:
    """Revenue of a period that is of no client: pooled codes, and sales without client."""
    revenue = portfolio.revenue(period)
    pooled = float(revenue[portfolio.customers.is_pool].sum())
    return {"pooled": pooled, "unassigned": portfolio.total_revenue(period) - float(revenue.sum())}


def _line_tables(portfolio: Portfolio, here: Base) -> dict[str, pd.DataFrame]:
    """Breakdown by what lines say: every sale counts, whoever bought."""
    years = portfolio.windows
    rows = portfolio.ledger.frame(
        engine.LINE_SEGMENTS,
        {"start": years.n.start, "end": years.n.end, "start_n1": years.n1.start, "end_n1": years.n1.end},
    )
    tables = {}
    for name in OF_LINES:
        own = rows[rows.grain == engine.GRAINS[name]]
        if own[name].isna().all():
            continue
        now, past = (
            with_rest(revenue_by(euros(own[column]), own[name]), {}).drop(columns=["customers", "active"])
            for column in ("revenue", "revenue_n1")
        )
        tables[name] = with_change(now, None if here.before is None else past)
    return tables


def _ansoff(portfolio: Portfolio, here: Base) -> pd.DataFrame | Unknown:
    if not portfolio.has_lines:
        return UNDATED
    if here.reason is not None:
        return here.reason
    new_from = shifted(here.period.end, -NEW_FAMILY_MONTHS) + timedelta(days=1)
    observed = Period(shifted(here.period.end, -NEW_FAMILY_MONTHS - OBSERVED_MONTHS), here.period.end)
    named = {"start": here.period.start, "end": here.period.end, "new_from": new_from}
    for operation in engine.NEW_OFFERS.values():  # families, failing that activities: a service sells these
        cells = portfolio.ledger.frame(operation, named)
        if cells.is_new_family.notna().any():
            break
    else:
        return Unknown("missing:family_or_activity")
    if not portfolio.is_complete(observed):
        return Unknown("history_short")
    status = counts(portfolio).customers.status.reindex(here.frame.index)
    cells["is_new_customer"] = cells.customer_id.map(status.eq("new").astype("boolean")).astype("boolean")
    return ansoff_matrix(cells.assign(revenue=euros(cells.revenue)))


def _findings(here: Base, tables: dict[str, pd.DataFrame], ansoff: pd.DataFrame | Unknown) -> list[Finding]:
    values: dict[str, float | Unknown] = {}
    for name in MEASURED:
        missing = Unknown(f"missing:{name}")
        table = tables.get(name)
        if table is None or table.is_blank.all():
            values |= {f"{name}_hhi": missing, f"{name}_first_share": missing}
        else:
            values[f"{name}_hhi"] = segments_hhi(table)
            values[f"{name}_first_share"] = _first(table)
    for name in ("segment", "family"):
        table = tables.get(name)
        values[f"{name}_mix_change"] = (
            here.no_change
            if here.before is None
            else Unknown(f"missing:{name}")
            if table is None
            else mix_change(table)
        )
    for name in QUADRANTS:
        share = ansoff if isinstance(ansoff, Unknown) else float(ansoff.share[name])
        values[f"ansoff_{name}_share"] = (
            Unknown("denominator_zero") if share != share else share  # not a number: nothing was sold
        )
    return [
        finding(
            f"concentration.{name}",
            here.reason or value,
            period=here.period,
            caveat="caveat.ansoff" if name.startswith("ansoff") else None,
        )
        for name, value in values.items()
    ]


def _first(table: pd.DataFrame) -> float | Unknown:
    """Share of the heaviest named segment in the whole revenue."""
    share = float(table[~table.is_blank].share.max())
    return share if share == share else Unknown("denominator_zero")
