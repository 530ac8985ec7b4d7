"""Alerts of section 16 on companies drawn at random, against plain pandas written from the dictionary alone.

What the simulated companies never show is drawn here: contracts that end (A4), seasons of every month (A8), payments
that come back and disputed debts (A10), clients that bring nothing (A14), sales without a client (A19, A20).
"""

from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from capclient.decisions.alerts import RULES
from capclient.portfolio import Portfolio
from capclient.themes.origins import seen_at
from capclient.vocabulary import Unknown
from tests.e2e import raw_figures as figures

END = pd.Timestamp("2025-12-31")
MONTH = pd.offsets.MonthEnd(0)


def rung(portfolio: Portfolio, code: str, day: pd.Timestamp = END) -> pd.DataFrame:
    told = next(rule for rule in RULES if rule.code == code).ring(seen_at(portfolio, day.date()))
    assert not isinstance(told, Unknown), told
    return told.set_index("customer_id")


def opened(lines: pd.DataFrame, **tables: pd.DataFrame) -> Portfolio:
    """Open a company of these lines: ``customer day amount`` and what else they have."""
    told = lines.rename(columns={"customer": "customer_id", "day": "invoice_date", "amount": "amount_ht"})
    told = told.assign(invoice_id=[f"F{place}" for place in range(len(told))])
    return Portfolio.from_frames(
        invoice_lines=told.drop(columns="kind", errors="ignore"), as_of=END.date(), **tables
    )


def orders(rng: np.random.Generator, clients: int = 90) -> pd.DataFrame:
    """Orders of four years: each client has its rhythm and size, and a third of them stop on the way."""
    rows = []
    for number in range(clients):
        gap, size = rng.uniform(6, 70), rng.lognormal(6, 1.2)
        last = rng.integers(900, 1461) if number % 3 == 0 else 1461
        day = rng.uniform(0, 200)
        while day < last:
            rows.append((f"C{number:02d}", day, round(size * rng.uniform(0.5, 1.5), 2)))
            day += max(1.0, rng.gamma(4, gap / 4))
    table = pd.DataFrame(rows, columns=["customer", "day", "amount"])
    begin = pd.Timestamp("2022-01-01")
    table["day"] = begin + pd.to_timedelta(table.day.astype(int), unit="D")
    anchor = pd.DataFrame({"customer": "C01", "day": pd.date_range(begin, END, freq="10D"), "amount": 50.0})
    return pd.concat([table[table.day <= END], anchor], ignore_index=True).assign(kind="Facture")


@pytest.mark.parametrize("seed", [1, 2])
def test_a4_rings_for_valuable_clients_that_turn_silent_under_contract_or_not(seed):
    rng = np.random.default_rng(seed)
    lines = orders(rng)
    ends = END - pd.to_timedelta(rng.integers(-200, 300, 20), unit="D")
    contracts = pd.DataFrame(
        {
            "contract_id": [f"K{n}" for n in range(20)], "customer_id": [f"C{n * 4:02d}" for n in range(20)],
            "start": pd.Timestamp("2023-01-01"), "end": ends,
        }
    )  # fmt: skip
    portfolio, found = opened(lines, contracts=contracts), 0
    for day in (END, pd.Timestamp("2025-08-31")):
        now, before = (stated(lines, contracts, one) for one in (day, day - pd.DateOffset(months=3) + MONTH))
        revenue = figures.revenue(lines, day)
        value = figures.classes(revenue).reindex(now.index)
        quiet = now.season.notna() & ((day.month - now.season) % 12 >= 3)
        fell = now.state.isin(["at_risk", "inactive"]) & before.state.reindex(now.index).isin(
            ["active", "watch"]
        )
        meant = set(now.index[fell & value.isin(["A", "B"]) & ~quiet])
        assert set(rung(portfolio, "risk_state", day).index) == meant
        found += len(meant)
    assert found > 3


