"""The stage of each client in its life: childhood, adolescence, adult age, old age (7).

Floor 4. The table of section 7 is read from top to bottom and the first rule that matches decides. Growth is
compared with its limits exactly: a client that falls from 90 to 81 has lost 10 %, not 9.999 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from capclient.errors import LedgerError, listed
from capclient.indicators.activity import joined_codes
from capclient.indicators.breakdown import labelled_table
from capclient.indicators.exact import Limit, cents, compare, number
from capclient.indicators.status import growth
from capclient.periods import is_month_end, shifted
from capclient.thresholds import LifecycleThresholds
from capclient.vocabulary import STAGE_FLAGS, STAGES

ABSENT = "absent"
CENSORED_MONTHS = 3  # a first purchase this early in the data may not be the first (2.11)


def lifecycle_stages(
    customers: pd.DataFrame,
    *,
    states: pd.Series,
    as_of: date,
    data_start: date,
    thresholds: LifecycleThresholds,
    n1_is_complete: bool = True,
    n2_is_complete: bool = True,
    n_start: date | None = None,
    market_growth: pd.Series | Limit | None = None,
    market_growth_before: pd.Series | Limit | None = None,
) -> pd.DataFrame:
    """Return the stage of each client and the rule that gave it (7).

    Rules, in order: ``1`` lost (section 8); ``0`` never bought, undetermined; ``2`` back after a year without
    revenue, childhood; ``3`` first purchase less than 12 months ago, childhood; ``4`` fewer than three
    purchase days in 24 months, occasional; ``5`` a fall of 20 % in a year and in the last half-year, old age;
    ``6`` two falls of 10 %, old age; ``7`` growth of 10 %, adolescence; ``7b`` no base for a growth,
    undetermined; ``8`` adult. Growth is relative to the market of the client where that is known.

    Without complete data on N-1, rules 2 and 4 to 8 have no ground: what rules 1 and 3 leave is undetermined
    by ``7b``. Without N-2, rule 6 is skipped.

    Parameters
    ----------
    customers
        One row per client: ``first_purchase`` (missing when it never bought), ``purchase_days_24m``,
        ``revenue_n``, ``revenue_n1``, ``revenue_n2``, ``revenue_half``, ``revenue_half_before`` (euros).
    states
        State of each client (section 8), same index.
    n_start
        First day of N: a client is back only if it had bought before. By default the day after D - 12 months; that of
        the fiscal year where years are fiscal.
    as_of, data_start
        Date D, and the first day of the data: a first purchase within three months of it is censored.
    market_growth, market_growth_before
        Growth of the client's market in N and in N-1, one value or one per client; unknown when missing.

    Returns
    -------
    DataFrame
        Indexed like ``customers``: ``stage``, ``flags`` (joined by ``;``), ``rule``, ``tenure_months``
        (Int64, whole months), ``growth`` and ``growth_relative`` (missing without base).

    Examples
    --------
    Two falls of exactly 10 % in a row are old age:

    >>> customers = pd.DataFrame(
    ...     {
    ...         "first_purchase": pd.to_datetime(["2020-01-15"]),
    ...         "purchase_days_24m": [20],
    ...         "revenue_n": [81.0],
    ...         "revenue_n1": [90.0],
    ...         "revenue_n2": [100.0],
    ...         "revenue_half": [45.5],
    ...         "revenue_half_before": [50.0],
    ...     },
    ...     index=["C1"],
    ... )
    >>> stages = lifecycle_stages(
    ...     customers,
    ...     states=pd.Series({"C1": "active"}),
    ...     as_of=date(2025, 12, 31),
    ...     data_start=date(2018, 1, 1),
    ...     thresholds=LifecycleThresholds(),
    ... )
    >>> stages[["stage", "rule", "flags"]]
          stage rule                flags
    C1  old_age    6  not_market_adjusted
    """
    found = _ruled(
        customers, states, as_of, data_start, thresholds, n1_is_complete=n1_is_complete,
        n2_is_complete=n2_is_complete, n_start=n_start, market_growth=market_growth,
        market_growth_before=market_growth_before,
    )  # fmt: skip
    index = customers.index
    grown = growth(customers["revenue_n"], customers["revenue_n1"]).where(found.has_growth)
    return pd.DataFrame(
        {
            "stage": pd.Series(found.stage, index=index, dtype="str"),
            "flags": joined_codes({flag: found.codes[flag] for flag in STAGE_FLAGS}, index),
            "rule": pd.Series(found.rule, index=index, dtype="str"),
            "tenure_months": pd.Series(pd.arrays.IntegerArray(found.tenure, ~found.bought), index=index),
            "growth": grown,
            "growth_relative": (1 + grown) / np.asarray(found.market, dtype="float64") - 1,
        }
    )


def stage_names(
    customers: pd.DataFrame,
    *,
    states: pd.Series,
    as_of: date,
    data_start: date,
    thresholds: LifecycleThresholds,
    **known: Any,
) -> np.ndarray:
    """Return the stage of :func:`lifecycle_stages` alone, for who asks the same rule many times."""
    return _ruled(customers, states, as_of, data_start, thresholds, **known).stage


@dataclass(frozen=True, slots=True)
class _Ruled:
    """What :func:`lifecycle_stages` says of each client, one array a column; ``market``: 1 + growth of its market."""

    stage: np.ndarray
    rule: np.ndarray
    codes: dict[str, np.ndarray]
    tenure: np.ndarray
    bought: np.ndarray
    has_growth: np.ndarray
    market: Any


def _ruled(
    customers: pd.DataFrame,
    states: pd.Series,
    as_of: date,
    data_start: date,
    thresholds: LifecycleThresholds,
    *,
    n1_is_complete: bool = True,
    n2_is_complete: bool = True,
    n_start: date | None = None,
    market_growth: pd.Series | Limit | None = None,
    market_growth_before: pd.Series | Limit | None = None,
) -> _Ruled:
    first = customers["first_purchase"].to_numpy(dtype="datetime64[ns]")
    bought = ~np.isnat(first)
    tenure = _tenure_months(first, as_of)
    young = bought & (tenure < thresholds.childhood_months)
    censored = first < np.datetime64(shifted(data_start, CENSORED_MONTHS))
    begins = shifted(as_of, -12) + timedelta(days=1) if n_start is None else n_start
    earlier = first < np.datetime64(begins)
    old = bought & (tenure >= thresholds.revival_months)

    r0, r1, r2, half, half_before = (
        cents(customers[column]).to_numpy()
        for column in ("revenue_n", "revenue_n1", "revenue_n2", "revenue_half", "revenue_half_before")
    )
    market, market_known = _market(market_growth, customers.index)
    market_before, before_known = _market(market_growth_before, customers.index)
    has_g = bought & (r1 > 0) & n1_is_complete
    has_p = has_g & (r2 > 0) & n2_is_complete
    has_h = half_before > 0

    def fell(now: np.ndarray, base: np.ndarray, limit: Limit, factor: Any) -> np.ndarray:
        """Tell where now / base / (1 + market) - 1 is at most a limit, exactly."""
        return np.asarray(compare(now, np.where(base > 0, base, 1), (1 + number(limit)) * factor) <= 0)

    strong = has_g & fell(r0, r1, thresholds.strong_decline, market)
    down = has_g & fell(r0, r1, thresholds.decline, market)
    down_before = has_p & fell(r1, r2, thresholds.decline, market_before)
    half_down = ~has_h | fell(half, half_before, thresholds.strong_decline, Fraction(1))
    up = has_g & (compare(r0, np.where(r1 > 0, r1, 1), (1 + number(thresholds.growth)) * market) >= 0)

    occasional = customers["purchase_days_24m"].to_numpy() < thresholds.occasional_orders
    rules: list[tuple[str, str, np.ndarray]] = [
        ("1", "lost", states.reindex(customers.index).eq("lost").to_numpy(dtype=bool)),
        ("0", "undetermined", ~bought),
        ("2", "childhood", (r0 > 0) & (r1 <= 0) & ~young & earlier & n1_is_complete),
        ("3", "childhood", young & ~censored),
        ("4", "occasional", occasional & n1_is_complete),
        ("5", "old_age", strong & half_down),
        ("6", "old_age", down & down_before),
        ("7", "adolescence", up),
        ("7b", "undetermined", ~has_g),
        ("8", "adult", np.ones(len(customers), dtype=bool)),
    ]
    matches = [match for _, _, match in rules]
    rule = np.select(matches, [code for code, _, _ in rules], "")
    stage = np.select(matches, [name for _, name, _ in rules], "")
    measured = np.isin(rule, ["5", "6", "7", "8"])
    codes = {
        "reactivated": rule == "2",
        "revival": (rule == "7") & old,
        "watch": (rule == "8") & down,
        "not_market_adjusted": measured & (~market_known | (down & has_p & ~before_known)),
        "h_unknown": (rule == "5") & ~has_h,
    }
    return _Ruled(stage, rule, codes, tenure, bought, has_g, market)


def _tenure_months(first: np.ndarray, as_of: date) -> np.ndarray:
    """Return whole months from first purchase to D, 0 without one: 12 means on or before D - 12 months (0.2)."""
    month = first.astype("datetime64[M]")
    day = (first.astype("datetime64[D]") - month.astype("datetime64[D]")).astype("int64") + 1
    months = as_of.year * 12 + as_of.month - 1 - 12 * 1970 - month.astype("int64")
    return np.where(np.isnat(first), 0, months - ((day > as_of.day) & (not is_month_end(as_of))))


def _market(value: pd.Series | Limit | None, index: pd.Index) -> tuple[Any, np.ndarray]:
    """Return 1 + market growth, exact, and for which clients it is known (the factor is 1 for the others)."""
    if not isinstance(value, pd.Series):
        factor = Fraction(0) if value is None else 1 + number(value)
        return (factor if factor > 0 else Fraction(1)), np.full(len(index), factor > 0)
    growths = value.reindex(index)
    exact = {item: 1 + number(item) for item in growths.dropna().unique()}
    factors = [exact.get(item, Fraction(0)) for item in growths]
    known = np.array([factor > 0 for factor in factors], dtype=bool)
    filled = np.empty(len(index), dtype=object)
    filled[:] = [factor if factor > 0 else Fraction(1) for factor in factors]
    return filled, known


def stage_table(stages: pd.Series, revenue: pd.Series, margin: pd.Series | None = None) -> pd.DataFrame:
    """Return the contribution of each stage to revenue and, when known, to margin (7).

    Returns
    -------
    DataFrame
        ``stage``, ``customers``, ``revenue``, ``revenue_share`` (of all clients; missing when their revenue
        is not positive) and ``margin`` when given; one row per stage, in the order of life.
    """
    measures = pd.DataFrame({"revenue": revenue})
    if margin is not None:
        measures["margin"] = margin
    table = labelled_table(stages, STAGES, measures).reset_index(names="stage")
    total = cents(revenue).sum() / 100
    table.insert(3, "revenue_share", table["revenue"] / (total if total > 0 else np.nan))
    return table


def transition_matrix(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Count clients by stage at an earlier date (rows) and at a later one (columns) (7).

    Parameters
    ----------
    before, after
        Stage of each client; a client that did not exist at the earlier date is missing from ``before``.

    Returns
    -------
    DataFrame
        Stages, and ``absent`` as the last row, by stages; counts that add up to the clients of ``after``.

    Raises
    ------
    LedgerError
        If a client of the earlier date is unknown at the later one.
    """
    pairs = _paired(before, after)
    counts = pd.crosstab(pairs["stage_before"], pairs["stage"])
    return counts.reindex(index=[*STAGES, ABSENT], columns=list(STAGES), fill_value=0)


def stage_moves(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """List the clients whose stage changed: ``stage_before`` and ``stage``, in the order of ``after`` (7)."""
    pairs = _paired(before, after)
    return pairs[pairs["stage_before"] != pairs["stage"]]


def _paired(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    vanished = before.dropna().index.difference(after.index)
    if len(vanished):
        raise LedgerError("indicators.vanished_customers", count=len(vanished), customers=listed(vanished))
    return pd.DataFrame({"stage_before": before.reindex(after.index).fillna(ABSENT), "stage": after})
