"""From tables to findings: segments, markets, wallets and declarations, on R6 and on its awkward neighbours."""

from datetime import date

import pandas as pd
import pytest

from capclient.notebook import (
    contradictions_table,
    cooperations_table,
    declared,
    declared_table,
    exposure,
    market,
    market_index_table,
    markets_table,
    mix_figure,
    mix_table,
    note,
    potential_table,
    relative_growth_figure,
    sectors_table,
    segment_rates_table,
    shift_figure,
    shift_table,
    wallet,
    wallet_classes_table,
    wallets_table,
)
from capclient.notebook.desk import Desk, _desks
from capclient.notices import Notice
from capclient.portfolio import Portfolio
from capclient.tables import Table
from capclient.themes import Findings, customers
from capclient.themes.market_index import market_index
from capclient.vocabulary import Unknown
from tests.themes.test_themes import AS_OF, ledger

SECTORS = {"A": "BTP", "B": "BTP", "C": "Bois", "D": "Bois", "E": "Bois", "F": None}


def sheet(**columns):
    base = pd.DataFrame({"customer_id": list(SECTORS), "sector": list(SECTORS.values())})
    for name, values in columns.items():
        base[name] = base.customer_id.map(values)
    return base


def markets(*rows):
    frame = pd.DataFrame(
        rows, columns=["segment_type", "segment", "year", "growth", "size", "outlook"], dtype="object"
    )
    return frame


WHOLE = ("total", "total", "2025", "0.15", "20000", None)
BOTH = (
    ("sector", "BTP", "2025", "0.10", None, None),
    ("sector", "Bois", "2025", "-0.05", None, "en déclin"),
)


def company(*rows, lines=None, **tables):
    if rows:
        tables["market"] = markets(*rows)
    return Portfolio.from_frames(ledger() if lines is None else lines, as_of=AS_OF, **tables)


def shown(portfolio, lang="fr"):
    _desks[:] = [Desk(portfolio, lang)]
    return market(portfolio)


def words(thing):
    return thing._repr_mimebundle_()["text/plain"]


def test_r6_in_a_market_that_grows_by_fifteen_percent():
    found = Findings(company(WHOLE))
    assert found["market.relative_growth"].value == pytest.approx(-0.0338164251)
    assert found["market.relative_growth_points"].value == pytest.approx(-0.0388888889)
    assert found["market.nrr_market_adjusted"].value == pytest.approx(880 / 900 / 1.15)
    assert found["market.share"].value == 0.05
    assert found["market.share_change"].reason == "missing:market_size"
    assert found["market.shift_growth"].reason == "missing:market_segments"


def test_growing_while_losing_share_is_said_in_words():
    portfolio = company(WHOLE)
    shown(portfolio)
    said = words(note("market.position"))
    assert said.startswith("Nous grandissons, et nous perdons des parts")
    assert "en valeur" in said, "nominal against volume is warned beside the figure"
    shown(portfolio, "en")
    assert words(note("market.position")).startswith("We grow, and we lose share")


@pytest.mark.parametrize(
    ("growth", "start"),
    [("0.05", "Nous gagnons des parts"), ("0.11", "Nous suivons le marché"), ("0.20", "Nous grandissons, et")],
)  # fmt: skip
def test_the_sentence_never_says_what_the_figures_do_not(growth, start):
    shown(company(("total", "total", "2025", growth, None, None)))
    assert words(note("market.position")).startswith(start)


def test_the_four_effects_add_up_to_the_change_and_f_without_sector_is_not_compared():
    found = Findings(company(WHOLE, *BOTH, customers=sheet()))
    parts = [found[f"market.shift_{name}"].value for name in ("growth", "mix", "competitive", "not_compared")]
    # BTP 600 -> 650, Bois 250 -> 270, no sector 50 -> 80
    assert parts == [127.5, -80.0, 22.5, 30.0]
    assert sum(parts) == 100.0
    assert found["market.compared_share"].value == pytest.approx(850 / 900)
    assert (found["market.segments_gaining"].value, found["market.segments_losing"].value) == (1, 1)


