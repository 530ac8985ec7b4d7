"""What salespeople of the wholesaler know of a client beside its invoices: purchases, potential, how they see it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from capclient.datasets.clients import GOING, STAYING
from capclient.datasets.company import AS_OF, YEARS

SEED = 20_250_114
_WALLETS, _DESCRIBED, _POTENTIALS, _LIMITED = 133, 60, 130, 240
_OVER, _STALE, _WRONG, _OVER_LIMIT = 2, 4, 4, 8
_SHARES = (0.12, 0.18, 0.33, 0.42, 0.55, 0.68, 0.8)  # our part of what a client buys
_LEVELS = ((0.25, "small"), (0.6, "moderate"), (1.01, "large"))
_GRID = {  # levels, from the best to the worst
    "service_need": ("full", "specialised", "basic"), "ease": ("easy", "medium", "challenging"),
    "outlook": ("growth", "stability", "failure"), "rd_collab": ("ongoing", "emerging", "none"),
    "learning": ("high", "moderate", "low"),
}  # fmt: skip
_CRITERIA = ("Prix", "Délai de livraison", "Qualité ; conseil", "Facilité ; prix", "Confiance", "Coût total")
_COMPETITORS = ("Quincaillerie du Midi", "Comptoir Alpin", "Vente en ligne", "Rhodia Fournitures")


def described(customers: pd.DataFrame, clients: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the sheet with what is declared of some clients, and what was planted there.

    Parameters
    ----------
    customers
        The sheet, pools included.
    clients
        :func:`capclient.datasets.clients.histories`.

    Returns
    -------
    tuple
        The sheet with ``credit_limit``, ``wallet_amount wallet_date wallet_level potential_level`` and the declared
        grid; of the key: ``wallets`` (``over``: we sell more than the client is said to buy; ``stale``: noted over
        two years ago), ``contradictions`` by kind, ``over_limit``.
    """
    rng = np.random.default_rng(SEED)
    told = pd.DataFrame(index=clients.index)
    wallets = _wallets(told, clients, rng)
    contradictions = _grid(told, clients, rng)
    over_limit = _limits(told, clients, rng)
    key = {"wallets": wallets, "contradictions": contradictions, "over_limit": over_limit}
    return customers.join(told, on="customer_id"), key


def _wallets(told: pd.DataFrame, clients: pd.DataFrame, rng: np.random.Generator) -> dict[str, list[str]]:
    """Write what a third of the clients buy in all, to the nearest hundred euros, and from whom they learnt it."""
    buying = clients[clients["revenue_2025"] > 2_000]
    weight = np.sqrt(buying["revenue_2025"].to_numpy())
    chosen = rng.choice(buying.index.to_numpy(), _WALLETS, replace=False, p=weight / weight.sum())
    share = rng.choice(_SHARES, _WALLETS) * rng.uniform(0.94, 1.06, _WALLETS)
    share[:_OVER] = (1.25, 1.4)
    revenue = clients.loc[chosen, "revenue_2025"].to_numpy()
    told.loc[chosen, "wallet_amount"] = np.round(revenue / share, -2)
    days = rng.integers(20, 600, _WALLETS)
    days[_OVER : _OVER + _STALE] = rng.integers(800, 1_000, _STALE)
    told["wallet_date"] = pd.Series(AS_OF - pd.to_timedelta(days, unit="D"), index=chosen)
    real = revenue / told.loc[chosen, "wallet_amount"].to_numpy()
    level = [next((name for top, name in _LEVELS if one < top), "large") for one in real]
    told["wallet_level"] = pd.Series(level, index=chosen)
    known = rng.choice(buying.index.to_numpy(), _POTENTIALS, replace=False)
    code = rng.choice(["high", "moderate", "low", "none"], _POTENTIALS, p=[0.25, 0.4, 0.27, 0.08])
    told["potential_level"] = pd.Series(code, index=known)
    small = [one for one, part in zip(chosen[6:], real[6:], strict=True) if part < 0.2][:_WRONG]
    told.loc[small, "wallet_level"] = "large"
    return {
        "over": sorted(map(str, chosen[:_OVER])), "stale": sorted(map(str, chosen[_OVER : _OVER + _STALE])),
        "large_share": sorted(map(str, small)),
    }  # fmt: skip


def _grid(told: pd.DataFrame, clients: pd.DataFrame, rng: np.random.Generator) -> dict[str, list[str]]:
    """Describe sixty clients; a few are called recurrent and order once a year, or in danger and are not."""
    steady = clients["profile"].isin(STAYING) & (clients["orders_2025"] >= 12) & (clients["late"] < 10)
    rare, going = clients["profile"].eq("occasional"), clients["profile"].isin(GOING[1:])
    wrong = {
        "recurring": rng.permutation(clients.index[rare])[:_WRONG],
        "endangered": rng.permutation(clients.index[steady & clients["profile"].eq("growing")])[:_WRONG],
    }
    taken = np.concatenate(list(wrong.values()))
    others = clients.index[(steady | going) & ~clients.index.isin(taken)]
    weight = np.sqrt(clients.loc[others, "revenue_2025"] + 2_000).to_numpy()
    chosen = rng.choice(others.to_numpy(), _DESCRIBED - len(taken), replace=False, p=weight / weight.sum())
    profile = clients.loc[chosen, "profile"]
    partner = clients.loc[chosen, "segment"].eq("Grands comptes").to_numpy()
    relation = np.select([profile.isin(GOING), partner], ["endangered", "partnership"], "recurring")
    told["relation_type"] = pd.Series(relation, index=chosen)
    for kind, members in wrong.items():
        told.loc[members, "relation_type"] = kind
    everyone = np.concatenate([chosen, taken])
    for name, levels in _GRID.items():
        code = rng.choice(levels, len(everyone), p=[0.3, 0.5, 0.2])
        told[name] = pd.Series(code, index=everyone)
    told.loc[everyone, "outlook"] = np.where(
        clients.loc[everyone, "profile"].isin(GOING), "failure", told.loc[everyone, "outlook"]
    )
    told["decision_criteria"] = pd.Series(rng.choice(_CRITERIA, len(everyone)), index=everyone)
    told["competitors_known"] = pd.Series(rng.choice(_COMPETITORS, len(everyone)), index=everyone)
    return {kind: sorted(map(str, members)) for kind, members in wrong.items()}


def _limits(told: pd.DataFrame, clients: pd.DataFrame, rng: np.random.Generator) -> list[str]:
    """Give a credit limit to most clients that still buy; a few owe more than theirs at the analysis date."""
    buying = clients[(clients["revenue_2025"] > 0) & ~clients["profile"].eq("occasional")]
    owing = buying.index[buying["exposure"].between(1_500, 40_000)]
    over = rng.permutation(owing.to_numpy())[:_OVER_LIMIT]
    others = rng.permutation(buying.index[~buying.index.isin(over)].to_numpy())[: _LIMITED - _OVER_LIMIT]
    wide = np.maximum(buying.loc[others, "exposure"] * 1.3, buying.loc[others, f"revenue_{YEARS[-1]}"] * 0.25)
    limit = pd.concat(
        [(wide / 500).apply(np.ceil) * 500, (buying.loc[over, "exposure"] * 0.6 / 500).apply(np.ceil) * 500]
    )
    told["credit_limit"] = limit
    return sorted(map(str, over))
