"""What ``init`` says of each public data set, and what the ledger holds once its questions are answered.

Expected totals come from DuckDB on the raw files.
"""

import re
from pathlib import Path

import duckdb
import pytest

from capclient.errors import SourceError
from capclient.ingest import ingest
from capclient.params import read_params
from capclient.proposal import Draft, drafted, write_yaml, yaml_text

pytestmark = pytest.mark.real

RETAIL = {"invoice_id", "customer_id", "invoice_date", "product", "qty", "unit_price"}
# data set, columns chosen, what blocks, sentences that must be said
OUTCOMES = [
    ("online_retail_ii_slice50k.csv", RETAIL, [], ["2\u202f638 factures", "supposé hors taxes"]),
    ("online_retail_ii_slice50k.xlsx", RETAIL, [], ["feuille Year 2010-2011", "6\u202f166 lignes sans client"]),
    ("online_retail_by_day", RETAIL, [], ["2011-12-09.csv"]),
    ("ibm_late_payment_receivables.csv",
     {"invoice_id", "customer_id", "invoice_date", "due_date", "disputed"}, ["amount_ht"],
     ["du 03/01/2012 au 02/12/2013", "jamais avant la facture", "hors taxes ou TTC ?"]),
    # the values tell what no header does: Amount holds the Australian tax of 10 %
    ("saas_invoice_lines_sample100.csv",
     {"customer_id", "customer_name", "vat", "amount_ttc", "currency", "salesperson"},
     ["invoice_id", "invoice_date", "amount_ht"], 
     ["Tax en est la part de TVA sur 70 lignes", "Plusieurs devises : AUD (70)"]),
    ("wholesale_customers.csv", set(), ["invoice_id", "customer_id", "invoice_date", "amount_ht"], ["customer_totals"]),
    ("clvtools_apparel_transactions.csv", {"invoice_date", "unit_price"}, ["invoice_id", "customer_id", "amount_ht"],
     ["Id"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "chosen", "blocking", "sentences"), OUTCOMES, ids=[row[0] for row in OUTCOMES]
)
def test_each_data_set_gets_its_proposal(
    real_data: Path, name: str, chosen: set[str], blocking: list[str], sentences: list[str]
) -> None:
    draft = drafted([real_data / name])
    assert {item.canonical for item in draft.chosen} == chosen
    assert draft.blocking == blocking
    said = "\n".join(draft.lines)
    assert [words for words in sentences if words not in said] == []


def test_a_fixed_width_file_is_refused_with_what_to_do(real_data: Path) -> None:
    with pytest.raises(SourceError, match="largeur fixe"):
        drafted([real_data / "CDNOW_sample.txt"])


def kept(draft: Draft, out: Path, answers: dict[str, str], *gone: str) -> dict[str, object]:
    """Write the YAML, answer its questions and read the ledger."""
    write_yaml(yaml_text(draft, out), out)
    text = out.read_text("utf-8")
    for canonical, header in answers.items():
        text = text.replace(f'# {canonical}: "{header}"', f'{canonical}: "{header}"')
    for canonical in gone:
        text = re.sub(rf'( {canonical}: )"[^"]*"', r'\1""', text)
    out.write_text(text, "utf-8")
    figures: dict[str, object] = ingest(read_params(out)).report["quality"]
    return figures


def total(sql: str) -> float:
    return float(duckdb.sql(sql).fetchall()[0][0])


SALES = (
    "SELECT sum(round(Quantity * {0}::DECIMAL(18,4), 2)) FROM read_csv('{1}', types = {{'{0}': 'VARCHAR'}})"
)


@pytest.mark.parametrize("name", ["online_retail_ii_slice50k.csv", "online_retail_ii_slice50k.xlsx"])
def test_the_retail_slices_are_read_whole(real_data: Path, tmp_path: Path, name: str) -> None:
    figures = kept(drafted([real_data / name]), tmp_path / "p.yml", {})
    assert figures["lines_in"] == 50_000
    if name.endswith("csv"):
        assert figures["amount_kept"] == total(SALES.format("Price", real_data / name))


def test_the_daily_files_are_one_folder_in_the_parameters(real_data: Path, tmp_path: Path) -> None:
    figures = kept(drafted([real_data / "online_retail_by_day"]), tmp_path / "p.yml", {})
    assert "parts:" not in (tmp_path / "p.yml").read_text("utf-8")
    assert figures["amount_kept"] == total(
        SALES.format("UnitPrice", f"{real_data / 'online_retail_by_day'}/*.csv")
    )
    assert figures["lines_kept"] == 11_630


def test_late_payments_are_read_once_the_amount_is_confirmed(real_data: Path, tmp_path: Path) -> None:
    draft = drafted([real_data / "ibm_late_payment_receivables.csv"])
    figures = kept(draft, tmp_path / "p.yml", {"amount_ht": "InvoiceAmount"})
    assert (figures["amount_kept"], figures["lines_kept"]) == (147_703.18, 2_466)


def test_late_payments_make_their_own_accounts(real_data: Path, tmp_path: Path) -> None:
    path = real_data / "ibm_late_payment_receivables.csv"
    draft = drafted([path])
    assert not {"SettledDate", "Disputed"} & set(draft.unused)
    kept(draft, tmp_path / "p.yml", {"amount_ht": "InvoiceAmount"})
    store = ingest(read_params(tmp_path / "p.yml"))
    paid, disputed = (
        duckdb.sql(f"SELECT sum(amount), {what} FROM '{store.folder}/{table}.parquet'").fetchall()[0]
        for table, what in (("payments", "0"), ("receivable_items", "count(*) FILTER (disputed)"))
    )
    assert (
        float(paid[0])
        == float(disputed[0])
        == total(f"SELECT sum(InvoiceAmount::DECIMAL(18,2)) FROM read_csv('{path}')")
    )
    assert disputed[1] == total(
        f"SELECT count(*) FROM read_csv('{path}', all_varchar = true) WHERE Disputed = 'Yes'"
    )


def test_a_converted_column_replaces_several_currencies(real_data: Path, tmp_path: Path) -> None:
    path = real_data / "saas_invoice_lines_sample100.csv"
    answers = {"invoice_id": "InvoiceLineID", "invoice_date": "ValidFrom", "amount_ht": "AUD"}
    figures = kept(drafted([path]), tmp_path / "p.yml", answers, "currency")
    assert figures["amount_kept"] == total(
        f"SELECT sum(round(AUD::DECIMAL(18,6), 2)) FROM read_csv('{path}', all_varchar = true)"
    )
    assert figures["lines_kept"] == 100


def test_several_currencies_without_a_rate_are_never_added_up(real_data: Path, tmp_path: Path) -> None:
    path = real_data / "saas_invoice_lines_sample100.csv"
    answers = {"invoice_id": "InvoiceLineID", "invoice_date": "ValidFrom", "amount_ht": "AUD"}
    figures = kept(drafted([path]), tmp_path / "p.yml", answers)
    assert figures["lines_kept"] == 2  # those in euros
