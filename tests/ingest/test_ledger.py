"""Every line kept or rejected with a reason; nothing merged, nothing lost."""

from datetime import date

import pandas as pd
import pytest

from capclient.errors import CapclientError, LedgerError, ParamsError, SourceError
from capclient.ingest import ingest
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.publish.files import rejects_csv

COLUMNS = {
    "invoice_id": "Facture",
    "customer_id": "Client",
    "invoice_date": "Date",
    "amount_ht": "Montant HT",
}


def company(tmp_path, text, *, name="ventes.csv", encoding="utf-8", source=None, **more):
    (tmp_path / name).write_bytes(text.encode(encoding))
    entry = {"path": name, "columns": COLUMNS} | (source or {})
    content = {"company": {"id": "acme"}, "sources": {"invoice_lines": entry}} | more
    return make_params(content, folder=tmp_path, where="acme.yml")


def lines(store):
    return Portfolio(store_params(store), store).ledger.frame("SELECT * FROM {invoice_lines}")


def store_params(store):
    return make_params(
        {"company": {"id": "acme"}, "sources": {"invoice_lines": "x"}}, folder=store.folder, where="x"
    )


def rejected(store):
    return pd.read_parquet(store.path("rejects.parquet")).set_index("line").reason_code.to_dict()


def test_french_amounts_dates_and_identifiers_survive(tmp_path):
    text = (
        "Facture;Client;Date;Montant HT\r\nF001;00042;03/04/2025;1 234,56 €\r\nF002;1E5;13/04/2025;1 000,00-\r\n"
        "F003;NA;14/04/2025;(12,50)\r\nF004;#N/A;15/04/2025;-3\r\n"
    )
    kept = lines(ingest(company(tmp_path, text, encoding="cp1252")))
    assert kept.customer_id.tolist() == ["00042", "1E5", "NA", "#N/A"]
    assert kept.amount_ht.tolist() == [1234.56, -1000.00, -12.50, -3.00]
    assert kept.invoice_date.dt.date.tolist()[0] == date(2025, 4, 3)
    assert kept.source.unique().tolist() == ["ventes.csv"]
    assert kept.source_line.tolist() == [2, 3, 4, 5]


def test_unusable_lines_are_rejected_with_their_line_and_the_totals_close(tmp_path):
    text = (
        "Facture;Client;Date;Montant HT\nF1;A;01/02/2025;100,00\nF2;A;;50,00\nF3;B;31/02/2025;20,00\n"
        "F4;B;03/02/2025;abc\nF5;C;04/02/2025;\nF6;C;15/02/2025;7,005\n"
    )
    params = company(tmp_path, text, thresholds={"quality": {"max_rejected_share": "0.9"}})
    store = ingest(params)
    assert rejected(store) == {
        3: "missing_date", 4: "unreadable_date", 5: "unreadable_amount", 6: "missing_amount",
    }  # fmt: skip
    told = store.report["quality"]
    assert (told["lines_in"], told["lines_kept"], told["lines_rejected"]) == (6, 2, 4)
    assert (told["amount_in"], told["amount_kept"], told["amount_rejected"]) == (177.01, 107.01, 70.0)
    assert told["lines_without_amount"] == 2
    assert told["lines_rounded"] == 1
    assert "F3;B;31/02/2025;20,00" in rejects_csv(store, "fr")


def test_too_many_bad_lines_fail_the_company_and_say_how_many(tmp_path):
    rows = [f"F{i};A;{i % 28 + 1:02d}/03/2025;10,00" for i in range(96)] + [
        f"G{i};A;jamais;10,00" for i in range(4)
    ]
    text = "Facture;Client;Date;Montant HT\n" + "\n".join(rows) + "\n"
    params = company(tmp_path, text)
    assert Portfolio.of(params).quality["lines_rejected"] == 4
    strict = company(tmp_path, text, thresholds={"quality": {"max_rejected_share": "0.03"}})
    with pytest.raises(LedgerError, match="4 lignes sur 100"):
        Portfolio.of(strict)


