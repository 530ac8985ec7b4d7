"""Recovery: which debts to claim first, the step that is due, and the file of each case (E06, E07).

Floor 5. A case is a client with overdue debts that it does not dispute, beyond the credits nobody matched yet. The list
follows rules of the parameters (``thresholds.recovery``); a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from capclient import regulation
from capclient.engine import payments as engine
from capclient.indicators.penalties import recovery_indemnity, rounded_euros
from capclient.indicators.recovery import CLAIMED
from capclient.periods import rolling, shifted
from capclient.portfolio import Portfolio
from capclient.themes.accounts import PAYMENTS, tables
from capclient.themes.once import once
from capclient.themes.payment_terms import claims_penalties, kinds_of_buyers
from capclient.themes.recovery_list import recovery_clients, reminders

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
        late = firm[firm.kind != "reject"]
        invoices = set(zip(late.invoice_id.fillna(late.item_id), late.date, strict=True))
        return recovery_indemnity(len(invoices), amount=regulation.indemnity())

    @property
    def is_estimated(self) -> bool:
        """Tell whether a due date was computed rather than read."""
        return bool(self.overdue_items.is_estimated.any())


@once
def recovery_cases(portfolio: Portfolio) -> list[Case]:
    """Return the cases to file, the most urgent first, as many as ``thresholds.recovery.cases``."""
    found = recovery_clients(portfolio)
    if found.reason is not None or found.clients.empty:
        return []
    claimed = found.clients[found.clients.stage.isin(CLAIMED)]
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
    exact = claims_penalties(portfolio, claims, kinds_of_buyers(portfolio)).reindex(items.index)
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
            reminders=talks[talks.customer_id == id], attributes=_attributes(sheet, str(id)),
        )
        for place, id in enumerate(table.index, 1)
    ]  # fmt: skip


def _attributes(sheet: pd.DataFrame, id: str) -> dict[str, str]:
    if id not in sheet.index:
        return {}
    row = sheet.loc[id]
    return {
        name: str(row[name]) for name in ("siren", "country", "salesperson") if isinstance(row[name], str)
    }
