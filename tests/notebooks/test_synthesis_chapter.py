"""The page of five lines: what alarms has its answer, names are names, and each line leads to its chapter."""

import re
from dataclasses import replace

import nbformat
import pandas as pd
import pytest

from capclient import places
from capclient.decisions.plan import plan
from capclient.decisions.synthesis import (
    DEPENDENCY,
    FIVE,
    LEADING,
    TO_BRING,
    TOPICS,
    Todo,
    five_to_do,
    five_to_know,
    largest_falls,
)
from capclient.glossary import taught_in
from capclient.notebook import (
    chapter_synthesis,
    clients_by_action,
    prospect_groups_table,
    things_to_do,
    things_to_know,
)
from capclient.notebook.desk import Desk, _desks
from capclient.portfolio import Portfolio
from capclient.publish.anchors import shown_in
from capclient.publish.notebook_html import is_shown
from capclient.themes.prospects import prospects
from tests.themes.test_themes import AS_OF, ledger


@pytest.fixture(scope="module")
def portfolio():
    """The first client makes half of the revenue; two prospects are open, one of them a client."""
    sheet = pd.DataFrame({
        "prospect_id": ["P1", "P2"], "customer_id": [None, "B"], "created": "2025-12-01", "stage": "offer",
        "probability": 0.5, "amount": [9000, 4000],
    })  # fmt: skip
    return Portfolio.from_frames(ledger(cost=1.0, customer_name="x"), prospects=sheet, as_of=AS_OF)


@pytest.fixture
def opened(portfolio):
    before = list(_desks)
    _desks[:] = [Desk(portfolio, "fr")]
    yield portfolio
    _desks[:] = before


def bare(**more):
    return Portfolio.from_frames(ledger(), as_of=AS_OF, **more)


def test_a_first_client_that_endangers_the_company_is_a_thing_to_do_by_name():
    found = bare()
    assert any(item.topic.name == "dependency" and item.is_alert for item in five_to_know(found))
    secure = next(item for item in five_to_do(found) if item.kind == "secure")
    assert secure.names == ("A",) and secure.ids == ("concentration.top1_share",)
    calm = bare(thresholds={"concentration": {"dependency_alert": "0.9"}})
    assert all(item.kind != "secure" for item in five_to_do(calm))


def test_the_retention_passes_first_whatever_its_stake():
    kinds = [item.kind for item in five_to_do(bare())]
    assert "retain" not in kinds or kinds[0] == "retain"
    slow = ledger()
    late = slow.customer_id.eq("B") & (slow.invoice_date > "2025-09-01")
    found = Portfolio.from_frames(slow[~late], as_of=AS_OF)
    assert [item.kind for item in five_to_do(found)][:2] == ["retain", "secure"]


def test_missing_data_are_asked_for_when_fewer_than_five_things_can_be_done():
    todo = five_to_do(bare())
    assert len(todo) == FIVE
    asked = [item.names[0] for item in todo if item.kind == "bring"]
    assert asked and asked == ["cost", "payments", "prospects", "market"][: len(asked)]


def test_the_largest_falls_are_known_by_name():
    found = bare()
    falls = largest_falls(found)
    frame = found.customers
    changes = (frame.revenue_n - frame.revenue_n1)[
        (frame.revenue_n > 0) & (frame.revenue_n < frame.revenue_n1)
    ]
    assert falls.to_dict() == changes.nsmallest(3).astype(float).to_dict() and len(falls)
    item = next(item for item in five_to_know(found) if item.topic.name == "falls")
    assert item.is_alert and item.value == pytest.approx(-falls.sum() / frame.revenue_n1.sum())


def test_the_page_names_those_that_fall_and_leads_each_line_to_another_chapter(opened):
    known = things_to_know(opened)
    falls = next(point for point in known.points if point.title == "Les baisses.")
    assert all(name in falls.words for name in largest_falls(opened).index)
    points = [*known.points, *things_to_do(opened).points]
    assert all(point.chapter != "10_synthese" for point in points)
    assert all(point.proof.startswith(f"Chapitre {point.chapter[:2]}") for point in points)


def test_a_prospect_is_a_client_by_name_or_a_prospect_by_code(opened):
    day = pd.Timestamp(AS_OF)
    said = chapter_synthesis._todo(Todo("acquire", 2, 10.0, ("P1", "B"), day)).words
    assert "Commencer par le prospect P1, B," in said
    acquire = [item.names for item in five_to_do(opened) if item.kind == "acquire"]
    assert acquire == [("P1", opened.customers.name["B"])]


def test_each_figure_and_each_action_leads_to_the_answer_that_shows_it(opened):
    """The whole report holds each place: a sentence that quotes the figure, or the clients of the action."""
    cells = {}
    for path in places.notebooks().glob("*.ipynb"):
        read = nbformat.read(path, as_version=4)
        shown = [cell for cell in read.cells if cell.cell_type == "code" and is_shown(cell, "fr")]
        cells[path.stem] = {name for cell in shown for name in shown_in(cell.source, "fr")}
    for topic in TOPICS:
        id = "bridge.opening" if topic.name == LEADING else topic.id
        assert chapter_synthesis._place(id) in cells[taught_in(id)], topic.name
    for id in (*TO_BRING.values(), "receivables.recovery_cases", DEPENDENCY):
        assert chapter_synthesis._place(id) in cells[taught_in(id)], id
    listed = clients_by_action(plan(opened)).html()
    marked = set(re.findall(r'id="97_plan_actions\.([a-z_]+)"', listed))
    led = {point.place for point in things_to_do(opened).points if point.chapter == "97_plan_actions"}
    assert led and led <= marked


def test_clients_stand_under_their_action_and_prospects_by_their_name(opened):
    todo = plan(opened)
    listed = clients_by_action(todo).html()
    parts = dict(re.findall(r'id="97_plan_actions\.([a-z_]+)"></span>(.*?)</table>', listed, re.DOTALL))
    for action, part in parts.items():
        if action != "acquire":
            mine = todo.clients[todo.clients.action == action]
            assert all(f"<bdi>{name}</bdi>" in part for name in mine.name.head(5)), action
    assert (
        "Prospect P1" in parts["acquire"] and f"<bdi>{opened.customers.name['B']}</bdi>" in parts["acquire"]
    )


def test_the_conversion_of_salespeople_prints_the_purpose_of_the_comparison():
    sheet = pd.DataFrame({
        "prospect_id": ["P1", "P2"], "created": "2025-02-01", "stage": "offer", "amount": [9000, 4000],
        "outcome": ["won", "lost"], "closed_date": "2025-05-01", "salesperson": ["Zoé", "Ann"],
    })  # fmt: skip
    found = bare(prospects=sheet)
    before = list(_desks)
    shown = {}
    try:
        for purpose in ("", "Équilibrer les portefeuilles"):
            privacy = found.params.privacy.model_copy(update={"salesperson_comparison_purpose": purpose})
            told = replace(found, params=found.params.model_copy(update={"privacy": privacy}))
            _desks[:] = [Desk(told, "fr")]
            shown[purpose] = prospect_groups_table(prospects(told)).html()
    finally:
        _desks[:] = before
    assert "Équilibrer les portefeuilles" in shown["Équilibrer les portefeuilles"]
    assert "ce n’est pas un classement" in shown[""]
