"""What clients owe at D, since when, how it moved, and how long the company waits for it (5.1 to 5.5, 5.9).

Floor 5. The group ``receivables`` is shared: how clients pay, the legal terms and the recovery have themes of their
own, whose findings this one hands over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from capclient.engine import receivables as engine
from capclient.findings import Finding, finding
from capclient.indicators import ageing
from capclient.periods import Period, shifted
from capclient.portfolio import Portfolio
from capclient.themes.accounts import (
    INPUTS,
    first_day,
    no_accounts,
    no_history,
)
from capclient.themes.collection import WAITING, waiting, waits
from capclient.themes.debtors import by_attribute, debtors
from capclient.themes.lateness import lateness
from capclient.themes.once import once
from capclient.themes.payment_terms import payment_terms
from capclient.themes.recovery import recovery
from capclient.themes.settlements import caveats, unallocated_caveat
from capclient.vocabulary import Unknown

MONTHS = 24  # of the curve
Cents = int | Unknown


@dataclass(frozen=True)
class Receivables:
    """The accounts at D; every frame is empty when ``reason`` says why. Amounts are euros including VAT.

    ``balance``: by class of age, in the classes of the company; ``ahead``: what is to come; ``customers``: one row a
    client (see :func:`~capclient.themes.debtors.debtors`); ``groups`` and ``salespeople``: the same summed;
    ``history``: ``receivable overdue overdue_rate`` by day, oldest first, empty when ``no_history`` says why;
    ``matched`` and ``due_sources``: ``amount share`` by method, and by who said the due date; ``waits``: days by
    measure.
    """

    balance: pd.Series
    ahead: pd.Series
    customers: pd.DataFrame
    groups: pd.DataFrame
    salespeople: pd.DataFrame
    history: pd.DataFrame
    matched: pd.DataFrame
    due_sources: pd.DataFrame
    waits: pd.Series
    reason: Unknown | None
    no_history: Unknown | None
    findings: list[Finding]


@once
def receivables(portfolio: Portfolio) -> Receivables:
    """Return the accounts of clients at D, with every finding of the group ``receivables``."""
    own = _accounts(portfolio)
    others = (
        *lateness(portfolio).findings,
        *payment_terms(portfolio).findings,
        *recovery(portfolio).findings,
    )
    return replace(own, findings=[*own.findings, *others])


def _accounts(portfolio: Portfolio) -> Receivables:
    reason = no_accounts(portfolio)
    if reason is not None:
        none, nothing = pd.DataFrame(), pd.Series(dtype="float64")
        return Receivables(
            nothing, nothing, none, none, none, none, none, none, nothing, reason, reason, _unknown(portfolio, reason)
        )  # fmt: skip
    at = portfolio.as_of
    opened = portfolio.ledger.frame(engine.by_due_date(), {"day": at})
    opened["due_date"] = opened.due_date.astype("datetime64[ns]")
    named = ageing.aged_balance(opened, as_of=at)
    ahead = ageing.to_come(opened, as_of=at)
    clients = debtors(portfolio)
    past = no_history(portfolio)
    history = pd.DataFrame() if past else _history(portfolio)
    sources = _due_sources(portfolio)
    measured = waits(portfolio, named)
    found = [
        *_ages(portfolio, named, ahead, sources),
        *_owing(portfolio, clients, named),
        *_moved(portfolio, history, past),
        *waiting(portfolio, measured, named, past),
        *_beside(portfolio),
    ]
    return Receivables(
        balance=ageing.aged_balance(opened, as_of=at, bounds=portfolio.thresholds.receivables.buckets) / 100,
        ahead=ahead / 100,
        customers=clients,
        groups=by_attribute(clients, "group_id"),
        salespeople=by_attribute(clients, "salesperson"),
        history=history,
        matched=_matched(portfolio, named),
        due_sources=sources,
        waits=pd.Series({name: None if isinstance(days, Unknown) else float(days) for name, days in measured.items()}),
        reason=None,
        no_history=past,
        findings=found,
    )  # fmt: skip


def _unknown(portfolio: Portfolio, reason: Unknown) -> list[Finding]:
    ids = (*AGES, "overdue", *AHEAD, "overdue_rate", "estimated_due_share", *OWING, *MOVED, *WAITING)
    return [_finding(name, reason) for name in ids] + _beside(portfolio)


def _finding(name: str, value: Any, **more: Any) -> Finding:
    return finding(f"receivables.{name}", value, inputs=INPUTS, **more)


# ---- ages ---------------------------------------------------------------------------------------------

AGES = ("total", *ageing.classes())
AHEAD = ("due_0_30", "due_31_60", "due_over_60")
OWING = ("owing_customers", "overdue_customers", "first_share", "top5_share", "credit_balances")
MOVED = ("total_before", "overdue_before", "overdue_rate_before")


def _ages(portfolio: Portfolio, named: pd.Series, ahead: pd.Series, sources: pd.DataFrame) -> list[Finding]:
    told: dict[str, Any] = portfolio.store.report.get("receivables", {})
    estimated = 0.0 if sources.empty else float(sources.share[sources.due_source != "file"].sum())
    supposed = "caveat.estimated_due" if estimated else None
    names = ("unknown_invoices", "estimated", "untaxed")
    doubt = caveats(supposed, unallocated_caveat(portfolio))
    whole = " ".join(f"caveat.{name}" for name in names if _counts(told, name)) or None
    if told.get("basis") == "open_items":
        whole = "caveat.open_items"
    beside = {"disputed": None if _disputes_known(portfolio) else "caveat.no_disputes"}
    beside |= {name: None for name in ("undated", "unallocated")}
    found = [_finding("total", int(named.sum()) / 100, caveat=whole)]
    for name, cents in named.items():
        found.append(_finding(str(name), cents / 100, caveat=beside.get(str(name), supposed)))
    found.append(_finding("overdue", ageing.overdue(named) / 100, caveat=supposed))
    found += [_finding(str(name), cents / 100, caveat=supposed) for name, cents in ahead.items()]
    found.append(_finding("overdue_rate", ageing.overdue_rate(named), caveat=doubt))
    share = estimated if len(sources) else Unknown("denominator_zero")
    return [*found, _finding("estimated_due_share", share)]


def _counts(told: dict[str, Any], name: str) -> bool:
    """Tell whether ingest has something to say of a kind: an amount, or a count and an amount."""
    fact = told.get("facts", {}).get(name)
    return bool(fact) and (float(fact) != 0 if isinstance(fact, str) else bool(fact["count"]))


def _disputes_known(portfolio: Portfolio) -> bool:
    return bool(portfolio.ledger.frame("SELECT count(disputed) AS n FROM {receivable_items}").n.iloc[0])


def _due_sources(portfolio: Portfolio) -> pd.DataFrame:
    rows = portfolio.ledger.frame(engine.DUE_SOURCES, {"day": portfolio.as_of})
    return _shared(rows)


def _matched(portfolio: Portfolio, named: pd.Series) -> pd.DataFrame:
    """What clients were credited up to D: how it was matched, and what stays unallocated."""
    rows = portfolio.ledger.frame(engine.MATCHED, {"day": portfolio.as_of})
    left = pd.DataFrame({"method": ["unallocated"], "cents": [-int(named["unallocated"])]})
    return _shared(pd.concat([rows, left[left.cents > 0]], ignore_index=True))


def _shared(rows: pd.DataFrame) -> pd.DataFrame:
    total = int(rows.cents.sum())
    return rows.assign(amount=rows.cents / 100, share=rows.cents / total if total else 0.0).drop(
        columns="cents"
    )


# ---- who, and since when ------------------------------------------------------------------------------


def _owing(portfolio: Portfolio, clients: pd.DataFrame, named: pd.Series) -> list[Finding]:
    owing = clients.receivable[(clients.receivable > 0) & ~clients.is_pool].sort_values(ascending=False)
    total = float(owing.sum())
    shares = {
        name: float(owing.head(most).sum()) / total if total > 0 else Unknown("denominator_zero")
        for name, most in (("first_share", 1), ("top5_share", 5))
    }
    negative = clients.receivable[clients.receivable < 0]
    return [
        _finding("owing_customers", len(owing)),
        _finding("overdue_customers", int(((clients.overdue > 0) & ~clients.is_pool).sum())),
        *(_finding(name, share, n=len(owing)) for name, share in shares.items()),
        _finding("credit_balances", float(negative.sum()), n=len(negative)),
    ]


def _history(portfolio: Portfolio) -> pd.DataFrame:
    """Balance and overdue at the end of each of the last months that the data cover."""
    first = first_day(portfolio)
    ends = [shifted(portfolio.as_of, -back) for back in range(MONTHS, -1, -1)]
    ends = [day for day in ends if day >= first]
    sql = engine.aged((0,), by_customer=False)
    rows = portfolio.ledger.frame(sql, {"days": ends})
    wide = rows.pivot(index="day", columns="bucket", values="cents") if len(rows) else pd.DataFrame()
    wide = wide.reindex(index=pd.to_datetime(ends), columns=["0", "1", "undated", "unallocated", "disputed"])
    wide = wide.fillna(0).astype("int64")
    base = wide["0"] + wide["1"] + wide.undated
    return pd.DataFrame(
        {
            "receivable": wide.sum(axis=1) / 100,
            "not_due": wide["0"] / 100,
            "overdue": wide["1"] / 100,
            "apart": (wide.undated + wide.disputed) / 100,
            "unallocated": wide.unallocated / 100,
            "overdue_rate": (wide["1"] / base).where(base > 0),
        }
    ).rename_axis("day")


def _moved(portfolio: Portfolio, history: pd.DataFrame, past: Unknown | None) -> list[Finding]:
    day = shifted(portfolio.as_of, -12)
    if past is not None or pd.Timestamp(day) not in history.index:
        return [_finding(name, past or Unknown("history_short:year_before")) for name in MOVED]
    row: pd.Series = history.loc[pd.Timestamp(day)]  # type: ignore[assignment]
    when = Period(day, day)
    rate: float | Unknown = Unknown("denominator_zero")
    if pd.notna(row["overdue_rate"]):
        rate = float(row["overdue_rate"])
    values = (float(row["receivable"]), float(row["overdue"]), rate)
    return [_finding(name, value, period=when) for name, value in zip(MOVED, values, strict=True)]


# ---- beside the accounts ------------------------------------------------------------------------------

BESIDE = ("advances", "unbilled", "doubtful")


def _beside(portfolio: Portfolio) -> list[Finding]:
    """What the accounts of the company hold beside those of clients, at their last closing."""
    book = portfolio.books.get("fec")
    if book is None:
        return [_finding(name, Unknown("missing:fec")) for name in BESIDE]
    facts = book["facts"]
    closing = max(str(year["end"]) for year in facts["years"])
    if portfolio.as_of.isoformat() < closing:  # told at the closing only
        return [_finding(name, Unknown("not_applicable")) for name in BESIDE]
    values = (
        _total(row["amount"] for row in facts["advances"]), facts["unbilled"], facts["doubtful"]["gross"]
    )  # fmt: skip
    caveat = "caveat.at_closing" if portfolio.as_of.isoformat() > closing else None
    return [_finding(name, float(value), caveat=caveat) for name, value in zip(BESIDE, values, strict=True)]


def _total(amounts: Iterable[Any]) -> float:
    return sum(round(float(amount) * 100) for amount in amounts) / 100
