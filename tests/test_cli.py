"""The command line as a user meets it: words in, messages and exit status out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from capclient.cli import app
from capclient.portfolio import Portfolio
from capclient.publish.files import indicators_json
from capclient.themes import results

from .e2e.companies import capclient, content, said, sales, write_company

SOURCES = "sources: {invoice_lines: ventes.csv}\n"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a]\ncompany: {id: x}\n" + SOURCES
NESTED = "company: " + "[" * 50_000 + "\n"
WRONG = {  # parameters that no command can use, and what the message must hold
    "misspelt": ("company: {id: x, nmae: y}\n" + SOURCES, ("misspelt.yml", "company.nmae", "« name »")),
    "misspelt_deep": (
        "company: {id: x}\nsources: {invoice_lines: {path: v.csv, decimals: ','}}\n",
        ("decimals", "« decimal »"),
    ),
    "bomb": (BOMB, ("alias",)),
    "nested": (NESTED, ("niveaux",)),
    "outside": ("company: {id: ../../x}\n" + SOURCES, ("'../../x'", "lettre minuscule")),
    "bad_date": ("company: {id: x}\nperiod: {as_of: 31/12/2024}\n" + SOURCES, ("period.as_of", "31/12/2024")),
    "bytes": (b"company: {id: \xff\xfe}\n", ("bytes.yml",)),
    "list": ("- company\n", ("list.yml",)),
}


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_company(tmp_path_factory.mktemp("cli"), "acme", sales())


@pytest.fixture
def wrong(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    text = WRONG[request.param][0]
    path = tmp_path / "params" / "deeper" / f"{request.param}.yml"
    path.parent.mkdir(parents=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_help_lists_the_commands_and_loads_no_library_of_data() -> None:
    script = (
        "import sys; sys.argv = ['capclient', '--help']\nfrom capclient.cli import main\n"
        "try: main()\nexcept SystemExit as end: print('status', end.code)\n"
        "heavy = {'pandas', 'numpy', 'duckdb', 'pydantic', 'matplotlib', 'papermill', 'babel', 'sklearn'}\n"
        "print('loaded', sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "status 0" in run.stdout and "loaded []" in run.stdout
    assert all(
        command in run.stdout
        for command in ("init", "check", "report", "indicators", "demo", "lab", "course")
    )
    assert "--debug" in run.stdout


@pytest.mark.parametrize(
    ("script", "heavy"),
    [
        (
            "import sys; sys.argv = ['capclient', 'check', 'nope.yml']\nfrom capclient.cli import main\n"
            "try: main()\nexcept SystemExit as end: assert end.code == 2",
            {"pandas", "duckdb", "scipy", "sklearn", "matplotlib"},
        ),
        ("import sys, capclient.notebook", {"sklearn", "seaborn", "scipy.stats"}),
    ],
    ids=["a wrong file", "a notebook"],
)
def test_nobody_waits_for_a_library_before_it_is_needed(script: str, heavy: set[str]) -> None:
    script += f"\nprint('loaded', sorted({heavy!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "loaded []" in run.stdout


@pytest.mark.parametrize("words", [[], ["frobnicate"], ["report"], ["report", "x.yml", "-j", "0"]])
def test_a_wrong_command_is_status_2(words: list[str]) -> None:
    assert capclient(*words).returncode == 2


@pytest.mark.parametrize("command", ["check", "indicators"])
def test_a_missing_parameter_file_is_status_2(tmp_path: Path, command: str) -> None:
    run = capclient(command, tmp_path / "nope.yml")
    assert run.returncode == 2 and "nope.yml n’existe pas" in said(run) and "Traceback" not in said(run)


@pytest.mark.parametrize("wrong", WRONG, indirect=True)
def test_parameters_that_cannot_be_used_are_status_2_and_the_message_says_why(wrong: Path) -> None:
    for command in ("check", "indicators"):
        run = capclient(command, wrong)
        assert run.returncode == 2 and not run.stdout
        assert all(word in said(run) for word in WRONG[wrong.stem][1]), said(run)
        assert "Traceback" not in said(run)


def test_a_report_counts_unusable_parameters_as_failed_companies_and_writes_nothing_outside(
    tmp_path: Path,
) -> None:
    params = tmp_path / "params"
    params.mkdir()
    for name, (text, _) in WRONG.items():
        (params / f"{name}.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
    run = capclient("report", params, params / "nope.yml", "--out", tmp_path / "a" / "b" / "out", "-j", "2")
    assert run.returncode == 1 and "Traceback" not in said(run)
    told = json.loads((tmp_path / "a" / "b" / "out" / "batch.json").read_text("utf-8"))["companies"]
    assert len(told) == len(WRONG) + 1
    assert all(one["status"] == "failed" and one["reason"] and one["findings"] == {} for one in told)
    for name, (_, words) in WRONG.items():
        reason = next(one["reason"] for one in told if one["id"] == name)
        assert all(word in reason for word in words), reason
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "params"]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["b"]
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == ["out"]
    folders = {path.name for path in (tmp_path / "a" / "b" / "out").iterdir() if path.is_dir()}
    assert folders == {*WRONG, "nope"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["report", "{acme}", "--only", "20_concentartion"], "« 20_concentration »"),
        (["report", "{acme}", "--formats", "docx"], "docx"),
        (["report", "{empty}"], "Aucun fichier"),
        (["report", "{acme}", "--out", "{acme}"], "acme.yml"),
        (["check", "{acme}", "--as-of", "31/12/2024"], "« 31/12/2024 »"),
        (["indicators", "{acme}", "--as-of", "2024-02-30"], "« 2024-02-30 »"),
    ],
)
def test_an_option_that_cannot_be_followed_is_status_2(
    acme: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    run = capclient(*(word.format(acme=acme, empty=tmp_path) for word in words))
    assert run.returncode == 2 and message in said(run) and "Traceback" not in said(run)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        ["--only", "20_concentration", "--only", "50_attrition_segments", "--formats", "html,xlsx"],
        ["--only", "20_concentration, 50_attrition_segments", "--formats", "html", "--formats", "xlsx"],
        ["--only=20_concentration,,", "--only=50_attrition_segments,20_concentration", "--formats=html,xlsx"],
    ],
)
def test_an_option_that_takes_a_list_may_be_repeated(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what reaches the batch is looked at: the reports themselves have their own tests."""
    got: dict[str, list[str]] = {}

    def noted(paths: list[Path], **options: list[str]) -> int:
        got.update(options)
        return 0

    monkeypatch.setattr("capclient.batch.command.run_batch", noted)
    run = CliRunner().invoke(app, ["report", "acme.yml", *words], obj=False)
    assert run.exit_code == 0, run.output
    assert got["only"] == ["20_concentration", "50_attrition_segments"]
    assert got["formats"] == ["html", "xlsx"]


