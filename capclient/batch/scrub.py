"""Texts without the paths of this machine, so that a report says nothing of it and is the same elsewhere.

Floor 8.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from capclient import places

_PACKAGE = Path(__file__).resolve().parents[1]
_EMBEDDED = re.compile(r"(data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]*)")  # letters that happen to spell a path
_CELL_FILE = re.compile(r"(?:[^\s\"'<>]*[/\\])?ipykernel_\d+[/\\]\d+\.py")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,16}(?=>|&gt;)")


class Scrubber:
    """Replaces the folders of this machine, of one company and of one run, by neutral names.

    >>> Scrubber({"/srv/zoe/acme": ""})("lu /srv/zoe/acme/ventes.csv")
    'lu ventes.csv'
    """

    def __init__(self, names: dict[str, str]) -> None:
        self._names = dict(names)
        longest_first = sorted(names, key=lambda root: (-len(root), root))
        roots = "|".join(re.escape(root) for root in longest_first)
        self._roots = re.compile(rf"(?<![\w/.-])({roots})([/\\](?=[\w.])|(?![\w-]))") if roots else None

    def __call__(self, text: str) -> str:
        """Return a text without paths; embedded images are left as they are."""
        pieces = _EMBEDDED.split(text)
        pieces[::2] = [self._plain(piece) for piece in pieces[::2]]
        return "".join(pieces)

    def _plain(self, text: str) -> str:
        text = _CELL_FILE.sub("cell.py", _ADDRESS.sub(" at 0x0", text))
        return self._roots.sub(self._named, text) if self._roots else text

    def _named(self, match: re.Match[str]) -> str:
        name, separator = self._names[match.group(1)], match.group(2)
        return f"{name}{separator}" if name else ("" if separator else ".")


def machine_scrubber(company_folder: Path, out: Path, chapters: tuple[Path, ...] = ()) -> Scrubber:
    """Return the scrubber of one company: paths beside its YAML become relative, others lose their root."""
    named: list[tuple[Path, str]] = [
        (Path.home(), "~"),
        (Path(tempfile.gettempdir()), "tmp"),
        (Path(sys.prefix), "python"),
        (Path(sys.base_prefix), "python"),
        (places.cache(), "cache"),
        (_PACKAGE.parent, "."),
        (_PACKAGE, "capclient"),
        *((path.parent, "notebooks") for path in chapters),
        (out, "out"),
        (company_folder, ""),
    ]
    names: dict[str, str] = {}
    for path, name in named:
        for form in (path, path.resolve()):
            if form.is_absolute() and form != Path(form.anchor):
                names[str(form)] = name
    return Scrubber(names)
