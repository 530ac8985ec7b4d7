"""From lines to purchases and prices: what the engine reduces is what the pure functions say of the same lines."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from capclient.engine import prices as engine
from capclient.findings import reason_text
from capclient.indicators.price_volume_mix import kept_groups
from capclient.indicators.pricing import price_index, price_positions, product_prices
from capclient.portfolio import Portfolio
from capclient.themes import Findings, customers, price_volume_mix, pricing, purchases, results

AS_OF = date(2025, 12, 31)
BOUNDS = [("FX0", "X", "2024-01-02", "P0", "F0", 1, 1.0), ("FX1", "X", "2025-12-31", "P0", "F0", 1, 1.0)]


def ledger(*rows: tuple, **more) -> pd.DataFrame:
    """Lines of two covered years: a tiny client X buys on the first and on the last days."""
    columns = ["invoice_id", "customer_id", "invoice_date", "product", "family", "qty", "amount_ht"]
    return pd.DataFrame([*BOUNDS, *rows], columns=columns).assign(**more)


def opened(lines: pd.DataFrame, **tables) -> Portfolio:
    months = pd.date_range("2024-01-15", "2025-12-15", freq="MS")
    filler = pd.DataFrame(
        {
            "invoice_id": [f"Z{n}" for n in range(len(months))],
            "customer_id": "X",
            "invoice_date": months.strftime("%Y-%m-%d"),
            "amount_ht": 1.0,
        }
    )
    return Portfolio.from_frames(pd.concat([lines, filler], ignore_index=True), as_of=AS_OF, **tables)


def test_trap_8_a_credit_note_lowers_the_basket_and_is_no_order():
    lines = ledger(
        ("F1", "A", "2025-02-01", "P", "F", 1, 100.0), ("F2", "A", "2025-03-01", "P", "F", 1, 100.0),
        ("F3", "A", "2025-04-01", "P", "F", 2, 200.0), ("F4", "A", "2025-05-01", "P", "F", 1, 100.0),
        ("AV", "A", "2025-06-01", "P", "F", 0, -50.0),
        ("OLD", "B", "2024-05-01", "P", "F", 1, 80.0), ("AVB", "B", "2025-06-01", "P", "F", -1, -80.0),
    )  # fmt: skip
    own = purchases(opened(lines)).customers
    assert own.average_basket["A"] == 112.5 and own.median_basket["A"] == 100.0 and own.orders["A"] == 4
    assert own.orders["B"] == 0 and np.isnan(own.average_basket["B"])  # a credit note of the year before
    assert own.recency_days["A"] == (AS_OF - date(2025, 5, 1)).days


def test_the_invoices_of_an_order_make_one_basket_and_a_deposit_makes_none():
    lines = ledger(
        ("F0", "A", "2025-01-10", "P", "F", 1, 30.0), ("F1", "A", "2025-02-01", "P", "F", 1, 100.0),
        ("F2", "A", "2025-03-01", "P", "F", 1, 60.0), ("F3", "A", "2025-04-01", "P", "F", 2, 40.0),
        ("CO", "A", "2025-12-31", "P", "F", 2, 500.0),
    )  # fmt: skip
    lines["order_id"] = [None, None, "K", "K", "K", "L", None]
    lines["doc_type"] = ["invoice", "invoice", "deposit", "invoice", "invoice", "invoice", "cutoff"]
    portfolio = opened(lines)
    own = purchases(portfolio).customers.loc["A"]
    assert (own.orders, own.average_basket, own.median_basket) == (2, 100.0, 100.0)
    assert portfolio.customers.revenue_n["A"] == 700.0  # cut-off is revenue and no behaviour


def test_an_order_begun_the_year_before_is_no_order_of_this_year():
    lines = ledger(
        ("F1", "A", "2024-12-20", "P", "F", 1, 100.0), ("F2", "A", "2025-01-05", "P", "F", 1, 60.0),
        ("F3", "A", "2025-04-01", "P", "F", 2, 40.0),
    )  # fmt: skip
    lines["order_id"] = [None, None, "K", "K", "L"]
    portfolio = opened(lines)
    assert purchases(portfolio).customers.orders["A"] == portfolio.customers.orders_n["A"] == 1


def random_ledger(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    many = 600
    lines = pd.DataFrame(
        {
            "invoice_id": [f"F{n}" for n in range(many)],
            "customer_id": rng.choice([f"C{n}" for n in range(9)], many),
            "invoice_date": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 731, many), unit="D"),
            "product": rng.choice([*"PQRSTU", None], many, p=[0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1]),
            "unit": rng.choice([None, "kg"], many, p=[0.9, 0.1]),
            "qty": rng.integers(1, 60, many).astype(float),
        }
    )
    lines["family"] = lines["product"].map({"P": "F", "Q": "F", "R": "G", "S": "G"})
    lines["amount_ht"] = (lines.qty * rng.lognormal(2, 0.2, many)).round(2)
    back = rng.random(many) < 0.15
    lines.loc[back, ["qty", "amount_ht"]] *= -1
    lines.loc[rng.random(many) < 0.08, "qty"] = np.nan
    lines.loc[rng.random(many) < 0.04, "qty"] = 0.0
    return lines.assign(invoice_date=lines.invoice_date.dt.strftime("%Y-%m-%d"))


def by_hand(lines: pd.DataFrame, year: str) -> pd.DataFrame:
    """Sales as the docstring of the indicators asks for them, by pandas alone."""
    kept = lines[lines.invoice_date.str.startswith(year) & lines["product"].notna()]
    kept = kept[(kept.qty.fillna(0) != 0) | (kept.amount_ht < 0)].fillna({"qty": 0.0, "unit": ""})
    keys = ["customer_id", "product", "unit"]
    return (
        kept.groupby(keys, as_index=False)[["qty", "amount_ht"]].sum().rename(columns={"amount_ht": "amount"})
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_engine_gives_the_prices_of_the_pure_functions(seed):
    lines = random_ledger(seed)
    found = pricing(opened(lines))
    sales = by_hand(lines, "2025")
    mixed = 0.5
    index = price_index(sales, mixed=mixed)
    own = found.customers.price_index.dropna()
    pd.testing.assert_series_equal(
        own.rename_axis(None), index.rename_axis(None), check_exact=False, atol=1e-5
    )
    expected = product_prices(sales)
    given = found.products.set_index(["product", "unit"]).sort_index()
    for name in ("customers", "qty", "revenue", "mean_price", "dispersion", "lowest", "highest"):
        assert np.allclose(
            given[name].astype(float), expected[name].astype(float), atol=1e-6, equal_nan=True
        ), name
    positions = price_positions(sales)
    allowed = positions.join(expected.dispersion, on=["product", "unit"])
    allowed = allowed[allowed.dispersion <= mixed]
    assert found.customers.lever.sum() == pytest.approx(allowed.lever.sum(), abs=0.1)


@pytest.mark.parametrize("seed", range(4))
def test_the_engine_sorts_products_as_the_pure_function_does(seed):
    lines = random_ledger(seed).assign(accounting_date=None)
    portfolio = opened(lines)
    years = portfolio.windows
    named = {"n1_start": years.n1.start, "n_start": years.n.start, "n_end": years.n.end}
    groups = pd.concat(
        portfolio.ledger.frame(
            engine.PRICE_VOLUME_MIX, {**named, "by_family": True, "parts": 3, "part": part}
        )
        for part in range(3)
    )
    table = lines.fillna({"unit": "", "family": ""})
    plain = table["product"].notna() & (table.qty.fillna(0) != 0)
    table = table.assign(product=table["product"].where(plain), unit=table.unit.where(plain, ""))
    table["family"] = table.family.where(plain, "")
    for year, name in (("2025", "n"), ("2024", "n1")):
        inside = table.invoice_date.str.startswith(year)
        table[f"qty_{name}"] = table.qty.where(inside & plain, 0.0)
        table[f"amount_{name}"] = table.amount_ht.where(inside, 0.0)
    keys = ["customer_id", "product", "unit", "family"]
    sums = ["qty_n1", "amount_n1", "qty_n", "amount_n"]
    expected = kept_groups(table.groupby(keys, dropna=False, as_index=False)[sums].sum())
    measures = [name for name in expected if name not in keys]
    ours = groups[groups.customer_id != "X"].groupby("customer_id")[measures].sum()
    theirs = expected.groupby("customer_id")[measures].sum()
    assert np.allclose(ours.astype(float), theirs.astype(float), atol=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_the_parts_add_up_to_the_change_of_the_retained_clients(seed):
    portfolio = opened(random_ledger(seed))
    found = Findings(portfolio)
    parts = ("price", "volume", "mix", "new_products", "stopped_products", "not_decomposable")
    total = found["price_volume_mix.total"].value
    assert round(sum(found[f"price_volume_mix.{part}"].value for part in parts), 2) == total
    kept = price_volume_mix(portfolio).customers
    assert total == pytest.approx(float((kept.revenue_n - kept.revenue_n1).sum()), abs=0.001)
    bars = price_volume_mix(portfolio).bars
    assert bars[:-1].sum() == pytest.approx(bars["closing"], abs=1e-6)


def test_cut_off_and_later_bookings_still_close_to_the_cent():
    lines = random_ledger(9)
    late = np.arange(len(lines)) % 7 == 0
    booked = pd.to_datetime(lines.invoice_date) + pd.to_timedelta(np.where(late, 45, 0), unit="D")
    lines = lines[booked <= "2025-12-31"].assign(accounting_date=booked.dt.strftime("%Y-%m-%d"))
    kinds = np.where(lines.amount_ht < 0, "credit_note", "invoice")
    lines["doc_type"] = np.where(np.arange(len(lines)) % 11 == 0, "cutoff", kinds)
    kept = price_volume_mix(opened(lines))
    change = kept.customers.revenue_n - kept.customers.revenue_n1
    assert kept.bars["closing"] - kept.bars["opening"] == pytest.approx(change.sum(), abs=0.001)
    assert np.allclose(kept.customers.total, change, atol=0.001)


def test_without_quantities_prices_are_unknown_and_purchases_are_not():
    lines = ledger(("F1", "A", "2025-02-01", "P", "F", 1, 100.0)).drop(columns="qty")
    found = Findings(opened(lines))
    for id in (
        "pricing.dispersion",
        "pricing.lever_amount",
        "price_volume_mix.price",
        "price_volume_mix.total",
    ):
        assert found[id].reason == "missing:qty", id
    assert found["purchases.average_basket"].reason is None
    assert found["purchases.range_breadth_mean"].reason is None


def moved(*rows: tuple) -> Portfolio:
    """A and B buy lettuces, A plants too; the rows book the year end, without client."""
    bought = [
        ("FA", "A", "2025-03-01", "L", "Vegetables", 1, 900.0), ("FB", "B", "2025-04-01", "L", "Vegetables", 1, 600.0),
        ("FC", "A", "2025-05-01", "S", "Plants", 1, 50.0), *rows,
    ]  # fmt: skip
    kinds = [None] * (len(BOUNDS) + 3) + ["cutoff"] * len(rows)
    return opened(ledger(*bought).assign(doc_type=kinds))


def test_year_end_entries_that_move_families_leave_no_white_space():
    portfolio = moved(
        ("OD", None, "2025-12-31", None, "Vegetables", None, -1500.0),
        ("OD", None, "2025-12-31", None, "Lettuces", None, 1500.0),
    )
    found = Findings(portfolio)
    for name in ("white_space_customers", "range_breadth_mean", "single_family_customers"):
        assert found[f"purchases.{name}"].reason == "unreliable:families_unassigned"
    assert purchases(portfolio).missed.empty and found["purchases.orders"].value > 0
    words = reason_text("unreliable:families_unassigned", "fr")
    assert words.startswith("non fiable") and "d’une famille à l’autre" in words


def test_a_family_that_the_year_end_empties_is_not_sold():
    kept = moved(("OD", None, "2025-12-31", None, "Plants", None, -49.0))
    emptied = moved(("OD", None, "2025-12-31", None, "Plants", None, -50.0))
    assert "Plants" in set(purchases(kept).missed.family)
    assert "Plants" not in {*purchases(emptied).missed.family, *purchases(emptied).cube.family}
    assert purchases(kept).customers.range_breadth["B"] == pytest.approx(1 / 3)  # X buys a third family
    assert purchases(emptied).customers.range_breadth["B"] == 0.5


def test_without_an_order_number_an_order_is_said_to_be_an_invoice():
    lines = ledger(("F1", "A", "2025-02-01", "P", "F", 1, 100.0))
    ordered = lines.assign(order_id=[None, None, "K"])
    for given, caveat, expected in ((lines, "caveat.orders_are_invoices", True), (ordered, None, False)):
        portfolio = opened(given)
        assert Findings(portfolio)["purchases.orders"].caveat == caveat
        assert purchases(portfolio).by_invoice is expected


def test_an_order_number_of_the_year_before_numbers_no_order_of_this_year():
    lines = ledger(("F1", "A", "2024-02-01", "P", "F", 1, 100.0)).assign(order_id=[None, None, "K"])
    assert purchases(opened(lines)).by_invoice


def test_without_products_prices_say_that_the_product_is_missing():
    found = Findings(
        opened(ledger(("F1", "A", "2025-02-01", None, None, 1, 100.0)).assign(product=None, family=None))
    )
    assert found["pricing.dispersion"].reason == "missing:product"
    assert found["purchases.white_space_customers"].reason == "missing:family"


def sold(prices: dict[str, list[float]], *more: tuple) -> Portfolio:
    """Each client buys a growing quantity of each product at its price."""
    rows = [
        (f"F{product}{place}", f"C{place}", "2025-03-01", product, "F", 10 + place, round((10 + place) * price, 2))
        for product, of in prices.items()
        for place, price in enumerate(of)
    ]  # fmt: skip
    return opened(ledger(*rows, *more))


def test_a_product_whose_prices_differ_by_more_than_half_is_neither_compared_nor_drawn():
    portfolio = sold({"POST": [2.0, 10.0, 20.0, 5.0, 30.0, 12.0], "P": [10.0, 9.0, 8.0, 9.5, 7.0, 9.0]})
    found = pricing(portfolio)
    product = found.products.set_index("product")
    assert 0.5 < product.dispersion["POST"] < 1 and product.is_mixed["POST"] and not product.is_mixed["P"]
    assert set(found.positions["product"]) == {"P"}
    assert Findings(portfolio)["pricing.mixed_products"].value == 1


def test_clients_of_one_price_have_nothing_at_stake_and_no_line():
    same = Findings(sold({"P": [10.0] * 6, "Q": [4.0] * 6}))
    assert same["pricing.lever_amount"].reason == "not_applicable:one_price"
    assert same["pricing.dispersion"].value == 0 and same["pricing.low_index_customers"].value == 0
    other = sold({"P": [10.0] * 6, "Q": [4.0] * 5 + [3.9]})
    assert Findings(other)["pricing.lever_amount"].reason is None and not pricing(other).one_price


def test_only_active_clients_are_counted_under_the_low_index():
    back = ("AV", "C5", "2025-06-01", "R", "F", -1, -75.0)  # what C5 buys now, it gave back elsewhere
    prices = {"P": [10.0, 10.0, 10.0, 10.0, 10.0, 5.0]}
    assert Findings(sold(prices))["pricing.low_index_customers"].value == 1
    portfolio = sold(prices, back)
    assert portfolio.customers.revenue_n["C5"] == 0 and pricing(portfolio).customers.price_index["C5"] < 95
    assert Findings(portfolio)["pricing.low_index_customers"].value == 0


def credited(*rows: tuple) -> Portfolio:
    """A, B and C buy 10 kg of P for 100, then the rows (with their unit)."""
    bought = [
        (f"F{name}{year}", name, f"{year}-06-30", "P", "F", 10, 100.0, "kg")
        for name in "ABC"
        for year in (2024, 2025)
    ]
    names = ["invoice_id", "customer_id", "invoice_date", "product", "family", "qty", "amount_ht", "unit"]
    return opened(pd.DataFrame([*bought, *rows], columns=names))


def test_a_rebate_without_quantity_nor_unit_lowers_the_price_of_its_client():
    found = pricing(credited(("AV", "A", "2025-07-30", "P", "F", None, -50.0, None)))
    assert found.customers.price_index[[*"ABC"]].tolist() == [60.0, 120.0, 120.0]
    assert next(item.value for item in found.findings if item.id == "pricing.dispersion") == pytest.approx(
        0.2828, abs=1e-4
    )
    family = found.families[found.families.family == "F"]
    assert (family.revenue_n.tolist(), family.qty_n.tolist()) == ([250.0], [30.0])


def test_a_rebate_of_a_client_of_several_units_is_of_none_of_them():
    box = ("FB", "A", "2025-06-30", "P", "F", 1, 20.0, "box")
    found = pricing(credited(box, ("AV", "A", "2025-07-30", "P", "F", None, -50.0, None)))
    assert found.customers.price_index[[*"ABC"]].tolist() == [100.0, 100.0, 100.0]


def test_pooled_codes_are_no_retained_clients():
    rows = [(f"F{name}{year}", name, f"{year}-06-15", "P", "F", 1, amount * (year - 2023.0))
            for name, amount in (("A", 100), ("POOL", 1000)) for year in (2024, 2025)]  # fmt: skip
    found = Findings(opened(ledger(*rows), customers=pd.DataFrame({"customer_id": ["POOL"], "is_pool": [1]})))
    assert (
        found["price_volume_mix.price"].value == 100.0 and found["price_volume_mix.price"].n == 2
    )  # A and X


def test_the_smallest_quantities_are_quantities():
    rows = [
        (f"F{year}", "A", f"{year}-06-15", "P", "F", "0.000000001", 100.0 + year - 2024)
        for year in (2024, 2025)
    ]
    found = Findings(opened(ledger(*rows)))
    assert found["price_volume_mix.price"].value == 1.0


def test_lines_after_the_date_give_neither_units_nor_families():
    lines = ledger(
        ("F1", "A", "2024-06-15", "P", "F", 1, 10.0), ("F2", "A", "2025-06-15", "P", "F", 1, 12.0),
        ("L", "A", "2026-01-15", "P", "A family", 1, 12.0),
    ).assign(unit=[None] * 4 + ["kg"])  # fmt: skip
    portfolio = opened(lines)
    assert not portfolio.ledger.frame(engine.HAS_QUANTITIES, {"as_of": AS_OF}).several_units.iloc[0]
    years = portfolio.windows
    named = {"n1_start": years.n1.start, "n_start": years.n.start, "n_end": years.n.end}
    rows = portfolio.ledger.frame(
        engine.PRICE_VOLUME_MIX, {**named, "by_family": True, "parts": 1, "part": 0}
    )
    assert rows.family[rows.customer_id == "A"].tolist() == ["F"]


def test_a_pooled_code_has_no_price_and_no_segment_of_its_own():
    rows = [
        (f"F{name}", name, "2025-03-01", "P", "F", 10, price)
        for name, price in zip("ABCD", (80, 100, 120, 5000), strict=True)
    ]
    sheet = pd.DataFrame({"customer_id": [*"ABCDX"], "is_pool": [0, 0, 0, 1, 0]})
    found = pricing(opened(ledger(*rows), customers=sheet))
    product = found.products.set_index("product").loc["P"]
    assert (product.customers, product.mean_price) == (3, 10.0)
    assert np.isnan(found.customers.price_index["D"]) and found.customers.price_index["A"] == 80.0


def test_the_table_of_clients_says_how_each_one_buys():
    rows = [
        (f"F{name}", name, "2025-03-01", "P", "F", 10, price)
        for name, price in zip("ABC", (80, 100, 120), strict=True)
    ]
    table = customers(opened(ledger(*rows))).set_index("customer_id")
    assert table.price_index[["A", "B", "C"]].tolist() == [80.0, 100.0, 120.0]
    assert table.range_breadth["A"] == 0.5 and table.average_basket["A"] == 80.0
    names = table.columns.tolist()
    order = [
        "orders_n",
        "average_basket",
        "interval_days",
        "recency_days",
        "range_breadth",
        "price_index",
        "volatility",
    ]
    assert [name for name in names if name in order] == order


def test_the_planted_price_gaps_of_the_wholesaler_are_found():
    from capclient.datasets import demo_params, simulate

    found = pricing(Portfolio.open(demo_params()))
    key = pd.DataFrame(simulate("grossiste").key["clients"]).set_index("customer_id").price_gap.dropna()
    index = found.customers.price_index
    assert set(index.index[index < 95]) == set(key.index[key < 0])
    assert (index[key.index[key > 0]] > 105).all()


def test_the_order_of_the_lines_changes_nothing():
    lines = random_ledger(2)
    heads = ("purchases.", "pricing.", "price_volume_mix.")
    told = [
        {item.id: item.value for item in results(opened(table)) if item.id.startswith(heads)}
        for table in (lines, lines.sample(frac=1, random_state=3))
    ]
    assert told[0] == told[1] and any(value is not None for value in told[0].values())
