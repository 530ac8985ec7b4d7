"""Chapter 95 names what it shows: the view of a model on one client is no frequency of a state."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from capclient.notebook import forecast_changes_table, methods_table, note, presence_table
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


def test_one_method_is_named_once_and_a_gap_of_nothing_is_not_said(company, desk):
    ahead = projection(company)
    assert ahead.proof.used == ahead.proof.used_total
    told = note("forecast.next").words
    method = catalogue("fr")[f"value.forecast.method.{ahead.used}"]
    assert told.count(method) == 1 and "plus sûr" not in told and "la somme des deux" in told
    source = catalogue("fr")[f"forecast_source.{ahead.used}"]
    assert presence_table(ahead).note.count(source) == 1


def test_the_frequency_of_a_state_is_explained_by_one_table_only(company, desk):
    ahead = projection(company)
    explained = catalogue("fr")["table.presence.group"]
    said = {
        used: explained in presence_table(replace(ahead, proof=replace(ahead.proof, used=used))).note
        for used in ("risk", "presence")
    }
    assert said == {"risk": True, "presence": False}


def test_two_methods_judged_on_different_days_are_also_compared_on_the_same_ones(company, desk):
    """The method of the clients spoke on the second day only, where it erred twice as much on the total."""
    ahead = projection(company)
    rows = [
        (date(2022, 12, 31), "presence", 150.0, 100.0),
        (date(2023, 12, 31), "presence", 105.0, 100.0),
        (date(2023, 12, 31), "risk", 110.0, 100.0),
    ]
    past = pd.DataFrame(rows, columns=["day", "method", "projected", "actual"])
    table = ahead.proof.methods.head(1)
    table = pd.concat([table.assign(method="presence"), table.assign(method="risk")])
    two = replace(ahead.proof, methods=table, origins=past, used="risk", used_total="presence")
    told = methods_table(replace(ahead, proof=two)).note
    assert "ont parlé\u00a0: 1." in told and "de 5,0\u00a0% pour celle du total, de 10,0\u00a0%" in told
    same = replace(two, used="presence")
    assert methods_table(replace(ahead, proof=same)).note == catalogue("fr")["table.forecast_methods.note"]
