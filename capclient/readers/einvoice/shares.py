"""Whole cents that sum to a total, by the largest remainder.

Floor 2. A share is exact until it is rounded, once: no cent is lost or made.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """Return an amount rounded to cents, half away from zero."""
    rounded = amount.quantize(CENT, ROUND_HALF_UP)
    return rounded if rounded else Decimal("0.00")  # never -0.00


def shared(
    amounts: Sequence[Decimal | Fraction], total: Decimal, weights: Sequence[Decimal | Fraction] | None = None
) -> list[Decimal]:
    """Round exact amounts to cents so that they sum to a total, itself in cents.

    What the amounts lack of the total is spread in proportion to ``weights`` (their own absolute values when None,
    equal ones when all are zero); then each loses its fraction of a cent, and the cents left go to the largest
    fractions, the first of equals first.

    >>> shared([Fraction(10), Fraction(10), Fraction(10)], Decimal("29.00"))
    [Decimal('9.67'), Decimal('9.67'), Decimal('9.66')]
    """
    whole_cents = [amount for amount in amounts if isinstance(amount, Decimal) and amount == cents(amount)]
    if len(whole_cents) == len(amounts) and sum(whole_cents) == total:  # nearly every invoice
        return [cents(amount) for amount in whole_cents]
    wanted = Fraction(total) * 100
    exact = [Fraction(amount) * 100 for amount in amounts]
    gap = wanted - sum(exact)
    if gap:
        scale = [abs(Fraction(weight)) for weight in (amounts if weights is None else weights)]
        whole = sum(scale)
        if not whole:
            scale, whole = [Fraction(1)] * len(exact), Fraction(len(exact))
        exact = [share + gap * weight / whole for share, weight in zip(exact, scale, strict=True)]
    floors = [share.numerator // share.denominator for share in exact]
    left = int(wanted) - sum(floors)
    order = sorted(range(len(exact)), key=lambda place: (floors[place] - exact[place], place))
    for place in order[:left]:
        floors[place] += 1
    return [Decimal(floor).scaleb(-2) for floor in floors]
