from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.batch.plan import parameter_files, plan, safe_id
from capclient.errors import ParamsError
from capclient.params import COMPANY_ID

from .companies import make_jobs, write_company


def test_each_file_is_a_job_in_the_order_given(tmp_path: Path) -> None:
    jobs = make_jobs(tmp_path, ["beta", "acme"], ["good", "raises"])
    assert [job.id for job in jobs] == ["beta", "acme"]
    assert [path.stem for path in jobs[0].chapters] == ["00_good", "01_raises"]
    assert jobs[0].folder == tmp_path / "out" / "beta"
    assert (jobs[0].lang, jobs[0].formats, jobs[0].cell_timeout, jobs[0].refused) == (
        "fr",
        ("html",),
        600,
        None,
    )


def test_the_second_file_that_claims_a_company_is_refused_under_another_name(tmp_path: Path) -> None:
    first = write_company(tmp_path / "params", "acme")
    second = write_company(tmp_path / "archive", "acme")
    jobs = plan([first, second], out=tmp_path, chapters_folder=tmp_path)
    assert [job.id for job in jobs] == ["acme", "acme-2"]
    assert jobs[0].refused is None
    assert jobs[1].refused is not None
    assert jobs[1].refused.code == "batch.claimed_twice"
    assert "Two files claim company acme" in jobs[1].refused.text("en")


def test_an_unreadable_file_is_a_company_named_after_it(tmp_path: Path) -> None:
    bad = tmp_path / "Été 2024 & Cie.yml"
    bad.write_text("company: [", "utf-8")
    jobs = plan(
        [bad, write_company(tmp_path, "acme"), tmp_path / "absent.yml"],
        out=tmp_path,
        chapters_folder=tmp_path,
    )
    assert [job.id for job in jobs] == ["ete-2024-cie", "acme", "absent"]
    assert [job.refused.code if job.refused else None for job in jobs] == [
        "params.not_yaml",
        None,
        "params.missing_file",
    ]


@pytest.mark.parametrize("hostile", ["../evil", "/etc", "a/b", "..", "Con", "a" * 65, "<script>"])
def test_a_hostile_identifier_never_becomes_a_path(tmp_path: Path, hostile: str) -> None:
    path = tmp_path / "acme.yml"
    path.write_text(f"company: {{id: '{hostile}'}}\nsources: {{invoice_lines: a.csv}}\n", "utf-8")
    (job,) = plan([path], out=tmp_path / "out", chapters_folder=tmp_path)
    assert job.refused is not None
    assert job.refused.code == "params.company_id"
    assert job.id == "acme"
    assert job.folder.parent == tmp_path / "out"


def test_an_unreadable_file_never_takes_the_name_of_another_company(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text("company: [", "utf-8")
    other = write_company(tmp_path / "other", "acme")
    jobs = plan([tmp_path / "acme.yml", other], out=tmp_path, chapters_folder=tmp_path)
    assert [job.id for job in jobs] == ["acme-2", "acme"]
    assert jobs[1].refused is None


def test_a_folder_means_its_parameter_files_and_a_file_counts_once(tmp_path: Path) -> None:
    acme, beta = write_company(tmp_path, "acme"), write_company(tmp_path, "beta")
    assert parameter_files([beta, tmp_path]) == [beta, acme]


def test_nothing_to_do_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ParamsError) as error:
        parameter_files([tmp_path])
    assert error.value.code == "batch.no_file"


@pytest.mark.parametrize("name", ["01_raises", "01", "raises"])
def test_a_chapter_is_asked_for_by_name_number_or_slug(tmp_path: Path, name: str) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], ["good", "raises"], chapters=[name])
    assert [path.stem for path in job.chapters] == ["01_raises"]


def test_an_unknown_chapter_of_the_command_stops_it_and_one_of_a_company_refuses_it(tmp_path: Path) -> None:
    with pytest.raises(ParamsError):
        make_jobs(tmp_path, ["acme"], ["good"], chapters=["42"])
    path = write_company(tmp_path, "acme", extra="report: {chapters: [42_rien]}\n")
    (job,) = plan([path], out=tmp_path, chapters_folder=tmp_path / "chapters")
    assert job.refused is not None
    assert (job.id, job.refused.code) == ("acme", "params.unknown_chapter")


def test_own_chapters_stand_beside_the_yaml_and_run_last(tmp_path: Path) -> None:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "00_good.ipynb").touch()
    own = write_company(tmp_path / "params", "acme", extra="report: {own_chapters: [perso.ipynb]}\n")
    twice = write_company(tmp_path / "params", "beta", extra="report: {own_chapters: [00_good.ipynb]}\n")
    first, second = plan([own, twice], out=tmp_path, chapters_folder=tmp_path / "chapters")
    assert [path.name for path in first.chapters] == ["00_good.ipynb", "perso.ipynb"]
    assert first.chapters[1].parent == tmp_path / "params"
    assert second.refused is not None
    assert second.refused.code == "batch.chapter_twice"


def test_what_the_command_asks_wins_over_the_parameters(tmp_path: Path) -> None:
    (job,) = make_jobs(tmp_path, ["acme"], ["good"], lang="en", formats=["xlsx"], cell_timeout=9, force=True)
    assert (job.lang, job.formats, job.cell_timeout, job.force) == ("en", ("xlsx",), 9, True)


@given(st.text())
def test_every_text_makes_a_valid_identifier(text: str) -> None:
    assert COMPANY_ID.fullmatch(safe_id(text))


@pytest.mark.parametrize(
    ("text", "id"), [("", "company"), ("..", "company"), ("A.B", "a-b"), ("ş" * 90, "s" * 50)]
)
def test_any_text_makes_a_safe_name(text: str, id: str) -> None:
    assert safe_id(text) == id