def test_a_line_without_client_is_unassigned_revenue_and_no_reject(tmp_path):
    text = "Facture;Client;Date;Montant HT\nF1;A;01/02/2025;100,00\nF2; ;02/02/2025;40,00\nF3;B ;15/02/2025;60,00\n"
    store = ingest(company(tmp_path, text))
    assert store.report["quality"]["lines_rejected"] == 0
    assert store.report["quality"]["revenue_unassigned"] == 40.0
    assert store.report["quality"]["oddities"] == [["trimmed", 1, 60.0]]
    assert sorted(lines(store).customer_id.dropna()) == ["A", "B"]


def test_a_credit_note_is_no_order_and_positive_ones_are_turned_round(tmp_path):
    text = (
        "Facture;Client;Date;Montant HT;Type\nF1;A;01/02/2025;100,00;Facture\nA1;A;20/02/2025;30,00;Avoir\n"
        "D1;A;21/02/2025;500,00;Acompte\n"
    )
    params = company(tmp_path, text, source={"columns": COLUMNS | {"doc_type": "Type"}})
    portfolio = Portfolio.of(params, as_of=date(2025, 2, 28))
    client = portfolio.customers.loc["A"]
    assert client.revenue_n == 70.0
    assert client.orders_n == 1
    assert client.last_purchase == pd.Timestamp("2025-02-01")
    assert ["ventes.csv", "ingest.credit_notes_flipped", {"lines": 1}] in portfolio.store.report["notes"]


def test_exact_duplicates_are_reported_and_stay(tmp_path):
    text = "Facture;Client;Date;Montant HT\nF1;A;01/02/2025;100,00\nF1;A;01/02/2025;100,00\nF2;B;15/02/2025;60,00\n"
    told = ingest(company(tmp_path, text)).report["quality"]
    assert (told["lines_kept"], told["duplicate_lines"], told["duplicate_amount"]) == (3, 1, 100.0)


def test_overlapping_exports_are_counted_or_left_out_by_the_rule(tmp_path):
    first = "Facture;Client;Date;Montant HT\nF1;A;15/01/2025;100,00\nF2;B;20/02/2025;60,00\nF2;B;20/02/2025;60,00\n"
    second = (
        "Facture;Client;Date;Montant HT\nF2;B;20/02/2025;60,00\nF2;B;20/02/2025;60,00\nF3;C;25/02/2025;5,00\n"
    )
    (tmp_path / "b.csv").write_text(second)
    parts = {"parts": ["a.csv", "b.csv"], "columns": COLUMNS}
    (tmp_path / "a.csv").write_text(first)
    content = {"company": {"id": "acme"}, "sources": {"invoice_lines": parts}}
    kept_all = ingest(make_params(content, folder=tmp_path, where="x")).report["quality"]
    assert (kept_all["lines_kept"], kept_all["overlap_lines_kept"], kept_all["overlap_amount_kept"]) == (
        6,
        2,
        120.0,
    )
    content["sources"]["invoice_lines"] = parts | {"overlap": "keep_last"}
    store = ingest(make_params(content, folder=tmp_path, where="x"))
    assert store.report["quality"]["lines_kept"] == 4
    assert store.report["quality"]["duplicate_lines"] == 1
    assert set(pd.read_parquet(store.path("rejects.parquet")).reason_code) == {"overlap"}


def test_a_filter_leaves_lines_out_and_names_itself(tmp_path):
    text = "Facture;Client;Date;Montant HT;Article\nF1;A;01/02/2025;100,00;P1\nF1;A;01/02/2025;9,00;PORT\n"
    params = company(
        tmp_path, text, source={"columns": COLUMNS | {"product": "Article"}},
        filters=[{"name": "frais de port", "column": "product", "values": ["PORT"]}],
    )  # fmt: skip
    store = ingest(params)
    assert rejected(store) == {3: "filter:frais de port"}
    assert "écartée par votre filtre « frais de port »" in rejects_csv(store, "fr")


def test_another_currency_needs_a_rate(tmp_path):
    text = "Facture;Client;Date;Montant HT;Devise\nF1;A;01/02/2025;100,00;EUR\nF2;A;20/02/2025;100,00;USD\n"
    columns = {"columns": COLUMNS | {"currency": "Devise"}}
    assert rejected(ingest(company(tmp_path, text, source=columns))) == {3: "no_exchange_rate"}
    converted = ingest(company(tmp_path, text, source=columns, exchange_rates={"USD": "0.925"}))
    assert lines(converted).amount_ht.tolist() == [100.0, 92.5]


