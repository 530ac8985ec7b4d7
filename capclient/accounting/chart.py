"""Part B: the role of an account, by the longest prefix of its number.

Floor 3. Both charts are accepted whatever the date, before and after the reform of 2025: no account
has two meanings among those that matter here.
"""

from __future__ import annotations

from capclient.readers.sql_text import literal

ROLES: dict[str, tuple[str, ...]] = {
    "AR": ("410", "411", "413", "416", "417"),
    "UNBILLED": ("418",),
    "ADVANCE": ("419",),
    "REBATE_DUE": ("4196", "4197", "4198"),
    "REV": ("701", "702", "703", "704", "705", "706", "707", "708", "70"),
    "REV_RED": ("709",),
    "NOT_REV": ("71", "72", "74", "75", "76", "77", "78", "79", "46"),
    "VAT": ("4457", "4452", "4458"),
    "CASH": ("511", "512", "514", "515", "517", "518", "53", "54", "58"),
    "FACTOR": ("519",),
    "LOSS": ("654", "6714"),
    "IMPAIR": ("491", "6817", "68174", "7817", "78174"),
    "DISC_FIN": ("665",),
    "DEFER": ("487",),
    "DIFF": ("658", "758", "666", "766", "656", "756"),
    "BANKFEE": ("627",),
    "NETTING": ("401", "404", "421", "455", "467", "471", "472"),
    "RESULT": ("12",),
}
_FACTOR_LABEL = "factor|affactur"


def role_sql(account: str, label: str) -> str:
    """Return SQL of the role of an account; ``467`` is a factor when its label says so."""
    by_length: dict[int, list[tuple[str, str]]] = {}
    for role, prefixes in ROLES.items():
        for prefix in prefixes:
            by_length.setdefault(len(prefix), []).append((prefix, role))
    cases = [
        f"WHEN {account} LIKE '467%' AND regexp_matches(lower(coalesce({label}, '')), '{_FACTOR_LABEL}') THEN 'FACTOR'"
    ]
    for length in sorted(by_length, reverse=True):
        cases += [
            f"WHEN starts_with({account}, {literal(prefix)}) THEN {literal(role)}"
            for prefix, role in by_length[length]
        ]
    return f"CASE {' '.join(cases)} ELSE 'OTHER' END"
