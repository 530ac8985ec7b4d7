"""Customers' accounts on real data, against plain readings of the raw files."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from capclient.indicators.dso import dso
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import Findings
from capclient.themes.debtors import debtors
from capclient.themes.receivables import receivables

pytestmark = pytest.mark.real

FEC = "fec/0000000001FEC20220831.txt"
MONTH_ENDS = [day.date() for day in pd.date_range("2021-09-30", "2022-08-31", freq="ME")]


def portfolio_of(folder: Path, sources: dict[str, object], **content: object) -> Portfolio:
    given = {"company": {"id": "real-owed"}, "sources": sources, **content}
    return Portfolio.of(make_params(given, folder=folder, where="test"))


# ---- a real FEC, read again as text ------------------------------------------------------------------


@pytest.fixture(scope="module")
def accounts(real_data: Path) -> Portfolio:
    return portfolio_of(real_data, {"fec": {"path": FEC}})


@pytest.fixture(scope="module")
def raw(real_data: Path) -> duckdb.DuckDBPyConnection:
    """The lines of the customers' accounts, straight from the text file."""
    con = duckdb.connect()
    con.execute(
        f"""CREATE TABLE line AS SELECT CompAuxNum AS client, strptime(EcritureDate, '%Y%m%d')::DATE AS day,
        PieceRef AS piece, EcritureLet AS letter, EcritureNum AS entry, JournalCode AS journal,
        replace(Debit, ',', '.')::DECIMAL(18,2) - replace(Credit, ',', '.')::DECIMAL(18,2) AS amount
        FROM read_csv('{real_data / FEC}', delim='\t', all_varchar=true, quote='', header=true)
        WHERE CompteNum LIKE '41%' AND CompteNum NOT LIKE '418%' AND CompteNum NOT LIKE '419%'"""
    )
    return con


def by_client(con: duckdb.DuckDBPyConnection, day: date) -> dict[str, float]:
    sql = "SELECT client, sum(amount) FROM line WHERE day <= $1 GROUP BY 1 HAVING sum(amount) <> 0"
    return {client: float(amount) for client, amount in con.execute(sql, [day]).fetchall()}


def test_the_accounts_at_the_closing_are_those_of_the_file(
    accounts: Portfolio, raw: duckdb.DuckDBPyConnection
) -> None:
    found = Findings(accounts)
    assert accounts.as_of == date(2022, 8, 31)
    assert found["receivables.total"].value == 52_517.24 == sum(by_client(raw, accounts.as_of).values())
    clients = debtors(accounts).receivable
    assert clients[clients != 0].to_dict() == by_client(raw, accounts.as_of)


def test_openings_meet_the_receipts_whose_letters_are_of_the_year_before(accounts: Portfolio) -> None:
    """57,000 of balances brought forward were paid under letters whose debit is in the file of the year before."""
    found = Findings(accounts)
    assert (
        found["receivables.undated"].value == 94.95
    )  # a credit note of the same amount came eleven months later
    assert found["receivables.unallocated"].value == -8_289.14
    matched = receivables(accounts).matched.set_index("method").amount
    assert round(float(matched["opening"]), 2) == 59_051.95


@pytest.mark.parametrize("day", MONTH_ENDS)
def test_every_month_end_is_told_to_the_cent_client_by_client(
    accounts: Portfolio, raw: duckdb.DuckDBPyConnection, day: date
) -> None:
    clients = debtors(accounts.at(day)).receivable
    expected = by_client(raw, day)
    assert clients[clients != 0].round(2).to_dict() == {
        name: round(value, 2) for name, value in expected.items()
    }
    row = receivables(accounts).history.loc[pd.Timestamp(day)]
    assert round(float(row.receivable), 2) == round(sum(expected.values()), 2)
    assert round(float(row.not_due + row.overdue + row.apart + row.unallocated), 2) == round(
        float(row.receivable), 2
    )


