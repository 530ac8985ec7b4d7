"""Proofs that somebody signed, in words: the level that is left, why it fell, what proves it, who answers for it.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import MISSING, day


def declared_devices(frame: pd.DataFrame, caption: str) -> Table | Notice:
    """Show declared devices with the level that is left of each, and why it is lower than what was declared."""
    if frame.empty:
        return absent(Unknown("missing:evidence"))
    lang = desk().lang
    worded = frame.assign(
        question=[text(f"proof.{code}", lang) for code in frame.capability],
        maturity=[
            level_in_words(*row)
            for row in zip(frame.maturity, frame.is_old, frame.is_unproven, frame.date.notna(), strict=True)
        ],
        said_on=[MISSING if pd.isna(value) else day(value.date(), lang, "short") for value in frame.date],
    )
    names = ["question", "device", "maturity", "evidence", "said_on", "owner"]
    return listing(worded, names, caption, most=20, note=f"{caption}.note")


def level_in_words(mark: float, is_old: bool, is_unproven: bool, is_dated: bool = True) -> str:
    """Say the level that is left of a device, and why it is lower than what was declared."""
    lang = desk().lang
    if pd.isna(mark):
        return MISSING
    level = text(f"maturity.{int(mark)}", lang)
    if not (is_old or is_unproven) or (mark == 0 and not is_old):
        return level
    if not is_dated:
        return text("evidence.undated", lang, level=level)
    why = "both" if is_old and is_unproven and mark > 0 else "old" if is_old else "unproven"
    return text(f"evidence.{why}", lang, level=level)
