"""Who still buys, how often and for how much: models of purchase, proven on months they have not seen (8.2, D12, F12).

Floor 5. The model is fitted twice: at D, to look ahead, and before the last months, to be compared with what clients
then did and with the rule that costs nothing: as much as in the same time before. What does not beat the rule is not
used, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from capclient.engine.value import HISTORIES
from capclient.findings import Finding, finding
from capclient.indicators.value import beta_geometric, gamma_gamma, pareto
from capclient.indicators.value.histories import Histories
from capclient.indicators.value.likelihood import Fit
from capclient.periods import shifted
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.themes.recurrence import recurrence
from capclient.vocabulary import Unknown

MODELS = ("bgnbd", "mbgnbd", "pareto")
WEEKS_A_YEAR = 365.25 / 7
HELD_OUT = (12, 6)  # months kept for the proof: a year when the data are long enough, else half of one
GROUPS = 5  # of clients, by what the model expected, in the picture of the proof


@dataclass(frozen=True)
class Proof:
    """The months kept apart: ``start``, ``end``; ``clients`` (``expected naive actual p_buys``).

    ``groups``: the same means by fifth of what was expected, lowest first. ``error``, ``naive_error``: root mean
    square error in purchases a client; ``total``: expected over actual. ``brier``: of the chance to buy at all.
    """

    start: date
    end: date
    clients: pd.DataFrame
    groups: pd.DataFrame
    error: float
    naive_error: float
    total: float
    brier: float

    @property
    def is_won(self) -> bool:
        """Tell whether the model beat the rule."""
        return self.error < self.naive_error


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
    if refused is not None:
        return _none(portfolio, refused)
    known = histories(portfolio, portfolio.data_end, portfolio.data_end)
    few = too_few(portfolio, known)
    if few is not None:
        return _none(portfolio, few)
    fits = {name: fitted(name, known) for name in MODELS}
    correlation, amounts = _amounts(portfolio, known)
    proof = _proof(portfolio)
    main = fits["bgnbd"]
    reason = main if isinstance(main, Unknown) else proof if isinstance(proof, Unknown) else None
    if isinstance(proof, Proof) and not proof.is_won:
        reason = Unknown("unreliable:naive_better")
    clients = _clients(portfolio, known, main if reason is None else reason, amounts)
    return PurchaseModels(
        clients,
        fits,
        amounts,
        correlation,
        proof,
        reason,
        _findings(portfolio, fits, amounts, proof, clients, reason),
    )


def histories(portfolio: Portfolio, day: date, until: date) -> pd.DataFrame:
    """Return the purchase histories at a day, pooled codes left out, and what followed up to another day."""
    frame = portfolio.ledger.frame(HISTORIES, {"day": day, "until": until}).set_index("customer_id")
    own = frame.index.isin(portfolio.customers.index[~portfolio.customers.is_pool])
    return frame[own].astype({"x": "float64", "t_x": "float64", "T": "float64"})


def too_few(portfolio: Portfolio, known: pd.DataFrame) -> Unknown | None:
    """Return why histories are too few or too short for a model, None when they are not (8.2)."""
    limits = portfolio.thresholds.value
    if known.empty or known["T"].max() < limits.min_weeks:
        return Unknown("history_short")
    enough = len(known) >= limits.min_customers and (known.x > 0).sum() >= limits.min_repeat
    return None if enough else Unknown("n_small")


def fitted(name: str, known: pd.DataFrame) -> Fit | Unknown:
    """Fit a model by its name."""
    rows = Histories.of(known[known["T"] > 0])
    return pareto.fit(rows) if name == "pareto" else beta_geometric.fit(rows, modified=name == "mbgnbd")


def _refused(portfolio: Portfolio) -> Unknown | None:
    """Models of purchase are for clients that come when they like: contracts renew, they do not buy again (8.2)."""
    if portfolio.no_days is not None:
        return portfolio.no_days
    share = next(
        item for item in recurrence(portfolio).findings if item.id == "recurrence.contractual_share"
    ).value
    contractual = isinstance(share, float) and share > float(portfolio.thresholds.value.contractual_share)
    return Unknown("not_applicable") if contractual else None


def _amounts(portfolio: Portfolio, known: pd.DataFrame) -> tuple[float | Unknown, Fit | Unknown]:
    """Fit the amounts of repeat purchases, unless what clients spend goes with how often they come."""
    repeat = known[known.x > 0].assign(mean_amount=lambda rows: rows.repeat_revenue / 100 / rows.x)
    repeat = repeat[repeat.mean_amount > 0]
    if len(repeat) < portfolio.thresholds.value.min_repeat:
        return Unknown("n_small"), Unknown("n_small")
    together = gamma_gamma.correlation(repeat)
    if abs(together) > float(portfolio.thresholds.value.most_correlation):
        return together, Unknown("unreliable:correlated")
    return together, gamma_gamma.fit(repeat)


def _proof(portfolio: Portfolio) -> Proof | Unknown:
    """Fit on what was known some months ago and compare with what clients did since."""
    end = portfolio.data_end
    for months in HELD_OUT:
        start = shifted(end, -months)
        before = shifted(start, -months)
        known = histories(portfolio, start, end)
        if too_few(portfolio, known) is None and known["T"].max() * 7 >= (start - before).days:
            break
    else:
        return Unknown("history_short")
    found = fitted("bgnbd", known)
    if isinstance(found, Unknown):
        return found
    weeks = (end - start).days / 7
    past = histories(portfolio, before, start).later_purchases.reindex(known.index)
    # a client that is newer than the months before has bought since it came: all its purchases are of that time
    naive = past.fillna(known.x + 1).astype("float64")
    clients = pd.DataFrame(
        {
            "expected": beta_geometric.expected_purchases(found, known, weeks),
            "naive": naive,
            "actual": known.later_purchases.astype("float64"),
        }
    )
    bought = (clients.actual > 0).astype("float64")
    clients["p_buys"] = beta_geometric.probability_of_purchase(found, known, weeks)
    order = clients.expected.rank(method="first")
    fifth = ((order - 1) * GROUPS // len(order)).astype("int64")
    groups = clients.groupby(fifth)[["expected", "naive", "actual"]].mean()
    actual = float(clients.actual.sum())
    return Proof(
        start, end, clients, groups.assign(customers=clients.groupby(fifth).size()),
        # squares: both are means, and the absolute error would reward whoever says that nobody buys
        error=float(((clients.expected - clients.actual) ** 2).mean()) ** 0.5,
        naive_error=float(((clients.naive - clients.actual) ** 2).mean()) ** 0.5,
        total=float(clients.expected.sum()) / actual if actual else float("nan"),
        brier=float(((clients.p_buys - bought) ** 2).mean()),
    )  # fmt: skip


def _clients(
    portfolio: Portfolio, known: pd.DataFrame, main: Fit | Unknown, amounts: Fit | Unknown
) -> pd.DataFrame:
    """Columns of the table of clients; a client without repeat purchase has no probability to show (trap 26)."""
    frame = known[["x", "t_x", "T"]].copy()
    empty = pd.Series(float("nan"), index=frame.index)
    frame["p_active"] = frame["expected_orders_12m"] = frame["expected_amount"] = empty
    if isinstance(main, Fit):
        frame["p_active"] = beta_geometric.probability_active(main, known).where(known.x > 0)
        frame["expected_orders_12m"] = beta_geometric.expected_purchases(main, known, WEEKS_A_YEAR)
    if isinstance(amounts, Fit):
        mean = (known.repeat_revenue / 100 / known.x.where(known.x > 0)).clip(lower=0.0)
        frame["expected_amount"] = gamma_gamma.expected_amount(amounts, known.assign(mean_amount=mean))
    return frame.reindex(portfolio.customers.index)


def _findings(
    portfolio: Portfolio,
    fits: dict[str, Fit | Unknown],
    amounts: Fit | Unknown,
    proof: Proof | Unknown,
    clients: pd.DataFrame,
    reason: Unknown | None,
) -> list[Finding]:
    main = fits.get("bgnbd", reason)
    n = None if isinstance(main, Unknown) or main is None else main.n
    values: dict[str, float | Unknown] = {}
    for name in beta_geometric.NAMES:
        values[f"bgnbd_{name}"] = main[name] if isinstance(main, Fit) else main or Unknown("n_small")
    values["bgnbd_log_likelihood"] = (
        main.log_likelihood if isinstance(main, Fit) else main or Unknown("n_small")
    )
    for name in ("mbgnbd", "pareto"):
        other = fits.get(name, reason) or Unknown("n_small")
        values[f"{name}_log_likelihood"] = other.log_likelihood if isinstance(other, Fit) else other
    for name in gamma_gamma.NAMES:
        values[f"gamma_gamma_{name}"] = amounts[name] if isinstance(amounts, Fit) else amounts
    held: dict[str, float | Unknown] = dict.fromkeys(
        ("holdout_error", "holdout_naive_error", "holdout_total", "holdout_brier"),
        proof if isinstance(proof, Unknown) else 0.0,
    )
    if isinstance(proof, Proof):
        held = {
            "holdout_error": proof.error,
            "holdout_naive_error": proof.naive_error,
            "holdout_total": proof.total,
            "holdout_brier": proof.brier,
        }
    values |= held
    values["expected_orders_12m"] = reason or float(clients.expected_orders_12m.sum())
    return [finding(f"model.{name}", value, n=n) for name, value in values.items()]


def _none(portfolio: Portfolio, reason: Unknown) -> PurchaseModels:
    names = ["x", "t_x", "T", "p_active", "expected_orders_12m", "expected_amount"]
    clients = pd.DataFrame(index=portfolio.customers.index, columns=names, dtype="float64")
    found = _findings(portfolio, {}, reason, reason, clients, reason)
    return PurchaseModels(clients, {}, reason, reason, reason, reason, found)
