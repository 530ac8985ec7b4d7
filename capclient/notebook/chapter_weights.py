"""Chapter 20: weight of the clients, Pareto, classes, and the definitions that compete.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.findings import finding_specs, reason_text
from capclient.indicators.breakdown import XYZ
from capclient.indicators.concentration import PMG
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes import purchases
from capclient.themes.classes import ZONES
from capclient.themes.concentration import Concentration
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import spoken

__all__ = [
    "abc_figure",
    "classes_table",
    "history_figure",
    "lorenz_figure",
    "pareto_figure",
    "rules_table",
    "top_table",
    "views_table",
    "winback_table",
    "years_table",
]

VIEWS = ("clients", "groups", "with_pools", "without_intragroup", "without_first")


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
        *("name", "customer_id", "revenue_n", "growth", "weight", "weight_change", "cumulative_share"),
        "abc_class",
    ]
    frame = weights.ranking[weights.ranking.revenue_n > 0]
    return listing(weights.reason if weights.reason is not None else frame, names, "table.top", most=most)


def winback_table(weights: Concentration, *, most: int = 15) -> Table | Notice:
    """Show former clients by their best year, since when they are silent, and what to know before calling."""
    if not desk().portfolio.has_lines:
        return absent(Unknown("missing:invoice_lines"))
    lang = desk().lang
    names = ["name", "customer_id", "best_12m", "recency_days", "salesperson", "remark"]
    remarks = [
        ", ".join(text(f"remark.{code}", lang) for code, said in (("insolvent", gone), ("group_buys", buys)) if said)
        for gone, buys in zip(weights.winback.is_insolvent, weights.winback.group_buys, strict=True)
    ] if len(weights.winback) else []  # fmt: skip
    frame = weights.winback.assign(remark=pd.Series(remarks, index=weights.winback.index, dtype="str"))
    return listing(frame, names, "table.winback", most=most)


def years_table(weights: Concentration) -> Table | Notice:
    """Show the main indices of every complete year."""
    years = weights.views.years
    names = ["year", "active", "top1_share", "top1_share_group", "top10_share", "hhi", "effective_customers"]
    if weights.reason is not None or years.empty:
        return absent(weights.reason or Unknown("history_short"))
    return listing(years, names, "table.years")


def views_table(weights: Concentration) -> Table | Notice:
    """Show the portfolio under each definition: clients, groups, with pooled codes, without the first client."""
    here, table = desk(), weights.views.table
    if weights.reason is not None:
        return absent(weights.reason)
    rows = []
    for measure, values in table.iterrows():
        id = "portfolio.customers_active_n" if measure == "customers" else f"concentration.{measure}"
        spec = finding_specs()[id]
        said = {
            view: "–" if isinstance(value, Unknown) else spoken(value, spec.unit, here.lang, here.currency)
            for view, value in values.items()
        }
        rows.append({"label": spec.label(here.lang), **said})
    names = ["label", *(view for view in VIEWS if view in table)]
    return listing(pd.DataFrame(rows), names, "table.views", note="table.views_note")


def rules_table(weights: Concentration) -> Table | Notice:
    """Show classes A, B and C under both rules, by the share before the client and after it."""
    names = ["abc_class", "customers", "share", "customers_after", "share_after"]
    return listing(weights.reason or weights.views.classes.reset_index(), names, "table.rules")


def classes_table(weights: Concentration) -> Table | Notice:
    """Show the clients by size, by regularity of their purchases, and by zone of class and potential."""
    if weights.reason is not None:
        return absent(weights.reason)
    lang, clients = desk().lang, weights.classes.customers
    active = clients[clients.revenue_n > 0]
    if active.empty:
        return absent(Unknown("denominator_zero"))
    regular = purchases(desk().portfolio).customers.xyz_class.reindex(active.index)
    zones = weights.classes.zones
    kinds = [
        ("size", "size", active.pmg_class, PMG),
        ("regularity", "regularity", regular, XYZ if regular.notna().all() else (*XYZ, "none")),
        ("zones", "zone", active.zone.astype("str"), tuple(map(str, ZONES))),
    ]
    unknown = {"regularity": Unknown("history_short") if regular.isna().all() else None}
    unknown["zones"] = zones if isinstance(zones, Unknown) else None
    rows: list[dict[str, object]] = []
    for kind, prefix, labels, codes in kinds:
        head = text(f"classification.{kind}", lang)
        missing = unknown.get(kind)
        if missing is not None:
            rows.append({"classification": head, "class_name": reason_text(missing.reason, lang)})
            continue
        for code in codes:
            own = active.revenue_n[labels.fillna("none").eq(code).to_numpy(dtype=bool)]
            rows.append(
                {
                    "classification": head,
                    "class_name": text(f"{prefix}.{code}", lang),
                    "customers": len(own),
                    "customers_share": len(own) / len(active),
                    "revenue": round(float(own.sum()), 2),
                    "share": float(own.sum()) / float(active.revenue_n.sum()),
                }
            )
    names = ["classification", "class_name", "customers", "customers_share", "revenue", "share"]
    return listing(pd.DataFrame(rows, columns=names), names, "table.classes")
