"""The other canonical tables: what cannot be read is counted, listed, said, and never means something else."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from capclient.ingest import tables
from capclient.ingest.remarks import is_refusal, refusal, table_remarks
from capclient.ingest.sources import settled_part
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.readers.parquet import parquet_table
from capclient.schema import TABLES
from capclient.wording import catalogue
from tests.ingest.sheets import sheets

LINES = pd.DataFrame(
    {
        "invoice_id": ["F1", "F2", "F3", "F4"],
        "customer_id": ["C", "C", "D", "E"],
        "invoice_date": ["2023-03-01", "2023-06-01", "2025-12-01", "2025-12-02"],
        "amount_ht": ["100.00"] * 4,
    }
)


@pytest.fixture
def crm(tmp_path):
    with sheets(tmp_path) as made:
        yield made


def test_an_unreadable_end_of_contract_is_no_running_contract():
    contracts = pd.DataFrame(
        {
            "contract_id": ["K1", "K2", "K3"],
            "customer_id": ["C", "D", "E"],
            "start": ["2023-01-01"] * 3,
            "end": ["2024-02-30", "9999-12-31", "2026-06-30"],
        }
    )
    portfolio = Portfolio.from_frames(LINES, contracts=contracts, as_of=date(2025, 12, 31))
    told = portfolio.store.report["tables"]["contracts"]
    assert (told["rows_in"], told["rows_kept"], told["unreadable"]) == (3, 2, {"end": 1})
    kept = portfolio.table("contracts").set_index("contract_id")
    assert kept.index.tolist() == ["K2", "K3"]
    assert kept.end.isna().tolist() == [True, False]


def test_an_unreadable_flag_is_counted_and_a_client_twice_in_the_sheet_keeps_its_first_row():
    customers = pd.DataFrame(
        {
            "customer_id": ["C", "C", "D"],
            "name": ["Un", "Deux", "Trois"],
            "is_pool": ["peut-être", "non", "oui"],
        }
    )
    portfolio = Portfolio.from_frames(LINES, customers=customers, as_of=date(2025, 12, 31))
    assert portfolio.store.report["tables"]["customers"]["unreadable"] == {"is_pool": 1}
    assert portfolio.customers.name.to_dict() == {"C": "Un", "D": "Trois", "E": "E"}
    assert portfolio.customers.is_pool.to_dict() == {"C": False, "D": True, "E": False}


def test_rows_of_a_client_sheet_without_a_code_or_met_again_are_listed_with_their_lines(crm):
    told = crm.write(
        "customers",
        "Code client;Raison sociale;Commercial\n00123;Dupont & Fils;Léa\n;Sans code;Léa\n456;Martin;Marc\n"
        "00123;Dupond;Marc\n",
    )
    assert (told["rows_in"], told["rows_kept"], told["rows_rejected"], told["rows_merged"]) == (4, 2, 2, 0)
    assert crm.rejected("customers") == [
        [3, "customers:missing_key", ";Sans code;Léa"],
        [5, "customers:duplicate_key", "00123;Dupond;Marc"],
    ]
    assert told["duplicates"] == [["00123", 1]]
    assert crm.kept("customers", "customer_id", "name", "salesperson") == [
        ("00123", "Dupont & Fils", "Léa"),
        ("456", "Martin", "Marc"),
    ]


def test_two_sheets_describe_a_client_together_and_the_first_one_that_says_something_is_believed(crm):
    told = crm.write(
        "customers",
        "Code client;Raison sociale;Secteur;Acheteur public\nA;Alpha;;non\nB;;Bâtiment;\n",
        "Code client;Raison sociale;Secteur;Acheteur public\nB;Béta;Négoce;oui\nA;Alpha SA;Santé;oui\nC;Gamma;Santé;\n",
    )
    assert (told["rows_in"], told["rows_kept"], told["rows_merged"], told["rows_rejected"]) == (5, 3, 2, 0)
    assert crm.kept("customers", "customer_id", "name", "sector", "is_public") == [
        ("A", "Alpha", "Santé", False),
        ("B", "Béta", "Bâtiment", True),
        ("C", "Gamma", "Santé", None),
    ]


def test_two_codes_that_the_user_merged_are_one_client_and_no_duplicate(crm):
    told = crm.write(
        "customers",
        "Code client;Raison sociale;Secteur\nA1;Alpha;\nA2;Alpha Sud;Négoce\n",
        merge={"A2": "A1"},
    )
    assert (told["rows_kept"], told["rows_merged"], told["rejects"]) == (1, 1, {})
    assert crm.kept("customers", "customer_id", "name", "sector") == [("A1", "Alpha", "Négoce")]


def test_declared_levels_are_read_in_french_and_an_unknown_word_is_shown_with_the_known_ones(crm):
    told = crm.write(
        "customers",
        "Code client;Potentiel;Type de relation;R&D\nA;Élevé;Partenariat;en cours\nB;énorme;En danger;Aucune\n"
        "C;;récurrent;-\n",
    )
    assert crm.kept("customers", "potential_level", "relation_type", "rd_collab") == [
        ("high", "partnership", "ongoing"),
        (None, "endangered", "none"),
        (None, "recurring", None),
    ]
    assert told["unreadable"] == {"potential_level": 1}
    assert told["examples"] == {"potential_level": [["énorme", 1]]}
    assert table_remarks("customers", told, "fr") == [
        "« Potentiel » : 1 valeur inconnue, « énorme ». Valeurs comprises : élevé, modéré, faible, aucun."
    ]


def test_contacts_know_their_side_and_one_whose_end_is_unreadable_is_not_still_there(crm):
    told = crm.write(
        "contacts",
        "Code client;Nom;Côté;Depuis;Jusqu'au\nA;Mme Roy;client;01/02/2020;\nA;M. Petit;nous;15/03/2021;bientôt\n"
        "B;M. Gros;Interne;20/06/2024;31/12/2023\n",
    )
    assert crm.kept("contacts", "person", "side", "since", "until") == [
        ("Mme Roy", "theirs", date(2020, 2, 1), None),
        ("M. Gros", "ours", None, date(2023, 12, 31)),
    ]
    assert told["rejects"] == {"unreadable_until": 1}
    assert told["impossible"][0] | {"examples": 0} == {
        "column": "since", "reason": "after", "rows": 1, "examples": 0, "low": None, "high": None, "other": "until",
    }  # fmt: skip
    assert table_remarks("contacts", told, "fr") == [
        "1 ligne écartée, contacts : « fin » illisible.",
        "« Jusqu'au » : 1 valeur illisible, « bientôt ».",
        "« Depuis » : 1 date postérieure à « Jusqu'au », laissée vide : « 20/06/2024 ».",
    ]


INTERACTIONS = (
    "Code client;Date;Nature;Gravité;Heures;Recommandation;Satisfaction;Ouverte le;Close le;Rappelé le\n"
    "A;13/01/2025;Visite;;2;9;;;;\n"
    "A;14/01/2025;Réclamation;Majeure;;;;14/01/2025;10/01/2025;\n"
    "B;15/01/2025;Enquête de satisfaction;;;11;8;;;\n"
    "B;16/01/2025;Déjeuner;;;;;;;\n"
    "C;17/01/2025;réclamation;mineure;-1;0;10;17/01/2025;fin janvier;\n"
    "C;;Appel;;;;;;;\n"
    "C;18/01/2025;RDV;;1,5;;3;;;\n"
)


def test_interactions_speak_french_and_impossible_values_are_emptied_and_counted(crm):
    told = crm.write("interactions", INTERACTIONS)
    assert crm.kept("interactions", "type", "severity", "hours", "score_nps", "opened", "closed") == [
        ("visit", None, Decimal(2), Decimal(9), None, None),
        ("claim", "major", None, None, None, date(2025, 1, 10)),
        ("survey", None, None, None, None, None),
        ("visit", None, Decimal("1.5"), None, None, None),
    ]
    assert told["rejects"] == {"missing_date": 1, "unreadable_closed": 1, "unreadable_type": 1}
    assert [(item["column"], item["reason"], item["rows"]) for item in told["impossible"]] == [
        ("score_nps", "out_of_range", 1),
        ("hours", "negative", 1),
        ("opened", "after", 1),
    ]


def test_a_claim_whose_closing_cannot_be_read_is_not_an_open_claim(crm):
    crm.write("interactions", INTERACTIONS)
    assert [row[:2] for row in crm.rejected("interactions")] == [
        [5, "interactions:unreadable_type"],
        [6, "interactions:unreadable_closed"],
        [7, "interactions:missing_date"],
    ]


@pytest.mark.parametrize(
    ("marks", "kept", "scale"),
    [
        ("5 4 3 5 1 0", "5 4 3 5 1 0", "5"),
        ("8 10 7 3 9 10", "4 5 3.5 1.5 4.5 5", "10"),
        ("15 20 12 4 18 16", "3.75 5 3 1 4.5 4", "20"),
        ("5 4 3 5 4 4 5 3 4 4 45", "5 4 3 5 4 4 5 3 4 4 None", "5"),
    ],
)
def test_marks_of_satisfaction_are_brought_to_five_by_the_whole_column(crm, marks, kept, scale):
    rows = "".join(f"A;13/01/2025;enquête;{mark}\n" for mark in marks.split())
    told = crm.write("interactions", f"Code client;Date;Nature;Satisfaction\n{rows}")
    assert [item["top"] for item in told["scales"]] == [scale]
    found = [mark for (mark,) in crm.kept("interactions", "score_csat")]
    assert found == [None if mark == "None" else Decimal(mark) for mark in kept.split()]


def test_a_contract_that_ends_before_it_starts_or_comes_twice_is_set_aside(crm):
    told = crm.write(
        "contracts",
        "N° contrat;Code client;Début;Fin;Montant annuel\nK1;A;01/01/2025;31/12/2025;12 000,00\n"
        "K2;A;15/06/2025;31/01/2025;1 000,00\nK1;B;01/01/2025;31/12/2026;500,00\n"
        "K3;;01/01/2025;;-50,00\nK4;C;01/01/2025;;-50,00\n",
    )
    assert [row[:2] for row in crm.rejected("contracts")] == [
        [3, "contracts:end_before_start"],
        [4, "contracts:duplicate_key"],
        [5, "contracts:missing_customer_id"],
    ]
    assert crm.kept("contracts", "contract_id", "annual_amount") == [
        ("K1", Decimal("12000.00")),
        ("K4", None),
    ]
    assert told["impossible"][0]["reason"] == "negative"


def prospects(crm, *probabilities):
    rows = "".join(f"P{at};1 000,00;{text};en cours\n" for at, text in enumerate(probabilities))
    told = crm.write("prospects", f"N° affaire;Montant;Probabilité;Issue\n{rows}")
    return told, [one for (one,) in crm.kept("prospects", "probability")]


def test_probabilities_of_zero_to_one_are_shares(crm):
    told, found = prospects(crm, "0,9", "0,5", "1", "0")
    assert (told["scales"], found) == ([], [Decimal("0.9"), Decimal("0.5"), Decimal(1), Decimal(0)])


def test_probabilities_with_their_sign_are_percentages(crm):
    told, found = prospects(crm, "90 %", "50%", "12,5\u00a0%", "100 %")
    assert found == [Decimal("0.9"), Decimal("0.5"), Decimal("0.125"), Decimal(1)]
    assert [item["code"] for item in told["scales"]] == ["percent"]
    assert told["unreadable"] == {}


def test_a_sign_in_some_cells_and_no_bare_number_above_one_leave_nothing_to_guess(crm):
    _, found = prospects(crm, "20 %", "0,8", "1")
    assert found == [Decimal("0.2"), Decimal("0.8"), Decimal(1)]


def test_probabilities_above_one_are_percentages_and_one_in_two_among_them_is_nobody_s_guess(crm):
    told, found = prospects(crm, "90", "50", "0,5", "0", "120")
    assert found == [Decimal("0.9"), Decimal("0.5"), None, Decimal(0), None]
    assert table_remarks("prospects", told, "fr") == [
        "« Probabilité » : 1 valeur entre 0 et 1 parmi des pour-cent, laissée vide : « 0,5 ». "
        "Écrivez le signe % dans cette case.",
        "« Probabilité » : 1 valeur hors de l’échelle de 0 à 1, laissée vide : « 1,2 ».",
        "« Probabilité » (prospects_0.csv) : lue en pour-cent.",
    ]


def test_one_probability_above_one_among_many_shares_is_the_mistake(crm):
    told, found = prospects(crm, *["0,2"] * 19, "1,5")
    assert (told["scales"], found[-1], found[0]) == ([], None, Decimal("0.2"))


def test_the_issue_of_a_prospect_is_won_lost_or_open_and_a_closing_before_the_start_is_emptied(crm):
    told = crm.write(
        "prospects",
        "N° affaire;Créée le;Close le;Issue\nP1;13/01/2025;20/02/2025;Gagnée\nP2;13/01/2025;20/12/2024;sans suite\n"
        "P3;14/01/2025;;en attente\nP4;15/01/2025;;reportée\n;15/01/2025;;perdue\n",
    )
    assert crm.kept("prospects", "prospect_id", "outcome", "closed_date") == [
        ("P1", "won", date(2025, 2, 20)),
        ("P2", "lost", None),
        ("P3", "open", None),
        ("P4", None, None),
    ]
    assert told["rejects"] == {"missing_key": 1}
    assert told["examples"]["outcome"] == [["reportée", 1]]


def test_the_market_is_read_in_percent_with_its_kinds_and_its_total_row(crm):
    told = crm.write(
        "market",
        "Axe;Valeur;Année;Croissance;Taille\nSecteur;Bâtiment;2025;-2,5;1 000\nsecteur;Santé;2025;4,0;2 000\n"
        "Total;Ensemble;2025;1,5;9 000\nSecteur;Santé;2025;9,9;1\n"
        "Couleur;Bleu;2025;1,0;\nsecteur;Négoce;l'an passé;1,0;\n",
    )
    assert crm.kept("market", "segment_type", "segment", "growth") == [
        ("sector", "Bâtiment", Decimal("-0.025")),
        ("sector", "Santé", Decimal("0.04")),
        ("total", "total", Decimal("0.015")),
    ]
    assert told["rejects"] == {"duplicate_key": 1, "unreadable_segment_type": 1, "unreadable_year": 1}
    assert told["duplicates"] == [["sector · Santé · 2025", 1]]


def test_a_market_that_grows_by_half_is_kept_and_asked_about(crm):
    told = crm.write("market", "Axe;Valeur;Année;Croissance\nsecteur;Santé;2025;0,8\nsecteur;Bois;2025;0,5\n")
    assert crm.kept("market", "growth") == [(Decimal("0.8"),), (Decimal("0.5"),)]
    assert table_remarks("market", told, "fr") == [
        "« Croissance » (market_0.csv) : croissance lue en parts, jusqu’à 80,0\u00a0%. "
        "Si ce sont des pour-cent, écrivez le signe %."
    ]


def test_months_of_costs_are_kept_in_one_form_and_an_unreadable_one_does_not_mean_every_month(crm):
    told = crm.write(
        "cost_to_serve",
        "Code client;Activité;Nombre;Coût unitaire;Mois\nA;visites;3;120,50;06/2025\nA;visites;2;120,50;juillet 2025\n"
        "B;appels;4;20;2025\nB;appels;4;-20;2025-08\nB;appels;1;20;été\nB;livraisons;1;15;\n",
    )
    assert crm.kept("cost_to_serve", "activity", "unit_cost", "period") == [
        ("visites", Decimal("120.5"), "2025-06"),
        ("visites", Decimal("120.5"), "2025-07"),
        ("appels", Decimal(20), "2025"),
        ("appels", None, "2025-08"),
        ("livraisons", Decimal(15), None),
    ]
    assert crm.rejected("cost_to_serve") == [[6, "cost_to_serve:unreadable_period", "B;appels;1;20;été"]]
    assert told["examples"] == {"period": [["été", 1]]}


def test_a_salesperson_has_one_target(crm):
    told = crm.write(
        "targets", "Commercial;Visites par an;Coût visite\nLéa;120;95,00\nMarc;-5;90,00\nLéa;60;95,00\n"
    )
    assert crm.kept("targets", "salesperson", "visits_per_year") == [
        ("Léa", Decimal(120)),
        ("Marc", None),
    ]
    assert told["rejects"] == {"duplicate_key": 1}


def test_maturity_is_a_mark_or_its_word_and_only_the_same_evidence_twice_is_a_duplicate(crm):
    told = crm.write(
        "evidence",
        "Capacité;Dispositif;Maturité;Preuve;Date\nA10;Enquête;mesuré;rapport 2025;14/02/2025\n"
        "A10;Enquête;3;note;14/02/2025\n"
        "A10;Enquête;mesuré;rapport 2025;14/02/2025\nA11;Hotline;7;;\nA12;Salon;bien;;\n",
    )
    assert crm.kept("evidence", "maturity") == [(3,), (3,), (None,), (None,)]
    assert (told["rejects"], told["unreadable"]) == ({"duplicate_key": 1}, {"maturity": 1})
    assert told["known"] == {"maturity": ["0", "1", "2", "3", "4"]}
    assert [item["rows"] for item in told["impossible"]] == [1]


def test_one_payment_of_two_invoices_is_two_rows_and_the_same_row_twice_is_one(crm):
    told = crm.write(
        "payments",
        "N° règlement;Code client;N° facture;Date;Montant;Nature\nR1;A;F1;13/01/2025;100,00;virement\n"
        "R1;A;F2;13/01/2025;50,00;\nR1;A;F2;13/01/2025;50,00;\n;A;F3;14/01/2025;10,00;Rejet\n;A;F3;14/01/2025;10,00;perte\nR2;A;F4;14/01/2025;dix;\n",
    )
    assert crm.kept("payments", "payment_id", "invoice_id", "kind") == [
        ("R1", "F1", None),
        ("R1", "F2", None),
        (None, "F3", "reject"),
        (None, "F3", "loss"),
    ]
    assert told["rejects"] == {"duplicate_key": 1, "unreadable_amount": 1}
    assert told["unreadable"] == {"amount": 1, "kind": 1}


def test_a_returned_payment_is_negative_whatever_its_sign_and_that_is_said(crm):
    told = crm.write(
        "payments",
        "N° règlement;Code client;N° facture;Date;Montant;Nature\nR1;A;F1;13/01/2025;100,00;Rejet\n"
        "R2;A;F2;13/01/2025;-50,00;Rejet\nR3;A;F2;13/01/2025;50,00;perte\n",
    )
    assert crm.kept("payments", "amount") == [
        (Decimal("-100.00"),),
        (Decimal("-50.00"),),
        (Decimal("50.00"),),
    ]
    (said,) = table_remarks("payments", told, "fr")
    assert "1 paiement rejeté" in said and "Montant" in said


def test_receivables_and_allocations_keep_their_first_item(crm):
    told = crm.write(
        "receivable_items",
        "N° pièce;Code client;Nature;Date;Échéance;Montant\nI1;A;facture;13/01/2025;28/02/2025;120,00\n"
        "I2;A;Avoir;14/01/2025;;-20,00\nI1;A;facture;13/01/2025;28/02/2025;120,00\n",
    )
    assert crm.kept("receivable_items", "item_id", "kind", "amount") == [
        ("I1", "invoice", Decimal("120.00")),
        ("I2", "credit_note", Decimal("-20.00")),
    ]
    assert told["rejects"] == {"duplicate_key": 1}
    told = crm.write(
        "allocations", "Débit;Crédit;Montant;Date\nI1;I2;20,00;14/01/2025\nI1;;20,00;14/01/2025\n"
    )
    assert told["rejects"] == {"missing_credit_id": 1}


def test_a_line_that_the_reader_set_aside_is_counted_and_listed_with_the_others(crm):
    told = crm.write("targets", "Commercial;Visites par an\nLéa;120\nMarc;60\nTOTAL;180\n")
    assert (told["rows_in"], told["rows_kept"], told["rejects"]) == (3, 2, {"total_row": 1})
    assert crm.rejected("targets") == [[4, "targets:total_row", "TOTAL;180"]]


def test_nothing_rejected_gives_an_empty_list_with_its_columns(crm):
    crm.write("targets", "Commercial;Visites par an\nLéa;120\n")
    assert crm.rejected("targets") == []


def test_a_header_that_bears_one_of_our_working_names_changes_nothing(crm):
    crm.write("customers", "Code client;__place;part;entry;line\nA;1;2;3;4\nA;5;6;7;8\n")
    assert crm.rejected("customers") == [[3, "customers:duplicate_key", "A;5;6;7;8"]]


@pytest.mark.parametrize(
    ("code", "french", "english"),
    [
        (
            "customers:missing_key",
            "fiche clients : ligne sans identifiant",
            "client sheet: row without identifier",
        ),
        ("contracts:unreadable_end", "contrats : « fin » illisible", "contracts: unreadable “end”"),
        (
            "contracts:missing_customer_id",
            "contrats : case « code client » vide",
            "contracts: empty cell “client code”",
        ),
        ("interactions:missing_date", "interactions : case « date » vide", "interactions: empty cell “date”"),
        ("prospects:total_row", "prospects : ligne de total : ce n’est pas une vente", None),
    ],
)
def test_every_refusal_has_its_sentence(code, french, english):
    assert is_refusal(code) and not is_refusal("filter:frais") and not is_refusal("overlap")
    assert refusal(code, "fr") == french
    assert english is None or refusal(code, "en") == english


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_table_and_every_level_has_its_name(lang):
    known = catalogue(lang)
    assert [name for name in TABLES if f"crm.table.{name}" not in known] == []
    levels = {
        f"level.{column.name}.{code}"
        for name, table in TABLES.items()
        for column in table.columns
        for code, _ in column.words
        if name != "invoice_lines"
    }
    assert sorted(levels - set(known)) == []


def test_no_word_stands_for_two_levels_of_a_column():
    for table in TABLES.values():
        for column in table.columns:
            words = [word for _, words in column.words for word in words]
            assert len(words) == len(set(words)), (table.name, column.name)


def test_the_sheet_of_the_user_completes_the_clients_that_a_book_names(crm, tmp_path):
    crm.write("customers", "Code client;Raison sociale;Secteur\nB;;Bâtiment\n")
    book = tmp_path / "book.parquet"
    crm.con.execute(
        "COPY (SELECT * FROM (VALUES ('B', 'Béta SA', true), ('C', 'Gamma', false)) AS t(customer_id, name, is_pool)) "
        f"TO '{book}' (FORMAT parquet)"
    )
    own = crm.parts["customers"]
    raw = parquet_table(crm.con, book, "compta.txt")
    parts = [*own, settled_part(crm.con, raw, TABLES["customers"], number=len(own))]
    told = tables.write(crm.con, TABLES["customers"], parts, make_params({"company": {"id": "essai"}, "sources": {
        "customers": "customers_0.csv"}}, folder=tmp_path, where="essai"), tmp_path)  # fmt: skip
    assert (told["rows_in"], told["rows_kept"], told["rows_merged"]) == (3, 2, 1)
    assert crm.kept("customers", "customer_id", "name", "sector", "is_pool") == [
        ("B", "Béta SA", "Bâtiment", True),
        ("C", "Gamma", None, False),
    ]
