"""How clients buy and what moved revenue: orders, baskets, rhythm, prices, volumes (sections 2.10, 3.1 to 3.6)."""

from __future__ import annotations

import pandas as pd

from capclient.course.exercises import Exercise, of_report
from capclient.course.lesson import Lesson
from capclient.themes import price_volume_mix, pricing
from capclient.themes.bridge import not_compared
from capclient.vocabulary import Unknown


def _year(lesson: Lesson) -> pd.DataFrame:
    return lesson.lines[lesson.lines.year == "N"]


def _documents(lesson: Lesson) -> int:
    """Credit notes counted as orders."""
    return int(_year(lesson).invoice_id.nunique())


def _invoiced_basket(lesson: Lesson) -> float | Unknown:
    """Credit notes forgotten in the amount."""
    rows = _year(lesson)
    rows = rows[rows.doc_type == "invoice"]
    return rows.amount_ht.sum() / rows.invoice_id.nunique() if len(rows) else Unknown("denominator_zero")


def _counted_basket(lesson: Lesson) -> float | Unknown:
    documents = _documents(lesson)
    return float(_year(lesson).amount_ht.sum()) / documents if documents else Unknown("denominator_zero")


def _gaps(lesson: Lesson) -> pd.Series:
    """Days between two purchase days, indexed by client."""
    lines = lesson.lines
    days = lines.loc[lines.is_client & (lines.doc_type == "invoice"), ["customer_id", "invoice_date"]]
    days = days.drop_duplicates().sort_values(["customer_id", "invoice_date"])
    return days.groupby("customer_id").invoice_date.diff().dt.days.set_axis(days.customer_id)


def _mean_interval(lesson: Lesson) -> float:
    return float(_gaps(lesson).groupby(level=0).mean().median())


def _growth_parts(lesson: Lesson) -> pd.DataFrame | Unknown:
    """Active clients, orders of each and basket, one row a year."""
    reason = not_compared(lesson.portfolio)
    if reason is not None:
        return reason
    frame = lesson.portfolio.customers.loc[lesson.clients.index]
    rows = {}
    for year, ending in (("N", "n"), ("N-1", "n1")):
        active = frame[frame[f"revenue_{ending}"] > 0]
        orders = int(active[f"orders_{ending}"].sum())
        if not orders:
            return Unknown("denominator_zero")
        basket = float(active[f"revenue_{ending}"].sum()) / orders
        rows[year] = {"clients": len(active), "frequency": orders / len(active), "basket": basket}
    return pd.DataFrame(rows).T


def _frequency_effect(lesson: Lesson, clients: str = "N", basket: str = "N-1") -> float | Unknown:
    """What the change of frequency brought, at the clients of one year and the basket of one year."""
    parts = _growth_parts(lesson)
    if isinstance(parts, Unknown):
        return parts
    change = parts.frequency["N"] - parts.frequency["N-1"]
    return float(parts.clients[clients] * change * parts.basket[basket])


def _basket_effect(lesson: Lesson) -> float | Unknown:
    parts = _growth_parts(lesson)
    if isinstance(parts, Unknown):
        return parts
    now = parts.loc["N"]
    return float(now.clients * now.frequency * (now.basket - parts.basket["N-1"]))


def _best_seller(lesson: Lesson) -> pd.Series | Unknown:
    """The product with the largest revenue, as the report sees it."""
    prices = pricing(lesson.portfolio)
    if prices.reason is not None:
        return prices.reason
    if prices.products.empty:
        return Unknown("denominator_zero")
    return prices.products.nlargest(1, "revenue").iloc[0]


def _mean_price(lesson: Lesson) -> float | Unknown:
    best = _best_seller(lesson)
    return best if isinstance(best, Unknown) else float(best.mean_price)


def _price_of_lines(lesson: Lesson) -> float | Unknown:
    """The price of a line counts as much as that of another, whatever its quantity."""
    best = _best_seller(lesson)
    if isinstance(best, Unknown):
        return best
    rows = _year(lesson)
    return float(rows.unit_price[rows.is_client & (rows["product"] == best["product"])].mean())


