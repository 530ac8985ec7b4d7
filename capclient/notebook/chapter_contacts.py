"""Chapter 97, one round: the contacts of the months to come, and who has time for them.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.decisions.contact_words import beside, called, kind_words, owner_words, reason_words
from capclient.decisions.contacts import ACCOUNTING, Contacts, contacts
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.wording import text
from capclient.wording.numbers import count

__all__ = ["contact_load_table", "contacts", "contacts_figure", "contacts_table"]


def contacts_figure(planned: Contacts) -> figures.Figure | Notice:
    """Draw the weeks to come by kind of contact."""
    return figures.contacts_figure(
        planned.reason or planned.rows, end=pd.Timestamp(planned.end), lang=desk().lang
    )


def contacts_table(planned: Contacts, *, most: int = 15) -> Table | Notice:
    """Show the next contacts, letters about debts apart."""
    if planned.reason is not None:
        return absent(planned.reason)
    lang = desk().lang
    rows = planned.rows[planned.rows["owner"] != ACCOUNTING]
    frame = pd.DataFrame(
        {
            "name": [
                called(name, code, lang) for name, code in zip(rows["name"], rows["prospect_id"], strict=True)
            ],
            "contact_due": rows["due"],
            "contact_kind": [kind_words(kind, lang) for kind in rows["kind"]],
            "contact_reasons": [
                beside(reason_words(" ".join(str(codes).split()[:2]), lang), other, lang)
                for codes, other in zip(rows["reasons"], rows["other_code"], strict=True)
            ],
            "contact_owner": [owner_words(str(owner), lang) for owner in rows["owner"]],
            "contact_stake": rows["stake"],
        }
    ).reset_index(drop=True)
    return listing(frame, list(map(str, frame)), "table.contacts", most=most, note="table.contacts.note")


def contact_load_table(planned: Contacts) -> Table | Notice:
    """Show what each has to do against what each can do."""
    if planned.reason is not None:
        return absent(planned.reason)
    lang, load = desk().lang, planned.load
    if load.empty:
        return listing(load, [], "table.contact_load")
    frame = pd.DataFrame(
        {
            "contact_owner": [owner_words(str(owner), lang) for owner in load.index],
            "contact_all": load["contacts"],
            "contact_visits": _against(load, "visits", lang),
            "contact_calls": _against(load, "calls", lang),
            "contact_left": load["overflow"],
            "contact_left_revenue": load["overflow_revenue"],
        }
    ).reset_index(drop=True)
    return listing(
        frame, list(map(str, frame)), "table.contact_load", most=30, note="table.contact_load.note"
    )


def _against(load: pd.DataFrame, name: str, lang: str) -> list[str]:
    """Say how many are planned of how many are possible; nothing for who makes none."""
    return [
        ""
        if pd.isna(room)
        else text("contact.of", lang, n=count(int(n), lang), capacity=count(int(room), lang))
        for n, room in zip(load[name], load[f"{name}_capacity"], strict=True)
    ]
