"""``manifest.json``, ``run.json`` and ``batch.json``: what was made, from what, and how it went.

Floor 8. The manifest is the same for the same inputs; dates and durations go to ``run.json`` and
``batch.json`` only, and this is the only module of the batch that reads the clock.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from capclient import places
from capclient.batch.folders import MANIFEST
from capclient.batch.job import Job, Prepared, Verdict
from capclient.params import Params
from capclient.readers.address import is_url, masked_address, shown_url
from capclient.store import write_atomically

RUN = "run.json"
INDEX = "index.html"
_FORMAT = 1  # raise it when the same inputs must be reported on again
_MASK = "***"
_SECRET_KEY = re.compile(
    r"pass(word|wd|phrase)?$|^pwd$|secret|token|credential|api_?key|private_?key|^dsn$", re.I
)
_URL_USER = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s@]*@", re.I)
_URL_SECRET = re.compile(r"([?&;](?:password|passwd|pwd|secret|token|api_?key|sig|signature)=)[^&;\s]*", re.I)


@dataclass
class Stopwatch:
    """Times of one run; the durations of its chapters are noted as they end."""

    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    chapters: dict[str, float] = field(default_factory=dict)
    _start: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return round(time.monotonic() - self._start, 3)

    def lap(self, chapter: str, since: float) -> None:
        """Note how long a chapter took, ``since`` being ``seconds`` at its start."""
        self.chapters[chapter] = round(self.seconds - since, 3)

    def write(self, folder: Path) -> None:
        """Write ``run.json``."""
        ended = datetime.now(UTC)
        times = {
            "started": self.started.isoformat(timespec="seconds"),
            "ended": ended.isoformat(timespec="seconds"),
        }
        write_json(folder / RUN, {**times, "seconds": self.seconds, "chapters": self.chapters})


def write_json(path: Path, content: object) -> None:
    """Write a JSON file the same way every time: sorted keys, UTF-8, never seen half-written."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False, default=str)
    write_atomically(path, text + "\n")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a company's folder, or ``{}`` when there is none that can be read."""
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def read_findings(folder: Path) -> dict[str, Any]:
    """Return the values of ``indicators.json`` by id, ``{}`` where there is none."""
    try:
        content = json.loads((folder / "indicators.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return {finding["id"]: finding["value"] for finding in content["findings"]}


def build(
    job: Job,
    *,
    status: str,
    chapters: Sequence[Mapping[str, Any]],
    params: Params | None = None,
    prepared: Prepared | None = None,
    key: str | None = None,
    reason: str | None = None,
    reason_code: str | None = None,
    files: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the content of a manifest; what a failed run never learnt is null or empty."""
    return {
        "status": status,
        "reason": reason,
        "reason_code": reason_code,
        "version": version(),
        "company": {"id": job.id, "name": job.name},
        "language": job.lang,
        "formats": list(job.formats),
        "parameters": masked(given(params)) if params else {},
        "inputs": list(prepared.inputs) if prepared else [],
        "quality": dict(prepared.quality) if prepared else {},
        "reconciliations": list(prepared.reconciliations) if prepared else [],
        "chapters": list(chapters),
        "files": dict(files or {}),
        "key": key,
    }


def given(params: Params) -> dict[str, Any]:
    """Return the parameters that the YAML states, typed; defaults belong to the version of the package."""
    return params.privacy.shown(params.model_dump(mode="json", exclude={"folder"}, exclude_unset=True))


def masked(value: Any) -> Any:
    """Return parameters without any secret: values of telling keys, and users of addresses, are hidden.

    >>> masked({"url": "postgresql://zoe:1234@db/odoo", "api_token": "abc"})
    {'url': 'postgresql://***@db/odoo', 'api_token': '***'}
    """
    if isinstance(value, Mapping):
        return {
            name: _MASK if _SECRET_KEY.search(str(name)) else masked(item) for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    if isinstance(value, str):
        value = shown_url(value) if is_url(value) else masked_address(value)
        return _URL_SECRET.sub(rf"\g<1>{_MASK}", _URL_USER.sub(rf"\g<1>{_MASK}@", value))
    return value


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a report, by relative path; the two records about them excepted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in files}
    return {name: _sha256(path) for name, path in names.items() if name not in {MANIFEST, RUN}}


def files_intact(folder: Path, files: Mapping[str, str]) -> bool:
    """Tell whether every recorded file is there with its recorded bytes."""
    return bool(files) and all(
        (folder / name).is_file() and _sha256(folder / name) == digest for name, digest in files.items()
    )


def report_key(job: Job, params: Params, data_key: str) -> str:
    """Return the digest of all a report depends on: data, parameters, notebooks, program, request."""
    notebooks = [[path.stem, _sha256(path) if path.is_file() else None] for path in job.chapters]
    parameters = params.model_dump(mode="json", exclude={"folder"})
    asked = [job.id, job.params_path.name, job.lang, sorted(job.formats)]
    parts = [_FORMAT, version(), _program(), data_key, parameters, notebooks, asked]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def write_batch(out: Path, verdicts: Sequence[Verdict], render: Callable[[Sequence[Verdict]], str]) -> None:
    """Write ``batch.json`` and the page of the group, companies in the order of the command."""
    companies = [
        {
            "id": verdict.id,
            "status": verdict.status,
            "reason": verdict.reason or None,
            "seconds": verdict.seconds,
            "findings": dict(verdict.findings),
        }
        for verdict in verdicts
    ]
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / INDEX, render(verdicts))
    write_json(out / "batch.json", {"companies": companies})


@cache
def version() -> str:
    """Return the version of the package."""
    return metadata.version("capclient")


@cache
def _program() -> str:
    """Return the digest of the package and of the report's template: a corrected program reports again."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for root, path in _sources([package, places.template()]):
        digest.update(f"{path.relative_to(root).as_posix()}\0{_sha256(path)}\n".encode())
    return digest.hexdigest()


def _sources(roots: Iterable[Path]) -> list[tuple[Path, Path]]:
    return [
        (root, path)
        for root in roots
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix not in {".pyc", ".ipynb"}
    ]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