def _price_of_clients(lesson: Lesson) -> float | Unknown:
    best = _best_seller(lesson)
    if isinstance(best, Unknown):
        return best
    rows = _year(lesson)
    rows = rows[rows.is_client & (rows["product"] == best["product"])]
    sums = rows.groupby("customer_id")[["amount_ht", "qty"]].sum()
    return float((sums.amount_ht / sums.qty)[sums.qty > 0].mean())


def _kept(lesson: Lesson) -> pd.DataFrame | Unknown:
    """Products that a retained client bought in both years: amounts and quantities of each year."""
    effects = price_volume_mix(lesson.portfolio)
    if effects.reason is not None:
        return effects.reason
    lines = lesson.lines
    rows = lines[lines.customer_id.isin(effects.customers.index) & (lines.qty.abs() > 0)]
    keys = ["customer_id", "product"]
    now = rows[rows.year == "N"].groupby(keys)[["amount_ht", "qty"]].sum()
    before = rows[rows.year == "N-1"].groupby(keys)[["amount_ht", "qty"]].sum()
    both = now.merge(before, left_index=True, right_index=True, suffixes=("", "_before"))
    return both[(both.qty > 0) & (both.qty_before > 0)]


def _price_on_old_quantities(lesson: Lesson) -> float | Unknown:
    kept = _kept(lesson)
    if isinstance(kept, Unknown):
        return kept
    change = kept.amount_ht / kept.qty - kept.amount_ht_before / kept.qty_before
    return float((change * kept.qty_before).sum())


def _whole_kept(lesson: Lesson) -> float | Unknown:
    """Change of revenue on the products kept: price, volume and mix together."""
    kept = _kept(lesson)
    return kept if isinstance(kept, Unknown) else float((kept.amount_ht - kept.amount_ht_before).sum())


def _volume_by_product(lesson: Lesson) -> float | Unknown:
    """Quantities of each product at its own price: volume and mix together."""
    kept = _kept(lesson)
    if isinstance(kept, Unknown):
        return kept
    old_price = kept.amount_ht_before / kept.qty_before
    return float(((kept.qty - kept.qty_before) * old_price).sum())


def _volume_of_all(lesson: Lesson) -> float | Unknown:
    """All clients thrown together: the shift from one client to another hides in the volume."""
    kept = _kept(lesson)
    if isinstance(kept, Unknown):
        return kept
    sums = kept.sum()
    if not sums.qty_before:
        return Unknown("denominator_zero")
    return float((sums.qty - sums.qty_before) * sums.amount_ht_before / sums.qty_before)


EXERCISES = (
    of_report(
        "order_count",
        "purchases.orders",
        documents=_documents,
        lines=lambda lesson: len(_year(lesson)),
    ),
    of_report(
        "average_basket",
        "purchases.average_basket",
        counted=_counted_basket,
        invoiced=_invoiced_basket,
        median=lambda lesson: lesson.finding("purchases.median_basket"),
    ),
    of_report(
        "typical_interval",
        "purchases.interval_median_days",
        all_gaps=lambda lesson: float(_gaps(lesson).median()),
        mean=_mean_interval,
    ),
    Exercise(
        "frequency_effect",
        _frequency_effect,
        "money",
        {
            "old_clients": lambda lesson: _frequency_effect(lesson, clients="N-1"),
            "new_basket": lambda lesson: _frequency_effect(lesson, basket="N"),
            "basket": _basket_effect,
        },
    ),
    Exercise(
        "mean_price", _mean_price, "money_cents", {"lines": _price_of_lines, "clients": _price_of_clients}
    ),
    of_report(
        "price_effect",
        "price_volume_mix.price",
        old_quantities=_price_on_old_quantities,
        whole=_whole_kept,
    ),
    of_report(
        "volume_effect",
        "price_volume_mix.volume",
        by_product=_volume_by_product,
        all_clients=_volume_of_all,
    ),
)
