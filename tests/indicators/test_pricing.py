"""Prices of the same product between clients: the worked examples of 3.6 to 3.9, and what must never change them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.indicators.pricing import (
    mean_price,
    overall_dispersion,
    price_index,
    price_positions,
    product_prices,
)
from capclient.vocabulary import Unknown


def sales(rows: list[tuple[str, str, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "product", "qty", "price"])
    return table.assign(unit=None, amount=table.qty * table.price)


THREE = sales([("A", "P", 100.0, 8.0), ("B", "P", 50.0, 10.0), ("C", "P", 50.0, 12.0)])
FIVE = sales(
    [
        (name, "P", q, p)
        for name, q, p in zip("12345", (10.0, 50.0, 100.0, 20.0, 40.0), (10, 9, 8.5, 9.5, 8), strict=True)
    ]
)


def test_a_mean_price_needs_a_quantity():
    assert mean_price(95.0, 10.0) == 9.5
    assert mean_price(95.0, 0.0) == mean_price(-5.0, -1.0) == Unknown("denominator_zero")


def test_the_price_index_of_the_dictionary():
    assert product_prices(THREE).mean_price.iloc[0] == 9.5
    assert price_index(THREE).round(2).to_dict() == {"A": 84.21, "B": 105.26, "C": 126.32}


def test_the_dispersion_of_the_dictionary():
    product = product_prices(THREE).iloc[0]
    assert product.dispersion == pytest.approx(0.1746, abs=5e-5)
    assert product.spread == pytest.approx(0.421, abs=5e-4)
    assert overall_dispersion(product_prices(THREE)) == pytest.approx(product.dispersion)


def test_two_clients_make_no_mean_price():
    two = THREE[:2]
    assert price_index(two).empty and product_prices(two).dispersion.isna().all()
    assert overall_dispersion(product_prices(two)) == Unknown("n_small")


def test_two_units_of_one_product_are_not_compared():
    assert price_index(THREE.assign(unit=["kg", "kg", "box"])).empty


def test_a_client_that_gave_everything_back_has_no_price():
    returned = pd.concat([THREE, sales([("D", "P", 0.0, 0.0), ("E", "P", -2.0, 10.0)])])
    pd.testing.assert_series_equal(price_index(returned), price_index(THREE))


def test_a_code_that_covers_several_things_is_compared_with_nothing():
    sundry = sales([("A", "M", 1.0, 900.0), ("B", "M", 10.0, 2.0), ("C", "M", 5.0, 30.0)])
    both = pd.concat([THREE, sundry])
    assert product_prices(both).dispersion.loc["M"].iloc[0] > 1
    pd.testing.assert_series_equal(price_index(both, mixed=1.0), price_index(THREE))
    assert price_index(both)["A"] > 100


def test_the_price_volume_position_of_the_dictionary():
    placed = price_positions(FIVE)
    assert placed.slope.iloc[0] == pytest.approx(-0.07667, abs=5e-6)
    assert placed.intercept.iloc[0] == pytest.approx(2.46254, abs=5e-6)
    assert placed.residual.round(4).tolist() == [0.0167, 0.0352, 0.0311, 0.0186, -0.0954]
    assert placed.lever.round(2).tolist() == [0.0, 0.0, 0.0, 0.0, 33.75]


def test_four_clients_make_no_line_and_neither_do_five_equal_quantities():
    assert price_positions(FIVE[:4]).empty
    assert price_positions(FIVE.assign(amount=FIVE.amount / FIVE.qty * 7.3, qty=7.3)).empty


def test_a_free_sample_is_no_point_of_the_line():
    given_away = pd.concat([FIVE, sales([("6", "P", 30.0, 0.0)])])
    pd.testing.assert_frame_equal(price_positions(given_away), price_positions(FIVE))


def test_nothing_sold_has_no_price_and_breaks_nothing():
    none = THREE[:0]
    assert price_index(none).empty and price_positions(none).empty and product_prices(none).empty


clients = st.sampled_from("ABCDEFG")
products = st.sampled_from(["P", "Q", "R"])
book = st.dictionaries(
    st.tuples(clients, products), st.tuples(st.integers(1, 500), st.integers(1, 90)), min_size=1, max_size=18
)


def frame(book: dict) -> pd.DataFrame:
    return sales([(client, product, q, p) for (client, product), (q, p) in book.items()])


@settings(deadline=None)
@given(book)
def test_when_all_pay_the_same_every_index_is_100_and_nothing_is_at_stake(book):
    level = {"P": 3.1, "Q": 47.0, "R": 0.07}
    table = frame(book)
    table["amount"] = table.qty * table["product"].map(level)
    assert np.allclose(price_index(table), 100)
    assert np.allclose(price_positions(table).lever, 0, atol=1e-6)
    dispersion = overall_dispersion(product_prices(table))
    assert isinstance(dispersion, Unknown) or dispersion < 1e-9


@settings(deadline=None)
@given(book, st.integers(0, 99), st.integers(2, 50))
def test_the_order_of_rows_and_the_currency_change_nothing(book, seed, rate):
    table = frame(book)
    shuffled = table.sample(frac=1, random_state=seed)
    pd.testing.assert_series_equal(price_index(shuffled), price_index(table))
    pd.testing.assert_series_equal(price_index(table.assign(amount=table.amount * rate)), price_index(table))
    placed = price_positions(table)
    pd.testing.assert_frame_equal(price_positions(shuffled), placed)
    dearer = price_positions(table.assign(amount=table.amount * rate))
    assert np.allclose(dearer.residual, placed.residual, atol=1e-9)


@settings(deadline=None)
@given(book)
def test_indices_weighted_by_what_the_mean_prices_would_cost_average_100(book):
    table = frame(book)
    index = price_index(table)
    known = product_prices(table).mean_price.where(product_prices(table).dispersion.notna())
    at_mean = (
        table.qty * known.reindex(list(zip(table["product"], [""] * len(table), strict=True))).to_numpy()
    )
    weight = at_mean.groupby(table.customer_id).sum().reindex(index.index)
    if len(index):
        assert (index * weight).sum() / weight.sum() == pytest.approx(100)
