"""Chapters 60 and 95: which clients stand in each total of the margin, and what lies between two totals.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient.cards import Sentence
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.vocabulary import Unknown
from capclient.wording import text

__all__ = ["margin_scopes_table"]


def margin_scopes_table() -> Table | Sentence | Notice:
    """Show the margin of the clients valued, of the clients of the curve and of all sales, with the gaps between.

    Totals are whole euros, as shown, so that each gap is exactly the difference a reader works out. The clients of a
    gap are those that one total counts and the one before does not; sales without a client count nobody. Totals
    that are all the same are said in one sentence.
    """
    here, known = desk(), found()
    curve = known["margin.whale_total"]
    if curve.value is None:
        return absent(Unknown(curve.reason or "not_applicable"))
    basis = "net" if known["margin.net"].value is not None else "gross"
    # the margins of the valued clients and of the curve rest on one basis: their theme says which
    totals = {"valued": known["equity.margin"], "curve": curve, "whole": known[f"margin.{basis}"]}
    clients = {"valued": known["equity.customers"].value, "curve": curve.n, "whole": None}
    rows: list[tuple[str, float | None, int]] = []
    for scope, item in totals.items():
        if item.value is None:
            continue
        number = None if clients[scope] is None else float(clients[scope])  # type: ignore[arg-type]
        amount = round(float(item.value))
        if rows:
            _, fewer, less = rows[-1]
            more = None if number is None or fewer is None else number - fewer
            if more or amount != less:
                rows.append((f"{scope}_gap", more, amount - less))
        rows.append((scope, number, amount))
    if len({amount for _, _, amount in rows}) == 1:
        said = curve.spoken(here.lang, here.currency)
        return Sentence(text("margin_scope.same", here.lang, amount=said), ())
    frame = pd.DataFrame(rows, columns=["scope", "customers", "margin_total"])
    frame["margin_scope"] = [text(f"margin_scope.{scope}", here.lang) for scope in frame.scope]
    return listing(
        frame, ["margin_scope", "customers", "margin_total"], f"table.margin_scopes.{basis}",
        note="table.margin_scopes.note",
    )  # fmt: skip
