"""Thresholds of what looks ahead: stages, groups, models of purchase and of loss, projection, worth.

Floor 1. Same rules as :mod:`capclient.thresholds`, which gathers them.
"""

from __future__ import annotations

from decimal import Decimal

from capclient.bounds import (
    Clusters,
    Count,
    Customers,
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


class SegmentThresholds(Group):
    """Section 9."""

    terciles_below: Count = 25
    min_customers: Count = 30
    clusters: Clusters = (2, 8)
    stability: Share = Decimal("0.6")
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


class LossThresholds(Group):
    """Section 8 and F12: the model of loss, and the rule that it has to beat."""

    horizon_months: Months = 6  # a client is lost to an origin when it buys nothing in the months that follow
    naive_intervals: Factor = Decimal(
        2
    )  # silence, in usual intervals, from which the naive rule calls a loss
    min_customers: Customers = 100  # at each origin, and examples of each kind
    min_losses: Customers = 30
    origins: Count = 6
    seed: Seed = 20_240_101


class ForecastThresholds(Group):
    """Section 11."""

    origins: Count = 6  # of the past, at most, from which the same method is tried again
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
