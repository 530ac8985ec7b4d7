"""Cents are neither lost nor made."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.readers.einvoice.cii import cii_document
from capclient.readers.einvoice.document import Document, Party
from capclient.readers.einvoice.markup import root_of
from capclient.readers.einvoice.settling import settled
from capclient.readers.einvoice.shares import cents, shared
from capclient.readers.einvoice.ubl import ubl_document
from tests.readers.einvoice.invoices import Invoice, Row, cii, ubl

AMOUNTS = st.decimals(-100_000, 100_000, places=2)
ROWS = st.builds(
    Row,
    qty=st.decimals(-500, 500, places=3).map(str),
    price=st.decimals(0, 5_000, places=4).map(str),
    base=st.sampled_from(["", "1", "10", "1000"]),
    rate=st.sampled_from(["20", "10", "5.5", "2.1", "0", ""]),
    adjustment=st.decimals(-50, 50, places=2).map(str),
)
POOLED = st.tuples(st.decimals(-500, 500, places=2).map(str), st.sampled_from(["20", "10", "5.5", "0"]))
INVOICES = st.builds(
    Invoice,
    rows=st.lists(ROWS, min_size=1, max_size=12).map(tuple),
    pooled=st.lists(POOLED, max_size=4).map(tuple),
    type=st.sampled_from(["380", "381", "384", "386"]),
)


@given(st.lists(AMOUNTS, min_size=1, max_size=30), AMOUNTS)
def test_shares_sum_to_the_total(targets, total):
    parts = shared([Fraction(target) / 7 for target in targets], cents(total))
    assert sum(parts) == total
    assert all(part == part.quantize(Decimal("0.01")) for part in parts)


@given(st.lists(AMOUNTS, min_size=1, max_size=30))
def test_amounts_that_already_sum_stay_as_they_are(amounts):
    assert shared([Fraction(amount) for amount in amounts], sum(amounts, Decimal("0.00"))) == amounts


@pytest.mark.parametrize(("written", "read"), [(ubl, ubl_document), (cii, cii_document)], ids=["ubl", "cii"])
def test_any_invoice_keeps_its_totals_to_the_cent(written, read):
    @given(INVOICES)
    def holds(invoice):
        document: Document = read(root_of(written(invoice)))
        found = settled(document, undetailed="-")
        ht, vat, ttc = invoice.totals
        turned = invoice.type == "381" and (ht or ttc) > 0
        sign = -1 if turned else 1
        assert sum(line.amount_ht for line in found.lines) == sign * ht
        assert sum(line.vat for line in found.lines) == sign * vat
        assert sum(line.amount_ttc for line in found.lines) == sign * ttc
        assert len(found.lines) == len(invoice.rows)
        for line, row in zip(found.lines, invoice.rows, strict=True):
            # what its allowance moves is the pooled amounts at most, and a few cents
            assert abs(line.amount_ht - sign * row.net) <= invoice.allowances + invoice.charges + Decimal(
                "0.05"
            )
        assert isinstance(document.buyer, Party)

    holds()
