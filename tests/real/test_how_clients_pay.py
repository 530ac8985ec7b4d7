"""How clients pay, on public receivables and on a real FEC, against computations that share nothing with ours.

Data: IBM Watson Analytics sample « Late Payment Histories » (2,466 invoices, dates M/D/YYYY); the grower's FEC.
"""

from datetime import date

import duckdb
import pandas as pd
import pytest

from capclient.errors import LedgerError
from capclient.indicators.lateness import payment_lateness, settlement_days
from capclient.periods import Period
from capclient.portfolio import Portfolio
from capclient.themes import Findings, lateness, payment_terms
from capclient.themes.settlements import settled

pytestmark = pytest.mark.real
FILE = "ibm_late_payment_receivables.csv"
FEC = "fec/0000000001FEC20220831.txt"
WHOLE = Period(date(2012, 1, 1), date(2014, 1, 31))
SOURCES = """
company: {{id: ibm}}
period: {{as_of: 2014-01-31}}
sources:
  invoice_lines:
    path: {path}
    {dates}
    columns: {{invoice_id: invoiceNumber, customer_id: customerID, invoice_date: InvoiceDate, due_date: DueDate,
              amount_ht: InvoiceAmount, amount_ttc: {{column: InvoiceAmount}}}}
  payments:
    path: {path}
    {dates}
    columns: {{invoice_id: invoiceNumber, customer_id: customerID, date: SettledDate, amount: InvoiceAmount}}
"""


@pytest.fixture(scope="module")
def raw(real_data):
    frame = pd.read_csv(real_data / FILE, dtype=str)
    for name in ("InvoiceDate", "DueDate", "SettledDate"):
        frame[name] = pd.to_datetime(frame[name], format="%m/%d/%Y")
    return frame.assign(cents=(frame.InvoiceAmount.astype(float) * 100).round().astype("int64"))


@pytest.fixture(scope="module")
def ledger(real_data, tmp_path_factory):
    """The file as a company would give it: one file, read as invoices and as payments; VAT is nil."""
    return opened(real_data, tmp_path_factory.mktemp("ibm"), "dates: mdy")


def opened(real_data, folder, dates):
    text = SOURCES.format(path=real_data / FILE, dates=dates).replace(
        ", amount_ttc: {column: InvoiceAmount}", ""
    )
    text += "receivables: {vat_rate: 0}\n"
    (folder / "ibm.yml").write_text(text, "utf-8")
    return Portfolio.open(folder / "ibm.yml")


def test_the_mean_settlement_time_of_the_whole_history_with_the_pure_function(raw):
    rows = pd.DataFrame({"days": (raw.SettledDate - raw.InvoiceDate).dt.days, "amount": raw.cents})
    assert len(rows) == 2466
    assert float(settlement_days(rows)) == pytest.approx(26.4448, abs=5e-5)
    found = payment_lateness(
        pd.DataFrame({"amount": raw.cents, "due_date": raw.DueDate, "paid_date": raw.SettledDate})
    ).loc["all"]
    late = raw.DaysLate.astype(int)
    assert int((late > 0).sum()) == 877
    assert float(found.days_late) == pytest.approx((late * raw.cents).sum() / raw.cents.sum(), abs=1e-9)
    assert float(found.days_late_unweighted) == pytest.approx(late.mean(), abs=1e-9)


def test_the_same_mean_through_a_portfolio_after_the_last_settlement(ledger):
    rows = settled(ledger, WHOLE)
    assert int(rows.invoices.sum()) == 2466
    assert int(rows.invoices[rows.is_late].sum()) == 877
    assert float(settlement_days(rows)) == pytest.approx(26.4448, abs=5e-5)


def test_the_lateness_of_the_year_against_pandas(ledger, raw):
    year = ledger.windows.n
    mine = raw[raw.SettledDate.between(pd.Timestamp(year.start), pd.Timestamp(year.end))]
    late = (mine.SettledDate - mine.DueDate).dt.days
    found = Findings(ledger)
    weighted = (late.clip(lower=0) * mine.cents).sum() / mine.cents.sum()
    assert found["receivables.days_late_floored"].value == pytest.approx(weighted, abs=1e-9)
    signed = (late * mine.cents).sum() / mine.cents.sum()
    assert found["receivables.days_late_signed"].value == pytest.approx(signed, abs=1e-9)
    assert found["receivables.settlement_days"].n == len(mine)
    own = lateness(ledger).customers.days_late.dropna()
    per = (late.clip(lower=0) * mine.cents).groupby(mine.customerID).sum() / mine.cents.groupby(
        mine.customerID
    ).sum()
    assert own.round(9).to_dict() == per.round(9).to_dict()


