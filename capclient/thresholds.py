"""Every threshold of the method that is a convention, with its default (marked [conv] in the dictionary).

Floor 1. Thresholds that decide are decimals, never binary floats: 0.80 is 80 % exactly.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field


class Group(BaseModel):
    """A family of thresholds."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True
    )  # the whole is built once, at first use


class QualityThresholds(Group):
    """When bad lines, or lines without client, make the figures unusable."""

    max_rejected_share: Decimal = Decimal("0.05")  # of lines, or of amounts in absolute value
    unassigned_caveat: Decimal = Decimal("0.20")  # section 1
    unassigned_refusal: Decimal = Decimal("0.50")


class ConcentrationThresholds(Group):
    """Sections 1.4 to 1.11."""

    abc: tuple[Decimal, Decimal] = (Decimal("0.80"), Decimal("0.95"))
    pmg: tuple[Decimal, Decimal] = (Decimal("0.50"), Decimal("0.80"))
    pareto_top: Decimal = Decimal("0.20")
    pareto_goal: Decimal = Decimal("0.80")
    gini_bands: tuple[Decimal, Decimal] = (Decimal("0.4"), Decimal("0.7"))
    dependency_alert: Decimal = Decimal("0.25")
    dependency_disclosure: Decimal = Decimal("0.10")  # IFRS 8 paragraph 34


class ActivityThresholds(Group):
    """Sections 8 and 8.6; ratios are recency over the client's own expected interval."""

    shrinkage: Decimal = Decimal("2")
    ratios: tuple[Decimal, Decimal, Decimal] = (Decimal("1.5"), Decimal("2.3"), Decimal("3.0"))
    lost_after_days: int = 365
    contract_grace_days: int = 60
    season_grace_days: int = 30
    risk_weights: dict[str, Decimal] = Field(
        default_factory=lambda: {
            "behaviour": Decimal(35),
            "trend": Decimal(25),
            "claims": Decimal(15),
            "payment": Decimal(15),
            "contract": Decimal(10),
        }
    )
    risk_coverage: Decimal = Decimal("0.50")
    risk_high: Decimal = Decimal(60)
    risk_medium: Decimal = Decimal(40)


class SeasonThresholds(Group):
    """Section 3.11."""

    window_share: Decimal = Decimal("0.50")
    years: int = 2
    overlap_months: int = 2


class LifecycleThresholds(Group):
    """Section 7."""

    childhood_months: int = 12
    occasional_orders: int = 3
    strong_decline: Decimal = Decimal("-0.20")
    decline: Decimal = Decimal("-0.10")
    growth: Decimal = Decimal("0.10")
    revival_months: int = 36
    old_age_alert: Decimal = Decimal("0.25")


class SegmentThresholds(Group):
    """Section 9."""

    terciles_below: int = 25
    min_customers: int = 30
    clusters: tuple[int, int] = (2, 8)
    stability: Decimal = Decimal("0.6")
    bootstraps: int = 20
    seed: int = 20_240_101


class Thresholds(Group):
    """All thresholds of a company."""

    quality: QualityThresholds = QualityThresholds()
    concentration: ConcentrationThresholds = ConcentrationThresholds()
    activity: ActivityThresholds = ActivityThresholds()
    season: SeasonThresholds = SeasonThresholds()
    lifecycle: LifecycleThresholds = LifecycleThresholds()
    segments: SegmentThresholds = SegmentThresholds()
