"""Invoices built in code: one description, written as UBL, CII or a PDF that carries it."""

import io
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from xml.sax.saxutils import escape, quoteattr

from pypdf import PdfWriter

CENT = Decimal("0.01")
SELLER = {"name": "Au bon moulin", "siren": "999999998", "vat": "FR11999999998", "country": "FR"}
BUYER = {"name": "Ma jolie boutique", "siren": "787878784", "country": "FR", "postcode": "69001"}

UBL = (
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)
STANDARD = "urn:un:unece:uncefact:data:standard"


@dataclass(frozen=True)
class Row:
    """A line: its amount is quantity times price over base plus adjustment, unless given."""

    name: str = "Savon"
    ref: str = ""
    qty: str = "1"
    price: str = "100.00"
    base: str = ""
    rate: str = "20"
    adjustment: str = "0"
    amount: str | None = None
    id: str = ""
    status: str = ""

    @property
    def net(self):
        if self.amount is not None:
            return Decimal(self.amount)
        net = Decimal(self.qty) * Decimal(self.price) / Decimal(self.base or 1) + Decimal(self.adjustment)
        return net.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Invoice:
    """An invoice whose totals are right unless given; ``pooled`` are (signed amount, rate) of the document."""

    number: str = "F1"
    day: str = "2026-03-02"
    type: str = "380"
    currency: str = "EUR"
    due: str = ""
    seller: dict = field(default_factory=lambda: SELLER)
    buyer: dict = field(default_factory=lambda: BUYER)
    rows: tuple[Row, ...] = (Row(),)
    pooled: tuple[tuple[str, str], ...] = ()
    refs: tuple[tuple[str, str], ...] = ()
    ht: str | None = None
    vat: str | None = None
    ttc: str | None = None

    def but(self, **changes):
        return replace(self, **changes)

    @property
    def totals(self):
        rates = {}
        for row in self.rows:
            if row.status not in ("GROUP", "INFORMATION"):
                rates[row.rate] = rates.get(row.rate, Decimal(0)) + row.net
        for amount, rate in self.pooled:
            rates[rate] = rates.get(rate, Decimal(0)) + Decimal(amount)
        ht = Decimal(self.ht) if self.ht is not None else sum(rates.values(), Decimal(0)).quantize(CENT)
        taxes = (base * Decimal(rate or 0) / 100 for rate, base in rates.items())
        vat = (
            Decimal(self.vat)
            if self.vat
            else sum((tax.quantize(CENT, ROUND_HALF_UP) for tax in taxes), Decimal("0.00"))
        )
        return ht, vat, Decimal(self.ttc) if self.ttc else ht + vat

    @property
    def allowances(self):
        return -sum((Decimal(amount) for amount, _ in self.pooled if Decimal(amount) < 0), Decimal(0))

    @property
    def charges(self):
        return sum((Decimal(amount) for amount, _ in self.pooled if Decimal(amount) > 0), Decimal(0))


