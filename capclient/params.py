"""The YAML of a company: what to read, for which date, with which thresholds.

Floor 1. Every scalar is read as text and typed afterwards, so that ``siren: 005520135``, ``NO`` and
``01.11`` survive; an unknown key is an error that names it, its path and the nearest valid key.
"""

from __future__ import annotations

import os
import re
from calendar import monthrange
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from capclient.bounds import (
    Amount,
    Capacity,
    Cost,
    Day,
    Rate,
    Seconds,
    Share,
    Texts,
    as_list,
    form,
    mapped,
    refusal,
    trimmed,
)
from capclient.errors import ParamsError, listed
from capclient.levels import activity_code
from capclient.params_errors import explained
from capclient.params_grid import GridParams
from capclient.params_privacy import PrivacyParams
from capclient.params_promises import Lever, Promise, SatisfactionParams, unlike
from capclient.params_rules import CreditParams, Filter, Identity
from capclient.params_score import ScoreParams
from capclient.params_sectors import with_sector
from capclient.params_sources import BOOKS, Model, TableSource, table_source
from capclient.schema import TABLES, TOTALS
from capclient.thresholds import Thresholds
from capclient.yaml_text import read_yaml

COMPANY_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
Format = Literal["html", "xlsx"]
FORMATS: tuple[str, ...] = get_args(Format)
SOURCE_TABLES = (*TABLES, TOTALS.name, *BOOKS)
LEAP_YEAR = 2000
TERM = r"(?i)[0-9]{1,3}( ?(j|jours|d|days))?( ?(fdm|fin de mois|end of month))?"


class Company(Model):
    """Who the report is about."""

    id: str
    name: str = ""
    siren: str = ""
    address: str = ""  # printed on letters, like the person who signs them; blanks stand for what is not told
    signatory: str = ""
    sector: str = ""
    group: bool = False  # several companies in one portfolio are meant
    currency: Annotated[str, form(r"[A-Z]{3}", "EUR", "USD")] = "EUR"
    language: Literal["fr", "en"] = "fr"

    @field_validator("id")
    @classmethod
    def _safe(cls, value: str) -> str:
        if not COMPANY_ID.fullmatch(value):
            raise refusal("company_id", value=repr(value))
        return value


class PeriodParams(Model):
    """Analysis date and years; ``covered_*`` say what the data cover when dates alone cannot tell."""

    as_of: Day | None = None
    basis: Literal["rolling", "fiscal"] = "rolling"
    fiscal_year_end: Annotated[str, form(r"[0-9]{2}-[0-9]{2}", "12-31", "06-30")] = "12-31"
    covered_from: Day | None = None
    covered_to: Day | None = None
    previous: Day | None = (
        None  # day of the report before: what changed since; that of the last plan when empty
    )
    restate: bool = False  # count a credit note on the day of the invoice that it corrects (0.4)

    @field_validator("fiscal_year_end")
    @classmethod
    def _exists(cls, value: str) -> str:
        month, day = map(int, value.split("-"))
        if not 1 <= month <= 12 or not 1 <= day <= monthrange(LEAP_YEAR, month)[1]:
            raise refusal("no_such_day")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.covered_from and self.covered_to and self.covered_from >= self.covered_to:
            raise refusal("order", first="covered_from", last="covered_to")
        return self

    @property
    def year_end(self) -> tuple[int, int]:
        """Month and day of the end of the fiscal year."""
        month, day = self.fiscal_year_end.split("-")
        return int(month), int(day)


class CostPool(Model):
    """What an activity costs in a year, and how much of it can be done in practice in that year (4.3)."""

    amount: Cost
    capacity: Capacity


class Economics(Model):
    """Figures no ledger holds: they feed the stress test (1.9), the cost to serve and the cover of fixed costs (4)."""

    fixed_costs: Amount | None = None
    variable_cost_rate: Share | None = None
    cost_pools: dict[str, CostPool] = {}  # by activity: visit, call, order, delivery ...
    credit_rate: Share | None = None  # yearly cost of the money that clients owe
    prospecting_cost: Cost | None = None  # of N: what winning clients costs (12.4)
    retention_cost: Cost | None = None  # of N: what keeping them costs

    @field_validator("cost_pools")
    @classmethod
    def _activities(cls, value: dict[str, CostPool]) -> dict[str, CostPool]:
        return mapped(value, key=lambda name: activity_code(trimmed(name)), value=lambda pool: pool)


