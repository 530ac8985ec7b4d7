"""Unit of each column that a table may show; its head is the sentence ``column.<name>``.

Floor 7.
"""

from __future__ import annotations

COLUMNS = {
    "text": """
        abc_class band bar best_12m_end check claim claimed class_name classification code contract_id
        contradiction criterion customer_id declining definition dimension document family first_day
        flags followup how interval invoice_date invoice_id journal label last_day last_purchase level
        limit matched name notion number other_id other_name outlook override own partners position
        potential_source product quadrant rate reason remark rule salesperson scenario season segment
        source stage stage_before state status theme trend unit value verdict wallet_class what year
        zone
    """,
    "money": """
        average_basket best_12m change change_n contribution_lost cumulated effect_competitive
        effect_growth effect_mix effect_not_compared lever margin margin_lost mix_effect new_products
        not_decomposable open_ended potential price_effect result_after revenue revenue_lost revenue_n
        revenue_n1 stopped_products usual_revenue volume_effect wallet
    """,
    "change": """
        growth market_growth price_change relative_growth residual
    """,
    "share": """
        attrition attrition_revenue cumulative_share customers_share dispersion gross_margin_rate
        market_share nrr nrr_adjusted peer_share revenue_share share share_after share_lost share_n1
        top10_share top1_share top1_share_group volatility wallet_share weight
    """,
    "points": """
        market_share_change relative_points share_change weight_change
    """,
    "count": """
        cluster compared contracts f kept known line lines m n number_of orders orders_n
        purchase_days_12m qty qty_n qty_n1 r rank rank_revenue risk_score times total
    """,
    "days": """
        interval_days recency_days
    """,
    "ratio": """
        effective_customers frequency months ratio
    """,
    "customers": """
        active customers customers_after peers
    """,
    "money_cents": """
        amount booked expected_price highest lowest mean_price price price_n price_n1
    """,
    "spoken": """
        clients computed difference expected groups ranking_margin ranking_product_types
        ranking_quantity ranking_revenue with_pools without_first without_intragroup
    """,
    "years": """
        seniority_years
    """,
    "index": """
        hhi price_index
    """,
}
UNITS = {name: unit for unit, names in COLUMNS.items() for name in names.split()}
