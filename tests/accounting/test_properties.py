"""Whatever the entries, provided they balance: the totals of the ledger are those of the accounts."""

import random
import tempfile
from datetime import date, timedelta
from pathlib import Path

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.accounting import Options, open_items, translate
from capclient.readers.fec import read_fec
from tests.accounting.conftest import HEADER, line

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
    st.sampled_from(ACCOUNTS),
    CENTS,
    st.sampled_from(["", "C1", "C2", "C3"]),
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


def figures(files, *, encoding="utf-8", separator="|", matching="amount"):
    """Translate files given as lists of lines; return reconciliations and a few totals."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        paths = []
        for name, lines in files.items():
            path = Path(folder) / name
            path.write_bytes(("\n".join([HEADER, *lines]).replace("|", separator) + "\n").encode(encoding))
            paths.append(path)
        found = translate(
            con, read_fec(con, paths, workspace=Path(folder) / "work"), Options(matching=matching)
        )
        revenue = con.execute(
            "SELECT customer_id, doc_type, sum(amount_ht) FROM ledger_invoice_lines GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        gaps = []
        for day in (date(2025, 3, 31), date(2025, 8, 15), date(2025, 12, 31)):
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
    return {row.id: row.status for row in found.reconciliations}, revenue, balances, gaps, over


NAME = "123456782FEC20251231.txt"
ALWAYS = ("R1", "R4", "R5", "R6", "R7", "R11")


@settings(max_examples=25, deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=12), st.sampled_from(["letters", "amount", "sum", "fifo"]))
def test_totals_close_for_any_balanced_entries(entries, matching):
    lines = [line for entry in lines_of(entries) for line in entry]
    statuses, _, _, gaps, over = figures({NAME: lines}, matching=matching)
    assert {id: statuses[id] for id in ALWAYS} == dict.fromkeys(ALWAYS, "ok")
    assert statuses["R2"] == statuses["R3"] == statuses["R9"] == "ok"
    assert gaps == [0, 0, 0]
    assert over == 0


@settings(max_examples=10, deadline=None)
@given(
    st.lists(ENTRY, min_size=1, max_size=8),
    st.sampled_from([("cp1252", ";"), ("utf-8-sig", "\t"), ("utf-8", "|")]),
)
def test_encoding_and_separator_change_no_figure(entries, written):
    encoding, separator = written
    lines = [line for entry in lines_of(entries) for line in entry]
    assert figures({NAME: lines}) == figures({NAME: lines}, encoding=encoding, separator=separator)


@settings(max_examples=10, deadline=None)
@given(st.lists(ENTRY, min_size=2, max_size=8))
def test_a_year_in_two_parts_changes_no_figure(entries):
    parts = lines_of(entries)
    whole = [line for entry in parts for line in entry]
    half = len(parts) // 2
    first = [line for entry in parts[:half] for line in entry]
    second = [line for entry in parts[half:] for line in entry]
    if first == second:
        return
    names = (NAME.replace(".", "_1."), NAME.replace(".", "_2."))
    assert figures({names[0]: first, names[1]: second}) == figures({NAME: whole})


@settings(max_examples=10, deadline=None)
@given(st.lists(ENTRY, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_shuffling_the_lines_of_an_entry_keeps_the_totals(entries, chance: random.Random):
    parts = lines_of(entries)
    shuffled = [chance.sample(entry, len(entry)) for entry in parts]
    before = figures({NAME: [line for entry in parts for line in entry]})
    after = figures({NAME: [line for entry in shuffled for line in entry]})
    assert sum(row[2] for row in before[1]) == sum(row[2] for row in after[1])
    assert before[2] == after[2]
