"""Recovery: which debts to claim first, the step that is due, and the file of each case (E06, E07).

Floor 5. A case is a client with overdue debts that it does not dispute, beyond the credits nobody matched yet. The list
follows rules of the parameters (``thresholds.recovery``); a person decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from capclient import regulation
from capclient.engine import cases as engine
from capclient.indicators.penalties import recovery_indemnity, rounded_euros
from capclient.indicators.recovery import CLAIMED, slips
from capclient.levels import activity_code
from capclient.periods import rolling, shifted
from capclient.portfolio import Portfolio
from capclient.themes.accounts import PAYMENTS
from capclient.themes.accounts import year as year_of
from capclient.themes.buyers import FOREIGN, PRIVATE, kinds_of_buyers
from capclient.themes.once import once
from capclient.themes.payment_terms import payment_terms
from capclient.themes.penalty_rates import calculations, claims_penalties
from capclient.themes.recovery_list import open_claims, recovery_clients, reminders
from capclient.themes.settlements import no_payments

REMINDER = re.compile(r"^(.* )?(relance|rappel|reminder|dunning|mise en demeure)")
NO_REMINDER = re.compile(r"devis|commercial|offre|produit|quote|product")
FOUR_YEARS = ("state", "hospital")
YEARS_TOLD = 3  # of payments, in the file of a case


@dataclass(frozen=True)
class Settled:
    """What the client owes for invoices paid late in N, beside this case: interest in euros, and invoices."""

    penalty: Decimal
    invoices: int


@dataclass(frozen=True)
class Case:
    """All that a lawyer needs of one client: amounts are whole cents, tables are in order of dates."""

    customer_id: str
    name: str
    place: int
    row: pd.Series  # of the list: overdue, disputed, oldest_days, stage ...
    items: pd.DataFrame  # open debts, with days late, penalty and whether they are overdue
    payments: pd.DataFrame
    reminders: pd.DataFrame
    statement: (
        pd.DataFrame
    )  # of interest: item (its label), base (cents), from_day, to_day, days, rate, penalty
    account: pd.DataFrame  # every piece up to D: amount (signed) and balance, in cents
    doubts: pd.DataFrame  # other codes that may have paid these debts
    instalments: (
        pd.DataFrame
    )  # of these invoices: date, due_date, amount, and what was unpaid on that due date
    noticed_from: int = 0  # days late from which a formal notice claims a debt
    open_claims: int = 0  # complaints of the client that nobody closed
    settled: Settled | None = None  # late payments of the year that this case does not claim
    buyer: str = PRIVATE
    attributes: dict[str, str] = field(default_factory=dict)  # siren, country, salesperson ...

    @property
    def overdue_items(self) -> pd.DataFrame:
        """Return the debts to claim: overdue and undisputed."""
        return self.items[self.items.is_overdue & ~self.items.disputed]

    @property
    def principal(self) -> Decimal:
        """Return what is overdue and undisputed, in euros."""
        return owed(self.overdue_items)

    @property
    def noticed_items(self) -> pd.DataFrame:
        """Return the debts that a formal notice claims: invoices late enough, or all of them where none is."""
        known = self.overdue_items[self.overdue_items.billed.notna()]
        late = known[known.days_late >= self.noticed_from]
        return late if len(late) else known

    @property
    def penalties(self) -> Decimal | None:
        """Return the interest of these debts at D in euros, None where no rate is known."""
        return interest(self.overdue_items)

    @property
    def indemnity(self) -> Decimal:
        """Return the fixed indemnity of these invoices in euros: an invoice counts once, whatever its instalments."""
        return indemnity(self.overdue_items)

    @property
    def is_estimated(self) -> bool:
        """Tell whether a due date was computed rather than read."""
        return bool(self.overdue_items.is_estimated.any())

    @property
    def letters(self) -> tuple[str, ...]:
        """Return the letter of the step that is due; none while the accounts of two codes are not matched.

        A due date that was computed puts nobody in default, nor does a debt whose invoice nobody knows, nor one that
        credits may pay: a reminder goes first, and a second one only where the first is recorded.
        """
        if self.row.stage not in CLAIMED or len(self.doubts):
            return ()
        notice = self.noticed_items
        covered = Decimal(str(self.row.credits)) >= owed(notice)
        if self.row.stage in ("formal_notice", "counsel") and not (self.is_estimated or covered):
            return ("formal_notice",)
        return ("dunning",) if self.dunned and self.row.stage != "reminder" else ("reminder",)

    @property
    def unknown_items(self) -> pd.DataFrame:
        """Return the overdue debts whose invoice nobody knows: a payment that came back, an entry of the bank."""
        return self.overdue_items[self.overdue_items.billed.isna()]

    @property
    def dunned(self) -> list[date]:
        """Return the days of the reminders recorded since the oldest of these debts fell due, in order."""
        since = pd.to_datetime(self.overdue_items.due_date).min()
        sent = self.reminders[
            self.reminders["type"].isin(("mail", "call"))
            & (self.reminders["date"] > since)
            & pd.Series(
                [is_reminder(cause) for cause in self.reminders.cause],
                index=self.reminders.index,
                dtype=bool,
            )
        ]
        return sorted({day.date() for day in sent["date"]})

    @property
    def invoices_late(self) -> int:
        """Return the number of invoices that bear the fixed indemnity."""
        return int(self.indemnity / regulation.indemnity())

    @property
    def lapses(self) -> date | None:
        """Return the day after which the oldest debt may be lost, unless something stopped the clock; None abroad.

        Five years from its due date (C. com. L110-4); for the State, towns and public establishments, the end of the
        fourth year after that of the invoice (law 68-1250).
        """
        if self.buyer == FOREIGN or self.overdue_items.empty:
            return None
        if self.buyer in FOUR_YEARS:
            dates = self.overdue_items["date"].fillna(self.overdue_items.due_date)
            return date(pd.to_datetime(dates).min().year + 4, 12, 31)
        due = pd.to_datetime(self.overdue_items.due_date).min()
        return (due + pd.DateOffset(years=5)).date()


def owed(debts: pd.DataFrame) -> Decimal:
    """Return what is open of some debts, in euros."""
    return Decimal(int(debts.open.sum())).scaleb(-2)


def interest(debts: pd.DataFrame) -> Decimal | None:
    """Return the interest of some debts in euros, None where no rate is known."""
    if debts.penalty.isna().any():
        return None
    return sum((value for value in debts.penalty), Decimal(0))


def indemnity(debts: pd.DataFrame) -> Decimal:
    """Return the fixed indemnity of some debts in euros, an invoice once; a slip of cents bears none."""
    late = debts[debts.billed.notna() & ~debts.is_slip]
    invoices = set(zip(late.invoice_id.fillna(late.item_id), late.billed, strict=True))
    return recovery_indemnity(len(invoices), amount=regulation.indemnity())


@once
def recovery_cases(portfolio: Portfolio) -> list[Case]:
    """Return the cases to file, the most urgent first, as many as ``thresholds.recovery.cases``."""
    found = recovery_clients(portfolio)
    if found.reason is not None or found.clients.empty:
        return []
    doubtful = found.clients.index.isin(found.doubts.customer_id) & (found.clients.overdue > 0)
    claimed = found.clients[found.clients.stage.isin(CLAIMED) | doubtful]
    table = claimed.head(portfolio.thresholds.recovery.cases)
    if table.empty:
        return []
    asked = {"customers": list(table.index), "day": portfolio.as_of}
    items = portfolio.ledger.frame(engine.ITEMS, asked)
    day = pd.Timestamp(portfolio.as_of)
    items["disputed"] = items.disputed.astype(bool)
    items["is_overdue"] = pd.to_datetime(items.due_date) < day
    items["days_late"] = (day - pd.to_datetime(items.due_date)).dt.days.clip(lower=0)
    items["is_slip"] = slips(items, portfolio.thresholds.recovery.rounding)
    buyers = kinds_of_buyers(portfolio)
    statement = _interest(portfolio, items, buyers, asked)
    dues = portfolio.ledger.frame(engine.INSTALMENTS, asked)
    account = portfolio.ledger.frame(engine.STATEMENT, asked)
    account["balance"] = account.groupby("customer_id").amount.cumsum()
    paid = pd.DataFrame(
        columns=["payment_id", "customer_id", "invoice_id", "date", "method", "kind", "amount"]
    )
    if portfolio.has(PAYMENTS):
        since = shifted(rolling(portfolio.as_of).end, -12 * YEARS_TOLD)
        paid = portfolio.ledger.frame(engine.PAYMENTS, asked | {"since": since})
    talks, claims = reminders(portfolio), open_claims(portfolio)
    sheet = portfolio.table("customers").drop_duplicates("customer_id").set_index("customer_id")
    cases = [
        Case(
            customer_id=str(id), name=str(table.name[id]), place=place, row=table.loc[id],
            items=items[items.customer_id == id], payments=paid[paid.customer_id == id],
            reminders=talks[talks.customer_id == id],
            statement=statement[statement["item"].isin(items.index[items.customer_id == id])],
            account=account[account.customer_id == id], doubts=found.doubts[found.doubts.customer_id == id],
            instalments=_of_invoices(dues[dues.customer_id == id], items[items.customer_id == id]),
            buyer=str(buyers.get(id, PRIVATE)), attributes=_attributes(sheet, str(id)),
            noticed_from=portfolio.thresholds.recovery.stages[2], open_claims=int(claims.get(id, 0)),
        )
        for place, id in enumerate(table.index, 1)
    ]  # fmt: skip
    whole = payment_terms(portfolio).penalties
    return [replace(case, settled=_settled(case, whole)) for case in cases]


def _interest(
    portfolio: Portfolio, items: pd.DataFrame, buyers: pd.Series, asked: dict[str, Any]
) -> pd.DataFrame:
    """Give ``items`` their ``penalty`` at D, late part-payments of N included, and return how it is computed."""
    late = items[items.is_overdue & ~items.disputed]
    claims = late[["customer_id", "due_date"]].assign(
        amount=late.open, end_date=pd.Timestamp(portfolio.as_of), item=late.index
    )
    if no_payments(portfolio) is None and len(late):
        year = year_of(portfolio)
        parts = portfolio.ledger.frame(engine.PAID_LATE, asked | {"start": year.start, "end": year.end})
        keys = late.assign(item=late.index).sort_values("due_date", kind="stable")
        bill = ["customer_id", "invoice_id", "billed"]  # a number may come back
        first = keys.drop_duplicates(bill)[[*bill, "item"]]
        parts = parts.merge(first[first.invoice_id.notna()], on=bill)
        parts = parts.rename(columns={"paid_date": "end_date"})[list(claims)]
        claims = (
            pd.concat([claims, parts], ignore_index=True) if len(parts) else claims.reset_index(drop=True)
        )
    claims = claims.sort_values(["item", "due_date", "end_date"], kind="stable", ignore_index=True)
    exact = claims_penalties(portfolio, claims, buyers)
    cents = [rounded_euros(value) if isinstance(value, Fraction) else None for value in exact]
    claims["euros"] = pd.Series(cents, index=claims.index, dtype=object)
    penalty = {
        item: None if group.isna().any() else sum(group) for item, group in claims.groupby("item").euros
    }
    items["penalty"] = pd.Series([penalty.get(item) for item in items.index], index=items.index, dtype=object)
    statement = calculations(portfolio, claims, buyers)
    return statement.assign(
        item=claims["item"].reindex(statement.claim).to_numpy(),
        base=claims.amount.reindex(statement.claim).to_numpy(),
    ).sort_values(["claim", "from_day"], kind="stable", ignore_index=True)


def _of_invoices(dues: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Keep the instalments of the invoices of a case, settled ones included."""
    return dues[dues.invoice_id.isin(set(items.invoice_id.fillna(items.item_id)))]


