"""What salespeople say of their clients, kept as declared, and where the figures say otherwise (3.16).

Floor 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from capclient.indicators.exact import Limit, number

# Ordinal criteria of the grid, each on its own scale; words of the scales are those of the schema.
CRITERIA = (
    "relation_type", "service_need", "wallet_level", "potential_level", "ease", "outlook", "rd_collab", "learning",
)  # fmt: skip
FREE = ("decision_criteria", "competitors_known", "declared_risk")  # said in words, listed as they are


def declared_counts(
    sheet: pd.DataFrame, revenue: pd.Series, *, scales: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Count clients and revenue by declared level of each criterion, blanks included (3.16).

    Parameters
    ----------
    sheet
        Criteria of :data:`CRITERIA` (those that are known), one row per client.
    revenue
        Euros, same index.
    scales
        Levels of each criterion, in order.

    Returns
    -------
    DataFrame
        ``criterion``, ``level`` (missing for clients not described), ``customers``, ``revenue``; criteria that
        describe nobody are left out.

    Examples
    --------
    >>> sheet = pd.DataFrame({"ease": ["easy", None, "easy"]})
    >>> declared_counts(sheet, pd.Series([10.0, 5.0, 1.0]), scales={"ease": ["easy", "medium"]}).values.tolist()
    [['ease', 'easy', 2, 11.0], ['ease', 'medium', 0, 0.0], ['ease', None, 1, 5.0]]
    """
    rows = []
    for criterion, levels in scales.items():
        if criterion not in sheet or sheet[criterion].isna().all():
            continue
        said = sheet[criterion]
        for level in (*levels, None):
            mine = said.isna() if level is None else said.eq(level).fillna(False)
            rows.append((criterion, level, int(mine.sum()), round(float(revenue[mine].sum()), 2)))
    frame = pd.DataFrame(rows, columns=["criterion", "level", "customers", "revenue"])
    return frame.astype({"level": "object"}).where(frame.notna(), None)


def contradictions(
    clients: pd.DataFrame, *, orders: int = 3, risk: Limit = 40, share: Limit = "0.25"
) -> pd.DataFrame:
    """List what is declared of a client and what its figures deny (3.16).

    ``recurring``: declared recurrent, fewer than three orders in twelve months. ``endangered``: declared in danger,
    risk score under 40. ``large_share``: a large part of its purchases declared ours, wallet share under 25 %.
    ``over_wallet``: we sell it more than it is said to buy.

    Parameters
    ----------
    clients
        ``relation_type``, ``wallet_level`` (declared codes), ``orders_12m``, ``risk_score``, ``wallet_share``; what
        is missing contradicts nothing.

    Returns
    -------
    DataFrame
        Indexed like the clients concerned, one row per contradiction: ``contradiction`` and ``seen`` (orders, score
        or share), in the order of the rules, then of the clients.

    Examples
    --------
    >>> one = pd.DataFrame({"relation_type": ["recurring"], "wallet_level": ["large"], "orders_12m": [2],
    ...                     "risk_score": [None], "wallet_share": [0.2]}, index=["C1"])
    >>> contradictions(one).reset_index().values.tolist()
    [['C1', 'recurring', 2.0], ['C1', 'large_share', 0.2]]
    """
    known = {
        name: clients[name].astype("float64").round(10)
        for name in ("orders_12m", "risk_score", "wallet_share")
    }
    relation, wallet = clients["relation_type"], clients["wallet_level"]
    rules = {
        "recurring": (relation.eq("recurring") & (known["orders_12m"] < orders), "orders_12m"),
        "endangered": (relation.eq("endangered") & (known["risk_score"] < float(number(risk))), "risk_score"),
        "large_share": (wallet.eq("large") & (known["wallet_share"] < float(number(share))), "wallet_share"),
        "over_wallet": (known["wallet_share"] > 1, "wallet_share"),
    }
    found = [
        pd.DataFrame({"contradiction": code, "seen": known[what][fired.fillna(False).astype(bool)]})
        for code, (fired, what) in rules.items()
    ]
    return pd.concat(found)
