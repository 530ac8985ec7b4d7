"""The score out of 20 as a company wants it: floors, goals and weights over the common base (15.1, D21, E11).

Floor 1. The common base is ``score_grid.yml``; a sector profile then the company change its numbers, by criterion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, field_validator, model_validator

from capclient.bounds import STRICT, Amount, Factor, mapped, refusal

GRID = Path(__file__).with_name("score_grid.yml")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the grid: ``name``, ``group``, the ``finding`` it marks, ``floor`` (0), ``goal`` (20), ``weight``.

    ``evidence``: A from the ledger and the accounts, B from the CRM and surveys, C declared.
    """

    name: str
    group: str
    finding: str
    floor: Decimal
    goal: Decimal
    weight: Decimal
    evidence: str


@cache
def common_grid() -> dict[str, Criterion]:
    """Return the criteria of the common base, by name, in order."""
    rows = yaml.load(GRID.read_text("utf-8"), Loader=yaml.CSafeLoader)
    numbers = ("floor", "goal", "weight")
    return {row["name"]: Criterion(**row | {name: Decimal(row[name]) for name in numbers}) for row in rows}


class Bounds(BaseModel):
    """What is marked 0 and what is marked 20, in the unit of the figure; the floor may be the higher."""

    model_config = STRICT

    floor: Amount
    goal: Amount

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.floor == self.goal:
            raise refusal("score_bounds")
        return self


class ScoreParams(BaseModel):
    """Weights and bounds that differ from those of the common base."""

    model_config = STRICT

    weights: dict[str, Factor] = {}
    bounds: dict[str, Bounds] = {}

    @field_validator("weights")
    @classmethod
    def _weighed(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        return mapped(value, key=_criterion, value=lambda weight: weight)

    @field_validator("bounds")
    @classmethod
    def _bounded(cls, value: dict[str, Bounds]) -> dict[str, Bounds]:
        return mapped(value, key=_criterion, value=lambda bounds: bounds)

    def grid(self) -> dict[str, Criterion]:
        """Return the criteria that the company is marked on."""
        return {
            name: replace(
                row,
                weight=self.weights.get(name, row.weight),
                floor=self.bounds[name].floor if name in self.bounds else row.floor,
                goal=self.bounds[name].goal if name in self.bounds else row.goal,
            )
            for name, row in common_grid().items()
        }


def _criterion(name: str) -> str:
    if name not in common_grid():
        raise refusal("unknown_key", name=name, names=sorted(common_grid()))
    return name
