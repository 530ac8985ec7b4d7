"""Chapter 60: margins and their coverage, erosion, cost to serve, the whale, effort against value.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.indicators.effort import OVER, UNDER
from capclient.indicators.erosion import Erosion
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import Together, listing, together
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.profitability import Profitability
from capclient.vocabulary import Unknown
from capclient.wording import has, text
from capclient.wording.numbers import money

__all__ = [
    "activities_table",
    "destroyers_table",
    "effort_figure",
    "eroding_table",
    "erosion_figure",
    "erosion_grains_table",
    "high_service_table",
    "margin_bands_figure",
    "margin_causes_figure",
    "reductions_table",
    "service_figure",
    "unsecured_table",
    "visits_table",
    "whale_figure",
]

WORTH = {"net": "net_margin", "gross": "gross_margin", "revenue": "revenue_n"}  # the value of a client


def margin_bands_figure(earned: Profitability) -> figures.Figure | Notice:
    """Draw how much revenue is sold at each margin rate."""
    if earned.margins.reason is not None:
        return absent(earned.margins.reason)
    rate = found()["margin.gross_rate"]
    if rate.reason:
        return absent(Unknown(rate.reason))
    clients = earned.margins.customers[~desk().portfolio.customers.is_pool]
    return figures.margin_bands_figure(
        clients, rate=float(rate.value or 0), name="margin-bands", **desk().drawn
    )


def reductions_table(earned: Profitability, *, most: int = 10) -> Table | Notice:
    """Show the clients that were given back the most, above the alert."""
    if earned.margins.sold_reason is not None:
        return absent(earned.margins.sold_reason)
    table = earned.margins.given_back
    names = ["name", "customer_id", "invoiced", "credited", "rebated", "reductions_rate", "salesperson"]
    names = [name for name in names if name != "rebated" or table.rebated.any()]
    rate = found()["margin.reductions_rate"].spoken(desk().lang)
    return listing(table[table.is_high], names, "table.reductions", most=most, rate=rate)


def erosion_figure(earned: Profitability) -> figures.Figure | Notice:
    """Draw the way from the margin rate of N-1 to that of N."""
    if isinstance(earned.erosion.whole, Unknown):
        return absent(earned.erosion.whole)
    return figures.erosion_figure(earned.erosion.whole, lang=desk().lang)


def erosion_grains_table(earned: Profitability) -> Table | Notice:
    """Show both effects by client, by family and by product: the split depends on the grain."""
    lang = desk().lang
    if earned.erosion.reason is not None:
        return absent(earned.erosion.reason)
    rows = [_of_grain(text(f"grain.{name}", lang), split) for name, split in earned.erosion.grains.items()]
    names = ["grain", "rate_effect", "weight_effect", "erosion", "erosion_amount"]
    return listing(pd.DataFrame(rows, columns=names), names, "table.erosion_grains")


def _of_grain(name: str, split: Erosion) -> dict[str, object]:
    return {
        "grain": name,
        "rate_effect": split.rate,
        "weight_effect": split.mix,
        "erosion": split.after - split.before,
        "erosion_amount": split.amount,
    }


def eroding_table(earned: Profitability, *, most: int = 12) -> Table | Notice:
    """Show the clients whose rate fell beyond the alert, where it costs most."""
    if earned.erosion.reason is not None:
        return absent(earned.erosion.reason)
    table = earned.erosion.customers
    names = [
        "name",
        "revenue_n",
        "rate_n1",
        "rate_n",
        "rate_change",
        "erosion_amount",
        "two_years",
    ]
    return listing(table[table.is_eroding], [*names, "salesperson"], "table.eroding", most=most)


def margin_causes_figure(earned: Profitability) -> figures.Figure | Notice:
    """Draw the way from the margin of N-1 to that of N, cause by cause."""
    if earned.erosion.cause_reason is not None:
        return absent(earned.erosion.cause_reason)
    return figures.margin_causes_figure(earned.erosion.bars, **desk().drawn)


def service_figure(earned: Profitability) -> figures.Figure | Notice:
    """Draw what the dearest clients cost to serve, activity by activity."""
    served, here = earned.service, desk()
    if served.reason is not None:
        return absent(served.reason)
    clients = served.customers[~here.portfolio.customers.is_pool]
    costs = served.costs.loc[clients.index].set_axis(clients.name, axis=0)
    words = {str(code): activity_words(str(code)) for code in costs}
    return figures.service_figure(
        costs,
        rates=clients.service_rate,
        words=words,
        total=float(served.customers.cost_to_serve.sum()),
        **here.drawn,  # type: ignore[arg-type]
    )


def activity_words(code: str) -> str:
    """Say an activity in the language of the reader; one that the house does not know keeps its own name."""
    key = f"activity_name.{code}"
    return text(key, desk().lang) if has(key) else code[:1].upper() + code[1:]


def activities_table(earned: Profitability) -> Table | Notice:
    """Show each activity: where its quantities come from, what it costs, what nobody used."""
    served, lang = earned.service, desk().lang
    if served.reason is not None:
        return absent(served.reason)
    table = served.activities[served.activities.charged.notna()]
    used = table.capacity * (1 - table.unused / table.pool) + table.over
    shown = pd.DataFrame(
        {
            "activity": [
                text(
                    "table.activities.name", lang, activity=activity_words(str(code)), source=_counted(source)
                )
                for code, source in zip(table.activity, table.source, strict=True)
            ],
            "qty_used": table.qty.where(table.source != "credit"),
            "unit_cost": table.unit_cost.where(table.source != "credit"),
            **{f"cost_{name}": table[name] for name in ("charged", "outside", "unused")},
            "used_share": used / table.capacity,
        }
    )
    whole = shown[["cost_charged", "cost_outside", "cost_unused"]].sum().round(2).to_dict()
    whole["activity"] = text("table.activities.total", lang)
    shown = pd.concat([shown, pd.DataFrame([whole])], ignore_index=True)
    names = [str(name) for name in shown if name != "cost_outside" or shown.cost_outside.any()]
    return listing(shown, names, "table.activities", note="table.activities.note")


def _counted(source: str) -> str:
    return text(f"driver_source.{source}", desk().lang)


def high_service_table(earned: Profitability, *, most: int = 12) -> Table | Notice:
    """Show the clients that cost more to serve than their revenue justifies, the dearest first."""
    served = earned.service
    if served.reason is not None:
        return absent(served.reason)
    table = served.customers[served.customers.is_high].sort_values(
        ["cost_to_serve", "name"], ascending=[False, True], kind="stable"
    )
    table = table.assign(first_activity=_activities(table.first_activity))
    names = [
        "name",
        "customer_id",
        "revenue_n",
        "cost_to_serve",
        "service_rate",
        "first_activity",
        "salesperson",
    ]
    return listing(table, names, "table.high_service", most=most)


def _activities(codes: pd.Series) -> list[str]:
    return [activity_words(code) if isinstance(code, str) else "" for code in codes]


def whale_figure(earned: Profitability) -> figures.Figure | Notice:
    """Draw the whale curve and name those that destroy margin."""
    if earned.net.reason is not None:
        return absent(earned.net.reason)
    return figures.whale_figure(earned.net.curve, earned.net.whole, basis=earned.net.basis, **desk().drawn)  # type: ignore[arg-type]


def destroyers_table(earned: Profitability, *, most: int = 15) -> Table | Notice:
    """Show the clients of negative margin, the worst first, with what makes them so."""
    net = earned.net
    if net.reason is not None:
        return absent(net.reason)
    table = net.customers.loc[net.curve.index[net.curve.margin < 0][::-1]]
    table = table.assign(cause=_activities(table.cause))
    names = ["name", "revenue_n", "gross_margin"]
    if net.basis == "net":
        names += ["cost_to_serve", "net_margin"]
    return listing(table, [*names, "cause", "salesperson"], "table.destroyers", most=most)


def effort_figure(earned: Profitability) -> figures.Figure | Notice:
    """Draw how effort and value are shared between the classes of value."""
    if isinstance(earned.effort.classes, Unknown):
        return absent(earned.effort.classes)
    return figures.effort_figure(earned.effort.classes, basis=earned.effort.basis, lang=desk().lang)


def unsecured_table(earned: Profitability, *, most: int = 12) -> Table | Notice:
    """Show the middle clients that are profitable, promising and poorly secured."""
    table = earned.effort.unsecured
    if isinstance(table, Unknown):
        return absent(table)
    worth = WORTH[earned.effort.basis]
    table = table.assign(**{worth: table.value}).rename(columns={"value_rate": "margin_rate"})
    names = ["name", "customer_id", "revenue_n", worth, "margin_rate", "days_since_contact", "salesperson"]
    names = list(dict.fromkeys(names))
    names = [name for name in names if name != "days_since_contact" or table[name].notna().any()]
    return listing(table, names, "table.unsecured", most=most)


def visits_table(earned: Profitability, *, most: int = 15) -> Together | Notice:
    """Show the clients visited more than they bring, the most wasted first, then the promising ones visited less."""
    if earned.effort.reason is not None:
        return absent(earned.effort.reason)
    worth = WORTH[earned.effort.basis]
    table = earned.effort.customers.assign(**{worth: earned.effort.customers.value})
    stakes = [name for name in ("beyond_cost", "visits_beyond") if table[name].notna().any()]
    over = table[table.verdict == OVER].sort_values(
        [*stakes, "name"], ascending=[False] * len(stakes) + [True], kind="stable"
    )
    under = table[table.verdict == UNDER].sort_values([worth, "name"], ascending=[False, True], kind="stable")
    basis, shares = (
        f"table.worth.{earned.effort.basis}",
        [worth, "effort_share", "value_share", "salesperson"],
    )
    whole = money(float(over.beyond_cost.sum()), desk().lang, desk().currency)
    caption = "table.visits_cost" if over.beyond_cost.any() else "table.visits"
    told = ["name", "visits", *stakes[::-1], *shares]
    listed = [listing(over, told, caption, most=most, note=basis, cost=whole)]
    if len(under):
        told_once = "" if len(over) else basis
        listed.append(
            listing(under, ["name", "visits", *shares], "table.few_visits", most=most, note=told_once)
        )
    return together(*listed)
