"""What late payers owe: interest by half-year, and the fixed indemnity of each invoice (5.11, 5.12).

Floor 4. Interest starts the day after the due date and runs to the day of payment. The legal rate is that of the
half-year of each day; public buyers keep the rate of the half-year in which interest starts. No VAT on penalties.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from capclient.indicators.exact import number, product

YEAR_DAYS = 365
ALWAYS = date(1900, 1, 1)


def half_year_rates(refi: Mapping[date, Decimal], *, points: Decimal, last: date) -> dict[date, Decimal]:
    """Return the yearly rate in percent of each half-year by its first day, up to that of ``last``.

    Parameters
    ----------
    refi
        Refinancing rate in percent by the day it took effect.
    points
        What the law or the contract adds to it.

    Examples
    --------
    >>> from capclient.regulation import refi_rates
    >>> rates = half_year_rates(refi_rates(), points=Decimal(10), last=date(2025, 12, 31))
    >>> {day.isoformat(): str(rate) for day, rate in rates.items() if day.year >= 2023}
    {'2023-01-01': '12.50', '2023-07-01': '14.00', '2024-01-01': '14.50', '2024-07-01': '14.25', \
'2025-01-01': '13.15', '2025-07-01': '12.15'}
    """
    days = sorted(refi)
    if not days:
        return {}
    firsts = [date(year, month, 1) for year in range(days[0].year, last.year + 1) for month in (1, 7)]
    return {
        first: refi[max(day for day in days if day <= first)] + points
        for first in firsts
        if days[0] <= first <= last
    }


def half_years(first: date, last: date) -> list[date]:
    """Return the first days of the half-years from a day to another.

    >>> [str(day) for day in half_years(date(2024, 11, 3), date(2025, 7, 1))]
    ['2024-07-01', '2025-01-01', '2025-07-01']
    """
    days = [date(year, month, 1) for year in range(first.year, last.year + 1) for month in (1, 7)]
    return [day for day in days if date(first.year, 1 if first.month <= 6 else 7, 1) <= day <= last]


def contract_rates(
    agreed: Decimal, legal: Mapping[date, Decimal], *, always: Decimal | None, times: Decimal, last: date
) -> dict[date, Decimal]:
    """Return the yearly rate in percent of a contract by the day it holds from, never below the floor of the law.

    Parameters
    ----------
    legal
        Legal interest rate in percent, by a day of its half-year.
    always
        The same for the half-years that ``legal`` does not tell; None where nobody knows: the contract holds there.
    times
        How many times the legal interest rate the floor is.

    Examples
    --------
    Eight percent are below three times 2.76, the floor of the second half-year, and of no other that is known:

    >>> rates = contract_rates(Decimal("8"), {date(2025, 7, 1): Decimal("2.76")}, always=None, times=Decimal(3),
    ...                        last=date(2026, 3, 1))
    >>> {str(day): str(rate) for day, rate in rates.items()}
    {'1900-01-01': '8', '2025-07-01': '8.28', '2026-01-01': '8'}
    """
    told = {half_years(day, day)[0]: rate for day, rate in sorted(legal.items())}
    rates = {ALWAYS: max(agreed, times * (always or Decimal(0)))}
    for half in half_years(min(told), max(last, *told)) if told else []:
        floor = told.get(half, always)
        rate = agreed if floor is None else max(agreed, times * floor)
        if half <= last and rate != list(rates.values())[-1]:
            rates[half] = rate
    return rates


def penalties(claims: pd.DataFrame, rates: Mapping[date, Decimal], *, is_frozen: bool = False) -> pd.Series:
    """Return the interest of each late debt, exactly, as a fraction of a cent; missing where no rate is known.

    Parameters
    ----------
    claims
        ``amount`` (whole cents, including VAT), ``due_date`` and ``end_date`` (datetime64): the day of payment, or D.
    rates
        Yearly rate in percent by the first day of its half-year; one entry alone is a rate of the contract that holds
        for ever.
    is_frozen
        Public buyers: the rate of the half-year in which interest starts holds to the end.

    Returns
    -------
    Series
        Fraction of cents (object), indexed like ``claims``; add them up before rounding.

    Examples
    --------
    Thirty days in each half-year of 2025 (one rate for both would give 259.40):

    >>> claim = pd.DataFrame({"amount": [1_200_000], "due_date": pd.to_datetime(["2025-05-31"]),
    ...                       "end_date": pd.to_datetime(["2025-07-30"])})
    >>> rates = {date(2025, 1, 1): Decimal("13.15"), date(2025, 7, 1): Decimal("12.15")}
    >>> rounded_euros(penalties(claim, rates).iloc[0])
    Decimal('249.53')
    """
    due, end = pd.to_datetime(claims["due_date"]), pd.to_datetime(claims["end_date"])
    late = (end - due).dt.days.clip(lower=0).astype("int64")
    starts = sorted(rates)
    scale, scaled = _whole([number(rates[day]) for day in starts])
    bounds = [pd.Timestamp(day) for day in starts]
    total = np.zeros(len(claims), dtype=object)
    # the interest of [first, next): days d with due < d <= end
    for place, first in enumerate(bounds):
        until = bounds[place + 1] if place + 1 < len(bounds) else None
        first_day = due + pd.Timedelta(days=1)
        if is_frozen:
            mine = (first_day >= first) & ((first_day < until) if until is not None else True)
            days = late.where(mine, 0)
        else:
            from_day = first_day.where(first_day > first, first)
            to_day = end if until is None else end.where(end < until, until - pd.Timedelta(days=1))
            days = ((to_day - from_day).dt.days + 1).clip(lower=0)
        weight = product(claims["amount"].to_numpy(), days.to_numpy().astype("int64")).astype(object)
        total = total + weight * scaled[place]
    known = due >= bounds[0] - pd.Timedelta(days=1) if bounds else pd.Series(False, index=claims.index)
    below = scale * 100 * YEAR_DAYS
    values = [
        Fraction(int(value), below) if is_known else None
        for value, is_known in zip(total, known, strict=True)
    ]
    return pd.Series(values, index=claims.index, dtype=object, name="penalty")


def calculation(
    claims: pd.DataFrame, rates: Mapping[date, Decimal], *, is_frozen: bool = False
) -> pd.DataFrame:
    """Return how the interest of each late debt is computed, half-year by half-year: the statement a letter joins.

    Parameters
    ----------
    claims, rates, is_frozen
        As for :func:`penalties`.

    Returns
    -------
    DataFrame
        ``claim`` (its label in the index of ``claims``), ``from_day`` and ``to_day`` (dates, both counted), ``days``,
        ``rate`` (percent a year) and ``penalty`` (euros). The amounts of a claim add up to its rounded interest. A
        claim without known rate has no row.

    Examples
    --------
    >>> claim = pd.DataFrame({"amount": [1_200_000], "due_date": pd.to_datetime(["2025-05-31"]),
    ...                       "end_date": pd.to_datetime(["2025-07-30"])})
    >>> rates = {date(2025, 1, 1): Decimal("13.15"), date(2025, 7, 1): Decimal("12.15")}
    >>> [(row.days, str(row.rate), str(row.penalty)) for row in calculation(claim, rates).itertuples()]
    [(30, '13.15', '129.70'), (30, '12.15', '119.83')]
    """
    starts = sorted(rates)
    rows: list[tuple[object, date, date, int, Decimal, Decimal]] = []
    listed = zip(
        claims.index, claims["amount"], pd.to_datetime(claims["due_date"]), pd.to_datetime(claims["end_date"]),
        strict=True,
    )  # fmt: skip
    for label, amount, due, end in listed:
        first, last = due.date() + timedelta(days=1), end.date()
        if not starts or first < starts[0]:
            continue
        exact = Fraction(0)
        for place, start in enumerate(starts):
            until = starts[place + 1] - timedelta(days=1) if place + 1 < len(starts) else last
            if is_frozen:
                if not (start <= first and (place + 1 == len(starts) or first <= until)):
                    continue
                begin, stop = first, last
            else:
                begin, stop = max(first, start), min(last, until)
            days = (stop - begin).days + 1
            if days <= 0:
                continue
            before = rounded_euros(exact)
            exact += Fraction(int(amount) * days) * number(rates[start]) / (100 * YEAR_DAYS)
            rows.append((label, begin, stop, days, rates[start], rounded_euros(exact) - before))
    return pd.DataFrame(rows, columns=["claim", "from_day", "to_day", "days", "rate", "penalty"])


def _whole(rates: list[Fraction]) -> tuple[int, list[int]]:
    """Bring rates to whole numbers over one denominator."""
    scale = int(np.lcm.reduce([rate.denominator for rate in rates])) if rates else 1
    return scale, [int(rate * scale) for rate in rates]


def rounded_euros(cents: Fraction) -> Decimal:
    """Round an exact number of cents, half up, and return euros.

    >>> rounded_euros(Fraction(1, 2))
    Decimal('0.01')
    """
    return Decimal(int(cents + Fraction(1, 2)) if cents >= 0 else -int(-cents + Fraction(1, 2))).scaleb(-2)


def recovery_indemnity(invoices: int, *, amount: Decimal = Decimal(40)) -> Decimal:
    """Return the fixed indemnity: an amount a late invoice, not a client nor a reminder (5.12).

    >>> recovery_indemnity(3)
    Decimal('120')
    """
    return amount * invoices
