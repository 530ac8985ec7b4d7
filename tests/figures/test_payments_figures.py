"""Figures of payments: a title that states the finding, the numbers in words, and a notice where there is nothing."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure as Canvas

from capclient.figures import grades_figure, lateness_figure, penalties_figure
from capclient.notices import Notice
from capclient.vocabulary import Unknown

CLASSES = pd.DataFrame(
    {
        "lateness_class": ["early", "on_time", "late_1_15", "late_16_30", "late_31_60", "late_over_60"],
        "paid": [100.0, 0, 300, 0, 0, 0],
        "overdue": [0.0, 0, 50, 0, 0, 0],
    }
)
GRADES = pd.DataFrame({"customers": [3, 0, 1, 0], "receivable": [10.0, 0, 900, 0]}, index=list("ABCD"))
OWED = pd.DataFrame({"name": ["<b>A$1</b>", "B"], "penalty": [100.0, None], "indemnity": [40.0, 80.0]})


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_figure_says_its_numbers(lang):
    said = {"lang": lang, "currency": "EUR"}
    late = lateness_figure(CLASSES, late_share=0.75, **said)
    assert "75" in late.title and "50" in late.title and "300" in late.alt
    grades = grades_figure(GRADES, **said)
    assert "900" in grades.title and "10" in grades.alt
    owed = penalties_figure(OWED, **said)
    assert "140" in owed.title and "220" in owed.title and "80" in owed.alt
    assert "<b>A$1</b>" not in owed.html()


def test_a_calm_portfolio_has_its_own_titles():
    said = {"lang": "fr", "currency": "EUR"}
    calm = lateness_figure(CLASSES.assign(overdue=0.0), late_share=0.0, **said)
    assert "rien n’est échu" in calm.title
    assert "Aucun score faible" in grades_figure(GRADES.assign(customers=[3, 1, 0, 0]), **said).title


@pytest.mark.parametrize("figure", [grades_figure, penalties_figure])
def test_nothing_to_draw_is_said(figure):
    assert isinstance(figure(Unknown("missing:payments"), lang="fr", currency="EUR"), Notice)
    none = lateness_figure(CLASSES.assign(paid=0.0, overdue=0.0), late_share=None, lang="fr", currency="EUR")
    assert isinstance(none, Notice)


def test_each_colour_of_the_bars_has_its_words_in_the_legend(monkeypatch):
    """What was paid has two colours, in time and late: a legend of two entries would leave one unsaid."""
    drawings = []
    monkeypatch.setattr("capclient.figures.payments.drawn", lambda draw, **told: drawings.append(draw))
    lateness_figure(CLASSES.assign(paid=[100.0, 0, 300, 0, 0, 0]), late_share=0.75, lang="fr", currency="EUR")
    axes = Canvas().subplots()
    drawings[0]([axes])
    legend = axes.get_legend()
    shown = {to_hex(patch.get_facecolor()) for patch in axes.patches if patch.get_height()}
    told = {to_hex(patch.get_facecolor()): words.get_text()
            for patch, words in zip(legend.get_patches(), legend.get_texts(), strict=True)}  # fmt: skip
    assert shown == set(told)
    assert list(told.values()) == [
        "payé sur l’année, à l’heure",
        "payé sur l’année, en retard",
        "encore impayé",
    ]
