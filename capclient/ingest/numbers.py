"""Numbers that come back, and refunds: credits and debits of one number meet in order of time.

Floor 3. Where a client has one document of a number, all that names the number settles it, whatever the order. Where
the number comes back, a payment settles the oldest document open on its day, and nothing entered later changes that.
A refund gives back what was paid too much: it takes the credits of its own number, then those of its client that name
an invoice and have nothing left to pay; one of exactly its amount first, then the oldest.
"""

from __future__ import annotations

from collections import defaultdict
from heapq import heappop, heappush

import duckdb

from capclient.accounting.in_order import Piece
from capclient.accounting.matching import add

Place = tuple[int, bool, int]  # day of the document, whether it is a payment, day it is due
Heap = list[tuple[Place, int]]  # with the id; an invoice comes before the payments of it that came back

# Every entry that names an invoice, of the clients with a number that comes back or a refund. On one day debits come
# first, and refunds last.
IN_TIME = """
WITH client AS (
    SELECT customer FROM ar_left WHERE is_refund UNION
    SELECT customer FROM ar_left WHERE invoice_id IS NOT NULL AND amount > 0 AND NOT is_payment
    GROUP BY customer, invoice_id HAVING min((document_date, date)) <> max((document_date, date))
)
SELECT id, customer, invoice_id, (rest * 100)::BIGINT, document_date - DATE '1970-01-01', is_payment,
       coalesce(due_date, document_date) - DATE '1970-01-01', let IS NOT DISTINCT FROM 'named', is_refund
FROM ar_left SEMI JOIN client USING (customer) WHERE rest <> 0 AND (is_refund OR invoice_id IS NOT NULL)
ORDER BY customer, date, is_refund, amount < 0, id
"""


class Numbers:
    """What one client owes and is owed by number, as entries come in; ``pieces``: ``debit credit cents method``."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._rest: dict[int, int] = {}
        self._debits: dict[str, Heap] = defaultdict(list)
        self._credits: dict[str, Heap] = defaultdict(list)
        self._spare: Heap = []  # credits that name an invoice
        self._named: set[int] = set()
        # the same by what is left of them; some of it is outdated
        self._exact: dict[int, list[int]] = defaultdict(list)

    def take(
        self, id: int, number: str | None, cents: int, place: Place, *, is_named: bool, is_refund: bool
    ) -> None:
        """Enter an item: ``cents`` positive for a debit; ``place``: its age among those of its number.

        ``is_named``: it names the invoice it pays, and so no other.
        """
        self._rest[id] = abs(cents)
        if number is not None:
            self._meet(
                id, (self._credits if cents > 0 else self._debits)[number], "given", is_debit=cents > 0
            )
        if is_refund:
            self._give_back(id)
        if not self._rest[id]:
            return
        if number is not None:
            heappush((self._debits if cents > 0 else self._credits)[number], (place, id))
        if cents < 0 and is_named:
            self._named.add(id)
            heappush(self._spare, (place, id))
            self._exact[self._rest[id]].append(id)

    def _give_back(self, id: int) -> None:
        wanted = self._rest[id]
        same = self._exact.get(wanted, [])
        while wanted and same:
            credit = same.pop()
            if self._rest[credit] == wanted:
                self._settle(id, credit, "amount")
                return
        self._meet(id, self._spare, "fifo", is_debit=True)

    def _meet(self, id: int, others: Heap, method: str, *, is_debit: bool) -> None:
        while others and self._rest[id]:
            other = others[0][1]
            if self._rest[other]:
                self._settle(*((id, other) if is_debit else (other, id)), method)
            if not self._rest[other]:
                heappop(others)

    def _settle(self, debit: int, credit: int, method: str) -> None:
        cents = min(self._rest[debit], self._rest[credit])
        self._rest[debit] -= cents
        self._rest[credit] -= cents
        self.pieces.append((debit, credit, cents, method))
        if self._rest[credit] and credit in self._named:
            self._exact[self._rest[credit]].append(credit)


def settle_in_time(con: duckdb.DuckDBPyConnection) -> None:
    """Settle what names an invoice, of the clients of ``ar_items`` whose numbers come back or who were refunded."""
    pieces: list[Piece] = []
    client, at = Numbers(), None
    for id, name, number, cents, *place, is_named, is_refund in con.execute(IN_TIME).fetchall():
        if name != at:
            pieces += client.pieces
            client, at = Numbers(), name
        client.take(id, number, cents, tuple(place), is_named=is_named, is_refund=is_refund)
    add(con, [*pieces, *client.pieces], ledger="ar")
