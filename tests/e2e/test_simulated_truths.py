"""The analysis of the simulated companies against what was planted in them, from files to stages and states.

The whole way: files as a tool exports them, parameters, ingest, portfolio, themes. The answer key stands apart
and the analysis never sees it. Every stage and every state is right, so the tests ask for nothing less; the
confusion matrices are printed (``pytest -rP``).

Two mends of the analysis came from here, both about seasons (3.11). CLI0080 was called inactive: one trial
order in October 2022, then three springs; the year in which a client began is not complete for it. And the
ledger begins on 4 January, the first working day: with its tolerance (0.2) that January is a whole month.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from capclient import datasets
from capclient.portfolio import Portfolio
from capclient.themes import activity, lifecycle, quality, results


@dataclass(frozen=True)
class Case:
    """A company read from its files, and its answer key."""

    folder: Path
    portfolio: Portfolio
    key: dict
    clients: pd.DataFrame


@pytest.fixture(scope="module", params=["grossiste", "services"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return opened(request.param, tmp_path_factory)


@pytest.fixture(scope="module")
def wholesaler(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return opened("grossiste", tmp_path_factory)


_OPENED: dict[str, Case] = {}


def opened(company: str, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Read a company from its files, once for every module that looks at it: what it holds is never changed."""
    if company not in _OPENED:
        _OPENED[company] = _read(company, tmp_path_factory)
    return _OPENED[company]


def _read(company: str, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp(company)
    path = datasets.write_company(company, folder)
    apart = datasets.write_answer_key(company, tmp_path_factory.mktemp("key") / "key.json")
    key = json.loads(apart.read_text("utf-8"))
    clients = pd.DataFrame(key["clients"]).set_index("customer_id")
    return Case(folder / company, Portfolio.open(path), key, clients)


def scored(got: pd.Series, accepted: pd.Series, title: str) -> pd.Series:
    """Print the confusion matrix (rows: first accepted answer) and return the clients answered wrongly."""
    answers = got.reindex(accepted.index)
    right = pd.Series(
        [answer in codes for answer, codes in zip(answers, accepted, strict=True)],
        index=accepted.index,
        dtype=bool,
    )
    matrix = pd.crosstab(accepted.str[0].rename("planted"), answers.rename("found"))
    print(f"\n{title}: {right.sum()} of {len(right)} right\n{matrix.to_string()}")
    return answers[~right]


def test_every_planted_client_is_found_with_its_first_purchase(case: Case) -> None:
    assert case.portfolio.as_of.isoformat() == case.key["as_of"]
    found = case.portfolio.customers.first_purchase.reindex(case.clients.index)
    assert (found == pd.to_datetime(case.clients.first_purchase)).all()


def test_every_stage_is_the_planted_one(case: Case) -> None:
    stages = lifecycle(case.portfolio).customers.stage
    assert case.portfolio.has("market") == (case.key["company"] == "grossiste")
    assert scored(stages, case.clients.stages, f"stages of {case.key['company']}").empty


def test_every_state_is_a_planted_one(case: Case) -> None:
    states = activity(case.portfolio).customers.state
    assert scored(states, case.clients.states, f"states of {case.key['company']}").empty


def test_without_the_market_clients_that_follow_it_may_seem_old_and_no_other_answer_changes(
    wholesaler: Case, tmp_path: Path
) -> None:
    path = datasets.write_company("grossiste", tmp_path)
    content = path.read_text("utf-8")
    path.write_text(content[: content.index("  market:")], "utf-8")
    stages = lifecycle(Portfolio.open(path)).customers.stage
    assert scored(stages, wholesaler.clients.stages_without_market, "stages without market").empty
    adjusted = lifecycle(wholesaler.portfolio).customers.stage
    changed = wholesaler.clients.profile[(stages != adjusted).reindex(wholesaler.clients.index)]
    assert set(changed) == {"follows_market"}


def test_leavers_of_long_ago_are_lost_or_inactive_in_both_senses(wholesaler: Case) -> None:
    gone = wholesaler.clients[wholesaler.clients.profile == "leaver"]
    assert len(gone) == 40
    assert set(activity(wholesaler.portfolio).customers.state[gone.index]) <= {"inactive", "lost"}
    base = wholesaler.portfolio.customers.loc[gone.index]
    assert (base.last_purchase == pd.to_datetime(gone.leave_date)).all() and not base.revenue_n.any()


def test_seasonal_clients_are_found_with_the_window_that_was_planted(wholesaler: Case) -> None:
    planted = wholesaler.clients[wholesaler.clients.season_months.notna()]
    found = activity(wholesaler.portfolio).customers
    assert len(planted) == 16 and found.seasonal[planted.index].all()
    assert found.season_start[planted.index].tolist() == planted.season_months.str[0].tolist()
    others = found.seasonal.drop(planted.index)
    # Two clients of one or two orders a year looked seasonal before a year had to hold three of them.
    assert not others.any()


def test_identifiers_that_differ_by_case_are_proposed_and_outer_blanks_are_trimmed(wholesaler: Case) -> None:
    pairs = quality(wholesaler.portfolio).pairs
    proposed = {
        frozenset(pair) for pair in pairs[["customer_id", "other_id"]].itertuples(index=False, name=None)
    }
    planted = wholesaler.key["identifier_spellings"]
    for spelling in planted:
        pair = frozenset({spelling["customer_id"], spelling["written"].strip()})
        assert (pair in proposed) == spelling["only_proposed"], spelling
    assert len(proposed) == sum(one["only_proposed"] for one in planted) == 3
    found = {one.id: one.value for one in results(wholesaler.portfolio)}
    assert found["quality.possible_duplicates"] == 3


def test_planted_duplicates_are_reported_and_kept(wholesaler: Case) -> None:
    text = pd.concat(
        pd.read_csv(path, sep=";", encoding="cp1252", dtype="str", skipfooter=1, engine="python")
        for path in sorted(wholesaler.folder.glob("ventes_*.csv"))
    )
    repeated = text[text.duplicated()]
    assert {one["invoice_id"] for one in wholesaler.key["duplicate_lines"]} <= set(repeated["N° facture"])
    figures = wholesaler.portfolio.quality
    assert figures["duplicate_lines"] == len(repeated)
    assert figures["lines_kept"] == len(text)


def test_lines_without_client_are_counted_and_their_revenue_stays_in_the_total(wholesaler: Case) -> None:
    lines = datasets.simulate("grossiste").invoice_lines
    nobody = lines[lines.customer_id.isna()]
    figures = wholesaler.portfolio.quality
    assert figures["lines_unassigned"] == wholesaler.key["lines_without_client"] == len(nobody)
    last = nobody[nobody.invoice_date.dt.year == 2025].amount_ht.sum()
    found = {one.id: one.value for one in results(wholesaler.portfolio)}
    assert found["quality.revenue_unassigned"] == pytest.approx(last, abs=0.005)
    total = lines[lines.invoice_date.dt.year == 2025].amount_ht.sum()
    assert found["portfolio.revenue_n"] == pytest.approx(total, abs=0.005)
