"""What is copied of an Odoo database, versions 14 to 19: every version gives the same columns.

Floor 2. Source: section E.4 of the sources. The version is read in the columns: 14 and 15 mark lines by
``exclude_from_invoice_tab`` and accounts by the type of their type; 16 brings ``display_type`` on every line and
``account_type``; 18 keeps the code of an account by company in ``code_store`` and calls a payment
``origin_payment_id``. Names are JSON where they are translated.
"""

from __future__ import annotations

import re

from capclient.errors import SourceError, listed
from capclient.readers.database.connection import Reading
from capclient.readers.database.present import Present, present

SALES = "('out_invoice', 'out_refund', 'out_receipt')"
NEEDED = ("account_move", "account_move_line", "account_account", "account_partial_reconcile", "res_company")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
DEFAULT_LANGUAGE = "fr_FR"

COMPANY = """
SELECT company.id, company.name, currency.name AS currency
FROM res_company company LEFT JOIN res_currency currency ON currency.id = company.currency_id
WHERE company.id IN ({companies}) ORDER BY company.id
"""

# Moves that a customer's account knows: every sale, draft or cancelled too (they are counted), and every posted
# entry with a line on a customer's account.
MOVES = """
SELECT move.id, move.name, move.state, move.move_type, move.commercial_partner_id AS partner_id, move.date,
       move.invoice_date, move.invoice_date_due, move.invoice_origin AS origin, reversed.name AS reversed_name,
       {salesperson} AS salesperson, {journal} AS journal, journal.code AS journal_code,
       ({payment} IS NOT NULL OR {statement} IS NOT NULL) AS is_settlement, {is_opening} AS is_opening,
       {is_exchange} AS is_exchange, move.amount_untaxed_signed AS untaxed, move.amount_tax_signed AS tax,
       move.amount_total_signed AS total, move.amount_residual_signed AS residual
FROM account_move move
     LEFT JOIN account_move reversed ON reversed.id = move.reversed_entry_id
     LEFT JOIN account_journal journal ON journal.id = move.journal_id
     LEFT JOIN res_users seller ON seller.id = move.invoice_user_id
     LEFT JOIN res_partner seller_name ON seller_name.id = seller.partner_id
WHERE move.company_id IN ({companies}) AND (move.move_type IN {sales} OR (move.state = 'posted' AND move.id IN (
    SELECT line.move_id FROM account_move_line line JOIN account_account account ON account.id = line.account_id
    WHERE {is_receivable})))
ORDER BY move.id
"""

LINES = """
SELECT line.id, line.move_id, line.partner_id, line.date, line.date_maturity, line.balance, line.amount_residual,
       line.quantity, line.price_subtotal, line.price_total, {kind} AS kind, {code} AS code,
       {is_receivable} AS is_receivable, {is_cash} AS is_cash, {product} AS product, {family} AS family,
       {unit} AS unit
FROM account_move_line line
     JOIN account_move move ON move.id = line.move_id
     JOIN account_account account ON account.id = line.account_id
     LEFT JOIN product_product product ON product.id = line.product_id
     LEFT JOIN product_template template ON template.id = product.product_tmpl_id
     LEFT JOIN product_category category ON category.id = template.categ_id
     LEFT JOIN uom_uom unit ON unit.id = line.product_uom_id
WHERE move.company_id IN ({companies}) AND move.state = 'posted' AND (move.move_type IN {sales} OR move.id IN (
    SELECT line.move_id FROM account_move_line line JOIN account_account account ON account.id = line.account_id
    WHERE {is_receivable}))
ORDER BY line.id
"""

PARTIALS = """
SELECT part.id, part.debit_move_id, part.credit_move_id, part.amount
FROM account_partial_reconcile part
     JOIN account_move_line debit ON debit.id = part.debit_move_id
     JOIN account_move move ON move.id = debit.move_id
     JOIN account_account account ON account.id = debit.account_id
WHERE move.company_id IN ({companies}) AND move.state = 'posted' AND {is_receivable}
ORDER BY part.id
"""

# Partners of those lines and of sales, whoever they belong to, archived or not.
PARTNERS = """
WITH RECURSIVE wanted AS (
    SELECT id, parent_id FROM res_partner WHERE id IN (
        SELECT line.partner_id FROM account_move_line line JOIN account_move move ON move.id = line.move_id
               JOIN account_account account ON account.id = line.account_id
        WHERE move.company_id IN ({companies}) AND move.state = 'posted' AND {is_receivable}
        UNION SELECT commercial_partner_id FROM account_move
        WHERE company_id IN ({companies}) AND move_type IN {sales})
    UNION
    SELECT above.id, above.parent_id FROM res_partner above JOIN wanted ON above.id = wanted.parent_id
)
SELECT partner.id, partner.name, partner.commercial_partner_id, partner.parent_id, partner.vat,
       {registry} AS registry, country.code AS country, {region} AS region, {sector} AS sector,
       seller_name.name AS salesperson, partner.id IN (SELECT partner_id FROM res_company) AS is_own
FROM res_partner partner
     LEFT JOIN res_country country ON country.id = partner.country_id
     LEFT JOIN res_country_state state ON state.id = partner.state_id
     LEFT JOIN res_partner_industry industry ON industry.id = partner.industry_id
     LEFT JOIN res_users seller ON seller.id = partner.user_id
     LEFT JOIN res_partner seller_name ON seller_name.id = seller.partner_id
WHERE partner.id IN (SELECT id FROM wanted)
ORDER BY partner.id
"""


