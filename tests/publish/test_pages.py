"""Pages: one h1, no skipped level, nothing loaded, nothing run."""

import re
from datetime import date
from html.parser import HTMLParser

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from capclient import places
from capclient.cards import Card, Cards, Sentence
from capclient.checks import Check
from capclient.findings import Finding
from capclient.notebook import together
from capclient.notices import Notice, notice
from capclient.publish.anchors import with_living_links
from capclient.publish.company import defined_findings
from capclient.publish.failure import failure_page
from capclient.publish.html import Balance, Input, report_page
from capclient.publish.index import Column, Company, group_page
from capclient.publish.notebook_html import chapter_html, chapter_title
from capclient.tables import table
from capclient.vocabulary import Unknown, finding_specs

POISON = '<script>alert(1)</script><img src="http://x/y.png" onerror=alert(1)> | a | [x](javascript:alert(1)) ![i](http://e/p)'


class Seen(HTMLParser):
    """Tags, attributes and heading levels of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    @property
    def levels(self) -> list[int]:
        return [int(tag[1]) for tag in self.tags if re.fullmatch("h[1-6]", tag)]


def notebook():
    frame = pd.DataFrame({"name": [POISON], "weight": [0.5]})
    shown = table(
        frame,
        columns=[("name", "Client", "text"), ("weight", "Poids", "share")],
        caption="c",
        lang="fr",
        currency="EUR",
    )

    def code(*outputs, tags=()):
        return new_code_cell("secret_code()", metadata={"tags": list(tags)}, outputs=list(outputs))

    return new_notebook(
        cells=[
            new_markdown_cell("# La concentration\n\nQui pèse ?", metadata={"tags": ["lang-fr"]}),
            new_markdown_cell("# Concentration\n\nWho weighs?", metadata={"tags": ["lang-en"]}),
            code(new_output("stream", text="injected"), tags=["injected-parameters"]),
            code(new_output("display_data", data={"text/html": "<p>style</p>"}), tags=["setup"]),
            new_markdown_cell("### Trop bas", metadata={"tags": ["lang-fr"]}),
            code(
                new_output("stream", name="stderr", text="FutureWarning"),
                new_output("display_data", data=shown._repr_mimebundle_()),
                new_output(
                    "display_data", data={"text/markdown": f"Le client **{POISON}** pèse.", "text/plain": "x"}
                ),
                new_output("display_data", data={"application/javascript": "alert(2)"}),
                new_output("execute_result", data={"text/plain": "<b>brut</b>"}, execution_count=1),
            ),
            new_markdown_cell("Réponse", metadata={"tags": ["solution"]}),
        ]
    )


def page(lang="fr", holds=True, name=POISON):
    return report_page(
        company={"name": name, "siren": None, "sector": None},
        lang=lang, as_of=date(2011, 11, 30), period="N",
        currency="EUR", key_figures=[("CA", "1 000 €", ""), ("Marge", "–", "il manque les coûts")],
        chapters=[("concentration", "La concentration", chapter_html(notebook(), lang=lang))],
        lines=Balance(10, 9, 1), amounts=Balance(100.1, 90.05, 10.05),
        reconciliations=[
            Check("R1", "FEC", "1" if holds else "2", "1", "0", "ok" if holds else "failed", "juste", "")
        ],
        method=[("concentration.gini", "Gini", "0,65", POISON), ("market.growth", POISON, "–", "En N-1.")],
        thresholds=[("ABC", "80 %")], version="0.1.0",
        inputs=[Input(POISON, "ab" * 32, 10)],
    )  # fmt: skip


COLUMNS = [Column("portfolio.revenue_n", "CA N", "money"), Column("portfolio.growth", "Évolution", "share")]


def company(id: str, revenue: float | None, currency: str = "EUR", **more) -> Company:
    values = {"portfolio.revenue_n": revenue, "portfolio.growth": 0.1}
    return Company(id, f"Société {id}", "complete", currency, f"{id}/index.html", values=values, **more)


def group(companies, lang="fr"):
    return group_page(companies, columns=COLUMNS, lang=lang, version="0.1.0", sort_by="portfolio.revenue_n")


PAGES = {
    "report": lambda lang: page(lang),
    "group": lambda lang: group([company("a", 10.0), Company("b", POISON, "failed", reason=POISON)], lang),
    "failure": lambda lang: failure_page(name=POISON, lang=lang, reason=POISON, version="0.1.0"),
}


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_page_runs_nothing_loads_nothing_and_is_outlined(kind, lang):
    html = PAGES[kind](lang)
    seen = Seen(html)
    assert not {"script", "iframe", "link", "object", "base", "form"} & set(seen.tags)
    addresses = [value or "" for name, value in seen.attributes if name in {"src", "href"}]
    assert all(not re.match(r"(?i)\s*(https?:|//|javascript:)", address) for address in addresses)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in html
    assert f'<html lang="{lang}">' in html and "viewport" in html and "<title>" in html
    assert seen.levels.count(1) == 1 and seen.levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(seen.levels, seen.levels[1:], strict=False))
    assert seen.tags.count("th") == sum(name == "scope" for name, _ in seen.attributes)
    assert html == PAGES[kind](lang)


def test_a_style_sheet_asks_for_nothing():
    style = re.search(r"<style>(.*?)</style>", page(), re.S).group(1)
    assert "url(" not in style and "@import" not in style


def test_a_chapter_keeps_one_language_and_no_machinery():
    html = chapter_html(notebook(), lang="fr")
    assert "<h2>La concentration</h2>" in html and "<h3>Trop bas</h3>" in html
    for absent in (
        "Who weighs",
        "injected",
        "secret_code",
        "FutureWarning",
        "alert(2)",
        "Réponse",
        "<p>style",
    ):
        assert absent not in html
    assert "&lt;b&gt;brut&lt;/b&gt;" in html
    assert "Who weighs?" in chapter_html(notebook(), lang="en")


def test_rendering_a_chapter_leaves_the_notebook_as_it_was():
    one, two = notebook(), notebook()
    for left, right in zip(one.cells, two.cells, strict=True):
        right["id"] = left["id"]
    chapter_html(one, lang="fr")
    assert one == two


def test_the_title_of_a_chapter_is_its_first_heading():
    assert chapter_title(notebook(), lang="fr") == "La concentration"
    assert chapter_title(notebook(), lang="en") == "Concentration"


def test_a_failed_reconciliation_turns_the_data_strip_red():
    assert 'class="confidence bad"' in page(holds=False) and "en échec" in page(holds=False)
    assert 'class="confidence bad"' not in page()


def test_a_lost_cent_is_seen():
    assert Balance(100.10, 90.05, 10.05).holds
    assert not Balance(100.11, 90.05, 10.05).holds


def test_a_batch_sorts_by_revenue_and_never_mixes_currencies():
    html = group([company("a", 10.0), company("b", 30.0), company("c", 5.0, "CHF")])
    assert html.index("Société b") < html.index("Société a")
    assert "Total en EUR (2)" in html and re.search(r"40\s€", html) and "Total en CHF" not in html


def test_one_unknown_makes_the_total_unknown_and_its_reason_is_said():
    html = group([company("a", 10.0), company("b", None, unknown={"portfolio.revenue_n": "il manque tout"})])
    assert "il manque tout" in html and re.search(r"10\s€", html)
    assert html.split("<tfoot>")[1].count('aria-label="inconnu"') == 1


def test_an_empty_batch_says_so():
    assert "Aucune entreprise" in group([])


def test_a_failure_page_looks_like_no_report():
    html = failure_page(
        name="Fonderie", lang="fr", reason="Fichier absent.\nLigne 2", chapter="Concentration", version="1"
    )
    assert 'class="failure"' in html and "cc-figure" not in html.split("</style>")[1]
    assert "Fichier absent.\nLigne 2" in html and "Concentration" in html and "relancez" in html


def chapter(*cells):
    return chapter_html(
        new_notebook(cells=[new_markdown_cell("# A", metadata={"tags": ["lang-fr"]}), *cells]), lang="fr"
    )


def prose_cell(words, *tags):
    return new_markdown_cell(words, metadata={"tags": ["lang-fr", *tags]})


def answer(thing):
    return new_code_cell("x", outputs=[new_output("display_data", data=thing._repr_mimebundle_())])


def test_a_word_of_the_glossary_leads_to_the_method_of_the_page():
    html = chapter(
        prose_cell("L’[indice](../GLOSSARY.md#concentration), un [mot](../GLOSSARY.md#rfm), [là](http://x).")
    )
    assert '<a href="#method-concentration">indice</a>' in html
    assert html.count("<a ") == 1 and "mot" in html and "là" in html
    whole = page()
    assert 'id="method-concentration"' in whole and 'id="method-concentration.gini"' in whole
    assert "dictionnaire" not in whole, "nobody is sent to a document that is not handed over"


def test_a_report_of_one_chapter_defines_what_it_shows_and_a_whole_report_everything():
    findings = [Finding(id, None, reason="not_applicable") for id in finding_specs()]
    linking = '<p><a href="#method-concentration">indice</a></p>'
    one = {item.id for item in defined_findings(findings, [("70_encours_paiements", "", linking)])}
    assert {"receivables.dso", "concentration.gini", "portfolio.revenue_n"} <= one
    assert not any(id.startswith(("market.", "actions.", "score.")) for id in one)
    whole = [(path.stem, "", "") for path in places.notebooks().glob("*.ipynb")]
    assert defined_findings(findings, whole) == findings


def test_a_notice_that_stands_beside_a_sentence_is_not_said_again_in_its_round():
    missing = notice(Unknown("missing:cost"), "fr")
    both = new_code_cell(
        "x",
        outputs=[
            new_output(
                "display_data", data={"text/html": f"{missing.html()}\n<p>Deux clients ont bougé.</p>"}
            )
        ],
    )
    shown = chapter(prose_cell("## Q"), both, answer(missing), prose_cell("## R"), answer(missing))
    assert shown.count('class="cc-notice"') == 2 and "ont bougé" in shown


def test_how_to_read_is_left_out_where_nothing_was_computed():
    missing = notice(Unknown("missing:cost"), "fr")
    reading = prose_cell("**Comment lire.** Ainsi.\n\n**Lundi matin.** Appelez.", "reading")
    assert "Appelez" not in chapter(prose_cell("## Q"), answer(missing), reading)
    assert "Appelez" in chapter(
        prose_cell("## Q"), answer(missing), answer(Cards((Card("CA", "1"),))), reading
    )
    both = chapter(
        prose_cell("## Q"),
        answer(missing),
        reading,
        prose_cell("## R"),
        answer(Cards((Card("CA", "1"),))),
        reading,
    )
    assert both.count("Appelez") == 1


def test_a_missing_input_is_said_once_in_a_round_with_what_to_bring():
    full, again = (
        notice(Unknown("missing:prospects"), "fr"),
        Notice("Il manque le fichier des prospects (prospects).", "", "fr"),
    )
    other, figure = notice(Unknown("missing:cost"), "fr"), Cards((Card("CA", "1"),))
    html = chapter(
        prose_cell("## Q"), answer(again), answer(full), answer(other), answer(again), answer(full), answer(figure),
        prose_cell("## R"), answer(again),
    )  # fmt: skip
    first, second = html.split("R</h")
    assert first.count('class="cc-notice"') == 2 and first.count("cinq colonnes") == 1, (
        "once, with its advice"
    )
    assert "CA" in first and second.count("fichier des prospects") == 1, "each round says what it lacks"


def test_a_reason_already_told_in_full_is_not_told_in_full_by_later_rounds():
    missing, card = notice(Unknown("missing:cost"), "fr"), answer(Cards((Card("CA", "1"),)))
    calm = Notice("Liste : rien dans ce cas.", "", "fr", "notice.nothing")
    both = together(Sentence("Deux clients ont bougé."), notice(Unknown("missing:cost"), "fr"))
    html = chapter(
        prose_cell("## Q"), answer(missing), prose_cell("## R"), answer(missing), card, prose_cell("## S"),
        answer(missing), answer(missing), prose_cell("## T"), answer(calm), prose_cell("## U"), answer(calm),
        prose_cell("## V"), answer(both),
    )  # fmt: skip
    first, with_another, alone, nothing, nothing_again, mixed = html.split("<h3>")[1:]
    assert "coût de la ligne" in first and html.count("coût de la ligne") == 1, "what to bring, once"
    assert "cc-notice" not in with_another and "CA" in with_another, "silent beside an answer"
    assert (
        alone.count('class="cc-notice"') == 1
        and "Comme plus haut\u00a0: il manque la colonne des coûts" in alone
    )
    assert "rien dans ce cas" in nothing and "rien dans ce cas" in nothing_again, "good news stays"
    assert "ont bougé" in mixed and "cc-notice" not in mixed, (
        "a sentence beside which the reason was told stands alone"
    )


def test_no_line_ends_in_the_middle_of_the_year_before():
    whole = page(name="Usine N-1")
    assert "En N\u20111." in whole
    assert "<bdi>Usine N-1</bdi>" in whole, "a name is left as the sources write it"


def test_what_slides_on_a_phone_says_so_in_the_language_of_the_page():
    assert '--slide: "faites glisser →"' in page() and '--slide: "slide →"' in page("en")


def test_the_contents_bear_the_numbers_that_sentences_cite():
    one = report_page(
        company={"name": "A", "siren": None, "sector": None}, lang="fr", as_of=date(2011, 11, 30), period="N",
        currency="EUR", key_figures=[], chapters=[("20_concentration", "La concentration", "<p>x</p>")],
        lines=Balance(1, 1, 0), amounts=Balance(1, 1, 0), reconciliations=[], method=[], thresholds=[],
        version="0", inputs=[],
    )  # fmt: skip
    assert '<a href="#20_concentration"><span class="number">20</span> La concentration</a>' in one
    assert 'class="number"' not in re.sub(r"<style>.*?</style>", "", page(), flags=re.S).partition("<main")[0]


def test_a_link_that_proves_is_seen_as_a_link():
    rule = re.search(r"\.cc-proof \{[^}]*\}", (places.template() / "parts.css").read_text("utf-8"))
    assert rule and "text-decoration: underline" in rule[0]


def test_a_proof_leads_to_its_answer_else_to_its_chapter_else_nowhere():
    def proof(place):
        return f'<a class="cc-proof" href="#{place}">Voir {place}</a>'

    cells = [
        new_code_cell(metadata={"tags": ["table"]},
                      outputs=[new_output("display_data", data={"text/html": f"<p>{name}</p>"})])
        for name in ("premier", "encore", "pont")
    ]  # fmt: skip
    sources = ("todo = plan(portfolio)\nreprice_table(todo, most=15)", "reprice_table(todo)",
               'together(note("portfolio.bridge"), debtors_table(owed))')  # fmt: skip
    for place, (cell, source) in enumerate(zip(cells, sources, strict=True)):
        cell.source, cell.id = source, str(place)
    made = chapter_html(new_notebook(cells=cells), lang="fr", slug="97_plan")
    asked = "".join(
        map(proof, ["97_plan.reprice_table", "97_plan.bridge.down", "97_plan.nothing", "70_out.owed"])
    )
    (_, _, first), (_, _, plan) = with_living_links([("10_s", "S", asked), ("97_plan", "P", made)])
    assert re.findall(r'href="#([^"]+)"', first) == [
        "97_plan.reprice_table",
        "97_plan.bridge.down",
        "97_plan",
    ]
    assert '<span class="cc-proof">Voir 70_out.owed</span>' in first  # that chapter is not in this report
    ids = re.findall(r'id="([^"]+)"', plan)
    assert ids == [
        "97_plan.reprice_table",
        "97_plan.bridge.down",
    ]  # once each, and only what something leads to
    assert plan.index('id="97_plan.reprice_table"') < plan.index("premier") < plan.index("encore")
    assert plan.index("encore") < plan.index('id="97_plan.bridge.down"') < plan.index("pont")
