"""The variables a worker and its kernel live with: what the machine happens to set may change no result.

Floor 8.
"""

from __future__ import annotations

_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def environment(lang: str) -> dict[str, str]:
    """Return the variables of one company's processes, to be set over those of the machine."""
    return {
        **dict.fromkeys(_ONE_THREAD, "1"),  # workers share the cores, and sums keep their order
        # MPLBACKEND=agg, usual on a server, would lose every figure without an error
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONHASHSEED": "0",
        "PYTHONSAFEPATH": "1",  # a random.py beside the data is data, never code
        "PYTHONWARNINGS": "",
        "CAPCLIENT_LANG": lang,
    }