def statements(found: Reading, options: dict[str, str]) -> list[tuple[str, str]]:
    """Return the tables to copy and their statements.

    Raises
    ------
    SourceError
        If this is no Odoo database of a known version, or the company is not told apart from others.
    """
    if found.dialect != "postgresql":
        raise SourceError("database.profile_server", source=found.shown, profile="odoo", server="PostgreSQL")
    has = present(found)
    missing = [table for table in NEEDED if not has.has(table)]
    if missing or not has.has("account_move", "move_type"):
        what = ", ".join(missing) or "account_move.move_type"
        raise SourceError("database.not_odoo", source=found.shown, missing=what)
    language = options.get("language", "") or DEFAULT_LANGUAGE
    if not LANGUAGE.fullmatch(language):
        raise SourceError(
            "database.bad_option", source=found.shown, option="language", value=language, example="fr_FR"
        )
    companies, root = _companies(found, has, options.get("company", "").strip())
    words = _words(has, language, root) | {"companies": ", ".join(map(str, companies)), "sales": SALES}
    return [
        ("res_company", COMPANY.format(**words)),
        ("account_move", MOVES.format(**words)),
        ("account_move_line", LINES.format(**words)),
        ("account_partial_reconcile", PARTIALS.format(**words)),
        ("res_partner", PARTNERS.format(**words)),
    ]


def _companies(found: Reading, has: Present, asked: str) -> tuple[list[int], int]:
    """Return the company that was asked for with its branches (version 17 on), and the root of its tree."""
    tree = has.sql("res_company", "company", "parent_path")
    rows = found.all_rows(
        f"SELECT company.id, company.name, {tree} FROM res_company company ORDER BY company.id"
    )
    paths = {row[0]: [int(part) for part in re.findall(r"\d+", row[2] or "")] or [row[0]] for row in rows}
    roots = [company for company in paths if paths[company][0] == company]
    chosen = [row[0] for row in rows if asked and asked in {str(row[0]), row[1]}]
    if not asked and len(roots) == 1:
        chosen = roots
    if len(chosen) != 1:
        listing = listed((f"{row[0]} ({row[1]})" for row in rows), 20)
        code = "database.unknown_company" if asked else "database.several_companies"
        raise SourceError(code, source=found.shown, asked=asked, companies=listing)
    return [company for company in paths if chosen[0] in paths[company]], paths[chosen[0]][0]


def _words(has: Present, language: str, root: int) -> dict[str, str]:
    """Return what differs from one version to another, as SQL."""
    line, account, move = "account_move_line", "account_account", "account_move"
    if has.has(account, "account_type"):
        receivable, cash = "account.account_type = 'asset_receivable'", "account.account_type = 'asset_cash'"
    else:
        of_type = "account.user_type_id IN (SELECT id FROM account_account_type WHERE type = '{}')"
        receivable, cash = of_type.format("receivable"), of_type.format("liquidity")
    if has.has(line, "exclude_from_invoice_tab"):
        kind = ("CASE WHEN line.display_type IS NOT NULL THEN line.display_type "
                "WHEN line.exclude_from_invoice_tab IS NOT TRUE THEN 'product' "
                "WHEN line.tax_line_id IS NOT NULL THEN 'tax' ELSE 'other' END")  # fmt: skip
    else:  # a rounding of the biggest tax is tax
        tax = has.sql(line, "line", "tax_repartition_line_id")
        kind = f"CASE WHEN line.display_type = 'rounding' AND {tax} IS NOT NULL THEN 'tax' ELSE line.display_type END"
    code = "account.code" if has.has(account, "code") else f"account.code_store->>'{root}'"
    name = has.text("product_template", "template", "name", language)
    variants = "(SELECT count(*) FROM product_product other WHERE other.product_tmpl_id = template.id)"
    exchanges = [
        f"move.id IN (SELECT exchange_move_id FROM {table})"
        for table in ("account_partial_reconcile", "account_full_reconcile")
        if has.has(table, "exchange_move_id")
    ]
    if has.has("res_company", "currency_exchange_journal_id"):
        exchanges.append("move.journal_id IN (SELECT currency_exchange_journal_id FROM res_company)")
    opening = has.has("res_company", "account_opening_move_id")
    return {
        "is_receivable": receivable,
        "is_cash": cash,
        "kind": kind,
        "code": code,
        "product": (
            f"CASE WHEN product.default_code <> '' THEN '[' || product.default_code || '] ' || {name} "
            f"WHEN {variants} > 1 THEN {name} || ' #' || product.id ELSE {name} END"
        ),
        "family": (
            has.text("product_category", "category", "complete_name", language)
            if has.has("product_category", "complete_name")
            else has.text("product_category", "category", "name", language)
        ),
        "unit": has.text("uom_uom", "unit", "name", language),
        "salesperson": "seller_name.name",
        "journal": has.text("account_journal", "journal", "name", language),
        "payment": has.sql(move, "move", "origin_payment_id", "payment_id"),
        "statement": has.sql(move, "move", "statement_line_id"),
        "is_opening": "move.id IN (SELECT account_opening_move_id FROM res_company)" if opening else "false",
        "is_exchange": f"({' OR '.join(exchanges)})" if exchanges else "false",
        "registry": has.sql("res_partner", "partner", "company_registry", "siret"),
        "region": has.text("res_country_state", "state", "name", language),
        "sector": has.text("res_partner_industry", "industry", "name", language),
    }
