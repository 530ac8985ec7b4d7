"""What people said above the rules: another action, an action dropped, a client kept as it is (13, G07).

Floor 5. Pure: frames in, frames out; the rules stay beside what people said.
"""

from __future__ import annotations

import pandas as pd

from capclient.wording import LANGUAGES, text


def above_rules(rules: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    """Return what the rules say with the actions that people chose above them.

    Parameters
    ----------
    rules
        Of :func:`capclient.indicators.priorities.priority_actions`.
    chosen
        Action chosen by people, by client; missing where the rules decide.

    Returns
    -------
    DataFrame
        ``rules`` and ``proposed``, the action that they say. Where people chose another, ``action`` is theirs, ``rule``
        is ``people``, ``reasons`` is ``chosen``, and what the rules said comes first among ``action_secondary``.

    Examples
    --------
    >>> rules = pd.DataFrame({"action": ["retain", "maintain"], "rule": ["1", "7"], "reasons": ["old_age", "follow"],
    ...     "action_secondary": ["develop", ""], "reasons_secondary": ["young", ""]}, index=["a", "b"])
    >>> told = above_rules(rules, pd.Series({"a": "develop"}))
    >>> told.loc["a", ["action", "rule", "action_secondary", "reasons_secondary", "proposed"]].tolist()
    ['develop', 'people', 'retain', 'old_age', 'retain']
    """
    frame = rules.assign(proposed=rules.action)
    mine = chosen.reindex(frame.index)
    for client in frame.index[(mine.notna() & mine.ne(frame.action)).to_numpy()]:
        row = frame.loc[client]
        others = dict(
            zip(str(row.action_secondary).split(), str(row.reasons_secondary).split(";"), strict=False)
        )
        if row.action != "maintain":
            others = {str(row.action): str(row.reasons), **others}
        others.pop(str(mine[client]), None)
        told = [mine[client], "people", "chosen", " ".join(others), ";".join(others.values())]
        frame.loc[client, ["action", "rule", "reasons", "action_secondary", "reasons_secondary"]] = told
    return frame


def without_dropped(rules: pd.DataFrame, dropped: pd.DataFrame) -> pd.DataFrame:
    """Return what the rules say without the actions that people dropped at the head, as long as nothing new is said.

    Parameters
    ----------
    rules
        Of :func:`capclient.indicators.priorities.priority_actions`.
    dropped
        Of :class:`~capclient.decisions.decided.Decided`. An action comes back to the head once it has a reason that it
        had not when it was dropped.

    Returns
    -------
    DataFrame
        ``rules``; where the head was dropped, the next action that was not, else ``maintain`` for the reason
        ``dropped``; what was dropped comes last among ``action_secondary``, ``rule`` is ``people``.

    Examples
    --------
    >>> rules = pd.DataFrame({"action": ["retain", "retain"], "rule": ["1", "1"],
    ...     "reasons": ["old_age", "old_age tender"], "action_secondary": ["develop", ""],
    ...     "reasons_secondary": ["young", ""]}, index=["a", "b"])
    >>> said = pd.DataFrame({"customer_id": ["a", "b"], "action": "retain", "reasons": "stade de vieillesse"})
    >>> without_dropped(rules, said)[["action", "reasons", "action_secondary"]].to_numpy().tolist()
    [['develop', 'young', 'retain'], ['retain', 'old_age tender', '']]
    """
    frame = rules.copy()
    told = {(row.customer_id, row.action): row.reasons for row in dropped.itertuples()}
    for client in frame.index.intersection(pd.Index(dropped.customer_id)):
        row = frame.loc[client]
        others = dict(
            zip(str(row.action_secondary).split(), str(row.reasons_secondary).split(";"), strict=False)
        )
        mine = {str(row.action): str(row.reasons), **others}
        shut = {
            action: codes
            for action, codes in mine.items()
            if (client, action) in told and not _is_new(codes, told[client, action])
        }
        if row.action not in shut or row.action in ("maintain", "exit"):
            continue
        live = {action: codes for action, codes in mine.items() if action not in shut} or {
            "maintain": "dropped"
        }
        head, *rest = live
        live |= shut
        after = [name for name in (*rest, *shut) if name != "maintain"]
        changed = [head, "people", live[head], " ".join(after), ";".join(live[name] for name in after)]
        frame.loc[client, ["action", "rule", "reasons", "action_secondary", "reasons_secondary"]] = changed
    return frame


def _is_new(codes: str, said: object) -> bool:
    """Tell whether one of the reasons was not among those that were said, in codes or in the words of a language."""
    if not isinstance(said, str) or not said:
        return False
    return any(
        code not in said and not any(text(f"action_reason.{code}", lang) in said for lang in LANGUAGES)
        for code in codes.split()
    )


def as_kept(rules: pd.DataFrame, decisions: pd.Series) -> pd.DataFrame:
    """Return what the rules say, but for the clients that people decided to keep as they are: a mere follow-up.

    Examples
    --------
    >>> rules = pd.DataFrame({"action": ["reduce_cost"], "rule": ["2"], "reasons": ["margin_low"],
    ...     "action_secondary": ["develop"], "reasons_secondary": ["young"]}, index=["a"])
    >>> as_kept(rules, pd.Series({"a": "keep"})).loc["a"].tolist()
    ['maintain', 'people', 'kept', '', '']
    """
    frame = rules.copy()
    kept = decisions.reindex(frame.index).eq("keep")
    for name, value in (("action", "maintain"), ("rule", "people"), ("reasons", "kept")):
        frame.loc[kept, name] = value
    frame.loc[kept, ["action_secondary", "reasons_secondary"]] = ""
    return frame
