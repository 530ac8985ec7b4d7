"""A working copy of the notebooks with the parameters of a company: theirs to change, ours stay as they are.

Floor 8.
"""

from __future__ import annotations

import json
from pathlib import Path

from capclient import places
from capclient.store import write_atomically


def prepare(folder: Path, params: str) -> list[Path]:
    """Copy every chapter into a folder with ``params`` as its default, and return the copies.

    A notebook that is already there belongs to the analyst: it is left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    value = params if params == "demo" else str(Path(params).resolve())
    copies = []
    for source in sorted(places.notebooks().glob("[0-9][0-9]_*.ipynb")):
        target = folder / source.name
        if not target.exists():
            notebook = json.loads(source.read_text("utf-8"))
            for cell in notebook["cells"]:
                if "parameters" in cell["metadata"].get("tags", []):
                    cell["source"] = [_assigned(line, value) for line in cell["source"]]
            write_atomically(target, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")
        copies.append(target)
    return copies


def _assigned(line: str, value: str) -> str:
    if not line.startswith("params ="):
        return line
    _, mark, comment = line.partition("  #")
    return f"params = {json.dumps(value, ensure_ascii=False)}{mark}{comment}"
