"""Claims and disputes: how many, how long, why; open ones never hidden in a mean of the closed ones (6.4 to 6.6).

Floor 4. Every row is one event of the table ``interactions``; days are calendar days and D is the date of analysis.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from capclient.indicators.cohorts import kaplan_meier, median_survival
from capclient.vocabulary import Unknown

DAY = pd.Timedelta(days=1)
AMICABLE = ("amiable", "amicable", "mediation", "negociation", "transaction", "conciliation", "settlement")
JUDICIAL = (
    "contentieu",
    "judiciaire",
    "tribunal",
    "avocat",
    "assignation",
    "litigation",
    "court",
    "lawsuit",
    "legal",
)


def rate_per(events: int, base: float, per: float) -> float | Unknown:
    """Return events per ``per`` units of a base: claims per 100 orders, per 100,000 euros (6.4).

    >>> rate_per(6, 240, 100)
    2.5
    """
    return events * per / base if base > 0 else Unknown("denominator_zero")


def delays(events: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """Return what became of each event at D.

    Parameters
    ----------
    events
        ``date``, ``opened`` (the date when missing), ``closed`` and ``called_back``, dates or missing. What is
        closed after D is still open at D.

    Returns
    -------
    DataFrame
        Indexed like ``events``: ``is_closed`` (bool), ``days`` (days to the closing, or the age of an open event;
        missing when it ends before it begins) and ``answer_days`` (days to the first human answer, missing
        without one).

    Examples
    --------
    >>> rows = pd.DataFrame({"date": ["2025-01-10", "2025-03-01"], "opened": [None, None],
    ...                      "closed": ["2025-01-22", "2025-07-01"], "called_back": ["2025-01-11", None]})
    >>> delays(rows, as_of=date(2025, 3, 31))
       is_closed  days  answer_days
    0       True  12.0          1.0
    1      False  30.0          NaN
    """
    day = pd.Timestamp(as_of)
    begun = pd.to_datetime(events["opened"]).fillna(pd.to_datetime(events["date"]))
    closed = pd.to_datetime(events["closed"])
    closed = closed.where(closed <= day)
    called = pd.to_datetime(events["called_back"])
    called = called.where(called <= day)
    lasted = (closed.fillna(day) - begun) / DAY
    answered = (called - begun) / DAY
    return pd.DataFrame(
        {
            "is_closed": closed.notna(),
            "days": lasted.where(lasted >= 0).astype("float64"),
            "answer_days": answered.where(answered >= 0).astype("float64"),
        }
    )


def resolution_days(lasted: pd.DataFrame) -> float | Unknown:
    """Return the median days to the closing, on the closed events only (6.5).

    >>> resolution_days(pd.DataFrame({"is_closed": [True, True, False], "days": [4.0, 10.0, 200.0]}))
    7.0
    """
    days = lasted["days"][lasted["is_closed"]].dropna()
    return float(days.median()) if len(days) else Unknown("missing:closed")


def expected_days(lasted: pd.DataFrame) -> float | Unknown:
    """Return the Kaplan-Meier median: days by which half are closed, open events counted as long as they last.

    Unknown while more than half are still open: nobody can say when they will close.

    >>> expected_days(pd.DataFrame({"is_closed": [True, True, False], "days": [4.0, 10.0, 200.0]}))
    10.0
    """
    known = lasted.dropna(subset=["days"])
    if known.empty:
        return Unknown("missing:claims")
    return median_survival(kaplan_meier(known["days"], known["is_closed"]))


def within_delay(lasted: pd.DataFrame, *, days: int) -> tuple[int, int]:
    """Count the events closed within a delay and those that can be judged (6.6).

    An open event is judged once its age passes the delay; before that, nobody knows.

    >>> rows = pd.DataFrame({"is_closed": [True, True, False, False], "days": [30.0, 45.0, 31.0, 5.0]})
    >>> within_delay(rows, days=30)
    (1, 3)
    """
    known = lasted.dropna(subset=["days"])
    kept = known["is_closed"] & (known["days"] <= days)
    judged = known["is_closed"] | (known["days"] > days)
    return int(kept.sum()), int(judged.sum())


def same_words(labels: pd.Series) -> pd.Series:
    """Give one spelling, the most frequent, to labels that differ by case or blanks only; blank ones are missing.

    >>> same_words(pd.Series(["Retard", "retard ", "Retard", " "])).tolist()
    ['Retard', 'Retard', 'Retard', nan]
    """
    plain = labels.astype("str").str.replace(r"\s+", " ", regex=True).str.strip()
    plain = plain.mask(plain.isna() | plain.eq(""))
    keys = plain.str.casefold()
    counted = pd.DataFrame({"key": keys, "word": plain}).dropna().value_counts().reset_index()
    counted = counted.sort_values(["key", "count", "word"], ascending=[True, False, True], kind="stable")
    words = counted.drop_duplicates("key").set_index("key")["word"]
    return keys.map(words).astype("str")


def causes(labels: pd.Series) -> pd.DataFrame:
    """Rank causes, the most frequent first; those not told close the table (A10, A14, 6.9).

    Returns
    -------
    DataFrame
        ``cause`` (missing for those not told), ``n``, ``share`` of all and ``cumulative_share`` of those told
        (missing on the row of those not told).

    Examples
    --------
    >>> causes(pd.Series(["Retard", "Casse", "retard", None]))
        cause  n  share  cumulative_share
    0  Retard  2   0.50          0.666667
    1   Casse  1   0.25          1.000000
    2     NaN  1   0.25               NaN
    """
    words = same_words(labels)
    tally = words.value_counts().rename_axis("cause").rename("n").reset_index()
    tally = tally.sort_values(["n", "cause"], ascending=[False, True], kind="stable")
    told, untold = int(tally["n"].sum()), int(words.isna().sum())
    tally["cumulative_share"] = tally["n"].cumsum() / max(told, 1)
    if untold:
        last = pd.DataFrame(
            {"cause": pd.Series([pd.NA], dtype="str"), "n": [untold], "cumulative_share": [np.nan]}
        )
        tally = pd.concat([tally, last])
    tally["share"] = tally["n"] / max(len(words), 1)
    columns = ["cause", "n", "share", "cumulative_share"]
    return tally.reset_index(drop=True)[columns].astype({"n": "int64"})


def causes_for(table: pd.DataFrame, goal: tuple[int, int] = (4, 5)) -> int | Unknown:
    """Return how many causes make so much of the events whose cause is told: four fifths by default.

    >>> causes_for(causes(pd.Series(["a"] * 8 + ["b", "c"])))
    1
    """
    counts = table["n"][table["cause"].notna()]
    if counts.empty:
        return Unknown("missing:cause")
    part, whole = goal
    return int((counts.cumsum() * whole < int(counts.sum()) * part).sum()) + 1


def way_out(*labels: pd.Series) -> pd.Series:
    """Tell from free words how a dispute was settled: ``amicable``, ``judicial``, missing when nothing says (E05).

    A word of justice wins: « transaction devant le tribunal » went to court.

    >>> way_out(pd.Series(["Règlement amiable", "Contentieux", None])).tolist()
    ['amicable', 'judicial', nan]
    """
    words = pd.Series("", index=labels[0].index, dtype="str")
    for label in labels:
        words = words + " " + label.astype("str").fillna("")
    plain = words.str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii").str.lower()
    found = pd.Series(pd.NA, index=words.index, dtype="str")
    found[plain.str.contains("|".join(AMICABLE), regex=True)] = "amicable"
    found[plain.str.contains("|".join(JUDICIAL), regex=True)] = "judicial"
    return found


def claims_part(events: pd.DataFrame, *, as_of: date, since: date, half_year: date) -> pd.Series:
    """Return the claims part of the risk of loss, 0 to 100, of the clients that have something to say (8.6).

    100 when a major claim is open at D or the last likelihood to recommend is 6 or less, 50 for a claim in the
    last six months, else 0; clients without any event are not in the result. Where no claim bears a closing
    date, none is said to be open.

    Parameters
    ----------
    events
        ``customer_id``, ``date``, ``type``, ``severity``, ``opened``, ``closed``, ``called_back``, ``score_nps``.
    since
        Answers before this day say nothing of today.
    half_year
        Last day before the last six months.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "customer_id": ["A", "B", "C"], "date": pd.to_datetime(["2025-01-10", "2025-05-02", "2025-06-01"]),
    ...     "type": ["claim", "claim", "survey"], "severity": ["major", "minor", None], "opened": pd.NaT,
    ...     "closed": pd.to_datetime([None, "2025-05-09", None]), "called_back": pd.NaT, "score_nps": [None, None, 6]})
    >>> claims_part(rows, as_of=date(2025, 6, 30), since=date(2023, 6, 30), half_year=date(2024, 12, 31)).to_dict()
    {'A': 100.0, 'B': 50.0, 'C': 100.0}
    """
    day = pd.to_datetime(events["date"])
    seen = events.assign(day=day)[day <= pd.Timestamp(as_of)]
    claims = seen[seen["type"] == "claim"]
    still = ~delays(claims, as_of=as_of)["is_closed"]
    # a table without any closing date does not say that its claims are open
    told = bool(claims["closed"].notna().any())
    major = claims[still & claims["severity"].eq("major") & told]
    recent = claims[claims["day"] > pd.Timestamp(half_year)]
    marks = seen[seen["score_nps"].notna() & (seen["day"] > pd.Timestamp(since))]
    last = marks[marks["day"] == marks.groupby("customer_id")["day"].transform("max")]
    means = last.assign(mark=last["score_nps"].astype("float64")).groupby("customer_id")["mark"].mean()
    part = pd.Series(
        0.0, index=pd.Index(sorted(set(claims["customer_id"]) | set(means.index)), name="customer_id")
    )
    part[part.index.isin(recent["customer_id"])] = 50.0
    part[part.index.isin(major["customer_id"]) | part.index.isin(means.index[means <= 6 + 1e-9])] = 100.0
    return part.rename("claims")
