"""Figures: each is a picture, the sentence of its finding and its text alternative.

Floor 6, the only room that imports matplotlib and seaborn. Every function takes a frame of a theme (or the
:class:`~capclient.vocabulary.Unknown` that stands in its place) and returns a :class:`Figure`, or a
:class:`~capclient.notices.Notice` that says what is missing.
"""

from capclient.figures.actions import actions_figure, security_figure, value_risk_figure
from capclient.figures.activity import silence_figure, states_figure
from capclient.figures.alerts import alert_replay_figure, alerts_figure
from capclient.figures.ansoff import ansoff_figure
from capclient.figures.cadence import cadence_figure
from capclient.figures.claims import causes_figure, claims_figure, claims_lateness_figure
from capclient.figures.cohorts import cohorts_figure, survival_figure
from capclient.figures.concentration import abc_figure, lorenz_figure, pareto_figure
from capclient.figures.contacts import contacts_figure
from capclient.figures.contribution import contribution_figure
from capclient.figures.data import lines_figure, months_figure
from capclient.figures.dependency import margin_weights_figure, stress_figure
from capclient.figures.equity import equity_figure, equity_scenarios_figure
from capclient.figures.evidence import coverage_figure, devices_figure
from capclient.figures.figure import Figure
from capclient.figures.followup import effect_figure, followup_figure
from capclient.figures.grid import grid_figure, grid_ranges_figure, grid_weights_figure
from capclient.figures.groups import feature_label, groups_map_figure, profiles_figure
from capclient.figures.life_history import composition_figure, passages_figure
from capclient.figures.lifecycle import stages_figure, transitions_figure
from capclient.figures.loss import (
    loss_calibration_figure,
    loss_gain_figure,
    loss_replay_figure,
    loss_warning_figure,
)
from capclient.figures.margins import erosion_figure, margin_bands_figure, margin_causes_figure
from capclient.figures.market import relative_growth_figure, segment_mix_figure, shift_share_figure
from capclient.figures.moves import moves_figure
from capclient.figures.payments import grades_figure, lateness_figure, penalties_figure
from capclient.figures.pipeline import funnel_figure, pipeline_figure
from capclient.figures.prices import price_index_figure, price_volume_figure, price_volume_mix_figure
from capclient.figures.profitability import effort_figure, service_figure, whale_figure
from capclient.figures.projection import backtest_figure, forecast_parts_figure, projection_figure
from capclient.figures.prospecting import prospect_cohorts_figure, prospect_sources_figure
from capclient.figures.purchase_models import active_figure
from capclient.figures.purchase_proof import holdout_figure, tracking_figure
from capclient.figures.purchases import baskets_figure, regularity_figure, white_space_figure
from capclient.figures.receivables import ageing_figure, debtors_figure, owed_figure
from capclient.figures.renewals import renewal_curve_figure
from capclient.figures.retention import bridge_figure, loyalty_figure, renewal_figure
from capclient.figures.ribbons import weights_history_figure
from capclient.figures.salespeople import rankings_figure
from capclient.figures.satisfaction import listening_figure, nps_figure, scenario_figure
from capclient.figures.score import score_figure, score_history_figure, score_sensitivity_figure
from capclient.figures.segments import rfm_figure, silhouette_figure
from capclient.figures.tipping import coming_figure
from capclient.figures.waits import wait_figure

__all__ = [
    "Figure",
    "abc_figure",
    "actions_figure",
    "active_figure",
    "ageing_figure",
    "alert_replay_figure",
    "alerts_figure",
    "ansoff_figure",
    "backtest_figure",
    "baskets_figure",
    "bridge_figure",
    "cadence_figure",
    "causes_figure",
    "claims_figure",
    "claims_lateness_figure",
    "cohorts_figure",
    "coming_figure",
    "composition_figure",
    "contacts_figure",
    "contribution_figure",
    "coverage_figure",
    "debtors_figure",
    "devices_figure",
    "effect_figure",
    "effort_figure",
    "equity_figure",
    "equity_scenarios_figure",
    "erosion_figure",
    "feature_label",
    "followup_figure",
    "forecast_parts_figure",
    "funnel_figure",
    "grades_figure",
    "grid_figure",
    "grid_ranges_figure",
    "grid_weights_figure",
    "groups_map_figure",
    "holdout_figure",
    "lateness_figure",
    "lines_figure",
    "listening_figure",
    "lorenz_figure",
    "loss_calibration_figure",
    "loss_gain_figure",
    "loss_replay_figure",
    "loss_warning_figure",
    "loyalty_figure",
    "margin_bands_figure",
    "margin_causes_figure",
    "margin_weights_figure",
    "months_figure",
    "moves_figure",
    "nps_figure",
    "owed_figure",
    "pareto_figure",
    "passages_figure",
    "penalties_figure",
    "pipeline_figure",
    "price_index_figure",
    "price_volume_figure",
    "price_volume_mix_figure",
    "profiles_figure",
    "projection_figure",
    "prospect_cohorts_figure",
    "prospect_sources_figure",
    "rankings_figure",
    "regularity_figure",
    "relative_growth_figure",
    "renewal_curve_figure",
    "renewal_figure",
    "rfm_figure",
    "scenario_figure",
    "score_figure",
    "score_history_figure",
    "score_sensitivity_figure",
    "security_figure",
    "segment_mix_figure",
    "service_figure",
    "shift_share_figure",
    "silence_figure",
    "silhouette_figure",
    "stages_figure",
    "states_figure",
    "stress_figure",
    "survival_figure",
    "tracking_figure",
    "transitions_figure",
    "value_risk_figure",
    "wait_figure",
    "weights_history_figure",
    "whale_figure",
    "white_space_figure",
]
