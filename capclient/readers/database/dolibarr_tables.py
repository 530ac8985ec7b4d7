"""What is copied of a Dolibarr database: every version gives the same columns.

Floor 2. Source: section E.4 of the sources. The version is read in the columns: ``facnumber`` became ``ref`` (10),
``total`` became ``total_ht`` and ``tva`` became ``total_tva`` (14). Amounts are binary numbers there; the server turns
them into decimals.
"""

from __future__ import annotations

import re

from capclient.errors import SourceError, listed
from capclient.readers.database.connection import Reading
from capclient.readers.database.present import Present, present
from capclient.readers.sql_text import literal

PREFIX = re.compile(r"[A-Za-z0-9_]{0,32}")
DEFAULT_PREFIX = "llx_"
NEEDED = ("facture", "facturedet", "societe", "paiement", "paiement_facture")

SETTINGS = "SELECT {currency} AS currency"

INVOICES = """
SELECT f.rowid AS id, f.{ref} AS ref, f.type, f.fk_statut AS status, f.close_code, {closed} AS closed, f.fk_soc AS soc,
       f.datef AS day, f.date_lim_reglement AS due, f.fk_facture_source AS source, {recurring} AS template,
       {cycle} AS cycle, {counter} AS counter, {order_ref} AS order_ref, {contract_ref} AS contract_ref,
       CAST(f.{total_ht} AS DECIMAL(24,8)) AS total_ht, CAST(f.{total_tva} AS DECIMAL(24,8)) AS total_tva,
       CAST(f.total_ttc AS DECIMAL(24,8)) AS total_ttc, CAST({stamp} AS DECIMAL(24,8)) AS stamp, f.paye AS paid
FROM {prefix}facture f WHERE f.entity = {entity} ORDER BY f.rowid
"""

LINES = """
SELECT d.rowid AS id, d.fk_facture AS invoice, d.fk_product AS product_id, {product} AS product, {family} AS family,
       {unit} AS unit, CAST(d.qty AS DECIMAL(24,8)) AS qty, CAST(d.total_ht AS DECIMAL(24,8)) AS total_ht,
       CAST(d.total_tva AS DECIMAL(24,8)) AS total_tva, CAST(d.total_ttc AS DECIMAL(24,8)) AS total_ttc,
       CAST({buy_price} AS DECIMAL(24,8)) AS buy_price, d.fk_remise_except AS discount,
       CAST({percent} AS DECIMAL(24,8)) AS percent, {previous} AS previous, {product_type} AS product_type
FROM {prefix}facturedet d JOIN {prefix}facture f ON f.rowid = d.fk_facture
     LEFT JOIN {prefix}product p ON p.rowid = d.fk_product
WHERE f.entity = {entity} ORDER BY d.rowid
"""

PAYMENTS = """
SELECT pf.rowid AS id, pf.fk_paiement AS payment, pf.fk_facture AS invoice, CAST(pf.amount AS DECIMAL(24,8)) AS amount,
       p.datep AS day, {mode} AS mode
FROM {prefix}paiement_facture pf JOIN {prefix}paiement p ON p.rowid = pf.fk_paiement
     JOIN {prefix}facture f ON f.rowid = pf.fk_facture
WHERE f.entity = {entity} ORDER BY pf.rowid
"""

DISCOUNTS = """
SELECT r.rowid AS id, r.fk_facture AS invoice, r.fk_facture_line AS line, r.fk_facture_source AS source,
       CAST(r.amount_ttc AS DECIMAL(24,8)) AS amount, r.datec AS day
FROM {prefix}societe_remise_except r
WHERE r.fk_soc IN (SELECT fk_soc FROM {prefix}facture WHERE entity = {entity}) ORDER BY r.rowid
"""

