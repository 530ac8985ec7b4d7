"""The relation with clients, from files to themes, against what was planted: who costs, complains, leaves, owes.

Lists are asked for whole where the definition leaves no doubt; where others may rightly join those planted (a small
client seen once is over-visited too), the planted ones must all be there.
"""

import json
from pathlib import Path

import pandas as pd
import pytest

from capclient import datasets
from capclient.portfolio import Portfolio
from capclient.themes import Findings
from capclient.themes.declared import declared
from capclient.themes.effort import effort
from capclient.themes.lateness import lateness
from capclient.themes.net_margin import net_margin
from capclient.themes.newcomers import newcomers
from capclient.themes.prospects import prospects
from capclient.themes.recovery import recovery
from capclient.themes.surveys import surveys
from capclient.themes.together import together
from capclient.themes.wallet import wallet
from tests.e2e.test_simulated_truths import Case, opened


@pytest.fixture(scope="module")
def wholesaler(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return opened("grossiste", tmp_path_factory)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return opened("services", tmp_path_factory)


class Values:
    """Value of each finding of a portfolio by id, or the reason why there is none; only the theme asked for is run."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.found = Findings(portfolio)

    def __getitem__(self, id: str) -> object:
        item = self.found[id]
        return item.value if item.reason is None else item.reason


def test_every_row_of_the_files_of_the_relation_is_read(wholesaler: Case, services: Case) -> None:
    for case, company in ((wholesaler, "grossiste"), (services, "services")):
        truth = datasets.simulate(company)
        tables = case.portfolio.store.report["tables"]
        names = (
            "customers",
            "payments",
            "contracts",
            "interactions",
            "prospects",
            "contacts",
            "cost_to_serve",
        )
        for name in (*names, "targets", "evidence"):
            if getattr(truth, name) is None:
                continue
            told = tables[name]
            totals = int((company, name) == ("services", "payments"))  # a row of totals at the bottom
            assert (told["rows_kept"], told["rows_rejected"]) == (len(getattr(truth, name)), totals), name
            assert not told["unreadable"] and not told["impossible"], name


def test_who_destroys_value_is_named_and_who_is_seen_too_often(wholesaler: Case) -> None:
    parts = wholesaler.key["parts"]
    gains = net_margin(wholesaler.portfolio).customers.net_margin
    assert (gains[parts["value_destroyers"]] < 0).all() and (gains[parts["over_visited"]] < 0).all()
    others = gains.drop(parts["value_destroyers"] + parts["over_visited"])
    assert (others < 0).mean() < 0.05
    verdict = effort(wholesaler.portfolio).customers.verdict
    assert (verdict[parts["over_visited"] + parts["value_destroyers"]] == "over").all()


def test_detractors_that_left_are_detractors_and_captives_stay(wholesaler: Case) -> None:
    parts = wholesaler.key["parts"]
    votes = surveys(wholesaler.portfolio).voters.vote.dropna()
    asked = [one for one in parts["detractors_gone"] if one in votes.index]
    assert len(asked) >= 5 and (votes[asked] == "detractor").all()  # the others had answered before they left
    assert (votes[parts["captives"]] == "detractor").all()


def test_claims_and_lateness_move_together_for_those_planted(wholesaler: Case) -> None:
    found = together(wholesaler.portfolio).both
    assert set(wholesaler.key["parts"]["claims_and_late"]) <= set(found.index)
    late = lateness(wholesaler.portfolio).customers.days_late
    slow = wholesaler.clients.index[wholesaler.clients.late_payer.astype(bool)]
    assert late[slow].min() > 15 and late.drop(slow).loc[lambda days: days > 15].size < 10


def test_prospects_are_counted_as_planted_and_the_stale_ones_named(wholesaler: Case) -> None:
    planted, found = wholesaler.key["prospects"], prospects(wholesaler.portfolio)
    states = found.sheet.state.value_counts()
    assert [states[code] for code in ("won", "lost", "open")] == [
        planted[code] for code in ("won", "lost", "open")
    ]
    assert set(found.pipeline.prospect_id[found.pipeline.is_stale]) == set(planted["stale"])
    known = newcomers(wholesaler.portfolio).clients
    linked = {client: prospect for prospect, client in planted["linked"].items()}
    new = wholesaler.clients.index[wholesaler.clients.profile == "new"]
    assert set(new) <= set(known.index)
    assert known.prospect_id[new].tolist() == [linked[one] for one in new]


def test_wallets_that_cannot_be_and_those_too_old_are_flagged(wholesaler: Case) -> None:
    found, planted = wallet(wholesaler.portfolio).customers, wholesaler.key["wallets"]
    assert set(found.index[found.is_over]) == set(planted["over"])
    assert set(found.index[found.is_stale]) == set(planted["stale"])


def test_what_salespeople_declare_and_the_figures_deny_is_listed(wholesaler: Case) -> None:
    listed = declared(wholesaler.portfolio).contradictions
    found = {kind: set(rows.index) for kind, rows in listed.groupby("contradiction")}
    planted = wholesaler.key["contradictions"]
    assert found == {
        "recurring": set(planted["recurring"]), "endangered": set(planted["endangered"]),
        "large_share": set(wholesaler.key["wallets"]["large_share"]),
        "over_wallet": set(wholesaler.key["wallets"]["over"]),
    }  # fmt: skip


def test_those_who_owe_more_than_their_limit_are_those_planted(wholesaler: Case) -> None:
    limits = recovery(wholesaler.portfolio).limits
    assert set(limits.index[limits.excess > 0]) == set(wholesaler.key["over_limit"])


def test_duplicates_and_spellings_are_all_that_parts_the_accounts_from_the_truth(wholesaler: Case) -> None:
    truth = datasets.simulate("grossiste")
    found = Values(wholesaler.portfolio)
    owed = truth.invoice_lines.amount_ttc.sum() - truth.payments.amount.sum()
    assert found["receivables.total"] == pytest.approx(owed, abs=0.005)
    lost = truth.payments[(truth.payments.kind == "loss") & (truth.payments.date == "2025-12-31")]
    assert found["receivables.bad_debt"] > 0 and len(lost) > 0


def test_each_company_says_what_it_cannot_compute(wholesaler: Case, tmp_path: Path) -> None:
    found = Values(wholesaler.portfolio)
    assert found["concentration.stress_top1_result"] != "missing:variable_cost_rate"
    assert found["retention.captive_customers"] > 0 and found["declared.described_customers"] > 60
    bare = Values(Portfolio.open(datasets.write_company("atelier", tmp_path)))
    assert (
        bare["wallet.share"] == "missing:wallet_amount"
        and bare["retention.captive_customers"] == "missing:survey"
    )
    assert bare["declared.completeness"] == "missing:declared"
    assert bare["concentration.stress_top1_result"] == "missing:variable_cost_rate"


def test_diversification_stands_on_the_contracts_signed_with_several_institutions(services: Case) -> None:
    truth = datasets.simulate("services")
    lines = truth.invoice_lines[truth.invoice_lines.invoice_date.dt.year == 2025]
    by_contract = lines.groupby("contract_id").amount_ht.sum()
    expected = by_contract.reindex(services.key["multi_institution"]).sum()
    found = Values(services.portfolio)
    assert found["prospecting.multi_institution_contracts"] == len(services.key["multi_institution"])
    assert found["prospecting.multi_institution_revenue"] == pytest.approx(expected, abs=0.005)
    assert (
        found["prospecting.multi_institution_share"]
        > found["prospecting.multi_institution_revenue"] / lines.amount_ht.sum()
    )


def test_the_accounts_and_the_file_of_receipts_tell_the_same_debts(services: Case) -> None:
    """Balances by client agree to the cent between the two ways; so do the losses and what came back from the bank."""
    accounts = opened_accounts(services.folder)
    mine, theirs = lateness(services.portfolio).customers, lateness(accounts).customers
    pd.testing.assert_series_equal(mine.receivable, theirs.receivable.reindex(mine.index), check_names=False)
    assert set(mine.index[mine.rejected]) == set(theirs.index[theirs.rejected])
    one, other = Values(services.portfolio), Values(accounts)
    for id in (
        "total",
        "overdue",
        "overdue_rate",
        "dso",
        "dso_countback",
        "not_due",
        "overdue_over_90",
        "unallocated",
    ):
        assert one[f"receivables.{id}"] == pytest.approx(other[f"receivables.{id}"], abs=0.005), id
    for id in ("bad_debt", "days_late_floored", "settlement_days", "late_share"):
        assert one[f"receivables.{id}"] == pytest.approx(other[f"receivables.{id}"], rel=1e-9), id


def opened_accounts(folder: Path) -> Portfolio:
    params = folder.parent / "comptes.yml"
    params.write_text(json.dumps({"company": {"id": "comptes"}, "sources": {"fec": "services/fec"}}), "utf-8")
    return Portfolio.open(params)
