"""Chapter 90: new clients, new offers, what becomes of prospects and quotes, what winning costs.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.findings import reason_text
from capclient.notebook.comparison import by_name, with_purpose
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import listing
from capclient.notebook.signed import declared_devices
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.newcomers import Newcomers
from capclient.themes.offers import Offers
from capclient.themes.prospecting import Prospecting
from capclient.themes.prospects import Prospects
from capclient.themes.quotes import Quotes
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import share

__all__ = [
    "ansoff_figure",
    "ansoff_year_table",
    "funnel_figure",
    "new_customers_table",
    "new_sources_table",
    "open_quotes_table",
    "pipeline_figure",
    "pipeline_table",
    "prospect_cohorts_figure",
    "prospect_groups_table",
    "prospect_sources_figure",
    "prospecting_evidence_table",
    "signed_contracts_table",
    "stale_table",
    "uninvoiced_table",
    "young_offers_table",
]


def _again(unknown: Unknown) -> Notice:
    """Say once more why something is not there; a note has already said what would bring it."""
    lang = desk().lang
    reason = reason_text(unknown.reason, lang).rstrip(".")
    return Notice(reason[:1].upper() + reason[1:] + ".", "", lang)


def new_customers_table(fresh: Newcomers, *, most: int = 12) -> Table | Notice:
    """Show the largest new clients and the prospect each comes from."""
    if fresh.reason is not None:
        return absent(fresh.reason)
    rows = fresh.clients.assign(first_day=fresh.clients.first_purchase, origin=fresh.clients.source)
    names = [
        "name",
        "customer_id",
        "first_day",
        "revenue_n",
        "orders_n",
        "origin",
        "delay_days",
        "salesperson",
    ]
    told = [name for name in names if name not in ("origin", "delay_days") or rows[name].notna().any()]
    return listing(rows, told, "table.new_customers", most=most)


def new_sources_table(fresh: Newcomers) -> Table | Notice:
    """Show new clients and their revenue by the source of their prospect."""
    lang = desk().lang
    if fresh.reason is not None:
        return _again(fresh.reason)
    if desk().portfolio.table("prospects").empty:
        return _again(Unknown("missing:prospects"))
    rows = fresh.sources
    names = [
        name if line == "source" else text(f"prospecting.{line}", lang)
        for line, name in zip(rows.line, rows.source, strict=True)
    ]
    columns = ["origin", "customers", "revenue", "mean_revenue", "delay_days"]
    note = "table.new_sources.note"
    return listing(rows.assign(origin=names), columns, "table.new_sources", most=15, note=note)


def ansoff_figure(new: Offers) -> figures.Figure | Notice:
    """Draw the matrix of Ansoff."""
    return (
        absent(new.ansoff)
        if isinstance(new.ansoff, Unknown)
        else figures.ansoff_figure(new.ansoff, **desk().drawn)
    )


def ansoff_year_table(new: Offers) -> Table | Notice:
    """Show the matrix of Ansoff in N-1 and in N, what nobody can place included."""
    if isinstance(new.ansoff, Unknown):
        return _again(new.ansoff)
    names = [text(f"ansoff.{code}", desk().lang) for code in new.ansoff.index]
    columns = ["quadrant", "revenue", "share"]
    if new.ansoff.revenue_n1.notna().any():
        columns = ["quadrant", "revenue_n1", "revenue", "share_n1", "share", "share_change"]
    return listing(new.ansoff.assign(quadrant=names), columns, "table.ansoff_year")


def young_offers_table(new: Offers, *, most: int = 12) -> Table | Notice:
    """Show the offers first sold less than 36 months ago."""
    if isinstance(new.young, Unknown):
        return _again(new.young)
    rows = new.young.assign(first_sold_on=new.young.first_day)
    return listing(rows, ["offer", "first_sold_on", "customers", "revenue"], "table.young_offers", most=most)


def prospect_cohorts_figure(sheet: Prospects) -> figures.Figure | Notice:
    """Draw what became of the prospects of each quarter."""
    if sheet.reason is not None:
        return _again(sheet.reason)
    return figures.prospect_cohorts_figure(sheet.quarters, lang=desk().lang)


def prospect_sources_figure(sheet: Prospects) -> figures.Figure | Notice:
    """Draw the conversion of each source with its interval."""
    if sheet.reason is not None:
        return _again(sheet.reason)
    won, lost = int(sheet.sources.won.sum()), int(sheet.sources.lost.sum())
    overall = won / (won + lost) if won + lost else None
    rows = sheet.sources.assign(group=_said(sheet.sources.group))
    return figures.prospect_sources_figure(rows, overall=overall, lang=desk().lang)


def prospect_groups_table(sheet: Prospects, *, most: int = 10) -> Table | Notice:
    """Show the conversion of each source, then of each salesperson."""
    if sheet.reason is not None:
        return _again(sheet.reason)
    lang = desk().lang
    parts = [
        _conversions(rows).head(most).assign(dimension=text(f"prospecting.by.{name}", lang))
        for name, rows in (
            ("source", sheet.sources),
            ("salesperson", by_name(sheet.people, "group", most=most)),
        )
        if rows.group.notna().any()
    ]
    if not parts:
        return _again(Unknown("missing:prospect_groups"))
    columns = ["group", "dimension", "created", "won", "lost", "conversion", "interval", "won_amount"]
    made = listing(pd.concat(parts, ignore_index=True), columns, "table.prospect_groups")
    return with_purpose(made) if sheet.people.group.notna().any() else made


def _conversions(rows: pd.DataFrame) -> pd.DataFrame:
    lang = desk().lang
    intervals = [
        text("interval.range", lang, low=share(low, lang, 0), high=share(high, lang, 0))
        if low == low
        else None
        for low, high in zip(rows.low, rows.high, strict=True)
    ]
    told = pd.Series(intervals, index=rows.index, dtype="object")
    return rows.assign(group=_said(rows.group), conversion=rows.rate, interval=told)


def _said(names: pd.Series) -> list[str]:
    blank = text("prospecting.blank", desk().lang)
    return [str(name) if isinstance(name, str) else blank for name in names]


def uninvoiced_table(sheet: Prospects, *, most: int = 10) -> Table | Notice:
    """Show the prospects won whose client received no invoice since."""
    unknown = sheet.reason or _unknown("won_not_invoiced")
    if unknown is not None:
        return _again(unknown)
    rows = sheet.uninvoiced.assign(
        closed_on=sheet.uninvoiced.closed_date, deal_amount=sheet.uninvoiced.amount
    )
    return listing(
        rows, ["prospect_id", "closed_on", "deal_amount", "salesperson"], "table.uninvoiced", most=most
    )


def _unknown(name: str) -> Unknown | None:
    reason = found()[f"prospecting.{name}"].reason
    return None if reason is None else Unknown(reason)


def funnel_figure(sheet: Prospects) -> figures.Figure | Notice:
    """Draw the funnel of decided prospects with what each stage has shown."""
    return _again(sheet.reason) if sheet.reason else figures.funnel_figure(sheet.stages, lang=desk().lang)


def pipeline_figure(sheet: Prospects) -> figures.Figure | Notice:
    """Draw the open amount by stage, weighted and stale."""
    if sheet.reason is not None:
        return _again(sheet.reason)
    if (unknown := _unknown("weighted_pipeline")) is not None:
        return _again(unknown)
    rows = _by_stage(sheet).rename(columns={"step": "stage"})
    return figures.pipeline_figure(rows, **desk().drawn)


def pipeline_table(sheet: Prospects) -> Table | Notice:
    """Show the pipeline by stage: how many, how much, with which probability."""
    if sheet.reason is not None:
        return _again(sheet.reason)
    columns = ["step", "deals", "live", "weighted", "stale", "observed", "declared_chance"]
    return listing(_by_stage(sheet), columns, "table.pipeline", most=15, note="table.pipeline.note")


def _by_stage(sheet: Prospects) -> pd.DataFrame:
    """Open prospects by stage in the order of the funnel, those without stage last; amounts in euros."""
    lines, stages = sheet.pipeline, sheet.stages
    stale = lines.is_stale.astype(bool)
    lines = lines.assign(
        live=lines.amount.where(~stale, 0.0), stale_amount=lines.amount.where(stale, 0.0),
        worth=lines.weighted.where(~stale, 0.0),
    )  # fmt: skip
    sums = lines.groupby("stage", dropna=False)[["live", "worth", "stale_amount"]].sum()
    deals = lines.groupby("stage", dropna=False).size()
    order = [name for name in stages.index if name in sums.index] + [
        n for n in sums.index if n != n or n is None
    ]
    rows = sums.reindex(order)
    return pd.DataFrame(
        {
            "step": _said(pd.Series(order, dtype="object")), "deals": deals.reindex(order).to_numpy(),
            "live": rows.live.to_numpy(), "weighted": rows.worth.to_numpy(), "stale": rows.stale_amount.to_numpy(),
            "observed": stages.observed.reindex(order).to_numpy(),
            "declared_chance": stages.declared.reindex(order).to_numpy(),
        }
    )  # fmt: skip


def stale_table(sheet: Prospects, *, most: int = 12) -> Table | Notice:
    """Show the stale prospects, the largest first: to revive or to close."""
    if sheet.reason is not None:
        return _again(sheet.reason)
    rows = sheet.pipeline[sheet.pipeline.is_stale.astype(bool)]
    rows = rows.assign(step=_said(rows.stage), created_on=rows.created, deal_amount=rows.amount)
    columns = ["prospect_id", "step", "created_on", "age_days", "deal_amount", "salesperson"]
    return listing(rows, columns, "table.stale", most=most)


def open_quotes_table(sent: Quotes, *, most: int = 12) -> Table | Notice:
    """Show the open quotes, the largest first."""
    if sent.reason is not None:
        return _again(sent.reason)
    rows = sent.sent[sent.sent.state == "open"]
    age = (pd.Timestamp(desk().portfolio.as_of) - rows.date).dt.days
    rows = rows.assign(quote_day=rows.date, age_days=age, deal_amount=rows.amount)
    rows = rows.sort_values(["deal_amount", "quote_day"], ascending=[False, True], kind="stable")
    columns = ["name", "quote_day", "age_days", "deal_amount", "salesperson"]
    return listing(rows, columns, "table.open_quotes", most=most)


def prospecting_evidence_table(won: Prospecting) -> Table | Notice:
    """Show what is declared and signed of prospecting itself: fairs, watch, cooperation, innovation."""
    return declared_devices(won.evidence, "table.prospecting_evidence")


def signed_contracts_table(new: Offers, *, most: int = 12) -> Table | Notice:
    """Show the new contracts with several institutions."""
    if isinstance(new.contracts, Unknown):
        return _again(new.contracts)
    rows = new.contracts.assign(started_on=new.contracts.first_day)
    columns = ["contract_id", "name", "n_institutions", "started_on", "revenue"]
    return listing(rows, columns, "table.signed_contracts", most=most)
