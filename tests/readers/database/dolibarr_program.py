"""A Dolibarr in small: its tables as versions 9, 12 and 18 make them, and what the program writes in them.

Written from what the program stores, not from what the reader expects: totals of invoices are computed by its own
rules (sum of the lines; for a situation, less the previous situations of its cycle).
"""

from __future__ import annotations

from decimal import Decimal

TABLES = """
CREATE TABLE {p}const (rowid INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(180), entity INT DEFAULT 1, value TEXT);
CREATE TABLE {p}c_country (rowid INT PRIMARY KEY, code VARCHAR(2), label VARCHAR(50));
CREATE TABLE {p}c_departements (rowid INT PRIMARY KEY, nom VARCHAR(50));
CREATE TABLE {p}c_typent (id INT PRIMARY KEY, code VARCHAR(12), libelle VARCHAR(128));
CREATE TABLE {p}c_paiement (id INT PRIMARY KEY, code VARCHAR(6), libelle VARCHAR(128));
CREATE TABLE {p}c_payment_term (rowid INT PRIMARY KEY, code VARCHAR(16), libelle VARCHAR(255));
CREATE TABLE {p}user (rowid INT PRIMARY KEY, lastname VARCHAR(50), firstname VARCHAR(50));
CREATE TABLE {p}societe (rowid INT AUTO_INCREMENT PRIMARY KEY, nom VARCHAR(128), entity INT DEFAULT 1,
    code_client VARCHAR(24), parent INT, siren VARCHAR(128), siret VARCHAR(128), tva_intra VARCHAR(20), fk_pays INT,
    fk_departement INT, fk_typent INT, cond_reglement INT);
CREATE TABLE {p}societe_commerciaux (rowid INT AUTO_INCREMENT PRIMARY KEY, fk_soc INT, fk_user INT);
CREATE TABLE {p}categorie (rowid INT PRIMARY KEY, label VARCHAR(180), type INT);
CREATE TABLE {p}categorie_product (fk_categorie INT, fk_product INT);
CREATE TABLE {p}categorie_societe (fk_categorie INT, fk_soc INT);
CREATE TABLE {p}product (rowid INT AUTO_INCREMENT PRIMARY KEY, ref VARCHAR(128), label VARCHAR(255));
CREATE TABLE {p}commande (rowid INT AUTO_INCREMENT PRIMARY KEY, ref VARCHAR(30));
CREATE TABLE {p}element_element (rowid INT AUTO_INCREMENT PRIMARY KEY, fk_source INT, sourcetype VARCHAR(32),
    fk_target INT, targettype VARCHAR(32));
CREATE TABLE {p}facture (rowid INT AUTO_INCREMENT PRIMARY KEY, {ref} VARCHAR(30) NOT NULL, entity INT DEFAULT 1,
    type SMALLINT DEFAULT 0, fk_soc INT, datef DATE, paye SMALLINT DEFAULT 0, close_code VARCHAR(16),
    {tva} DOUBLE(24,8) DEFAULT 0, revenuestamp DOUBLE(24,8) DEFAULT 0, {ht} DOUBLE(24,8) DEFAULT 0,
    total_ttc DOUBLE(24,8) DEFAULT 0, fk_statut SMALLINT DEFAULT 0, fk_facture_source INT, fk_fac_rec_source INT,
    date_lim_reglement DATE, situation_cycle_ref SMALLINT, situation_counter SMALLINT{closing});
CREATE TABLE {p}facturedet (rowid INT AUTO_INCREMENT PRIMARY KEY, fk_facture INT, fk_product INT, description TEXT,
    tva_tx DOUBLE(7,4), qty REAL, remise_percent REAL DEFAULT 0, fk_remise_except INT, subprice DOUBLE(24,8),
    total_ht DOUBLE(24,8), total_tva DOUBLE(24,8), total_ttc DOUBLE(24,8), product_type INT DEFAULT 0,
    buy_price_ht DOUBLE(24,8) DEFAULT 0, special_code INT DEFAULT 0, situation_percent REAL DEFAULT 100,
    fk_prev_id INT{unit});
CREATE TABLE {p}paiement (rowid INT AUTO_INCREMENT PRIMARY KEY, entity INT DEFAULT 1, datep DATETIME,
    amount DOUBLE(24,8), fk_paiement INT);
CREATE TABLE {p}paiement_facture (rowid INT AUTO_INCREMENT PRIMARY KEY, fk_paiement INT, fk_facture INT,
    amount DOUBLE(24,8));
CREATE TABLE {p}societe_remise_except (rowid INT AUTO_INCREMENT PRIMARY KEY, entity INT DEFAULT 1, fk_soc INT,
    datec DATETIME, amount_ht DOUBLE(24,8), amount_tva DOUBLE(24,8), amount_ttc DOUBLE(24,8), fk_facture_line INT,
    fk_facture INT, fk_facture_source INT, description TEXT)
"""


def money(amount) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))