class ActivitiesParams(Model):
    """The activities the company began with: the revenue of the others is diversification (12.6)."""

    initial: Texts = []


class ReceivablesParams(Model):
    """When an invoice is due where nothing says so, and how far receipts are matched to invoices (C.7, C.8)."""

    default_term: Annotated[str, form(TERM, "30", "60", "45 FDM")] = "30"
    customer_terms: dict[str, Annotated[str, form(TERM, "30", "60", "45 FDM")]] = {}
    matching: Literal["letters", "amount", "sum", "fifo"] = "amount"
    vat_rate: Share | None = None  # of lines that say neither their VAT nor their amount including it


class AccountingParams(Model):
    """What the files of accounts do not say of themselves (A.2, C.2, R13)."""

    opening_journals: Texts = []
    closings: dict[str, Day] = {}  # by file name, where the name lies or says nothing
    declared_revenue: dict[Day, Amount] = {}  # of the tax return, by closing date


class ReportParams(Model):
    """Which chapters, in which formats; ``own_chapters`` are notebooks of the user, run after ours."""

    chapters: Annotated[list[str], BeforeValidator(as_list)] = ["all"]
    formats: Annotated[list[Format], BeforeValidator(as_list)] = ["html"]
    own_chapters: Annotated[list[str], BeforeValidator(as_list)] = []
    cell_timeout_seconds: Seconds = 600


class Params(Model):
    """The parameters of one company."""

    company: Company
    period: PeriodParams = PeriodParams()
    sources: dict[str, TableSource]
    filters: list[Filter] = []
    identity: Identity = Identity()
    exchange_rates: dict[str, Rate] = {}
    economics: Economics = Economics()
    activities: ActivitiesParams = ActivitiesParams()
    receivables: ReceivablesParams = ReceivablesParams()
    credit: CreditParams = CreditParams()
    accounting: AccountingParams = AccountingParams()
    satisfaction: SatisfactionParams = SatisfactionParams()
    promises: Annotated[list[Promise], AfterValidator(unlike)] = []
    levers: Annotated[list[Lever], AfterValidator(unlike)] = []
    score: ScoreParams = ScoreParams()
    grid: GridParams = GridParams()
    privacy: PrivacyParams = PrivacyParams()
    report: ReportParams = ReportParams()
    thresholds: Thresholds = Thresholds()
    _folder: Path = PrivateAttr(default=Path())

    @property
    def folder(self) -> Path:
        """Where the YAML stands: paths start there."""
        return self._folder

    @field_validator("exchange_rates")
    @classmethod
    def _currencies(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        return mapped(value, key=_currency, value=lambda rate: rate)

    @field_validator("sources", mode="before")
    @classmethod
    def _normalised(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise refusal("not_keys")
        for name in value:
            if name not in SOURCE_TABLES:
                raise refusal(
                    "unknown_table",
                    key=name,
                    value=name,
                    names=SOURCE_TABLES,
                    tables=listed(SOURCE_TABLES, 20),
                )
        return {name: table_source(entry) for name, entry in value.items()}

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        for name, source in self.sources.items():
            source.refuse_foreign_keys(name)
        return self


def _currency(code: str) -> str:
    """Return a currency code in capitals, whatever its author typed."""
    found = code.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", found):
        raise refusal("currency_key", name=code)
    return found


def read_params(path: Path) -> Params:
    """Read the parameters of a company.

    Raises
    ------
    ParamsError
        If the file is absent, cannot be read safely as YAML, holds an unknown key or a value of the wrong
        kind or out of its limits.
    """
    return make_params(read_yaml(path), folder=path.resolve().parent, where=path.name)


def make_params(content: object, *, folder: Path, where: str) -> Params:
    """Type parameters that are already a mapping of texts."""
    if not isinstance(content, dict):
        raise ParamsError("params.not_mapping", path=where)
    for key in ("company", "sources"):
        if key in content and not content[key]:
            raise ParamsError("params.missing_key", path=where, key=key)
    content = with_sector(content)
    try:
        params = Params.model_validate(content)
    except ValidationError as error:
        raise explained(error, content, Params, where) from None
    params._folder = folder
    return params


def expanded(value: str) -> str:
    """Replace ``${NAME}`` and ``${NAME:-default}`` by the environment's value."""

    def replace(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        found = os.environ.get(name, default)
        if found is None:
            raise ParamsError("params.missing_variable", name=name, value=value)
        return found

    return re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", replace, value)
