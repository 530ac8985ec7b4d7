"""What a source does not know, no theme pretends to: years without days, accounts without clients."""

from pathlib import Path

import pytest

from capclient.errors import LedgerError
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import results
from tests.accounting.conftest import FIXTURE, HEADER, entry

YEARS = "Client;2023;2024;2025\n" + "".join(
    f"Client {n};{n}00,00;{n + 1}00,50;{n * 2}00,00\n" for n in range(1, 31)
)
MONTHS = "Client;" + ";".join(f"{m:02d}/{y}" for y in (2024, 2025) for m in range(1, 13)) + "\n"
MONTHS += "".join(f"Client {n};" + ";".join(str(n * 10 + k) for k in range(24)) + "\n" for n in range(1, 31))


def opened(folder: Path, sources: dict, **more) -> Portfolio:
    return Portfolio.of(
        make_params(
            {"company": {"id": "large"}, "sources": sources, **more}, folder=folder, where="large.yml"
        )
    )


def answers(portfolio: Portfolio) -> dict[str, object]:
    return {item.id: item.reason or item.value for item in results(portfolio)}


def wide(folder: Path, text: str, by: str) -> Portfolio:
    (folder / "tableau.csv").write_text(text, "utf-8")
    source = {"path": "tableau.csv", "wide": by, "columns": {"customer_id": "Client"}}
    return opened(folder, {"invoice_lines": source})


def test_a_table_of_years_gives_years_and_says_nothing_of_days(tmp_path):
    portfolio = wide(tmp_path, YEARS, "year")
    found = answers(portfolio)
    assert portfolio.grain == "year"
    assert found["portfolio.revenue_n"] == sum(n * 200 for n in range(1, 31))
    assert isinstance(found["portfolio.growth"], float)
    unknown = {id for id, answer in found.items() if answer == "unreliable:yearly"}
    assert {
        "activity.interval_median_days",
        "activity.seasonal_customers",
        "lifecycle.adult_customers",
    } <= unknown
    assert {"segments.champions_customers", "model.clusters"} <= unknown


def test_a_table_of_months_covers_its_first_month(tmp_path):
    portfolio = wide(tmp_path, MONTHS, "month")
    assert portfolio.grain == "month"
    assert portfolio.is_complete(portfolio.windows.n) and portfolio.is_complete(portfolio.windows.n1)
    assert portfolio.coverage.first.isoformat() == "2024-01-01"


def test_accounts_without_client_codes_refuse_concentration(tmp_path):
    text = FIXTURE.read_text("utf-8")
    for code, name in (
        ("C001", "ALPHA SAS"),
        ("C002", "BETA SARL"),
        ("C003", "GAMMA SA"),
        ("C004", "DELTA LTD"),
    ):
        text = text.replace(f"|{code}|{name}|", "|||")
    (tmp_path / "123456782FEC20251231.txt").write_text(text.replace("|C009|OMEGA EURL|", "|||"), "utf-8")
    found = answers(opened(tmp_path, {"fec": "123456782FEC20251231.txt"}))
    assert found["portfolio.revenue_n"] == 4970.0
    assert found["quality.revenue_unassigned"] == pytest.approx(4920.0)
    for id in ("top1_share", "gini", "hhi", "pareto_top20_share", "class_a_customers"):
        assert found[f"concentration.{id}"] == "unreliable:unidentified", id


@pytest.mark.parametrize("typed", ["02-28", "02-29"])
def test_accounts_that_close_at_the_end_of_february_are_fiscal_years(tmp_path, typed):
    """One closing is 29 February, the next 28: both are the end of the month."""
    for closing, days in (("20240229", ("20230415", "20240229")), ("20250228", ("20240301", "20250228"))):
        lines = [
            text
            for place, day in enumerate(days)
            for text in entry(
                "VE", f"{closing}{place}", day, ("411000", 120, "C1"), ("707000", -100), ("445710", -20)
            )
        ]
        (tmp_path / f"123456782FEC{closing}.txt").write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")
    period = {"basis": "fiscal", "fiscal_year_end": typed, "as_of": "2025-02-28"}
    portfolio = opened(tmp_path, {"fec": "123456782FEC*.txt"}, period=period)
    assert portfolio.windows.n.start.isoformat() == "2024-03-01"
    assert (
        portfolio.total_revenue(portfolio.windows.n) == portfolio.total_revenue(portfolio.windows.n1) == 200.0
    )


def test_a_fiscal_year_that_is_not_that_of_the_accounts_is_refused(tmp_path):
    (tmp_path / FIXTURE.name).write_bytes(FIXTURE.read_bytes())
    with pytest.raises(LedgerError, match="12-31"):
        opened(tmp_path, {"fec": FIXTURE.name}, period={"basis": "fiscal", "fiscal_year_end": "06-30"})
