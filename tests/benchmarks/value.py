"""BG/NBD by the house, by lifetimes and by PyMC-Marketing, on CDNOW and on a million simulated clients.

The two packages are no dependency: they stand in an environment of their own, made once by hand::

    python -m venv /somewhere/peers
    /somewhere/peers/bin/pip install lifetimes pymc-marketing
    CAPCLIENT_PEERS=/somewhere/peers/bin/python python -m tests.benchmarks --only value

CDNOW is read in the folder ``CAPCLIENT_DATA``. Without either, what is missing is said and our side runs alone.
On a million clients PyMC-Marketing computes as fast as it compiles, so that only CDNOW shows the ratio of the target;
``CAPCLIENT_PEERS_MILLION=lifetimes`` leaves it out there.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks.measure import Measured, Row, side_by_side

CLIENTS = 1_000_000
PEERS = ("lifetimes", "pymc_marketing")
TARGETS = {"lifetimes": 1 / 10, "pymc_marketing": 1 / 200}
SECONDS = 2.0  # target of our side on a million clients
CDNOW = "cdnow_customers_summary_with_transactions.csv"
DIGITS = 3


def rows(folder: str) -> list[Row]:
    """Return one line a peer and a data set, and our own seconds on a million."""
    files = {"a million": str(Path(folder) / "million.csv")}
    _simulate(files["a million"])
    published = Path(os.environ.get("CAPCLIENT_DATA", "")) / CDNOW
    if published.is_file():
        files = {"CDNOW": str(published), **files}
    else:
        print(f"value: {CDNOW} is not in CAPCLIENT_DATA, left out")
    found = []
    for name, file in files.items():
        (ours,) = side_by_side(("value", "ours", [file]))
        if name != "CDNOW":
            found.append(Row(f"BG/NBD, {name}", ours, None, SECONDS, remark=_said(ours.facts)))
        asked = (
            PEERS
            if name == "CDNOW"
            else os.environ.get("CAPCLIENT_PEERS_MILLION", ",".join(PEERS)).split(",")
        )
        for peer in asked:
            other = _peer(peer, file)
            if other is None:
                continue
            same = all(_close(ours.facts[key], value) for key, value in other.facts.items())
            remark = "same parameters" if same else f"ours {_said(ours.facts)}; theirs {_said(other.facts)}"
            found.append(Row(f"BG/NBD, {name} / {peer}", ours, other, TARGETS[peer], remark=remark))
    return found


def ours(file: str) -> tuple[float, dict[str, Any]]:
    """Aggregate the clients of a file and fit: what a theme does with the rows that the engine gives."""
    import pandas as pd

    from capclient.indicators.value import beta_geometric
    from capclient.indicators.value.histories import Histories

    clients = pd.read_csv(file, usecols=["x", "t_x", "T"]).astype("float64")
    began = perf_counter()
    found = beta_geometric.fit(Histories.of(clients))
    return perf_counter() - began, dict(zip(found.names, found.values, strict=True))


def _peer(name: str, file: str) -> Measured | None:
    """Run a peer once in its own interpreter: it is slow, and its seconds vary little."""
    interpreter = os.environ.get("CAPCLIENT_PEERS")
    if not interpreter:
        print(f"value: {name} left out, CAPCLIENT_PEERS names no interpreter (see the head of value.py)")
        return None
    script = str(Path(__file__).with_name("value_peers.py"))
    done = subprocess.run([interpreter, script, name, file], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"value: {name} left out, its run ended with {done.stderr.strip().splitlines()[-1:]}")
        return None
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _close(one: float, other: float) -> bool:
    """Same to three significant digits, or to the third decimal, whichever is wider: one peer prints no more."""
    return abs(one - other) <= max(0.5 * 10**-DIGITS * 1.02, abs(other) * 10**-DIGITS)


def _said(facts: dict[str, float] | Any) -> str:
    return " ".join(f"{name} {value:.3f}" for name, value in facts.items())


def _simulate(file: str) -> None:
    """Write clients that behave as BG/NBD says, over two years, on whole days."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(11)
    pace, stop = rng.gamma(0.8, 1 / 6.0, CLIENTS), rng.beta(0.9, 2.5, CLIENTS)
    age = rng.integers(364, 729, CLIENTS) / 7
    x, last, now = np.zeros(CLIENTS), np.zeros(CLIENTS), np.zeros(CLIENTS)
    there = np.ones(CLIENTS, dtype=bool)
    while there.any():
        rows = np.flatnonzero(there)
        now[rows] += rng.exponential(1 / pace[rows])
        bought = now[rows] <= age[rows]
        there[rows[~bought]] = False
        rows = rows[bought]
        x[rows] += 1
        last[rows] = np.minimum(np.ceil(now[rows] * 7) / 7, age[rows])
        there[rows[rng.random(len(rows)) < stop[rows]]] = False
    pd.DataFrame({"x": x, "t_x": last, "T": age}).to_csv(file, index=False)
