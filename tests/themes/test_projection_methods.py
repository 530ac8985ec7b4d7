"""Each way to project a client, on a ledger where it may speak and on one where it wins, against plain pandas (11.1).

The ledgers are drawn from the very model that the method supposes; what it says is computed again here from the lines.
"""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from capclient.notebook.variants import variant_of
from capclient.portfolio import Portfolio
from capclient.themes import projection
from capclient.themes.loss import loss
from capclient.themes.outlook import outlook
from capclient.themes.purchase_models import purchase_models
from capclient.thresholds import Thresholds

D = date(2024, 12, 31)
START = pd.Timestamp("2020-01-01")


def ledger(rows) -> pd.DataFrame:
    """``rows``: client, day since the start, euros."""
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount_ht"])
    days = START + pd.to_timedelta(frame.day, unit="D")
    return pd.DataFrame(
        {
            "invoice_id": [f"F{place:06d}" for place in range(len(frame))],
            "customer_id": frame.customer_id,
            "invoice_date": days.dt.strftime("%Y-%m-%d"),
            "amount_ht": frame.amount_ht.map("{:.2f}".format),
        }
    )


def wanderers(*, flat: bool, many: int = 250, seed: int = 1) -> pd.DataFrame:
    """Clients that buy by chance and stop by chance (BG/NBD); ``flat``: one price for all, amounts tell nothing."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(many):
        pace, stops = rng.gamma(3.0, 1 / 60), rng.beta(1.0, 10.0)
        mean = rng.gamma(6.0, 40.0)
        day, orders, last = rng.uniform(0, 1_300), 0, (D - START.date()).days
        while day <= last and not (orders > 1 and rng.random() < stops):
            rows.append((f"C{number:03d}", int(day), 100.0 if flat else mean * rng.gamma(6.0, 1 / 6)))
            day, orders = day + max(1.0, rng.exponential(1 / pace)), orders + 1
    return ledger(rows)


def faders(many: int = 300, seed: int = 1) -> pd.DataFrame:
    """Clients of a steady rhythm; those that leave order half as often for five months before they stop."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(many):
        day, gap, size = rng.integers(0, 60), rng.uniform(8, 30), rng.uniform(80, 400)
        gone = 300 + rng.exponential(365 / 0.25)
        while day <= min(gone, (D - START.date()).days):
            rows.append((f"C{number:03d}", int(day), size * rng.uniform(0.8, 1.2)))
            day += max(1, int(rng.gamma(8, gap / 8) * (1.8 if gone - day < 150 else 1)))
    return ledger(rows)


def revenue(lines, end, years=1):
    """Euros of each client in the year that ends on a day, or ``years`` later."""
    day = pd.to_datetime(lines.invoice_date)
    end = pd.Timestamp(end) + pd.DateOffset(years=years - 1)
    mine = lines[(day <= end) & (day > end - pd.DateOffset(years=1))]
    return mine.amount_ht.astype(float).groupby(mine.customer_id).sum()


def relative_error(portfolio, lines, method):
    """Errors by client of a method over those of the year carried over, on the days when it spoke."""
    own = naive = 0.0
    for day in projection(portfolio).proof.of(method).day:
        said = outlook(portfolio, day).clients[method].dropna()
        came, before = (revenue(lines, day, year).reindex(said.index).fillna(0) for year in (2, 1))
        own, naive = own + (came - said).abs().sum(), naive + (came - before).abs().sum()
    return own / naive


def histories(lines):
    """Repeat purchase days, weeks from the first to the last and to D, mean of the repeat days, by client."""
    days = lines.assign(day=pd.to_datetime(lines.invoice_date), euros=lines.amount_ht.astype(float))
    days = days.groupby(["customer_id", "day"], as_index=False).euros.sum()
    first = days.groupby("customer_id").day.transform("min")
    by = days.groupby("customer_id").day
    repeat = days[days.day > first].groupby("customer_id").euros.mean()
    table = pd.DataFrame({"x": by.size() - 1, "t_x": (by.max() - by.min()).dt.days / 7})
    return table.assign(T=(pd.Timestamp(D) - by.min()).dt.days / 7, mean=repeat)


@pytest.fixture(scope="module")
def flat():
    lines = wanderers(flat=True, many=140)  # too few for the judge of losses
    return lines, Portfolio.from_frames(lines, as_of=D)


@pytest.fixture(scope="module")
def free():
    lines = wanderers(flat=False)
    return lines, Portfolio.from_frames(lines, as_of=D)


@pytest.fixture(scope="module")
def fading():
    lines = faders()
    return lines, Portfolio.from_frames(lines, as_of=D)


def chance_alive(fit, known):
    """P(active) of the BG/NBD as Fader, Hardie and Lee (2005) write it; who bought once has none."""
    r, alpha, a, b = (fit[name] for name in ("r", "alpha", "a", "b"))
    gone = a / (b + known.x - 1) * ((alpha + known["T"]) / (alpha + known.t_x)) ** (r + known.x)
    return (1 / (1 + gone)).where(known.x > 0)


def test_the_chance_of_the_model_of_purchase_wins_where_amounts_tell_nothing(flat):
    lines, portfolio = flat
    ahead, model = projection(portfolio), purchase_models(portfolio)
    assert model.reason is None and not ahead.has_tried("purchases")
    assert ahead.used == "alive" and ahead.clients.expected_amount.isna().all()
    chance = chance_alive(model.fits["bgnbd"], histories(lines))
    year = revenue(lines, D).reindex(chance.index).fillna(0)
    seen = ahead.now.clients.loc[chance.index]
    old = chance.notna() & seen.months.isna()  # neither single purchases nor new clients, brought to a year
    assert old.sum() > 50
    expected = (year * chance)[old]
    assert ahead.clients.forecast_12m[old[old].index].to_numpy() == pytest.approx(
        expected.to_numpy(), abs=0.011
    )
    once = chance.isna() & seen.months.isna()
    kept = seen.revenue * seen.p_active
    assert ahead.clients.forecast_12m[once[once].index].to_numpy() == pytest.approx(
        kept[once].to_numpy(), abs=0.011
    )


