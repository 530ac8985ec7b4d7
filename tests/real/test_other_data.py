"""Other public data through the same way: client totals, CSV and Excel of the same ledger, daily files, US dates.

Expected values come from plain numpy, pandas or DuckDB on the raw files: they share nothing with the package.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from capclient.params import Params, make_params, read_params
from capclient.portfolio import Portfolio
from capclient.themes import client_groups, results
from tests.e2e.companies import capclient, said

pytestmark = pytest.mark.real

PARAMS = Path(__file__).resolve().parents[2] / "params" / "exemples"
RETAIL = {
    "invoice_id": "Invoice", "customer_id": "Customer ID", "invoice_date": "InvoiceDate",
    "product": "StockCode", "qty": "Quantity", "unit_price": "Price",
}  # fmt: skip
DAILY = RETAIL | {"invoice_id": "InvoiceNo", "customer_id": "CustomerID", "unit_price": "UnitPrice"}


def params(folder: Path, id: str, **source: object) -> Params:
    content = {"company": {"id": id}, "sources": {"invoice_lines": source}}
    return make_params(content, folder=folder, where="test")


# ---- wholesale customers: 440 clients, totals, no date -----------------------------------------------


@pytest.fixture(scope="module")
def wholesale(real_data: Path) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAPCLIENT_DATA", str(real_data))
        yield PARAMS / "wholesale_customers.yml"


def test_totals_give_the_concentration_of_plain_numpy(wholesale: Path, real_data: Path) -> None:
    raw = pd.read_csv(real_data / "wholesale_customers.csv")
    measures = ["Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen"]
    spent = np.sort(raw[measures].sum(axis=1).to_numpy("float64"))
    n, weight = len(spent), spent / spent.sum()
    expected = {
        "top1_share": weight[-1],
        "top3_share": weight[-3:].sum(),
        "top5_share": weight[-5:].sum(),
        "top10_share": weight[-10:].sum(),
        "gini": (2 * (np.arange(1, n + 1) * spent).sum()) / (n * spent.sum()) - (n + 1) / n,
        "hhi": 10_000 * (weight**2).sum(),
        "effective_customers": 1 / (weight**2).sum(),
        "pareto_top20_share": weight[-round(n / 5) :].sum(),
        "pareto_customers_for_80": int(np.searchsorted(weight[::-1].cumsum(), 0.8) + 1),
    }
    portfolio = Portfolio.open(wholesale)
    found = {one.id: one.value for one in results(portfolio)}
    assert len(portfolio.customers) == n == 440
    for name, value in expected.items():
        assert found[f"concentration.{name}"] == pytest.approx(value, abs=1e-6), name


def test_totals_say_what_they_cannot_do_and_find_groups_of_clients(wholesale: Path) -> None:
    portfolio = Portfolio.open(wholesale)
    reasons = {one.id: one.reason for one in results(portfolio)}
    dated = [id for id in reasons if id.partition(".")[0] in ("activity", "lifecycle", "retention")]
    assert len(dated) > 20
    assert {reasons[id] for id in dated} == {"missing:invoice_lines"}
    found = client_groups(portfolio)
    groups = found.clusters
    assert groups.k >= 2 and groups.sizes.sum() == 440 and 0 < groups.silhouette <= 1
    assert groups.labels.notna().all()  # each client has its group
    assert found.labels.notna().all() == (found.reason is None)  # and is told of it when groups exist


@pytest.mark.slow
def test_totals_have_their_report(wholesale: Path, tmp_path: Path) -> None:
    run = capclient("report", wholesale, "--only", "20,50", "--formats", "html,xlsx", "--out", tmp_path)
    assert run.returncode == 0, said(run)
    told = json.loads((tmp_path / "wholesale_customers" / "manifest.json").read_text("utf-8"))
    assert {one["id"]: one["status"] for one in told["chapters"]} == {
        "20_concentration": "complete", "50_attrition_segments": "complete",
    }  # fmt: skip


# ---- one ledger in several wrappings -----------------------------------------------------------------


def lines(portfolio: Portfolio) -> pd.DataFrame:
    """Revenue and lines of every day."""
    return portfolio.ledger.frame(
        "SELECT invoice_date::DATE AS day, count(*) AS lines, sum(amount_ht)::DECIMAL(18,2)::VARCHAR AS amount"
        " FROM {invoice_lines} GROUP BY 1 ORDER BY 1"
    )


def raw_days(real_data: Path, where: str) -> list[tuple]:
    """The same from the raw Parquet by plain SQL."""
    return duckdb.sql(
        f"""SELECT InvoiceDate::DATE AS day, count(*),
        sum(round(Quantity::DECIMAL(18,4) * Price::DECIMAL(18,4), 2)::DECIMAL(18,2))::DECIMAL(18,2)::VARCHAR
        FROM (SELECT *, file_row_number + 1 AS place
              FROM read_parquet('{real_data / "online_retail_ii.parquet"}', file_row_number = true))
        WHERE {where} GROUP BY 1 ORDER BY 1"""
    ).fetchall()


def told_days(frame: pd.DataFrame) -> list[tuple]:
    return [(row.day.date(), row.lines, row.amount) for row in frame.itertuples()]


@pytest.fixture(scope="module")
def delimited(real_data: Path) -> Portfolio:
    return Portfolio.of(params(real_data, "slice_csv", path="online_retail_ii_slice50k.csv", columns=RETAIL))


@pytest.fixture(scope="module")
def workbook(real_data: Path) -> Portfolio:
    source = {"path": "online_retail_ii_slice50k.xlsx", "sheet": ["Year 2009-2010", "Year 2010-2011"]}
    return Portfolio.of(params(real_data, "slice_xlsx", **source, columns=RETAIL))


def test_the_csv_slice_is_the_head_of_the_parquet(delimited: Portfolio, real_data: Path) -> None:
    assert delimited.quality["lines_in"] == delimited.quality["lines_kept"] == 50_000
    assert told_days(lines(delimited)) == raw_days(real_data, "place <= 50000")
    assert delimited.as_of == date(2009, 12, 31)


def test_the_workbook_of_two_sheets_is_two_pieces_of_the_parquet(
    workbook: Portfolio, delimited: Portfolio, real_data: Path
) -> None:
    assert workbook.quality["lines_in"] == workbook.quality["lines_kept"] == 50_000
    both = "place <= 25000 OR place BETWEEN 525462 AND 550461"
    assert told_days(lines(workbook)) == raw_days(real_data, both)
    shared = {day: rest for day, *rest in told_days(lines(workbook)) if day.year == 2009}
    csv = {day: rest for day, *rest in told_days(lines(delimited))}
    whole = sorted(shared)[:-1]  # the first sheet stops inside its last day
    assert len(whole) == 10 and all(shared[day] == csv[day] for day in whole)


def test_the_same_clients_spend_the_same_in_csv_and_excel(workbook: Portfolio, delimited: Portfolio) -> None:
    sql = (
        "SELECT customer_id, sum(amount_ht)::VARCHAR AS amount FROM {invoice_lines}"
        " WHERE invoice_date::DATE BETWEEN DATE '2009-12-01' AND DATE '2009-12-10' GROUP BY 1 ORDER BY 1"
    )
    one, two = workbook.ledger.frame(sql), delimited.ledger.frame(sql)
    assert len(one) > 300 and one.equals(two)


def test_five_daily_files_with_other_names_are_one_ledger(real_data: Path) -> None:
    portfolio = Portfolio.of(params(real_data, "daily", path="online_retail_by_day/*.csv", columns=DAILY))
    files = sorted((real_data / "online_retail_by_day").glob("*.csv"))
    raw = pd.concat(pd.read_csv(path, dtype={"InvoiceNo": "str"}) for path in files)
    amount = (raw.Quantity * raw.UnitPrice).round(2).sum()
    figures = portfolio.quality
    assert len(figures["parts"]) == len(files) == 5
    assert figures["lines_in"] == figures["lines_kept"] == len(raw) == 11_630
    assert figures["amount_kept"] == pytest.approx(amount, abs=0.02)
    assert figures["lines_unassigned"] == raw.CustomerID.isna().sum()
    assert set(portfolio.customers.index) <= set(raw.CustomerID.dropna().astype(int).astype(str))
    # Complete days of the second export: the Parquet holds the very same lines.
    days = "InvoiceDate::DATE IN ('2010-12-01', '2010-12-02', '2011-01-04', '2011-11-14', '2011-12-09')"
    assert told_days(lines(portfolio)) == raw_days(real_data, f"place >= 525462 AND {days}")


# ---- receivables: American dates ---------------------------------------------------------------------


def test_american_dates_are_inferred_from_the_whole_column(real_data: Path) -> None:
    source = {
        "path": "ibm_late_payment_receivables.csv",
        "columns": {
            "invoice_id": "invoiceNumber", "customer_id": "customerID", "invoice_date": "InvoiceDate",
            "due_date": "DueDate", "amount_ht": "InvoiceAmount",
        },
    }  # fmt: skip
    portfolio = Portfolio.of(params(real_data, "receivables", **source))
    figures = portfolio.quality
    assert (figures["lines_kept"], figures["lines_rejected"]) == (2_466, 0)
    assert figures["amount_kept"] == 147_703.18
    assert (figures["first_day"], portfolio.extent[1]) == ("2012-01-03", date(2013, 12, 2))
    assert "mdy" in json.dumps(portfolio.store.report["notes"])
    raw = pd.read_csv(real_data / "ibm_late_payment_receivables.csv", dtype={"invoiceNumber": "str"})
    raw["day"] = pd.to_datetime(raw.InvoiceDate, format="%m/%d/%Y")
    expected = raw.groupby("day").InvoiceAmount.agg(["size", "sum"]).round(2)
    found = lines(portfolio).set_index("day")
    assert found.lines.tolist() == expected["size"].tolist()
    assert found.amount.astype(float).tolist() == expected["sum"].tolist()
    assert len(portfolio.customers) == raw.customerID.nunique() == 100


# ---- the parameters that come with the package -------------------------------------------------------


def test_the_parameters_of_the_house_find_their_data(
    real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from capclient.inputs import inputs_of

    monkeypatch.setenv("CAPCLIENT_DATA", str(real_data))
    retail = read_params(PARAMS / "online_retail_ii.yml")
    assert (
        retail.period.as_of == date(2011, 11, 30) and retail.sources["invoice_lines"].overlap == "keep_last"
    )
    assert [part.row_bounds for part in retail.sources["invoice_lines"].parts] == [
        (1, 525_461),
        (525_462, None),
    ]
    found = {path.resolve() for path in inputs_of(retail).paths}
    assert found == {(real_data / "online_retail_ii.parquet").resolve()}
    monkeypatch.delenv("CAPCLIENT_DATA")
    beside = PARAMS.parents[2] / "shared" / "data"  # what « :- » gives, seen from params/
    if beside.is_dir():
        assert {path.resolve().parent for path in inputs_of(retail).paths} == {beside.resolve()}
