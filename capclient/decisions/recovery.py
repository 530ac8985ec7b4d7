"""Recovery: which debts to claim first, the step that is due, and the file of each case (E06, E07).

Floor 5. A case is a client with overdue debts that it does not dispute, beyond the credits nobody matched yet. The list
follows rules of the parameters (``thresholds.recovery``); a person decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from capclient import regulation
from capclient.engine import payments as engine
from capclient.indicators.penalties import recovery_indemnity, rounded_euros
from capclient.indicators.recovery import CLAIMED
from capclient.levels import activity_code
from capclient.periods import rolling, shifted
from capclient.portfolio import Portfolio
from capclient.themes.accounts import PAYMENTS, tables
from capclient.themes.once import once
from capclient.themes.payment_terms import FOREIGN, PRIVATE, calculations, claims_penalties, kinds_of_buyers
from capclient.themes.recovery_list import recovery_clients, reminders

REMINDER = re.compile(r"^(.* )?(relance|rappel|reminder|dunning|mise en demeure)")
NO_REMINDER = re.compile(r"devis|commercial|offre|produit|quote|product")
FOUR_YEARS = ("state", "hospital")
YEARS_TOLD = 3  # of payments, in the file of a case


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
    statement: pd.DataFrame  # of interest: claim (label of its item), from_day, to_day, days, rate, penalty
    account: pd.DataFrame  # every piece up to D: amount (signed) and balance, in cents
    doubts: pd.DataFrame  # other codes that may have paid these debts
    buyer: str = PRIVATE
    attributes: dict[str, str] = field(default_factory=dict)  # siren, country, salesperson ...

    @property
    def overdue_items(self) -> pd.DataFrame:
        """Return the debts to claim: overdue and undisputed."""
        return self.items[self.items.is_overdue & ~self.items.disputed]

    @property
    def principal(self) -> Decimal:
        """Return what is overdue and undisputed, in euros."""
        return Decimal(int(self.overdue_items.open.sum())).scaleb(-2)

    @property
    def penalties(self) -> Decimal | None:
        """Return the interest of these debts at D in euros, None where no rate is known."""
        mine = self.overdue_items.penalty
        if mine.isna().any():
            return None
        return sum((value for value in mine), Decimal(0))

    @property
    def indemnity(self) -> Decimal:
        """Return the fixed indemnity of these invoices in euros: an invoice counts once, whatever its instalments."""
        firm = self.overdue_items
        late = firm[firm.billed.notna()]  # a payment that came back is a debt of its invoice
        invoices = set(zip(late.invoice_id.fillna(late.item_id), late.billed, strict=True))
        return recovery_indemnity(len(invoices), amount=regulation.indemnity())

    @property
    def is_estimated(self) -> bool:
        """Tell whether a due date was computed rather than read."""
        return bool(self.overdue_items.is_estimated.any())

    @property
    def letters(self) -> tuple[str, ...]:
        """Return the letter of the step that is due; none while the accounts of two codes are not matched.

        A due date that was computed puts nobody in default: a reminder goes first.
        """
        if self.row.stage not in CLAIMED or len(self.doubts):
            return ()
        formal = self.row.stage in ("formal_notice", "counsel") and not self.is_estimated
        return ("formal_notice",) if formal else ("reminder",)

    @property
    def dunned(self) -> list[date]:
        """Return the days of the reminders recorded since the oldest of these debts fell due, in order."""
        since = pd.to_datetime(self.overdue_items.due_date).min()
        sent = self.reminders[
            self.reminders["type"].isin(("mail", "call"))
            & (self.reminders["date"] > since)
            & pd.Series(
                [_is_reminder(cause) for cause in self.reminders.cause],
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
    items = portfolio.ledger.frame(engine.case_items(**tables(portfolio)), asked)
    day = pd.Timestamp(portfolio.as_of)
    items["disputed"] = items.disputed.astype(bool)
    items["is_overdue"] = pd.to_datetime(items.due_date) < day
    items["days_late"] = (day - pd.to_datetime(items.due_date)).dt.days.clip(lower=0)
    late = items[items.is_overdue & ~items.disputed]
    claims = late[["customer_id", "due_date"]].assign(amount=late.open, end_date=day)
    buyers = kinds_of_buyers(portfolio)
    exact = claims_penalties(portfolio, claims, buyers).reindex(items.index)
    statement = calculations(portfolio, claims, buyers)
    account = portfolio.ledger.frame(engine.statement(with_payments=portfolio.has(PAYMENTS)), asked)
    account["balance"] = account.groupby("customer_id").amount.cumsum()
    items["penalty"] = pd.Series(
        [rounded_euros(value) if isinstance(value, Fraction) else None for value in exact],
        index=items.index,
        dtype=object,
    )
    paid = pd.DataFrame(columns=["payment_id", "customer_id", "invoice_id", "date", "kind", "amount"])
    if portfolio.has(PAYMENTS):
        since = shifted(rolling(portfolio.as_of).end, -12 * YEARS_TOLD)
        paid = portfolio.ledger.frame(engine.CASE_PAYMENTS, asked | {"since": since})
    talks = reminders(portfolio)
    sheet = portfolio.table("customers").drop_duplicates("customer_id").set_index("customer_id")
    return [
        Case(
            customer_id=str(id), name=str(table.name[id]), place=place, row=table.loc[id],
            items=items[items.customer_id == id], payments=paid[paid.customer_id == id],
            reminders=talks[talks.customer_id == id],
            statement=statement[statement.claim.isin(items.index[items.customer_id == id])],
            account=account[account.customer_id == id], doubts=found.doubts[found.doubts.customer_id == id],
            buyer=str(buyers.get(id, PRIVATE)), attributes=_attributes(sheet, str(id)),
        )
        for place, id in enumerate(table.index, 1)
    ]  # fmt: skip


def _is_reminder(cause: object) -> bool:
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
        name: str(row[name]) for name in ("siren", "country", "salesperson") if isinstance(row[name], str)
    }
