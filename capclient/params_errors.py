"""What pydantic complains of, said as a sentence that names the key, its value and what is allowed.

Floor 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from capclient.errors import ParamsError, listed, nearest

KINDS = {  # types of pydantic's complaints, and our sentences
    "literal_error": "params.choice",
    "string_type": "params.not_text",
    "list_type": "params.not_list",
    "dict_type": "params.not_keys",
    "model_type": "params.not_keys",
    "model_attributes_type": "params.not_keys",
}
MOST_SHOWN = 60
Steps = Sequence[int | str]


def explained(
    error: ValidationError, content: Mapping[str, Any], model: type[BaseModel], where: str
) -> ParamsError:
    """Turn what pydantic complains of first, or an unknown key, into a sentence.

    Parameters
    ----------
    content
        What was given: a key is named as its author wrote it, positions in lists counted from 1.
    model
        The model that refused it: it knows the valid keys.
    where
        Name of the file.
    """
    complaints = error.errors(include_url=False)
    first = min(
        complaints, key=lambda item: item["type"] != "extra_forbidden"
    )  # a slip explains what is missing
    kind, steps = first["type"], written(first["loc"], content)
    if kind in {"missing", "extra_forbidden"} and steps[-1:] != [first["loc"][-1]]:
        steps.append(first["loc"][-1])
    facts = {"path": where, "key": said(steps), "value": shown(first["input"]), **first.get("ctx", {})}
    names = facts.pop("names", ())
    if kind == "extra_forbidden":
        return with_near(
            "params.unknown_key", str(steps[-1]), _keys_beside(model, first["loc"], steps), **facts
        )
    if kind == "params.unknown_key":
        return with_near(kind, facts["name"], names, **facts | {"key": said([*steps, facts["name"]])})
    if names:
        return with_near(kind, facts["value"], names, **facts)
    if kind == "missing":
        return ParamsError("params.missing_key" if len(steps) < 3 else "params.missing_inner_key", **facts)
    if first["input"] == "" and kind in KINDS:
        return ParamsError("params.blank", **facts)
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", facts["expected"])
        facts["allowed"] = listed((f'"{word}"' for word in words if word), 20)
    return ParamsError(kind if kind.startswith("params.") else KINDS.get(kind, "params.bad_value"), **facts)


def with_near(code: str, word: str, candidates: Sequence[str], **facts: object) -> ParamsError:
    """Return an error that names the nearest candidate, or its twin ``<code>_far`` when none is near."""
    near = nearest(word, candidates)
    facts["valid"] = listed(candidates, 40)
    return ParamsError(code, near=near, **facts) if near else ParamsError(f"{code}_far", **facts)


def shown(value: object) -> str:
    """Return a value as a message shows it: on one line, not endless, unseen characters spelt out."""
    if isinstance(value, (list, tuple)):
        text = f"[{', '.join(shown(item) for item in value[:MOST_SHOWN])}]"
    else:
        text = str(value)[: MOST_SHOWN + 1]
    text = text if text.isprintable() else repr(text)[1:-1]
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"


def written(path: Steps, content: Mapping[str, Any]) -> list[int | str]:
    """Return the steps of a path that its author wrote: the full form of a source has more.

    >>> written(["sources", "customers", "parts", 0, "path"], {"sources": {"customers": {"path": ""}}})
    ['sources', 'customers', 'path']
    """
    steps: list[int | str] = []
    nodes: list[Any] = [content]
    for step in path:
        node = nodes[-1]
        inside = isinstance(node, (list, tuple)) and isinstance(step, int) and step < len(node)
        if inside or (isinstance(node, dict) and step in node):
            steps.append(step)
            nodes.append(node[step])
        elif (
            len(steps) == 4 and step in nodes[2]
        ):  # a key that stands beside ``parts`` belongs to each of them
            steps[2:], nodes[3:] = [step], [nodes[2][step]]
    return steps


def said(steps: Steps) -> str:
    """Return a path for a message.

    >>> said(["filters", 0, "column"])
    'filters[1].column'
    """
    text = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")


def _keys_beside(model: type[BaseModel], path: Steps, steps: Steps) -> list[str]:
    """Return the keys that are valid beside the last one of a path."""
    models = [model]
    for step in path[:-1]:
        field = models[-1].model_fields.get(str(step))
        inner = _model_in(field.annotation) if field else None
        models += [inner] if inner else []
    keys = {*models[-1].model_fields}
    if steps[0] == "sources" and len(steps) == 3 and not isinstance(steps[2], int):
        keys |= {*models[-2].model_fields}  # a source in its short form has the keys of its table too
    return sorted(keys)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside an annotation such as ``dict[str, TableSource]`` or ``TotalsPeriod | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, getattr(annotation, "__args__", ()))), None)
