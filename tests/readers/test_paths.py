"""A source names its files the same way on every machine."""

import pytest

from capclient.errors import SourceError
from capclient.params_sources import FileSource
from capclient.readers.paths import files, names


def found(folder, path):
    return [item.relative_to(folder).as_posix() for item in files(FileSource(path=path), folder=folder)]


@pytest.fixture
def folder(tmp_path):
    for name in ("b.csv", "a.csv", "notes.docx", "~$a.xlsx", ".cache.csv", "2024/v.csv", "2025/v.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def test_a_file_a_pattern_and_a_folder_are_sorted_by_name(folder):
    assert found(folder, "b.csv") == ["b.csv"]
    assert found(folder, "*.csv") == ["a.csv", "b.csv"]
    assert found(folder, ".") == ["a.csv", "b.csv"]
    assert found(folder, "*/v.csv") == ["2024/v.csv", "2025/v.csv"]


def test_equal_names_are_told_apart_by_the_shortest_path(folder):
    paths = files(FileSource(path="**/*.csv"), folder=folder)
    assert names(paths) == ["2024/v.csv", "2025/v.csv", "a.csv", "b.csv"]


def test_a_name_never_climbs_above_the_folders_that_files_share(folder):
    (folder / "v.csv").write_text("x")
    assert names([folder / "2024" / "v.csv", folder / "v.csv"]) == ["2024/v.csv", "v.csv"]
    assert names([folder / "v.csv"]) == ["v.csv"]
    assert names([]) == []


def test_a_variable_of_the_environment_has_a_default(folder, monkeypatch):
    assert found(folder, "${CAPCLIENT_YEAR:-2024}/v.csv") == ["2024/v.csv"]
    monkeypatch.setenv("CAPCLIENT_YEAR", "2025")
    assert found(folder, "${CAPCLIENT_YEAR:-2024}/v.csv") == ["2025/v.csv"]


def test_a_missing_file_names_the_nearest_one_and_no_machine_path(folder):
    with pytest.raises(SourceError, match=r"2024/w\.csv") as error:
        found(folder, "2024/w.csv")
    assert "« v.csv »" in str(error.value)
    assert str(folder) not in str(error.value)


def test_a_file_reached_twice_is_read_once_by_its_shortest_name(folder):
    (folder / "c.csv").symlink_to(folder / "a.csv")
    (folder / "2025" / "again").symlink_to(folder)
    assert found(folder, "?.csv") == ["a.csv", "b.csv"]
    assert found(folder, "**/?.csv") == ["2024/v.csv", "2025/v.csv", "a.csv", "b.csv"]


@pytest.mark.parametrize(
    "path", ["${CAPCLIENT_SECRET}/x.csv", "${CAPCLIENT_SECRET}", "${CAPCLIENT_SECRET}/*.csv"]
)
def test_a_message_never_holds_the_value_of_a_variable(folder, monkeypatch, path):
    for value in ("s3cr3t", "2024/s3cr3t", "s3cr3t" * 1000, "s3\ud800cr3t"):
        monkeypatch.setattr("os.environ", {"CAPCLIENT_SECRET": value})
        with pytest.raises(SourceError) as error:
            found(folder, path)
        assert "${CAPCLIENT_SECRET}" in str(error.value)
        assert "cr3t" not in str(error.value)


@pytest.mark.parametrize("path", ["${CAPCLIENT_NOTHING:-}", "${CAPCLIENT_NOTHING:- } "])
def test_a_blank_path_is_not_the_whole_folder(folder, path):
    with pytest.raises(SourceError) as error:
        found(folder, path)
    assert error.value.code == "source.no_path"


@pytest.mark.parametrize(
    "path",
    ["a" * 5000, "a" * 5000 + "*.csv", "a\0.csv", "a\0*.csv", "\ud800.csv", "\udcff*.csv", "b/" * 3000],
)
def test_what_can_be_no_path_is_an_error_of_the_source(folder, path):
    with pytest.raises(SourceError) as error:
        found(folder, path)
    assert len(str(error.value).encode()) < 600


@pytest.mark.parametrize("path", ["nothing/at.all", "empty"])
def test_nothing_found_is_an_error(folder, path):
    (folder / "empty").mkdir()
    with pytest.raises(SourceError, match=path):
        found(folder, path)


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(folder):
    (folder / "a[1].csv").write_text("x")
    assert found(folder, "a[1].csv") == ["a[1].csv"]
