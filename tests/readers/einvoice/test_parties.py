"""Who a customer is."""

import pytest

from capclient.readers.einvoice.document import Party
from capclient.readers.einvoice.parties import identity, region, siren_of
from tests.readers.einvoice.invoices import Invoice, cii, ubl


@pytest.mark.parametrize(
    ("party", "id", "kind"),
    [
        (Party(legal_id=("0002", "787878784"), vat="FR11999999998"), "787878784", "siren"),
        (Party(legal_id=("0002", "787 878 784")), "787878784", "siren"),
        (Party(legal_id=("0002", "78787878400035")), "787878784", "siren"),
        (Party(legal_id=("", "787878784"), country="FR"), "787878784", "siren"),
        (Party(legal_id=("", "787878784"), country="NO", name="Fjord"), "787878784", "legal"),
        (Party(ids=(("0088", "3654789851"), ("0009", "78787878400035"))), "787878784", "siren"),
        (Party(vat="FR 19 787 878 784", name="x"), "787878784", "siren"),
        (Party(legal_id=("0002", "987654321"), ids=(("", "C042"),)), "C042", "id"),
        (Party(legal_id=("0002", "987654321"), name="LE CLIENT"), "987654321", "legal"),
        (Party(ids=(("", "00042"),), name="Dupont"), "00042", "id"),
        (
            Party(ids=(("0224", "ROUTAGE"), ("SEPA", "FR72ZZZ123456")), vat="BE0123456749"),
            "BE0123456749",
            "vat",
        ),
        (Party(ids=(("", "n/a"),), vat="-", legal_id=("", "NC"), name="Mme Petit"), "Mme Petit", "name"),
        (Party(ids=(("", "0"),), name="X"), "X", "name"),
        (Party(legal_id=("0002", "000000000"), name="Zéro"), "Zéro", "name"),
        (Party(vat="FR57000123459", name="Monaco"), "FR57000123459", "vat"),
    ],
)
def test_a_party_is_its_siren_else_the_best_identifier_it_has(party, id, kind):
    found = identity(party)
    assert (found.id, found.kind) == (id, kind)
    assert bool(found.siren) == (kind == "siren")


def test_a_party_without_anything_is_nobody():
    assert identity(Party()) is None
    assert identity(Party(name="  - ", country="FR")) is None


@pytest.mark.parametrize(
    "text", ["987654321", "787878785", "78787878", "XX787878784", "٧٨٧٨٧٨٧٨٤", "", "000000000"]
)
def test_a_wrong_siren_is_none(text):
    assert siren_of(text) == ""


@pytest.mark.parametrize(
    ("country", "postcode", "subdivision", "found"),
    [
        ("FR", "69001", "Rhône", "69"),
        ("FR", "06000", "", "06"),
        ("RE", "97400", "", "974"),
        ("", "75008", "", "75"),
        ("DE", "10115", "Berlin", "Berlin"),
        ("FR", "Paris", "", ""),
    ],
)
def test_the_region_is_the_department_or_what_the_file_names(country, postcode, subdivision, found):
    assert region(Party(country=country, postcode=postcode, subdivision=subdivision)) == found


@pytest.mark.parametrize("written", [ubl, cii], ids=["ubl", "cii"])
def test_both_syntaxes_name_the_same_customer(read, written):
    buyers = [
        {"name": "A", "siren": "787878784", "country": "FR", "postcode": "97400"},
        {"name": "B", "id": "78787878400035", "scheme": "0009"},
        {"name": "C", "vat": "FR19787878784"},
        {"name": "D", "id": "C042"},
        {"name": "E", "siren": "987654321"},
        {"name": "Particulier Durand"},
    ]
    outcome = read({f"{at}.xml": written(Invoice(f"F{at}", buyer=buyer)) for at, buyer in enumerate(buyers)})
    assert [row[0] for row in outcome.rows("customer_id")] == [
        *("787878784", "787878784", "787878784", "C042", "987654321", "Particulier Durand")
    ]
    assert outcome.notes["by_name"] == {"count": 1, "names": "Particulier Durand"}
    assert outcome.notes["wrong_siren"] == {"count": 1}


def test_a_customer_is_described_by_its_latest_invoices(read):
    outcome = read(
        {
            "a.xml": Invoice("F2", day="2026-05-02", buyer={"name": "Nouveau nom", "siren": "787878784"}),
            "b.xml": Invoice(
                "F1", buyer={"name": "Ancien nom", "siren": "787878784", "postcode": "69001", "country": "FR"}
            ),
        }
    )
    assert outcome.rows("*", "customers") == [("787878784", "Nouveau nom", "787878784", "69", "FR")]
