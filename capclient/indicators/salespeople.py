"""The portfolio of each salesperson and its four rankings (1.12).

Floor 4.
"""

from __future__ import annotations

import pandas as pd

from capclient.indicators.breakdown import filled, revenue_by

RANKINGS = ("revenue", "quantity", "product_types", "margin")


def salesperson_table(customers: pd.DataFrame, measures: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the portfolio of each salesperson and its rankings (1.12).

    Parameters
    ----------
    customers
        One row per client: ``salesperson``, ``revenue_n``, ``orders_n`` and, when known, ``margin_n``.
    measures
        Indexed by salesperson, either or both of ``quantity`` (sold) and ``product_types`` (number of
        families sold). Rankings without their measure are left out.

    Returns
    -------
    DataFrame
        ``salesperson`` (missing on the line of clients without one, last), ``customers``, ``active``,
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


def _ranks(values: pd.Series) -> pd.Series:
    return values.rank(method="min", ascending=False).astype("Int64")
