"""Pictures of moves, of coming changes and of groups say in words what they draw."""

from datetime import date

import pandas as pd
import pytest

from capclient import figures
from capclient.figures.lettering import customers, short_money
from capclient.figures.moves import NODES, merged, sides
from capclient.figures.tipping import ROWS
from capclient.notices import Notice
from capclient.vocabulary import STATES
from capclient.wording import text

OPTIONS = {"words": "state", "name": "moves", "lang": "fr", "before": "31/12/2024", "after": "31/12/2025"}


def crossed(*cells):
    table = pd.DataFrame(0, index=[*STATES, "arrived"], columns=[*STATES, "gone"])
    for before, after, n in cells:
        table.loc[before, after] = n
    return table


def test_moves_are_counted_up_and_down_and_named_in_words():
    table = crossed(
        ("active", "active", 5), ("active", "lost", 2), ("at_risk", "active", 3), ("arrived", "active", 4)
    )
    assert sides(table) == (3, 2, 5)
    figure = figures.moves_figure(table, **OPTIONS)
    assert (
        figure.title
        == "États d’activité : en un an, plus de montées (3) que de descentes (2), sur 10 clients"
    )
    assert "4 clients de «\u00a0pas encore là\u00a0» à «\u00a0Actif\u00a0»" in figure.alt
    assert isinstance(figures.moves_figure(crossed(), **OPTIONS), Notice)


@pytest.mark.parametrize(
    ("cells", "begins"),
    [
        ([("active", "active", 3)], "États d’activité\u00a0: aucun changement"),
        (
            [("active", "watch", 1), ("watch", "active", 1)],
            "États d’activité\u00a0: en un an, autant de montées que de descentes (1), sur 2 clients",
        ),
        (
            [("active", "watch", 2), ("watch", "active", 1)],
            "États d’activité\u00a0: en un an, plus de descentes (2) que de montées (1)",
        ),
    ],
)
def test_the_title_says_which_way_most_went(cells, begins):
    assert figures.moves_figure(crossed(*cells), **OPTIONS).title.startswith(begins)


def test_at_most_eight_nodes_stand_on_a_side_and_nobody_is_lost():
    codes = [f"s{n}" for n in range(11)]
    table = pd.DataFrame(1, index=[*codes, "arrived"], columns=[*codes, "gone"])
    table.loc["s3", "s3"] = 50
    small = merged(table)
    assert small.shape == (NODES, NODES) and int(small.to_numpy().sum()) == int(table.to_numpy().sum())
    assert small.index[-2:].tolist() == ["others", "arrived"] and "s3" in small.index


def test_coming_changes_are_told_by_their_days():
    rows = pd.DataFrame(
        {
            "name": ["Durand <b>", "Zoé & fils"],
            "leaves_on": pd.to_datetime(["2026-01-10", "2026-03-20"]),
            "state_next": ["at_risk", "lost"],
            "revenue_n": [1000.0, 0.0],
        }
    )
    options = {"lang": "fr", "currency": "EUR", "as_of": date(2025, 12, 31), "horizon_days": 90}
    figure = figures.coming_figure(rows, **options)
    assert figure.title.startswith("D’ici au 31/03/2026") and figure.title.endswith(": 2 clients")
    assert "10/01/2026" in figure.alt
    assert isinstance(figures.coming_figure(rows.iloc[:0], **options), Notice)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("more", [0, 1, 3])
def test_a_calendar_that_leaves_clients_out_says_how_many_and_what_they_weigh(lang, more):
    rows = pd.DataFrame(
        {
            "name": [f"C{n:02d}" for n in range(ROWS + more)],
            "leaves_on": pd.Timestamp("2026-01-10"),
            "state_next": "at_risk",
            "revenue_n": [1000.0] * ROWS + [10.0] * more,
        }
    )
    figure = figures.coming_figure(rows, lang=lang, currency="EUR", as_of=date(2025, 12, 31), horizon_days=90)
    said = text(
        "figure.coming.rest", lang, n=customers(more, lang), revenue=short_money(10.0 * more, lang, "EUR")
    )
    assert figure.alt.endswith(said) is bool(more)
    assert "  " not in figure.alt and not figure.alt.endswith(" ")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_map_names_its_groups_and_one_cloud_has_none(lang):
    points = pd.DataFrame({"x": [0.0, 1.0, 2.0], "y": [0.0, 1.0, 0.5], "cluster": [1, 1, 2]})
    words = ("CA ↑", "Silence ↑")
    named = figures.groups_map_figure(points, {1: "Gros", 2: "Petits"}, (0.4, 0.1), words, lang=lang)
    cloud = figures.groups_map_figure(points.assign(cluster=0), {}, (0.4, 0.1), words, lang=lang)
    assert "Gros" in named.alt and "Gros" not in cloud.alt and named.title != cloud.title
