"""Pseudonyms: no name is kept or shown, and every figure is the one that names would give."""

import hashlib
import hmac
import re

import pandas as pd
import pytest

from capclient import datasets
from capclient.batch.manifest import given
from capclient.errors import ParamsError
from capclient.frames import written
from capclient.ingest.pseudonyms import pseudonym
from capclient.notebook import (
    rankings_figure,
    rankings_table,
    salespeople_table,
)
from capclient.notebook.desk import Desk, _desks
from capclient.notices import Notice
from capclient.params import make_params
from capclient.params_privacy import PrivacyParams, keyed
from capclient.portfolio import Portfolio
from capclient.publish.files import rejects_csv
from capclient.publish.privacy import privacy_lines, retention
from capclient.store import store_key
from capclient.tables import Table
from capclient.themes import quality, results, salespeople
from capclient.themes.levers import levers
from capclient.themes.listening import promises

KEY = "une clé longue et secrète"
VARIABLE = "CAPCLIENT_PSEUDONYM_KEY"
AS_OF = "2025-12-31"
NAMES = ["Dupont & Fils", "DUPONT  & fils", "Société Élan", "Martin", "Zoé"]
SELLERS = ["Anne Roy", "anne roy", "Bob"]


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv(VARIABLE, KEY)


@pytest.fixture(scope="module")
def tables():
    rows = [
        (f"F{k}-{month:%y%m}", f"{month:%Y-%m}-05", f"C{k}", NAMES[k], SELLERS[k % 3], f"{900 - 70 * k}.00")
        for k in range(len(NAMES))
        for month in pd.date_range("2023-01-01", "2025-12-01", freq="MS")
    ]
    rows.append(("F-x", "jamais", "C1", "Dupont secret", "Anne Roy", "1.00"))
    names = ["invoice_id", "invoice_date", "customer_id", "customer_name", "salesperson", "amount_ht"]
    people = pd.DataFrame({
        "customer_id": ["C0", "C0", "C1", "C2"], "person": ["Léo Petit", " léo  PETIT", "Leo Petit", "Max"],
        "side": ["theirs", "theirs", "theirs", "ours"],
    })  # fmt: skip
    sheet = pd.DataFrame({
        "customer_id": ["C0", "C1", "C2", "C0"], "group_id": ["C0", "C0", "Groupe Élan", None],
        "siren": ["732829320", None, None, None], "address": ["1 rue du Secret", None, None, None],
        "competitors_known": ["Rival", None, None, None],
    })  # fmt: skip
    targets = pd.DataFrame({"salesperson": ["Anne Roy", "Chloé"], "visits_per_year": ["10", "5"]})
    return {"invoice_lines": pd.DataFrame(rows, columns=names), "contacts": people, "customers": sheet,
            "targets": targets}  # fmt: skip


def opened(tables, **privacy):
    folder = written(tables)
    content = {
        "company": {"id": "secret"}, "period": {"as_of": AS_OF},
        "sources": {name: f"{name}.parquet" for name in tables},
        "receivables": {"customer_terms": {"C0": "45"}}, "credit": {"periodic_customers": ["C2"]},
    }  # fmt: skip
    return Portfolio.of(
        make_params(content | ({"privacy": privacy} if privacy else {}), folder=folder, where="test")
    )


@pytest.fixture(scope="module")
def plain(tables):
    return opened(tables)


@pytest.fixture(scope="module")
def coded(tables):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, KEY)
        return opened(tables, pseudonymise="true")


def values(portfolio):
    return {item.id: (item.value, item.reason, item.n) for item in results(portfolio)}


def everything(portfolio):
    """Every byte of the store as text: names, wherever they hide."""
    texts = [portfolio.store.path("ingest.json").read_text("utf-8")]
    for path in sorted(portfolio.store.folder.rglob("*.parquet")):
        texts.append(pd.read_parquet(path).to_csv())
    return "\n".join(texts)


