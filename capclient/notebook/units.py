"""Unit of each column that a table may show; its head is the sentence ``column.<name>``.

Floor 7.
"""

from __future__ import annotations

COLUMNS = {
    "text": """
        grid_field grid_people grid_missing grid_said grid_said_level grid_seen_level grid_source grid_decision
        grid_rival
        score_grade score_day score_missing
        contact_due contact_kind contact_reasons contact_owner contact_visits contact_calls contact_person
        contact_wanted contact_channel
        alert alert_evidence alert_since severity alerts_found past_worth alert_number
        action action_secondary decision due first_due kept_for needed value_class weakness who
        model converged parameter contract_end
        judge bell reasons
        question brings column_of reach asker voice promise device maturity evidence
        said_on pair loss_cause assumption comes_from owner
        cohort intended sequence since stage_held stage_raw stage_without
        cluster_name current direction following kind leaves_on nearest_name segment_before
        segment_if_order state_if_order state_next traits
        abc_after abc_class activity age band bar best_12m_end buyer cause check claim
        claimed class_name classification closed_on code contract_id contradiction
        created_on criterion customer_id declining definition dimension document family
        first_activity first_day first_sold_on flags followup grain group group_name how
        interval invoice_date invoice_id journal label last_day last_purchase level limit
        matched name notion number offer origin other_id other_name outlook
        override own partners payment_grade position potential_source product prospect_id
        quadrant quote_day rate reason recovery_stage remark rule salesperson scenario
        season segment source stage stage_before started_on state status step theme trend
        two_years unit value verdict wallet_class what year zone
        forecast_method forecast_flags value_kind margin_scope
        departure departed overlap
        followup_status done_on comment change_kind change_why measure
        compared_with
        signed expires_on seen answer_said answer_data standing improvement due_on improvement_status
    """,
    "money": """
        grid_risk_revenue
        alert_stake
        contact_stake contact_left_revenue
        margin_used stake
        earned_before earned_expected earned_after margin_expected margin_after
        expected_loss revenue_12m
        after_6m after_12m after_24m after_36m
        credited_back
        amount_open average_basket best_12m beyond_cost change change_n contribution_lost cost_charged
        cost_effect cost_outside cost_to_serve cost_unused credit_limit credited credits
        cumulated deal_amount disputed effect_competitive effect_growth effect_mix
        effect_not_compared erosion_amount excess gross_margin indemnity invoiced lever live
        margin margin_change margin_lost mean_revenue mix_effect net_margin new_products
        not_decomposable not_due open_ended overdue overdue_over_60 overdue_over_90
        paid_late paid_n potential price_effect products_effect rebated receivable
        result_after revenue revenue_lost revenue_n revenue_n1 stale stopped_products
        to_claim unallocated undated usual_revenue volume_effect wallet weighted won_amount
        projected last_12m forecast_12m contracted equity yearly_margin expected_amount margin_total
    """,
    "change": """
        growth market_growth price_change relative_growth residual
        error_bias change_rate
    """,
    "share": """
        score_known
        net_rate
        p_active renewal_chance
        p_loss auc recall recall_equal precision found_within_two found_within_three
        amount_share margin_between
        csat credited_share
        attrition attrition_revenue chance conversion coverage cumulative_share
        customers_share declared_chance dispersion effort_share gross_margin_rate late_share
        limit_used margin_rate market_share nrr nrr_adjusted observed open_share
        overdue_share peer_share rate_n rate_n1 reductions_rate revenue_share service_rate
        share share_after share_lost share_n1 top10_share top1_share top1_share_group
        total_share used_share value_share volatility wallet_share weight weight_n
        total_error p_stay state_observed state_frequency stay_share retention_used
    """,
    "points": """
        erosion market_share_change rate_change rate_effect
        relative_points share_change weight_change weight_effect
    """,
    "count": """
        contact_all contact_left followup_count
        grid_theirs grid_ours grid_real grid_declared grid_estimated grid_blank grid_threatened
        purchases_seen turn decided fitted_on
        alarms
        calls changes missing_contacts spare_contacts
        answering claims_n open_n visits_n claims_citing questionnaire staff claim_deduced
        breach_invoices cluster compared contract_invoices contracts created deals f judged_invoices kept
        known late_invoices line lines lost m n n_institutions number_of orders orders_n
        pending purchase_days_12m qty qty_n qty_n1 qty_used r rank rank_revenue rejected
        risk_score settled_invoices times total visits visits_beyond won
        origins watched stayed bought_again
        controls months_each
        stand_computed stand_declared stand_provided stand_unknown stand_planned
    """,
    "days": """
        days_in_stage
        age_days days_left days_late days_late_before days_late_signed days_longer days_since_contact delay_days
        excess_days interval_days longest_term oldest_days recency_days
    """,
    "ratio": """
        lift false_per_100 false_rising
        a_year
        claims_per_k nps
        effective_customers frequency months ratio
        mase
    """,
    "customers": """
        above active below customers customers_after expected_customers peers within
    """,
    "money_cents": """
        amount amount_needed booked expected_price highest lowest mean_price penalty price price_n
        price_n1 unit_cost
    """,
    "spoken": """
        grid_mark grid_weight score_value score_bounds score_mark score_weight score_lost score_comparable score_whole
        parameter_value standard_error
        brier
        score spread mark satisfaction_mark target measured rho
        then now
        clients computed difference expected groups ranking_margin ranking_product_types
        ranking_quantity ranking_revenue with_pools without_first without_intragroup
    """,
    "years": """
        seniority_years
    """,
    "index": """
        hhi payment_score price_index index_own index_market
    """,
}
UNITS = {name: unit for unit, names in COLUMNS.items() for name in names.split()}
