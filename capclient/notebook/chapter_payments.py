"""Chapter 70, second half: how clients pay, what the law allows, and whom to remind first.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.cards import Sentence
from capclient.indicators.payment_score import GRADES
from capclient.notebook.desk import absent, desk, note
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.lateness import Lateness, is_client
from capclient.themes.payment_terms import PaymentTerms, terms_by_client
from capclient.themes.recovery import RecoveryTheme
from capclient.themes.recovery_list import doubt_lines, names_of
from capclient.themes.settlements import disputes_known
from capclient.vocabulary import Unknown
from capclient.wording import text

__all__ = [
    "credit_limits_table",
    "grades_figure",
    "late_payers_table",
    "lateness_figure",
    "penalties_figure",
    "penalties_table",
    "recovery_table",
    "scores_table",
    "terms_table",
    "worsening_table",
]


def lateness_figure(late: Lateness) -> figures.Figure | Notice:
    """Draw the amounts paid in N and still overdue by class of lateness."""
    if late.reason is not None:
        return absent(late.reason)
    paid = late.classes.paid
    after = float(paid.iloc[2:].sum()) / float(paid.sum()) if paid.sum() > 0 else None
    return figures.lateness_figure(late.classes, late_share=after, **desk().drawn)


def late_payers_table(late: Lateness, *, most: int = 12) -> Table | Notice:
    """Show the clients that pay late, the largest sums first: days late times euros paid."""
    if late.no_payments is not None:
        return absent(late.no_payments)
    rows = _named(late.customers[late.customers.days_late > 0])
    rows["weight_"] = rows.days_late * rows.paid_n
    rows = rows.sort_values(["weight_", "name"], ascending=[False, True], kind="stable")
    names = [
        "name",
        "paid_n",
        "settled_invoices",
        "days_late",
        "days_late_signed",
        "days_late_before",
        "late_share",
    ]
    return listing(rows, names, "table.late_payers", most=most)


def worsening_table(late: Lateness, *, most: int = 12) -> Table | Sentence | Notice:
    """Show the clients that pay clearly later than a year ago, the largest lengthening first."""
    if late.no_payments is not None:
        return absent(late.no_payments)
    clients = _clients(late.customers)
    if clients.worsening.isna().all():
        return absent(Unknown("history_short:year_before"))
    rows = clients[clients.worsening.fillna(False).astype(bool)]
    if rows.empty:
        return note("receivables.worsening")  # said once, above an empty table
    rows = rows.assign(days_longer=rows.days_late_signed - rows.days_late_before)
    rows = rows.sort_values(["days_longer", "name"], ascending=[False, True], kind="stable")
    names = ["name", "days_longer", "days_late_signed", "days_late_before", "paid_n", "settled_invoices"]
    return listing(rows, names, "table.worsening", most=most)


def terms_table(law: PaymentTerms, *, most: int = 12) -> Table | Notice:
    """Show the clients whose agreed terms go beyond the legal ceiling, or keep under it only if a contract says so."""
    if law.terms_reason is not None:
        return absent(law.terms_reason)
    rows = _named(terms_by_client(law.terms))
    rows = rows[(rows.breach_invoices > 0) | (rows.contract_invoices > 0)]
    rows["buyer"] = [text(f"buyer.{code}", desk().lang) for code in rows.buyer]
    names = ["name", "breach_invoices", "excess_days", "longest_term", "amount", "judged_invoices", "buyer"]
    if not rows.contract_invoices.any():
        return listing(rows, names, "table.terms", most=most)
    names.insert(2, "contract_invoices")
    return listing(rows, names, "table.terms", most=most, note="table.terms.note")


def penalties_figure(law: PaymentTerms) -> figures.Figure | Notice:
    """Draw what the clients that paid late, or not yet, owe on top."""
    if law.penalties_reason is not None:
        return absent(law.penalties_reason)
    return figures.penalties_figure(_clients(law.penalties), **desk().drawn)


def penalties_table(law: PaymentTerms, *, most: int = 12) -> Table | Notice:
    """Show penalties and indemnities by client."""
    if law.penalties_reason is not None:
        return absent(law.penalties_reason)
    names = ["name", "paid_late", "overdue", "late_invoices", "penalty", "indemnity"]
    rows = _clients(law.penalties)
    rows["both_"] = (rows.penalty.fillna(0.0) + rows.indemnity).round(2)  # the order of the figure
    rows = rows.sort_values(["both_", "name"], ascending=[False, True], kind="stable")
    return listing(rows, names, "table.penalties", most=most)


def grades_figure(late: Lateness) -> figures.Figure | Notice:
    """Draw graded clients and what they owe by payment grade."""
    if late.no_payments is not None:
        return absent(late.no_payments)
    scored = _clients(late.customers[late.customers.payment_grade.notna()])
    if scored.empty:
        return absent(Unknown(f"n_small:scores={desk().portfolio.thresholds.payments.score_invoices}"))
    by_grade = scored.groupby("payment_grade").receivable.agg(["size", "sum"]).reindex(list(GRADES)).fillna(0)
    return figures.grades_figure(by_grade.set_axis(["customers", "receivable"], axis=1), **desk().drawn)


def scores_table(late: Lateness, *, most: int = 12) -> Table | Notice:
    """Show the graded clients, the poorest payers first."""
    if late.no_payments is not None:
        return absent(late.no_payments)
    rows = _clients(late.customers[late.customers.payment_score.notna()])
    rows = rows.sort_values(["payment_score", "name"], kind="stable")
    contested = ["disputed"] if disputes_known(desk().portfolio) else []
    names = ["name", "payment_score", "payment_grade", "days_late", "overdue_over_60", *contested, "rejected"]
    return listing(rows, [*names, "receivable"], "table.scores", most=most)


def credit_limits_table(risk: RecoveryTheme, *, most: int = 10) -> Table | Notice:
    """Show what clients owe against their limit of credit, the most exceeded first."""
    if risk.limits_reason is not None:
        return absent(risk.limits_reason)
    names = ["name", "receivable", "credit_limit", "limit_used", "excess"]
    return listing(risk.limits, names, "table.credit_limits", most=most)


def recovery_table(risk: RecoveryTheme, *, most: int = 15) -> Table | Notice:
    """Show the recovery list: what to claim, since when, and the step that is due."""
    if risk.reason is not None:
        return absent(risk.reason)
    rows = risk.clients.rename(columns={"claim": "to_claim"})
    rows["recovery_stage"] = [text(f"recovery_stage.{code}", desk().lang) for code in rows.get("stage", [])]
    rows["remark"] = _doubts(risk, rows.index)
    told = ["disputed"] if "disputed" in rows and rows.disputed.any() else []
    if "overdue" in rows and not rows.overdue.equals(rows.to_claim):  # the same amount is said once
        told.insert(0, "overdue")
    last = ["credits"] if "credits" in rows and rows.credits.any() else []
    names = [
        "name",
        "recovery_stage",
        "to_claim",
        "oldest_days",
        *told,
        "payment_grade",
        "remark",
        "salesperson",
        *last,
    ]
    return listing(rows, names, "table.recovery", most=most, note="table.recovery.note")


def _doubts(risk: RecoveryTheme, index: pd.Index) -> list[str]:
    """Say of each client which other code may have paid its debts; nothing for most."""
    here = desk()
    said = {str(id): " ".join(doubt_lines(rows, here.lang, here.currency))
            for id, rows in risk.doubts.groupby("customer_id")} if len(risk.doubts) else {}  # fmt: skip
    return [said.get(str(id), "") for id in index]


def _clients(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the accounts of clients, by name: nobody writes to a pooled code."""
    return _named(rows[is_client(desk().portfolio, rows.index)])


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the name of each client beside its figures."""
    rows = rows.copy()
    rows["name"] = names_of(desk().portfolio, rows.index)
    return rows.rename_axis("customer_id")
