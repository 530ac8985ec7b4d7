"""From YAML files to jobs: one company each, none claimed twice.

Floor 8.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from capclient import places, wording
from capclient.batch.job import Job
from capclient.errors import CapclientError, ParamsError, ReportError, listed, nearest
from capclient.params import FORMATS, Params, read_params
from capclient.vocabulary import CHAPTERS

ALL = "all"


def plan(
    paths: Iterable[str | Path],
    *,
    out: Path,
    lang: str | None = None,
    chapters: Sequence[str] = (),
    formats: Sequence[str] = (),
    cell_timeout: int | None = None,
    chapters_folder: Path | None = None,
    force: bool = False,
) -> list[Job]:
    """Return one job for each parameter file, in the order given.

    Parameters
    ----------
    paths
        YAML files, or folders of them (read in the order of their names). A file named twice counts once.
    lang, chapters, formats, cell_timeout
        What the command asked for; each company's own parameters decide where the command is silent.
    chapters_folder
        Folder of the notebooks; by default those of the package.

    Raises
    ------
    ParamsError
        If there is no file at all, or the command names a chapter or a format that does not exist. A file
        that cannot be used is a refused job, not an error: the others still run.
    """
    known = _known_chapters(chapters_folder)
    for name in formats:
        if name not in FORMATS:
            raise ParamsError("params.unknown_format", format=name, formats=listed(FORMATS))
    asked = Job(
        "",
        "",
        Path(),
        out.resolve(),
        lang or "",
        _chosen(chapters, known),
        tuple(formats),
        cell_timeout or 0,
        force,
    )
    read = [(path, _read(path)) for path in parameter_files(paths)]
    taken = {params.company.id for _, params in read if isinstance(params, Params)}
    owners: dict[str, Path] = {}
    jobs = []
    for path, params in read:
        try:
            jobs.append(_job(path, params, asked, known, owners))
        except CapclientError as error:
            jobs.append(_refused(path, params, asked, error, owners, taken))
    return jobs


def _job(
    path: Path, params: Params | CapclientError, asked: Job, known: dict[str, Path], owners: dict[str, Path]
) -> Job:
    """Return the job of a company: what the command left open is decided by its parameters."""
    if isinstance(params, CapclientError):
        raise params
    company, report = params.company, params.report
    if company.id in owners:
        first = owners[company.id].name
        raise ReportError("batch.claimed_twice", company=company.id, first=first, second=path.name)
    notebooks = asked.chapters or _chosen(report.chapters, known)
    job = replace(
        asked,
        id=company.id,
        name=company.name or company.id,
        params_path=path.resolve(),
        lang=asked.lang or company.language,
        chapters=(*notebooks, *_own(params, notebooks)),
        formats=asked.formats or tuple(report.formats),
        cell_timeout=asked.cell_timeout or report.cell_timeout_seconds,
    )
    owners[company.id] = path
    return job


def _refused(
    path: Path,
    params: Params | CapclientError,
    asked: Job,
    error: CapclientError,
    owners: dict[str, Path],
    taken: set[str],
) -> Job:
    """Return the job of a company that cannot start, under a name that no other company bears."""
    lang = asked.lang or wording.language()
    if isinstance(params, Params) and params.company.id not in owners:
        id, name = params.company.id, params.company.name or params.company.id
        lang = asked.lang or params.company.language
        owners[id] = path
    else:
        id, name = _free(path.stem, taken), path.name
    taken.add(id)
    return replace(asked, id=id, name=name, params_path=path.resolve(), lang=lang, chapters=(), refused=error)


def parameter_files(paths: Iterable[str | Path]) -> list[Path]:
    """Return the YAML files of a command, folders opened, each file once.

    Raises
    ------
    ParamsError
        If nothing is left.
    """
    files: dict[Path, Path] = {}
    for path in map(Path, paths):
        inside = (
            sorted(p for p in path.iterdir() if p.suffix in {".yml", ".yaml"}) if path.is_dir() else [path]
        )
        for file in inside:
            files.setdefault(file.resolve(), file)
    if not files:
        raise ParamsError("batch.no_file", paths=listed(paths) or "–")
    return list(files.values())


def safe_id(text: str) -> str:
    """Return a folder name made from any text: ASCII letters, digits, ``-`` and ``_``.

    >>> safe_id("../Société Générale (2)")
    'societe-generale-2'
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", ascii_text).strip("-_")[:50] or "company"


def _read(path: Path) -> Params | CapclientError:
    try:
        return read_params(path)
    except CapclientError as error:
        return error
    except OSError as error:
        return ParamsError(
            "batch.unreadable_file", path=path.name, detail=error.strerror or type(error).__name__
        )


def _free(stem: str, taken: set[str]) -> str:
    """Return a safe name made from a file's own, numbered when another company bears it."""
    name, number = safe_id(stem), 2
    free = name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def _known_chapters(folder: Path | None) -> dict[str, Path]:
    """Return the known chapters; those of the package come from a list, so that a lost file is noticed."""
    if folder is None:
        return {name: places.notebooks() / f"{name}.ipynb" for name in CHAPTERS}
    return {path.stem: path for path in sorted(folder.resolve().glob("[0-9][0-9]_*.ipynb"))}


def _chosen(names: Sequence[str], known: dict[str, Path]) -> tuple[Path, ...]:
    """Return the notebooks asked for, by whole name, number or slug, in the order of the report."""
    if ALL in names:
        return tuple(known.values())
    chosen = set()
    for name in names:
        matches = [known_name for known_name in known if name in {known_name, *known_name.split("_", 1)}]
        if not matches:
            raise ParamsError(
                "params.unknown_chapter",
                chapter=name,
                near=nearest(name, known) or "–",
                chapters=listed(known, 20),
            )
        chosen.update(matches)
    return tuple(path for name, path in known.items() if name in chosen)


def _own(params: Params, others: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the user's own notebooks, found beside the YAML; two chapters may not share a name."""
    own = tuple((params.folder / path).resolve() for path in params.report.own_chapters)
    names = [path.stem for path in (*others, *own)]
    for path in own:
        if names.count(path.stem) > 1:
            raise ParamsError("batch.chapter_twice", chapter=path.stem)
    return own
