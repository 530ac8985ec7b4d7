"""The confusion matrices of CONTRIBUTING.md are those of today, and the alarms keep their floors."""

import pandas as pd
import pytest

from capclient import datasets, places
from capclient.datasets import COMPANIES
from capclient.decisions.alerts import RULES
from tests.e2e import alert_rates, found_again
from tests.e2e.alert_outcomes import World

pytestmark = pytest.mark.slow

LEAST_FOUND = 0.85  # of the planted leavers, within two usual intervals of their last purchase
MOST_FALSE = 3.0  # alarms for nothing per hundred client-months


def test_the_published_matrices_are_those_of_today():
    published = (places.notebooks().parent / "CONTRIBUTING.md").read_text("utf-8")
    start = published.index(found_again.TITLE)
    end = published.find("\n## ", start + 1)
    assert published[start : end if end > 0 else None].strip() == found_again.section().strip()


@pytest.mark.parametrize("company", COMPANIES)
def test_no_alert_that_states_a_fact_is_denied_by_the_sources(company):
    rates = found_again.rates_of(company)
    assert {code for code in alert_rates.FACTS if rates[code].false} == set()
    assert sum(rates[code].judged for code in alert_rates.FACTS) >= {"grossiste": 150, "services": 60}.get(
        company, 1
    )


def test_guesses_are_right_often_enough_to_be_read():
    rates = found_again.rates_of("grossiste")
    for code, most in (
        ("risk_state", 0.3),
        ("season_ahead", 0.1),
        ("late_debts", 0.3),
        ("net_negative", 0.3),
    ):
        assert rates[code].judged >= 5 and rates[code].false <= most * rates[code].judged, code


def test_what_denies_a_fact_denies_it_of_every_client_that_the_rule_leaves_out():
    portfolio, _ = found_again.opened("grossiste")
    world = World(portfolio, datasets.simulate("grossiste").key)
    here = portfolio.customers.index[~portfolio.customers.is_pool & (portfolio.customers.revenue_n > 0)]
    everyone = pd.DataFrame({"evidence": [{}] * len(here)}, index=here)
    for code in (
        "open_claims",
        "new_uncalled",
        "contact_change",
        "long_terms",
        "over_visited",
        "contradictions",
    ):
        rung = next(rule for rule in RULES if rule.code == code).ring(portfolio).customer_id
        denied = alert_rates.FACTS[code].false(world, world.end, everyone)
        assert set(here[~denied.astype(bool)]) == set(rung) & set(here), code


@pytest.mark.parametrize("company", found_again.COMPANIES)
def test_matrices_are_diagonal(company):
    for counted in (found_again.stages(company), found_again.states(company)):
        assert list(counted.index) == list(counted.columns)
        assert sum(counted.at[code, code] for code in counted.index) == counted.to_numpy().sum()


def test_leavers_are_found_in_time_without_crying_wolf():
    gone, measured = found_again.leavers("grossiste"), found_again.bells("grossiste")
    shares = gone.groupby("intervals")[["naive", "watch", "states"]].mean()
    assert len(gone) == 2 * 70
    assert shares.at[2, "naive"] >= LEAST_FOUND and measured.at["naive", "false_per_100"] <= MOST_FALSE
    assert shares.at[2, "watch"] >= LEAST_FOUND
    assert shares.at[3, "states"] >= LEAST_FOUND and measured.at["states", "false_per_100"] <= 1.0


def test_clients_whose_contract_ended_are_found_without_a_false_alarm():
    gone, measured = found_again.leavers("services"), found_again.bells("services")
    assert gone[gone.intervals == 3].states.mean() >= LEAST_FOUND
    assert measured.at["states", "false_per_100"] <= MOST_FALSE


def test_seasonal_clients_are_told_from_those_that_are_not():
    counted = found_again.seasons("grossiste")
    assert counted.at["seasonal", "seasonal"] == 16 and counted.at["not", "seasonal"] == 0
