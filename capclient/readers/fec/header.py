"""Which column of a FEC is which: names as the norm and software write them, else their places (A.3, A.4).

Floor 2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from capclient.errors import SourceError, listed
from capclient.readers.identifiers import normal_key

# The norm's own name first; after it, what the texts, the software and people also write.
ALIASES: dict[str, tuple[str, ...]] = {
    "journal": ("JournalCode", "CodeJournal", "Journal"),
    "journal_label": ("JournalLib", "JournalLibelle", "LibelleJournal"),
    "num": ("EcritureNum", "NumEcriture", "NumeroEcriture"),
    "date": ("EcritureDate", "DateEcriture"),
    "account": ("CompteNum", "NumCompte", "NumeroCompte", "Compte"),
    "account_label": ("CompteLib", "CompteLibelle", "LibelleCompte"),
    "aux": ("CompAuxNum", "CompteAuxNum", "CompteAux", "NumCompteAux"),
    "aux_label": ("CompAuxLib", "CompteAuxLib", "LibelleCompteAux"),
    "piece": ("PieceRef", "RefPiece", "NumPiece"),
    "piece_date": ("PieceDate", "DatePiece"),
    "label": ("EcritureLib", "LibelleEcriture", "Libelle"),
    "debit": ("Debit", "MontantDebit"),
    "credit": ("Credit", "MontantCredit"),
    "let": ("EcritureLet", "Lettrage", "Let"),
    "let_date": ("DateLet", "DateLettrage"),
    "valid_date": ("ValidDate", "DateValid", "DateValidation"),
    "currency_amount": ("Montantdevise", "MontantDevise"),
    "currency": ("Idevise", "IdDevise", "Devise"),
    "amount": ("Montant",),
    "side": ("Sens",),
    "payment_date": ("DateRglt", "DateReglement"),
    "method": ("ModeRglt", "ModeReglement"),
    "nature": ("NatOp",),
    "client": ("IdClient",),
    "due_date": ("DateLimitReglmt", "EcheanceDate", "DateEcheance", "Echeance", "DateLimiteReglement"),
    "invoice_number": ("NumFacture", "NumeroFacture"),
}
NORM = tuple(ALIASES)[:18]
SEPARATORS = ("\t", "|", ";", ",")


@lru_cache(maxsize=4_096)  # the aliases of every column are looked up again for each file
def bare_name(text: str) -> str:
    """Return a header as the tax administration compares it: upper case, no accent, blank or underscore.

    >>> bare_name(' "Écriture_Num" ')
    'ECRITURENUM'
    """
    return re.sub(r"[^A-Z0-9]", "", normal_key(text).upper())


_CANONICAL = {bare_name(alias): name for name, aliases in ALIASES.items() for alias in aliases}


def canonical_name(bare: str) -> str | None:
    """Return the column that a header means, written as :func:`bare_name` returns it; None for an unknown one."""
    return _CANONICAL.get(bare)


@dataclass(frozen=True, slots=True)
class Header:
    """Separator, place of each known column (from 1), number of columns, and names that mean nothing to us."""

    separator: str
    places: dict[str, int]
    width: int
    has_names: bool
    unknown: tuple[str, ...]

    @property
    def least_width(self) -> int:
        """Fields without which a line says neither account nor amount."""
        needed = ("date", "account", "debit", "credit", "amount", "side")
        return max(self.places[name] for name in needed if name in self.places)


def header_of(first: str, source: str) -> Header:
    """Read the first line of a text: the separator is the one that yields the most known names.

    Raises
    ------
    SourceError
        If neither the names nor the place of a date make it a FEC, or a column is missing.
    """
    best = max(
        SEPARATORS,
        key=lambda mark: (len(_places(_cells(first, mark))), first.count(mark), -SEPARATORS.index(mark)),
    )
    cells = _cells(first, best)
    places = _places(cells)
    if len(places) >= 5:
        return named_header(cells, source, separator=best)
    if len(cells) >= len(NORM) and re.fullmatch(r"(19|20)\d{6}", cells[3].strip()):
        return Header(best, {name: at for at, name in enumerate(NORM, 1)}, len(cells), False, ())
    raise SourceError("fec.no_header", source=source, text=first[:200])


def named_header(cells: Sequence[str], source: str, *, separator: str = "") -> Header:
    """Return the header that a row of names makes.

    Raises
    ------
    SourceError
        If date, account or amounts are missing, or one column has two names.
    """
    places = _places(cells)
    for name in places:
        twice = [cell for cell in cells if _CANONICAL.get(bare_name(cell)) == name]
        if len(twice) > 1 and name in {"date", "account", "debit", "credit", "amount", "side"}:
            raise SourceError("fec.repeated_column", source=source, columns=listed(twice))
    missing = [ALIASES[name][0] for name in ("date", "account") if name not in places]
    if not {"debit", "credit"} <= set(places) and not {"amount", "side"} <= set(places):
        missing += ["Debit", "Credit"]
    if missing:
        raise SourceError("fec.missing_columns", source=source, columns=listed(missing))
    unknown = tuple(cell.strip() for cell in cells if cell.strip() and bare_name(cell) not in _CANONICAL)
    width = max(
        at for at, cell in enumerate(cells, 1) if cell.strip()
    )  # a separator at the end makes no column
    return Header(separator, places, width, True, unknown)


def _cells(line: str, separator: str) -> list[str]:
    cells = [cell.strip() for cell in line.split(separator)]
    return [cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell for cell in cells]


def _places(cells: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for at, cell in enumerate(cells, 1):
        name = _CANONICAL.get(bare_name(cell))
        if name:
            places.setdefault(name, at)
    return places
