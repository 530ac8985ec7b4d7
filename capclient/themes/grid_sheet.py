"""What must be known before judging a client: who it is, who knows it, who else could serve it (D01, D02, B08, E20).

Floor 5. Its findings bear the group ``grid`` and are handed over by that theme.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from capclient.engine import operations
from capclient.findings import Finding, finding
from capclient.indicators.contact_people import contact_people
from capclient.indicators.exact import cents
from capclient.portfolio import Portfolio
from capclient.themes.activity import activity
from capclient.themes.once import once
from capclient.vocabulary import Unknown

FIELDS = (
    "name",
    "customer_type",
    "theirs",
    "ours",
)  # of the text: who, what, whom we know there, who follows it here
PEOPLE = (
    "single_contact_customers", "single_contact_revenue_share", "contact_change_customers",
    "contact_change_revenue_share",
)  # fmt: skip
RIVALS = ("alternatives_customers", "alternatives_revenue", "alternatives_revenue_share")
NAMES = ("identified_customers", "identity_residual", "base_completeness", *PEOPLE, *RIVALS)
SEPARATORS = re.compile(r"\s*[;,/|\n]\s*")


@dataclass(frozen=True)
class GridSheet:
    """``clients``: active clients with ``theirs``, ``ours`` (people known), ``is_single``, ``has_changed`` (missing
    without a table of contacts), ``rivals`` (text) and the fields of the sheet that are filled in.

    ``fields``: filled clients and share by field. ``rivals``: clients, revenue and revenue at risk by competitor.
    """

    clients: pd.DataFrame
    fields: pd.DataFrame
    rivals: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


def grid_reason(portfolio: Portfolio) -> Unknown | None:
    """Return why clients of the year cannot be judged, None when they can."""
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    return None if portfolio.is_complete(portfolio.windows.n) else Unknown("period_incomplete")


@once
def grid_sheet(portfolio: Portfolio) -> GridSheet:
    """Return what is known of the active clients of N beside their invoices."""
    reason = grid_reason(portfolio)
    if reason is not None:
        nothing = pd.DataFrame()
        return GridSheet(nothing, nothing, nothing, reason, [own(portfolio, name, reason) for name in NAMES])
    clients = _clients(portfolio)
    filled = pd.DataFrame({
        "name": clients.name.fillna("").astype("str").str.strip().ne("") & (clients.name != clients.index),
        "customer_type": clients.customer_type.fillna("").astype("str").str.strip().ne(""),
        "theirs": clients.theirs.fillna(0) > 0,
        "ours": (clients.ours.fillna(0) > 0) | clients.salesperson.fillna("").astype("str").str.strip().ne(""),
    })  # fmt: skip
    fields = (
        pd.DataFrame({"customers": filled.sum(), "share": filled.mean()}).rename_axis("field").reset_index()
    )
    rivals = _rivals(portfolio, clients)
    return GridSheet(clients, fields, rivals, None, _findings(portfolio, clients, filled))


def _clients(portfolio: Portfolio) -> pd.DataFrame:
    frame = portfolio.customers
    active = frame[(frame.revenue_n > 0) & ~frame.is_pool]
    sheet = portfolio.table("customers").set_index("customer_id")
    sheet = sheet[~sheet.index.duplicated()].reindex(active.index)
    table = active[["name", "salesperson", "revenue_n"]].copy()
    table["customer_type"], table["rivals"] = sheet.customer_type, sheet.competitors_known
    if portfolio.has("contacts"):
        known = contact_people(portfolio.table("contacts"), active.first_purchase, as_of=portfolio.as_of)
        return table.join(known)
    return table.assign(theirs=float("nan"), ours=float("nan"), is_single=None, has_changed=None)


def _rivals(portfolio: Portfolio, clients: pd.DataFrame) -> pd.DataFrame:
    """Competitors that clients are known to have at hand, spelled as most often; the largest revenue exposed first."""
    told = clients.rivals.dropna().astype("str")
    rows = (
        told.map(lambda words: [name for name in SEPARATORS.split(words.strip()) if name]).explode().dropna()
    )
    columns = ["competitor", "customers", "revenue", "risk_revenue"]
    if rows.empty:
        return pd.DataFrame(columns=columns)
    risk = activity(portfolio).customers.risk_score.reindex(clients.index).astype("float64")
    threatened = risk >= float(portfolio.thresholds.activity.risk_high)
    table = pd.DataFrame({"competitor": rows, "key": rows.str.casefold()})
    table = table.rename_axis("customer_id").reset_index().drop_duplicates(["customer_id", "key"])
    table["revenue"] = table.customer_id.map(clients.revenue_n)
    table["risk_revenue"] = table.revenue.where(table.customer_id.map(threatened).astype(bool), 0.0)
    made = table.groupby("key").agg(
        competitor=("competitor", lambda names: names.mode().iloc[0]), customers=("customer_id", "size"),
        revenue=("revenue", "sum"), risk_revenue=("risk_revenue", "sum"),
    )  # fmt: skip
    made = made.round({"revenue": 2, "risk_revenue": 2})
    return made.sort_values(["revenue", "competitor"], ascending=[False, True])[columns].reset_index(
        drop=True
    )


def _findings(portfolio: Portfolio, clients: pd.DataFrame, filled: pd.DataFrame) -> list[Finding]:
    total = float(clients.revenue_n.sum())
    none = Unknown("denominator_zero")
    values: dict[str, object] = {
        "identified_customers": len(clients),
        "identity_residual": _residual(portfolio),
        "base_completeness": float(filled.to_numpy().mean()) if len(filled) else none,
    }
    has_people = portfolio.has("contacts") and bool((clients.theirs > 0).any())
    for flag, name in (("is_single", "single_contact"), ("has_changed", "contact_change")):
        mine = clients[clients[flag].fillna(False).astype(bool)] if has_people else clients.iloc[:0]
        unknown = None if has_people else Unknown("missing:contacts")
        values[f"{name}_customers"] = unknown or len(mine)
        values[f"{name}_revenue_share"] = unknown or (
            float(mine.revenue_n.sum()) / total if total > 0 else none
        )
    told = clients.rivals.fillna("").astype("str").str.strip().ne("")
    missing = None if told.any() else Unknown("missing:competitors_known")
    exposed = float(clients.revenue_n[told].sum())
    values["alternatives_customers"] = missing or int(told.sum())
    values["alternatives_revenue"] = missing or exposed
    values["alternatives_revenue_share"] = missing or (exposed / total if total > 0 else none)
    caveats = dict.fromkeys(RIVALS, "caveat.alternatives_least") if missing is None else {}
    if has_people and (clients.theirs == 0).any():
        caveats |= dict.fromkeys(PEOPLE, "caveat.contacts_least")
    return [own(portfolio, name, values[name], caveat=caveats.get(name)) for name in NAMES]


def _residual(portfolio: Portfolio) -> float:
    """Euros of N that neither a client nor the line « without client » bears: nothing, when each counts once."""
    year, frame = portfolio.windows.n, portfolio.customers
    rows = portfolio.ledger.frame(operations.PERIOD_REVENUE, [year.start, year.end])
    blank = int(rows.revenue[rows.customer_id.isna()].sum())  # whole cents, like those of the engine
    once_each = frame[~frame.index.duplicated()].revenue_n
    return (int(rows.revenue.sum()) - blank - int(cents(once_each.fillna(0.0)).sum())) / 100


def own(
    portfolio: Portfolio, name: str, value: object, *, n: int | None = None, caveat: str | None = None
) -> Finding:
    """Return a finding of the group, of the year N."""
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    inputs = ("invoice_lines", "customers")
    return finding(f"grid.{name}", value, period=period, n=n, caveat=caveat, inputs=inputs)  # type: ignore[arg-type]
