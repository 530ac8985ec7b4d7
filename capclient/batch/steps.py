"""The real steps of a job: read the data, write the files, assemble the page.

Floor 8. Heavy imports stand inside the steps: a company of which nothing changed needs none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capclient.batch import manifest
from capclient.batch.job import Chapter, Job, Prepared
from capclient.inputs import inputs_of
from capclient.params import read_params
from capclient.store import company_folder, existing, store_key, write_atomically

if TYPE_CHECKING:
    from capclient.findings import Finding
    from capclient.portfolio import Portfolio

SYNTHESIS = "10_synthese"


@dataclass(frozen=True)
class Read:
    """The data of a company once read."""

    portfolio: Portfolio
    lang: str
    formats: tuple[str, ...]

    @property
    def key(self) -> str:
        """Key of the store."""
        return self.portfolio.store.key

    @property
    def inputs(self) -> Sequence[Mapping[str, Any]]:
        """Name, SHA-256 and size of every file."""
        return self.portfolio.store.report["inputs"]

    @property
    def quality(self) -> Mapping[str, Any]:
        """Lines and amounts in, kept and rejected."""
        return self.portfolio.quality

    @property
    def reconciliations(self) -> Sequence[Mapping[str, Any]]:
        """What must be equal."""
        return self.portfolio.reconciliations

    @property
    def findings(self) -> list[Finding]:
        """Every finding of the company."""
        from capclient.themes import results

        return results(self.portfolio)


class RealSteps:
    """What surrounds the notebooks of a company."""

    def key(self, job: Job) -> str:
        """Return the key of the inputs as they are now."""
        params = read_params(job.params_path)
        return store_key(params, inputs_of(params).described)

    def prepare(self, job: Job) -> Read:
        """Read and check the data."""
        from capclient.portfolio import Portfolio

        return Read(Portfolio.open(job.params_path), job.lang, job.formats)

    def salvage(self, job: Job) -> Mapping[str, str]:
        """Return ``rejects.csv`` of a ledger that was read and refused."""
        from capclient.publish.files import rejects_csv

        params = read_params(job.params_path)
        store = existing(company_folder(params), store_key(params, inputs_of(params).described))
        return {"rejects.csv": rejects_csv(store, job.lang)} if store else {}

    def write(self, prepared: Prepared, folder: Path) -> None:
        """Write the files of data."""
        from capclient.publish.actions import write_actions
        from capclient.publish.contacts import write_contacts
        from capclient.publish.files import write_data_files
        from capclient.publish.recovery import write_recovery
        from capclient.publish.review import write_reviews
        from capclient.publish.workbook import write_workbook

        assert isinstance(prepared, Read)
        write_data_files(prepared.portfolio, prepared.findings, folder, prepared.lang)
        write_actions(prepared.portfolio, folder, prepared.lang)
        write_contacts(prepared.portfolio, folder, prepared.lang)
        write_recovery(prepared.portfolio, folder, prepared.lang)
        if "html" in prepared.formats:
            write_reviews(prepared.portfolio, folder, prepared.lang, version=manifest.version())
        if "xlsx" in prepared.formats:
            write_workbook(prepared.portfolio, prepared.findings, folder, prepared.lang)

    def lay_out(self, prepared: Prepared, shelf: Path) -> None:
        """Lay out the results of the themes."""
        from capclient.themes.once import lay_out

        assert isinstance(prepared, Read)
        lay_out(prepared.portfolio, shelf)

    def page(self, prepared: Prepared, chapters: Sequence[Chapter], folder: Path) -> None:
        """Write the page."""
        from capclient.publish.company import company_page

        assert isinstance(prepared, Read)
        html = company_page(
            prepared.portfolio,
            prepared.findings,
            [(chapter.id, chapter.notebook) for chapter in sorted(chapters, key=_place)],
            lang=prepared.lang,
            version=manifest.version(),
            has_reviews="html" in prepared.formats,
        )
        write_atomically(folder / "index.html", html)


def _place(chapter: Chapter) -> bool:
    """The synthesis opens the report; the other chapters keep their order."""
    return chapter.id != SYNTHESIS


DEFAULT_STEPS = RealSteps()
