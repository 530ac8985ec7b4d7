"""The working copy of the notebooks that ``capclient lab`` opens."""

import nbformat

from capclient.laboratory import prepare
from capclient.places import notebooks


def test_the_copies_keep_one_language_and_take_the_parameters_of_the_company(tmp_path):
    copies = prepare(tmp_path / "lab", str(tmp_path / "acme.yml"), "fr")
    assert [path.name for path in copies] == sorted(
        path.name for path in notebooks().glob("[0-9][0-9]_*.ipynb")
    )
    for path in copies:
        notebook = nbformat.read(path, 4)
        tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
        assert "lang-fr" in tags and "lang-en" not in tags
        parameters = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
        values: dict[str, str] = {}
        exec(parameters.source, values)
        assert values["params"] == str(tmp_path / "acme.yml")


def test_a_notebook_that_an_analyst_changed_is_left_alone(tmp_path):
    first = prepare(tmp_path, "demo", "fr")[0]
    first.write_text("à moi", encoding="utf-8")
    assert prepare(tmp_path, "demo", "en")[0].read_text("utf-8") == "à moi"