def test_a_pseudonym_is_the_keyed_hash_of_the_name_and_does_not_change():
    told = hmac.new(KEY.encode(), b"client\0societe elan", hashlib.sha256).hexdigest().upper()
    assert keyed(KEY.encode(), "client", "societe elan") == told
    assert pseudonym(KEY.encode(), "client", "Société Élan", "fr") == f"Client {told[:10]}"
    assert pseudonym(b"another key, as long", "client", "Société Élan", "fr") != f"Client {told[:10]}"
    coded = pseudonym(KEY.encode(), "seller", "Bob", "en")
    assert coded.startswith("Salesperson ")
    assert pseudonym(KEY.encode(), "seller", coded, "en") == coded, "a plan that comes back keeps its names"


def test_every_figure_is_the_same_with_and_without_pseudonyms(plain, coded):
    assert values(coded) == values(plain)
    assert len(quality(coded).pairs) == len(quality(plain).pairs) == 1, "two spellings of one name are found"


def test_no_name_is_kept_anywhere_in_the_store(plain, coded):
    hidden = [
        *NAMES,
        *SELLERS,
        "Chloé",
        "Léo",
        "PETIT",
        "Max",
        "Secret",
        "732829320",
        "Groupe Élan",
        "jamais",
    ]
    assert all(name in everything(plain) for name in hidden if name != "jamais")
    kept = everything(coded)
    assert [name for name in hidden if re.search(re.escape(name), kept)] == []
    assert "C0" in kept and "Rival" in kept


def test_clients_keep_their_codes_and_groups_named_by_a_client_too(plain, coded):
    assert list(coded.customers.index) == list(plain.customers.index)
    assert coded.customers.group_id["C1"] == "C0" and coded.customers.group_id["C2"].startswith("Groupe ")
    assert coded.customers.name["C0"] == coded.customers.name["C1"] != coded.customers.name["C3"]
    assert coded.customers.salesperson.nunique() == plain.customers.salesperson.nunique() == 3


def test_codes_become_pseudonyms_where_asked_and_figures_stay(tables, plain):
    secret = opened(tables, pseudonymise="true", identifiers="true")
    assert not set(secret.customers.index) & set(plain.customers.index)
    assert all(re.fullmatch(r"C[0-9A-F]{12}", code) for code in secret.customers.index)
    assert secret.customers.group_id.dropna().isin([*secret.customers.index]).sum() == 2
    assert secret.periodic_customers[0] in secret.customers.index
    known = values(plain)
    moved = [id for id, told in values(secret).items() if told != known[id]]
    # draws at random and the days of contacts follow the order of codes
    assert [id for id in moved if not id.startswith(("model.cluster", "contacts."))] == []


def test_codes_stay_in_no_identifier_that_ingest_makes(tables):
    lines = tables["invoice_lines"]
    lines = lines.assign(
        customer_id="KLIENT|" + lines.customer_id.astype("str"),
        amount_ttc=lines.amount_ht,
        due_date="2025-12-01",
    )
    paid = pd.DataFrame({"payment_id": ["R1"], "customer_id": lines.customer_id.iloc[:1].to_list(),
                         "invoice_id": lines.invoice_id.iloc[:1].to_list(), "date": ["2025-12-15"],
                         "amount": ["1.00"]})  # fmt: skip
    secret = opened({"invoice_lines": lines, "payments": paid}, pseudonymise="true", identifiers="true")
    files = [path.stem for path in secret.store.folder.glob("*.parquet")]
    assert {"positions", "settlements", "receivable_items", "allocations"} <= set(files)
    for name in files:
        rows = secret.ledger.frame(f"SELECT * FROM read_parquet('{secret.store.path(f'{name}.parquet')}')")
        assert "KLIENT" not in rows.to_csv()
    open_items = secret.ledger.frame("SELECT * FROM {settlements}")
    assert len(open_items) == 1  # what was matched stays matched


def test_the_text_of_rejected_lines_is_not_told(plain, coded):
    assert "Dupont secret" in rejects_csv(plain.store, "fr")
    told = rejects_csv(coded.store, "fr").splitlines()
    assert len(told) == len(rejects_csv(plain.store, "fr").splitlines()) and "secret" not in "".join(told)


@pytest.mark.parametrize(
    ("given", "code"), [(None, "params.privacy_key_missing"), ("court", "params.privacy_key_short")]
)
def test_without_a_sound_key_nothing_is_read(tables, monkeypatch, given, code):
    monkeypatch.delenv(VARIABLE)
    if given:
        monkeypatch.setenv(VARIABLE, given)
    with pytest.raises(ParamsError) as told:
        opened(tables, pseudonymise="true")
    assert (
        told.value.code == code and VARIABLE in told.value.text("fr") and "court" not in told.value.text("fr")
    )