def test_days_of_sales_divide_by_what_invoices_put_on_the_accounts(
    accounts: Portfolio, real_data: Path
) -> None:
    """Over the year: what entries that hold an account 70 put on the accounts of clients."""
    (sold,) = duckdb.execute(
        f"""WITH line AS (SELECT JournalCode || '/' || EcritureNum AS entry, CompteNum AS account,
                   replace(Debit, ',', '.')::DECIMAL(18,2) - replace(Credit, ',', '.')::DECIMAL(18,2) AS amount
            FROM read_csv('{real_data / FEC}', delim='\t', all_varchar=true, quote='', header=true))
        SELECT sum(amount) FROM line SEMI JOIN (FROM line WHERE account LIKE '70%') AS sale USING (entry)
        WHERE account LIKE '411%'"""
    ).fetchall()[0]
    value = Findings(accounts)["receivables.dso"].value
    assert value == pytest.approx(float(dso("52517.24", str(sold), days=365)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name", ["000000000FEC20231231.txt", "mini_fec_complet.txt", "semicolon_test_fec.txt", "tryton_FEC.csv"]
)
def test_other_accounts_add_up_or_say_why_not(real_data: Path, name: str) -> None:
    options = {} if name[0].isdigit() else {"closings": {name: "2023-12-31"}}
    try:
        portfolio = portfolio_of(real_data, {"fec": {"path": f"fec/{name}"}}, accounting=options)
    except Exception as error:  # refused for reasons that tests of accounts hold
        pytest.skip(type(error).__name__)
    found = receivables(portfolio)
    if found.reason is not None:
        assert found.reason.reason == "missing:receivable_accounts"
        return
    check = next(item for item in portfolio.reconciliations if str(item["id"]).endswith("R6"))
    last = portfolio.at(date(2030, 12, 31))
    assert round(float(receivables(last).balance.sum()), 2) == float(check["computed"])


# ---- the ledger of a collection agency: invoices, due dates, settlement dates --------------------------

LATE = "ibm_late_payment_receivables.csv"


@pytest.fixture(scope="module")
def invoices(real_data: Path) -> pd.DataFrame:
    frame = pd.read_csv(real_data / LATE, dtype=str)
    for name in ("InvoiceDate", "DueDate", "SettledDate"):
        frame[name] = pd.to_datetime(frame[name], format="%m/%d/%Y")
    return frame.assign(cents=(frame.InvoiceAmount.astype(float) * 100).round().astype("int64"))


@pytest.fixture(scope="module")
def agency(real_data: Path) -> Portfolio:
    """Two readings of one file: its invoices, and what settled them. Its days are written month first."""
    bills = {"invoice_id": "invoiceNumber", "customer_id": "customerID", "invoice_date": "InvoiceDate",
             "due_date": "DueDate", "amount_ht": "InvoiceAmount"}  # fmt: skip
    paid = {"payment_id": "invoiceNumber", "invoice_id": "invoiceNumber", "customer_id": "customerID",
            "date": "SettledDate", "amount": "InvoiceAmount"}  # fmt: skip
    sources = {"invoice_lines": {"path": LATE, "columns": bills}, "payments": {"path": LATE, "columns": paid}}
    return portfolio_of(real_data, sources, receivables={"vat_rate": "0"})


@pytest.mark.parametrize(
    "day", [date(2012, 3, 31), date(2012, 12, 31), date(2013, 2, 14), date(2013, 6, 30), date(2013, 11, 30)]
)
def test_past_balances_are_those_of_an_independent_reading(
    agency: Portfolio, invoices: pd.DataFrame, day: date
) -> None:
    at = pd.Timestamp(day)
    owed = invoices[(invoices.InvoiceDate <= at) & ~(invoices.SettledDate <= at)]
    late = (at - owed.DueDate).dt.days
    classes = pd.cut(
        late, [-10_000, 0, 30, 60, 90, 10_000], labels=["not_due", "1_30", "31_60", "61_90", "over_90"]
    )
    expected = owed.cents.groupby(classes, observed=False).sum()
    found = Findings(agency.at(day))
    assert found["receivables.total"].value == owed.cents.sum() / 100
    assert found["receivables.not_due"].value == expected["not_due"] / 100
    for name in ("1_30", "31_60", "61_90", "over_90"):
        assert found[f"receivables.overdue_{name}"].value == expected[name] / 100
    assert found["receivables.unallocated"].value == 0
    assert found["receivables.owing_customers"].value == owed.customerID.nunique()
    clients = receivables(agency.at(day)).customers.receivable
    assert (clients[clients != 0] * 100).round().astype(int).to_dict() == owed.groupby(
        "customerID"
    ).cents.sum().to_dict()


def test_the_curve_is_that_of_every_month_end(agency: Portfolio, invoices: pd.DataFrame) -> None:
    history = receivables(agency.at(date(2013, 11, 30))).history
    for day, row in history.iterrows():
        owed = invoices[(invoices.InvoiceDate <= day) & ~(invoices.SettledDate <= day)]
        assert round(row.receivable * 100) == owed.cents.sum()
        assert round(row.overdue * 100) == owed.cents[owed.DueDate < day].sum()
    assert len(history) == 23 and history.index[-1] - history.index[0] > timedelta(days=600)
