"""The signed lines of a document: they sum to its totals to the cent, or the document is refused.

Floor 2. Source: D.2 of the sources. HT = lines - allowances + charges (BR-CO-13), TTC = HT + VAT (BR-CO-15).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import overload

from capclient.readers.einvoice.document import Document, Line, RefusedError, TaxKey
from capclient.readers.einvoice.mandatory import checked_amount
from capclient.readers.einvoice.shares import cents, shared

# Software that sums unrounded lines is off by half a cent a line; beyond a unit, it is another amount.
ROUNDING, EACH_LINE, MOST_ROUNDING = Decimal("0.02"), Decimal("0.005"), Decimal(1)
MOST_RATE = 100  # per cent; beyond, a rate is none
LARGEST_NUMBER = Decimal(10) ** 10  # of a DECIMAL(19,9)
NINE_PLACES = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class SettledLine:
    """A line of the ledger: signed amounts in cents; quantity and price with nine decimals, None if unknown."""

    rank: int
    id: str
    product: str
    quantity: Decimal | None
    unit: str
    unit_price: Decimal | None
    amount_ht: Decimal
    vat: Decimal | None
    amount_ttc: Decimal | None


@dataclass(frozen=True, slots=True)
class Settled:
    """A document's lines, its signed totals (VAT and TTC may be unknown), and what had to be decided."""

    lines: tuple[SettledLine, ...]
    ht: Decimal
    vat: Decimal | None
    ttc: Decimal | None
    is_detailed: bool
    is_spread: bool
    is_negative_credit: bool
    prices_dropped: int
    quantities_turned: int


def settled(document: Document, *, undetailed: str) -> Settled:
    """Return the lines of a document as the ledger holds them.

    Parameters
    ----------
    document
        As its file states it.
    undetailed
        Product of the one line that stands for an invoice without lines (MINIMUM, BASIC WL).

    Raises
    ------
    RefusedError
        If it has no amount, or its lines, allowances and totals contradict each other by more than rounding.
    """
    ht, vat, ttc = stated_totals(document)
    is_turned = document.is_credit and (ht or ttc or Decimal(0)) > 0
    lines = document.lines or (_whole(document, ht, undetailed),)
    nets = _nets(document, ht) if document.lines else [ht]
    taxes = _taxes(lines, nets, vat)
    gross = _gross(nets, taxes, ttc)
    for amount in (*nets, *(taxes or ()), *(gross or ())):
        checked_amount(amount)  # amounts without measure may cancel out in the totals
    read = [_measures(line) for line in lines]
    return Settled(
        lines=tuple(
            SettledLine(
                rank=line.rank, id=line.id, product=line.product, unit=line.unit,
                quantity=_signed(measures.quantity, is_turned), unit_price=measures.price,
                amount_ht=_signed(net, is_turned),
                vat=None if taxes is None else _signed(taxes[place], is_turned),
                amount_ttc=None if gross is None else _signed(gross[place], is_turned),
            )
            for place, (line, measures, net) in enumerate(zip(lines, read, nets, strict=True))
        ),
        ht=_signed(ht, is_turned),
        vat=_signed(vat, is_turned),
        ttc=_signed(ttc, is_turned),
        is_detailed=bool(document.lines),
        is_spread=bool(document.lines)
        and (bool(_explained(document)) or any(own.amount for own in document.adjustments)),
        is_negative_credit=document.is_credit and (ht or ttc or Decimal(0)) < 0,
        prices_dropped=sum(measures.is_dropped for measures in read),
        quantities_turned=sum(measures.is_turned for measures in read),
    )  # fmt: skip


@overload
def _signed(number: Decimal, is_turned: bool) -> Decimal: ...
@overload
def _signed(number: Decimal | None, is_turned: bool) -> Decimal | None: ...
def _signed(number: Decimal | None, is_turned: bool) -> Decimal | None:
    return number.copy_negate() if is_turned and number else number  # zero has no sign


def stated_totals(document: Document) -> tuple[Decimal, Decimal | None, Decimal | None]:
    """Return HT, VAT and TTC in cents as the file states them, unsigned; what two of them tell is filled in.

    Raises
    ------
    RefusedError
        If HT cannot be told, or HT + VAT is not TTC.
    """
    totals = document.totals
    vat = None if totals.vat is None else cents(checked_amount(totals.vat))
    ttc = None if totals.gross is None else cents(checked_amount(totals.gross))
    if totals.net is not None:
        ht = cents(checked_amount(totals.net))
    elif document.lines:
        ht = cents(checked_amount(sum((line.amount for line in document.lines), _explained(document))))
    elif ttc is not None and vat is not None:
        ht = ttc - vat
    else:
        raise RefusedError("einvoice_no_amount")
    if ttc is None:
        return ht, vat, None if vat is None else ht + vat
    if vat is None:
        return ht, ttc - ht, ttc
    if abs(ht + vat - ttc) > _tolerance(len(document.lines)):
        raise RefusedError("einvoice_totals", f"{ht} + {vat} ≠ {ttc}")
    return ht, vat, ttc


