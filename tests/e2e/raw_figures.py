"""Figures of the indicator dictionary worked out from plain frames, to be compared with those of the analysis.

Nothing of the analysis is imported. Frames are those of :mod:`tests.e2e.raw_files`; days are month ends. Conventions
that the dictionary leaves open are written where they are used.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.e2e.raw_files import POOL, Files


def year_before(day: pd.Timestamp, back: int = 0) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and last day of the twelve months that end ``back`` years before a month end (0.2)."""
    end = day - pd.DateOffset(years=back) + pd.offsets.MonthEnd(0)
    return end - pd.DateOffset(years=1) + pd.offsets.MonthEnd(0) + pd.Timedelta(days=1), end


def within(rows: pd.DataFrame, span: tuple[pd.Timestamp, pd.Timestamp]) -> pd.DataFrame:
    """Return the rows of a span of days, both ends included."""
    return rows[rows.day.between(*span)]


def revenue(lines: pd.DataFrame, day: pd.Timestamp, back: int = 0) -> pd.Series:
    """Return the revenue of each client in N, or in N less ``back`` years."""
    return within(lines, year_before(day, back)).groupby("customer").amount.sum().round(2)


def margin_rates(lines: pd.DataFrame, day: pd.Timestamp, back: int = 0) -> pd.Series:
    """Return the gross margin rate of each client (4.1) over lines whose cost is known, missing without revenue."""
    known = within(lines[lines.cost.notna()], year_before(day, back)).groupby("customer")[["amount", "cost"]]
    sums = known.sum().round(2)
    return (1 - sums.cost / sums.amount).where(sums.amount > 0)


