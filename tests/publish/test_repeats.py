"""A chapter says a caveat and a reason once, wherever they come from."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from capclient.cards import Sentence
from capclient.findings import finding
from capclient.notebook import together
from capclient.notices import notice
from capclient.publish.notebook_html import chapter_html
from capclient.vocabulary import Unknown
from capclient.wording import catalogue

CAVEAT = "Chaque changement est compté seul."


def chapter(*cells):
    return chapter_html(new_notebook(cells=list(cells)), lang="fr")


def answer(shown):
    return new_code_cell("x", outputs=[new_output("display_data", data={"text/html": shown.html()})])


def prose(source):
    return new_markdown_cell(source, metadata={"tags": ["lang-fr"]})


def test_a_caveat_is_said_once_a_chapter_in_full_at_its_first_place():
    other = Sentence("Trois.", ("Autre réserve.",))
    html = chapter(
        prose("## Q"), answer(Sentence("Un.", (CAVEAT,))), prose("## R"), answer(Sentence("Deux.", (CAVEAT,))),
        answer(together(other, Sentence("Quatre.", (CAVEAT, "Autre réserve.")))),
    )  # fmt: skip
    assert html.count(CAVEAT) == html.count("Autre réserve.") == 1
    assert html.index("Un.") < html.index(CAVEAT) < html.index("Deux.") < html.index("Quatre.")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_caveat_of_one_figure_names_it_so_that_no_other_loses_its_own(lang):
    ids = ("lifecycle.old_age_lost_share", "lifecycle.adult_stay_share")
    told = [finding(id, 0.5, caveat="caveat.stage_mix").caveats(lang)[0] for id in ids]
    assert told[0] != told[1]
    assert all(finding(id, 0.5).spec.label(lang) in words for id, words in zip(ids, told, strict=True))


def test_questions_in_a_row_that_have_the_same_reason_for_answer_are_one():
    missing, said = notice(Unknown("missing:cost"), "fr"), Sentence("Un chiffre.", ())
    html = chapter(
        prose("## Première ?"), answer(missing), prose("## Deuxième ?\n\nAvant-propos."), answer(missing),
        prose("## Troisième ?\n\nEncore."), answer(missing), prose("## Quatrième ?"), answer(missing),
        prose("## Cinquième ?"), answer(said), prose("## Sixième ?"), answer(missing),
    )  # fmt: skip
    before = catalogue("fr")["notice.same"].partition("{")[0]
    assert html.count(before) == 2, "the three in a row once, the one after a figure again"
    assert "Avant-propos" in html and "Encore" not in html
    assert "Même réponse à «\u00a0Troisième ?\u00a0» et «\u00a0Quatrième ?\u00a0»." in html
    assert "Un chiffre." in html and "Sixième" in html
