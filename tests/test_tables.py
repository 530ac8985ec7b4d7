"""Tables: escaped, captioned, scoped, formatted."""

import re
from html import unescape

import pandas as pd
import pytest

from capclient.notices import Notice
from capclient.tables import Styles, table
from capclient.vocabulary import Unknown

POISON = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "| a | b |",
    "é" * 300,
    "🦊",
    "\u202eאבג",
    "$x_1$",
]
COLUMNS = [
    ("name", "Client", "text"),
    ("revenue", "CA", "money"),
    ("weight", "Poids", "share"),
    ("growth", "Évol.", "change"),
]


def made(lang: str = "fr", most: int | None = None):
    frame = pd.DataFrame(
        {
            "name": POISON,
            "revenue": [1234567.4, -250.0, None, 0.0, 1.0, 2.0, 3.0],
            "weight": [0.5, 0.25, None, 0.0, 1.0, 1.2, -0.1],
            "growth": [0.125, -0.5, None, 0.0, 1.0, 2.0, 3.0],
        }
    )
    return table(frame, columns=COLUMNS, caption="Clients & poids", lang=lang, currency="EUR", most=most)


def test_names_that_try_to_run_are_only_text():
    html = made().html()
    assert "<script" not in html
    assert html.count("<bdi>") == len(POISON)
    assert all(name in unescape(html) for name in POISON)


def test_heads_have_a_scope_and_the_table_a_caption():
    html = made().html()
    assert html.count('scope="col"') == 4 and html.count('scope="row"') == len(POISON)
    assert "<caption>Clients &amp; poids</caption>" in html
    assert 'tabindex="0"' in html and 'role="region"' in html and 'aria-label="Clients &amp; poids"' in html


def test_a_missing_value_is_a_dash_that_says_unknown():
    assert 'aria-label="inconnu">–</span>' in made().html()
    assert 'aria-label="unknown">–</span>' in made("en").html()


def test_only_a_share_between_0_and_1_has_a_bar():
    assert [cell[2].bar for cell in made().rows] == [50.0, 25.0, None, 0.0, 100.0, None, None]
    assert all(cell[3].bar is None for cell in made().rows)


def test_a_change_carries_its_sign():
    assert [row[3].text for row in made("en").rows[:2]] == ["+12.5%", "−50.0%"]


def test_a_long_table_says_how_many_rows_are_cut():
    assert "… et 5 autres lignes" in made(most=2).html()
    assert "… and 1 more row<" in made("en", most=6).html()
    assert "cc-rest" not in made(most=7).html()


def test_french_and_english_numbers_are_the_same_numbers():
    def numbers(lang: str) -> list[float | None]:
        decimal = "," if lang == "fr" else "."
        texts = [cell.text for row in made(lang).rows for cell in row[1:]]
        kept = [re.sub(rf"[^0-9\-{decimal}]", "", text).replace(",", ".") for text in texts]
        return [float(text) if text else None for text in kept]

    assert numbers("fr") == numbers("en")


def test_an_unknown_frame_becomes_a_notice_that_names_what_is_missing():
    shown = table(Unknown("missing:cost"), columns=COLUMNS, caption="x", lang="fr", currency="EUR")
    assert isinstance(shown, Notice)
    assert "cost" in shown.html() and "<strong>Non calculé</strong>" in shown.html()


def test_a_column_that_is_not_there_is_a_fault():
    with pytest.raises(KeyError, match="absent"):
        table(
            pd.DataFrame({"a": [1]}),
            columns=[("absent", "x", "count")],
            caption="c",
            lang="fr",
            currency="EUR",
        )


def test_the_style_sheet_shown_in_a_notebook_is_that_of_the_report():
    shown = Styles()._repr_mimebundle_()["text/html"]
    assert (
        shown.startswith("<style>") and ".cc-table" in shown and "&gt;" not in shown and "url(" not in shown
    )
