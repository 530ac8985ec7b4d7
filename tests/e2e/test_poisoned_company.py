"""A company whose names are attacks and accidents: everything is shown, nothing runs, nothing is lost."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from capclient.vocabulary import CHAPTERS

from .companies import HEADER, capclient, content, said, sales, write_company

pytestmark = pytest.mark.slow

SCRIPT = "<script>alert(1)</script>"
NAMES = [
    SCRIPT,
    '=HYPERLINK("http://x","y")',
    "| a | b |",
    "L" * 300,
    "Café 🦊👩‍🚒 & Fils",
    "\u202eشركة الأمل\u202c",
    "$x_1$ et $$y$$",
    "{{7*7}}{% raw %}",
    "%s %(a)s %n",
    "Deux\nlignes",
    '"><img src=x onerror=alert(2)>',
    "[lien](javascript:alert(3)) ![i](http://x/i.png)",
    "</style></table><h1>Titre",
    "`code` **gras** _x_ # titre",
    "{name} {0} {lang}",
    "C:\\temp\\x",
    "-1+1",
    "@SUM(A1)",
    "<!-- -->",
    "&lt;b&gt; &amp;",
]
FAMILIES = [SCRIPT, "| f |", "$f_1$", "=1+1"]
SALESPEOPLE = ["<b onclick=alert(4)>Zoé</b>", "+33 1", "{{s}}"]
FILE = "ventes d'été & <b> (1) {x} %s.csv"


class Seen(HTMLParser):
    """Tags, attributes and visible text of a page; styles apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.inside = tag
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside != "style":
            self.text += data


@pytest.fixture(scope="module")
def ledger() -> list[list[str]]:
    rows = sales()
    for row in rows:
        number = int(row[1][1:])
        row[2] = NAMES[number % len(NAMES)] + ("" if number < len(NAMES) else f" {number}")
        row[4] = FAMILIES[number % len(FAMILIES)]
        row[5] = SALESPEOPLE[number % len(SALESPEOPLE)]
    # Two lines that no reader can use, of which one would be a formula in a spreadsheet.
    bad = [
        ["=1+cmd|'/C calc'!A0", "C00", SCRIPT, "jamais", "f", "s", "10.00"],
        ["X1", "C01", "| a | b |", "2024-99-99", "f", "s", "abc"],
    ]
    return [*rows, *bad]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, ledger: list[list[str]]) -> Path:
    """The report of the poisoned company, all chapters, through the real batch."""
    folder = tmp_path_factory.mktemp("poison")
    path = write_company(folder / "params", "poison", ledger, file=FILE.replace("'", "’"))
    segments = pd.DataFrame({"customer_id": sorted({row[1] for row in ledger}), "name": None})
    segments["segment"] = [("<i>Or</i>", "| seg |", "$s_2$")[k % 3] for k in range(len(segments))]
    segments["sector"] = "=cmd()"
    segments.drop(columns="name").to_csv(folder / "params" / "clients.csv", index=False)
    text = path.read_text("utf-8").replace("Société poison", f"'{SCRIPT} {{{{7*7}}}} | a |'")
    path.write_text(text + "  customers: clients.csv\n", "utf-8")
    run = capclient("report", path, "--out", folder / "out", "-j", "2")
    assert run.returncode == 0, said(run)
    return folder / "out" / "poison"


def names(ledger: list[list[str]]) -> set[str]:
    return {row[2] for row in ledger if row[3][:2] == "20" and row[6] != "abc"}


