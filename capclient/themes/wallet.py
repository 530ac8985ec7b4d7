"""Our part of what clients buy, and what they could still buy from us (3.12, 3.13).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.exact import cents
from capclient.indicators.wallet import CLASSES, additional_potential, proxy_potential, wallet_shares
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.vocabulary import Unknown

KNOWN = (
    "known_customers", "covered_revenue_share", "share", "small_customers", "moderate_customers", "large_customers",
    "over_customers", "additional_potential",
)  # fmt: skip
PROXY = ("proxy_customers", "proxy_below_customers", "proxy_potential")


@dataclass(frozen=True)
class Wallet:
    """``customers``: wallet, share, class, flags, ``potential`` in euros and where it comes from (``potential_source``:
    ``wallet``, ``sector_segment``, ``sector`` or ``segment``), one row per client; empty when ``reason`` says why.

    ``classes``: clients and revenue by class. ``wallet_reason``: why no wallet is known; the proxy may stand all the
    same.
    """

    customers: pd.DataFrame
    classes: pd.DataFrame
    wallet_reason: Unknown | None
    proxy_reason: Unknown | None
    reason: Unknown | None
    findings: list[Finding]


@once
def wallet(portfolio: Portfolio) -> Wallet:
    """Return wallets and potentials at D."""
    reason = _reason(portfolio)
    if reason is not None:
        found = [_finding(portfolio, name, reason) for name in (*KNOWN, *PROXY)]
        return Wallet(pd.DataFrame(), pd.DataFrame(), reason, reason, reason, found)
    limits, frame = portfolio.thresholds.wallet, portfolio.customers
    sheet = portfolio.table("customers").set_index("customer_id")
    sheet = sheet[~sheet.index.duplicated()].reindex(frame.index)
    given = frame[["revenue_n"]].join(sheet[["wallet_amount", "wallet_date"]])
    shares = wallet_shares(given, as_of=portfolio.as_of, months=limits.months, limits=limits.classes)
    counted = ~frame.is_pool
    shares = shares.where(counted, shares.assign(wallet=float("nan"), wallet_share=float("nan")))
    shares["is_over"], shares["is_stale"] = shares.is_over & counted, shares.is_stale & counted
    shares["wallet_class"] = shares.wallet_class.where(counted)
    potential = additional_potential(
        frame.revenue_n, shares.wallet.where(~shares.is_over), target=limits.target_share
    )
    proxy, basis = proxy_potential(
        frame[counted & ~shares.is_over], quantile=limits.proxy_quantile, customers=limits.proxy_customers
    )
    source = pd.Series("wallet", index=frame.index).where(potential.notna()).fillna(basis)
    clients = frame[["name", "salesperson", "segment", "sector", "revenue_n"]].join(shares)
    clients = clients.assign(potential=potential.fillna(proxy), potential_source=source)
    known = clients.wallet.notna()
    why = None if known.any() else _missing(given)
    guessed = clients[clients.potential_source.notna() & ~known]
    unlabelled = frame.loc[counted, ["sector", "segment"]].isna().to_numpy().all()
    peers = None if len(guessed) else Unknown("missing:sector" if unlabelled else "n_small")
    classes = clients.groupby("wallet_class").agg(
        customers=("revenue_n", "size"), revenue=("revenue_n", "sum"), wallet=("wallet", "sum"),
        potential=("potential", "sum"),
    )  # fmt: skip
    classes = classes.reindex(CLASSES, fill_value=0).round(2).rename_axis("wallet_class").reset_index()
    return Wallet(
        clients, classes, why, peers, None, [*_wallets(portfolio, clients, why), *_proxies(portfolio, guessed, peers)]
    )  # fmt: skip


def _reason(portfolio: Portfolio) -> Unknown | None:
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    return None if portfolio.is_complete(portfolio.windows.n) else Unknown("period_incomplete")


def _missing(given: pd.DataFrame) -> Unknown:
    return Unknown("missing:wallet_amount" if given.wallet_amount.isna().all() else "missing:wallet_date")


def _wallets(portfolio: Portfolio, clients: pd.DataFrame, why: Unknown | None) -> list[Finding]:
    if why is not None:
        return [_finding(portfolio, name, why) for name in KNOWN]
    known = clients[clients.wallet.notna()]
    sound = known[~known.is_over]
    total = portfolio.total_revenue(portfolio.windows.n)
    bought = int(cents(sound.wallet).sum())
    tally = known.wallet_class.value_counts()
    none = Unknown("denominator_zero")
    values: dict[str, object] = {
        "known_customers": len(known),
        "covered_revenue_share": float(known.revenue_n.sum()) / total if total > 0 else none,
        "share": int(cents(sound.revenue_n).sum()) / bought if bought > 0 else none,
        **{f"{code}_customers": int(tally.get(code, 0)) for code in CLASSES},
        "over_customers": int(known.is_over.sum()),
        "additional_potential": float(sound.potential.sum()),
    }
    caveat = "caveat.wallet_over" if known.is_over.any() else "caveat.wallet"
    return [_finding(portfolio, name, values[name], n=len(known), caveat=caveat) for name in KNOWN]


def _proxies(portfolio: Portfolio, guessed: pd.DataFrame, peers: Unknown | None) -> list[Finding]:
    if peers is not None:
        return [_finding(portfolio, name, peers) for name in PROXY]
    values = (len(guessed), int((guessed.potential > 0).sum()), float(guessed.potential.sum()))
    return [
        _finding(portfolio, name, value, n=len(guessed), caveat="caveat.proxy")
        for name, value in zip(PROXY, values, strict=True)
    ]


def _finding(
    portfolio: Portfolio, name: str, value: object, n: int | None = None, caveat: str | None = None
) -> Finding:
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    inputs = ("invoice_lines", "customers")
    return finding(f"wallet.{name}", value, period=period, n=n, caveat=caveat, inputs=inputs)  # type: ignore[arg-type]
