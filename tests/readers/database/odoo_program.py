"""An Odoo in small: its tables as versions 15 to 18 make them, and its way of posting, paying and reconciling.

Written from what the program stores, not from what the reader expects: every amount it keeps (totals, residuals) is
computed here by the program's own rules.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

COMMON = """
CREATE TABLE res_currency (id int PRIMARY KEY, name varchar);
CREATE TABLE res_company (id int PRIMARY KEY, name varchar, partner_id int, currency_id int, parent_id int,
    account_opening_move_id int, currency_exchange_journal_id int{company});
CREATE TABLE res_country (id int PRIMARY KEY, code varchar, name {word});
CREATE TABLE res_country_state (id int PRIMARY KEY, name varchar, country_id int);
CREATE TABLE res_partner_industry (id int PRIMARY KEY, name {word});
CREATE TABLE res_users (id int PRIMARY KEY, login varchar, partner_id int);
CREATE TABLE res_partner (id int PRIMARY KEY, name varchar, commercial_partner_id int, parent_id int, is_company bool,
    active bool DEFAULT true, vat varchar, {registry} varchar, country_id int, state_id int, industry_id int,
    user_id int);
CREATE TABLE uom_uom (id int PRIMARY KEY, name {word});
CREATE TABLE product_category (id int PRIMARY KEY, name varchar, complete_name varchar, parent_id int);
CREATE TABLE product_template (id int PRIMARY KEY, name {word}, categ_id int);
CREATE TABLE product_product (id int PRIMARY KEY, product_tmpl_id int, default_code varchar, active bool DEFAULT true);
CREATE TABLE account_journal (id int PRIMARY KEY, name {journal_word}, code varchar, type varchar, company_id int);
CREATE TABLE account_account_type (id int PRIMARY KEY, name varchar, type varchar);
CREATE TABLE account_account (id int PRIMARY KEY, name {account_word}, {account});
CREATE TABLE account_move (id int PRIMARY KEY, name varchar, date date, state varchar, move_type varchar,
    journal_id int, company_id int, currency_id int, partner_id int, commercial_partner_id int, invoice_user_id int,
    invoice_date date, invoice_date_due date, invoice_origin varchar, reversed_entry_id int, {payment} int,
    statement_line_id int, amount_untaxed_signed numeric, amount_tax_signed numeric, amount_total_signed numeric,
    amount_residual_signed numeric);
CREATE TABLE account_move_line (id int PRIMARY KEY, move_id int, company_id int, account_id int, partner_id int,
    currency_id int, date date, date_maturity date, name varchar, quantity numeric, price_unit numeric,
    price_subtotal numeric, price_total numeric, balance numeric, amount_currency numeric, amount_residual numeric,
    product_id int, product_uom_id int, tax_line_id int, tax_repartition_line_id int, display_type varchar,
    statement_line_id int, parent_state varchar{line});
CREATE TABLE account_partial_reconcile (id int PRIMARY KEY, debit_move_id int, credit_move_id int, amount numeric,
    max_date date, company_id int{partial});
