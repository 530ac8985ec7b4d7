"""Salespeople side by side: by name, unless the company says why it compares them.

Floor 7. Ranking people is a use of personal data that needs a stated purpose (``privacy``).
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from capclient.notebook.desk import desk
from capclient.notices import Notice
from capclient.readers.identifiers import normal_key
from capclient.tables import Table
from capclient.wording import text


def by_name(frame: pd.DataFrame, column: str = "salesperson", *, most: int | None = None) -> pd.DataFrame:
    """Return the rows of salespeople by name, those without one last; as they came where a purpose is declared.

    With ``most``, the rows that a table would show are chosen first, then put in order.
    """
    if desk().portfolio.params.privacy.purpose:
        return frame
    shown, rest = frame.iloc[:most], frame.iloc[len(frame) if most is None else most :]
    keys = shown[column].map(normal_key, na_action="ignore")
    return pd.concat([shown.loc[keys.sort_values(kind="stable", na_position="last").index], rest])


def with_purpose(table: Table | Notice) -> Table | Notice:
    """Print beside a table of salespeople why they are compared, or that they are not."""
    purpose, lang = desk().portfolio.params.privacy.purpose, desk().lang
    if isinstance(table, Notice):
        return table
    said = text("privacy.purpose", lang, purpose=purpose) if purpose else text("privacy.by_name", lang)
    return replace(table, note=f"{table.note} {said}".strip())


def unranked() -> Notice | None:
    """Return what stands for a ranking of people without a declared purpose; None where there is one."""
    here = desk()
    if here.portfolio.params.privacy.purpose:
        return None
    return Notice(text("privacy.unranked", here.lang), text("privacy.unranked.advice", here.lang), here.lang)
