"""The same invoice twice, and invoices that replace others."""

from decimal import Decimal

from tests.readers.einvoice.invoices import BUYER, Invoice, Row, cii, pdf, ubl


def test_the_same_invoice_as_pdf_and_xml_is_read_once(read):
    text = cii(Invoice())
    outcome = read({"a.pdf": pdf(("factur-x.xml", text)), "b.xml": text, "c.xml": ubl(Invoice())})
    assert outcome.totals == {"F1": ("100.00", "20.00", "120.00")}
    assert outcome.rejects == {"b.xml": "einvoice_duplicate", "c.xml": "einvoice_duplicate"}
    assert outcome.book.rejects[0].raw == "F1 2026-03-02 100.00 EUR a.pdf"


def test_of_copies_the_one_with_most_lines_is_kept(read):
    rows = (Row("Vis", price="60.00"), Row("Clou", price="40.00"))
    whole = Invoice(rows=rows)
    bare = cii(whole, has_lines=False)
    outcome = read({"a.pdf": pdf(("factur-x.xml", bare)), "b.xml": cii(whole)})
    assert outcome.rows("product") == [("Vis",), ("Clou",)]
    assert outcome.rejects == {"a.pdf": "einvoice_duplicate"}


def test_of_copies_without_lines_the_one_with_a_due_date_is_kept(read):
    minimum = cii(Invoice(buyer={"name": "Ma jolie boutique", "siren": "787878784"}), has_lines=False)
    basic = cii(Invoice(due="2026-04-01"), has_lines=False)
    outcome = read({"a.xml": minimum, "b.xml": basic})
    assert outcome.rejects == {"a.xml": "einvoice_duplicate"}
    assert outcome.rows("due_source") == [("file",)]


def test_copies_with_different_amounts_are_told(read):
    outcome = read({"a.xml": Invoice(), "b.xml": Invoice(rows=(Row(price="90.00"),))})
    assert outcome.totals == {"F1": ("100.00", "20.00", "120.00")}
    assert outcome.rejects == {"b.xml": "einvoice_conflict"}
    assert outcome.notes["conflict"] == {"count": 1, "documents": "F1 (100.00 EUR ≠ 90.00 EUR)"}


def test_an_invoice_and_a_credit_note_of_one_number_are_two_documents(read):
    outcome = read({"a.xml": Invoice("7"), "b.xml": Invoice("7", type="381", rows=(Row(price="30.00"),))})
    assert outcome.rejects == {}
    assert outcome.rows("invoice_id, amount_ht") == [
        ("7 / 2026-03-02 / 999999998 / 380", Decimal("100.00")),
        ("7 / 2026-03-02 / 999999998 / 381", Decimal("-30.00")),
    ]


def test_a_series_that_starts_again_gives_two_invoices(read):
    outcome = read({"a.xml": Invoice("7", day="2026-01-05"), "b.xml": Invoice("7", day="2027-01-05")})
    assert list(outcome.totals) == ["7 / 2026-01-05", "7 / 2027-01-05"]


def test_a_corrected_invoice_replaces_the_one_it_refers_to(read):
    corrected = Invoice(
        "R1", day="2026-03-09", type="384", rows=(Row(price="80.00"),), refs=(("F1", "2026-03-02"),)
    )
    outcome = read({"a.xml": Invoice(), "b.xml": corrected, "c.xml": Invoice("F2")})
    assert outcome.totals == {"F2": ("100.00", "20.00", "120.00"), "R1": ("80.00", "16.00", "96.00")}
    assert outcome.rejects == {"a.xml": "einvoice_replaced"}
    assert outcome.rows("doc_type, credited_invoice_id")[0] == ("invoice", None)
    assert "original_absent" not in outcome.notes


def test_a_corrected_invoice_whose_original_is_absent_is_kept_and_told(read):
    outcome = read({"b.xml": Invoice("R1", type="384", refs=(("F1", ""),))})
    assert list(outcome.totals) == ["R1"]
    assert outcome.notes["original_absent"] == {"count": 1}


def test_a_corrected_invoice_under_the_same_number_replaces_the_first(read):
    again = Invoice("F1", day="2026-03-02", type="384", rows=(Row(price="80.00"),))
    outcome = read({"a.xml": again, "b.xml": Invoice()})
    assert outcome.totals == {"F1": ("80.00", "16.00", "96.00")}
    assert outcome.rejects == {"b.xml": "einvoice_replaced"}


def test_the_last_of_several_corrections_counts(read):
    outcome = read(
        {
            "a.xml": Invoice(),
            "b.xml": Invoice("R1", day="2026-03-05", type="384", refs=(("F1", ""),)),
            "c.xml": Invoice("R2", day="2026-03-06", type="384", refs=(("F1", ""),)),
            "d.xml": Invoice("R3", day="2026-03-07", type="384", refs=(("R2", ""),)),
        }
    )
    assert list(outcome.totals) == ["R3"]
    assert set(outcome.rejects.values()) == {"einvoice_replaced"}


def test_corrections_that_name_each_other_do_not_both_disappear(read):
    first = Invoice("R1", day="2026-03-05", type="384", refs=(("R2", ""),))
    second = Invoice("R2", day="2026-03-05", type="384", refs=(("R1", ""),))
    assert list(read({"a.xml": first, "b.xml": second}).totals) == ["R2"]
    alone = Invoice("R9", type="384", refs=(("R9", ""),))
    assert list(read({"c.xml": alone}).totals) == ["R9"]


def test_a_correction_replaces_nothing_of_another_seller(read):
    other = {"name": "Le fournisseur", "siren": "123456782"}
    corrected = Invoice("R1", day="2026-03-09", type="384", refs=(("F1", ""),), seller=other)
    assert list(read({"a.xml": Invoice(), "b.xml": corrected}, is_group=True).totals) == ["F1", "R1"]


def test_a_credit_note_for_several_invoices_is_linked_to_none(read):
    note = Invoice("A1", type="381", refs=(("F1", ""), ("F2", "")))
    outcome = read({"a.xml": note})
    assert outcome.rows("credited_invoice_id") == [(None,)]
    assert outcome.notes["several_credited"] == {"count": 1}


def test_the_order_of_files_changes_nothing(read, tmp_path, con):
    from capclient.readers.einvoice import read_einvoices

    files = {f"{at}.xml": Invoice(f"F{at % 3}", buyer={**BUYER, "name": f"N{at}"}) for at in range(6)}
    outcome = read(files)
    paths = [tmp_path / "in" / name for name in reversed(files)]
    again = read_einvoices(con, [*paths, *paths], workspace=tmp_path / "again")
    assert again.rejects == outcome.book.rejects and again.files == outcome.book.files
    for table, path in again.tables.items():
        assert path.read_bytes() == outcome.book.tables[table].read_bytes()