def test_without_the_whole_market_like_is_compared_with_like():
    found = Findings(company(*BOTH, customers=sheet()))
    assert found["market.growth"].value == pytest.approx((600 * 0.10 - 250 * 0.05) / 850)
    assert found["market.own_growth"].value == pytest.approx(920 / 850 - 1)
    assert found["market.shift_mix"].value == 0.0 and found["market.shift_mix"].caveat == "caveat.mix_nil"
    assert found["market.relative_growth"].caveat == "caveat.market_weighted"
    assert found["market.share"].reason == "missing:market_size"


def test_revenue_without_client_stands_on_the_blank_line_and_the_sum_is_whole():
    lines = ledger()
    lines["customer_id"] = lines.customer_id.where(lines.customer_id != "C")
    portfolio = company(WHOLE, *BOTH, lines=lines, customers=sheet())
    place = market(portfolio)
    assert place.segments.revenue_n.sum() == 1000.0 and place.mix.revenue_n1.sum() == 900.0
    assert place.segments.revenue_n[place.segments.index.isna()].tolist() == [230.0]
    assert sum(item.value for item in place.findings if ".shift_" in item.id) == pytest.approx(100.0)


def test_a_market_by_product_family_reads_the_lines():
    lines = ledger(family="Vis").assign(
        family=lambda frame: frame.family.where(frame.customer_id != "A", "Clous")
    )
    place = market(company(("family", "Clous", "2025", "0.2", None, None), lines=lines))
    assert place.dimension == "family"
    assert place.segments.revenue_n.to_dict() == {"Clous": 500.0, "Vis": 500.0}
    assert place.segments.position.to_dict() == {"Clous": "gaining", "Vis": "not_compared"}
    assert place.rates.empty, "clients buy several families: no rate of clients by family"


def test_the_growth_of_a_market_follows_from_two_sizes():
    rows = [
        ("sector", "BTP", "2024", None, "1000", None),
        ("sector", "BTP", "2025", None, "1100", None),
    ]
    place = market(company(*rows, customers=sheet()))
    assert place.segments.market_growth["BTP"] == pytest.approx(0.10)
    assert place.segments.market_share["BTP"] == pytest.approx(650 / 1100)
    assert place.segments.market_share_change["BTP"] == pytest.approx(650 / 1100 - 600 / 1000)


def test_a_size_given_in_millions_makes_the_share_unknown_and_not_a_thousand_percent():
    found = Findings(company(("total", "total", "2025", "0.15", "20", None)))
    assert found["market.share"].reason == "unreliable:market_size"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [((), "missing:market"), ((("total", "total", "2019", "0.1", None, None),), "missing:market_year")],
)
def test_what_is_missing_is_named(rows, reason):
    found = Findings(company(*rows))
    for name in ("growth", "relative_growth", "shift_growth", "nrr_market_adjusted", "share"):
        assert found[f"market.{name}"].reason == reason


def test_markets_by_sector_need_the_sector_of_clients_under_the_same_names():
    assert Findings(company(*BOTH))["market.relative_growth"].reason == "missing:sector"
    assert Findings(company(WHOLE, *BOTH))["market.shift_mix"].reason == "missing:sector"
    other = sheet().assign(sector="btp")
    assert Findings(company(*BOTH, customers=other))["market.growth"].reason == "unreliable:market_names"


def test_an_incomplete_year_is_compared_with_no_market():
    portfolio = Portfolio.from_frames(ledger(), market=markets(WHOLE, *BOTH), as_of=date(2025, 6, 30))
    found = Findings(portfolio)
    assert found["market.relative_growth"].reason == "period_incomplete"
    assert found["wallet.share"].reason == "missing:wallet_amount"


def test_declining_sectors_by_growth_or_outlook_and_a_minimum_where_some_are_unknown():
    found = Findings(company(WHOLE, *BOTH, customers=sheet()))
    assert found["market.declining_revenue"].value == 270.0
    assert found["market.declining_revenue_share"].value == 0.27
    assert found["market.declining_revenue_share"].caveat == "caveat.declining_least"
    everyone = sheet().assign(sector=lambda frame: frame.sector.fillna("BTP"))
    assert Findings(company(*BOTH, customers=everyone))["market.declining_revenue"].caveat is None


