"""0.4, option ``restate``: a credit note moves to the month of the invoice that it corrects."""

import pytest

from capclient.checks import limits_said
from capclient.params import make_params
from capclient.portfolio import Portfolio

HEADS = "F;C;D;M;T;A\n"
LINES = "".join(
    f"F{year}{month};C1;05/{month:02d}/{year};100,00;invoice;\n"
    for year in (2023, 2024, 2025)
    for month in range(1, 13)
)
CREDITS = """AV1;C1;20/01/2025;-40,00;credit_note;F202411
AV2;C1;21/01/2025;-7,00;;F202412
AV3;C1;22/01/2025;-5,00;credit_note;UNKNOWN
AV4;C2;23/01/2025;-3,00;credit_note;F202410
"""


@pytest.fixture
def opened(tmp_path):
    (tmp_path / "v.csv").write_text(HEADS + LINES + CREDITS, "utf-8")
    columns = {"invoice_id": "F", "customer_id": "C", "invoice_date": "D", "amount_ht": "M", "doc_type": "T",
               "credited_invoice_id": "A"}  # fmt: skip

    def made(**period):
        content = {
            "company": {"id": "restated"}, "period": {"as_of": "2025-12-31", **period},
            "sources": {"invoice_lines": {"path": "v.csv", "columns": columns}},
        }  # fmt: skip
        return Portfolio.of(make_params(content, folder=tmp_path, where="r.yml"))

    return made


def revenue(portfolio):
    return portfolio.total_revenue(portfolio.windows.n), portfolio.total_revenue(portfolio.windows.n1)


def test_a_credit_note_counts_when_it_is_written(opened):
    assert revenue(opened()) == (1200 - 40 - 7 - 5 - 3, 1200.0)


def test_a_restated_credit_note_counts_in_the_year_of_its_invoice(opened):
    """Typed or not; an invoice that nobody knows, or of another client, moves nothing."""
    portfolio = opened(restate="true")
    assert revenue(portfolio) == (1200 - 5 - 3, 1200 - 40 - 7)
    assert (
        "2 lignes déplacées" in limits_said(portfolio, "fr")[0]
        and "−47,00" in limits_said(portfolio, "fr")[0]
    )


def test_behaviour_keeps_the_dates_of_the_documents(opened):
    plain, restated = opened().customers, opened(restate="true").customers
    for name in ("orders_n", "orders_n1", "last_purchase", "first_purchase", "purchase_days", "median_gap"):
        assert plain[name].equals(restated[name]), name


def test_the_two_views_are_two_stores_and_the_whole_is_the_same(opened):
    plain, restated = opened(), opened(restate="true")
    assert plain.store.key != restated.store.key
    assert sum(revenue(plain)) == sum(revenue(restated))
