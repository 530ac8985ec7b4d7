"""Who is present on one side only is listed, both ways; what looks alike is proposed, never merged."""

import json

import pytest

from capclient.ingest import keys
from capclient.ingest.remarks import key_remarks
from tests.ingest.sheets import sheets

LINES = (
    ("123", "Dupont & Fils", "F1", "1000.00", "K1", "Vis"),
    ("123", "Dupont & Fils", "F2", "500.00", "K9", "Vis"),
    ("B", "Béta", "F3", "250.50", None, "Écrous"),
    ("C", "Gamma", "F4", "-20.00", None, "Écrous"),
    (None, None, "F5", "75.00"),
)
CUSTOMERS = (
    "Code client;Raison sociale;Secteur;Commercial\n"
    "00123;Dupont et Fils;Négoce;Léa\nB;Béta SA;Bâtiment;Marc\nZ;Zéphyr;Santé;Zoé\n"
)


@pytest.fixture
def crm(tmp_path):
    with sheets(tmp_path) as made:
        yield made


def checked(crm, *lines):
    """Run the checks over what was written; by name, as they come back from JSON."""
    ledger = crm.ledger(*(lines or LINES))
    found = json.loads(json.dumps(keys.checked(crm.con, crm.folder, list(crm.told), ledger)))
    return {check["check"]: check for check in found}


def lists(crm, check):
    """Return the complete lists of a check: side, identifier, name, rows, amount, what it looks like."""
    rows = crm.con.execute(
        f"SELECT side, id, name, rows, amount::VARCHAR, near FROM '{crm.folder}/keys.parquet' WHERE \"check\" = ?",
        [check],
    )
    return rows.fetchall()


def test_clients_of_the_sheet_and_of_the_ledger_are_compared_both_ways(crm):
    crm.write("customers", CUSTOMERS)
    check = checked(crm)["customers.customer_id"]
    assert (check["rows"], check["ids"], check["unknown"], check["unknown_rows"]) == (3, 3, 2, 2)
    assert check["unknown_examples"] == ["00123", "Z"]
    assert (check["missing"], check["missing_examples"]) == (2, ["123", "C"])
    assert check["missing_amount"] == "1480.00"  # 1500 - 20, whatever the unassigned line adds


def test_an_identifier_that_differs_by_its_zeros_is_proposed_and_stays_two_clients(crm):
    crm.write("customers", CUSTOMERS)
    check = checked(crm)["customers.customer_id"]
    assert (check["near"], check["near_examples"]) == (1, [["00123", "123"]])
    assert lists(crm, "customers.customer_id") == [
        ("unknown", "00123", "Dupont et Fils", 1, None, "123"),
        ("unknown", "Z", "Zéphyr", 1, None, None),
        ("missing", "123", "Dupont & Fils", 1, "1500.00", "00123"),
        ("missing", "C", "Gamma", 1, "-20.00", None),
    ]


@pytest.mark.parametrize(
    ("written", "billed"),
    [("cli 7", "CLI7"), ("Cafe", "CAFÉ"), ("a\u00a01", "A1"), ("000", "0"), ("0c12", "C12")],
)
def test_case_accents_blanks_and_leading_zeros_are_what_looks_alike(crm, written, billed):
    crm.write("customers", f"Code client;Raison sociale\n{written};Un\n")
    check = checked(crm, (billed, "Un", "F1", "10.00"))["customers.customer_id"]
    assert check["near_examples"] == [[written, billed]]


def test_a_second_spelling_in_the_ledger_is_proposed_too_though_the_sheet_misses_nobody(crm):
    crm.write("customers", "Code client;Raison sociale\nCLI7;Sept\n")
    check = checked(crm, ("CLI7", "Sept", "F1", "10.00"), ("cli7", "Sept", "F2", "5.00"))[
        "customers.customer_id"
    ]
    assert (check["unknown"], check["missing"], check["near"]) == (0, 1, 1)
    assert check["near_examples"] == [["CLI7", "cli7"]]


