"""Chapter 95 names what it shows: the view of a model on one client is no frequency of a state."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from capclient.notebook import forecast_changes_table, presence_table
from capclient.notebook.desk import Desk, _desks
from capclient.portfolio import Portfolio
from capclient.themes import projection
from capclient.wording import catalogue

OF_ONE_CLIENT = ("column.p_active", "column.p_stay")
OF_A_STATE = ("column.state_observed", "column.state_frequency")


@pytest.fixture(scope="module")
def company():
    """Twelve clients of six years, four of which fell silent in the spring of the last one."""
    days = [f"{year}-{month:02d}-10" for year in range(2020, 2026) for month in range(1, 13)]
    lines = [
        (f"{name}-{day}", name, day, 100.0 + place)
        for place, name in enumerate("ABCDEFGHIJKL")
        for day in days
        if name < "I" or day < "2025-04"
    ]
    names = ["invoice_id", "customer_id", "invoice_date", "amount_ht"]
    return Portfolio.from_frames(pd.DataFrame(lines, columns=names), as_of=date(2025, 12, 31))


@pytest.fixture
def desk(company):
    before = list(_desks)
    _desks[:] = [Desk(company, "fr")]
    yield _desks[0]
    _desks[:] = before


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_chance_of_one_client_and_a_frequency_of_a_state_never_bear_one_name(lang):
    told = [catalogue(lang)[key] for key in (*OF_ONE_CLIENT, *OF_A_STATE)]
    assert len(set(told)) == len(told)
    assert all(("état" if lang == "fr" else "state") in catalogue(lang)[key] for key in OF_A_STATE)


@pytest.mark.parametrize(
    ("used", "head"),
    [("risk", "column.p_stay"), ("alive", "column.p_active"), ("presence", "column.state_frequency")],
)
def test_the_chance_of_a_client_bears_the_name_of_the_method_in_use(company, desk, used, head):
    ahead = projection(company)
    clients = ahead.clients.assign(change=-ahead.clients.revenue / 2)
    shown = forecast_changes_table(replace(ahead, clients=clients, proof=replace(ahead.proof, used=used)))
    heads = [column.label for column in shown.columns]
    assert catalogue("fr")[head] in heads
    assert sum(catalogue("fr")[key] in heads for key in (*OF_ONE_CLIENT, *OF_A_STATE)) == 1
    assert shown.note == catalogue("fr")[f"table.forecast_changes.note.{head.partition('.')[2]}"]


def test_the_table_of_states_says_which_chance_the_euros_come_from(company, desk):
    ahead = projection(company)
    shown = presence_table(replace(ahead, proof=replace(ahead.proof, used="risk", used_total="presence")))
    words = [catalogue("fr")[f"forecast_source.{code}"] for code in ("risk", "presence")]
    assert f"viennent ici de {words[0]}, ceux du total de {words[1]}" in shown.note
    heads = [column.label for column in shown.columns]
    assert not any(catalogue("fr")[key] in heads for key in OF_ONE_CLIENT)
