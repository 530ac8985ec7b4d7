"""Chapter 99: where the proof of each question stands, what is declared beside, and the whole register.

Floor 7.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from capclient import figures
from capclient.capabilities import THEMES, capabilities, planned
from capclient.findings import reason_text
from capclient.indicators.coverage import STATUSES
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import listing
from capclient.notebook.signed import level_in_words
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.evidence import Evidence, evidence
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import MISSING, day

__all__ = [
    "coverage_figure",
    "coverage_table",
    "devices_figure",
    "devices_table",
    "evidence",
    "improvements_table",
    "key_questions_table",
    "odd_evidence_table",
    "register_table",
    "self_assessment_table",
    "unanswered_table",
]

BETWEEN = "\u00a0· "


@dataclass(frozen=True, slots=True)
class Folded:
    """Tables that open on demand, each under its summary; on paper and in a plain reader they stand open."""

    parts: tuple[tuple[str, Table], ...]

    def html(self) -> str:
        """Return the tables as HTML."""
        return "\n".join(
            f"<details><summary>{escape(head)}</summary>\n{Markup(part.html())}</details>"
            for head, part in self.parts
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        plain = [f"{head}\n{part._repr_mimebundle_()['text/plain']}" for head, part in self.parts]
        return {"text/html": self.html(), "text/plain": "\n\n".join(plain)}


def coverage_figure(proof: Evidence) -> figures.Figure:
    """Draw where the questions of each theme stand."""
    return figures.coverage_figure(proof.capabilities, lang=desk().lang)


def coverage_table(proof: Evidence) -> Table | Notice:
    """Show where the questions of each theme stand, in numbers."""
    lang = desk().lang
    counts = pd.crosstab(proof.capabilities["theme"], proof.capabilities["status"])
    counts = counts.reindex(index=list(THEMES), columns=list(STATUSES), fill_value=0)
    rows = counts.rename(columns={status: f"stand_{status}" for status in STATUSES})
    rows = rows.assign(
        theme=[text(f"capability_theme.{theme}", lang) for theme in rows.index], total=counts.sum(axis=1)
    )
    names = ["theme", "total", *(f"stand_{status}" for status in STATUSES)]
    return listing(rows.reset_index(drop=True), names, "table.coverage")


def unanswered_table(proof: Evidence) -> Table | Notice:
    """Show the questions without answer, and what is missing."""
    frame = proof.capabilities
    rows = frame[frame["status"].isin(["unknown", "planned"])]
    return listing(_registered(rows), ["code", "question", "reason"], "table.unanswered")


def devices_figure(proof: Evidence) -> figures.Figure | Notice:
    """Draw the level declared and kept of each device."""
    return figures.devices_figure(proof.devices, lang=desk().lang)


def devices_table(proof: Evidence) -> Table | Notice:
    """Show what is declared of each device and what the figures beside it show."""
    lang, frame = desk().lang, proof.devices
    rows = pd.DataFrame({
        "device": [text(f"device.{code}", lang) for code in frame.index],
        "signed": _signed(frame),
        "expires_on": _days(frame["expires"]),
        "seen": [figures_in_words(ids) for ids in frame["figures"]],
        "verdict": [text(f"device_verdict.{code}", lang) for code in frame["verdict"]],
    })  # fmt: skip
    return listing(rows, list(rows.columns), "table.devices", note="table.devices.note")


def key_questions_table(proof: Evidence) -> Table | Notice:
    """Show the key questions of the texts with the figures that answer them and the best proof declared."""
    lang, frame = desk().lang, proof.questions
    rows = pd.DataFrame({
        "question": [text(f"key_question.{code}", lang) for code in frame.index],
        "seen": [figures_in_words(ids) for ids in frame["figures"]],
        "signed": _signed(frame),
    })  # fmt: skip
    return listing(rows, list(rows.columns), "table.key_questions")


def self_assessment_table(proof: Evidence) -> Table | Notice:
    """Show the five questions of the self-assessment: the answer given, its proof, what the data show."""
    lang, frame = desk().lang, proof.own_questions
    rows = pd.DataFrame({
        "question": [text(f"self_question.{code}", lang) for code in frame.index],
        "answer_said": [text(f"answer.{code if isinstance(code, str) else 'nobody'}", lang)
            for code in frame["answer"]],
        "signed": _signed(frame),
        "answer_data": [text(f"data_answer.{code}", lang) for code in frame["data"]],
        "seen": [figures_in_words(ids) for ids in frame["figures"]],
        "remark": [text("answer.gap", lang) if gap else "" for gap in frame["is_gap"]],
    })  # fmt: skip
    return listing(rows, list(rows.columns), "table.self_assessment", note="table.self_assessment.note")


def improvements_table(proof: Evidence) -> Table | Notice:
    """Show the steps of improvement: what, who, by when, how far."""
    frame, lang = proof.levers, desk().lang
    if frame.empty:
        return absent(Unknown("missing:levers"))
    known = capabilities()
    rows = frame.assign(
        question=[
            f"{code}{BETWEEN}{known[code].label(lang)}" if isinstance(code, str) else ""
            for code in frame["capability"]
        ],
        expires_on=_days(frame["due"]),
        improvement_status=[
            text(f"lever.{'late' if late else status}", lang)
            for status, late in zip(frame["status"], frame["is_late"], strict=True)
        ],
    )  # fmt: skip
    rows = rows.rename(columns={"lever": "improvement", "expires_on": "due_on"})
    return listing(
        rows, ["improvement", "question", "owner", "due_on", "improvement_status"], "table.improvements"
    )


def odd_evidence_table(proof: Evidence) -> Table | Notice:
    """Show the rows of the register that name no question of the method."""
    rows = proof.odd.assign(code=proof.odd["capability"])
    return listing(rows, ["code", "device", "evidence", "owner"], "table.odd_evidence", most=20)


def register_table(proof: Evidence) -> Folded:
    """Show every question of the method with its answer, folded theme by theme."""
    lang, frame, parts = desk().lang, proof.capabilities, []
    for theme in THEMES:
        mine = frame[frame["theme"] == theme]
        name = text(f"capability_theme.{theme}", lang)
        answered = int(mine["status"].isin(["computed", "declared", "provided"]).sum())
        head = text("register.head", lang, theme=name, answered=str(answered), total=str(len(mine)))
        names = ["code", "question", "standing", "seen", "signed"]
        part = listing(_registered(mine), names, "table.register", theme=name)
        if isinstance(part, Table):
            parts.append((head, part))
    return Folded(tuple(parts))


def _registered(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of the register in words."""
    lang, known = desk().lang, capabilities()
    return pd.DataFrame({
        "code": list(frame.index),
        "question": [known[id].question(lang) for id in frame.index],
        "standing": [text(f"standing.{status}", lang) for status in frame["status"]],
        "reason": [
            _why(id, status, reason)
            for id, status, reason in zip(frame.index, frame["status"], frame["reason"], strict=True)
        ],
        "seen": [
            figures_in_words(ids) or _why(id, status, reason)
            for id, status, ids, reason in zip(
                frame.index, frame["status"], frame["figures"], frame["reason"], strict=True
            )
        ],
        "signed": _signed(frame),
    })  # fmt: skip