@pytest.mark.parametrize(("written", "billed"), [("C-12", "C12"), ("10", "1"), ("C012", "C12")])
def test_other_differences_look_like_nothing(crm, written, billed):
    crm.write("customers", f"Code client;Raison sociale\n{written};Un\n")
    assert checked(crm, (billed, "Un", "F1", "10.00"))["customers.customer_id"]["near"] == 0


def test_the_sentences_say_it_as_a_person_would(crm):
    crm.write("customers", CUSTOMERS)
    found = checked(crm).values()
    assert key_remarks(found, "fr") == [
        "2 clients de la fiche n’ont aucune facture : « 00123 », « Z ».",
        "2 clients du grand livre sont absents de la fiche (1\u202f480\u00a0€ de chiffre d’affaires sur tout "
        "l’historique) : « 123 », « C ».",
        "Table « fiche clients » : 1 code client ne diffère d’un autre que par la casse, les accents, des espaces "
        "ou des zéros en tête : « 00123 » / « 123 ». Rien n’est fusionné : corrigez la source, ou déclarez-le sous "
        "identity.merge.",
    ]
    assert sorted(key_remarks(found, "en"))[0].startswith(
        "2 clients of the ledger are missing from the sheet (€1,480"
    )


def test_every_table_of_clients_is_compared_with_the_ledger(crm):
    crm.write("contacts", "Code client;Nom\nB;Roy\nX;Petit\nX;Gros\n")
    crm.write(
        "interactions",
        "Code client;Date;Nature;Commercial\nB;13/01/2025;appel;Léa\nY;13/01/2025;visite;Léa\n",
    )
    crm.write(
        "contracts",
        "N° contrat;Code client;Début;Montant annuel\nK1;123;01/01/2025;1000\nK2;W;01/01/2025;10\n",
    )
    crm.write("prospects", "N° affaire;Issue;Code client\nP1;gagnée;B\nP2;en cours;\nP3;gagnée;N\n")
    crm.write("cost_to_serve", "Code client;Activité;Nombre\nB;visites;3\nV;visites;3\n")
    found = checked(crm)
    unknown = {name: (check["rows"], check["unknown_examples"]) for name, check in found.items()}
    assert unknown == {
        "contacts.customer_id": (3, ["X"]),
        "cost_to_serve.customer_id": (2, ["V"]),
        "interactions.customer_id": (2, ["Y"]),
        "contracts.customer_id": (2, ["W"]),
        "contracts.renewed_by": (0, []),
        "invoice_lines.contract_id": (2, ["K9"]),
        "prospects.customer_id": (2, ["N"]),
    }
    assert found["contacts.customer_id"]["unknown_rows"] == 2
    assert lists(crm, "contracts.customer_id") == [("unknown", "W", None, 1, "10.00", None)]
    assert lists(crm, "invoice_lines.contract_id") == [("unknown", "K9", None, 1, "500.00", None)]


def test_payments_and_receivables_name_invoices_and_allocations_name_items(crm):
    crm.write(
        "payments",
        "N° règlement;Code client;N° facture;Date;Montant\nR1;B;F3;13/01/2025;300,60\nR2;B;f 4;13/01/2025;1\n"
        "R3;B;;13/01/2025;5\n",
    )
    crm.write("receivable_items", "N° pièce;Code client;N° facture;Date;Montant\nI1;B;F3;13/01/2025;300,60\n")
    crm.write("allocations", "Débit;Crédit;Montant;Date\nI1;R1;300,60;13/01/2025\nI1;R8;1;13/01/2025\n")
    found = checked(crm)
    assert found["payments.invoice_id"]["near_examples"] == [["f 4", "F4"]]
    assert (found["payments.invoice_id"]["rows"], found["receivable_items.invoice_id"]["unknown"]) == (2, 0)
    assert (found["allocations.debit_id"]["unknown"], found["allocations.credit_id"]["unknown_examples"]) == (
        0,
        ["R8"],
    )
    assert any("« R8 »" in sentence for sentence in key_remarks(found.values(), "fr"))


