"""Each alert of section 16 on the simulated companies, against plain pandas on their raw files.

The oracles were written from the dictionary, not from the rules (see :mod:`tests.e2e.raw_figures`); they found that A5
rang after one year of erosion where 4.2 asks for two running.
"""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from capclient.decisions.alerts import RULES
from capclient.themes.activity import activity
from capclient.themes.origins import seen_at
from capclient.vocabulary import Unknown
from tests.e2e import raw_figures as figures
from tests.e2e.raw_files import POOL, services_lines, services_sheet, services_talks, wholesaler
from tests.e2e.test_simulated_truths import Case, opened

DAYS = ("2024-12-31", "2025-12-31")  # years whose costs to serve are known


def more(*values: object) -> object:
    """A day more, looked at by the long runs only."""
    return pytest.param(*values, marks=pytest.mark.slow)


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return opened("grossiste", tmp_path_factory)


@pytest.fixture(scope="module")
def raw(sold: Case):
    return wholesaler(sold.folder)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return opened("services", tmp_path_factory)


@pytest.fixture(scope="module")
def invoices(served: Case) -> pd.DataFrame:
    return services_lines(served.folder)


def rows_of(case: Case, code: str, day: str = DAYS[1]) -> pd.DataFrame:
    """Return what a rule rings for on a day, by client."""
    told = next(rule for rule in RULES if rule.code == code).ring(
        seen_at(case.portfolio, date.fromisoformat(day))
    )
    assert not isinstance(told, Unknown), told
    return told.set_index("customer_id")


def same(told: pd.DataFrame, meant: pd.Series) -> None:
    """Hold the clients and the stakes of an alert equal to those of an oracle."""
    assert set(told.index) == set(meant.index)
    assert told.stake.sort_index().to_numpy() == pytest.approx(
        meant.sort_index().to_numpy("float64"), abs=0.011
    )


def of_value(raw, day: pd.Timestamp) -> pd.Series:
    return figures.classes(figures.net_margins(raw, day).drop(POOL))


def months_before(day: pd.Timestamp, months: int) -> pd.Timestamp:
    return day - pd.DateOffset(months=months) + pd.offsets.MonthEnd(0)


@pytest.mark.parametrize(("day", "many"), list(zip(DAYS, (8, 5), strict=True)))
def test_a4_names_the_valuable_clients_whose_silence_became_worrying(sold, raw, day, many):
    end = pd.Timestamp(day)
    now, before = figures.states(raw.lines, end), figures.states(raw.lines, months_before(end, 3))
    value = of_value(raw, end).reindex(now.index)
    quiet = now.season.notna() & ((end.month - now.season) % 12 >= 3)
    fell = now.state.isin(["at_risk", "inactive"]) & before.state.reindex(now.index).isin(["active", "watch"])
    meant = now.index[fell & value.isin(["A", "B"]) & ~quiet]
    best = pd.concat([figures.revenue(raw.lines, end, back) for back in (0, 1)], axis=1).max(axis=1)
    same(rows_of(sold, "risk_state", day), best[meant])
    assert len(meant) == many


@pytest.mark.parametrize("day", [more("2024-06-30"), *DAYS])
def test_a5_names_the_clients_whose_margin_rate_fell_two_years_running(sold, raw, day):
    same(
        rows_of(sold, "margin_erosion", day), eroded(raw.lines, pd.Timestamp(day)).drop(POOL, errors="ignore")
    )


def test_a5_of_the_services_company_too(served, invoices):
    meant = eroded(invoices, pd.Timestamp(DAYS[1]))
    assert len(meant) == 1
    same(rows_of(served, "margin_erosion"), meant)