def purchase_days(lines: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return client and day of every purchase up to a day: at least one invoice that is no credit note (3.2)."""
    bought = lines[(lines.kind != "Avoir") & (lines.day <= day)].dropna(subset="customer")
    return bought[["customer", "day"]].drop_duplicates().sort_values(["customer", "day"])


def seasons(lines: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Return the first month of the season of the seasonal clients (3.11), the day being a month end.

    Years are the twelve months that end with the day; for a window that lies across their cut they end earlier, just
    before it opens. A year with fewer than three purchase days speaks against a season only; that in which a client
    began is left out where two others are known.
    """
    bought = purchase_days(lines, day)
    found = {}
    sold = lines[lines.day <= day].dropna(subset="customer")
    month = sold.day.dt.year * 12 + sold.day.dt.month - 1
    table = sold.pivot_table(index="customer", columns=month, values="amount", aggfunc="sum").fillna(0.0)
    first, last = int(month.min()), day.year * 12 + day.month - 1
    days = bought.groupby(["customer", bought.day.dt.year * 12 + bought.day.dt.month - 1]).size()
    days = days.unstack(fill_value=0).reindex(index=table.index, columns=range(first, last + 1), fill_value=0)
    table = table.reindex(columns=range(first, last + 1), fill_value=0.0)
    for who in table.index[table.sum(axis=1) > 0]:
        start = _season(table.loc[who].to_numpy(), days.loc[who].to_numpy(), last)
        if start is not None:
            found[who] = start
    return pd.Series(found, dtype="int64")


def _season(amounts: np.ndarray, days: np.ndarray, last: int) -> int | None:
    whole = np.zeros(12)
    for place, amount in enumerate(amounts):
        whole[(last - len(amounts) + 1 + place) % 12] += amount
    best = max(range(12), key=lambda start: (_window(whole, start), whole[(start + 1) % 12]))
    inside = (last - best) % 12  # how far the cut lies behind the opening of the best window
    back = inside + 1 if inside < 2 and (len(amounts) - inside - 1) // 12 >= 2 else 0
    end, years = len(amounts) - back, []
    while end >= 12:
        year, seen = np.zeros(12), days[end - 12 : end].sum()
        for place in range(end - 12, end):
            year[(last - len(amounts) + 1 + place) % 12] += amounts[place]
        years.append((year, seen, amounts[end - 12]))
        end -= 12
    bought = [year for year in years if year[0].sum() > 0]
    if len(bought) > 2 and bought[-1] is not years[-1] and bought[-1][2] <= 0:
        bought = bought[:-1]  # it began that year, part-way
    shares = [max(_window(year, start) for start in range(12)) / year.sum() for year, _, _ in bought]
    if sum(seen >= 3 for _, seen, _ in bought) < 2 or min(shares) < 0.5:
        return None
    tops = [
        [start for start in range(12) if np.isclose(_window(year, start), share * year.sum())]
        for (year, _, _), share in zip(bought, shares, strict=True)
    ]
    fit = [
        one
        for mine in tops
        for one in mine
        if all(any((one - two) % 12 in (0, 1, 11) for two in theirs) for theirs in tops)
    ]
    return max(fit, key=lambda start: (_window(whole, start), whole[(start + 1) % 12])) + 1 if fit else None


def _window(year: np.ndarray, start: int) -> float:
    return float(sum(year[(start + step) % 12] for step in range(3)))


def states(lines: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return ``state``, ``ratio`` and ``season`` of each client without contract (8), the day being a month end."""
    bought = purchase_days(lines, day)
    bought = bought[bought.customer != POOL]
    gaps = bought.groupby("customer").day.diff().dt.days
    known = bought.groupby("customer").day.agg(["min", "max", "size"])
    typical = gaps.groupby(bought.customer).median().median()
    usual = ((known["max"] - known["min"]).dt.days + 2 * typical) / (known["size"] - 1 + 2)
    usual = usual.where(known["size"] > 1, typical)
    turn = seasons(lines, day).reindex(known.index)
    silence = (day - known["max"]).dt.days
    rows = []
    for who in known.index:
        last, quiet, waits = known["max"][who], silence[who], False
        if turn[who] == turn[who]:
            opening = int(turn[who])
            closes = _season_ends(opening, day.year)
            over = max(end for end in closes if end <= day)
            quiet = max(0, (over - last).days)
            following = [
                end for end in _season_ends(opening, last.year) if end - pd.DateOffset(months=3) >= last
            ]
            waits = day < min(following) + pd.Timedelta(days=30)
        ratio = quiet / usual[who]
        rank = sum(ratio > bound for bound in (1.5, 2.3, 3.0))
        lost = rank == 3 and silence[who] > 365 and not waits
        rows.append(("lost" if lost else ("active", "watch", "at_risk", "inactive")[rank], ratio))
    told = pd.DataFrame(rows, index=known.index, columns=["state", "ratio"])
    return told.assign(season=turn, last=known["max"], usual=usual)


def _season_ends(opening: int, year: int) -> list[pd.Timestamp]:
    starts = [pd.Timestamp(one, opening, 1) for one in range(year - 2, year + 3)]
    return [start + pd.DateOffset(months=3) - pd.Timedelta(days=1) for start in starts]


def classes(value: pd.Series) -> pd.Series:
    """Return A, B or C by the share before each client (1.4); whoever has no positive value has none."""
    cents = (value * 100).round()[lambda amount: amount > 0].astype("int64").sort_values(ascending=False)
    total, before = int(cents.sum()), 0
    told: dict[str, str] = {}
    for amount, tied in cents.groupby(cents, sort=False):
        letter = "A" if before * 100 < 80 * total else "B" if before * 100 < 95 * total else "C"
        told |= dict.fromkeys(tied.index, letter)
        before += int(amount) * len(tied)
    return pd.Series(told, dtype="object")


def net_margins(files: Files, day: pd.Timestamp) -> pd.Series:
    """Return the net margin of each client of the wholesaler over N, a calendar year (4.1, 4.3, 4.4)."""
    span, pools = year_before(day), files.economics["cost_pools"]
    rate = {name: pool["amount"] / pool["capacity"] for name, pool in pools.items()}
    lines, talks = within(files.lines, span).dropna(subset="customer"), within(files.talks, span)
    gross = lines.groupby("customer")[["amount", "cost"]].sum()
    found = gross.amount - gross.cost
    spent = [files.served[files.served.year == str(day.year)].groupby("customer").cost.sum()]
    kinds = {
        "Visite": "visite", "Appel": "appel", "Devis": "devis", "Réclamation": "reclamation",
        "Assistance": "assistance",
    }  # fmt: skip
    spent.append(talks.groupby("customer").cost.sum())
    for kind, pool in kinds.items():
        unpaid = talks[(talks.kind == kind) & talks.cost.isna()]
        spent.append(unpaid.groupby("customer").size() * rate[pool])
    bills = lines.drop_duplicates(["customer", "invoice", "day"])
    spent.append(bills[bills.kind != "Avoir"].groupby("customer").size() * rate["commande"])
    spent.append(bills[bills.kind == "Avoir"].groupby("customer").size() * rate["avoir"])
    ends = [day - pd.DateOffset(months=back) + pd.offsets.MonthEnd(0) for back in range(12)]
    owed = sum((balances(files, end) for end in ends[1:]), balances(files, ends[0]))
    spent.append((owed / 12).clip(lower=0) * files.economics["credit_rate"])
    everyone = found.index.union(pd.Index(sorted({name for part in spent for name in part.index})))
    total = sum(part.reindex(everyone, fill_value=0) for part in spent)
    return (found.reindex(everyone, fill_value=0) - total).round(2)


def balances(files: Files, day: pd.Timestamp) -> pd.Series:
    """Return what each client that ever bought owes on a day, including VAT."""
    billed = (
        files.lines.assign(ttc=files.lines.ttc.where(files.lines.day <= day, 0)).groupby("customer").ttc.sum()
    )
    paid = files.paid[files.paid.day <= day].groupby("customer").amount.sum()
    return billed - paid.reindex(billed.index, fill_value=0)


def growth_against_market(files: Files, day: pd.Timestamp) -> pd.Series:
    """Return the growth of each client less that of its sector (10.1), missing without revenue in N-1."""
    now, before = revenue(files.lines, day), revenue(files.lines, day, 1)
    who = now.index.union(before.index)
    grown = now.reindex(who, fill_value=0) / before.reindex(who).where(lambda euros: euros > 0)
    known = files.market[files.market.year == day.year].set_index("segment").growth
    sector = files.sheet["Secteur d'activité"].reindex(who)
    return (grown / (1 + sector.map(known).fillna(known["total"])) - 1).round(10)


def payment_scores(files: Files, day: pd.Timestamp) -> pd.Series:
    """Return the payment score of the clients with three paid invoices in N at least (5.13); none of them disputes.

    A credit note pays the invoice that it corrects; what is late is the payment, not the credit note (5.6).
    """
    lines = files.lines[files.lines.day <= day].dropna(subset="customer")
    keys, paid = ["customer", "invoice"], files.paid[files.paid.day <= day]
    bills = lines[lines.kind != "Avoir"].groupby(keys).agg(ttc=("ttc", "sum"), due=("due", "max"))
    notes = lines[lines.kind == "Avoir"].groupby(["customer", "credited"]).ttc.sum()
    settled = paid.groupby(keys).amount.sum()
    owed = bills.ttc + notes.reindex(bills.index).fillna(0) - settled.reindex(bills.index).fillna(0)
    bills["open"] = owed.round(2)
    receipts = paid[paid.kind == "Règlement"]
    bills["last"] = receipts.groupby(keys).day.max().reindex(bills.index)
    year = within(receipts, year_before(day)).join(bills.due, on=keys)
    late = (year.day - year.due).dt.days.clip(lower=0) * year.amount
    days = late.groupby(year.customer).sum() / year.groupby("customer").amount.sum()
    debts = bills[bills.open > 0]
    old = debts.open[(day - debts.due).dt.days > 60].groupby("customer").sum()
    share = (old / debts.open.groupby("customer").sum()).reindex(days.index).fillna(0)
    back = within(paid[paid.kind == "Rejet"], year_before(day)).customer.unique()
    done = bills[(bills.open <= 0) & bills["last"].between(*year_before(day))].groupby("customer").size()
    score = 100 - 40 * (days / 60).clip(upper=1) - 30 * share - 10 * days.index.isin(back)
    return score[done.reindex(days.index).fillna(0) >= 3]


def grades(scores: pd.Series) -> pd.Series:
    """Return A, B, C or D (5.13)."""
    return scores.map(
        lambda score: "A" if score >= 80 else "B" if score >= 60 else "C" if score >= 40 else "D"
    )


def risks(files: Files, day: pd.Timestamp) -> pd.Series:
    """Return the risk of loss of each client of the wholesaler, which has no contract (8.6).

    Answers to a survey of more than two years ago say nothing of today.
    """
    here = states(files.lines, day)
    trend = -growth_against_market(files, day).reindex(here.index) / 0.5
    talks = files.talks[files.talks.day <= day]
    claims = talks[talks.kind == "Réclamation"]
    grave = claims.customer[(claims.severity == "Majeure") & ~(claims.closed <= day)]
    recent = claims.customer[claims.day > day - pd.DateOffset(months=6)]
    marks = talks[talks.nps.notna() & (talks.day > day - pd.DateOffset(years=2))].sort_values("day")
    low = marks.groupby("customer").nps.last()[lambda mark: mark <= 6]
    told = pd.Series(0.0, index=here.index)
    told[told.index.isin(recent)] = 50.0
    told[told.index.isin(grave) | told.index.isin(low.index)] = 100.0
    parts = {
        "behaviour": (35, 100 * ((1 - np.exp(-here.ratio)) / 0.95).clip(upper=1)),
        "trend": (25, 100 * trend.clip(0, 1)),
        "claims": (15, told), "payment": (15, 100 - payment_scores(files, day).reindex(here.index)),
    }  # fmt: skip
    above = sum(
        (weight * part.fillna(0) for weight, part in parts.values()), pd.Series(0.0, index=here.index)
    )
    return above / sum(
        (weight * part.notna() for weight, part in parts.values()), pd.Series(0.0, index=here.index)
    )
