"""Figures of satisfaction: a title that states the finding, poisoned words, one case, nothing at all."""

import pandas as pd
import pytest

from capclient import figures
from capclient.indicators.claims import causes
from capclient.indicators.dissatisfaction import sensitivity, steps
from capclient.indicators.listening import listening_by_phase
from capclient.notices import Notice
from capclient.vocabulary import Unknown

WORDS = [
    "<script>alert(1)</script>",
    "$x_1$",
    "Z" * 300,
    "🦊",
    "=cmd|calc",
    "Retard",
    "",
    None,
    "a\nb",
    "\u202egnp",
]


def tally(*marks):
    return pd.Series(list(marks)).value_counts().reindex(range(11), fill_value=0).sort_index()


def months(n):
    days = pd.date_range("2025-01-01", periods=n, freq="MS")
    return pd.DataFrame(
        {"month": days, "closed": range(n), "open": [k % 2 for k in range(n)], "open_major": 0}
    )


def clients(n):
    return pd.DataFrame(
        {"name": [str(WORDS[k % len(WORDS)]) for k in range(n)], "claims_n": [k % 3 for k in range(n)],
         "days_late": [k * 2.5 for k in range(n)], "revenue_n": [100.0 * k for k in range(n)]},
        index=[f"C{k}" for k in range(n)],
    )  # fmt: skip


def grid(n):
    rows = [(f"C{k}", WORDS[k % len(WORDS)]) for k in range(n)]
    groups = pd.Series({f"C{k}": "ABC"[k % 3] for k in range(n)})
    return listening_by_phase(pd.DataFrame(rows, columns=["customer_id", "phase"]), groups)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n", [1, 2, 12, 60])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_figure_of_satisfaction_is_drawn_with_its_sentence(n, lang):
    band = sensitivity(n, voices=steps("0.02", "0.04", "0.08"), told=steps(8, 15, 20))
    shown = [
        figures.nps_figure(tally(*range(11)), score=0.1, half=0.3, lang=lang),
        figures.nps_figure(tally(10), score=1.0, half=None, lang=lang),
        figures.nps_figure(tally(*[0] * n), score=-1.0, half=1.2, lang=lang),
        figures.claims_figure(months(min(n, 12)), lang=lang),
        figures.causes_figure(causes(pd.Series((WORDS * 6)[: 5 + n], dtype="object")), lang=lang),
        figures.listening_figure(grid(n), sizes={"A": 9, "B": 9, "C": 42}, lang=lang),
        figures.claims_lateness_figure(clients(n), limit=10, lang=lang),
        figures.scenario_figure(band, voice=0.04, told=15, unhappy=n, lang=lang),
    ]
    for figure in shown:
        assert isinstance(figure, figures.Figure)
        assert figure.png.startswith(b"\x89PNG") and len(figure.alt) > 20
        assert "nan" not in (figure.title + figure.alt).lower()
        assert "<script" not in figure.html()


def test_the_same_answers_give_the_same_bytes():
    one, two = (figures.nps_figure(tally(9, 3, 7), score=0.0, half=0.9, lang="fr") for _ in range(2))
    assert one == two


def test_the_title_says_when_nobody_can_tell_which_side_of_zero():
    unclear = figures.nps_figure(tally(9, 3, 10), score=1 / 3, half=0.8, lang="fr")
    clear = figures.nps_figure(tally(9, 3, 10), score=1 / 3, half=0.2, lang="fr")
    assert "on ne peut pas dire" in unclear.title and "on ne peut pas dire" not in clear.title


def test_nothing_to_draw_says_why():
    missing = Unknown("missing:survey")
    for figure in (
        figures.nps_figure(missing, score=0.0, half=None, lang="fr"),
        figures.claims_figure(Unknown("missing:claims"), lang="fr"),
        figures.causes_figure(causes(pd.Series([None, ""], dtype="object")), lang="fr"),
        figures.listening_figure(Unknown("missing:listening"), sizes={}, lang="fr"),
        figures.claims_lateness_figure(Unknown("missing:payments"), limit=10, lang="fr"),
    ):
        assert isinstance(figure, Notice) and figure.advice
