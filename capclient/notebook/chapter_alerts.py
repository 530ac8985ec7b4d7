"""Chapter 97, two rounds: the alerts of the day, and what each rule was worth on the past.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.decisions.alert_volumes import Replayed, volume_replay
from capclient.decisions.alert_words import alert_name, evidence_words
from capclient.decisions.alerts import SEVERITIES, Alerts, alerts
from capclient.findings import reason_text
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.vocabulary import Unknown, finding_specs
from capclient.wording import text
from capclient.wording.numbers import count, day, ratio, share

__all__ = ["alert_replay_figure", "alert_rules_table", "alerts", "alerts_figure", "alerts_table"]


def alerts_figure(rung: Alerts) -> figures.Figure | Notice:
    """Draw the clients that each rule names, by severity."""
    lang = desk().lang
    mine = rung.rows[~rung.rows.code.map(rung.rules.is_whole).astype(bool)]
    counts = pd.crosstab(mine.code, mine.severity).reindex(columns=list(SEVERITIES), fill_value=0)
    counts = counts.reindex([code for code in rung.rules.index if code in counts.index])
    counts["alert"] = [alert_name(str(code), lang) for code in counts.index]
    return figures.alerts_figure(counts, lang=lang)


def alerts_table(rung: Alerts, *, most: int = 20) -> Table | Notice:
    """Show the alerts, the largest stake first, with their evidence."""
    names = ["name", "alert", "alert_evidence", "alert_since", "alert_stake", "severity", "salesperson"]
    frame = worded(rung.rows, desk().lang, desk().currency)
    return listing(frame.reset_index(drop=True), names, "table.alerts", most=most, note="table.alerts.note")


def worded(rows: pd.DataFrame, lang: str, currency: str) -> pd.DataFrame:
    """Return alerts in words: their rule, their evidence, their severity; the gravest stay first."""
    return pd.DataFrame(
        {
            "name": rows["name"].where(rows["name"].notna(), text("alerts.whole", lang)),
            "alert": [alert_name(code, lang) for code in rows["code"]],
            "alert_evidence": [
                evidence_words(code, facts, lang, currency)
                for code, facts in zip(rows["code"], rows["evidence"], strict=True)
            ],
            "alert_since": [
                None if pd.isna(when) else day(when.date(), lang, "short") for when in rows["since"]
            ],
            "alert_stake": rows["stake"],
            "severity": [text(f"severity.{code}", lang) for code in rows["severity"]],
            "salesperson": rows["salesperson"],
        },
        index=rows.index,
    )


def alert_rules_table(rung: Alerts) -> Table | Notice:
    """Show each rule in words, what it finds today, and its false alarms on the past of this company."""
    lang, specs = desk().lang, finding_specs()
    rows = rung.rules.reset_index()
    frame = pd.DataFrame(
        {
            "alert": [alert_name(code, lang) for code in rows.code],
            "how": [specs[f"alerts.{code}"].how(lang) for code in rows.code],
            "alerts_found": [
                text("alerts.mute", lang, reason=reason_text(why, lang))
                if isinstance(why, str)
                else count(n, lang)
                for why, n in zip(rows.reason, rows.alerts, strict=True)
            ],
            "past_worth": [_worth(row, lang) for _, row in rows.iterrows()],
        }
    )
    names = ["alert", "how", "alerts_found", "past_worth"]
    return listing(frame, names, "table.alert_rules", note="table.alert_rules.note")


def _worth(row: pd.Series, lang: str) -> str:
    if pd.isna(row.past_alerts):
        return text("alerts.unmeasured", lang)
    if not row.past_alerts:
        return text("alerts.no_past", lang)
    return text(
        "alerts.measured", lang, share=share(row.false_share, lang, 0), n=count(row.past_alerts, lang),
        rate=ratio(row.false_per_100, lang),
    )  # fmt: skip


def alert_replay_figure(rung: Alerts) -> figures.Figure | Notice:
    """Draw what past alerts on volumes were worth, month by month."""
    here = desk()
    past = volume_replay(here.portfolio)
    if not isinstance(past, Replayed):
        return absent(past if isinstance(past, Unknown) else Unknown("history_short"))
    wrong = (past.rose & past.false).sum()
    table = pd.DataFrame({"origin": list(past.rose.columns), "false": wrong.to_numpy()})
    table["right"] = past.rose.sum().to_numpy() - table["false"]
    months = here.portfolio.thresholds.alerts.recovery_months
    return figures.alert_replay_figure(table, within=months, lang=here.lang)
