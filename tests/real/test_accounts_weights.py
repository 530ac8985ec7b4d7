"""Weights, baskets and orders of a real FEC, against plain SQL on its raw lines."""

import duckdb
import pytest

from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import Findings

pytestmark = pytest.mark.real

FEC = "fec/0000000001FEC20220831.txt"

# An entry that holds both revenue and the account of one client is an invoice, or a credit note when it is negative.
SALES = """
WITH line AS (
    SELECT JournalCode || '/' || EcritureNum AS entry, CompteNum AS account, CompAuxNum AS client,
           replace(Debit, ',', '.')::DECIMAL(18,2) - replace(Credit, ',', '.')::DECIMAL(18,2) AS balance
    FROM read_csv($1, delim='\t', all_varchar=true, quote='', header=true)
),
sale AS (
    SELECT entry, any_value(client) FILTER (account LIKE '411%') AS client,
           -sum(balance) FILTER (account LIKE '70%') AS revenue
    FROM line GROUP BY entry
    HAVING count(*) FILTER (account LIKE '70%') > 0 AND count(DISTINCT client) FILTER (account LIKE '411%') = 1
),
client AS (SELECT client, sum(revenue) AS revenue, count(*) FILTER (revenue > 0) AS invoices FROM sale GROUP BY client)
"""


@pytest.fixture(scope="module")
def found(real_data):
    content = {"company": {"id": "grower"}, "sources": {"fec": str(real_data / FEC)}}
    return Findings(Portfolio.of(make_params(content, folder=real_data, where="test")))


@pytest.fixture(scope="module")
def asked(real_data):
    def answer(select):
        return duckdb.connect().execute(SALES + select, [str(real_data / FEC)]).fetchall()[0][0]

    return answer


ACTIVE = "(SELECT revenue::DOUBLE AS r, sum(revenue) OVER ()::DOUBLE AS whole FROM client WHERE revenue > 0)"


@pytest.mark.parametrize(
    ("id", "select"),
    [
        ("portfolio.revenue_n", "SELECT sum(revenue) FROM client"),
        ("portfolio.customers_active_n", "SELECT count(*) FROM client WHERE revenue > 0"),
        ("concentration.top1_share", f"SELECT max(r / whole) FROM {ACTIVE}"),
        ("concentration.top3_share", f"SELECT sum(r / whole) FROM (FROM {ACTIVE} ORDER BY r DESC LIMIT 3)"),
        ("concentration.hhi", f"SELECT 10000 * sum((r / whole) ** 2) FROM {ACTIVE}"),
        ("concentration.effective_customers", f"SELECT 1 / sum((r / whole) ** 2) FROM {ACTIVE}"),
        (
            "concentration.gini",
            f"""SELECT 2 * sum(place * r) / (count(*) * sum(r)) - (count(*) + 1) / count(*)
            FROM (SELECT *, row_number() OVER (ORDER BY r) AS place FROM {ACTIVE})""",
        ),
        ("purchases.orders", "SELECT sum(invoices) FROM client"),
        ("purchases.average_basket", "SELECT round(sum(revenue) / sum(invoices), 2) FROM client"),
    ],
)
def test_the_weights_and_baskets_of_a_real_fec_are_those_of_its_lines(found, asked, id, select):
    assert found[id].value == pytest.approx(float(asked(select)), rel=1e-9)
