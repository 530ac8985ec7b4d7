"""C.0: several files of one year: parts of one FEC, companies of a group, or the same accounts twice.

Floor 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb

from capclient.accounting.options import Options
from capclient.errors import LedgerError, listed
from capclient.readers.fec import FecFile, FecLines

SHARED_SHARE = 0.05  # of the lines of a part; parts that have more in common are two versions

# Lines that two files have in common, as often as both have them.
SHARED = """
WITH mark AS (
    SELECT file, hash(journal, num, date, account, aux, piece, label, debit, credit) AS mark, count(*) AS lines
    FROM {lines} WHERE file IN ({files}) GROUP BY ALL
),
common AS (SELECT min(file) AS first, max(file) AS second, min(lines) AS lines FROM mark
           GROUP BY mark HAVING count(*) > 1)
SELECT first, second, sum(lines)::BIGINT FROM common GROUP BY ALL ORDER BY ALL
"""


def company_numbers(files: Sequence[FecFile]) -> dict[int, int]:
    """Return the company of each file, both as numbers; a file that names none is of the only one named."""
    named = sorted({file.name.siren for file in files if file.name.siren})
    sirens = {file.number: file.name.siren or (named[0] if len(named) == 1 else "") for file in files}
    order = sorted(set(sirens.values()))
    return {number: order.index(siren) for number, siren in sirens.items()}


def refuse_companies(files: Sequence[FecFile], options: Options) -> None:
    """Refuse several companies that are no group, and a file of a group that names no company.

    Raises
    ------
    LedgerError
        ``fec.several_companies`` or ``fec.unknown_company``.
    """
    sirens = sorted({file.name.siren for file in files if file.name.siren})
    if len(sirens) > 1 and not options.is_group:
        raise LedgerError("fec.several_companies", sirens=listed(sirens))
    nameless = [file.source for file in files if not file.name.siren]
    if len(sirens) > 1 and nameless:
        raise LedgerError("fec.unknown_company", files=listed(nameless), sirens=listed(sirens))


def refuse_same_year(
    con: duckdb.DuckDBPyConnection, lines: FecLines, files: Sequence[FecFile], end: date
) -> None:
    """Refuse several files of a company for one year, unless they are the numbered parts of one FEC.

    Raises
    ------
    LedgerError
        ``fec.same_year`` where the names are not those of parts (``_1``, ``_2``, none missing), ``fec.shared_lines``
        where they are, and the files repeat each other.
    """
    companies = company_numbers(lines.files)
    by_company: dict[int, list[FecFile]] = {}
    for file in files:
        by_company.setdefault(companies[file.number], []).append(file)
    for own in by_company.values():
        if len(own) == 1:
            continue
        stems = {(file.name.siren, file.name.closing) for file in own}
        if len(stems) > 1 or sorted(file.name.part for file in own) != list(range(1, len(own) + 1)):
            sources = listed(file.source for file in own)
            raise LedgerError("fec.same_year", closing=end.isoformat(), files=sources)
        _refuse_shared(con, lines, own)


def _refuse_shared(con: duckdb.DuckDBPyConnection, lines: FecLines, files: Sequence[FecFile]) -> None:
    by_number = {file.number: file for file in files}
    sql = SHARED.format(lines=lines.relation, files=", ".join(str(number) for number in by_number))
    for first, second, count in con.execute(sql).fetchall():
        pair = by_number[first], by_number[second]
        if count > SHARED_SHARE * min(file.lines for file in pair):
            raise LedgerError("fec.shared_lines", first=pair[0].source, second=pair[1].source, count=count)