def ubl(invoice, *, encoding="UTF-8", prolog="", root=None):
    """Return the invoice as UBL bytes."""
    kind = root or ("CreditNote" if invoice.type == "381" else "Invoice")
    ht, vat, ttc = invoice.totals
    amount = f'currencyID="{invoice.currency}"'
    parts = [
        f'<{kind} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{kind}-2" {UBL}>',
        f"<cbc:ID>{escape(invoice.number)}</cbc:ID><cbc:IssueDate>{invoice.day}</cbc:IssueDate>",
        f"<cbc:DueDate>{invoice.due}</cbc:DueDate>" if invoice.due else "",
        f"<cbc:{kind}TypeCode>{invoice.type}</cbc:{kind}TypeCode>",
        f"<cbc:DocumentCurrencyCode>{invoice.currency}</cbc:DocumentCurrencyCode>",
    ]
    for number, day in invoice.refs:
        dated = f"<cbc:IssueDate>{day}</cbc:IssueDate>" if day else ""
        parts.append(
            f"<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{number}</cbc:ID>{dated}"
            "</cac:InvoiceDocumentReference></cac:BillingReference>"
        )
    parts.append(_ubl_party("AccountingSupplierParty", invoice.seller))
    parts.append(_ubl_party("AccountingCustomerParty", invoice.buyer))
    parts += [_ubl_pooled(value, rate, amount) for value, rate in invoice.pooled]
    parts.append(
        f"<cac:TaxTotal><cbc:TaxAmount {amount}>{vat}</cbc:TaxAmount></cac:TaxTotal><cac:LegalMonetaryTotal>"
        f"<cbc:TaxExclusiveAmount {amount}>{ht}</cbc:TaxExclusiveAmount>"
        f"<cbc:TaxInclusiveAmount {amount}>{ttc}</cbc:TaxInclusiveAmount>"
        f"<cbc:AllowanceTotalAmount {amount}>{invoice.allowances}</cbc:AllowanceTotalAmount>"
        f"<cbc:ChargeTotalAmount {amount}>{invoice.charges}</cbc:ChargeTotalAmount></cac:LegalMonetaryTotal>"
    )
    quantity = "CreditedQuantity" if kind == "CreditNote" else "InvoicedQuantity"
    for rank, row in enumerate(invoice.rows, start=1):
        ref = f"<cac:SellersItemIdentification><cbc:ID>{row.ref}</cbc:ID></cac:SellersItemIdentification>"
        base = f'<cbc:BaseQuantity unitCode="C62">{row.base}</cbc:BaseQuantity>' if row.base else ""
        rate = f"<cbc:Percent>{row.rate}</cbc:Percent>" if row.rate else ""
        parts.append(
            f'<cac:{kind}Line><cbc:ID>{row.id or rank}</cbc:ID><cbc:{quantity} unitCode="C62">{row.qty}'
            f"</cbc:{quantity}><cbc:LineExtensionAmount {amount}>{row.net}</cbc:LineExtensionAmount>"
            + (_ubl_pooled(row.adjustment, "", amount) if Decimal(row.adjustment) else "")
            + f"<cac:Item><cbc:Name>{escape(row.name)}</cbc:Name>{ref if row.ref else ''}"
            f"<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID>{rate}</cac:ClassifiedTaxCategory></cac:Item>"
            f"<cac:Price><cbc:PriceAmount {amount}>{row.price}</cbc:PriceAmount>{base}</cac:Price></cac:{kind}Line>"
        )
    text = f'<?xml version="1.0" encoding="{encoding}"?>{prolog}{"".join(parts)}</{kind}>'
    return text.encode(encoding)


def _ubl_pooled(value, rate, amount):
    number = Decimal(value)
    category = f"<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>{rate}</cbc:Percent></cac:TaxCategory>"
    return (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{'true' if number > 0 else 'false'}</cbc:ChargeIndicator>"
        f"<cbc:Amount {amount}>{abs(number)}</cbc:Amount>{category if rate else ''}</cac:AllowanceCharge>"
    )


def _ubl_party(tag, who):
    own = f"<cac:PartyIdentification><cbc:ID{_scheme(who, 'scheme')}>{who.get('id')}</cbc:ID></cac:PartyIdentification>"
    vat = (
        f"<cac:PartyTaxScheme><cbc:CompanyID>{who.get('vat')}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID>"
        "</cac:TaxScheme></cac:PartyTaxScheme>"
    )
    legal = who.get("siren") or who.get("legal") or ""
    scheme = ' schemeID="0002"' if who.get("siren") else ""
    return (
        f"<cac:{tag}><cac:Party>{own if 'id' in who else ''}<cac:PostalAddress>"
        f"<cbc:PostalZone>{who.get('postcode', '')}</cbc:PostalZone><cac:Country><cbc:IdentificationCode>"
        f"{who.get('country', '')}</cbc:IdentificationCode></cac:Country></cac:PostalAddress>"
        f"{vat if 'vat' in who else ''}<cac:PartyLegalEntity><cbc:RegistrationName>{escape(who.get('name', ''))}"
        f"</cbc:RegistrationName><cbc:CompanyID{scheme}>{legal}</cbc:CompanyID></cac:PartyLegalEntity></cac:Party></cac:{tag}>"
    )


