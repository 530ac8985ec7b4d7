"""Chapter 50: who left, by which definition, and how far the definitions overlap.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient.notebook.desk import desk, found
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.activity import Activity
from capclient.themes.counts import Counts
from capclient.wording import text
from capclient.wording.numbers import count

__all__ = ["departures_table"]

# Each count of departures of the report, the past before the future.
COUNTS = (
    "portfolio.customers_lost",
    "activity.lost_customers",
    "loss.expected_losses",
    "lifecycle.projected_lost_customers",
)


def departures_table(totals: Counts, states: Activity) -> Table | Notice:
    """Show side by side the counts of departures, their definitions, and the clients that two of them share."""
    here, known = desk(), found()
    shared = _shared(totals, states)
    lost_after, window = known["activity.lost_after_days"], known["loss.window_months"]
    facts = {"days": lost_after.spoken(here.lang), "months": window.spoken(here.lang)}
    rows = []
    for id in COUNTS:
        group = id.partition(".")[0]
        said = known[id].value is not None and (shared or group == "loss")
        rows.append(
            {
                "departure": text(f"departures.{group}", here.lang, **facts),
                "departed": known[id].spoken(here.lang, here.currency),
                "overlap": text(f"departures.{group}.overlap", here.lang, **shared) if said else "",
            }
        )
    return listing(pd.DataFrame(rows), ["departure", "departed", "overlap"], "table.departures")


def _shared(totals: Counts, states: Activity) -> dict[str, str]:
    """Count the clients lost by both definitions of the past, and by one alone; nothing where one is unknown."""
    here, known = desk(), found()
    if known["portfolio.customers_lost"].value is None or known["activity.lost_customers"].value is None:
        return {}
    clients = here.portfolio.customers[~here.portfolio.customers.is_pool]
    gone = totals.customers.status.reindex(clients.index).eq("lost")
    silent = states.customers.state.reindex(clients.index).eq("lost")
    numbers = {
        "both": int((gone & silent).sum()),
        "before": int((silent & (clients.revenue_n1 <= 0)).sum()),
        "alone": int((gone & ~silent).sum()),
    }
    return {name: count(number, here.lang) for name, number in numbers.items()}
