"""The lessons as tests read and run them: cells in one process, without a kernel."""

import ast
import json

import pandas as pd

from capclient.course.editions import lessons

PATHS = lessons()
MARKDOWN, CODE = "markdown", "code"


def cells_of(path):
    """Cells of a notebook, each with its source as one text."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in cells]


def tags(cell):
    return cell["metadata"]["tags"]


def run(cells, said, **given):
    """Run the code cells in order, note in ``said`` what ``check`` says; return what the last cell shows."""
    names, shown = {}, None
    for cell in cells:
        if cell["cell_type"] != CODE:
            continue
        tree = ast.parse(cell["source"])
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), names)
        if "parameters" in tags(cell):
            names.update(given)
        if last is not None:
            shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            if "check" in tags(cell):
                said[last.value.args[0].value] = shown
    return shown


def answers(cells):
    """Name of each exercise in order, from the cells that check them."""
    return [
        ast.parse(cell["source"]).body[0].value.args[0].value
        for cell in cells
        if cell["cell_type"] == CODE and "check" in tags(cell)
    ]


def is_answer(value):
    return isinstance(value, int | float | str | set | frozenset | pd.Series)
