"""The picture of the contact plan: weeks, kinds, and the busiest week in its title."""

import pandas as pd

from capclient.figures import contacts_figure
from capclient.figures.figure import Figure
from capclient.notices import Notice
from capclient.vocabulary import Unknown

END = pd.Timestamp("2026-03-31")


def test_the_busiest_week_is_named_and_every_kind_is_said():
    rows = pd.DataFrame(
        {
            "kind": ["call", "visit", "survey", "questionnaire", "formal_notice"],
            "due": pd.to_datetime(["2026-01-02", "2026-01-05", "2026-01-09", "2026-01-08", "2026-02-02"]),
        }
    )
    figure = contacts_figure(rows, end=END, lang="fr")
    assert isinstance(figure, Figure)
    assert "5 janvier 2026" in figure.title and "31 mars 2026" in figure.title
    assert "Enquêtes et questionnaires" in figure.alt and "Lettres de recouvrement" in figure.alt


def test_an_empty_plan_or_an_unknown_one_says_so():
    assert isinstance(contacts_figure(pd.DataFrame({"kind": [], "due": []}), end=END, lang="en"), Notice)
    assert isinstance(contacts_figure(Unknown("missing:invoice_lines"), end=END, lang="en"), Notice)
