"""Where the notebooks, the report template and the sector profiles stand: in the checkout, or in the installed package.

Floor 0.
"""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_SHARED = _PACKAGE / "_share"


def notebooks() -> Path:
    """Return the folder of the chapters."""
    return _SHARED / "notebooks" if _SHARED.is_dir() else _PACKAGE.parent / "notebooks"


def template() -> Path:
    """Return the folder of the nbconvert template and the style sheets."""
    return _SHARED / "template" if _SHARED.is_dir() else _PACKAGE.parent / "reports" / "template"


def sectors() -> Path:
    """Return the folder of the sector profiles."""
    return _SHARED / "sectors" if _SHARED.is_dir() else _PACKAGE.parent / "params" / "sectors"


def cache() -> Path:
    """Return the folder whose loss loses nothing: ``CAPCLIENT_CACHE``, else the user's cache folder."""
    asked = os.environ.get("CAPCLIENT_CACHE")
    if asked:
        return Path(asked)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(base) / "capclient"
