"""Why a margin rate moved: rates that changed, or a portfolio that is not the same (4.2), and which causes (F04).

Floor 4. The portfolio's rate may rise while the rate of every client falls: it is enough that the better ones weigh
more. Both effects are always given together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

import pandas as pd

from capclient.indicators.exact import Limit, compare, product
from capclient.indicators.price_volume_mix import largest_remainders
from capclient.vocabulary import Unknown

CAUSES = ("price", "cost", "volume", "mix", "new_products", "stopped_products", "not_decomposable")
EXACT = CAUSES[4:]


@dataclass(frozen=True, slots=True)
class Erosion:
    """Rates are shares of 0 to 1, effects differences of shares; ``before`` + ``rate`` + ``mix`` = ``after``.

    ``arrived`` and ``left`` are the parts of ``mix`` that come from elements sold in one year only; ``amount`` is the
    rate effect in euros: what the margin of N would gain if every rate were that of N-1.
    """

    before: float
    after: float
    rate: float
    mix: float
    arrived: float
    left: float
    amount: float


def erosion_effects(elements: pd.DataFrame) -> pd.DataFrame:
    """Split the change of the margin rate between the elements of a portfolio (4.2).

    The rate effect of an element is its weight of N times the change of its rate; its mix effect, the change of its
    weight times the gap between its rate of N-1 and that of the whole. The dictionary's sum((w1 - w0) * m0) is the
    same total, since changes of weight add up to nothing; measured from the whole, each part says something by itself.
    An element sold in one year only, or whose revenue is not positive in one of them, has no change of rate: all it
    brings is mix.

    Parameters
    ----------
    elements
        One row per client, family or product, whole cents: ``revenue_n1``, ``margin_n1``, ``revenue_n``, ``margin_n``.
        The total revenue of each year is positive.

    Returns
    -------
    DataFrame
        Same index: ``kind`` (``kept``, ``arrived``, ``left``), ``weight_n1``, ``weight_n``, ``rate_n1``, ``rate_n``,
        ``rate_change``, ``rate_effect``, ``mix_effect``.

    Examples
    --------
    Every client keeps or loses some of its rate, and the total rises by 3.5 points:

    >>> sold = pd.DataFrame({"revenue_n1": [10000, 10000], "margin_n1": [4000, 2000],
    ...                      "revenue_n": [15000, 5000], "margin_n": [5700, 1000]}, index=["X", "Y"])
    >>> erosion_effects(sold)[["rate_change", "rate_effect", "mix_effect"]].round(4)
       rate_change  rate_effect  mix_effect
    X        -0.02       -0.015       0.025
    Y         0.00        0.000       0.025
    """
    now, before = int(elements["revenue_n"].sum()), int(elements["revenue_n1"].sum())
    whole = int(elements["margin_n1"].sum()) / before
    table = pd.DataFrame(index=elements.index)
    sold_n, sold_n1 = elements["revenue_n"] > 0, elements["revenue_n1"] > 0
    table["kind"] = pd.Series("kept", index=elements.index).mask(~sold_n1, "arrived").mask(~sold_n, "left")
    table["weight_n1"], table["weight_n"] = elements["revenue_n1"] / before, elements["revenue_n"] / now
    table["rate_n1"] = elements["margin_n1"] / elements["revenue_n1"].where(sold_n1)
    table["rate_n"] = elements["margin_n"] / elements["revenue_n"].where(sold_n)
    kept = table["kind"] == "kept"
    table["rate_change"] = table["rate_n"] - table["rate_n1"]
    table["rate_effect"] = (table["weight_n"] * table["rate_change"]).where(kept, 0.0)
    # elements of one year: what they bring to each year's rate, less what their weight takes at the rate of the whole
    brought = elements["margin_n"] / now - elements["margin_n1"] / before
    gap = (table["weight_n"] - table["weight_n1"]) * (table["rate_n1"] - whole)
    table["mix_effect"] = gap.where(kept, brought - (table["weight_n"] - table["weight_n1"]) * whole)
    return table


def erosion(elements: pd.DataFrame) -> Erosion | Unknown:
    """Return the two effects on the margin rate of the whole (4.2).

    >>> sold = pd.DataFrame({"revenue_n1": [10000, 10000], "margin_n1": [4000, 2000],
    ...                      "revenue_n": [15000, 5000], "margin_n": [5700, 1000]}, index=["X", "Y"])
    >>> found = erosion(sold)
    >>> [round(value, 6) for value in (found.before, found.rate, found.mix, found.after, found.amount)]
    [0.3, -0.015, 0.05, 0.335, -3.0]
    """
    now, before = int(elements["revenue_n"].sum()), int(elements["revenue_n1"].sum())
    if now <= 0 or before <= 0:
        return Unknown("denominator_zero")
    table = erosion_effects(elements)
    rate_n1, rate_n = int(elements["margin_n1"].sum()) / before, int(elements["margin_n"].sum()) / now
    rate = fsum(table["rate_effect"])
    arrived, left = (fsum(table.loc[table["kind"] == kind, "mix_effect"]) for kind in ("arrived", "left"))
    return Erosion(rate_n1, rate_n, rate, rate_n - rate_n1 - rate, arrived, left, round(rate * now) / 100)


def is_eroding(elements: pd.DataFrame, *, limit: Limit) -> pd.Series:
    """Tell whose margin rate fell by ``limit`` or more, exactly; False where one of the years has no revenue (4.2).

    Parameters
    ----------
    elements
        As in :func:`erosion_effects`.
    limit
        Negative change of the rate: -0.02 is two points.

    Examples
    --------
    From 40 % to 38 % is exactly two points:

    >>> sold = pd.DataFrame({"revenue_n1": [10000, 10000], "margin_n1": [4000, 2000],
    ...                      "revenue_n": [15000, 5000], "margin_n": [5700, 1000]}, index=["X", "Y"])
    >>> is_eroding(sold, limit="-0.02").tolist()
    [True, False]
    """
    both = (elements["revenue_n"] > 0) & (elements["revenue_n1"] > 0)
    sold = elements.where(both, 1)
    change = product(sold["margin_n"], sold["revenue_n1"]) - product(sold["margin_n1"], sold["revenue_n"])
    base = product(sold["revenue_n"], sold["revenue_n1"])
    return both & (compare(change, base, limit) <= 0)


def margin_causes(groups: pd.DataFrame) -> pd.DataFrame:
    """Split the change of each client's margin between price, cost, volume and mix (F04).

    For the products kept from N-1 to N: price is what changed prices bring on the quantities of N, cost what changed
    unit costs take from them, volume the change of total quantity at the mean unit margin of N-1, mix the shift between
    products. A client with several units has volume and mix computed by family and unit, as in 2.10.

    Parameters
    ----------
    groups
        One row per ``customer_id``, ``family`` and ``unit``: ``products`` kept; their ``amount_n``, ``amount_n1``,
        ``cost_n``, ``cost_n1`` (cents), ``qty_n``, ``qty_n1``, ``at_old_prices`` and ``at_old_costs`` (quantities of N
        at the prices and unit costs of N-1); and the margins of ``new_products``, ``stopped_products`` (signed) and
        ``not_decomposable``.

    Returns
    -------
    DataFrame
        Indexed by client, cents: the causes and ``total``, the whole change; the first four are not rounded.

    Examples
    --------
    10 sold at 20 that cost 12, then 10 at 25 that cost 15: the price brings 50, the cost takes 30.

    >>> groups = pd.DataFrame([{"customer_id": "A", "family": "", "unit": 0, "products": 1, "amount_n": 25000,
    ...     "amount_n1": 20000, "cost_n": 15000, "cost_n1": 12000, "qty_n": 10.0, "qty_n1": 10.0,
    ...     "at_old_prices": 20000.0, "at_old_costs": 12000.0, "new_products": 0, "stopped_products": 0,
    ...     "not_decomposable": 0}])
    >>> margin_causes(groups)[["price", "cost", "volume", "mix", "total"]].to_dict("records")
    [{'price': 5000.0, 'cost': -3000.0, 'volume': 0.0, 'mix': 0.0, 'total': 2000}]
    """
    sums = ["amount_n", "amount_n1", "cost_n", "cost_n1", "qty_n", "qty_n1", "at_old_prices", "at_old_costs"]
    kept = groups[groups["products"] > 0]
    several = kept.groupby("customer_id")["unit"].transform("nunique") > 1
    cells = pd.concat(
        [kept[~several].groupby("customer_id")[sums].sum(), kept[several].set_index("customer_id")[sums]]
    )
    before = cells["amount_n1"] - cells["cost_n1"]
    at_old_terms = cells["at_old_prices"] - cells["at_old_costs"]
    at_old_mix = cells["qty_n"] / cells["qty_n1"] * before
    effects = pd.DataFrame(
        {
            "price": cells["amount_n"] - cells["at_old_prices"],
            "cost": cells["at_old_costs"] - cells["cost_n"],
            "volume": at_old_mix - before,
            "mix": at_old_terms - at_old_mix,
            "kept": cells["amount_n"] - cells["cost_n"] - before,
        }
    )
    effects = effects.groupby(level=0).sum()
    split = groups.groupby("customer_id")[list(EXACT)].sum().join(effects).fillna(0.0)
    split["total"] = split["kept"].round().astype("int64") + split[list(EXACT)].sum(axis=1).astype("int64")
    return split[[*CAUSES, "total"]].rename_axis("customer_id")


def total_causes(split: pd.DataFrame) -> dict[str, int]:
    """Return each cause over all clients and their ``total``, in whole cents that add up exactly."""
    exact = {cause: int(split[cause].sum()) for cause in (*EXACT, "total")}
    effects: Sequence[float] = [float(split[cause].sum()) for cause in CAUSES[:4]]
    left = exact["total"] - sum(exact[cause] for cause in EXACT)
    return dict(zip(CAUSES[:4], largest_remainders(effects, left), strict=True)) | exact
