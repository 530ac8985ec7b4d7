"""Visits and calls of each client against those that its stage calls for (7, I07, I08).

Floor 4. Section 7 gives each stage a follow-up: close, regular, spaced out, retain. A cadence puts a number on it: the
fewest and the most visits and calls a year that the company intends.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

BELOW, WITHIN, ABOVE = "below", "within", "above"
YOUNGEST = 3  # months of presence under which a cadence cannot be seen


def cadence(
    contacts: pd.Series, stages: pd.Series, present: pd.Series, *, intended: Mapping[str, tuple[int, int]]
) -> pd.DataFrame:
    """Return the verdict on the contacts of each client.

    Parameters
    ----------
    contacts
        Visits and calls of the last 12 months (whole numbers).
    stages
        Stage of each client, same index; a stage without an intended cadence is not judged.
    present
        Months of presence in these 12 months, 12 at most: the intention is reduced in proportion. Under three months a
        client is not judged.
    intended
        Fewest and most contacts of a whole year, by stage; both limits are within.

    Returns
    -------
    DataFrame
        Same index: ``contacts``, ``a_year`` (contacts at the pace of a whole year), ``least``, ``most``, ``verdict``
        (``below``, ``within``, ``above``, missing when not judged), ``gap`` (contacts to add, or to save when negative,
        to come back within, for the time the client was there, rounded up and down to whole contacts).

    Examples
    --------
    Four contacts are too many for an adult meant to see two a year, and enough for a child of six months:

    >>> table = cadence(pd.Series([4, 4, 1, 0]), pd.Series(["adult", "childhood", "old_age", "childhood"]),
    ...                 pd.Series([12, 6, 12, 2]), intended={"adult": (1, 2), "childhood": (6, 12), "old_age": (6, 12)})
    >>> table[["a_year", "verdict", "gap"]]
       a_year verdict  gap
    0     4.0   above   -2
    1     8.0  within    0
    2     1.0   below    5
    3     0.0     NaN    0
    """
    limits = pd.DataFrame.from_dict(dict(intended), orient="index", columns=["least", "most"])
    table = pd.DataFrame({"contacts": contacts.fillna(0).astype("int64")})
    table["a_year"] = (12 * table["contacts"] / present.where(present > 0)).astype("float64").round(2)
    for side in ("least", "most"):
        table[side] = stages.map(limits[side]).astype("float64")
    judged = table["least"].notna() & (present >= YOUNGEST)
    times = 12 * table["contacts"]  # whole numbers on both sides: a limit reached is exactly reached
    low, high = table["least"] * present, table["most"] * present
    verdict = (
        pd.Series(WITHIN, index=table.index, dtype="str").mask(times < low, BELOW).mask(times > high, ABOVE)
    )
    table["verdict"] = verdict.where(judged)
    missing = np.ceil(low / 12) - table["contacts"]
    spare = np.floor(high / 12) - table["contacts"]
    gap = pd.Series(0.0, index=table.index).mask(verdict == BELOW, missing).mask(verdict == ABOVE, spare)
    table["gap"] = gap.where(judged, 0.0).astype("int64")
    return table


def cadence_by_stage(table: pd.DataFrame, stages: pd.Series, order: tuple[str, ...]) -> pd.DataFrame:
    """Return, for each stage, the intended cadence, the one observed, and how many clients keep within it.

    Parameters
    ----------
    table
        As :func:`cadence` returns it.
    order
        The stages to show.

    Returns
    -------
    DataFrame
        ``stage``, ``customers`` (judged), ``least``, ``most``, ``contacts`` (of the year), ``a_year`` (mean of the
        clients, each at the pace of a whole year), ``below``, ``within``, ``above`` (clients).
    """
    judged = table[table["verdict"].notna()]
    rows = []
    for stage in order:
        mine = judged[stages.reindex(judged.index) == stage]
        if mine.empty:
            continue
        tally = mine["verdict"].value_counts()
        rows.append(
            {
                "stage": stage, "customers": len(mine), "least": int(mine["least"].iloc[0]),
                "most": int(mine["most"].iloc[0]), "contacts": int(mine["contacts"].sum()),
                "a_year": float(mine["a_year"].mean()),
                **{verdict: int(tally.get(verdict, 0)) for verdict in (BELOW, WITHIN, ABOVE)},
            }
        )  # fmt: skip
    columns = ["stage", "customers", "least", "most", "contacts", "a_year", BELOW, WITHIN, ABOVE]
    return pd.DataFrame(rows, columns=columns)
