"""Signs, types, prices, allowances and profiles, in both syntaxes."""

from decimal import Decimal

import pytest

from tests.readers.einvoice.invoices import BUYER, Invoice, Row, cii, ubl

BOTH = pytest.mark.parametrize("written", [ubl, cii], ids=["ubl", "cii"])


@BOTH
def test_an_invoice_gives_its_lines_with_exact_types(read, written):
    invoice = Invoice(
        due="2026-04-01",
        rows=(
            Row("Savon", "SAV-1", "3", "33.333", rate="20"),
            Row("Livre", qty="2", price="9.50", rate="5.5"),
        ),
    )
    outcome = read({"a.xml": written(invoice)})
    assert outcome.rows(
        "invoice_id, line_id, doc_type, customer_id, customer_name, invoice_date::VARCHAR, due_date::VARCHAR, "
        "due_source, product, qty, unit, unit_price, amount_ht, vat, amount_ttc, currency, "
        "credited_invoice_id, source, source_line"
    ) == [
        (
            *(
                "F1",
                "1",
                "invoice",
                "787878784",
                "Ma jolie boutique",
                "2026-03-02",
                "2026-04-01",
                "file",
                "SAV-1",
            ),
            *(Decimal(3), "C62", Decimal("33.333"), Decimal("100.00"), Decimal("20.00"), Decimal("120.00")),
            *("EUR", None, "a.xml", 1),
        ),
        (
            *(
                "F1",
                "2",
                "invoice",
                "787878784",
                "Ma jolie boutique",
                "2026-03-02",
                "2026-04-01",
                "file",
                "Livre",
            ),
            *(Decimal(2), "C62", Decimal("9.5"), Decimal("19.00"), Decimal("1.05"), Decimal("20.05")),
            *("EUR", None, "a.xml", 2),
        ),
    ]
    types = outcome.rows(
        "typeof(qty), typeof(unit_price), typeof(amount_ht), typeof(vat), typeof(invoice_date)"
    )[0]
    assert types == ("DECIMAL(19,9)", "DECIMAL(19,9)", "DECIMAL(18,2)", "DECIMAL(18,2)", "DATE")
    assert outcome.rows("*", "customers") == [("787878784", "Ma jolie boutique", "787878784", "69", "FR")]
    assert [(file.source, file.lines, file.kept, str(file.first_day)) for file in outcome.book.files] == [
        ("a.xml", 2, 2, "2026-03-02")
    ]


@BOTH
def test_a_credit_note_with_positive_amounts_becomes_negative(read, written):
    rows = (Row(qty="2", price="50.00"), Row(qty="-1", price="10.00"))
    note = Invoice("A1", type="381", rows=rows, refs=(("F7", "2026-02-01"),))
    outcome = read({"a.xml": written(note)})
    assert outcome.totals == {"A1": ("-90.00", "-18.00", "-108.00")}
    assert outcome.rows("doc_type, qty, unit_price, amount_ht, credited_invoice_id") == [
        ("credit_note", Decimal(-2), Decimal(50), Decimal("-100.00"), "F7"),
        ("credit_note", Decimal(1), Decimal(10), Decimal("10.00"), "F7"),
    ]


@pytest.mark.parametrize("type", ["261", "262", "396", "502"])
def test_other_kinds_of_credit_notes_become_negative_too(read, type):
    outcome = read({"a.xml": cii(Invoice(type=type))})
    assert outcome.totals == {"F1": ("-100.00", "-20.00", "-120.00")}


@BOTH
def test_a_credit_note_that_is_already_negative_is_kept_and_told(read, written):
    outcome = read({"a.xml": written(Invoice(type="381", rows=(Row(qty="-1"),)))})
    assert outcome.totals == {"F1": ("-100.00", "-20.00", "-120.00")}
    assert outcome.notes["negative_credit"] == {"count": 1}


@BOTH
def test_an_invoice_with_a_negative_total_is_kept(read, written):
    outcome = read({"a.xml": written(Invoice(rows=(Row(qty="-1"),)))})
    assert outcome.totals == {"F1": ("-100.00", "-20.00", "-120.00")}
    assert outcome.rows("doc_type") == [("invoice",)]


