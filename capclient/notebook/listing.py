"""Frames as tables: heads, units and words of the house.

Floor 7.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from capclient.findings import Finding
from capclient.notebook.desk import absent, desk, found
from capclient.notices import Notice
from capclient.tables import Table, table
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import day

OPTIONAL = (
    "salesperson",
    "flags",
    "risk_score",
    "remark",
    "unit",
)  # a column that says nothing for anybody is left out
UNSAID = ("", "nan", "not_market_adjusted")  # said once, as a caveat of the whole chapter

# Unit of each column a table may show; its head is the sentence ``column.<name>``.
UNITS = {
    "customer_id": "text", "name": "text", "salesperson": "text", "revenue_n": "money", "revenue_n1": "money",
    "revenue": "money", "growth": "change", "weight": "share", "weight_change": "points", "rank": "count",
    "cumulative_share": "share", "abc_class": "text", "best_12m": "money", "best_12m_end": "text",
    "last_purchase": "text", "recency_days": "days", "interval_days": "days", "ratio": "ratio", "state": "text",
    "risk_score": "count", "stage": "text", "stage_before": "text", "flags": "text", "customers": "customers",
    "revenue_share": "share", "share": "share", "segment": "text", "followup": "text", "active": "customers",
    "orders": "count", "source": "text", "lines": "count", "kept": "count", "first_day": "text",
    "last_day": "text", "reason": "text", "amount": "money_cents", "code": "text", "check": "text",
    "computed": "spoken", "expected": "spoken", "difference": "spoken", "status": "text", "verdict": "text",
    "invoice_id": "text", "invoice_date": "text", "times": "count", "other_id": "text", "other_name": "text",
    "label": "text", "value": "text", "how": "text", "theme": "text", "known": "count", "total": "count",
    "season": "text", "r": "count", "f": "count", "m": "count", "margin": "money", "cluster": "count",
    "seniority_years": "years", "gross_margin_rate": "share", "what": "text", "override": "text",
    "number_of": "count", "booked": "money_cents", "document": "text", "matched": "text", "limit": "text",
    "journal": "text", "number": "text", "line": "count",
    "interval": "text", "n": "count", "bar": "text", "change": "money", "notion": "text", "definition": "text",
    "claim": "text", "claimed": "text", "own": "text", "band": "text", "year": "text", "contracts": "count",
    "open_ended": "money", "cumulated": "money", "quadrant": "text", "rate": "text",
    "market_growth": "change", "relative_growth": "change", "relative_points": "points", "market_share": "share",
    "market_share_change": "points", "position": "text", "trend": "text", "attrition": "share",
    "attrition_revenue": "share", "nrr": "share", "nrr_adjusted": "share", "effect_growth": "money",
    "effect_mix": "money", "effect_competitive": "money", "effect_not_compared": "money", "outlook": "text",
    "declining": "text", "partners": "text", "contract_id": "text", "wallet": "money", "wallet_share": "share",
    "wallet_class": "text", "potential": "money", "potential_source": "text", "criterion": "text", "level": "text",
    "contradiction": "text", "share_n1": "share", "share_change": "points",
    "rank_revenue": "count", "rule": "text", "orders_n": "count", "purchase_days_12m": "count",
    "frequency": "ratio", "average_basket": "money", "family": "text", "peer_share": "share", "peers": "customers",
    "usual_revenue": "money", "volatility": "share", "price_effect": "money", "volume_effect": "money",
    "change_n": "money", "mix_effect": "money", "new_products": "money", "stopped_products": "money",
    "not_decomposable": "money",
    "unit": "text", "qty_n": "count", "qty_n1": "count", "price_n": "money_cents", "price_n1": "money_cents",
    "price_change": "change", "product": "text", "mean_price": "money_cents", "lowest": "money_cents",
    "highest": "money_cents", "dispersion": "share", "lever": "money", "price_index": "index", "compared": "count",
    "qty": "count", "price": "money_cents", "expected_price": "money_cents", "residual": "change",
    "clients": "spoken", "groups": "spoken", "with_pools": "spoken", "without_intragroup": "spoken",
    "without_first": "spoken", "customers_after": "customers", "share_after": "share", "classification": "text",
    "class_name": "text", "customers_share": "share", "zone": "text", "top1_share": "share", "top1_share_group":
    "share", "top10_share": "share", "hhi": "index", "effective_customers": "ratio", "scenario": "text",
    "dimension": "text", "margin_lost": "money",
    "revenue_lost": "money", "share_lost": "share", "contribution_lost": "money", "result_after": "money",
    "months": "ratio", "remark": "text", "ranking_revenue": "spoken", "ranking_quantity": "spoken",
    "ranking_product_types": "spoken", "ranking_margin": "spoken",
}  # fmt: skip


def quote(*ids: str) -> Table | Notice:
    """Show findings as a table: name, value, how it is computed."""
    here, known = desk(), found()
    chosen = [known[id] for id in ids]
    rows = pd.DataFrame(
        {
            "label": [item.spec.label(here.lang) for item in chosen],
            "value": [_said(item) for item in chosen],
            "how": [item.spec.how(here.lang) for item in chosen],
        }
    )
    return listing(rows, ["label", "value", "how"], "table.findings")


def _said(item: Finding) -> str:
    here = desk()
    bounds = item.bounds(here.lang)  # a rate on few clients never stands bare
    return item.spoken(here.lang, here.currency) + (f" ({bounds})" if bounds else "")


def listing(
    frame: pd.DataFrame | Unknown,
    names: list[str],
    caption: str,
    *,
    most: int | None = None,
    note: str = "",
    **facts: str,
) -> Table | Notice:
    """Show columns of a frame as a table whose heads and units are those of the house."""
    here = desk()
    if isinstance(frame, Unknown):
        return absent(frame)
    if frame.empty:
        said = text("table.nothing", here.lang, caption=text(caption, here.lang, **facts))
        return Notice(said, "", here.lang, "notice.nothing")
    if "revenue_n1" in names and not _knows_n1():
        frame = frame.assign(revenue_n1=float("nan"))  # part of a year is never shown as a year
    if frame.index.name == "customer_id" and "name" in names and (frame.name == frame.index).all():
        names = [name for name in names if name != "customer_id"]  # a client known by its code is named once
    worded = in_words(frame, names, here.lang)
    names = [name for name in names if name not in OPTIONAL or not _is_blank(worded[name])]
    columns = [(name, text(f"column.{name}", here.lang), UNITS[name]) for name in names]
    return table(
        worded, columns=columns, caption=text(caption, here.lang, **facts), lang=here.lang,
        currency=here.currency, most=most, note=text(note, here.lang) if note else "",
    )  # fmt: skip


def _knows_n1() -> bool:
    portfolio = desk().portfolio
    return portfolio.has_lines and portfolio.is_complete(portfolio.windows.n1)


def _is_blank(values: pd.Series) -> bool:
    return bool((values.isna() | values.eq("")).all())


def in_words(frame: pd.DataFrame, names: list[str], lang: str) -> pd.DataFrame:
    """Turn codes and dates into words; numbers stay numbers."""
    worded = frame.reset_index() if frame.index.name == "customer_id" else frame.copy()
    for name in names:
        kind = {"stage_before": "stage"}.get(name, name)
        if kind in {"state", "stage"}:
            worded[name] = [
                text(f"{kind}.{code}", lang) if isinstance(code, str) else None for code in worded[name]
            ]
        elif kind in {"flags", "override"}:
            prefix = {"flags": "flag"}.get(kind, kind)
            worded[name] = [
                ", ".join(
                    text(f"{prefix}.{code}", lang) for code in str(codes).split(";") if code not in UNSAID
                )
                if codes == codes
                else ""
                for codes in worded[name]
            ]
        elif pd.api.types.is_datetime64_any_dtype(worded[name]):
            worded[name] = [
                None if pd.isna(value) else day(value.date(), lang, "short") for value in worded[name]
            ]
        elif kind in {"first_day", "last_day", "invoice_date"}:
            worded[name] = [
                day(date.fromisoformat(value), lang, "short") if isinstance(value, str) else None
                for value in worded[name]
            ]
    return worded
