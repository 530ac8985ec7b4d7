"""Whatever wrote the file, its letters come back."""

import pytest

from capclient.errors import SourceError

TEXT = "Code;Société;Prix\n1;Crème brûlée à l’hôtel;12,50\n2;Château de Noël, façade;1\u00a0234,50\n"


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman"]
)
def test_an_encoding_is_recognised(read, rows, codec):
    (table,) = read(TEXT.encode(codec))
    assert table.columns == ("Code", "Société", "Prix")
    assert rows(table) == (
        [("1", "Crème brûlée à l’hôtel", "12,50"), ("2", "Château de Noël, façade", "1\u00a0234,50")],
        [2, 3],
    )


@pytest.mark.parametrize(
    ("codec", "text"), [("iso8859-15", "œuf à 3 €"), ("cp850", "Crème à Orléans"), ("cp1252", "été")]
)
def test_single_byte_codecs_are_told_apart_by_what_they_write(read, rows, codec, text):
    (table,) = read(f"Code;Nom\n1;{text}\n".encode(codec))
    assert rows(table)[0] == [("1", text)]
    assert {"readers.encoding": codec} == {
        note.code: note.facts["encoding"] for note in table.notes if note.code == "readers.encoding"
    }


def test_a_few_broken_bytes_do_not_spoil_a_utf8_file(read, rows):
    (table,) = read("Code;Nom\n1;Château\n2;Créée\n3;Été à Noël\n".encode() + b"4;Orl\xe9ans\n")
    assert [name for _, name in rows(table)[0]] == ["Château", "Créée", "Été à Noël", "Orléans"]


def test_a_declared_encoding_is_used(read, rows):
    (table,) = read("Code;Nom\n1;żółw\n".encode("cp1250"), encoding="cp1250")
    assert rows(table)[0] == [("1", "żółw")]


@pytest.mark.parametrize(("encoding", "content"), [("klingon", b"a;b\n1;2\n"), ("utf-8", b"a;b\n1;\xe9\n")])
def test_a_wrong_encoding_is_an_error_that_names_it(read, encoding, content):
    with pytest.raises(SourceError, match=encoding):
        read(content, encoding=encoding)


def test_null_bytes_are_removed_and_noted(read, rows):
    (table,) = read(b"Code;Nom\n1;A\0B\n2;C\n")
    assert rows(table)[0] == [("1", "AB"), ("2", "C")]
    assert ("readers.nul_removed", {"count": 1}) in [(note.code, note.facts) for note in table.notes]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(read, rows, end):
    (table,) = read(end.join(["Code;Nom", "1;A", "2;B", ""]))
    assert rows(table) == ([("1", "A"), ("2", "B")], [2, 3])


@pytest.mark.parametrize("content", [b"", b"\n \r\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_an_error_that_names_it(read, content):
    with pytest.raises(SourceError, match=r"ventes\.csv"):
        read(content)
