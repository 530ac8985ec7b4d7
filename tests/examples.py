"""How many random examples a property is tried on: a few in ``make test``, all of them in ``make test-slow``."""

import os

WHOLE = os.environ.get("CAPCLIENT_RANDOM") == "whole"
FEW = 20


def few(whole: int) -> int:
    """Return the number of examples to try, of those that the whole run tries."""
    return whole if WHOLE else min(whole, FEW)
