"""Figures of prospecting: a title that states the finding, poisoned names, one row, nothing decided, nothing at all."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from capclient import figures
from capclient.indicators.ansoff import QUADRANTS
from capclient.notices import Notice
from capclient.vocabulary import Unknown

MONEY = {"currency": "EUR"}
NAMES = ["<script>alert(1)</script>", "$x_1$", "Z" * 300, "Z" * 299 + "Y", "🦊", "Salon", "Deux\nlignes"]


def named(n):
    return [NAMES[i % len(NAMES)] + str(i) for i in range(n)]


def quarters(n, pending=3):
    rows = [
        (date(2023, 1 + i % 12, 1), 10 + pending, 4 if i % 2 else 0, 6 if i % 2 else 10, pending, 0)
        for i in range(n)
    ]
    return pd.DataFrame(rows, columns=["end", "created", "won", "lost", "pending", "unsaid"])


def stages(n, declared=0.5):
    reached = [100 * (n - i) for i in range(n)]
    return pd.DataFrame(
        {
            "declared": declared,
            "open": 3,
            "reached": reached,
            "won": 50,
            "observed": [50 / r for r in reached],
        },
        index=pd.Index(named(n), name="stage"),
    )


def amounts(n, stale=800.0):
    return pd.DataFrame({"stage": named(n), "live": 1e5, "weighted": 4e4, "stale": stale})


def sources(n, decided=40):
    won = [decided * (i + 1) // (n + 1) for i in range(n)]
    rate = np.array(won) / decided
    frame = pd.DataFrame({"group": named(n), "won": won, "lost": [decided - w for w in won], "rate": rate})
    return frame.assign(low=(rate - 0.02).clip(0), high=(rate + 0.02).clip(max=1))


def matrix(known=True, share=(0.7, 0.1, 0.1, 0.1)):
    frame = pd.DataFrame({"revenue": [part * 1e6 for part in share], "share": share}, index=list(QUADRANTS))
    return frame.assign(share_change=0.01 if known else np.nan)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n", [1, 4, 9])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_figure_of_prospecting_is_drawn_with_its_sentence(n, lang):
    shown = [
        figures.prospect_cohorts_figure(quarters(n), lang=lang),
        figures.prospect_cohorts_figure(quarters(n, pending=0), lang=lang),
        figures.funnel_figure(stages(n), lang=lang),
        figures.funnel_figure(stages(n, declared=0.01), lang=lang),
        figures.funnel_figure(stages(n).assign(observed=np.nan), lang=lang),
        figures.funnel_figure(stages(n, declared=np.nan), lang=lang),
        figures.pipeline_figure(amounts(n), lang=lang, **MONEY),
        figures.pipeline_figure(amounts(n, stale=0.0), lang=lang, **MONEY),
        figures.prospect_sources_figure(sources(n), overall=0.4, lang=lang),
        figures.prospect_sources_figure(sources(n), lang=lang),
        figures.ansoff_figure(matrix(), lang=lang, **MONEY),
        figures.ansoff_figure(matrix(known=False, share=(1.0, 0.0, 0.0, 0.0)), lang=lang, **MONEY),
    ]
    for figure in shown:
        assert isinstance(figure, figures.Figure)
        assert figure.png.startswith(b"\x89PNG") and len(figure.alt) > 20
        assert "nan" not in (figure.title + figure.alt).lower().replace("z", "")
        assert "<script" not in figure.html()


def test_the_title_of_the_sources_says_when_nothing_parts_them():
    apart = figures.prospect_sources_figure(sources(4), lang="fr")
    assert "nettement mieux" in apart.title
    wide = sources(4).assign(low=0.0, high=1.0)
    assert "se recouvrent" in figures.prospect_sources_figure(wide, lang="fr").title


def test_the_title_of_the_funnel_takes_sides():
    assert "se déclare à" in figures.funnel_figure(stages(3, declared=0.95), lang="fr").title
    assert "mieux que" in figures.funnel_figure(stages(3, declared=0.01), lang="fr").title
    same = stages(1).assign(declared=0.5)
    assert "ce qui arrive" in figures.funnel_figure(same, lang="fr").title


def test_nothing_decided_or_nothing_at_all_is_said():
    undecided = quarters(3).assign(won=0, lost=0)
    assert "encore décidé" in figures.prospect_cohorts_figure(undecided, lang="fr").title
    for figure in (
        figures.prospect_cohorts_figure(quarters(2).assign(created=0), lang="fr"),
        figures.funnel_figure(stages(2).assign(reached=0, won=0), lang="fr"),
        figures.pipeline_figure(amounts(2, stale=0.0).assign(live=0.0), lang="fr", **MONEY),
        figures.prospect_sources_figure(sources(2).assign(rate=np.nan), lang="fr"),
        figures.ansoff_figure(matrix().assign(share=np.nan), lang="fr", **MONEY),
        figures.ansoff_figure(Unknown("history_short"), lang="fr", **MONEY),
    ):
        assert isinstance(figure, Notice)


def test_the_same_pipeline_gives_the_same_bytes():
    one, other = (figures.pipeline_figure(amounts(4), lang="fr", **MONEY).png for _ in range(2))
    assert one == other
