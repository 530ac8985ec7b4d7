"""Prospecting of the simulated companies, from their files, against what was planted and against plain pandas."""

import json

import pandas as pd
import pytest

from capclient import datasets
from capclient.portfolio import Portfolio
from capclient.themes import Findings, prospecting

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    def opening(company):
        path = datasets.write_company(company, tmp_path_factory.mktemp(company))
        key = datasets.write_answer_key(company, tmp_path_factory.mktemp("key") / "key.json")
        return Portfolio.open(path), json.loads(key.read_text("utf-8")), path

    return opening


def test_the_wholesaler_wins_sleeps_and_hears_of_clients_as_planted(opened):
    portfolio, key, path = opened("grossiste")
    planted, sheet = key["prospects"], prospecting(portfolio).prospects
    tally = sheet.sheet.state.value_counts()
    assert [tally[code] for code in ("won", "lost", "open")] == [
        planted[code] for code in ("won", "lost", "open")
    ]
    stale = sheet.pipeline[sheet.pipeline.is_stale.astype(bool)]
    assert sorted(stale.prospect_id) == sorted(planted["stale"])
    assert sheet.sources.sort_values("rate").group.iloc[-1] == planted["best_source"]
    fresh = prospecting(portfolio).newcomers.clients
    linked = set(planted["linked"].values())
    assert set(fresh.index[fresh.prospect_id.notna()]) == set(fresh.index) & linked

    raw = pd.read_csv(
        path.parent / "grossiste" / "prospects.csv", sep=";", encoding="cp1252", decimal=",", dtype="str"
    )
    made = pd.to_datetime(raw["Créé le"], format="%d/%m/%Y")
    issue = raw["Issue"].str.lower()
    cohort = issue[made.dt.year == 2025]
    won, lost = (int(cohort.str.startswith(word).sum()) for word in ("gagn", "perd"))
    found = Findings(portfolio)
    assert found["prospecting.conversion_rate"].value == pytest.approx(won / (won + lost), abs=1e-9)
    assert found["prospecting.conversion_rate_created"].value == pytest.approx(won / len(cohort), abs=1e-9)
    stays = ~raw["N° prospect"].isin(planted["stale"]) & raw["Clos le"].isna()
    amount = (
        raw["Montant annuel"].str.replace(r"[^0-9,]", "", regex=True).str.replace(",", ".").astype("float64")
    )
    assert found["prospecting.pipeline_amount"].value == pytest.approx(amount[stays].sum())
    assert found["prospecting.weighted_pipeline"].value < found["prospecting.pipeline_amount"].value


def test_the_services_company_signs_with_several_institutions_as_planted(opened):
    portfolio, key, _ = opened("services")
    signed = prospecting(portfolio).offers.contracts
    table = portfolio.table("contracts").set_index("contract_id")
    begun = pd.to_datetime(table.start).dt.year == 2025
    renewals = set(table.renewed_by.dropna())
    expected = set(key["multi_institution"]) & set(table.index[begun]) - renewals
    assert set(signed.contract_id) == expected and expected
    share = Findings(portfolio)["prospecting.multi_institution_share"]
    whole = Findings(portfolio)["prospecting.initial_revenue"].value
    assert share.value == pytest.approx(signed.revenue.sum() / whole, abs=1e-9)
    assert whole < portfolio.total_revenue(portfolio.windows.n)
