"""Agreed terms against the law, and what late payers owe on top of their debts (5.10 to 5.12).

Floor 5. Its findings bear the group ``receivables`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from capclient import regulation
from capclient.engine import payments as engine
from capclient.findings import Finding, finding
from capclient.indicators.penalties import (
    calculation,
    half_year_rates,
    penalties,
    recovery_indemnity,
    rounded_euros,
)
from capclient.indicators.terms import judged
from capclient.portfolio import Portfolio
from capclient.themes import settlements as accounts
from capclient.themes.accounts import ITEMS, no_accounts
from capclient.themes.lateness import is_client
from capclient.themes.once import once
from capclient.vocabulary import Unknown

PRIVATE, PERIODIC, FOREIGN = "private", "periodic", "foreign"
AGREED = ("file", "customer_term")  # where a due date comes from when somebody agreed on it
TERMS = ("lme_breach_share", "lme_breach_invoices", "terms_judged_invoices", "term_days")
PENALTIES = ("late_penalties_due", "recovery_indemnity_due", "late_invoices", "unclaimable_penalties")
ALWAYS = date(1900, 1, 1)


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
    owed = _penalties(portfolio, buyers)
    return PaymentTerms(
        terms=pd.DataFrame() if isinstance(terms, Unknown) else terms,
        terms_reason=terms if isinstance(terms, Unknown) else None,
        penalties=pd.DataFrame() if isinstance(owed, Unknown) else owed,
        penalties_reason=owed if isinstance(owed, Unknown) else None,
        findings=[*_term_findings(portfolio, terms), *_penalty_findings(portfolio, owed)],
    )


def kinds_of_buyers(portfolio: Portfolio) -> pd.Series:
    """Return by client which rule holds: private, periodic, a public buyer, or foreign (not judged)."""
    sheet = portfolio.table("customers").drop_duplicates("customer_id").set_index("customer_id")
    sheet["is_public"] = (
        sheet.is_public.astype("boolean").fillna(False).astype(bool)
    )  # a blank says no more than no
    periodic = set(portfolio.params.credit.periodic_customers)
    kinds = {}
    rows: Any = sheet.itertuples()
    for row in rows:
        public = regulation.public_buyer(row.customer_type, is_public=row.is_public)
        if not regulation.is_french(row.country):
            kinds[row.Index] = FOREIGN
        else:
            kinds[row.Index] = public or (PERIODIC if row.Index in periodic else PRIVATE)
    kinds |= {name: PERIODIC for name in periodic if name not in kinds}
    return pd.Series(kinds, dtype="str", name="buyer")


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


def rates_of(portfolio: Portfolio, buyer: str, *, last: date) -> tuple[dict[date, Decimal], bool]:
    """Return the penalty rates in percent that hold for a buyer, and whether its first rate stays frozen."""
    refi = regulation.refi_rates(portfolio.params.credit.refi_rates)
    if buyer not in (PRIVATE, PERIODIC, FOREIGN):
        return half_year_rates(refi, points=regulation.margin("public"), last=last), True
    agreed = portfolio.params.credit.penalty_rate
    if agreed is not None:
        return {ALWAYS: max(agreed, 3 * (portfolio.params.credit.legal_interest_rate or Decimal(0)))}, False
    return half_year_rates(refi, points=regulation.margin("private"), last=last), False


def claims_penalties(portfolio: Portfolio, claims: pd.DataFrame, buyers: pd.Series) -> pd.Series:
    """Return the exact interest (cents, Fraction or None) of late debts: ``customer_id amount due_date end_date``."""
    kinds = buyers.reindex(claims.customer_id).fillna(PRIVATE).to_numpy()
    found = pd.Series([None] * len(claims), index=claims.index, dtype=object)
    for buyer, group in claims.groupby(kinds):
        rates, is_frozen = rates_of(portfolio, str(buyer), last=portfolio.as_of)
        found.loc[group.index] = penalties(group, rates, is_frozen=is_frozen)
    return found


def calculations(portfolio: Portfolio, claims: pd.DataFrame, buyers: pd.Series) -> pd.DataFrame:
    """Return how :func:`claims_penalties` computes each claim: a row a claim and half-year (see ``calculation``)."""
    kinds = buyers.reindex(claims.customer_id).fillna(PRIVATE).to_numpy()
    parts = []
    for buyer, group in claims.groupby(kinds):
        rates, is_frozen = rates_of(portfolio, str(buyer), last=portfolio.as_of)
        parts.append(calculation(group, rates, is_frozen=is_frozen))
    return pd.concat(parts, ignore_index=True) if parts else calculation(claims, {})


def _penalties(portfolio: Portfolio, buyers: pd.Series) -> pd.DataFrame | Unknown:
    """Interest and indemnity by client: debts paid late in N, and undisputed debts overdue at D."""
    missing = no_accounts(portfolio)
    if missing is not None:
        return missing
    year = portfolio.windows.n
    late = accounts.overdue(portfolio)
    late = late[~late.disputed.astype(bool)].assign(end_date=pd.Timestamp(portfolio.as_of), is_open=True)
    parts = [late]
    if accounts.no_payments(portfolio) is None:
        paid = accounts.paid(portfolio, year)
        paid = paid[pd.to_datetime(paid.paid_date) > pd.to_datetime(paid.due_date)]
        parts.append(paid.assign(end_date=paid.paid_date, is_open=False))
    names = ["customer_id", "amount", "due_date", "end_date", "is_open", "is_estimated"]
    some = [part[names] for part in parts if len(part)]
    claims = pd.concat(some, ignore_index=True) if some else None
    columns = [
        "exact",
        "paid_late",
        "overdue",
        "penalty",
        "late_invoices",
        "indemnity",
        "is_estimated",
        "unrated",
    ]
    if claims is None:
        return pd.DataFrame(columns=columns, index=pd.Index([], name="customer_id"))
    claims["exact"] = claims_penalties(portfolio, claims, buyers)
    rated = claims.exact.notna()
    keys = claims.customer_id
    table = pd.DataFrame(
        {
            "exact": _sums(claims.exact, keys),
            "paid_late": claims.amount.where(~claims.is_open, 0).groupby(keys).sum() / 100,
            "overdue": claims.amount.where(claims.is_open, 0).groupby(keys).sum() / 100,
            "is_estimated": claims.is_estimated.astype(bool).groupby(keys).any(),
            "unrated": (~rated).groupby(keys).sum(),
        }
    )
    table["penalty"] = [float(rounded_euros(value)) for value in table.exact]
    table.loc[table.unrated.groupby(level=0).sum() == claims.groupby("customer_id").size(), "penalty"] = (
        float("nan")
    )
    invoices = accounts.late_invoices(portfolio, year)
    table["late_invoices"] = invoices.reindex(table.index).fillna(0).astype("int64")
    each = regulation.indemnity()
    table["indemnity"] = [float(recovery_indemnity(int(n), amount=each)) for n in table.late_invoices]
    return table[columns].sort_values(["penalty", "indemnity"], ascending=False, kind="stable")


def _sums(values: pd.Series, keys: pd.Series) -> pd.Series:
    """Add exact numbers by client; those that nobody could compute count for nothing."""
    sums: dict[str, Fraction] = {}
    for key, value in zip(keys, values, strict=True):
        sums[key] = sums.get(key, Fraction(0)) + (value if isinstance(value, Fraction) else 0)
    return pd.Series(sums, dtype=object)


def _term_findings(portfolio: Portfolio, terms: pd.DataFrame | Unknown) -> list[Finding]:
    values: dict[str, object] = {}
    if isinstance(terms, Unknown):
        values = dict.fromkeys(TERMS, terms)
        n = None
    else:
        known = terms[terms.is_breach.notna()]
        n, breaches = int(known.invoices.sum()), int(known.invoices[known.is_breach.astype(bool)].sum())
        values["lme_breach_share"] = breaches / n if n else Unknown("not_applicable")
        values["lme_breach_invoices"] = breaches if n else Unknown("not_applicable")
        values["terms_judged_invoices"] = n
        days = sum(int(d) * int(a) for d, a in zip(terms.term_days, terms.amount, strict=True))
        values["term_days"] = (
            days / int(terms.amount.sum()) if terms.amount.sum() > 0 else Unknown("not_applicable")
        )
    wide = not isinstance(terms, Unknown) and bool(terms.needs_contract.fillna(False).any())
    caveats = {name: "caveat.terms" if wide and name != "term_days" else None for name in TERMS}
    return [_found(portfolio, name, values[name], caveats[name], n) for name in TERMS]


def _penalty_findings(portfolio: Portfolio, owed: pd.DataFrame | Unknown) -> list[Finding]:
    if isinstance(owed, Unknown):
        return [_found(portfolio, name, owed) for name in PENALTIES]
    late = int(owed.late_invoices.sum())
    exact = sum(owed.exact, Fraction(0))
    unrated = len(owed) > 0 and owed.penalty.isna().all()
    estimated = "caveat.due_estimated" if len(owed) and owed.is_estimated.any() else None
    refi = regulation.refi_rates(portfolio.params.credit.refi_rates)
    caveat = estimated
    if (
        len(owed)
        and portfolio.params.credit.penalty_rate is None
        and portfolio.as_of > regulation.rates_known_to(refi)
    ):
        caveat = accounts.caveats(estimated, "caveat.refi_old")
    elif len(owed) and owed.unrated.any():
        caveat = accounts.caveats(estimated, "caveat.refi_partial")
    values: dict[str, object] = {
        "late_penalties_due": Unknown("missing:refi_rates")
        if unrated
        else float(rounded_euros(Fraction(exact))),
        "recovery_indemnity_due": float(recovery_indemnity(late, amount=regulation.indemnity())),
        "late_invoices": late,
    }
    pools = owed[~is_client(portfolio, owed.index)]
    claimed_of_nobody = Decimal(str(pools.indemnity.sum())) + rounded_euros(sum(pools.exact, Fraction(0)))
    values["unclaimable_penalties"] = float(claimed_of_nobody)
    caveats = dict.fromkeys(PENALTIES, estimated) | {"late_penalties_due": caveat}
    apart = accounts.unallocated_caveat(portfolio)
    for name in ("late_penalties_due", "recovery_indemnity_due"):
        caveats[name] = accounts.caveats(caveats[name], apart)
    return [_found(portfolio, name, values[name], caveats[name], late) for name in PENALTIES]


def _found(
    portfolio: Portfolio, name: str, value: object, caveat: str | None = None, n: int | None = None
) -> Finding:
    period = portfolio.windows.n if portfolio.has_lines else None
    return finding(
        f"receivables.{name}", value, period=period, n=n, caveat=caveat, inputs=accounts.INPUTS,  # type: ignore[arg-type]
    )  # fmt: skip