def _tolerance(lines: int) -> Decimal:
    return min(ROUNDING + EACH_LINE * lines, MOST_ROUNDING)


def _explained(document: Document) -> Decimal:
    """Return charges minus allowances: their totals (BT-108, BT-107) where given, else their sum."""
    totals, zero = document.totals, Decimal(0)
    amounts = [own.amount for own in document.adjustments]
    charges, allowances = totals.charges, totals.allowances
    if charges is None:
        charges = sum((amount for amount in amounts if amount > 0), zero)
    if allowances is None:
        allowances = -sum((amount for amount in amounts if amount < 0), zero)
    return charges - allowances


def _nets(document: Document, ht: Decimal) -> list[Decimal]:
    """Spread the allowances and charges of a document on its lines, those of the same VAT rate where there are any."""
    lines = document.lines
    stated = sum((line.amount for line in lines), Decimal(0))
    if abs(stated + _explained(document) - ht) > _tolerance(len(lines)):
        raise RefusedError("einvoice_totals", f"{stated} + {_explained(document)} ≠ {ht}")
    owed: dict[TaxKey, Fraction] = defaultdict(Fraction)
    told = sum((own.amount for own in document.adjustments), Decimal(0))
    if abs(told - _explained(document)) <= _tolerance(len(lines)):  # else their rates are not to be believed
        for own in document.adjustments:
            owed[own.tax] += Fraction(own.amount)
    weights: dict[TaxKey, Fraction] = defaultdict(Fraction)
    counts: dict[TaxKey, int] = defaultdict(int)
    for line in lines:
        weights[line.tax] += abs(Fraction(line.amount))
        counts[line.tax] += 1
    targets: list[Decimal | Fraction] = []
    for line in lines:
        share = owed.get(line.tax)
        if share:
            whole = weights[line.tax]
            share *= abs(Fraction(line.amount)) / whole if whole else Fraction(1, counts[line.tax])
        targets.append(Fraction(line.amount) + share if share else line.amount)
    return shared(targets, ht, [line.amount for line in lines])


def _taxes(lines: tuple[Line, ...], nets: list[Decimal], vat: Decimal | None) -> list[Decimal] | None:
    """Return the VAT of each line: its rate on its net amount, made to sum to the VAT of the document."""
    if vat is None:
        return None
    rates = [line.tax[1] if 0 <= (line.tax[1] or 0) <= MOST_RATE else None for line in lines]
    targets = [
        Fraction(net) * Fraction(rate) / 100 if rate is not None else Fraction(0)
        for net, rate in zip(nets, rates, strict=True)
    ]
    unrated = [net if rate is None else Decimal(0) for net, rate in zip(nets, rates, strict=True)]
    if any(unrated):  # lines whose rate the file does not tell bear what the others leave
        return shared(targets, vat, unrated)
    return shared(targets, vat, targets if any(targets) else nets)


def _gross(nets: list[Decimal], taxes: list[Decimal] | None, ttc: Decimal | None) -> list[Decimal] | None:
    if taxes is None or ttc is None:
        return None
    return shared([net + tax for net, tax in zip(nets, taxes, strict=True)], ttc)


def _whole(document: Document, ht: Decimal, product: str) -> Line:
    """Return the one line of an invoice without lines."""
    return Line(1, "", product, None, "", None, None, ht, Decimal(0), ("", None))


@dataclass(frozen=True, slots=True)
class _Measures:
    quantity: Decimal | None
    price: Decimal | None
    is_dropped: bool = False
    is_turned: bool = False


def _measures(line: Line) -> _Measures:
    """Return quantity and unit price (BT-146 / BT-149), held against the amount of the line.

    The amount decides: a quantity of the opposite sign is turned (a return written as positive), a price that
    the amount contradicts is unknown.
    """
    quantity = _bounded(line.quantity)
    base = line.base or Decimal(1)  # zero is no quantity
    price = None if line.price is None else _bounded(line.price / base)
    if line.quantity is None or line.price is None or quantity is None or price is None:
        return _Measures(quantity, price, is_dropped=line.price is not None and price is None)
    expected = line.quantity * line.price / base
    places = max(2, -int(line.price.as_tuple().exponent))
    slack = ROUNDING + abs(line.quantity / base) * Decimal(5).scaleb(-places - 1)
    if abs(expected + line.adjustment - line.amount) <= slack:
        return _Measures(quantity, price)
    if line.amount and abs(-expected + line.adjustment - line.amount) <= slack:
        return _Measures(-quantity, price, is_turned=True)
    return _Measures(quantity, None, is_dropped=True)


def _bounded(number: Decimal | None) -> Decimal | None:
    if number is None or abs(number) >= LARGEST_NUMBER:
        return None
    rounded = number.quantize(NINE_PLACES, ROUND_HALF_UP)
    return rounded if rounded else Decimal(0)
