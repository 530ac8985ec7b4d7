"""The contacts that the action plan promises: clients to keep or to win back, prospects to conclude (13, 14).

Floor 5. Each takes place before the day agreed in the plan; what is closed there is no longer a contact.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from capclient.decisions.contact_facts import Known, left_alone
from capclient.decisions.decided import CLOSED
from capclient.decisions.plan import Plan, plan
from capclient.indicators.contact_schedule import VISITS, Capacity, working_days
from capclient.indicators.contacts import wanted
from capclient.periods import clipped
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.vocabulary import Unknown

PROMISED = ("retain", "prospect")
PROSPECT = "prospect "  # before the code of a prospect, where it stands for that of a client
WEEKS, WORKED = 52, 5  # of a year, and days of a week


def capacities(portfolio: Portfolio, loads: Mapping[str, float]) -> dict[tuple[str, str], Capacity]:
    """Return what each owner can do, ``loads`` a week; visits follow the objectives of the year where they are set."""
    found = {("", load): Capacity(many) for load, many in loads.items()}
    told = portfolio.table("targets").dropna(subset="visits_per_year").drop_duplicates("salesperson")
    for seller, many in zip(told["salesperson"], told["visits_per_year"], strict=True):
        found[str(seller), VISITS] = Capacity(float(many) / WEEKS)
    return found


@once
def promises(portfolio: Portfolio) -> pd.DataFrame:
    """Return what the plan promises, the dearest first: ``id customer_id prospect_id action owner due stake``.

    ``id`` is the client's code; that of a prospect nobody has invoiced stands after :data:`PROSPECT`.
    """
    found = plan(portfolio)
    columns = ["id", "customer_id", "prospect_id", "action", "owner", "due", "stake"]
    if found.reason is not None:
        return pd.DataFrame(columns=columns)
    mine = found.clients[found.clients.action.isin(PROMISED)]
    clients = mine.assign(id=mine.index, customer_id=mine.index, prospect_id=None)
    clients = clients[~_closed(found, clients)]
    parts = [clients.reset_index(drop=True)[columns]]
    if len(found.prospects):
        parts.append(_prospects(portfolio, found)[columns])
    rows = pd.concat(parts, ignore_index=True).assign(due=lambda rows: pd.to_datetime(rows.due))
    rows["stake"] = rows["stake"].astype("float64")
    rows = rows.sort_values(["stake", "id"], ascending=[False, True], kind="stable", na_position="last")
    return rows.drop_duplicates("id", ignore_index=True)


def _prospects(portfolio: Portfolio, found: Plan) -> pd.DataFrame:
    """Open prospects that are not to be forgotten yet, with what people wrote of them in the plan."""
    live = found.prospects
    known = live.customer_id.isin(portfolio.customers.index)
    live = live.assign(
        id=live.customer_id.where(known, PROSPECT + live.prospect_id.astype("str")), action="prospect",
        key=PROSPECT + live.prospect_id.astype("str"),
    )  # fmt: skip
    since = pd.to_datetime(live.created)
    old = since <= pd.Timestamp(
        clipped(portfolio.as_of, -portfolio.thresholds.contacts.prospect_months)
    )  # has not spoken since it was noted
    live = live[~old & ~_closed(found, live.assign(id=live.key))].copy()
    told = found.agreed
    if len(told):
        mine = told.reindex(pd.MultiIndex.from_arrays([live.key, live.action]))
        for name in ("owner", "due"):
            live[name] = live[name].where(mine[name].isna().to_numpy(), mine[name].to_numpy())
    return live


def _closed(found: Plan, rows: pd.DataFrame) -> pd.Series:
    """Tell which actions people wrote as done or dropped."""
    if found.agreed.empty:
        return pd.Series(False, index=rows.index)
    keys = pd.MultiIndex.from_arrays([rows.id, rows.action])
    return pd.Series(found.agreed.plan_status.reindex(keys).isin(CLOSED).to_numpy(), index=rows.index)


def planned(portfolio: Portfolio, known: Known) -> pd.DataFrame | Unknown:
    """A visit to each client to keep, a call to each one to win, on the day agreed at the latest, the dearest first.

    ``soon`` is the day from which it may take place. Where no visit is written down, a client to keep is called.
    """
    reason = plan(portfolio).reason
    if reason is not None:
        return reason
    rows, alone = promises(portfolio), left_alone(known)
    here = rows.id.isin(known.clients.index) | rows.id.astype("str").str.startswith(PROSPECT)
    refused = rows.id.isin(alone) | rows.customer_id.isin(alone)
    rows = rows[here & ~refused & (rows.due <= pd.Timestamp(known.end))]
    kinds = ["visit" if action == "retain" and known.recorded["visit"] else "call" for action in rows.action]
    found = wanted(list(rows.id), list(rows.due), kind="", reason="plan")
    return found.assign(kind=kinds, stake=rows.stake.to_numpy(dtype="float64"), soon=_starts(rows, known))


def _starts(rows: pd.DataFrame, known: Known) -> pd.Series:
    """Clients to keep come at once; the others share the days before theirs, the dearest first, by owner."""
    sellers = rows.groupby([str(owner) for owner in rows.owner])
    order, many = sellers.cumcount(), sellers.id.transform("size")
    starts = []
    for action, due, place, among in zip(rows.action, rows.due, order, many, strict=True):
        days = working_days(known.as_of, due.date())
        calm = 0 if action == "retain" else len(days) * 2 // 3 * int(place) // int(among)
        starts.append(pd.Timestamp(days[calm] if days else known.as_of))
    return pd.Series(starts, dtype="datetime64[ns]")
