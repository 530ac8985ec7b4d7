"""Sales and purchases in one folder."""

import pytest

from capclient.errors import SourceError
from tests.readers.einvoice.invoices import BUYER, SELLER, Invoice

OTHER = {"name": "Le fournisseur", "siren": "123456782", "country": "FR"}
MIXED = {
    "vente1.xml": Invoice("V1"),
    "vente2.xml": Invoice("V2"),
    "achat.xml": Invoice("ACH", seller=OTHER, buyer={**SELLER}),
}


@pytest.mark.parametrize(
    "seller",
    [
        "999999998",
        "999 999 998",
        "99999999800010",
        "FR11999999998",
        "fr 11 999999998",
        "Au bon moulin",
        "au  BON moulin",
    ],
)
def test_purchases_are_set_aside_when_the_seller_is_named(read, seller):
    outcome = read(MIXED, sellers=[seller])
    assert list(outcome.totals) == ["V1", "V2"]
    assert outcome.rejects == {"achat.xml": "einvoice_other_seller"}
    assert outcome.book.rejects[0].amount_ht == 100


def test_several_sellers_are_a_question_to_the_user(read):
    with pytest.raises(SourceError) as raised:
        read(MIXED)
    assert raised.value.code == "einvoice.several_sellers"
    assert raised.value.facts["found"] == "Au bon moulin [999999998] (2), Le fournisseur [123456782] (1)"
    assert "company.siren" in raised.value.text("fr") and "seller:" in raised.value.text("en")


def test_a_group_has_several_sellers(read):
    assert list(read(MIXED, is_group=True).totals) == ["ACH", "V1", "V2"]


def test_one_seller_needs_no_name(read):
    assert read({"a.xml": Invoice()}).rejects == {}


@pytest.mark.parametrize("blank", [[], [""], ["  "]])
def test_a_blank_name_names_nobody(read, blank):
    assert list(read({"a.xml": Invoice()}, sellers=blank).totals) == ["F1"]


def test_a_seller_that_issued_nothing_is_an_error_that_lists_those_found(read):
    with pytest.raises(SourceError) as raised:
        read(MIXED, sellers=["552100554"])
    assert raised.value.code == "einvoice.no_such_seller"
    assert "Au bon moulin [999999998] (2)" in raised.value.text("fr")


@pytest.mark.parametrize("name", ["moulin", "%", "Au bon moulin SARL", "FR", "0"])
def test_part_of_a_name_is_no_name(read, name):
    with pytest.raises(SourceError):
        read(MIXED, sellers=[name])


def test_a_foreign_seller_is_named_by_its_own_identifier(read):
    seller = {"name": "Koksmaat", "vat": "NL8200.98.395.B.01", "country": "NL"}
    outcome = read(
        {"a.xml": Invoice(seller=seller), "b.xml": Invoice("F2", buyer=BUYER)}, sellers=["NL820098395B01"]
    )
    assert list(outcome.totals) == ["F1"]


def test_equal_numbers_of_two_sellers_stay_apart(read):
    note = Invoice("A1", type="381", seller=OTHER, refs=(("F1", ""),))
    outcome = read({"a.xml": Invoice(), "b.xml": Invoice(seller=OTHER), "c.xml": note}, is_group=True)
    assert list(outcome.totals) == ["A1", "F1 / 2026-03-02 / 123456782", "F1 / 2026-03-02 / 999999998"]
    assert outcome.rows("credited_invoice_id")[-1] == ("F1 / 2026-03-02 / 123456782",)