def contracts(**columns):
    return pd.DataFrame({"contract_id": ["K1", "K2"], "customer_id": ["A", "B"]} | columns)


def test_revenue_of_cooperations_is_that_of_lines_under_a_contract_with_partners():
    lines = ledger().assign(contract_id=lambda frame: frame.customer_id.map({"A": "K1", "B": "K2"}))
    shared = contracts(partners=["Atelier Lemoine", " "])
    found = Findings(company(lines=lines, contracts=shared))
    assert found["market.cooperation_revenue"].value == 500.0
    assert found["market.cooperation_revenue_share"].value == 0.5
    assert found["market.cooperation_contracts"].value == 1


def test_cooperations_say_what_is_missing():
    nobody = Findings(company(contracts=contracts(partners=[None, None])))
    assert nobody["market.cooperation_revenue"].reason == "missing:partners"
    unbound = Findings(company(contracts=contracts(partners=["X", "Y"])))
    assert unbound["market.cooperation_revenue"].reason == "missing:contract_id"


def wallets(**more):
    amounts = {"A": "2000", "B": "600", "C": "100"}
    dated = {"A": "2025-03-01", "B": "2024-06-01", "C": "2025-01-01"}
    return sheet(wallet_amount=amounts, wallet_date=dated, **more)


def test_wallets_of_the_ledger():
    found = Findings(company(customers=wallets()))
    assert found["wallet.known_customers"].value == 3
    assert found["wallet.over_customers"].value == 1, "C buys 150 of us and 100 in all"
    assert found["wallet.share"].value == pytest.approx(650 / 2600)
    assert found["wallet.additional_potential"].value == 300.0 + 90.0
    assert found["wallet.moderate_customers"].value == 2
    assert found["wallet.known_customers"].caveat == "caveat.wallet_over"


def test_the_table_of_clients_carries_the_potential_and_where_it_comes_from():
    lines = ledger()
    more = [lines[lines.customer_id == "F"].assign(customer_id=f"G{i}", invoice_id=f"G{i}") for i in range(8)]
    given = pd.concat(
        [wallets(), pd.DataFrame({"customer_id": [f"G{i}" for i in range(8)], "sector": "Bois"})]
    )
    table = customers(company(lines=pd.concat([lines, *more]), customers=given)).set_index("customer_id")
    assert table.potential["B"] == 90.0 and table.potential_source["B"] == "wallet"
    assert pd.isna(table.potential["C"]) and pd.isna(table.potential_source["C"]), "its wallet is wrong"
    assert table.potential_source["E"] == "sector" and table.potential["E"] >= 0
    names = table.columns.tolist()
    assert names.index("cluster") < names.index("potential") < names.index("status")


def test_declarations_are_kept_and_their_contradictions_listed():
    said = wallets(
        relation_type={"A": "récurrent", "B": "récurrent", "D": "en danger"},
        wallet_level={"A": "grande", "B": "grande"}, outlook={"A": "échec", "B": "croissance"},
    )  # fmt: skip
    rows = ledger()
    rows = rows[(rows.customer_id != "B") | rows.invoice_date.isin(["2024-06-15", "2025-06-15"])]
    day = "2025-02-01"
    signed = pd.DataFrame(
        {"capability": ["D03", "D10", "F20"], "owner": ["Mme Roux", None, "x"], "date": [day, day, None]}
    )
    told = declared(company(lines=rows, customers=said, evidence=signed))
    found = zip(told.contradictions.index, told.contradictions.contradiction, strict=True)
    assert sorted(found) == [("B", "large_share"), ("B", "recurring"), ("C", "over_wallet")]
    assert told.said.capability.tolist() == ["D03", "D10"]
    found = {item.id: item for item in told.findings}
    assert found["declared.described_customers"].value == 3
    assert found["declared.contradictory_customers"].value == 2
    assert found["declared.failing_revenue_share"].caveat == "caveat.failing_least"


