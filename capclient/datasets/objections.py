"""Who asked the wholesaler not to be canvassed any more: clients, and people of theirs."""

from __future__ import annotations

import pandas as pd

FLAG = "opposed"


def with_objections(
    sheet: pd.DataFrame, people: pd.DataFrame, parts: dict[str, list[str]]
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, list[str]]]:
    """Add ``opposed`` to the clients and to their people; nothing else moves, and nothing is drawn.

    Returns
    -------
    tuple
        The two tables, and who was chosen: ``customers`` object by themselves, of ``alone`` the only person known does,
        of ``one_of_several`` somebody does and others do not.
    """
    chosen = {
        "customers": parts["captives"][:2],
        "alone": parts["single_contact"][:1],
        "one_of_several": parts["contact_changed"][:1],
    }
    theirs = people["side"].eq("theirs") & people["until"].isna()
    there = people[theirs & people["customer_id"].isin(chosen["alone"] + chosen["one_of_several"])]
    first = there.sort_values(["customer_id", "since", "person"], kind="stable")  # whom one would ask for
    marked = people.index.isin(first.drop_duplicates("customer_id").index)
    return (
        sheet.assign(**{FLAG: _only_yes(sheet["customer_id"].isin(chosen["customers"]))}),
        people.assign(**{FLAG: _only_yes(pd.Series(marked, index=people.index))}),
        chosen,
    )


def _only_yes(flags: pd.Series) -> pd.Series:
    """Keep the yes and leave the rest blank, as people fill such a column in."""
    return flags.astype("object").where(flags)
