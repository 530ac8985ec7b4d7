"""Chapter 95, first rounds: models of purchase, their proof, renewals of contracts.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.indicators.value.likelihood import Fit
from capclient.indicators.value.renewal import survival
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.purchase_models import PurchaseModels
from capclient.themes.renewals import Renewals
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import day, decimal

__all__ = [
    "active_figure",
    "fading_table",
    "holdout_figure",
    "models_table",
    "renewal_curve_figure",
    "renewals_table",
    "tracking_figure",
]

GONE = 0.5  # chance of being active below which a client is listed


def active_figure(models: PurchaseModels) -> figures.Figure | Notice:
    """Draw the chance of being active by frequency and silence."""
    return figures.active_figure(models.reason or models.clients, lang=desk().lang)


def fading_table(models: PurchaseModels, *, most: int = 15) -> Table | Notice:
    """Show the clients that the model believes gone, by what they brought in N-1 and N."""
    if models.reason is not None:
        return absent(models.reason)
    clients = desk().portfolio.customers
    frame = models.clients[models.clients.p_active < GONE].join(
        clients[["name", "revenue_n", "revenue_n1", "last_purchase", "salesperson"]]
    )
    frame = frame.assign(
        purchases_seen=frame.x + 1,
        p_active=frame.p_active.round(2),
        weight=frame[["revenue_n", "revenue_n1"]].astype("float64").max(axis=1),
    ).sort_values(["weight", "name"], ascending=[False, True], kind="stable")
    names = [
        "name", "customer_id", "last_purchase", "purchases_seen", "p_active", "revenue_n1", "revenue_n", "salesperson",
    ]  # fmt: skip
    return listing(frame, names, "table.fading", most=most, note="table.fading.note")


def models_table(models: PurchaseModels) -> Table | Notice:
    """Show each model: its parameters with their standard errors, or why it was refused."""
    here = desk()
    fits = {**models.fits, "amounts": models.amounts}
    if all(isinstance(fit, Unknown) for fit in fits.values()):
        return absent(models.reason or Unknown("not_applicable"))
    rows = [row for name, fit in fits.items() for row in _rows(text(f"model.name.{name}", here.lang), fit)]
    names = ["model", "converged", "parameter", "parameter_value", "standard_error", "fitted_on"]
    return listing(pd.DataFrame(rows, columns=names), names, "table.models", note="table.models.note")


def _rows(name: str, fit: Fit | Unknown) -> list[list[object]]:
    lang = desk().lang
    if isinstance(fit, Unknown):
        return [[name, absent(fit).reason.rstrip("."), "–", None, None, None]]
    yes = text("model.converged.yes", lang)
    return [
        [name if place == 0 else "", yes if place == 0 else "", parameter, decimal(value, lang, 3),
         decimal(error, lang, 3), fit.n if place == 0 else None]
        for place, (parameter, value, error) in enumerate(zip(fit.names, fit.values, fit.errors, strict=True))
    ]  # fmt: skip


def holdout_figure(models: PurchaseModels) -> figures.Figure | Notice:
    """Draw the purchases that came in the hidden months against the model and the simple rule."""
    tried, lang = models.proof, desk().lang
    if isinstance(tried, Unknown):
        return absent(tried)
    error = None if isinstance(tried.error, Unknown) else tried.error
    period = day(tried.start, lang), day(tried.end, lang)
    return figures.holdout_figure(
        tried.groups, error=error, naive_error=tried.naive_error, period=period, lang=lang
    )


def tracking_figure(models: PurchaseModels) -> figures.Figure | Notice:
    """Draw repeat purchases month by month, before and in the hidden months."""
    if isinstance(models.proof, Unknown):
        return absent(models.proof)
    return figures.tracking_figure(
        models.proof.months, start=pd.Timestamp(models.proof.start), lang=desk().lang
    )


def renewal_curve_figure(renewals: Renewals) -> figures.Figure | Notice:
    """Draw the share of contracts still there after each renewal."""
    if renewals.reason is not None or isinstance(renewals.rate, Unknown):
        return absent(renewals.reason or Unknown("not_applicable"))
    turns, is_curve = renewals.turns, renewals.is_curve
    if is_curve and isinstance(renewals.fit, Fit):
        fitted = survival(renewals.fit, int(turns.index.max())).reindex(turns.index)
    else:
        fitted = pd.Series(renewals.rate ** turns.index.to_numpy("float64"), index=turns.index)
    return figures.renewal_curve_figure(
        turns.assign(fitted=fitted), renewals.cohorts, rate=renewals.rate, is_curve=is_curve, lang=desk().lang
    )


def renewals_table(renewals: Renewals, *, most: int = 15) -> Table | Notice:
    """Show the contracts that end within twelve months, with their chance of being renewed."""
    if renewals.reason is not None:
        return absent(renewals.reason)
    clients = desk().portfolio.customers
    frame = renewals.ahead.assign(contract_end=renewals.ahead.day, renewal_chance=renewals.chances)
    frame = frame.join(clients[["name", "revenue_n", "salesperson"]], on="customer_id").dropna(subset="name")
    frame = frame.sort_values(["contract_end", "name"], kind="stable").set_index("customer_id")
    names = ["name", "customer_id", "contract_end", "turn", "renewal_chance", "revenue_n", "salesperson"]
    return listing(frame, names, "table.renewals", most=most)
