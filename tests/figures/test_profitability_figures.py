"""Figures of profitability: a sentence that says what is drawn, whatever the names and the signs."""

import numpy as np
import pandas as pd
import pytest

from capclient import figures
from capclient.indicators.erosion import erosion
from capclient.indicators.whale import whale, whale_curve
from capclient.notices import Notice
from capclient.vocabulary import Unknown

POISON = ["<script>alert(1)</script>", "$x_1$ & | a |", "x" * 300, "🦊 Renard", "\u202eאבג"]
PARADOX = pd.DataFrame(
    {
        "revenue_n1": [10000, 10000],
        "margin_n1": [4000, 2000],
        "revenue_n": [15000, 5000],
        "margin_n": [5700, 1000],
    }
)


def named(values):
    return [POISON[place % len(POISON)] for place in range(len(values))]


def whales(values, lang, basis="net"):
    margin = pd.Series(values, dtype="float64")
    curve = whale_curve(margin)
    return figures.whale_figure(
        curve.assign(name=named(curve)), whale(margin), basis=basis, lang=lang, currency="EUR"
    )


def services(rates, lang):
    costs = pd.DataFrame(np.outer(np.arange(len(rates), 0, -1), range(1, 9)) * 10.0, columns=list("abcdefgh"))
    words = {name: name.upper() for name in costs}
    return figures.service_figure(
        costs.set_axis(named(rates), axis=0), rates=pd.Series(rates, dtype="float64"), words=words, total=1e5,
        lang=lang, currency="EUR",
    )  # fmt: skip


def efforts(lang, hours=0.4):
    classes = pd.DataFrame(
        {"customers": [3, 4, 9, 2], "value_share": [0.8, 0.2, 0.1, -0.1], "visits_share": [0.3, 0.2, 0.2, 0.3],
         "hours_share": [hours, 0.2, 0.2, 0.2]}, index=["A", "B", "C", "none"],
    )  # fmt: skip
    return figures.effort_figure(classes, basis="net", lang=lang)


def every_figure(lang):
    both = {"lang": lang, "currency": "EUR"}
    clients = pd.DataFrame(
        {"revenue_n": [100.0, 50.0, 20.0, -5.0], "gross_margin_rate": [0.31, -0.2, 0.6, 0.1]}
    )
    bars = pd.Series(
        {"opening": 1000.0, "price": 50.0, "cost": -80.0, "volume": 10.0, "mix": 0.0, "products": 5.0,
         "customers": -15.0, "not_decomposable": 0.0, "closing": 970.0}
    )  # fmt: skip
    return [
        figures.margin_bands_figure(clients, rate=0.3, name="margin-bands", **both),
        figures.erosion_figure(erosion(PARADOX), lang=lang),
        figures.erosion_figure(
            erosion(PARADOX.set_axis(["revenue_n", "margin_n", "revenue_n1", "margin_n1"], axis=1)), lang=lang
        ),
        figures.margin_causes_figure(bars, **both),
        figures.margin_causes_figure(bars.mul(-1), **both),
        services([0.1, np.nan, 2.0], lang),
        services([np.nan], lang),
        whales([60, 40, 20, -10, -30], lang),
        whales([60], lang, "gross"),
        whales([10, -30], lang),
        whales(list(range(-200, 300)), lang),
        efforts(lang),
        efforts(lang, hours=np.nan),
    ]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_figure_has_a_title_a_description_and_a_picture(lang):
    for figure in every_figure(lang):
        assert isinstance(figure, figures.Figure), figure
        assert figure.title and len(figure.alt) > 20 and figure.png.startswith(b"\x89PNG")
        assert "nan" not in (figure.title + figure.alt).lower().replace("finan", "")


def test_the_paradox_is_said_in_the_title():
    assert "alors que" in figures.erosion_figure(erosion(PARADOX), lang="fr").title


def test_the_whale_names_who_destroys_and_says_euros_when_nothing_is_earned():
    told = whales([60, 40, 20, -10, -30], "fr")
    assert told.title.startswith("2 clients sur 5 détruisent") and "33,3" in told.title
    assert "plus que" in whales([10, -30], "fr").title
    assert "Aucun client" in whales([60], "fr", "gross").title
    assert "repris par 2 clients" in told.alt and "aucun client" not in whales([60], "fr").alt


def test_what_is_unknown_is_a_notice():
    no = Unknown("missing:cost")
    made = [
        figures.margin_bands_figure(no, rate=0.1, name="x", lang="fr", currency="EUR"),
        figures.erosion_figure(no, lang="fr"),
        figures.margin_causes_figure(no, lang="fr", currency="EUR"),
        figures.service_figure(
            no, rates=pd.Series(dtype=float), words={}, total=0.0, lang="fr", currency="EUR"
        ),
        figures.whale_figure(no, no, basis="net", lang="fr", currency="EUR"),
        figures.effort_figure(no, basis="net", lang="fr"),
    ]
    assert all(isinstance(item, Notice) and "cost" in item.reason for item in made)
    assert "FEC" in made[0].advice  # what one column would bring
