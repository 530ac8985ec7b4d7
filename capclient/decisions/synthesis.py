"""Five things to know and five things to do: chosen by rules, each one traceable to findings and to a chapter.

Floor 5. What is known is ranked by how far it stands beyond its limit; what is to be done, by the euros behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.decisions.plan import IDLE, plan
from capclient.portfolio import Portfolio
from capclient.themes import Findings, recovery
from capclient.themes.once import once
from capclient.vocabulary import ACTIONS, Unknown

FIVE = 5
NAMED = 3  # clients named by each thing to do
LEADING = "growth"  # always said first: every other figure is read beside it


@dataclass(frozen=True)
class Topic:
    """A figure worth a sentence: the finding, what it is divided by (if anything), and the side where it worries."""

    name: str
    id: str
    over: str | None = None
    worries: str = "above"  # its limit; ``below``: under it; ``falling``: a change more negative than it


# A tie is told in this order.
TOPICS = (
    Topic(LEADING, "portfolio.growth", worries="falling"),
    Topic("dependency", "concentration.top1_share"),
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

    ``kind``: the code of an action, ``acquire`` for open prospects, ``collect`` for overdue debts. ``stake`` is
    missing where no euros can be told. ``names``: clients of the largest stakes.
    """

    kind: str
    number: int
    stake: float
    names: tuple[str, ...]
    due: pd.Timestamp

    @property
    def ids(self) -> tuple[str, ...]:
        """Findings that the thing comes from."""
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
    """Return the actions with the largest stakes, the clients to begin with, and by when; idle actions left out.

    When fewer than five have a stake, those whose euros cannot be told complete the list, then the debts to claim.
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
        (found if told else bare).append(Todo(action, len(mine), stake, names, mine.due.min()))
    live = todo.prospects
    if len(live) and live.stake.gt(0).any():
        names = tuple(map(str, live.prospect_id.head(NAMED)))
        found.append(Todo("acquire", len(live), float(live.stake.sum()), names, live.due.min()))
    ranked = sorted(found, key=lambda item: -round(item.stake, 2))
    return [*ranked, *bare, *_collect(portfolio)][:FIVE]


def _collect(portfolio: Portfolio) -> list[Todo]:
    """Return the debts to claim as one thing to do, the most urgent cases first."""
    late = recovery(portfolio)
    if late.reason is not None or late.clients.empty:
        return []
    names = tuple(map(str, late.clients.name.head(NAMED)))
    day = pd.Timestamp(portfolio.as_of)
    return [Todo("collect", len(late.clients), float(late.clients.claim.sum()), names, day)]


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
    value, limit = float(top) / float(base), _limits(portfolio)[topic.name]
    return Known(topic, value, limit, severity(value, limit, topic.worries)) if limit else None


def _limits(portfolio: Portfolio) -> dict[str, float]:
    """Return the limit of each topic: that of its chapter, else that of the synthesis."""
    limits = portfolio.thresholds
    own = {name: float(value) for name, value in limits.synthesis.model_dump().items()}
    return own | {
        "dependency": float(limits.concentration.dependency_alert),
        "old_age": float(limits.lifecycle.old_age_alert),
        "net_rate": float(limits.actions.target_net_rate),
    }
