"""A public FEC of one year (0000000001, closed on 2022-08-31): what its accounts cannot tell is not acted upon.

Account 701000 sells 1,065,707.48 and is emptied by entries without client: it is no product. Client 0017 paid an
invoice of 8,115.06 by a receipt of 8,194.19 that nobody matched: it owes nothing.
"""

import pandas as pd
import pytest

from capclient.decisions.alert_behaviour import single_product
from capclient.decisions.alert_relation import late_debts
from capclient.decisions.alert_words import evidence_words
from capclient.decisions.synthesis import five_to_do
from capclient.notebook import chapter_life_history, chapter_lifecycle
from capclient.notebook.chapter_synthesis import things_to_know
from capclient.notebook.desk import Desk, _desks
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes.life import life
from capclient.wording.numbers import MISSING

pytestmark = pytest.mark.real

FEC = "fec/0000000001FEC20220831.txt"


@pytest.fixture(scope="module")
def raw(real_data):
    rows = pd.read_csv(real_data / FEC, sep="\t", dtype="str", encoding="utf-8-sig")
    for side in ("Debit", "Credit"):
        rows[side] = rows[side].str.replace(",", ".").astype("float64")
    return rows


@pytest.fixture(scope="module")
def company(real_data):
    content = {"company": {"id": "fec"}, "sources": {"fec": str(real_data / FEC)}}
    portfolio = Portfolio.of(make_params(content, folder=real_data, where="fec.yml"))
    before = list(_desks)
    _desks[:] = [Desk(portfolio, "fr")]
    yield portfolio
    _desks[:] = before


def test_an_account_that_is_emptied_is_no_product(company, raw):
    passing = raw[raw.CompteNum.eq("701000")]
    assert passing.Debit.sum() == pytest.approx(passing.Credit.sum()) and passing.Credit.sum() > 1_000_000
    assert single_product(company).reason == "unreliable:families_unassigned"


def test_a_debt_that_an_unmatched_receipt_covers_is_to_be_matched_and_not_claimed(company, raw):
    mine = raw[raw.CompteNum.str.startswith("411") & raw.CompAuxNum.eq("C0017")]
    balance = round(mine.Debit.sum() - mine.Credit.sum(), 2)
    assert balance < 0  # the client is a creditor
    (row,) = late_debts(company).itertuples()
    assert (row.customer_id, row.stake, row.evidence["amount"]) == ("C0017", 0.0, 8115.06)
    assert "à rapprocher d’abord" in evidence_words("late_debts", row.evidence, "fr", "EUR")
    assert "match them first" in evidence_words("late_debts", row.evidence, "en", "EUR")
    (claim,) = [todo for todo in five_to_do(company) if todo.kind == "collect"]
    assert (claim.number, claim.names, claim.stake) == (1, ("CLIENT 0015",), 302.89)


def test_stages_that_one_year_cannot_tell_are_not_counted_as_none(company):
    whole = life(company)
    shown = {
        row[0].text: [cell.text for cell in row[1:4]]
        for row in chapter_lifecycle.stages_table(whole.now).rows
    }
    assert shown["Enfance"][0] == "6" and shown["Indéterminé"][0] == "9"
    blank = {name for name, cells in shown.items() if cells == [MISSING] * 3}
    assert blank == {"Adolescence", "Âge adulte", "Vieillesse"}
    notice = chapter_life_history.market_stages(whole)
    assert "années complètes" in str(notice._repr_mimebundle_())  # a market would not help


def test_a_year_carried_over_is_said_so_and_not_as_a_change_of_nothing(company):
    (words,) = [
        point.words for point in things_to_know(company).points if "1 049 934" in unspaced(point.words)
    ]
    assert "reconduit" in words and "0,0" not in words


def unspaced(words):
    return words.replace("\u202f", " ").replace("\u00a0", " ")
