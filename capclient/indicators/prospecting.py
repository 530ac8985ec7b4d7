"""What becomes of prospects: won, lost or still open at D, and the conversion of a cohort (12.1).

Floor 4. A prospect sheet is a photograph taken one day: seen from D, what was decided later is still open.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from capclient.indicators.exact import cents
from capclient.indicators.retention import share_of, wilson_interval
from capclient.levels import OUTCOMES
from capclient.vocabulary import Unknown

STATES = ("won", "lost", "open", "unsaid", "later")
DECIDED = ("won", "lost")
# What a stage may add to the word that decides: « Affaire gagnée », « 5 - Closed Won », « Clos perdu ».
_BESIDE = {
    *("affaire", "opportunite", "dossier", "devis", "offre", "prospect", "deal", "opportunity"),
    *("clos", "close", "ferme", "closed"),
}
_DECIDING = {word: code for code, words in OUTCOMES if code in DECIDED for word in words}


def outcomes_told(outcomes: pd.Series, stages: pd.Series) -> pd.Series:
    """Return the outcome of each prospect: what the sheet says, else what its stage says when it says won or lost.

    Many sheets have no column for the outcome: their last two stages are « Gagné » and « Perdu ». A stage that says
    anything more (« presque gagné ») decides nothing.

    >>> stages = pd.Series(["Gagné", "5 - Closed Lost", "Offre", "Perdu", "Presque gagné"])
    >>> outcomes_told(pd.Series([None, None, None, "open", None], dtype="object"), stages).tolist()
    ['won', 'lost', None, 'open', None]
    """
    known = {name: _decided(name) for name in stages.dropna().unique()}
    said = [known.get(name) for name in stages]
    own = outcomes.astype("object")
    return own.where(own.notna(), pd.Series(said, index=stages.index, dtype="object"))


def _decided(stage: object) -> str | None:
    """Code of the outcome that a stage says, None for any other stage."""
    plain = unicodedata.normalize("NFKD", str(stage).casefold())
    words = re.findall(r"[a-z]+", "".join(letter for letter in plain if not unicodedata.combining(letter)))
    kept = [word for word in words if word not in _BESIDE]
    bare = " ".join(kept)
    return _DECIDING.get(bare) or _DECIDING.get(bare.removesuffix("s"))


def prospect_state(prospects: pd.DataFrame, *, as_of: date) -> pd.Series:
    """Say where each prospect stands at D: won, lost, open, ended without a word, or not created yet.

    A decision dated after D has not been taken at D; one without date has. A date without outcome ends the
    prospect and decides nothing: it is neither won nor lost, and no longer open. ``open`` beats any date, which
    is then the date that the salesperson hopes for.

    Parameters
    ----------
    prospects
        ``created``, ``closed_date`` (dates, may be missing) and ``outcome`` (``won``, ``lost``, ``open`` or missing).

    Returns
    -------
    Series
        Codes of :data:`STATES`, same index.

    Examples
    --------
    >>> sheet = pd.DataFrame({
    ...     "created": pd.to_datetime(["2025-01-10"] * 4), "outcome": ["won", "lost", None, None],
    ...     "closed_date": pd.to_datetime(["2025-03-01", "2026-02-01", "2025-04-01", None])})
    >>> prospect_state(sheet, as_of=date(2025, 12, 31)).tolist()
    ['won', 'open', 'unsaid', 'open']
    """
    today = pd.Timestamp(as_of)
    ended = prospects["closed_date"].le(today)
    pending = prospects["closed_date"].gt(today)
    outcome = prospects["outcome"].astype("object")
    state = pd.Series("open", index=prospects.index, dtype="object")
    state = state.mask(outcome.isna() & ended, "unsaid")
    for code in ("won", "lost"):
        state = state.mask(outcome.eq(code) & ~pending, code)
    return state.mask(prospects["created"].gt(today), "later").astype("str")


@dataclass(frozen=True)
class Conversion:
    """What became of a cohort, in numbers and in euros; an amount that nobody gave counts for nothing.

    >>> cohort = Conversion(won=8, lost=7, pending=5)
    >>> round(cohort.final, 4), cohort.provisional
    (0.5333, 0.4)
    """

    won: int
    lost: int
    pending: int
    unsaid: int = 0
    won_amount: float = 0.0
    lost_amount: float = 0.0
    pending_amount: float = 0.0
    without_amount: int = 0

    @property
    def created(self) -> int:
        """Every prospect of the cohort."""
        return self.won + self.lost + self.pending + self.unsaid

    @property
    def decided(self) -> int:
        """Won and lost."""
        return self.won + self.lost

    @property
    def final(self) -> float | Unknown:
        """Won over decided: what is pending is left out (12.1)."""
        return share_of(self.won, self.decided)

    @property
    def provisional(self) -> float | Unknown:
        """Won over created: the least that the cohort can reach, for what is pending may still be won."""
        return share_of(self.won, self.created)

    @property
    def final_interval(self) -> tuple[float, float] | None:
        """Wilson interval of the final rate."""
        return wilson_interval(self.won, self.decided) if self.decided else None

    @property
    def provisional_interval(self) -> tuple[float, float] | None:
        """Wilson interval of the provisional rate."""
        return wilson_interval(self.won, self.created) if self.created else None

    @property
    def final_amount(self) -> float | Unknown:
        """Euros won over euros decided."""
        won, lost = round(self.won_amount * 100), round(self.lost_amount * 100)
        return share_of(won, won + lost)


def conversion(prospects: pd.DataFrame) -> Conversion:
    """Count a cohort of prospects.

    Parameters
    ----------
    prospects
        ``state`` (of :func:`prospect_state`) and ``amount`` in euros (may be missing). Prospects that do not exist yet
        at D are left out.

    Examples
    --------
    20 quotes, 8 won, 7 lost, 5 open: 53.3 %, and 40.0 % of those created.

    >>> rows = pd.DataFrame({"state": ["won"] * 8 + ["lost"] * 7 + ["open"] * 5, "amount": 100.0})
    >>> found = conversion(rows)
    >>> round(found.final, 3), found.provisional, found.pending, found.pending_amount
    (0.533, 0.4, 5, 500.0)
    """
    rows = prospects[prospects["state"] != "later"]
    whole = cents(rows["amount"].astype("float64").fillna(0.0))
    number = rows["state"].value_counts()
    amount = whole.groupby(rows["state"]).sum()
    won, lost, pending, unsaid = (int(number.get(code, 0)) for code in ("won", "lost", "open", "unsaid"))
    gained, missed, hoped = (int(amount.get(code, 0)) / 100 for code in ("won", "lost", "open"))
    return Conversion(won, lost, pending, unsaid, gained, missed, hoped, int(rows["amount"].isna().sum()))


def conversions_by(prospects: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Return the conversion of each group, the largest first; what has no group makes a group of its own.

    Parameters
    ----------
    prospects
        As in :func:`conversion`.
    groups
        Source, salesperson or cohort of each prospect, may be missing; same index.

    Returns
    -------
    DataFrame
        ``group``, ``created``, ``won``, ``lost``, ``pending``, ``unsaid``, ``won_amount``, ``pending_amount``,
        ``rate`` (final), ``low``, ``high`` (Wilson) and ``provisional``, missing where nothing was decided or created.

    Examples
    --------
    >>> rows = pd.DataFrame({"state": ["won", "lost", "open"], "amount": [10.0, 5.0, None]})
    >>> conversions_by(rows, pd.Series(["Salon", "Salon", None]))[["group", "created", "rate"]].values.tolist()
    [['Salon', 2, 0.5], [nan, 1, nan]]
    """
    kept = prospects[prospects["state"] != "later"]
    rows = []
    for group, part in kept.groupby(groups.reindex(kept.index), dropna=False, sort=True):
        rows.append(_row(group, conversion(part)))
    columns = [*_COUNTS, *_EUROS, *_RATES]
    table = pd.DataFrame(rows, columns=["group", *columns]).astype(dict.fromkeys(_RATES, "float64"))
    return table.sort_values("created", ascending=False, kind="stable", ignore_index=True)


_COUNTS = ("created", "won", "lost", "pending", "unsaid")
_EUROS = ("won_amount", "pending_amount")
_RATES = ("rate", "low", "high", "provisional")


def _row(group: Hashable, cohort: Conversion) -> tuple[object, ...]:
    low, high = cohort.final_interval or (None, None)
    rates = (cohort.final, low, high, cohort.provisional)
    return (
        group,
        *(getattr(cohort, name) for name in (*_COUNTS, *_EUROS)),
        *(None if isinstance(rate, Unknown) else rate for rate in rates),
    )
