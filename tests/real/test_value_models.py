"""CDNOW (1/10 sample, calibration 39 weeks): the parameters that the papers print."""

import pandas as pd
import pytest

from capclient.indicators.value import beta_geometric, gamma_gamma, pareto
from capclient.indicators.value.histories import Histories

pytestmark = pytest.mark.real

COLUMNS = ["master", "id", "day", "discs", "amount"]
CALIBRATION = pd.Timestamp("1997-09-30")


@pytest.fixture(scope="module")
def clients(real_data):
    """Histories and mean amounts made here from the purchases, not read from the published summary."""
    sales = pd.read_csv(real_data / "CDNOW_sample.txt", sep=r"\s+", names=COLUMNS, dtype={"day": str})
    sales["day"] = pd.to_datetime(sales.day, format="%Y%m%d")
    days = sales[sales.day <= CALIBRATION].groupby(["id", "day"], as_index=False).amount.sum()
    first = days.groupby("id").day.transform("min")
    repeats = (
        days[days.day > first]
        .groupby("id")
        .agg(x=("day", "size"), last=("day", "max"), mean_amount=("amount", "mean"))
    )
    frame = pd.DataFrame({"first": days.groupby("id").day.min()}).join(repeats)
    frame["x"] = frame.x.fillna(0.0)
    frame["t_x"] = ((frame["last"] - frame["first"]).dt.days / 7).fillna(0.0)
    frame["T"] = (CALIBRATION - frame["first"]).dt.days / 7
    return frame


def test_the_histories_are_those_published(clients, real_data):
    published = pd.read_csv(real_data / "cdnow_customers_summary_with_transactions.csv")
    assert len(clients) == len(published) == 2_357
    for name in ("x", "t_x", "T"):
        assert (clients[name].to_numpy() - published[name].to_numpy()).__abs__().max() <= 0.006


@pytest.mark.parametrize(
    ("model", "parameters", "log_likelihood"),
    [
        ("bg", (0.243, 4.414, 0.793, 2.426), -9582.4),
        ("mbg", (0.525, 6.183, 0.891, 1.614), -9582.1),
        ("pareto", (0.553, 10.578, 0.606, 11.669), -9595.0),
    ],
)
def test_the_parameters_of_the_papers(real_data, model, parameters, log_likelihood):
    published = pd.read_csv(real_data / "cdnow_customers_summary_with_transactions.csv")
    histories = Histories.of(published)
    found = (
        pareto.fit(histories) if model == "pareto" else beta_geometric.fit(histories, modified=model == "mbg")
    )
    assert found.n == 2_357
    for value, printed in zip(found.values, parameters, strict=True):
        assert value == pytest.approx(printed, abs=1.5e-3)
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=0.05)


def test_the_amounts_of_the_paper(real_data):
    published = pd.read_csv(real_data / "cdnow_customers_summary_with_transactions.csv")
    found = gamma_gamma.fit(published[published.x > 0].rename(columns={"zbar": "mean_amount"}))
    assert found.n == 946
    assert [round(value, 2) for value in found.values] == [6.25, 3.74, 15.45]
    assert found.log_likelihood == pytest.approx(-4055.9, abs=0.05)
