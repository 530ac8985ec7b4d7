"""Chapter 00: what was read, what was rejected, what the data cannot say.

Floor 7.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import pandas as pd

from capclient import figures
from capclient.checks import checks
from capclient.findings import reason_text
from capclient.ingest.rejects import reject_reason
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.portfolio import Portfolio
from capclient.tables import Table
from capclient.themes import results
from capclient.themes.quality import Quality
from capclient.vocabulary import Unknown
from capclient.wording import text

__all__ = [
    "capabilities_table",
    "duplicates_table",
    "files_table",
    "lines_figure",
    "months_figure",
    "oddities_table",
    "pairs_table",
    "reconciliations_table",
    "rejects_table",
]


def months_figure(data: Quality) -> figures.Figure | Notice:
    """Draw revenue by month over the whole history."""
    here = desk()
    if here.portfolio.no_days:
        return absent(here.portfolio.no_days)
    portfolio = here.portfolio
    months = data.months.set_index("month").revenue
    first, last = portfolio.coverage.first, portfolio.coverage.last
    ends = {first.replace(day=1)} if first.day > 1 + portfolio.coverage.tolerance_days else set()
    if (
        date(last.year, last.month, monthrange(last.year, last.month)[1]) - last
    ).days > portfolio.coverage.tolerance_days:
        ends.add(last.replace(day=1))
    return figures.months_figure(months, windows=portfolio.windows, incomplete=ends, **here.drawn)


def lines_figure(data: Quality) -> figures.Figure | Notice:
    """Draw lines received, kept and rejected."""
    told = desk().portfolio.quality
    if not told:
        return absent(Unknown("missing:invoice_lines"))
    return figures.lines_figure(
        told["lines_in"], told["lines_kept"], told["lines_rejected"], lang=desk().lang
    )


def files_table(data: Quality) -> Table | Notice:
    """Show each file read, its lines and its dates."""
    return listing(data.parts, ["source", "lines", "kept", "first_day", "last_day"], "table.files")


def reconciliations_table(data: Quality) -> Table | Notice:
    """Show what must be equal, and whether it is; what a failure or a measure says comes under its name."""
    here = desk()
    rows = pd.DataFrame(
        [
            [f"{item.label}. {item.sentence}" if item.sentence else item.label,
             item.computed, item.expected, item.difference, item.verdict]
            for item in checks(here.portfolio, here.lang)
        ],
        columns=["check", "computed", "expected", "difference", "verdict"],
    )  # fmt: skip
    return listing(rows, list(rows.columns), "table.reconciliations")


def rejects_table(data: Quality) -> Table | Notice:
    """Show the lines left out, by reason."""
    lang = desk().lang
    rows = data.rejects.assign(reason=[reject_reason(code, lang) for code in data.rejects.reason])
    return listing(rows, ["reason", "lines", "amount"], "table.rejects")


def oddities_table(data: Quality) -> Table | Notice:
    """Show what is strange in lines that were kept all the same."""
    here = desk()
    told = here.portfolio.quality
    rows = [
        [_oddity(code, here.lang), lines, amount] for code, lines, amount in data.oddities.to_numpy().tolist()
    ]
    if told:
        rows += [
            [text("oddity.unassigned", here.lang), told["lines_unassigned"], told["revenue_unassigned"]],
            [text("oddity.stray_dates", here.lang), here.portfolio.stray_days, None],
            [text("oddity.negative", here.lang), told["lines_negative"], told["amount_negative"]],
            [text("oddity.zero", here.lang), told["lines_zero"], 0.0],
            [text("oddity.duplicate", here.lang), told["duplicate_lines"], told["duplicate_amount"]],
            [text("oddity.rounded", here.lang), told["lines_rounded"], told["rounding_total"]],
        ]
    frame = pd.DataFrame(rows, columns=["what", "lines", "amount"])
    return listing(frame[frame.lines > 0], ["what", "lines", "amount"], "table.oddities")


def _oddity(code: str, lang: str) -> str:
    if code.endswith("_unreadable"):
        return text("oddity.unreadable", lang, column=code.removesuffix("_unreadable"))
    return text(f"oddity.{code}", lang)


def duplicates_table(data: Quality) -> Table | Notice:
    """Show the costliest lines that repeat another one exactly."""
    names = ["invoice_id", "customer_id", "invoice_date", "amount", "times"]
    return listing(data.duplicates, names, "table.duplicates", most=10, note="table.duplicates.note")


def pairs_table(data: Quality) -> Table | Notice:
    """Show clients that may be one: proposed, never merged."""
    lang = desk().lang
    rows = data.pairs
    if len(rows):
        rows = rows.assign(reason=[text(f"pair.{code}", lang) for code in rows.reason]).reset_index(drop=True)
    return listing(
        rows,
        ["customer_id", "name", "other_id", "other_name", "reason"],
        "table.pairs",
        most=20,
        note="table.pairs.note",
    )


def capabilities_table(portfolio: Portfolio) -> Table | Notice:
    """Show, theme by theme, how many figures these data allow, and what would allow the others."""
    lang = desk().lang
    found = pd.DataFrame(
        [(item.id.partition(".")[0], item.reason is None, item.reason) for item in results(portfolio)],
        columns=["theme", "known", "reason"],
    )
    frame = found.groupby("theme", sort=False).agg(
        known=("known", "sum"),
        total=("known", "size"),
        reason=(
            "reason",
            lambda codes: " ; ".join(reason_text(code, lang) for code in sorted(codes.dropna().unique())),
        ),
    )
    frame = frame.rename(index=lambda theme: text(f"theme.{theme}", lang)).reset_index()
    return listing(frame, ["theme", "known", "total", "reason"], "table.capabilities")
