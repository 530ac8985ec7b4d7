"""Figures of purchases and prices: a sentence, a description, the same bytes twice, or a notice."""

import numpy as np
import pandas as pd
import pytest

from capclient import figures
from capclient.figures.purchases import BOUGHT, MISSED
from capclient.notices import Notice
from capclient.vocabulary import Unknown

POISON = [
    "<script>alert(1)</script>",
    "x" * 300,
    "🦊 Renard",
    "\u202eabc",
    "$x_1$",
    "Établissements Dupont & Fils",
]
MONEY = {"lang": "fr", "currency": "EUR"}
BARS = pd.Series(
    {
        "opening": 400.0, "price": 50.0, "volume": 66.67, "mix": -16.67, "new_products": 40.0,
        "stopped_products": -10.0, "not_decomposable": 0.0, "closing": 530.0,
    }
)  # fmt: skip


def names(n: int) -> list[str]:
    return [POISON[place % len(POISON)] for place in range(n)]


def classes(n: int) -> pd.DataFrame:
    low = 10 ** (np.arange(n) / 10)
    return pd.DataFrame({"low": low, "high": low * 10**0.1, "baskets": np.arange(1, n + 1)})


def grid(n: int) -> pd.DataFrame:
    cells = np.arange(n * 4).reshape(n, 4) % 3
    return pd.DataFrame(cells, index=names(n), columns=["Vis", "Écrous", POISON[0], POISON[1]])


def positions(n: int) -> pd.DataFrame:
    qty = np.linspace(1, 900, n)
    expected = 10 * qty**-0.05
    price = expected * np.linspace(0.8, 1.2, n)
    frame = pd.DataFrame(
        {"product": POISON[0], "name": names(n), "qty": qty, "price": price, "expected": expected}
    )
    return frame.assign(residual=price / expected - 1, lever=((expected - price) * qty).clip(min=0))


def clients(n: int) -> pd.DataFrame:
    index = np.linspace(40, 200, n)
    return pd.DataFrame(
        {"name": names(n), "revenue_n": np.linspace(9e5, 1, n), "price_index": index, "lever": 300 - index}
    )


def every_figure(n: int, lang: str = "fr") -> list[figures.Figure | Notice]:
    both = {"lang": lang, "currency": "EUR"}
    table = pd.DataFrame(np.arange(9).reshape(3, 3) * n, index=list("ABC"), columns=list("XYZ"))
    return [
        figures.baskets_figure(classes(n), mean=90.0, middle=20.0, **both),
        figures.white_space_figure(grid(n), missed=n, lang=lang),
        figures.regularity_figure(table, lang=lang),
        figures.price_volume_mix_figure(BARS * n, **both),
        figures.price_index_figure(clients(n), low=95.0, **both),
        figures.price_volume_figure(positions(n), **both),
    ]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n", [1, 5, 40])
def test_every_figure_has_a_title_a_description_and_a_picture(n):
    for figure in every_figure(n):
        assert isinstance(figure, figures.Figure), figure
        assert figure.title and len(figure.alt) > 20 and figure.png.startswith(b"\x89PNG")
        assert "nan" not in (figure.title + figure.alt).lower()


def test_names_that_try_to_run_are_only_text_in_the_html():
    for figure in every_figure(9):
        html = figure._repr_mimebundle_()["text/html"]
        assert "<script" not in html and "\u202e" not in html


def test_two_draws_give_the_same_bytes():
    assert [figure.png for figure in every_figure(6)] == [figure.png for figure in every_figure(6)]


def test_both_languages_have_their_own_sentences():
    for french, english in zip(every_figure(6), every_figure(6, "en"), strict=True):
        assert french.title != english.title and french.alt != english.alt


def test_the_sentences_say_the_numbers_of_the_dictionary():
    figure = figures.price_volume_mix_figure(BARS, lang="en", currency="EUR")
    assert "+€130" in figure.title and "largest effect is that of volumes (+€67)" in figure.title
    assert "€400 in N-1, to €530 in N" in figure.alt and "stopped products −€10" in figure.alt


def test_both_ends_of_a_small_change_read_differently():
    near = pd.Series({"opening": 3_710_441.52, "price": 23_241.5, "closing": 3_733_683.02})
    alt = figures.price_volume_mix_figure(near, lang="en", currency="EUR").alt
    assert "€3,710k" in alt and "€3,734k" in alt


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"mix": -18_799.0, "new_products": 112_375.0, "stopped_products": -93_849.0}, "du mix (−18,8"),
        ({"mix": -900.0, "new_products": 200.0, "stopped_products": -5_000.0}, "et abandonnés (−4"),
        ({"mix": 10.0, "not_decomposable": -11.0}, "ne se décompose pas (−11"),
    ],
)
def test_the_title_of_the_waterfall_names_the_largest_effect(parts, said):
    steps = {**dict.fromkeys(BARS.index[1:-1], 0.0), **parts}
    bars = pd.Series({"opening": 1e5, **steps, "closing": 1e5 + sum(steps.values())})
    assert said in figures.price_volume_mix_figure(bars, **MONEY).title


def test_a_year_that_changes_nothing_has_no_largest_effect():
    same = BARS * 0.0 + pd.Series({"opening": 900.0, "closing": 900.0}).reindex(BARS.index, fill_value=0.0)
    assert "sans effet" in figures.price_volume_mix_figure(same, **MONEY).title


def test_the_title_of_the_grid_counts_cells_and_not_families():
    cells = pd.DataFrame([[MISSED, BOUGHT], [MISSED, MISSED]], index=["A", "B"], columns=["Vis", "Colle"])
    assert (
        "3 cases (client\u00a0×\u00a0famille)" in figures.white_space_figure(cells, missed=2, lang="fr").title
    )
    one = figures.white_space_figure(cells.iloc[:1], missed=1, lang="fr").title
    assert "1 case (client" in one


def test_the_grid_counts_what_is_missing():
    cells = pd.DataFrame([[MISSED, BOUGHT], [MISSED, MISSED]], index=["A", "B"], columns=["Vis", "Colle"])
    alt = figures.white_space_figure(cells, missed=7, lang="en").alt
    assert "3 cells" in alt and "Vis 2 clients" in alt and "7 clients" in alt


def test_what_is_unknown_or_empty_becomes_a_notice():
    unknown = Unknown("missing:qty")
    shown = [
        figures.baskets_figure(unknown, mean=1, middle=1, **MONEY),
        figures.white_space_figure(Unknown("missing:family"), missed=0, lang="fr"),
        figures.regularity_figure(pd.DataFrame(0, index=list("ABC"), columns=list("XYZ")), lang="fr"),
        figures.price_volume_mix_figure(unknown, **MONEY),
        figures.price_index_figure(clients(2).assign(price_index=np.nan), low=95.0, **MONEY),
        figures.price_volume_figure(unknown, **MONEY),
    ]
    assert all(isinstance(notice, Notice) and notice.reason.endswith(".") for notice in shown)


def test_five_thousand_clients_are_drawn():
    assert figures.price_index_figure(clients(5000), low=95.0, **MONEY).png
    assert figures.price_volume_figure(positions(5000), **MONEY).png
