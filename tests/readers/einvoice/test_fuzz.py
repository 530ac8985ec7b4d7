"""Invoices and PDF files with random damage: refused or read, never an exception, never a hang."""

import copy
import json
import os
import random
import time
from pathlib import Path

import pytest
from lxml import etree

from capclient.errors import CapclientError
from capclient.readers.einvoice import is_einvoice, read_einvoices
from capclient.wording import has, text
from tests.readers.einvoice.invoices import Invoice, Row, cii, pdf, ubl

SECONDS = float(os.environ.get("CAPCLIENT_FUZZ_SECONDS", "5"))
LONGEST = 25.0  # for one batch of files: a PDF is left after twenty seconds
BATCH = 60
ODD = (
    *(
        b"<",
        b">",
        b"&",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"&#0;",
        b"&#xD800;",
        b"<!DOCTYPE a>",
        b"\xff\xfe",
        b"\0",
        b"-",
        b".",
    ),
    *(
        b"0",
        b"9" * 40,
        b"1e9",
        b"NaN",
        b"381",
        b"384",
        b"",
        b" ",
        b"EUR",
        b"USD",
        "é€\u202e".encode(),
        b"true",
        b"20260230",
    ),
    *(
        b"obj",
        b"endobj",
        b"stream",
        b"<<",
        b">>",
        b"[",
        b"(",
        b"/Kids",
        b"/Prev 9",
        b"/Length -1",
        b"1 0 R",
        b"/EF",
        b"/AF",
    ),
)


TEXTS = (
    *(
        "",
        " ",
        "-",
        "0",
        "-0.00",
        "00",
        "1e9",
        "NaN",
        "9" * 14,
        "9" * 40,
        "0.005",
        "-100.00",
        "1,00",
        "١٢٣",
        "+5",
        ".5",
        "5.",
    ),
    *(
        "380",
        "381",
        "384",
        "386",
        "503",
        "EUR",
        "usd",
        "XXXX",
        "true",
        "GROUP",
        "0002",
        "0009",
        "VA",
        "n/a",
        "x" * 3000,
    ),
    *(
        "20260230",
        "20260301",
        "2026-03-01",
        "9999-12-31",
        "0000-01-01",
        "F1",
        "F0",
        "987654321",
        "787878784",
        "é\u202e{x}",
    ),
)


def seeds():
    """Sound files of both syntaxes, with what each rule is about."""
    rows = (
        Row("Vis", "V-1", "3", "9.99"),
        Row("Livre", qty="-1", price="5", rate="5.5"),
        Row(price="10", adjustment="-1"),
    )
    whole = Invoice(
        rows=rows, pooled=(("-3.00", "20"), ("1.11", "5.5")), due="2026-04-01", refs=(("F0", "2026-01-01"),)
    )
    found = [writer(whole.but(type=type)) for writer in (ubl, cii) for type in ("380", "381", "384", "386")]
    found += [cii(whole, has_lines=False), ubl(whole, encoding="UTF-16"), cii(whole, encoding="ISO-8859-1")]
    return [*found, pdf(("factur-x.xml", found[4])), pdf(("a.xml", b"<a/>"), ("factur-x.xml", found[0]))]


def damaged(content, chance):
    """Return content with damage that stays well-formed, or not."""
    if content.startswith(b"%PDF") or chance.random() < 0.4:
        return torn(content, chance)
    return rearranged(content, chance)


def rearranged(content, chance):
    """Return an invoice with elements dropped, doubled, moved, renamed or filled with odd texts."""
    root = etree.fromstring(content)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        nodes = [node for node in root.iter() if isinstance(node.tag, str) and node is not root]
        if len(nodes) < 2:
            break
        node, other = chance.choice(nodes), chance.choice(nodes)
        match chance.randrange(7):
            case 0:
                node.getparent().remove(node)
            case 1:
                node.addnext(copy.deepcopy(node))
            case 2:
                other.append(copy.deepcopy(node))
            case 3:
                node.tag = other.tag
            case 4:
                node.text = other.text
            case 5:
                node.set(
                    chance.choice(("schemeID", "currencyID", "unitCode", "format")), chance.choice(TEXTS)
                )
            case 6:
                node.text = chance.choice(TEXTS)
    return etree.tostring(root, encoding=chance.choice(("UTF-8", "UTF-16", "ASCII")), xml_declaration=True)


def torn(content, chance):
    """Return content with a few bytes changed, parts cut, moved, doubled or replaced by odd texts."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        if not data:
            break
        start = chance.randrange(len(data))
        end = min(len(data), start + chance.choice((1, 1, 2, 5, 20, 200)))
        match chance.randrange(7):
            case 0:
                data[start] = chance.randrange(256)
            case 1:
                del data[start:end]
            case 2:
                data[start:start] = data[start:end] * chance.choice((1, 2, 50))
            case 3:
                data[start:end] = chance.choice(ODD)
            case 4:
                data[start:start] = chance.choice(ODD)
            case 5:
                other = chance.randrange(len(data))
                data[start:end] = data[other : other + end - start]
            case 6:  # the text of an element: damage that stays well-formed
                opened = data.find(b">", start)
                closed = data.find(b"<", opened)
                if 0 < opened < closed:
                    data[opened + 1 : closed] = chance.choice(ODD)
    return bytes(data)


@pytest.mark.fuzz
def test_damaged_files_never_break_the_reader(con, tmp_path):
    seed = int(os.environ.get("CAPCLIENT_FUZZ_SEED", "20260301"))
    chance, sound, number = random.Random(seed), seeds(), 0
    if folder := os.environ.get("CAPCLIENT_DATA"):
        sound += [path.read_bytes() for path in sorted(Path(folder, "einvoices").glob("*"))]
    reasons, kept, until = {}, 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        paths = []
        for at in range(BATCH):
            path = tmp_path / f"{at}.xml"
            path.write_bytes(damaged(chance.choice(sound), chance))
            paths.append(path)
        number += 1
        started = time.monotonic()
        try:
            book = read_einvoices(con, paths, workspace=tmp_path / "work", is_group=chance.random() < 0.9)
        except CapclientError as error:
            assert error.text("fr") and error.text("en")
            continue
        finally:
            took = time.monotonic() - started
        assert took < LONGEST, (seed, number, took)
        assert all(isinstance(is_einvoice(path), bool) for path in paths)
        assert len(book.files) + sum(item.line == 0 for item in book.rejects) == BATCH
        assert {check["status"] for check in book.checks} == {"ok"}, (seed, number)
        for item in book.rejects:
            assert has(f"reject.{item.reason}"), item.reason
            reasons[item.reason] = reasons.get(item.reason, 0) + 1
        for _, note in book.notes:
            assert text(note.code, "fr", **note.facts) and text(note.code, "en", **note.facts)
        json.dumps([note.facts for _, note in book.notes] + [book.facts])
        kept += len(book.files)
    assert kept and reasons
    print(json.dumps({"batches": number, "kept": kept, "reasons": dict(sorted(reasons.items()))}))
