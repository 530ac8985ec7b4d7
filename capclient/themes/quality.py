"""What came in, what became of it, and what the data cannot say (0.1, C.9).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.portfolio import Portfolio
from capclient.readers.identifiers import near_duplicates
from capclient.themes.concentration import unassigned_share
from capclient.themes.once import once
from capclient.vocabulary import Unknown


@dataclass(frozen=True)
class Quality:
    """Frames of the data chapter.

    ``parts``: files read, lines, first and last day. ``rejects``: lines and amounts by reason. ``oddities``:
    what is strange in lines that were kept. ``pairs``: clients that may be one (proposed, never merged).
    ``duplicates``: the costliest lines that repeat another. ``months``: revenue of the company by month.
    """

    parts: pd.DataFrame
    rejects: pd.DataFrame
    oddities: pd.DataFrame
    pairs: pd.DataFrame
    duplicates: pd.DataFrame
    months: pd.DataFrame
    reconciliations: pd.DataFrame
    findings: list[Finding]


@once
def quality(portfolio: Portfolio) -> Quality:
    """Return the state of the data behind every other figure."""
    figures = portfolio.quality
    pairs = near_duplicates(portfolio.customers.name.reset_index())
    return Quality(
        parts=pd.DataFrame(
            figures.get("parts", []), columns=["source", "lines", "kept", "first_day", "last_day"]
        ),
        rejects=pd.DataFrame(figures.get("rejects_by_reason", []), columns=["reason", "lines", "amount"]),
        oddities=pd.DataFrame(figures.get("oddities", []), columns=["code", "lines", "amount"]),
        pairs=pairs,
        duplicates=pd.DataFrame(
            figures.get("duplicate_examples", []),
            columns=["invoice_id", "customer_id", "invoice_date", "amount", "times"],
        ),
        months=_months(portfolio),
        reconciliations=pd.DataFrame(
            portfolio.reconciliations, columns=["id", "computed", "expected", "difference", "status"]
        ),
        findings=_findings(portfolio, len(pairs)),
    )


def _months(portfolio: Portfolio) -> pd.DataFrame:
    """Revenue of each month up to D, months without any line included."""
    if not portfolio.has_lines:
        return pd.DataFrame(columns=["month", "revenue", "orders"])
    months = portfolio.months.groupby("month")[["revenue", "orders"]].sum()
    every = pd.date_range(months.index.min(), months.index.max(), freq="MS")
    whole = months.reindex(every, fill_value=0).rename_axis("month").reset_index()
    return whole.assign(revenue=whole.revenue.round(2))


def _findings(portfolio: Portfolio, pairs: int) -> list[Finding]:
    figures = portfolio.quality
    names = {
        "lines_in": "lines_in",
        "lines_kept": "lines_kept",
        "lines_rejected": "lines_rejected",
        "lines_without_amount": "lines_without_amount",
        "lines_duplicated": "duplicate_lines",
        "amount_in": "amount_in",
        "amount_kept": "amount_kept",
        "amount_rejected": "amount_rejected",
    }
    undated = Unknown("missing:invoice_lines")
    found = [
        finding(f"quality.{name}", figures[source] if figures else undated) for name, source in names.items()
    ]
    overlap = sum(row[1] for row in figures.get("rejects_by_reason", []) if row[0] == "overlap")
    failed = sum(row["status"] == "failed" for row in portfolio.reconciliations)
    unassigned, share = _unassigned(portfolio)
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    return [
        *found,
        finding("quality.lines_overlap", overlap if figures else undated),
        finding("quality.revenue_unassigned", unassigned, period=period),
        finding("quality.revenue_unassigned_share", share, period=period),
        finding("quality.reconciliations_failed", failed if portfolio.has_lines else undated),
        finding("quality.possible_duplicates", pairs),
    ]


def _unassigned(portfolio: Portfolio) -> tuple[float | Unknown, float | Unknown]:
    if not portfolio.has_lines:
        missing = Unknown("missing:invoice_lines")
        return missing, missing
    if not portfolio.is_complete(portfolio.windows.n):
        incomplete = Unknown("period_incomplete")
        return incomplete, incomplete
    total = portfolio.total_revenue(portfolio.windows.n)
    return round(total - float(portfolio.customers.revenue_n.sum()), 2), (
        unassigned_share(portfolio) if total > 0 else Unknown("denominator_zero")
    )
