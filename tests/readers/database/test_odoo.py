"""The profile odoo on a real PostgreSQL, for each version that stores things its own way."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from capclient.errors import SourceError
from capclient.readers.database import DatabaseSource, extract, profile_book
from tests.readers.database.odoo_program import Odoo

VERSIONS = (15, 16, 17, 18)
JUICE = {"product": 1, "price": "10.00", "qty": 10}


def a_year_of_trade(odoo: Odoo) -> None:
    """Fill a company with what happens to a company, and another one that must not be seen."""
    alpha = odoo.partner("Alpha SAS", vat="FR40303265045", country_id=1, state_id=1, industry_id=1, user_id=2)
    buyer = odoo.partner("Jeanne (achats)", parent=alpha, is_company=False)
    beta = odoo.partner("Bêta Ouest", parent=alpha, registry="55208131766522", active=False)
    gamma = odoo.partner("Gamma Inc.")
    bad = odoo.partner("Mauvais Payeur")

    # V1: two instalments, a section and a note, billed to a contact; paid in part by P1, which pays V2 too
    v1 = odoo.invoice(
        "VE/2024/0001", buyer, "2024-01-10",
        [{"section": "line_section"}, JUICE, {"product": 2, "price": "33.33", "qty": 3, "tax": "0.055"},
         {"section": "line_note"}, {"price": "0.00"}],
        due=[("2024-02-10", "0.5"), ("2024-03-10", "0.5")], invoice_origin="S00007",
    )  # fmt: skip
    v2 = odoo.invoice("VE/2024/0002", alpha, "2024-01-20", [{**JUICE, "qty": 5, "product": 3}])
    p1 = odoo.payment("2024-02-15", alpha, "150.00")
    first, second = odoo.receivable(v1)
    odoo.reconcile(first, p1, "112.74")
    odoo.reconcile(odoo.receivable(v2)[0], p1, "37.26")
    p2 = odoo.statement("2024-03-01", alpha, "22.74")
    odoo.reconcile(odoo.receivable(v2)[0], p2, "22.74")

    # a refund of V1, used on it: no payment
    refund = odoo.invoice(
        "RVE/2024/0001", alpha, "2024-03-05", [{**JUICE, "qty": 2}], kind="out_refund", reversed_entry_id=v1
    )
    odoo.reconcile(second, odoo.receivable(refund)[0], "24.00")

    # a deposit on 4191, then the final invoice that deducts it
    odoo.invoice("VE/2024/0003", beta, "2024-04-01", [{"price": "300.00", "account": "419100"}])
    odoo.invoice(
        "VE/2024/0004", beta, "2024-05-01",
        [{"product": 1, "price": "1000.00", "account": "706000"}, {"price": "300.00", "qty": -1, "account": "419100"}],
    )  # fmt: skip
    # the same on account 70, as the configuration may say
    odoo.invoice("VE/2024/0005", beta, "2024-04-02", [{"price": "50.00"}])
    odoo.invoice("VE/2024/0006", beta, "2024-05-02", [{"price": "200.00"}, {"price": "50.00", "qty": -1}])

    # dollars: 1,200 + 240 of tax at 1.20, paid when they are worth less
    dollars = odoo.invoice(
        "VE/2024/0007", gamma, "2024-06-01", [{"product": 1, "price": "1200.00", "qty": 1}], rate="1.2"
    )
    p3 = odoo.payment("2024-07-01", gamma, "1152.00")
    difference = odoo.entry("2024-07-01", [("411100", "-48.00", gamma), ("666000", "48.00", None)], journal=5)
    odoo.cursor.execute("SELECT move_id FROM account_move_line WHERE id = %s", (difference,))
    (exchange,) = odoo.cursor.fetchone()
    odoo.reconcile(odoo.receivable(dollars)[0], p3, "1152.00", exchange)
    odoo.reconcile(odoo.receivable(dollars)[0], difference, "48.00")

    # a bad debt: 20 received, 100 lost in the same payment; another written off by an entry
    v8 = odoo.invoice("VE/2024/0008", bad, "2024-02-01", [{"price": "100.00"}])
    odoo.reconcile(
        odoo.receivable(v8)[0],
        odoo.payment("2024-09-01", bad, "120.00", written_off={"654000": "100.00"}),
        "120.00",
    )
    v9 = odoo.invoice("VE/2024/0009", bad, "2024-02-02", [{"price": "10.00"}])
    lost = odoo.entry(
        "2024-09-02", [("411100", "-12.00", bad), ("654000", "10.00", None), ("445710", "2.00", None)]
    )
    odoo.reconcile(odoo.receivable(v9)[0], lost, "12.00")
    # a few cents written off to 658 by an entry
    v10 = odoo.invoice("VE/2024/0010", alpha, "2024-02-03", [{"price": "10.00"}])
    odoo.reconcile(odoo.receivable(v10)[0], odoo.payment("2024-02-20", alpha, "11.98"), "11.98")
    cents = odoo.entry("2024-02-20", [("411100", "-0.02", alpha), ("658000", "0.02", None)])
    odoo.reconcile(odoo.receivable(v10)[0], cents, "0.02")

    # a payment that comes back: the returned money is reconciled with the first payment, the invoice is open again
    v11 = odoo.invoice("VE/2024/0011", beta, "2024-08-01", [{"price": "60.00"}])
    p4 = odoo.payment("2024-08-05", beta, "72.00")
    odoo.reconcile(odoo.payment("2024-08-12", beta, "-72.00"), p4, "72.00")
    assert v11
    # a refund paid back to the customer
    back = odoo.invoice("RVE/2024/0002", beta, "2024-08-20", [{"price": "5.00"}], kind="out_refund")
    odoo.reconcile(odoo.payment("2024-08-25", beta, "-6.00"), odoo.receivable(back)[0], "6.00")

    odoo.payment("2024-10-01", gamma, "500.00")  # money that nobody has reconciled
    opening = odoo.entry("2024-01-01", [("411100", "77.00", beta), ("890000", "-77.00", None)], journal=4)
    odoo.cursor.execute(
        "UPDATE res_company SET account_opening_move_id = (SELECT move_id FROM account_move_line WHERE id = %s)",
        (opening,),
    )
    odoo.entry(
        "2024-11-01", [("411100", "-40.00", alpha), ("401100", "40.00", alpha)]
    )  # netted with a supplier
    odoo.invoice("RECU/2024/0001", alpha, "2024-11-02", [{"price": "8.00"}], kind="out_receipt")
    odoo.invoice("VE/2024/0012", alpha, "2024-11-03", [{"price": "90.00", "account": "775000"}])  # an old van
    odoo.invoice(
        "VE/2024/0013", alpha, "2024-11-04", [{"product": 1, "price": "0.00", "qty": 4}, {"price": "7.00"}]
    )
    if odoo.version >= 16:  # versions before keep the rounding out of the untaxed amount
        lines = [
            {"price": "9.99", "tax": "0"},
            {"price": "0.01", "tax": "0", "display": "rounding", "account": "758000"},
        ]
        odoo.invoice("VE/2024/0014", alpha, "2024-11-05", lines)
    odoo.invoice("/", alpha, "2024-12-01", [{"price": "5000.00"}], state="draft")
    odoo.invoice("VE/2024/0099", alpha, "2024-12-02", [{"price": "600.00"}], state="cancel")

    tree = {"parent_path": "2/"} if odoo.version >= 17 else {}
    odoo.insert(
        "res_company", name="Autre", partner_id=gamma, currency_id=1, currency_exchange_journal_id=5, **tree
    )
    odoo.invoice("VE/2024/0001", bad, "2024-01-10", [{"price": "99999.00"}], company=2)


class Copy:
    """A copied database: its files, its book and questions to both sides."""

    def __init__(self, server, version: int, folder: Path) -> None:
        self.name = f"odoo_{version}"
        self.source = DatabaseSource(server.make(self.name), profile="odoo", options={"company": "1"})
        self.server, self.folder, self.version = server, folder, version
        with server.connect(self.name) as connection:
            a_year_of_trade(Odoo(connection, version))
        self.files = extract(self.source, folder=folder, target=folder / "copy", currency="EUR")
        self.con = duckdb.connect()
        self.book = profile_book(self.con, self.files, self.source, workspace=folder)

    def ask(self, sql: str) -> list[tuple]:
        for name, path in self.book.tables.items():
            sql = sql.replace("{" + name + "}", f"read_parquet('{path}')")
        return duckdb.connect().execute(sql).fetchall()

    def server_says(self, sql: str) -> list[tuple]:
        with self.server.connect(self.name) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module", params=VERSIONS, ids=lambda version: f"odoo_{version}")
def copy(request, postgresql, tmp_path_factory) -> Copy:
    return Copy(postgresql, request.param, tmp_path_factory.mktemp(f"odoo_{request.param}"))


def lines_of(copy: Copy, invoice: str, columns: str) -> list[tuple]:
    return copy.ask(
        f"SELECT {columns} FROM {{invoice_lines}} WHERE invoice_id = '{invoice}' ORDER BY source_line"
    )


def test_every_reconciliation_with_the_program_holds(copy):
    found = {check["id"]: (check["status"], check["difference"]) for check in copy.book.checks}
    ids = ("odoo_revenue", "odoo_totals", "odoo_residuals", "odoo_balances")
    assert found == {id: ("ok", Decimal("0.00")) for id in ids}


def test_revenue_is_what_plain_sql_on_the_server_says(copy):
    (expected,) = copy.server_says(
        """SELECT sum(-l.balance) FROM account_move m JOIN account_move_line l ON l.move_id = m.id
        WHERE m.company_id = 1 AND m.state = 'posted' AND m.move_type LIKE 'out_%'
          AND l.account_id IN (SELECT account_id FROM account_move_line WHERE price_unit IS NOT NULL)"""
        f" AND l.account_id NOT IN ({copy_accounts(copy, '419100', '775000')})"
    )
    (found,) = copy.ask("SELECT sum(amount_ht) FROM {invoice_lines} WHERE doc_type <> 'deposit'")
    assert found == expected


def copy_accounts(copy: Copy, *codes: str) -> str:
    column = "code_store->>'1'" if copy.version >= 18 else "code"
    listing = ", ".join(f"'{code}'" for code in codes)
    return f"SELECT id FROM account_account WHERE {column} IN ({listing})"


def test_the_balance_of_each_customer_is_the_residual_of_its_entries(copy):
    expected = copy.server_says(
        f"""SELECT p.commercial_partner_id::text, sum(l.amount_residual)::numeric(18,2) FROM account_move_line l
        JOIN res_partner p ON p.id = l.partner_id JOIN account_move m ON m.id = l.move_id
        WHERE m.company_id = 1 AND m.state = 'posted' AND l.account_id IN ({copy_accounts(copy, "411100")})
        GROUP BY 1 ORDER BY 1"""
    )
    found = copy.ask(
        """SELECT customer_id, sum(amount) FROM (SELECT customer_id, amount FROM {receivable_items}
        UNION ALL SELECT customer_id, -amount FROM {payments}) GROUP BY 1 ORDER BY 1"""
    )
    assert found == expected


def test_sections_notes_and_empty_lines_are_no_lines(copy):
    assert lines_of(copy, "VE/2024/0001", "amount_ht") == [(Decimal("100.00"),), (Decimal("99.99"),)]


def test_tax_of_the_invoice_goes_to_its_lines_to_the_cent(copy):
    assert lines_of(copy, "VE/2024/0001", "vat, amount_ttc") == [
        (Decimal("20.00"), Decimal("120.00")),
        (Decimal("5.50"), Decimal("105.49")),
    ]


def test_an_invoice_of_a_contact_belongs_to_its_company(copy):
    assert lines_of(copy, "VE/2024/0001", "DISTINCT customer_id, customer_name, source_line")[0][:2] == (
        "3",
        "Alpha SAS",
    )


def test_customers_have_their_siren_group_seller_and_sector(copy):
    found = copy.ask(
        "SELECT name, siren, group_id, salesperson, sector, region, country, is_intragroup "
        "FROM {customers} ORDER BY name"
    )
    word = "Commerce"
    assert found == [
        ("Alpha SAS", "303265045", None, "Zoé Martin", word, "Bretagne", "FR", False),
        ("Bêta Ouest", "552081317", "3", None, None, None, None, False),  # archived, and a branch of Alpha
        ("Gamma Inc.", None, None, None, None, None, None, True),  # the partner of the other company
        ("Mauvais Payeur", None, None, None, None, None, None, False),
    ]


def test_products_families_units_and_sellers_are_named_in_french(copy):
    columns = "product, family, unit, qty, unit_price, salesperson, order_id, due_source"
    assert lines_of(copy, "VE/2024/0001", columns)[0] == (
        "[JUS-1] Jus de pomme", "All / Jus", "Unité(s)", Decimal(10), Decimal(10), "Zoé Martin", "S00007", "file",
    )  # fmt: skip
    assert lines_of(copy, "VE/2024/0002", "product") == [("Cidre #3",)]  # two variants share one name


def test_a_refund_is_negative_in_amount_and_quantity_and_names_its_invoice(copy):
    assert lines_of(
        copy, "RVE/2024/0001", "doc_type, qty, unit_price, amount_ht, vat, credited_invoice_id"
    ) == [("credit_note", Decimal(-2), Decimal(10), Decimal("-20.00"), Decimal("-4.00"), "VE/2024/0001")]


def test_a_down_payment_on_4191_is_a_deposit_and_the_final_invoice_keeps_its_revenue(copy):
    assert lines_of(copy, "VE/2024/0003", "doc_type, amount_ht") == [("deposit", Decimal("300.00"))]
    assert lines_of(copy, "VE/2024/0004", "doc_type, amount_ht") == [
        ("invoice", Decimal("1000.00")),
        ("deposit", Decimal("-300.00")),
    ]


def test_a_down_payment_on_70_counts_when_it_is_billed_and_is_deducted_afterwards(copy):
    assert lines_of(copy, "VE/2024/0005", "doc_type, amount_ht") == [("invoice", Decimal("50.00"))]
    assert lines_of(copy, "VE/2024/0006", "doc_type, amount_ht, unit_price") == [
        ("invoice", Decimal("200.00"), Decimal(200)),
        ("invoice", Decimal("-50.00"), Decimal(50)),
    ]


def test_foreign_currency_counts_in_the_currency_of_the_books(copy):
    assert lines_of(copy, "VE/2024/0007", "amount_ht, vat, amount_ttc, currency") == [
        (Decimal("1000.00"), Decimal("200.00"), Decimal("1200.00"), "EUR")
    ]


def test_an_exchange_difference_settles_the_rest_and_is_no_payment(copy):
    assert copy.ask(
        "SELECT kind, amount FROM {receivable_items} WHERE customer_id = '6' ORDER BY amount"
    ) == [
        ("other", Decimal("-48.00")),
        ("invoice", Decimal("1200.00")),
    ]
    assert copy.ask(
        "SELECT amount, kind, invoice_id FROM {payments} WHERE customer_id = '6' ORDER BY date"
    ) == [
        (Decimal("1152.00"), "payment", "VE/2024/0007"),
        (Decimal("500.00"), "payment", None),  # not reconciled with anything
    ]


def test_one_payment_on_two_invoices_and_two_payments_on_one_invoice(copy):
    found = copy.ask(
        """SELECT item.invoice_id, paid.date::VARCHAR, allocations.amount FROM {allocations} AS allocations
        JOIN {receivable_items} AS item ON item.item_id = debit_id JOIN {payments} AS paid ON payment_id = credit_id
        WHERE item.invoice_id IN ('VE/2024/0001', 'VE/2024/0002') ORDER BY ALL"""
    )
    assert found == [
        ("VE/2024/0001", "2024-02-15", Decimal("112.74")),
        ("VE/2024/0002", "2024-02-15", Decimal("37.26")),
        ("VE/2024/0002", "2024-03-01", Decimal("22.74")),
    ]
    assert copy.ask("SELECT invoice_id, amount, method FROM {payments} WHERE date = DATE '2024-02-15'") == [
        (None, Decimal("150.00"), "Banque")
    ]


def test_instalments_are_items_of_their_own_with_their_due_dates(copy):
    found = copy.ask(
        "SELECT amount, due_date::VARCHAR, kind FROM {receivable_items} WHERE invoice_id = 'VE/2024/0001' "
        "ORDER BY due_date"
    )
    assert found == [
        (Decimal("112.74"), "2024-02-10", "invoice"),
        (Decimal("112.75"), "2024-03-10", "invoice"),
    ]


def test_a_refund_used_on_an_invoice_is_a_credit_note_and_no_payment(copy):
    found = copy.ask(
        """SELECT credit.kind, credit.amount, allocations.amount FROM {allocations} AS allocations
        JOIN {receivable_items} AS credit ON credit.item_id = credit_id JOIN {receivable_items} AS debit
        ON debit.item_id = debit_id WHERE debit.invoice_id = 'VE/2024/0001'"""
    )
    assert found == [("credit_note", Decimal("-24.00"), Decimal("24.00"))]


def test_a_write_off_inside_a_payment_is_a_loss_beside_the_money(copy):
    found = copy.ask(
        """SELECT kind, paid.amount, allocations.amount FROM {payments} AS paid JOIN {allocations} AS allocations
        ON credit_id = payment_id WHERE paid.invoice_id = 'VE/2024/0008' ORDER BY kind DESC"""
    )
    assert found == [
        ("payment", Decimal("20.00"), Decimal("20.00")),
        ("loss", Decimal("100.00"), Decimal("100.00")),
    ]


def test_a_bad_debt_written_off_by_an_entry_is_a_loss(copy):
    assert copy.ask("SELECT kind, amount FROM {payments} WHERE invoice_id = 'VE/2024/0009'") == [
        ("loss", Decimal("12.00"))
    ]


def test_a_difference_of_cents_is_neither_money_nor_loss(copy):
    assert copy.ask("SELECT kind, amount FROM {payments} WHERE invoice_id = 'VE/2024/0010'") == [
        ("payment", Decimal("11.98"))
    ]
    assert copy.ask("SELECT kind FROM {receivable_items} WHERE amount = -0.02") == [("other",)]


def test_a_payment_that_came_back_is_a_reject_and_a_refund_paid_back_is_none(copy):
    assert copy.ask(
        "SELECT date::VARCHAR, amount, kind FROM {payments} WHERE customer_id = '5' ORDER BY date"
    ) == [
        ("2024-08-05", Decimal("72.00"), "payment"),
        ("2024-08-12", Decimal("-72.00"), "reject"),
        ("2024-08-25", Decimal("-6.00"), "payment"),
    ]


def test_opening_entries_netting_and_receipts_are_told_apart(copy):
    assert copy.ask("SELECT amount, customer_id FROM {receivable_items} WHERE kind = 'opening'") == [
        (Decimal("77.00"), "5")
    ]
    assert copy.ask("SELECT amount FROM {payments} WHERE kind = 'netting'") == [(Decimal("40.00"),)]
    assert lines_of(copy, "RECU/2024/0001", "doc_type, amount_ht") == [("invoice", Decimal("8.00"))]


def test_income_that_is_no_sale_is_owed_without_being_revenue(copy):
    assert lines_of(copy, "VE/2024/0012", "amount_ht") == []
    assert copy.ask("SELECT amount FROM {receivable_items} WHERE invoice_id = 'VE/2024/0012'") == [
        (Decimal("108.00"),)
    ]
    assert {"count": 1, "amount": "90.00"} in [
        note.facts for _, note in copy.book.notes if note.code == "database.other_income"
    ]


def test_a_gift_keeps_its_quantity(copy):
    assert lines_of(copy, "VE/2024/0013", "product, qty, amount_ht, vat")[0] == (
        "[JUS-1] Jus de pomme", Decimal(4), Decimal(0), Decimal(0),
    )  # fmt: skip


def test_a_cash_rounding_is_part_of_the_invoice(copy):
    expected = [(Decimal("9.99"),), (Decimal("0.01"),)] if copy.version >= 16 else []
    assert lines_of(copy, "VE/2024/0014", "amount_ht") == expected


def test_drafts_and_cancelled_invoices_are_counted_and_left_out(copy):
    said = {note.code: note.facts for _, note in copy.book.notes}
    assert said["database.drafts"] == {"count": 1, "amount": "5000.00"}
    assert said["database.cancelled"] == {"count": 1, "amount": "600.00"}
    assert copy.ask("SELECT count(*) FROM {invoice_lines} WHERE amount_ht IN (5000, 600, 99999)") == [(0,)]


def test_the_same_database_gives_the_same_bytes(copy, tmp_path):
    again = extract(copy.source, folder=tmp_path, target=tmp_path / "again", currency="EUR")
    assert [name for name, _ in again] == [name for name, _ in copy.files]
    assert [path.read_bytes() for _, path in again] == [path.read_bytes() for _, path in copy.files]
    book = profile_book(duckdb.connect(), again, copy.source, workspace=tmp_path)
    assert {name: path.read_bytes() for name, path in book.tables.items()} == {
        name: path.read_bytes() for name, path in copy.book.tables.items()
    }


def test_several_companies_are_a_question_for_the_user(copy, tmp_path):
    source = DatabaseSource(copy.source.url, profile="odoo")
    with pytest.raises(SourceError) as raised:
        extract(source, folder=tmp_path, target=tmp_path, currency="EUR")
    assert raised.value.code == "database.several_companies"
    assert "1 (Nous), 2 (Autre)" in raised.value.text("fr")
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_no_odoo_is_said_to_be_none(postgresql, tmp_path):
    source = DatabaseSource(postgresql.make("vide"), profile="odoo")
    with pytest.raises(SourceError) as raised:
        extract(source, folder=tmp_path, target=tmp_path, currency="EUR")
    assert raised.value.code == "database.not_odoo"


def test_branches_of_a_company_are_read_with_it(postgresql, tmp_path):
    source = DatabaseSource(postgresql.make("branches"), profile="odoo")
    with postgresql.connect("branches") as connection:
        odoo = Odoo(connection, 17)
        odoo.insert(
            "res_company", name="Agence", partner_id=1, currency_id=1, parent_id=1, parent_path="1/2/"
        )
        one = odoo.partner("Client")
        odoo.invoice("VE/2024/0001", one, "2024-01-01", [{"price": "10.00"}])
        odoo.invoice("VE/2024/0001", one, "2024-01-02", [{"price": "20.00"}], company=2)
    files = extract(source, folder=tmp_path, target=tmp_path, currency="EUR")
    book = profile_book(duckdb.connect(), files, source, workspace=tmp_path)
    lines = duckdb.connect().execute(
        f"SELECT invoice_id, amount_ht FROM read_parquet('{book.tables['invoice_lines']}')"
    )
    assert lines.fetchall() == [("VE/2024/0001 #1", Decimal("10.00")), ("VE/2024/0001 #2", Decimal("20.00"))]
