"""Every public FEC at hand: its figures, found again by a plain reading, or a refusal that an accountant approves."""

from dataclasses import dataclass, field
from decimal import Decimal

import duckdb
import openpyxl
import pytest

from capclient.errors import SourceError

pytestmark = pytest.mark.real


@dataclass(frozen=True)
class Outcome:
    """Lines, revenue (minus the balance of 70), clients, balance of 410 411 413 416 417, comparisons that fail."""

    lines: int
    revenue: str
    customers: int
    receivables: str
    failed: list[str] = field(default_factory=list)
    types: tuple[str, ...] = ()


OUTCOMES = {
    # a grower's whole year: numbers are those of a journal, account 701000 is emptied into its subdivisions
    # (reclassification, no invoice), two direct debits come back unpaid
    "0000000001FEC20220831.txt": Outcome(
        5422, "1049934.32", 17, "52517.24", [],
        ("credit_note", "invoice", "opening", "payment", "payment_reject", "rev_reclass"),
    ),
    # a restaurant: all entries bear the number 0, the "clients" are means of payment, sales are monthly entries;
    # the file stops in June of a year that closes in December, which is said
    "000000000FEC20231231.txt": Outcome(
        2102, "165297.93", 4, "27771.70", [], ("invoice", "opening", "payment")
    ),
    # two months of the grower, Montant and Sens: what is open is larger, since payments come later
    "derived_montant_sens_DC_iso8859-15.txt": Outcome(
        938, "126643.20", 9, "78302.32", [], ("credit_note", "invoice", "opening", "payment", "rev_reclass")
    ),
    # one sale of 2,000 excluding VAT, not paid yet
    "feccheck_minimal_conforme.txt": Outcome(8, "2000.00", 1, "2400.00", [], ("invoice",)),
    # 2,200 of sales for 2,400 with 400 of VAT: the file balances, two entries and two journals do not (200 too much
    # in purchases), and the invoice is not explained; 400 on 2,200 is no rate, which R10 says
    "feccheck_B01_ecriture_desequilibree.txt": Outcome(
        8, "2200.00", 1, "2400.00", ["R2", "R3", "R9"], ("invoice",)
    ),
    # entries made at random: each balances, but customers are debited against anything and accounts 70 more often
    # debited than credited; nearly all goes to the list to review, and the totals still close
    "generated_FEC_2025.csv": Outcome(
        1000, "-63013.33", 9, "31966.37", [],
        ("cash_sale", "invoice", "loss", "not_rev_sale", "other_od", "other_rev", "payment", "payment_reject",
         "rev_reclass"),
    ),
    # the same generator, in a workbook whose amounts are floats; entry OD00121 has 19,651.01 against 19,651.00
    # in the file itself: a cent is within tolerance, R1 R2 R3 warn
    "generated_FEC_9_2023.xlsx": Outcome(
        1190, "-65638.11", 12, "59604.14", [],
        ("cash_sale", "cutoff", "netting", "not_rev_sale", "other_od", "other_rev", "payment_reject", "reclass",
         "rev_reclass"),
    ),
    # accounts of three digits, the client named by the label of 411, lines cut after Credit: two sales without VAT
    "mini_fec_complet.txt": Outcome(22, "30000.00", 1, "30000.00", [], ("invoice",)),
    # a bank journal alone: one receipt whose invoice is in another file, no revenue
    "semicolon_test_fec.txt": Outcome(6, "0.00", 1, "-1500.00", [], ("payment",)),
    # an "opening" that credits an account of revenue is no opening but a sale (no class 7 in an opening); 57 is
    # the balance of 70, and 15 are still due
    "tryton_FEC.csv": Outcome(8, "57.00", 1, "15.00", [], ("invoice", "payment")),
}  # fmt: skip
REFUSED = {
    # cells of a tax return, no entries
    "0000000001FEC20220831-expected.csv": "fec.no_header",
    "000000000FEC20231231-expected.csv": "fec.no_header",
}


def plain(path):
    """Accounts, auxiliary codes and balances of a file, by the simplest means: no code of ours."""
    if path.suffix == ".xlsx":
        first, *rows = openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True)
        rows = [[str(cell) if cell is not None else "" for cell in row] for row in rows]
    else:
        content = path.read_bytes()
        text = content.decode("iso8859-15" if b"\xe9" in content and b"\xc3" not in content else "utf-8-sig")
        first, *rows = [line.split(mark_of(text)) for line in text.splitlines() if line.strip()]
    at = {name: place for place, name in enumerate(first)}

    def balance(row):
        if "Sens" in at:
            return money(row[at["Montant"]]) * (1 if row[at["Sens"]] == "D" else -1)
        return money(row[at["Debit"]]) - money(row[at["Credit"]])

    return [(row[at["CompteNum"]], row[at["CompAuxNum"]], balance(row)) for row in rows]


def mark_of(text):
    head = text.split("\n", 1)[0]
    return max("\t|;", key=head.count)


def money(cell):
    return round(Decimal(cell.replace(",", ".") or 0), 2)