class Dolibarr:
    """One database of one version."""

    def __init__(self, connection, version: int, prefix: str = "llx_") -> None:
        self.cursor, self.version, self.prefix = connection.cursor(), version, prefix
        self.ref = "ref" if version >= 10 else "facnumber"
        self.ht, self.tva = ("total_ht", "total_tva") if version >= 14 else ("total", "tva")
        for statement in TABLES.format(
            p=prefix, ref=self.ref, ht=self.ht, tva=self.tva,
            closing=", date_closing DATETIME" if version >= 12 else "",
            unit=", fk_unit INT" if version >= 12 else "",
        ).split(";"):  # fmt: skip
            self.cursor.execute(statement)
        self.insert("const", name="MAIN_MONNAIE", value="EUR")
        self.insert("c_country", rowid=1, code="FR", label="France")
        self.insert("c_departements", rowid=1, nom="Finistère")
        self.insert("c_typent", id=5, code="TE_ADMIN", libelle="Administration")
        self.insert("c_typent", id=3, code="TE_MEDIUM", libelle="PME/PMI")
        self.insert("c_paiement", id=2, code="VIR", libelle="Virement bancaire")
        self.insert("c_paiement", id=7, code="CHQ", libelle="Chèque")
        self.insert("c_payment_term", rowid=2, code="30D", libelle="30 jours")
        self.insert("user", rowid=1, lastname="Le Goff", firstname="Yann")
        self.insert("categorie", rowid=1, label="Boissons", type=0)
        self.insert("categorie", rowid=2, label="Grands comptes", type=2)

    def insert(self, table: str, **values) -> int:
        names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        self.cursor.execute(
            f"INSERT INTO {self.prefix}{table} ({names}) VALUES ({marks})", list(values.values())
        )
        return self.cursor.lastrowid

    def invoice(
        self,
        ref: str,
        soc: int,
        day: str,
        lines: list[dict],
        *,
        kind: int = 0,
        status: int = 1,
        paid: bool = False,
        close: str | None = None,
        previous: tuple[int, ...] = (),
        **values,
    ) -> int:
        """Write an invoice; the lines of a situation say their ``percent`` so far and the line before them.

        Type 2 lines are written as the program does: a positive quantity at a negative price.
        """
        columns = {
            self.ref: ref,
            "type": kind,
            "fk_soc": soc,
            "datef": day,
            "fk_statut": status,
            "paye": int(paid),
        }
        if close:
            columns["close_code"] = close
        if close and self.version >= 12:
            columns["date_closing"] = "2024-12-20 10:00:00"
        new = self.insert("facture", date_lim_reglement=values.pop("due", day), **columns, **values)
        totals = [Decimal(0)] * 3
        for line in lines:
            qty, percent = Decimal(str(line.get("qty", 1))), Decimal(str(line.get("percent", 100)))
            price = Decimal(str(line["price"])) * (-1 if kind == 2 else 1)
            ht = money(qty * price * percent / 100 * (1 - Decimal(str(line.get("discount", 0))) / 100))
            tva = money(ht * Decimal(str(line.get("tva", 20))) / 100)
            totals = [total + part for total, part in zip(totals, (ht, tva, ht + tva), strict=True)]
            line["id"] = self.insert(
                "facturedet", fk_facture=new, fk_product=line.get("product"), tva_tx=line.get("tva", 20), qty=qty,
                subprice=price, total_ht=ht, total_tva=tva, total_ttc=ht + tva, remise_percent=line.get("discount", 0),
                buy_price_ht=line.get("buy", 0), fk_remise_except=line.get("remise"), situation_percent=percent,
                fk_prev_id=line.get("previous"), product_type=line.get("product_type", 0),
            )  # fmt: skip
            if line.get("remise"):
                self.cursor.execute(
                    f"UPDATE {self.prefix}societe_remise_except SET fk_facture_line = %s WHERE rowid = %s",
                    (line["id"], line["remise"]),
                )
        for earlier in previous:
            self.cursor.execute(
                f"SELECT {self.ht}, {self.tva}, total_ttc FROM {self.prefix}facture WHERE rowid = %s",
                (earlier,),
            )
            totals = [total - money(part) for total, part in zip(totals, self.cursor.fetchone(), strict=True)]
        self.cursor.execute(
            f"UPDATE {self.prefix}facture SET {self.ht} = %s, {self.tva} = %s, total_ttc = %s WHERE rowid = %s",
            (*totals, new),
        )
        return new

    def pay(self, day: str, mode: int = 2, **amounts) -> None:
        """Pay one or several invoices at once: ``f12="100.00"``."""
        total = sum(Decimal(amount) for amount in amounts.values())
        payment = self.insert("paiement", datep=f"{day} 12:00:00", amount=total, fk_paiement=mode)
        for invoice, amount in amounts.items():
            self.insert("paiement_facture", fk_paiement=payment, fk_facture=int(invoice[1:]), amount=amount)

    def discount(self, soc: int, source: int | None, amount: str, *, pays: int | None = None) -> int:
        """A credit of a customer, from another invoice or granted; it pays ``pays``, or becomes a line later."""
        ttc = Decimal(amount)
        ht = money(ttc / Decimal("1.2"))
        return self.insert(
            "societe_remise_except", fk_soc=soc, datec="2024-06-01 00:00:00", amount_ht=ht, amount_tva=ttc - ht,
            amount_ttc=ttc, fk_facture_source=source, fk_facture=pays, description="(DEPOSIT)",
        )  # fmt: skip
