"""Who still buys, how often and for how much: models of purchase, proven on months they have not seen (8.2, D12, F12).

Floor 5. The model is fitted twice: at D, to look ahead, and before the last months, to be compared with what clients
then did and with the rule that costs nothing: as much as in the same time before. What does not beat the rule is not
used, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.value import beta_geometric, gamma_gamma
from capclient.indicators.value.likelihood import Fit
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.themes.purchase_proof import Proof, fitted, histories, proof, too_few
from capclient.themes.recurrence import recurrence
from capclient.vocabulary import Unknown

MODELS = ("bgnbd", "mbgnbd", "pareto")
WEEKS_A_YEAR = 365.25 / 7
COLUMNS = ("x", "t_x", "T", "p_active", "expected_orders_12m", "expected_amount")


@dataclass(frozen=True)
class PurchaseModels:
    """``clients``: ``x t_x T p_active expected_orders_12m expected_amount`` (missing where the model says nothing).

    ``fits``: each model by name. ``amounts``: the Gamma-Gamma model. ``proof``: on the last months. ``reason``: why no
    model is used, None when one is.
    """

    clients: pd.DataFrame
    fits: dict[str, Fit | Unknown]
    amounts: Fit | Unknown
    correlation: float | Unknown
    proof: Proof | Unknown
    reason: Unknown | None
    findings: list[Finding]


@once
def purchase_models(portfolio: Portfolio) -> PurchaseModels:
    """Return the models of purchase of a portfolio at D."""
    refused = _refused(portfolio)
    known = pd.DataFrame()
    if refused is None:
        known = histories(portfolio, portfolio.data_end, portfolio.data_end)
        refused = too_few(portfolio, known)
    if refused is not None:
        clients = pd.DataFrame(index=portfolio.customers.index, columns=list(COLUMNS), dtype="float64")
        fits: dict[str, Fit | Unknown] = dict.fromkeys(MODELS, refused)
        return _named(clients, fits, refused, refused, refused, refused)
    fits = {name: fitted(name, known) for name in MODELS}
    correlation, amounts = _amounts(portfolio, known)
    tried, main = proof(portfolio), fits["bgnbd"]
    reason = next((item for item in (main, tried) if isinstance(item, Unknown)), None)
    if reason is None and isinstance(tried, Proof) and not tried.is_won:
        reason = tried.fit if isinstance(tried.fit, Unknown) else Unknown("unreliable:naive_better")
    clients = _clients(known, main if reason is None else reason, amounts)
    return _named(clients.reindex(portfolio.customers.index), fits, correlation, amounts, tried, reason)


def _refused(portfolio: Portfolio) -> Unknown | None:
    """Models of purchase are for clients that come when they like: contracts renew, they do not buy again (8.2)."""
    if portfolio.no_days is not None:
        return portfolio.no_days
    found = {item.id: item.value for item in recurrence(portfolio).findings}
    share, most = found["recurrence.contractual_share"], float(portfolio.thresholds.value.contractual_share)
    return Unknown("not_applicable:contracts") if isinstance(share, float) and share > most else None


def _amounts(portfolio: Portfolio, known: pd.DataFrame) -> tuple[float | Unknown, Fit | Unknown]:
    """Fit the amounts of repeat purchases, unless what clients spend goes with how often they come."""
    repeat = known[known.x > 0].assign(mean_amount=lambda rows: rows.repeat_revenue / 100 / rows.x)
    repeat = repeat[repeat.mean_amount > 0]
    if len(repeat) < portfolio.thresholds.value.min_repeat:
        return Unknown("n_small:repeat"), Unknown("n_small:repeat")
    if (
        repeat.x.nunique() < 2 or repeat.mean_amount.nunique() < 2
    ):  # nothing varies: nothing to relate, nothing to fit
        return Unknown("denominator_zero"), Unknown("unreliable:not_converged")
    together = gamma_gamma.correlation(repeat)
    if abs(together) > float(portfolio.thresholds.value.most_correlation):
        return together, Unknown("unreliable:correlated")
    return together, gamma_gamma.fit(repeat)


def _clients(known: pd.DataFrame, main: Fit | Unknown, amounts: Fit | Unknown) -> pd.DataFrame:
    """Columns of the table of clients; a client without repeat purchase has no probability to show (trap 26)."""
    frame = known[["x", "t_x", "T"]].reindex(columns=list(COLUMNS))
    if isinstance(main, Fit):
        frame["p_active"] = beta_geometric.probability_active(main, known).where(known.x > 0)
        frame["expected_orders_12m"] = beta_geometric.expected_purchases(main, known, WEEKS_A_YEAR)
    if isinstance(amounts, Fit):
        mean = (known.repeat_revenue / 100 / known.x.where(known.x > 0)).clip(lower=0.0)
        frame["expected_amount"] = gamma_gamma.expected_amount(amounts, known.assign(mean_amount=mean))
    return frame


def _named(
    clients: pd.DataFrame,
    fits: dict[str, Fit | Unknown],
    correlation: float | Unknown,
    amounts: Fit | Unknown,
    tried: Proof | Unknown,
    reason: Unknown | None,
) -> PurchaseModels:
    main = fits["bgnbd"]
    values: dict[str, float | Unknown] = {}
    for name in beta_geometric.NAMES:
        values[f"bgnbd_{name}"] = main[name] if isinstance(main, Fit) else main
    for model in MODELS:
        fit = fits[model]
        values[f"{model}_log_likelihood"] = fit.log_likelihood if isinstance(fit, Fit) else fit
    for name in gamma_gamma.NAMES:
        values[f"gamma_gamma_{name}"] = amounts[name] if isinstance(amounts, Fit) else amounts
    values["frequency_amount_correlation"] = correlation
    for name in ("error", "naive_error", "total", "brier"):
        values[f"holdout_{name}"] = tried if isinstance(tried, Unknown) else getattr(tried, name)
    values["expected_orders_12m"] = reason or float(clients.expected_orders_12m.sum())
    again = clients.p_active.dropna()
    values["active_customers"] = reason or round(float(again.sum()))
    behind = int(clients.x.notna().sum())
    found = [finding(f"model.{name}", value, n=behind or None) for name, value in values.items()]
    return PurchaseModels(clients, fits, amounts, correlation, tried, reason, found)
