"""Agreed terms against the law (5.10); what late payers owe on top of their debts stands beside them.

Floor 5. Its findings bear the group ``receivables`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient import regulation
from capclient.engine import payments as engine
from capclient.findings import Finding, finding
from capclient.indicators.terms import judged
from capclient.portfolio import Portfolio
from capclient.themes import settlements as accounts
from capclient.themes.accounts import ITEMS
from capclient.themes.buyers import FOREIGN, PERIODIC, PRIVATE, kinds_of_buyers
from capclient.themes.late_penalties import late_penalties
from capclient.themes.once import once
from capclient.vocabulary import Unknown

AGREED = ("file", "customer_term")  # where a due date comes from when somebody agreed on it
TERMS = ("lme_breach_share", "lme_breach_invoices", "terms_judged_invoices", "term_days")


@dataclass(frozen=True)
class PaymentTerms:
    """``terms``: by client, how its invoices of N stand to the law; ``penalties``: what it owes for lateness.

    ``penalties`` has exact cents (Fraction or None) in ``exact`` and euros in ``penalty`` and ``indemnity``.
    """

    terms: pd.DataFrame
    terms_reason: Unknown | None
    penalties: pd.DataFrame
    penalties_reason: Unknown | None
    findings: list[Finding]


@once
def payment_terms(portfolio: Portfolio) -> PaymentTerms:
    """Return what the law says of the terms of N, and of the debts paid late in N or overdue at D."""
    buyers = kinds_of_buyers(portfolio) if portfolio.has_lines else pd.Series(dtype="str")
    terms = _terms(portfolio, buyers)
    owed = late_penalties(portfolio, buyers)
    return PaymentTerms(
        terms=pd.DataFrame() if isinstance(terms, Unknown) else terms,
        terms_reason=terms if isinstance(terms, Unknown) else None,
        penalties=owed.clients,
        penalties_reason=owed.reason,
        findings=[*_term_findings(portfolio, terms), *owed.findings],
    )


def ceilings_of(portfolio: Portfolio, buyer: str) -> tuple[regulation.Ceiling, ...]:
    """Return the ceilings that hold for a kind of buyer; the sector of the seller may have its own (L441-11)."""
    if buyer == FOREIGN:
        return ()
    if buyer in (PRIVATE, PERIODIC):
        special = regulation.sector_slug(portfolio.params.company.sector)
        if special:
            return regulation.ceilings("sectors", special)
        return regulation.ceilings(buyer)
    return regulation.ceilings("public", buyer)


def _terms(portfolio: Portfolio, buyers: pd.Series) -> pd.DataFrame | Unknown:
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    sql = engine.TERMS if portfolio.has(ITEMS) else engine.LINE_TERMS
    year = portfolio.windows.n
    rows = portfolio.ledger.frame(sql, {"start": year.start, "end": min(year.end, portfolio.as_of)})
    if rows.empty:
        return Unknown("missing:due_date")
    rows = rows[rows.source.isin(AGREED)]
    if rows.empty:
        return Unknown("missing:agreed_terms")
    rows["buyer"] = buyers.reindex(rows.customer_id).fillna(PRIVATE).to_numpy()
    parts = [
        judged(group, ceilings_of(portfolio, str(buyer)), reading=portfolio.params.credit.end_of_month).join(
            group
        )
        for buyer, group in rows.groupby("buyer")
    ]
    return pd.concat(parts).sort_index()


def terms_by_client(terms: pd.DataFrame) -> pd.DataFrame:
    """Sum up judged invoices by client: how many, how many beyond the law, the longest term and the worst excess.

    ``contract_invoices`` are lawful only if the contract says « end of month »; ``amount``: euros beyond the law,
    excluding VAT.
    """
    known = terms[terms.is_breach.notna()]
    breach = known.is_breach.astype(bool)
    keys = known.customer_id
    table = pd.DataFrame(
        {
            "buyer": known.buyer.groupby(keys).first(),
            "judged_invoices": known.invoices.groupby(keys).sum(),
            "breach_invoices": known.invoices.where(breach, 0).groupby(keys).sum(),
            "contract_invoices": known.invoices.where(known.needs_contract.astype(bool), 0)
            .groupby(keys)
            .sum(),
            # excluding VAT; unknown when the lines of one of them are not
            "amount": known.net.astype("float64").where(breach, 0.0).groupby(keys).sum(skipna=False) / 100,
            "longest_term": known.term_days.groupby(keys).max(),
            "excess_days": known.excess_days.groupby(keys).max(),
        }
    )
    return table.sort_values(["breach_invoices", "excess_days"], ascending=False, kind="stable")


def _term_findings(portfolio: Portfolio, terms: pd.DataFrame | Unknown) -> list[Finding]:
    values: dict[str, object] = {}
    if isinstance(terms, Unknown):
        values = dict.fromkeys(TERMS, terms)
        n = None
    else:
        known = terms[terms.is_breach.notna()]
        n, breaches = int(known.invoices.sum()), int(known.invoices[known.is_breach.astype(bool)].sum())
        values["lme_breach_share"] = breaches / n if n else Unknown("not_applicable:no_terms")
        values["lme_breach_invoices"] = breaches if n else Unknown("not_applicable:no_terms")
        values["terms_judged_invoices"] = n
        days = sum(int(d) * int(a) for d, a in zip(terms.term_days, terms.amount, strict=True))
        values["term_days"] = (
            days / int(terms.amount.sum()) if terms.amount.sum() > 0 else Unknown("not_applicable:no_terms")
        )
    wide = not isinstance(terms, Unknown) and bool(terms.needs_contract.fillna(False).any())
    caveats = {name: "caveat.terms" if wide and name != "term_days" else None for name in TERMS}
    period = portfolio.windows.n if portfolio.has_lines else None
    return [
        finding(
            f"receivables.{name}", values[name], period=period, n=n, caveat=caveats[name],  # type: ignore[arg-type]
            inputs=accounts.INPUTS,
        )
        for name in TERMS
    ]  # fmt: skip
