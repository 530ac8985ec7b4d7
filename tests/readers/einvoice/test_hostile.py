"""Files that mean harm, or are only broken, are refused one by one; the rest goes on."""

import os
import subprocess
import sys
import time

import pytest

from capclient.readers.einvoice.markup import MOST_BYTES
from tests.readers.einvoice.invoices import Invoice, Row, cii, ubl

LAUGHS = "<!DOCTYPE Invoice [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{at} '{f'&a{at - 1};' * 10}'>" for at in range(1, 12)
)


def hostile(prolog, inner="", encoding="UTF-8"):
    """A sound invoice under a prolog, with something in the name of its product."""
    text = ubl(Invoice(rows=(Row("SAVON"),)), encoding=encoding, prolog=prolog).decode(encoding)
    return text.replace("SAVON", inner or "SAVON").encode(encoding)


CASES = {
    "laughs": (hostile(LAUGHS + "]>", "&a11;"), "einvoice_hostile"),
    "laughs_in_attribute": (
        hostile(LAUGHS + "]>").replace(b'unitCode="C62"', b'unitCode="&a11;"'),
        "einvoice_hostile",
    ),
    "laughs_in_root": (
        hostile(LAUGHS + "]>").replace(b"<Invoice ", b'<Invoice x="&a11;" '),
        "einvoice_hostile",
    ),
    "quadratic": (
        hostile(f"<!DOCTYPE Invoice [<!ENTITY x '{'x' * 100_000}'>]>", "&x;" * 50_000),
        "einvoice_hostile",
    ),
    "external": (
        hostile('<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
        "einvoice_hostile",
    ),
    "external_dtd": (hostile('<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:9/a.dtd">'), "einvoice_hostile"),
    "parameter_entity": (
        hostile('<!DOCTYPE Invoice [<!ENTITY % x SYSTEM "http://127.0.0.1:9/a.dtd">%x;]>'),
        "einvoice_hostile",
    ),
    "harmless_doctype": (hostile("<!DOCTYPE Invoice>"), "einvoice_hostile"),
    "doctype_in_utf16": (
        hostile("<!DOCTYPE Invoice [<!ENTITY x 'y'>]>", "&x;", "UTF-16"),
        "einvoice_hostile",
    ),
    "late_doctype": (hostile(f"<!--{'-x' * 100_000}--><!DOCTYPE Invoice>"), "einvoice_hostile"),
    "entity_of_nobody": (hostile("", "&nobody;"), "einvoice_hostile"),
    "deep": (b"<a>" * 100_000 + b"</a>" * 100_000, "einvoice_hostile"),
    "deep_in_invoice": (hostile("", "<x>" * 100_000 + "</x>" * 100_000), "einvoice_hostile"),
    "huge_text": (hostile("", "x" * 11_000_000), "einvoice_too_large"),
    "many_elements": (b"<a>" + b"<b/>" * 2_000_001 + b"</a>", "einvoice_too_large"),
    "many_attributes": (
        b"<a " + b" ".join(b'a%d=""' % at for at in range(2_000_001)) + b"/>",
        "einvoice_too_large",
    ),
    "unknown_encoding": (ubl(Invoice()).replace(b"UTF-8", b"UTF-7"), "einvoice_damaged"),
    "ebcdic": (ubl(Invoice()).decode().replace("UTF-8", "cp037").encode("cp037"), "einvoice_damaged"),
    "truncated": (ubl(Invoice())[:-40], "einvoice_damaged"),
    "empty": (b"", "einvoice_damaged"),
    "zeros": (b"\0" * 5000, "einvoice_damaged"),
    "blanks": (b" " * 5000, "einvoice_damaged"),
    "text": ("Bonjour à tous".encode(), "einvoice_damaged"),
    "wrong_bytes": (ubl(Invoice()).replace(b"moulin", b"mou\xfflin"), "einvoice_damaged"),
    "two_roots": (ubl(Invoice()) * 2, "einvoice_damaged"),
    "other_xml": (b"<rss><channel/></rss>", "einvoice_unknown"),
    "order": (
        cii(Invoice()).replace(b"CrossIndustryInvoice", b"SCRDMCCBDACIOMessageStructure"),
        "einvoice_unknown",
    ),
    "zugferd_1": (
        b'<r:CrossIndustryDocument xmlns:r="urn:ferd:CrossIndustryDocument:invoice:1p0"/>',
        "einvoice_old",
    ),
    "bare_root": (cii(Invoice()).split(b"<rsm:ExchangedDocument>")[0][:-1] + b"/>", "einvoice_type"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_bad_file_is_refused_and_the_good_one_is_read(read, name):
    content, reason = CASES[name]
    started = time.monotonic()
    outcome = read({"bad.xml": content, "good.xml": Invoice("BON")})
    assert outcome.rejects == {"bad.xml": reason}
    assert list(outcome.totals) == ["BON"]
    assert all("passwd" not in str(item) and "root:" not in str(item) for item in outcome.book.rejects)
    assert time.monotonic() - started < 10


def test_a_file_too_large_is_not_even_read(read, tmp_path):
    (tmp_path / "in").mkdir()
    with (tmp_path / "in" / "rien.xml").open("wb") as file:
        file.truncate(MOST_BYTES * 2)  # a hole: it takes no room
    started = time.monotonic()
    from capclient.readers.einvoice import read_einvoices

    book = read_einvoices(None, [tmp_path / "in" / "rien.xml"], workspace=tmp_path / "work")
    assert [item.reason for item in book.rejects] == ["einvoice_too_large"]
    assert time.monotonic() - started < 1


def test_a_path_that_is_no_file_is_damaged(con, tmp_path):
    from capclient.readers.einvoice import is_einvoice, read_einvoices

    os.mkfifo(tmp_path / "tube.xml")  # opening it would wait for ever
    paths = [tmp_path, tmp_path / "absent.xml", tmp_path / "tube.xml"]
    book = read_einvoices(con, paths, workspace=tmp_path / "work")
    assert {item.reason for item in book.rejects} == {"einvoice_damaged"} and len(book.rejects) == 3
    assert not any(is_einvoice(path) for path in paths)


def test_a_name_that_is_no_text_is_told_all_the_same(con, tmp_path):
    from capclient.readers.einvoice import read_einvoices

    path = tmp_path / os.fsdecode(b"fact\xff.xml")
    path.write_bytes(ubl(Invoice()))
    book = read_einvoices(con, [path], workspace=tmp_path / "work")
    assert [file.source for file in book.files] == ["fact\\udcff.xml"]


def test_texts_of_a_file_stay_texts(read):
    name = "<script>alert(1)</script> '; DROP TABLE x; -- =cmd|' /C calc'!A0 | ../../etc"
    outcome = read(
        {'l\'avoir; "x".xml': Invoice(name, buyer={"name": name}, rows=(Row(name),))},
        sellers=["Au bon moulin"],
    )
    assert outcome.rows("invoice_id, customer_id, product, source") == [
        (name, name, name, 'l\'avoir; "x".xml')
    ]


def test_a_name_without_end_is_cut(read):
    outcome = read({"a.xml": Invoice(buyer={"name": "x" * 100_000, "siren": "787878784"})})
    assert [len(row[0]) for row in outcome.rows("customer_name")] == [500]


def test_five_thousand_lines_with_allowances_take_seconds(read):
    rows = tuple(Row(price="0.33", id=str(at)) for at in range(5_000))
    started = time.monotonic()
    outcome = read({"a.xml": cii(Invoice(rows=rows, pooled=(("-0.01", "20"),) * 1000))})
    assert outcome.totals["F1"][0] == "1640.00"
    assert time.monotonic() - started < 20


def test_nothing_is_fetched_from_a_network(tmp_path):
    """Any attempt to open a socket ends the process that reads."""
    path = tmp_path / "a.xml"
    path.write_bytes(CASES["external_dtd"][0])
    (tmp_path / "b.xml").write_bytes(
        ubl(Invoice()).replace(
            b"<Invoice ",
            b'<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><Invoice '
            b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            b'xsi:schemaLocation="urn:x http://127.0.0.1:9/x.xsd" ',
        )
    )
    script = (
        "import sys, pathlib, duckdb\n"
        "from capclient.readers.einvoice import read_einvoices\n"
        "sys.addaudithook(lambda name, args: sys.exit('network') if name.startswith('socket.') else None)\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "book = read_einvoices(duckdb.connect(), sorted(folder.glob('*.xml')), workspace=folder / 'w')\n"
        "print([item.reason for item in book.rejects], len(book.files))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['einvoice_hostile'] 1"
