"""The review files: one a portfolio, one page a client, safe names, the same bytes, and nothing that runs."""

import re
from datetime import date
from html.parser import HTMLParser

import pandas as pd
import pytest

from capclient.decisions.review import LISTS, chosen, questions, reviews
from capclient.portfolio import Portfolio
from capclient.publish.client_sheet import _named
from capclient.publish.review import review_links, review_page, write_reviews
from capclient.wording import text

AS_OF = date(2025, 12, 31)
SCRIPT = "<script>alert(1)</script>"
SELLERS = ["Zoé", "ZOE", "zoe", "../../x", SCRIPT, "CON", None]
EVIL = [SCRIPT, '"><img src=x onerror=alert(2)>', "{{7*7}}", "A" * 300, "شركة الأمل", "=1+1", "</style><h1>x"]


def ledger(clients=14, *, sellers=SELLERS):
    """Three years of monthly orders: client k belongs to seller k modulo their number; the second half slows down."""
    rows = []
    for k in range(clients):
        for month in pd.date_range("2023-01-05", "2025-12-05", freq="MS"):
            if k % 4 == 3 and month > pd.Timestamp("2025-06-01"):
                continue
            rows.append((f"C{k:02d}", EVIL[k % len(EVIL)] + f" {k}", f"F{k}-{month:%y%m}", f"{month:%Y-%m}-05",
                         f"{1000 - 31 * k}.00", "600.00", sellers[k % len(sellers)]))  # fmt: skip
    names = ["customer_id", "customer_name", "invoice_id", "invoice_date", "amount_ht", "cost", "salesperson"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture(scope="module")
def portfolio():
    people = pd.DataFrame({
        "customer_id": ["C00", "C00"], "person": ["<b>Ana</b>", "Léo"], "role": ["Achats", None],
        "side": ["theirs", "ours"], "since": ["2024-01-01", "2024-01-01"], "until": [None, None],
    })  # fmt: skip
    contracts = pd.DataFrame({
        "contract_id": ["<i>K1"], "customer_id": ["C00"], "start": ["2024-01-01"], "end": ["2026-02-28"],
        "annual_amount": ["12000.00"],
    })  # fmt: skip
    return Portfolio.from_frames(ledger(), contacts=people, contracts=contracts, as_of=AS_OF, company="revue")


@pytest.fixture(scope="module")
def pages(portfolio, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reviews")
    names = write_reviews(portfolio, folder, "fr", version="0")
    return {name: (folder / "commerciaux" / name).read_text("utf-8") for name in names}


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words += data


def test_each_salesperson_has_one_file_and_clients_without_any_have_theirs(portfolio, pages):
    assert len(pages) == len(SELLERS) == len({name.casefold() for name in pages})
    assert "sans-commercial.html" in pages
    for name in pages:
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,70}\.html", name) and name.casefold() != "con.html"
    assert [address for _, address in review_links(portfolio, "fr")] == [
        f"commerciaux/{name}" for name in pages
    ]


def test_portfolios_add_up_to_all_clients_and_each_is_in_one(portfolio):
    packs = reviews(portfolio)
    assert sorted(code for pack in packs for code in pack.clients.index) == sorted(portfolio.customers.index)
    assert packs[-1].salesperson is None


def test_a_page_runs_nothing_loads_nothing_and_shows_names_as_they_are(pages):
    for page in pages.values():
        seen = Tags(page)
        assert not {"script", "img", "iframe", "link", "form", "b", "i"} & set(seen.tags)
        assert seen.tags.count("h1") == 1
        assert not [name for name, _ in seen.attributes if name.startswith("on")]
        assert all(value.startswith("#") for name, value in seen.attributes if name in ("href", "src"))
        assert "default-src 'none'" in page and "script-src" not in page
    every = " ".join(Tags(page).words for page in pages.values())
    for name in (SCRIPT, "{{7*7}}", "<b>Ana</b>", "<i>K1"):
        assert name in every


def test_a_page_speaks_of_its_own_portfolio_only(portfolio, pages):
    for pack, page in zip(reviews(portfolio), pages.values(), strict=True):
        words = Tags(page).words
        own = set(pack.clients.name)
        for client in set(portfolio.customers.name) - own:
            assert client not in words
    assert SCRIPT not in Tags(pages["sans-commercial.html"]).words.replace(f"{SCRIPT} ", "")


def test_every_client_to_go_through_has_its_page_once(portfolio, pages):
    for pack, page in zip(reviews(portfolio), pages.values(), strict=True):
        assert page.count('<article class="sheet"') == len(pack.listed) == len(set(pack.listed))
        assert set(pack.listed) == {code for name in LISTS for code in pack.lists[name]}


def test_the_same_data_give_the_same_bytes(portfolio, pages):
    again = Portfolio.of(portfolio.params, as_of=AS_OF)
    for pack, page in zip(reviews(again), pages.values(), strict=True):
        assert review_page(again, pack, "fr", version="0") == page


def test_a_sheet_says_people_contracts_revenue_and_what_to_ask(portfolio, pages):
    page = next(page for page in pages.values() if "<i>K1" in Tags(page).words)
    words = Tags(page).words
    assert "Achats · chez le client" in words and "fin le 28/02/2026" in words
    assert words.count("Ventes N-1") > 1 and "12\u202f000" in words.replace("\u00a0", "\u202f")
    assert "Une seule personne nous connaît" in words.replace("\u00a0", " ")


def test_the_page_is_english_where_asked(portfolio):
    page = review_page(portfolio, reviews(portfolio)[0], "en", version="0")
    assert 'lang="en"' in page and "The most important" in page and "Les plus" not in page


def test_without_any_salesperson_there_is_no_file(tmp_path):
    bare = Portfolio.from_frames(ledger(3).drop(columns="salesperson"), as_of=AS_OF, company="seul")
    assert reviews(bare) == () and write_reviews(bare, tmp_path, "fr", version="0") == []
    assert not list(tmp_path.iterdir()) and review_links(bare, "fr") == []


def test_without_a_year_of_history_there_is_no_file(tmp_path):
    short = Portfolio.from_frames(ledger(3).head(2), as_of=date(2023, 2, 28), company="court")
    assert write_reviews(short, tmp_path, "fr", version="0") == []


def test_lists_hold_at_most_ten_and_never_a_lost_client_to_win():
    clients = pd.DataFrame({
        "name": [f"n{k}" for k in range(30)], "value": range(30), "revenue": range(30), "potential": range(30),
        "potential_class": None, "state": ["lost"] * 15 + ["at_risk"] * 15, "stage": "adult", "risk": 90.0,
        "exposed": range(30),
    }, index=[f"C{k}" for k in range(30)])  # fmt: skip
    found = chosen(clients, high=60.0)
    assert {len(codes) for codes in found.values()} == {10}
    assert found["threatened"][0] == "C29" and set(found["threatened"]) <= set(clients.index[15:])


def test_questions_come_gravest_first_and_never_more_than_six():
    everything = {
        "claim_open": True, "state": "inactive", "overdue": 1.0, "tender": True, "net_margin": -1.0,
        "revenue_n": 1.0, "revenue_n1": 9.0, "price_index": 80.0, "theirs": 0, "rivals": "",
    }  # fmt: skip
    assert questions(everything) == ["claim", "silent", "overdue", "deadline", "losing", "falling"]
    assert questions({"theirs": 3, "potential": 1.0, "rivals": "X"}) == []


@pytest.mark.browser
def test_front_pages_and_then_one_printed_page_a_client(portfolio, pages, tmp_path):
    from playwright.sync_api import sync_playwright
    from pypdf import PdfReader

    name, page = next(iter(pages.items()))
    (tmp_path / name).write_text(page, "utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        tab = browser.new_page()
        tab.goto((tmp_path / name).as_uri())
        tab.pdf(path=str(tmp_path / "out.pdf"), format="A4", prefer_css_page_size=True)
        tab.set_viewport_size({"width": 390, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        browser.close()
    sheets = page.count('<article class="sheet"')
    printed = [leaf.extract_text() for leaf in PdfReader(tmp_path / "out.pdf").pages]
    assert sum("Décidé ce jour" in leaf for leaf in printed) == sheets
    assert all("Décidé ce jour" in leaf for leaf in printed[-sheets:]), "a client takes a page and no more"


@pytest.mark.parametrize(("facts", "words"), [
    ({"potential_class": "high", "potential_level": "medium", "potential_source": "wallet"}, "Potentiel mesuré"),
    ({"potential_class": "low", "potential_level": "low", "potential_source": "wallet"}, "Potentiel mesuré"),
    ({"potential_class": "low", "potential_level": "high", "potential_source": None}, "Potentiel mesuré"),
    ({"potential_class": "high", "potential_level": "high", "potential_source": "wallet"}, "Potentiel déclaré"),
    ({"potential_class": "low", "potential_level": "none", "potential_source": None}, "Potentiel déclaré"),
])  # fmt: skip
def test_a_class_of_potential_says_whether_it_was_measured_or_declared(facts, words):
    assert text(f"review.field.{_named('potential_class', facts)}", "fr") == words