def _settled(case: Case, whole: pd.DataFrame) -> Settled | None:
    """Return what late payments of other invoices cost: all that the client owes for lateness, less this case."""
    if len(case.doubts) or case.customer_id not in whole.index or case.penalties is None:
        return None
    row: Any = whole.loc[case.customer_id]
    cents = case.overdue_items[case.overdue_items.is_slip & case.overdue_items.billed.notna()]
    slipped = len(set(zip(cents.invoice_id.fillna(cents.item_id), cents.billed, strict=True)))
    invoices = int(row.late_invoices) - case.invoices_late - slipped
    if invoices <= 0 or pd.isna(row.penalty):
        return None
    return Settled(Decimal(str(row.penalty)) - case.penalties, invoices)


def is_reminder(cause: object) -> bool:
    """Tell whether an exchange asked for a payment: a follow-up of a quote or a product recall did not."""
    if not isinstance(cause, str):
        return False
    words = activity_code(cause)
    return bool(REMINDER.search(words)) and not NO_REMINDER.search(words)


def _attributes(sheet: pd.DataFrame, id: str) -> dict[str, str]:
    if id not in sheet.index:
        return {}
    row = sheet.loc[id]
    return {
        name: str(row[name])
        for name in ("siren", "country", "salesperson", "address")
        if isinstance(row.get(name), str)
    }
