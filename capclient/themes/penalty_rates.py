"""The yearly rate of late payment, half-year by half-year, and whether its legal floor could be checked (5.11).

Floor 5. A contract may set its own rate for private buyers, never below three times the legal interest rate (C. com.
L441-10 II), a rate of each half-year that the parameters give; without it the rate of the contract stands as it is, and
whoever quotes an amount says so.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd

from capclient import regulation
from capclient.indicators.penalties import (
    calculation,
    contract_rates,
    half_year_rates,
    half_years,
    penalties,
)
from capclient.portfolio import Portfolio
from capclient.themes.buyers import FOREIGN, PERIODIC, PRIVATE


def is_contractual(portfolio: Portfolio, buyer: str) -> bool:
    """Tell whether the rate of a buyer is that of the contract: the law alone sets that of public buyers."""
    return portfolio.params.credit.penalty_rate is not None and buyer in (PRIVATE, PERIODIC, FOREIGN)


def rates_of(portfolio: Portfolio, buyer: str, *, last: date) -> tuple[dict[date, Decimal], bool]:
    """Return the penalty rates in percent that hold for a buyer, and whether its first rate stays frozen."""
    credit = portfolio.params.credit
    refi = regulation.refi_rates(credit.refi_rates)
    if buyer not in (PRIVATE, PERIODIC, FOREIGN):
        return half_year_rates(refi, points=regulation.margin("public"), last=last), True
    if credit.penalty_rate is not None:
        return contract_rates(
            credit.penalty_rate, credit.legal_interest_rates, always=credit.legal_interest_rate,
            times=regulation.floor_times(), last=last,
        ), False  # fmt: skip
    return half_year_rates(refi, points=regulation.margin("private"), last=last), False


def floor_unchecked(portfolio: Portfolio, buyer: str, first: date, last: date) -> bool:
    """Tell whether a contract rate is used in a half-year whose legal interest rate nobody gave."""
    credit = portfolio.params.credit
    if not is_contractual(portfolio, buyer) or credit.legal_interest_rate is not None:
        return False
    told = {half for day in credit.legal_interest_rates for half in half_years(day, day)}
    return not set(half_years(first, last)) <= told


def claims_penalties(portfolio: Portfolio, claims: pd.DataFrame, buyers: pd.Series) -> pd.Series:
    """Return the exact interest (cents, Fraction or None) of late debts: ``customer_id amount due_date end_date``."""
    kinds = buyers.reindex(claims.customer_id).fillna(PRIVATE).to_numpy()
    found = pd.Series([None] * len(claims), index=claims.index, dtype=object)
    for buyer, group in claims.groupby(kinds):
        rates, is_frozen = rates_of(portfolio, str(buyer), last=portfolio.as_of)
        found.loc[group.index] = penalties(group, rates, is_frozen=is_frozen)
    return found


def calculations(portfolio: Portfolio, claims: pd.DataFrame, buyers: pd.Series) -> pd.DataFrame:
    """Return how :func:`claims_penalties` computes each claim: a row a claim and half-year (see ``calculation``)."""
    kinds = buyers.reindex(claims.customer_id).fillna(PRIVATE).to_numpy()
    parts = []
    for buyer, group in claims.groupby(kinds):
        rates, is_frozen = rates_of(portfolio, str(buyer), last=portfolio.as_of)
        parts.append(calculation(group, rates, is_frozen=is_frozen))
    return pd.concat(parts, ignore_index=True) if parts else calculation(claims, {})
