"""What nobody could know on a past day changes nothing of it; closed years, pooled codes and stray dates (0.2, 8)."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from capclient import frames
from capclient.engine.loss import BREADTH_AT, HISTORIES_AT, MOMENTS
from capclient.params import make_params
from capclient.periods import shifted
from capclient.portfolio import Portfolio
from capclient.summaries import best_years
from capclient.themes import Findings, activity, equity, lifecycle, recurrence, renewal_curve, tipping
from capclient.themes.loss_replay import loss_replay
from capclient.themes.origins import contracts_on
from capclient.vocabulary import Unknown

D, PAST = date(2024, 12, 31), date(2024, 3, 31)


def ledger(rows: list) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["invoice_id", "customer_id", "invoice_date", "amount_ht"])


def regular(customer: str, first: date, last: date, every: int, amount: str = "100.00") -> list:
    days = range(0, (last - first).days + 1, every)
    return [(f"{customer}-{day}", customer, first + timedelta(days=day), amount) for day in days]


def signed(*rows: tuple) -> pd.DataFrame:
    names = ["contract_id", "customer_id", "start", "end", "tender_date", "renewed_by"]
    table = pd.DataFrame(rows, columns=names).assign(annual_amount="100", recurring=True)
    return table.assign(**{name: pd.to_datetime(table[name]) for name in names[2:5]})


def under(*rows: tuple) -> Portfolio:
    lines = [line for place in range(4) for line in regular(f"C{place}", date(2021, 1, 1 + place), D, 30)]
    old = ("K0", "C0", "2022-01-01", "2022-12-31", None, None)
    return Portfolio.from_frames(ledger(lines), as_of=D, contracts=signed(old, *rows))


def test_contracts_signed_later_change_nothing_of_a_past_day() -> None:
    short = ("K1", "C2", "2023-01-01", "2023-12-31", None, "K2")
    later = ("K2", "C2", "2024-06-01", "2025-05-31", None, None)
    unknown = ("K3", "C3", "2023-01-01", "2023-12-31", None, "nowhere")
    end_near = ("K9", "C1", "2024-06-01", "2024-09-15", None, None)
    before = under((*short[:-1], None), (*unknown[:-1], None)).at(PAST)
    after = under(short, later, unknown, end_near).at(PAST)
    pd.testing.assert_frame_equal(activity(before).customers, activity(after).customers)
    assert activity(after).customers.override["C2"] == "contract_ended"
    assert [f.value for f in recurrence(before).findings] == [f.value for f in recurrence(after).findings]


def test_a_successor_counts_once_it_has_begun_and_today_even_outside_the_table() -> None:
    short = ("K1", "C2", "2023-01-01", "2023-12-31", None, "K2")
    later = ("K2", "C2", "2024-06-01", "2024-06-30", None, "K4")
    unknown = ("K3", "C3", "2023-01-01", "2023-12-31", None, "nowhere")
    portfolio = under(short, later, unknown)
    assert contracts_on(portfolio, date(2024, 6, 30)).renewed_by.dropna().tolist() == ["K2"]
    assert contracts_on(portfolio, D).renewed_by.dropna().tolist() == ["K2", "K4", "nowhere"]
    assert activity(portfolio).customers.override["C3"] == ""


def test_the_next_date_of_a_contract_is_the_one_that_threatens() -> None:
    with_past = under(("K3", "C3", "2023-01-01", "2025-02-14", "2024-12-01", None))
    without = under(("K3", "C3", "2023-01-01", "2025-02-14", None, None))
    assert activity(with_past).customers.risk_score["C3"] == activity(without).customers.risk_score["C3"]
    assert activity(with_past).customers.risk_score["C3"] > activity(with_past).customers.risk_score["C0"]


def test_the_proof_of_renewals_learns_what_was_known_at_its_origin() -> None:
    rng = np.random.default_rng(0)
    lines, contracts = [], []
    for place in range(60):
        start, year = date(2021, 1, 1) + timedelta(days=int(rng.integers(0, 365))), 0
        while start < date(2025, 1, 1):
            end = date(start.year + 1, start.month, min(start.day, 28)) - timedelta(days=1)
            contracts.append((f"K{place}-{year}", f"C{place:02d}", start, end, None, None))
            lines += [
                (f"F{place}-{year}-{part}", f"C{place:02d}", start + timedelta(days=91 * part), "300.00")
                for part in range(4)
            ]
            if rng.random() < 0.25:
                break
            start, year = end + timedelta(days=1 + int(rng.choice([0, 45]))), year + 1
    table, sales = signed(*contracts), ledger(lines)
    sales = sales[pd.to_datetime(sales.invoice_date) <= pd.Timestamp(D)]
    origin = date(2023, 12, 31)
    whole = renewal_curve(Portfolio.from_frames(sales, as_of=D, contracts=table))
    then = Portfolio.from_frames(
        sales[pd.to_datetime(sales.invoice_date) <= pd.Timestamp(origin)],
        as_of=origin,
        contracts=table[table.start <= pd.Timestamp(origin)],
    )
    rate = renewal_curve(then).decisions.renewed.mean()
    came = whole.decisions[whole.decisions.day > pd.Timestamp(origin)].renewed.astype("float64")
    assert whole.naive_error == pytest.approx(float(((rate - came) ** 2).mean()), rel=1e-12)
    late = whole.decisions[whole.decisions.day <= pd.Timestamp(origin)].renewed.mean()
    assert rate != pytest.approx(late, abs=1e-6)  # who learned from all ends would have said another rate


def test_windows_of_past_days_are_those_of_the_dictionary_on_every_day_of_eight_years() -> None:
    days = [date(2019, 1, 1) + timedelta(days=day) for day in range(8 * 366)]
    portfolio = Portfolio.from_frames(ledger(regular("C0", date(2022, 1, 1), D, 30)), as_of=D)
    moments = portfolio.ledger.frame(MOMENTS, {"days": days}).sort_values("origin")
    for months in (6, 12, 24):
        told = [day.date() for day in moments[f"before_{months}m"]]
        assert told == [shifted(day, -months) for day in days]


def test_a_leap_day_is_out_of_the_year_to_the_end_of_february() -> None:
    end = date(2025, 2, 28)
    rows = [
        ("L1", "C0", date(2024, 2, 29), "5000.00"),
        ("L2", "C0", end, "1.00"),
        ("L3", "C0", date(2022, 2, 1), "1.00"),
    ]
    portfolio = Portfolio.from_frames(ledger(rows), as_of=end)
    named = {"days": [end], "until": end, "parts": 1}
    found = portfolio.ledger.frame(HISTORIES_AT, named).iloc[0]
    own = portfolio.customers.iloc[0]
    assert found.revenue_12m / 100 == own.revenue_n == 1.0
    assert found.purchase_days_12m == own.purchase_days_12m == 1
    assert portfolio.ledger.frame(BREADTH_AT, {"days": [end]}).empty


def test_pooled_codes_have_no_say_in_the_usual_interval() -> None:
    rows = [
        line
        for place in range(3)
        for line in regular(f"C{place}", date(2022, 1, 1), date(2024, 12, 1), 60 + place)
    ]
    rows.append(("one", "ONE", date(2024, 9, 1), "50.00"))
    rows += [line for place in range(4) for line in regular(f"POOL{place}", date(2022, 1, 1), D, 3, "10.00")]
    lines = ledger(rows)
    sheet = pd.DataFrame({"customer_id": sorted(lines.customer_id.unique())})
    sheet["is_pool"] = sheet.customer_id.str.startswith("POOL")
    portfolio = Portfolio.from_frames(lines, as_of=D, customers=sheet)
    own = activity(portfolio).customers.loc["ONE"]
    assert own.interval_days == 61.0
    assert own.state == "watch"  # 121 days of 61; a portfolio counted with its pools would call it lost
    assert Findings(portfolio)["activity.interval_median_days"].value == 61.0
    replay = loss_replay(portfolio)
    assert not isinstance(replay, Unknown)
    months = replay.months
    last = months[(months.origin == pd.Timestamp(D)) & (months.customer_id == "ONE")]
    assert last.state.tolist() == [own.state]
    told = tipping(portfolio).clients.loc["ONE"]
    assert told.state == own.state
    assert told.days_left == 20  # 141 days of 61 pass 2.3 intervals


def fiscal(as_of: date) -> Portfolio:
    rows = [line for place in range(6) for line in regular(f"C{place}", date(2020, 1, 1 + place), as_of, 30)]
    lines = ledger(rows + regular("NEW", date(2023, 3, 1), as_of, 30))
    folder = frames.written({"invoice_lines": lines})
    content = {
        "company": {"id": "x"},
        "sources": {"invoice_lines": "invoice_lines.parquet"},
        "period": {"basis": "fiscal", "fiscal_year_end": "12-31"},
    }
    return Portfolio.of(make_params(content, folder=folder, where="test"), as_of=as_of)


def test_a_client_that_came_in_a_closed_year_is_not_back() -> None:
    found = lifecycle(fiscal(date(2024, 11, 30))).customers.loc["NEW"]
    assert (found.stage, found.rule, found["flags"]) == ("undetermined", "7b", "")


def test_an_invoice_of_today_changes_nothing_of_a_closed_year() -> None:
    closed_at = fiscal(date(2024, 11, 30))
    closed = tipping(closed_at)
    found = Findings(closed_at)
    assert closed.no_amounts == Unknown("not_applicable")
    assert closed.near.empty
    assert closed.clients[["class_more", "class_less", "m_more"]].isna().all(axis=None)
    assert "stage_more" not in closed.clients
    for name in ("class_customers", "stage_customers", "near_customers"):
        assert found[f"tipping.{name}"].reason == "not_applicable"
    assert found["tipping.state_revenue"].reason is None
    open_year = tipping(fiscal(date(2024, 12, 31)))
    assert open_year.no_amounts is None
    assert open_year.clients.m_more.notna().any()


def test_points_more_of_retention_never_lower_the_worth() -> None:
    rows = [
        (f"{year}{client}{month}", f"C{client:03d}", date(year, month, 28), "100.00", "60.00")
        for year in (2021, 2022, 2023, 2024)
        for client in range(300)
        for month in (3, 9)
    ]
    rows += [("X", "C000", D, "100.00", "60.00"), ("Y", "C000", date(2021, 1, 1), "100.00", "60.00")]
    names = ["invoice_id", "customer_id", "invoice_date", "amount_ht", "cost"]
    totals = equity(Portfolio.from_frames(pd.DataFrame(rows, columns=names), as_of=D)).scenarios
    totals = totals.set_index("scenario").equity
    assert totals["retention_up"] >= totals["base"] > totals["retention_down"]


def test_the_best_years_are_those_of_a_plain_sum_and_a_stray_century_costs_nothing() -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        last = int(rng.integers(0, 60))
        place = rng.random((5, last + 1)) < 0.3
        client, month = np.nonzero(place)
        revenue = rng.integers(-3, 6, len(client))
        wide = np.zeros((5, last + 1), dtype="int64")
        wide[client, month] = revenue
        want = {}
        for own in np.unique(client):
            years = [
                (int(wide[own, max(end - 11, 0) : end + 1].sum()), end)
                for end in range(last + 1)
                if place[own, max(end - 11, 0) : end + 1].any()
            ]
            want[int(own)] = max(years)
        who, end, year = best_years(client, month, revenue, last=last)
        assert dict(zip(who.tolist(), zip(year.tolist(), end.tolist(), strict=True), strict=True)) == want
    who, end, year = best_years(np.arange(100_000), np.zeros(100_000, int), np.ones(100_000, int), last=10**7)
    assert len(who) == 100_000
    assert set(end.tolist()) == {11}
    assert set(year.tolist()) == {1}
