"""Figures of the follow-up: they say what they show, in both languages, and the same data give the same picture."""

import pandas as pd
import pytest

from capclient.figures.followup import effect_figure, followup_figure
from capclient.notices import Notice
from capclient.vocabulary import Unknown
from capclient.wording import LANGUAGES

COUNTS = pd.DataFrame({"done": [3, 1], "late": [2, 0], "open": [4, 0]}, index=["Rétention", "Sortie"])
EFFECTS = pd.DataFrame({"before": [1000.0, 500.0], "expected": [900.0, 450.0], "after": [1200.0, 300.0]})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_plan_says_what_is_done_and_what_is_late(lang):
    figure = followup_figure(COUNTS, lang=lang)
    assert all(word in figure.title for word in ("4", "10", "2"))
    assert "Rétention" in figure.alt and figure.png
    assert figure.png == followup_figure(COUNTS, lang=lang).png


@pytest.mark.parametrize(("gain", "sign"), [(1.0, "+"), (0.5, "−")])
def test_the_effect_says_which_way_it_goes(gain, sign):
    figure = effect_figure(EFFECTS.assign(after=EFFECTS.after * gain), lang="fr", currency="EUR")
    assert sign in figure.title and ("de plus" in figure.title) == (sign == "+")


@pytest.mark.parametrize("nothing", [Unknown("missing:actions"), pd.DataFrame()])
def test_without_a_plan_there_is_a_notice(nothing):
    assert isinstance(followup_figure(nothing, lang="fr"), Notice)
    assert isinstance(effect_figure(nothing, lang="fr", currency="EUR"), Notice)