def stated(lines: pd.DataFrame, contracts: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """States of section 8: a running contract is active, one that ended for more than sixty days is at risk."""
    told = figures.states(lines, day)
    ended = contracts.set_index("customer_id").end.reindex(told.index)
    told["state"] = told.state.mask((day - ended).dt.days.gt(60) & told.state.ne("lost"), "at_risk")
    return told.assign(state=told.state.mask(ended >= day, "active"))


def test_a8_follows_seasons_of_every_month():
    rng = np.random.default_rng(8)
    rows = []
    for number in range(48):
        opening, last = number % 12, rng.uniform(0.3, 1.2)
        for year in range(2021, 2026):
            for place, base in enumerate((3_000.0, 4_000.0, 3_000.0, *[150.0] * 9)):
                month = (opening + place) % 12
                after = year == 2025 or (year == 2024 and month < opening)
                amount = base * rng.uniform(0.9, 1.1) * (last if after else 1)
                rows.append((f"C{number:02d}", pd.Timestamp(year, month + 1, 12), round(amount, 2)))
    steady = [("Z", day, 5_000.0) for day in pd.date_range("2021-01-01", END, freq="W-MON")]
    lines = pd.DataFrame([*rows, *steady], columns=["customer", "day", "amount"]).assign(kind="Facture")
    portfolio, many = opened(lines), {"season_ahead": 0, "season_missed": 0}
    for day in (pd.Timestamp(2025, month, 1) + MONTH for month in (1, 3, 6, 8, 11, 12)):
        turn = figures.seasons(lines, day)
        assert len(turn) == 48
        ahead, missed = set(), set()
        for who, opening in turn.items():
            mine = lines[lines.customer == who]
            starts = [pd.Timestamp(day.year + shift, opening, 1) for shift in (-1, 0, 1)]
            if (min(start for start in starts if start >= day) - day).days <= 45:
                ahead.add(who)
            begun = max(start for start in starts if start <= day)
            over = begun + pd.DateOffset(months=3, days=-1)
            if (begun + pd.DateOffset(months=1)).replace(day=16) <= day <= over + pd.Timedelta(days=30):
                spans = [(begun, min(day, over))]
                spans.append((begun - pd.DateOffset(years=1), figures.year_before(min(day, over), 1)[1]))
                now, before = (float(mine.amount[mine.day.between(*span)].sum()) for span in spans)
                if now < 0.7 * before - 1e-6:
                    missed.add(who)
        for code, meant in (("season_ahead", ahead), ("season_missed", missed)):
            assert set(rung(portfolio, code, day).index) == meant, (code, day)
            many[code] += len(meant)
    assert min(many.values()) > 10


@pytest.mark.parametrize("seed", [3, 4])
def test_a10_counts_payments_that_came_back_and_leaves_disputes_apart(seed):
    rng = np.random.default_rng(seed)
    bills, paid = [], []
    for number in range(60):
        who, habit, worse = f"C{number:02d}", rng.uniform(-5, 35), rng.uniform(0, 60) * (number % 2)
        for month in pd.date_range("2023-01-31", END, freq="ME"):
            day = month - pd.Timedelta(days=int(rng.integers(0, 20)))
            due, ttc = day + pd.Timedelta(days=30), round(rng.uniform(100, 2_000), 2)
            name, gone = f"{who}-{month:%y%m}", rng.random() < 0.04
            bills.append((who, name, day, due, ttc, bool(rng.random() < 0.03)))
            slower = worse if month >= pd.Timestamp("2025-06-30") else 0
            settled = max(day, due + pd.Timedelta(days=int(habit + slower + rng.integers(-3, 4))))
            if settled <= END and not gone:
                paid.append((who, name, settled, ttc, "payment"))
                back = settled + pd.Timedelta(days=6)
                if rng.random() < 0.02 and back <= END:
                    paid.append((who, name, back, -ttc, "reject"))
    bills = pd.DataFrame(bills, columns=["customer_id", "invoice_id", "day", "due", "ttc", "disputed"])
    paid = pd.DataFrame(paid, columns=["customer_id", "invoice_id", "date", "amount", "kind"])
    paid["payment_id"] = [f"P{place}" for place in range(len(paid))]
    lines = bills.rename(columns={"day": "invoice_date", "due": "due_date", "ttc": "amount_ttc"})
    lines["amount_ht"] = (lines.amount_ttc / 1.2).round(2)
    portfolio = Portfolio.from_frames(invoice_lines=lines, payments=paid, as_of=END.date())
    now, before = (graded(bills, paid, day) for day in (END, pd.Timestamp("2025-09-30")))
    meant = set(now.index[now > before.reindex(now.index).fillna("Z")])
    assert set(rung(portfolio, "payment_grade").index) == meant
    assert 3 < len(meant) < 40


def graded(bills: pd.DataFrame, paid: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Grade of section 5.13, from the bills and what settled them up to a day; one that came back settles none."""
    bills, paid = bills[bills.day <= day].set_index("invoice_id"), paid[paid.date <= day]
    back = paid[paid.kind == "reject"]
    good = paid[(paid.kind == "payment") & ~paid.invoice_id.isin(back.invoice_id)].set_index("invoice_id")
    year = good[good.date > day - pd.DateOffset(years=1) + MONTH]
    late = (year.date - bills.due.reindex(year.index)).dt.days.clip(lower=0)
    days = (late * year.amount).groupby(year.customer_id).sum() / year.groupby("customer_id").amount.sum()
    debts = bills[~bills.index.isin(good.index)]
    told = {}
    for who in days.index[year.groupby("customer_id").size() >= 3]:
        mine = debts[debts.customer_id == who]
        firm, owed = mine[~mine.disputed], mine.ttc.sum()
        old = firm.ttc[(day - firm.due).dt.days > 60].sum()
        came = (back.customer_id.eq(who) & (back.date > day - pd.DateOffset(years=1) + MONTH)).any()
        told[who] = (
            100
            - 40 * min(1, days[who] / 60)
            - (30 * old / firm.ttc.sum() if len(firm) else 0)
            - (20 * mine.ttc[mine.disputed].sum() / owed if len(mine) else 0)
            - 10 * came
        )
    return figures.grades(pd.Series(told))


@pytest.mark.parametrize("seed", [5, 6])
def test_a14_names_those_visited_twice_as_much_as_they_bring_or_for_nothing(seed):
    rng = np.random.default_rng(seed)
    lines = orders(rng, 50)
    lines["cost"] = (lines.amount * rng.uniform(0.5, 1.1, 51)[pd.factorize(lines.customer)[0]]).round(2)
    visits = pd.DataFrame({"customer_id": rng.choice(lines.customer.unique(), 300)})
    visits["date"] = END - pd.to_timedelta(rng.integers(0, 500, 300), unit="D")
    portfolio = opened(lines, interactions=visits.assign(type="visit"))
    year = figures.within(lines, figures.year_before(END)).groupby("customer")[["amount", "cost"]].sum()
    year = year.reindex(lines.customer.unique(), fill_value=0)
    margin = ((year.amount - year.cost) * 100).round().astype(int)
    many = visits[visits.date > END - pd.DateOffset(years=1)].groupby("customer_id").size()
    meant = {
        who
        for who, seen in many.items()
        if margin[who] <= 0
        or Fraction(int(seen), int(many.sum())) > 2 * Fraction(int(margin[who]), int(margin.sum()))
    }
    assert set(rung(portfolio, "over_visited").index) == meant
    assert any(margin[who] <= 0 for who in meant) and any(margin[who] > 0 for who in meant)


@pytest.mark.parametrize(
    ("nobody", "pooled"),
    [
        ("4.99", "0"),
        ("5", "0"),
        ("5.01", "0"),
        ("4", "16"),
        ("4", "16.01"),
        ("0", "25"),
        ("25", "0"),
        ("20.01", "-0.01"),
    ],
)
def test_a19_and_a20_ring_above_their_shares_and_not_at_them(nobody, pooled):
    rng = np.random.default_rng(9)
    shares = {None: float(nobody), "POOL": float(pooled)}
    months = pd.date_range("2024-01-01", periods=24, freq="MS") + pd.Timedelta(days=9)
    parts = [  # twelve months of 1,000 euros, so that shares are exact to the cent
        pd.DataFrame({"customer": who, "day": months, "amount": [round(share * 10, 2)] * 24})
        for who, share in shares.items()
        if share
    ]
    rest = 100 - sum(shares.values())
    weight = rng.multinomial(100, [0.1] * 10) / 100
    weight[0] += 1 - weight.sum()
    own = [
        pd.DataFrame({"customer": f"C{n}", "day": months, "amount": [round(rest * 10 * part, 4)] * 24})
        for n, part in enumerate(weight)
        if part
    ]
    lines = pd.concat([*parts, *own], ignore_index=True)
    lines["amount"] = lines.amount.round(2)
    year = lines[lines.day > END - pd.DateOffset(years=1)]
    cents = (year.amount * 100).round().astype(int)
    alone, hidden = (
        cents[year.customer.isna()].sum(),
        cents[~year.customer.fillna("").str.startswith("C")].sum(),
    )
    sheet = pd.DataFrame({"customer_id": ["POOL"], "is_pool": [True]})
    portfolio = opened(lines, customers=sheet)
    quality, blind = rung(portfolio, "data_quality"), rung(portfolio, "unreliable_concentration")
    assert (len(quality) == 1) == (alone * 100 > 5 * cents.sum())
    assert (len(blind) == 1) == (hidden * 100 > 20 * cents.sum())
    for told, amount in ((quality, alone), (blind, hidden)):
        assert told.stake.tolist() == pytest.approx([amount / 100] * len(told))


@pytest.mark.parametrize("total", ["1.40", "24547.60"])
def test_a_share_reached_exactly_is_not_above_whatever_the_total(total):
    """In binary floats 0.2 x 1.40 is less than 0.28."""
    whole = float(total)
    for share, code in ((0.05, "data_quality"), (0.20, "unreliable_concentration")):
        for extra in (0, 0.01):
            rows = [
                ("C", pd.Timestamp("2024-01-02"), 1.0),
                ("C", END, round(whole * (1 - share), 2)),
                (None, END, round(whole * share + extra, 2)),
            ]
            lines = pd.DataFrame(rows, columns=["customer", "day", "amount"])
            assert len(rung(opened(lines), code)) == bool(extra), (share, extra)


def test_a19_rings_for_a_reconciliation_that_fails():
    lines = orders(np.random.default_rng(10), 20)
    portfolio = opened(lines)
    assert rung(portfolio, "data_quality").empty
    checks = portfolio.store.report.setdefault("reconciliations", [])
    checks.append({"id": "R1", "computed": 1, "expected": 2, "difference": 1, "status": "failed"})
    again = Portfolio(portfolio.params, portfolio.store, date(2025, 12, 31))
    assert rung(again, "data_quality").evidence.iloc[0]["failed"] == 1
