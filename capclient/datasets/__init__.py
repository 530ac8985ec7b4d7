"""Simulated companies with planted truths, to learn, to test and to show; fixed seeds, same bytes every time.

Beside the floors: imports nothing of the package above floor 1. The analysis never reads the answer
key; :func:`write_answer_key` writes it where the caller says, apart from the files of the company.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from capclient import places
from capclient.datasets.answer_key import write_key
from capclient.datasets.company import Company
from capclient.datasets.exports import write_files
from capclient.datasets.services import services
from capclient.datasets.wholesaler import wholesaler
from capclient.datasets.workshop import workshop

__all__ = ["COMPANIES", "Company", "demo_params", "simulate", "write_answer_key", "write_company"]

_MAKERS = {"grossiste": wholesaler, "services": services, "atelier": workshop}
COMPANIES = tuple(_MAKERS)

_HERE = Path(__file__).parent
_MARKER = "version.txt"


def simulate(company_id: str) -> Company:
    """Return a simulated company, by its identifier among ``COMPANIES``.

    ``grossiste``: industrial wholesaler, 400 clients, every classical flaw of an export. ``services``:
    60 clients under contract. ``atelier``: 25 clients, one of them 40 % of the revenue.
    Source: simulated; see the docstring of each maker for sizes and sample rows.

    >>> simulate("atelier").invoice_lines["customer_id"].nunique()
    25
    """
    if company_id not in _MAKERS:
        raise ValueError(f"no simulated company {company_id!r}: there are {', '.join(COMPANIES)}")
    return _MAKERS[company_id]()


def write_company(company_id: str, folder: Path) -> Path:
    """Write the files of a company into ``folder/<id>/``, its parameters beside; return the YAML.

    Nothing is rewritten where this version stands already. The files are made in a temporary folder
    and moved at once, so several processes may ask for the same company.
    """
    target, params = folder / company_id, folder / f"{company_id}.yml"
    if not _is_current(target):
        company = simulate(company_id)
        folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{company_id}-", dir=folder))
        try:
            made.chmod(0o755)
            write_files(company, made)
            (made / _MARKER).write_text(version() + "\n", encoding="utf-8", newline="\n")
            _move(made, target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    _write_once(params, (_HERE / "params" / params.name).read_bytes())
    return params


def write_answer_key(company_id: str, path: Path) -> Path:
    """Write what was planted in a company as JSON at ``path``; no part of the analysis may read it."""
    return write_key(simulate(company_id).key, path)


def demo_params(company_id: str = "grossiste") -> Path:
    """Return the parameters of a simulated company, written once into the cache of the user."""
    return write_company(company_id, places.cache() / "demo" / version())


@cache
def version() -> str:
    """Return a mark of what would be written: it changes with any source of this folder."""
    sources = sorted([*_HERE.glob("*.py"), *(_HERE / "params").glob("*.yml")])
    digest = hashlib.sha256()
    for path in sources:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _is_current(target: Path) -> bool:
    marker = target / _MARKER
    return marker.is_file() and marker.read_text(encoding="utf-8").strip() == version()


def _move(made: Path, target: Path) -> None:
    """Put a finished folder in its place; another process may have been faster, with the same bytes."""
    if target.exists() and not _is_current(target):
        old = made.with_name(made.name + ".old")
        os.rename(target, old)
        shutil.rmtree(old)
    try:
        os.rename(made, target)
    except OSError:
        if not _is_current(target):
            raise


def _write_once(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.chmod(name, 0o644)
    os.replace(name, path)
