"""The system of evidence: which questions of the method are answered, by what, what is declared beside (J01 to J04).

Floor 5. Nothing is computed twice: every figure named here is a finding of another theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from capclient.capabilities import EVIDENCE, Capability, capabilities
from capclient.findings import Finding, finding
from capclient.indicators.coverage import (
    ANSWERED,
    STATUSES,
    answer_of,
    capability_status,
    data_answer,
    is_gap,
    main_reason,
)
from capclient.indicators.devices import device_verdict, latest
from capclient.portfolio import Portfolio
from capclient.themes.devices import DEVICES, NO_REGISTER, TRACES, Register, devices
from capclient.themes.key_questions import QUESTIONS, SELF_QUESTIONS, Question
from capclient.themes.levers import levers
from capclient.themes.once import once
from capclient.vocabulary import FindingSpec, Unknown, finding_specs

OWN = "evidence."
INPUTS = ("invoice_lines", "evidence")
MAIN = 2  # figures shown beside a capability
SIGNED = ["device", "maturity", "kept", "evidence", "date", "owner", "expires", "is_proven", "is_stale"]
Known = Mapping[str, Finding]


@dataclass(frozen=True)
class Evidence:
    """The system of evidence of a portfolio at D.

    ``capabilities``: indexed by A01 to J09: ``theme``, ``status``, ``findings`` and ``known`` (numbers), ``figures``
    (ids of its main findings, a tuple), ``reason`` (why it is unknown), ``rows`` of the register and the columns of
    the latest one. ``devices``: the fourteen of 12.8 with ``verdict``. ``questions`` and ``own_questions``: those of
    the texts and the five of the self-assessment, with ``figures``, ``known`` and what is declared. ``levers``: the
    steps of improvement. ``odd``: rows of the register that name no capability.
    """

    capabilities: pd.DataFrame
    devices: pd.DataFrame
    questions: pd.DataFrame
    own_questions: pd.DataFrame
    levers: pd.DataFrame
    odd: pd.DataFrame
    findings: list[Finding]


@once
def evidence(portfolio: Portfolio) -> Evidence:
    """Return the system of evidence of a portfolio at D; every other theme is computed on the way."""
    from capclient.themes import Findings  # every theme speaks here: not before all are there

    known: Known = Findings(portfolio)
    register, steps = devices(portfolio), levers(portfolio)
    signed = latest(register.told, "code")[SIGNED]
    asked = pd.DataFrame([_question(question, known, signed) for question in QUESTIONS]).set_index("code")
    own = _own_questions(known, register)
    found = [*register.findings, *steps.findings, *_asked_findings(asked, own)]
    rows = _capabilities({item.id: item for item in found}, known, register, signed)
    found += _findings(rows)
    return Evidence(rows, _devices(register, known), asked, own, steps.rows, register.odd, found)


def covering() -> dict[str, list[FindingSpec]]:
    """Return the findings that answer each capability, those that answer fewest others first."""
    mine: dict[str, list[FindingSpec]] = {id: [] for id in capabilities()}
    for spec in finding_specs().values():
        for id in spec.covers:
            mine[id].append(spec)
    return {id: sorted(specs, key=lambda spec: len(spec.covers)) for id, specs in mine.items()}


def is_claimed(capability: Capability) -> bool:
    """Tell whether something of the package answers a capability: a finding, a signed proof, a part of the report."""
    return bool(capability.shown) or any(capability.id in spec.covers for spec in finding_specs().values())


def _capabilities(own: Known, known: Known, register: Register, signed: pd.DataFrame) -> pd.DataFrame:
    """Say where each capability stands; ``own`` are the findings of this theme that are already there."""
    times = register.rows["code"].value_counts()
    rows = []
    for id, specs in covering().items():
        capability = capabilities()[id]
        mine = [own[spec.id] for spec in specs if spec.id in own]
        mine += [known[spec.id] for spec in specs if not spec.id.startswith(OWN)]
        valued = [item for item in mine if item.value is not None]
        if capability.needs and not any(item.id in capability.needs for item in valued):
            valued, mine = [], [item for item in mine if item.id in capability.needs]
        seen = {item.id for item in valued}
        first = [id for id in capability.main if id in seen]
        status = capability_status(
            known=len(valued),
            is_declared=id in signed.index,
            is_provided=bool(capability.provided_by),
            needs_proof=EVIDENCE in capability.shown,
            is_claimed=bool(specs) or bool(capability.shown),
        )
        reason = main_reason([item.reason for item in mine if item.reason])
        rows.append({
            "id": id, "theme": capability.theme, "status": status, "findings": len(mine), "known": len(valued),
            "figures": tuple((first + [item.id for item in valued if item.id not in first])[:MAIN]),
            "reason": _reason(status, capability, reason),
            "rows": int(times.get(id, 0)),
        })  # fmt: skip
    return pd.DataFrame(rows).set_index("id").join(signed)


def _reason(status: str, capability: Capability, reason: str | None) -> str | None:
    """Say why a capability is unknown: no proof where only a proof can answer, else what its findings lack."""
    if status != "unknown":
        return None
    return NO_REGISTER.reason if EVIDENCE in capability.shown or reason is None else reason


def _devices(register: Register, known: Known) -> pd.DataFrame:
    rows = []
    for device in DEVICES:
        told = register.devices.loc[device.code]
        valued = [id for id in device.figures if _is_trace(known[id])]
        rows.append({
            "code": device.code, "capability": device.capability, "figures": device.figures, "known": len(valued),
            "verdict": device_verdict(_level(told["maturity"]), known=len(valued), asked=len(device.figures)),
        })  # fmt: skip
    return pd.DataFrame(rows).set_index("code").join(register.devices[SIGNED])


def _is_trace(item: Finding) -> bool:
    """Tell whether a figure shows something of a device: a share of nothing, or a count of none, shows none."""
    return item.value is not None and not (item.id in TRACES and item.value == 0)


def _question(question: Question, known: Known, signed: pd.DataFrame) -> dict[str, object]:
    """One question: how many of its figures are known, and the best proof of its capabilities."""
    mine = signed[signed.index.isin(question.capabilities)].sort_values(
        "kept", ascending=False, kind="stable"
    )
    valued = sum(known[id].value is not None for id in question.figures)
    row: dict[str, object] = {
        "code": question.code, "text": question.text, "figures": question.figures, "known": valued,
        "data": data_answer(valued, len(question.figures)), "proofs": len(mine),
    }  # fmt: skip
    best = mine[SIGNED].head(1).to_dict("records")
    return row | {name: best[0][name] if best else None for name in SIGNED}


def _own_questions(known: Known, register: Register) -> pd.DataFrame:
    """The five questions of text 002: what is answered, and what the data allow (E21)."""
    numbered = register.told[register.told["code"].eq("E21") & register.told["number"].notna()]
    told = latest(numbered, "number")[SIGNED].to_dict("index")
    rows = []
    for number, question in enumerate(SELF_QUESTIONS, start=1):
        row = _question(question, known, numbered.iloc[:0][SIGNED])
        row |= {str(name): value for name, value in told.get(number, {}).items()}
        answer = answer_of(_level(row["kept"]))
        rows.append(row | {"answer": answer, "is_gap": is_gap(answer, str(row["data"]))})
    return pd.DataFrame(rows).set_index("code")


def _level(kept: Any) -> float | None:
    return None if pd.isna(kept) else float(kept)


def _asked_findings(asked: pd.DataFrame, own: pd.DataFrame) -> list[Finding]:
    told = own["answer"].notna()
    nobody = None if told.any() else Unknown("missing:self_assessment")
    values: dict[str, int | Unknown] = {
        "questions": len(asked),
        "questions_answered": int((asked["known"] > 0).sum()),
        "self_assessment_shown": int(own["data"].eq("yes").sum()),
        "self_assessed": nobody or int(told.sum()),
        "self_assessment_gaps": nobody or int(own["is_gap"].sum()),
    }
    return [finding(f"{OWN}{name}", value, inputs=INPUTS) for name, value in values.items()]


def _findings(rows: pd.DataFrame) -> list[Finding]:
    counts = rows["status"].value_counts()
    answered = int(rows["status"].isin(ANSWERED).sum())
    values: dict[str, int | float] = {
        "capabilities": len(rows),
        **{f"{status}_capabilities": int(counts.get(status, 0)) for status in STATUSES},
        "answered_capabilities": answered,
        "answered_share": answered / len(rows),
        "signed_capabilities": int((rows["rows"] > 0).sum()),
    }
    return [finding(f"{OWN}{name}", value, inputs=INPUTS) for name, value in values.items()]
