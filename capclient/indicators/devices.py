"""Maturity of the devices of the client relation, from the register of evidence (12.8).

Floor 4. Devices are what the texts ask a company to have: a hotline, surveys, a client database. What cannot be shown
counts for little, and what was not looked at for a year loses a level.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from capclient.periods import shifted

LEVELS = ("absent", "informal", "formal", "measured", "improved")
LEAST_DECLARED = 0.5  # of the devices: below, a mean would speak of what the company chose to show (15.1)
# What a device's declaration and its figures say together.
VERDICTS = ("shown", "unshown", "proof_only", "undeclared", "silent")
FORMAL = 2  # from here on a device should leave a trace in the data


def device_maturity(
    register: pd.DataFrame, *, as_of: date, stale_months: int = 12, unproven: float = 1.0
) -> pd.DataFrame:
    """Return the maturity that each row of the register deserves at a date (12.8).

    A row older than ``stale_months`` loses a level, never below 0; one without a date is taken as old. A row without
    evidence is then capped at ``unproven``. On the very day ``stale_months`` later a row is not older yet. Rows dated
    after ``as_of`` are left out.

    Parameters
    ----------
    register
        ``maturity`` (0 to 4, missing where nobody rated), ``evidence`` (text), ``date``, and any other column.

    Returns
    -------
    DataFrame
        Rows and columns of ``register``, with ``kept`` (maturity kept, 0 to 4), ``is_proven``, ``is_stale`` and
        ``expires``: the last day on which the date still holds, missing where there is none.

    Examples
    --------
    >>> rows = pd.DataFrame({"maturity": [3.0, 3.0, 2.0], "evidence": ["report", None, "minutes"],
    ...                      "date": ["2025-06-01", "2025-06-01", "2024-01-01"]})
    >>> device_maturity(rows, as_of=date(2025, 12, 31)).kept.tolist()
    [3.0, 1.0, 1.0]
    """
    days = pd.to_datetime(register["date"]).astype("datetime64[ns]")
    rows = register[days.isna() | (days <= pd.Timestamp(as_of))].copy()
    days = days.reindex(rows.index)
    proven = rows["evidence"].fillna("").astype("str").str.strip().ne("")
    stale = days.isna() | (days < pd.Timestamp(shifted(as_of, -stale_months)))
    kept = rows["maturity"].astype("float64").clip(0, len(LEVELS) - 1)
    kept = (kept - stale.astype("float64")).clip(lower=0.0)
    rows["kept"] = kept.where(proven, kept.clip(upper=unproven))
    rows["is_proven"], rows["is_stale"] = proven, stale
    rows["expires"] = days + pd.DateOffset(months=stale_months)
    return rows


def latest(register: pd.DataFrame, key: str) -> pd.DataFrame:
    """Keep one row for each value of ``key``: the latest dated one, then the last written; indexed by ``key``.

    >>> rows = pd.DataFrame({"device": ["a", "a"], "date": ["2025-01-01", "2024-01-01"], "owner": ["x", "y"]})
    >>> latest(rows, "device").owner.tolist()
    ['x']
    """
    ordered = register.assign(_day=pd.to_datetime(register["date"]))
    ordered = ordered.sort_values("_day", kind="stable", na_position="first").drop(columns="_day")
    return ordered.drop_duplicates(key, keep="last").set_index(key).sort_index()


def device_verdict(declared: float | None, *, known: int, asked: int) -> str:
    """Tell whether the figures show what is declared of a device.

    ``shown``: declared, and figures of it are known; ``unshown``: declared formal or better, and none of its figures
    is known; ``proof_only``: declared, and no figure could show it; ``undeclared``: figures show it and nobody
    declares it; ``silent``: neither.

    Parameters
    ----------
    declared
        Maturity that was declared, None where nobody did.
    known, asked
        Number of figures beside it that have a value, and number of those that could.

    >>> [device_verdict(3, known=2, asked=2), device_verdict(3, known=0, asked=2), device_verdict(3, known=0, asked=0)]
    ['shown', 'unshown', 'proof_only']
    >>> [device_verdict(None, known=1, asked=2), device_verdict(0, known=0, asked=2)]
    ['undeclared', 'silent']
    """
    is_declared = declared is not None and declared > 0
    if is_declared and (known or not asked):
        return "shown" if known else "proof_only"
    if declared is not None and declared >= FORMAL:
        return "unshown"
    return "undeclared" if known else "silent"
