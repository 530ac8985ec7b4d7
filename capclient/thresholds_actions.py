"""Thresholds of what to do: priority actions, alerts, contacts, the score out of 20.

Floor 1. Same rules as :mod:`capclient.thresholds`, which gathers them.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field, field_validator

from capclient.bounds import (
    Count,
    Days,
    Decline,
    Factor,
    Group,
    Months,
    Score,
    Share,
    Shares,
    Stages,
    refusal,
)

DUE_DAYS = {
    "retain": 15, "develop": 60, "reduce_cost": 60, "substitute": 90, "prospect": 60, "maintain": 90, "exit": 30,
}  # fmt: skip


class ActionThresholds(Group):
    """Section 13; the bounds of the risk score are those of ``activity``, those of potentials ``profitability``."""

    target_net_rate: Share = Decimal("0.10")  # of revenue, below which a client is not profitable enough
    service_quantile: Share = Decimal(
        "0.75"
    )  # of its class of value, above which serving a client costs much
    price_index: Score = Decimal(95)  # below, it pays less than the others for the same
    erosion: Decline = Decimal("-0.02")  # of its margin rate in a year, in points
    low_wallet: Share = Decimal("0.60")  # of its purchases already ours, above which little is left to win
    tender_months: Months = 3
    development_success: Share = Decimal("0.30")  # of the potential that an effort brings
    winback_success: Share = Decimal("0.10")  # of former clients won back
    due_days: dict[str, Days] = Field(default_factory=DUE_DAYS.copy)  # after D, by action

    @field_validator("due_days")
    @classmethod
    def _known(cls, value: dict[str, int]) -> dict[str, int]:
        for name in value:
            if name not in DUE_DAYS:
                raise refusal("unknown_key", name=name, names=sorted(DUE_DAYS))
        return DUE_DAYS | value


class AlertThresholds(Group):
    """Sections 8.3 to 8.5 and 16; what an alert shares with a chapter is set where the chapter reads it."""

    volume_months: Months = 3
    volume_loss: Decline = Decimal("-0.25")
    volume_months_down: Count = 2  # of the months compared
    volume_least: Count = 500  # euros that a loss must reach, and
    volume_share: Share = Decimal("0.001")  # of the revenue of the company
    volume_age_months: Months = 15
    season_days: Days = 45  # before its season starts
    season_half: Share = Decimal("0.70")  # of last year, at mid-season
    deadline_months: Months = 3  # before a tender, a notice or an end of contract
    top1: Share = Decimal("0.25")
    group: Share = Decimal("0.30")
    weight_rise: Share = Decimal("0.05")  # of the first client, in points
    price_index: Score = Decimal(90)
    overdue_days: Days = 60
    overdue_least: Count = 1_000
    claim_days: Days = 15
    call_days: Days = 7  # after a first order
    unassigned: Share = Decimal("0.05")
    pooled: Share = Decimal("0.20")
    state_months: Months = 3  # a state that worsened, or a payment grade that fell, is news for so long
    market_decline: Decline = Decimal("-0.10")  # of a client against its market
    contact_months: Months = 12  # someone who left is news for so long
    single_purchases: Count = 3  # of the year, below which buying one product says nothing
    recovery_months: Months = 6  # within which a client that comes back proves an alert wrong
    severity: Shares = (Decimal("0.001"), Decimal("0.01"))  # of the revenue at stake: medium, then high


class ContactThresholds(Group):
    """Section 14; cadences, and what a person can do in a day or a week, are conventions of ours [conv]."""

    call_days: Days = 7
    calls_per_year: Count = 4  # of a client of class C
    segment_calls: dict[str, Count] = Field(
        default_factory=dict
    )  # other numbers of calls, by segment of clients
    mailings_per_year: Count = 2
    visits_per_year: tuple[Count, Count] = (6, 4)  # of classes A and B; halved at adult age
    close_months: Months = 3  # a young client is followed monthly for so long, then every quarter
    survey_claim_days: Days = 90  # an open claim so recent puts the survey off
    lost_days: Days = 15
    call_months: Months = (
        2  # a first order so old is no longer called about: its client is followed as a young one
    )
    lost_months: Months = 12  # a loss so old is no longer asked about
    claim_hours: Count = 48
    season_days: Days = 45
    tender_months: Months = 3
    reminder_days: Stages = (1, 15, 30)
    merge_days: Days = 10
    horizon_months: Months = 3
    visits_per_week: Count = 6  # of a salesperson without an objective of visits
    calls_per_day: Count = 6  # of a salesperson
    letters_per_day: Count = 30  # surveys, questionnaires and mailings whose answers somebody reads
    prospect_months: Months = 36  # a prospect that has not spoken for so long is forgotten


class FollowupThresholds(Group):
    """The plan read back (G08): what an action is compared with, and since when what changed is told; [conv]."""

    least_months: Months = 3  # on each side of an action, below which nothing is said of it
    most_months: Months = 12  # more would mix the action with everything else
    least_actions: Count = 5  # done and comparable, below which no effect is told
    previous_months: Months = 3  # before D, where neither a plan nor a parameter tells the last report


class ScoreThresholds(Group):
    """Section 15.1: least coverage of the weights, and what the sensitivity adds to or takes from each weight."""

    coverage: Share = Decimal("0.50")
    sensitivity: Share = Decimal("0.50")
    nps_answers: Count = 30
    stale_months: Months = 12  # an evidence so old loses a level
    unproven: Factor = Decimal(1)  # highest maturity of a device without evidence


class SynthesisThresholds(Group):
    """Limits from which a figure claims a place among the five things to know; [conv], no norm says them."""

    growth: Decline = Decimal("-0.05")  # of revenue in a year
    attrition: Share = Decimal("0.10")  # of clients
    at_risk: Share = Decimal("0.10")  # of revenue, with clients that grow silent
    falls: Share = Decimal(
        "0.02"
    )  # of the revenue of the year before, lost on the three clients that fell most
    departures: Share = Decimal("0.05")  # of revenue, exposed to the departures expected
    forecast: Decline = Decimal("-0.03")  # of revenue in the months to come
    destroyed: Share = Decimal("0.10")  # of the margin, lost on clients that destroy it
    overdue: Share = Decimal("0.20")  # of what is owed
    market: Decline = Decimal("-0.02")  # points under the growth of the market
