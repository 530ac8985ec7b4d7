"""Why clients left, in their words or in those of the staff, and how much of the losses nobody explains (6.9, A07).

Floor 4.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from capclient.indicators.claims import causes, same_words
from capclient.indicators.exact import cents

GRACE = pd.Timedelta(days=90)  # a client that leaves may say so a little before its last delivery
SOURCES = ("questionnaire", "staff", "claim")
ASKED = ("questionnaire", "enquete", "sondage", "formulaire", "survey", "form")
TOLD_BY_STAFF = (
    "collaborateur",
    "commercial",
    "interne",
    "salarie",
    "vendeur",
    "staff",
    "employee",
    "sales",
    "interview",
)
GRIEVANCES = ("claim", "dispute")


def reason_source(events: pd.DataFrame) -> pd.Series:
    """Say where a reason comes from: ``questionnaire``, ``staff`` or ``claim`` (6.9).

    The channel decides when it says; otherwise a survey is a questionnaire, a claim or a dispute is a grievance from
    which the reason is deduced, and every other contact is what the staff noted.

    >>> rows = pd.DataFrame({"type": ["survey", "survey", "claim", "call"],
    ...                      "channel": [None, "Entretien collaborateur", None, None]})
    >>> reason_source(rows).tolist()
    ['questionnaire', 'staff', 'claim', 'staff']
    """
    channel = events["channel"].astype("str").fillna("").str.normalize("NFKD")
    plain = channel.str.encode("ascii", "ignore").str.decode("ascii").str.lower()
    found = pd.Series("staff", index=events.index, dtype="str")
    found[events["type"].isin(GRIEVANCES)] = "claim"
    found[events["type"].eq("survey")] = "questionnaire"
    found[plain.str.contains("|".join(ASKED), regex=True)] = "questionnaire"
    found[plain.str.contains("|".join(TOLD_BY_STAFF), regex=True)] = "staff"
    return found


def loss_reasons(lost: pd.DataFrame, events: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """Give each lost client its reason, missing where nobody told it.

    A reason is the cause of an event up to D, dated at the earliest ninety days before the last purchase: before, it
    was the grief of a client that still bought. What the client or the staff said of the departure comes before a
    claim from which it is only deduced; then the latest event wins.

    Parameters
    ----------
    lost
        Indexed by client: ``last_purchase``.
    events
        ``customer_id``, ``date``, ``type``, ``channel``, ``cause``.

    Returns
    -------
    DataFrame
        Indexed like ``lost``: ``cause`` and ``reason_source``, missing where unknown.

    Examples
    --------
    >>> lost = pd.DataFrame({"last_purchase": pd.to_datetime(["2024-05-02", "2024-06-30"])}, index=["A", "B"])
    >>> rows = pd.DataFrame({"customer_id": ["A", "A", "B"], "date": ["2024-05-20", "2024-09-01", "2023-01-15"],
    ...                      "type": ["claim", "call", "claim"], "channel": [None] * 3,
    ...                      "cause": ["Casse", "Prix", "Retard"]})
    >>> loss_reasons(lost, rows, as_of=date(2025, 6, 30)).cause.tolist()
    ['Prix', nan]
    """
    told = events.assign(day=pd.to_datetime(events["date"]), cause=same_words(events["cause"]))
    told = told[
        told["cause"].notna() & (told["day"] <= pd.Timestamp(as_of)) & told["customer_id"].isin(lost.index)
    ]
    limits = (lost["last_purchase"] - GRACE).reindex(told["customer_id"]).to_numpy()
    told = told[told["day"].to_numpy() >= limits]
    told = told.assign(reason_source=reason_source(told))
    told = told.assign(deduced=told["reason_source"].eq("claim"))
    ranked = told.sort_values(
        ["customer_id", "deduced", "day", "cause"], ascending=[True, True, False, True], kind="stable"
    )
    chosen = ranked.drop_duplicates("customer_id").set_index("customer_id")[["cause", "reason_source"]]
    return chosen.reindex(lost.index)


def loss_table(reasons: pd.DataFrame, revenue_lost: pd.Series) -> pd.DataFrame:
    """Rank the reasons by the clients they took away, with their revenue; the unknown ones close the table (6.9).

    Parameters
    ----------
    reasons
        ``cause`` and ``reason_source`` of each lost client.
    revenue_lost
        Euros of N-1, same index.

    Returns
    -------
    DataFrame
        ``cause``, ``n``, ``share``, ``cumulative_share``, ``revenue_lost`` (euros) and one column of counts per source.

    Examples
    --------
    >>> rows = pd.DataFrame({"cause": ["Prix", None, "Prix"], "reason_source": ["staff", None, "questionnaire"]})
    >>> loss_table(rows, pd.Series([100.0, 50.0, 25.5]))[["cause", "n", "revenue_lost", "staff"]].values.tolist()
    [['Prix', 2, 125.5, 1], [nan, 1, 50.0, 0]]
    """
    table = causes(reasons["cause"])
    words = same_words(reasons["cause"]).fillna("")
    whole = cents(revenue_lost.reindex(reasons.index).fillna(0.0)).groupby(words).sum()
    keys = table["cause"].fillna("")
    table["revenue_lost"] = whole.reindex(keys).to_numpy() / 100
    for source in SOURCES:
        mine = reasons["reason_source"].eq(source).groupby(words).sum()
        table[source] = mine.reindex(keys).fillna(0).astype("int64").to_numpy()
    return table