def test_nothing_declared_is_said_calmly():
    told = declared(company(customers=sheet()))
    assert told.reason.reason == "missing:declared" and told.contradictions.empty


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_part_of_the_chapter_shows_with_names_that_try_to_run(lang):
    lines = ledger().assign(contract_id=lambda frame: frame.customer_id.map({"A": "K1"}))
    evil = "<script>alert(1)</script>"
    given = wallets(relation_type={"A": "recurring"}, outlook={"A": "failure"}).assign(
        sector=lambda frame: frame.sector.replace("BTP", evil), name=lambda frame: frame.customer_id + evil
    )
    portfolio = company(
        WHOLE, ("sector", evil, "2025", "0.1", None, "=cmd()"), BOTH[1], lines=lines, customers=given,
        contracts=contracts(partners=[evil, None]),
        evidence=pd.DataFrame({"capability": ["D03"], "owner": [evil], "date": ["2025-02-01"]}),
    )  # fmt: skip
    place = shown(portfolio, lang)
    around, bought, told = exposure(portfolio), wallet(portfolio), declared(portfolio)
    parts = [
        mix_figure(place), mix_table(place), relative_growth_figure(place), markets_table(place), shift_figure(place),
        shift_table(place), segment_rates_table(place), sectors_table(around), cooperations_table(around),
        wallet_classes_table(bought), wallets_table(bought), potential_table(bought), declared_table(told),
        contradictions_table(told),
    ]  # fmt: skip
    for part in parts:
        assert not isinstance(part, Notice), words(part)
        html = part._repr_mimebundle_()["text/html"]
        assert "<script" not in html and "nan" not in words(part).lower().split()
    assert "Mme" not in words(declared_table(told)) and evil in declared_table(told).note


def test_without_anything_from_outside_every_part_says_why():
    portfolio = company()
    place = shown(portfolio)
    around, bought, told = exposure(portfolio), wallet(portfolio), declared(portfolio)
    for part in (
        mix_table(place), relative_growth_figure(place), markets_table(place), shift_figure(place), shift_table(place),
        segment_rates_table(place), sectors_table(around), cooperations_table(around), wallet_classes_table(bought),
        wallets_table(bought), potential_table(bought), declared_table(told), contradictions_table(told),
    ):  # fmt: skip
        assert isinstance(part, Notice) and part.advice


def test_the_weights_of_segments_need_no_market():
    place = shown(company(customers=sheet()))
    assert place.mix_dimension == "sector" and isinstance(mix_table(place), Table)
    assert place.mix.share.sum() == pytest.approx(1.0)


def test_the_weights_of_both_years_have_heads_of_their_own():
    portfolio = company(WHOLE, *BOTH, customers=sheet())
    heads = [column.label for column in mix_table(shown(portfolio)).columns]
    assert heads == ["Segment", "CA N-1", "CA N", "Évolution", "Poids N-1", "Poids N", "Évol. du poids"]


def test_the_shift_is_named_by_its_largest_effect_with_one_word_for_each():
    place = shown(company(WHOLE, *BOTH, customers=sheet()))
    assert shift_figure(place).title.startswith("Dans l’évolution, l’effet du marché pèse le plus")
    assert "effet propre" in words(note("market.shift"))
    assert "Effet propre" in [column.label for column in shift_table(place).columns]
    place = shown(company(WHOLE, *BOTH, customers=sheet()), "en")
    assert "Competitive effect" in [column.label for column in shift_table(place).columns]
    assert "merits" not in words(shift_table(place)) + words(shift_figure(place)) + words(
        note("market.shift")
    )


