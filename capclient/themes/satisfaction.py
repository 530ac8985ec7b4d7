"""Satisfaction whole: surveys, claims, listening, promises, losses and what moves together (6).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding
from capclient.portfolio import Portfolio
from capclient.themes.complaints import Complaints, complaints
from capclient.themes.dissatisfaction import Dissatisfaction, claims_of_year, dissatisfaction
from capclient.themes.listening import Listening, Promises, listening, promises
from capclient.themes.once import once
from capclient.themes.surveys import Surveys, surveys
from capclient.themes.together import Together, together


@dataclass(frozen=True)
class Satisfaction:
    """The parts of the chapter; ``customers``: ``claims_n`` and ``nps`` of each client of the ledger."""

    surveys: Surveys
    complaints: Complaints
    listening: Listening
    promises: Promises
    dissatisfaction: Dissatisfaction
    together: Together
    customers: pd.DataFrame
    findings: list[Finding]


@once
def satisfaction(portfolio: Portfolio) -> Satisfaction:
    """Return what clients say, what they complain about and what becomes of it, at D."""
    said, heard, spoken = surveys(portfolio), complaints(portfolio), listening(portfolio)
    cost, moves = dissatisfaction(portfolio), together(portfolio)
    found = [item for part in (said, heard, spoken, cost, moves) for item in part.findings]
    kept = promises(portfolio, {item.id: item for item in found})
    index = portfolio.customers.index
    customers = pd.DataFrame(
        {"claims_n": pd.Series(pd.NA, index=index, dtype="Int64"), "nps": float("nan")}, index=index
    )
    if heard.reason is None:
        customers["claims_n"] = claims_of_year(portfolio).astype("Int64")
    if said.reason is None:
        customers["nps"] = said.voters.nps.reindex(index)
    return Satisfaction(said, heard, spoken, kept, cost, moves, customers, [*found, *kept.findings])
