"""The object an analyst holds: the periods, the settings and the summaries of one company.

Floor 3. A portfolio is a view at one date D: ``portfolio.at(date)`` is the same company seen on another day,
from the documents dated on or before it and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from capclient import frames, schema, summaries
from capclient.dated import Dated
from capclient.engine import operations
from capclient.engine.duckdb import Ledger
from capclient.errors import LedgerError
from capclient.ingest import ingest
from capclient.ingest.rejects import refuse_unsound
from capclient.params import Params, make_params, read_params
from capclient.periods import Period, shifted
from capclient.readers.sql_text import written
from capclient.store import Store, pinned
from capclient.summaries import euros
from capclient.thresholds import Thresholds

MADE = ("customer_days", "customer_totals", "positions", "settlements")  # by ingest, beside what is canonical


@dataclass(frozen=True)
class Portfolio(Dated):
    """One company at one date.

    Use :func:`capclient.open` for a YAML, :meth:`from_frames` for DataFrames in hand.
    """

    params: Params
    store: Store
    asked_as_of: date | None = None
    kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)  # themes already computed
    opened: Ledger | None = field(
        default=None, repr=False, compare=False
    )  # by the same company at another date

    # ---- making one -------------------------------------------------------------------------------

    @classmethod
    def open(cls, path: str | Path, *, as_of: date | None = None, force: bool = False) -> Portfolio:
        """Read the parameters of a company, ingest its sources if they changed, and return its portfolio.

        Raises
        ------
        ParamsError, SourceError, LedgerError
            With what, where and what to do.
        """
        return cls.of(read_params(Path(path)), as_of=as_of, force=force)

    @classmethod
    def in_batch(cls, path: str | Path, *, as_of: date | None = None) -> Portfolio:
        """Return the portfolio of a notebook: of the store that the batch read, when a batch runs it."""
        params = read_params(Path(path))
        return cls._checked(params, pinned(params) or ingest(params), as_of)

    @classmethod
    def of(cls, params: Params, *, as_of: date | None = None, force: bool = False) -> Portfolio:
        """Return the portfolio of parameters already read, once its data are good enough to analyse."""
        return cls._checked(params, ingest(params, force=force), as_of)

    @classmethod
    def _checked(cls, params: Params, store: Store, as_of: date | None) -> Portfolio:
        portfolio = cls(params, store, as_of)
        portfolio.check()
        return portfolio

    @classmethod
    def from_frames(
        cls,
        invoice_lines: pd.DataFrame | None = None,
        *,
        as_of: date | None = None,
        company: str = "portefeuille",
        thresholds: dict[str, Any] | None = None,
        **tables: pd.DataFrame,
    ) -> Portfolio:
        """Return the portfolio of DataFrames in hand, through the same ingest as files.

        Parameters
        ----------
        invoice_lines
            The ledger, with canonical column names.
        tables
            Other canonical tables by name (``customers``, ``contracts`` ...), or ``customer_totals``.

        Examples
        --------
        >>> lines = pd.DataFrame({"invoice_id": ["F1"], "customer_id": ["C1"],
        ...                       "invoice_date": ["2025-03-31"], "amount_ht": ["100.00"]})
        >>> float(Portfolio.from_frames(invoice_lines=lines, as_of=date(2025, 3, 31)).customers.revenue_n.sum())
        100.0
        """
        if invoice_lines is not None:
            tables["invoice_lines"] = invoice_lines
        folder = frames.written(tables)
        content: dict[str, Any] = {
            "company": {"id": company},
            "sources": {name: f"{name}.parquet" for name in tables},
        }
        if thresholds:
            content["thresholds"] = thresholds
        return cls.of(make_params(content, folder=folder, where="from_frames"), as_of=as_of)

    def at(self, as_of: date) -> Portfolio:
        """Return the same company seen at another date."""
        return Portfolio(self.params, self.store, as_of, opened=self.ledger)

    # ---- what is there ----------------------------------------------------------------------------

    @property
    def has_lines(self) -> bool:
        """Tell whether the company gave a ledger (and not client totals only)."""
        return "lines" in self.store.report

    @property
    def origin(self) -> str:
        """The book that gives the invoice lines (``fec``, ``einvoices``, ``database``), empty for a file of sales."""
        return self.store.report.get("origin", "")

    @property
    def books(self) -> dict[str, dict[str, Any]]:
        """What each book says of itself: ``limits`` (codes and facts), ``covered``, ``facts``."""
        return self.store.report.get("books", {})

    def has(self, table: str) -> bool:
        """Tell whether a canonical table was given, or made by ingest (customers' accounts)."""
        made: list[str] = self.store.report.get("receivables", {}).get("made", [])
        return table in self.store.report["tables"] or table in made

    @property
    def quality(self) -> dict[str, Any]:
        """Totals of ingest: lines and amounts in, kept, rejected, and what looked odd."""
        return self.store.report.get("quality", {})

    @property
    def reconciliations(self) -> list[dict[str, Any]]:
        """What must be equal, with computed and expected values and a status."""
        return self.store.report.get("reconciliations", [])

    @property
    def thresholds(self) -> Thresholds:
        """Thresholds of the company."""
        return self.params.thresholds

    @property
    def currency(self) -> str:
        """Currency of every amount."""
        return self.params.company.currency

    @property
    def periodic_customers(self) -> list[str]:
        """Clients under periodic invoices, by the codes of the store: pseudonyms, where those are wanted."""
        return list(self.store.report.get("periodic", self.params.credit.periodic_customers))

    @cached_property
    def ledger(self) -> Ledger:
        """The canonical tables as the engine sees them: they hold every date."""
        if self.opened is not None:
            return self.opened
        folder = written(self.store.folder)[1:-1]  # without its quotes: file names follow
        relations = {name: f"read_parquet('{folder}/{name}.parquet')" for name in (*schema.TABLES, *MADE)}
        lines = str(self.store.report.get("lines", ""))
        relations["invoice_lines"] = lines.replace("{folder}", folder)
        relations["booked_lines"] = str(self.store.report.get("booked_lines", lines)).replace(
            "{folder}", folder
        )
        return Ledger(relations)

    def check(self) -> None:
        """Refuse data that would give wrong numbers.

        Raises
        ------
        LedgerError
            If no line is usable, more lines (or amounts) were rejected than the company's threshold, or the
            ledger begins after D.
        """
        if self.has_lines:
            self.refuse_other_years()
            refuse_unsound(self.quality, most=self.thresholds.quality.max_rejected_share)
            if self.as_of < self.extent[0]:
                raise LedgerError("ledger.no_date_before", as_of=self.as_of, first=self.extent[0])

    # ---- summaries --------------------------------------------------------------------------------

    @cached_property
    def customers(self) -> pd.DataFrame:
        """One row per identified client of the ledger on or before D (columns: see ``CONTRIBUTING.md``)."""
        return summaries.customers(self) if self.has_lines else summaries.customer_totals(self)

    @cached_property
    def months(self) -> pd.DataFrame:
        """Revenue and orders per client and month up to D; ``customer_id`` is missing for unassigned revenue."""
        frame = self.ledger.frame(operations.MONTHS, [self.as_of])
        return frame.assign(revenue=euros(frame.revenue), month=frame.month.astype("datetime64[ns]"))

    def revenue(self, period: Period) -> pd.Series:
        """Revenue per identified client over a period, in euros, for every client of :attr:`customers`."""
        known: dict[Period, pd.Series] = self.kept.setdefault("revenue", {})
        if period not in known:
            frame = self.ledger.frame(operations.PERIOD_REVENUE, [period.start, period.end])
            named = frame.dropna(subset="customer_id").set_index("customer_id").revenue
            known[period] = euros(named.reindex(self.customers.index, fill_value=0)).rename("revenue")
        return known[period].copy(deep=False)  # pandas copies on write

    def total_revenue(self, period: Period) -> float:
        """Revenue of a period in euros, unassigned revenue included."""
        days, reached = self._running_revenue
        first = days.searchsorted(np.datetime64(period.start), side="left")
        after = days.searchsorted(np.datetime64(period.end), side="right")
        return float(reached[max(after, first)] - reached[first]) / 100

    @cached_property
    def _running_revenue(self) -> tuple[np.ndarray, np.ndarray]:
        """Days of the ledger, and the cents earned before each of them and in all."""
        days = self._days
        cents = days.revenue.to_numpy("int64")
        return days.day.to_numpy("datetime64[D]"), np.concatenate([[0], cents.cumsum()])

    def table(self, name: str) -> pd.DataFrame:
        """Return a small canonical table as a frame; empty when it was not given."""
        if not self.has(name):
            return pd.DataFrame(columns=list(schema.TABLES[name].names))
        return self.ledger.table(name)

    def earlier(self, months: int = 12) -> Portfolio:
        """Return the company as it stood ``months`` before D."""
        return self.at(shifted(self.as_of, -months))
