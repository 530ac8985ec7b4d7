"""What each public FEC must give: figures published beside it, or a refusal an accountant would agree with."""

from decimal import Decimal

import pytest

pytestmark = pytest.mark.real

# file: lines, revenue on accounts 70, comparisons that fail
OUTCOMES = {
    "0000000001FEC20220831.txt": (5422, "1049934.32", []),
    "000000000FEC20231231.txt": (2102, "165297.93", []),
    "derived_montant_sens_DC_iso8859-15.txt": (938, None, []),
    "feccheck_minimal_conforme.txt": (8, "2000.00", []),
    "feccheck_B01_ecriture_desequilibree.txt": (8, "2200.00", ["R2", "R3", "R9"]),
    "generated_FEC_2025.csv": (
        1000,
        "-63013.33",
        [],
    ),  # absurd account pairs: nearly all of it is to be reviewed
    "generated_FEC_9_2023.xlsx": (
        1190,
        "-65638.11",
        ["R1", "R2", "R3"],
    ),  # one amount is a cent short in the file
    "mini_fec_complet.txt": (22, None, []),
    "semicolon_test_fec.txt": (6, "0", []),
    "tryton_FEC.csv": (8, "57.00", []),
}


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_each_file_gives_its_figures(name, real_data, translated):
    lines, revenue, failed = OUTCOMES[name]
    found = translated(real_data / "fec" / name)
    assert found.all("SELECT count(*) FROM fec_lines") == [(lines,)]
    assert found.failed() == failed
    if revenue is not None:
        assert found.check("R4").computed == Decimal(revenue)


def test_the_grower_sells_to_seventeen_clients(real_data, translated):
    found = translated(real_data / "fec" / "0000000001FEC20220831.txt")
    assert found.check("R1").computed == Decimal("10186219.81")
    billed = found.all(
        "SELECT sum(balance) FROM fec_lines JOIN fec_kinds USING (entry) WHERE account = '411000' "
        "AND balance > 0 AND NOT is_opening"
    )
    assert billed == [(Decimal("1126388.14"),)]
    debits = found.all("""SELECT customer, sum(balance) FROM fec_parties
    WHERE role = 'AR' AND balance > 0 AND NOT is_opening
        GROUP BY 1 ORDER BY 2 DESC""")
    assert round(debits[0][1] / Decimal("1126388.14"), 3) == Decimal("0.457")
    assert found.all("SELECT count(*) FROM ledger_customers") == [(17,)]
    assert found.check("R6").computed == Decimal("52517.24")
    assert found.all("SELECT count(*) FROM fec_entries") == [(2033,)]


def test_the_montant_sens_extract_has_its_entries(real_data, translated):
    found = translated(real_data / "fec" / "derived_montant_sens_DC_iso8859-15.txt")
    assert found.all("SELECT count(*) FROM fec_entries") == [(322,)]
    assert found.check("R1").computed == Decimal("3172659.40")


def test_the_restaurant_revenue_is_that_of_its_tax_return(real_data, translated):
    found = translated(real_data / "fec" / "000000000FEC20231231.txt")
    assert round(found.check("R4").computed) == 165298  # line 214 of the published return
    assert found.types()["opening"] == ["AD-0"]
