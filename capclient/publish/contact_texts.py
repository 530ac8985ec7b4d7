"""``modeles/*.html``: what to say on a call, in a survey, to a lost client, before a tender; in both languages.

Floor 8. Filled from the plan, one sheet a client; what nobody knows is a blank to fill. Whatever is sent to a person
says why, and how to object (CPCE L34-5, GDPR 13 and 21). Nothing in a page runs or loads: names are the data of others.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from capclient.decisions.contact_facts import contact_facts
from capclient.decisions.contact_words import owner_words
from capclient.decisions.contacts import SERVICE, contacts
from capclient.portfolio import Portfolio
from capclient.templates import render
from capclient.wording import LANGUAGES, has, text
from capclient.wording.numbers import day, is_missing, money

# Name of the file: reason in the plan, kinds of lines that the sheet holds, whether it is sent to a person.
PAGES = {
    "appel_premiere_commande": ("first_order", False),
    "enquete_satisfaction": ("survey", True),
    "questionnaire_client_perdu": ("lost", True),
    "preparation_appel_offres": ("deadline", False),
}
CALLED = ("first_order",)  # texts to be said on the telephone
MOST = 100  # sheets of a page; the table of contacts has them all
LINES = 12
DATES = ("tender_date", "notice_date", "end")


def contact_pages(portfolio: Portfolio) -> dict[str, str]:
    """Return the pages by file name, one a text and language; one to fill by hand where nobody is to be contacted."""
    return {
        f"{name}.{lang}.html": _page(portfolio, reason, is_sent, lang)
        for name, (reason, is_sent) in PAGES.items()
        for lang in LANGUAGES
    }


def _page(portfolio: Portfolio, reason: str, is_sent: bool, lang: str) -> str:
    rows = contacts(portfolio).rows
    asked = rows["reasons"].map(
        lambda codes: reason in str(codes).split()
    )  # a list of none would choose no column
    mine = rows[asked.astype(bool)]
    if reason in CALLED:
        mine = mine[mine["kind"].eq("call")]  # whom one visits needs no words for the telephone
    listed: list[Any] = list(mine.head(MOST).itertuples()) or [None]
    company = portfolio.params.company
    facts = {
        "company": company.name or company.id,
        "address": company.address or text("contact_text.blank", lang),
    }
    return str(
        render(
            "contact_text.html.j2", lang=lang, title=text(f"contact_text.{reason}.title", lang),
            lede=text(f"contact_text.{reason}.lede", lang, company=facts["company"]),
            sheets=[_sheet(portfolio, reason, row, facts, lang) for row in listed],
            rest=len(mine) - MOST if len(mine) > MOST else 0,
            law=text("contact_text.law", lang, **facts) if is_sent else "",
        )
    )  # fmt: skip


def _sheet(portfolio: Portfolio, reason: str, row: Any, facts: dict[str, str], lang: str) -> dict[str, Any]:
    blank = text("contact_text.blank", lang)
    known = _known(portfolio, row, lang) if row is not None else {}
    told = dict.fromkeys(("name", "person", "owner", "due", "first_day", "last_day", "dates", "stake"), blank)
    told |= {"greeting": text("contact_text.greeting", lang)} | known | facts
    if reason in ("survey", "lost"):  # even where a visit of the same week stands for it
        told["owner"] = portfolio.params.company.signatory or owner_words(SERVICE, lang)
    lines = [
        text(f"contact_text.{reason}.{place}", lang, **told)
        for place in range(1, LINES)
        if has(f"contact_text.{reason}.{place}")
    ]
    return {"name": told["name"], "due": told["due"], "owner": told["owner"], "lines": lines}


def _known(portfolio: Portfolio, row: Any, lang: str) -> dict[str, str]:
    """What the plan and the ledger know of the client; what they do not know is left out."""
    clients = contact_facts(portfolio).clients
    client = clients.loc[row.customer_id] if row.customer_id in clients.index else None
    told = {
        "name": str(row.name),
        "due": day(row.due.date(), lang),
        "owner": owner_words(str(row.owner), lang),
    }
    if not is_missing(row.person):
        told["person"] = str(row.person)
        told["greeting"] = text("contact_text.greeting_to", lang, person=row.person)
    for name, column in (("first_day", "first_purchase"), ("last_day", "last_purchase")):
        if client is not None and not pd.isna(client[column]):
            told[name] = day(client[column].date(), lang)
    if not is_missing(row.stake):
        told["stake"] = money(row.stake, lang, portfolio.currency)
    dates = _dates(portfolio, row.customer_id, lang)
    return told | ({"dates": dates} if dates else {})


def _dates(portfolio: Portfolio, client: object, lang: str) -> str:
    """Say the dates to come of the contracts of a client, the first ones first."""
    table = portfolio.table("contracts")
    if table.empty:
        return ""
    today, mine = pd.Timestamp(portfolio.as_of), table[table["customer_id"] == client]
    mine = mine[~(pd.to_datetime(mine["start"]) > today)]
    found = sorted(
        (value, kind)
        for kind in DATES
        for value in pd.to_datetime(mine[kind]).dropna().unique()
        if value > today
    )
    return ", ".join(
        text(f"contact_text.{kind}", lang, day=day(pd.Timestamp(value).date(), lang))
        for value, kind in found[:3]
    )
