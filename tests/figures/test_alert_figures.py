"""Pictures of the alerts: their titles and texts say the numbers, and nothing to draw says why."""

import pandas as pd

from capclient.figures import alert_replay_figure, alerts_figure
from capclient.figures.figure import Figure
from capclient.notices import Notice
from capclient.vocabulary import Unknown


def test_the_rule_that_rings_most_is_named():
    table = pd.DataFrame(
        {"alert": ["Perte de volume", "Client visité"], "high": [1, 0], "medium": [2, 0], "low": [0, 9]}
    )
    figure = alerts_figure(table, lang="fr")
    assert isinstance(figure, Figure)
    assert (
        "12 alertes" in figure.title
        and "Client visité (9)" in figure.title
        and "Perte de volume" in figure.alt
    )
    assert isinstance(alerts_figure(table.iloc[:0], lang="fr"), Notice)


def test_past_alerts_are_counted_right_and_false():
    months = pd.DataFrame(
        {"origin": pd.date_range("2024-01-31", periods=3, freq="ME"), "right": [1, 0, 2], "false": [0, 4, 0]}
    )
    figure = alert_replay_figure(months, within=6, lang="en")
    assert isinstance(figure, Figure) and "7, of which 4" in figure.title and "January 2024" in figure.alt
    assert isinstance(alert_replay_figure(Unknown("history_short"), within=6, lang="en"), Notice)
