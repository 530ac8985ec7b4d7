"""Figures of lives: a title that states the finding, one row, nothing decided, nothing at all, both languages."""

from datetime import date

import pandas as pd
import pytest

from capclient import figures
from capclient.figures.figure import drawn
from capclient.figures.heat import heat
from capclient.indicators.contribution import at_ages, cohort_curves, cumulated
from capclient.indicators.stage_history import composition, passage_rates, passages, year_pairs
from capclient.notices import Notice
from capclient.periods import shifted
from capclient.vocabulary import STAGES, Unknown

DAYS = [shifted(date(2025, 12, 31), -3 * back) for back in range(12, -1, -1)]
COST = Unknown("missing:cost")


def history(clients: int, *, stage: str = "") -> pd.DataFrame:
    return pd.DataFrame(
        [[stage or STAGES[(client + place // 3) % 7] for place in range(13)] for client in range(clients)],
        columns=DAYS,
    )


def brought(clients: int, amount: int = 50_000):
    rows = [
        (str(client), age, amount * (1 + client % 3)) for client in range(clients) for age in range(0, 40, 3)
    ]
    index = pd.Index([str(client) for client in range(clients)])
    table = cumulated(
        pd.DataFrame(rows, columns=["customer_id", "age", "revenue"]), index, measure="revenue", months=60
    )
    followed = pd.Series([8 + 11 * (client % 5) for client in range(clients)], index=index)
    cohort = pd.Series([2021 + client % 5 for client in range(clients)], index=index)
    return cohort_curves(table, followed, cohort), at_ages(table, followed, (6, 12, 24, 36))


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("clients", [1, 60])
def test_the_composition_states_the_weight_of_old_age(lang, clients):
    raw = history(clients)
    figure = figures.composition_figure(composition(raw, raw.notna() * 100.0), lang=lang)
    old = {"fr": "vieillesse", "en": "old age"}[lang]
    assert old in figure.title.lower() and "2025" in figure.alt and len(figure.png) > 5_000


def test_a_composition_of_one_review_or_of_no_revenue_is_drawn_only_when_it_can_be():
    raw = history(4)
    one = composition(raw[DAYS[-1:]], raw[DAYS[-1:]].notna() * 1.0)
    assert isinstance(figures.composition_figure(one, lang="fr"), Notice)
    free = figures.composition_figure(composition(raw, raw.notna() * 0.0), lang="fr")
    assert "–" in free.title  # no revenue, no weight
    assert isinstance(figures.composition_figure(Unknown("history_short"), lang="fr"), Notice)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_passages_tell_what_becomes_of_old_age_and_hide_rows_of_a_few(lang):
    raw = history(60)
    raw.iloc[0] = "adult"
    rates = passage_rates(passages(raw, year_pairs(DAYS)))
    figure = figures.passages_figure(rates, lang=lang, pairs=9)
    assert figure.title.startswith({"fr": "Vieillesse", "en": "Old age"}[lang])
    few = rates.assign(of=3)
    assert isinstance(figures.passages_figure(few, lang=lang, pairs=9), Notice)
    assert isinstance(figures.passages_figure(rates.iloc[:0], lang=lang, pairs=0), Notice)


def test_passages_of_a_portfolio_that_never_moves():
    rates = passage_rates(passages(history(20, stage="adult"), year_pairs(DAYS)))
    figure = figures.passages_figure(rates, lang="fr", pairs=9)
    assert figure.title == "Âge adulte\u00a0: perdus un an après, aucun client sur cent"


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("clients", [1, 2, 40])
def test_contribution_with_margin_without_and_with_its_cost(lang, clients):
    curves, ages = brought(clients)
    options = {"lang": lang, "currency": "EUR"}
    bare = figures.contribution_figure(curves, ages, COST, COST, COST, **options)
    both = figures.contribution_figure(curves, ages, curves, ages, 777.0, **options)
    assert bare.title == both.title and "777" in both.alt and "777" not in bare.alt
    assert isinstance(
        figures.contribution_figure(Unknown("history_short"), ages, COST, COST, COST, **options), Notice
    )


def test_contribution_of_credit_notes_only_is_still_drawn():
    curves, ages = brought(3, -9_000)
    assert figures.contribution_figure(curves, ages, COST, COST, COST, lang="fr", currency="EUR").png


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_cadence_counts_those_seen_as_intended(lang):
    rows = pd.DataFrame(
        {
            "stage": ["childhood", "adult"], "customers": [4, 10], "least": [6, 1], "most": [12, 4],
            "contacts": [3, 90], "a_year": [0.8, 9.0], "below": [4, 0], "within": [0, 5], "above": [0, 5],
        }
    )  # fmt: skip
    figure = figures.cadence_figure(rows, lang=lang)
    assert figure.title.startswith("5 ") and "14" in figure.title
    assert isinstance(figures.cadence_figure(Unknown("missing:interactions"), lang=lang), Notice)
    assert isinstance(figures.cadence_figure(rows.iloc[:0], lang=lang), Notice)


def test_a_portfolio_too_young_to_be_judged_has_no_first_stage():
    table = pd.DataFrame(
        {"stage": ["childhood", "undetermined"], "customers": [6, 9], "revenue": [5.0, 95.0]}
    )
    title = figures.stages_figure(table, lang="fr", currency="EUR").title
    assert title.startswith("Stades encore illisibles pour 9 clients") and "vieillesse" not in title
    assert figures.stages_figure(table[:1], lang="fr", currency="EUR").title.startswith("Premier stade")


def test_the_rows_of_a_matrix_have_a_picture_of_their_names_and_no_other_drawing_has():
    """On a phone these names stay in sight while the matrix slides (``reports/template/report.css``)."""
    counts = pd.DataFrame([[3, 1], [0, 4]], index=["adult", "lost"], columns=["adult", "lost"])
    matrix = drawn(lambda axes: heat(axes[0], counts, "fr"), name="m", title="T", alt="A", height=200)
    assert matrix.rows.start >= 0 and 0 < matrix.rows.start + matrix.rows.share < 0.4
    assert matrix.rows.shape == pytest.approx(matrix.rows.share * matrix.width / matrix.height, rel=0.02)
    assert 'class="cc-rows"' in matrix.html()
    other = drawn(lambda axes: axes[0].plot([1, 2]), name="o", title="T", alt="A")
    assert other.rows is None and "cc-rows" not in other.html()