def eroded(lines: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Euros lost by the last fall of each client whose rate fell by two points two years running (4.2)."""
    rate = [figures.margin_rates(lines, day, back) for back in range(3)]
    falls = [(rate[back] - rate[back + 1]).round(10) for back in (0, 1)]
    both = falls[0].le(-0.02) & falls[1].reindex(falls[0].index).le(-0.02)
    return (-falls[0] * figures.revenue(lines, day).reindex(falls[0].index))[both]


@pytest.mark.parametrize(
    "day", [more("2025-01-31"), more("2025-05-31"), "2025-07-31", more("2025-10-31"), DAYS[1]]
)
def test_a8_announces_the_seasons_and_names_those_that_are_missed(sold, raw, day):
    end = pd.Timestamp(day)
    here = figures.states(raw.lines, end)
    ahead, missed = {}, {}
    for who, opening in here.season[here.season.notna() & here.state.ne("lost")].astype(int).items():
        mine = raw.lines[raw.lines.customer == who]
        starts = [pd.Timestamp(end.year + shift, opening, 1) for shift in (-1, 0, 1)]
        coming = min(start for start in starts if start >= end)
        if (coming - end).days <= 45:
            ahead[who] = bought(
                mine, coming - pd.DateOffset(years=1), coming - pd.DateOffset(months=9, days=1)
            )
        begun = max(start for start in starts if start <= end)
        over = begun + pd.DateOffset(months=3, days=-1)
        if (begun + pd.DateOffset(months=1)).replace(day=16) <= end <= over + pd.Timedelta(days=30):
            last = min(end, over)
            now = bought(mine, begun, last)
            before = bought(mine, begun - pd.DateOffset(years=1), figures.year_before(last, 1)[1])
            if before > 0 and round(now * 10) < round(before * 7):
                missed[who] = before - now
    same(rows_of(sold, "season_ahead", day), pd.Series(ahead, dtype="float64"))
    same(rows_of(sold, "season_missed", day), pd.Series(missed, dtype="float64"))


def bought(lines: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> float:
    return float(lines.amount[lines.day.between(first, last)].sum())


@pytest.mark.parametrize(("day", "many"), [more("2024-08-31", 9), ("2025-08-31", 6), (DAYS[1], 0)])
def test_a10_names_those_whose_payment_score_fell_a_class(sold, raw, day, many):
    end = pd.Timestamp(day)
    now, before = (figures.grades(figures.payment_scores(raw, one)) for one in (end, months_before(end, 3)))
    meant = now.index[now > before.reindex(now.index).fillna("Z")]
    assert set(rows_of(sold, "payment_grade", day).index) == set(meant)
    assert len(meant) == many


def test_a11_names_those_whose_agreed_term_is_beyond_the_law(sold, raw, served, invoices):
    def broken(lines: pd.DataFrame, public: pd.Series) -> pd.Series:
        bills = lines[
            (lines.kind != "Avoir") & lines.day.between(*figures.year_before(pd.Timestamp(DAYS[1])))
        ]
        term = (bills.due - bills.day).dt.days
        month_end = pd.offsets.MonthEnd(0)
        allowed = [
            bills.day + month_end + pd.Timedelta(days=45),
            bills.day + pd.Timedelta(days=45) + month_end,
        ]
        private = (term > 60) & (bills.due != allowed[0]) & (bills.due != allowed[1])
        beyond = np.where(public.reindex(bills.customer).fillna(False), term > 30, private)
        return bills[beyond].groupby("customer").amount.sum()

    same(rows_of(sold, "long_terms"), broken(raw.lines, raw.sheet["Type de client"].eq("Public")))
    same(
        rows_of(served, "long_terms"),
        broken(invoices, services_sheet(served.folder)["Acheteur public"].eq("Oui")),
    )


@pytest.mark.parametrize("day", DAYS)
def test_a14_names_those_who_get_twice_the_visits_that_they_bring(sold, raw, day):
    end = pd.Timestamp(day)
    visits = raw.talks[(raw.talks.kind == "Visite") & raw.talks.day.between(*figures.year_before(end))]
    meant = visited(figures.net_margins(raw, end).drop(POOL), visits)
    assert set(rows_of(sold, "over_visited", day).index) == meant


def test_a14_of_the_services_company_stands_on_its_gross_margins(served, invoices):
    end, talks = pd.Timestamp(DAYS[1]), services_talks(served.folder)
    year = (
        invoices[invoices.day.between(*figures.year_before(end))]
        .groupby("customer")[["amount", "cost"]]
        .sum()
    )
    visits = talks[(talks.kind == "Visite") & talks.day.between(*figures.year_before(end))]
    assert set(rows_of(served, "over_visited").index) == visited(year.amount - year.cost, visits)


def visited(margin: pd.Series, visits: pd.DataFrame) -> set[str]:
    many = visits.groupby("customer").size().reindex(margin.index, fill_value=0)
    effort, worth = many / many.sum(), margin / margin.sum()
    return set(margin.index[(many > 0) & ((worth <= 0) | (effort > 2 * worth))])


def test_a15_names_those_of_whom_the_sheet_and_the_figures_disagree(sold, raw):
    end, sheet = pd.Timestamp(DAYS[1]), raw.sheet
    days = figures.purchase_days(raw.lines, end)
    orders = days[days.day.between(*figures.year_before(end))].groupby("customer").size().reindex(sheet.index)
    risk = figures.risks(raw, end)
    found = activity(sold.portfolio).customers.risk_score.reindex(risk.index)
    assert found.to_numpy() == pytest.approx(risk.to_numpy(), abs=1e-6)
    fresh = pd.to_datetime(sheet["Estimés le"]) > end - pd.DateOffset(years=2)
    part = figures.revenue(raw.lines, end).reindex(sheet.index) / sheet["Achats totaux estimés"].astype(float)
    part = part.where(fresh)
    against = (
        (sheet.Relation.eq("Récurrent") & orders.fillna(0).lt(3))
        | (sheet.Relation.eq("En danger") & risk.reindex(sheet.index).lt(40))
        | (sheet["Notre part"].eq("Grande") & part.lt(0.25))
        | part.gt(1)
    )
    assert set(rows_of(sold, "contradictions").index) == set(sheet.index[against])
    assert against.sum() == 14


@pytest.mark.parametrize("day", DAYS)
def test_a16_names_those_that_cost_more_than_they_leave(sold, raw, day):
    net = figures.net_margins(raw, pd.Timestamp(day)).drop(POOL)
    same(rows_of(sold, "net_negative", day), -net[net < 0])


@pytest.mark.parametrize("day", [more("2024-06-30"), *DAYS])
def test_a18_names_those_that_fall_behind_their_market(sold, raw, day):
    end = pd.Timestamp(day)
    now, before = figures.revenue(raw.lines, end), figures.revenue(raw.lines, end, 1)
    behind = figures.growth_against_market(raw, end).le(-0.10)
    who = behind.index[behind & now.reindex(behind.index).gt(0)].drop(POOL, errors="ignore")
    same(rows_of(sold, "market_decline", day), (before[who] - now[who]).clip(lower=0))
    assert len(who) > 50


def test_a19_and_a20_say_nothing_of_a_ledger_whose_clients_are_known(sold, raw):
    year = raw.lines[raw.lines.day.between(*figures.year_before(pd.Timestamp(DAYS[1])))]
    nobody, counter = year.customer.isna(), year.customer.eq(POOL)
    assert 0 < year.amount[nobody].sum() <= 0.05 * year.amount.sum()
    assert 0 < year.amount[nobody | counter].sum() <= 0.20 * year.amount.sum()
    assert rows_of(sold, "data_quality").empty and rows_of(sold, "unreliable_concentration").empty
