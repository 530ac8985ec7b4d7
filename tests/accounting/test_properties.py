"""Whatever the entries, provided they balance: the totals of the ledger are those of the accounts."""

import os
import random
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from capclient.accounting import Options, open_items, translate
from capclient.readers.fec import read_fec
from tests.accounting.conftest import HEADER, line

EXAMPLES = int(os.environ.get("CAPCLIENT_EXAMPLES", "4"))  # each takes about a second
ACCOUNTS = (
    "411000",
    "411DUPONT",
    "416000",
    "418100",
    "419100",
    "419800",
    "707000",
    "706000",
    "709100",
    "445710",
    "512000",
    "531000",
    "467000",
    "654000",
    "401000",
    "487000",
    "775000",
    "627000",
    "491000",
    "101000",
    "607000",
    "120000",
)
CENTS = st.integers(-500_000, 500_000)
LEG = st.tuples(
    st.one_of(st.just("411000"), st.sampled_from(ACCOUNTS)),  # half of the lines are those of clients
    CENTS,
    st.sampled_from(["C1", "C2", "C3", ""]),
    st.sampled_from(["F1", "F2", "-", "R"]),
    st.sampled_from(["", "A", "B", "a"]),
)
ENTRY = st.tuples(
    st.sampled_from(["VE", "BQ", "OD", "AN"]),
    st.integers(0, 364),
    st.lists(LEG, min_size=1, max_size=6),
    st.sampled_from(ACCOUNTS),
)


def lines_of(entries):
    """Each entry closed by a last leg; numbers follow each other, or are all the same."""
    found = []
    for number, (journal, days, legs, account) in enumerate(entries):
        day = f"{date(2025, 1, 1) + timedelta(days):%Y%m%d}"
        closed = [*legs, (account, -sum(leg[1] for leg in legs), "C1", "F1", "")]
        found.append(
            [
                line(journal, number, day, leg[0], f"{leg[1] / 100:.2f}", leg[2], leg[3], leg[4])
                for leg in closed
            ]
        )
    return found