def test_quantity_times_price_is_rounded_once_half_away_from_zero(tmp_path):
    text = "Facture;Client;Date;Qté;PU\nF1;A;01/02/2025;3;0,335\nF2;A;13/02/2025;-3;0,335\n"
    text += "F3;A;14/02/2025;1;0,12345678\n"
    columns = {name: COLUMNS[name] for name in ("invoice_id", "customer_id", "invoice_date")} | {
        "qty": "Qté",
        "unit_price": "PU",
    }
    params = company(tmp_path, text, source={"columns": columns})
    kept = lines(ingest(params))
    assert kept.amount_ht.tolist() == [1.01, -1.01, 0.12]
    assert kept.unit_price.tolist()[2] == 0.12345678


def test_a_confirmed_pair_of_clients_is_merged_and_only_then(tmp_path):
    text = "Facture;Client;Date;Montant HT\nF1;ACME;01/02/2025;100,00\nF2;acme;15/02/2025;60,00\n"
    assert sorted(Portfolio.of(company(tmp_path, text), as_of=date(2025, 2, 28)).customers.index) == [
        "ACME",
        "acme",
    ]
    merged = company(tmp_path, text, identity={"merge": {"acme": "ACME"}})
    assert Portfolio.of(merged, as_of=date(2025, 2, 28)).customers.revenue_n.to_dict() == {"ACME": 160.0}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "source."),
        ("Facture;Client;Date;Montant HT\n", "source."),
        ("Facture;Client;Date\nF1;A;01/02/2025\n", "source."),
        ("Facture;Client;Date;Montant HT\nF1;A;13/02/2025;1\nF2;A;02/13/2025;1\n", "source."),
    ],
    ids=["empty", "header only", "no amount", "both date orders"],
)
def test_a_file_that_cannot_be_read_is_an_error_and_nothing_is_written(tmp_path, text, code):
    with pytest.raises(SourceError) as caught:
        ingest(company(tmp_path, text))
    assert caught.value.code.startswith(code)
    assert "ventes.csv" in str(caught.value)


def test_a_missing_file_names_the_nearest_one(tmp_path):
    (tmp_path / "ventes_2025.csv").write_text("x")
    params = make_params(
        {"company": {"id": "acme"}, "sources": {"invoice_lines": "vente_2025.csv"}},
        folder=tmp_path,
        where="x",
    )
    with pytest.raises(SourceError, match=r"ventes_2025\.csv"):
        ingest(params)


def test_the_store_is_keyed_by_content_and_deleting_it_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("CAPCLIENT_CACHE", str(tmp_path / "cache"))
    text = "Facture;Client;Date;Montant HT\nF1;A;01/02/2025;100,00\n"
    first = ingest(company(tmp_path, text))
    assert ingest(company(tmp_path, text)).key == first.key
    changed = ingest(company(tmp_path, text.replace("100", "101")))
    assert changed.key != first.key
    again = ingest(company(tmp_path, text), force=True)
    assert again.report["quality"] == first.report["quality"]


def test_frames_go_through_the_same_ingest():
    frame = pd.DataFrame(
        {
            "invoice_id": ["F1", "F2", "F3"],
            "customer_id": ["007", "007", None],
            "invoice_date": pd.to_datetime(["2025-01-05", "2025-02-10", "2025-02-11"]),
            "amount_ht": [100.10, 50.05, 9.99],
        }
    )
    portfolio = Portfolio.from_frames(invoice_lines=frame, as_of=date(2025, 2, 28))
    assert portfolio.customers.revenue_n.to_dict() == {"007": 150.15}
    assert portfolio.quality["revenue_unassigned"] == 9.99
    with pytest.raises(ParamsError, match="invoice_line"):
        Portfolio.from_frames(invoice_line=frame)


def test_errors_speak_french_and_english():
    error = LedgerError("ledger.nothing_kept", lines=3, reasons="x")
    assert "Aucune des 3 lignes" in error.text("fr")
    assert "None of the 3 lines" in error.text("en")
    assert isinstance(error, CapclientError)
