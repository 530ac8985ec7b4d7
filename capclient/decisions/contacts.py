"""The contact plan: who is called, visited, asked or reminded, when, by whom and why (14, H04 to H08).

Floor 5. Nobody is contacted who asked not to be, and nobody twice in ten days; what does not fit in a week is told.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from capclient.decisions.contact_facts import Known, contact_facts
from capclient.decisions.contact_findings import INPUTS, names, plan_findings
from capclient.decisions.contact_plan import PROSPECT, WORKED, capacities, promises
from capclient.decisions.contact_triggers import TRIGGERS
from capclient.decisions.twins import other_codes
from capclient.findings import Finding, finding
from capclient.indicators.contact_schedule import (
    CALLS,
    LETTERS,
    LOADS,
    PLANNED,
    VISITS,
    Capacity,
    merged,
    scheduled,
    working_days,
)
from capclient.indicators.contacts import LEGAL, WANTED
from capclient.portfolio import Portfolio
from capclient.regulation.holidays import next_working_day
from capclient.themes.once import once
from capclient.themes.recovery_list import names_of
from capclient.vocabulary import Unknown

# Who makes a contact when it is no salesperson; written with a sign that no name bears.
SERVICE, MARKETING, ACCOUNTING, UNASSIGNED = "@service", "@marketing", "@accounting", "@unassigned"
ROLES = (SERVICE, MARKETING, ACCOUNTING, UNASSIGNED)
ROLE_OF = {
    "call_back": SERVICE, "questionnaire": SERVICE, "survey": SERVICE, "mailing": MARKETING,
    **dict.fromkeys(LEGAL, ACCOUNTING),
}  # fmt: skip
CHANNEL = {
    "formal_notice": "registered", "dunning": "letter", "reminder": "email", "call_back": "phone", "visit": "on_site",
    "preparation": "internal", "call": "phone", "questionnaire": "email", "survey": "email", "mailing": "email",
}  # fmt: skip
RHYTHM = {
    "young",
    "valuable",
    "adult",
    "small",
    "survey",
    "mailing",
}  # what may wait when a client was just contacted


@dataclass(frozen=True)
class Contacts:
    """``rows``: the contacts in order of days: ``id customer_id prospect_id name other_code person kind due wanted
    is_late reasons owner channel stake revenue merged`` (no ``customer_id`` for a prospect that nobody has invoiced
    yet); ``overflow``: the same of those that found no day (``due`` missing), dearest first.

    ``owner`` is a salesperson or one of :data:`ROLES`. ``load``: by owner, ``visits calls letters`` planned, the
    ``capacity`` of visits and of calls (missing where there is no limit), ``overflow`` and its ``overflow_revenue``.
    ``mute``: the triggers that lack data, with the reason. ``end``: last day of the plan.
    """

    rows: pd.DataFrame
    overflow: pd.DataFrame
    load: pd.DataFrame
    mute: dict[str, Unknown]
    end: date
    reason: Unknown | None
    findings: list[Finding]


@once
def contacts(portfolio: Portfolio) -> Contacts:
    """Return the contact plan of a portfolio from the day after D on."""
    reason = portfolio.no_days
    if reason is not None:
        nothing = _told(portfolio, pd.DataFrame(columns=[*PLANNED, "merged"]), {})
        found = [finding(f"contacts.{name}", reason, inputs=INPUTS) for name in names()]
        return Contacts(nothing, nothing, pd.DataFrame(), {}, portfolio.as_of, reason, found)
    known = contact_facts(portfolio)
    asked = {name: trigger(portfolio, known) for name, trigger in TRIGGERS.items()}
    mute = {name: rows for name, rows in asked.items() if isinstance(rows, Unknown)}
    parts = [rows for rows in asked.values() if not isinstance(rows, Unknown) and len(rows)]
    due = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=WANTED)
    days = portfolio.thresholds.contacts.merge_days
    together = _owned(portfolio, merged(_on_days(portfolio, due), days=days), known)
    rows, over = scheduled(
        together, as_of=portfolio.as_of, end=known.end, capacities=_capacities(portfolio), days=days
    )
    people = {str(client): str(person) for client, person in known.people.items()}
    plan, left = (_told(portfolio, frame, people) for frame in (rows, over))
    load = _load(portfolio, plan, left, known)
    return Contacts(
        plan, left, load, mute, known.end, None, plan_findings(portfolio, known, plan, left, load, mute, due)
    )  # fmt: skip


def _on_days(portfolio: Portfolio, due: pd.DataFrame) -> pd.DataFrame:
    """Give each contact the working day on which it would take place: tomorrow at the soonest.

    What the action plan promises may take place before the day that it says.
    """
    soonest = portfolio.as_of + timedelta(days=1)
    start = due["soon"].where(due["soon"].notna(), due["wanted"]) if "soon" in due else due["wanted"]
    days = [next_working_day(max(day.date(), soonest)) for day in pd.to_datetime(start)]
    return due.assign(due=pd.to_datetime(pd.Series(days, index=due.index, dtype="object")))


def _owned(portfolio: Portfolio, rows: pd.DataFrame, known: Known) -> pd.DataFrame:
    """Name who makes each contact; one of a rhythm leaves in peace a client that has just been contacted."""
    sellers = rows["customer_id"].map(known.clients["salesperson"]).astype("object")
    promised = rows["reasons"].map(lambda codes: "plan" in str(codes).split()).astype(bool)
    told = rows["customer_id"].map(promises(portfolio).set_index("id")["owner"]).astype("object")
    sellers = told.where(promised & told.notna(), sellers)
    sellers = sellers.where(sellers.notna(), UNASSIGNED)
    rows = rows.assign(owner=rows["kind"].map(ROLE_OF).where(rows["kind"].isin(list(ROLE_OF)), sellers))
    met = (
        pd.concat([known.last[name] for name in ("spoken", "mailing", "survey")])
        .groupby(level=0)
        .max()
        .to_dict()
    )
    days = pd.Timedelta(days=portfolio.thresholds.contacts.merge_days + 1)
    quiet = pd.Series([met.get(client, pd.NaT) for client in rows["customer_id"]], index=rows.index)
    quiet = pd.to_datetime(quiet) + days
    waits = rows["reasons"].map(lambda codes: set(str(codes).split()) <= RHYTHM).astype(bool)
    revenue = rows["customer_id"].map(known.clients["revenue_n"].clip(lower=0)).astype("float64")
    return rows.assign(early=quiet.where(waits), revenue=revenue)


def _capacities(portfolio: Portfolio) -> dict[tuple[str, str], Capacity]:
    """Return what each owner can do; visits follow the objectives of the year where somebody set them."""
    limits = portfolio.thresholds.contacts
    return capacities(
        portfolio,
        {
            VISITS: float(limits.visits_per_week),
            CALLS: float(limits.calls_per_day * WORKED),
            LETTERS: float(limits.letters_per_day * WORKED),
        },
    )


def _told(portfolio: Portfolio, rows: pd.DataFrame, people: dict[str, str]) -> pd.DataFrame:
    """Add names, persons, channels and stable identifiers."""
    who = pd.Index(rows["customer_id"].unique(), dtype="object")
    said = names_of(portfolio, who) if len(who) else pd.Series(dtype="object")
    rows = rows.assign(
        name=rows["customer_id"].map(said), person=rows["customer_id"].map(people).astype("object"),
        channel=rows["kind"].map(CHANNEL), other_code=rows["customer_id"].map(other_codes(portfolio)),
        is_late=(pd.to_datetime(rows["wanted"]) <= pd.Timestamp(portfolio.as_of)).astype(bool),
    )  # fmt: skip
    company = portfolio.params.company.id
    keys = zip(rows["customer_id"], rows["kind"], pd.to_datetime(rows["wanted"]), strict=True)
    rows["id"] = [contact_id(company, client, kind, day.date()) for client, kind, day in keys]
    asked = rows["customer_id"].astype("str").str.startswith(PROSPECT).astype(bool)
    codes = rows["customer_id"].astype("str").str.removeprefix(PROSPECT)
    rows["prospect_id"] = codes.astype("object").where(asked, None)
    rows["name"] = rows["name"].astype("object").where(~asked, codes.astype("object"))
    rows["customer_id"] = rows["customer_id"].astype("object").where(~asked, None)
    return rows[
        ["id", "customer_id", "prospect_id", "name", "other_code", "person", "kind", "due", "wanted", "is_late",
         "reasons", "owner", "channel", "stake", "revenue", "merged"]
    ]  # fmt: skip


def contact_id(company: str, client: object, kind: str, wanted: date) -> str:
    """Return what names a contact in a diary, the same in every report that wants it for the same day.

    >>> contact_id("acme", "C1", "call", date(2026, 3, 17))
    'b93410898fea581b8abe35f9'
    """
    parts = "\x1f".join((company, str(client), kind, wanted.isoformat()))
    return hashlib.sha256(parts.encode()).hexdigest()[:24]


def _load(portfolio: Portfolio, rows: pd.DataFrame, over: pd.DataFrame, known: Known) -> pd.DataFrame:
    """Count by owner what is planned, what can be done, and what is left over."""
    both = pd.concat([rows.assign(left=False), over.assign(left=True)], ignore_index=True)
    if both.empty:
        return pd.DataFrame()
    both["load"] = both["kind"].map(LOADS)
    table = pd.DataFrame(index=pd.Index(sorted(both["owner"].unique()), name="owner"))
    for load in (VISITS, CALLS, LETTERS):
        mine = both[both["load"].eq(load) & ~both["left"]]
        table[load] = mine.groupby("owner").size().reindex(table.index, fill_value=0)
    table["contacts"] = both[~both["left"]].groupby("owner").size().reindex(table.index, fill_value=0)
    weeks = (working_days(known.as_of, known.end)[-1] - known.as_of).days // 7 + 1
    limits = _capacities(portfolio)
    for load in (VISITS, CALLS):
        table[f"{load}_capacity"] = [
            float("nan")
            if owner in ROLES and owner != UNASSIGNED
            else sum(limits.get((str(owner), load), limits["", load]).of_week(week) for week in range(weeks))
            for owner in table.index
        ]
    left = both[both["left"]].drop_duplicates(["owner", "customer_id"]).groupby("owner")
    table["overflow"] = both[both["left"]].groupby("owner").size().reindex(table.index, fill_value=0)
    table["overflow_revenue"] = left["revenue"].sum().reindex(table.index, fill_value=0.0)
    return table