def figures(files, *, encoding="utf-8", separator="|", matching="amount", days=(), rewritten=None):
    """Translate files given as lists of lines: what they say, and the gaps with the accounts at some days."""
    header, lines_of_file = (HEADER, lambda lines: lines) if rewritten is None else rewritten
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        paths = []
        for name, lines in files.items():
            path = Path(folder) / name
            text = "\n".join([header, *lines_of_file(lines)]).replace("|", separator) + "\n"
            path.write_bytes(text.encode(encoding))
            paths.append(path)
        found = translate(
            con, read_fec(con, paths, workspace=Path(folder) / "work"), Options(matching=matching)
        )
        revenue = con.execute(
            "SELECT customer_id, doc_type, sum(amount_ht), sum(vat), sum(amount_ttc) FROM ledger_invoice_lines "
            "GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        gaps = []
        for day in days:
            row = con.execute(
                f"""SELECT (SELECT coalesce(sum(open), 0) FROM {open_items(day)}), (SELECT coalesce(sum(balance), 0)
                FROM fec_lines JOIN fec_kinds USING (entry)
                WHERE role = 'AR' AND NOT is_closing AND date <= DATE '{day}')"""
            ).fetchone()
            gaps.append(row[0] - row[1])
        over = con.execute(
            "SELECT count(*) FROM fec_left WHERE abs(rest) > abs(amount) OR sign(rest) * sign(amount) < 0"
        ).fetchone()[0]
        balances = con.execute("SELECT customer, sum(amount) FROM fec_items GROUP BY 1 ORDER BY 1").fetchall()
        booked = con.execute(
            "SELECT -coalesce(sum(balance), 0) FROM fec_lines JOIN fec_kinds USING (entry) "
            "WHERE account LIKE '70%' AND NOT is_closing AND NOT is_opening"
        ).fetchone()[0]
    return Figures(
        {row.id: row.status for row in found.reconciliations}, revenue, balances, booked, gaps, over
    )


class Figures(NamedTuple):
    """What must not change, and what must close."""

    statuses: dict[str, str]
    revenue: list[tuple]
    balances: list[tuple]
    booked: Decimal
    gaps: list[Decimal]
    over: int

    @property
    def total(self):
        return sum((row[2] for row in self.revenue), Decimal(0))


NAME = "123456782FEC20251231.txt"
ALWAYS = ("R1", "R4", "R5", "R6", "R7", "R11")


def all_lines(entries):
    return [line for entry in lines_of(entries) for line in entry]


@pytest.mark.parametrize("matching", ["letters", "amount", "sum", "fifo"])
@settings(max_examples=EXAMPLES, deadline=None)
@given(entries=st.lists(ENTRY, min_size=4, max_size=12))
def test_totals_close_for_any_balanced_entries_at_any_date(matching, entries):
    days = sorted({date(2025, 1, 1) + timedelta(days=entry[1]) for entry in entries})
    found = figures({NAME: all_lines(entries)}, matching=matching, days=days)
    assert {id: found.statuses[id] for id in ALWAYS} == dict.fromkeys(ALWAYS, "ok")
    assert found.statuses["R2"] == found.statuses["R3"] == found.statuses["R9"] == "ok"
    assert found.total == found.booked
    assert found.gaps == [0] * len(days)
    assert found.over == 0


def with_sides(lines):
    """Write Montant and Sens instead of Debit and Credit."""
    for row in lines:
        cells = row.split("|")
        cells[11:13] = [cells[11], "D"] if cells[12] == "0,00" else [cells[12], "C"]
        yield "|".join(cells)


def with_points(lines):
    """Write the decimal mark as a point."""
    for row in lines:
        cells = row.split("|")
        cells[11:13] = [cell.replace(",", ".") for cell in cells[11:13]]
        yield "|".join(cells)


WRITINGS = {
    "cp1252 and semicolons": {"encoding": "cp1252", "separator": ";"},
    "byte order mark and tabs": {"encoding": "utf-8-sig", "separator": "\t"},
    "sixteen bits": {"encoding": "utf-16"},
    "Montant and Sens": {"rewritten": (HEADER.replace("Debit|Credit", "Montant|Sens"), with_sides)},
    "decimal points": {"rewritten": (HEADER, with_points)},
}


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=8), st.sampled_from(sorted(WRITINGS)))
def test_the_way_a_file_is_written_changes_no_figure(entries, writing):
    lines = [row.replace("Libelle", "Libellé") for row in all_lines(entries)]
    assert figures({NAME: lines}) == figures({NAME: lines}, **WRITINGS[writing])


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(ENTRY, min_size=2, max_size=8), st.data())
def test_a_year_in_two_parts_changes_no_figure(entries, data):
    parts = lines_of(entries)
    half = data.draw(st.integers(1, len(parts) - 1))
    first, second = ([line for entry in some for line in entry] for some in (parts[:half], parts[half:]))
    assume(first != second)
    names = (NAME.replace(".", "_1."), NAME.replace(".", "_2."))
    assert figures({names[0]: first, names[1]: second}) == figures({NAME: first + second})


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_shuffling_the_lines_of_an_entry_keeps_the_totals(entries, chance: random.Random):
    shuffled = [line for entry in lines_of(entries) for line in chance.sample(entry, len(entry))]
    before, after = figures({NAME: all_lines(entries)}), figures({NAME: shuffled})
    assert before.total == after.total
    assert before.balances == after.balances


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_shuffling_the_lines_of_an_entry_of_one_client_changes_no_figure(entries, chance: random.Random):
    """Where an entry holds several clients, the order of its lines says whose revenue is whose (C.3)."""
    alone = [
        (journal, days, [(*leg[:2], "C1", *leg[3:]) for leg in legs if leg[0] != "411DUPONT"], "512000")
        for journal, days, legs, _ in entries
    ]
    parts = [[line.replace("|F2|", "|F1|") for line in entry] for entry in lines_of(alone)]
    before = figures({NAME: [line for entry in parts for line in entry]})
    after = figures({NAME: [line for entry in parts for line in chance.sample(entry, len(entry))]})
    assert before == after


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=6), st.lists(ENTRY, min_size=1, max_size=6))
def test_two_years_without_openings_are_one_file_of_two_years(first, second):
    def moved(entries, year, number):
        """No opening journal, no first of January: both would say that balances are brought forward."""
        found = []
        for at, (journal, days, legs, account) in enumerate(entries):
            day = date(year, 1, 2) + timedelta(days=days if at else 0)
            legs = [(*leg[:2], leg[2], leg[3], "") for leg in legs]
            closed = [*legs, (account, -sum(leg[1] for leg in legs), "C1", "F1", "")]
            found += [
                line(
                    journal.replace("AN", "OD"),
                    number + at,
                    f"{day:%Y%m%d}",
                    leg[0],
                    f"{leg[1] / 100:.2f}",
                    *leg[2:],
                )
                for leg in closed
            ]
        return found

    years = moved(first, 2025, 0), moved(second, 2026, 100)
    apart = figures({NAME: years[0], NAME.replace("2025", "2026"): years[1]}, days=[date(2026, 6, 30)])
    joined = figures({NAME.replace("2025", "2026"): years[0] + years[1]}, days=[date(2026, 6, 30)])
    assert apart == joined
