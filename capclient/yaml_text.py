"""YAML read safely: every scalar a text, no alias, no key twice, no bottomless nesting.

Floor 1. A file that is no YAML is an error that says on which line and what to check there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from capclient.errors import ParamsError

MOST_BYTES = 1_000_000
MOST_LEVELS = 30  # parameters need six; thousands would exhaust the stack


def read_yaml(path: Path) -> object:
    """Return what a YAML file holds, every scalar as text.

    Raises
    ------
    ParamsError
        If the file is absent, too large, is no YAML, uses aliases (a small file can unfold into a huge one),
        nests without end or repeats a key.
    """
    if not path.is_file():
        raise ParamsError("params.missing_file", path=path)
    if path.stat().st_size > MOST_BYTES:
        raise ParamsError("params.too_large", path=path.name, most=MOST_BYTES)
    content = path.read_bytes()
    try:
        return yaml.load(content.decode("utf-8-sig"), Loader=_Loader)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ParamsError("params.not_utf8", path=path.name, line=line) from None
    except yaml.YAMLError as error:
        line, detail = _place_and_detail(error, content.decode("utf-8-sig"))
        raise ParamsError("params.not_yaml", path=path.name, line=line, detail=detail) from None


def _place_and_detail(error: yaml.YAMLError, content: str) -> tuple[int, str]:
    """Return the line of a syntax error, and the first line of what the library says of it."""
    said = (getattr(error, "problem", None) or str(error)).splitlines()[0]
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return mark.line + 1, said
    position = getattr(error, "position", 0)  # of a character that YAML does not allow
    return content.count("\n", 0, position) + 1, said


class _Loader(yaml.BaseLoader):
    level = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise ParamsError("params.alias", line=self.peek_event().start_mark.line + 1)
        self.level += 1
        if self.level > MOST_LEVELS:
            line = self.peek_event().start_mark.line + 1
            raise ParamsError("params.too_deep", line=line, most=MOST_LEVELS)
        node = super().compose_node(parent, index)
        self.level -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise ParamsError("params.repeated_key", key=key.value, line=key.start_mark.line + 1)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=True)