def test_penalties_of_years_before_the_table_of_rates_are_not_invented(ledger):
    found = Findings(ledger)
    assert found["receivables.late_penalties_due"].reason == "missing:refi_rates"
    assert found["receivables.recovery_indemnity_due"].value == 40 * found["receivables.late_invoices"].value


def test_american_dates_read_as_european_are_refused(real_data, tmp_path):
    with pytest.raises(LedgerError):
        opened(real_data, tmp_path, "dates: dmy")


def test_american_dates_are_recognised(real_data, tmp_path, ledger):
    found = opened(real_data, tmp_path, "")
    assert settled(found, WHOLE).equals(settled(ledger, WHOLE))


def test_all_terms_of_the_file_are_thirty_days_and_lawful(ledger):
    found = Findings(ledger)
    assert found["receivables.term_days"].value == 30
    assert found["receivables.lme_breach_share"].value == 0
    assert set(payment_terms(ledger).terms.term_days) == {30}


@pytest.fixture(scope="module")
def grower(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fec")
    (folder / "fec.yml").write_text(
        f"company: {{id: grower}}\nsources: {{fec: {real_data / FEC}}}\n", "utf-8"
    )
    return Portfolio.open(folder / "fec.yml")


def test_simple_letters_of_the_grower_are_settled_as_the_raw_file_says(grower, real_data):
    """A letter of one client with one debit and one credit of the same amount needs no method to be understood."""
    con = duckdb.connect()
    pairs = con.execute(
        """WITH line AS (
            SELECT CompAuxNum AS client, EcritureLet AS letter, strptime(PieceDate, '%Y%m%d')::DATE AS day,
                   (replace(Debit, ',', '.')::DECIMAL(18,2) - replace(Credit, ',', '.')::DECIMAL(18,2)) AS amount
            FROM read_csv($1, delim='\t', all_varchar=true, quote='') WHERE CompteNum LIKE '411%' AND EcritureLet <> ''
        )
        SELECT client, (max(amount) * 100)::BIGINT AS cents, max(day) FILTER (amount < 0)
               - max(day) FILTER (amount > 0) AS days
        FROM line GROUP BY client, letter
        HAVING count(*) = 2 AND sum(amount) = 0 AND max(amount) > 0""",
        [str(real_data / FEC)],
    ).fetchall()
    ours = grower.ledger.frame(
        """SELECT i.customer_id, (a.amount * 100)::BIGINT AS cents, p.date - i.date AS days
        FROM {allocations} a JOIN {receivable_items} i ON i.item_id = debit_id
        JOIN {payments} p ON p.payment_id = credit_id WHERE i.kind = 'invoice' AND p.kind = 'payment'"""
    )
    known = set(ours.itertuples(index=False, name=None))
    mine = [pair for pair in pairs if pair[2] >= 0]
    found = [pair for pair in mine if pair in known]
    assert len(found) >= 20 and len(found) / len(mine) > 0.9, (len(found), len(mine))


def test_the_lateness_of_the_grower_from_its_own_allocations(grower):
    """The finding against plain SQL over the three canonical tables, which knows nothing of positions."""
    row = grower.ledger.frame(
        """SELECT sum(greatest(p.date - i.due_date, 0) * a.amount)::DOUBLE / sum(a.amount)::DOUBLE AS floored,
        sum((p.date - i.due_date) * a.amount)::DOUBLE / sum(a.amount)::DOUBLE AS signed, count(*) AS n
        FROM {allocations} a JOIN {receivable_items} i ON i.item_id = debit_id
        JOIN {payments} p ON p.payment_id = credit_id
        WHERE p.kind = 'payment' AND i.due_date IS NOT NULL
              AND p.date BETWEEN DATE '2021-09-01' AND DATE '2022-08-31'"""
    ).iloc[0]
    found = Findings(grower)
    assert found["receivables.days_late_floored"].value == pytest.approx(row.floored, abs=1e-9)
    assert found["receivables.days_late_signed"].value == pytest.approx(row.signed, abs=1e-9)
    assert found["receivables.days_late_floored"].n == row.n
    assert found["receivables.days_late_floored"].caveat == "caveat.due_estimated"


def test_invoices_of_a_file_without_due_dates_are_not_judged(real_data):
    lines = pd.read_csv(real_data / "saas_invoice_lines_sample100.csv", dtype=str)
    frame = pd.DataFrame(
        {"invoice_id": lines.InvoiceLineID, "customer_id": lines.CustOrgID, "invoice_date": lines.ValidFrom,
         "amount_ht": lines.AUD.astype(float).round(2).astype(str)}
    )  # fmt: skip
    found = Findings(Portfolio.from_frames(frame, as_of=date(2015, 12, 31)))
    assert found["receivables.lme_breach_share"].reason == "missing:due_date"
    assert found["receivables.days_late_floored"].reason == "missing:payments"
