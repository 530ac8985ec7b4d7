"""Every figure: a sentence, a description, the same bytes twice, or a notice when there is nothing to draw."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from capclient import figures
from capclient.figures.figure import drawn
from capclient.figures.lettering import clean, customers, drawable, short_money, shortened
from capclient.notices import Notice
from capclient.periods import windows
from capclient.vocabulary import STAGES, STATES, Unknown

POISON = [
    "<script>alert(1)</script>", '=HYPERLINK("http://x")', "| a | b |", "x" * 300, "🦊 Renard",
    "\u202eאבג\u2066 abc",
    "$x_1$", "Établissements Dupont & Fils",
]  # fmt: skip
MONEY = {"lang": "fr", "currency": "EUR"}


def clients(n: int) -> pd.DataFrame:
    revenue = np.linspace(9000.0, 100.0, n).round(2)
    names = [POISON[i % len(POISON)] for i in range(n)]
    index = pd.Index([f"C{i:05d}" for i in range(n)], name="customer_id")
    frame = pd.DataFrame({"name": names, "revenue_n": revenue, "revenue_n1": revenue[::-1]}, index=index)
    classes = np.where(np.arange(n) < max(1, n // 5), "A", "C")
    states = [STATES[i % len(STATES)] for i in range(n)]
    return frame.assign(
        abc_class=classes, state=states, ratio=np.linspace(0.2, 9, n), r=1 + np.arange(n) % 5, f=1, m=2
    )


def curve(n: int, ascending: bool = False) -> pd.DataFrame:
    revenue = np.sort(clients(n)["revenue_n"])[:: 1 if ascending else -1]
    shares = np.r_[0, revenue.cumsum() / revenue.sum()]
    return pd.DataFrame({"customers_share": np.arange(n + 1) / n, "revenue_share": shares})


def every_figure(n: int, lang: str = "fr") -> list[figures.Figure | Notice]:
    both = {"lang": lang, "currency": "EUR"}
    table = clients(n)
    history = pd.DataFrame(
        {"others": [0.6, 0.5], POISON[0]: [0.3, 0.2], POISON[6]: [0.1, 0.3]}, index=["2010", "2011"]
    )
    stages = pd.DataFrame(
        {"stage": STAGES, "customers": n, "revenue": [-50.0, 10, 20, 30, 0, 5, 1], "revenue_share": 0.1}
    )
    matrix = pd.DataFrame(np.eye(8, 7, dtype=int) * n, index=["absent", *STAGES], columns=list(STAGES))
    states = pd.DataFrame(
        {"state": STATES, "customers": n, "revenue_n": [9.0, 5, -4, 0, 0], "revenue_n1": 7.0}
    )
    months = pd.Series([10.0, -5.0, 20.0], index=pd.to_datetime(["2010-12-01", "2011-01-01", "2011-11-01"]))
    grid = table.groupby(["r", "f"]).size().unstack(fill_value=0)
    profiles = pd.DataFrame({"revenue_n": [100.0, -5.0], "growth": [0.1, np.nan]}, index=[1, 2])
    window = windows(date(2011, 11, 30))
    return [
        figures.pareto_figure(curve(n), lang=lang),
        figures.lorenz_figure(curve(n, ascending=True), 0.4, lang=lang),
        figures.weights_history_figure(history, lang=lang),
        figures.abc_figure(table, **both),
        figures.stages_figure(stages, **both),
        figures.transitions_figure(matrix, lang=lang),
        figures.states_figure(states, **both),
        figures.silence_figure(table[["state", "ratio"]], table, **both),
        figures.rfm_figure(grid, table, lang=lang),
        figures.profiles_figure(
            profiles,
            profiles * 0 + 1.0,
            {1: "Gros", 2: "Petits"},
            pd.Series({1: n, 2: 1}),
            units={"revenue_n": "money"},
            **both,
        ),
        figures.silhouette_figure(pd.Series({2: 0.3, 3: 0.4}), 3, lang=lang),
        figures.months_figure(months, windows=window, incomplete=[date(2011, 11, 1)], **both),
        figures.lines_figure(n, n, 0, lang=lang),
    ]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n", [1, 2, 40])
def test_every_figure_has_a_title_a_description_and_a_picture(n):
    for figure in every_figure(n):
        assert isinstance(figure, figures.Figure), figure
        assert figure.title and len(figure.alt) > 20 and figure.png.startswith(b"\x89PNG")
        assert "nan" not in (figure.title + figure.alt).lower()


def test_names_that_try_to_run_are_only_text_in_the_html():
    for figure in every_figure(9):
        html = figure._repr_mimebundle_()["text/html"]
        assert "<script" not in html and "\u202e" not in html and 'src="http' not in html
        assert html.count("<img") == 1 and 'alt=""' not in html


def test_a_picture_knows_the_width_under_which_its_smallest_letters_are_lost():
    def lettered(*sizes):
        def draw(axes):
            axes[0].set(xticks=[], yticks=[])
            axes[0].text(0.5, 0.5, " ", fontsize=2)  # nobody reads a blank
            for size in sizes:
                axes[0].text(0.5, 0.5, "mot", fontsize=size)

        return drawn(draw, name="x", title="Un titre", alt="Une description.")

    # ten CSS pixels are 7.5 points: at 760 pixels 15 points may shrink by half, 6 not at all
    assert [lettered(15).least, lettered(15, 10).least, lettered(6).least] == [380, 570, 760]
    html = lettered(10).html()
    assert 'tabindex="0"' in html and 'style="--least:570px"' in html
    assert 'id="say-x"' in html and 'aria-labelledby="say-x"' in html


def test_two_draws_give_the_same_bytes():
    assert [f.png for f in every_figure(6)] == [f.png for f in every_figure(6)]


def test_both_languages_have_their_own_sentences():
    for french, english in zip(every_figure(6), every_figure(6, "en"), strict=True):
        assert french.title != english.title and french.alt != english.alt


def test_five_thousand_clients_are_drawn():
    table = clients(5000)
    assert "5\u202f000 clients" in figures.pareto_figure(curve(5000), lang="fr").alt
    assert figures.silence_figure(table[["state", "ratio"]], table, **MONEY).png


@pytest.mark.parametrize("unknown", [Unknown("missing:cost"), Unknown("n_small"), Unknown("history_short")])
def test_an_unknown_becomes_a_notice(unknown):
    shown = [
        figures.pareto_figure(unknown, lang="fr"),
        figures.lorenz_figure(curve(3), unknown, lang="fr"),
        figures.profiles_figure(unknown, pd.DataFrame(), {}, pd.Series(dtype=int), units={}, **MONEY),
        figures.groups_map_figure(unknown, {}, (0.0, 0.0), ("", ""), lang="fr"),
        figures.moves_figure(unknown, words="rfm", name="moves", lang="fr", before="", after=""),
        figures.coming_figure(unknown, as_of=date(2025, 12, 31), horizon_days=90, **MONEY),
        figures.silhouette_figure(unknown, unknown, lang="fr"),
        figures.stages_figure(unknown, **MONEY),
    ]
    assert all(isinstance(notice, Notice) and notice.reason.endswith(".") for notice in shown)


def test_missing_values_only_become_a_notice():
    table = clients(3).assign(ratio=np.nan)
    assert isinstance(figures.silence_figure(table[["state", "ratio"]], table, **MONEY), Notice)
    assert isinstance(figures.pareto_figure(curve(3) * np.nan, lang="fr"), Notice)


def test_the_pareto_sentence_counts_as_the_dictionary_does():
    """R6 (section 0.7): 80 % is reached with 3 clients of 5, the top 20 % is one client at 50 %."""
    shares = pd.DataFrame(
        {"customers_share": np.arange(6) / 5, "revenue_share": [0, 0.5, 0.65, 0.8, 0.92, 1.0]}
    )
    alt = figures.pareto_figure(shares, lang="en").alt
    assert "takes 3 clients (60% of clients) to reach 80%" in alt
    assert "top 20% (1 client) bring 50%" in alt


def test_a_long_name_keeps_both_ends():
    assert (
        shortened("Société générale de distribution, agence de Nantes Est", 24) == "Société génér…Nantes Est"
    )


def test_names_lose_what_cannot_be_seen_or_drawn():
    assert clean("\u202eabc\u2066\x07 d") == "abc d"
    assert drawable("🦊 Renard") == "Renard"
    assert drawable("東 Est") == "□ Est"
    assert clean("\u200b") == "?"


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [(950, "950\u00a0€", "€950"), (45300, "45,3\u00a0k€", "€45.3k"), (-1_200_000, "−1,2\u00a0M€", "−€1.2M")],
)
def test_short_amounts_read_as_people_write_them(value, french, english):
    assert short_money(value, "fr", "EUR") == french
    assert short_money(value, "en", "EUR") == english


def test_no_client_is_a_word_and_takes_its_capital_at_the_head_of_a_title():
    assert customers(0, "fr") == "aucun client" and customers(0, "en") == "no client"
    assert customers(1, "fr") == "1 client" and customers(2, "fr") == "2 clients"
    titles = [f"{customers(0, lang)} x" for lang in ("fr", "en")]
    made = [drawn(lambda axes: None, name="x", title=title, alt="y") for title in (*titles, "eBay pèse")]
    assert [figure.title for figure in made] == ["Aucun client x", "No client x", "eBay pèse"]


def test_a_year_before_that_is_not_known_is_never_said_to_weigh_nothing():
    states = pd.DataFrame(
        {"state": ["active", "inactive"], "customers": [5, 3], "revenue_n": [10.0, 0.0], "revenue_n1": np.nan}
    )
    figure = figures.states_figure(states, lang="fr", currency="EUR")
    assert "N-1 n’est pas connue" in figure.title and "0\u00a0€ l’année N-1" not in figure.title
