"""The profile dolibarr on a real MariaDB, for each version that names its columns in its own way."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from capclient.errors import SourceError
from capclient.readers.database import DatabaseSource, extract, profile_book
from tests.readers.database.dolibarr_program import Dolibarr

VERSIONS = (9, 12, 18)


def a_year_of_trade(erp: Dolibarr) -> None:
    """Fill a company with what happens to a company."""
    alpha = erp.insert(
        "societe", nom="Alpha SAS", code_client="CU-001", siren="303 265 045", fk_pays=1, fk_departement=1, fk_typent=3,
        cond_reglement=2,
    )  # fmt: skip
    mairie = erp.insert(
        "societe", nom="Mairie", code_client="CU-002", parent=alpha, tva_intra="FR40552081317", fk_typent=5
    )
    twin = erp.insert("societe", nom="Jumeau", code_client="CU-003")
    erp.insert("societe", nom="Jumeau bis, jamais facturé", code_client="CU-003")
    bad = erp.insert("societe", nom="Mauvais Payeur", code_client=None)
    erp.insert("societe_commerciaux", fk_soc=alpha, fk_user=1)
    erp.insert("categorie_societe", fk_categorie=2, fk_soc=alpha)
    juice = erp.insert("product", ref="JUS", label="Jus de pomme")
    cider = erp.insert("product", ref="CIDRE", label="")
    erp.insert("categorie_product", fk_categorie=1, fk_product=juice)

    # F1: a discount, a purchase price, a title, a comment and a gift; paid by a payment shared with F2
    f1 = erp.invoice(
        "FA2401-0001", alpha, "2024-01-10",
        [{"product": juice, "price": "10", "qty": 10, "discount": 5, "buy": "6.5"}, {"price": "0", "product_type": 9},
         {"price": "0"}, {"product": cider, "price": "0", "qty": 2, "buy": "3"}],
        status=2, paid=True, due="2024-02-09", fk_fac_rec_source=3,
    )  # fmt: skip
    f2 = erp.invoice(
        "FA2401-0002", alpha, "2024-01-20", [{"product": cider, "price": "33.333", "qty": 3, "tva": "5.5"}]
    )
    erp.pay("2024-02-15", **{f"f{f1}": "114.00", f"f{f2}": "50.00"})
    erp.pay("2030-01-01", mode=7, **{f"f{f2}": "10.00"})  # a post-dated cheque
    order = erp.insert("commande", ref="CO2401-0001")
    erp.insert("element_element", fk_source=order, sourcetype="commande", fk_target=f1, targettype="facture")

    # a credit note of F1, used as a payment of F3
    credit = erp.invoice(
        "AV2402-0001", alpha, "2024-02-01", [{"product": juice, "price": "10", "qty": 2, "buy": "6.5"}],
        kind=2, status=2, paid=True, fk_facture_source=f1,
    )  # fmt: skip
    f3 = erp.invoice("FA2402-0003", alpha, "2024-02-10", [{"price": "100"}])
    erp.discount(alpha, credit, "24.00", pays=f3)
    # a credit note paid back
    refunded = erp.invoice("AV2402-0002", alpha, "2024-02-11", [{"price": "5"}], kind=2, status=2, paid=True)
    erp.pay("2024-02-20", **{f"f{refunded}": "-6.00"})

    # a deposit paid, then deducted by a line of the final invoice
    deposit = erp.invoice(
        "AC2403-0001", mairie, "2024-03-01", [{"price": "300"}], kind=3, status=2, paid=True
    )
    erp.pay("2024-03-05", **{f"f{deposit}": "360.00"})
    used = erp.discount(mairie, deposit, "360.00")
    erp.invoice("FA2404-0004", mairie, "2024-04-01", [{"price": "1000"}, {"price": "-300", "remise": used}])
    # a deposit paid, then used as a payment (FACTURE_DEPOSITS_ARE_JUST_PAYMENTS)
    deposit = erp.invoice("AC2403-0002", mairie, "2024-03-02", [{"price": "50"}], kind=3, status=2, paid=True)
    erp.pay("2024-03-06", **{f"f{deposit}": "60.00"})
    f5 = erp.invoice("FA2404-0005", mairie, "2024-04-02", [{"price": "200"}], status=2, paid=True)
    erp.discount(mairie, deposit, "60.00", pays=f5)
    erp.pay("2024-05-02", **{f"f{f5}": "180.00"})
    # a discount granted, used as a line: that one is a lower price
    granted = erp.discount(mairie, None, "12.00")
    erp.invoice("FA2404-0006", mairie, "2024-04-03", [{"price": "100"}, {"price": "-10", "remise": granted}])

    # 120 received for 100, the excess used as a payment of one invoice and as a line of another
    over = erp.invoice("FA2405-0007", twin, "2024-05-01", [{"price": "100"}], status=2, paid=True)
    erp.pay("2024-05-10", **{f"f{over}": "150.00"})
    f8 = erp.invoice("FA2405-0008", twin, "2024-05-20", [{"price": "50"}])
    erp.discount(twin, over, "20.00", pays=f8)
    excess = erp.discount(twin, over, "10.00")
    erp.invoice(
        "FA2405-0009", twin, "2024-05-21", [{"price": "50"}, {"price": "-10", "tva": "0", "remise": excess}]
    )

    # works in three situations: 30 %, 70 %, 100 %; a line comes with the second; a credit note of the first
    first = [{"product": juice, "price": "1000", "qty": 2, "percent": 30, "buy": "600"}]
    s1 = erp.invoice(
        "FA2406-0010", mairie, "2024-06-30", first, kind=5, situation_cycle_ref=1, situation_counter=1
    )
    second = [{**first[0], "percent": 70, "previous": first[0]["id"]}, {"price": "500", "percent": 50}]
    s2 = erp.invoice(
        "FA2407-0011",
        mairie,
        "2024-07-31",
        second,
        kind=5,
        previous=(s1,),
        situation_cycle_ref=1,
        situation_counter=2,
    )
    third = [
        {**first[0], "percent": 100, "previous": second[0]["id"]},
        {**second[1], "percent": 100, "previous": second[1]["id"]},
    ]
    erp.invoice(
        "FA2408-0012",
        mairie,
        "2024-08-31",
        third,
        kind=5,
        previous=(s1, s2),
        situation_cycle_ref=1,
        situation_counter=3,
    )
    # and a company that writes situations that are not cumulative
    plain = [{"price": "100", "percent": 40}]
    erp.invoice("FA2406-0013", alpha, "2024-06-30", plain, kind=5, situation_cycle_ref=2, situation_counter=1)
    plain = [{"price": "100", "percent": 60, "previous": plain[0]["id"]}]
    erp.invoice("FA2407-0014", alpha, "2024-07-31", plain, kind=5, situation_cycle_ref=2, situation_counter=2)

    # a direct debit that came back, then paid; bad debts; an early payment discount; a bank charge
    f15 = erp.invoice("FA2409-0015", alpha, "2024-09-01", [{"price": "60"}], status=2, paid=True)
    erp.pay("2024-09-05", **{f"f{f15}": "72.00"})
    erp.pay("2024-09-12", **{f"f{f15}": "-72.00"})
    erp.pay("2024-10-01", **{f"f{f15}": "72.00"})
    erp.invoice("FA2409-0016", bad, "2024-09-02", [{"price": "100"}], status=3, close="badcustomer")
    erp.invoice("FA2409-0017", bad, "2024-09-03", [{"price": "10"}], status=3, close="abandon")
    partly = erp.invoice(
        "FA2409-0018", bad, "2024-09-04", [{"price": "20"}], status=2, paid=True, close="badcustomer"
    )
    erp.pay("2024-09-20", **{f"f{partly}": "4.00"})
    early = erp.invoice(
        "FA2409-0019", alpha, "2024-09-05", [{"price": "100"}], status=2, paid=True, close="discount_vat"
    )
    erp.pay("2024-09-06", **{f"f{early}": "117.60"})

    # replaced, draft, pro forma: none of them; the replacement counts
    wrong = erp.invoice("FA2410-0020", alpha, "2024-10-01", [{"price": "999"}], status=3, close="replaced")
    erp.invoice("FA2410-0021", alpha, "2024-10-02", [{"price": "990"}], kind=1, fk_facture_source=wrong)
    erp.invoice("(PROV22)", alpha, "2024-10-03", [{"price": "5000"}], status=0)
    erp.invoice("PF-0001", alpha, "2024-10-04", [{"price": "7000"}], kind=4)
    # a credit note that cancels a deposit is no credit on sales
    deposit = erp.invoice("AC2411-0003", twin, "2024-11-01", [{"price": "40"}], kind=3)
    cancelled = erp.invoice(
        "AV2411-0003", twin, "2024-11-02", [{"price": "40"}], kind=2, fk_facture_source=deposit
    )
    erp.discount(twin, cancelled, "48.00", pays=deposit)


class Copy:
    """A copied database: its files, its book and questions to both sides."""

    def __init__(self, server, version: int, folder: Path) -> None:
        self.name, self.version, self.server, self.folder = f"dolibarr_{version}", version, server, folder
        self.source = DatabaseSource(server.make(self.name), profile="dolibarr")
        with server.connect(self.name) as connection:
            a_year_of_trade(Dolibarr(connection, version))
        self.files = extract(self.source, folder=folder, target=folder / "copy", currency="EUR")
        self.book = profile_book(duckdb.connect(), self.files, self.source, workspace=folder)

    def ask(self, sql: str) -> list[tuple]:
        for name, path in self.book.tables.items():
            sql = sql.replace("{" + name + "}", f"read_parquet('{path}')")
        return duckdb.connect().execute(sql).fetchall()

    def server_says(self, sql: str) -> list[tuple]:
        with self.server.connect(self.name) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    @property
    def header_ht(self) -> str:
        return "total_ht" if self.version >= 14 else "total"


@pytest.fixture(scope="module", params=VERSIONS, ids=lambda version: f"dolibarr_{version}")
def copy(request, mariadb, tmp_path_factory) -> Copy:
    return Copy(mariadb, request.param, tmp_path_factory.mktemp(f"dolibarr_{request.param}"))


def lines_of(copy: Copy, invoice: str, columns: str) -> list[tuple]:
    return copy.ask(
        f"SELECT {columns} FROM {{invoice_lines}} WHERE invoice_id = '{invoice}' ORDER BY source_line"
    )


def open_amounts(copy: Copy, customer: str) -> dict[str, Decimal]:
    """What is left of each item of a customer, by invoice, from items and allocations alone."""
    rows = copy.ask(
        f"""SELECT invoice_id, (item.amount - coalesce(debits.amount, 0) + coalesce(credits.amount, 0))::DECIMAL(18,2)
        FROM {{receivable_items}} AS item
        LEFT JOIN (SELECT debit_id AS item_id, sum(amount) AS amount FROM {{allocations}} GROUP BY 1) AS debits
             USING (item_id)
        LEFT JOIN (SELECT credit_id AS item_id, sum(amount) AS amount FROM {{allocations}} GROUP BY 1) AS credits
             USING (item_id)
        WHERE customer_id = '{customer}' AND kind IN ('invoice', 'credit_note', 'deposit') AND invoice_id IS NOT NULL"""
    )
    return {invoice: left for invoice, left in rows if left}


def test_every_reconciliation_with_the_program_holds(copy):
    found = {check["id"]: (check["status"], check["difference"]) for check in copy.book.checks}
    assert found == {
        id: ("ok", Decimal("0.00")) for id in ("dolibarr_revenue", "dolibarr_totals", "dolibarr_remaining")
    }


def test_revenue_is_what_the_totals_of_the_invoices_say(copy):
    """Headers of invoices and credit notes, plus the deposits and the excess that a line deducts from some."""
    ((headers,),) = copy.server_says(
        f"""SELECT CAST(SUM(CAST(f.{copy.header_ht} AS DECIMAL(24,8))) AS DECIMAL(18,2)) FROM llx_facture f
        LEFT JOIN llx_facture o ON o.rowid = f.fk_facture_source
        WHERE f.type IN (0, 1, 2, 5) AND NOT (f.type = 2 AND COALESCE(o.type, 0) = 3)
          AND (f.fk_statut IN (1, 2) OR (f.fk_statut = 3 AND f.close_code <> 'replaced'))"""
    )
    ((deducted,),) = copy.server_says(
        """SELECT CAST(SUM(CAST(d.total_ht AS DECIMAL(24,8))) AS DECIMAL(18,2)) FROM llx_facturedet d
        JOIN llx_societe_remise_except r ON r.rowid = d.fk_remise_except WHERE r.fk_facture_source IS NOT NULL"""
    )
    assert copy.ask("SELECT sum(amount_ht) FROM {invoice_lines} WHERE doc_type <> 'deposit'") == [
        (headers - deducted,)
    ]
    assert (headers, deducted) == (Decimal("5330.00"), Decimal("-310.00"))


def test_titles_and_comments_are_no_lines_and_a_gift_keeps_its_quantity_and_cost(copy):
    assert lines_of(copy, "FA2401-0001", "product, family, qty, unit_price, amount_ht, vat, amount_ttc, cost") == [
        ("[JUS] Jus de pomme", "Boissons", Decimal(10), Decimal("9.5"), Decimal("95.00"), Decimal("19.00"),
         Decimal("114.00"), Decimal("65.00")),
        ("CIDRE", None, Decimal(2), None, Decimal("0.00"), Decimal("0.00"), Decimal("0.00"), Decimal("6.00")),
    ]  # fmt: skip


def test_a_line_names_its_customer_order_seller_and_recurrence(copy):
    columns = "customer_id, customer_name, order_id, salesperson, recurring, currency, due_date::VARCHAR, due_source"
    assert lines_of(copy, "FA2401-0001", columns)[0] == (
        "CU-001", "Alpha SAS", "CO2401-0001", "Yann Le Goff", True, "EUR", "2024-02-09", "file",
    )  # fmt: skip


def test_customers_are_described_and_a_shared_code_names_nobody(copy):
    columns = "customer_id, name, group_id, segment, customer_type, siren, region, country, is_public, payment_terms"
    assert copy.ask(f"SELECT {columns} FROM {{customers}} ORDER BY name") == [
        (
            "CU-001",
            "Alpha SAS",
            None,
            "Grands comptes",
            "PME/PMI",
            "303265045",
            "Finistère",
            "FR",
            False,
            "30 jours",
        ),
        ("CU-003", "Jumeau", None, None, None, None, None, None, False, None),
        ("CU-002", "Mairie", "CU-001", None, "Administration", "552081317", None, None, True, None),
        ("tiers-5", "Mauvais Payeur", None, None, None, None, None, None, False, None),
    ]


def test_a_purchase_price_of_zero_is_unknown(copy):
    assert lines_of(copy, "FA2401-0002", "cost, amount_ht") == [(None, Decimal("100.00"))]


def test_a_credit_note_is_negative_in_amount_quantity_and_cost(copy):
    assert lines_of(copy, "AV2402-0001", "doc_type, qty, amount_ht, cost, credited_invoice_id") == [
        ("credit_note", Decimal(-2), Decimal("-20.00"), Decimal("-13.00"), "FA2401-0001")
    ]


def test_one_payment_on_two_invoices_keeps_its_mode_and_a_future_date_stays(copy):
    found = copy.ask(
        "SELECT invoice_id, date::VARCHAR, amount, kind, method FROM {payments} "
        "WHERE invoice_id IN ('FA2401-0001', 'FA2401-0002') ORDER BY ALL"
    )
    assert found == [
        ("FA2401-0001", "2024-02-15", Decimal("114.00"), "payment", "Virement bancaire"),
        ("FA2401-0002", "2024-02-15", Decimal("50.00"), "payment", "Virement bancaire"),
        ("FA2401-0002", "2030-01-01", Decimal("10.00"), "payment", "Chèque"),
    ]


def test_a_credit_note_used_as_a_payment_lowers_what_remains_and_is_no_payment(copy):
    left = open_amounts(copy, "CU-001")
    assert left["FA2402-0003"] == Decimal("96.00") and "AV2402-0001" not in left
    assert copy.ask("SELECT count(*) FROM {payments} WHERE invoice_id IN ('FA2402-0003', 'AV2402-0001')") == [
        (0,)
    ]


def test_a_credit_note_paid_back_is_money_out_and_no_reject(copy):
    assert copy.ask("SELECT amount, kind FROM {payments} WHERE invoice_id = 'AV2402-0002'") == [
        (Decimal("-6.00"), "payment")
    ]
    assert "AV2402-0002" not in open_amounts(copy, "CU-001")


def test_a_deposit_is_no_revenue_neither_its_invoice_nor_the_line_that_deducts_it(copy):
    assert lines_of(copy, "AC2403-0001", "doc_type, amount_ht") == [("deposit", Decimal("300.00"))]
    assert lines_of(copy, "FA2404-0004", "doc_type, amount_ht") == [
        ("invoice", Decimal("1000.00")),
        ("deposit", Decimal("-300.00")),
    ]
    assert open_amounts(copy, "CU-002")["FA2404-0004"] == Decimal("840.00")


def test_a_deposit_used_as_a_payment_settles_the_final_invoice(copy):
    assert lines_of(copy, "FA2404-0005", "doc_type, amount_ht") == [("invoice", Decimal("200.00"))]
    left = open_amounts(copy, "CU-002")
    assert "FA2404-0005" not in left and "AC2403-0002" not in left


def test_a_discount_that_was_granted_is_a_lower_price(copy):
    assert lines_of(copy, "FA2404-0006", "doc_type, amount_ht") == [
        ("invoice", Decimal("100.00")),
        ("invoice", Decimal("-10.00")),
    ]


def test_money_received_in_excess_settles_other_invoices_once(copy):
    assert lines_of(copy, "FA2405-0009", "doc_type, amount_ht") == [
        ("invoice", Decimal("50.00")),
        ("deposit", Decimal("-10.00")),
    ]
    assert open_amounts(copy, "CU-003") == {"FA2405-0008": Decimal("40.00"), "FA2405-0009": Decimal("50.00")}


@pytest.mark.parametrize("customer", ["CU-001", "CU-002", "CU-003", "tiers-5"])
def test_items_less_payments_is_what_is_left_open(copy, customer):
    ((balance,),) = copy.ask(
        f"""SELECT sum(amount) FROM (SELECT customer_id, amount FROM {{receivable_items}}
        UNION ALL SELECT customer_id, -amount FROM {{payments}}) WHERE customer_id = '{customer}'"""
    )
    assert balance == sum(open_amounts(copy, customer).values(), Decimal("0.00"))


def test_situations_count_for_what_they_add(copy):
    assert lines_of(copy, "FA2406-0010", "qty, amount_ht, vat, cost") == [
        (Decimal("0.6"), Decimal("600.00"), Decimal("120.00"), Decimal("360.00"))
    ]
    assert lines_of(copy, "FA2407-0011", "qty, amount_ht, vat, cost") == [
        (Decimal("0.8"), Decimal("800.00"), Decimal("160.00"), Decimal("480.00")),
        (Decimal("0.5"), Decimal("250.00"), Decimal("50.00"), None),
    ]
    assert lines_of(copy, "FA2408-0012", "qty, amount_ht") == [
        (Decimal("0.6"), Decimal("600.00")),
        (Decimal("0.5"), Decimal("250.00")),
    ]


def test_situations_that_are_not_cumulative_count_as_they_stand(copy):
    assert lines_of(copy, "FA2406-0013", "qty, amount_ht") == [(Decimal("0.4"), Decimal("40.00"))]
    assert lines_of(copy, "FA2407-0014", "qty, amount_ht") == [(Decimal("0.6"), Decimal("60.00"))]
    said = {note.code: note.facts for _, note in copy.book.notes}
    assert said["database.situations"] == {"count": 5, "plain": 1}


def test_a_payment_that_came_back_is_a_reject(copy):
    columns = "date::VARCHAR, amount, kind"
    assert copy.ask(f"SELECT {columns} FROM {{payments}} WHERE invoice_id = 'FA2409-0015' ORDER BY date") == [
        ("2024-09-05", Decimal("72.00"), "payment"),
        ("2024-09-12", Decimal("-72.00"), "reject"),
        ("2024-10-01", Decimal("72.00"), "payment"),
    ]  # fmt: skip
    paid = copy.ask(
        """SELECT allocations.date::VARCHAR FROM {allocations} AS allocations
        JOIN {receivable_items} ON item_id = debit_id
        WHERE invoice_id = 'FA2409-0015'"""
    )
    assert paid == [("2024-10-01",)]


def test_abandoned_invoices_stay_revenue_and_their_rest_is_a_loss(copy):
    assert lines_of(copy, "FA2409-0017", "doc_type, amount_ht") == [("invoice", Decimal("10.00"))]
    found = copy.ask(
        "SELECT invoice_id, amount, kind FROM {payments} WHERE customer_id = 'tiers-5' ORDER BY ALL"
    )
    assert found == [
        ("FA2409-0016", Decimal("120.00"), "loss"),
        ("FA2409-0017", Decimal("12.00"), "loss"),
        ("FA2409-0018", Decimal("4.00"), "payment"),
        ("FA2409-0018", Decimal("20.00"), "loss"),
    ]
    assert open_amounts(copy, "tiers-5") == {}


def test_an_early_payment_discount_is_neither_money_nor_loss(copy):
    assert copy.ask("SELECT amount, kind FROM {payments} WHERE invoice_id = 'FA2409-0019'") == [
        (Decimal("117.60"), "payment")
    ]
    assert copy.ask(
        "SELECT amount FROM {receivable_items} WHERE invoice_id = 'FA2409-0019' AND kind = 'other'"
    ) == [(Decimal("-2.40"),)]


def test_replaced_draft_and_pro_forma_invoices_are_counted_and_left_out(copy):
    said = {note.code: note.facts for _, note in copy.book.notes}
    assert said["database.replaced"] == {"count": 1, "amount": "999.00"}
    assert said["database.drafts"] == {"count": 1, "amount": "5000.00"}
    assert said["database.proformas"] == {"count": 1, "amount": "7000.00"}
    assert said["database.abandoned"] == {"count": 2, "amount": "110.00"}
    assert copy.ask("SELECT count(*) FROM {invoice_lines} WHERE amount_ht IN (999, 5000, 7000)") == [(0,)]
    assert lines_of(copy, "FA2410-0021", "amount_ht") == [(Decimal("990.00"),)]


def test_a_credit_note_that_cancels_a_deposit_is_no_credit_on_sales(copy):
    assert lines_of(copy, "AV2411-0003", "doc_type, amount_ht") == [("deposit", Decimal("-40.00"))]


def test_the_same_database_gives_the_same_bytes(copy, tmp_path):
    again = extract(copy.source, folder=tmp_path, target=tmp_path / "again", currency="EUR")
    assert [path.read_bytes() for _, path in again] == [path.read_bytes() for _, path in copy.files]


def test_another_prefix_is_found_or_asked_for(mariadb, tmp_path):
    url = mariadb.make("prefixe")
    with mariadb.connect("prefixe") as connection:
        erp = Dolibarr(connection, 18, "dol_")
        erp.invoice("FA1", erp.insert("societe", nom="Un"), "2024-01-01", [{"price": "10"}])
    source = DatabaseSource(url, profile="dolibarr")
    assert len(extract(source, folder=tmp_path, target=tmp_path, currency="EUR")) == 6
    with mariadb.connect("prefixe") as connection:
        erp = Dolibarr(connection, 18, "essai_")
    with pytest.raises(SourceError) as raised:
        extract(source, folder=tmp_path, target=tmp_path / "none", currency="EUR")
    assert raised.value.code == "database.which_prefix" and "dol_, essai_" in raised.value.text("en")
    chosen = DatabaseSource(url, profile="dolibarr", options={"prefix": "essai_"})
    assert len(extract(chosen, folder=tmp_path, target=tmp_path / "one", currency="EUR")) == 6


def test_one_entity_of_several_is_read(mariadb, tmp_path):
    url = mariadb.make("entites")
    with mariadb.connect("entites") as connection:
        erp = Dolibarr(connection, 18)
        soc = erp.insert("societe", nom="Un")
        erp.invoice("FA1", soc, "2024-01-01", [{"price": "10"}])
        erp.invoice("FA1", soc, "2024-01-01", [{"price": "20"}], entity=2)
    with pytest.raises(SourceError) as raised:
        extract(DatabaseSource(url, profile="dolibarr"), folder=tmp_path, target=tmp_path, currency="EUR")
    assert raised.value.code == "database.several_companies"
    source = DatabaseSource(url, profile="dolibarr", options={"entity": "2"})
    files = extract(source, folder=tmp_path, target=tmp_path, currency="EUR")
    book = profile_book(duckdb.connect(), files, source, workspace=tmp_path)
    lines = (
        duckdb.connect()
        .execute(f"SELECT amount_ht FROM read_parquet('{book.tables['invoice_lines']}')")
        .fetchall()
    )
    assert lines == [(Decimal("20.00"),)]