CREATE TABLE account_full_reconcile (id int PRIMARY KEY, name varchar{full});
"""
TYPES = {"asset_receivable": 1, "liability_payable": 2, "asset_cash": 3, "other": 4}
OLD_TYPES = {1: "receivable", 2: "payable", 3: "liquidity", 4: "other"}


def money(amount) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))


class Odoo:
    """One database of one version, with the usual accounts of a French company."""

    def __init__(self, connection, version: int) -> None:
        self.version, self.cursor = version, connection.cursor()
        self.ids: dict[str, int] = {}
        self.accounts: dict[str, int] = {}
        word = "jsonb" if version >= 16 else "varchar"
        code = "code_store jsonb" if version >= 18 else "code varchar, company_id int"
        kind = "account_type varchar" if version >= 16 else "user_type_id int, internal_type varchar"
        self.cursor.execute(
            COMMON.format(
                word=word,
                journal_word="jsonb" if version >= 17 else "varchar",
                account_word="jsonb" if version >= 17 else "varchar",
                company=", parent_path varchar" if version >= 17 else "",
                registry="company_registry" if version >= 16 else "siret",
                account=f"{code}, {kind}",
                payment="origin_payment_id" if version >= 18 else "payment_id",
                line="" if version >= 16 else ", exclude_from_invoice_tab bool, is_rounding_line bool",
                partial=", exchange_move_id int" if version >= 16 else "",
                full="" if version >= 16 else ", exchange_move_id int",
            )
        )
        self._set_up()

    def insert(self, table: str, **values) -> int:
        self.ids[table] = values.setdefault("id", self.ids.get(table, 0) + 1)
        names = ", ".join(values)
        marks = ", ".join(["%s"] * len(values))
        self.cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))
        return values["id"]

    def _name(self, text: str, since: int = 16) -> str:
        return json.dumps({"en_US": f"{text} (en)", "fr_FR": text}) if self.version >= since else text

    def _set_up(self) -> None:
        self.insert("res_currency", name="EUR")
        self.insert("res_currency", name="USD")
        self.insert("res_country", code="FR", name=self._name("France"))
        self.insert("res_country_state", name="Bretagne", country_id=1)
        self.insert("res_partner_industry", name=self._name("Commerce"))
        for place, kind in OLD_TYPES.items():
            self.insert("account_account_type", id=place, name=kind, type=kind)
        self.insert("res_partner", id=1, name="NOUS SARL", commercial_partner_id=1, is_company=True)
        self.insert("res_partner", id=2, name="Zoé Martin", commercial_partner_id=2, is_company=False)
        self.insert("res_users", id=2, login="zoe", partner_id=2)
        tree = {"parent_path": "1/"} if self.version >= 17 else {}
        self.insert(
            "res_company", name="Nous", partner_id=1, currency_id=1, currency_exchange_journal_id=5, **tree
        )
        for place, (code, kind, name) in enumerate(
            [("VE", "sale", "Ventes"), ("BQ", "bank", "Banque"), ("OD", "general", "Opérations diverses"),
             ("AN", "general", "À nouveaux"), ("ECH", "general", "Écarts de change")], 1,
        ):  # fmt: skip
            self.insert(
                "account_journal", id=place, name=self._name(name, 17), code=code, type=kind, company_id=1
            )
        for code, kind in (
            ("411100", "asset_receivable"), ("401100", "liability_payable"), ("512001", "asset_cash"),
            ("511200", "other"), ("707100", "other"), ("706000", "other"), ("419100", "other"), ("445710", "other"),
            ("654000", "other"), ("658000", "other"), ("666000", "other"), ("766000", "other"), ("775000", "other"),
            ("890000", "other"), ("758000", "other"),
        ):  # fmt: skip
            code_of = {"code_store": json.dumps({"1": code})} if self.version >= 18 else {"code": code}
            if self.version >= 16:
                kinds = {"account_type": kind if kind != "other" else "income"}
            else:
                kinds = {"user_type_id": TYPES[kind], "internal_type": OLD_TYPES[TYPES[kind]]}
            self.accounts[code] = self.insert(
                "account_account", name=self._name(code, 17), **code_of, **kinds
            )
        self.insert("uom_uom", name=self._name("Unité(s)"))
        self.insert("product_category", name="All", complete_name="All")
        self.insert("product_category", name="Jus", complete_name="All / Jus", parent_id=1)
        for place, name in enumerate(["Jus de pomme", "Cidre"], 1):
            self.insert("product_template", id=place, name=self._name(name), categ_id=2)
        self.insert("product_product", id=1, product_tmpl_id=1, default_code="JUS-1")
        self.insert("product_product", id=2, product_tmpl_id=2, default_code=None)
        self.insert("product_product", id=3, product_tmpl_id=2, default_code=None)

    def partner(self, name: str, *, parent: int | None = None, is_company: bool = True, **values) -> int:
        """A company, or a contact of one: its commercial partner is then the company above it."""
        registry = values.pop("registry", None)
        column = "company_registry" if self.version >= 16 else "siret"
        new = self.insert(
            "res_partner", name=name, parent_id=parent, is_company=is_company, **{column: registry}, **values
        )
        own = new if is_company or parent is None else self._commercial(parent)
        self.cursor.execute("UPDATE res_partner SET commercial_partner_id = %s WHERE id = %s", (own, new))
        return new

    def _commercial(self, partner: int) -> int:
        self.cursor.execute("SELECT commercial_partner_id FROM res_partner WHERE id = %s", (partner,))
        return self.cursor.fetchone()[0]

    def invoice(
        self,
        name: str,
        partner: int | None,
        day: str,
        lines: list[dict],
        *,
        kind: str = "out_invoice",
        state: str = "posted",
        due: list[tuple[str, str]] | None = None,
        rate: str = "1",
        company: int = 1,
        **values,
    ) -> int:
        """Post an invoice; ``rate`` is what one unit of the company buys of the currency of the document."""
        sign = -1 if kind == "out_refund" else 1
        owner = self._commercial(partner) if partner else None
        move = self.insert(
            "account_move", name=name, date=day, state=state, move_type=kind, journal_id=1, company_id=company,
            currency_id=1 if rate == "1" else 2, partner_id=partner, commercial_partner_id=owner,
            invoice_user_id=2, invoice_date=day, invoice_date_due=due[-1][0] if due else day, **values,
        )  # fmt: skip
        untaxed = tax = taxed = Decimal(0)
        base = {"partner": owner, "day": day, "state": state, "company": company}
        for line in lines:
            if line.get("section"):
                self._line(move, None, 0, base, display=line["section"], name="Titre")
                continue
            subtotal = money(Decimal(str(line["price"])) * Decimal(str(line.get("qty", 1))))
            total = money(subtotal * (1 + Decimal(str(line.get("tax", "0.2")))))
            balance = money(subtotal / Decimal(rate))
            untaxed += balance
            taxed += total - subtotal
            self._line(
                move, line.get("account", "707100"), -sign * balance, base, display=line.get("display", "product"),
                quantity=line.get("qty", 1), price_unit=line["price"], price_subtotal=subtotal, price_total=total,
                product_id=line.get("product"), product_uom_id=1 if line.get("product") else None, name="Ligne",
            )  # fmt: skip
        tax = money(taxed / Decimal(rate))
        if tax:
            self._line(move, "445710", -sign * tax, base, display="tax", tax_line_id=1)
        shares = [(day, "1")] if due is None else due
        left = untaxed + tax
        for place, (maturity, share) in enumerate(shares):
            part = left if place == len(shares) - 1 else money((untaxed + tax) * Decimal(share))
            left -= part
            self._line(move, "411100", sign * part, base, display="payment_term", date_maturity=maturity)
        amounts = [sign * untaxed, sign * tax, sign * (untaxed + tax), sign * (untaxed + tax)]
        self.cursor.execute(
            "UPDATE account_move SET amount_untaxed_signed = %s, amount_tax_signed = %s, amount_total_signed = %s, "
            "amount_residual_signed = %s WHERE id = %s",
            [*amounts, move],
        )
        return move

    def _line(self, move: int, account: str | None, balance, base: dict, *, display: str, **values) -> int:
        is_receivable = account == "411100"
        if self.version < 16:
            values["exclude_from_invoice_tab"] = display in {"tax", "payment_term", "rounding", "entry"}
            values["is_rounding_line"] = display == "rounding"
            display = display if display.startswith("line_") else None
        elif display == "entry":
            display = "product"
        return self.insert(
            "account_move_line", move_id=move, company_id=base["company"], partner_id=base["partner"],
            account_id=self.accounts[account] if account else None, date=base["day"], balance=balance,
            amount_residual=balance if is_receivable else 0, display_type=display, parent_state=base["state"],
            **values,
        )  # fmt: skip

    def entry(
        self,
        day: str,
        lines: list[tuple[str, str, int | None]],
        *,
        journal: int = 3,
        company: int = 1,
        **values,
    ) -> int:
        """Post an entry; return the line on the customer's account (the first one)."""
        number = f"OD/{self.ids.get('account_move', 0) + 1:04d}"
        move = self.insert(
            "account_move", name=number, date=day, state="posted", move_type="entry", journal_id=journal,
            company_id=company, currency_id=1, amount_untaxed_signed=0, amount_tax_signed=0, amount_total_signed=0,
            amount_residual_signed=0, **values,
        )  # fmt: skip
        found = [
            self._line(
                move, account, money(balance),
                {"partner": partner, "day": day, "state": "posted", "company": company}, display="entry",
            )
            for account, balance, partner in lines
        ]  # fmt: skip
        return next(line for line, (account, *_) in zip(found, lines, strict=True) if account == "411100")

    def payment(
        self, day: str, partner: int | None, amount: str, *, written_off: dict | None = None, **values
    ) -> int:
        """Register a payment: money on the outstanding account, and what is written off with it."""
        others = [(account, part, partner) for account, part in (written_off or {}).items()]
        money_in = Decimal(amount) - sum(Decimal(part) for _, part, _ in others)
        column = "origin_payment_id" if self.version >= 18 else "payment_id"
        self.ids["payment"] = self.ids.get("payment", 0) + 1
        lines = [("411100", str(-Decimal(amount)), partner), ("511200", str(money_in), partner), *others]
        return self.entry(day, lines, journal=2, **{column: self.ids["payment"]}, **values)

    def statement(self, day: str, partner: int | None, amount: str) -> int:
        """A bank statement line reconciled straight with a customer."""
        self.ids["statement"] = self.ids.get("statement", 0) + 1
        lines = [("411100", str(-Decimal(amount)), partner), ("512001", amount, partner)]
        return self.entry(day, lines, journal=2, statement_line_id=self.ids["statement"])

    def receivable(self, move: int) -> list[int]:
        self.cursor.execute(
            "SELECT id FROM account_move_line WHERE move_id = %s AND account_id = %s ORDER BY id",
            (move, self.accounts["411100"]),
        )
        return [row[0] for row in self.cursor.fetchall()]

    def reconcile(self, debit: int, credit: int, amount: str, exchange_move: int | None = None) -> None:
        """Make a partial and keep the residuals that the program stores up to date."""
        values = {"exchange_move_id": exchange_move} if self.version >= 16 and exchange_move else {}
        if exchange_move and self.version < 16:
            self.insert("account_full_reconcile", name="A1", exchange_move_id=exchange_move)
        self.insert(
            "account_partial_reconcile", debit_move_id=debit, credit_move_id=credit, amount=money(amount),
            max_date=date(2024, 12, 31), company_id=1, **values,
        )  # fmt: skip
        for line, change in ((debit, -money(amount)), (credit, money(amount))):
            self.cursor.execute(
                "UPDATE account_move_line SET amount_residual = amount_residual + %s WHERE id = %s RETURNING move_id",
                (change, line),
            )
            (move,) = self.cursor.fetchone()
            self.cursor.execute(
                "UPDATE account_move SET amount_residual_signed = (SELECT sum(amount_residual) FROM account_move_line "
                "WHERE move_id = %s AND account_id = %s) WHERE id = %s AND move_type <> 'entry'",
                (move, self.accounts["411100"], move),
            )