def test_people_who_act_and_people_with_a_target_are_compared_both_ways(crm):
    crm.write("customers", CUSTOMERS)
    crm.write(
        "interactions",
        "Code client;Date;Nature;Commercial\nB;13/01/2025;appel;Léa\nB;13/01/2025;visite;LEA\n",
    )
    crm.write("targets", "Commercial;Visites par an\nLéa;120\nMarc;60\n")
    found = checked(crm)
    acting = found["interactions.salesperson"]
    assert (acting["unknown_examples"], acting["near_examples"]) == (["LEA"], [["LEA", "Léa"]])
    assert (acting["missing"], acting["missing_examples"], acting["missing_amount"]) == (1, ["Marc"], None)
    assert found["customers.salesperson"]["unknown_examples"] == ["Zoé"]
    assert "missing" not in found["customers.salesperson"]


def test_segments_of_the_market_are_compared_with_the_column_that_they_name(crm):
    crm.write("customers", CUSTOMERS)
    crm.write(
        "market",
        "Axe;Valeur;Année;Croissance\nsecteur;Négoce;2025;0,02\nsecteur;batiment;2025;0,01\nTotal;Ensemble;2025;0,01\n"
        "famille;Vis;2025;0,03\nfamille;Boulons;2025;0,03\npays;FR;2025;0,02\n",
    )
    found = checked(crm)
    sector, family = found["market.sector"], found["market.family"]
    assert (sector["unknown_examples"], sector["near_examples"]) == (["batiment"], [["batiment", "Bâtiment"]])
    assert sector["missing_examples"] == ["Bâtiment", "Santé"]
    assert (family["against"], family["unknown_examples"], family["missing_examples"]) == (
        "invoice_lines",
        ["Boulons"],
        ["Écrous"],
    )
    assert found["market.country"]["unknown_examples"] == ["FR"]
    assert not any(name.startswith("market.total") for name in found)


def test_without_a_ledger_the_sheets_are_compared_between_themselves(crm):
    crm.write("interactions", "Code client;Date;Nature;Commercial\nB;13/01/2025;appel;Léa\n")
    crm.write("targets", "Commercial;Visites par an\nMarc;60\n")
    found = keys.checked(crm.con, crm.folder, ["interactions", "targets"], None)
    assert [check["check"] for check in found] == ["interactions.salesperson"]
    assert keys.checked(crm.con, crm.folder, [], None) == []
    assert lists(crm, "interactions.salesperson") == []


def test_the_list_is_complete_where_the_report_gives_twenty(crm):
    rows = "".join(f"X{at:03d};Client {at}\n" for at in range(50))
    crm.write("customers", f"Code client;Raison sociale\n{rows}")
    check = checked(crm)["customers.customer_id"]
    assert (check["unknown"], len(check["unknown_examples"])) == (50, 20)
    assert sum(row[0] == "unknown" for row in lists(crm, "customers.customer_id")) == 50
    alike = [(f"x{at:03d}", "Un", f"F{at}", "1.00") for at in range(30)]
    check = checked(crm, *alike)["customers.customer_id"]
    assert (check["near"], len(check["near_examples"])) == (30, 20)


def test_quotes_and_formulas_in_identifiers_are_data(crm):
    crm.write(
        "customers",
        "Code client;Raison sociale\n=cmd|'!A1;{rows}\n\"'; DROP TABLE key_lists; --\";y\n<script>{count};z\n",
    )
    found = checked(crm)
    assert sorted(found["customers.customer_id"]["unknown_examples"]) == [
        "'; DROP TABLE key_lists; --",
        "<script>{count}",
        "=cmd|'!A1",
    ]
    assert "« <script>{count} »" in key_remarks(found.values(), "fr")[0]
