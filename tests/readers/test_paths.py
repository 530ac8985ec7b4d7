"""A source names its files the same way on every machine."""

import pytest

from capclient.errors import SourceError
from capclient.params import FileSource
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


def test_a_variable_of_the_environment_has_a_default(folder, monkeypatch):
    assert found(folder, "${CAPCLIENT_YEAR:-2024}/v.csv") == ["2024/v.csv"]
    monkeypatch.setenv("CAPCLIENT_YEAR", "2025")
    assert found(folder, "${CAPCLIENT_YEAR:-2024}/v.csv") == ["2025/v.csv"]


def test_a_missing_file_names_the_nearest_one_and_no_machine_path(folder):
    with pytest.raises(SourceError, match=r"2024/w\.csv") as error:
        found(folder, "2024/w.csv")
    assert "« v.csv »" in str(error.value)
    assert str(folder) not in str(error.value)


@pytest.mark.parametrize("path", ["nothing/at.all", "empty"])
def test_nothing_found_is_an_error(folder, path):
    (folder / "empty").mkdir()
    with pytest.raises(SourceError, match=path):
        found(folder, path)


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(folder):
    (folder / "a[1].csv").write_text("x")
    assert found(folder, "a[1].csv") == ["a[1].csv"]
