"""What a new company is called before anybody says it: never « ventes » because its file is called so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from capclient.wording import language, text

# Words that say what a file or a folder holds, not whose it is.
_WORDS = """
ventes vente sales sale factures facture facturation invoices invoice lignes ligne lines line export exports
extract extraction donnees data params parametres parameters param config conf fec ledger grand livre compta
comptabilite accounting clients client customers customer reglements payments test tests essai fichier fichiers
file files tmp temp rapport rapports report reports societe company entreprise ca de des du la le les l et and
of the a input inputs sources source documents downloads telechargements bureau desktop home root user users
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre ete hiver an annee annuel
mensuel v xlsx csv ht ttc
"""
GENERIC = frozenset(_WORDS.split())
ENTRIES = re.compile(r"[0-9]{9}fec[0-9]{8}")  # the name that the law gives to a file of entries
DAY = re.compile(r"[0-9]{1,2}|(?:19|20)[0-9]{2}(?:[0-9]{2}){0,2}")


def company_id(name: str) -> str:
    """Return a company identifier made of a name.

    >>> company_id("Société Générale")
    'societe-generale'
    """
    return re.sub(r"[^a-z0-9_-]+", "-", _plain(name)).strip("-_")[:64] or "societe"


def company_names(out: Path, given: Sequence[Path] = (), siren: str = "") -> tuple[str, str, bool]:
    """Return the identifier and the name of a new company, and whether somebody still has to check the name.

    The name of the parameter file stands where it names somebody; else the SIREN that the file of entries bears; else
    the folder of the files; else a blank to fill in.

    >>> company_names(Path("params/acme.yml"))
    ('acme', 'acme', False)
    >>> company_names(Path("ventes_2025.yml"), [Path("Dupont et Fils/ventes.csv")])
    ('dupont-et-fils', 'Dupont et Fils', True)
    >>> company_names(Path("fec.yml"), siren="732829320")
    ('siren-732829320', 'SIREN 732829320', True)
    """
    folders = [path.resolve().parent.name if path.suffix else path.resolve().name for path in given]
    if is_telling(out.stem):
        return company_id(out.stem), out.stem, False
    if siren:
        return company_id(f"siren-{siren}"), f"SIREN {siren}", True
    for folder in dict.fromkeys(folders):
        if is_telling(folder):
            return company_id(folder), folder, True
    blank = text("init.yaml.company_blank", language())
    return company_id(blank), blank, True


def is_telling(name: str) -> bool:
    """Tell whether a name says whose files these are: a word that is none of :data:`GENERIC`, or the number of a case.

    >>> [is_telling(name) for name in ("Ventes été 2024", "acme", "fec_2023-12", "client_0042")]
    [False, True, False, True]
    """
    bare = ENTRIES.sub("", _plain(name))
    if any(word not in GENERIC for word in re.findall(r"[a-z]+", bare)):
        return True
    if any(not DAY.fullmatch(number) for number in re.findall(r"[0-9]+", bare)):
        return True
    return any(sign.isalpha() and not _plain(sign) for sign in name)  # letters of another alphabet


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
