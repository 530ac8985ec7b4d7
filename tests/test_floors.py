"""The house has floors: a module imports only from those below it."""

import ast
from pathlib import Path

import pytest

import capclient

PACKAGE = Path(capclient.__file__).parent

FLOORS = {
    0: ("wording", "errors", "vocabulary", "capabilities", "places", "levels"),
    1: (
        *(
            "schema",
            "bounds",
            "thresholds",
            "thresholds_ahead",
            "thresholds_actions",
            "periods",
            "templates",
            "regulation",
        ),
        *(
            "params",
            "params_sources",
            "params_rules",
            "params_errors",
            "params_promises",
            "params_score",
            "params_privacy",
            "params_grid",
            "params_sectors",
            "yaml_text",
        ),
    ),
    2: ("readers",),
    3: ("store", "inputs", "ingest", "engine", "frames", "summaries", "dated", "portfolio", "accounting"),
    4: ("indicators",),
    5: ("findings", "themes", "decisions", "glossary"),
    6: ("notices", "figures", "tables", "cards", "checks"),
    7: ("notebook",),
    8: ("publish", "batch", "inspection", "laboratory", "proposal", "initiation", "course"),
    9: ("cli", "__init__", "__main__"),
}
BESIDE = "datasets"
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}
HEAVY = {"seaborn", "matplotlib", "papermill", "nbconvert", "typer", "rich"}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_share" not in path.parts)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_the_floors_below(path):
    room = room_of(path)
    if room == BESIDE:
        allowed = FLOORS[0] + FLOORS[1] + (BESIDE,)
        rooms = {name.split(".")[1] for name in imported(path) if name.startswith("capclient.")}
        assert rooms <= set(allowed)
        return
    for name in imported(path):
        if name.startswith("capclient."):
            other = name.split(".")[1]
            if other == BESIDE:
                assert FLOOR_OF[room] >= 7, f"{room} reads the simulated companies"
            elif other != room:
                assert FLOOR_OF[other] <= FLOOR_OF[room], f"{room} (floor {FLOOR_OF[room]}) imports {name}"
        elif name.split(".")[0] in HEAVY:
            assert FLOOR_OF[room] >= 6, f"{room} imports {name}"


def test_every_room_has_a_floor():
    assert {room_of(path) for path in MODULES} - {BESIDE} <= set(FLOOR_OF)


def test_no_module_is_a_giant():
    sizes = {str(path.relative_to(PACKAGE)): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert {name: size for name, size in sizes.items() if size > 300} == {}


def test_the_answer_key_is_named_nowhere_in_the_analysis():
    for path in MODULES:
        if room_of(path) != BESIDE:
            assert "answer_key" not in path.read_text("utf-8"), path.name
