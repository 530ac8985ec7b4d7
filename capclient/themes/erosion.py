"""Why the margin rate moved, and why the margin did (4.2, F04).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.engine import margins as engine
from capclient.engine.prices import HAS_QUANTITIES
from capclient.findings import Finding
from capclient.indicators import erosion as indicators
from capclient.indicators.erosion import Erosion
from capclient.portfolio import Portfolio
from capclient.themes.margins import compared, margins, of
from capclient.themes.once import once
from capclient.themes.price_volume_mix import LINES_A_ROUND
from capclient.themes.pricing import unpriced
from capclient.vocabulary import Unknown

GRAINS = {"customer": engine.BY_CUSTOMER, "family": engine.BY_FAMILY, "product": engine.BY_PRODUCT}
RATES = (
    "erosion", "erosion_rate_effect", "erosion_mix_effect", "erosion_amount", "erosion_before",
    "eroding_customers", "eroding_two_years_customers",
)  # fmt: skip
STEPS = ("price", "cost", "volume", "mix", "products", "customers", "not_decomposable")


@dataclass(frozen=True)
class ErosionTheme:
    """``whole``: the two effects by client, or why there are none; ``grains``: the same by client, family and product,
    where known.

    ``customers``: rates and effects of each client, the largest losses first, with ``is_eroding`` and ``two_years``.
    ``bars``: euros from the margin of N-1 (``opening``) to that of N (``closing``), step by step; empty when
    ``cause_reason`` says why. ``causes``: these steps by client kept, the largest changes first.
    """

    whole: Erosion | Unknown
    grains: dict[str, Erosion]
    customers: pd.DataFrame
    bars: pd.Series
    causes: pd.DataFrame
    cause_reason: Unknown | None
    findings: list[Finding]

    @property
    def reason(self) -> Unknown | None:
        """Why the change of the rate cannot be said."""
        return self.whole if isinstance(self.whole, Unknown) else None


@once
def erosion(portfolio: Portfolio) -> ErosionTheme:
    """Return why the margin of a portfolio moved from N-1 to N."""
    known = margins(portfolio)
    reason = known.reasons["n"] or known.reasons["n1"]
    bars, causes, cause_reason = _causes(portfolio, reason)
    found = _of_causes(portfolio, bars, cause_reason, len(causes))
    if reason is not None:
        none = [of(portfolio, name, reason) for name in RATES]
        return ErosionTheme(reason, {}, pd.DataFrame(), bars, causes, cause_reason, none + found)
    whole = indicators.erosion(compared(known.rows, engine.BY_CUSTOMER))
    grains = {name: _of_grain(known.rows, grain) for name, grain in GRAINS.items()}
    customers = _customers(portfolio, known.rows, two_years=known.reasons["n2"] is None)
    return ErosionTheme(
        whole=whole,
        grains={name: split for name, split in grains.items() if isinstance(split, Erosion)},
        customers=customers,
        bars=bars,
        causes=causes,
        cause_reason=cause_reason,
        findings=_of_rates(portfolio, whole, customers, known.reasons["n2"]) + found,
    )


def _of_grain(rows: pd.DataFrame, grain: int) -> Erosion | Unknown:
    table = compared(rows, grain)
    if grain != engine.BY_CUSTOMER and (table.index == "").all():
        return Unknown("missing:family")  # nobody named any family or product
    return indicators.erosion(table)


def _customers(portfolio: Portfolio, rows: pd.DataFrame, *, two_years: bool) -> pd.DataFrame:
    """Effects of each identified client, the largest losses of rate first; pooled codes left out."""
    limit = portfolio.thresholds.profitability.erosion
    sold = compared(rows, engine.BY_CUSTOMER)
    if int(sold.revenue_n.sum()) <= 0 or int(sold.revenue_n1.sum()) <= 0:
        return pd.DataFrame()
    table = indicators.erosion_effects(sold)
    table["is_eroding"] = indicators.is_eroding(sold, limit=limit)
    before = compared(rows, engine.BY_CUSTOMER, now="n1", before="n2")
    fell = indicators.is_eroding(before, limit=limit).reindex(sold.index, fill_value=False)
    table["two_years"] = table.is_eroding & fell & two_years
    table["erosion_amount"] = (table.rate_effect * int(sold.revenue_n.sum())).round() / 100
    table["gross_margin"] = sold.margin_n / 100
    frame = portfolio.customers[~portfolio.customers.is_pool]
    table = frame[["name", "salesperson", "revenue_n"]].join(table, how="inner")
    return table.sort_values(["erosion_amount", "name"], kind="stable")


def _of_rates(
    portfolio: Portfolio, whole: Erosion | Unknown, customers: pd.DataFrame, before: Unknown | None
) -> list[Finding]:
    past: float | Unknown = before or 0.0
    if before is None:
        earlier = indicators.erosion(
            compared(margins(portfolio).rows, engine.BY_CUSTOMER, now="n1", before="n2")
        )
        past = earlier if isinstance(earlier, Unknown) else earlier.after - earlier.before
    if isinstance(whole, Unknown):
        return [of(portfolio, name, past if name == "erosion_before" else whole) for name in RATES]
    kept = int((customers.kind == "kept").sum())
    values: dict[str, object] = {
        "erosion": whole.after - whole.before,
        "erosion_rate_effect": whole.rate,
        "erosion_mix_effect": whole.mix,
        "erosion_amount": whole.amount,
        "erosion_before": past,
        "eroding_customers": int(customers.is_eroding.sum()),
        "eroding_two_years_customers": before or int(customers.two_years.sum()),
    }
    opposed = (whole.after - whole.before) * whole.rate < 0
    caveats = {"erosion": "caveat.margin_paradox"} if opposed else {}
    return [of(portfolio, name, values[name], n=kept, caveat=caveats.get(name)) for name in RATES]


def _causes(portfolio: Portfolio, reason: Unknown | None) -> tuple[pd.Series, pd.DataFrame, Unknown | None]:
    """Steps from the known margin of N-1 to that of N, and those of each client kept."""
    reason = reason or unpriced(portfolio)
    if reason is not None:
        return pd.Series(dtype="float64"), pd.DataFrame(), reason
    years = portfolio.windows
    named = {"n1_start": years.n1.start, "n_start": years.n.start, "n_end": years.n.end}
    parts = -(-portfolio.quality["lines_kept"] // LINES_A_ROUND)
    by_family = bool(portfolio.ledger.frame(HAS_QUANTITIES, {"as_of": portfolio.as_of}).several_units.iloc[0])
    rounds = [
        portfolio.ledger.frame(
            engine.MARGIN_CAUSES, {**named, "by_family": by_family, "parts": parts, "part": part}
        )
        for part in range(parts)
    ]
    split = indicators.margin_causes(pd.concat(rounds, ignore_index=True))
    whole = margins(portfolio).whole
    opening, closing = (int(whole[f"costed_{year}"]) - int(whole[f"cost_{year}"]) for year in ("n1", "n"))
    table = margins(portfolio).rows
    table = table[(table.grain == engine.BY_CUSTOMER) & table.customer_id.notna()].set_index("customer_id")
    both = table.index[(table.costed_size_n > 0) & (table.costed_size_n1 > 0)]
    kept = split[split.index.isin(both)]
    cents = indicators.total_causes(kept)
    moved = int(split.total.sum()) - cents["total"]
    steps = {name: cents[name] for name in ("price", "cost", "volume", "mix")}
    steps["products"] = cents["new_products"] + cents["stopped_products"]
    steps["customers"] = moved
    steps["not_decomposable"] = closing - opening - sum(steps.values())
    bars = pd.Series({"opening": opening, **steps, "closing": closing}) / 100
    frame = portfolio.customers[["name", "salesperson", "revenue_n"]]
    causes = (kept / 100).round(2).join(frame, how="inner")
    causes["products"] = causes.new_products + causes.stopped_products
    order = causes.total.abs().sort_values(ascending=False, kind="stable").index
    return bars, causes.loc[order], None


def _of_causes(portfolio: Portfolio, bars: pd.Series, reason: Unknown | None, n: int) -> list[Finding]:
    if reason is not None:
        return [of(portfolio, name, reason) for name in ("change", *(f"change_{step}" for step in STEPS))]
    change = of(portfolio, "change", float(bars.closing - bars.opening), n=n)
    return [change, *(of(portfolio, f"change_{step}", float(bars[step]), n=n) for step in STEPS)]
