"""Chapter 80, second half: wallets, potentials, and what is declared of clients.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient.indicators.wallet import CLASSES
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.declared import CAPABILITIES, Declared
from capclient.themes.wallet import Wallet
from capclient.wording import text
from capclient.wording.numbers import count, day, share

__all__ = [
    "contradictions_table",
    "declared_table",
    "potential_table",
    "wallet_classes_table",
    "wallets_table",
]


def wallet_classes_table(bought: Wallet) -> Table | Notice:
    """Show clients by the part of their purchases that we make."""
    if bought.wallet_reason is not None:
        return absent(bought.wallet_reason)
    lang, rows = desk().lang, bought.classes
    frame = rows.assign(wallet_class=[text(f"level.wallet_level.{code}", lang) for code in rows.wallet_class])
    names = ["wallet_class", "customers", "revenue", "wallet", "potential"]
    return listing(frame, names, "table.wallet_classes")


def wallets_table(bought: Wallet, *, most: int = 15) -> Table | Notice:
    """Show our part of the purchases of the largest known clients; an impossible amount is said, not capped."""
    if bought.wallet_reason is not None:
        return absent(bought.wallet_reason)
    lang = desk().lang
    known = bought.customers[bought.customers.wallet.notna()]
    over = pd.Series(text("wallet_class.over", lang), index=known.index)
    words = known.wallet_class.map({code: text(f"level.wallet_level.{code}", lang) for code in CLASSES})
    rows = known.assign(wallet_class=words.mask(known.is_over, over)).sort_values(
        ["is_over", "wallet", "name"], ascending=[False, False, True], kind="stable"
    )
    names = ["name", "customer_id", "revenue_n", "wallet", "wallet_share", "wallet_class", "salesperson"]
    return listing(rows, names, "table.wallets", most=most)


def potential_table(bought: Wallet, *, most: int = 15) -> Table | Notice:
    """Show the largest potentials, those measured before those estimated by comparison, and what each comes from."""
    if bought.reason is not None or (bought.wallet_reason is not None and bought.proxy_reason is not None):
        return absent(bought.reason or bought.proxy_reason or bought.wallet_reason)  # type: ignore[arg-type]
    lang, rows = desk().lang, bought.customers[bought.customers.potential > 0]
    measured = rows.potential_source.eq("wallet")
    rows = rows.assign(
        measured=measured, potential_source=[text(f"potential_source.{code}", lang) for code in rows.potential_source]
    )  # fmt: skip
    rows = rows.sort_values(["measured", "potential", "name"], ascending=[False, False, True], kind="stable")
    known, guessed = rows[rows.measured], rows[~rows.measured]
    room = max(most - len(guessed), (most + 1) // 2)  # neither kind hides the other
    rows = pd.concat([known.head(room), guessed, known.iloc[room:]])
    names = ["name", "customer_id", "revenue_n", "potential", "potential_source", "salesperson"]
    return listing(rows, names, "table.potential", most=most)


def declared_table(told: Declared) -> Table | Notice:
    """Show active clients and revenue by declared level, with who declared and when."""
    if told.reason is not None:
        return absent(told.reason)
    lang, rows = desk().lang, told.grid
    levels = [
        text("criterion.blank", lang) if level is None else text(f"level.{criterion}.{level}", lang)
        for criterion, level in zip(rows.criterion, rows.level, strict=True)
    ]
    names = [text(f"criterion.{code}", lang) for code in rows.criterion]
    frame = rows.assign(level=levels, criterion=names)
    made = listing(frame, ["criterion", "level", "customers", "revenue"], "table.declared")
    return _signed(made, told.said) if isinstance(made, Table) else made


def _signed(made: Table, said: pd.DataFrame) -> Table:
    """Say under the table who answers for the grid, since when."""
    lang = desk().lang
    signed: dict[tuple[str, str], list[str]] = {}
    for capability, owner, moment in said.astype("object").to_numpy().tolist():
        who = owner if isinstance(owner, str) else text("declared.nobody", lang)
        when = text("declared.undated", lang) if pd.isna(moment) else day(moment.date(), lang, "short")
        signed.setdefault((who, when), []).append(text(f"criterion.{CAPABILITIES[str(capability)]}", lang))
    parts = [
        text("declared.signed", lang, criteria=", ".join(criteria), owner=who, date=when)
        for (who, when), criteria in signed.items()
    ]
    words = text("declared.said", lang, said=" ; ".join(parts)) if parts else text("declared.unsigned", lang)
    return Table(made.caption, made.columns, made.rows, made.lang, made.rest, words)


def contradictions_table(told: Declared, *, most: int = 20) -> Table | Notice:
    """Show what is declared and what the figures deny."""
    if told.reason is not None:
        return absent(told.reason)
    lang, rows = desk().lang, told.contradictions
    words = [
        text(f"contradiction.{code}", lang, seen=_seen(code, float(seen)))
        for code, seen in zip(rows.contradiction, rows.seen, strict=True)
    ]
    frame = rows.assign(contradiction=words).sort_values(
        ["revenue_n", "name"], ascending=[False, True], kind="stable"
    )
    names = ["name", "customer_id", "contradiction", "revenue_n", "salesperson"]
    return listing(frame, names, "table.contradictions", most=most)


def _seen(code: str, value: float) -> str:
    lang = desk().lang
    if code == "recurring":
        key = "orders.one" if value == 1 or (value == 0 and lang == "fr") else "orders.many"
        return text(key, lang, n=count(value, lang))
    return count(round(value), lang) if code == "endangered" else share(value, lang)
