"""The devices of the method: what is declared of each, and what the figures beside it show (12.8).

Floor 5. It reads the register of evidence only, so that the score may use it at any past day; figures are named here
and looked up by :mod:`capclient.themes.evidence`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from capclient.capabilities import code_of
from capclient.findings import Finding, finding
from capclient.indicators.devices import LEAST_DECLARED, device_maturity, latest
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.vocabulary import Unknown

NO_REGISTER = Unknown("missing:evidence")
INPUTS = ("evidence",)


@dataclass(frozen=True, slots=True)
class Device:
    """A device of 12.8: the capability a row names, the words that tell it from another one, its figures."""

    code: str
    capability: str
    figures: tuple[str, ...]
    words: str = ""


DEVICES = (
    Device("involvement", "A11", ("satisfaction.codesign_customers", "satisfaction.codesign_revenue_share")),
    Device("leavers", "A06", ("portfolio.customers_lost", "satisfaction.loss_reason_coverage")),
    Device("survey", "A12", ("satisfaction.response_rate", "satisfaction.asked_by_others_share")),
    Device("hotline", "A13", ("satisfaction.hotline_calls", "satisfaction.hotline_called_back_share")),
    Device("tools", "A14", ("satisfaction.cause_told_share",)),
    Device("service", "A15", ("satisfaction.requests_handled", "satisfaction.claim_first_answer_days")),
    Device("aged_balance", "A16", ("receivables.overdue_rate", "receivables.overdue_over_90")),
    Device("strategy", "B01", ()),
    Device("base", "B02", ("declared.completeness", "quality.possible_duplicates")),
    Device("watch", "B06", ("market.compared_share", "market.relative_growth")),
    Device("prospecting", "C01", ("prospecting.prospects_created", "prospecting.conversion_rate")),
    Device("fairs", "C04", (), r"salon|foire|exposition|congr[eè]s|fair|show|exhibition|conference"),
    Device("reading", "C04", (), r"veille|document|presse|revue|lecture|abonnement|watch|press|reading"),
    Device("cooperation", "C05", ("market.cooperation_contracts", "market.cooperation_revenue_share")),
)


# Figures whose zero is no trace of a device: nothing was called back, noted, compared. A zero of the others (no late
# invoice, no lost client) may well be its success.
TRACES = frozenset((
    "satisfaction.codesign_customers", "satisfaction.codesign_revenue_share", "satisfaction.loss_reason_coverage",
    "satisfaction.response_rate", "satisfaction.asked_by_others_share", "satisfaction.hotline_calls",
    "satisfaction.hotline_called_back_share", "satisfaction.cause_told_share", "satisfaction.requests_handled",
    "declared.completeness", "market.compared_share", "prospecting.prospects_created", "market.cooperation_contracts",
    "market.cooperation_revenue_share",
))  # fmt: skip


@dataclass(frozen=True)
class Register:
    """The register of evidence at D.

    ``rows``: every usable row with ``code`` (capability), ``number`` (question of it, missing for most), ``kept``,
    ``is_proven``, ``is_stale``, ``expires``. ``told``: those of them that say something, a level (0 is one: « absent »)
    or a proof; a blank row answers nothing. ``odd``: rows whose capability is none of the method.
    ``devices``: the fourteen of 12.8, indexed by code, with their latest row (missing where nobody declared it).
    """

    rows: pd.DataFrame
    told: pd.DataFrame
    odd: pd.DataFrame
    devices: pd.DataFrame
    findings: list[Finding]


@once
def devices(portfolio: Portfolio) -> Register:
    """Return the register and the devices of a portfolio at D."""
    limits = portfolio.thresholds.score
    table = portfolio.table("evidence").reset_index(drop=True)
    rated = device_maturity(
        table, as_of=portfolio.as_of, stale_months=limits.stale_months, unproven=float(limits.unproven)
    )
    named = [code_of(value) for value in rated["capability"]]
    rated["code"] = pd.Series(
        [pair[0] if pair else None for pair in named], index=rated.index, dtype="object"
    )
    rated["number"] = pd.Series(
        [pair[1] if pair else None for pair in named], index=rated.index, dtype="Int64"
    )
    rows = rated[rated["code"].notna()]
    told = rows[rows["maturity"].notna() | rows["is_proven"].astype("bool")]
    places = [_device(code, words) for code, words in zip(told["code"], told["device"], strict=True)]
    placed = told.assign(place=pd.Series(places, index=told.index, dtype="object"))
    frame = latest(placed[placed["place"].notna()], "place").reindex([device.code for device in DEVICES])
    return Register(rows, told, rated[rated["code"].isna()], frame, _findings(table, rated, frame))


def _device(code: str, told: object) -> str | None:
    """Return the device that a row speaks of: that of its capability, told from another by its words."""
    mine = [device for device in DEVICES if device.capability == code]
    words = told.casefold() if isinstance(told, str) else ""
    for device in mine:
        if device.words and re.search(device.words, words):
            return device.code
    return mine[0].code if mine else None


def _findings(table: pd.DataFrame, rated: pd.DataFrame, frame: pd.DataFrame) -> list[Finding]:
    """Count the rows of the register and the devices; a device that nobody declares is not known to be absent."""
    empty = NO_REGISTER if table.empty else None
    rows = rated[rated["code"].notna()]
    rated_devices = frame["kept"].dropna()
    mean: float | Unknown = Unknown("missing:devices")
    if len(rated_devices) >= LEAST_DECLARED * len(DEVICES):
        mean = float(rated_devices.mean())
    said = frame["capability"].notna()
    proven = said & frame["is_proven"].eq(True) & frame["is_stale"].eq(False)
    values: dict[str, int | float | Unknown] = {
        "rows": len(rows),
        "expired_rows": int(rows["is_stale"].sum()),
        "unproven_rows": int((~rows["is_proven"].astype("bool")).sum()),
        "unmatched_rows": int(rated["code"].isna().sum()),
        "devices_declared": int(said.sum()),
        "devices_proven": int(proven.sum()),
        "devices_stale": int((said & frame["is_stale"].eq(True)).sum()),
        "devices_absent": int(frame["kept"].eq(0).sum()),
        "devices_silent": int((~said).sum()),
        "mean_maturity": mean,
    }
    return [
        finding(
            f"evidence.{name}", empty or value, inputs=INPUTS,
            n=len(rated_devices) if name == "mean_maturity" and empty is None else None,
            caveat="caveat.declared_devices" if name == "mean_maturity" else None,
        )
        for name, value in values.items()
    ]  # fmt: skip
