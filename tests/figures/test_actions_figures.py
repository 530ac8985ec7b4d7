"""Figures of the plan: what their sentences say, and what they do with little."""

import pandas as pd
import pytest

from capclient.figures import actions_figure, security_figure, value_risk_figure
from capclient.figures.figure import Figure
from capclient.notices import Notice
from capclient.vocabulary import Unknown

MONEY = {"currency": "EUR"}


def table(stakes):
    return pd.DataFrame({"action": ["Rétention", "Maintien"], "customers": [12, 1], "stake": stakes})


def test_the_largest_stake_is_the_title_and_an_idle_action_has_none():
    figure = actions_figure(table([45_300.0, None]), lang="fr", **MONEY)
    assert isinstance(figure, Figure)
    assert figure.title.startswith("Rétention") and "12 clients" in figure.title
    assert "Maintien sans enjeu chiffré, 1 client" in figure.alt
    bare = actions_figure(table([None, None]), lang="en", **MONEY)
    assert isinstance(bare, Figure) and "No stake" in bare.title


def test_value_against_risk_counts_the_valuable_clients_under_threat():
    clients = pd.DataFrame(
        {"value_class": ["A", "B", "C"], "band": ["high", "low", "high"], "revenue": [900.0, 50.0, -10.0]}
    )
    figure = value_risk_figure(clients, lang="fr", **MONEY)
    assert isinstance(figure, Figure) and "1 client de valeur A ou B" in figure.title
    assert "inconnu" not in figure.alt
    assert isinstance(value_risk_figure(clients.head(0), lang="fr", **MONEY), Notice)


@pytest.mark.parametrize(
    ("secured", "words"),
    [
        ((False, 10.0, 90.0), "Pas encore"),
        ((True, 90.0, 10.0), "couvertes"),
        ((True, 5.0, 0.0), "Aucun client"),
    ],
)
def test_a_price_rise_is_said_allowed_only_when_it_is_covered(secured, words):
    figure = security_figure(secured, lang="fr", **MONEY)
    assert isinstance(figure, Figure) and words in figure.title
    assert isinstance(security_figure(Unknown("missing:prospects"), lang="fr", **MONEY), Notice)
