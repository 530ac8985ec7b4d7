"""The stages of the past, recovered on the simulated companies where what was planted allows an answer.

Growth is planted by calendar year, so the reviews of 31 December have planted answers and those between have none.
Confusion matrices are printed (``pytest -rP``).
"""

from datetime import date

import pandas as pd
import pytest

from capclient.periods import shifted
from capclient.themes import life, lifecycle
from tests.e2e.test_simulated_truths import Case, opened

# At the end of 2024: what each profile was then. Growth of 2024 on 2023 is planted within 5 % of the market for all but
# those that grow; a decline planted for two years had one behind it, which is no old age yet.
THEN = {
    "stable": {"adult"}, "declining_fast": {"adult"}, "declining_slowly": {"adult"}, "follows_market": {"adult"},
    "leaving": {"adult"}, "seasonal": {"adult"}, "slowing_risk": {"adult"}, "slowing_watch": {"adult"},
    "growing": {"adult", "adolescence"}, "developing": {"childhood", "adolescence"}, "reactivated": {"lost"},
    "leaver": {"lost", "old_age"}, "contract_stable": {"adult"}, "contract_price_increase": {"adult"},
    "contract_reduced": {"adult"}, "contract_ended": {"adult"}, "contract_ended_long_ago": {"lost", "old_age"},
}  # fmt: skip
REVIEW = date(2024, 12, 31)


@pytest.fixture(scope="module", params=["grossiste", "services"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return opened(request.param, tmp_path_factory)


def test_stages_of_a_year_ago_are_the_planted_ones(case: Case) -> None:
    found = life(case.portfolio).history.stages[REVIEW].reindex(case.clients.index)
    there = found.notna()
    born = pd.to_datetime(case.clients.first_purchase)
    assert (there == (born <= pd.Timestamp(REVIEW))).all()
    planted = case.clients.profile[there]
    known = planted[planted.isin(THEN)]
    print(pd.crosstab(known, found[known.index]).to_string())
    right = sum(found[client] in THEN[profile] for client, profile in known.items())
    assert len(known) >= (40 if case.key["company"] == "services" else 250)
    assert right >= 0.98 * len(known)


def test_who_first_bought_less_than_a_year_before_a_review_was_in_childhood(case: Case) -> None:
    history = life(case.portfolio).history.stages
    born = pd.to_datetime(case.clients.first_purchase)
    for day in history.columns[::4]:
        young = (born > pd.Timestamp(shifted(day, -12))) & (born <= pd.Timestamp(day))
        assert (history[day].reindex(born.index[young]) == "childhood").all() or day == date(2022, 12, 31)


def test_leavers_were_lost_a_year_after_their_last_order(case: Case) -> None:
    """Of the wholesaler only: a contract that has not ended keeps its client active whatever it buys."""
    if case.key["company"] != "grossiste":
        pytest.skip("contracts decide")
    history = life(case.portfolio).history.stages
    gone = case.clients[case.clients.leave_date.notna()]
    found, planted = 0, 0
    for day in history.columns:
        silent = gone[pd.to_datetime(gone.leave_date) <= pd.Timestamp(day) - pd.Timedelta(days=366)]
        found += int(history[day].reindex(silent.index).eq("lost").sum())
        planted += len(silent)
    assert (
        planted > 150 and found >= 0.97 * planted
    )  # one may look seasonal by chance, and wait for its season


def test_today_is_exactly_the_life_cycle_of_today(case: Case) -> None:
    history = life(case.portfolio).history
    now = lifecycle(case.portfolio).customers.stage
    assert (history.stages.iloc[:, -1] == now.reindex(history.stages.index)).all()
    assert history.stages.shape[1] == 13 and not case.portfolio.customers.is_pool[history.stages.index].any()
