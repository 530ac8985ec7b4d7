"""The twelve months to come and the worth of clients, on small companies whose future is known (11.1, 15.2)."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from capclient.notebook.chapter_projection import forecast_changes_table
from capclient.notebook.desk import Desk, _desks, headline
from capclient.portfolio import Portfolio
from capclient.themes import Findings, customers, equity, projection, results, retention
from capclient.themes.outlook import NAIVE, outlook
from capclient.themes.projection_choice import least_wrong, rolling
from capclient.vocabulary import Unknown

D = date(2025, 12, 31)
YEARS = range(2020, 2026)


def monthly(clients):
    """Lines on the 10th of each month; ``clients``: name to a function of (year, month) that gives euros or None."""
    rows = []
    for name, amount in clients.items():
        for year in YEARS:
            for month in range(1, 13):
                euros = amount(year, month)
                if euros:
                    rows.append((f"{name}-{year}-{month}", name, f"{year}-{month:02d}-10", f"{euros:.2f}"))
    return pd.DataFrame(rows, columns=["invoice_id", "customer_id", "invoice_date", "amount_ht"])


def opened(lines, **tables):
    return Portfolio.from_frames(lines, as_of=D, **tables)


def found(portfolio):
    return {item.id: item for item in results(portfolio) if item.id.startswith(("forecast.", "equity."))}


def stable(size):
    return lambda year, month: size


def gone_after(year_of_loss, size):
    """A client that stops for good on the first of January."""
    return lambda year, month: size if year < year_of_loss else None


def leavers(shift=1.0):
    """Forty clients of equal size of which five leave in June of each year: the naive rule carries their half-year."""
    clients = {}
    for number in range(40):
        leaves = 2020 + number // 5 if number < 30 else 9999
        clients[f"C{number:02d}"] = lambda year, month, leaves=leaves: (
            100 * shift if (year, month) <= (leaves, 6) else None
        )
    return clients


@pytest.fixture(scope="module")
def declining():
    return opened(monthly(leavers()))


def test_a_company_that_never_changes_is_projected_as_it_was():
    portfolio = opened(monthly({name: stable(100 + 10 * place) for place, name in enumerate("ABCDEF")}))
    known = found(portfolio)
    assert known["forecast.method"].value == NAIVE
    assert known["forecast.next_12m"].value == known["forecast.naive"].value == 12 * (600 + 150)
    assert known["forecast.mase"].reason == "history_short", "nobody erred: there is no error to scale by"
    low, high = known["forecast.next_12m_low"].value, known["forecast.next_12m_high"].value
    assert low == high == known["forecast.next_12m"].value
    assert "caveat.forecast_naive" in known["forecast.next_12m"].caveat


def test_a_company_that_leaks_beats_the_naive_rule_on_its_total_and_says_by_how_much(declining):
    known = {id: item.value for id, item in found(declining).items()}
    ahead = projection(declining)
    assert known["forecast.total_method"] != NAIVE
    assert known["forecast.total_error"] < 0.5 * known["forecast.naive_total_error"]
    assert known["forecast.next_12m"] < 0.9 * known["forecast.naive"]
    assert known["forecast.origins"] == len(ahead.proof.days) == 7
    assert known["forecast.next_12m_low"] < known["forecast.next_12m"]


def sleepers():
    """Sixty clients that never change, and six a year that stop in July: the naive rule carries their half-year."""
    clients = {f"S{number:02d}": stable(100) for number in range(60)}
    for year in YEARS:
        for number in range(6):
            clients[f"L{year}{number}"] = lambda y, month, year=year: 300 if (y, month) <= (year, 7) else None
    return clients


@pytest.fixture(scope="module")
def sleeping():
    return opened(monthly(sleepers()))


def test_clients_that_fell_silent_are_expected_less_than_the_naive_rule_says(sleeping):
    known = {id: item.value for id, item in found(sleeping).items()}
    ahead = projection(sleeping)
    assert known["forecast.method"] in ("presence", "trend")
    assert known["forecast.mase"] < 0.9
    gone = ahead.clients.loc["L20250"]
    assert gone.forecast_12m < 0.6 * gone.revenue
    assert known["forecast.decline_customers"] == 6
    assert known["forecast.decline_amount"] == pytest.approx(-6 * gone.change, abs=0.01)


@pytest.mark.parametrize("company", ["declining", "sleeping"])
def test_the_total_is_the_sum_of_its_parts_to_the_cent(company, request):
    declining = request.getfixturevalue(company)
    known = {id: item.value for id, item in found(declining).items()}
    parts = ["existing_customers", "carried", "adjustment"]
    assert known["forecast.next_12m"] == pytest.approx(
        sum(known[f"forecast.{name}"] for name in parts), abs=0.005
    )
    ahead = projection(declining)
    assert ahead.clients.forecast_12m.sum() == pytest.approx(known["forecast.existing_customers"], abs=0.005)
    assert ahead.parts.amount.iloc[:-1].sum() == pytest.approx(ahead.parts.amount.iloc[-1], abs=0.005)
    assert ahead.months.projected.sum() == pytest.approx(known["forecast.next_12m"], abs=0.01)
    table = customers(declining).set_index("customer_id")
    pd.testing.assert_series_equal(table.forecast_12m, ahead.clients.forecast_12m, check_names=False)


def test_amounts_twice_as_large_project_twice_as_much_by_the_same_method(declining):
    double = found(opened(monthly(leavers(2.0))))
    once = found(declining)
    for name in (
        "next_12m",
        "next_12m_low",
        "next_12m_high",
        "existing_customers",
        "new_customers",
        "carried",
    ):
        assert double[f"forecast.{name}"].value == pytest.approx(2 * once[f"forecast.{name}"].value, abs=0.5)
    for name in ("method", "total_method", "origins"):
        assert double[f"forecast.{name}"].value == once[f"forecast.{name}"].value
    assert double["forecast.mase"].value == pytest.approx(once["forecast.mase"].value, abs=1e-4)


def test_a_past_projection_knows_nothing_of_what_came_after_its_day(declining):
    day = date(2023, 12, 31)
    lines = monthly(leavers())
    cut = Portfolio.from_frames(lines[lines.invoice_date <= day.isoformat()], as_of=day)
    then, later = outlook(cut, day), outlook(declining, day)
    pd.testing.assert_frame_equal(then.clients, later.clients.loc[then.clients.index])
    assert (then.carried, then.arrivals) == (later.carried, later.arrivals)


def test_the_interval_of_a_past_day_uses_only_errors_already_known(declining):
    past = projection(declining).proof.origins
    for method, rows in past.groupby("method"):
        assert rows.low.isna().tolist()[:2] == [True, True], method
        first = rows.dropna(subset=["low"]).day.iloc[0]
        assert (first.year - rows.day.iloc[0].year) * 12 + first.month - rows.day.iloc[0].month >= 12


def test_a_history_of_one_year_publishes_the_naive_rule_without_proof():
    lines = monthly({name: stable(100) for name in "ABCD"})
    known = found(opened(lines[lines.invoice_date >= "2025-01-01"]))
    assert known["forecast.next_12m"].value == known["forecast.naive"].value == 4800
    for name in ("mase", "coverage", "next_12m_low", "next_12m_high", "total_error"):
        assert known[f"forecast.{name}"].reason == "history_short", name
    assert known["forecast.origins"].value == 0


def test_the_card_of_a_projection_that_nothing_proves_says_so():
    lines = monthly({name: stable(100) for name in "ABCD"})
    known = Findings(opened(lines[lines.invoice_date >= "2025-01-01"]))
    card = next(
        card for card in headline(known, "fr", "EUR") if card.label.startswith("Chiffre d’affaires projeté")
    )
    assert "reconduite" in card.hint and "jamais éprouvé" in card.hint


def test_the_falls_are_ranked_by_the_proportion_that_is_shown(sleeping):
    ahead = projection(sleeping)
    falling = ahead.clients[ahead.clients.forecast_12m.notna() & (ahead.clients.revenue > 0)].head(4).index
    clients = ahead.clients.loc[falling].assign(state="at_risk", revenue=[100.0, 1000.0, 10_000.0, 100_000.0])
    clients["change"] = clients.revenue * [-0.958, -0.944, -0.942, -0.938]
    before = list(_desks)
    _desks[:] = [Desk(sleeping, "fr")]
    try:
        shown = forecast_changes_table(replace(ahead, clients=clients))
    finally:
        _desks[:] = before
    assert [row[0].text for row in shown.rows] == list(falling)


def test_part_of_a_year_projects_nothing():
    lines = monthly({name: stable(100) for name in "ABCD"})
    known = found(opened(lines[lines.invoice_date >= "2025-06-01"]))
    assert {item.reason for id, item in known.items() if id.startswith("forecast.")} == {"period_incomplete"}


def test_a_client_too_new_and_a_pooled_code_are_refused_with_their_reason():
    clients = sleepers() | {
        "NEW": lambda year, month: 100 if (year, month) >= (2025, 10) else None,
        "HALF": lambda year, month: 100 if (year, month) >= (2025, 5) else None,
        "POOL": stable(50),
    }
    sheet = pd.DataFrame({"customer_id": ["POOL"], "is_pool": ["1"]})
    ahead = projection(opened(monthly(clients), customers=sheet))
    assert ahead.clients.reason[["NEW", "POOL"]].tolist() == ["too_new", "pool"]
    assert ahead.clients.forecast_12m[["NEW", "POOL"]].isna().all()
    assert ahead.now.carried == 300 + 600
    assert ahead.clients.is_annualised["HALF"]
    assert ahead.now.clients.annualised["HALF"] == pytest.approx(800 * 12 / ahead.now.clients.months["HALF"])


def test_contracts_replace_the_part_that_they_cover():
    lines = monthly(sleepers())
    contracts = pd.DataFrame(
        {
            "contract_id": ["K1"], "customer_id": ["S59"], "start": ["2025-01-01"], "end": ["2026-12-31"],
            "annual_amount": ["5000.00"], "recurring": ["1"],
        }
    )  # fmt: skip
    ahead = projection(opened(lines, contracts=contracts))
    assert ahead.used != NAIVE
    assert ahead.clients.forecast_12m["S59"] == pytest.approx(5000, abs=0.01)
    assert next(item.value for item in ahead.findings if item.id == "forecast.contracted") == 5000


def test_every_method_is_judged_on_the_same_clients_and_arrivals_are_in_no_total(sleeping):
    ahead = projection(sleeping)
    came = ahead.proof.origins.groupby("day").actual.nunique()
    assert len(came) and came.eq(1).all(), "what came does not depend on the method"
    known = {item.id: item.value for item in ahead.findings}
    assert known["forecast.new_customers"] == 0, "nobody came for three years"
    assert ahead.now.total(ahead.used) == pytest.approx(
        known["forecast.existing_customers"] + known["forecast.carried"], abs=0.005
    )
    assert 0 <= known["forecast.overshoots"] <= known["forecast.origins"]


def test_arrivals_are_the_median_of_three_years_and_unknown_below():
    clients = {name: stable(100) for name in "ABCDEF"}
    for place, (year, size) in enumerate([(2023, 10), (2024, 50), (2025, 1000)]):
        clients[f"N{place}"] = lambda y, month, year=year, size=size: size if y >= year else None
    lines = monthly(clients)
    portfolio = opened(lines)
    assert outlook(portfolio, D).arrivals == 12 * 50, "the mean would be 4 240"
    assert projection(portfolio).now.total(NAIVE) == 12 * (600 + 1060), "no arrival is added"
    two = outlook(opened(lines[lines.invoice_date >= "2023-01-01"]), D)
    assert two.arrivals == Unknown("history_short")


def test_a_total_that_errs_as_much_as_the_naive_rule_gives_way_to_it():
    days = pd.DataFrame({"naive": [3.0, 1.0], "presence": [2.0, 2.0], "trend": [5.0, 5.0]})
    assert least_wrong(days) == NAIVE
    days["risk"] = [1.0, None]
    assert least_wrong(days) == "risk", "compared on the day when both spoke"


def test_the_choice_itself_is_judged_on_days_that_it_had_not_seen(declining):
    days = [date(year, 12, 31) for year in (2021, 2022, 2023)]
    errors = pd.DataFrame({"naive": [10.0, 10.0, 10.0], "trend": [8.0, 7.0, 20.0]}, index=days)
    assert rolling(errors) == 27 / 20, "trend wins in 2021 and 2022, and errs by 7, then by 20"
    half = errors.set_axis([date(2022, 6, 30), date(2022, 12, 31), date(2023, 12, 31)])
    assert rolling(half) == 2.0, "in December the year that began in June was not over"
    assert rolling(errors[:1]) == Unknown("history_short")
    known = {id: item.value for id, item in found(declining).items()}
    ahead = projection(declining)
    assert (
        known["forecast.rolling_mase"] == pytest.approx(ahead.proof.rolling)
        and 0.5 < ahead.proof.rolling < 1.2
    )


def test_the_chance_never_rises_as_the_state_worsens(sleeping):
    for view_day in [D, *projection(sleeping).proof.days]:
        chances = outlook(sleeping, view_day).presence.p_active
        assert chances.notna().all() and chances.is_monotonic_decreasing, view_day


def test_a_client_of_no_revenue_changes_nothing(declining):
    lines = monthly(leavers())
    nothing = pd.DataFrame(
        {
            "invoice_id": ["Z1", "Z2"], "customer_id": ["ZERO", "ZERO"], "invoice_date": ["2025-06-10", "2025-06-10"],
            "amount_ht": ["10.00", "-10.00"],
        }
    )  # fmt: skip
    more = found(opened(pd.concat([lines, nothing])))
    assert more["forecast.naive"].value == found(declining)["forecast.naive"].value


# ---- worth ------------------------------------------------------------------------------------------


def with_costs(lines, rate=0.6):
    return lines.assign(cost=(lines.amount_ht.astype("float64") * rate).round(2))


@pytest.fixture(scope="module")
def valued():
    return opened(with_costs(monthly(leavers())))


def test_the_worth_is_that_of_margins_and_of_the_retention_observed(valued):
    worth = equity(valued)
    known = {item.id: item.value for item in worth.findings}
    kept = worth.cells.set_index(["kind", "is_silent"]).retention
    expected = sum(
        row.margin * sum((kept[row.kind, row.is_silent] / 1.1) ** year for year in range(1, 6))
        for row in worth.clients.itertuples()
    )
    assert known["equity.total"] == pytest.approx(expected, abs=0.5)
    assert worth.clients.equity.sum() == pytest.approx(known["equity.total"], abs=0.005)
    assert (worth.clients.retention < 1).all() and worth.basis == "gross"
    assert "caveat.equity_gross" in next(i for i in worth.findings if i.id == "equity.total").caveat
    assert known["equity.retention_down"] < known["equity.total"] < known["equity.retention_up"]
    assert known["equity.discount_up"] < known["equity.total"] < known["equity.discount_down"]
    assert known["equity.horizon_short"] < known["equity.total"] < known["equity.horizon_long"]
    first = worth.clients.equity[worth.first]
    assert known["equity.without_first"] == pytest.approx(known["equity.total"] - first, abs=0.005)
    table = customers(valued).set_index("customer_id")
    assert table.equity.sum() == pytest.approx(known["equity.total"], abs=0.005)


def test_stayed_means_what_the_retention_rate_means(valued):
    """The last passage alone is the retention rate of chapter 30: one definition."""
    years = valued.years_back(2)
    before, after = (valued.revenue(year) for year in years)
    rate = next(item.value for item in retention(valued).findings if item.id == "retention.retention_rate")
    assert rate == pytest.approx(((before > 0) & (after > 0)).sum() / (before > 0).sum())
    kinds = equity(valued).kinds
    pairs = valued.years_back(4)
    seen = stayed = 0
    for year, following in pairwise(pairs):
        then, later = valued.revenue(year), valued.revenue(following)
        seen += int((then > 0).sum())
        stayed += int(((then > 0) & (later > 0)).sum())
    assert (kinds.observed.sum(), kinds.stayed.sum()) == (seen, stayed)


def test_without_costs_revenue_never_stands_in_for_the_margin(declining):
    known = found(declining)
    assert {item.reason for id, item in known.items() if id.startswith("equity.")} == {"missing:cost"}
    assert "equity" not in customers(declining) or customers(declining).equity.isna().all()


def test_a_company_that_never_lost_anybody_is_not_worth_as_if_it_never_would():
    worth = equity(opened(with_costs(monthly({name: stable(100) for name in "ABCDEFGH"}))))
    assert worth.kinds.share.dropna().eq(1).all() and worth.cells.share.dropna().eq(1).all()
    assert (worth.clients.retention < 1).all()


def test_a_silent_client_is_worth_less_than_one_in_its_rhythm():
    worth = equity(opened(with_costs(monthly(sleepers()))))
    cells = worth.cells.set_index(["kind", "is_silent"])
    wide = cells.retention.unstack()
    assert (wide[True] <= wide[False]).all() and (wide[True] < wide[False]).any()
    known = {item.id: item.value for item in worth.findings}
    silent = worth.clients[worth.clients.is_silent]
    assert known["equity.at_risk_customers"] == len(silent) == 6
    assert known["equity.at_risk_part"] == pytest.approx(silent.equity.sum(), abs=0.005)
    assert (worth.kinds.equity.sum(), worth.cells.equity.sum()) == pytest.approx(
        (known["equity.total"],) * 2, abs=0.01
    )


def test_a_client_that_costs_more_than_it_brings_is_kept_then_floored():
    lines = with_costs(monthly(leavers() | {"LOSS": stable(10)}))
    lines.loc[lines.customer_id == "LOSS", "cost"] = 20.0
    known = {item.id: item.value for item in equity(opened(lines)).findings}
    assert known["equity.negative_customers"] == 1
    assert known["equity.floored_total"] > known["equity.total"]


def test_nothing_but_totals_gives_every_finding_a_reason():
    totals = pd.DataFrame({"customer_id": ["A", "B"], "revenue_n": [10.0, 5.0]})
    from capclient.frames import written
    from capclient.params import make_params

    folder = written({"customer_totals": totals})
    source = {
        "path": "customer_totals.parquet", "measures": ["revenue_n"],
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
    }  # fmt: skip
    content = {"company": {"id": "totals"}, "sources": {"customer_totals": source}}
    portfolio = Portfolio.of(make_params(content, folder=folder, where="test"))
    known = Findings(portfolio)
    assert known["forecast.next_12m"].reason == "missing:invoice_lines"
    assert known["equity.total"].reason == "missing:invoice_lines"
    assert np.isnan(projection(portfolio).clients.forecast_12m).all()
