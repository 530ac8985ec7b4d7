"""A process apart that takes XML attachments out of PDF files, so that one that hangs or grows can be ended.

Floor 2. It imports nothing of the package: run as a script, it reads paths on its standard input (four bytes of
length, then the path) and answers each with a JSON line, ``status`` and ``sizes``, followed by the attachments.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

MOST_BYTES = 50_000_000  # of the file, and of its attachments once inflated
MOST_MEMORY = 1_500_000_000  # of this process
MOST_NODES = 1000  # of the tree of attachments
MOST_ANSWERS = 10
NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")


def attachments(path: str) -> tuple[str, list[bytes]]:
    """Return a status (``ok``, or the reason of a reject) and the XML attachments, those of the standards first."""
    import pypdf
    from pypdf import errors

    try:
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size > MOST_BYTES:
                return "einvoice_too_large", []
            reader = pypdf.PdfReader(file, strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                return "einvoice_encrypted", []
            return _contents(reader.root_object)
    except (MemoryError, getattr(errors, "LimitReachedError", MemoryError)):  # before version 6, memory alone
        return "einvoice_too_large", []
    except (errors.FileNotDecryptedError, errors.DependencyError):
        return "einvoice_encrypted", []
    except Exception:  # a damaged PDF fails in every way there is, and the process is here for that
        return "einvoice_damaged", []


def _contents(root: Any) -> tuple[str, list[bytes]]:
    found: dict[int, tuple[int, Any]] = {}
    for name, specification in _specifications(root):
        rank = NAMES.index(name.lower()) if name.lower() in NAMES else len(NAMES)
        if name.lower().endswith(".xml"):
            found.setdefault(id(specification), (rank, specification))
    contents = []
    for _, specification in sorted(found.values(), key=lambda item: item[0])[:MOST_ANSWERS]:
        files = specification["/EF"]
        stream = files["/UF"] if "/UF" in files else files["/F"]
        contents.append(stream.get_data())
        if sum(map(len, contents)) > MOST_BYTES:
            return "einvoice_too_large", []
    return ("ok", contents) if contents else ("einvoice_no_xml", [])


def _specifications(root: Any) -> Iterator[tuple[str, Any]]:
    """Yield name and specification of each attachment: those of the name tree, then associated files."""
    waiting = []
    if "/Names" in root and "/EmbeddedFiles" in root["/Names"]:
        waiting.append(root["/Names"]["/EmbeddedFiles"])
    for _ in range(MOST_NODES):  # a tree may hold itself
        if not waiting:
            break
        node = waiting.pop(0).get_object()
        if "/Kids" in node:
            waiting += list(node["/Kids"])[:MOST_NODES]
        names = list(node["/Names"])[: 2 * MOST_NODES] if "/Names" in node else []
        for name, item in zip(names[::2], names[1::2], strict=False):
            specification = item.get_object()
            for own in (name.get_object(), *_own_names(specification)):
                yield str(own), specification
    for item in list(root["/AF"])[:MOST_NODES] if "/AF" in root else []:
        specification = item.get_object()
        for own in _own_names(specification):
            yield str(own), specification


def _own_names(specification: Any) -> list[Any]:
    return [specification[key] for key in ("/UF", "/F") if key in specification]


def _bound_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    except (ImportError, ValueError, OSError):  # no such limit on Windows; the reader's own limits remain
        pass


def main(asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer every path until the input ends."""
    import logging

    import pypdf  # noqa: F401  slow the first time: not at the expense of a file

    logging.disable(logging.CRITICAL)  # what a hostile file makes the library say is not for the reader
    _bound_memory()
    answers.write(b'{"status": "ready", "sizes": []}\n')
    answers.flush()
    while len(length := asked.read(4)) == 4:
        status, contents = attachments(os.fsdecode(asked.read(int.from_bytes(length, "big"))))
        head = {"status": status, "sizes": [len(content) for content in contents]}
        answers.write(json.dumps(head).encode() + b"\n" + b"".join(contents))
        answers.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
