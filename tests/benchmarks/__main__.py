"""Run the benchmarks and print their table."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable

from tests.benchmarks import growth, ingest, prices, report, start, summaries, themes, value
from tests.benchmarks.measure import Row, fresh

NEED_A_LEDGER: dict[str, Callable[[str], list[Row]]] = {
    "summaries": summaries.rows,
    "prices": prices.rows,
    "themes": themes.rows,
    "ingest": ingest.rows,
}
OTHERS: dict[str, Callable[[str], list[Row]]] = {
    "unchanged": report.unchanged_rows,
    "help": lambda folder: start.rows(),
    "batch": report.batch_rows,
    "value": value.rows,
    "growth": growth.rows,
}


def main() -> None:
    """Measure what was asked, print each benchmark as it ends."""
    chosen = _arguments()
    names = chosen.only or [*NEED_A_LEDGER, *OTHERS]
    print(f"{'':<42}{'ours':>16}{'baseline':>18}{'ratio':>8}{'target':>8}  {'memory':>7}{'target':>8}")
    with tempfile.TemporaryDirectory(prefix="capclient-bench-") as folder:
        for lines in (chosen.lines, *([10_000_000] if chosen.full else [])):
            asked = [name for name in names if name in NEED_A_LEDGER]
            if asked:
                with tempfile.TemporaryDirectory(dir=folder) as place:
                    facts = fresh("ledger", "write", place, lines).facts
                    print(f"{facts['lines']:,} lines")
                    for name in asked:
                        _print(NEED_A_LEDGER[name](place))
        for name in names:
            if name in OTHERS:
                _print(OTHERS[name](folder))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000, help="lines of the simulated ledger")
    parser.add_argument("--full", action="store_true", help="10 million lines as well")
    parser.add_argument(
        "--only", action="append", choices=[*NEED_A_LEDGER, *OTHERS], help="one benchmark (may be repeated)"
    )
    return parser.parse_args()


def _print(rows: list[Row]) -> None:
    for row in rows:
        print(_line(row), flush=True)


def _line(row: Row) -> str:
    ours = f"{row.ours.seconds:.2f} s {row.ours.megabytes:,.0f} MB"
    if row.baseline is None:
        return f"{row.what:<42}{ours:>16}{'':>26}{row.target:>6.2f} s  {row.remark}".rstrip()
    baseline = f"{row.baseline.seconds:.2f} s {row.baseline.megabytes:,.0f} MB"
    ratio, memory = row.ours.seconds / row.baseline.seconds, row.ours.megabytes / row.baseline.megabytes
    aimed = f"{row.memory_target:>8.2f}" if row.memory_target else " " * 8
    line = f"{row.what:<42}{ours:>16}{baseline:>18}{ratio:>8.3f}{row.target:>8.3f}  {memory:>7.2f}{aimed}"
    return f"{line}  {row.remark}".rstrip()


if __name__ == "__main__":
    main()