def test_every_chapter_ran_and_was_verified(company: Path) -> None:
    told = json.loads((company / "manifest.json").read_text("utf-8"))
    assert told["status"] == "complete"
    assert [(one["id"], one["status"], one["problems"]) for one in told["chapters"]] == [
        (id, "complete", []) for id in CHAPTERS
    ]
    for id in CHAPTERS:
        notebook = nbformat.read(company / "notebooks" / f"{id}.ipynb", as_version=4)
        nbformat.validate(notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
        assert all(cell.execution_count for cell in code)
        assert not [out for cell in code for out in cell.outputs if out.output_type == "error"]


@pytest.mark.parametrize("page", ["poison/index.html", "index.html"])
def test_a_page_runs_nothing_loads_nothing_and_keeps_its_outline(company: Path, page: str) -> None:
    html = (company.parent / page).read_text("utf-8")
    seen = Seen(html)
    assert "<script" not in html.lower()
    assert not {"script", "iframe", "object", "embed", "base", "form", "link", "b"} & set(seen.tags)
    assert seen.tags.count("i") == html.count('<i style="width:')  # the bars of a table, nobody’s name
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    addresses = [value for name, value in seen.attributes if name in {"src", "href", "srcset", "action"}]
    assert all(re.match(r"#|data:image/(png|svg)|[\w/.-]+$", value) for value in addresses), addresses[:5]
    assert seen.tags.count("h1") == 1
    assert "49" not in re.findall(r"alert\(1\)</script> (.{6})", seen.text)
    assert f"{SCRIPT} {{{{7*7}}}} | a |" in seen.text


def test_review_files_run_nothing_and_bear_safe_names(company: Path) -> None:
    files = sorted((company / "commerciaux").iterdir())
    assert len(files) == len(SALESPEOPLE)
    for path in files:
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,70}\.html", path.name)
        seen = Seen(path.read_text("utf-8"))
        assert not {"script", "iframe", "object", "img", "form", "link", "b"} & set(seen.tags)
        assert not [name for name, _ in seen.attributes if name.startswith("on")]
        assert all(value.startswith("#") for name, value in seen.attributes if name in {"src", "href"})
        assert seen.tags.count("h1") == 1
    told = " ".join(Seen(path.read_text("utf-8")).text for path in files)
    assert all(name in told for name in SALESPEOPLE) and SCRIPT in told


def test_a_reader_sees_the_names_as_they_are(company: Path) -> None:
    text = Seen((company / "index.html").read_text("utf-8")).text
    for name in (SCRIPT, '=HYPERLINK("http://x","y")', "| a | b |", "$x_1$ et $$y$$", "{{7*7}}{% raw %}"):
        assert name in text, name


def test_saved_notebooks_show_names_as_text(company: Path) -> None:
    for id in CHAPTERS:
        notebook = nbformat.read(company / "notebooks" / f"{id}.ipynb", as_version=4)
        for cell in notebook.cells:
            for out in cell.get("outputs", []):
                shown = "".join(out.get("data", {}).get(kind, "") for kind in ("text/html", "text/markdown"))
                assert not re.search(r"<script|onerror=alert\(2\)>|<b onclick", shown.replace("&lt;", "")), id


def test_data_files_hold_the_names_verbatim(company: Path, ledger: list[list[str]]) -> None:
    expected = names(ledger)
    parquet = pd.read_parquet(company / "customers.parquet")
    assert set(parquet.name) == expected
    with (company / "customers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["name"] for row in rows} == expected
    assert set(parquet.salesperson) == set(SALESPEOPLE)
    assert set(parquet.segment) == {"<i>Or</i>", "| seg |", "$s_2$"}
    assert set(parquet.sector) == {"=cmd()"}


def test_rejects_are_shown_by_a_spreadsheet_and_never_computed(company: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((company / "rejects.csv").read_text("utf-8"))))
    assert len(rows) == 2
    assert rows[0]["raw"].startswith("'=1+cmd|") and "jamais" in rows[0]["raw"]
    assert "2024-99-99" in rows[1]["raw"]
    assert not [cell for row in rows for cell in row.values() if re.match(r"[=+@\t\r]|-\D", cell)]


def test_totals_close_and_every_name_weighs_what_it_bought(company: Path, ledger: list[list[str]]) -> None:
    told = json.loads((company / "manifest.json").read_text("utf-8"))["quality"]
    assert (told["lines_in"], told["lines_rejected"]) == (len(ledger), 2)
    parquet = pd.read_parquet(company / "customers.parquet").set_index("name")
    good = [row for row in ledger if row[3][:4] == "2024" and row[3][5:7] <= "12"]
    revenue = (
        pd.DataFrame(good, columns=HEADER).astype({"amount_ht": float}).groupby("customer_name").amount_ht
    )
    bought = revenue.sum().reindex(parquet.index, fill_value=0)
    assert (parquet.revenue_n - bought).abs().max() < 0.005


def test_nothing_was_written_elsewhere(company: Path) -> None:
    assert {path.name for path in company.parent.iterdir()} == {"poison", "index.html", "batch.json"}
    assert set(content(company)) >= {"index.html", "customers.csv", "rejects.csv", "manifest.json"}
