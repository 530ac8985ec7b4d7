"""Chapter 40: the stages of the clients and what moved in a year.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.lifecycle import Lifecycle
from capclient.vocabulary import Unknown
from capclient.wording import text

__all__ = [
    "stage_list",
    "stage_moves_table",
    "stages_figure",
    "stages_table",
    "transitions_figure",
]


def stages_figure(life: Lifecycle) -> figures.Figure | Notice:
    """Draw clients and revenue by stage."""
    return figures.stages_figure(life.reason or life.stages, **desk().drawn)


def stages_table(life: Lifecycle) -> Table | Notice:
    """Show each stage: clients, revenue, share, and the follow-up it calls for; no figure where none can be known."""
    lang = desk().lang
    frame = life.stages.assign(followup=[text(f"followup.{stage}", lang) for stage in life.stages.stage])
    names = ["stage", "customers", "revenue", "revenue_share", "followup"]
    unknown = {item.id for item in life.findings if item.reason}
    blind = [f"lifecycle.{stage}_customers" in unknown for stage in frame.stage]
    frame[names[1:4]] = frame[names[1:4]].mask(pd.Series(blind, index=frame.index))
    return listing(life.reason if life.reason is not None else frame, names, "table.stages")


def transitions_figure(life: Lifecycle) -> figures.Figure | Notice:
    """Draw the passage from the stages of a year ago to those of today."""
    if life.reason is not None or life.transitions.empty:
        return absent(life.reason or Unknown("history_short:stages"))
    return figures.transitions_figure(life.transitions, lang=desk().lang)


def stage_moves_table(life: Lifecycle, *, most: int = 15) -> Table | Notice:
    """Show the largest clients that changed stage."""
    if life.reason is not None or life.transitions.empty:
        return absent(life.reason or Unknown("history_short:stages"))
    names = ["name", "customer_id", "stage_before", "stage", "revenue_n1", "revenue_n", "salesperson"]
    return listing(life.moves, names, "table.moves", most=most)


def stage_list(life: Lifecycle, stage: str, *, most: int = 15) -> Table | Notice:
    """Show the largest clients of a stage: the list to work through."""
    if life.reason is not None:
        return absent(life.reason)
    clients = desk().portfolio.customers
    mine = life.customers[(life.customers.stage == stage) & ~clients.is_pool]
    unjudged = found()[f"lifecycle.{stage}_customers"].reason
    if mine.empty and unjudged is not None:  # nobody could be judged: an empty list would be no good news
        return absent(Unknown(unjudged))
    frame = mine.join(clients[["name", "salesperson", "revenue_n", "revenue_n1"]])
    order = frame[["revenue_n", "revenue_n1"]].max(axis=1).rename("stake")
    frame = frame.join(order).sort_values(["stake", "name"], ascending=[False, True], kind="stable")
    names = ["name", "customer_id", "revenue_n1", "revenue_n", "growth", "flags", "salesperson"]
    if stage == "old_age":
        frame = frame.assign(rule=[text(f"rule.{rule}", desk().lang) for rule in frame["rule"]])
        names.insert(5, "rule")
    return listing(frame, names, f"table.stage.{stage}", most=most)
