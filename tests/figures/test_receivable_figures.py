"""Figures of what clients owe: titles that state the finding, poisoned names, nothing late, nothing at all."""

import pandas as pd
import pytest

from capclient import figures
from capclient.indicators.ageing import classes
from capclient.notices import Notice
from capclient.vocabulary import Unknown

BOTH = {"lang": "fr", "currency": "EUR"}
NAMES = ["<script>alert(1)</script>", "$x_1$", "Z" * 300, "🦊 Renard", "Bois & Fils"]
AHEAD = pd.Series({"due_0_30": 400.0, "due_31_60": 100.0, "due_over_60": 0.0})


def balance(*amounts, bounds=(30, 60, 90)):
    return pd.Series(dict(zip(classes(bounds), map(float, amounts), strict=True)))


def debtors(n):
    index = pd.Index([f"C{i}" for i in range(n)], name="customer_id")
    frame = pd.DataFrame({"name": [NAMES[i % 5] for i in range(n)], "not_due": 50.0 * n}, index=index)
    for at, name in enumerate(classes()[1:7]):
        frame[name] = float(10 * at)
    frame["disputed"] = 5.0
    frame["overdue"] = frame.filter(like="overdue_").sum(axis=1)
    return frame.assign(receivable=frame.not_due + frame.overdue - 20)


def months(n, late=0.2):
    index = pd.date_range("2024-01-31", periods=n, freq="ME")
    return pd.DataFrame(
        {"receivable": [900.0 + i for i in range(n)], "not_due": 800.0, "overdue": 1000 * late, "apart": 10.0,
         "unallocated": -100.0, "overdue_rate": late}, index=index,
    )  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("n", [1, 3, 12, 24])
def test_every_figure_of_receivables_is_drawn_with_its_sentence(n, lang):
    both = BOTH | {"lang": lang}
    shown = [
        figures.ageing_figure(balance(500, 80, 70, 0, 60, 0, -40, 0), AHEAD, **both),
        figures.ageing_figure(balance(500, 80, 70, 9, 60, 5, -4e6, 7, bounds=(15, 45, 120)), AHEAD, **both),
        figures.ageing_figure(balance(500, *[0] * 7), AHEAD, **both),
        figures.debtors_figure(debtors(n), **both),
        figures.debtors_figure(debtors(n).assign(overdue=0.0), **both),
        figures.owed_figure(months(n), **both),
        figures.owed_figure(months(n, late=0.0) * 1e6, **both),
        figures.wait_figure(
            pd.Series({"dso": 60.0, "dso_countback": 51.0, "dso_best_possible": 45.0, "dso_overdue": 15.0}),
            lang=lang,
        ),
        figures.wait_figure(
            pd.Series({"dso": None, "dso_countback": 51.0, "dso_best_possible": None}), lang=lang
        ),
    ]
    for figure in shown:
        assert isinstance(figure, figures.Figure)
        assert figure.png.startswith(b"\x89PNG") and len(figure.alt) > 20
        assert "nan" not in (figure.title + figure.alt).lower()
        assert "<script" not in figure.html()


def test_titles_say_what_is_late_and_what_is_not():
    late = figures.ageing_figure(balance(500, 80, 70, 0, 60, 0, -40, 0), AHEAD, **BOTH)
    calm = figures.ageing_figure(balance(500, *[0] * 7), AHEAD, **BOTH)
    assert late.title.startswith("210") and "500" in late.title
    assert calm.title.startswith("Rien n’est en retard")
    assert "échu 1 à 30 j 80" in late.alt and "non affecté −40" in late.alt.replace("-", "−")


def test_the_wait_calls_late_only_what_is_overdue():
    """Disputes, debts without a due date and unallocated credits are parts of their own."""
    waits = {"dso": 22.5, "dso_countback": 22.6, "dso_best_possible": 14.0, "dso_overdue": 2.4, "dso_disputed": 6.1,
             "dso_undated": 2.0, "dso_unallocated": -2.0}  # fmt: skip
    figure = figures.wait_figure(pd.Series(waits), lang="fr")
    assert "dont 2,4\u00a0j échus" in figure.title
    for words in ("échu 2,4", "en litige 6,1", "sans échéance 2", "crédits non affectés −2"):
        assert words in figure.alt
    calm = figures.wait_figure(pd.Series(waits | {"dso_overdue": 0.0}), lang="fr")
    assert calm.title.endswith("rien n’est échu") and ", échu " not in calm.alt


def test_nothing_to_draw_is_said():
    unknown = Unknown("missing:payments")
    nothing = [figures.ageing_figure(unknown, AHEAD, **BOTH), figures.debtors_figure(unknown, **BOTH),
               figures.owed_figure(pd.DataFrame(), **BOTH), figures.wait_figure(unknown, lang="fr")]  # fmt: skip
    assert all(isinstance(item, Notice) for item in nothing)


def test_the_same_accounts_give_the_same_bytes():
    first, again = (figures.owed_figure(months(12), **BOTH) for _ in range(2))
    assert first.png == again.png
