"""The chapters on purchases and on prices: what their tables and notices say to a reader."""

import json
import re
from pathlib import Path

import pytest
import yaml

from capclient import notebook, places, wording
from capclient.notebook.desk import Desk, _desks
from capclient.notices import Notice
from capclient.params import make_params
from capclient.tables import Table
from capclient.themes import pricing, purchases
from capclient.wording import LANGUAGES, catalogue
from tests.themes.test_purchases_and_prices import ledger, moved, opened, sold

FILES = [
    *(places.notebooks() / f"{chapter}.ipynb" for chapter in ("25_achats", "60_rentabilite_prix")),
    *(Path(wording.__file__).parent / "fr" / f"{room}.po" for room in ("notes", "prices", "profitability")),
]


@pytest.fixture
def opening():
    """Put a portfolio on the desk, and take it away."""
    before = list(_desks)

    def put(portfolio, lang="fr"):
        _desks[:] = [Desk(portfolio, lang)]
        return portfolio

    yield put
    _desks[:] = before


def test_the_prices_to_review_are_those_of_clients_that_pay_little(opening):
    gaps = opening(sold({"P": [10.0, 10.2, 9.9, 10.1, 9.95, 7.0], "Q": [4.0, 4.1, 3.9, 4.05, 4.0, 4.1]}))
    prices = pricing(gaps)
    told = notebook.levers_table(prices)
    assert isinstance(told, Table) and [row[0].text for row in told.rows] == ["C5"]
    assert (prices.customers.lever > 0).sum() > 1
    assert "inférieur à 95\u00a0;" in told.note


def test_one_price_for_all_is_said_once_and_nothing_else(opening):
    prices = pricing(opening(sold({"P": [10.0] * 6, "Q": [4.0] * 6})))
    answers = [
        notebook.note("pricing.lever"), notebook.price_volume_figure(prices), notebook.below_line_table(prices),
        notebook.levers_table(prices),
    ]  # fmt: skip
    assert all(isinstance(answer, Notice) for answer in answers)
    assert len({answer.html() for answer in answers}) == 1  # the page leaves out what echoes
    assert "le même prix" in answers[0].reason and "rien à tracer" in answers[0].reason


def test_families_that_moved_are_said_once_for_the_whole_round(opening):
    rows = [
        ("OD", None, "2025-12-31", None, family, None, sum_)
        for family, sum_ in (("Vegetables", -1500.0), ("L", 1500.0))
    ]
    bought = purchases(opening(moved(*rows)))
    answers = [
        notebook.note("purchases.range"), notebook.note("purchases.white_space"),
        notebook.white_space_figure(bought), notebook.white_space_table(bought),
    ]  # fmt: skip
    assert len({answer.html() for answer in answers}) == 1 and isinstance(answers[0], Notice)


@pytest.mark.parametrize("ordered", [False, True])
def test_invoices_taken_for_orders_are_said_under_the_sentence_and_the_table(opening, ordered):
    lines = ledger(("F1", "A", "2025-02-01", "P", "F", 1, 100.0))
    if ordered:
        lines["order_id"] = [None, None, "K"]
    portfolio = opening(opened(lines))
    told = notebook.buyers_table(purchases(portfolio))
    assert ("facture" in told.note) is not ordered
    assert ("numéro de commande" in notebook.note("purchases.basket").html()) is not ordered


def test_the_largest_gaps_say_of_how_many_products_they_are(opening):
    prices = pricing(
        opening(sold({"P": [10.0, 10.2, 9.9, 10.1, 9.95, 7.0], "Q": [4.0, 4.1, 3.9, 4.05, 4.0, 4.1]}))
    )
    assert "produits examinés\u00a0: 2" in notebook.below_line_table(prices).caption


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_line_that_leaves_postage_out_is_a_valid_line_of_parameters(lang, opening, tmp_path):
    note = notebook.product_prices_table(pricing(opening(sold({"P": [10.0, 9.0, 8.0]}), lang))).note
    line = re.search(r"filters: (\[.*\])$", note)
    assert line, note
    source = tmp_path / "lines.csv"
    source.write_text("invoice_id\n", "utf-8")
    content = {
        "company": {"id": "x"}, "sources": {"invoice_lines": {"path": "lines.csv"}},
        "filters": yaml.safe_load(line[1]),
    }  # fmt: skip
    (rule,) = make_params(content, folder=tmp_path, where="x").filters
    assert rule.column == "product" and len(rule.values) == 1


def test_seasons_are_told_beside_regularity():
    assert "activity.seasonal_customers" in catalogue("fr")["purchases.seasonal"]
    cells = ["".join(cell["source"]) for cell in json.loads(FILES[0].read_text("utf-8"))["cells"]]
    notes = [f'note("purchases.{name}")' for name in ("regularity", "seasonal", "range")]
    order = [next(place for place, cell in enumerate(cells) if one in cell) for one in notes]
    assert order == sorted(order)


def test_the_words_of_price_volume_and_mix_lead_to_the_glossary():
    assert FILES[1].read_text("utf-8").count("(../GLOSSARY.md#price_volume_mix)") == 2


def test_advice_of_both_chapters_supposes_nothing_that_may_be_missing():
    for path in FILES[:2]:
        for opening_words, condition in (
            ("**Lundi matin.** ", ("Si ", "S’il ")),
            ("**On Monday.** ", ("If ",)),
        ):
            advice = path.read_text("utf-8").split(opening_words)[1:]
            assert advice and all(words.startswith(condition) for words in advice), path.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_two_signs_are_set_off_by_the_same_space_everywhere(path):
    assert not re.search("\u202f[;:?!]", path.read_text("utf-8"))


def test_the_sentence_and_the_figure_count_the_same_clients_that_pay_little(opening):
    portfolio = opening(
        sold({"P": [10.0, 10.0, 10.0, 10.0, 10.0, 5.0]}, ("AV", "C5", "2025-06-01", "R", "F", -1, -75.0))
    )
    assert notebook.price_index_figure(pricing(portfolio)).title.startswith("Aucun client ne paie")
    assert "Aucun client ne paie" in notebook.note("pricing.index").words
