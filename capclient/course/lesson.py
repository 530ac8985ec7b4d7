"""What a lesson works on: the tables of one company up to the analysis date, as a student can hold them.

Floor 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from capclient.course.known import booked, known
from capclient.engine.bounces import PAIRS
from capclient.errors import LedgerError
from capclient.indicators.cost_to_serve import shares_of_periods
from capclient.periods import Period
from capclient.portfolio import Portfolio
from capclient.themes import Findings
from capclient.vocabulary import Unknown, finding_specs
from capclient.wording import text

LINES = [
    "invoice_id", "doc_type", "order_id", "customer_id", "invoice_date", "product", "family", "qty", "unit_price",
    "amount_ht", "cost", "salesperson",
]  # fmt: skip
CLIENTS = ["name", "group_id", "segment", "sector", "region", "salesperson"]
# what reading makes, and of what
MADE = dict.fromkeys(("positions", "settlements", "receipts"), "receivable_items")
RECEIPTS = f"""{PAIRS}
SELECT customer_id, invoice_id, due_date, paid_date, amount::DOUBLE AS amount, method FROM pair
WHERE credit_kind = 'payment' ORDER BY ALL"""


def is_given(portfolio: Portfolio, table: str) -> bool:
    """Tell whether the company gave a canonical table, or all that it is made of."""
    return portfolio.has_lines if table == "invoice_lines" else portfolio.has(table)


def missing(table: str) -> LedgerError:
    """Return what is said of a canonical table that the company did not give."""
    return LedgerError("course.missing_table", table=table, named=text(f"crm.table.{table}"))


@dataclass(frozen=True)
class Lesson:
    """One company at one date, for one lesson.

    Parameters
    ----------
    name
        Name of the lesson, that of its module in ``capclient.course.lessons``.
    lang
        Language of what is said to the student: ``fr`` or ``en``.
    """

    name: str
    portfolio: Portfolio
    findings: Findings
    lang: str

    @property
    def day(self) -> pd.Timestamp:
        """The analysis date D."""
        return pd.Timestamp(self.portfolio.as_of)

    @property
    def years(self) -> dict[str, Period]:
        """The three years that end with D, by name: ``N``, ``N-1``, ``N-2``."""
        at = self.portfolio.windows
        return {"N": at.n, "N-1": at.n1, "N-2": at.n2}

    @cached_property
    def clients(self) -> pd.DataFrame:
        """One row a client, by code: its name and what its sheet says; pooled codes are no clients."""
        frame = self.portfolio.customers
        return frame.loc[~frame.is_pool, CLIENTS]

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Invoice lines up to D, amounts in euros without VAT, credit notes negative; deposits are no sales.

        Beside the columns of the ledger: ``year`` (``N``, ``N-1``, ``N-2`` or missing; by the day on which the line was
        booked, where the ledger tells it) and ``is_client`` (false for sales without client and for pooled codes such
        as counter sales).
        """
        rows = self.table("invoice_lines")
        total = rows.groupby(["customer_id", "invoice_id", "invoice_date"], dropna=False).amount_ht.transform(
            "sum"
        )
        kind = rows.doc_type.fillna((total < 0).map({True: "credit_note", False: "invoice"}))
        day = booked(rows)
        year = pd.Series(pd.NA, index=rows.index, dtype="str")
        for name, period in self.years.items():
            year = year.mask(day.between(pd.Timestamp(period.start), pd.Timestamp(period.end)), name)
        rows = rows[LINES].assign(
            doc_type=kind, year=year, is_client=rows.customer_id.isin(self.clients.index)
        )
        return rows[kind != "deposit"].reset_index(drop=True)

    def table(self, name: str) -> pd.DataFrame:
        """Return what was known of a table on the analysis date: neither later rows nor what was told of them later.

        Parameters
        ----------
        name
            A canonical table (``payments``, ``interactions``, ``customers`` ...), or one that reading makes of them:
            ``positions`` (what clients owe), ``settlements`` (what paid it) and ``receipts`` (the payments among them,
            without those that bounced, each with the due date of its invoice). The sheet ``cost_to_serve`` bears
            ``share``: the part of the period of each row that lies in year N, 1 without a period, missing where
            nobody can read it.

        Raises
        ------
        LedgerError
            If the company did not give it.
        """
        source = MADE.get(name, name)
        if not is_given(self.portfolio, source):
            raise missing(source)
        if name == "receipts":
            return self.portfolio.ledger.frame(RECEIPTS, {"day": self.day.date()})
        rows = known(name, self.portfolio.ledger.table(name), self.day)
        if name == "cost_to_serve":
            year = self.years["N"]
            return rows.assign(share=shares_of_periods(rows.period, year.start, year.end))
        return rows

    def finding(self, id: str) -> float | str | Unknown:
        """Return the value of a finding of the report, or why it is unknown."""
        found = self.findings[id]
        return Unknown(found.reason or "not_applicable") if found.value is None else found.value

    def unit(self, id: str) -> str:
        """Return the unit of a finding of the report."""
        return finding_specs()[id].unit
