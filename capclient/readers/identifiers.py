"""Identifiers are text from the first byte to the last; what looks alike is proposed, never merged.

Floor 2. Source: sections 0.1 (outer blanks, whole numbers) and 0.5 (identity) of the dictionary.
"""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from capclient.readers.sql_text import literal

BLANKS = " \t\r\n\u00a0\u202f\u2009\u2007\u200b\ufeff"  # what people cannot see at either end of a text


def clean_sql(expression: str) -> str:
    """Return SQL that trims outer blanks, also no-break ones; an empty text becomes NULL."""
    # nearly every text begins and ends with a visible ASCII character: comparing both ends costs half of the trim
    first, last = (
        f"{expression} >= '!' AND {expression} < chr(127)",
        f"({expression})[-1] BETWEEN '!' AND '~'",
    )
    visible = f"{first} AND {last}"
    return f"CASE WHEN {visible} THEN {expression} ELSE nullif(trim({expression}, {literal(BLANKS)}), '') END"


def clean(text: str | None) -> str:
    """Trim like :func:`clean_sql`, for texts already in Python; a missing text becomes empty."""
    return "" if text is None else text.strip(BLANKS)


def whole_number_sql(expression: str) -> str:
    """Return SQL that drops the ``.0`` a spreadsheet adds to whole numbers; other texts stay as they are."""
    return f"regexp_replace({expression}, '^(-?\\d+)\\.0+$', '\\1')"


def normal_key(text: str) -> str:
    """Return what two spellings of one name share: lower case, no accents, single spaces.

    >>> normal_key("  Société   GÉNÉRALE ")
    'societe generale'
    """
    bare = "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    ).replace("’", "'")
    return re.sub(r"[\s\u200b\ufeff]+", " ", bare).strip().lower()


def near_duplicates(customers: pd.DataFrame) -> pd.DataFrame:
    """Pair clients that may be one: to be proposed to the user, never merged.

    Parameters
    ----------
    customers
        ``customer_id`` (unique) and ``name`` (may be missing), one row per client.

    Returns
    -------
    DataFrame
        ``customer_id name other_id other_name reason``: ``identifier`` when the identifiers differ by
        case, accents or spaces only, ``name`` when the names do. In a group of several clients each is
        paired with the first one; a pair appears once, identifiers sorted.
    """
    ids = customers[["customer_id", "name"]].astype({"customer_id": "str", "name": "str"})
    ids = ids.drop_duplicates("customer_id").sort_values("customer_id", kind="stable")
    pairs = pd.concat(
        [
            _pairs(ids, ids["customer_id"].map(_identifier_key), "identifier"),
            _pairs(ids, ids["name"].map(normal_key, na_action="ignore"), "name"),
        ]
    )
    pairs = pairs.drop_duplicates(["customer_id", "other_id"])  # the first reason is the stronger one
    return pairs.sort_values(["customer_id", "other_id"], kind="stable", ignore_index=True)


def _identifier_key(text: str) -> str:
    return normal_key(text).replace(" ", "")


def _pairs(ids: pd.DataFrame, keys: pd.Series, reason: str) -> pd.DataFrame:
    """Pair each row with the first row that has the same non-empty key."""
    keyed = ids.assign(key=keys)
    keyed = keyed[keyed["key"].notna() & keyed["key"].ne("")]
    firsts = keyed.drop_duplicates("key")
    joined = firsts.merge(keyed, on="key", suffixes=("", "_other"))
    joined = joined[joined["customer_id"] != joined["customer_id_other"]]
    columns = {"customer_id_other": "other_id", "name_other": "other_name"}
    joined = joined.rename(columns=columns).assign(reason=reason)
    return joined[["customer_id", "name", "other_id", "other_name", "reason"]]
