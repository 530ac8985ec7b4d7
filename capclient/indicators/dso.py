"""How long the company waits for its money: days of sales, and how well it collects (5.2 to 5.5, 5.9).

Floor 4. Receivables and sales both include VAT, or the ratio means nothing. Numbers are exact until they are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from capclient.indicators.exact import Limit, number
from capclient.vocabulary import Unknown


def dso(receivable: Limit, sales: Limit, *, days: int) -> Fraction | Unknown:
    """Return the days of sales that clients owe: receivables ÷ sales of a period × its days (5.2).

    Examples
    --------
    >>> dso(180, 1095, days=365)
    Fraction(60, 1)

    Sales excluding VAT under receivables that include it would say 72, wrongly:

    >>> round(float(dso(180, "912.5", days=365)), 1)
    72.0
    """
    if number(sales) <= 0:
        return Unknown("denominator_zero")
    if number(receivable) < 0:
        return Unknown("not_applicable")
    return number(receivable) / number(sales) * days


def beyond_due(parts: Mapping[str, Limit], sales: Limit, *, days: int) -> dict[str, Fraction | Unknown]:
    """Return, in days of sales, each part of the receivables that is not simply waiting for its due date (5.5).

    Parameters
    ----------
    parts
        What is overdue, disputed, undated, and the unallocated credits (negative).

    Returns
    -------
    dict
        Days by part, signed; their sum is the DSO less the best possible one, exactly.

    Examples
    --------
    >>> parts = beyond_due({"overdue": 30, "disputed": 27, "unallocated": -12}, 1095, days=365)
    >>> [int(part) for part in parts.values()]
    [10, 9, -4]
    """
    if number(sales) <= 0:
        return dict.fromkeys(parts, Unknown("denominator_zero"))
    return {name: number(amount) / number(sales) * days for name, amount in parts.items()}


def countback_dso(receivable: Limit, months: Iterable[tuple[Limit, int]]) -> Fraction | Unknown:
    """Return the days of the latest sales that make up the receivables, month by month backwards (5.3).

    Parameters
    ----------
    months
        Sales including VAT and days of each month, latest first; the first may be a part of a month.

    Returns
    -------
    Fraction or Unknown
        The last month counts for the part of its sales that is needed. Receivables beyond all the sales known are
        ``history_short:countback=<months>``: more than so many months.

    Examples
    --------
    December whole, and 60 of the 90 of November:

    >>> countback_dso(180, [(120, 31), (90, 30)])
    Fraction(51, 1)

    A published example: 2,500 open; 1,200, 800 and 700 sold over 30, 31 and 30 days:

    >>> round(float(countback_dso(2500, [(1200, 30), (800, 31), (700, 30)])), 2)
    82.43
    >>> countback_dso(3000, [(1200, 30), (800, 31)])
    Unknown(reason='history_short:countback=2')
    """
    left, total, known = number(receivable), Fraction(0), 0
    if left < 0:
        return Unknown("not_applicable")
    if left == 0:
        return total
    for sales, days in months:
        known += 1
        sold = number(sales)
        if left <= sold:
            return total + left / sold * days
        left -= sold  # a month of credit notes lengthens the wait
        total += days
    return Unknown(f"history_short:countback={known}")


def average_days_delinquent(days: Fraction | Unknown, best: Fraction | Unknown) -> Fraction | Unknown:
    """Return the days of sales beyond the best possible DSO: the DSO less it (5.5).

    The best possible DSO is that of what is not yet due (5.4): ``dso(not_due, sales, days=...)``. The difference is
    lateness only where nothing is disputed, undated or unallocated: :func:`beyond_due` tells its parts.

    >>> average_days_delinquent(dso(180, 1095, days=365), dso(135, 1095, days=365))
    Fraction(15, 1)
    """
    if isinstance(days, Unknown):
        return days
    return best if isinstance(best, Unknown) else days - best


def collection_effectiveness(
    *, opening: Limit, sales: Limit, closing: Limit, not_due: Limit
) -> Fraction | Unknown:
    """Return the share of what could be collected over a period that was (5.9, CEI).

    Parameters
    ----------
    opening, closing
        Receivables at the beginning and at the end of the period.
    sales
        Sales of the period, including VAT.
    not_due
        The part of ``closing`` that is not yet due.

    Examples
    --------
    >>> collection_effectiveness(opening=100, sales=300, closing=120, not_due=80)
    Fraction(7, 8)
    """
    collectable = number(opening) + number(sales) - number(not_due)
    if collectable <= 0:
        return Unknown("denominator_zero")
    return (number(opening) + number(sales) - number(closing)) / collectable
