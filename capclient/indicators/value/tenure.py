"""How long contracts last: each renewal is a decision, said yes or no (8.2).

Floor 4. Decisions come from the contracts themselves or, where a company only flags lines that recur, from the months
in which each subscription was billed. A contract that still runs has decided nothing; one whose beginning nobody saw
has an unknown age.
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from capclient.indicators.contracted import DECIDED_DAYS

EARLY = 31  # days before its end from which the next contract may begin
SPARSE = 2.0  # usual intervals without an invoice after which a subscription is over
COLUMNS = ["customer_id", "cohort", "turn", "day", "renewed"]


def contract_decisions(contracts: pd.DataFrame, *, day: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the decisions to renew known on a day, and the renewals that are still to come.

    The contracts of a client that follow each other, one beginning within 31 days before to 60 days after the end of
    the one before, make a chain; its k-th end is its k-th renewal. An end so recent that the next contract may still
    come is not decided. A contract that names its successor (``renewed_by``) is renewed even where the next one is not
    in the table.

    Parameters
    ----------
    contracts
        ``customer_id``, ``start``, ``end`` and, when known, ``renewed_by`` and ``recurring``.

    Returns
    -------
    tuple of DataFrame
        Decisions: ``customer_id``, ``cohort`` (year in which the chain began), ``turn`` (1 or more), ``day`` (the end)
        and ``renewed``. Then the same columns, ``renewed`` left out, for contracts that run on that day.

    Examples
    --------
    >>> signed = pd.DataFrame({
    ...     "customer_id": ["A", "A", "B"], "start": ["2023-01-01", "2024-01-01", "2023-06-01"],
    ...     "end": ["2023-12-31", "2024-12-31", "2024-05-31"]})
    >>> decided, ahead = contract_decisions(signed, day=date(2024, 12, 1))
    >>> decided[["customer_id", "turn", "renewed"]].to_numpy().tolist(), ahead.turn.tolist()
    ([['A', 1, True], ['B', 1, False]], [2])
    """
    frame = _begun(contracts, day)
    if frame.empty:
        empty = pd.DataFrame(columns=COLUMNS)
        return empty, empty.drop(columns="renewed")
    same = frame.customer_id.eq(frame.customer_id.shift())
    wait = (frame.start - frame.groupby("customer_id").end.shift()).dt.days
    follows = same & wait.between(-EARLY, DECIDED_DAYS)
    chain = (~follows).cumsum()
    frame = frame.assign(
        turn=frame.groupby(chain).cumcount() + 1,
        cohort=frame.groupby(chain).start.transform("min").dt.year,
        day=frame.end,
        renewed=follows.shift(-1, fill_value=False) | frame.named,
    )
    now = pd.Timestamp(day)
    decided = frame.renewed & (frame.end <= now) | (frame.end + timedelta(days=DECIDED_DAYS) <= now)
    ahead = frame[(frame.end > now) & ~decided]
    return frame.loc[decided, COLUMNS].reset_index(drop=True), ahead[COLUMNS[:-1]].reset_index(drop=True)


def _begun(contracts: pd.DataFrame, day: date) -> pd.DataFrame:
    """Contracts with both dates that began by a day, in order; one inside another of the same client is left out."""
    named = contracts["renewed_by"] if "renewed_by" in contracts else pd.Series("", index=contracts.index)
    frame = pd.DataFrame(
        {
            "customer_id": contracts.customer_id,
            "start": contracts.start.astype("datetime64[ns]"),
            "end": contracts.end.astype("datetime64[ns]"),
            "named": named.fillna("").astype("str").str.strip().ne(""),
        }
    )
    if "recurring" in contracts:
        frame = frame[contracts.recurring.fillna(True).astype(bool)]
    frame = frame.dropna(subset=["start", "end"])
    frame = frame[(frame.start <= pd.Timestamp(day)) & (frame.end >= frame.start)]
    frame = frame.sort_values(["customer_id", "start", "end"], kind="stable")
    reached = frame.end.astype("int64").groupby(frame.customer_id).cummax().groupby(frame.customer_id).shift()
    return frame[~(frame.end.astype("int64") <= reached)]


def billed_decisions(billed: pd.DataFrame, *, day: date, begins: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the same from the invoices of subscriptions: each anniversary of the first one is a renewal.

    A subscription is over when twice its usual interval, and 60 days at least, passed without an invoice; one that
    was billed when the data begin is older than can be told, and left out.

    Parameters
    ----------
    billed
        One row a client: ``customer_id``, ``first`` and ``last`` day billed, ``times``, number of days billed.
    begins
        First day of the data.

    Examples
    --------
    >>> billed = pd.DataFrame({"customer_id": ["A", "B"], "first": ["2022-03-01"] * 2,
    ...                        "last": ["2024-12-01", "2024-01-01"], "times": [34, 23]})
    >>> decided, ahead = billed_decisions(billed, day=date(2024, 12, 31), begins=date(2021, 1, 1))
    >>> decided[["customer_id", "turn", "renewed"]].to_numpy().tolist(), ahead.turn.tolist()
    ([['A', 1, True], ['A', 2, True], ['B', 1, True], ['B', 2, False]], [3])
    """
    first, last = (billed[name].astype("datetime64[ns]") for name in ("first", "last"))
    interval = (last - first).dt.days / (billed.times - 1).where(billed.times > 1)
    quiet = (interval * SPARSE).fillna(0.0).clip(lower=DECIDED_DAYS)
    now, known = (
        pd.Timestamp(day),
        (first - pd.Timestamp(begins)).dt.days > interval.fillna(0.0).clip(lower=EARLY),
    )
    over = ((now - last).dt.days > quiet) & (billed.times > 1)
    # the last invoice pays for one more interval: the client left at the first anniversary after it
    until = (last + pd.to_timedelta(interval.fillna(0.0).round(), unit="D")).where(over, now)
    years = ((until - first).dt.days // 365.25).astype("int64").where(known & (billed.times > 1), -1)
    rows, coming = [], []
    for customer, begun, whole, ended in zip(billed.customer_id, first, years, over, strict=True):
        if whole < 0:
            continue
        turns = [(turn, True) for turn in range(1, whole + 1)] + ([(whole + 1, False)] if ended else [])
        ends = [(turn, begun + pd.DateOffset(years=turn), renewed) for turn, renewed in turns]
        rows += [(customer, begun.year, turn, end, renewed) for turn, end, renewed in ends if end <= now]
        if not ended:
            coming.append((customer, begun.year, whole + 1, begun + pd.DateOffset(years=whole + 1)))
    return pd.DataFrame(rows, columns=COLUMNS), pd.DataFrame(coming, columns=COLUMNS[:-1])
