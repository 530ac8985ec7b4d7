"""Alerts that the other tables raise: contracts, debts, claims, calls, visits, people (A7, A9 to A15, B08, E20).

Floor 5.
"""

from __future__ import annotations

import pandas as pd

from capclient.accounting.identity import COUNTER, UNKNOWN
from capclient.decisions.alert_rows import Rule, raised
from capclient.decisions.facts import Facts, facts
from capclient.indicators.alert_dates import contact_risks, due_deadlines, uncalled
from capclient.indicators.effort import OVER
from capclient.indicators.exact import cents
from capclient.periods import rolling, shifted
from capclient.portfolio import Portfolio
from capclient.themes.accounts import no_accounts
from capclient.themes.activity import behaviour
from capclient.themes.declared import declared
from capclient.themes.effort import effort
from capclient.themes.events import events
from capclient.themes.lateness import lateness
from capclient.themes.origins import contracts_on, seen_at
from capclient.themes.payment_terms import payment_terms, terms_by_client
from capclient.themes.recovery import recovery
from capclient.themes.settlements import overdue
from capclient.vocabulary import Unknown

CALLS = ("call", "visit")
GRADE_OF = {"A": 1, "B": 2, "C": 3, "D": 4}
WORSE = ("watch", "at_risk", "inactive")