@pytest.mark.parametrize("as_of", ["0001-01-01", "2021-12-31"])
def test_a_date_before_the_data_is_status_1_and_the_first_day_is_said(acme: Path, as_of: str) -> None:
    check, indicators = (capclient(command, acme, "--as-of", as_of) for command in ("check", "indicators"))
    assert (check.returncode, indicators.returncode) == (1, 1)
    assert "2022-01-03" in check.stdout.decode() + said(check) and "2022-01-03" in said(indicators)
    assert "Traceback" not in said(check) + said(indicators) and not indicators.stdout


def test_a_missing_source_is_status_1_and_the_report_says_it(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text("company: {id: x}\n" + SOURCES, "utf-8")
    for words in (["check", path], ["indicators", path], ["report", path, "--out", tmp_path / "out"]):
        run = capclient(*words)
        assert run.returncode == 1 and "ventes.csv" in said(run) and "Traceback" not in said(run)
    assert sorted(content(tmp_path / "out")) == ["index.html", "x/index.html", "x/manifest.json"]


def test_check_tells_what_was_read_and_what_can_be_computed(acme: Path) -> None:
    run = capclient("check", acme)
    assert run.returncode == 0 and not run.stderr
    told = run.stdout.decode()
    assert "acme.csv" in told and "✗" not in told and "31 décembre 2024" in told


def test_check_is_status_1_when_too_many_lines_are_rejected(tmp_path: Path) -> None:
    rows = [row if number % 5 else [*row[:3], "pas une date", *row[4:]] for number, row in enumerate(sales())]
    run = capclient("check", write_company(tmp_path, "acme", rows))
    assert run.returncode == 1 and "20" in run.stdout.decode() and not run.stderr


def test_indicators_json_is_the_file_of_a_report_and_nothing_else(acme: Path) -> None:
    run = capclient("indicators", acme, "--format", "json")
    portfolio = Portfolio.open(acme)
    assert run.returncode == 0
    assert run.stdout == indicators_json(portfolio, results(portfolio), "fr").encode()
    told = json.loads(run.stdout)
    assert (told["company"], told["as_of"], told["currency"]) == ("acme", "2024-12-31", "EUR")
    ids = [finding["id"] for finding in told["findings"]]
    assert ids == sorted(ids) and len(ids) == len(set(ids)) > 60
    assert all((finding["reason"] is None) == (finding["value"] is not None) for finding in told["findings"])


def test_indicators_are_told_in_other_forms_and_languages(acme: Path) -> None:
    french, english = capclient("indicators", acme), capclient("indicators", acme, "--lang", "en")
    rows = capclient("indicators", acme, "--format", "csv").stdout.decode().splitlines()
    assert rows[0].startswith("id,label,value") and len(rows) == len(french.stdout.splitlines()) + 1
    assert french.stdout != english.stdout
    assert capclient("indicators", acme, "--format", "xml").returncode == 2


@pytest.mark.parametrize("command", ["check", "indicators", "report"])
def test_debug_shows_where_an_error_comes_from(tmp_path: Path, command: str) -> None:
    path = tmp_path / "x.yml"
    path.write_text("company: {id: x}\n" + SOURCES, "utf-8")
    words = ["--out", tmp_path / "out"] if command == "report" else []
    run = capclient(command, path, "--debug", *words)
    assert run.returncode == 1
    assert "Traceback (most recent call last)" in said(run) and "ventes.csv" in said(run)


def test_messages_follow_the_language_of_the_reader(tmp_path: Path) -> None:
    assert "does not exist" in said(capclient("check", tmp_path / "nope.yml", CAPCLIENT_LANG="en"))
