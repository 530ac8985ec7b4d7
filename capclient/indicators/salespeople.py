"""What each salesperson sold, the portfolio of each, and the four rankings (1.12).

Floor 4. Sales follow the salesperson of the line; a portfolio is the clients that are given to somebody. The two part
when somebody sells to the client of another.
"""

from __future__ import annotations

import pandas as pd

from capclient.indicators.breakdown import filled, revenue_by

RANKINGS = ("revenue", "quantity", "product_types", "margin")


def salesperson_table(customers: pd.DataFrame, measures: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return what each salesperson sold, the portfolio of each, and the rankings (1.12).

    Parameters
    ----------
    customers
        One row per client, or per client and salesperson that sold to it: ``salesperson``, ``revenue_n``,
        ``orders_n`` and, when known, ``margin_n``. Two columns of booleans may be given: ``is_own``, whether the
        client is of the portfolio of this salesperson (else every row is), and ``is_active``, whether it is an
        active client (else that is what brings revenue).
    measures
        Indexed by salesperson, either or both of ``quantity`` (sold) and ``product_types`` (number of
        families sold). Rankings without their measure are left out.

    Returns
    -------
    DataFrame
        ``salesperson`` (missing on the line of sales without one, last), ``customers`` (of the portfolio),
        ``active`` (active clients that bought from this salesperson: one who bought from two counts twice),
        ``revenue``, ``orders``, ``share``, ``is_blank``, the measures, ``rank_revenue``, and for each of
        ``quantity``, ``product_types``, ``margin`` a ``rank_...`` and a ``rank_change_...`` (places gained
        on the ranking by revenue). Ties share the lowest rank; the blank line is not ranked.

    Examples
    --------
    Bob sells less than Ann and earns more:

    >>> customers = pd.DataFrame(
    ...     {"salesperson": ["Ann", "Bob"], "revenue_n": [100.0, 80.0], "orders_n": [3, 5], "margin_n": [10.0, 30.0]}
    ... )
    >>> salesperson_table(customers)[["salesperson", "rank_revenue", "rank_margin", "rank_change_margin"]]
      salesperson  rank_revenue  rank_margin  rank_change_margin
    0         Ann             1            2                  -1
    1         Bob             2            1                   1
    """
    seller = filled(customers["salesperson"])
    table = revenue_by(customers["revenue_n"], seller).rename(columns={"segment": "salesperson"})
    grouped = customers.assign(salesperson=seller).groupby("salesperson", dropna=False)
    if "is_own" in customers:
        table["customers"] = grouped["is_own"].sum().reindex(table["salesperson"]).to_numpy()
    if "is_active" in customers:
        served = customers["is_active"] & (customers["revenue_n"] > 0)
        table["active"] = served.groupby(seller, dropna=False).sum().reindex(table["salesperson"]).to_numpy()
    table["orders"] = grouped["orders_n"].sum().reindex(table["salesperson"]).to_numpy()
    if "margin_n" in customers:
        table["margin"] = (
            grouped["margin_n"].sum(min_count=1).round(2).reindex(table["salesperson"]).to_numpy()
        )
    for measure in ("quantity", "product_types"):
        if measures is not None and measure in measures:
            table[measure] = measures[measure].reindex(table["salesperson"]).to_numpy()
    ranked = ~table["is_blank"]
    table["rank_revenue"] = _ranks(table["revenue"].where(ranked))
    for measure in ("quantity", "product_types", "margin"):
        if measure in table:
            table[f"rank_{measure}"] = _ranks(table[measure].where(ranked))
            table[f"rank_change_{measure}"] = table["rank_revenue"] - table[f"rank_{measure}"]
    first = ["salesperson", "customers", "active", "revenue", "orders", "share", "is_blank"]
    return table[first + [column for column in table if column not in first]]


def telling_rankings(table: pd.DataFrame) -> list[str]:
    """Return the rankings that tell people apart: one that gives most of them the same rank is left out.

    Parameters
    ----------
    table
        A :func:`salesperson_table`; its blank line is not ranked.

    Examples
    --------
    Three out of four sell every family, which tells nothing of them:

    >>> telling_rankings(pd.DataFrame({"rank_revenue": [1, 2, 3, 4], "rank_product_types": [1, 1, 1, 4]}))
    ['revenue']
    """
    known = {name: table[f"rank_{name}"].dropna() for name in RANKINGS if f"rank_{name}" in table}
    return [
        name
        for name, ranks in known.items()
        if len(ranks) and (len(ranks) < 2 or 2 * int(ranks.value_counts().iloc[0]) <= len(ranks))
    ]


def _ranks(values: pd.Series) -> pd.Series:
    return values.rank(method="min", ascending=False).astype("Int64")
