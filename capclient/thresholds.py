"""Every threshold of the method that is a convention, with its default (marked [conv] in the dictionary).

Floor 1. Thresholds that decide are decimals, never binary floats: 0.80 is 80 % exactly.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field, field_validator

from capclient.bounds import (
    Count,
    Customers,
    Days,
    Decline,
    Factor,
    Factors,
    Group,
    Months,
    Ratios,
    Score,
    Share,
    Shares,
    Stages,
    Years,
    refusal,
)
from capclient.thresholds_actions import (
    ActionThresholds,
    AlertThresholds,
    ContactThresholds,
    FollowupThresholds,
    ScoreThresholds,
    SynthesisThresholds,
)
from capclient.thresholds_ahead import (
    EquityThresholds,
    ForecastThresholds,
    LifecycleThresholds,
    LossThresholds,
    SegmentThresholds,
    ValueThresholds,
)

RISK_WEIGHTS = {
    "behaviour": Decimal(35),
    "trend": Decimal(25),
    "claims": Decimal(15),
    "payment": Decimal(15),
    "contract": Decimal(10),
}


class QualityThresholds(Group):
    """When bad lines, or lines without client, make the figures unusable."""

    max_rejected_share: Share = Decimal("0.05")  # of lines, or of amounts in absolute value
    unassigned_caveat: Share = Decimal("0.20")  # section 1
    unassigned_refusal: Share = Decimal("0.50")


class ConcentrationThresholds(Group):
    """Sections 1.4 to 1.11."""

    abc: Shares = (Decimal("0.80"), Decimal("0.95"))
    pmg: Shares = (Decimal("0.50"), Decimal("0.80"))
    pareto_top: Share = Decimal("0.20")
    pareto_goal: Share = Decimal("0.80")
    gini_bands: Shares = (Decimal("0.4"), Decimal("0.7"))
    dependency_alert: Share = Decimal("0.25")
    dependency_alert_group: Share = Decimal("0.30")
    dependency_disclosure: Share = Decimal("0.10")  # IFRS 8 paragraph 34
    shown: Customers = 15  # clients of the table of the largest (A05)
    cost_coverage: Share = Decimal(
        "0.70"
    )  # of the revenue, below which a share of margin is not computed (4.1)


class ActivityThresholds(Group):
    """Sections 8 and 8.6; ratios are recency over the client's own expected interval."""

    shrinkage: Factor = Decimal("2")
    ratios: Ratios = (Decimal("1.5"), Decimal("2.3"), Decimal("3.0"))
    lost_after_days: Days = 365
    contract_grace_days: Days = 60
    season_grace_days: Days = 30
    risk_weights: dict[str, Factor] = Field(default_factory=RISK_WEIGHTS.copy)
    risk_coverage: Share = Decimal("0.50")
    risk_high: Score = Decimal(60)
    risk_medium: Score = Decimal(40)

    @field_validator("risk_weights")
    @classmethod
    def _known(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        for name in value:
            if name not in RISK_WEIGHTS:
                raise refusal("unknown_key", name=name, names=sorted(RISK_WEIGHTS))
        if not sum(value.values()):
            raise refusal("no_weight")
        return value


class SeasonThresholds(Group):
    """Section 3.11."""

    window_share: Share = Decimal("0.50")
    years: Years = 2
    overlap_months: Months = 2
    year_orders: Count = 3  # under which a year proves no season: one order always fills one month


class PurchaseThresholds(Group):
    """Sections 1.11 and 3.10."""

    usual_family: Share = Decimal("0.30")  # of the clients of a segment, from which a family is usual
    xyz: Factors = (Decimal("0.25"), Decimal("0.50"))


class PricingThresholds(Group):
    """Sections 3.7 to 3.9 and 13."""

    mean_customers: Customers = 3  # of a product, for a mean price
    fit_customers: Customers = 5  # of a product, for a line of price on quantity
    mixed_dispersion: Factor = Decimal("0.5")  # above, one code covers several things (postage, sundries)
    low_index: Factor = Decimal(95)


class ProfitabilityThresholds(Group):
    """Section 4; the coverage of costs is that of ``concentration.cost_coverage``."""

    erosion: Decline = Decimal("-0.02")  # of a margin rate in a year, in points
    service_rate: Share = Decimal("0.15")  # of revenue, above which serving costs much
    reductions: Share = Decimal("0.03")  # of gross invoices, above which credit notes call for an inquiry
    levels: Shares = (Decimal("0.05"), Decimal("0.15"))  # of the margin rate: low, moderate, high
    over_visited: Factor = Decimal(2)  # share of visits over share of margin
    under_visited: Factor = Decimal("0.5")
    high_potential: Factor = Decimal("0.50")  # additional potential over revenue
    low_potential: Factor = Decimal("0.10")
    contact_days: Days = 90  # without a contact, a client is poorly secured


class PaymentThresholds(Group):
    """Sections 5.6 and 5.13; the weights of the score are those of the dictionary."""

    grades: Ratios = (Decimal(40), Decimal(60), Decimal(80))  # from which a client is in C, B, A
    score_invoices: Count = 3  # paid invoices below which there is no score
    worsening_days: Days = 5  # later than the year before, from which a trend is told


class RecoveryThresholds(Group):
    """The recovery list (E06, E07): days after the oldest due date, and when a case goes to counsel."""

    stages: Stages = (1, 15, 30)
    least_amount: Factor = Decimal(15)  # [conv] euros of debt of a client below which nothing is claimed
    rounding: Factor = Decimal(1)  # [conv] euros open of an invoice that bear no indemnity: a slip
    counsel_amount: Factor = Decimal(1000)  # overdue euros, including VAT
    counsel_days: Days = 90
    counsel_broken: Count = 2  # payments that came back, or promises not kept
    cases: Count = 50  # files written at most, the most urgent ones


class RetentionThresholds(Group):
    """Sections 2.11, 2.16 and 2.17."""

    censored_months: Months = 3  # a first purchase so soon after the data begin proves no novelty
    survey_months: Months = 24  # older answers say nothing of today
    satisfied_csat: Score = Decimal(4)
    satisfied_nps: Score = Decimal(7)
    loyal_years: Factor = Decimal(2)
    loyal_trend: Decline = Decimal("-0.10")
    loyal_wallet: Share = Decimal("0.25")


class MarketThresholds(Group):
    """Section 10: gap under which a segment goes with its market, growth under which a market stands still."""

    flat_gap: Share = Decimal("0.005")
    flat_market: Share = Decimal("0.01")


class WalletThresholds(Group):
    """Sections 3.12 and 3.13."""

    months: Months = 24  # an older wallet says nothing of today
    classes: Shares = (Decimal("0.25"), Decimal("0.60"))
    target_share: Share = Decimal("0.40")
    proxy_quantile: Share = Decimal("0.75")
    proxy_customers: Customers = 8  # peers under which there is no proxy


class DeclaredThresholds(Group):
    """Section 3.16: what contradicts a declaration."""

    recurring_orders: Count = 3
    endangered_risk: Score = Decimal(40)
    large_share: Share = Decimal("0.25")


class ProspectingThresholds(Group):
    """Section 12."""

    stage_history: Count = 30  # decided prospects under which the declared probability stands
    stale_cycles: Factor = Decimal(2)  # median cycles after which an open prospect is stale
    new_months: Months = 36  # age under which an offer is new
    institutions: Count = 2
    activity_coverage: Share = Decimal("0.70")  # of the revenue whose activity is told
    quote_days: Days = 90  # an order that follows later answers something else
    quote_share: Share = Decimal("0.50")  # of a quote, under which an invoice does not answer it


class SatisfactionThresholds(Group):
    """Section 6, C09 and A13."""

    claim_days: Days = 30  # to close a claim (6.6)
    hotline_days: Days = 1  # to be called back by a person: the same day or the next
    late_days: Days = 10  # mean days late from which a complaining client also pays late
    dissatisfied_csat: Score = Decimal(2)  # out of 5, where the likelihood to recommend was not asked


class ReceivablesThresholds(Group):
    """Section 5.1: last day overdue of the first three classes of age; findings keep 30, 60 and 90."""

    buckets: Stages = (30, 60, 90)
    unallocated: Share = Decimal("0.10")  # of open debits, above which receipts left apart may have paid them


class Thresholds(Group):
    """All thresholds of a company."""

    quality: QualityThresholds = QualityThresholds()
    concentration: ConcentrationThresholds = ConcentrationThresholds()
    activity: ActivityThresholds = ActivityThresholds()
    season: SeasonThresholds = SeasonThresholds()
    purchases: PurchaseThresholds = PurchaseThresholds()
    pricing: PricingThresholds = PricingThresholds()
    profitability: ProfitabilityThresholds = ProfitabilityThresholds()
    receivables: ReceivablesThresholds = ReceivablesThresholds()
    payments: PaymentThresholds = PaymentThresholds()
    recovery: RecoveryThresholds = RecoveryThresholds()
    lifecycle: LifecycleThresholds = LifecycleThresholds()
    segments: SegmentThresholds = SegmentThresholds()
    retention: RetentionThresholds = RetentionThresholds()
    market: MarketThresholds = MarketThresholds()
    wallet: WalletThresholds = WalletThresholds()
    declared: DeclaredThresholds = DeclaredThresholds()
    prospecting: ProspectingThresholds = ProspectingThresholds()
    satisfaction: SatisfactionThresholds = SatisfactionThresholds()
    value: ValueThresholds = ValueThresholds()
    loss: LossThresholds = LossThresholds()
    forecast: ForecastThresholds = ForecastThresholds()
    equity: EquityThresholds = EquityThresholds()
    actions: ActionThresholds = ActionThresholds()
    alerts: AlertThresholds = AlertThresholds()
    contacts: ContactThresholds = ContactThresholds()
    followup: FollowupThresholds = FollowupThresholds()
    score: ScoreThresholds = ScoreThresholds()
    synthesis: SynthesisThresholds = SynthesisThresholds()
