"""The glossary is generated: it cannot disagree with the catalogue or with the schema."""

import re
from pathlib import Path

import pytest

from capclient.glossary import TAUGHT_IN, glossary, taught_in
from capclient.indicators.segments import SEGMENTS
from capclient.schema import TABLES, TOTALS
from capclient.vocabulary import (
    CHAPTERS,
    REASONS,
    STAGE_FLAGS,
    STAGES,
    STATES,
    STATUSES,
    UNITS,
    finding_specs,
)
from capclient.wording import LANGUAGES

ROOT = Path(__file__).resolve().parents[1]


def test_the_file_is_what_the_command_prints():
    assert (ROOT / "GLOSSARY.md").read_text("utf-8") == glossary(), (
        "run: python -m capclient.glossary > GLOSSARY.md"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_finding_has_an_entry_with_its_definition_and_its_notebook(lang):
    rows = [line for line in glossary(lang).splitlines() if "](notebooks/" in line]
    assert len(rows) == len(finding_specs())
    for row, spec in zip(rows, finding_specs().values(), strict=True):
        term, id, _unit, section, how, notebook = row.strip("| ").split(" | ")
        assert (term, id, section, how) == (spec.label(lang), f"`{spec.id}`", spec.section, spec.how(lang))
        assert f"(notebooks/{taught_in(spec.id)}.ipynb)" in notebook


def test_every_group_of_findings_is_taught_in_a_chapter_that_exists():
    assert {id.partition(".")[0] for id in finding_specs()} == set(TAUGHT_IN)
    assert set(TAUGHT_IN.values()) <= set(CHAPTERS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_the_house_has_an_entry(lang):
    text = glossary(lang)
    for code in (*STAGES, *STATES, *STATUSES, *STAGE_FLAGS, *REASONS, *SEGMENTS):
        assert f"| `{code}` |" in text


def test_every_table_and_column_is_listed_with_its_mark():
    text = glossary()
    for table in (*TABLES.values(), TOTALS):
        _, _, section = text.partition(f"### `{table.name}`\n")
        section = section.partition("\n### ")[0]
        assert re.findall(r"^\| `([a-z_]+)`", section, re.MULTILINE) == list(table.names)
        assert re.findall(r"^\| `([a-z_]+)` ★", section, re.MULTILINE) == list(table.required)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_row_of_a_table_has_as_many_cells_as_its_head(lang):
    for block in glossary(lang).split("\n\n"):
        if block.startswith("| "):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_every_entry_of_the_catalogue_says_what_it_is_and_how_it_is_computed():
    for spec in finding_specs().values():
        assert spec.unit in UNITS
        for lang in LANGUAGES:
            assert spec.label(lang)[0].isupper() and not spec.label(lang).endswith(".")
            assert spec.how(lang).endswith(".") and len(spec.how(lang)) > 15
        assert "'" not in spec.fr + spec.how_fr
        assert not re.search(r" [:;?!%]", spec.fr + spec.how_fr), spec.id
        assert spec.how_fr != spec.how_en


def test_no_two_findings_share_a_name():
    for lang in LANGUAGES:
        labels = [spec.label(lang) for spec in finding_specs().values()]
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_link_to_a_section_finds_one_and_only_one(lang):
    anchors = re.findall(r'<a id="([^"]+)">', glossary(lang))
    assert len(set(anchors)) == len(anchors)
