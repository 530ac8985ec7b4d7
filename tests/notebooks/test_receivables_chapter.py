"""The chapter on receivables: what its sentences and tables say of what has no age, of the wait, of worse payers."""

import pytest

from capclient import notebook
from capclient.notebook.desk import Desk, _desks
from capclient.themes.receivables import receivables
from tests.themes.test_receivables import company, invoice, item, payment

LINES = [
    invoice("S", "A", "2025-06-30", 3650, "2025-07-30"),
    invoice("R", "A", "2024-01-02", 1, "2024-02-01"),
]
PAID = [payment("P", "A", "OLD", "2025-12-31", 3650), payment("X", "A", None, "2025-12-31", 10)]


def owed(**war):
    items = [
        item("OLD", "2024-06-01", 3650, due="2024-07-01"),
        item("LATE", "2025-11-01", 20, due="2025-12-01"),
        item("NEXT", "2025-12-20", 40, due="2026-01-20"),
        item("WAR", "2025-10-01", 60, due="2025-11-01", **war),
        item("AN", "2025-01-01", 30, kind="opening"),
    ]
    if war["disputed"] is None:  # the file has no such column
        items = [{name: value for name, value in row.items() if name != "disputed"} for row in items]
    return company(LINES, PAID, receivable_items=items)


@pytest.fixture
def opening():
    before = list(_desks)

    def put(portfolio, lang="fr"):
        _desks[:] = [Desk(portfolio, lang)]
        return receivables(portfolio)

    yield put
    _desks[:] = before


def test_what_has_no_age_is_said_with_its_amount(opening):
    said = notebook.apart_from_ages(opening(owed(disputed="true")))
    assert "30\u00a0€ sans échéance" in said.words and "60\u00a0€ en litige" in said.words
    assert "−10\u00a0€ de crédits non affectés" in said.words


def test_disputes_that_nobody_tells_are_unknown_and_not_none(opening):
    accounts = opening(owed(disputed=None))
    said = notebook.apart_from_ages(accounts)
    assert "litiges inconnus" in said.words and said.caveats
    rows = {row[0].text: row[1].text for row in notebook.ageing_table(accounts).rows}
    assert rows["En litige\u00a0: inconnu"] == "–" and "En litige" not in rows


def test_the_wait_names_each_part_that_exists(opening):
    words = notebook.wait_parts(opening(owed(disputed="true"))).words
    assert words.startswith("L’écart, 10\u00a0j")
    for part in ("2\u00a0j d’échu", "6\u00a0j de litiges", "3\u00a0j sans échéance", "−1\u00a0j de crédits"):
        assert part in words
    assert "litiges" not in notebook.wait_parts(opening(owed(disputed="false"))).words


def test_debtors_show_what_has_no_age_only_when_somebody_owes_some(opening):
    heads = [column.label for column in notebook.debtors_table(opening(owed(disputed="true"))).columns]
    assert {"Sans échéance", "Non affecté"} <= set(heads)
    plain = opening(
        company([*LINES, invoice("F", "A", "2025-12-01", 5, "2026-01-31")], [PAID[1] | {"invoice_id": "R"}])
    )
    assert "Sans échéance" not in [column.label for column in notebook.debtors_table(plain).columns]


def test_a_caveat_or_a_notice_said_twice_in_a_cell_is_said_once(opening):
    opening(owed(disputed="true"))
    twice = notebook.together(notebook.note("receivables.wait"), notebook.note("receivables.wait"))
    assert len(twice.answers) == 1


def test_credits_that_exceed_the_debts_are_said_apart(opening):
    lines = [invoice("S", "A", "2025-06-30", 3650, "2025-07-30")]
    paid = [payment("X", "B", None, "2025-12-31", 3000)]
    accounts = opening(company(lines, paid))
    words = " ".join(notebook.owed_note(accounts).words.split())
    assert words == (
        "Factures ouvertes : 3 650 €, dont 3 650 € échus (100,0 %) ; 3 000 € de crédits non affectés restent à "
        "ranger ; solde 650 €."
    )
    assert "de factures ouvertes" in notebook.ageing_figure(accounts).title
    plain = notebook.owed_note(opening(owed(disputed="false")))
    assert plain.words.startswith("Les clients doivent")


def test_the_first_columns_of_the_debtors_are_those_that_a_phone_shows(opening):
    heads = [column.label for column in notebook.debtors_table(opening(owed(disputed="true"))).columns]
    assert heads.index("Échu impayé") == 2 and heads.index("Non affecté") > heads.index("Sans échéance")


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", ("sans groupe", "sans commercial")), ("en", ("no group", "no salesperson"))],
)
def test_clients_without_group_or_salesperson_have_a_row_with_its_name(opening, lang, words):
    sheet = [{"customer_id": "A", "group_id": "G"}, {"customer_id": "B", "salesperson": "Anne"}]
    lines = [*LINES, invoice("T", "B", "2025-06-30", 50, "2025-07-30")]
    accounts = opening(company(lines, PAID, customers=sheet), lang)
    shown = notebook.debtor_groups_table(accounts), notebook.debtor_salespeople_table(accounts)
    for word, table in zip(words, shown, strict=True):
        assert word in [row[0].text for row in table.rows]
