"""``contacts.csv``, ``contacts.ics`` and ``modeles/``: the contact plan for a CRM, for diaries, and ready to be said.

Floor 8. Codes and words stand side by side; a text that looks like a formula is shown, never computed.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd

from capclient.decisions.contact_words import called, kind_words, owner_words, reason_words
from capclient.decisions.contacts import ROLES, contacts
from capclient.portfolio import Portfolio
from capclient.publish.calendar import Event, calendar
from capclient.publish.contact_texts import contact_pages
from capclient.publish.files import shown
from capclient.store import write_atomically
from capclient.wording import text
from capclient.wording.numbers import is_missing

CSV, ICS, FOLDER = "contacts.csv", "contacts.ics", "modeles"
HEADS = (
    "contact_id", "customer_id", "prospect_id", "name", "other_code", "person", "kind_code", "kind", "due", "wanted",
    "is_late", "reason_codes", "reasons", "owner_code", "owner", "channel_code", "channel", "stake", "currency",
    "status_code", "status",
)  # fmt: skip


def write_contacts(portfolio: Portfolio, folder: Path, lang: str) -> None:
    """Write the plan: its table, its calendar, and the texts to say or send."""
    write_atomically(folder / CSV, contacts_csv(portfolio, lang))
    write_atomically(folder / ICS, contacts_ics(portfolio, lang).encode("utf-8"))
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    for name, page in contact_pages(portfolio).items():
        write_atomically(folder / FOLDER / name, page)


def contacts_csv(portfolio: Portfolio, lang: str) -> str:
    """Return the plan as CSV, what found no day included: UTF-8, commas, dates as YYYY-MM-DD, euros with a point."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADS, lineterminator="\n")
    writer.writeheader()
    told = contacts(portfolio)
    for status, rows in (("planned", told.rows), ("no_day", told.overflow)):
        for row in rows.to_dict("records"):
            writer.writerow(
                _line({str(name): value for name, value in row.items()}, status, portfolio.currency, lang)
            )
    return out.getvalue()


def _line(row: dict[str, Any], status: str, currency: str, lang: str) -> dict[str, str]:
    owner = str(row["owner"])
    return {
        "contact_id": row["id"],
        "customer_id": "" if is_missing(row["customer_id"]) else shown(str(row["customer_id"])),
        "prospect_id": "" if is_missing(row["prospect_id"]) else shown(str(row["prospect_id"])),
        "name": shown(str(row["name"])),
        "other_code": "" if is_missing(row["other_code"]) else shown(str(row["other_code"])),
        "person": "" if is_missing(row["person"]) else shown(str(row["person"])),
        "kind_code": row["kind"],
        "kind": kind_words(row["kind"], lang),
        "due": "" if is_missing(row["due"]) else row["due"].date().isoformat(),
        "wanted": row["wanted"].date().isoformat(),
        "is_late": str(int(row["is_late"])),
        "reason_codes": row["reasons"],
        "reasons": reason_words(row["reasons"], lang),
        "owner_code": owner[1:] if owner in ROLES else "",
        "owner": shown(owner_words(owner, lang)),
        "channel_code": row["channel"],
        "channel": text(f"contact_channel.{row['channel']}", lang),
        "stake": "" if is_missing(row["stake"]) else f"{row['stake']:.2f}",
        "currency": currency,
        "status_code": status,
        "status": text(f"contact_status.{status}", lang),
    }


def contacts_ics(portfolio: Portfolio, lang: str) -> str:
    """Return the plan as an iCalendar file: whole days, filed under the person or service that makes the contact."""
    company = portfolio.params.company
    listed: Any = contacts(portfolio).rows.itertuples()
    events = [
        Event(
            uid=row.id, day=row.due.date(), categories=(owner_words(str(row.owner), lang),),
            summary=text(
                "contact.event", lang, kind=kind_words(row.kind, lang),
                name=called(row.name, row.prospect_id, lang),
            ),
            description=_description(row, lang),
        )
        for row in listed
    ]  # fmt: skip
    name = text("contact.calendar", lang, company=company.name or company.id)
    return calendar(events, name=name, stamp=portfolio.as_of)


def _description(row: Any, lang: str) -> str:
    said = [
        text("contact.why", lang, reasons=reason_words(row.reasons, lang)),
        text("contact.code", lang, code=row.customer_id)
        if is_missing(row.prospect_id)
        else text("contact.prospect_code", lang, code=row.prospect_id),
        *([] if is_missing(row.other_code) else [text("contact.twin", lang, code=row.other_code)]),
        text("contact.how", lang, channel=text(f"contact_channel.{row.channel}", lang)),
    ]
    return "\n".join(said)


def contact_sheet(portfolio: Portfolio, lang: str) -> pd.DataFrame:
    """Return the plan as rows of the workbook: real dates and amounts, what found no day last."""
    told = contacts(portfolio)
    rows = pd.concat([told.rows, told.overflow], ignore_index=True)
    if rows.empty:
        return pd.DataFrame()
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "prospect_id": rows["prospect_id"],
            "name": rows["name"],
            **({"other_code": rows["other_code"]} if rows["other_code"].notna().any() else {}),
            "contact_person": rows["person"],
            "contact_kind": [kind_words(kind, lang) for kind in rows["kind"]],
            "contact_due": rows["due"],
            "contact_wanted": rows["wanted"],
            "contact_reasons": [reason_words(codes, lang) for codes in rows["reasons"]],
            "contact_owner": [owner_words(str(owner), lang) for owner in rows["owner"]],
            "contact_channel": [text(f"contact_channel.{code}", lang) for code in rows["channel"]],
            "contact_stake": rows["stake"],
        }
    )
