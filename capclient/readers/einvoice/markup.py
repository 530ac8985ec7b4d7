"""The root element of an XML file, or the reason why it is not opened.

Floor 2. Nothing of a file may run, be fetched, hang or fill the memory: a document type is refused before the first
element is built, whatever the encoding, and what a file could make of us is bounded before it is parsed.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from capclient.readers.einvoice.document import RefusedError

MOST_BYTES = 50_000_000
# Elements and attributes cost a hundred bytes each; every one has at least one of these signs.
MOST_MARKS = 2_000_000
FIRST_BLOCK, BLOCK = 1 << 10, 1 << 16  # the root is nearly always in the first thousand bytes
# Other encodings could hide the signs that are counted, and no e-invoice uses them.
ENCODINGS = frozenset({"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii"}) | {
    *(f"iso-8859-{part}" for part in range(1, 17)),
    *(f"windows-125{part}" for part in range(9)),
}
_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_DECLARED = re.compile(rb"""^<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def root_of(data: bytes) -> etree._Element:
    """Return the root of a document.

    Raises
    ------
    RefusedError
        ``einvoice_too_large``, ``einvoice_hostile`` (document type, entities, depth) or ``einvoice_damaged``.
    """
    if len(data) > MOST_BYTES or data.count(b"<") + data.count(b"=") > MOST_MARKS:
        raise RefusedError("einvoice_too_large")
    try:
        _refuse_document_type(data)
        return etree.fromstring(data, etree.XMLParser(**_SAFE))
    except etree.XMLSyntaxError as error:
        raise _refusal(error) from None
    except (etree.LxmlError, ValueError, LookupError, AssertionError):
        raise RefusedError("einvoice_damaged") from None


def root_name(head: bytes) -> str:
    """Return the name ``{namespace}local`` of the root, from the first bytes of a file; empty for no XML."""
    try:
        return _refuse_document_type(head)
    except (etree.LxmlError, RefusedError, ValueError, LookupError, AssertionError):
        return ""


def _refuse_document_type(data: bytes) -> str:
    """Read as far as the root and return its name; entities are declared before it or nowhere."""
    _refuse_encoding(data)
    parser = etree.XMLPullParser(events=("start",), **_SAFE)
    start, size = 0, FIRST_BLOCK
    while start < len(data):
        try:
            parser.feed(data[start : start + size])
        except etree.XMLSyntaxError:
            if not (name := _name(parser)):  # damage after the root is for the whole document to say
                raise
        else:
            name = _name(parser)
        if name:
            return name
        start, size = start + size, min(2 * size, BLOCK)
    return ""


def _name(parser: etree.XMLPullParser) -> str:
    for _, element in parser.read_events():
        if element.getroottree().docinfo.internalDTD is not None:
            raise RefusedError("einvoice_hostile", "DOCTYPE")
        return str(element.tag)
    return ""


def _refuse_encoding(data: bytes) -> None:
    head = data[:600]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    declared = _DECLARED.match(head.replace(b"\0", b""))  # in UTF-16 every other byte is a zero
    if declared and declared.group(1).decode().lower() not in ENCODINGS:
        raise RefusedError("einvoice_damaged", declared.group(1).decode())


def _refusal(error: etree.XMLSyntaxError) -> RefusedError:
    message = str(error).split("\n", 1)[0][:120]
    if "depth" in message or "entit" in message.lower() or "amplification" in message:
        return RefusedError("einvoice_hostile", message)
    if "huge" in message.lower() or "limit" in message:
        return RefusedError("einvoice_too_large", message)
    return RefusedError("einvoice_damaged", message)
