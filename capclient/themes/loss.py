"""Who may be lost in the months to come, and what that is worth saying (8, 8.6, F12, A06).

Floor 5. Four judges say a probability: the rule of thumb (silence twice the habit), the states of section 8,
the risk score of 8.6 and a model learned from the company's own past. Each is tried on past days; the one that did best
speaks of today, and the model only where it beats the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.back_test import calibration, gain_curve
from capclient.indicators.recalibration import held_share, holds
from capclient.indicators.retention import wilson_interval
from capclient.portfolio import Portfolio
from capclient.themes.loss_choice import Choice, rolling_choice
from capclient.themes.loss_photos import past_days, photographs
from capclient.themes.loss_proof import Proof, known_of, proof
from capclient.themes.loss_replay import INTERVALS, Replay, loss_replay
from capclient.themes.once import once
from capclient.vocabulary import Unknown

UNDEFINED = Unknown("denominator_zero")
UNCALIBRATED = Unknown("unreliable:calibration")
LIKELY = 0.5  # more likely lost than not


@dataclass(frozen=True)
class Loss:
    """``clients``: who may be lost, ``p_loss``, ``expected_loss`` (euros a year) and ``reasons``, dearest first.

    ``proof``: the judges on past days; ``replay``: the alarms month by month; ``calibration`` and ``gain``: of the
    judge that is used; ``gain_naive``: of the rule of thumb; ``reason``: why nobody may speak of today;
    ``uncalibrated``: why no euros may be multiplied by the probabilities, which then only rank
    (``expected_loss`` is missing).
    """

    clients: pd.DataFrame
    proof: Proof | Unknown
    replay: Replay | Unknown
    calibration: pd.DataFrame
    gain: pd.DataFrame
    gain_naive: pd.DataFrame
    reason: Unknown | None
    uncalibrated: Unknown | None
    findings: list[Finding]


@once
def loss(portfolio: Portfolio) -> Loss:
    """Return the risk of loss of each client at D, with its proof."""
    bells = loss_replay(portfolio)
    if portfolio.no_days is not None:
        return _none(portfolio, portfolio.no_days, bells)
    days = past_days(portfolio)
    if not days:
        return _none(portfolio, Unknown("history_short:loss"), bells)
    today = pd.Timestamp(portfolio.data_end)
    rows = photographs(portfolio, [*days, portfolio.data_end])
    past = rows[rows.index.get_level_values("origin") < today]
    tried = proof(past, today, portfolio.thresholds.loss)
    if isinstance(tried, Unknown):
        return _none(portfolio, tried, bells)
    now = rows[rows.index.get_level_values("origin") == today].droplevel("origin")
    said = tried.rows[f"p_{tried.method}"]
    groups = calibration(said, tried.rows.lost, who=said.index.get_level_values("customer_id"))
    doubt = None if holds(groups) else UNCALIBRATED
    clients = _clients(portfolio, now, tried, priced=doubt is None)
    return Loss(
        clients=clients,
        proof=tried,
        replay=bells,
        calibration=groups,
        gain=gain_curve(said, tried.rows.lost),
        gain_naive=gain_curve(tried.rows.p_naive, tried.rows.lost),
        reason=None,
        uncalibrated=doubt,
        findings=[
            *_proven(tried, groups),
            *_chosen(rolling_choice(tried.rows, portfolio.thresholds.loss)),
            *_replayed(bells),
            *_ahead(clients, doubt, rare=int(now.window_end.isna().sum())),
            _window(portfolio),
        ],
    )


def _clients(portfolio: Portfolio, now: pd.DataFrame, tried: Proof, *, priced: bool) -> pd.DataFrame:
    """Say the probability of each client that can be judged, what it costs on average (if ``priced``) and why."""
    judged = now[now.window_end.notna()].copy()
    judged["p_loss"] = tried.said(judged)
    cost = (judged.p_loss * judged.revenue_12m.clip(lower=0)).round(2)
    judged["expected_loss"] = cost if priced else float("nan")
    if tried.method == "model":
        told = tried.learned.model.reasons(known_of(judged))
        judged["reasons"] = told.where(
            judged.p_loss > tried.learned.whole, ""
        )  # who is safer needs no reason
    else:
        judged["reasons"] = judged[f"{tried.method}_alarm"].map({True: "silence", False: ""})
    names = [
        "p_loss", "expected_loss", "reasons", "state", "ratio", "recency_days", "interval_days", "revenue_12m",
        "last_purchase",
    ]  # fmt: skip
    listed = judged[names].join(portfolio.customers[["name", "salesperson"]])
    order = ["expected_loss", "name"] if priced else ["p_loss", "revenue_12m", "name"]
    return listed.sort_values(order, ascending=[*[False] * (len(order) - 1), True], kind="stable")


PROVEN = (
    "method", "days_judged", "examples", "observed_rate", "brier", "brier_naive", "brier_states", "brier_risk",
    "brier_model", "skill", "announced_per_100", "calibrated_share",
    "ranking", "lift_top10", "recall", "recall_naive", "precision", "rolling_skill", "rolling_days",
)  # fmt: skip
REPLAYED = (
    "false_alarms_per_100_months", "naive_false_alarms_per_100_months", "alarm_recall", "warning_months",
    "warned_customers", "rhythm_months", "found_within_two", "found_within_three", "naive_found_within_two",
    "naive_found_within_three",
)  # fmt: skip
AHEAD = (
    "customers_ahead", "rare_customers", "expected_losses", "expected_revenue_lost", "likely_customers",
    "likely_revenue",
)  # fmt: skip


def _proven(tried: Proof, groups: pd.DataFrame) -> list[Finding]:
    used: Any = tried.judges.loc[tried.method]
    naive: Any = tried.judges.loc["naive"]
    n, losses = len(tried.rows), int(tried.rows.lost.sum())
    found = [
        finding("loss.method", tried.method, caveat=None if len(tried.days) > 1 else "caveat.loss_one_day"),
        finding("loss.days_judged", len(tried.days)),
        finding("loss.examples", n),
        finding("loss.observed_rate", losses / n, n=n, interval=wilson_interval(losses, n)),
        finding("loss.brier", float(used.brier), n=n),
        finding("loss.skill", 1 - float(used.brier) / float(naive.brier) if naive.brier else UNDEFINED, n=n),
        finding(
            "loss.announced_per_100", 100 * float(tried.rows[f"p_{tried.method}"].sum()) / losses, n=losses
        ),
        finding("loss.calibrated_share", held_share(groups), n=n),
        finding("loss.ranking", _value(used.auc), n=n),
        finding("loss.lift_top10", _value(used.lift), n=n),
        finding(
            "loss.recall", float(used.recall_equal), n=losses, interval=_interval(used.recall_equal, losses)
        ),
        finding(
            "loss.recall_naive",
            float(naive.recall_equal),
            n=losses,
            interval=_interval(naive.recall_equal, losses),
        ),
        finding("loss.precision", _precision(used.recall_equal, losses, naive.alarms)),
    ]
    return found + [
        finding(f"loss.brier_{judge}", float(row.brier), n=n) for judge, row in tried.judges.iterrows()
    ]


def _chosen(choice: Choice | Unknown) -> list[Finding]:
    if isinstance(choice, Unknown):
        return [finding("loss.rolling_skill", choice), finding("loss.rolling_days", choice)]
    return [
        finding("loss.rolling_skill", choice.skill, n=choice.rows),
        finding("loss.rolling_days", choice.days),
    ]


def _interval(share: float, n: int) -> tuple[float, float]:
    return wilson_interval(round(share * n), n)


def _precision(recall: float, losses: int, rung: float) -> float | Unknown:
    """Share of the alarms that were right, for as many calls as the naive rule asks."""
    return recall * losses / rung if rung else UNDEFINED


def _value(value: float) -> float | Unknown:
    return UNDEFINED if pd.isna(value) else float(value)


def _replayed(bells: Replay | Unknown) -> list[Finding]:
    if isinstance(bells, Unknown):
        return [finding(f"loss.{name}", bells) for name in REPLAYED]
    alarm: Any = bells.bells.loc["states"]
    naive: Any = bells.bells.loc["naive"]
    months = int(alarm.months)
    warned = int(alarm.warned)
    return [
        finding("loss.false_alarms_per_100_months", _value(alarm.false_per_100), n=months),
        finding("loss.naive_false_alarms_per_100_months", _value(naive.false_per_100), n=months),
        finding("loss.alarm_recall", _value(alarm.recall), n=months),
        finding(
            "loss.warning_months",
            int(alarm.warning_months) if warned else Unknown("history_short:warning"),
            n=warned,
        ),
        finding("loss.warned_customers", warned),
        finding(
            "loss.rhythm_months",
            int(alarm.rhythm_months) if warned else Unknown("history_short:warning"),
            n=warned,
        ),
        *(
            _found(f"loss.{prefix}{name}", float(row[name]), len(bells.departures))
            for prefix, row in (("", alarm), ("naive_", naive))
            for name in INTERVALS
        ),
    ]


def _found(id: str, share: float, n: int) -> Finding:
    return finding(id, share, n=n, interval=_interval(share, n)) if n else finding(id, UNDEFINED, n=0)


def _ahead(clients: pd.DataFrame, doubt: Unknown | None, *, rare: int) -> list[Finding]:
    likely = clients[clients.p_loss >= LIKELY]
    return [
        finding("loss.customers_ahead", len(clients)),
        finding("loss.rare_customers", rare),
        finding("loss.expected_losses", float(clients.p_loss.sum()), n=len(clients)),
        finding(
            "loss.expected_revenue_lost",
            float(clients.expected_loss.sum()) if doubt is None else doubt,
            n=len(clients),
        ),
        finding("loss.likely_customers", len(likely)),
        finding("loss.likely_revenue", float(likely.revenue_12m.clip(lower=0).sum()), n=len(likely)),
    ]


def _window(portfolio: Portfolio) -> Finding:
    """Say the months without a purchase that make a loss: a parameter, known whatever the data."""
    return finding("loss.window_months", portfolio.thresholds.loss.horizon_months)


def _none(portfolio: Portfolio, reason: Unknown, bells: Replay | Unknown) -> Loss:
    columns = [
        "p_loss", "expected_loss", "reasons", "state", "ratio", "recency_days", "interval_days", "revenue_12m",
        "last_purchase", "name", "salesperson",
    ]  # fmt: skip
    empty = pd.DataFrame(index=portfolio.customers.index[:0], columns=columns)
    found = [*(finding(f"loss.{name}", reason) for name in (*PROVEN, *AHEAD)), _window(portfolio)]
    nothing = pd.DataFrame()
    return Loss(empty, reason, bells, nothing, nothing, nothing, reason, None, [*found, *_replayed(bells)])
