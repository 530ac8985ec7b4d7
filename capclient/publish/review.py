"""``commerciaux/<salesperson>.html``: the file of a yearly review, with one printable page a client (G01, A18).

Floor 8. The page opens offline, runs nothing and loads nothing. It speaks of one portfolio: nobody is compared.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from capclient.batch.folders import REVIEWS
from capclient.decisions.alert_words import alert_name, evidence_words
from capclient.decisions.alerts import alerts
from capclient.decisions.plan import IDLE
from capclient.decisions.review import LISTS, Review, reviews
from capclient.portfolio import Portfolio
from capclient.publish.actions import reasons_said
from capclient.publish.client_sheet import ALIASES, client_sheets, sheet
from capclient.publish.privacy import retention
from capclient.publish.recovery import case_names
from capclient.publish.review_more import agreed, workload
from capclient.store import write_atomically
from capclient.tables import Table, table
from capclient.templates import render
from capclient.themes import customers
from capclient.wording import text
from capclient.wording.numbers import MISSING, count, day, money, share

ACTIONS = ALERTS = 30  # lines of each: the others are counted
COLUMNS = {
    "important": (("name", "text"), ("revenue", "money"), ("revenue_before", "money"), ("value", "money")),
    "potential": (("name", "text"), ("revenue", "money"), ("potential", "money"), ("potential_source", "text")),
    "threatened": (("name", "text"), ("revenue", "money"), ("state", "text"), ("risk", "count"), ("exposed", "money")),
}  # fmt: skip


def write_reviews(portfolio: Portfolio, folder: Path, lang: str, *, version: str) -> list[str]:
    """Write a page a salesperson and one for clients without any, and return their file names."""
    packs = reviews(portfolio)
    if not packs:
        return []
    target = folder / REVIEWS
    target.mkdir(parents=True, exist_ok=True)
    names = review_names(portfolio, lang)
    for pack, name in zip(packs, names, strict=True):
        write_atomically(target / f"{name}.html", review_page(portfolio, pack, lang, version=version))
    return [f"{name}.html" for name in names]


def review_names(portfolio: Portfolio, lang: str) -> list[str]:
    """Return a safe file name for each review, in order: two that differ by case or accents stay two files."""
    bare = text("review.unassigned.file", lang)
    return case_names([bare if pack.salesperson is None else pack.salesperson for pack in reviews(portfolio)])


def review_links(portfolio: Portfolio, lang: str) -> list[tuple[str, str]]:
    """Return the name and the address of each review, beside the page of the report."""
    packs = reviews(portfolio)
    names = review_names(portfolio, lang) if packs else []
    return [(said(pack, lang), f"{REVIEWS}/{name}.html") for pack, name in zip(packs, names, strict=True)]


def said(pack: Review, lang: str) -> str:
    """Return who a review is for."""
    return text("review.unassigned", lang) if pack.salesperson is None else pack.salesperson


def review_page(portfolio: Portfolio, pack: Review, lang: str, *, version: str) -> str:
    """Return the page of one review."""
    rung = alerts(portfolio).rows
    rung = rung[rung.customer_id.isin(pack.clients.index)]
    listed = pack.clients.loc[pack.listed]
    known = client_sheets(portfolio, listed, rung)
    sheets = [
        sheet(
            portfolio, code, known[code], tuple(name for name in LISTS if code in pack.lists[name]),
            f"fiche-{place}", lang,
        )
        for place, code in enumerate(pack.listed, start=1)
    ]  # fmt: skip
    return str(
        render(
            "review.html.j2", lang=lang, version=version, name=said(pack, lang),
            company=portfolio.params.company.name or portfolio.params.company.id,
            as_of=day(portfolio.as_of, lang), cards=_cards(portfolio, pack, lang),
            lists=[_list(portfolio, pack, name, lang) for name in LISTS],
            actions=_actions(portfolio, pack, lang), alerts=_alerts(portfolio, rung, lang),
            more=[agreed(portfolio, pack, lang), workload(portfolio, pack, lang)],
            sheets=sheets, retention=retention(portfolio.params.privacy, lang),
        )
    )  # fmt: skip


def _cards(portfolio: Portfolio, pack: Review, lang: str) -> list[tuple[str, str, str]]:
    """Name, value and remark of the first figures."""
    sheet_of = (
        customers(portfolio).set_index("customer_id").rename(columns=ALIASES).reindex(pack.clients.index)
    )
    mine, currency = pack.clients, portfolio.currency
    whole = portfolio.total_revenue(portfolio.windows.n)
    now, before = float(mine.revenue.sum()), float(sheet_of.revenue_n1.sum(min_count=1))
    growth = (
        text("review.card.growth", lang, share=_signed((now - before) / before, lang)) if before > 0 else ""
    )
    margin = float(sheet_of.gross_margin.sum(min_count=1)) if "gross_margin" in sheet_of else float("nan")
    ahead = float(sheet_of.forecast_12m.sum(min_count=1)) if "forecast_12m" in sheet_of else float("nan")
    active = text("review.card.active", lang, count=count(int((mine.revenue > 0).sum()), lang))
    weight = share(now / whole, lang) if whole > 0 else MISSING

    def euros(value: float) -> str:
        return MISSING if value != value else money(value, lang, currency)

    rate = (
        text("review.card.rate", lang, share=share(margin / now, lang))
        if margin == margin and now > 0
        else ""
    )
    return [
        (text("review.card.revenue", lang), euros(now), growth),
        (text("review.card.before", lang), euros(before), ""),
        (text("review.card.clients", lang), count(len(mine), lang), active),
        (text("review.card.share", lang), weight, text("review.card.share.hint", lang)),
        (text("review.card.margin", lang), euros(margin), rate),
        (text("review.card.forecast", lang), euros(ahead), ""),
    ]


def _signed(value: float, lang: str) -> str:
    return ("+" if value > 0 else "") + share(value, lang)


def _list(portfolio: Portfolio, pack: Review, name: str, lang: str) -> tuple[str, str, Table | None]:
    """Title, how it is made, and the table of one list; None where it is empty."""
    rows = pack.clients.loc[pack.lists[name]].copy()
    rows["state"] = [text(f"state.{code}", lang) if isinstance(code, str) else None for code in rows.state]
    rows["potential_source"] = [
        text(f"potential_source.{code}", lang) if isinstance(code, str) else None
        for code in rows.potential_source
    ]
    title = text(f"review.list.{name}", lang)
    shown = _table(rows, COLUMNS[name], title, portfolio, lang) if len(rows) else None
    return title, text(f"review.list.{name}.how", lang), shown


def _actions(portfolio: Portfolio, pack: Review, lang: str) -> Table | None:
    """What the plan asks of this portfolio, the largest stake first."""
    rows = pack.clients[~pack.clients.action.isin(IDLE)].copy()
    if rows.empty:
        return None
    rows["action"] = [text(f"action.{code}", lang) for code in rows.action]
    rows["reasons"] = [reasons_said(str(codes), lang) for codes in rows.reasons]
    rows["due"] = [day(when.date(), lang, "short") for when in pd.to_datetime(rows.due)]
    names = (("name", "text"), ("action", "text"), ("reasons", "text"), ("stake", "money"), ("due", "spoken"))
    return _table(rows, names, text("review.actions", lang), portfolio, lang, most=ACTIONS)


def _alerts(portfolio: Portfolio, rung: pd.DataFrame, lang: str) -> Table | None:
    if rung.empty:
        return None
    rows = pd.DataFrame({
        "name": rung["name"], "alert": [alert_name(code, lang) for code in rung.code],
        "evidence": [
            evidence_words(code, facts, lang, portfolio.currency)
            for code, facts in zip(rung.code, rung.evidence, strict=True)
        ],
        "stake": rung.stake,
    })  # fmt: skip
    names = (("name", "text"), ("alert", "text"), ("evidence", "text"), ("stake", "money"))
    return _table(rows, names, text("review.alerts", lang), portfolio, lang, most=ALERTS)


def _table(
    rows: pd.DataFrame,
    names: tuple[tuple[str, str], ...],
    caption: str,
    portfolio: Portfolio,
    lang: str,
    *,
    most: int | None = None,
) -> Table:
    columns: list[Any] = [(name, text(f"review.head.{name}", lang), unit) for name, unit in names]
    made = table(rows, columns=columns, caption=caption, lang=lang, currency=portfolio.currency, most=most)
    assert isinstance(made, Table)
    return made
