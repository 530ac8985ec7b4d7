"""Chapter 95, second half: the twelve months to come and their proof, what clients are worth and what moves it.

Floor 7.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from capclient import figures
from capclient.indicators.forecast import LEAST_CASES
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.equity import HORIZONS, POINTS, RATES, Equity
from capclient.themes.outlook import CHANCES, NAIVE
from capclient.themes.projection import FALLING, Projection
from capclient.themes.projection_proof import Proof
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, share

__all__ = [
    "backtest_figure",
    "equity_figure",
    "equity_retention_table",
    "equity_scenarios_figure",
    "forecast_changes_table",
    "forecast_parts_figure",
    "methods_table",
    "presence_table",
    "projection_figure",
    "top_equity_table",
]

# What a chance is the view of: a whole state that was counted, or a model that judges one client.
CHANCE_SHOWN = {"p_active": "state_frequency", "p_alive": "p_active", "p_risk": "p_stay"}


def projection_figure(ahead: Projection) -> figures.Figure | Notice:
    """Draw the months that are over and the twelve to come, with their interval."""
    if ahead.reason is not None or ahead.now is None:
        return absent(ahead.reason or Unknown("not_applicable"))
    low, high = (None if isinstance(bound, Unknown) else bound for bound in (ahead.low, ahead.high))
    return figures.projection_figure(
        ahead.past, ahead.months, total=float(ahead.parts.amount.iloc[-1]), low=low, high=high,
        naive=ahead.now.total(NAIVE), level=float(desk().portfolio.thresholds.forecast.level), **desk().drawn,
    )  # fmt: skip


def backtest_figure(ahead: Projection) -> figures.Figure | Notice:
    """Draw what the method in use would have announced on past days, and what came."""
    if ahead.reason is not None or ahead.proof is None:
        return absent(ahead.reason or Unknown("not_applicable"))
    if not ahead.proof.days:
        return absent(Unknown("history_short"))
    past = ahead.proof.of(ahead.proof.used_total).reset_index(drop=True)
    return figures.backtest_figure(past, ahead.proof.of(NAIVE), **desk().drawn)


def methods_table(ahead: Projection) -> Table | Notice:
    """Show every method side by side: what it announces, and its errors on the past."""
    lang = desk().lang
    if ahead.reason is not None or ahead.proof is None:
        return absent(ahead.reason or Unknown("not_applicable"))
    if not ahead.proof.days:
        return absent(Unknown("history_short"))
    table = ahead.proof.methods
    names = [text(f"value.forecast.method.{code}", lang) for code in table.method]
    used, used_total = ahead.proof.used, ahead.proof.used_total
    marks = {used: "clients", used_total: "total"} if used != used_total else {used: "both"}
    marked = [
        text(f"forecast_used.{marks[code]}", lang, name=name) if code in marks else name
        for code, name in zip(table.method, names, strict=True)
    ]
    shown = table.assign(forecast_method=[name[:1].upper() + name[1:] for name in marked])
    shown = shown.rename(columns={"bias": "error_bias"})
    columns = ["forecast_method", "projected", "mase", "total_error", "error_bias", "origins"]
    listed = listing(shown, columns, "table.forecast_methods", note="table.forecast_methods.note")
    return replace(listed, note=_compared(ahead.proof, listed.note)) if isinstance(listed, Table) else listed


def _compared(proof: Proof, note: str) -> str:
    """Add the errors of both methods in use on the days when both spoke: the columns do not rest on the same days."""
    clients, total = proof.of(proof.used).set_index("day"), proof.of(proof.used_total).set_index("day")
    days = clients.index.intersection(total.index)
    if proof.used == proof.used_total or not len(days) or len(clients) == len(total):
        return note
    lang, came = desk().lang, float(total.actual[days].sum())
    if came <= 0:
        return note
    errors = {
        name: share(float((own.projected - own.actual)[days].abs().sum()) / came, lang)
        for name, own in (("clients", clients), ("total", total))
    }
    return f"{note} {text('table.forecast_methods.common', lang, n=count(len(days), lang), **errors)}"


def forecast_parts_figure(ahead: Projection) -> figures.Figure | Notice:
    """Draw where the difference between the past year and the projection comes from."""
    if ahead.reason is not None:
        return absent(ahead.reason)
    if len(ahead.parts) == 2:  # the year that is over and the next, nothing between
        return absent(Unknown("unreliable:naive_kept"))
    return figures.forecast_parts_figure(ahead.parts, **desk().drawn)


def presence_table(ahead: Projection) -> Table | Notice:
    """Show how often the clients of each state bought again, and whether the euros come from that."""
    if ahead.reason is not None or ahead.now is None:
        return absent(ahead.reason or Unknown("not_applicable"))
    seen = ahead.now.presence
    if isinstance(seen, Unknown):
        return absent(seen)
    lang = desk().lang
    frame = seen[seen.customers > 0].rename_axis("state").reset_index()
    frame = frame.rename(
        columns={
            "customers": "watched",
            "bought": "bought_again",
            "share": "state_observed",
            "p_active": "state_frequency",
        }
    )
    months, least = count(ahead.now.watched, lang), count(LEAST_CASES, lang)
    note = text("table.presence.note", lang, months=months, least=least)
    if (
        ahead.used != "risk"
        and ahead.now.watched
        and "risk" in ahead.now.methods
        and not ahead.has_tried("risk")
    ):
        note = f"{note} {text('caveat.forecast_risk_unproven', lang)}"
    proof = ahead.proof
    sources = {"clients": ahead.used, "total": ahead.used if proof is None else proof.used_total}
    told = {name: text(f"forecast_source.{code}", lang) for name, code in sources.items()}
    if (
        CHANCE_SHOWN.get(CHANCES.get(ahead.used, "")) != "state_frequency"
    ):  # else the table of the clients has said it
        note = f"{note} {text('table.presence.group', lang)}"
    used = "used_one" if len(set(sources.values())) == 1 else "used"
    note = f"{note} {text(f'table.presence.{used}', lang, **told)}"
    names = ["state", "watched", "bought_again", "state_observed", "state_frequency"]
    shown = listing(frame, names, "table.presence")
    return replace(shown, note=note) if isinstance(shown, Table) else shown


def forecast_changes_table(ahead: Projection, *, most: int = 15) -> Table | Notice:
    """Show the clients whose projection falls most in proportion, then those that rise most in euros.

    A client in its usual rhythm whose year is merely multiplied by a chance close to one is no fall to call for.
    """
    if ahead.reason is not None:
        return absent(ahead.reason)
    if ahead.used == NAIVE:
        return absent(Unknown("unreliable:naive_kept"))
    table = ahead.clients[ahead.clients.change.abs() >= 1].copy()
    table["change_rate"] = (table.change / table.revenue).where(table.revenue > 0)
    table["points"] = table.change_rate.round(3)  # as it is shown
    falls = table[(table.change < 0) & (table.state.ne("active") | (table.change_rate < FALLING - 1))]
    rises = table[table.change > 0].sort_values(["change", "name"], ascending=[False, True], kind="stable")
    falls = falls.sort_values(["points", "change", "name"], kind="stable").head(
        most - min(len(rises), most // 3)
    )
    table = pd.concat([falls, rises.head(most // 3)])
    if table.empty:
        return listing(table.reindex(columns=["name"]), ["name"], "table.forecast_changes")
    table["forecast_flags"] = _flags(table)
    chance = CHANCE_SHOWN[CHANCES[ahead.used]]
    table = table.rename(columns={"revenue": "last_12m", "p_active": chance})
    names = [
        "name",
        "last_12m",
        "forecast_12m",
        "change",
        "change_rate",
        "state",
        chance,
        "expected_amount",
        "contracted",
        "forecast_flags",
    ]
    names = [name for name in names if name != "expected_amount" or table.expected_amount.notna().any()]
    names = [name for name in names if name != "contracted" or table.contracted.any()]
    names = [name for name in names if name != "forecast_flags" or table.forecast_flags.any()]
    note = f"table.forecast_changes.note.{chance}"
    return listing(table, [*names, "salesperson"], "table.forecast_changes", most=most, note=note)


def _flags(table: pd.DataFrame) -> list[str]:
    """Say what makes the projection of a client less ordinary."""
    lang = desk().lang
    marks = {"annualised": table.is_annualised, "contract": table.contracted > 0}
    return [
        ", ".join(text(f"forecast_flag.{code}", lang) for code, is_so in marks.items() if is_so[client])
        for client in table.index
    ]


def equity_figure(worth: Equity) -> figures.Figure | Notice:
    """Draw the worth of each class, the first client apart."""
    if worth.reason is not None:
        return absent(worth.reason)
    rows = worth.clients[worth.clients.index == worth.first].to_dict("records")
    first = (str(rows[0]["name"]), str(rows[0]["kind"]), float(rows[0]["equity"])) if rows else None
    return figures.equity_figure(worth.kinds, first=first, **desk().drawn)


def equity_retention_table(worth: Equity) -> Table | Notice:
    """Show the retention of each class, apart for silent clients, observed and in use, and its worth."""
    if worth.reason is not None:
        return absent(worth.reason)
    lang = desk().lang
    cells = worth.cells[(worth.cells.observed > 0) | (worth.cells.customers > 0)]
    words = [
        text("equity_kind.silent", lang, kind=text(f"equity_kind.{kind}", lang))
        if silent
        else text(f"equity_kind.{kind}", lang)
        for kind, silent in zip(cells.kind, cells.is_silent, strict=True)
    ]
    shown = cells.assign(value_kind=words)
    shown = shown.rename(
        columns={
            "observed": "watched",
            "share": "stay_share",
            "retention": "retention_used",
            "margin": "yearly_margin",
        }
    )
    names = [
        "value_kind",
        "watched",
        "stayed",
        "stay_share",
        "retention_used",
        "customers",
        "yearly_margin",
        "equity",
    ]
    return listing(shown, names, "table.equity_retention", note="table.equity_retention.note")


def top_equity_table(worth: Equity, *, most: int = 12) -> Table | Notice:
    """Show the clients of highest worth."""
    if worth.reason is not None:
        return absent(worth.reason)
    lang = desk().lang
    kinds = [text(f"equity_kind.{code}", lang) for code in worth.clients.kind]
    shown = worth.clients.assign(value_kind=kinds).rename(
        columns={"margin": "yearly_margin", "retention": "retention_used"}
    )
    names = ["name", "value_kind", "revenue_n", "yearly_margin", "retention_used", "equity", "salesperson"]
    return listing(shown, names, f"table.top_equity.{worth.basis}", most=most)


def equity_scenarios_figure(worth: Equity) -> figures.Figure | Notice:
    """Draw what the worth becomes when one hypothesis moves."""
    if worth.reason is not None:
        return absent(worth.reason)
    return figures.equity_scenarios_figure(
        worth.scenarios, points=(POINTS, RATES), horizons=HORIZONS, **desk().drawn
    )