def _scheme(who, key):
    return f" schemeID={quoteattr(who[key])}" if key in who else ""


def cii(invoice, *, encoding="UTF-8", prefixes=("rsm", "ram", "udt", "qdt"), has_lines=True):
    """Return the invoice as CII bytes, under prefixes of one's choice."""
    rsm, ram, udt, qdt = prefixes
    ht, vat, ttc = invoice.totals
    lines = (
        "".join(_cii_line(rank, row) for rank, row in enumerate(invoice.rows, start=1)) if has_lines else ""
    )
    references = "".join(
        f"<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>{number}</ram:IssuerAssignedID>"
        + (
            f'<ram:FormattedIssueDateTime><qdt:DateTimeString format="102">{day.replace("-", "")}'
            "</qdt:DateTimeString></ram:FormattedIssueDateTime>"
            if day
            else ""
        )
        + "</ram:InvoiceReferencedDocument>"
        for number, day in invoice.refs
    )
    due = (
        '<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">'
        f"{invoice.due.replace('-', '')}</udt:DateTimeString></ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>"
    )
    totals = (
        f"<ram:AllowanceTotalAmount>{invoice.allowances}</ram:AllowanceTotalAmount>"
        f"<ram:ChargeTotalAmount>{invoice.charges}</ram:ChargeTotalAmount>"
        f"<ram:TaxBasisTotalAmount>{ht}</ram:TaxBasisTotalAmount>"
        f'<ram:TaxTotalAmount currencyID="{invoice.currency}">{vat}</ram:TaxTotalAmount>'
        f"<ram:GrandTotalAmount>{ttc}</ram:GrandTotalAmount>"
    )
    body = (
        f"<rsm:ExchangedDocument><ram:ID>{escape(invoice.number)}</ram:ID><ram:TypeCode>{invoice.type}</ram:TypeCode>"
        f'<ram:IssueDateTime><udt:DateTimeString format="102">{invoice.day.replace("-", "")}</udt:DateTimeString>'
        "</ram:IssueDateTime></rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction>"
        f"{lines}<ram:ApplicableHeaderTradeAgreement>{_cii_party('SellerTradeParty', invoice.seller)}"
        f"{_cii_party('BuyerTradeParty', invoice.buyer)}</ram:ApplicableHeaderTradeAgreement>"
        f"<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>{invoice.currency}</ram:InvoiceCurrencyCode>"
        f"{''.join(_cii_pooled(value, rate) for value, rate in invoice.pooled)}{due if invoice.due else ''}"
        f"<ram:SpecifiedTradeSettlementHeaderMonetarySummation>{totals}"
        f"</ram:SpecifiedTradeSettlementHeaderMonetarySummation>{references}</ram:ApplicableHeaderTradeSettlement>"
        "</rsm:SupplyChainTradeTransaction>"
    )
    for ours, theirs in zip(("rsm", "ram", "udt", "qdt"), ("\1", "\2", "\3", "\4"), strict=True):
        body = body.replace(f"<{ours}:", f"<{theirs}").replace(f"</{ours}:", f"</{theirs}")
    for sign, prefix in zip(("\1", "\2", "\3", "\4"), prefixes, strict=True):
        body = body.replace(sign, f"{prefix}:")
    names = (
        f'xmlns:{rsm}="{STANDARD}:CrossIndustryInvoice:100" '
        f'xmlns:{ram}="{STANDARD}:ReusableAggregateBusinessInformationEntity:100" '
        f'xmlns:{udt}="{STANDARD}:UnqualifiedDataType:100" xmlns:{qdt}="{STANDARD}:QualifiedDataType:100"'
    )
    root = f"{rsm}:CrossIndustryInvoice"
    return f'<?xml version="1.0" encoding="{encoding}"?><{root} {names}>{body}</{root}>'.encode(encoding)