def test_a_ubl_credit_note_without_type_is_one(read):
    text = ubl(Invoice(type="381")).replace(b"<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>", b"")
    assert read({"a.xml": text}).totals == {"F1": ("-100.00", "-20.00", "-120.00")}


def test_a_ubl_invoice_of_type_381_is_a_credit_note(read):
    assert read({"a.xml": ubl(Invoice(type="381"), root="Invoice")}).totals["F1"][0] == "-100.00"


@BOTH
def test_deposits_have_their_own_type_and_may_be_given_back(read, written):
    outcome = read({"a.xml": written(Invoice("D1", type="386")), "b.xml": written(Invoice("D2", type="503"))})
    assert outcome.rows("invoice_id, doc_type, amount_ht") == [
        ("D1", "deposit", Decimal("100.00")),
        ("D2", "deposit", Decimal("-100.00")),
    ]
    assert outcome.notes["deposits"] == {"count": 2}


def test_a_self_billed_invoice_is_revenue_of_its_seller(read):
    assert read({"a.xml": Invoice(type="389")}).rows("doc_type, amount_ht") == [
        ("invoice", Decimal("100.00"))
    ]


@pytest.mark.parametrize("type", ["325", "220", "", "x"])
def test_what_is_no_invoice_is_refused(read, type):
    assert read({"a.xml": Invoice(type=type)}).rejects == {"a.xml": "einvoice_type"}


@BOTH
def test_the_unit_price_is_divided_by_its_base_quantity(read, written):
    row = Row(qty="500", price="28.00", base="1000")
    assert read({"a.xml": written(Invoice(rows=(row,)))}).rows("qty, unit_price, amount_ht") == [
        (Decimal(500), Decimal("0.028"), Decimal("14.00"))
    ]


def test_a_price_with_endless_decimals_keeps_nine(read):
    row = Row(qty="3", price="10", base="3", amount="10.00")
    assert read({"a.xml": Invoice(rows=(row,))}).rows("unit_price") == [(Decimal("3.333333333"),)]


def test_a_price_that_the_amount_contradicts_is_unknown(read):
    outcome = read({"a.xml": Invoice(rows=(Row(qty="2", price="100.00", base="100", amount="200.00"),))})
    assert outcome.rows("qty, unit_price, amount_ht") == [(Decimal(2), None, Decimal("200.00"))]
    assert outcome.notes["prices_dropped"] == {"count": 1, "lines": 1}


def test_a_base_quantity_of_zero_is_none(read):
    assert read({"a.xml": Invoice(rows=(Row(base="0", amount="100.00"),))}).rows("unit_price") == [
        (Decimal(100),)
    ]


def test_a_return_written_with_a_positive_quantity_is_turned(read):
    rows = (Row(qty="6", price="18.33", amount="-109.98"), Row(price="500.00"))
    outcome = read({"a.xml": Invoice(rows=rows)})
    assert outcome.rows("qty, unit_price, amount_ht")[0] == (
        Decimal(-6),
        Decimal("18.33"),
        Decimal("-109.98"),
    )
    assert outcome.notes["quantities_turned"] == {"count": 1, "lines": 1}


@BOTH
def test_the_allowance_of_a_line_is_already_in_its_amount(read, written):
    outcome = read({"a.xml": written(Invoice(rows=(Row(qty="10", price="10.00", adjustment="-15.00"),)))})
    assert outcome.totals == {"F1": ("85.00", "17.00", "102.00")}
    assert outcome.rows("unit_price") == [(Decimal(10),)]


@BOTH
def test_an_allowance_of_the_document_is_spread_without_losing_a_cent(read, written):
    rows = tuple(Row(price="10.00", id=str(place)) for place in (1, 2, 3))
    outcome = read({"a.xml": written(Invoice(rows=rows, pooled=(("-0.10", "20"),)))})
    assert [row[0] for row in outcome.rows("amount_ht")] == [
        Decimal("9.97"),
        Decimal("9.97"),
        Decimal("9.96"),
    ]
    assert outcome.totals == {"F1": ("29.90", "5.98", "35.88")}
    assert outcome.notes["spread"] == {"count": 1}


