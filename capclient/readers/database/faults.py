"""What a database or its driver says when something goes wrong, told to a person without any secret.

Floor 2. Drivers quote addresses, passwords and folders in their messages: only a cleaned first line is shown.
"""

from __future__ import annotations

import re

from capclient.errors import SourceError

MASK = "***"
MOST_SHOWN = 200
SHORTEST_SECRET = 3  # a shorter text would mask half of a message
_PATH = re.compile(r"(?<![\w.])(?:[A-Za-z]:\\|/)[^\s\"'»:,;()]*[/\\][^\s\"'»:,;()]*")

# What was wrong, by the code that PostgreSQL, MariaDB or MySQL gives, else by words of the message.
CODES: dict[object, str] = {
    "28P01": "login", "28000": "login", 1045: "login", 1698: "login", 1044: "forbidden",
    "3D000": "no_database", 1049: "no_database",
    "42P01": "unknown_table", 1146: "unknown_table", "42703": "unknown_column", 1054: "unknown_column",
    "42601": "syntax", 1064: "syntax", "57014": "timeout", 1969: "timeout", 3024: "timeout", 2013: "timeout",
    "25006": "writes", 1792: "writes", 1290: "writes", "42501": "forbidden", 1142: "forbidden", 1143: "forbidden",
}  # fmt: skip
WORDS = (
    ("password authentication failed", "login"),
    ("no password supplied", "login"),
    ("access denied", "login"),
    ('role "', "login"),
    ('database "', "no_database"),
    ("no such table", "unknown_table"),
    ("no such column", "unknown_column"),
    ("syntax error", "syntax"),
    ("incomplete input", "syntax"),
    ("readonly database", "writes"),
    ("data-modifying", "writes"),
    ("interrupted", "timeout"),
    ("file is not a database", "not_sqlite"),
    ("database disk image is malformed", "not_sqlite"),
)


def explained(error: BaseException, source: str, secrets: tuple[str, ...], *, otherwise: str) -> SourceError:
    """Return the error of a driver as one a user can mend; ``otherwise`` is the kind when nothing tells."""
    original = getattr(error, "orig", None) or error
    given = original.args
    message = str(given[1]) if len(given) > 1 and isinstance(given[0], int) else str(original)
    codes = (getattr(original, "sqlstate", None), given[0] if given else None)
    known = next((CODES[code] for code in codes if isinstance(code, str | int) and code in CODES), None)
    kind = known or _by_words(message) or otherwise
    return SourceError(f"database.{kind}", source=source, detail=cleaned(message, secrets))


def cleaned(message: str, secrets: tuple[str, ...]) -> str:
    """Return the first line of a message without secrets nor folders of the machine.

    >>> cleaned('cannot open "/srv/secret/x.db" for sesame\\nDETAIL', ("sesame",))
    'cannot open "…" for ***'
    """
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            message = message.replace(secret, MASK)
    message = re.sub(r"[A-Za-z][\w.+-]*://\S+", MASK, message)
    lines = [line.strip() for line in _PATH.sub("…", message).splitlines() if line.strip()]
    shown = "".join(char if char.isprintable() else " " for char in (lines[0] if lines else ""))
    return shown if len(shown) <= MOST_SHOWN else f"{shown[:MOST_SHOWN]}…"


def _by_words(message: str) -> str | None:
    lower = message.lower()
    return next((kind for words, kind in WORDS if words in lower), None)