def _cii_line(rank, row):
    ref = f"<ram:SellerAssignedID>{row.ref}</ram:SellerAssignedID>" if row.ref else ""
    base = f'<ram:BasisQuantity unitCode="C62">{row.base}</ram:BasisQuantity>' if row.base else ""
    rate = f"<ram:RateApplicablePercent>{row.rate}</ram:RateApplicablePercent>" if row.rate else ""
    status = f"<ram:LineStatusReasonCode>{row.status}</ram:LineStatusReasonCode>" if row.status else ""
    return (
        "<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument>"
        f"<ram:LineID>{row.id or rank}</ram:LineID>{status}</ram:AssociatedDocumentLineDocument>"
        f"<ram:SpecifiedTradeProduct>{ref}<ram:Name>{escape(row.name)}</ram:Name></ram:SpecifiedTradeProduct>"
        "<ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>"
        f"<ram:ChargeAmount>{row.price}</ram:ChargeAmount>{base}</ram:NetPriceProductTradePrice>"
        "</ram:SpecifiedLineTradeAgreement><ram:SpecifiedLineTradeDelivery>"
        f'<ram:BilledQuantity unitCode="C62">{row.qty}</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>'
        "<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:CategoryCode>S</ram:CategoryCode>"
        f"{rate}</ram:ApplicableTradeTax>{_cii_pooled(row.adjustment, '') if Decimal(row.adjustment) else ''}"
        "<ram:SpecifiedTradeSettlementLineMonetarySummation>"
        f"<ram:LineTotalAmount>{row.net}</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>"
        "</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>"
    )


def _cii_pooled(value, rate):
    number = Decimal(value)
    tax = (
        "<ram:CategoryTradeTax><ram:CategoryCode>S</ram:CategoryCode>"
        f"<ram:RateApplicablePercent>{rate}</ram:RateApplicablePercent></ram:CategoryTradeTax>"
    )
    return (
        "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>"
        f"{'true' if number > 0 else 'false'}</udt:Indicator></ram:ChargeIndicator>"
        f"<ram:ActualAmount>{abs(number)}</ram:ActualAmount>{tax if rate else ''}</ram:SpecifiedTradeAllowanceCharge>"
    )


def _cii_party(tag, who):
    own = f"<ram:GlobalID{_scheme(who, 'scheme')}>{who['id']}</ram:GlobalID>" if "id" in who else ""
    legal = who.get("siren") or who.get("legal") or ""
    scheme = ' schemeID="0002"' if who.get("siren") else ""
    number = f'<ram:ID schemeID="VA">{who.get("vat")}</ram:ID>'
    vat = f"<ram:SpecifiedTaxRegistration>{number}</ram:SpecifiedTaxRegistration>"
    return (
        f"<ram:{tag}>{own}<ram:Name>{escape(who.get('name', ''))}</ram:Name><ram:SpecifiedLegalOrganization>"
        f"<ram:ID{scheme}>{legal}</ram:ID></ram:SpecifiedLegalOrganization><ram:PostalTradeAddress><ram:PostcodeCode>"
        f"{who.get('postcode', '')}</ram:PostcodeCode><ram:CountryID>{who.get('country', '')}</ram:CountryID>"
        f"</ram:PostalTradeAddress>{vat if 'vat' in who else ''}</ram:{tag}>"
    )


def pdf(*attachments, password=None):
    """Return a PDF of one blank page with attachments, each a name and bytes."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for name, content in attachments:
        writer.add_attachment(name, content)
    if password is not None:
        writer.encrypt(password, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
