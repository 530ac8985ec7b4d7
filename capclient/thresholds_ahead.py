"""Thresholds of what looks ahead: stages, groups, models of purchase and of loss, projection, worth.

Floor 1. Same rules as :mod:`capclient.thresholds`, which gathers them.
"""

from __future__ import annotations

from decimal import Decimal

from capclient.bounds import (
    Cadence,
    Clusters,
    Count,
    Customers,
    Days,
    Decline,
    Factor,
    Group,
    Months,
    Repeats,
    Rise,
    Seed,
    Share,
    Years,
)


class LifecycleThresholds(Group):
    """Section 7."""

    childhood_months: Months = 12
    occasional_orders: Count = 3
    strong_decline: Decline = Decimal("-0.20")
    decline: Decline = Decimal("-0.10")
    growth: Rise = Decimal("0.10")
    revival_months: Months = 36
    old_age_alert: Share = Decimal("0.25")
    reviews: Repeats = 13  # of the past, at most, D included: three years of quarters
    review_months: Repeats = 3  # between two of them
    mix_gap: Share = Decimal(
        "0.25"
    )  # of clients grown silent in a stage, against those whose passages were seen
    confirmations: Repeats = 2  # reviews in a row after which a change of stage is believed
    # visits and calls a year, fewest and most, that each stage calls for (section 14 read as a cadence)
    contacts_childhood: Cadence = (6, 12)  # close
    contacts_adolescence: Cadence = (4, 8)  # regular
    contacts_adult: Cadence = (1, 4)  # spaced out
    contacts_old_age: Cadence = (6, 12)  # everything to retain
    contacts_occasional: Cadence = (0, 2)  # answer when they call


class SegmentThresholds(Group):
    """Section 9."""

    terciles_below: Count = 25
    min_customers: Count = 30
    clusters: Clusters = (2, 8)
    stability: Share = Decimal("0.6")
    near_silhouette: Share = Decimal("0.05")  # under the best, at which fewer groups are preferred
    group_customers: Count = 5  # and the share of the clients under which a group is no family
    group_share: Share = Decimal("0.03")
    near_days: Days = 30  # before a change of state that is called near
    near_share: Share = Decimal("0.05")  # of its revenue, within which a client is near another class
    horizon_days: Days = 90  # of the calendar of coming changes
    bootstraps: Repeats = 20
    seed: Seed = 20_240_101


class ValueThresholds(Group):
    """Section 8.2: from how many clients and weeks a model of purchase may speak, and what it must not meet."""

    min_customers: Customers = 100
    min_repeat: Customers = 30
    min_weeks: Count = 26
    contractual_share: Share = Decimal(
        "0.50"
    )  # of revenue under contract, above which clients renew, not buy again
    most_correlation: Share = Decimal("0.30")  # of frequency and amount, above which amounts are not modelled
    min_renewals: Customers = 30  # decisions to renew a contract, under which no curve is drawn


class LossThresholds(Group):
    """Section 8 and F12: the model of loss, and the rule that it has to beat."""

    horizon_months: Months = 6  # a client is lost to a day when it buys nothing in the months that follow
    naive_intervals: Factor = Decimal(2)  # of silence, from which the naive rule calls a loss
    min_customers: Customers = 100  # on each day judged
    min_losses: Customers = 30  # to learn from, and to measure on
    origins: Count = 6  # past days that are judged, at most


class ForecastThresholds(Group):
    """Section 11."""

    origins: Count = 8  # of the past, at most, from which the same method is tried again
    every_months: Months = 6  # between two of them
    shrinkage: Customers = 5  # clients of the whole portfolio added to each state before its share is read
    min_months: Months = 6  # of a new client, under which its year is not guessed
    level: Share = Decimal("0.80")  # of the interval
    seed: Seed = 20_240_101


class EquityThresholds(Group):
    """Section 15.2."""

    discount: Share = Decimal("0.10")
    years: Years = 5
    shrinkage: Customers = (
        20  # clients of the whole portfolio added to each class before its retention is read
    )
