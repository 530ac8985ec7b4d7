"""The address of a database: its variables, its secrets, and what of it may be printed.

Floor 2. An address is printed as its author wrote it, variables unreplaced and literal secrets masked; what the
variables hold is known to the connection only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

from capclient.errors import ParamsError
from capclient.params import expanded

MASK = "***"
MAGIC = b"SQLite format 3\0"
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
SCHEME = re.compile(r"[A-Za-z][\w.-]*(?:\+[\w.-]+)?://")
SECRET_KEY = re.compile(r"pass|pwd|secret|token|key|auth|credential|odbc_connect|sas", re.IGNORECASE)
SECRET_VALUE = re.compile(r"(pwd|pass\w*|secret|token)\s*=", re.IGNORECASE)
_STAND_IN = "\ue000{}\ue001"  # private characters stand for variables while an address is cut into its parts
_STOOD_IN = re.compile("\ue000([0-9]+)\ue001")


@dataclass(frozen=True, slots=True)
class DatabaseSource:
    """What to read from a database.

    Parameters
    ----------
    url
        A SQLAlchemy address, in which ``${VARIABLE}`` stands for a value of the environment, or the path of an
        SQLite file. A variable in the place of a user name or password holds it as it is, not percent-encoded.
    query
        One SELECT; empty with a profile.
    profile
        ``odoo`` or ``dolibarr``: the tables to read are known; empty with a query.
    options
        Texts: ``timeout`` (seconds that all queries may take, 600 when left out); for Odoo ``company`` (number or
        name) and ``language`` (``fr_FR``); for Dolibarr ``entity`` and ``prefix`` (``llx_``).
    """

    url: str
    query: str = ""
    profile: str = ""
    options: dict[str, str] = field(default_factory=dict)


def is_url(path: str) -> bool:
    """Tell whether a path is the address of a database; a variable may hold it whole.

    >>> is_url("postgresql+psycopg://lecture:${MOT_DE_PASSE}@serveur/odoo"), is_url("../ventes.csv")
    (True, False)
    """
    if SCHEME.match(path.strip()):
        return True
    if not VARIABLE.match(path.strip()):
        return False
    try:
        return bool(SCHEME.match(expanded(path).strip()))
    except ParamsError:  # the reading of the path will say which variable is missing
        return False


def is_sqlite_file(path: Path) -> bool:
    """Tell whether a file is an SQLite database, by its first bytes; a pipe is no file."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def shown_url(path: str) -> str:
    """Return an address that may be printed: as written, secrets masked.

    >>> shown_url("postgresql://lecture:s3same@serveur/odoo?sslmode=require&sslpassword=abc")
    'postgresql://lecture:***@serveur/odoo?sslmode=require&sslpassword=***'
    >>> shown_url("postgresql://lecture:${MOT_DE_PASSE}@serveur/odoo")
    'postgresql://lecture:${MOT_DE_PASSE}@serveur/odoo'
    """
    if not SCHEME.match(path.strip()):
        return VARIABLE.sub(_bare_variable, path)
    variables, text = _stood_in(path.strip())
    scheme, rest = text.split("://", 1)
    login, rest = _login(rest)
    address, mark, query = rest.partition("?")
    shown = f"{scheme}://{_masked_login(login)}{address}{mark}{'&'.join(map(_masked_pair, query.split('&')))}"
    named = [_bare_variable(variable) for variable in variables]
    return _STOOD_IN.sub(lambda match: named[int(match[1])], shown)


_NEARLY = re.compile(r"(\w:/{1,3}[^/\s:@]*:)[^@\s]+(@)")
_NEAR_PAIR = re.compile(r"((?:pass\w*|pwd|secret|token)\s*=)[^&;\s]+", re.IGNORECASE)


def masked_address(path: str) -> str:
    """Return a path that may be an address mistyped, without what looks like a password.

    >>> masked_address("postgresql:/lecture:s3same@serveur/odoo"), masked_address("C:/ventes.csv")
    ('postgresql:/lecture:***@serveur/odoo', 'C:/ventes.csv')
    """
    return _NEAR_PAIR.sub(rf"\g<1>{MASK}", _NEARLY.sub(rf"\g<1>{MASK}\g<2>", path))


def resolved(source: DatabaseSource) -> tuple[str, tuple[str, ...]]:
    """Return the address with its variables replaced, and the texts that no message may hold.

    Raises
    ------
    ParamsError
        If the environment lacks a variable.
    """
    text = source.url.strip()
    values = tuple(expanded(match[0]) for match in VARIABLE.finditer(text))
    if not SCHEME.match(text):  # one variable holds the address whole
        text = expanded(text).strip()
        return text, (*_secrets(text), *values)
    _, stood = _stood_in(text)
    scheme, rest = stood.split("://", 1)
    login, rest = _login(rest)
    login = _STOOD_IN.sub(lambda match: quote(values[int(match[1])], safe=""), login)
    rest = _STOOD_IN.sub(lambda match: values[int(match[1])], rest)
    address = f"{_STOOD_IN.sub(lambda match: values[int(match[1])], scheme)}://{login}{rest}"
    return address, (*_secrets(address), *values)


def _stood_in(text: str) -> tuple[list[re.Match[str]], str]:
    variables = list(VARIABLE.finditer(text))
    places = iter(range(len(variables)))
    return variables, VARIABLE.sub(lambda match: _STAND_IN.format(next(places)), text)


def _login(rest: str) -> tuple[str, str]:
    """Cut ``user:password@`` off; a password may hold signs that should have been encoded."""
    place = rest.partition("?")[0].rfind("@")
    if place < 0 and "@" in rest:
        host = re.match(r"[^:@/]*:[^@]*@", rest)  # a question mark inside the password
        place = host.end() - 1 if host else -1
    return rest[: place + 1], rest[place + 1 :]


def _masked_login(login: str) -> str:
    user, mark, password = login.removesuffix("@").partition(":")
    if not mark or not password or _is_variables(password):
        return login
    return f"{user}:{MASK}@"


def _masked_pair(pair: str) -> str:
    key, mark, value = pair.partition("=")
    is_secret = SECRET_KEY.search(unquote(key)) or SECRET_VALUE.search(unquote(value))
    return f"{key}={MASK}" if mark and value and is_secret and not _is_variables(value) else pair


def _is_variables(text: str) -> bool:
    return not _STOOD_IN.sub("", text)


def _bare_variable(match: re.Match[str]) -> str:
    """Return a variable as it was written; the default of one may be a password."""
    return f"${{{match[1]}}}" if match[2] is None else f"${{{match[1]}:-{MASK}}}"


def _secrets(address: str) -> tuple[str, ...]:
    """Return the password of a full address and its secret parameters, as written and as decoded."""
    if not SCHEME.match(address):
        return ()
    login, rest = _login(address.split("://", 1)[1])
    found = [login.removesuffix("@").partition(":")[2]]
    for pair in rest.partition("?")[2].split("&"):
        if _masked_pair(pair) != pair:
            found.append(pair.partition("=")[2])
    return tuple(text for secret in found if secret for text in (secret, unquote(secret)))