@BOTH
def test_an_allowance_goes_to_the_lines_of_its_vat_rate(read, written):
    rows = (Row(price="100.00", rate="20"), Row(price="100.00", rate="5.5"))
    outcome = read({"a.xml": written(Invoice(rows=rows, pooled=(("-10.00", "5.5"), ("4.00", "20"))))})
    assert outcome.rows("amount_ht, vat") == [
        (Decimal("104.00"), Decimal("20.80")),
        (Decimal("90.00"), Decimal("4.95")),
    ]


def test_a_charge_whose_rate_no_line_has_goes_to_all_lines(read):
    rows = (Row(price="75.00", rate="20"), Row(price="25.00", rate="20"))
    outcome = read({"a.xml": Invoice(rows=rows, pooled=(("8.00", "0"),))})
    assert [row[0] for row in outcome.rows("amount_ht")] == [Decimal("81.00"), Decimal("27.00")]
    assert outcome.totals["F1"] == ("108.00", "20.00", "128.00")


def test_a_charge_on_lines_that_are_all_zero_is_shared_equally(read):
    outcome = read({"a.xml": Invoice(rows=(Row(price="0"), Row(price="0")), pooled=(("5.01", "20"),))})
    assert [row[0] for row in outcome.rows("amount_ht")] == [Decimal("2.51"), Decimal("2.50")]


def test_lines_summed_before_rounding_are_made_to_sum_to_the_total(read):
    rows = tuple(Row(price="3.335", amount="3.335", id=str(place)) for place in range(1, 5))
    outcome = read({"a.xml": Invoice(rows=rows, ht="13.34")})
    assert outcome.totals["F1"][0] == "13.34"
    assert sorted(row[0] for row in outcome.rows("amount_ht")) == [
        *[Decimal("3.33")] * 2,
        *[Decimal("3.34")] * 2,
    ]


@pytest.mark.parametrize(
    "wrong", [{"ht": "101.00", "ttc": "121.00"}, {"ttc": "121.00"}, {"vat": "19.00", "ttc": "120.00"}]
)
def test_totals_that_contradict_each_other_are_refused(read, wrong):
    outcome = read({"a.xml": Invoice(**wrong), "b.xml": Invoice("F2")})
    assert outcome.rejects == {"a.xml": "einvoice_totals"}
    assert list(outcome.totals) == ["F2"]


def test_a_difference_of_a_cent_is_rounding(read):
    assert read({"a.xml": Invoice(ttc="120.01")}).totals == {"F1": ("100.00", "20.00", "120.01")}


@pytest.mark.parametrize("profile", ["minimum", "basic wl"])
def test_a_profile_without_lines_gives_one_line_that_is_not_itemised(read, profile):
    invoice = Invoice(
        due="2026-04-01" if profile == "basic wl" else "", ht="100.00", vat="4.90", ttc="104.90"
    )
    outcome = read({"a.xml": cii(invoice, has_lines=False)})
    assert outcome.rows("line_id, product, qty, unit_price, amount_ht, vat, amount_ttc, source_line") == [
        ("1", "Non détaillé", None, None, Decimal("100.00"), Decimal("4.90"), Decimal("104.90"), 1)
    ]
    assert outcome.rows("due_source") == [("file" if profile == "basic wl" else None,)]
    assert outcome.notes["undetailed"] == {"count": 1}


def test_group_and_information_lines_are_not_counted_twice(read):
    rows = (
        Row("Lot", qty="1", price="150.00", status="GROUP"),
        Row("Vis", price="100.00", status="DETAIL"),
        Row("Clou", price="50.00"),
        Row("Merci", price="0", status="INFORMATION"),
    )
    outcome = read({"a.xml": cii(Invoice(rows=rows))})
    assert outcome.rows("product, source_line, amount_ht") == [
        ("Vis", 2, Decimal("100.00")),
        ("Clou", 3, Decimal("50.00")),
    ]
    assert [(item.line, item.reason, item.raw) for item in outcome.book.rejects] == [
        (1, "einvoice_group", "Lot"),
        (4, "einvoice_group", "Merci"),
    ]
    assert (outcome.book.files[0].lines, outcome.book.files[0].kept) == (4, 2)


@BOTH
def test_line_numbers_that_repeat_are_replaced_by_their_rank(read, written):
    rows = (Row(id="7"), Row(id="7"))
    assert read({"a.xml": written(Invoice(rows=rows))}).rows("line_id") == [("1",), ("2",)]


