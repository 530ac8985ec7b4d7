"""Figures of the risk of loss: what their sentences say, and what they do with little."""

import pandas as pd
import pytest

from capclient.figures import (
    loss_calibration_figure,
    loss_gain_figure,
    loss_replay_figure,
    loss_warning_figure,
)
from capclient.figures.figure import Figure
from capclient.notices import Notice
from capclient.vocabulary import Unknown


def replay(right, wrong, missed):
    ends = pd.to_datetime(["2024-01-31", "2024-02-29"])
    return pd.DataFrame({"origin": ends, "right": right, "wrong": wrong, "missed": missed})


def test_the_replay_says_how_often_the_alarm_was_right():
    figure = loss_replay_figure(replay([2, 1], [1, 0], [0, 4]), lang="fr")
    assert isinstance(figure, Figure) and "75 fois sur cent" in figure.title
    quiet = loss_replay_figure(replay([0, 0], [0, 0], [3, 4]), lang="fr")
    assert isinstance(quiet, Figure) and "jamais" in quiet.title


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_warning_says_what_half_of_the_clients_had(lang):
    figure = loss_warning_figure(pd.Series([0, 3, 9, 9]), lost_after=180, lang=lang)
    assert isinstance(figure, Figure) and "9" in figure.title
    assert isinstance(loss_warning_figure(pd.Series(dtype="float64"), lost_after=180, lang=lang), Notice)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_warning_says_the_silence_that_this_company_asks_for(lang):
    figure = loss_warning_figure(pd.Series([0, 3, 4]), lost_after=180, lang=lang)
    assert isinstance(figure, Figure) and "180" in figure.title


def test_the_calibration_says_what_the_most_threatened_did():
    groups = pd.DataFrame(
        {
            "announced": [0.02, 0.6],
            "observed": [0.03, 0.5],
            "n": [90, 10],
            "low": [0.01, 0.24],
            "high": [0.09, 0.76],
        }
    )
    figure = loss_calibration_figure(groups, lang="fr")
    assert isinstance(figure, Figure) and "60" in figure.title and "50" in figure.title
    assert isinstance(loss_calibration_figure(Unknown("n_small"), lang="fr"), Notice)


def test_the_gain_says_what_a_tenth_of_the_calls_finds():
    curve = pd.DataFrame({"called": [0.0, 0.1, 1.0], "found": [0.0, 0.4, 1.0]})
    for method in ("model", "states", "risk", "naive"):
        figure = loss_gain_figure(curve, curve, method=method, lang="fr")
        assert isinstance(figure, Figure) and "40" in figure.title
