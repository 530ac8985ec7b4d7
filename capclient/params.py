"""The YAML of a company: what to read, for which date, with which thresholds.

Floor 1. Every scalar is read as text and typed afterwards, so that ``siren: 005520135``, ``NO`` and
``01.11`` survive; an unknown key is an error that names it, its path and the nearest valid key.
"""

from __future__ import annotations

import os
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from capclient.errors import ParamsError, listed, nearest
from capclient.schema import TABLES, TOTALS
from capclient.thresholds import Thresholds

MOST_BYTES = 1_000_000
MOST_LEVELS = 30  # parameters need six; thousands would exhaust the stack
COMPANY_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
Format = Literal["html", "xlsx"]
FORMATS: tuple[str, ...] = get_args(Format)
SOURCE_TABLES = (*TABLES, TOTALS.name)


class Model(BaseModel):
    """Base of every part of the parameters: unknown keys are errors, values never change."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True
    )  # the whole is built once, at first use


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _as_mapping(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


class Company(Model):
    """Who the report is about."""

    id: str
    name: str = ""
    siren: str = ""
    sector: str = ""
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    language: Literal["fr", "en"] = "fr"

    @field_validator("id")
    @classmethod
    def _safe(cls, value: str) -> str:
        if not COMPANY_ID.fullmatch(value):
            raise ValueError("company_id")
        return value


class PeriodParams(Model):
    """Analysis date and years; ``covered_*`` say what the data cover when dates alone cannot tell."""

    as_of: date | None = None
    basis: Literal["rolling", "fiscal"] = "rolling"
    fiscal_year_end: str = Field(default="12-31", pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
    covered_from: date | None = None
    covered_to: date | None = None

    @property
    def year_end(self) -> tuple[int, int]:
        """Month and day of the end of the fiscal year."""
        month, day = self.fiscal_year_end.split("-")
        return int(month), int(day)


class TotalsPeriod(Model):
    """The one period that client totals describe."""

    start: date
    end: date


class FileSource(Model):
    """One path (file, glob, folder) and how to read it; what is left out is inferred and printed."""

    path: str
    columns: dict[str, str] = {}
    sheet: Annotated[list[str], BeforeValidator(_as_list)] = []
    rows: str = Field(default="", pattern=r"^(\d+-\d*)?$")
    encoding: str = ""
    separator: str = Field(default="", max_length=1)
    decimal: Literal["", ",", "."] = ""
    dates: Literal["", "dmy", "mdy", "ymd"] = ""
    measures: list[str] = []
    period: TotalsPeriod | None = None

    @property
    def row_bounds(self) -> tuple[int, int | None]:
        """First and last record to read, counted from 1; None when the file's end bounds them."""
        first, _, last = self.rows.partition("-")
        return int(first or 1), int(last) if last else None


class TableSource(Model):
    """Every file of one canonical table, in order, and what to do where two of them overlap."""

    parts: list[FileSource]
    overlap: Literal["keep_all", "keep_last"] = "keep_all"


class Filter(Model):
    """Lines left out on purpose: those whose ``column`` is one of ``values`` or begins with a prefix."""

    name: str
    column: str
    values: list[str] = []
    starts_with: Annotated[list[str], BeforeValidator(_as_list)] = []


class Identity(Model):
    """Identifiers that the user confirmed to be one client: ``{"acme ": "ACME"}``."""

    merge: dict[str, str] = {}


class Economics(Model):
    """Two figures no ledger holds: they feed the stress test (1.9)."""

    fixed_costs: Decimal | None = None
    variable_cost_rate: Decimal | None = None


class ReportParams(Model):
    """Which chapters, in which formats; ``own_chapters`` are notebooks of the user, run after ours."""

    chapters: Annotated[list[str], BeforeValidator(_as_list)] = ["all"]
    formats: list[Format] = ["html"]
    own_chapters: list[str] = []
    cell_timeout_seconds: int = Field(default=600, ge=1)