def test_missing_vat_and_total_are_told_by_the_others(read):
    text = cii(Invoice())
    no_vat = text.replace(b'<ram:TaxTotalAmount currencyID="EUR">20.00</ram:TaxTotalAmount>', b"")
    neither = no_vat.replace(b"<ram:GrandTotalAmount>120.00</ram:GrandTotalAmount>", b"")
    no_net = text.replace(b"<ram:TaxBasisTotalAmount>100.00</ram:TaxBasisTotalAmount>", b"")
    assert read({"a.xml": no_vat}).totals == {"F1": ("100.00", "20.00", "120.00")}
    assert read({"a.xml": neither}).totals == {"F1": ("100.00", None, None)}
    assert read({"a.xml": no_net}).totals == {"F1": ("100.00", "20.00", "120.00")}


def test_the_vat_of_an_invoice_is_that_in_its_own_currency(read):
    two = cii(Invoice(currency="USD")).replace(
        b'<ram:TaxTotalAmount currencyID="USD">',
        b'<ram:TaxTotalAmount currencyID="EUR">18.40</ram:TaxTotalAmount><ram:TaxTotalAmount currencyID="USD">',
    )
    assert read({"a.xml": two}).totals == {"F1": ("100.00", "20.00", "120.00")}


def test_a_line_without_rate_bears_the_vat_that_the_others_leave(read):
    rows = (Row(rate="20"), Row(rate=""))
    outcome = read({"a.xml": Invoice(rows=rows, vat="25.50", ttc="225.50")})
    assert [row[0] for row in outcome.rows("vat")] == [Decimal("20.00"), Decimal("5.50")]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b"<cbc:ID>F1</cbc:ID>", b"<cbc:ID> </cbc:ID>", "einvoice_no_number"),
        (b"2026-03-02", b"02/03/2026", "einvoice_no_date"),
        (b"2026-03-02", b"2026-02-31", "einvoice_no_date"),
        (b">EUR</cbc:DocumentCurrencyCode>", b"></cbc:DocumentCurrencyCode>", "einvoice_currency"),
        (b'currencyID="EUR"', b'currencyID="USD"', "einvoice_currency"),
        (b">100.00</cbc:LineExtensionAmount>", b">100,00</cbc:LineExtensionAmount>", "einvoice_no_amount"),
        (b">100.00</cbc:LineExtensionAmount>", b">NaN</cbc:LineExtensionAmount>", "einvoice_no_amount"),
        (b">100.00</cbc:LineExtensionAmount>", b">1e5</cbc:LineExtensionAmount>", "einvoice_no_amount"),
        (b">100.00</cbc:LineExtensionAmount>", b"></cbc:LineExtensionAmount>", "einvoice_no_amount"),
        (
            b">100.00</cbc:LineExtensionAmount>",
            b">99999999999999999</cbc:LineExtensionAmount>",
            "einvoice_no_amount",
        ),
        (
            b">100.00</cbc:TaxExclusiveAmount>",
            b">99999999999999999</cbc:TaxExclusiveAmount>",
            "einvoice_no_amount",
        ),
        (b"Ma jolie boutique", b"", "einvoice_no_buyer"),
        (b"Au bon moulin", b"", "einvoice_no_seller"),
    ],
)
def test_what_an_invoice_cannot_be_without_is_a_reason_to_refuse_it(read, before, after, reason):
    bare = Invoice(buyer={"name": "Ma jolie boutique"}, seller={"name": "Au bon moulin"})
    text = ubl(bare)
    assert before in text
    outcome = read({"a.xml": text.replace(before, after)})
    assert outcome.rejects == {"a.xml": reason}
    assert outcome.book.tables == {}


def test_quantities_that_are_no_numbers_are_unknown_and_amounts_stay(read):
    outcome = read({"a.xml": Invoice(rows=(Row(qty="99999999999", price="0", amount="100.00"),))})
    assert outcome.rows("qty, amount_ht") == [(None, Decimal("100.00"))]
    text = ubl(Invoice()).replace(b">1</cbc:InvoicedQuantity>", b">un</cbc:InvoicedQuantity>")
    assert read({"b.xml": text}).rows("qty, unit_price, amount_ht") == [
        (None, Decimal(100), Decimal("100.00"))
    ]