def test_our_revenue_and_the_market_are_indices_from_the_first_year_that_both_know():
    portfolio = company(("total", "total", "2024", "0.5", None, None), WHOLE)
    years = market_index(portfolio)  # 2023 is not in the lines: 2024 stands at 100, whatever its market did
    assert years.year.tolist() == [date(2024, 12, 31), date(2025, 12, 31)]
    assert years.index_own.round(4).tolist() == [100.0, 111.1111]
    assert years.index_market.round(4).tolist() == [100.0, 115.0]
    shown(portfolio)
    assert [cell.text for cell in market_index_table(portfolio).rows[1]] == [
        "décembre 2025", "1\u202f000\u00a0€", "111", "115",
    ]  # fmt: skip
    shown(portfolio, "en")
    assert market_index_table(portfolio).rows[1][0].text == "December 2025"


def test_no_index_without_the_whole_market_or_without_two_years():
    assert market_index(company(*BOTH, customers=sheet())) == Unknown("missing:market_year")
    assert market_index(company()) == Unknown("missing:market")
    assert market_index(company(("total", "total", "2025", None, "100", None))) == Unknown(
        "missing:market_year"
    )


def test_only_the_clients_below_their_peers_have_an_estimated_potential():
    rows = ledger()
    peers = pd.concat(
        rows[rows.customer_id == "A"].assign(
            customer_id=f"P{n}", amount_ht=f"{100 + n}.00", invoice_id=f"P{n}"
        )
        for n in range(9)
    )
    names = sorted({*rows.customer_id.dropna(), *peers.customer_id})
    clients = pd.DataFrame({"customer_id": names, "sector": "BTP"})
    portfolio = company(lines=pd.concat([rows, peers]), customers=clients)
    found = Findings(portfolio)
    compared, below = (found[f"wallet.proxy_{name}customers"].value for name in ("", "below_"))
    assert 0 < below < compared
    assert below == int((wallet(portfolio).customers.potential > 0).sum())
    shown(portfolio)
    assert f"{below}\u00a0sont sous leur quart supérieur" in words(note("wallet.proxy"))


def test_a_share_of_the_market_that_moved_a_little_has_moved():
    rows = [
        ("total", "total", year, None, size, None) for year, size in (("2024", "900000"), ("2025", "990000"))
    ]
    shown(company(*rows))
    assert words(note("market.share")).endswith("elle a évolué de +0,001\u00a0pt.")


def test_the_compared_share_never_exceeds_the_whole():
    lines = ledger()
    extra = lines.head(1).assign(
        invoice_id="AV", customer_id="NEG", invoice_date="2024-05-02", amount_ht="-20.00"
    )
    sheets = sheet()
    sheets = pd.concat(
        [sheets, pd.DataFrame({"customer_id": ["NEG"], "sector": ["Divers"]})], ignore_index=True
    )
    portfolio = Portfolio.from_frames(
        pd.concat([lines, extra], ignore_index=True),
        as_of=AS_OF,
        company="negative",
        customers=sheets,
        market=markets(*BOTH),
    )
    assert Findings(portfolio)["market.compared_share"].value == pytest.approx(
        850 / 920
    )  # F 50 has no sector


def test_a_segment_of_ours_called_total_is_not_the_whole_market():
    told = [("sector", "Total", "2025", "0.10", None, None), ("sector", "Bois", "2025", "0.50", None, None)]
    ours = sheet().replace({"BTP": "Total"})
    found = Findings(
        Portfolio.from_frames(ledger(), as_of=AS_OF, company="total", customers=ours, market=markets(*told))
    )
    assert found["market.growth"].value == pytest.approx((600 * 0.1 + 250 * 0.5) / 850)
    assert found["market.shift_competitive"].value == pytest.approx(650 - 660 + 270 - 375)
    whole = Findings(
        Portfolio.from_frames(
            ledger(), as_of=AS_OF, company="whole", customers=ours,
            market=markets(*told, ("total", "total", "2025", "0.15", None, None)),
        )
    )  # fmt: skip
    assert whole["market.growth"].value == 0.15
    named = Portfolio.from_frames(
        ledger(), as_of=AS_OF, company="name", customers=sheet(), market=markets(told[0])
    )
    assert Findings(named)["market.growth"].value == 0.10  # nobody bears the name: the row is the whole