def test_another_key_reads_the_data_again_and_the_key_is_kept_nowhere(coded, monkeypatch):
    assert store_key(coded.params, []) == store_key(coded.params, [])
    before = store_key(coded.params, [])
    assert KEY not in everything(coded)
    monkeypatch.setenv(VARIABLE, "une autre clé aussi longue")
    assert store_key(coded.params, []) != before


def test_how_long_to_keep_is_said_even_by_default():
    assert "24" in retention(PrivacyParams(retention_months="24"), "fr")
    assert "retention_months" in retention(PrivacyParams(), "en")
    assert any("pseudonymes" in line for line in privacy_lines(PrivacyParams(pseudonymise="true"), "fr"))


def desk_of(portfolio):
    _desks.append(Desk(portfolio, "fr"))


def test_people_are_ranked_only_for_a_purpose_that_is_printed(plain, tables):
    team = salespeople(plain)
    desk_of(plain)
    shown = salespeople_table(team)
    names = [row[0].text for row in shown.rows]
    assert names == ["Anne Roy", "anne roy", "Bob"] and "alphabétique" in shown.note
    assert isinstance(rankings_figure(team), Notice)
    stated = opened(tables, salesperson_comparison_purpose="Équilibrer les portefeuilles")
    desk_of(stated)
    shown = salespeople_table(salespeople(stated))
    revenue = salespeople(stated).table.revenue
    assert list(revenue) == sorted(revenue, reverse=True) and "Équilibrer les portefeuilles" in shown.note
    assert not isinstance(rankings_figure(salespeople(stated)), Notice) or isinstance(
        rankings_table(salespeople(stated)), Notice | Table
    )


@pytest.mark.slow
@pytest.mark.parametrize("sources", ["company", "fec"])
def test_simulated_companies_give_the_same_figures_under_pseudonyms(tmp_path, sources):
    name = "grossiste" if sources == "company" else "services"
    datasets.write_company(name, tmp_path)
    if sources == "company":
        import yaml

        content = yaml.load((tmp_path / f"{name}.yml").read_text("utf-8"), Loader=yaml.BaseLoader)
    else:
        content = {"company": {"id": "fec"}, "sources": {"fec": "services/fec"}}
    one = Portfolio.of(make_params(content, folder=tmp_path, where="x"))
    other = Portfolio.of(
        make_params(content | {"privacy": {"pseudonymise": "true"}}, folder=tmp_path, where="x")
    )
    assert values(other) == values(one)
    kept = everything(other)
    names = {*one.customers.name, *one.table("contacts").person.dropna(), *one.customers.salesperson.dropna()}
    assert [name for name in names if len(name) > 4 and name in kept] == []


def test_people_and_codes_that_the_parameters_name_stay_out_of_pages_and_of_the_manifest(tables):
    content = {
        "company": {"id": "p"}, "period": {"as_of": AS_OF}, "privacy": {"pseudonymise": True, "identifiers": True},
        "levers": [{"id": "a", "text": "Rappeler", "capability": "A13", "owner": "Secretnom Marie"}],
        "promises": [
            {"id": "b", "text": "Vite", "indicator": "portfolio.growth", "target": 1, "owner": "Secretnom Paul"}
        ],
        "receivables": {"customer_terms": {"CODE9": "30"}}, "credit": {"periodic_customers": ["CODE8"]},
        "identity": {"merge": {"CODE7": "CODE6"}},
        "sources": {"invoice_lines": {"path": "invoice_lines.parquet"}},
    }  # fmt: skip
    portfolio = Portfolio.of(make_params(content, folder=written(tables), where="test"))
    told = (
        repr(given(portfolio.params))
        + repr(levers(portfolio).rows.to_dict())
        + repr(promises(portfolio, {}).register.to_dict())
    )
    assert "Secretnom" not in told and "CODE" not in told
    assert levers(portfolio).rows.owner.tolist() == ["…"]
    found = {item.id: item.value for item in levers(portfolio).findings}
    assert found["evidence.levers_unowned"] == 0  # a name left out is still somebody
