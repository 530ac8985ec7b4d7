"""Damaged files thrown at the whole of the FEC rooms: they are refused in words, or read; nothing else happens.

``CAPCLIENT_FUZZ_SECONDS`` says how long (default 5), ``CAPCLIENT_FUZZ_SEED`` where to begin.
"""

import io
import os
import random
import resource
import tempfile
import time
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pytest

from capclient.accounting import Options, fec_book
from capclient.errors import CapclientError
from tests.accounting.conftest import FIXTURE, HEADER, entry
from tests.readers.fec.conftest import as_markup, records

SECONDS = float(os.environ.get("CAPCLIENT_FUZZ_SECONDS", "5"))
SEED = int(os.environ.get("CAPCLIENT_FUZZ_SEED", "0"))
SLOWEST = 20.0  # seconds for one small file
MOST_MEMORY = 1500  # megabytes that the whole run may add
NASTY = [
    *("", "-", "0", "00000000", "99999999", "20250230", "19000101", "20991231", "20250101T10:00:00"),
    *(
        "1e400",
        "1E-30",
        "-0,00",
        "9999999999999999,99",
        "99999999999999999999,99",
        "NaN",
        "inf",
        "--5",
        "5-",
        ",",
        ".",
    ),
    *(
        "'; DROP TABLE fec_lines; --",
        '"',
        '""',
        "\u00a0",
        "\u202e",
        "é" * 300,
        "\ufeff",
        "{0}",
        "%s",
        "AN",
        "#NON_IDENTIFIE",
    ),
    *(
        "411",
        "411000",
        "4",
        "70",
        "7",
        "12",
        "709",
        "418",
        "4191",
        "A" * 5000,
        "\x00",
        "\x1b[2J",
        "+1",
        "-1",
        "D",
    ),
]
SOLD = entry("VE", 1, "20250110", ("411000", 120, "C1"), ("707000", -100), ("445710", -20))
PAID = entry("BQ", 1, "20250310", ("512000", 120), ("411000", -120, "C1", "F1", "A"))


def sheet(text):
    book = openpyxl.Workbook()
    rows = records(text)
    for row in (list(rows[0]), *(list(record.values()) for record in rows)):
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def archive(name, content):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, content)
    return target.getvalue()


def seeds():
    text = FIXTURE.read_text("utf-8")
    small = "\n".join([HEADER, *SOLD, *PAID])
    sides = "\n".join([HEADER.replace("Debit|Credit", "Montant|Sens"), *(line for line in SOLD)])
    return [
        *(
            text.encode(),
            small.encode(),
            small.replace("|", "\t").encode("utf-8-sig"),
            small.encode("utf-16"),
        ),
        *(
            small.replace("\n", "\r\n").replace("|", ";").encode(),
            sides.encode(),
            small.replace("\n", "\r").encode(),
        ),
        *(as_markup(text), as_markup(small, encoding="iso-8859-15"), as_markup(small, sides=True)),
        *(sheet(small), archive("x.txt", small), archive("123456782FEC20251231.xml", as_markup(small))),
    ]


def mutated(chance, content, others):
    """Change bytes, cells, lines; cut, repeat or cross two files."""
    for _ in range(chance.randint(1, 4)):
        data = bytearray(content)
        at, to = sorted(chance.randint(0, len(data)) for _ in range(2))
        lines = content.split(b"\n")
        match chance.randint(0, 8):
            case 0 if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
            case 1:
                del data[at : min(to, at + chance.choice([1, 10, 1000]))]
            case 2:
                data[at:at] = data[at : at + 200] * chance.choice([1, 2, 50])
            case 3:
                other = chance.choice(others)
                data[at:to] = other[at : at + chance.randint(0, 400)]
            case 4:
                data[at:at] = chance.choice(NASTY).encode("utf-8", "ignore")
            case 5:
                chance.shuffle(lines)
                data = bytearray(b"\n".join(lines))
            case 6:
                place = chance.randrange(len(lines))
                mark = chance.choice([b"|", b"\t", b";", b">"])
                cells = lines[place].split(mark)
                cells[chance.randrange(len(cells))] = chance.choice(NASTY).encode()
                lines[place] = mark.join(cells)
                data = bytearray(b"\n".join(lines))
            case 7:
                data = bytearray(content.replace(*(chance.choice(PAIRS))))
            case _:
                del data[at:]
        content = bytes(data)
    return content


PAIRS = [
    *((b"411000", b"419100"), (b"707000", b"709000"), (b"2025", b"2024"), (b"|", b";"), (b"0,00", b"")),
    *((b"VE|", b"AN|"), (b",", b"."), (b"411000", b""), (b"C1", b""), (b"2025", b"0001"), (b"\n", b"\n\n")),
    *((b"ligne", b"journal"), (b"Debit", b"Credit"), (b"<", b"<<"), (b"1", b"\xff")),
]
NAMES = [
    "123456782FEC20251231.txt",
    "x.xml",
    "123456782FEC20251231_1.txt",
    "x.zip",
    "é.fec",
    "x.xlsx",
    "123456782FEC20241231",
]


def outcome(files):
    """Read files; return the code of the refusal, or what the comparisons say."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config={"memory_limit": "1GB"}) as con:
        paths = []
        for name, content in files.items():
            paths.append(Path(folder) / name)
            paths[-1].write_bytes(content)
        try:
            book = fec_book(con, paths, workspace=Path(folder) / "work", options=Options())
        except CapclientError as refusal:
            assert refusal.text("fr") and refusal.text("en") and folder not in refusal.text("fr")
            return refusal.code
        kept = sum(file.kept for file in book.files)
        assert kept + len(book.rejects) == sum(file.lines for file in book.files)
        closed = {check["id"]: check["status"] for check in book.checks}
        assert [closed[id] for id in ("R4", "R5", "R11")] == ["ok"] * 3, closed
        return "read"


@pytest.mark.fuzz
def test_damaged_files_are_refused_in_words_or_read():
    chance, known = random.Random(SEED), seeds()
    outcomes: dict[str, int] = {}
    assert {outcome({"123456782FEC20251231.txt": content}) for content in known if content != known[5]} == {
        "read"
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        names = chance.sample(NAMES, chance.choice([1, 1, 1, 2]))
        files = {name: mutated(chance, chance.choice(known), known) for name in names}
        start = time.monotonic()
        try:
            code = outcome(files)
        except BaseException as error:
            kept = Path(tempfile.mkdtemp(prefix="fec-fuzz-"))
            for name, content in files.items():
                (kept / name).write_bytes(content)
            raise AssertionError(f"{type(error).__name__} on the files of {kept.name}") from error
        outcomes[code] = outcomes.get(code, 0) + 1
        assert time.monotonic() - start < SLOWEST, names
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) / 1024 < MOST_MEMORY
    assert outcomes.get("read", 0) > 0