CUSTOMERS = """
SELECT s.rowid AS id, s.nom AS name, s.code_client AS code, s.parent, {siren} AS siren, {siret} AS siret,
       {vat} AS vat, {country} AS country, {region} AS region, {kind} AS kind, {kind_code} AS kind_code,
       {salesperson} AS salesperson, {category} AS category, {terms} AS terms
FROM {prefix}societe s
WHERE s.rowid IN (SELECT fk_soc FROM {prefix}facture WHERE entity = {entity})
   OR s.rowid IN (SELECT c.parent FROM {prefix}societe c JOIN {prefix}facture f ON f.fk_soc = c.rowid
                  WHERE f.entity = {entity})
ORDER BY s.rowid
"""


def statements(found: Reading, options: dict[str, str], currency: str) -> list[tuple[str, str]]:
    """Return the tables to copy and their statements.

    Raises
    ------
    SourceError
        If this is no Dolibarr database, or its tables or its company are not told apart from others.
    """
    if found.dialect not in {"mysql", "mariadb", "postgresql"}:
        server = "MariaDB, MySQL, PostgreSQL"
        raise SourceError("database.profile_server", source=found.shown, profile="dolibarr", server=server)
    has = present(found)
    prefix = _prefix(found, has, options.get("prefix", ""))
    words = _words(has, prefix, currency) | {"prefix": prefix}
    words["entity"] = _entity(found, prefix, options.get("entity", "") or options.get("company", ""))
    words["currency"] = _currency(has, prefix, words["entity"], currency)
    asked = {
        "const": SETTINGS,
        "facture": INVOICES,
        "facturedet": LINES,
        "paiement_facture": PAYMENTS,
        "societe": CUSTOMERS,
    }
    if has.has(f"{prefix}societe_remise_except"):
        asked["societe_remise_except"] = DISCOUNTS
    return [(name, statement.format(**words)) for name, statement in asked.items()]


def _prefix(found: Reading, has: Present, asked: str) -> str:
    """Return the prefix of the tables: the one asked for, else the usual one, else the only one there is."""
    if not PREFIX.fullmatch(asked):
        raise SourceError(
            "database.bad_option",
            source=found.shown,
            option="prefix",
            value=asked[:40],
            example=DEFAULT_PREFIX,
        )
    possible = sorted(
        table.removesuffix("facturedet")
        for table in has.tables
        if table.endswith("facturedet") and PREFIX.fullmatch(table.removesuffix("facturedet"))
        and all(has.has(table.removesuffix("facturedet") + name) for name in NEEDED)
    )  # fmt: skip
    wanted = asked or DEFAULT_PREFIX
    if wanted in possible:
        return wanted
    if len(possible) == 1 and not asked:
        return possible[0]
    if not possible:
        raise SourceError("database.not_dolibarr", source=found.shown, missing=f"{wanted}facture")
    raise SourceError("database.which_prefix", source=found.shown, asked=wanted, prefixes=listed(possible))


def _entity(found: Reading, prefix: str, asked: str) -> str:
    """Return the company of the module Multicompany, 1 without it."""
    rows = [
        str(row[0]) for row in found.all_rows(f"SELECT DISTINCT entity FROM {prefix}facture ORDER BY entity")
    ]
    if asked:
        if asked not in rows:
            listing = listed(rows, 20)
            raise SourceError("database.unknown_company", source=found.shown, asked=asked, companies=listing)
        return asked
    if len(rows) > 1:
        raise SourceError(
            "database.several_companies", source=found.shown, asked="", companies=listed(rows, 20)
        )
    return rows[0] if rows else "1"


def _currency(has: Present, prefix: str, entity: str, currency: str) -> str:
    if not has.has(f"{prefix}const", "value"):
        return literal(currency)
    setting = f"SELECT MAX(c.value) FROM {prefix}const c WHERE c.name = 'MAIN_MONNAIE' AND c.entity IN (0, {entity})"
    return f"COALESCE(({setting}), {literal(currency)})"


