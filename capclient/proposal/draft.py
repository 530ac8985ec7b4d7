"""What ``capclient init`` proposes for one ledger: columns with their evidence, what is left to the user, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from capclient.params_sources import Wide
from capclient.readers.raw import Note
from capclient.schema import TABLES

LEDGER = TABLES["invoice_lines"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A header for a canonical column; ``evidence`` are sentences ``init.evidence.*``, ``samples`` some values."""

    canonical: str
    header: str
    evidence: tuple[Note, ...] = ()
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes a ledger of a table that is none as it stands: columns of periods, a client written once.

    ``fill_down`` are the columns proposed with proof, ``perhaps`` those that only the user can confirm.
    """

    wide: Wide | None = None
    fill_down: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    evidence: tuple[Note, ...] = ()
    is_doubtful: bool = False  # the year of the months must be given


@dataclass(frozen=True, slots=True)
class Settled:
    """The columns of an export of invoices that say when each was paid, for how much, and which are disputed.

    ``is_sure`` tells that the amount is with tax, or the only one: what a client paid.
    """

    date: str
    amount: str
    disputed: str = ""
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposal for one ledger: files, the columns chosen, those nobody can choose but the user.

    ``given`` are the files and folders that the user named, ``paths`` the files in them.
    ``open`` are columns with several candidates, or one that must be confirmed; ``missing`` are required columns
    that no header names, with the headers whose content would do; ``set_aside`` are headers not used for a reason.
    ``sheets`` are those of a workbook that hold the ledger, when others do not.
    """

    given: tuple[Path, ...]
    paths: tuple[Path, ...]
    files: tuple[tuple[str, int, tuple[Note, ...]], ...]
    chosen: tuple[Choice, ...]
    open: Mapping[str, tuple[Choice, ...]]
    missing: Mapping[str, tuple[str, ...]]
    unused: tuple[str, ...]
    set_aside: Mapping[str, Note] = field(default_factory=dict)
    shape: Shape = Shape()
    decimal: str = ""
    unit: str = ""
    currencies: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Note, ...] = ()
    sheets: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)
    settled: Settled | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """What the command prints."""
        from capclient.proposal.spoken import told

        return told(self)

    @property
    def blocking(self) -> list[str]:
        """What the user must still choose or find before the ledger can be read."""
        wanted = set(LEDGER.required)
        if "amount_ht" not in self.open:
            wanted |= {"qty", "unit_price"}
        if any(item.canonical == "amount_ht" for item in self.chosen):
            wanted -= {"qty", "unit_price"}
        blocking = [*(name for name in self.open if name in wanted), *self.missing]
        if self.decimal:
            blocking.append("decimal")
        if self.shape.is_doubtful:
            blocking.append("wide")
        return blocking
