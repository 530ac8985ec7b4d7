"""What time it is for a company: the analysis date D, the years around it, and what the data cover.

Floor 3. Source: section 0.2 of the dictionary.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from capclient.engine import operations
from capclient.errors import LedgerError, listed
from capclient.periods import (
    Coverage,
    Period,
    Windows,
    clipped,
    fiscal_year,
    last_complete_month,
    principal_days,
    rolling,
    windows,
)
from capclient.vocabulary import Unknown

if TYPE_CHECKING:
    from capclient.engine.duckdb import Ledger
    from capclient.params import Params
    from capclient.store import Store


class Dated:
    """The half of a :class:`~capclient.portfolio.Portfolio` that knows dates."""

    params: Params
    store: Store
    asked_as_of: date | None

    if TYPE_CHECKING:

        @property
        def has_lines(self) -> bool:
            """Tell whether the company gave a ledger."""

        @cached_property
        def ledger(self) -> Ledger:
            """The canonical tables as the engine sees them."""

    @cached_property
    def _principal_days(self) -> tuple[date, date, int]:
        return principal_days([day.date() for day in self._days.day])

    @property
    def _days(self) -> pd.DataFrame:
        """``day``, ``revenue`` (whole cents) and ``bought`` (an invoice) of each day of the ledger, ascending."""
        return self.ledger.once(operations.DAYS)

    @property
    def extent(self) -> tuple[date, date]:
        """First and last invoice day of the ledger; a few days a year away from all others are left out."""
        return self._principal_days[:2]

    @property
    def stray_days(self) -> int:
        """Invoice days that the extent leaves out: most likely mistyped dates."""
        return self._principal_days[2]

    @cached_property
    def grain(self) -> str:
        """How finely the ledger is dated: ``day``, or ``month`` or ``year`` when it is a table of such columns."""
        codes = {code for _, code, _ in self.store.report["notes"]}
        return "year" if "readers.wide_year" in codes else "month" if "readers.wide_month" in codes else "day"

    @property
    def no_days(self) -> Unknown | None:
        """Why the days of purchases are not known, None when they are: totals of a year say nothing of rhythm."""
        if not self.has_lines:
            return Unknown("missing:invoice_lines")
        return Unknown("unreliable:yearly") if self.grain == "year" else None

    @cached_property
    def as_of(self) -> date:
        """The analysis date D: asked, else from the parameters, else the last complete month of data."""
        if self.asked_as_of or self.params.period.as_of:
            return self.asked_as_of or self.params.period.as_of  # type: ignore[return-value]
        if not self.has_lines:
            return self.totals_period.end
        first, last = self.extent
        covered_to = self.params.period.covered_to or self._told_cover[1]
        month_end = last_complete_month(covered_to or last, 0 if covered_to else self._tolerance(last))
        return month_end if month_end >= first else last  # less than a month of data

    @property
    def totals_period(self) -> Period:
        """The one period that client totals describe."""
        totals: dict[str, str] = self.store.report["totals"]
        return Period(date.fromisoformat(totals["start"]), date.fromisoformat(totals["end"]))

    def refuse_other_years(self) -> None:
        """Refuse fiscal years that are not those of the accounts, or that accounts of unequal length cannot give.

        Raises
        ------
        LedgerError
            If ``basis: fiscal`` and ``fiscal_year_end`` is no closing date of the accounts, or one lasts not a year.
        """
        accounts = self.store.report.get("books", {}).get("fec")
        if self.params.period.basis != "fiscal" or not accounts:
            return
        years = [(date.fromisoformat(year["start"]), date.fromisoformat(year["end"]))
                 for year in accounts["facts"]["years"]]  # fmt: skip
        closings = sorted({f"{end:%m-%d}" for _, end in years})
        if any(end != fiscal_year(end, self.params.period.year_end).end for _, end in years):
            raise LedgerError(
                "ledger.other_year_end", given=self.params.period.fiscal_year_end, closings=listed(closings)
            )
        odd = [end.isoformat() for start, end in years[1:] if not 360 <= (end - start).days <= 370]
        if odd:
            raise LedgerError("ledger.unequal_years", years=listed(odd))

    @cached_property
    def windows(self) -> Windows:
        """The years N, N-1, N-2 and the half-years, at D."""
        period = self.params.period
        return windows(self.as_of, basis=period.basis, year_end=period.year_end)

    @cached_property
    def coverage(self) -> Coverage:
        """The days the data cover; the tolerance is the longest silence of the last twelve months (0.2)."""
        first, last = self.extent
        period = self.params.period
        tolerance = self._tolerance(min(last, self.as_of))
        told_first, told_last = self._told_cover
        if told_first and not told_last:  # a table of months, maybe beside daily files
            told_first = min(told_first, first)
        return Coverage(
            period.covered_from or told_first or first, period.covered_to or told_last or last, tolerance
        )

    @property
    def _told_cover(self) -> tuple[date | None, date | None]:
        """First and last day that the source itself covers whole: accounts cover their fiscal years (0.2)."""
        told = self.store.report.get("covered") or [None, None]
        first, last = (date.fromisoformat(day) if day else None for day in told)
        return first, last

    def _tolerance(self, day: date) -> int:
        """Days by which data may miss the end of a period: their longest silence in the year to a day (0.2)."""
        days = self._days.day.to_numpy("datetime64[D]")[self._days.bought.to_numpy("bool")]
        known = days[days <= np.datetime64(day)]
        gaps = np.diff(known)[known[1:] > np.datetime64(clipped(day, -12))]
        return max(5, int(gaps.max().astype("int64")) if len(gaps) else 0)

    def is_complete(self, period: Period) -> bool:
        """Tell whether the data cover a period."""
        return self.has_lines and self.coverage.is_complete(period)

    @property
    def data_end(self) -> date:
        """The day recency is measured to: D, or the end of the data when they stop well before D (8)."""
        last = self.coverage.last
        return self.as_of if last + timedelta(days=self.coverage.tolerance_days) >= self.as_of else last

    def years_back(self, most: int = 5) -> list[Period]:
        """Return the complete years before D, oldest first, N last: the photographs of each client's weight."""
        period = self.params.period
        years = []
        for back in range(most):
            year = (
                fiscal_year(self.as_of, period.year_end, back=back)
                if period.basis == "fiscal"
                else rolling(self.as_of, back=12 * back)
            )
            if not self.is_complete(year):
                break
            years.append(year)
        return years[::-1]
