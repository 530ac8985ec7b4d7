"""The other canonical tables: what cannot be read is counted and never means something else."""

from datetime import date

import pandas as pd

from capclient.portfolio import Portfolio

LINES = pd.DataFrame(
    {
        "invoice_id": ["F1", "F2", "F3", "F4"],
        "customer_id": ["C", "C", "D", "E"],
        "invoice_date": ["2023-03-01", "2023-06-01", "2025-12-01", "2025-12-02"],
        "amount_ht": ["100.00"] * 4,
    }
)


def test_an_unreadable_end_of_contract_is_no_running_contract():
    contracts = pd.DataFrame(
        {
            "contract_id": ["K1", "K2", "K3"],
            "customer_id": ["C", "D", "E"],
            "start": ["2023-01-01"] * 3,
            "end": ["2024-02-30", "9999-12-31", "2026-06-30"],
        }
    )
    portfolio = Portfolio.from_frames(LINES, contracts=contracts, as_of=date(2025, 12, 31))
    told = portfolio.store.report["tables"]["contracts"]
    assert (told["rows_in"], told["rows_kept"], told["unreadable"]) == (3, 2, {"end": 1})
    kept = portfolio.table("contracts").set_index("contract_id")
    assert kept.index.tolist() == ["K2", "K3"]
    assert kept.end.isna().tolist() == [True, False]


def test_an_unreadable_flag_is_counted_and_a_client_twice_in_the_sheet_keeps_its_first_row():
    customers = pd.DataFrame(
        {
            "customer_id": ["C", "C", "D"],
            "name": ["Un", "Deux", "Trois"],
            "is_pool": ["peut-être", "non", "oui"],
        }
    )
    portfolio = Portfolio.from_frames(LINES, customers=customers, as_of=date(2025, 12, 31))
    assert portfolio.store.report["tables"]["customers"]["unreadable"] == {"is_pool": 1}
    assert portfolio.customers.name.to_dict() == {"C": "Un", "D": "Trois", "E": "E"}
    assert portfolio.customers.is_pool.to_dict() == {"C": False, "D": True, "E": False}
