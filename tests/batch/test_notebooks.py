import os
import sys
from pathlib import Path

import nbformat
import pytest

from capclient.batch.environment import environment
from capclient.batch.kernels import kernel_manager
from capclient.batch.notebooks import execute, notebook_bytes, read_notebook, shareable
from capclient.batch.scrub import Scrubber, machine_scrubber
from capclient.batch.verify import Problem, verify
from capclient.errors import ReportError

from .companies import notebook


def ran(name: str, folder: Path, timeout: int = 60) -> nbformat.NotebookNode:
    variables = environment("fr")
    return execute(
        notebook(name),
        cwd=folder,
        parameters={"params": "acme.yml", "lang": "fr"},
        timeout=timeout,
        variables=variables,
    )


def problems(name: str, folder: Path, timeout: int = 60) -> list[tuple[str, int | None]]:
    found = verify(notebook(name), ran(name, folder, timeout), chapter=name)
    assert all(problem.text("fr") and name in problem.text("en") for problem in found)
    return [(problem.code, problem.cell) for problem in found]


def test_a_good_notebook_has_no_problem_and_a_cut_one_has(tmp_path: Path) -> None:
    source, executed = notebook("good"), ran("good", tmp_path)
    assert verify(source, executed, chapter="good") == []
    cut = nbformat.from_dict(executed)
    del cut.cells[-1]
    assert verify(source, cut, chapter="good") == [Problem("good", "chapter.cells_differ")]


def test_a_notebook_that_only_looks_executed_is_refused(tmp_path: Path) -> None:
    source = notebook("good")
    assert [problem.code for problem in verify(source, source, chapter="good")] == ["chapter.not_run"]
    pretending = notebook("good")
    for number, cell in enumerate(pretending.cells):
        cell.metadata["papermill"] = {"status": "completed"}
        if cell.cell_type == "code":
            cell.execution_count = number
    assert [problem.code for problem in verify(source, pretending, chapter="good")] == [
        "chapter.not_completed"
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kills_kernel", ("chapter.died", 3)),
        ("raises", ("chapter.raised", 3)),
        ("sysexit0", ("chapter.stopped_itself", 2)),
        ("skipped_cell", ("chapter.not_run", 2)),
        ("forgiven_error", ("chapter.raised", 2)),
        ("figure_without_output", ("chapter.no_figure", 2)),
        ("figure_without_alt", ("chapter.no_alt", 2)),
        ("table_without_output", ("chapter.no_table", 2)),
        ("hidden_error", ("chapter.hidden_error", 2)),
    ],
)
def test_a_notebook_that_went_wrong_names_its_cell(
    tmp_path: Path, name: str, expected: tuple[str, int]
) -> None:
    assert problems(name, tmp_path) == [expected]


@pytest.mark.slow
def test_a_cell_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    assert problems("too_slow", tmp_path, timeout=1) == [("chapter.timed_out", 2)]


@pytest.mark.slow
def test_a_notice_may_stand_for_a_figure(tmp_path: Path) -> None:
    assert problems("figure_replaced_by_notice", tmp_path) == []


@pytest.mark.slow
def test_a_python_file_beside_the_data_is_never_run(tmp_path: Path) -> None:
    (tmp_path / "nbformat.py").write_text("raise SystemExit('ran')")
    assert problems("imports_what_lies_beside_the_data", tmp_path) == []


@pytest.mark.slow
def test_figures_survive_the_backend_of_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    assert [output.output_type for output in ran("plots", tmp_path).cells[-1].outputs] == ["display_data"]


@pytest.mark.slow
def test_a_kernel_that_cannot_start_is_said(tmp_path: Path) -> None:
    executed = execute(
        notebook("good"), cwd=tmp_path, parameters={}, timeout=9, variables={"PYTHONHOME": str(tmp_path)}
    )
    assert [p.code for p in verify(notebook("good"), executed, chapter="good")] == ["chapter.no_kernel"]


def test_the_saved_copy_says_nothing_of_the_machine_and_never_changes(tmp_path: Path) -> None:
    here = Path.cwd()
    copies = []
    for _ in range(2):
        executed = ran("tells_where_it_runs", tmp_path)
        assert str(tmp_path) in executed.cells[3].outputs[0].text
        copies.append(notebook_bytes(shareable(executed, machine_scrubber(tmp_path, tmp_path / "out"))))
    assert copies[0] == copies[1]
    assert Path.cwd() == here
    saved = nbformat.reads(copies[0].decode(), as_version=4)
    nbformat.validate(saved)
    assert saved.cells[3].outputs[0].text == ". acme.yml fr 1\n"
    assert [output.text for output in saved.cells[4].outputs] == ["<object object at 0x0> ~/x\n"]
    text = copies[0].decode()
    assert not any(
        word in text
        for word in (str(tmp_path), str(Path.home()) + "/", "papermill", "warning\\n", "duration")
    )


def test_the_kernel_is_this_python_over_a_private_socket() -> None:
    with kernel_manager({}) as manager_class:
        manager = manager_class(kernel_name="python3")
        assert manager.kernel_spec is not None
        assert manager.kernel_spec.argv[0] == sys.executable
        if os.name == "posix":
            folder = Path(manager.ip).parent
            assert manager.transport == "ipc"
            assert folder.stat().st_mode & 0o777 == 0o700
            assert len(f"{manager.ip}-99") <= 100


@pytest.mark.skipif(os.name != "posix", reason="Unix sockets")
def test_a_long_temporary_folder_still_leaves_room_for_sockets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("x" * 100)))
    with kernel_manager({}) as manager_class:
        assert len(manager_class(kernel_name="python3").ip) < 100


@pytest.mark.parametrize("text", ['{"cells": [', "", "[]", '{"nbformat": 4}'])
def test_a_truncated_notebook_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "00_donnees.ipynb"
    path.write_text(text, "utf-8")
    with pytest.raises(ReportError, match="00_donnees") as error:
        read_notebook(path)
    assert error.value.code == "chapter.not_a_notebook"


def test_a_path_spelt_by_the_letters_of_an_image_is_left_alone() -> None:
    scrub = Scrubber({"/srv": "~", "/srv/acme": ""})
    assert (
        scrub('<img src="data:image/png;base64,AB/srv/Q=="> /srv/x')
        == '<img src="data:image/png;base64,AB/srv/Q=="> ~/x'
    )
    assert scrub("/srv/acme/ventes.csv /srv/acme /srvx a/srv/b") == "ventes.csv . /srvx a/srv/b"
    assert scrub("File /tmp/ipykernel_42/7.py:1") == "File cell.py:1"


def test_a_cell_that_killed_its_kernel_keeps_nothing_that_arrived_by_chance(tmp_path: Path) -> None:
    executed = ran("kills_kernel", tmp_path)
    killed = executed.cells[-1]
    killed.execution_count = 2  # the count reaches us before the death, or not
    killed.outputs = [nbformat.v4.new_output("stream", text="avant")]
    saved = shareable(executed, Scrubber({}))
    assert (saved.cells[-1].execution_count, saved.cells[-1].outputs) == (None, [])
    assert saved.cells[-2].execution_count is not None
