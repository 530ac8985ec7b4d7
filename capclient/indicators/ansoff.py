"""Revenue by age of the client and of the product family: the matrix of Ansoff (1.11).

Floor 4.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from capclient.indicators.exact import cents

QUADRANTS = ("penetration", "new_products", "new_customers", "diversification")


def ansoff_matrix(cells: pd.DataFrame) -> pd.DataFrame:
    """Share out revenue between known and new clients, known and new families (1.11).

    Parameters
    ----------
    cells
        ``revenue`` (euros), ``is_new_customer`` and ``is_new_family`` (booleans, missing when nobody can say: a
        sale without client or without family), one row per client and family or coarser.

    Returns
    -------
    DataFrame
        Indexed by quadrant: ``penetration`` (known client, known family), ``new_products`` (known client),
        ``new_customers`` (known family), ``diversification`` (both new), then ``unknown``; ``revenue`` and
        ``share`` (of the whole, missing when it is not positive). The rows add up to the whole.

    Examples
    --------
    >>> cells = pd.DataFrame(
    ...     {"revenue": [70.0, 20.0, 10.0], "is_new_customer": [False, False, True],
    ...      "is_new_family": [False, True, True]}
    ... )
    >>> ansoff_matrix(cells)["share"].tolist()
    [0.7, 0.2, 0.0, 0.1, 0.0]
    """
    customer, family = (cells[name].astype("boolean") for name in ("is_new_customer", "is_new_family"))
    known = (customer.notna() & family.notna()).to_numpy(dtype=bool)
    place = family.fillna(False).to_numpy(dtype=int) + 2 * customer.fillna(False).to_numpy(dtype=int)
    names = np.where(known, np.asarray(QUADRANTS)[place], "unknown")
    sums = cents(cells["revenue"]).groupby(names).sum().reindex([*QUADRANTS, "unknown"], fill_value=0)
    total = int(sums.sum())
    return pd.DataFrame({"revenue": sums / 100, "share": sums / (total if total > 0 else np.nan)})
