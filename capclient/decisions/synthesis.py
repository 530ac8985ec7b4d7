"""Five things to know and five things to do: chosen by rules, each one traceable to findings and to a chapter.

Floor 5. What is known is ranked by how far it stands beyond its limit; what is to be done, by the euros behind it,
after what cannot wait: the retention, then the first client where too much hangs on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.decisions.decided import working_day
from capclient.decisions.plan import IDLE, first_due, plan
from capclient.portfolio import Portfolio
from capclient.themes import Findings, bridge, concentration, recovery
from capclient.themes.once import once
from capclient.vocabulary import ACTIONS, Unknown

FIVE = 5
NAMED = 3  # clients named by each thing to do
DEPENDENCY = "concentration.top1_share"
LEADING = "growth"  # always said first: every other figure is read beside it


@dataclass(frozen=True)
class Topic:
    """A figure worth a sentence: the finding, what it is divided by (if anything), and the side where it worries."""

    name: str
    id: str
    over: str | None = None
    worries: str = "above"  # its limit; ``below``: under it; ``falling``: a change more negative than it
    most: float = float(
        "inf"
    )  # severity it is ranked with at most: in a small company three clients always weigh


# A tie is told in this order.
TOPICS = (
    Topic(LEADING, "portfolio.growth", worries="falling"),
    Topic("dependency", DEPENDENCY),
    Topic("falls", "bridge.down", over="bridge.opening", most=1.5),
    Topic("attrition", "retention.attrition_rate"),
    Topic("old_age", "lifecycle.old_age_revenue_share"),
    Topic("at_risk", "activity.at_risk_revenue", over="portfolio.revenue_n"),
    Topic("departures", "loss.expected_revenue_lost", over="portfolio.revenue_n"),
    Topic("forecast", "forecast.change", worries="falling"),
    Topic("net_rate", "margin.net_rate", worries="below"),
    Topic("destroyed", "margin.whale_destroyed_share"),
    Topic("overdue", "receivables.overdue_rate"),
    Topic("market", "market.relative_growth_points", worries="falling"),
)


# What is asked for when fewer than five things can be done: what is missing, and a finding that says so.
TO_BRING = {
    "cost": "margin.gross_rate",
    "payments": "receivables.overdue_rate",
    "prospects": "prospecting.open_prospects",
    "market": "market.relative_growth_points",
}


@dataclass(frozen=True)
class Known:
    """One thing to know: ``severity`` is 1 at its limit, more beyond; ``value`` and ``limit`` as compared."""

    topic: Topic
    value: float
    limit: float
    severity: float

    @property
    def is_alert(self) -> bool:
        """Tell whether the limit is reached."""
        return self.severity >= 1

    @property
    def ids(self) -> tuple[str, ...]:
        """Findings that the thing comes from."""
        return (self.topic.id,) if self.topic.over is None else (self.topic.id, self.topic.over)


@dataclass(frozen=True)
class Todo:
    """One thing to do: an action, its clients (or prospects), its yearly stake, the first names and who begins.

    ``kind``: the code of an action, ``acquire`` for open prospects, ``collect`` for overdue debts, ``secure`` for the
    first client, ``bring`` for data. ``stake`` is missing where no euros can be told. ``names``: clients of the largest
    stakes, what is missing for ``bring``.
    """

    kind: str
    number: int
    stake: float
    names: tuple[str, ...]
    due: pd.Timestamp

    @property
    def ids(self) -> tuple[str, ...]:
        """Findings that the thing comes from."""
        if self.kind == "secure":
            return (DEPENDENCY,)
        if self.kind == "bring":
            return tuple(TO_BRING[name] for name in self.names)
        if self.kind == "acquire":
            return ("actions.prospects", "actions.prospects_stake")
        if self.kind == "collect":
            return ("receivables.recovery_cases", "receivables.recovery_amount")
        return (f"actions.{self.kind}_customers", f"actions.{self.kind}_stake")


@once
def five_to_know(portfolio: Portfolio) -> list[Known]:
    """Return the growth of the year, then the figures that stand furthest beyond their limits; unknown ones left out.

    When fewer are beyond, those nearest to their limits complete the list.
    """
    known = [item for topic in TOPICS if (item := _known(portfolio, topic)) is not None]
    ranked = sorted(known, key=lambda item: (item.topic.name != LEADING, -item.severity))
    return ranked[:FIVE]


@once
def five_to_do(portfolio: Portfolio) -> list[Todo] | Unknown:
    """Return what to do, the clients to begin with, and by when; idle actions left out.

    The retention passes first, whatever its stake; then the first client where its share is an alert; then the largest
    stakes. Actions whose euros cannot be told complete the list, then the debts to claim, then the data to bring.
    """
    todo = plan(portfolio)
    if todo.reason is not None:
        return todo.reason
    found: list[Todo] = []
    bare: list[Todo] = []
    for action in ACTIONS:
        mine = todo.clients[todo.clients.action == action]
        if mine.empty or action in IDLE:
            continue
        told = mine.stake.gt(0).any()
        first = mine if told else mine.sort_values("revenue", ascending=False, kind="stable")
        names = tuple(map(str, first.name.head(NAMED)))
        stake = float(mine.stake.sum()) if told else float("nan")
        due = first_due(mine.due, portfolio.as_of)
        (found if told else bare).append(Todo(action, len(mine), stake, names, due))
    live = todo.prospects
    if len(live) and live.stake.gt(0).any():
        names = _prospects(portfolio, live.head(NAMED))
        found.append(
            Todo("acquire", len(live), float(live.stake.sum()), names, first_due(live.due, portfolio.as_of))
        )
    ranked = sorted(found, key=lambda item: -round(item.stake, 2))
    rest = [*ranked, *bare]
    urgent = [item for item in rest if item.kind == "retain"] + _secure(portfolio)
    done = [*urgent, *(item for item in rest if item.kind != "retain"), *_collect(portfolio)]
    return [*done, *_bring(portfolio)][:FIVE]


def largest_falls(portfolio: Portfolio) -> pd.Series:
    """Return the change of revenue, in euros and negative, of the clients that fell most and still buy, by name."""
    moved = bridge(portfolio)
    if moved.reason is not None:
        return pd.Series(dtype="float64")
    down = moved.movers[moved.movers.bar == "down"].sort_values(["change", "name"], kind="stable").head(NAMED)
    return pd.Series(down.change.astype("float64").to_numpy(), index=down.name.astype(str))


def _prospects(portfolio: Portfolio, live: pd.DataFrame) -> tuple[str, ...]:
    """Return the names of prospects: that of the client where one is written beside, else their code."""
    known = live.reindex(columns=["customer_id"]).customer_id.map(portfolio.customers.name)
    return tuple(map(str, known.where(known.notna(), live.prospect_id)))


def _secure(portfolio: Portfolio) -> list[Todo]:
    """Return the first client as a thing to do, where its departure would endanger the company."""
    topic = next(topic for topic in TOPICS if topic.id == DEPENDENCY)
    known = _known(portfolio, topic)
    if known is None or not known.is_alert:
        return []
    first = str(concentration(portfolio).ranking.name.iloc[0])
    return [Todo("secure", 1, float("nan"), (first,), _due(portfolio, "retain"))]


def _bring(portfolio: Portfolio) -> list[Todo]:
    """Return each kind of data that is missing as a thing to do."""
    found, due = Findings(portfolio), _due(portfolio, "develop")
    return [
        Todo("bring", 1, float("nan"), (name,), due)
        for name, id in TO_BRING.items()
        if str(found[id].reason or "").startswith("missing:")
    ]


def _due(portfolio: Portfolio, action: str) -> pd.Timestamp:
    days = portfolio.thresholds.actions.due_days[action]
    return working_day(pd.Timestamp(portfolio.as_of) + pd.Timedelta(days=days))


def _collect(portfolio: Portfolio) -> list[Todo]:
    """Return the debts to claim as one thing to do, the most urgent cases first."""
    late = recovery(portfolio)
    if late.reason is not None or late.clients.empty:
        return []
    owing = late.clients[late.clients.claim > 0]  # not those whose receipts are only to be matched
    if owing.empty:
        return []
    names = tuple(map(str, owing.name.head(NAMED)))
    day = pd.Timestamp(portfolio.as_of)
    return [Todo("collect", len(owing), float(owing.claim.sum()), names, day)]


def severity(value: float, limit: float, worries: str) -> float:
    """Return how far a figure stands towards its limit: 1 on it, more beyond, never below zero.

    >>> severity(0.30, 0.25, "above"), severity(0.10, 0.05, "below"), severity(-0.10, -0.05, "falling")
    (1.2, 0.5, 2.0)
    """
    if worries == "below":  # whatever is nil or negative stands as far beyond as can be
        return round(limit / value, 9) if value > 0 else float("inf")
    return max(0.0, round(value / limit, 9)) + 0.0


def _known(portfolio: Portfolio, topic: Topic) -> Known | None:
    found = Findings(portfolio)
    top = found[topic.id].value
    base = 1.0 if topic.over is None else found[topic.over].value
    if top is None or base is None or isinstance(top, str) or isinstance(base, str) or base <= 0:
        return None
    if topic.name == "falls":
        top = -largest_falls(portfolio).sum()
    value, limit = float(top) / float(base), _limits(portfolio)[topic.name]
    return (
        Known(topic, value, limit, min(topic.most, severity(value, limit, topic.worries))) if limit else None
    )


def _limits(portfolio: Portfolio) -> dict[str, float]:
    """Return the limit of each topic: that of its chapter, else that of the synthesis."""
    limits = portfolio.thresholds
    own = {name: float(value) for name, value in limits.synthesis.model_dump().items()}
    return own | {
        "dependency": float(limits.concentration.dependency_alert),
        "old_age": float(limits.lifecycle.old_age_alert),
        "net_rate": float(limits.actions.target_net_rate),
    }
