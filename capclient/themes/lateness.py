"""How late the clients of a portfolio pay, and the score of their payment behaviour (5.6 to 5.8, 5.13).

Floor 5. Its findings bear the group ``receivables`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from capclient.accounting.identity import COUNTER, UNKNOWN
from capclient.findings import Finding, finding
from capclient.indicators.lateness import (
    late_share,
    open_lateness,
    payment_lateness,
    settlement_days,
    worsening,
)
from capclient.indicators.payment_score import GRADES, payment_scores
from capclient.indicators.retention import wilson_interval
from capclient.portfolio import Portfolio
from capclient.themes import settlements as accounts
from capclient.themes.accounts import no_accounts, year, year_before, year_caveat
from capclient.themes.once import once
from capclient.vocabulary import Unknown

CLASSES = (
    ("early", -1),
    ("on_time", 0),
    ("late_1_15", 15),
    ("late_16_30", 30),
    ("late_31_60", 60),
    ("late_over_60", None),
)
COLUMNS = (
    "receivable", "overdue", "overdue_over_60", "disputed", "days_late", "days_late_signed", "days_late_before",
    "worsening", "late_share", "settlements", "settled_invoices", "paid_n", "rejected", "dispute_share",
    "payment_score", "payment_grade",
)  # fmt: skip
FOUND = (
    "days_late_floored", "days_late_signed", "days_late_unweighted", "settlement_days", "settlement_days_weighted",
    "late_share", "late_over_30_share", "open_lateness_days", "paid_on_time_share", "worsening_customers",
    "payment_score_mean", *(f"grade_{grade.lower()}_customers" for grade in GRADES),
)  # fmt: skip


@dataclass(frozen=True)
class Lateness:
    """``customers``: by client, what it owes, how it pays and its score; ``classes``: amounts by class of lateness,
    paid in N beside open at D (euros).

    ``reason`` says why nothing is known of what clients owe, ``no_payments`` why nothing is known of payments.
    ``is_estimated``: some due dates used were computed, not read.
    """

    customers: pd.DataFrame
    classes: pd.DataFrame
    reason: Unknown | None
    no_payments: Unknown | None
    is_estimated: bool
    findings: list[Finding]


@once
def lateness(portfolio: Portfolio) -> Lateness:
    """Return the lateness of each client and of the portfolio, over the payments of N and the debts open at D."""
    missing, unpaid = no_accounts(portfolio), accounts.no_payments(portfolio)
    if missing is not None:
        empty = pd.DataFrame(index=pd.Index([], name="customer_id"), columns=list(COLUMNS))
        return Lateness(empty, pd.DataFrame(), missing, missing, False, _unknown(missing))
    opened = accounts.still_open(portfolio)
    late = accounts.overdue(portfolio)
    none = unpaid is not None
    now = _no_rows() if none else accounts.paid(portfolio, year(portfolio))
    before = _no_rows() if none else accounts.paid(portfolio, year_before(portfolio))
    settled = None if none else accounts.settled(portfolio, year(portfolio))
    clients = _customers(portfolio, opened, late, now, before, settled)
    is_estimated = bool(now.is_estimated.any() or late.is_estimated.any())
    firm = late[~late.disputed.astype(bool)]
    return Lateness(
        customers=clients,
        classes=_classes(portfolio, now, firm),
        reason=None,
        no_payments=unpaid,
        is_estimated=is_estimated,
        findings=_findings(portfolio, now, firm, settled, clients, unpaid, is_estimated),
    )


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": pd.Series(dtype="str"),
            "due_date": pd.Series(dtype="datetime64[ns]"),
            "paid_date": pd.Series(dtype="datetime64[ns]"),
            "is_estimated": pd.Series(dtype="bool"),
            "amount": pd.Series(dtype="int64"),
            "settlements": pd.Series(dtype="int64"),
        }
    )


def _customers(
    portfolio: Portfolio,
    opened: pd.DataFrame,
    late: pd.DataFrame,
    now: pd.DataFrame,
    before: pd.DataFrame,
    settled: pd.DataFrame | None,
) -> pd.DataFrame:
    """One row a client of the accounts or of the ledger: euros, days, shares, score."""
    names = (
        set(opened.customer_id)
        | set(now.customer_id)
        | set(before.customer_id)
        | set(portfolio.customers.index)
    )
    found = pd.DataFrame(index=pd.Index(sorted(names), name="customer_id", dtype="str"))
    debits = opened[opened.is_debit]
    disputed = debits.disputed.astype(bool)
    firm = late[~late.disputed.astype(bool)]
    waited = (pd.Timestamp(portfolio.as_of) - pd.to_datetime(firm.due_date)).dt.days
    cents = pd.DataFrame(index=found.index)
    for name, rows in {
        "receivable": opened, "debits": debits, "disputed": debits[disputed], "overdue": firm,
        "overdue_over_60": firm[waited > 60],
    }.items():  # fmt: skip
        cents[name] = rows.groupby("customer_id").amount.sum().reindex(found.index).fillna(0).astype("int64")
    for name in ("receivable", "overdue", "overdue_over_60", "disputed"):
        found[name] = cents[name] / 100
    mine, past = payment_lateness(now, by="customer_id"), payment_lateness(before, by="customer_id")
    exact = mine.reindex(found.index)
    found["days_late"] = exact.days_late.astype("float64")
    found["days_late_signed"] = exact.days_late_signed.astype("float64")
    found["days_late_before"] = past.days_late_signed.reindex(found.index).astype("float64")
    limits = portfolio.thresholds.payments
    found["worsening"] = (
        worsening(mine, past, least_days=limits.worsening_days).reindex(found.index).astype("boolean")
    )
    due = exact.amount.fillna(0) + cents.overdue
    found["late_share"] = (exact.late_amount.fillna(0) + cents.overdue).where(due > 0) / due.where(due > 0)
    found["settlements"] = exact.settlements.fillna(0).astype("int64")
    count = settled.groupby("customer_id").invoices.sum() if settled is not None else pd.Series(dtype="int64")
    found["settled_invoices"] = count.reindex(found.index).fillna(0).astype("int64")
    found["paid_n"] = exact.amount.fillna(0).astype("int64") / 100
    told = accounts.events(portfolio, year(portfolio))
    found["rejected"] = told.rejected.reindex(found.index).fillna(0).astype("int64")
    base = cents.debits - cents.disputed
    behaviour = pd.DataFrame(
        {
            "days_late": exact.days_late,
            "over_60_share": _shares(cents.overdue_over_60, base),
            "dispute_share": _shares(cents.disputed, cents.debits),
            "rejected": found.rejected,
            "paid_invoices": found.settled_invoices,
        }
    )
    found["dispute_share"] = behaviour.dispute_share.astype("float64")
    scores = payment_scores(behaviour, bands=limits.grades[::-1], least_invoices=limits.score_invoices)
    return found.join(scores)


def _shares(above: pd.Series, below: pd.Series) -> pd.Series:
    values = [Fraction(int(a), int(b)) if b > 0 else Fraction(0) for a, b in zip(above, below, strict=True)]
    return pd.Series(values, index=above.index, dtype=object)


def _classes(portfolio: Portfolio, now: pd.DataFrame, firm: pd.DataFrame) -> pd.DataFrame:
    """Amounts by class of lateness: what N paid, and what is overdue and undisputed at D."""
    paid_days = (pd.to_datetime(now.paid_date) - pd.to_datetime(now.due_date)).dt.days
    open_days = (pd.Timestamp(portfolio.as_of) - pd.to_datetime(firm.due_date)).dt.days
    rows = []
    low = None
    for code, high in CLASSES:
        rows.append(
            {
                "lateness_class": code,
                "paid": _between(now.amount, paid_days, low, high) / 100,
                "overdue": _between(firm.amount, open_days, low, high) / 100,
            }
        )
        low = high
    table = pd.DataFrame(rows)
    total = table.paid.sum()
    return table.assign(share=table.paid / total if total > 0 else float("nan"))


def _between(amount: pd.Series, days: pd.Series, low: int | None, high: int | None) -> int:
    """Sum amounts of days in (low, high]; without low, from the beginning; without high, to the end."""
    above = days > low if low is not None else pd.Series(True, index=days.index)
    below = days <= high if high is not None else pd.Series(True, index=days.index)
    return int(amount[above & below].sum())


def _findings(
    portfolio: Portfolio,
    now: pd.DataFrame,
    firm: pd.DataFrame,
    settled: pd.DataFrame | None,
    clients: pd.DataFrame,
    unpaid: Unknown | None,
    is_estimated: bool,
) -> list[Finding]:
    values: dict[str, object] = dict.fromkeys(FOUND, unpaid or Unknown("n_small"))
    unscored = unpaid or Unknown(f"n_small:scores={portfolio.thresholds.payments.score_invoices}")
    values |= dict.fromkeys(("payment_score_mean", *FOUND[-4:]), unscored)
    all_open = int(firm.amount.sum())
    values["open_lateness_days"] = _number(open_lateness(firm, as_of=portfolio.as_of))
    counts: dict[str, int] = {}
    intervals: dict[str, tuple[float, float]] = {}
    if settled is not None:
        row = payment_lateness(now).iloc[0] if len(now) else None
        if row is not None:
            values["days_late_floored"] = float(row.days_late)
            values["days_late_signed"] = float(row.days_late_signed)
            values["days_late_unweighted"] = float(row.days_late_unweighted)
            counts = dict.fromkeys(
                ("days_late_floored", "days_late_signed", "days_late_unweighted"), int(row.settlements)
            )
        paid, late, long = (
            (0, 0, 0) if row is None else map(int, row[["amount", "late_amount", "late_over_30_amount"]])
        )
        waited = (pd.Timestamp(portfolio.as_of) - pd.to_datetime(firm.due_date)).dt.days
        values["late_share"] = _number(late_share(paid=paid, paid_late=late, overdue=all_open))
        values["late_over_30_share"] = _number(
            _over_30(paid, long, all_open, int(firm.amount[waited > 30].sum()))
        )
        invoices = int(settled.invoices.sum())
        values["settlement_days"] = _number(settlement_days(settled))
        values["settlement_days_weighted"] = _number(settlement_days(settled, is_weighted=True))
        counts |= dict.fromkeys(("settlement_days", "settlement_days_weighted"), invoices)
        dated = settled[settled.is_late.notna()]
        n = int(dated.invoices.sum())
        if n:
            on_time = int(dated.invoices[~dated.is_late.astype(bool)].sum())
            values["paid_on_time_share"] = on_time / n
            counts["paid_on_time_share"] = n
            intervals["paid_on_time_share"] = wilson_interval(on_time, n)
        counted = clients[is_client(portfolio, clients.index)]
        seen = counted.worsening.notna()
        values["worsening_customers"] = (
            int(counted.worsening.fillna(False).sum()) if seen.any() else Unknown("history_short:year_before")
        )
        scored = counted.payment_score.dropna()
        if len(scored):
            values["payment_score_mean"] = float(scored.mean())
            tally = counted.payment_grade.value_counts()
            values |= {f"grade_{grade.lower()}_customers": int(tally.get(grade, 0)) for grade in GRADES}
        counts |= dict.fromkeys(("payment_score_mean", *FOUND[-4:]), len(scored))
    caveat = "caveat.due_estimated" if is_estimated else None
    period, apart = year(portfolio), year_caveat(portfolio)
    unlike = {"settlement_days", "settlement_days_weighted"}
    return [
        finding(
            f"receivables.{name}", values[name],  # type: ignore[arg-type]
            period=period, n=counts.get(name), caveat=accounts.caveats(None if name in unlike else caveat, apart),
            inputs=accounts.INPUTS, interval=intervals.get(name),
        )
        for name in FOUND
    ]  # fmt: skip


def is_client(portfolio: Portfolio, index: pd.Index) -> pd.Series:
    """Tell which accounts are clients: pooled codes and sales to nobody known are in totals, out of counts."""
    pools = portfolio.customers.is_pool.reindex(index)
    return ~pools.fillna(False).astype(bool) & ~index.isin([UNKNOWN, COUNTER])


def _over_30(paid: int, long: int, overdue: int, overdue_long: int) -> Fraction | Unknown:
    return (
        Fraction(long + overdue_long, paid + overdue) if paid + overdue > 0 else Unknown("denominator_zero")
    )


def _number(value: Fraction | Unknown) -> float | Unknown:
    return value if isinstance(value, Unknown) else float(value)


def _unknown(missing: Unknown) -> list[Finding]:
    return [finding(f"receivables.{name}", missing, inputs=accounts.INPUTS) for name in FOUND]
