"""Claims, disputes and calls for help: how many, how long, why, and who calls back (6.4 to 6.6, A10, A13, E05).

Floor 5. Its findings bear the group ``satisfaction`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.engine import satisfaction as engine
from capclient.findings import Finding, finding
from capclient.indicators import claims as measure
from capclient.indicators.retention import wilson_interval
from capclient.portfolio import Portfolio
from capclient.summaries import euros
from capclient.themes.events import NO_LINES, SCORES, active_revenue, events, named, of_clients, within
from capclient.themes.once import once
from capclient.themes.purchases import purchases
from capclient.themes.surveys import share_finding, surveys
from capclient.vocabulary import Unknown

NO_CLAIM = Unknown("missing:claims")
NO_CLOSING = Unknown("missing:closed")
NOTHING = Unknown("not_applicable:no_claims")
NONE_OPEN = Unknown("not_applicable:none_open")
NO_DISPUTES = Unknown("not_applicable:no_disputes")
Value = int | float | Unknown
LATE_START = pd.Timedelta(days=45)  # events that begin so long after N do not cover it


@dataclass(frozen=True)
class Complaints:
    """``claims``, ``disputes``: events with ``is_closed``, ``days`` (or age) and ``way``. ``months``: claims by month.

    ``causes``: causes of the claims of N. ``sources``: what revealed a dissatisfaction in N, by kind and channel.
    ``clients``: claims, visits and revenue N of the clients that complained. Empty without any claim (``reason``).
    ``credited``: clients by credit notes of N, which speak when nobody writes claims down.
    """

    claims: pd.DataFrame
    disputes: pd.DataFrame
    hotline: pd.DataFrame
    months: pd.DataFrame
    causes: pd.DataFrame
    sources: pd.DataFrame
    clients: pd.DataFrame
    credited: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


@once
def complaints(portfolio: Portfolio) -> Complaints:
    """Return the claims, disputes and calls for help of a portfolio at D."""
    table = events(portfolio)
    every = {
        kind: _followed(portfolio, table[table.type == kind]) for kind in ("claim", "dispute", "hotline")
    }
    claims = every["claim"]
    reason = NO_LINES if not portfolio.has_lines else NO_CLAIM if claims.empty else None
    year = {kind: within(rows, portfolio.windows.n) if portfolio.has_lines else rows.iloc[:0]
            for kind, rows in every.items()}  # fmt: skip
    recent = year["claim"]
    return Complaints(
        claims=claims,
        disputes=every["dispute"],
        hotline=year["hotline"],
        months=_months(portfolio, recent) if reason is None else pd.DataFrame(),
        causes=measure.causes(recent.cause) if reason is None else pd.DataFrame(),
        sources=_sources(portfolio),
        clients=_clients(portfolio, recent) if reason is None else pd.DataFrame(),
        credited=_credited(portfolio),
        reason=reason,
        findings=[
            *_rates(portfolio, claims, recent, reason),
            *_delays(portfolio, claims, recent, reason),
            *_disputes(portfolio, every["dispute"]),
            *_hotline(portfolio, year),
        ],
    )


def _followed(portfolio: Portfolio, rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.join(measure.delays(rows, as_of=portfolio.as_of))
    return rows.assign(way=measure.way_out(rows.phase, rows.channel))


def _months(portfolio: Portfolio, recent: pd.DataFrame) -> pd.DataFrame:
    """Claims of each month of N by what became of them at D."""
    period = portfolio.windows.n
    months = pd.period_range(period.start, period.end, freq="M")
    state = recent.is_closed.map({True: "closed", False: "open"}).mask(
        ~recent.is_closed & recent.severity.eq("major"), "open_major"
    )
    table = pd.crosstab(recent.date.dt.to_period("M"), state)
    table = table.reindex(index=months, columns=["closed", "open", "open_major"], fill_value=0)
    return table.set_axis(months.to_timestamp(), axis=0).rename_axis("month").reset_index()


def _sources(portfolio: Portfolio) -> pd.DataFrame:
    """Ways by which a dissatisfaction was known in N: claims, disputes, calls for help, unhappy answers (A14)."""
    if not portfolio.has_lines:
        return pd.DataFrame()
    table = within(events(portfolio), portfolio.windows.n)
    said = surveys(portfolio)
    unhappy = list(said.voters.index[said.voters.is_dissatisfied]) if said.reason is None else []
    answers = table[table[SCORES].notna().any(axis=1) & table.customer_id.isin(unhappy)].assign(type="survey")
    voices = pd.concat([table[table.type.isin(("claim", "dispute", "hotline"))], answers])
    if voices.empty:
        return pd.DataFrame()
    channel = measure.same_words(voices.channel).fillna("")
    rows = voices.groupby([voices.type, channel]).agg(
        n=("type", "size"), customers=("customer_id", "nunique")
    )
    rows = rows.reset_index().sort_values(
        ["n", "type", "channel"], ascending=[False, True, True], kind="stable"
    )
    return rows.assign(share=rows.n / len(voices)).reset_index(drop=True)


def _clients(portfolio: Portfolio, recent: pd.DataFrame) -> pd.DataFrame:
    """Clients that complained in N: claims, of which open, visits and claims per thousand euros (F14)."""
    mine = of_clients(portfolio, recent)
    year = within(events(portfolio), portfolio.windows.n)
    visits = year.customer_id[year.type == "visit"].value_counts()
    tally = mine.customer_id.value_counts().sort_index()
    table = pd.DataFrame({"claims_n": tally})
    table["open_n"] = (~mine.is_closed).groupby(mine.customer_id).sum().astype("int64")
    table["visits_n"] = visits.reindex(table.index).fillna(0).astype("int64")
    table = named(portfolio, table)
    earned = table.revenue_n.where(table.revenue_n > 0)
    table["claims_per_k"] = (table.claims_n * 1000 / earned).round(9)
    return table.sort_values(["claims_n", "revenue_n", "name"], ascending=[False, False, True], kind="stable")


def _credited(portfolio: Portfolio) -> pd.DataFrame:
    """Clients by what credit notes gave back in N: amount and share of what they were invoiced."""
    if isinstance(active_revenue(portfolio), Unknown):
        return pd.DataFrame()
    year = portfolio.windows.n
    rows = portfolio.ledger.frame(engine.CREDITED, [year.start, year.end]).set_index("customer_id")
    table = named(portfolio, pd.DataFrame({"credited": euros(rows.credited)}))
    invoiced = euros(rows.invoiced)
    table["credited_share"] = (table.credited / invoiced.where(invoiced > 0)).astype("float64")
    frame = portfolio.customers
    table = table[~table.index.isin(frame.index[frame.is_pool])]
    return table.sort_values(["credited", "name"], ascending=[False, True], kind="stable")


def _rates(
    portfolio: Portfolio, claims: pd.DataFrame, recent: pd.DataFrame, reason: Unknown | None
) -> list[Finding]:
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    values: dict[str, Value] = dict.fromkeys(
        ("claims", "claims_per_100_orders", "claims_per_100k", "complaining_customers", "causes_for_80"),
        reason or NO_CLAIM,
    )  # fmt: skip
    told = recent.cause.astype("str").str.strip().ne("") & recent.cause.notna()
    share = Unknown("period_incomplete")
    part = None
    if reason is None:
        orders = next(item for item in purchases(portfolio).findings if item.id == "purchases.orders")
        revenue = active_revenue(portfolio)
        total = portfolio.total_revenue(period)
        full = not isinstance(revenue, Unknown)
        mine = of_clients(portfolio, recent).customer_id.unique()
        values = {
            "claims": len(recent),
            "claims_per_100_orders": measure.rate_per(len(recent), float(orders.value), 100)
            if orders.value is not None and full
            else Unknown(orders.reason or "period_incomplete"),
            "claims_per_100k": measure.rate_per(len(recent), total, 1e5)
            if full
            else Unknown("period_incomplete"),
            "complaining_customers": len(mine),
            "causes_for_80": measure.causes_for(measure.causes(recent.cause)) if len(recent) else NOTHING,
        }
        if not isinstance(revenue, Unknown):
            whole = float(revenue.sum())
            part = float(revenue.reindex(mine).sum()) / whole if whole > 0 else None
            share = Unknown("denominator_zero")
    short = _short(portfolio) if reason is None else None
    inputs = ("interactions", "invoice_lines")
    found = [
        finding(f"satisfaction.{name}", value, period=period, n=len(recent), inputs=inputs,
                caveat=short if name != "causes_for_80" else None)
        for name, value in values.items()
    ]  # fmt: skip
    found.append(
        finding("satisfaction.complaining_revenue_share", reason or (share if part is None else part), period=period,
                inputs=inputs)
    )  # fmt: skip
    found.append(
        share_finding("cause_told_share", int(told.sum()), len(recent), NOTHING, reason=reason, period=period)
    )
    return found


def _short(portfolio: Portfolio) -> str | None:
    """Say that the events begin within N: their yearly rates are minima."""
    first = events(portfolio).date.min()
    late = first > pd.Timestamp(portfolio.windows.n.start) + LATE_START
    return "caveat.events_short" if late else None


def _delays(
    portfolio: Portfolio, claims: pd.DataFrame, recent: pd.DataFrame, reason: Unknown | None
) -> list[Finding]:
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    why = reason or (None if claims.closed.notna().any() else NO_CLOSING)
    still = claims[~claims.is_closed]
    answered = recent.answer_days.dropna()
    age = still.days.dropna()
    unclosed = "caveat.open_apart" if len(still) else None
    if why is None and recent.empty:
        resolution: Value = NOTHING
        expected: Value = NOTHING
    else:
        resolution, expected = measure.resolution_days(recent), measure.expected_days(recent)
    kept, judged = measure.within_delay(recent, days=portfolio.thresholds.satisfaction.claim_days)
    unjudged = NOTHING if recent.empty else Unknown("not_applicable")
    none_answered = Unknown("missing:called_back") if len(recent) else NOTHING
    return [
        finding("satisfaction.claim_resolution_days", why or resolution, period=period, n=int(recent.is_closed.sum()),
                caveat=unclosed, inputs=("interactions",)),
        finding("satisfaction.claim_expected_days", why or expected, period=period, n=len(recent),
                inputs=("interactions",)),
        finding("satisfaction.open_claims", why or len(still), n=len(claims), inputs=("interactions",)),
        finding("satisfaction.open_major_claims", why or int(still.severity.eq("major").sum()),
                inputs=("interactions",)),
        finding("satisfaction.open_claims_age_days", why or (float(age.median()) if len(age) else NONE_OPEN),
                n=len(age), inputs=("interactions",)),
        finding("satisfaction.claim_first_answer_days",
                reason or (float(answered.median()) if len(answered) else none_answered), period=period,
                n=len(answered), inputs=("interactions",)),
        share_finding("claims_closed_share", int(recent.is_closed.sum()), len(recent), NOTHING, reason=why,
                      period=period),
        share_finding("claims_within_delay", kept, judged, unjudged, reason=why, period=period),
    ]  # fmt: skip


def _disputes(portfolio: Portfolio, rows: pd.DataFrame) -> list[Finding]:
    reason = NO_LINES if not portfolio.has_lines else Unknown("missing:disputes") if rows.empty else None
    why = reason or (None if rows.closed.notna().any() else NO_CLOSING)
    still = rows[~rows.is_closed]
    told, age = still.amount.dropna(), still.days.dropna()
    stake: Value = (
        Unknown("missing:amount")
        if len(still) and told.empty
        else round(float(told.astype("float64").sum()), 2)
    )
    part = "caveat.amounts_untold" if 0 < len(told) < len(still) else None
    ended = rows.way[rows.is_closed].dropna()
    inputs = ("interactions",)
    return [
        finding("satisfaction.open_disputes", why or len(still), n=len(rows), inputs=inputs),
        finding("satisfaction.disputed_amount", why or stake, n=len(told), caveat=part, inputs=inputs),
        finding("satisfaction.dispute_age_days", why or (float(age.median()) if len(age) else NO_DISPUTES), n=len(age),
                inputs=inputs),
        share_finding("dispute_amicable_share", int((ended == "amicable").sum()), len(ended),
                      Unknown("missing:settlement"), reason=why),
    ]  # fmt: skip


def _hotline(portfolio: Portfolio, year: dict[str, pd.DataFrame]) -> list[Finding]:
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    ever = events(portfolio).type.eq("hotline").any()
    reason = NO_LINES if not portfolio.has_lines else None if ever else Unknown("missing:hotline")
    rows = year["hotline"]
    days = rows.answer_days.dropna()
    limit = portfolio.thresholds.satisfaction.hotline_days
    silent = Unknown("missing:called_back") if len(rows) else Unknown("not_applicable")
    why = reason or (None if len(days) else silent)
    kinds = [year[kind] for kind in ("claim", "dispute", "hotline")]
    handled = sum(int((rows.is_closed | rows.answer_days.notna()).sum()) for rows in kinds)
    any_kind = (
        NO_LINES if not portfolio.has_lines else None if any(map(len, kinds)) else Unknown("missing:requests")
    )
    inputs = ("interactions",)
    prompt = int((days <= limit).sum())
    return [
        finding("satisfaction.hotline_calls", reason or len(rows), period=period, inputs=inputs),
        finding("satisfaction.hotline_called_back_share", why or prompt / len(rows), period=period, n=len(rows),
                interval=None if why else wilson_interval(prompt, len(rows)), inputs=inputs),
        finding("satisfaction.hotline_call_back_days", why or float(days.median()), period=period, n=len(days),
                caveat="caveat.days_only", inputs=inputs),
        finding("satisfaction.requests_handled", any_kind or handled, period=period,
                n=sum(len(rows) for rows in kinds), inputs=inputs),
    ]  # fmt: skip
