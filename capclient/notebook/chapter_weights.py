"""Chapter 20: weight of the clients, Pareto, dependency.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.concentration import Concentration
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import decimal, money


def pareto_figure(weights: Concentration) -> figures.Figure | Notice:
    """Draw the Pareto curve."""
    limits = desk().portfolio.thresholds.concentration
    curve = weights.pareto if weights.reason is None else weights.reason
    return figures.pareto_figure(
        curve, lang=desk().lang, goal=float(limits.pareto_goal), top=float(limits.pareto_top)
    )


def lorenz_figure(weights: Concentration) -> figures.Figure | Notice:
    """Draw the Lorenz curve and the Gini index."""
    gini = found()["concentration.gini"]
    value = Unknown(gini.reason) if gini.reason else float(gini.value or 0)
    return figures.lorenz_figure(weights.reason or weights.lorenz, value, lang=desk().lang)


def abc_figure(weights: Concentration) -> figures.Figure | Notice:
    """Draw classes A, B and C: clients against revenue."""
    return figures.abc_figure(weights.reason or weights.ranking, **desk().drawn)


def history_figure(weights: Concentration) -> figures.Figure | Notice:
    """Draw the weight of the largest clients over the years."""
    if weights.reason is not None or len(weights.history) < 2:
        return absent(weights.reason or Unknown("history_short"))
    return figures.weights_history_figure(weights.history, lang=desk().lang)


def top_table(weights: Concentration, *, most: int = 15) -> Table | Notice:
    """Show the largest clients, their weight and how it moved."""
    names = [
        "name",
        "customer_id",
        "revenue_n",
        "growth",
        "weight",
        "weight_change",
        "cumulative_share",
        "abc_class",
    ]
    frame = weights.ranking[weights.ranking.revenue_n > 0]
    return listing(weights.reason if weights.reason is not None else frame, names, "table.top", most=most)


def winback_table(weights: Concentration, *, most: int = 15) -> Table | Notice:
    """Show former clients by their best year."""
    names = ["name", "customer_id", "best_12m", "best_12m_end", "last_purchase", "salesperson"]
    missing = None if desk().portfolio.has_lines else Unknown("missing:invoice_lines")
    return listing(missing if missing is not None else weights.winback, names, "table.winback", most=most)


def segment_table(weights: Concentration, dimension: str) -> Table | Notice:
    """Show revenue by a dimension of the client sheet, or by product family; the blank line is shown."""
    here = desk()
    if weights.reason is not None or dimension not in weights.segments:
        return absent(weights.reason or Unknown(f"missing:{dimension}"))
    frame = weights.segments[dimension]
    frame = frame.assign(segment=frame.segment.fillna(text("segment.blank", here.lang)))
    names = (
        ["segment", "customers", "revenue", "share"]
        if "customers" in frame
        else ["segment", "revenue", "share"]
    )
    return listing(frame, names, f"table.by_{dimension}", most=20)


def salespeople_table(weights: Concentration) -> Table | Notice:
    """Show the portfolio of each salesperson."""
    here = desk()
    frame = weights.salespeople
    if frame.empty or frame.is_blank.all():
        return absent(weights.reason or Unknown("missing:salesperson"))
    frame = frame.assign(salesperson=frame.salesperson.fillna(text("segment.blank", here.lang)))
    names = ["salesperson", "customers", "active", "revenue", "share", "orders"]
    return listing(frame, names, "table.salespeople")


def stress_table(weights: Concentration) -> Table | Notice:
    """Show what losing the first client would cost."""
    here = desk()
    outcome = weights.reason or weights.stress
    if isinstance(outcome, Unknown):
        return absent(outcome)
    rows = [
        ("stress_top1_revenue_lost", outcome.revenue_lost),
        ("stress_top1_contribution_lost", outcome.contribution_lost),
        ("stress_top1_result", outcome.result_after),
        ("stress_top1_months", outcome.months_of_fixed_costs),
    ]
    known = found()
    frame = pd.DataFrame(
        [
            (
                known[f"concentration.{id}"].spec.label(here.lang),
                _amount(value, id),
                known[f"concentration.{id}"].spec.how(here.lang),
            )
            for id, value in rows
        ],
        columns=["label", "value", "how"],
    )
    return listing(frame, ["label", "value", "how"], "table.stress")


def _amount(value: float | Unknown, id: str) -> str:
    here = desk()
    if isinstance(value, Unknown):
        return found()[f"concentration.{id}"].spoken(here.lang, here.currency)
    return decimal(value, here.lang, 1) if id.endswith("months") else money(value, here.lang, here.currency)
