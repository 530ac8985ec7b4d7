"""The evaluation grid as a company wants it: weight of each criterion, points of each level (D21, E11).

Floor 1. Criteria and levels are those of the reference text on client portfolios (001); points run from 0 (the relation
is worth least) to 1, and both points and weights are conventions to discuss, by company and by sector.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, field_validator

from capclient.bounds import STRICT, Factor, Share, mapped, refusal

# Ten criteria in the order of the text; the levels of each, from the best to the worst by default.
POINTS: dict[str, dict[str, Decimal]] = {
    name: {level: Decimal(points) for level, points in levels.items()}
    for name, levels in {
        "relation_type": {"partnership": "1", "recurring": "0.75", "occasional": "0.25", "endangered": "0"},
        "service_need": {"full": "1", "specialised": "0.5", "basic": "0"},
        # what the client decides on: the price alone keeps nobody, trust and quality do
        "decision_criteria": {
            "trust": "1", "quality": "1", "total_cost": "0.75", "ease": "0.5", "other": "0.5", "price": "0",
        },
        "wallet_level": {"large": "1", "moderate": "0.5", "small": "0"},
        "profitability_level": {"high": "1", "moderate": "0.5", "low": "0"},
        "potential_level": {"high": "1", "moderate": "0.6", "low": "0.3", "none": "0"},
        "ease": {"easy": "1", "medium": "0.5", "challenging": "0"},
        "outlook": {"growth": "1", "stability": "0.5", "failure": "0"},
        "rd_collab": {"ongoing": "1", "emerging": "0.5", "none": "0"},
        "learning": {"high": "1", "moderate": "0.5", "low": "0"},
    }.items()
}  # fmt: skip
WEIGHTS: dict[str, Decimal] = dict.fromkeys(POINTS, Decimal(1)) | {
    "relation_type": Decimal(2),
    "profitability_level": Decimal(3),  # a relation that earns nothing must be worth something else
    "potential_level": Decimal(2),
    "outlook": Decimal(2),
    "decision_criteria": Decimal(0),  # it tells how to speak to the client, not what the client is worth
}


class GridParams(BaseModel):
    """Weights and points that differ from those of the common base; a weight of 0 leaves a criterion out."""

    model_config = STRICT

    weights: dict[str, Factor] = {}
    levels: dict[str, dict[str, Share]] = {}

    @field_validator("weights")
    @classmethod
    def _weighed(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        own = mapped(value, key=_criterion, value=lambda weight: weight)
        if not any((WEIGHTS | own).values()):
            raise refusal("no_weight")
        return own

    @field_validator("levels")
    @classmethod
    def _levelled(cls, value: dict[str, dict[str, Decimal]]) -> dict[str, dict[str, Decimal]]:
        for name, levels in value.items():
            for level in levels:
                if level not in POINTS[_criterion(name)]:
                    raise refusal("unknown_key", name=level, names=sorted(POINTS[name]))
        return value

    def all_weights(self) -> dict[str, Decimal]:
        """Return the weight of each of the ten criteria, in order."""
        return WEIGHTS | self.weights

    def all_points(self) -> dict[str, dict[str, Decimal]]:
        """Return the points of each level of each criterion, 0 to 1, in order."""
        return {name: levels | self.levels.get(name, {}) for name, levels in POINTS.items()}


def _criterion(name: str) -> str:
    if name not in POINTS:
        raise refusal("unknown_key", name=name, names=sorted(POINTS))
    return name
