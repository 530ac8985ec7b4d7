"""Figures of segments: a title that states the finding, poisoned names, one segment, extreme growth, nothing."""

import pandas as pd
import pytest

from capclient import figures
from capclient.notices import Notice
from capclient.vocabulary import Unknown

BOTH = {"lang": "fr", "currency": "EUR"}
NAMES = ["<script>alert(1)</script>", "$x_1$", "Z" * 300, "Z" * 299 + "Y", "🦊", "Bois", "BTP"]


def compared(n):
    rows = pd.DataFrame(
        {"revenue_n1": [100.0 * (i + 1) for i in range(n)], "growth": [0.1 * (i - 2) for i in range(n)],
         "market_growth": 0.03, "position": "gaining"},
        index=pd.Index([NAMES[i % len(NAMES)] + str(i) for i in range(n)], name="segment"),
    )  # fmt: skip
    return rows.assign(relative_points=rows.growth - rows.market_growth)


def mixed(n):
    index = pd.Index([*(NAMES[i % len(NAMES)] for i in range(n)), None], name="segment")
    return pd.DataFrame({"share_n1": 1 / (n + 1), "share": [0.9 / n] * n + [0.1]}, index=index)


EFFECTS = pd.Series(
    {
        "opening": 900.0,
        "growth": 108.0,
        "mix": -3.0,
        "competitive": -5.0,
        "not_compared": 0.0,
        "closing": 1000.0,
    }
)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n", [1, 2, 7, 40])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_figure_of_segments_is_drawn_with_its_sentence(n, lang):
    both = BOTH | {"lang": lang}
    shown = [
        figures.relative_growth_figure(compared(n), own=0.02, market=-0.01, **both),
        figures.relative_growth_figure(compared(n), **both),
        figures.segment_mix_figure(mixed(n), **both),
        figures.shift_share_figure(EFFECTS, **both),
        figures.shift_share_figure(EFFECTS * -1, **both),
        figures.shift_share_figure(EFFECTS.replace(0.0, 40.0) * 1e6, **both),
    ]
    for figure in shown:
        assert isinstance(figure, figures.Figure)
        assert figure.png.startswith(b"\x89PNG") and len(figure.alt) > 20
        assert "nan" not in (figure.title + figure.alt).lower().replace("z", "")
        assert "<script" not in figure.html()


def test_the_same_segments_give_the_same_bytes():
    assert (
        figures.segment_mix_figure(mixed(5), **BOTH).png == figures.segment_mix_figure(mixed(5), **BOTH).png
    )


def test_a_growth_of_nine_hundred_percent_keeps_its_number_and_not_its_length():
    rows = compared(2).assign(growth=[9.0, 0.1], relative_points=[8.97, 0.07])
    figure = figures.relative_growth_figure(rows, **BOTH)
    assert "+900,0" in figure.alt and isinstance(figure, figures.Figure)


def test_what_is_missing_becomes_a_notice():
    for draw in (figures.relative_growth_figure, figures.segment_mix_figure, figures.shift_share_figure):
        assert isinstance(draw(Unknown("missing:market"), **BOTH), Notice)
    assert isinstance(
        figures.relative_growth_figure(compared(2).assign(position="not_compared"), **BOTH), Notice
    )


def test_the_waterfall_says_its_steps_and_leaves_out_what_is_nothing():
    figure = figures.shift_share_figure(EFFECTS, **BOTH)
    assert "effet du marché +108" in figure.alt and "non comparé" not in figure.alt
    assert figure.title.startswith(
        "Dans l’évolution, l’effet du marché pèse le plus"
    )  # +108, against −3 and −5


@pytest.mark.parametrize(
    ("positions", "title"),
    [
        (["level"] * 3, "Nous allons du même pas que le marché dans chacun des 3 segments"),
        (["level"], "Nous allons du même pas que le marché dans le seul segment comparé"),
        (["gaining", "level", "losing"], "Nous allons plus vite que le marché dans 1 segment sur 3"),
        (["losing", "level", "retreating"], "Nous allons moins vite que le marché dans 2 segments sur 3"),
        (["losing", "retreating"], "Nous allons moins vite que le marché dans chacun des 2 segments"),
        (["gaining", "resisting"], "Nous allons plus vite que le marché dans chacun des 2 segments"),
    ],
)
def test_the_title_counts_the_segments_as_the_table_names_them(positions, title):
    rows = compared(len(positions)).assign(position=positions, relative_points=0.001)
    assert figures.relative_growth_figure(rows, **BOTH).title == title