def deadlines(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A7: a tender, a notice or an end of contract within three months, or past and unanswered."""
    if portfolio.no_days is not None:
        return portfolio.no_days
    contracts = contracts_on(portfolio, portfolio.as_of)  # on a past day nobody knew who would renew
    if contracts.empty:
        return Unknown("missing:contracts")
    frame, states = portfolio.customers, behaviour(portfolio).state
    here = frame.index[~frame.is_pool & states.ne("lost").fillna(True)]  # a loss has answered for the date
    mine = contracts[contracts.customer_id.isin(here)]
    due = due_deadlines(mine, as_of=portfolio.as_of, months=portfolio.thresholds.alerts.deadline_months)
    first = due.drop_duplicates("customer_id").set_index("customer_id")
    left = (first.deadline - pd.Timestamp(portfolio.as_of)).dt.days
    return raised(
        first.index, since=first.since, stake=first.annual_amount.astype("float64"), deadline=first.deadline,
        kind=first.kind, left=left, dates=due.groupby("customer_id").size(),
    )  # fmt: skip


def late_debts(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A9: more than so many euros overdue for more than sixty days, disputed debts apart."""
    missing = no_accounts(portfolio)
    if missing is not None:
        return missing
    limits = portfolio.thresholds.alerts
    rows = overdue(portfolio)
    waited = (pd.Timestamp(portfolio.as_of) - pd.to_datetime(rows.due_date)).dt.days
    old = rows.assign(waited=waited)[(waited > limits.overdue_days) & ~rows.disputed.astype(bool)]
    old = old[~old.customer_id.isin([UNKNOWN, COUNTER])]
    told = old.groupby("customer_id").agg(
        amount=("amount", "sum"), oldest=("waited", "max"), due=("due_date", "min")
    )
    told = told[told.amount > 100 * limits.overdue_least]
    # what receipts nobody matched cover, or another code may have paid, is owed in the accounts only
    listed = recovery(portfolio).clients.reindex(told.index)
    amount = told.amount / 100
    covered = listed.stage.isin(["reconcile", "small"])
    since = pd.to_datetime(told.due) + pd.Timedelta(days=limits.overdue_days + 1)
    return raised(
        told.index, since=since, stake=amount.clip(upper=listed.claim.fillna(amount)), amount=amount,
        oldest=told.oldest, doubt=covered.map({True: "reconcile", False: ""}),
    )  # fmt: skip


def payment_grade(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A10: the payment score of a client has lost a class in the last months."""
    now = lateness(portfolio)
    if now.reason is not None or now.no_payments is not None:
        return now.reason or now.no_payments or Unknown("missing:payments")
    day = shifted(portfolio.as_of, -portfolio.thresholds.alerts.state_months)
    if day < portfolio.coverage.first:
        return Unknown("history_short")
    before = lateness(seen_at(portfolio, day)).customers
    table = now.customers[~now.customers.index.isin([UNKNOWN, COUNTER])]
    grade = table.payment_grade.map(GRADE_OF).astype("float64")  # of nobody too
    past = before.payment_grade.map(GRADE_OF).astype("float64").reindex(table.index)
    fell = table[grade > past]
    return raised(
        fell.index, since=None, stake=fell.receivable.clip(lower=0), grade=fell.payment_grade,
        former=before.payment_grade.reindex(fell.index), late=fell.days_late.round(1),
    )  # fmt: skip


def long_terms(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A11: terms agreed with a client that go beyond the law."""
    known = payment_terms(portfolio)
    if known.terms_reason is not None:
        return known.terms_reason
    told = terms_by_client(known.terms)
    broken = told[told.breach_invoices > 0]
    broken = broken[~broken.index.isin([UNKNOWN, COUNTER])]
    return raised(
        broken.index, since=None, stake=broken.amount, invoices=broken.breach_invoices,
        term=broken.longest_term, excess=broken.excess_days,
    )  # fmt: skip


def open_claims(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A12: a claim that nobody has closed for more than fifteen days."""
    if portfolio.no_days is not None:
        return portfolio.no_days
    table = events(portfolio)
    claims = table[table.type.eq("claim")]
    if claims.empty:
        return Unknown("missing:claims")
    if claims.closed.isna().all():
        return Unknown("missing:closed")
    day = pd.Timestamp(portfolio.as_of)
    days = portfolio.thresholds.alerts.claim_days
    opened = claims.opened.fillna(claims.date)
    age = (day - opened).dt.days
    waiting = claims.assign(age=age, opened=opened)[~(claims.closed <= day) & (age > days)]
    told = waiting.groupby("customer_id").agg(
        claims=("age", "size"), oldest=("age", "max"), opened=("opened", "min")
    )
    told = told[told.index.isin(_named(portfolio))]
    since = told.opened + pd.Timedelta(days=days + 1)
    return raised(
        told.index, since=since, stake=_yearly(portfolio, told.index), claims=told.claims, oldest=told.oldest
    )


def new_uncalled(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A13: a new client that nobody has called or visited since its first order, a week after it."""
    if portfolio.no_days is not None:
        return portfolio.no_days
    table = events(portfolio)
    calls = table[table.type.isin(CALLS)]
    if calls.empty:
        return Unknown("missing:calls")
    year = rolling(portfolio.as_of)
    if not portfolio.is_complete(year) or not portfolio.is_complete(rolling(portfolio.as_of, back=12)):
        return Unknown("history_short")
    frame = portfolio.customers
    known = ~frame.is_pool & ~frame.is_intragroup & frame.first_seen_override.isna()
    new = frame.first_purchase[known & (frame.first_purchase >= pd.Timestamp(year.start))]
    limit = portfolio.thresholds.alerts.call_days
    by = uncalled(new, calls[["customer_id", "date"]], as_of=portfolio.as_of, days=limit).dropna()
    first = new.reindex(by.index)
    waited = (pd.Timestamp(portfolio.as_of) - first).dt.days
    return raised(by.index, since=by, stake=_yearly(portfolio, by.index), first=first, waited=waited)


def over_visited(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A14: a client visited much more than its share of what clients bring."""
    known = effort(portfolio)
    if known.reason is not None:
        return known.reason
    over = known.customers[known.customers.verdict.eq(OVER)]
    return raised(
        over.index, since=None, stake=over.beyond_cost, visits=over.visits, effort=over.effort_share,
        value_share=over.value_share,
    )  # fmt: skip


def contradictions(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A15: what is declared of a client is denied by the figures."""
    known = declared(portfolio)
    if known.reason is not None:
        return known.reason
    against = known.contradictions
    told = against.groupby(level=0).agg(number=("name", "size"), revenue=("revenue_n", "first"))
    return raised(told.index, since=None, stake=None, number=told.number, revenue=told.revenue)


def _people(portfolio: Portfolio) -> tuple[pd.DataFrame, Facts] | Unknown:
    """People known at each client that buys, beside what the client is worth."""
    if portfolio.no_days is not None:
        return portfolio.no_days
    contacts = portfolio.table("contacts")
    if contacts.empty:
        return Unknown("missing:contacts")
    known = facts(portfolio)
    if known.reason is not None:
        return known.reason
    told = contact_risks(contacts, as_of=portfolio.as_of, months=portfolio.thresholds.alerts.contact_months)
    buying = known.clients.index[known.clients.revenue > 0]
    return told[told.index.isin(buying)], known


def single_contact(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A21: one person alone is known at a client of value A or B: its departure would cut the relation (B08)."""
    told = _people(portfolio)
    if isinstance(told, Unknown):
        return told
    people, clients = told[0], told[1].clients
    chosen = people[people.single & clients.value_class.reindex(people.index).isin(["A", "B"])]
    revenue = clients.revenue.reindex(chosen.index)
    return raised(chosen.index, since=None, stake=revenue, people=chosen.people, revenue=revenue)


def contact_change(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A22: someone known at a client left in the last twelve months (B08)."""
    told = _people(portfolio)
    if isinstance(told, Unknown):
        return told
    people, clients = told[0], told[1].clients
    chosen = people[people.changed]
    revenue = clients.revenue.reindex(chosen.index)
    return raised(
        chosen.index,
        since=chosen.left_on,
        stake=revenue,
        left_on=chosen.left_on,
        people=chosen.people.fillna(0),
    )


def competitors(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A23: a competitor is known at a client that grows silent (E20)."""
    if portfolio.no_days is not None:
        return portfolio.no_days
    sheet = portfolio.table("customers").drop_duplicates("customer_id").set_index("customer_id")
    if sheet.empty or not sheet.competitors_known.notna().any():
        return Unknown("missing:competitors_known")
    frame, states = portfolio.customers, behaviour(portfolio)
    named = sheet.competitors_known.reindex(frame.index)
    near = frame[named.notna() & states.state.isin(WORSE) & ~frame.is_pool]
    revenue = near[["revenue_n", "revenue_n1"]].max(axis=1)
    near = near[cents(revenue) > 0]
    return raised(
        near.index, since=None, stake=revenue[near.index], competitor=named.astype("object"), state=states.state,
        revenue=revenue,
    )  # fmt: skip


def _named(portfolio: Portfolio) -> pd.Index:
    frame = portfolio.customers
    return frame.index[~frame.is_pool]


def _yearly(portfolio: Portfolio, index: pd.Index) -> pd.Series:
    """Revenue of N, missing when the year is not whole."""
    revenue = portfolio.customers.revenue_n.reindex(index).clip(lower=0)
    return revenue if portfolio.is_complete(portfolio.windows.n) else revenue * float("nan")


RULES = (
    Rule("deadlines", "A7", deadlines, ("contracts",)),
    Rule("late_debts", "A9", late_debts, ("receivable_items", "payments")),
    Rule("payment_grade", "A10", payment_grade, ("receivable_items", "payments")),
    Rule("long_terms", "A11", long_terms, ("receivable_items",)),
    Rule("open_claims", "A12", open_claims, ("interactions",)),
    Rule("new_uncalled", "A13", new_uncalled, ("interactions",)),
    Rule("over_visited", "A14", over_visited, ("interactions", "cost", "cost_to_serve", "customers")),
    Rule("contradictions", "A15", contradictions, ("customers",), severity="low"),
    Rule("single_contact", "A21", single_contact, ("contacts", "cost", "cost_to_serve")),
    Rule("contact_change", "A22", contact_change, ("contacts",)),
    Rule("competitors", "A23", competitors, ("customers",)),
)
