"""The words of the house: codes that files carry, and the one catalogue of findings.

Floor 0. Codes are English and stable; the words a reader sees come from the catalogues of
:mod:`capclient.wording` (``stage.adult`` → « âge adulte »).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

STAGES = ("childhood", "adolescence", "adult", "old_age", "lost", "occasional", "undetermined")
STATES = ("active", "watch", "at_risk", "inactive", "lost")
STATUSES = ("new", "retained", "reactivated", "lost", "inactive")
ABC = ("A", "B", "C")
ACTIONS = ("retain", "develop", "reduce_cost", "substitute", "prospect", "maintain", "exit")
STAGE_FLAGS = ("reactivated", "revival", "watch", "not_market_adjusted", "h_unknown")

CHAPTERS = (
    "00_donnees",
    "10_synthese",
    "20_concentration",
    "25_achats",
    "30_fidelite",
    "40_cycle_de_vie",
    "45_risque_de_perte",
    "50_attrition_segments",
    "55_groupes_de_clients",
    "60_rentabilite_prix",
    "70_encours_paiements",
    "80_segments_marche",
    "82_grille_evaluation",
    "85_satisfaction",
    "90_prospection",
    "95_valeur_projection",
    "97_plan_actions",
    "99_systeme_de_preuves",
)

UNITS = (
    "money",
    "money_cents",
    "share",
    "points",
    "margin",
    "count",
    "customers",
    "people",  # estimated: one decimal where it is no whole number
    "index",
    "ratio",
    "marks",  # out of 20
    "days",
    "years",
    "text",
    "spoken",  # already in words, and stands with the numbers
)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be computed, and the code of the reason.

    ``reason`` is one of ``missing:<table or column>``, ``denominator_zero``, ``history_short``,
    ``period_incomplete``, ``n_small``, ``not_applicable``, ``unreliable:<why>``.
    """

    reason: str

    def __post_init__(self) -> None:
        if self.reason.partition(":")[0] not in REASONS:
            raise ValueError(f"unknown reason code {self.reason!r}")


REASONS = (
    "missing",
    "denominator_zero",
    "history_short",
    "period_incomplete",
    "n_small",
    "not_applicable",
    "unreliable",
)


@dataclass(frozen=True, slots=True)
class FindingSpec:
    """One row of ``catalogue/<group>.yml``: what a finding means before it has a value."""

    id: str
    unit: str
    section: str
    covers: tuple[str, ...]
    fr: str
    en: str
    how_fr: str
    how_en: str

    def label(self, lang: str) -> str:
        """Return the name a reader sees."""
        return self.fr if lang == "fr" else self.en

    def how(self, lang: str) -> str:
        """Return the sentence that says how it is computed."""
        return self.how_fr if lang == "fr" else self.how_en


@cache
def finding_specs() -> dict[str, FindingSpec]:
    """Return the catalogue of findings by id: groups by name, each in the order of its file."""
    import yaml

    rows: dict[str, dict[str, Any]] = {}
    for path in sorted((Path(__file__).parent / "catalogue").glob("*.yml")):
        rows |= yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader) or {}  # a group may be empty
    return {
        id: FindingSpec(id=id, **{**row, "section": str(row["section"]), "covers": tuple(row["covers"])})
        for id, row in rows.items()
    }
