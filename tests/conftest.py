"""What every test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.examples import few

# A busy machine proves nothing against a test.
settings.register_profile("house", deadline=None, max_examples=few(100))
settings.load_profile("house")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests never touch the cache of the user."""
    os.environ["CAPCLIENT_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the public data sets; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("CAPCLIENT_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no public data sets: set CAPCLIENT_DATA (looked for {folder.name}/)")
    return folder


TOGETHER = {  # modules that look at the same companies: one worker reads them, and computes their themes once
    f"tests/e2e/test_{name}.py": "tests/e2e"
    for name in ("plan_truths", "relation_truths", "simulated_lives", "simulated_truths")
} | {f"tests/course/test_{name}.py": "tests/course" for name in ("classroom", "editions", "known", "lessons")}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Give each file to one worker (``--dist loadfile``), and the files of :data:`TOGETHER` to the same one."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return TOGETHER.get(file, file)

    return Scheduling(config, log)