def test_every_file_has_its_outcome(real_data):
    assert {path.name for path in (real_data / "fec").iterdir()} == set(OUTCOMES) | set(REFUSED)


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_each_file_gives_its_figures(name, real_data, translated):
    expected = OUTCOMES[name]
    found = translated(real_data / "fec" / name)
    assert found.all("SELECT count(*) FROM fec_lines") == [(expected.lines,)]
    assert found.translation.rejects and found.all(f"SELECT count(*) FROM {found.translation.rejects}") == [
        (0,)
    ]
    assert found.check("R4").computed == Decimal(expected.revenue)
    assert found.all("SELECT count(*) FROM ledger_customers") == [(expected.customers,)]
    assert found.check("R6").computed == Decimal(expected.receivables)
    assert found.failed() == expected.failed
    assert tuple(sorted(found.types())) == expected.types


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_a_plain_reading_gives_the_same_revenue_and_receivables(name, real_data):
    lines = plain(real_data / "fec" / name)
    assert len(lines) == OUTCOMES[name].lines
    revenue = -sum(amount for account, _, amount in lines if account.startswith("70"))
    owed = sum(amount for account, _, amount in lines if account[:3] in {"410", "411", "413", "416", "417"})
    assert (revenue, owed) == (Decimal(OUTCOMES[name].revenue), Decimal(OUTCOMES[name].receivables))


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_fec_is_refused(name, real_data, translated):
    with pytest.raises(SourceError) as refusal:
        translated(real_data / "fec" / name)
    assert refusal.value.code == REFUSED[name]


def cells(path):
    """Cells of a tax return: line code to amount in whole euros."""
    rows = [line.split(",")[:2] for line in path.read_text("utf-8").splitlines() if "," in line]
    return {code.strip(): int(value) for code, value in rows if value.strip().isdigit()}


def test_the_revenue_of_the_grower_is_that_of_its_tax_return(real_data, translated):
    """Cells EA EB EC EE are sales by kind of product, without cents."""
    given = cells(real_data / "fec" / "0000000001FEC20220831-expected.csv")
    found = translated(real_data / "fec" / "0000000001FEC20220831.txt")
    sold = dict(found.all("SELECT product, sum(amount_ht) FROM ledger_invoice_lines GROUP BY 1"))
    kinds = {"EA": ("701100", "701910"), "EB": ("701201", "701210"), "EC": ("701300",), "EE": ("708000",)}
    for cell, accounts in kinds.items():
        assert int(sum(sold[account] for account in accounts)) == given[cell], cell
    assert int(found.check("R4").computed) == sum(given[cell] for cell in kinds) == 1_049_934


def test_the_revenue_of_the_restaurant_is_that_of_its_tax_return(real_data, translated):
    given = cells(real_data / "fec" / "000000000FEC20231231-expected.csv")
    found = translated(real_data / "fec" / "000000000FEC20231231.txt")
    assert round(found.check("R4").computed) == given["214"] == 165_298
    assert found.types()["opening"] == ["AD-0"]


def test_each_client_of_the_grower_owes_what_its_account_says(real_data, translated):
    """Account 411 by auxiliary, and revenue, summed by the engine over the raw text."""
    path = real_data / "fec" / "0000000001FEC20220831.txt"
    found = translated(path)
    with duckdb.connect() as con:
        raw = con.read_csv(str(path), sep="\t", quotechar="", header=True, all_varchar=True)  # noqa: F841
        amount = "replace(Debit, ',', '.')::DECIMAL(18,2) - replace(Credit, ',', '.')::DECIMAL(18,2)"
        owed = con.execute(
            f"SELECT CompAuxNum, sum({amount}) FROM raw WHERE CompteNum LIKE '411%' GROUP BY 1"
        ).fetchall()
        revenue = con.execute(f"SELECT -sum({amount}) FROM raw WHERE CompteNum LIKE '70%'").fetchone()
    assert dict(found.all("SELECT customer, sum(amount) FROM fec_items GROUP BY 1")) == dict(owed)
    assert len(owed) == 17
    assert found.check("R4").computed == revenue[0] == Decimal("1049934.32")
    assert sum(found.revenue().values()) == revenue[0]


def test_the_grower_sells_to_seventeen_clients(real_data, translated):
    found = translated(real_data / "fec" / "0000000001FEC20220831.txt")
    assert found.check("R1").computed == Decimal("10186219.81")
    billed = found.all(
        "SELECT sum(balance) FROM fec_lines JOIN fec_kinds USING (entry) WHERE account = '411000' "
        "AND balance > 0 AND NOT is_opening"
    )
    assert billed == [(Decimal("1126388.14"),)]
    debits = found.all(
        "SELECT customer, sum(balance) FROM fec_parties WHERE role = 'AR' AND balance > 0 AND NOT is_opening "
        "GROUP BY 1 ORDER BY 2 DESC"
    )
    assert round(debits[0][1] / Decimal("1126388.14"), 3) == Decimal("0.457")
    assert found.all("SELECT count(*) FROM fec_entries") == [(2033,)]


def test_the_montant_sens_extract_has_its_entries(real_data, translated):
    found = translated(real_data / "fec" / "derived_montant_sens_DC_iso8859-15.txt")
    assert found.all("SELECT count(*) FROM fec_entries") == [(322,)]
    assert found.check("R1").computed == Decimal("3172659.40")


def test_the_missing_cent_of_the_workbook_is_missing_in_the_workbook(real_data, translated):
    path = real_data / "fec" / "generated_FEC_9_2023.xlsx"
    first, *rows = openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True)
    at = {name: place for place, name in enumerate(first)}
    gaps = {}
    for row in rows:
        debit, credit = (round(Decimal(repr(row[at[name]] or 0)), 2) for name in ("Debit", "Credit"))
        gaps[row[at["EcritureNum"]]] = gaps.get(row[at["EcritureNum"]], 0) + debit - credit
    assert {num: gap for num, gap in gaps.items() if gap} == {"OD00121": Decimal("0.01")}
    found = translated(path)
    assert found.check("R1").difference == Decimal("0.01")
    assert [found.check(id).status for id in ("R1", "R2", "R3")] == ["warning"] * 3
    assert found.all("SELECT num, total FROM fec_entries WHERE total <> 0") == [("OD00121", Decimal("0.01"))]
