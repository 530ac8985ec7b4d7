"""Which questions of the method are answered, how, and what the company says of itself beside its figures.

Floor 4.
"""

from __future__ import annotations

from collections.abc import Sequence

STATUSES = ("computed", "declared", "provided", "unknown", "planned")
ANSWERED = ("computed", "declared", "provided")
ANSWERS = ("yes", "partly", "no")


def capability_status(
    *, known: int, is_declared: bool, is_provided: bool, is_claimed: bool, needs_proof: bool = False
) -> str:
    """Return where a capability stands for one company.

    ``computed``: a finding that covers it has a value; ``declared``: none has, but a signed row of the register
    speaks of it; ``provided``: the report itself answers it, by a chapter, a file or a command; ``unknown``: it could
    be computed or declared and is not; ``planned``: nothing of the package claims it yet, whatever is declared of it
    is shown all the same. A capability that ``needs_proof`` (a written policy, a strategy) is unknown without one,
    whatever the figures beside it.

    >>> capability_status(known=0, is_declared=True, is_provided=False, is_claimed=True)
    'declared'
    >>> capability_status(known=0, is_declared=False, is_provided=False, is_claimed=False)
    'planned'
    >>> capability_status(known=2, is_declared=False, is_provided=False, is_claimed=True, needs_proof=True)
    'unknown'
    """
    if needs_proof and not is_declared:
        return "unknown"
    if known:
        return "computed"
    if is_declared:
        return "declared"
    if is_provided:
        return "provided"
    return "unknown" if is_claimed else "planned"


def main_reason(reasons: Sequence[str]) -> str | None:
    """Return the reason that most findings give, the first met where two tie; None when there is none.

    >>> main_reason(["missing:cost", "n_small", "missing:cost"])
    'missing:cost'
    """
    return max(dict.fromkeys(reasons), key=list(reasons).count, default=None)


def answer_of(level: float | None) -> str | None:
    """Turn the level kept of a self-assessment (0 to 4) into an answer; None where nobody answered (E21).

    From « measured » on it is a yes, at 0 a no, partly between: what is not measured is only half done.

    >>> [answer_of(level) for level in (4, 3, 2, 0.5, 0, None)]
    ['yes', 'yes', 'partly', 'partly', 'no', None]
    """
    if level is None:
        return None
    return "yes" if level >= 3 else "partly" if level > 0 else "no"


def data_answer(known: int, asked: int) -> str:
    """Say what the data allow of a question: ``yes`` when each of its figures has a value, ``no`` when none has.

    >>> data_answer(3, 3), data_answer(1, 3), data_answer(0, 3)
    ('yes', 'partly', 'no')
    """
    return "yes" if known >= asked > 0 else "partly" if known else "no"


def is_gap(declared: str | None, data: str) -> bool:
    """Tell whether somebody claims more than the data allow.

    >>> is_gap("yes", "partly"), is_gap("partly", "yes"), is_gap(None, "no")
    (True, False, False)
    """
    return declared is not None and ANSWERS.index(declared) < ANSWERS.index(data)
