"""Chapter 97, the last round: what was done of the last plan, and what changed since.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.decisions.change_words import place_words, why_words
from capclient.decisions.followup import STATUSES, Followup, followup
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import Together, listing, together
from capclient.notices import Notice
from capclient.tables import Table
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import day, spoken

__all__ = [
    "action_effects_table",
    "changes_figure",
    "changes_table",
    "effect_figure",
    "followup",
    "followup_figure",
    "followup_table",
]


def followup_figure(since: Followup) -> figures.Figure | Notice:
    """Draw the actions of the plan read back by status."""
    if since.reason is not None:
        return absent(since.reason)
    lang = desk().lang
    counts = pd.crosstab(since.rows.action, since.rows.status).reindex(columns=list(STATUSES), fill_value=0)
    counts = counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    counts.index = pd.Index([text(f"action.{code}", lang) for code in counts.index])
    return figures.followup_figure(counts, lang=lang)


def followup_table(since: Followup, *, most: int = 20) -> Together | Notice:
    """Count the actions of the plan read back by status, then show the last done, and the others, late ones first."""
    if since.reason is not None:
        return absent(since.reason)
    lang, rows = desk().lang, _done_first(since.rows, most // 4)
    number = since.rows.status.value_counts()
    worth = since.rows.groupby("status").stake.sum(min_count=1)
    here = [status for status in STATUSES if number.get(status, 0)]
    counts = pd.DataFrame(
        {
            "followup_status": [text(f"followup_status.{status}", lang) for status in here],
            "followup_count": [int(number[status]) for status in here],
            "stake": [float(worth[status]) for status in here],
        }
    )
    frame = rows.assign(
        name=rows.name.where(rows.name.notna(), rows.customer_id.where(rows.customer_id.notna(), rows.id)),
        action=[text(f"action.{code}", lang) for code in rows.action],
        followup_status=[
            _status(*row, lang) for row in zip(rows.status, rows.done_on, rows.due, strict=True)
        ],
    )
    names = ["name", "action", "followup_status", "owner", "stake", "comment"]
    return together(
        listing(counts, ["followup_status", "followup_count", "stake"], "table.followup_counts"),
        listing(frame.reset_index(drop=True), names, "table.followup", most=most, note="table.followup.note"),
    )


def _done_first(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the actions with a few of those done at their head, the most recent first."""
    done = rows[rows.status.eq("done")].sort_values(
        "done_on", ascending=False, kind="stable", na_position="last"
    )
    return pd.concat([done.head(most), rows.drop(done.index[:most])])


def _status(status: str, done_on: pd.Timestamp, due: pd.Timestamp, lang: str) -> str:
    """Say a status with the day that matters: the one on which it was done, else the one agreed."""
    word, when = text(f"followup_status.{status}", lang), done_on if status == "done" else due
    if pd.isna(when) or status in ("dropped", "replaced"):
        return word
    return text(f"followup_when.{status}", lang, status=word, day=day(when.date(), lang, "short"))


def effect_figure(since: Followup) -> figures.Figure | Notice:
    """Draw what clients bought after their action beside what comparable clients led to expect."""
    if since.reason is not None:
        return absent(since.reason)
    here = desk()
    if len(since.effects) < here.portfolio.thresholds.followup.least_actions:
        return absent(Unknown("n_small"))
    return figures.effect_figure(since.effects, **here.drawn)


def action_effects_table(since: Followup, *, most: int = 20) -> Table | Notice:
    """Show each action done beside comparable clients."""
    if since.reason is not None:
        return absent(since.reason)
    if since.effects.empty:
        return absent(Unknown("n_small"))
    lang, rows = desk().lang, since.effects
    frame = rows.assign(
        action=[text(f"action.{code}", lang) for code in rows.action],
        done_on=pd.Series(_days(rows.done_on, lang), index=rows.index, dtype="object"),
        months_each=rows.months.astype("float64"),
        earned_before=rows.before,
        earned_expected=rows.expected,
        earned_after=rows.after,
        compared_with=[text(f"compared.{level:.0f}", lang) for level in rows.level],
    )
    names = ["name", "action", "done_on", "months_each", "earned_before", "earned_expected", "earned_after"]
    if "margin_expected" in frame:
        names += ["margin_expected", "margin_after"]
    names += ["controls", "compared_with"]
    return listing(frame, names, "table.action_effects", most=most, note="table.action_effects.note")


def changes_figure(since: Followup) -> figures.Figure | Notice:
    """Draw clients by state at the previous report, and where they are now."""
    told, here = since.changes, desk()
    if told.reason is not None or told.before is None:
        return absent(told.reason or Unknown("not_applicable"))
    return figures.moves_figure(
        told.states, words="state", name="followup-states", lang=here.lang,
        before=day(told.before, here.lang, "short"), after=day(here.portfolio.as_of, here.lang, "short"),
        title="figure.moves_since.title",
    )  # fmt: skip


def changes_table(since: Followup, *, most: int = 20) -> Together | Notice:
    """Show the company then and now, who moved and why, who came and who went."""
    told, here = since.changes, desk()
    if told.reason is not None or told.before is None:
        return absent(told.reason or Unknown("not_applicable"))
    lang, then = here.lang, day(told.before, here.lang)
    measures = pd.DataFrame(
        {
            "measure": [text(f"measure.{code}", lang) for code in told.measures.measure],
            "then": _spoken(told.measures, "then"),
            "now": _spoken(told.measures, "now"),
        }
    )
    rows = told.rows
    moved = pd.DataFrame(
        {
            "name": rows.name,
            "change_kind": [
                text("change.moved", lang, kind=text(f"change.{kind}", lang), before=before, after=after)
                for kind, before, after in zip(
                    rows.kind, _placed(rows, "before", lang), _placed(rows, "after", lang), strict=True
                )
            ],
            "change_why": [
                why_words(kind, code, why, lang, here.currency)
                for kind, code, why in zip(rows.kind, rows.why, rows.facts, strict=True)
            ],
            "stake": rows.stake,
        }
    )
    names = ["name", "change_kind", "change_why"]
    return together(
        listing(measures, ["measure", "then", "now"], "table.then_now", then=then, now=day(here.portfolio.as_of, lang)),
        listing(moved, names, "table.changes", most=most, note="table.changes.note", then=then),
        listing(_came_and_went(since, most // 2), ["name", "change_kind", "revenue", "last_purchase"],
                "table.came_and_went", then=then),
    )  # fmt: skip


def _came_and_went(since: Followup, most: int) -> pd.DataFrame:
    """Return the largest arrived and lost clients, with what they bought at best or now."""
    lang, parts = desk().lang, []
    for code, frame, amount in (
        ("arrived", since.changes.arrived, "revenue"),
        ("gone", since.changes.gone, "best_12m"),
    ):
        shown = frame.head(most)
        parts.append(
            pd.DataFrame(
                {
                    "change_kind": text(f"change.{code}", lang), "name": shown.name, "revenue": shown[amount],
                    "last_purchase": _days(shown.last_purchase, lang),
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _placed(rows: pd.DataFrame, side: str, lang: str) -> list[str]:
    return [place_words(kind, code, lang) for kind, code in zip(rows.kind, rows[side], strict=True)]


def _spoken(measures: pd.DataFrame, side: str) -> list[str | None]:
    here = desk()
    return [
        None if pd.isna(value) else spoken(value, unit, here.lang, here.currency)
        for value, unit in zip(measures[side], measures.unit, strict=True)
    ]


def _days(values: pd.Series, lang: str) -> list[str | None]:
    return [None if pd.isna(value) else day(pd.Timestamp(value).date(), lang, "short") for value in values]
