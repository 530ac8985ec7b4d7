"""The UBL 2.1 syntax, Invoice and CreditNote: its elements as a document.

Floor 2. Source: D.2 of the sources; OASIS UBL 2.1.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lxml.etree import _Element

from capclient.readers.einvoice.document import (
    CREDIT_NOTES,
    Adjustment,
    Document,
    Line,
    Party,
    TaxKey,
    Totals,
)
from capclient.readers.einvoice.mandatory import (
    checked_amount,
    checked_currency,
    checked_day,
    checked_number,
    checked_type,
)
from capclient.readers.einvoice.values import Reader, day, own_text

_SCHEMA = "urn:oasis:names:specification:ubl:schema:xsd"
INVOICE_ROOT = f"{{{_SCHEMA}:Invoice-2}}Invoice"
CREDIT_ROOT = f"{{{_SCHEMA}:CreditNote-2}}CreditNote"
_XML = Reader({"cac": f"{_SCHEMA}:CommonAggregateComponents-2", "cbc": f"{_SCHEMA}:CommonBasicComponents-2"})


def ubl_document(root: _Element) -> Document:
    """Return what a UBL invoice or credit note states.

    Raises
    ------
    RefusedError
        If its number, day, type, currency or an amount is missing or unreadable.
    """
    kind = "CreditNote" if root.tag == CREDIT_ROOT else "Invoice"
    # UBL 2.1 lets a credit note leave out its type, and the root says enough
    type_code = checked_type(
        _XML.text(root, f"cbc:{kind}TypeCode") or ("381" if kind == "CreditNote" else "")
    )
    currency = checked_currency(_XML.text(root, "cbc:DocumentCurrencyCode"))
    items = enumerate(_XML.all(root, f"cac:{kind}Line"), start=1)
    return Document(
        number=checked_number(_XML.text(root, "cbc:ID")),
        day=checked_day(_XML.text(root, "cbc:IssueDate")),
        type_code=type_code,
        is_credit=kind == "CreditNote" or type_code in CREDIT_NOTES,
        currency=currency,
        due_days=_due_days(root),
        references=tuple(_references(root)),
        seller=_party(_XML.one(root, "cac:AccountingSupplierParty/cac:Party")),
        buyer=_party(_XML.one(root, "cac:AccountingCustomerParty/cac:Party")),
        lines=tuple(_line(rank, item, currency) for rank, item in items),
        uncounted=(),
        adjustments=tuple(_allowances(root, currency)),
        totals=_totals(root, currency),
    )


def _due_days(root: _Element) -> tuple[date, ...]:
    places = [*_XML.all(root, "cbc:DueDate"), *_XML.all(root, "cac:PaymentMeans/cbc:PaymentDueDate")]
    return tuple(sorted({found for item in places if (found := day(own_text(item)))}))


def _references(root: _Element) -> list[tuple[str, date | None]]:
    found = []
    for item in _XML.all(root, "cac:BillingReference/cac:InvoiceDocumentReference"):
        number = _XML.text(item, "cbc:ID")
        if number:
            found.append((number, day(_XML.text(item, "cbc:IssueDate"))))
    return found


def _party(node: _Element | None) -> Party:
    entity = _XML.one(node, "cac:PartyLegalEntity")
    address = _XML.one(node, "cac:PostalAddress")
    own = _XML.all(node, "cac:PartyIdentification/cbc:ID")
    return Party(
        name=_XML.text(entity, "cbc:RegistrationName") or _XML.text(node, "cac:PartyName/cbc:Name"),
        legal_id=_identifier(_XML.one(entity, "cbc:CompanyID")),
        ids=tuple(_identifier(item) for item in own if own_text(item)),
        vat=_vat(node),
        country=_XML.text(address, "cac:Country/cbc:IdentificationCode"),
        postcode=_XML.text(address, "cbc:PostalZone"),
        subdivision=_XML.text(address, "cbc:CountrySubentity"),
    )


def _vat(node: _Element | None) -> str:
    for scheme in _XML.all(node, "cac:PartyTaxScheme"):
        if _XML.text(scheme, "cac:TaxScheme/cbc:ID").upper() == "VAT":
            return _XML.text(scheme, "cbc:CompanyID")
    return ""


def _identifier(node: _Element | None) -> tuple[str, str]:
    return ("", "") if node is None else (node.get("schemeID", "").strip(), own_text(node))


def _line(rank: int, item: _Element, currency: str) -> Line:
    product = _XML.one(item, "cac:Item")
    quantity = "cbc:CreditedQuantity" if item.tag.endswith("CreditNoteLine") else "cbc:InvoicedQuantity"
    counted = _XML.one(item, quantity)
    return Line(
        rank=rank,
        id=_XML.text(item, "cbc:ID"),
        product=_XML.text(product, "cac:SellersItemIdentification/cbc:ID") or _XML.text(product, "cbc:Name"),
        quantity=_XML.quantity(item, quantity),
        unit="" if counted is None else counted.get("unitCode", "").strip(),
        price=_XML.quantity(item, "cac:Price/cbc:PriceAmount"),
        base=_XML.quantity(item, "cac:Price/cbc:BaseQuantity"),
        amount=checked_amount(_XML.amount(item, "cbc:LineExtensionAmount", currency)),
        adjustment=sum((own.amount for own in _allowances(item, currency)), Decimal(0)),
        tax=_tax(_XML.one(product, "cac:ClassifiedTaxCategory")),
    )


def _tax(node: _Element | None) -> TaxKey:
    return _XML.text(node, "cbc:ID"), _XML.quantity(node, "cbc:Percent")


def _allowances(node: _Element, currency: str) -> list[Adjustment]:
    found = []
    for item in _XML.all(node, "cac:AllowanceCharge"):
        amount = _XML.amount(item, "cbc:Amount", currency) or Decimal(0)
        is_charge = _XML.text(item, "cbc:ChargeIndicator").lower() in ("true", "1")
        found.append(Adjustment(amount if is_charge else -amount, _tax(_XML.one(item, "cac:TaxCategory"))))
    return found


def _totals(root: _Element, currency: str) -> Totals:
    summation = _XML.one(root, "cac:LegalMonetaryTotal")
    return Totals(
        allowances=_XML.amount(summation, "cbc:AllowanceTotalAmount", currency),
        charges=_XML.amount(summation, "cbc:ChargeTotalAmount", currency),
        net=_XML.amount(summation, "cbc:TaxExclusiveAmount", currency),
        vat=_XML.amount(root, "cac:TaxTotal/cbc:TaxAmount", currency, is_optional=True),
        gross=_XML.amount(summation, "cbc:TaxInclusiveAmount", currency),
    )
