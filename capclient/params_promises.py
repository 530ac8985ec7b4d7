"""Promises made to clients, steps of improvement, assumptions of the cost of dissatisfaction: all the company's own.

Floor 1. A promise is measured by a finding of the package or by a figure that somebody measured and dates.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, field_validator, model_validator

from capclient.bounds import (
    STRICT,
    Amount,
    Cost,
    Count,
    Day,
    Factor,
    Factors,
    Text,
    Voice,
    Voices,
    refusal,
)
from capclient.capabilities import capabilities, code_of
from capclient.vocabulary import finding_specs

OWN = "satisfaction.promises_"  # a promise about promises would measure itself
WORDS = ("text", "spoken")  # units of findings that are words


class Promise(BaseModel):
    """One promise: its ``target``, what measures it, who answers for it (A08).

    ``indicator`` is the id of a finding, and then the target is in its unit (shares 0 to 1, days, euros);
    ``measured`` is a figure found elsewhere, on ``date``.
    """

    model_config = STRICT

    id: Text
    text: Text
    indicator: str | None = None
    measured: Amount | None = None
    target: Amount
    direction: Literal["at_least", "at_most"] = "at_least"
    date: Day | None = None
    owner: str = ""

    @field_validator("indicator")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is None:
            return value
        specs = {id: spec for id, spec in finding_specs().items() if not id.startswith(OWN)}
        if value not in specs or specs[value].unit in WORDS:
            raise refusal("promise_indicator", name=value, names=sorted(specs))
        return value

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if self.indicator is not None and self.measured is not None:
            raise refusal("promise_twice", name=self.id)
        return self


class SatisfactionParams(BaseModel):
    """Assumptions of the reference text on unhappy clients: claims to be edited, never facts (6.8)."""

    model_config = STRICT

    unhappy: Count | None = None  # clients; estimated from the survey or the claims when absent
    voice: Voice = Decimal("0.04")  # share of the unhappy that speaks
    told: Factor = Decimal(15)  # people that each silent one tells
    voice_band: Voices = (Decimal("0.02"), Decimal("0.08"))
    told_band: Factors = (Decimal(8), Decimal(20))
    revenue_per_customer: Cost | None = None  # euros a year; revenue N by active client when absent


class Lever(BaseModel):
    """One step of improvement: the ``capability`` it serves (A01 to J09), who answers for it, by when (J04)."""

    model_config = STRICT

    id: Text
    text: Text
    capability: str | None = None
    owner: str = ""
    due: Day | None = None
    status: Literal["planned", "under_way", "done", "dropped"] = "planned"

    @field_validator("capability")
    @classmethod
    def _of_the_method(cls, value: str | None) -> str | None:
        if value is None:
            return value
        code = code_of(value)
        if code is None:
            raise refusal("lever_capability", name=value, names=list(capabilities()))
        return code[0]


Declared = TypeVar("Declared", Promise, Lever)


def unlike(declared: list[Declared]) -> list[Declared]:
    """Refuse two promises, or two steps, under one identifier."""
    seen: set[str] = set()
    for item in declared:
        if item.id in seen:
            raise refusal("same_key", name=item.id)
        seen.add(item.id)
    return declared
