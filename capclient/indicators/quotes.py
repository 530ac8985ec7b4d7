"""Quotes sent, and the orders that followed (I13).

Floor 4. No sheet of interactions says whether a quote was accepted: the ledger is asked.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

OUTCOMES = ("won", "lost", "open", "later")


def quote_outcomes(
    quotes: pd.DataFrame, documents: pd.DataFrame, *, as_of: date, valid_days: int = 90
) -> pd.DataFrame:
    """Say what became of each quote at D: followed by an order, left without one, or still open.

    A quote is won when an invoice follows it within ``valid_days``. One invoice answers one quote: the oldest that it
    can answer. A quote that is not won is open while it is neither closed nor too old, then lost.

    Parameters
    ----------
    quotes
        ``date`` and ``closed`` (may be missing), indexed by quote.
    documents
        ``quote`` (label of :paramref:`quotes`), ``document`` and ``day``: the invoices that could answer each quote,
        of the same client and of enough weight.

    Returns
    -------
    DataFrame
        Indexed like ``quotes``: ``state`` (of :data:`OUTCOMES`), ``document`` and ``days`` to the order.

    Examples
    --------
    Two quotes, one invoice: it answers the first.

    >>> quotes = pd.DataFrame({"date": pd.to_datetime(["2025-03-01", "2025-03-05"]), "closed": pd.NaT})
    >>> invoices = pd.DataFrame({"quote": [0, 1], "document": ["F1", "F1"], "day": pd.to_datetime(["2025-03-20"] * 2)})
    >>> quote_outcomes(quotes, invoices, as_of=date(2025, 12, 31)).state.tolist()
    ['won', 'lost']
    """
    today, span = pd.Timestamp(as_of), pd.Timedelta(days=valid_days)
    day, closed = quotes["date"], quotes["closed"]
    sent = day.to_dict()
    usable = documents[documents["day"].le(today)]
    usable = usable.assign(sent=day.reindex(usable["quote"]).to_numpy())
    usable = usable[usable["day"].ge(usable["sent"]) & usable["day"].le(usable["sent"] + span)]
    usable = usable.sort_values(["sent", "quote", "day", "document"], kind="stable")
    answer: dict[object, tuple[object, int]] = {}
    taken: set[object] = set()
    for quote, document, when in zip(usable["quote"], usable["document"], usable["day"], strict=True):
        if quote not in answer and document not in taken:
            answer[quote] = (document, (when - sent[quote]).days)
            taken.add(document)
    state = pd.Series("open", index=quotes.index, dtype="object")
    state = state.mask(closed.le(today) | (closed.isna() & day.lt(today - span)), "lost")
    state = state.mask(quotes.index.isin(list(answer)), "won").mask(day.gt(today), "later")
    found = pd.DataFrame({"state": state.astype("str")}, index=quotes.index)
    names = [answer.get(label, (None, None))[0] for label in quotes.index]
    found["document"] = pd.Series(names, index=quotes.index, dtype="object")
    found["days"] = pd.array([answer.get(label, (None, None))[1] for label in quotes.index], dtype="Int64")
    return found
