"""The same company seen from days of its past: what was known then, and what happened since.

Floor 5. A rule or a model deserves belief for what it would have said on days that are over. Each day is a portfolio of
its own (only documents dated up to it), kept with the portfolio of D so that several proofs share it.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from capclient.periods import last_complete_month, shifted
from capclient.portfolio import Portfolio


def seen_at(portfolio: Portfolio, day: date) -> Portfolio:
    """Return the company as it was known on a day."""
    views: dict[date, Portfolio] = portfolio.kept.setdefault("seen_at", {})
    if day not in views:
        views[day] = portfolio if day == portfolio.as_of else portfolio.at(day)
    return views[day]


def contracts_on(portfolio: Portfolio, day: date) -> pd.DataFrame:
    """Return the contracts as they were known on a day.

    A day is past when the ledger holds a whole month after it. Of a past day, only contracts that had begun are known,
    and a successor (``renewed_by``) only once it had begun: nobody can date one that is not in the table.
    """
    contracts = portfolio.table("contracts")
    if contracts.empty or not portfolio.has_lines or day >= last_complete_month(portfolio.extent[1]):
        return contracts
    begun = contracts[~(contracts.start > pd.Timestamp(day))]
    named = begun.renewed_by.astype("str").str.strip().isin(begun.contract_id.astype("str").str.strip())
    return begun.assign(renewed_by=begun.renewed_by.where(named))


def origins(
    portfolio: Portfolio, *, horizon: int, most: int, every: int = 1, history: int = 12
) -> list[date]:
    """Return the past days from which the ``horizon`` months that followed are known whole, oldest first.

    Parameters
    ----------
    horizon
        Months that must have passed since: the last origin is D minus the horizon.
    most
        Number of origins, at most.
    every
        Months between two origins.
    history
        Months that the data must cover before an origin.
    """
    end = portfolio.data_end
    days = [shifted(end, -(horizon + every * step)) for step in range(most)]
    first = portfolio.coverage.first
    tolerance = portfolio.coverage.tolerance_days
    return [day for day in reversed(days) if (first - shifted(day, -history)).days <= tolerance + 1]
