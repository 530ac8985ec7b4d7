import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from capclient.batch import folders
from capclient.batch.manifest import read_manifest
from capclient.batch.plan import plan
from capclient.batch.run import run_one

from .companies import STEPS, content, make_jobs, write_company


def test_a_company_is_complete_and_its_second_run_executes_nothing(tmp_path: Path) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], ["good"])
    started: list[str] = []
    verdict = run_one(job, steps=STEPS, report=started.append)
    assert (verdict.status, verdict.reason, verdict.unchanged) == ("complete", "", False)
    assert verdict.findings == {"portfolio.revenue_n": 100.0}
    assert verdict.chapters == {"00_good": "complete"}
    before = content(job.folder)
    assert sorted(before) == [
        "customers.csv",
        "index.html",
        "indicators.json",
        "manifest.json",
        "notebooks/00_good.ipynb",
    ]
    assert (job.folder / "run.json").is_file()

    again = run_one(job, steps=STEPS, report=started.append)
    assert again.unchanged
    assert (again.findings, again.chapters) == (verdict.findings, verdict.chapters)
    assert content(job.folder) == before

    (job.folder / "customers.csv").write_text("C1,999\n")
    assert not run_one(job, steps=STEPS, report=started.append).unchanged
    assert content(job.folder) == before  # a touched file is made again, to the byte
    assert not run_one(replace(job, force=True), steps=STEPS, report=started.append).unchanged
    assert content(job.folder) == before
    assert started == ["00_good"] * 3
    assert sorted(path.name for path in job.out.iterdir()) == ["acme"]


@pytest.mark.parametrize("what", ["data", "parameters", "notebook", "language"])
def test_any_change_defeats_the_skip(tmp_path: Path, what: str) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], [])
    assert run_one(job, steps=STEPS).status == "complete"
    assert run_one(job, steps=STEPS).unchanged
    if what == "data":
        (tmp_path / "params" / "acme.csv").write_text("C1;101\n")
    elif what == "parameters":
        write_company(tmp_path / "params", "acme", extra="thresholds: {}\nperiod: {as_of: 2011-11-30}\n")
    elif what == "notebook":
        (job,) = make_jobs(tmp_path, ["acme"], ["table_without_output"])
    else:
        job = replace(job, lang="en")
    assert not run_one(job, steps=STEPS).unchanged


def test_bad_data_replace_the_old_report_by_their_explanation(tmp_path: Path) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], [])
    run_one(job, steps=STEPS)
    (tmp_path / "params" / "acme.csv").write_text("boom")
    verdict = run_one(job, steps=STEPS)
    assert (verdict.status, verdict.reason_code) == ("failed", "params.missing_file")
    assert verdict.reason.startswith("Le fichier de paramètres acme.yml n’existe pas.")
    assert sorted(content(job.folder)) == ["index.html", "manifest.json"]
    manifest = read_manifest(job.folder)
    assert (manifest["status"], manifest["reason"], manifest["inputs"]) == ("failed", verdict.reason, [])
    page = (job.folder / "index.html").read_text("utf-8")
    assert "acme.yml n’existe pas" in page
    assert str(tmp_path) not in page
    (tmp_path / "params" / "acme.csv").write_text("C1;5\n")
    assert run_one(job, steps=STEPS).status == "complete"


def test_a_defect_is_a_failed_company_with_its_trace(tmp_path: Path) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], [], lang="en")
    (tmp_path / "params" / "acme.csv").write_text("bug")
    verdict = run_one(job, steps=STEPS)
    assert (verdict.status, verdict.reason_code) == ("failed", "batch.unexpected")
    assert "ZeroDivisionError, a defect" in verdict.reason
    assert "Traceback" in verdict.trace
    assert "Traceback" not in (job.folder / "index.html").read_text()


@pytest.mark.slow
def test_a_failed_chapter_leaves_its_notebook_for_diagnosis(tmp_path: Path) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], ["good", "raises", "table_without_output"])
    verdict = run_one(job, steps=STEPS)
    assert (verdict.status, verdict.reason_code) == ("failed", "chapter.raised")
    assert "01_raises, cellule 3 : ZeroDivisionError, division by zero" in verdict.reason
    assert verdict.chapters == {
        "00_good": "complete",
        "01_raises": "failed",
        "02_table_without_output": "not_run",
    }
    assert sorted(content(job.folder)) == ["index.html", "manifest.json", "notebooks/01_raises.ipynb"]
    assert read_manifest(job.folder)["inputs"][0]["name"] == "acme.csv"
    assert str(tmp_path) not in (job.folder / "notebooks" / "01_raises.ipynb").read_text("utf-8")
    before = content(job.folder)
    run_one(job, steps=STEPS)
    assert content(job.folder) == before


