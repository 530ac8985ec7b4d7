"""Figures of the loyalty chapter: sentences that count right, pictures in every case, notices when there is nothing."""

import pandas as pd
import pytest

from capclient import figures
from capclient.figures.retention import _bar_label
from capclient.indicators.bridge import BARS
from capclient.indicators.cohorts import cohort_triangle, kaplan_meier
from capclient.indicators.loyalty import QUADRANTS
from capclient.notices import Notice
from capclient.vocabulary import Unknown

NAMES = ["opening", *BARS, "closing"]
LABELS = {-1: "Déjà là", 0: "2023", 1: "2024", 2: "2025"}


def bars(*amounts: float) -> pd.DataFrame:
    return pd.DataFrame({"bar": NAMES, "amount": amounts})


def triangle() -> pd.DataFrame:
    years = pd.DataFrame(
        [[9.0, 9.0, 0.0], [9.0, 0.0, 9.0], [9.0, 9.0, 9.0], [0.0, 9.0, 9.0], [0.0, 0.0, 9.0]]
    )
    return cohort_triangle(years, pd.Series([-1.0, 0.0, 0.0, 1.0, 2.0]))


def every_figure(lang: str = "fr") -> list[figures.Figure | Notice]:
    both = {"lang": lang, "currency": "EUR"}
    curve = kaplan_meier(pd.Series([1, 2, 2, 3, 3, 3]), pd.Series([True, True, False, False, True, False]))
    quadrants = pd.DataFrame(
        {"quadrant": QUADRANTS, "customers": [3, 1, 0, 2], "revenue": [9e4, 1e3, 0.0, -5.0]}
    )
    parts = pd.Series({"growth": 130.0, "new": 120.0, "reactivated": 0.0})
    return [
        figures.bridge_figure(bars(900.0, -100.0, 120.0, 0.0, 130.0, -50.0, 1000.0), **both),
        figures.renewal_figure(parts, total=1000.0, **both),
        figures.cohorts_figure(triangle(), LABELS, lang=lang),
        figures.survival_figure(curve, followed=6, longest=3, lang=lang),
        figures.loyalty_figure(quadrants, **both),
    ]


@pytest.mark.filterwarnings("error")
def test_every_figure_has_a_title_a_description_and_a_picture_in_both_languages():
    for french, english in zip(every_figure(), every_figure("en"), strict=True):
        for figure in (french, english):
            assert isinstance(figure, figures.Figure)
            assert figure.title and len(figure.alt) > 40 and figure.png.startswith(b"\x89PNG")
            assert "nan" not in (figure.title + figure.alt).lower()
        assert french.title != english.title and french.alt != english.alt


def test_two_draws_give_the_same_bytes():
    assert [figure.png for figure in every_figure()] == [figure.png for figure in every_figure()]


def test_the_bridge_counts_the_clients_of_each_movement():
    frame = bars(900.0, -100.0, 120.0, 0.0, 130.0, -50.0, 1000.0)
    heads = pd.array([None, 1, 1, 0, 2, 12, None], dtype="Int64")
    both = {"lang": "fr", "currency": "EUR"}
    assert (
        figures.bridge_figure(frame.assign(customers=heads), **both).png
        != figures.bridge_figure(frame, **both).png
    )
    assert (
        _bar_label("down", heads[5], "fr") == "Baisses\n(12)"
        and _bar_label("opening", heads[0], "fr") == "CA\nN-1"
    )


def test_the_bridge_says_which_way_it_goes():
    up = figures.bridge_figure(
        bars(900.0, -100.0, 120.0, 0.0, 130.0, -50.0, 1000.0), lang="en", currency="EUR"
    )
    assert up.title == "From €900 to €1,000: gains (+€250) exceed losses (−€150)"
    down = figures.bridge_figure(bars(1000.0, -400.0, 0.0, 0.0, 0.0, 0.0, 600.0), lang="en", currency="EUR")
    assert "losses (−€400) exceed gains (€0)" in down.title
    assert "lost clients −€400" in down.alt


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "amounts",
    [
        (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (100.0, -300.0, 0.0, 0.0, 0.0, 0.0, -200.0),
        (1e9, -1.0, 2.0, 0.0, 0.0, 0.0, 1e9 + 1),
        (0.0, 0.0, 5.0, 0.0, 0.0, 0.0, 5.0),
    ],
)
def test_an_awkward_bridge_is_drawn(amounts):
    assert figures.bridge_figure(bars(*amounts), lang="fr", currency="EUR").png


@pytest.mark.filterwarnings("error")
def test_gains_above_the_whole_revenue_are_drawn():
    """Credit notes of other clients can make the total smaller than what was gained."""
    parts = pd.Series({"growth": 900.0, "new": 500.0, "reactivated": 0.0})
    assert figures.renewal_figure(parts, total=1000.0, lang="fr", currency="EUR").png


def test_the_cohorts_say_how_many_new_clients_still_buy_a_year_later():
    figure = figures.cohorts_figure(triangle(), LABELS, lang="en")
    assert figure.title == "One year after arrival, 2 of 3 clients still buy"
    assert "Cohort 2023 (2 clients): 2, 1, 2;" in figure.alt, "a share of two clients is no share"
    rows = [(0, k, 10, active, active / 10) for k, active in enumerate((10, 8))]
    ten = pd.DataFrame(rows, columns=["cohort", "k", "size", "active", "share"])
    figure = figures.cohorts_figure(ten, LABELS, lang="en")
    assert figure.title == "One year after arrival, 80.0% of the new clients still buy"
    assert "(10 clients): 100%, 80%." in figure.alt
    old = triangle()
    figure = figures.cohorts_figure(old[old.cohort < 0], LABELS, lang="en")
    assert figure.title == "Of the 1 client already there when the data begin, 0.0% still buy 2 years later"


def test_the_survival_gives_its_interval_in_words():
    alt = every_figure("en")[3].alt
    assert "6 new clients" in alt and "83% after 1 year (27% to 97%)" in alt


@pytest.mark.filterwarnings("error")
def test_a_survival_without_any_loss_is_a_flat_line_and_no_absence():
    curve = kaplan_meier(pd.Series([1, 2]), pd.Series([False, False]))
    figure = figures.survival_figure(curve, followed=2, longest=2, lang="en")
    assert figure.title == "None of the 2 new clients followed has missed a year"
    assert "(34% to 100%)" in figure.alt, "nobody lost among two proves little"
    assert isinstance(figures.survival_figure(curve, lang="en"), Notice)


@pytest.mark.parametrize("unknown", [Unknown("period_incomplete"), Unknown("history_short")])
def test_an_unknown_becomes_a_notice(unknown):
    both = {"lang": "fr", "currency": "EUR"}
    for shown in (
        figures.bridge_figure(unknown, **both),
        figures.renewal_figure(unknown, **both),
        figures.cohorts_figure(unknown, {}, lang="fr"),
        figures.survival_figure(unknown, lang="fr"),
        figures.loyalty_figure(unknown, **both),
    ):
        assert isinstance(shown, Notice)
