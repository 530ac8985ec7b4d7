"""Chapter 20: weight of the clients, Pareto, classes, and the definitions that compete.

Floor 7.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from capclient import figures
from capclient.findings import finding_specs, reason_text
from capclient.indicators.breakdown import XYZ
from capclient.indicators.concentration import PMG, cumulative
from capclient.indicators.concentration import weights as weights_of
from capclient.indicators.dependency import gini, hhi
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes import purchases
from capclient.themes.classes import ZONES
from capclient.themes.concentration import Concentration
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import day, decimal, money, share, spoken

__all__ = [
    "abc_figure",
    "classes_table",
    "history_figure",
    "lorenz_figure",
    "moved_table",
    "pareto_figure",
    "rules_table",
    "top_table",
    "views_table",
    "winback_table",
    "worked_table",
    "years_table",
]

# Euros of ten clients, in a French course of management (BTS); the last share that it prints is wrong.
PUBLISHED = (9000.0, 8125.0, 900.0, 900.0, 800.0, 600.0, 500.0, 375.0, 200.0, 10.0)
CHANGES = ("change_n", "growth")  # nobody has one when N-1 is unknown
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
    years = [day(year, desk().lang, "month") for year in weights.history.index]
    return figures.weights_history_figure(weights.history.set_axis(years, axis=0), lang=desk().lang)


def top_table(weights: Concentration, *, most: int | None = None) -> Table | Notice:
    """Show the largest clients, their rank, change and weight; the parameters say how many, unless ``most`` does."""
    names = ["name", "rank", "customer_id", "revenue_n", "change_n", "growth", "weight", "cumulative_share"]
    frame = weights.ranking[weights.ranking.revenue_n > 0]
    known = [name for name in names if name not in CHANGES or frame[name].notna().any()]
    shown = weights.reason if weights.reason is not None else frame
    most = desk().portfolio.thresholds.concentration.shown if most is None else most
    return listing(shown, [*known, "abc_class"], "table.top", most=most)


def moved_table(weights: Concentration, *, most: int = 10) -> Table | Notice:
    """Show the clients whose class depends on the rule."""
    names = ["name", "customer_id", "revenue_n", "abc_class", "abc_after"]
    return listing(weights.reason or weights.views.moved, names, "table.moved", most=most)


def winback_table(weights: Concentration, *, most: int = 15) -> Table | Notice:
    """Show former clients by their best year, since when they are silent, and what to know before calling."""
    former = found()["concentration.winback_customers"]
    if former.reason is not None:
        return absent(Unknown(former.reason))
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
    worded = years.assign(year=[day(year, desk().lang, "month") for year in years.year])
    told = [name for name in names if not worded[name].map(lambda value: isinstance(value, Unknown)).all()]
    return listing(worded, told, "table.years")


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


def worked_table() -> Table | Notice:
    """Show a published example, computed again: ten clients, their shares, their sum, and the two indices."""
    lang, revenue = desk().lang, pd.Series(PUBLISHED, index=range(1, 11))
    frame = cumulative(revenue).join(weights_of(revenue)).assign(revenue=revenue)
    made = listing(frame, ["rank", "revenue", "weight", "cumulative_share"], "table.worked")
    facts = {
        "hhi": decimal(float(str(hhi(revenue))), lang, 1),
        "gini": decimal(float(str(gini(revenue))), lang, 4),
        "smallest": money(PUBLISHED[-1], lang, desk().currency),
        "total": money(sum(PUBLISHED), lang, desk().currency),
        "last": share(float(frame.weight.iloc[-1]), lang, 3),
    }
    return replace(made, note=text("table.worked_note", lang, **facts)) if isinstance(made, Table) else made


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
