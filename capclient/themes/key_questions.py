"""The questions that the texts ask, each with the figures and the proofs that answer it (J03, E21).

Floor 5. Their words stand in ``evidence.po`` (``key_question.<code>``, ``self_question.<code>``).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question: the text that asks it, the findings that answer it, the capabilities whose proofs speak of it."""

    code: str
    text: str
    figures: tuple[str, ...]
    capabilities: tuple[str, ...] = ()


QUESTIONS = (
    Question(
        "one_by_one", "000",
        ("satisfaction.listening_coverage", "satisfaction.claims_within_delay", "retention.grr"),
        ("A15", "A10", "A09", "A18"),
    ),
    Question(
        "trust", "000",
        ("satisfaction.promises_kept_share", "satisfaction.codesign_customers", "retention.seniority_mean_years"),
        ("A08", "A11", "E03"),
    ),
    Question(
        "whole_view", "000",
        (
            "concentration.segment_first_share", "concentration.activity_first_share",
            "concentration.effective_customers",
        ),
        ("B01", "B02"),
    ),
    Question(
        "spreading", "000",
        ("concentration.hhi_change", "recurrence.behavioural_share", "portfolio.growth"),
        ("B10", "B05"),
    ),
    Question("present_offer", "000", ("prospecting.conversion_rate", "prospecting.weighted_pipeline"), ("C01",)),
    Question(
        "wider_offer", "000", ("prospecting.new_product_share", "purchases.white_space_customers"), ("C04", "C05")
    ),
    Question(
        "new_activity", "000", ("prospecting.new_activity_share", "prospecting.multi_institution_share"), ("C08", "C06")
    ),
    Question("policy", "002", ("retention.retention_rate", "retention.nrr"), ("E01", "E03")),
    Question("listening", "002", ("satisfaction.nps", "satisfaction.claim_resolution_days"), ("E02", "E04")),
    Question("recovery", "002", ("receivables.overdue_rate", "receivables.escalated_cases"), ("E05", "E06", "E07")),
    Question("cherish", "003", ("actions.cherish_list",)),
    Question("reprice", "003", ("actions.reprice_list",)),
    Question("develop", "003", ("actions.develop_list",)),
    Question("leaving", "003", ("actions.leaving_list",)),
    Question("drained", "003", ("actions.drained_list",)),
)  # fmt: skip

# The five questions of text 002, in its order: a row of the register answers one of them as E21.1 to E21.5.
SELF_QUESTIONS = (
    Question("asset", "002", ("equity.total", "margin.net", "retention.grr"), ("E21", "E08")),
    Question(
        "crm", "002",
        ("satisfaction.promises_kept_share", "declared.completeness", "satisfaction.listening_coverage"),
        ("E21", "F20"),
    ),
    Question(
        "loyalty", "002",
        ("retention.retention_rate", "retention.grr", "retention.seniority_mean_years"), ("E21", "E12"),
    ),
    Question(
        "satisfied", "002",
        ("satisfaction.nps", "satisfaction.satisfied_lost_share", "retention.mercenary_customers"), ("E21", "E15"),
    ),
    Question(
        "statistics", "002",
        ("margin.net_rate", "purchases.average_basket", "forecast.next_12m", "market.relative_growth"),
        ("E21", "E17"),
    ),
)  # fmt: skip
