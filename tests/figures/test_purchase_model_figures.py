"""Figures of models of purchase and of renewals: the winner named in the title, a picture in every case."""

import numpy as np
import pandas as pd
import pytest

from capclient import figures
from capclient.indicators.value.renewal import turns_of
from capclient.notices import Notice
from capclient.vocabulary import Unknown

PERIOD = ("31 mai 2011", "30 novembre 2011")
GROUPS = pd.DataFrame(
    {
        "expected": [0.3, 0.5, 0.9, 1.5, 4.5], "naive": [0.003, 0.2, 0.7, 1.4, 4.5],
        "actual": [0.2, 0.5, 0.9, 1.5, 4.6], "customers": [9] * 5,
    }
)  # fmt: skip


def months(told=True):
    ends = pd.date_range("2024-06-30", "2025-12-31", freq="ME")
    start = pd.Timestamp("2025-06-30")
    actual = pd.Series(np.linspace(10, 400, len(ends)), index=ends)
    after = actual.where(ends >= start)
    frame = pd.DataFrame({"actual": actual, "naive": after + 3, "fitted": actual.where(ends <= start) + 2})
    frame["model"] = after + 9
    return (frame if told else frame.assign(fitted=np.nan, model=np.nan)), start


def clients():
    rng = np.random.default_rng(1)
    x = rng.integers(0, 40, 200).astype("float64")
    age = rng.uniform(20, 100, 200)
    chance = pd.Series(rng.random(200)).where(x > 0)
    return pd.DataFrame({"x": x, "t_x": age * rng.random(200), "T": age, "p_active": chance})


def decisions():
    rows = pd.DataFrame(
        {"turn": [1] * 40 + [2] * 30 + [4] * 9, "cohort": [2020, 2021, 2022, 2023, 2023] * 15 + [2020] * 4}
    )
    rows["renewed"] = np.arange(len(rows)) % 7 != 0
    return rows


def renewals(lang, *, is_curve):
    turns = turns_of(decisions())
    cohorts = pd.concat(
        {year: turns_of(rows) for year, rows in decisions().groupby("cohort")}, names=["cohort"]
    )
    fitted = turns.assign(fitted=0.9 ** turns.index.to_numpy())
    return figures.renewal_curve_figure(fitted, cohorts, rate=0.857, is_curve=is_curve, lang=lang)


def every_figure(lang):
    frame, start = months()
    return [
        figures.active_figure(clients(), lang=lang),
        figures.holdout_figure(GROUPS, error=1.72, naive_error=1.79, period=PERIOD, lang=lang),
        figures.tracking_figure(frame, start=start, lang=lang),
        renewals(lang, is_curve=True),
        renewals(lang, is_curve=False),
    ]


@pytest.mark.filterwarnings("error")
def test_every_figure_has_a_title_a_description_and_a_picture_in_both_languages():
    for french, english in zip(every_figure("fr"), every_figure("en"), strict=True):
        for figure in (french, english):
            assert figure.title and len(figure.alt) > 40 and figure.png.startswith(b"\x89PNG")
        assert french.title != english.title


def test_the_title_names_the_winner():
    def title(error):
        return figures.holdout_figure(GROUPS, error=error, naive_error=1.79, period=PERIOD, lang="fr").title

    assert title(1.72).startswith("Le modèle s’est moins trompé")
    assert title(1.79).startswith("La règle simple") and title(2.5).startswith("La règle simple")
    assert title(None).startswith("Sans modèle")


def test_without_a_model_the_rule_is_drawn_alone():
    refused = GROUPS.assign(expected=np.nan)
    figure = figures.holdout_figure(refused, error=None, naive_error=1.79, period=PERIOD, lang="fr")
    assert "modèle" not in figure.alt
    frame, start = months(told=False)
    assert "modèle" not in figures.tracking_figure(frame, start=start, lang="fr").title


def test_a_chance_of_nothing_is_said_without_a_tail_of_decimals():
    figure = figures.holdout_figure(GROUPS, error=1.0, naive_error=1.0, period=PERIOD, lang="fr")
    assert "0,003" not in figure.alt


def test_the_title_counts_those_still_active():
    known = clients()
    figure = figures.active_figure(known, lang="fr")
    assert figure.title.startswith(f"{round(known.p_active.sum())} clients")


def test_nothing_to_draw_is_a_notice():
    why = Unknown("unreliable:same_stops")
    assert isinstance(figures.active_figure(why, lang="fr"), Notice)
    assert isinstance(
        figures.holdout_figure(why, error=None, naive_error=1.0, period=PERIOD, lang="fr"), Notice
    )
    assert isinstance(
        figures.renewal_curve_figure(why, pd.DataFrame(), rate=0.9, is_curve=False, lang="fr"), Notice
    )