def _words(has: Present, prefix: str, currency: str) -> dict[str, str]:
    """Return what differs from one version or one set of modules to another, as SQL."""
    invoice, line, customer = f"{prefix}facture", f"{prefix}facturedet", f"{prefix}societe"
    countries = "c_country" if has.has(f"{prefix}c_country") else "c_pays"

    def one(table: str, value: str, condition: str, *, order: str = "") -> str:
        """SQL: the one value of a table that a module brings, NULL without it."""
        if not has.has(f"{prefix}{table}"):
            return "NULL"
        return f"(SELECT {value} FROM {prefix}{table} t WHERE {condition}{order} LIMIT 1)"

    def linked(table: str, kind: str) -> str:
        """SQL: the reference of the order or contract from which an invoice was made."""
        if not (has.has(f"{prefix}element_element") and has.has(f"{prefix}{table}", "ref")):
            return "NULL"
        return (
            f"(SELECT MIN(o.ref) FROM {prefix}element_element e JOIN {prefix}{table} o ON o.rowid = e.fk_source "
            f"WHERE e.sourcetype = '{kind}' AND e.targettype = 'facture' AND e.fk_target = f.rowid)"
        )

    def category(links: str, key: str, owner: str) -> str:
        """SQL: the first category of a product or of a customer."""
        if not (has.has(f"{prefix}categorie") and has.has(f"{prefix}{links}", key)):
            return "NULL"
        return (
            f"(SELECT c.label FROM {prefix}categorie c WHERE c.rowid = (SELECT MIN(l.fk_categorie) "
            f"FROM {prefix}{links} l WHERE l.{key} = {owner}))"
        )

    person = has.first(f"{prefix}user", "lastname", "name")
    sellers = has.has(f"{prefix}societe_commerciaux") and person
    return {
        "ref": has.first(invoice, "ref", "facnumber") or "ref",
        "total_ht": has.first(invoice, "total_ht", "total") or "total_ht",
        "total_tva": has.first(invoice, "total_tva", "tva") or "total_tva",
        "closed": has.sql(invoice, "f", "date_closing"),
        "recurring": has.sql(invoice, "f", "fk_fac_rec_source"),
        "cycle": has.sql(invoice, "f", "situation_cycle_ref"),
        "counter": has.sql(invoice, "f", "situation_counter"),
        "stamp": has.sql(invoice, "f", "revenuestamp", otherwise="0"),
        "order_ref": linked("commande", "commande"),
        "contract_ref": linked("contrat", "contrat"),
        "product": "CASE WHEN p.label IS NULL OR p.label = '' THEN p.ref ELSE CONCAT('[', p.ref, '] ', p.label) END",
        "family": category("categorie_product", "fk_product", "d.fk_product"),
        "unit": one("c_units", "t.label", "t.rowid = d.fk_unit") if has.has(line, "fk_unit") else "NULL",
        "buy_price": has.sql(line, "d", "buy_price_ht"),
        "percent": has.sql(line, "d", "situation_percent", otherwise="100"),
        "previous": has.sql(line, "d", "fk_prev_id"),
        "product_type": has.sql(line, "d", "product_type", otherwise="0"),
        "mode": one("c_paiement", "t.libelle", "t.id = p.fk_paiement"),
        "siren": has.sql(customer, "s", "siren"),
        "siret": has.sql(customer, "s", "siret"),
        "vat": has.sql(customer, "s", "tva_intra"),
        "country": one(countries, "t.code", f"t.rowid = {has.sql(customer, 's', 'fk_pays')}"),
        "region": one("c_departements", "t.nom", f"t.rowid = {has.sql(customer, 's', 'fk_departement')}"),
        "kind": one("c_typent", "t.libelle", "t.id = s.fk_typent AND t.code <> 'TE_UNKNOWN'"),
        "kind_code": one("c_typent", "t.code", "t.id = s.fk_typent"),
        "salesperson": (
            f"(SELECT TRIM(CONCAT(COALESCE(u.firstname, ''), ' ', COALESCE(u.{person}, ''))) FROM {prefix}user u "
            f"WHERE u.rowid = (SELECT MIN(v.fk_user) FROM {prefix}societe_commerciaux v WHERE v.fk_soc = s.rowid))"
            if sellers
            else "NULL"
        ),
        "category": category("categorie_societe", "fk_soc", "s.rowid"),
        "terms": one("c_payment_term", "t.libelle", f"t.rowid = {has.sql(customer, 's', 'cond_reglement')}"),
    }
