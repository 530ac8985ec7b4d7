"""``capclient report`` and ``capclient demo``: plan, run with progress, write the group page, say how it went.

Floor 8.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from capclient.batch import manifest
from capclient.batch.folders import REVIEWS
from capclient.batch.job import Job, Verdict
from capclient.batch.local import Event, run_all
from capclient.batch.plan import plan
from capclient.errors import ParamsError
from capclient.findings import reason_text
from capclient.publish.index import Column, Company, group_page
from capclient.vocabulary import finding_specs
from capclient.wording import language, text

SHOWN = (
    "portfolio.revenue_n", "portfolio.growth", "portfolio.customers_active_n", "concentration.top1_share",
    "retention.attrition_rate", "activity.at_risk_revenue",
)  # fmt: skip


def run_batch(
    paths: Sequence[Path],
    *,
    out: Path,
    workers: int = 1,
    lang: str = "",
    only: Sequence[str] = (),
    formats: Sequence[str] = (),
    force: bool = False,
    debug: bool = False,
) -> int:
    """Make the reports of every company and return the exit status: 0 all good, 1 some failed.

    ``debug`` shows where each failure comes from.

    Raises
    ------
    ParamsError
        If nothing could start.
    """
    jobs = plan(paths, out=out, lang=lang or None, chapters=only, formats=formats, force=force)
    said = lang or language()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParamsError("batch.bad_out", out=out, detail=error.strerror) from error
    verdicts = run_all(jobs, workers=workers, progress=progress(jobs, said))
    manifest.write_batch(out, verdicts, lambda done: _page(jobs, done, said, out))
    for verdict in verdicts:
        if verdict.status == "failed":
            print(text("batch.failed_line", said, name=verdict.name, reason=verdict.reason), file=sys.stderr)
            if debug:
                print(verdict.trace, file=sys.stderr)
    done = sum(verdict.status == "complete" for verdict in verdicts)
    print(text("batch.done", said, done=done, total=len(verdicts), page=out / "index.html"))
    files = sum(len(list((out / verdict.id / REVIEWS).glob("*.html"))) for verdict in verdicts)
    if files:
        print(text("batch.reviews", said, count=files))
    return 0 if done == len(verdicts) else 1


def progress(jobs: Sequence[Job], lang: str) -> Any:
    """Return what hears the events of a run: a live bar in a terminal, one line a company elsewhere."""
    if sys.stderr.isatty():
        from capclient.batch.terminal import Bars

        return Bars(jobs, lang)
    names = {job.id: job.name for job in jobs}
    total, done = len(jobs), 0

    def hear(event: Event) -> None:
        nonlocal done
        if event.verdict is not None:
            done += 1
            key = "unchanged" if event.verdict.unchanged else event.verdict.status
            line = text(
                f"batch.line.{key}", lang, name=names[event.id], seconds=round(event.verdict.seconds, 1)
            )
            print(f"[{done}/{total}] {line}", file=sys.stderr, flush=True)

    return hear


def _page(jobs: Sequence[Job], verdicts: Sequence[Verdict], lang: str, out: Path) -> str:
    specs = finding_specs()
    columns = [Column(id, specs[id].label(lang), specs[id].unit) for id in SHOWN]
    companies = [_company(verdict, lang, out) for verdict in (*verdicts, *_neighbours(out, verdicts))]
    return group_page(companies, columns=columns, lang=lang, version=manifest.version(), sort_by=SHOWN[0])


def _neighbours(out: Path, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Companies whose folders an earlier command left in ``out``: the page of the group keeps them."""
    ran = {verdict.id for verdict in verdicts}
    found = []
    for folder in sorted(out.iterdir()):
        content = (
            manifest.read_manifest(folder)
            if folder.name not in ran and not folder.name.startswith(".")
            else {}
        )
        if content:
            company = content.get("company") or {}
            found.append(
                Verdict(
                    folder.name,
                    company.get("name") or folder.name,
                    content["status"],
                    content.get("reason") or "",
                )
            )
    return found


def _company(verdict: Verdict, lang: str, out: Path) -> Company:
    link = f"{verdict.id}/index.html" if (out / verdict.id / "index.html").is_file() else ""
    if verdict.status == "failed":
        return Company(verdict.id, verdict.name, "failed", link=link, reason=verdict.reason)
    content = json.loads((out / verdict.id / "indicators.json").read_text("utf-8"))
    rows = {row["id"]: row for row in content["findings"] if row["id"] in SHOWN}
    return Company(
        verdict.id,
        verdict.name,
        "complete",
        currency=content["currency"],
        link=link,
        values={id: row["value"] for id, row in rows.items()},
        unknown={id: reason_text(row["reason"], lang) for id, row in rows.items() if row["reason"]},
    )
