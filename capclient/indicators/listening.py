"""At which phases of the relation clients are listened to, and which promises are kept (A08, A09, 6.7).

Floor 4.
"""

from __future__ import annotations

import pandas as pd

from capclient.indicators.claims import same_words

KEPT, BROKEN, UNMEASURED = "kept", "broken", "unmeasured"


def listened(events: pd.DataFrame) -> pd.Series:
    """Tell which events are listening: a listening event, or a survey that was answered (A09).

    A claim or a call to the hotline is the client's own doing, a visit may be a sale: none is counted.

    >>> rows = pd.DataFrame({"type": ["listening", "survey", "survey", "claim"],
    ...                      "score_nps": [None, 9, None, None], "score_csat": [None] * 4})
    >>> listened(rows).tolist()
    [True, True, False, False]
    """
    answered = events[["score_nps", "score_csat"]].notna().any(axis=1)
    return events["type"].eq("listening") | (events["type"].eq("survey") & answered)


def listening_by_phase(events: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Return the clients listened to at each phase, by group of clients (A09).

    Parameters
    ----------
    events
        Listening events: ``customer_id`` and ``phase`` (free words, missing where nobody told).
    groups
        Group of each client that counts, by client; clients elsewhere are left out.

    Returns
    -------
    DataFrame
        One row per phase, the best covered first, then by name: ``customers`` (listened to at least once), ``share``
        (of all clients) and ``customers.<group>``, ``share.<group>`` for each group. Phases differing by case only
        are one; events without phase are not in the table.

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["A", "A", "B"], "phase": ["Devis", "devis", "Livraison"]})
    >>> grid = listening_by_phase(rows, pd.Series({"A": "g", "B": "g", "C": "h"}))
    >>> grid[["customers", "customers.g", "customers.h"]].values.tolist()
    [[1, 1, 0], [1, 1, 0]]
    """
    known = events.assign(phase=same_words(events["phase"]))
    known = known[known["phase"].notna() & known["customer_id"].isin(groups.index)]
    pairs = known[["customer_id", "phase"]].drop_duplicates()
    pairs = pairs.assign(group=groups.reindex(pairs["customer_id"]).to_numpy())
    phases = pairs["phase"].value_counts().rename_axis("phase").rename("customers").reset_index()
    phases = phases.sort_values(["customers", "phase"], ascending=[False, True], kind="stable").set_index(
        "phase"
    )
    phases["share"] = phases["customers"] / max(len(groups), 1)
    for group in sorted(groups.dropna().unique()):
        tally = (
            pairs["phase"][pairs["group"] == group]
            .value_counts()
            .reindex(phases.index)
            .fillna(0)
            .astype("int64")
        )
        phases[f"customers.{group}"] = tally
        phases[f"share.{group}"] = tally / int((groups == group).sum())
    return phases


def promise_verdict(measured: float | None, target: float, *, at_most: bool) -> str:
    """Tell whether a promise is kept: ``kept``, ``broken`` or ``unmeasured`` (A08); on the target it is kept.

    Compared after rounding to nine decimals, so that a binary float never breaks a promise by a hair.

    >>> promise_verdict(0.1 + 0.2, 0.3, at_most=True), promise_verdict(None, 5, at_most=False)
    ('kept', 'unmeasured')
    """
    if measured is None:
        return UNMEASURED
    gap = round(measured - target, 9)
    return KEPT if gap == 0 or (gap < 0) == at_most else BROKEN