def test_namespaces_are_known_by_their_address_never_by_their_prefix(read):
    outcome = read({"a.xml": cii(Invoice(), prefixes=("a", "b", "c", "d"))})
    assert outcome.totals == {"F1": ("100.00", "20.00", "120.00")}
    wrong = cii(Invoice()).replace(b"CrossIndustryInvoice:100", b"CrossIndustryInvoice:999")
    assert read({"b.xml": wrong}).rejects == {"b.xml": "einvoice_unknown"}


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1", "windows-1252", "ISO-8859-15"])
@BOTH
def test_encodings_are_those_declared(read, written, encoding):
    invoice = Invoice(buyer={**BUYER, "name": "Café Élan"}, rows=(Row("Thé glacé"),))
    outcome = read({"a.xml": written(invoice, encoding=encoding)})
    assert outcome.rows("customer_name, product") == [("Café Élan", "Thé glacé")]


def test_several_due_dates_keep_the_last(read):
    text = ubl(Invoice(due="2026-04-01")).replace(
        b"<cac:TaxTotal>",
        b"<cac:PaymentMeans><cbc:PaymentDueDate>2026-05-01</cbc:PaymentDueDate></cac:PaymentMeans><cac:TaxTotal>",
    )
    outcome = read({"a.xml": text})
    assert outcome.rows("due_date::VARCHAR") == [("2026-05-01",)]
    assert outcome.notes["several_due_days"] == {"count": 1}


def test_currencies_are_told_apart_and_never_summed(read):
    outcome = read({"a.xml": Invoice(), "b.xml": Invoice("F2", currency="USD"), "c.xml": Invoice()})
    assert outcome.rows("invoice_id, currency") == [("F1", "EUR"), ("F2", "USD")]
    assert outcome.notes["currencies"] == {"count": 2, "currencies": "EUR (1), USD (1)"}
    assert [reject.amount_ht for reject in outcome.book.rejects] == [None]
    checks = [
        (row["id"], row["facts"].get("currency"), row["computed"], row["status"])
        for row in outcome.book.checks
    ]
    assert checks == [
        ("einvoice_files", None, Decimal(3), "ok"),
        ("einvoice_totals", "EUR", Decimal("100.00"), "ok"),
        ("einvoice_vat", "EUR", Decimal("20.00"), "ok"),
        ("einvoice_ttc", "EUR", Decimal("120.00"), "ok"),
        ("einvoice_totals", "USD", Decimal("100.00"), "ok"),
        ("einvoice_vat", "USD", Decimal("20.00"), "ok"),
        ("einvoice_ttc", "USD", Decimal("120.00"), "ok"),
    ]


def test_allowances_that_their_totals_contradict_are_spread_over_all_lines(read):
    rows = (Row(price="100.00", rate="20"), Row(price="100.00", rate="5.5"))
    text = ubl(Invoice(rows=rows, pooled=(("-10.00", "20"),)))
    contradicted = text.replace(b">10.00</cbc:Amount>", b">90.00</cbc:Amount>")
    assert [row[0] for row in read({"a.xml": text}).rows("amount_ht")] == [
        Decimal("90.00"),
        Decimal("100.00"),
    ]
    assert [row[0] for row in read({"b.xml": contradicted}).rows("amount_ht")] == [Decimal("95.00")] * 2


@pytest.mark.parametrize("rate", ["-20", "1000000", "20 %"])
def test_a_rate_that_is_none_leaves_the_vat_of_the_document(read, rate):
    outcome = read(
        {"a.xml": Invoice(rows=(Row(rate=rate), Row(rate="20")), ht="200.00", vat="30.00", ttc="230.00")}
    )
    assert [row[0] for row in outcome.rows("vat")] == [Decimal("10.00"), Decimal("20.00")]


def test_amounts_without_measure_that_cancel_out_are_refused(read):
    pooled = (("900000000000000.00", "20"), ("-900000000000000.00", "5.5"))
    invoice = Invoice(rows=(Row(), Row(rate="5.5")), pooled=pooled, ht="200.00", vat="25.50", ttc="225.50")
    assert read({"a.xml": invoice}).rejects == {"a.xml": "einvoice_no_amount"}
