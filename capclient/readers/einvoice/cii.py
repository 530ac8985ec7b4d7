"""The CII syntax (Factur-X, ZUGFeRD 2, XRechnung): its elements as a document.

Floor 2. Source: D.2 of the sources; UN/CEFACT Cross Industry Invoice, version 100.
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

ROOT = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice"
OLD_ROOT = "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument"  # ZUGFeRD 1, until 2019
_STANDARD = "urn:un:unece:uncefact:data:standard"
_XML = Reader(
    {
        "rsm": f"{_STANDARD}:CrossIndustryInvoice:100",
        "ram": f"{_STANDARD}:ReusableAggregateBusinessInformationEntity:100",
        "udt": f"{_STANDARD}:UnqualifiedDataType:100",
        "qdt": f"{_STANDARD}:QualifiedDataType:100",
    }
)
_UNCOUNTED = ("GROUP", "INFORMATION")  # EXTENDED: a subtotal of other lines, or a mere text


def cii_document(root: _Element) -> Document:
    """Return what a CII invoice states.

    Raises
    ------
    RefusedError
        If its number, day, type, currency or an amount is missing or unreadable.
    """
    head = _XML.one(root, "rsm:ExchangedDocument")
    trade = _XML.one(root, "rsm:SupplyChainTradeTransaction")
    agreement = _XML.one(trade, "ram:ApplicableHeaderTradeAgreement")
    settlement = _XML.one(trade, "ram:ApplicableHeaderTradeSettlement")
    type_code = checked_type(_XML.text(head, "ram:TypeCode"))
    currency = checked_currency(_XML.text(settlement, "ram:InvoiceCurrencyCode"))
    items = list(enumerate(_XML.all(trade, "ram:IncludedSupplyChainTradeLineItem"), start=1))
    return Document(
        number=checked_number(_XML.text(head, "ram:ID")),
        day=checked_day(_XML.text(head, "ram:IssueDateTime/udt:DateTimeString")),
        type_code=type_code,
        is_credit=type_code in CREDIT_NOTES,
        currency=currency,
        due_days=_due_days(settlement),
        references=tuple(_references(settlement)),
        seller=_party(_XML.one(agreement, "ram:SellerTradeParty")),
        buyer=_party(_XML.one(agreement, "ram:BuyerTradeParty")),
        lines=tuple(_line(rank, item, currency) for rank, item in items if _counts(item)),
        uncounted=tuple((rank, _product(item)) for rank, item in items if not _counts(item)),
        adjustments=tuple(_adjustments(settlement, currency)),
        totals=_totals(settlement, currency),
    )


def _counts(item: _Element) -> bool:
    status = _XML.text(item, "ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode")
    return status.upper() not in _UNCOUNTED


def _product(item: _Element) -> str:
    product = _XML.one(item, "ram:SpecifiedTradeProduct")
    return _XML.text(product, "ram:SellerAssignedID") or _XML.text(product, "ram:Name")


def _due_days(settlement: _Element | None) -> tuple[date, ...]:
    path = "ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString"
    days = (day(own_text(item)) for item in _XML.all(settlement, path))
    return tuple(sorted({found for found in days if found}))


def _references(settlement: _Element | None) -> list[tuple[str, date | None]]:
    found = []
    for item in _XML.all(settlement, "ram:InvoiceReferencedDocument"):
        number = _XML.text(item, "ram:IssuerAssignedID")
        if number:
            found.append((number, day(_XML.text(item, "ram:FormattedIssueDateTime/qdt:DateTimeString"))))
    return found


def _party(node: _Element | None) -> Party:
    legal = _XML.one(node, "ram:SpecifiedLegalOrganization/ram:ID")
    taxes = _XML.all(node, "ram:SpecifiedTaxRegistration/ram:ID")
    own = [*_XML.all(node, "ram:ID"), *_XML.all(node, "ram:GlobalID")]
    address = _XML.one(node, "ram:PostalTradeAddress")
    return Party(
        name=_XML.text(node, "ram:Name")
        or _XML.text(node, "ram:SpecifiedLegalOrganization/ram:TradingBusinessName"),
        legal_id=_identifier(legal),
        ids=tuple(_identifier(item) for item in own if own_text(item)),
        vat=next((own_text(item) for item in taxes if item.get("schemeID", "").strip() == "VA"), ""),
        country=_XML.text(address, "ram:CountryID"),
        postcode=_XML.text(address, "ram:PostcodeCode"),
        subdivision=_XML.text(address, "ram:CountrySubDivisionName"),
    )


def _identifier(node: _Element | None) -> tuple[str, str]:
    return ("", "") if node is None else (node.get("schemeID", "").strip(), own_text(node))


def _line(rank: int, item: _Element, currency: str) -> Line:
    settlement = _XML.one(item, "ram:SpecifiedLineTradeSettlement")
    price = _XML.one(item, "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice")
    billed = _XML.one(item, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity")
    total = "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
    amount = _XML.amount(settlement, total, currency)
    return Line(
        rank=rank,
        id=_XML.text(item, "ram:AssociatedDocumentLineDocument/ram:LineID"),
        product=_product(item),
        quantity=_XML.quantity(item, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"),
        unit="" if billed is None else billed.get("unitCode", "").strip(),
        price=_XML.quantity(price, "ram:ChargeAmount"),
        base=_XML.quantity(price, "ram:BasisQuantity"),
        amount=checked_amount(amount),
        adjustment=sum((own.amount for own in _allowances(settlement, currency)), Decimal(0)),
        tax=_tax(_XML.one(settlement, "ram:ApplicableTradeTax")),
    )


def _tax(node: _Element | None) -> TaxKey:
    return _XML.text(node, "ram:CategoryCode"), _XML.quantity(node, "ram:RateApplicablePercent")


def _allowances(settlement: _Element | None, currency: str) -> list[Adjustment]:
    found = []
    for item in _XML.all(settlement, "ram:SpecifiedTradeAllowanceCharge"):
        amount = _XML.amount(item, "ram:ActualAmount", currency) or Decimal(0)
        is_charge = _XML.text(item, "ram:ChargeIndicator/udt:Indicator").lower() in ("true", "1")
        found.append(
            Adjustment(amount if is_charge else -amount, _tax(_XML.one(item, "ram:CategoryTradeTax")))
        )
    return found


def _adjustments(settlement: _Element | None, currency: str) -> list[Adjustment]:
    found = _allowances(settlement, currency)
    for item in _XML.all(
        settlement, "ram:SpecifiedLogisticsServiceCharge"
    ):  # freight, in the EXTENDED profile
        amount = _XML.amount(item, "ram:AppliedAmount", currency) or Decimal(0)
        found.append(Adjustment(amount, _tax(_XML.one(item, "ram:AppliedTradeTax"))))
    return found


def _totals(settlement: _Element | None, currency: str) -> Totals:
    summation = _XML.one(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    return Totals(
        allowances=_XML.amount(summation, "ram:AllowanceTotalAmount", currency),
        charges=_XML.amount(summation, "ram:ChargeTotalAmount", currency),
        net=_XML.amount(summation, "ram:TaxBasisTotalAmount", currency),
        vat=_XML.amount(summation, "ram:TaxTotalAmount", currency, is_optional=True),
        gross=_XML.amount(summation, "ram:GrandTotalAmount", currency),
    )
