"""Why the revenue of kept clients changed: price, volume, mix, and products that came or went (2.10).

Floor 4. Amounts are whole cents on the way in, so that the parts add up to the change to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

PARTS = ("price", "volume", "mix", "new_products", "stopped_products", "not_decomposable")
EXACT = ("new_products", "stopped_products", "not_decomposable")


def price_volume_mix(groups: pd.DataFrame) -> pd.DataFrame:
    """Split the change of revenue of each client (2.10).

    For the products kept from N-1 to N: price is what changed prices bring on the quantities of N; volume is the
    change of total quantity at the mean price of N-1; mix is what the shift between products brings. Quantities
    add up only within one unit: a client with several units has volume and mix computed by family and unit, then
    added up.

    Parameters
    ----------
    groups
        One row per ``customer_id``, ``family`` and ``unit``: ``products`` kept, their ``amount_n``, ``amount_n1``
        (cents), ``qty_n``, ``qty_n1`` and ``at_old_prices`` (cents: quantities of N at the prices of N-1); and
        ``new_products``, ``stopped_products`` (negative), ``not_decomposable`` (cents, signed) of the group.

    Returns
    -------
    DataFrame
        Indexed by client: the six parts, in cents, and ``total`` (whole cents); price + volume + mix is the change
        of revenue on the kept products. ``price``, ``volume`` and ``mix`` are not rounded.

    Examples
    --------
    P1 goes from 10 at 20 to 10 at 25, P2 from 20 at 10 to 25 at 10, P3 is new, 5 at 8:

    >>> groups = kept_groups(
    ...     pd.DataFrame(
    ...         {
    ...             "customer_id": "A",
    ...             "product": ["P1", "P2", "P3"],
    ...             "qty_n1": [10.0, 20.0, 0.0],
    ...             "amount_n1": [200.0, 200.0, 0.0],
    ...             "qty_n": [10.0, 25.0, 5.0],
    ...             "amount_n": [250.0, 250.0, 40.0],
    ...         }
    ...     )
    ... )
    >>> split = price_volume_mix(groups)
    >>> [round(float(split[part].iloc[0]) / 100, 2) for part in ("price", "volume", "mix", "new_products", "total")]
    [50.0, 66.67, -16.67, 40.0, 140.0]
    """
    sums = ["amount_n", "amount_n1", "qty_n", "qty_n1", "at_old_prices"]
    kept = groups[groups["products"] > 0]
    several = kept.groupby("customer_id")["unit"].transform("nunique") > 1
    whole = kept[~several].groupby("customer_id")[sums].sum()
    apart = kept[several].set_index("customer_id")[sums]
    cells = pd.concat([whole, apart])
    at_old_mix = cells["qty_n"] / cells["qty_n1"] * cells["amount_n1"]
    effects = pd.DataFrame(
        {
            "price": cells["amount_n"] - cells["at_old_prices"],
            "volume": at_old_mix - cells["amount_n1"],
            "mix": cells["at_old_prices"] - at_old_mix,
            "kept": cells["amount_n"] - cells["amount_n1"],
        }
    )
    effects = effects.groupby(level=0).sum()
    split = groups.groupby("customer_id")[list(EXACT)].sum().join(effects).fillna(0.0)
    split["total"] = split["kept"].round().astype("int64") + split[list(EXACT)].sum(axis=1)
    return split[[*PARTS, "total"]].rename_axis("customer_id")


def totals(split: pd.DataFrame) -> dict[str, int]:
    """Return each part over all clients and their ``total``, in whole cents that add up exactly.

    Cents that rounding leaves over go to the parts with the largest remainders (0.3).

    >>> totals(pd.DataFrame({"price": [0.4], "volume": [0.4], "mix": [1.2], "new_products": 0,
    ...                      "stopped_products": 0, "not_decomposable": 0, "total": [2]}))["price"]
    1
    """
    exact = {part: int(split[part].sum()) for part in (*EXACT, "total")}
    effects = [float(split[part].sum()) for part in PARTS[:3]]
    left = exact["total"] - sum(exact[part] for part in EXACT)
    return dict(zip(PARTS[:3], largest_remainders(effects, left), strict=True)) | exact


def largest_remainders(values: Sequence[float], total: int) -> list[int]:
    """Round values to whole numbers that add up to ``total``, the largest remainders upwards (0.3).

    The values add up to ``total`` but for the last bits of a float.

    >>> largest_remainders([50.0, 66.666, -16.666], 100)
    [50, 67, -17]
    """
    floors = [int(value // 1) for value in values]
    order = sorted(range(len(values)), key=lambda place: (floors[place] - values[place], place))
    missing = total - sum(floors)
    for step in range(abs(missing)):
        floors[order[step % len(order)]] += 1 if missing > 0 else -1
    return floors


def kept_groups(sales: pd.DataFrame) -> pd.DataFrame:
    """Sort the products of each client into kept, new, stopped and not decomposable, and sum them up.

    Parameters
    ----------
    sales
        One row per client, product and unit: ``customer_id``, ``product`` (missing when unknown), ``amount_n``,
        ``amount_n1`` (euros), ``qty_n``, ``qty_n1`` (missing or zero: no quantity); ``unit`` and ``family`` where
        known. A product of a client in two units is not decomposable.

    Returns
    -------
    DataFrame
        What :func:`price_volume_mix` takes. ``capclient.engine.prices`` gives the same from lines.
    """
    rows = sales.assign(**{name: "" for name in ("unit", "family") if name not in sales}).fillna(
        {"unit": "", "family": "", "qty_n": 0.0, "qty_n1": 0.0}
    )
    for name in ("amount_n", "amount_n1"):
        rows[name] = (rows[name] * 100).round().astype("int64")
    now, before = rows["qty_n"] > 0, rows["qty_n1"] > 0
    measured = rows["product"].notna() & ((rows["qty_n"] != 0) | (rows["qty_n1"] != 0))
    units = rows["unit"].where(measured).groupby([rows["customer_id"], rows["product"]]).transform("nunique")
    loose = ~measured | (units > 1)
    kept, new, stopped = now & before & ~loose, now & ~before & ~loose, before & ~now & ~loose
    change = rows["amount_n"] - rows["amount_n1"]
    parts: dict[str, Any] = {
        "products": kept.astype("int64"),
        **{name: rows[name].where(kept, 0) for name in ("amount_n", "amount_n1", "qty_n", "qty_n1")},
        "at_old_prices": (rows["amount_n1"] / rows["qty_n1"].where(before) * rows["qty_n"]).where(kept, 0.0),
        "new_products": rows["amount_n"].where(new, 0),
        "stopped_products": (-rows["amount_n1"]).where(stopped, 0),
        "not_decomposable": change.mask(kept, 0)
        .mask(new, -rows["amount_n1"])
        .mask(stopped, rows["amount_n"]),
    }
    keys = {"customer_id": rows["customer_id"], "family": rows["family"], "unit": rows["unit"]}
    table = pd.DataFrame({**keys, **parts}).groupby(list(keys), as_index=False).sum()
    return table