def _why(id: str, status: str, reason: object) -> str:
    """Say what stands in place of a figure: what is missing, or which part of the report answers."""
    lang = desk().lang
    if status == "planned":
        return planned().get(id, {}).get(lang, MISSING)
    if isinstance(reason, str):
        return reason_text(reason, lang)
    return ", ".join(_provided(name, lang) for name in capabilities()[id].provided_by)


def _provided(name: str, lang: str) -> str:
    """Say in words which part of the report answers: a file, a command or a chapter."""
    kind, _, what = name.partition(":")
    if kind == "chapter":
        return text("provided.chapter", lang, number=what.partition("_")[0])
    return text(f"provided.{kind}.{re.split(r'[./]', what)[0]}", lang)


def figures_in_words(ids: Sequence[str]) -> str:
    """Say findings one after the other: « NPS : 21 points · Réclamations closes : 84 % »; unknown ones say why."""
    here, known = desk(), found()
    said = [
        text("figure.said", here.lang, label=item.spec.label(here.lang), value=item.spoken(here.lang, here.currency))
        for item in (known[id] for id in ids)
    ]  # fmt: skip
    return BETWEEN.join(said)


def _signed(frame: pd.DataFrame) -> list[str]:
    """Say what is declared: level kept and why, proof, who answers for it, day."""
    lang, said = desk().lang, []
    for row in frame[["kept", "evidence", "date", "owner", "is_proven", "is_stale"]].to_dict("records"):
        if not isinstance(row["is_proven"], bool | np.bool_):
            said.append(text("signed.nobody", lang))
            continue
        dated = not pd.isna(row["date"])
        parts = [level_in_words(row["kept"], bool(row["is_stale"]), not row["is_proven"], dated)]
        parts += [
            value for value in (row["evidence"], row["owner"]) if isinstance(value, str) and value.strip()
        ]
        parts += [day(row["date"].date(), lang, "short")] if dated else []
        said.append(BETWEEN.join(parts))
    return said


def _days(values: pd.Series) -> list[str]:
    lang = desk().lang
    return [
        MISSING if pd.isna(value) else day(value.date(), lang, "short") for value in pd.to_datetime(values)
    ]
