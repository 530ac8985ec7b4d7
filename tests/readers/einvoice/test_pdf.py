"""PDF files: sound, without an invoice, broken, locked, or made to hang."""

import io
import os
import time
import zlib

import pytest
from pypdf import PdfReader as Pypdf
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from capclient.readers.einvoice.document import RefusedError
from capclient.readers.einvoice.pdf import PdfReader
from tests.readers.einvoice.invoices import Invoice, cii, pdf, ubl

SOUND = cii(Invoice())


def by_hand(*objects, trailer="/Root 1 0 R"):
    """Assemble a PDF from the texts of its objects."""
    out, places = io.BytesIO(b"%PDF-1.7\n"), []
    out.seek(0, 2)
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(
            b"%d 0 obj\n" % number
            + (content if isinstance(content, bytes) else content.encode())
            + b"\nendobj\n"
        )
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(f"trailer\n<< /Size {len(objects) + 1} {trailer} >>\nstartxref\n{start}\n%%EOF".encode())
    return out.getvalue()


def stream(content, length, *filters):
    names = " ".join(f"/{name}" for name in filters)
    return (
        f"<< /Type /EmbeddedFile /Length {length} /Filter [{names}] >>\nstream\n".encode()
        + content
        + b"\nendstream"
    )


CATALOG = "<< /Type /Catalog /Names << /EmbeddedFiles 2 0 R >> >>"
TREE = "<< /Names [(factur-x.xml) 3 0 R] >>"
SPECIFICATION = "<< /Type /Filespec /F (factur-x.xml) /EF << /F 4 0 R >> >>"


def carrying(content, *filters):
    return by_hand(CATALOG, TREE, SPECIFICATION, stream(content, len(content), *filters))


def bomb():
    """Two hundred megabytes of blanks, deflated twice."""
    once = zlib.compress(b" " * 200_000_000, 9)
    return carrying(zlib.compress(once, 9), "FlateDecode", "FlateDecode")


def test_the_invoice_among_several_attachments_is_found(read):
    files = (("bon.pdf", b"%PDF-1.4"), ("autre.xml", b"<rss/>"), ("notes.txt", b"x"), ("FACTUR-X.XML", SOUND))
    assert list(read({"a.pdf": pdf(*files)}).totals) == ["F1"]


