"""Gross margin of each client, how much of it is known, and what was given back (4.1, 4.8).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.engine import margins as engine
from capclient.findings import Finding, finding
from capclient.indicators import margins as indicators
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.vocabulary import Unknown

NO_LINES = Unknown("missing:invoice_lines")
INCOMPLETE = Unknown("period_incomplete")
KEYS = {engine.BY_CUSTOMER: "customer_id", engine.BY_FAMILY: "family", engine.BY_PRODUCT: "product"}
YEARS = ("n", "n1", "n2")
OF_COST = ("coverage", "gross", "gross_rate", "bare_credit_notes")
GIVEN_BACK = ("reductions", "reductions_rate", "rebates", "high_reduction_customers")


@dataclass(frozen=True)
class Margins:
    """``customers``: one row per client: ``coverage``, ``gross_margin``, ``gross_margin_rate`` of N (euros, shares).

    ``families``: the same by family, most margin first; ``given_back``: credit notes and rebates of each client;
    ``rows``: cents of the three years by client, family and product, as the engine sums them. ``reasons`` says why the
    margin of a year (``n``, ``n1``, ``n2``) cannot be said, None when it can; ``whole``: cents of the company.
    """

    customers: pd.DataFrame
    families: pd.DataFrame
    given_back: pd.DataFrame
    rows: pd.DataFrame
    whole: pd.Series
    reasons: dict[str, Unknown | None]
    sold_reason: Unknown | None
    findings: list[Finding]

    @property
    def reason(self) -> Unknown | None:
        """Why the margin of N cannot be said."""
        return self.reasons["n"]


@once
def margins(portfolio: Portfolio) -> Margins:
    """Return the gross margins of a portfolio."""
    if not portfolio.has_lines:
        return _nothing(portfolio)
    years = portfolio.windows
    named = {
        "n_start": years.n.start,
        "n_end": years.n.end,
        "n1_start": years.n1.start,
        "n2_start": years.n2.start,
    }
    rows = portfolio.ledger.frame(engine.margins(), named)
    whole = rows[rows.grain == engine.OVERALL].iloc[0]
    least = portfolio.thresholds.concentration.cost_coverage
    has_costs = any(int(whole[f"costed_size_{name}"]) for name in YEARS)
    reasons = {
        name: indicators.uncovered(int(whole[f"size_{name}"]), int(whole[f"costed_size_{name}"]), least=least)
        if portfolio.is_complete(getattr(years, name))
        else (INCOMPLETE if has_costs else Unknown("missing:cost"))  # another year would bring no cost either
        for name in YEARS
    }
    frame = portfolio.customers
    clients = elements(rows, engine.BY_CUSTOMER).reindex(frame.index, fill_value=0)
    table = indicators.gross_margins(_of_year(clients, "n"), least=least)
    known = pd.DataFrame({"name": frame.name, "revenue_n": frame.revenue_n}).join(table)
    back = portfolio.ledger.frame(
        engine.REDUCTIONS, {name: named[name] for name in ("n_start", "n_end", "n1_start")}
    )
    sold_reason = None if portfolio.is_complete(years.n) else INCOMPLETE
    given_back = _given_back(portfolio, back)
    return Margins(
        customers=known,
        families=_families(rows),
        given_back=given_back,
        rows=rows,
        whole=whole,
        reasons=reasons,
        sold_reason=sold_reason,
        findings=[
            *_of_costs(portfolio, whole, reasons["n"], sold_reason),
            *_of_reductions(portfolio, back, given_back, sold_reason),
        ],
    )


def elements(rows: pd.DataFrame, grain: int) -> pd.DataFrame:
    """Return the rows of a grain by key; what has no client, family or product keeps a row, under an empty key."""
    keyed = rows[rows.grain == grain].fillna({KEYS[grain]: ""}).set_index(KEYS[grain])
    return keyed.drop(columns=[name for name in ("grain", *KEYS.values()) if name in keyed])


def compared(rows: pd.DataFrame, grain: int, *, now: str = "n", before: str = "n1") -> pd.DataFrame:
    """Return revenue of known cost and margin of two years by key, in cents, for whatever was sold in one of them."""
    table = elements(rows, grain)
    years = pd.DataFrame(
        {
            f"{what}_{name}": table[f"costed_{year}"] - (table[f"cost_{year}"] if what == "margin" else 0)
            for name, year in (("n", now), ("n1", before))
            for what in ("revenue", "margin")
        }
    )
    return years[(years != 0).any(axis=1)]


def _of_year(clients: pd.DataFrame, year: str) -> pd.DataFrame:
    names = ("lines", "revenue", "size", "costed", "costed_size", "cost")
    return pd.DataFrame({name: clients[f"{name}_{year}"].astype("int64") for name in names})


def _families(rows: pd.DataFrame) -> pd.DataFrame:
    """Families by margin; the empty key stands for lines without family."""
    table = elements(rows, engine.BY_FAMILY)
    table = table[table.costed_size_n > 0]
    if table.empty or (table.index == "").all():
        return pd.DataFrame(columns=["family", "revenue", "gross_margin", "gross_margin_rate", "coverage"])
    margin = (table.costed_n - table.cost_n) / 100
    families = pd.DataFrame(
        {
            "family": table.index,
            "revenue": table.revenue_n / 100,
            "gross_margin": margin,
            "gross_margin_rate": margin / (table.costed_n / 100).where(table.costed_n > 0),
            "coverage": table.costed_size_n / table.size_n,
        }
    )
    families = families.reset_index(drop=True)
    return families.sort_values(["gross_margin", "family"], ascending=[False, True], ignore_index=True)


def _given_back(portfolio: Portfolio, back: pd.DataFrame) -> pd.DataFrame:
    frame = portfolio.customers
    own = back[(back.is_total == 0) & back.customer_id.notna()].set_index("customer_id")
    own = own.reindex(frame.index, fill_value=0)[["invoiced_n", "rebated_n", "credited_n"]].astype("int64")
    own.columns = own.columns.str.removesuffix("_n")
    alert = portfolio.thresholds.profitability.reductions
    table = frame[["name", "salesperson", "revenue_n"]].join(indicators.reductions(own, alert=alert))
    table = table[(table.reductions > 0) & ~frame.is_pool]
    return table.sort_values(["reductions", "name"], ascending=[False, True], kind="stable")


def _of_costs(
    portfolio: Portfolio, whole: pd.Series, reason: Unknown | None, incomplete: Unknown | None
) -> list[Finding]:
    margin = int(whole.costed_n) - int(whole.cost_n)
    coverage = indicators.cost_coverage(int(whole.size_n), int(whole.costed_size_n))
    values: dict[str, object] = {
        "coverage": incomplete or (indicators.NO_COST if coverage == 0 else coverage),
        "gross": reason or margin / 100,
        "gross_rate": reason or indicators.margin_rate(int(whole.costed_n), margin),
        "bare_credit_notes": reason or -int(whole.bare_n) / 100,
    }
    caveat = "caveat.bare_credit_notes" if reason is None and whole.bare_n < 0 else None
    return [
        of(portfolio, name, values[name], caveat=caveat if name.startswith("gross") else None)
        for name in OF_COST
    ]


def _of_reductions(
    portfolio: Portfolio, back: pd.DataFrame, given_back: pd.DataFrame, reason: Unknown | None
) -> list[Finding]:
    whole = back[back.is_total == 1].iloc[0]
    given = int(whole.credited_n), int(whole.rebated_n)
    rate = indicators.reduction_rate(int(whole.invoiced_n), *given)
    values: dict[str, object] = {
        "reductions": -sum(given) / 100,
        "reductions_rate": rate,
        "rebates": -given[1] / 100,
        "high_reduction_customers": int(given_back.is_high.sum()),
    }
    high = not isinstance(rate, Unknown) and rate > float(portfolio.thresholds.profitability.reductions)
    return [
        of(
            portfolio,
            name,
            reason or values[name],
            caveat="caveat.reductions" if high and name == "reductions_rate" else None,
        )
        for name in GIVEN_BACK
    ]


def of(
    portfolio: Portfolio,
    name: str,
    value: object,
    *,
    n: int | None = None,
    caveat: str | None = None,
    inputs: tuple[str, ...] = ("invoice_lines",),
) -> Finding:
    """Return a finding of the group ``margin`` for the year N."""
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    return finding(f"margin.{name}", value, period=period, n=n, caveat=caveat, inputs=inputs)  # type: ignore[arg-type]


def _nothing(portfolio: Portfolio) -> Margins:
    nothing = pd.DataFrame()
    found = [of(portfolio, name, NO_LINES) for name in (*OF_COST, *GIVEN_BACK)]
    reasons: dict[str, Unknown | None] = dict.fromkeys(YEARS, NO_LINES)
    return Margins(nothing, nothing, nothing, nothing, pd.Series(dtype="int64"), reasons, NO_LINES, found)
