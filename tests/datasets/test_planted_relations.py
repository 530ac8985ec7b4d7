"""What was planted beside the ledger (exchanges, prospects, sheets, receipts), computed here apart from the package."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from capclient import datasets
from capclient.datasets.company import Company
from capclient.schema import TABLES

D = pd.Timestamp("2025-12-31")
PARTS = {
    "over_visited": 10, "value_destroyers": 8, "claims_and_late": 10, "detractors_gone": 18, "satisfied_gone": 5,
    "captives": 10, "single_contact": 12, "contact_changed": 8,
}  # fmt: skip


@cache
def made(company: str) -> Company:
    return datasets.simulate(company)


@cache
def clients() -> pd.DataFrame:
    return pd.DataFrame(made("grossiste").key["clients"]).set_index("customer_id")


def part(name: str) -> list[str]:
    return made("grossiste").key["parts"][name]


def met(kind: str, year: int | None = None) -> pd.DataFrame:
    rows = made("grossiste").interactions
    return rows[(rows["type"] == kind) & (year is None or rows["date"].dt.year == year)]


def last_year() -> pd.DataFrame:
    lines = made("grossiste").invoice_lines
    return lines[lines["invoice_date"].dt.year == 2025]


def cents(amounts: pd.Series) -> pd.Series:
    return (amounts * 100).round().astype("int64")


@pytest.mark.parametrize("company", datasets.COMPANIES)
def test_every_table_bears_canonical_names_and_known_codes(company: str) -> None:
    told = 0
    for name, table in TABLES.items():
        given = getattr(made(company), name, None)
        if given is None:
            continue
        told += 1
        assert set(given.columns) - {"name"} <= set(table.names) and set(table.required) <= set(given.columns)
        for column in table.columns:
            if column.kind == "code" and column.name in given:
                assert set(given[column.name].dropna()) <= {code for code, _ in column.words}, column.name
    assert told == {"grossiste": 10, "services": 7, "atelier": 1}[company]


def test_the_workshop_keeps_nothing_but_its_invoices() -> None:
    one = made("atelier")
    assert not [name for name in TABLES if name != "invoice_lines" and getattr(one, name, None) is not None]


def test_no_client_plays_two_parts_and_all_are_clients() -> None:
    parts = made("grossiste").key["parts"]
    assert {name: len(members) for name, members in parts.items()} == PARTS
    everyone = [customer for members in parts.values() for customer in members]
    assert len(set(everyone)) == len(everyone) and set(everyone) <= set(clients().index)


def test_documents_with_vat_are_settled_to_the_cent_and_no_line_is_far_from_its_rate() -> None:
    one = made("grossiste")
    lines = one.invoice_lines[~one.invoice_lines.duplicated()]
    gap = cents(lines["amount_ttc"]) - cents(lines["amount_ht"]) * 1.2
    assert gap.abs().max() < 1.01
    family = lines["credited_invoice_id"].fillna(lines["invoice_id"])
    owed = cents(lines["amount_ttc"]).groupby(family).sum()
    paid = cents(one.payments["amount"]).groupby(one.payments["invoice_id"]).sum()
    assert len(paid) > 18_000 and (owed.reindex(paid.index) == paid).all()


def test_what_nobody_ever_paid_is_given_up_at_the_end_of_the_following_year() -> None:
    payments = made("grossiste").payments
    lost = payments[payments["kind"] == "loss"]
    due = made("grossiste").invoice_lines.drop_duplicates("invoice_id").set_index("invoice_id")["due_date"]
    assert len(lost) == 40 and (lost["date"].dt.year == lost["invoice_id"].map(due).dt.year + 1).all()
    assert lost["date"].dt.strftime("%m-%d").eq("12-31").all() and (lost["date"] == D).any()


def test_small_clients_are_seen_every_month_and_destroyers_cost_more_than_they_bring() -> None:
    visits = met("visit", 2025)["customer_id"].value_counts()
    others = visits.drop(part("over_visited") + part("value_destroyers"))
    small = made("grossiste").customers.set_index("customer_id")["segment"].eq("Artisans")
    assert visits[part("over_visited")].min() >= 13 and others[small.reindex(others.index)].max() <= 5
    margin = (last_year()["amount_ht"] - last_year()["cost"]).groupby(last_year()["customer_id"]).sum()
    costs = made("grossiste").cost_to_serve
    costs = costs[costs["period"] == "2025"]
    served = (costs["driver_qty"] * costs["unit_cost"]).groupby(costs["customer_id"]).sum()
    destroyers = (served - margin).dropna().loc[lambda gap: gap > 0].index
    assert set(destroyers) == set(part("value_destroyers"))  # by deliveries alone: their visits come on top


def test_those_who_left_had_said_so_or_had_not() -> None:
    surveys = met("survey").dropna(subset="score_nps")
    last = surveys.sort_values("date").groupby("customer_id").tail(1).set_index("customer_id")["score_nps"]
    assert last[part("detractors_gone")].max() <= 5 and last[part("satisfied_gone")].min() >= 9
    assert set(clients().profile[part("detractors_gone") + part("satisfied_gone")]) == {
        "leaving",
        "leaver_last_year",
    }
    assert last[part("captives")].max() <= 5 and set(clients().profile[part("captives")]) == {"stable"}


def test_clients_are_kinder_when_their_salesperson_asks_and_a_part_never_answers() -> None:
    surveys = met("survey", 2025)
    surveys = surveys[surveys["phase"] != "Fin de relation"]
    planted = {customer for members in made("grossiste").key["parts"].values() for customer in members}
    told = surveys[~surveys["customer_id"].isin(planted)].groupby("asked_by_sales")["score_nps"].mean()
    assert told[True] > told[False] + 0.3
    assert 0.4 < surveys["score_nps"].notna().mean() < 0.7
    assert ((surveys["score_csat"].isna()) == surveys["score_nps"].isna()).all()


def test_late_payers_of_the_part_complain_much() -> None:
    claims = met("claim", 2025)["customer_id"].value_counts()
    assert claims[part("claims_and_late")].min() >= 5 and clients().late_payer[part("claims_and_late")].all()
    rows = met("claim")
    assert rows["closed"].isna().sum() > 10 and not (rows["closed"] < rows["opened"]).any()
    assert (rows.loc[rows["cause"] == "Retard de livraison", "promise_id"] == "P1").all()


def test_exchanges_are_dated_when_the_client_was_one_and_never_on_a_weekend() -> None:
    rows = made("grossiste").interactions
    assert 6_000 < len(rows) < 10_000 and rows["date"].dt.day_of_week.max() == 4
    assert rows["date"].between("2022-12-30", D).all()
    seen = rows[rows["type"].isin(["visit", "claim", "quote"])]
    since = pd.to_datetime(clients().first_purchase) - pd.Timedelta(days=33)
    assert (seen["date"] >= seen["customer_id"].map(since)).all()


def test_reminders_go_to_clients_that_owed_and_once_a_month_at_most() -> None:
    rows = met("mail")
    rows = rows[rows["cause"].str.startswith("Relance")]
    assert not rows.groupby(["customer_id", rows["date"].dt.to_period("M")]).size().gt(2).any()
    slow = clients().late_payer.reindex(rows["customer_id"]).mean()
    assert len(rows) > 400 and slow > 0.5


def test_prospects_are_those_of_the_key_and_new_clients_were_one() -> None:
    one = made("grossiste")
    table, planted = one.prospects, one.key["prospects"]
    tally = table["outcome"].value_counts()
    assert len(table) == 250 and [tally[code] for code in ("won", "lost", "open")] == [
        planted[code] for code in ("won", "lost", "open")
    ]
    linked = table.dropna(subset="customer_id")
    begun = clients().index[clients().profile.isin(["new", "developing"])]
    assert set(linked["customer_id"]) == set(begun) == set(planted["linked"].values())
    first = pd.to_datetime(clients().first_purchase[linked["customer_id"]]).to_numpy()
    assert (linked["closed_date"].to_numpy() < first).all() and (
        linked["created"] < linked["closed_date"]
    ).all()
    open_days = (D - table.loc[table["outcome"] == "open"].set_index("prospect_id")["created"]).dt.days
    assert set(open_days.index[open_days > 400]) == set(planted["stale"]) and len(planted["stale"]) == 12
    decided = table[table["outcome"] != "open"]
    rates = decided["outcome"].eq("won").groupby(decided["source"]).mean()
    assert rates.idxmax() == planted["best_source"] and rates.idxmin() == "Prospection téléphonique"


def test_wallets_and_declared_levels_agree_but_where_planted() -> None:
    one = made("grossiste")
    sheet = one.customers.set_index("customer_id")
    known = sheet[sheet["wallet_amount"].notna()]
    share = (
        last_year().groupby("customer_id")["amount_ht"].sum().reindex(known.index) / known["wallet_amount"]
    )
    assert len(known) == 133 and set(share.index[share > 1]) == set(one.key["wallets"]["over"])
    stale = known["wallet_date"] < D - pd.DateOffset(months=24)
    assert set(known.index[stale]) == set(one.key["wallets"]["stale"])
    wrong = known.index[(known["wallet_level"] == "large") & (share < 0.25)]
    assert set(wrong) == set(one.key["wallets"]["large_share"]) and len(wrong) == 4
    assert (known["wallet_level"] == "small").sum() > 10 and sheet["relation_type"].notna().sum() == 60


def test_some_clients_hang_on_one_person_and_some_have_just_lost_theirs() -> None:
    people = made("grossiste").contacts
    theirs = people[people["side"] == "theirs"]
    known = theirs[theirs["until"].isna()].groupby("customer_id").size()
    assert set(known.index[known == 1]) == set(part("single_contact"))
    left = theirs[theirs["until"].notna()]
    assert set(left["customer_id"]) == set(part("contact_changed"))
    assert (left["until"] > D - pd.DateOffset(months=12)).all() and (people["since"] <= D).all()


def test_the_services_are_paid_in_every_way_and_the_key_says_by_which_invoice() -> None:
    one = made("services")
    planted, payments = one.key["settlements"], one.payments
    bills = one.invoice_lines[one.invoice_lines["doc_type"] == "invoice"]
    owed = cents(bills["amount_ttc"]).groupby(bills["invoice_id"]).sum()
    paid = cents(payments["amount"]).groupby(payments["invoice_id"]).agg(["sum", "size"])
    assert (paid["sum"] <= owed.reindex(paid.index)).all()
    assert (paid.loc[planted["partial"], "size"] == 2).all() and (
        paid.loc[planted["instalments"], "size"] == 3
    ).all()
    left = owed[planted["partial_open"]] - paid.loc[planted["partial_open"], "sum"]
    assert len(left) == 4 and (left > 0).all() and len(planted["disputed"]) == 5
    assert not set(planted["disputed"]) & set(paid.index)
    kinds = payments.groupby("kind")
    assert set(kinds.get_group("loss")["invoice_id"]) == set(planted["lost"])
    assert set(kinds.get_group("reject")["invoice_id"]) == set(planted["rejected"])
    assert (kinds.get_group("reject")["amount"] < 0).all()
    assert set(payments.loc[payments["invoice_id"].isna(), "payment_id"]) == set(planted["stray"])


def test_public_buyers_pay_in_thirty_to_sixty_days_and_some_private_ones_far_later() -> None:
    one = made("services")
    planted = one.key["settlements"]
    simple = ~one.payments["invoice_id"].isin(np.concatenate([planted[kind] for kind in (
        "partial", "partial_open", "instalments", "rejected", "lost")]))  # fmt: skip
    paid = one.payments[simple & one.payments["invoice_id"].notna()]
    billed = one.invoice_lines.drop_duplicates("invoice_id").set_index("invoice_id")["invoice_date"]
    days = (paid["date"] - paid["invoice_id"].map(billed)).dt.days
    public = paid["customer_id"].map(one.customers.set_index("customer_id")["is_public"]).astype(bool)
    assert days[public].between(30, 60).all()
    late = paid["customer_id"].isin(planted["late_clients"])
    assert days[late].min() >= 65 and days[~late].max() <= 60 and len(planted["late_clients"]) == 4


def test_contracts_with_several_institutions_were_signed_in_the_last_year() -> None:
    one = made("services")
    contracts = one.contracts.set_index("contract_id")
    several = contracts.index[contracts["n_institutions"] >= 2]
    new, renewed = one.key["multi_institution"], one.key["multi_institution_renewed"]
    assert set(several) == {*new, *renewed} and len(several) == 6 and len(new) == 2
    assert set(renewed) <= set(contracts["renewed_by"]) and not set(new) & set(contracts["renewed_by"])
    assert (contracts.loc[several, "start"] > D - pd.DateOffset(years=1)).all()
    assert set(contracts.index[contracts["partners"].notna()]) == set(one.key["with_partners"])
    assert 0 < contracts["is_initial_activity"].mean() < 1
