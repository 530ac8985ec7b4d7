"""A FEC in a ZIP is the FEC; its names are read and never followed, and it cannot swell."""

import io
import zipfile

import pytest

from capclient.errors import SourceError
from capclient.readers.fec import read_fec
from tests.readers.fec.conftest import FIXTURE, as_markup

NAME = FIXTURE.name


def zipped(files, **options):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.fixture
def read(con, tmp_path):
    def reader(content, name="envoi.zip"):
        (tmp_path / name).write_bytes(content)
        return read_fec(con, [tmp_path / name], workspace=tmp_path / "work")

    return reader


@pytest.mark.parametrize(
    "name", [NAME, "123456782FEC20251231", "dossier/123456782FEC20251231.fec", f"../../{NAME}"]
)
def test_the_file_of_an_archive_is_read_under_its_own_name(read, tmp_path, name, fixture_text):
    found = read(zipped({name: fixture_text, "lisez-moi.pdf": b"%PDF", "__MACOSX/._x.txt": b"\0"}))
    assert [(file.lines, file.name.siren, str(file.closing)) for file in found.files] == [
        (57, "123456782", "2025-12-31")
    ]
    assert found.files[0].source == f"envoi.zip, {name.rpartition('/')[2]}"
    assert {path.name for path in tmp_path.iterdir()} == {"envoi.zip", "work"}
    assert not (tmp_path.parent / NAME).exists()


def test_an_archive_named_as_the_norm_says_names_its_only_file(read, fixture_text):
    found = read(zipped({"export.txt": fixture_text}), "123456782FEC20251231.zip")
    assert (found.files[0].name.siren, found.files[0].name.is_conform) == ("123456782", True)


def test_an_archive_may_hold_markup_and_parts(read, fixture_text):
    parts = {
        "123456782FEC20251231_1.txt": fixture_text,
        "123456782FEC20251231_2.xml": as_markup(fixture_text),
    }
    assert [(file.name.part, file.lines) for file in read(zipped(parts)).files] == [(1, 57), (2, 57)]


def test_members_of_one_name_are_told_apart_by_their_folder(read, fixture_text):
    found = read(zipped({"2024/export.txt": fixture_text, "2025/export.txt": fixture_text}))
    assert [file.source for file in found.files] == [
        "envoi.zip, 2024/export.txt",
        "envoi.zip, 2025/export.txt",
    ]


def locked(content):
    """Set the flag of encryption in both headers."""
    data = bytearray(zipped({NAME: content}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def declared(content, size):
    """Declare another size of the member in the directory of the archive."""
    data = bytearray(zipped({NAME: content}))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = size.to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zipped({"photo.png": b"x"}), "fec.zip_members"),
        (zipped({f"{at}.txt": b"x" for at in range(101)}), "fec.zip_members"),
        (zipped({"dedans.zip": zipped({NAME: b"x"})}), "fec.zip_members"),
        (zipped({NAME: b""}), "source.empty_file"),
        (locked(b"JournalCode"), "fec.zip_locked"),
        (zipped({NAME: bytes(250_000_000)}), "source.zip_bomb"),
        (declared(b"JournalCode|" * 50, 3_000_000_000), "source.zip_bomb"),
        (declared(b"JournalCode|" * 50, 12), "source.damaged"),
        (zipped({NAME: b"JournalCode"})[:-30], "source.damaged"),
        (b"PK\x03\x04" + b"\0" * 50, "source.damaged"),
    ],
)
def test_an_archive_that_holds_no_fec_is_refused(read, content, code):
    with pytest.raises(SourceError) as refusal:
        read(content)
    assert refusal.value.code == code
    assert refusal.value.text("fr") and refusal.value.text("en")


def test_a_name_of_a_member_is_shown_without_what_a_terminal_obeys(read, fixture_text):
    found = read(zipped({"\x1b[2Jexport\n.txt": fixture_text}))
    assert found.files[0].source == "envoi.zip, ?[2Jexport?.txt"


def test_a_text_that_begins_like_an_archive_is_no_archive(read):
    with pytest.raises(SourceError):
        read(b"PK\x03\x04|JournalCode")
