"""The chapter on payments: who pays later and later, which columns say something, what to bring without data."""

import pytest

from capclient import notebook
from capclient.notebook.desk import Desk, _desks
from capclient.notices import Notice
from capclient.themes import Findings, lateness, recovery
from capclient.themes.payment_terms import payment_terms
from capclient.wording import text
from tests.themes.test_receivables import company, invoice, payment


@pytest.fixture
def opened():
    before = list(_desks)

    def put(portfolio, lang="fr"):
        _desks[:] = [Desk(portfolio, lang)]
        return portfolio

    yield put
    _desks[:] = before


def year(client, number, days, *, bills=3):
    """Invoices of a client, one a month, each paid so many days after its due date, of 100 euros."""
    lines, paid = [], []
    for month in range(1, bills + 1):
        bill = f"{client}{number}{month}"
        lines.append(invoice(bill, client, f"{number}-{month:02d}-01", 100, f"{number}-{month:02d}-10"))
        paid.append(payment(f"P{bill}", client, bill, f"{number}-{month:02d}-{10 + days:02d}", 100))
    return lines, paid


def ledger(*years):
    lines = [row for found, _ in years for row in found]
    paid = [row for _, found in years for row in found]
    return lines, paid


STEADY = (year("STEADY", 2024, 3), year("STEADY", 2025, 4))
SLIPS = (year("SLIPS", 2024, 0), year("SLIPS", 2025, 12))
SLIPS_LESS = (year("LESS", 2024, 2), year("LESS", 2025, 8))
SELDOM = (year("SELDOM", 2024, 0, bills=2), year("SELDOM", 2025, 15))


def cells(table, head):
    place = [column.label for column in table.columns].index(head)
    return [row[place].text for row in table.rows]


def heads(table):
    return [column.label for column in table.columns]


def test_clients_that_pay_later_than_a_year_ago_are_listed_the_largest_lengthening_first(opened):
    portfolio = opened(company(*ledger(*STEADY, *SLIPS, *SLIPS_LESS, *SELDOM)))
    table = notebook.worsening_table(lateness(portfolio))
    assert [row[0].text for row in table.rows] == ["SLIPS", "LESS"]  # two payments in a year are too few
    assert [cell.split("\u00a0")[0] for cell in cells(table, "Allongement")] == ["12", "6"]


def test_nobody_pays_later_without_a_year_before_to_compare(opened):
    portfolio = opened(company(*ledger(SLIPS[1])))
    assert isinstance(notebook.worsening_table(lateness(portfolio)), Notice)


def test_nobody_pays_later_is_said_in_words(opened):
    portfolio = opened(company(*ledger(*STEADY)))
    said = notebook.together(
        notebook.note("receivables.worsening"), notebook.worsening_table(lateness(portfolio))
    )
    assert [one.words for one in said.answers] == [
        "Aucun client ne paie nettement plus tard qu’il y a un an."
    ]


def test_no_invoice_beyond_the_law_is_said_in_words(opened):
    opened(company(*ledger(*STEADY)))
    said = notebook.note("receivables.terms").words
    assert "Aucune facture ne dépasse le plafond légal" in said and "soit 0" not in said


def test_losses_are_unknown_where_no_payment_says_what_it_is(opened):
    lines, paid = ledger(*STEADY)
    bare = opened(company(lines, [{k: v for k, v in row.items() if k != "kind"} for row in paid]))
    assert notebook.note("receivables.losses").reason.startswith("Il manque la nature des règlements")
    told = Findings(company(lines, [row | {"kind": "payment"} for row in paid]))
    assert told["receivables.bad_debt"].value == 0
    assert Findings(bare)["receivables.bad_debt"].reason == "missing:payment_kind"


def test_no_score_says_how_many_settled_invoices_it_asks(opened):
    opened(company(*ledger(year("ONE", 2025, 3, bills=2))))
    said = notebook.grades_figure(lateness(opened(company(*ledger(year("ONE", 2025, 3, bills=2))))))
    assert said.reason == "Aucun client n’a 3 factures soldées."


def test_the_columns_that_decide_come_first_on_a_phone(opened):
    lines, paid = ledger(*STEADY)
    late = [*lines, invoice("L", "LATE", "2025-09-01", 500, "2025-10-01")]
    credited = [*paid, payment("C", "LATE", None, "2025-12-01", 120)]
    told = heads(notebook.recovery_table(recovery(opened(company(late, credited)))))
    assert told[1] == text("column.recovery_stage", "fr") and told[-1] == text("column.credits", "fr")


def test_a_list_says_the_amount_to_claim_once_and_leaves_out_columns_of_zeros(opened):
    lines, paid = ledger(*STEADY)
    late = [*lines, invoice("L", "LATE", "2025-09-01", 500, "2025-10-01")]
    plain = notebook.recovery_table(recovery(opened(company(late, paid))))
    unsaid = {text(f"column.{name}", "fr") for name in ("overdue", "credits", "disputed")}
    assert not unsaid & set(heads(plain)) and "À réclamer" in heads(plain)
    credited = [*paid, payment("C", "LATE", None, "2025-12-01", 120)]
    told = notebook.recovery_table(recovery(opened(company(late, credited))))
    assert cells(told, "À réclamer") == ["380\u00a0€"]
    assert unsaid & set(heads(told)) == {text(f"column.{name}", "fr") for name in ("overdue", "credits")}


def test_a_dispute_has_its_column_among_scores_only_when_somebody_tells_disputes(opened):
    lines, paid = ledger(*STEADY)
    plain = heads(notebook.scores_table(lateness(opened(company(lines, paid)))))
    told = [row | {"disputed": "non"} for row in lines]
    more = heads(notebook.scores_table(lateness(opened(company(told, paid)))))
    assert set(more) - set(plain) == {text("column.disputed", "fr")}


def test_only_terms_beyond_the_law_are_listed_and_the_column_of_contracts_comes_with_its_note(opened):
    lines, paid = ledger(*STEADY)
    beyond = [*lines, invoice("B", "BEYOND", "2025-01-15", 100, "2025-05-30")]
    plain = notebook.terms_table(payment_terms(opened(company(beyond, paid))))
    assert [row[0].text for row in plain.rows] == ["BEYOND"]
    written = [*beyond, invoice("W", "WRITTEN", "2025-01-01", 100, "2025-03-17")]
    told = notebook.terms_table(payment_terms(opened(company(written, paid))))
    assert set(heads(told)) - set(heads(plain)) == {"Légales si le contrat l’écrit"}


def test_what_is_missing_comes_with_what_to_bring(opened):
    portfolio = opened(company(STEADY[1][0]))
    for answer in (
        notebook.worsening_table(lateness(portfolio)),
        notebook.recovery_table(recovery(portfolio)),
    ):
        assert isinstance(answer, Notice) and "payments" in answer.reason and "sources" in answer.advice
