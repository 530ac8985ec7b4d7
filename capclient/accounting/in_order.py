"""C.8, point 5: credits that nothing names meet debits in order of time, client by client.

Floor 3. Whoever keeps the accounts settles a receipt on the day it comes in, among the debts open that day. So does
this: a credit sees only what is booked on or before its own day, and what it settles is never taken back. An entry of
a later day therefore changes no class of an earlier one, which matching of a whole ledger at once cannot promise.

Each credit tries the levels asked, one after the other:

``amount``
    The debits of its client and of exactly its amount, of at most ``MOST_DAYS`` before it. When several are open that
    day, as those of a subscriber are, the oldest: equal debts of one client differ by their age alone, and the law
    imputes to the oldest (art. 1342-10 of the civil code). One credit to one debit, both untouched so far.
``sum``
    The oldest open debits, at most ``MOST_INVOICES``, that make it exactly together.
``fifo``
    The oldest open debits, as far as it goes.

A debit booked after its receipt (an advance, a late invoice) meets it by ``amount`` or ``fifo`` on its own day. A
refund takes the credits left on its day whatever the levels: an untouched one of its amount, else the oldest.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterable
from heapq import heappop, heappush

MOST_INVOICES, MOST_DAYS = 6, 120

Row = tuple[int, str, int, int, int, bool, bool]
Piece = tuple[int, int, int, str]


class Account:
    """What one client owes and is owed, as entries come in; ``pieces`` are the allocations made: debit, credit,
    cents, method.
    """

    def __init__(self, levels: Collection[str]) -> None:
        self.levels = levels
        self.pieces: list[Piece] = []
        self._rest: dict[int, int] = {}
        self._debits: list[tuple[int, int]] = []  # heaps: due or document day, id
        self._credits: list[tuple[int, int]] = []
        # untouched items by signed cents: document day, id, in order
        self._whole: dict[int, list[tuple[int, int]]] = defaultdict(list)

    def take(
        self,
        id: int,
        cents: int,
        day: int,
        due: int,
        *,
        is_whole: bool,
        is_free: bool,
        is_refund: bool = False,
    ) -> None:
        """Enter an item: ``cents`` positive for a debit, ``day`` that of its document.

        ``is_whole``: it may be settled by its amount; ``is_free``: it bears the name of no invoice.
        """
        self._rest[id] = abs(cents)
        if is_refund:
            self._give_back(id, cents)
        elif is_whole and "amount" in self.levels and self._by_amount(id, cents, day):
            return
        if cents < 0 and is_free and "sum" in self.levels and self._by_sum(id):
            return
        if "fifo" in self.levels and self._rest[id]:
            self._by_age(id, is_debit=cents > 0)
        if not self._rest[id]:
            return
        heappush(self._debits if cents > 0 else self._credits, (due if cents > 0 else day, id))
        if is_whole and self._rest[id] == abs(cents):
            insort(self._whole[cents], (day, id))

    def _by_amount(self, id: int, cents: int, day: int) -> bool:
        first, last = (day - MOST_DAYS, day) if cents < 0 else (day, day + MOST_DAYS)
        listed = self._whole.get(-cents, [])
        at = bisect_left(listed, (first,))
        while at < len(listed) and listed[at][0] <= last:
            _, other = listed.pop(at)
            if self._rest[other] == abs(cents):
                self._settle(id, other, abs(cents), "amount", is_debit=cents > 0)
                return True
        return False

    def _give_back(self, id: int, cents: int) -> None:
        same = self._whole.get(-cents, [])
        while same:
            _, credit = same.pop()
            if self._rest[credit] == cents:
                self._settle(id, credit, cents, "amount", is_debit=True)
                return
        self._by_age(id, is_debit=True)

    def _by_sum(self, id: int) -> bool:
        taken: list[tuple[int, int]] = []
        total, wanted = 0, self._rest[id]
        while self._debits and len(taken) < MOST_INVOICES and total < wanted:
            entry = heappop(self._debits)
            if self._rest[entry[1]]:
                taken.append(entry)
                total += self._rest[entry[1]]
        if total == wanted:
            for _, debit in taken:
                self._settle(id, debit, self._rest[debit], "sum", is_debit=False)
            return True
        for entry in taken:
            heappush(self._debits, entry)
        return False

    def _by_age(self, id: int, *, is_debit: bool) -> None:
        others = self._credits if is_debit else self._debits
        while others and self._rest[id]:
            other = others[0][1]
            if self._rest[other]:
                self._settle(id, other, min(self._rest[id], self._rest[other]), "fifo", is_debit=is_debit)
            if not self._rest[other]:
                heappop(others)

    def _settle(self, id: int, other: int, cents: int, method: str, *, is_debit: bool) -> None:
        debit, credit = (id, other) if is_debit else (other, id)
        self._rest[debit] -= cents
        self._rest[credit] -= cents
        self.pieces.append((debit, credit, cents, method))


def settled_in_order(
    rows: Iterable[Row], levels: Collection[str], *, refunds: Collection[int] = ()
) -> Iterable[Piece]:
    """Yield the allocations of a ledger: ``debit credit cents method``.

    Parameters
    ----------
    rows
        Items with something left: ``id account cents day due is_whole is_free`` (see :meth:`Account.take`), account
        by account and, inside each, in order of the day they are booked, debits first, refunds last.
    refunds
        Ids of the debits that are money given back.
    """
    account, at = Account(levels), None
    for id, name, cents, day, due, is_whole, is_free in rows:
        if name != at:
            yield from account.pieces
            account, at = Account(levels), name
        account.take(id, cents, day, due, is_whole=is_whole, is_free=is_free, is_refund=id in refunds)
    yield from account.pieces