@pytest.mark.parametrize("name", ["factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "facture.xml"])
@pytest.mark.parametrize("text", [SOUND, ubl(Invoice())], ids=["cii", "ubl"])
def test_the_name_of_the_attachment_does_not_decide(read, name, text):
    assert list(read({"a.pdf": pdf((name, text))}).totals) == ["F1"]


def test_the_standard_name_goes_first(read):
    other = cii(Invoice("AUTRE"))
    assert list(read({"a.pdf": pdf(("a.xml", other), ("factur-x.xml", SOUND))}).totals) == ["F1"]


def test_a_pdf_is_known_by_its_bytes(read):
    outcome = read({"a.xml": pdf(("factur-x.xml", SOUND)), "b.pdf": ubl(Invoice("F2"))})
    assert sorted(outcome.totals) == ["F1", "F2"]


def test_associated_files_and_nested_trees_are_followed(read):
    nested = by_hand(
        CATALOG, "<< /Kids [5 0 R] >>", SPECIFICATION, stream(SOUND, len(SOUND)),
        "<< /Kids [6 0 R] >>", "<< /Names [(factur-x.xml) 3 0 R] >>",
    )  # fmt: skip
    assert list(read({"a.pdf": nested}).totals) == ["F1"]
    associated = by_hand(
        "<< /Type /Catalog /AF [3 0 R] >>", "<< >>", SPECIFICATION, stream(SOUND, len(SOUND))
    )
    assert list(read({"b.pdf": associated}).totals) == ["F1"]


CASES = {
    "none": (pdf(), "einvoice_no_xml"),
    "no_xml": (pdf(("bon.pdf", b"%PDF-1.4"), ("notes.txt", SOUND)), "einvoice_no_xml"),
    "other_xml": (pdf(("a.xml", b"<rss/>")), "einvoice_no_xml"),
    "hostile_xml": (pdf(("factur-x.xml", b"<!DOCTYPE a><a/>")), "einvoice_hostile"),
    "broken_xml": (pdf(("factur-x.xml", SOUND[:-50])), "einvoice_damaged"),
    "locked": (pdf(("factur-x.xml", SOUND), password="secret"), "einvoice_encrypted"),
    "header_only": (b"%PDF-1.7\n", "einvoice_damaged"),
    "truncated": (pdf(("factur-x.xml", SOUND))[:300], "einvoice_damaged"),
    "noise": (b"%PDF-1.7\n" + bytes(range(256)) * 40, "einvoice_damaged"),
    "no_catalog": (by_hand("<< >>", trailer=""), "einvoice_damaged"),
    "bomb": (bomb(), "einvoice_too_large"),
    "false_stream": (carrying(b"not deflated", "FlateDecode"), "einvoice_damaged"),
    "unknown_filter": (carrying(SOUND, "NoSuchDecode"), "einvoice_damaged"),
    "tree_in_itself": (
        by_hand(CATALOG, "<< /Kids [2 0 R 2 0 R 2 0 R] >>", SPECIFICATION, stream(SOUND, len(SOUND))),
        "einvoice_no_xml",
    ),
    "object_in_itself": (by_hand("1 0 R"), "einvoice_damaged"),
    "deep_arrays": (by_hand(f"<< /Type /Catalog /Names {'[' * 50_000}{']' * 50_000} >>"), "einvoice_damaged"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_bad_pdf_is_refused_and_the_good_one_is_read(read, name):
    content, reason = CASES[name]
    started = time.monotonic()
    outcome = read({"bad.pdf": content, "good.pdf": pdf(("factur-x.xml", cii(Invoice("BON"))))})
    assert outcome.rejects == {"bad.pdf": reason}
    assert list(outcome.totals) == ["BON"]
    assert time.monotonic() - started < 15


def test_a_pdf_locked_with_an_empty_password_is_read(read):
    assert list(read({"a.pdf": pdf(("factur-x.xml", SOUND), password="")}).totals) == ["F1"]


def test_previous_tables_that_point_to_each_other_end(read):
    sound = pdf(("factur-x.xml", SOUND))
    place = int(sound.rsplit(b"startxref\n", 1)[1].split()[0])
    looped = sound.replace(b"trailer\n<<", b"trailer\n<< /Prev %d" % place, 1)
    started = time.monotonic()
    read({"a.pdf": looped})
    assert time.monotonic() - started < 30


def test_a_pdf_that_hangs_is_left_and_the_next_is_read(tmp_path):
    """The path of a pipe that nobody writes to stands for a library that loops."""
    os.mkfifo(tmp_path / "tube.pdf")
    (tmp_path / "a.pdf").write_bytes(pdf(("factur-x.xml", SOUND)))
    with PdfReader(seconds=1) as pdfs:
        assert pdfs.attachments(tmp_path / "a.pdf") == [SOUND]
        started = time.monotonic()
        with pytest.raises(RefusedError) as raised:
            pdfs.attachments(tmp_path / "tube.pdf")
        assert raised.value.code == "einvoice_slow"
        assert time.monotonic() - started < 5
        assert pdfs.attachments(tmp_path / "a.pdf") == [SOUND]


def test_a_process_that_dies_costs_one_file(tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf(("factur-x.xml", SOUND)))
    with PdfReader() as pdfs:
        assert pdfs.attachments(tmp_path / "a.pdf") == [SOUND]
        pdfs._process.kill()
        pdfs._process.wait()
        with pytest.raises(RefusedError) as raised:
            pdfs.attachments(tmp_path / "a.pdf")
        assert raised.value.code == "einvoice_damaged"
        assert pdfs.attachments(tmp_path / "a.pdf") == [SOUND]


def test_a_module_of_the_working_folder_is_not_run(tmp_path, monkeypatch, read):
    (tmp_path / "pypdf.py").write_text("open('run', 'w').close()")
    monkeypatch.chdir(tmp_path)
    assert list(read({"a.pdf": pdf(("factur-x.xml", SOUND))}).totals) == ["F1"]
    assert not (tmp_path / "run").exists()


def test_a_specification_without_file_is_damage(read):
    writer = PdfWriter(clone_from=Pypdf(io.BytesIO(pdf(("factur-x.xml", SOUND)))))
    names = writer.root_object["/Names"]["/EmbeddedFiles"]["/Names"]
    names[1].get_object()[NameObject("/EF")] = DictionaryObject({NameObject("/F"): ArrayObject()})
    file = io.BytesIO()
    writer.write(file)
    assert read({"a.pdf": file.getvalue()}).rejects == {"a.pdf": "einvoice_damaged"}
