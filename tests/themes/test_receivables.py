"""What clients owe on any day, and the ways in which accounting software gets it wrong."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest

from capclient.engine import receivables as engine
from capclient.frames import written
from capclient.indicators.ageing import aged_balance, classes
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import Findings
from capclient.themes.collection import PARTS
from capclient.themes.customers import customers
from capclient.themes.debtors import BUCKETS
from capclient.themes.receivables import receivables
from capclient.vocabulary import finding_specs

AS_OF = date(2025, 12, 31)


def company(lines, payments=None, *, as_of=AS_OF, thresholds=None, period=None, **others):
    frames = {
        "invoice_lines": pd.DataFrame(lines),
        **{name: pd.DataFrame(rows) for name, rows in others.items()},
    }
    if payments is not None:
        frames["payments"] = pd.DataFrame(payments)
    content = {"company": {"id": "owed"}, "sources": {name: f"{name}.parquet" for name in frames},
               "period": {"as_of": as_of.isoformat(), **(period or {})}, "thresholds": thresholds or {}}  # fmt: skip
    return Portfolio.of(make_params(content, folder=written(frames), where="test"))


def invoice(number, client, day, ttc, due=None, **more):
    return {"invoice_id": number, "customer_id": client, "invoice_date": day, "due_date": due,
            "amount_ht": f"{Decimal(ttc) / Decimal('1.2'):.2f}", "amount_ttc": str(ttc), **more}  # fmt: skip


def payment(number, client, bill, day, amount, kind="payment"):
    return {"payment_id": number, "customer_id": client, "invoice_id": bill, "date": day, "amount": str(amount),
            "kind": kind}  # fmt: skip


def ages(portfolio):
    balance = receivables(portfolio).balance
    return balance[balance != 0].to_dict()


FIVE = [invoice("F1", "A", "2025-11-15", 100, "2026-01-15"), invoice("F2", "A", "2025-11-30", 50, "2025-12-31"),
        invoice("F3", "A", "2025-11-01", 80, "2025-12-01"), invoice("F4", "B", "2025-10-31", 70, "2025-11-30"),
        invoice("F5", "B", "2025-09-01", 60, "2025-10-01"),
        invoice("F0", "B", "2024-01-02", 10, "2024-02-01")]  # fmt: skip
PAID = [payment("P0", "B", "F0", "2024-02-01", 10), payment("P1", "A", "OLD", "2025-12-20", 40)]


@pytest.fixture(scope="module")
def five():
    """The example of section 5.1, with one settled invoice before it."""
    return company(FIVE, PAID)


def test_the_example_of_the_dictionary(five):
    found = Findings(five)
    assert ages(five) == {
        "not_due": 150,
        "overdue_1_30": 80,
        "overdue_31_60": 70,
        "overdue_over_90": 60,
        "unallocated": -40,
    }
    assert found["receivables.total"].value == 320
    assert found["receivables.overdue"].value == 210
    assert round(found["receivables.overdue_rate"].value, 4) == 0.5833
    assert (found["receivables.due_0_30"].value, found["receivables.due_31_60"].value) == (150, 0)
    assert found["receivables.estimated_due_share"].value == 0


def test_findings_of_age_add_up_to_the_total(five):
    found = Findings(five)
    assert sum(found[f"receivables.{name}"].value for name in classes()) == found["receivables.total"].value


# ---- failures of accounting software -----------------------------------------------------------------


def test_a_past_date_is_not_changed_by_later_payments(five):
    later = [*PAID, payment("P2", "B", "F5", "2026-01-10", 60), payment("P3", "A", "F3", "2026-02-01", 30)]
    after = company(FIVE, later)
    pd.testing.assert_series_equal(receivables(after).balance, receivables(five).balance)
    pd.testing.assert_frame_equal(receivables(after).customers, receivables(five).customers)
    assert ages(company(FIVE, later, as_of=date(2026, 2, 1)))["unallocated"] == -40


def test_every_instalment_is_aged_and_not_only_the_first():
    lines = [invoice("F1", "A", "2025-09-01", 100, "2025-10-01"), invoice("F1", "A", "2025-09-01", 100, "2025-12-15"),
             invoice("F1", "A", "2025-09-01", 100, "2026-02-01")]  # fmt: skip
    assert ages(company(lines, [payment("P", "A", "F1", "2025-10-01", 20)])) == {
        "overdue_over_90": 80, "overdue_1_30": 100, "not_due": 100,
    }  # fmt: skip


def test_what_is_not_yet_due_is_in_a_bucket():
    lines = [invoice("F1", "A", "2025-12-01", 100, "2026-06-01")]
    assert ages(company(lines, [payment("P", "B", None, "2025-12-02", 1)])) == {
        "not_due": 100,
        "unallocated": -1,
    }


def test_what_is_due_today_is_not_late():
    portfolio = company(
        [invoice("F1", "A", "2025-12-01", 100, "2025-12-31")], [payment("P", "A", "F1", "2025-12-02", 1)]
    )
    assert ages(portfolio) == {"not_due": 99}
    assert ages(portfolio.at(date(2026, 1, 1))) == {"overdue_1_30": 99}


def test_ages_are_those_of_the_report_date_and_not_of_today(five):
    assert ages(five.at(date(2025, 12, 1))) == {"not_due": 230, "overdue_1_30": 70, "overdue_61_90": 60}


def test_partial_payments_reduce_what_is_late():
    lines = [invoice("F1", "A", "2025-10-01", 100, "2025-11-01")]
    paid = [payment("P1", "A", "F1", "2025-11-20", 30), payment("P2", "A", "F1", "2025-12-20", 30)]
    portfolio = company(lines, paid)
    assert ages(portfolio.at(date(2025, 11, 30))) == {"overdue_1_30": 70}
    assert ages(portfolio) == {"overdue_31_60": 40}


def test_a_client_without_invoice_in_the_ledger_is_not_missing():
    items = [
        {"item_id": "I1", "customer_id": "A", "invoice_id": "F1", "date": "2025-11-01", "amount": "100"},
        {"item_id": "I2", "customer_id": "GONE", "date": "2024-01-01", "amount": "500", "kind": "opening"},
    ]
    sheet = [{"customer_id": "GONE", "name": "Maison partie", "salesperson": "Anne"}]
    portfolio = company([invoice("F1", "A", "2025-11-01", 100)], [payment("P", "PAYER", None, "2025-12-01", 5)],
                        receivable_items=items, customers=sheet)  # fmt: skip
    clients = receivables(portfolio).customers
    assert clients.receivable.to_dict() == {"GONE": 500, "A": 100, "PAYER": -5}
    assert (clients.name["GONE"], clients.salesperson["GONE"]) == ("Maison partie", "Anne")
    assert Findings(portfolio)["receivables.undated"].value == 500


# ---- every day of two years ---------------------------------------------------------------------------


def simulated(seed, *, until):
    """Return a ledger with everything that may happen to an invoice, and its payments up to a day."""
    draw = random.Random(seed)
    first, lines, paid = date(2024, 1, 1), [], []
    for number in range(160):
        client, day = f"C{draw.randrange(9)}", first + timedelta(days=draw.randrange(700))
        bill, ttc, parts = f"F{number}", draw.randrange(100, 90_000), draw.choice([1, 1, 2, 3])
        for part in range(parts):
            due = None if draw.random() < 0.2 else (day + timedelta(days=30 * (part + 1))).isoformat()
            lines.append(
                invoice(bill, client, day.isoformat(), Decimal(ttc) / 100, due, credited_invoice_id=None)
            )
        owed, when = ttc * parts, day
        if draw.random() < 0.1:
            lines.append(invoice(f"A{number}", client, (day + timedelta(days=9)).isoformat(), -Decimal(ttc) / 100,
                                 credited_invoice_id=draw.choice([bill, None])))  # fmt: skip
        for turn in range(draw.choice([0, 1, 1, 2, 3])):
            when += timedelta(days=draw.randrange(1, 70))
            amount = draw.choice([owed, ttc, draw.randrange(1, owed + 500)])
            named = draw.choice([bill, bill, bill, None, "UNKNOWN"])
            kind = draw.choice(["payment"] * 6 + ["loss", "netting"])
            paid.append(
                (
                    when,
                    payment(
                        f"P{number}-{turn}", client, named, when.isoformat(), Decimal(amount) / 100, kind
                    ),
                )
            )
            if draw.random() < 0.1:
                back = when + timedelta(days=5)
                paid.append((back, payment(f"R{number}-{turn}", client, named, back.isoformat(),
                                           -Decimal(amount) / 100, "reject")))  # fmt: skip
    return lines, [row for day, row in paid if day <= until]


def balance_by_hand(lines, paid, day):
    moves = [Decimal(row["amount_ttc"]) for row in lines if row["invoice_date"] <= day.isoformat()]
    moves += [-Decimal(row["amount"]) for row in paid if row["date"] <= day.isoformat()]
    return int(sum(moves) * 100)


@pytest.mark.parametrize("matching", ["amount", "fifo"])
def test_on_every_day_of_two_years_the_buckets_add_up_to_the_balance_before_and_after_later_payments(
    matching,
):
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(731)]
    middle = date(2024, 12, 31)
    aged = {}
    for until in (middle, date(2026, 12, 31)):
        lines, paid = simulated(5, until=until)
        frames = {"invoice_lines": pd.DataFrame(lines), "payments": pd.DataFrame(paid)}
        content = {"company": {"id": "days"}, "sources": {name: f"{name}.parquet" for name in frames},
                   "receivables": {"matching": matching}}  # fmt: skip
        portfolio = Portfolio.of(make_params(content, folder=written(frames), where="test"), as_of=days[-1])
        sql = engine.aged((0, 30, 60, 90), by_customer=False)
        rows = portfolio.ledger.frame(sql, {"days": days})
        aged[until] = rows.pivot(index="day", columns="bucket", values="cents").fillna(0).astype("int64")
        sums = aged[until].sum(axis=1)
        assert set(aged[until].columns) <= set(BUCKETS)
        assert (aged[until][[name for name in aged[until] if name != "unallocated"]] >= 0).all(axis=None)
        assert (aged[until].unallocated <= 0).all()
        expected = {pd.Timestamp(day): balance_by_hand(lines, paid, day) for day in days}
        assert {day: int(sums.get(day, 0)) for day in expected} == expected
        for day in days[::37]:  # the line of time and the pure function say the same
            opened = portfolio.ledger.frame(engine.by_due_date(), {"day": day})
            pure = aged_balance(opened.assign(due_date=opened.due_date.astype("datetime64[ns]")), as_of=day)
            row = (
                aged[until].loc[pd.Timestamp(day)].rename(BUCKETS)
                if pd.Timestamp(day) in aged[until].index
                else pd.Series()
            )
            assert pure[pure != 0].to_dict() == row[row != 0].to_dict()
    past = aged[middle][aged[middle].index <= pd.Timestamp(middle)].sum(axis=1)
    pd.testing.assert_series_equal(past, aged[date(2026, 12, 31)].sum(axis=1)[: len(past)])


def test_named_payments_that_come_later_change_no_class_of_any_earlier_day():
    lines, paid = simulated(11, until=date(2026, 12, 31))
    paid = [row for row in paid if row["invoice_id"]]
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
    told = []
    for rows in (paid, [row for row in paid if row["date"] <= "2024-12-31"]):
        portfolio = company(lines, rows)
        sql = engine.aged((0, 30, 60, 90), by_customer=True)
        told.append(portfolio.ledger.frame(sql, {"days": days}))
    pd.testing.assert_frame_equal(told[0], told[1])


# ---- waits --------------------------------------------------------------------------------------------


def year(ttc, *, first="2024-01-01"):
    """Return an invoice a month of so much, over the months before D."""
    return [invoice(f"M{n}", "A", f"{day:%Y-%m-%d}", ttc, f"{day + timedelta(days=30):%Y-%m-%d}")
            for n, day in enumerate(pd.date_range(first, "2025-12-31", freq="ME"))]  # fmt: skip


def test_days_of_sales_are_those_of_the_dictionary():
    """1,095 sold in N including VAT, 180 owed of which 135 not due: 60, 45 and 15 days."""
    lines = [
        *year(5),
        invoice("BIG", "A", "2025-12-30", 135, "2026-02-01"),
        invoice("L", "A", "2025-06-30", 900, "2025-07-30"),
    ]
    paid = [payment(f"P{n}", "A", f"M{n}", "2025-12-31", 5) for n in range(24)]
    found = Findings(company(lines, [*paid, payment("PL", "A", "L", "2025-12-30", 855)]))
    assert found["receivables.total"].value == 180
    values = {
        name: found[f"receivables.{name}"].value
        for name in ("dso", "dso_best_possible", "average_days_delinquent")
    }
    assert values == {"dso": 60, "dso_best_possible": 45, "average_days_delinquent": 15}
    # 5 + 135 in December, then 40 of the 5 of each month before, then June
    assert round(found["receivables.dso_countback"].value, 4) == round(
        31 + 30 + 31 + 30 + 31 + 31 + 15 / 905 * 30, 4
    )


def test_what_exceeds_the_best_possible_days_is_told_part_by_part_and_adds_up():
    """3,650 sold in N: ten euros are one day. Overdue 20, undated 30, disputed 60, unallocated -10."""
    items = [
        item("OLD", "2024-06-01", 3650, due="2024-07-01"),
        item("LATE", "2025-11-01", 20, due="2025-12-01"),
        item("NEXT", "2025-12-20", 40, due="2026-01-20"),
        item("WAR", "2025-10-01", 60, due="2025-11-01", disputed="true"),
        item("AN", "2025-01-01", 30, kind="opening"),
    ]
    lines = [
        invoice("S", "A", "2025-06-30", 3650, "2025-07-30"),
        invoice("R", "A", "2024-01-02", 1, "2024-02-01"),
    ]
    paid = [payment("P", "A", "OLD", "2025-12-31", 3650), payment("X", "A", None, "2025-12-31", 10)]
    found = Findings(company(lines, paid, receivable_items=items))
    days = {name: found[f"receivables.{name}"].value for name in (*PARTS, "average_days_delinquent")}
    assert days == {"dso_overdue": 2, "dso_disputed": 6, "dso_undated": 3, "dso_unallocated": -1,
                    "average_days_delinquent": 10}  # fmt: skip
    assert found["receivables.dso"].value == found["receivables.dso_best_possible"].value + 10


def item(number, day, amount, *, due=None, kind="invoice", disputed="false"):
    return {"item_id": number, "invoice_id": number, "customer_id": "A", "date": day, "due_date": due,
            "amount": str(amount), "kind": kind, "disputed": disputed}  # fmt: skip


def test_receivables_beyond_all_sales_say_more_than_how_many_months():
    items = [{"item_id": "I", "customer_id": "A", "date": "2024-01-01", "amount": "9999", "kind": "opening"}]
    portfolio = company(year(5), [payment("P", "A", None, "2025-12-31", 1)], receivable_items=items)
    item = Findings(portfolio)["receivables.dso_countback"]
    assert item.reason == "history_short:countback=24"
    assert "plus de 24 mois" in item.spoken("fr") and "more than 24 months" in item.spoken("en")


def test_collection_is_compared_with_what_was_owed_when_the_year_began():
    lines = [*year(100)]
    paid = [payment(f"P{n}", "A", f"M{n}", f"{day:%Y-%m-%d}", 100)
            for n, day in enumerate(pd.date_range("2024-02-29", "2025-11-30", freq="ME"))]  # fmt: skip
    found = Findings(company(lines, paid))
    # opening 100 (December 2024), sold 1,200, closing 200 of which 100 + the December invoice not due
    closing, not_due = found["receivables.total"].value, found["receivables.not_due"].value
    assert (closing, not_due) == (200, 100)
    assert found["receivables.cei"].value == pytest.approx((100 + 1200 - 200) / (100 + 1200 - 100))
    assert found["receivables.total_before"].value == 100  # December 2024, unpaid that evening
    assert len(receivables(company(lines, paid)).history) == 24


# ---- what is missing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "payments", "reason"),
    [
        ([invoice("F1", "A", "2025-11-01", 100)], None, "missing:payments"),
        ([{"invoice_id": "F1", "customer_id": "A", "invoice_date": "2025-11-01", "amount_ht": "10"}],
         [payment("P", "A", "F1", "2025-12-01", 5)], "missing:amount_ttc"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(lines, payments, reason):
    portfolio = company(lines, payments)
    found = receivables(portfolio)
    assert found.reason.reason == reason
    own = [
        item
        for item in found.findings
        if item.id in {"receivables.total", "receivables.dso", "receivables.cei"}
    ]
    assert {item.reason for item in own} == {reason}
    assert {item.id for item in found.findings} == {
        id for id in finding_specs() if id.startswith("receivables.")
    }


def test_a_list_of_open_items_has_no_past_and_no_effectiveness():
    items = [
        {"item_id": "I1", "customer_id": "A", "date": "2025-11-10", "due_date": "2025-12-10", "amount": "100"}
    ]
    portfolio = company(year(5), receivable_items=items)
    found = Findings(portfolio)
    assert found["receivables.overdue_1_30"].value == 100
    assert found["receivables.total"].caveat == "caveat.open_items"
    assert {found[f"receivables.{name}"].reason for name in ("cei", "total_before")} == {"missing:payments"}
    assert receivables(portfolio).history.empty


def test_groups_and_salespeople_add_up_to_their_clients(five):
    sheet = [
        {"customer_id": "A", "group_id": "G", "salesperson": "Anne"},
        {"customer_id": "B", "salesperson": "Anne"},
    ]
    found = receivables(company(FIVE, PAID, customers=sheet))
    assert found.groups.receivable["G"] == 190
    assert found.groups.receivable[found.groups.index.isna()].tolist() == [
        130
    ]  # the row of those who have none
    assert found.groups.weight.sum() == pytest.approx(1) and len(found.salespeople) == 1
    assert found.salespeople.loc["Anne", ["receivable", "overdue", "customers"]].tolist() == [320, 210, 2]
    assert found.customers.oldest_days.to_dict() == {"A": 30, "B": 91}


def test_classes_of_the_company_change_the_picture_and_no_finding(five):
    portfolio = company(FIVE, PAID, thresholds={"receivables": {"buckets": [15, 45, 120]}})
    assert ages(portfolio) == {"not_due": 150, "overdue_16_45": 150, "overdue_46_120": 60, "unallocated": -40}
    assert Findings(portfolio)["receivables.overdue_31_60"].value == 70


def test_tables_by_group_and_by_salesperson_add_up_to_the_balance():
    sheet = [{"customer_id": "A", "group_id": "G"}, {"customer_id": "B", "salesperson": "Anne"}]
    found = receivables(company(FIVE, PAID, customers=sheet))
    for frame in (found.groups, found.salespeople):
        assert frame.receivable.sum() == found.balance.sum() and frame.customers.sum() == 2
    assert receivables(company(FIVE, PAID)).groups.empty


def months(until, *, paid_before="2025-09-01"):
    """One invoice a month of 2025, one in January of the two years before."""
    days = [date(2023, 1, 15), date(2024, 1, 15), *(date(2025, month, 15) for month in range(1, until + 1))]
    bills = [invoice(f"H{day}", "A", str(day), 12000, str(day + timedelta(30)), disputed=day.month == until)
             for day in days]  # fmt: skip
    small = [invoice(f"G{year}{month}", "Z", f"{year}-{month:02d}-10", 12, f"{year}-{month:02d}-10")
             for year in (2023, 2024, 2025) for month in range(1, 13)]  # fmt: skip
    paid = [payment(bill["invoice_id"], bill["customer_id"], bill["invoice_id"], bill["due_date"], bill["amount_ttc"])
            for bill in [*bills, *small] if bill["due_date"] < paid_before]  # fmt: skip
    return [*bills, *small], paid


@pytest.mark.parametrize(("day", "is_apart"), [(date(2025, 9, 30), True), (date(2024, 12, 31), False)])
def test_what_is_open_is_compared_with_the_twelve_months_before_whatever_the_fiscal_year(day, is_apart):
    """DSO was 723 days and CEI -82 when a balance of September met the sales of the year before."""
    lines, paid = months(9)
    rolling, fiscal = (
        Findings(company(lines, paid, as_of=day, period={"basis": basis})) for basis in ("rolling", "fiscal")
    )
    names = ("dso", "dso_best_possible", "average_days_delinquent", "cei", "late_share", "late_over_30_share",
             "days_late_signed", "settlement_days", "late_invoices", "late_penalties_due", "dispute_rate")  # fmt: skip
    for name in names:
        one, other = rolling[f"receivables.{name}"], fiscal[f"receivables.{name}"]
        assert (one.value, one.reason, one.period) == (other.value, other.reason, other.period), name
        assert ("caveat.twelve_months" in (other.caveat or "")) is is_apart, name
        assert "caveat.twelve_months" not in (one.caveat or "")


@pytest.mark.parametrize("day", [date(2024, 12, 31), date(2025, 2, 28), date(2025, 6, 30)])
def test_restating_revenue_changes_nothing_of_what_clients_owe(day):
    lines, paid = months(0, paid_before="2026-01-01")
    lines += [invoice("12", "A", "2024-11-20", 1200, "2024-12-20", doc_type="invoice"),
              invoice("AV", "A", "2025-03-10", -600, doc_type="credit_note", credited_invoice_id="12")]  # fmt: skip
    plain, restated = (
        Findings(company(lines, paid, as_of=day, period={"restate": restate})) for restate in (False, True)
    )
    for id in [spec for spec in finding_specs() if spec.startswith("receivables.")]:
        assert plain[id].value == restated[id].value, id
    assert plain["receivables.overdue"].value == (600 if day.month == 6 else 1200)


def test_the_cost_to_serve_of_a_client_needs_no_cost_of_what_it_bought():
    visits = [{"customer_id": "A", "date": f"2025-0{n}-05", "type": "visit", "cost": "50"} for n in (1, 2, 3)]
    table = customers(company(*months(9), interactions=visits)).set_index("customer_id")
    assert table.cost_to_serve.to_dict() == {"A": 150, "Z": 0} and table.gross_margin.isna().all()
    assert "net_margin" not in table
    names = list(table)
    assert names.index("cost_to_serve") == names.index("gross_margin_rate") + 1
