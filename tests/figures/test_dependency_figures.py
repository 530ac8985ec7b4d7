"""Ribbons, margins, losses and rankings: a sentence that says what is drawn, and labels that never cover another."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient import figures
from capclient.figures.ribbons import spread
from capclient.indicators.salespeople import salesperson_table
from capclient.indicators.stress import stress_test
from capclient.notices import Notice
from capclient.vocabulary import Unknown

POISON = ["<script>alert(1)</script>", "$x_1$ & | a |", "x" * 300, "🦊 Renard", "\u202eאבג"]
R6 = pd.Series({"A": 500.0, "B": 150.0, "C": 150.0, "E": 120.0, "F": 80.0})
MONEY = {"lang": "fr", "currency": "EUR"}


def history(**years):
    return pd.DataFrame(years, index=["A", "B", "C", "others"]).T


def margins(n):
    names = [POISON[place % len(POISON)] for place in range(n)]
    weight = np.linspace(2, 1, n)
    earned = np.where(np.arange(n) % 3 == 2, np.nan, weight[::-1])
    return pd.DataFrame(
        {"name": names, "weight": weight / weight.sum(), "margin_weight": earned / np.nansum(earned)}
    )


def team(n):
    clients = pd.DataFrame(
        {
            "salesperson": [POISON[place % len(POISON)] + str(place) for place in range(n)],
            "revenue_n": np.arange(n, 0, -1.0),
            "orders_n": 1,
            "margin_n": np.arange(n, dtype=float),
        }
    )
    return salesperson_table(clients)


def losses(**inputs):
    given = {"variable_cost_rate": "0.60", "fixed_costs": 300} | inputs
    return {
        "top1": stress_test(R6, **given),
        "top3": stress_test(R6, first=3, **given),
        "group": Unknown("n_small"),
    }


def every_figure(lang):
    both = {"lang": lang, "currency": "EUR"}
    return [
        figures.weights_history_figure(
            history(a=[0.3, 0.2, 0.0, 0.5], b=[0.1, 0.2, 0.1, 0.6], c=[0.0, 0.2, 0.3, 0.5]), lang=lang
        ),
        figures.weights_history_figure(history(a=[0.3, 0.2, 0.1, 0.4]), lang=lang),
        figures.margin_weights_figure(margins(12), lang=lang),
        figures.margin_weights_figure(margins(1), lang=lang),
        figures.stress_figure(losses(), total=1000.0, fixed_costs=300.0, **both),
        figures.stress_figure(losses(fixed_costs=10), total=1000.0, fixed_costs=10.0, **both),
        figures.stress_figure(losses(variable_cost_rate=None), total=1000.0, fixed_costs=None, **both),
        figures.rankings_figure(team(3), lang=lang),
        figures.rankings_figure(team(30), lang=lang),
    ]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_figure_has_a_title_a_description_and_a_picture(lang):
    for figure in every_figure(lang):
        assert isinstance(figure, figures.Figure), figure
        assert figure.title and len(figure.alt) > 20 and figure.png.startswith(b"\x89PNG")
        assert "nan" not in (figure.title + figure.alt).lower()
        html = figure.html()
        assert "<script" not in html and "\u202e" not in html


def test_two_draws_give_the_same_bytes():
    assert [f.png for f in every_figure("fr")] == [f.png for f in every_figure("fr")]


@pytest.mark.parametrize(
    "shown",
    [
        figures.margin_weights_figure(Unknown("missing:cost"), lang="fr"),
        figures.stress_figure({"top1": Unknown("denominator_zero")}, total=0.0, fixed_costs=None, **MONEY),
        figures.rankings_figure(Unknown("missing:salesperson"), lang="fr"),
        figures.rankings_figure(team(3).drop(columns=["rank_margin"]), lang="fr"),
        figures.weights_history_figure(Unknown("history_short"), lang="fr"),
    ],
)
def test_what_is_unknown_becomes_a_notice(shown):
    assert isinstance(shown, Notice) and shown.reason.endswith(".")


def test_clients_that_left_are_named_apart_in_the_description():
    drawn = figures.weights_history_figure(history(a=[0.3, 0.2, 0.0, 0.5], b=[0.0, 0.2, 0.3, 0.5]), lang="fr")
    assert drawn.alt.endswith("N’achètent plus\u00a0: A.")
    assert "C 30,0" in drawn.alt


def test_the_title_of_the_loss_says_when_the_fixed_costs_are_no_longer_paid():
    short = figures.stress_figure(losses(), total=1000.0, fixed_costs=300.0, **MONEY)
    safe = figures.stress_figure(losses(fixed_costs=10), total=1000.0, fixed_costs=10.0, **MONEY)
    assert "200\u00a0€" in short.title and "300\u00a0€" in short.title
    assert "couvre" in safe.title


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20).map(sorted))
def test_labels_keep_their_order_and_never_cover_each_other(heights):
    placed = spread(heights, 0.045, 1.0)
    assert all(after - before >= 0.045 - 1e-9 for before, after in pairwise(placed))
