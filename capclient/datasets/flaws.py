"""What makes a ledger real: counter sales, lines without client, duplicates, two spellings of one client."""

from __future__ import annotations

import numpy as np
import pandas as pd

COUNTER, NOBODY = -1, -2  # places of the clients that are none

_COUNTER_LINES = 1_500
_NOBODY_LINES = 60
_DUPLICATES = 12
_WRITTEN_IN_TWO_WAYS = 4
_FLAWED_YEARS = (2022, 2023)  # older than the years that decide growth


def unattributed(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return sales at the counter and lines that name nobody, like small lines of the ledger."""
    small = lines[(lines["cents"] > 0) & (lines["cents"] < 25_000)]
    chosen = small.iloc[np.sort(rng.permutation(len(small))[: _COUNTER_LINES + _NOBODY_LINES])].copy()
    chosen["client"] = np.where(rng.permutation(len(chosen)) < _NOBODY_LINES, NOBODY, COUNTER)
    chosen["document"] = lines["document"].max() + 1 + np.arange(len(chosen))
    return chosen


def with_duplicates(
    lines: pd.DataFrame, steady: pd.Index, rng: np.random.Generator
) -> tuple[pd.DataFrame, list[dict[str, str]]]:
    """Repeat a few lines of steady clients exactly, each just below its original.

    Returns
    -------
    The lines, and what was repeated: ``invoice_id`` and ``line_id``.
    """
    fit = _old_lines_of(lines, steady)
    chosen = np.sort(rng.permutation(fit)[:_DUPLICATES])
    repeated = lines.loc[np.sort(np.concatenate([lines.index.to_numpy(), chosen]))].reset_index(drop=True)
    told = lines.loc[chosen, ["invoice_id", "line_id"]].to_dict("records")
    return repeated, [{str(key): str(value) for key, value in one.items()} for one in told]


def with_two_spellings(
    lines: pd.DataFrame, steady: pd.Index, rng: np.random.Generator
) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Write the identifier of a few clients in lower case, or with an outer blank, on some invoices.

    An outer blank is trimmed by whoever reads; a difference of case is only proposed (section 0.1), so
    those lines belong to another identifier until a person confirms.
    """
    lines = lines.copy()
    told: list[dict[str, object]] = []
    for number, customer in enumerate(sorted(rng.permutation(steady.to_numpy())[:_WRITTEN_IN_TWO_WAYS])):
        small = customer.lower()
        written = (small + " ", small, customer + " ", small + "\u00a0")[number]
        fit = _old_lines_of(lines, pd.Index([customer]))
        invoices = lines.loc[fit, "invoice_id"].unique()
        chosen = lines["invoice_id"].isin(invoices[np.sort(rng.permutation(len(invoices))[:3])])
        lines.loc[chosen, "customer_id"] = written
        told.append({
            "customer_id": str(customer), "written": written, "lines": int(chosen.sum()),
            "only_proposed": written.strip() != customer,
        })  # fmt: skip
    return lines, told


def _old_lines_of(lines: pd.DataFrame, customers: pd.Index) -> np.ndarray:
    old = lines["invoice_date"].dt.year.isin(_FLAWED_YEARS) & (lines["doc_type"] == "invoice")
    return lines.index[old & lines["customer_id"].isin(customers)].to_numpy()
