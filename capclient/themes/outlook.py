"""What each method would project from a day, past or present, with what was known on that day (11.1).

Floor 5. The same function makes the projection of today and those of the past that prove it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

import pandas as pd

from capclient.indicators.contracted import contract_parts, renewals
from capclient.indicators.forecast import annualised, next_twelve_months, observed_presence, ordered_presence
from capclient.periods import Period, rolling, shifted
from capclient.portfolio import Portfolio
from capclient.themes.activity import behaviour
from capclient.themes.cohorts import client_seniority
from capclient.themes.loss import loss
from capclient.themes.origins import seen_at
from capclient.themes.purchase_models import purchase_models
from capclient.vocabulary import Unknown

NAIVE = "naive"
METHODS = (NAIVE, "presence", "trend", "alive", "risk", "purchases")
# column of the chance to buy again that each of them reads
CHANCES = {
    "presence": "p_active",
    "trend": "p_active",
    "alive": "p_alive",
    "risk": "p_risk",
    "purchases": "p_alive",
}
WATCHED = (12, 6)  # months over which clients are seen to come back: a year, else half of one
ARRIVAL_YEARS = 3  # years whose arrivals give the pace of those to come, none fewer
MONTH = 365.25 / 12


@dataclass(frozen=True)
class Outlook:
    """What is projected from ``day`` for the twelve months that follow it; euros.

    ``clients``: one row a client known on that day: ``revenue before state p_active months annualised signed renewed
    last reason`` and a column a method, missing where ``reason`` (``pool``, ``too_new``) says why. ``presence``: share
    of each state that came back within ``watched`` months. ``carried``: revenue of the year that nobody answers for,
    of pooled codes and of clients too new, carried over. ``arrivals``: revenue of clients to come, in no total.
    ``renewal``: contracts ended and renewed.
    """

    day: date
    clients: pd.DataFrame
    presence: pd.DataFrame | Unknown
    watched: int
    carried: float
    arrivals: float | Unknown
    renewal: tuple[int, int]

    @property
    def methods(self) -> list[str]:
        """Methods that have something to say on that day."""
        return [name for name in METHODS if name in self.clients]

    def total(self, method: str) -> float:
        """Projection of the company by one method: its clients and what is carried over, nobody that is to come."""
        return round(float(self.clients[method].sum()) + self.carried, 2)

    def chances(self, method: str) -> pd.Series:
        """Chance to buy again of each client as a method reads it; missing where it reads none."""
        column = CHANCES.get(method, "p_active")
        return self.clients.get(column, pd.Series(float("nan"), index=self.clients.index))


def outlook(portfolio: Portfolio, day: date) -> Outlook:
    """Return the projections of every method from a day."""
    year = rolling(day)
    clients = _clients(portfolio, day)
    presence, watched = _presence(portfolio, day)
    contracts = portfolio.table("contracts")
    known = clients[clients.reason.isna()]
    clients[NAIVE] = known.revenue
    renewal = renewals(contracts, day=day)
    if not isinstance(presence, Unknown):
        clients["p_active"] = clients.state.map(presence.p_active).astype("float64")
        parts = _contracted(contracts, day, renewal, presence, clients.index)
        clients[["last", "signed", "renewed"]] = parts[["last", "signed", "renewed"]]
        _formulas(clients, parts)
        _judged(portfolio, day, clients, parts)
        _purchases(portfolio, day, clients, parts)
    used = float(clients[NAIVE].sum())
    return Outlook(
        day=day,
        clients=clients,
        presence=presence,
        watched=watched,
        carried=round(portfolio.total_revenue(year) - used, 2),
        arrivals=_arrivals(portfolio, day),
        renewal=renewal,
    )


def year_after(day: date) -> Period:
    """Return the twelve months that follow a day."""
    return Period(day + timedelta(days=1), shifted(day, 12))


def _clients(portfolio: Portfolio, day: date) -> pd.DataFrame:
    """Clients seen by a day, with the revenue of the two years up to it and why one is not projected."""
    frame = portfolio.customers
    ages = client_seniority(portfolio)
    first = ages.first_seen.astype("datetime64[ns]")
    table = pd.DataFrame(
        {"revenue": portfolio.revenue(rolling(day)), "before": portfolio.revenue(rolling(day, back=12))}
    )
    table = table[(first <= pd.Timestamp(day)) | (table.revenue != 0)]
    young = (first > pd.Timestamp(shifted(day, -12))) & ~ages.seniority_censored.astype("bool")
    months = ((pd.Timestamp(day) - first).dt.days / MONTH).clip(lower=0).where(young).reindex(table.index)
    least = portfolio.thresholds.forecast.min_months
    pooled = frame.is_pool.reindex(table.index)
    table["annualised"] = annualised(table.revenue, months, least=least)
    table["months"] = months
    reason = pd.Series(pd.NA, index=table.index, dtype="str")
    table["reason"] = reason.mask(months < least, "too_new").mask(pooled, "pool")
    table["state"] = pd.Series(pd.NA, index=table.index, dtype="str")
    if portfolio.no_days is None:
        states = behaviour(seen_at(portfolio, day)).state
        table["state"] = states.reindex(table.index).astype("str")
    return table


def _presence(portfolio: Portfolio, day: date) -> tuple[pd.DataFrame | Unknown, int]:
    """Share of the clients of each state that bought since, as the past of that day tells it; in how many months."""
    if portfolio.no_days is not None:
        return portfolio.no_days, 0
    data = portfolio.coverage
    for months in WATCHED:
        start = shifted(day, -months)
        if (data.first - shifted(start, -months)).days <= data.tolerance_days + 1:
            break
    else:
        return Unknown("history_short"), 0
    states = behaviour(seen_at(portfolio, start)).state
    # of those that had bought within the year: the chance multiplies a year of purchases
    bought_before = portfolio.revenue(rolling(start)).reindex(states.index) > 0
    states = states[bought_before & ~portfolio.customers.is_pool.reindex(states.index)].dropna()
    if states.empty:
        return Unknown("history_short"), 0
    bought = portfolio.revenue(Period(start + timedelta(days=1), day)).reindex(states.index) > 0
    weight = portfolio.thresholds.forecast.shrinkage
    return ordered_presence(observed_presence(states, bought, shrinkage=weight), shrinkage=weight), months


def _contracted(
    contracts: pd.DataFrame, day: date, renewal: tuple[int, int], presence: pd.DataFrame, index: pd.Index
) -> pd.DataFrame:
    """What running contracts brought and will bring, by client; 0 without any."""
    ended, renewed = renewal
    overall = float(presence.bought.sum() / presence.customers.sum())
    # few ends: the chance is that of clients as a whole
    parts = contract_parts(contracts, day=day, renewal=(renewed + 5 * overall) / (ended + 5))
    return parts.reindex(index, fill_value=0.0)


def _formulas(clients: pd.DataFrame, parts: pd.DataFrame) -> None:
    """Add the projection without and with the trend; contracts replace the part that they cover."""
    p = clients.p_active.fillna(0.0)
    rest, before = clients.annualised - parts["last"], clients.before - parts["before"]
    due = parts.signed + parts.renewed
    # a contract that was invoiced less than signed leaves no negative rest
    clients["presence"] = (rest.clip(lower=0.0) * p + due).round(2)
    clients["trend"] = (next_twelve_months(rest, before.where(clients.months.isna()), p) + due).round(2)
    clients.loc[clients.reason.notna(), ["presence", "trend"]] = float("nan")


def _judged(portfolio: Portfolio, day: date, clients: pd.DataFrame, parts: pd.DataFrame) -> None:
    """Add the projections by the chance of the model of purchase and of the judge of losses, where they may speak.

    Who they say nothing of keeps the chance of its state.
    """
    told = {"alive": _alive(portfolio, day), "risk": _staying(portfolio, day)}
    rest = (clients.annualised - parts["last"]).clip(lower=0.0)
    for method, chance in told.items():
        if chance is None or chance.notna().sum() == 0:
            continue
        p = chance.reindex(clients.index).fillna(clients.p_active)
        clients[CHANCES[method]] = p
        clients[method] = (rest * p.fillna(0.0) + parts.signed + parts.renewed).round(2)
        clients.loc[clients.reason.notna(), method] = float("nan")


def _alive(portfolio: Portfolio, day: date) -> pd.Series | None:
    """P(active) of the model of purchase as fitted on that day, None where it is refused."""
    if purchase_models(portfolio).reason is not None:
        return None
    model = purchase_models(seen_at(portfolio, day))
    return None if model.reason is not None else model.clients.p_active


def _staying(portfolio: Portfolio, day: date) -> pd.Series | None:
    """Chance not to be lost, by the judge of losses in use; on a past day as it was learned from what was over."""
    judged = loss(portfolio)
    if isinstance(judged.proof, Unknown):
        return None
    if day == portfolio.as_of:
        return 1 - judged.clients.p_loss.astype("float64")
    rows = judged.proof.rows
    here = rows[rows.index.get_level_values("origin") == pd.Timestamp(day)]
    return 1 - here[f"p_{judged.proof.method}"].droplevel("origin") if len(here) else None


def _purchases(portfolio: Portfolio, day: date, clients: pd.DataFrame, parts: pd.DataFrame) -> None:
    """Add expected orders times expected amount, where the models of purchase proved themselves on that day."""
    if purchase_models(portfolio).reason is not None:
        return
    model = purchase_models(seen_at(portfolio, day))
    if model.reason is not None or model.clients.expected_amount.isna().all():
        return
    expected = (model.clients.expected_orders_12m * model.clients.expected_amount).reindex(clients.index)
    free = expected.where(parts.signed == 0, parts.signed + parts.renewed)
    clients["purchases"] = free.fillna(clients.presence).where(clients.reason.isna()).round(2)


def _arrivals(portfolio: Portfolio, day: date) -> float | Unknown:
    """Median revenue, in the year they came, of the clients that arrived in each of the last three years (11.1)."""
    data, frame = portfolio.coverage, portfolio.customers
    ages = client_seniority(portfolio)
    first = ages.first_seen.astype("datetime64[ns]")
    found = []
    for back in range(ARRIVAL_YEARS):
        year = rolling(day, back=12 * back)
        if (data.first - shifted(year.start, -12)).days > data.tolerance_days + 1:
            return Unknown("history_short")
        new = first.ge(pd.Timestamp(year.start)) & first.le(pd.Timestamp(year.end)) & ~frame.is_pool
        found.append(float(portfolio.revenue(year)[new].sum()))
    return round(median(found), 2)
