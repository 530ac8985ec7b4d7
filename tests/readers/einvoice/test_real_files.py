"""Every public example: what is in it, and what a folder of all of them gives."""

from decimal import Decimal

import pytest

from capclient.errors import SourceError
from capclient.readers.einvoice import is_einvoice, read_einvoices

pytestmark = pytest.mark.real

# Number, lines, HT, VAT, TTC, currency, customer, type, first and last amount of a line.
EXPECTED = {
    "Avoir_FR_type381_BASIC.pdf": "AV-2017-0005 2 -218.48 -14.99 -233.47 EUR 787878784 credit_note -20.48 -198.00",
    "BIS3_Invoice_positive.XML": "12345 1 625743.54 156435.89 782179.43 DKK DK87654321 invoice 625743.54 625743.54",
    "CII_example1.xml": "12115118 20 229.60 20.73 250.33 EUR 10202 invoice 19.90 -109.98",
    "CII_example2.xml": "TOSL108 5 1436.50 365.28 1801.78 NOK 3456789012098 invoice 1273.00 187.50",
    "CII_example3.xml": "TOSL108 1 900.00 225.00 1125.00 DKK 5790000435975 invoice 900.00 900.00",
    "CII_example4.xml": "TOSL110 3 4000.00 675.00 4675.00 DKK 5790000436057 invoice 1000.00 2500.00",
    "CII_example5.xml": "TOSL110 3 4000.00 675.00 4675.00 DKK 5790000436057 invoice 1000.00 2500.00",
    "Facture_FR_BASICWL.pdf": "FA-2017-0010 1 624.90 46.25 671.15 EUR 787878784 invoice 624.90 624.90",
    "Facture_FR_MINIMUM.pdf": "FA-2017-0010 1 624.90 46.25 671.15 EUR 787878784 invoice 624.90 624.90",
    "Facture_UE_BASICWL.pdf": "FA-2017-0008 1 2076.76 0.00 2076.76 EUR ESA12345674 invoice 2076.76 2076.76",
    "factur-x-basic.xml": "F20260023 3 100.00 4.90 104.90 EUR 3654789851 invoice 61.26 11.15",
    "factur-x-basicwl.xml": "F20260023 1 100.00 4.90 104.90 EUR 3654789851 invoice 100.00 100.00",
    "factur-x-en16931.xml": "F20260023 3 100.00 4.90 104.90 EUR 3654789851 invoice 61.26 11.15",
    "factur-x-minimum.xml": "F20260023 1 100.00 4.90 104.90 EUR 987654321 invoice 100.00 100.00",
    "invoice_EN16931.pdf": "F20260023 3 100.00 4.90 104.90 EUR 3654789851 invoice 61.26 11.15",
    "ubl-21-en16931.xml": "F124212 2 273.00 35.03 308.03 EUR 787878784 invoice 135.00 138.00",
    "ubl-tc434-creditnote1.xml": "018304_/_28865 1 -100.11 0.00 -100.11 EUR BE0000000295 credit_note -100.11 -100.11",
    "ubl-tc434-example1.xml": "12115118 20 229.60 20.73 250.33 EUR 10202 invoice 19.90 -109.98",
    "ubl-tc434-example2.xml": "TOSL108 5 1436.50 365.28 1801.78 NOK 3456789012098 invoice 1273.00 187.50",
    "ubl-tc434-example3.xml": "TOSL108 2 1700.00 305.00 2005.00 DKK 5790000435975 invoice 900.00 800.00",
    "ubl-tc434-example4.xml": "TOSL110 3 4000.00 675.00 4675.00 DKK 5790000436057 invoice 1000.00 2500.00",
    "ubl-tc434-example5.xml": "TOSL110 3 4000.00 675.00 4675.00 DKK 5790000436057 invoice 1000.00 2500.00",
}


@pytest.fixture
def folder(real_data):
    found = real_data / "einvoices"
    if not found.is_dir():
        pytest.skip("no e-invoices among the public data sets")
    return found


def test_every_example_is_in_the_table(folder):
    assert sorted(path.name for path in folder.iterdir()) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_an_example_gives_its_invoice(con, tmp_path, folder, name):
    assert is_einvoice(folder / name)
    book = read_einvoices(con, [folder / name], workspace=tmp_path)
    assert book.rejects == ()
    rows = con.execute(
        "SELECT invoice_id, count(*), sum(amount_ht), sum(vat), sum(amount_ttc), currency, customer_id, doc_type, "
        f"first(amount_ht), last(amount_ht) FROM '{book.tables['invoice_lines']}' GROUP BY ALL"
    ).fetchall()
    assert [" ".join(str(cell).replace(" ", "_") for cell in row) for row in rows] == [EXPECTED[name]]
    assert {check["status"] for check in book.checks} == {"ok"}


def test_the_folder_as_a_whole_reads_each_invoice_once(con, tmp_path, folder):
    book = read_einvoices(con, sorted(folder.iterdir()), workspace=tmp_path, is_group=True)
    assert {item.source for item in book.rejects} == {
        "CII_example5.xml",  # the same as example 4, in the currency of the tax too
        "Facture_FR_MINIMUM.pdf",
        "factur-x-basicwl.xml",
        "factur-x-en16931.xml",
        "factur-x-minimum.xml",
        "invoice_EN16931.pdf",
        "ubl-tc434-example1.xml",
        "ubl-tc434-example2.xml",
        "ubl-tc434-example4.xml",
        "ubl-tc434-example5.xml",
    }
    assert {item.reason for item in book.rejects} == {"einvoice_duplicate"}
    checks = {(row["id"], row["facts"].get("currency")): row["computed"] for row in book.checks}
    assert {row["status"] for row in book.checks} == {"ok"}
    assert checks["einvoice_files", None] == 22
    assert checks["einvoice_totals", "EUR"] == Decimal("2985.67")
    assert checks["einvoice_totals", "DKK"] == Decimal("632343.54")
    assert checks["einvoice_ttc", "NOK"] == Decimal("1801.78")


def test_the_folder_has_several_sellers(con, tmp_path, folder):
    with pytest.raises(SourceError) as raised:
        read_einvoices(con, sorted(folder.iterdir()), workspace=tmp_path)
    assert "Au bon moulin [999999998] (5)" in raised.value.text("fr")


def test_the_sales_of_one_company_are_taken_from_the_folder(con, tmp_path, folder):
    book = read_einvoices(con, sorted(folder.iterdir()), workspace=tmp_path, sellers=["999999998"])
    assert [file.source for file in book.files] == [
        *(
            "Avoir_FR_type381_BASIC.pdf",
            "Facture_FR_BASICWL.pdf",
            "Facture_UE_BASICWL.pdf",
            "ubl-21-en16931.xml",
        )
    ]
    credited = con.execute(
        f"SELECT DISTINCT credited_invoice_id FROM '{book.tables['invoice_lines']}' WHERE doc_type = 'credit_note'"
    ).fetchall()
    assert credited == [("FA-2017-0010",)]