def test_orders_times_amount_win_where_the_model_of_purchase_made_the_ledger(free):
    lines, portfolio = free
    ahead, model = projection(portfolio), purchase_models(portfolio)
    tried = ahead.proof.methods.set_index("method")
    assert {"alive", "risk", "purchases"} <= set(tried.index) and ahead.used == "purchases"
    known = histories(lines)
    p, q, v = (model.amounts[name] for name in ("p", "q", "v"))
    amount = p * (v + known.x * known["mean"]) / (p * known.x + q - 1)  # Fader and Hardie (2013), note 25
    repeat = known.index[known.x > 0]
    assert ahead.clients.expected_amount[repeat].to_numpy() == pytest.approx(
        amount[repeat].to_numpy(), rel=1e-6
    )
    orders = model.clients.expected_orders_12m
    product = (orders * amount)[repeat].round(2)
    said = ahead.clients.forecast_12m[repeat].dropna()
    assert len(said) > 50
    assert said.to_numpy() == pytest.approx(product[said.index].to_numpy(), abs=0.011)


@pytest.mark.parametrize(
    ("company", "methods"),
    [("flat", ("alive", "presence")), ("free", ("alive", "purchases")), ("fading", ("risk", "presence"))],
)
def test_the_errors_told_are_those_of_plain_pandas_and_the_least_one_wins(company, methods, request):
    lines, portfolio = request.getfixturevalue(company)
    ahead = projection(portfolio)
    told = ahead.proof.methods.set_index("method").mase
    for method in methods:
        assert told[method] == pytest.approx(relative_error(portfolio, lines, method), rel=1e-9), method
    every_day = ahead.proof.methods.set_index("method").origins
    rivals = told[every_day >= every_day[ahead.used]]
    assert told[ahead.used] == rivals.min() < 1


def test_the_chance_to_stay_wins_where_clients_fade_before_they_leave(fading):
    lines, portfolio = fading
    ahead, judged = projection(portfolio), loss(portfolio)
    assert judged.proof.method == "model" and ahead.used == "risk" and not ahead.has_tried("alive")
    stays = 1 - judged.clients.p_loss
    seen = ahead.now.clients.loc[stays.index]
    old = stays.index[seen.months.isna()]
    expected = (revenue(lines, D).reindex(old) * stays[old]).round(2)
    assert ahead.clients.forecast_12m[old].to_numpy() == pytest.approx(expected.to_numpy(), abs=0.011)
    day = ahead.proof.of("risk").day.iloc[-1]
    then = judged.proof.rows.xs(pd.Timestamp(day), level="origin").p_model
    view = outlook(portfolio, day).clients
    assert (view.p_risk[then.index] == 1 - then).all(), "what the judge said that day, not what it says now"
    rest = view.index.difference(then.index)
    pd.testing.assert_series_equal(view.p_risk[rest], view.p_active[rest], check_names=False)


def test_euros_of_loss_are_said_where_the_probabilities_held(free, fading):
    lines, portfolio = free
    judged = loss(portfolio)
    assert judged.uncalibrated is None
    year = revenue(lines, D).reindex(judged.clients.index).clip(lower=0)
    expected = (judged.clients.p_loss * year).round(2)
    assert judged.clients.expected_loss.to_numpy() == pytest.approx(expected.to_numpy(), abs=0.011)
    assert judged.clients.expected_loss.is_monotonic_decreasing
    found = {item.id: item for item in judged.findings}
    assert found["loss.expected_revenue_lost"].value == pytest.approx(expected.sum(), abs=1)
    # the same words on the past: losses announced and observed, band by band, by hand
    rows = judged.proof.rows
    said = rows[f"p_{judged.proof.method}"]
    assert 0.8 <= said.sum() / rows.lost.sum() <= 1.25
    silent = loss(fading[1])  # its ranks are good, its probabilities are not
    assert silent.uncalibrated is not None and silent.clients.expected_loss.isna().all()


def test_recent_clients_are_counted_whatever_chance_multiplies_their_year(flat, fading):
    for lines, portfolio in (flat, fading):
        ahead = projection(portfolio)
        seen = ahead.now.clients
        brought = seen.index[seen.reason.isna() & seen.months.notna() & (seen.annualised > 0)]
        assert len(lines) and ahead.used in ("alive", "risk")
        assert set(ahead.clients.index[ahead.clients.is_annualised]) == set(brought)
        told = {item.id: item.value for item in ahead.findings}
        assert told["forecast.annualised_customers"] == len(brought)


@pytest.mark.parametrize(
    ("method", "total", "said"),
    [
        ("risk", "risk", "some"),
        ("naive", "naive", "none"),
        ("risk", "trend", "two"),
        ("naive", "trend", "two"),
    ],
)
def test_two_methods_are_never_judged_in_one_breath(method, total, said):
    told = {"forecast.method": method, "forecast.total_method": total}
    known = {id: SimpleNamespace(value=value) for id, value in told.items()}
    assert variant_of("forecast.proof", known, Thresholds(), "fr") == f"forecast.proof.{said}"
