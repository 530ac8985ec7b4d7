"""Which rule of payment holds for each client: private, periodic, a public buyer, or foreign.

Floor 5.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from capclient import regulation
from capclient.portfolio import Portfolio

PRIVATE, PERIODIC, FOREIGN = "private", "periodic", "foreign"


def kinds_of_buyers(portfolio: Portfolio) -> pd.Series:
    """Return by client which rule holds: private, periodic, a public buyer, or foreign (not judged)."""
    sheet = portfolio.table("customers").drop_duplicates("customer_id").set_index("customer_id")
    sheet["is_public"] = (
        sheet.is_public.astype("boolean").fillna(False).astype(bool)
    )  # a blank says no more than no
    periodic = set(portfolio.periodic_customers)
    kinds = {}
    rows: Any = sheet.itertuples()
    for row in rows:
        public = regulation.public_buyer(row.customer_type, is_public=row.is_public)
        if not regulation.is_french(row.country):
            kinds[row.Index] = FOREIGN
        else:
            kinds[row.Index] = public or (PERIODIC if row.Index in periodic else PRIVATE)
    kinds |= {name: PERIODIC for name in periodic if name not in kinds}
    return pd.Series(kinds, dtype="str", name="buyer")
