"""Allocations that a user gives: kept as far as both sides hold, the rest cut and said.

Floor 3. An export of allocations has lines twice, lines of entries that the file lacks, lines that settle more than was
owed. Kept as they are, they would make a debt negative or a receipt positive. So an allocation must join a debit and a
credit of one client, for more than nothing; it is taken once, and for no more than is left of either side, in order.
"""

from __future__ import annotations

from collections import defaultdict

import duckdb

from capclient.accounting.in_order import Piece
from capclient.accounting.matching import add

METHODS = (
    "lettrage",
    "piece",
    "amount",
    "opening",
    "sum",
    "fifo",
)  # of accounts; any other is what the user gave

SIDES = """
SELECT item.id, coalesce(given_id, item_id), customer, (amount * 100)::BIGINT
FROM ar_items AS item LEFT JOIN (SELECT payment_id, given_id FROM ar_numbered) AS payment
     ON is_payment AND payment.payment_id = item.item_id ORDER BY item.id
"""
GIVEN = "SELECT debit_id, credit_id, (coalesce(amount, 0) * 100)::BIGINT, date, method FROM ar_given ORDER BY place"


def keep(con: duckdb.DuckDBPyConnection) -> dict[str, object]:
    """Write what holds of ``ar_given`` to ``ar_allocations``; return the fact ``allocations_cut`` (count, amount).

    ``ar_numbered`` are the payments with the identifier that the user gave, ``given_id``: two payments may bear one.
    """
    left: dict[int, int] = {}
    owner: dict[int, str] = {}
    sides: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for id, name, customer, cents in con.execute(SIDES).fetchall():
        left[id], owner[id] = abs(cents), customer
        sides[name, cents > 0].append(id)
    seen: set[tuple[object, ...]] = set()
    pieces: list[Piece] = []
    count = cut = 0
    for row in con.execute(GIVEN).fetchall():
        debit_name, credit_name, cents, _, method = row
        rest = cents if cents > 0 and row not in seen else 0
        lost = abs(cents) - rest
        seen.add(row)
        for debit in sides.get((debit_name, True), ()):
            for credit in sides.get((credit_name, False), ()):
                taken = min(rest, left[debit], left[credit]) if owner[debit] == owner[credit] else 0
                if taken:
                    pieces.append((debit, credit, taken, method if method in METHODS else "given"))
                    left[debit] -= taken
                    left[credit] -= taken
                    rest -= taken
        if lost + rest:
            count, cut = count + 1, cut + lost + rest
    add(con, pieces, ledger="ar")
    return {"allocations_cut": {"count": count, "amount": f"{cut // 100}.{cut % 100:02d}"}} if count else {}