class Params(Model):
    """The parameters of one company. ``folder`` is where its YAML stands: paths start there."""

    company: Company
    period: PeriodParams = PeriodParams()
    sources: dict[str, TableSource]
    filters: list[Filter] = []
    identity: Identity = Identity()
    exchange_rates: dict[str, Decimal] = {}
    economics: Economics = Economics()
    report: ReportParams = ReportParams()
    thresholds: Thresholds = Thresholds()
    folder: Path = Path()

    @field_validator("sources", mode="before")
    @classmethod
    def _normalised(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise ValueError("sources_mapping")
        for name in value:
            if name not in SOURCE_TABLES:
                raise ParamsError(
                    "params.unknown_table", key=name, tables=listed(SOURCE_TABLES, 20),
                    near=nearest(name, SOURCE_TABLES) or SOURCE_TABLES[0],
                )  # fmt: skip
        return {name: table_source(entry) for name, entry in value.items()}


def table_source(entry: object) -> dict[str, object]:
    """Return a source entry (path, mapping, mapping with ``parts``, list of either) in its one full form."""
    if isinstance(entry, list):
        return {"parts": [_as_mapping(item) for item in entry]}
    if isinstance(entry, dict) and "parts" in entry:
        common = {key: value for key, value in entry.items() if key not in {"parts", "overlap"}}
        parts = entry["parts"] if isinstance(entry["parts"], list) else [entry["parts"]]
        merged = [common | part if isinstance(part, dict) else part for part in map(_as_mapping, parts)]
        return {"parts": merged, **{key: entry[key] for key in ("overlap",) if key in entry}}
    if isinstance(entry, dict):
        rest = {key: value for key, value in entry.items() if key != "overlap"}
        return {"parts": [rest], **{key: entry[key] for key in ("overlap",) if key in entry}}
    return {"parts": [_as_mapping(entry)]}


def read_params(path: Path) -> Params:
    """Read the parameters of a company.

    Raises
    ------
    ParamsError
        If the file is absent, is no YAML, uses anchors or aliases (a small file can unfold into a huge
        one), nests without end, repeats a key, holds an unknown key or a value of the wrong kind.
    """
    if not path.is_file():
        raise ParamsError("params.missing_file", path=path)
    if path.stat().st_size > MOST_BYTES:
        raise ParamsError("params.too_large", path=path.name, most=MOST_BYTES)
    try:
        content = _load(path.read_text("utf-8-sig"), path.name)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParamsError("params.not_yaml", path=path.name, detail=str(error)) from None
    return make_params(content, folder=path.resolve().parent, where=path.name)


def make_params(content: object, *, folder: Path, where: str) -> Params:
    """Type parameters that are already a mapping of texts."""
    if not isinstance(content, dict):
        raise ParamsError("params.not_mapping", path=where)
    if not content.get("company") or not content.get("sources"):
        absent = "company" if not content.get("company") else "sources"
        raise ParamsError("params.missing_key", path=where, key=absent)
    try:
        return Params.model_validate({**content, "folder": folder})
    except ValidationError as error:
        raise _explained(error, where) from None


def expanded(value: str) -> str:
    """Replace ``${NAME}`` and ``${NAME:-default}`` by the environment's value."""

    def replace(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        found = os.environ.get(name, default)
        if found is None:
            raise ParamsError("params.missing_variable", name=name, value=value)
        return found

    return re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", replace, value)


class _Loader(yaml.BaseLoader):
    """Every scalar a text, no alias, no key twice, no bottomless nesting."""

    level = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise ParamsError("params.alias", line=self.peek_event().start_mark.line + 1)
        self.level += 1
        if self.level > MOST_LEVELS:
            line = self.peek_event().start_mark.line + 1
            raise ParamsError("params.too_deep", line=line, most=MOST_LEVELS)
        node = super().compose_node(parent, index)
        self.level -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise ParamsError("params.repeated_key", key=key.value, line=key.start_mark.line + 1)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=True)


def _load(content: str, where: str) -> object:
    return yaml.load(content, Loader=_Loader)


def _explained(error: ValidationError, where: str) -> ParamsError:
    """Turn the first complaint of pydantic into a sentence that names the key and its path."""
    first = error.errors()[0]
    path = [str(step) for step in first["loc"]]
    key = ".".join(path)
    if first["type"] == "extra_forbidden":
        valid = _keys_at(path[:-1])
        return ParamsError(
            "params.unknown_key", path=where, key=key, valid=listed(sorted(valid), 20),
            near=nearest(path[-1], valid) or "–",
        )  # fmt: skip
    if "company_id" in first["msg"]:
        return ParamsError("params.company_id", path=where, value=repr(first["input"]))
    if first["type"] == "missing":
        return ParamsError("params.missing_key", path=where, key=key)
    return ParamsError(
        "params.bad_value", path=where, key=key, value=repr(first["input"]), detail=first["msg"]
    )


def _keys_at(path: list[str]) -> list[str]:
    """Return the keys that are valid at a path of the parameters."""
    model: Any = Params
    for step in path:
        if step == "sources":
            return [*_keys_of(FileSource), "parts", "overlap"] if len(path) > 1 else list(SOURCE_TABLES)
        field = model.model_fields.get(step)
        if field is None:
            continue
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
        model = next(
            (item for item in inner if isinstance(item, type) and issubclass(item, BaseModel)), model
        )
    return [key for key in _keys_of(model) if key != "folder"]


def _keys_of(model: type[BaseModel]) -> list[str]:
    return list(model.model_fields)
