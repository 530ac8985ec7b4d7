"""How late clients pay, and how late they already are (5.6 to 5.8).

Floor 4. What was paid says how a client pays; what is still open and overdue stands beside, because whoever never pays
appears in no average of payments. Amounts are whole cents; averages are exact fractions.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from fractions import Fraction

import pandas as pd

from capclient.vocabulary import Unknown

MEASURES = ("days_late", "days_late_signed", "days_late_unweighted", "late_amount", "late_over_30_amount")
LONG_DAYS = 30


def payment_lateness(paid: pd.DataFrame, *, by: Hashable | None = None) -> pd.DataFrame:
    """Measure the lateness of what payments settled, weighted by amount.

    Parameters
    ----------
    paid
        ``amount`` (whole cents, positive), ``due_date``, ``paid_date`` (datetime64) and ``settlements`` (how many a row
        stands for; 1 each when absent).
    by
        Column to group by; one row labelled ``"all"`` without it.

    Returns
    -------
    DataFrame
        One row a group: ``days_late`` (early payments count as 0), ``days_late_signed``, ``days_late_unweighted`` (each
        settlement once), all Fraction of days; ``amount``, ``late_amount``, ``late_over_30_amount`` (cents),
        ``settlements``.

    Examples
    --------
    1,000 paid thirty days late and 500 paid nine days early:

    >>> paid = pd.DataFrame({"amount": [100_000, 50_000],
    ...                      "due_date": pd.to_datetime(["2025-03-01", "2025-03-01"]),
    ...                      "paid_date": pd.to_datetime(["2025-03-31", "2025-02-20"])})
    >>> row = payment_lateness(paid).loc["all"]
    >>> float(row.days_late), float(row.days_late_signed), float(row.days_late_unweighted)
    (20.0, 17.0, 15.0)
    """
    days = (pd.to_datetime(paid["paid_date"]) - pd.to_datetime(paid["due_date"])).dt.days
    amount = paid["amount"].astype(object)
    settlements = paid["settlements"] if "settlements" in paid else pd.Series(1, index=paid.index)
    late = days.clip(lower=0)
    rows = pd.DataFrame(
        {
            "floored": late.astype(object) * amount,
            "signed": days.astype(object) * amount,
            "counted": late.astype(object) * settlements.astype(object),
            "amount": amount,
            "late_amount": amount.where(days > 0, 0),
            "late_over_30_amount": amount.where(days > LONG_DAYS, 0),
            "settlements": settlements.astype(object),
        }
    )
    keys = pd.Series("all", index=paid.index) if by is None else paid[by]
    sums = rows.groupby(keys.to_numpy(), sort=True).sum()
    found = pd.DataFrame(index=sums.index)
    found["days_late"] = _ratio(sums.floored, sums.amount)
    found["days_late_signed"] = _ratio(sums.signed, sums.amount)
    found["days_late_unweighted"] = _ratio(sums.counted, sums.settlements)
    for name in ("amount", "late_amount", "late_over_30_amount", "settlements"):
        found[name] = sums[name].astype("int64")
    return found


def _ratio(above: pd.Series, below: pd.Series) -> pd.Series:
    values = [Fraction(int(a), int(b)) if b else None for a, b in zip(above, below, strict=True)]
    return pd.Series(values, index=above.index, dtype=object)


def open_lateness(overdue: pd.DataFrame, *, as_of: date) -> Fraction | Unknown:
    """Return the mean days that overdue debts have waited at D, weighted by amount.

    >>> open_lateness(pd.DataFrame({"amount": [300, 100], "due_date": pd.to_datetime(["2025-12-21", "2025-12-01"])}),
    ...               as_of=date(2025, 12, 31))
    Fraction(15, 1)
    """
    days = (pd.Timestamp(as_of) - pd.to_datetime(overdue["due_date"])).dt.days.astype(object)
    total = sum(int(value) for value in overdue["amount"])
    if total <= 0:
        return Unknown("not_applicable")
    return Fraction(sum(int(d) * int(a) for d, a in zip(days, overdue["amount"], strict=True)), total)


def late_share(*, paid: int, paid_late: int, overdue: int) -> Fraction | Unknown:
    """Return the share late of all that came due: paid late or overdue, over paid and overdue (5.7), in cents.

    What is open and not due yet has no verdict and stands outside.

    >>> late_share(paid=800, paid_late=200, overdue=200)
    Fraction(2, 5)
    """
    return (
        Fraction(paid_late + overdue, paid + overdue) if paid + overdue > 0 else Unknown("denominator_zero")
    )


def settlement_days(settled: pd.DataFrame, *, is_weighted: bool = False) -> Fraction | Unknown:
    """Return the mean days from invoice to settlement over settled invoices (5.8).

    Parameters
    ----------
    settled
        ``days`` (whole, from the invoice to its last payment), ``invoices`` (how many a row stands for; 1 each when
        absent) and, when weighted, ``amount`` (cents).

    Examples
    --------
    >>> settled = pd.DataFrame({"days": [30, 60], "invoices": [3, 1], "amount": [100, 300]})
    >>> settlement_days(settled), settlement_days(settled, is_weighted=True)
    (Fraction(75, 2), Fraction(105, 2))
    """
    ones = pd.Series(1, index=settled.index)
    weights = settled["amount"] if is_weighted else settled.get("invoices", ones)
    total = sum(int(weight) for weight in weights)
    if total <= 0:
        return Unknown("n_small")
    return Fraction(sum(int(d) * int(w) for d, w in zip(settled["days"], weights, strict=True)), total)


def worsening(
    now: pd.DataFrame, before: pd.DataFrame, *, least_days: int = 5, settlements: int = 3
) -> pd.Series:
    """Tell which clients pay later than the year before, by at least so many days, seen often enough in both years.

    Parameters
    ----------
    now, before
        Results of :func:`payment_lateness` by client, of N and of N-1.

    Returns
    -------
    Series
        ``boolean``, one row a client of ``now``; missing where one of the two years has too few settlements.
    """
    past = before[["days_late_signed", "settlements"]].add_suffix("_before")
    both = now[["days_late_signed", "settlements"]].join(past, how="left")
    seen = (both.settlements >= settlements) & (both.settlements_before.fillna(0) >= settlements)
    change = [
        float(after) - float(earlier) if is_seen else 0.0
        for after, earlier, is_seen in zip(
            both.days_late_signed, both.days_late_signed_before, seen, strict=True
        )
    ]
    return (
        (pd.Series(change, index=both.index) >= least_days).astype("boolean").mask(~seen).rename("worsening")
    )
