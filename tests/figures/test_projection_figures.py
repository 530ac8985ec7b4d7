"""Pictures of the projection and of the worth of clients: their sentence, their words, their silence."""

from datetime import date

import pandas as pd
import pytest

from capclient import figures
from capclient.notices import Notice
from capclient.vocabulary import Unknown
from capclient.wording import LANGUAGES

PAST = pd.DataFrame({"month": pd.date_range("2024-01-01", periods=24, freq="MS"), "revenue": [100.0] * 24})
MONTHS = pd.DataFrame(
    {
        "month": pd.date_range("2026-01-01", periods=12, freq="MS"), "projected": [100.0] * 11 + [160.0],
        "naive": [100.0] * 12, "low": [80.0] * 12, "high": [120.0] * 12,
    }
)  # fmt: skip
TRIED = pd.DataFrame(
    {
        "day": [date(2023, 12, 31), date(2024, 12, 31)], "projected": [1000.0, 1100.0], "actual": [950.0, 1090.0],
        "low": [float("nan"), 1000.0], "high": [float("nan"), 1200.0],
    }
)  # fmt: skip
PARTS = pd.DataFrame(
    {"bar": ["opening", "absence", "contracts", "closing"], "amount": [1000.0, -200.0, 50.0, 850.0]}
)
KINDS = pd.DataFrame({"kind": ["A", "C"], "customers": [2, 5], "equity": [300.0, -20.0]})
MOVED = pd.DataFrame(
    {
        "scenario": ["base", "retention_up", "retention_down", "without_first"],
        "equity": [280.0, 310.0, 255.0, 100.0],
    }
)


def drawn(lang="fr"):
    told = {"lang": lang, "currency": "EUR"}
    return {
        "projection": figures.projection_figure(
            PAST, MONTHS, total=1260.0, low=1000.0, high=1400.0, naive=1200.0, **told
        ),
        "backtest": figures.backtest_figure(TRIED, TRIED[["day", "projected"]], **told),
        "parts": figures.forecast_parts_figure(PARTS, **told),
        "equity": figures.equity_figure(KINDS, first=("Aubier", "A", 200.0), **told),
        "scenarios": figures.equity_scenarios_figure(MOVED, points=(0.05, 0.02), horizons=(3, 10), **told),
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_picture_states_its_finding_and_tells_it_in_words(lang):
    for name, figure in drawn(lang).items():
        assert isinstance(figure, figures.Figure), name
        assert figure.title and len(figure.alt) > 40 and "{" not in figure.title + figure.alt, name


def test_the_titles_count_and_name():
    pictures = drawn()
    assert "1\u202f000" in pictures["projection"].title or "1\u00a0000" in pictures["projection"].title
    assert pictures["backtest"].title == "Intervalles passés qui ont tenu\u00a0: 1 sur 1"
    assert "Aubier" in pictures["equity"].alt
    assert "100" in pictures["scenarios"].title


def test_what_is_unknown_is_said_and_not_drawn():
    missing = Unknown("history_short")
    told = {"lang": "fr", "currency": "EUR"}
    assert isinstance(figures.backtest_figure(missing, TRIED, **told), Notice)
    assert isinstance(figures.forecast_parts_figure(missing, **told), Notice)
    assert isinstance(figures.equity_figure(missing, first=None, **told), Notice)
    assert isinstance(
        figures.equity_scenarios_figure(missing, points=(0.05, 0.02), horizons=(3, 10), **told), Notice
    )