def test_a_truncated_notebook_fails_the_company(tmp_path: Path) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], ["good"])
    whole = job.chapters[0].read_text("utf-8")
    job.chapters[0].write_text(whole[: len(whole) // 2], "utf-8")
    verdict = run_one(job, steps=STEPS)
    assert (verdict.status, verdict.reason_code) == ("failed", "chapter.not_a_notebook")
    assert verdict.chapters == {"00_good": "failed"}


def test_a_report_without_page_is_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], [])
    monkeypatch.setattr(type(STEPS), "page", lambda *_: None)
    assert run_one(job, steps=STEPS).reason_code == "batch.no_page"


def test_a_swap_that_fails_brings_the_old_report_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, old = tmp_path / "new", tmp_path / "acme"
    for folder in (new, old):
        folder.mkdir()
        (folder / "manifest.json").write_text(folder.name)
    real = os.rename

    def refuses_the_new(source: Path, target: Path) -> None:
        if Path(source) == new:
            raise PermissionError(13, "Permission denied")
        real(source, target)

    monkeypatch.setattr(os, "rename", refuses_the_new)
    with pytest.raises(folders.ReportError, match="acme"):
        folders.put_in_place(new, old)
    assert (old / "manifest.json").read_text() == "acme"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["acme", "new"]


def test_a_failure_that_cannot_be_written_leaves_no_stale_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], [])
    run_one(job, steps=STEPS)

    def disk_is_full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "acme" / "index.html"))

    monkeypatch.setattr("capclient.batch.failure.workspace", disk_is_full)
    monkeypatch.setattr("capclient.batch.run.workspace", disk_is_full)
    verdict = run_one(replace(job, force=True), steps=STEPS)
    assert (verdict.status, verdict.reason_code) == ("failed", "batch.system")
    assert "(index.html)" in verdict.reason
    assert not job.folder.exists()


def test_a_run_killed_between_two_renames_is_repaired_by_the_next(tmp_path: Path) -> None:
    aside, unfinished, other = (
        tmp_path / ".acme.1f.old",
        tmp_path / ".acme.2f.tmp",
        tmp_path / ".acme-2.3f.tmp",
    )
    for folder in (aside, unfinished, other):
        folder.mkdir()
        (folder / "manifest.json").touch()
    folders.recover(tmp_path / "acme")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".acme-2.3f.tmp", "acme"]


def test_the_folder_of_a_living_run_is_not_deleted(tmp_path: Path) -> None:
    with folders.workspace(tmp_path / "acme") as folder:
        folders.recover(tmp_path / "acme")
        assert folder.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_ours_is_never_replaced(tmp_path: Path) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], [])
    job.folder.mkdir(parents=True)
    (job.folder / "thesis.txt").write_text("years of work")
    verdict = run_one(job, steps=STEPS)
    assert (verdict.status, verdict.reason_code) == ("failed", "batch.foreign_folder")
    (tmp_path / "params" / "acme.csv").write_text("boom")
    run_one(job, steps=STEPS)
    assert content(job.folder) == {"thesis.txt": b"years of work"}


def test_a_company_claimed_twice_never_overwrites_the_first(tmp_path: Path) -> None:
    paths = [
        write_company(tmp_path / place, "acme", sales=f"C1;{n}\n") for n, place in enumerate(("a", "b"), 1)
    ]
    first, second = plan(paths, out=tmp_path / "out", chapters_folder=tmp_path / "none")
    assert run_one(first, steps=STEPS).status == "complete"
    assert run_one(second, steps=STEPS).reason_code == "batch.claimed_twice"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["acme"]
    assert run_one(first, steps=STEPS).unchanged


def test_unreadable_parameters_replace_a_stale_report(tmp_path: Path) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], [])
    run_one(job, steps=STEPS)
    (tmp_path / "params" / "acme.yml").write_text("company: [")
    (job,) = plan([tmp_path / "params" / "acme.yml"], out=tmp_path / "out", chapters_folder=tmp_path)
    assert run_one(job, steps=STEPS).status == "failed"
    assert sorted(content(job.folder)) == ["index.html", "manifest.json"]
    assert read_manifest(job.folder)["status"] == "failed"


def test_a_job_made_by_hand_cannot_leave_the_output_folder(tmp_path: Path) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], [])
    verdict = run_one(replace(job, id="../evil"), steps=STEPS)
    assert (verdict.status, verdict.reason_code) == ("failed", "params.company_id")
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path / "out").exists()


def test_a_name_that_is_markup_is_shown_not_run(tmp_path: Path) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], [])
    (tmp_path / "params" / "acme.csv").write_text("boom")
    run_one(replace(job, name="<script>alert(1)</script>"), steps=STEPS)
    page = (job.folder / "index.html").read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_manifest_has_no_date_and_sorted_keys(tmp_path: Path) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], [])
    run_one(job, steps=STEPS)
    text = (job.folder / "manifest.json").read_text("utf-8")
    assert text == json.dumps(json.loads(text), sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    assert json.loads(text)["company"] == {"id": "acme", "name": "Société acme"}
    assert "started" not in text
