"""The prospect sheet at D: what became of each cohort, what is still open and what it promises (12.1 to 12.3, 12.5).

Floor 5. Its findings bear the group ``prospecting`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from capclient.findings import Finding, Value, finding
from capclient.indicators.pipeline import (
    cycle_days,
    decision_days,
    open_prospects,
    stage_history,
    velocity,
    weighted,
)
from capclient.indicators.prospecting import (
    Conversion,
    conversion,
    conversions_by,
    outcomes_told,
    prospect_state,
)
from capclient.indicators.retention import share_of, wilson_interval
from capclient.periods import Period, shifted
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.vocabulary import Unknown

INPUTS = ("prospects",)
QUARTERS = 12
FIELDS = ("source", "created", "stage", "amount")  # what a sheet of prospects needs (C03)
COHORT = ("conversion_rate", "conversion_rate_created", "conversion_amount_rate", "conversion_rate_n1")
COUNTED = ("prospects_created", "prospects_won", "prospects_lost", "prospects_pending", "pending_amount")
OPEN = (
    "open_prospects", "open_amount", "pipeline_amount", "weighted_pipeline", "declared_pipeline", "stale_prospects",
    "stale_amount", "unweighted_prospects",
)  # fmt: skip
PACE = (
    "cycle_days", "decision_days", "velocity", "invoiced_rate", "won_not_invoiced", "file_completeness",
)  # fmt: skip


@dataclass(frozen=True)
class Prospects:
    """``sheet``: every prospect known at D with its ``state``. ``quarters``: conversion by quarter of creation, oldest
    first (``start``, ``end``). ``sources``, ``people``: conversion since the sheet begins. ``stages``: the funnel.
    ``pipeline``: open prospects, largest first. ``uninvoiced``: won, and nothing invoiced since.

    The frames are empty when ``reason`` says why.
    """

    sheet: pd.DataFrame
    quarters: pd.DataFrame
    sources: pd.DataFrame
    people: pd.DataFrame
    stages: pd.DataFrame
    pipeline: pd.DataFrame
    uninvoiced: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


@once
def prospects(portfolio: Portfolio) -> Prospects:
    """Return the prospects of a company as they stand at D."""
    sheet = known_prospects(portfolio)
    if sheet.empty:
        reason = Unknown("missing:prospects")
        names = (*COHORT, *COUNTED, *OPEN, *PACE)
        found = [_finding(portfolio, name, reason) for name in names]
        empty = pd.DataFrame()
        return Prospects(sheet, empty, empty, empty, empty, empty, empty, reason, found)
    limits = portfolio.thresholds.prospecting
    stages = stage_history(sheet, least=limits.stage_history)
    cycle, cycles = cycle_days(sheet)
    live = open_prospects(sheet, stages, as_of=portfolio.as_of, cycle=cycle, stale_cycles=limits.stale_cycles)
    live = live.assign(weighted=live.amount * live.chance)
    cohort, before = (_cohort(sheet, year) for year in (portfolio.windows.n, portfolio.windows.n1))
    uninvoiced = _uninvoiced(portfolio, sheet)
    return Prospects(
        sheet=sheet,
        quarters=_quarters(portfolio, sheet),
        sources=conversions_by(sheet, sheet.source),
        people=conversions_by(sheet, sheet.salesperson),
        stages=stages,
        pipeline=live.sort_values(["amount", "prospect_id"], ascending=[False, True], kind="stable"),
        uninvoiced=pd.DataFrame() if isinstance(uninvoiced, Unknown) else uninvoiced,
        reason=None,
        findings=[
            *_conversions(portfolio, sheet, cohort, before),
            *_open(portfolio, live, cycle, _by_stage(sheet)),
            *_pace(portfolio, sheet, live, cohort, (cycle, cycles)),
            _invoiced(portfolio, sheet),
            _finding(
                portfolio,
                "won_not_invoiced",
                uninvoiced if isinstance(uninvoiced, Unknown) else len(uninvoiced),
            ),
            _finding(portfolio, "file_completeness", _completeness(sheet)),
        ],
    )


def known_prospects(portfolio: Portfolio) -> pd.DataFrame:
    """Return the prospects created on or before D, with their ``state``; amounts and probabilities as floats.

    ``by_stage`` marks the outcomes that the stage alone says.
    """
    table = portfolio.table("prospects")
    told = outcomes_told(table.outcome, table.stage)
    table = table.assign(by_stage=told.notna() & table.outcome.isna(), outcome=told)
    table = table.assign(
        created=pd.to_datetime(table.created),
        closed_date=pd.to_datetime(table.closed_date),
        amount=table.amount.astype("float64"),
        probability=table.probability.astype("float64"),
    )
    table = table.assign(state=prospect_state(table, as_of=portfolio.as_of))
    return table[table.state != "later"].reset_index(drop=True)


def _cohort(sheet: pd.DataFrame, period: Period) -> Conversion:
    days = sheet.created
    return conversion(sheet[days.ge(pd.Timestamp(period.start)) & days.le(pd.Timestamp(period.end))])


def _quarters(portfolio: Portfolio, sheet: pd.DataFrame) -> pd.DataFrame:
    """Conversion by quarter of creation, in quarters that end at D, since the first one with a prospect."""
    rows: list[tuple[object, ...]] = []
    for back in range(QUARTERS - 1, -1, -1):
        end = shifted(portfolio.as_of, -3 * back)
        start = shifted(portfolio.as_of, -3 * back - 3) + timedelta(days=1)
        cohort = _cohort(sheet, Period(start, end))
        if cohort.created or rows:
            rows.append((start, end, cohort.created, cohort.won, cohort.lost, cohort.pending, cohort.unsaid))
    return pd.DataFrame(rows, columns=["start", "end", "created", "won", "lost", "pending", "unsaid"])


def _conversions(
    portfolio: Portfolio, sheet: pd.DataFrame, cohort: Conversion, before: Conversion
) -> list[Finding]:
    reason = None
    if sheet.created.isna().all():
        reason = Unknown("missing:created")
    elif sheet.outcome.isna().all():
        reason = Unknown("missing:outcome")
    later = sheet.closed_date.gt(pd.Timestamp(portfolio.as_of)) & sheet.outcome.isin(["won", "lost"])
    codes = ("caveat.prospects_later" if later.any() else None, _by_stage(sheet))
    caveat = " ".join(filter(None, codes)) or None
    rates = {
        "conversion_rate": (cohort.final, cohort.decided, cohort.final_interval),
        "conversion_rate_created": (cohort.provisional, cohort.created, cohort.provisional_interval),
        "conversion_amount_rate": (cohort.final_amount, cohort.decided, None),
        "conversion_rate_n1": (before.final, before.decided, before.final_interval),
    }
    counts: dict[str, float] = {
        "prospects_created": cohort.created,
        "prospects_won": cohort.won,
        "prospects_lost": cohort.lost,
        "prospects_pending": cohort.pending,
        "pending_amount": cohort.pending_amount,
    }
    partial = f"caveat.prospects_amount {caveat or ''}".strip() if cohort.without_amount else caveat
    n1 = portfolio.windows.n1
    return [
        *(
            finding(
                f"prospecting.{name}", reason or value, n=n, interval=interval, inputs=INPUTS,
                period=n1 if name.endswith("_n1") else portfolio.windows.n,
                caveat=partial if name == "conversion_amount_rate" else caveat,
            )
            for name, (value, n, interval) in rates.items()
        ),
        *(_finding(portfolio, name, reason or value, caveat=caveat) for name, value in counts.items()),
    ]  # fmt: skip


def _by_stage(sheet: pd.DataFrame) -> str | None:
    """Code of the sentence that must stand beside outcomes read in a stage."""
    return "caveat.outcome_by_stage" if sheet.by_stage.any() else None


def _open(
    portfolio: Portfolio, live: pd.DataFrame, cycle: float | Unknown, by_stage: str | None
) -> list[Finding]:
    fresh, stale = live[~live.is_stale.astype(bool)], live[live.is_stale.astype(bool)]
    blank = fresh.amount.isna() | fresh.chance.isna()
    amount: Unknown | None = None
    if len(live) and live.amount.isna().all():
        amount = Unknown("missing:prospect_amount")
    chance = Unknown("missing:probability") if len(fresh) and fresh.chance.isna().all() else None
    undone = "caveat.no_stale" if isinstance(cycle, Unknown) else None
    seen = bool(fresh.chance_source.eq("observed").any())
    values: dict[str, tuple[Value | Unknown, str | None]] = {
        "open_prospects": (len(live), by_stage),
        "open_amount": (amount or float(live.amount.sum()), by_stage),
        "pipeline_amount": (amount or float(fresh.amount.sum()), undone),
        "weighted_pipeline": (
            amount or chance or weighted(fresh.amount, fresh.chance),
            undone or ("caveat.pipeline_observed" if seen else "caveat.pipeline_declared"),
        ),
        "declared_pipeline": (
            amount
            or (Unknown("missing:probability") if len(fresh) and fresh.probability.isna().all() else None)
            or weighted(fresh.amount, fresh.probability),
            undone,
        ),
        "stale_prospects": (len(stale), undone),
        "stale_amount": (amount or float(stale.amount.sum()), undone),
        "unweighted_prospects": (int(blank.sum()), None),
    }
    return [_finding(portfolio, name, value, caveat=caveat) for name, (value, caveat) in values.items()]


def _pace(
    portfolio: Portfolio,
    sheet: pd.DataFrame,
    live: pd.DataFrame,
    cohort: Conversion,
    cycle: tuple[float | Unknown, int],
) -> list[Finding]:
    decision, watched = decision_days(sheet, as_of=portfolio.as_of)
    fresh = live[~live.is_stale.astype(bool)]
    speed = velocity(float(fresh.amount.sum()), cohort.final, cycle[0])
    return [
        _finding(portfolio, "cycle_days", cycle[0], n=cycle[1], caveat="caveat.cycle"),
        _finding(portfolio, "decision_days", decision, n=watched),
        _finding(portfolio, "velocity", speed),
    ]


def _completeness(sheet: pd.DataFrame) -> float:
    """Share of the cells that are filled; only an open prospect needs a probability (C03)."""
    chances = sheet.probability[sheet.state == "open"]
    filled = int(sheet[list(FIELDS)].notna().to_numpy().sum()) + int(chances.notna().sum())
    return filled / (len(FIELDS) * len(sheet) + len(chances))


def _invoiced(portfolio: Portfolio, sheet: pd.DataFrame) -> Finding:
    """How many prospects of N that were no clients yet have had a first invoice since (C02)."""
    if (reason := _unlinked(portfolio, sheet)) is not None:
        return _finding(portfolio, "invoiced_rate", reason)
    year = portfolio.windows.n
    cohort = sheet[sheet.created.between(pd.Timestamp(year.start), pd.Timestamp(year.end))]
    first = pd.to_datetime(cohort.customer_id.map(portfolio.customers.first_purchase))
    strangers = cohort[~first.lt(cohort.created)]
    billed, n = int(first.reindex(strangers.index).notna().sum()), len(strangers)
    return finding(
        "prospecting.invoiced_rate", share_of(billed, n), period=year, n=n,
        interval=wilson_interval(billed, n) if n else None, inputs=("prospects", "invoice_lines"),
    )  # fmt: skip


def _unlinked(portfolio: Portfolio, sheet: pd.DataFrame) -> Unknown | None:
    """Why prospects cannot be followed into the ledger."""
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    return Unknown("missing:prospect_customer") if sheet.customer_id.isna().all() else None


def _uninvoiced(portfolio: Portfolio, sheet: pd.DataFrame) -> pd.DataFrame | Unknown:
    """Prospects won whose client was invoiced nothing since the prospect was created."""
    if (reason := _unlinked(portfolio, sheet)) is not None:
        return reason
    won = sheet[sheet.state.eq("won")]
    last = pd.to_datetime(won.customer_id.map(portfolio.customers.last_purchase))
    silent = last.isna() | (last < won.created)
    order = ["amount", "prospect_id"]
    return won[silent].sort_values(order, ascending=[False, True], kind="stable")


def _finding(
    portfolio: Portfolio,
    name: str,
    value: Value | Unknown,
    *,
    n: int | None = None,
    caveat: str | None = None,
) -> Finding:
    period = portfolio.windows.n
    return finding(f"prospecting.{name}", value, period=period, n=n, caveat=caveat, inputs=INPUTS)
