"""A working copy of the notebooks with the parameters of a company: theirs to change, ours stay as they are.

Floor 8.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from capclient import places
from capclient.store import write_atomically


def prepare(folder: Path, params: str, lang: str) -> list[Path]:
    """Copy every chapter into a folder with ``params`` and ``lang`` as its defaults, and return the copies.

    The prose keeps one language. A notebook that is already there belongs to the analyst: it is left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copies = []
    for source in sorted(places.notebooks().glob("[0-9][0-9]_*.ipynb")):
        target = folder / source.name
        if not target.exists():
            write_notebook(target, working_copy(source, params, lang))
        copies.append(target)
    return copies


def working_copy(source: Path, params: str, lang: str) -> dict[str, Any]:
    """Return a notebook of the house in one language, with ``params`` and ``lang`` as its defaults."""
    values = {"params": params if params == "demo" else str(Path(params).resolve()), "lang": lang}
    notebook: dict[str, Any] = json.loads(source.read_text("utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if _is_said(cell, lang)]
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = [_assigned(line, values) for line in cell["source"]]
    return notebook


def write_notebook(target: Path, notebook: dict[str, Any]) -> None:
    """Write a notebook, whole or not at all."""
    write_atomically(target, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")


def _is_said(cell: dict[str, Any], lang: str) -> bool:
    languages = [tag for tag in cell["metadata"].get("tags", []) if tag.startswith("lang-")]
    return not languages or f"lang-{lang}" in languages


def _assigned(line: str, values: dict[str, str]) -> str:
    name, equals, rest = line.partition(" = ")
    if not equals or name not in values:
        return line
    _, mark, comment = rest.partition("  #")
    return f"{name} = {json.dumps(values[name], ensure_ascii=False)}{mark}{comment}"
