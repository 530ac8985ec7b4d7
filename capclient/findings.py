"""A finding: a scalar that a report quotes, with its unit, its period and, if unknown, the reason.

Floor 5. Notebook, page, workbook and JSON quote findings, so they cannot disagree.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from capclient.periods import Period
from capclient.vocabulary import FindingSpec, Unknown, finding_specs
from capclient.wording import catalogue, has, text
from capclient.wording.numbers import MISSING, spoken

Value = int | float | str
SMALL = 30  # below so many clients, a rate never stands without its interval


@dataclass(frozen=True)
class Finding:
    """One row of ``indicators.json``. ``value`` is None exactly when ``reason`` is not.

    Parameters
    ----------
    n
        Number of observations behind the value, where it matters.
    caveat
        Codes, with blanks between them, of the sentences that must stand beside the value.
    inputs
        Canonical tables or columns the value comes from.
    interval
        Bounds of the 95 % interval of a rate observed on ``n`` clients.
    """

    id: str
    value: Value | None
    period: Period | None = None
    n: int | None = None
    reason: str | None = None
    caveat: str | None = None
    inputs: tuple[str, ...] = ("invoice_lines",)
    interval: tuple[float, float] | None = None

    @cached_property
    def spec(self) -> FindingSpec:
        """Row of the catalogue."""
        return finding_specs()[self.id]

    @property
    def unit(self) -> str:
        """Unit of the value."""
        return self.spec.unit

    def spoken(self, lang: str, currency: str = "EUR") -> str:
        """Return the value as a reader sees it; an unknown one says why."""
        if self.value is None:
            return text("finding.unknown", lang, reason=reason_text(self.reason or "", lang))
        if self.unit == "text" and has(
            f"value.{self.id}.{self.value}"
        ):  # a code is stable, its words are not
            return text(f"value.{self.id}.{self.value}", lang)
        return spoken(self.value, self.unit, lang, currency)

    @property
    def is_uncertain(self) -> bool:
        """Tell whether the value never stands bare: few clients, or an interval as wide as the value itself."""
        if self.interval is None or not isinstance(self.value, int | float):
            return False
        low, high = self.interval
        return (self.n or 0) < SMALL or high - low >= abs(self.value)

    def bounds(self, lang: str) -> str:
        """Return the interval of an uncertain rate in a few words, else nothing."""
        if self.interval is None or not self.is_uncertain:
            return ""
        low, high = (spoken(bound, self.unit, lang) for bound in self.interval)
        return text("interval.hint", lang, low=low, high=high)

    def caveats(self, lang: str) -> tuple[str, ...]:
        """Return what must stand beside the value: the interval of an uncertain rate, then its caveats."""
        said = []
        if self.interval is not None and self.is_uncertain:
            low, high = (spoken(bound, self.unit, lang) for bound in self.interval)
            own = f"caveat.interval.{self.id.partition('.')[0]}"  # prospects and quotes are no clients
            key = own if has(own) else "caveat.interval"
            said.append(text(key, lang, label=self.spec.label(lang), n=self.n, low=low, high=high))
        label = self.spec.label(lang)  # a caveat that is true of one figure alone names it
        return (*said, *(text(code, lang, label=label) for code in (self.caveat or "").split()))

    def as_json(self, lang: str) -> dict[str, Any]:
        """Return the row of ``indicators.json``."""
        period = self.period and {"start": self.period.start.isoformat(), "end": self.period.end.isoformat()}
        return {
            "id": self.id,
            "value": self.value,
            "unit": self.unit,
            "period": period,
            "n": self.n,
            "reason": self.reason,
            "covers": list(self.spec.covers),
            "label": self.spec.label(lang),
            "caveat": " ".join(self.caveats(lang)) or None,
            "section": self.spec.section,
            "inputs": list(self.inputs),
        }


def finding(
    id: str,
    value: Value | Unknown | None,
    *,
    period: Period | None = None,
    n: int | None = None,
    caveat: str | None = None,
    inputs: tuple[str, ...] = ("invoice_lines",),
    interval: tuple[float, float] | None = None,
) -> Finding:
    """Make a finding from a value or from an :class:`~capclient.vocabulary.Unknown`.

    Money is rounded to cents and other floats to ten decimals, so that the last bits of a sum never
    make two runs differ.

    Raises
    ------
    KeyError
        If the catalogue has no such id.
    ValueError
        If the value is infinite or not a number: that is a fault of the indicator.
    """
    unit = finding_specs()[id].unit
    if isinstance(value, Unknown):
        return Finding(id, None, period, n, value.reason, caveat, inputs)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"{id}: {value!r} is no value; an indicator answers Unknown(reason)")
    if isinstance(value, str):
        return Finding(id, value, period, n, None, caveat, inputs)
    if unit in {"count", "customers"}:
        plain: Value = int(value)
    else:
        plain = round(float(value), 2 if unit == "money" else 10) + 0.0  # + 0.0: never a negative zero
    return Finding(id, plain, period, n, None, caveat, inputs, interval)


def reason_text(reason: str, lang: str) -> str:
    """Say a reason code in words: ``missing:cost`` → « il manque la colonne des coûts ».

    A number may follow: ``history_short:countback=14`` fills ``{n}``.
    """
    code, _, what = reason.partition(":")
    what, _, number = what.partition("=")
    key = f"reason.{code}.{what}"
    if what and has(key):
        return text(key, lang, n=number)
    return text(f"reason.{code}", lang, what=what)


_SLOT = re.compile(r"\{([a-z0-9_.]+)(?:\|([^|{}]*)\|([^|{}]*)(?:\|([^|{}]*))?)?\}")


def sentence(
    key: str, found: dict[str, Finding], lang: str, currency: str, **names: str
) -> tuple[str, list[Finding]]:
    """Return the sentence ``key`` of ``notes.po`` with its findings in words, and those that are unknown.

    ``{concentration.top1_share}`` is a finding; ``{portfolio.customers_lost|client|clients}`` adds the word that
    agrees with it; a third word, ``{pricing.low_index_customers|client|clients|aucun client}``, stands for none at all;
    ``{top1_name}`` is one of ``names``.
    """
    unknown: list[Finding] = []

    def said(match: re.Match[str]) -> str:
        slot, one, many, none = match.groups()
        if slot in names:
            return names[slot]
        value = found[slot]
        if value.value is None:
            unknown.append(value)
            return MISSING
        if none is not None and value.value == 0:
            return none
        words = value.spoken(lang, currency)
        if one is None:
            return words
        return f"{words}\u00a0{one if is_singular(value.value, lang) else many}"

    return _SLOT.sub(said, catalogue(lang)[key]), unknown


def is_singular(value: Value, lang: str) -> bool:
    """Tell whether a count takes the singular: 0 and 1 in French, 1 alone in English."""
    return abs(float(value)) < 2 if lang == "fr" else float(value) == 1
