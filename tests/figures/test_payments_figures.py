"""Figures of payments: a title that states the finding, the numbers in words, and a notice where there is nothing."""

import pandas as pd
import pytest

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
