"""One file to the document it holds: XML as it is, PDF by its attachment.

Floor 2. What a file is, its bytes say, never its suffix.
"""

from __future__ import annotations

from pathlib import Path

from capclient.readers.einvoice.cii import OLD_ROOT, ROOT, cii_document
from capclient.readers.einvoice.document import Document, RefusedError
from capclient.readers.einvoice.markup import BLOCK, MOST_BYTES, root_name, root_of
from capclient.readers.einvoice.pdf import PdfReader
from capclient.readers.einvoice.ubl import CREDIT_ROOT, INVOICE_ROOT, ubl_document

_PDF, _PDF_WITHIN = b"%PDF-", 1024


def is_einvoice(path: Path) -> bool:
    """Tell from its first bytes whether a file may be an e-invoice: a PDF, or XML with the root of one."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(BLOCK)
    except (OSError, ValueError):
        return False
    return _is_pdf(head) or root_name(head) in (ROOT, INVOICE_ROOT, CREDIT_ROOT)


def document_of(path: Path, pdfs: PdfReader) -> Document:
    """Return the invoice of a file.

    Raises
    ------
    RefusedError
        If it holds none, cannot be read, or may not be.
    """
    try:
        if not path.is_file():
            raise RefusedError("einvoice_damaged")
        if path.stat().st_size > MOST_BYTES:
            raise RefusedError("einvoice_too_large")
        with path.open("rb") as file:
            head = file.read(_PDF_WITHIN)
            data = b"" if _is_pdf(head) else head + file.read(MOST_BYTES)
    except (OSError, ValueError):
        raise RefusedError("einvoice_damaged") from None
    return _first_invoice(pdfs.attachments(path)) if _is_pdf(head) else _document(data)


def _is_pdf(head: bytes) -> bool:
    return _PDF in head[:_PDF_WITHIN]


def _first_invoice(contents: list[bytes]) -> Document:
    """Return the invoice among the attachments of a PDF; others may be orders or the like."""
    for content in contents:
        try:
            return _document(content)
        except RefusedError as refusal:
            if refusal.code != "einvoice_unknown":
                raise
    raise RefusedError("einvoice_no_xml")


def _document(data: bytes) -> Document:
    root = root_of(data)
    if root.tag == ROOT:
        return cii_document(root)
    if root.tag in (INVOICE_ROOT, CREDIT_ROOT):
        return ubl_document(root)
    raise RefusedError("einvoice_old" if root.tag == OLD_ROOT else "einvoice_unknown", str(root.tag)[:100])
