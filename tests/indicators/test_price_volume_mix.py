"""Price, volume and mix (2.10): the worked example, and a sum that is exact whatever the portfolio."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.indicators.price_volume_mix import (
    PARTS,
    kept_groups,
    largest_remainders,
    price_volume_mix,
    totals,
)
from tests.examples import few

COLUMNS = ["customer_id", "product", "unit", "family", "qty_n1", "amount_n1", "qty_n", "amount_n"]


def sales(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


def parts(table: pd.DataFrame) -> dict[str, float]:
    return {name: cents / 100 for name, cents in totals(price_volume_mix(kept_groups(table))).items()}


KEPT = (("A", "P1", None, None, 10.0, 200.0, 10.0, 250.0), ("A", "P2", None, None, 20.0, 200.0, 25.0, 250.0))


def test_the_worked_example_of_the_dictionary():
    assert parts(sales(*KEPT)) == {
        "price": 50.0, "volume": 66.67, "mix": -16.67, "new_products": 0.0, "stopped_products": 0.0,
        "not_decomposable": 0.0, "total": 100.0,
    }  # fmt: skip


def test_a_new_product_adds_its_revenue():
    found = parts(sales(*KEPT, ("A", "P3", None, None, 0.0, 0.0, 5.0, 40.0)))
    assert (found["new_products"], found["total"], found["price"]) == (40.0, 140.0, 50.0)


def test_a_stopped_product_takes_its_revenue_away():
    found = parts(sales(*KEPT, ("A", "P3", None, None, 5.0, 40.0, 0.0, 0.0)))
    assert (found["stopped_products"], found["total"], found["volume"]) == (-40.0, 60.0, 66.67)


def test_trap_17_price_volume_mix_is_exact_with_new_and_stopped_products_and_zero_quantities():
    table = sales(
        *KEPT,
        ("A", "NEW", None, None, 0.0, 0.0, 3.0, 10.01),
        ("A", "STOPPED", None, None, 7.0, 33.33, 0.0, 0.0),
        ("A", "ZERO", None, None, 0.0, 5.0, 0.0, 9.99),  # an amount without quantity on both sides
        ("A", "RETURNED", None, None, 4.0, 40.0, -1.0, -10.0),  # more came back than went out
        ("A", None, None, None, 2.0, 12.0, 2.0, 8.0),  # no product
    )
    found = parts(table)
    assert round(sum(found[part] for part in PARTS), 2) == found["total"]
    assert found["total"] == round(float((table.amount_n - table.amount_n1).sum()), 2)
    assert (found["new_products"], found["stopped_products"]) == (10.01, -73.33)
    assert found["not_decomposable"] == round(4.99 - 10.0 - 4.0, 2)


def test_several_units_are_never_added_up():
    """In bottles and kilos apart: each family only changed its quantity, so there is neither price nor mix."""
    apart = sales(
        ("A", "P1", "bottle", "Oil", 10.0, 100.0, 20.0, 200.0),
        ("A", "P2", "kg", "Flour", 1000.0, 500.0, 500.0, 250.0),
    )
    found = parts(apart)
    assert (found["price"], found["volume"], found["mix"]) == (0.0, -150.0, 0.0)
    blended = parts(apart.assign(unit=None))
    assert blended["mix"] != 0 and blended["total"] == found["total"]


def test_a_product_sold_in_two_units_is_not_decomposable():
    found = parts(
        sales(("A", "P", "kg", "F", 10.0, 100.0, 0.0, 0.0), ("A", "P", "box", "F", 0.0, 0.0, 2.0, 130.0))
    )
    assert (found["not_decomposable"], found["new_products"], found["total"]) == (30.0, 0.0, 30.0)


def test_same_prices_and_same_shares_leave_volume_alone():
    found = parts(
        sales(("A", "P", None, None, 10.0, 30.0, 20.0, 60.0), ("A", "Q", None, None, 5.0, 50.0, 10.0, 100.0))
    )
    assert (found["price"], found["volume"], found["mix"]) == (0.0, 80.0, 0.0)


def test_cents_left_over_go_to_the_largest_remainders():
    assert largest_remainders([0.5, 0.25, 0.25], 1) == [1, 0, 0]
    assert largest_remainders([-0.4, 0.9, 1.5], 2) == [0, 1, 1]
    assert largest_remainders([1.0, 2.0, 3.0], 6) == [1, 2, 3]


quantities = st.one_of(
    st.just(0.0), st.integers(-20, 400).map(float), st.decimals(-5, 99, places=3).map(float)
)
cents = st.integers(-500_000, 900_000).map(lambda whole: whole / 100)
rows = st.lists(
    st.tuples(
        st.sampled_from("ABCD"), st.sampled_from(["P1", "P2", "P3", None]), st.sampled_from([None, "kg", "box"]),
        st.sampled_from([None, "F", "G"]), quantities, cents, quantities, cents,
    ),
    min_size=1, max_size=25, unique_by=lambda row: (row[0], row[1], row[2]),
)  # fmt: skip


@settings(deadline=None, max_examples=few(400))
@given(rows, st.integers(0, 99))
def test_the_parts_close_to_the_cent_and_do_not_depend_on_the_order_of_rows(rows, seed):
    table = sales(*rows)
    found = totals(price_volume_mix(kept_groups(table)))
    change = (table.amount_n * 100).round().astype(int).sum() - (table.amount_n1 * 100).round().astype(
        int
    ).sum()
    assert sum(found[part] for part in PARTS) == found["total"] == change
    again = totals(price_volume_mix(kept_groups(table.sample(frac=1, random_state=seed))))
    assert all(abs(again[part] - found[part]) <= 1 for part in PARTS)


@pytest.mark.slow
def test_ten_thousand_random_portfolios_with_credit_notes_returns_and_zero_quantities_close_to_the_cent():
    rng = np.random.default_rng(7)
    portfolios, size = 10_000, 12
    many = portfolios * size
    table = pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(portfolios), size),
            "product": [f"P{n}" for n in np.tile(np.arange(size), portfolios)],
            "unit": rng.choice(["", "kg"], many, p=[0.9, 0.1]),
            "family": rng.choice(["F", "G"], many),
        }
    )
    for year in ("n", "n1"):
        kind = rng.choice([0, 1, -0.3], many, p=[0.3, 0.6, 0.1])  # absent or zero, sold, returned
        table[f"qty_{year}"] = (kind * rng.integers(1, 900, many)).round(2)
        price = rng.lognormal(2, 1, many) * np.where(rng.random(many) < 0.1, -1, 1)
        table[f"amount_{year}"] = (np.abs(table[f"qty_{year}"]) * price + rng.integers(-5, 5, many)).round(2)
    split = price_volume_mix(kept_groups(table))
    cents = (table[["amount_n", "amount_n1"]] * 100).round().astype("int64").groupby(table.customer_id).sum()
    assert (split.total == cents.amount_n - cents.amount_n1).all()
    rounded = np.array([list(totals(split.loc[[client]]).values()) for client in split.index[:300]])
    assert (rounded[:, :-1].sum(axis=1) == rounded[:, -1]).all()
    assert (
        split[list(PARTS)].sum(axis=1) - split.total
    ).abs().max() < 1e-4  # hundredths of a hundredth of a cent
    whole = totals(split)
    assert sum(whole[part] for part in PARTS) == whole["total"] == int(split.total.sum())


@pytest.mark.parametrize("factor", [2, 1000])
def test_doubling_all_quantities_of_both_years_changes_nothing(factor):
    table = sales(*KEPT)
    scaled = table.assign(qty_n=table.qty_n * factor, qty_n1=table.qty_n1 * factor)
    assert parts(scaled) == parts(table)
