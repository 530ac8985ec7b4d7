"""One source of truth for the dependencies, and an import that costs nothing."""

import re
import subprocess
import sys
import tomllib

import yaml

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def names(requirements):
    return {re.split(r"[<>=!~\[ ]", item)[0].lower().replace("_", "-") for item in requirements}


def test_environment_yml_installs_what_pyproject_declares_and_nothing_else():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    conda = [item for item in environment["dependencies"] if isinstance(item, str)]
    pip = next(item["pip"] for item in environment["dependencies"] if isinstance(item, dict))
    assert conda == [f"python{PROJECT['requires-python']}", "pip"]
    assert pip == ["-e .[lab,test]"]
    assert set(PROJECT["optional-dependencies"]) == {"lab", "sql", "test"}


def test_constraints_pin_every_declared_dependency_without_an_address():
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert "://" not in text and " @ " not in text
    pinned = names(text.split())
    declared = names(PROJECT["dependencies"]) | {
        name for extra in PROJECT["optional-dependencies"].values() for name in names(extra)
    } - {"capclient"}
    assert declared <= pinned


def test_each_dependency_says_why_it_is_there():
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    requirements = [line for line in lines if re.match(r'\s+"[a-z0-9-]+[<>=]', line)]
    assert len(requirements) > 20
    assert [line for line in requirements if not re.search(r"#\s\S", line)] == []


def test_importing_the_package_loads_no_heavy_library():
    code = "import sys, capclient; print([m for m in ('pandas', 'duckdb', 'matplotlib', 'typer') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
