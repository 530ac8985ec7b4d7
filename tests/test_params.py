"""The YAML of a company: what is understood, what is refused, and how the refusal is said."""

import pickle
import re
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.bounds import BLANKS
from capclient.errors import ParamsError
from capclient.params import Params, expanded, make_params, read_params
from capclient.readers import identifiers
from capclient.thresholds import Thresholds

COMPANY = "company: {id: acme}\n"
SOURCE = "sources: {invoice_lines: ventes.csv}\n"
ENGLISH = re.compile(r"\b(should|must|valid|input|field|string|than|greater|less|expected|or|the)\b", re.I)


def read(folder: Path, text: str | bytes, name: str = "acme.yml") -> Params:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_params(folder / name)


def made(**more: object) -> Params:
    content = {"company": {"id": "acme"}, "sources": {"invoice_lines": "ventes.csv"}} | more
    return make_params(content, folder=Path("somewhere"), where="acme.yml")


def refused(**more: object) -> ParamsError:
    with pytest.raises(ParamsError) as caught:
        made(**more)
    return caught.value


def refused_text(folder: Path, text: str | bytes) -> ParamsError:
    with pytest.raises(ParamsError) as caught:
        read(folder, text)
    return caught.value


def threshold(path: str, value: object) -> dict[str, object]:
    family, name = path.split(".")
    return {"thresholds": {family: {name: value}}}


# what is understood


def test_texts_stay_what_was_typed(tmp_path: Path) -> None:
    params = read(
        tmp_path,
        "company: {id: acme, name: NO, siren: 005520135, sector: 01.11}\n" + SOURCE + "identity:\n"
        "  merge: {007: 7, yes: 1e5}\nfilters: [{name: on, column: product, values: [0010, null, 2024-01-01]}]\n",
    )
    company = params.company
    assert (company.name, company.siren, company.sector) == ("NO", "005520135", "01.11")
    assert params.identity.merge == {"007": "7", "yes": "1e5"}
    assert (params.filters[0].name, params.filters[0].values) == ("on", ["0010", "null", "2024-01-01"])


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + (COMPANY + SOURCE).encode()).company.id == "acme"


def test_the_folder_of_the_file_is_kept_through_copies(tmp_path: Path) -> None:
    params = read(tmp_path, COMPANY + SOURCE)
    copies = (params, params.model_copy(update={"filters": []}), pickle.loads(pickle.dumps(params)))
    assert [copy.folder for copy in copies] == [tmp_path.resolve()] * 3
    assert "folder" not in params.model_dump()


@pytest.mark.parametrize(
    ("entry", "paths"),
    [
        ("v.csv", ["v.csv"]),
        ({"path": "v.csv"}, ["v.csv"]),
        (["a.csv", {"path": "b.csv"}], ["a.csv", "b.csv"]),
        ({"parts": ["a.csv", {"path": "b.csv"}]}, ["a.csv", "b.csv"]),
        ({"parts": "a.csv"}, ["a.csv"]),
        ({"parts": {"path": "a.csv"}}, ["a.csv"]),
    ],
)
def test_a_source_has_one_form_inside_whatever_was_written(entry: object, paths: list[str]) -> None:
    source = made(sources={"invoice_lines": entry}).sources["invoice_lines"]
    assert ([part.path for part in source.parts], source.overlap) == (paths, "keep_all")


def test_keys_beside_parts_belong_to_each_part_unless_it_has_its_own() -> None:
    entry = {"parts": ["a.csv", {"path": "b.csv", "dates": "ymd"}], "dates": "dmy", "overlap": "keep_last"}
    source = made(sources={"invoice_lines": entry}).sources["invoice_lines"]
    assert [part.dates for part in source.parts] == ["dmy", "ymd"] and source.overlap == "keep_last"


def test_one_value_stands_for_a_list_of_one() -> None:
    params = made(
        sources={"customers": {"path": "c.xlsx", "sheet": "Clients"}},
        report={"formats": "xlsx", "chapters": "20_concentration", "own_chapters": "a.ipynb"},
        filters=[{"name": "port", "column": "product", "starts_with": "PORT"}],
    )
    assert params.sources["customers"].parts[0].sheet == ["Clients"]
    assert params.report.formats == ["xlsx"] and params.report.own_chapters == ["a.ipynb"]
    assert params.filters[0].starts_with == ["PORT"]


@pytest.mark.parametrize(("rows", "bounds"), [("", (1, None)), ("2-5", (2, 5)), ("7-", (7, None))])
def test_rows_are_bounds_counted_from_one(rows: str, bounds: tuple[int, int | None]) -> None:
    source = made(sources={"invoice_lines": {"path": "v.csv", "rows": rows}}).sources["invoice_lines"]
    assert source.parts[0].row_bounds == bounds


def test_a_variable_of_the_environment_is_replaced_or_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPCLIENT_SALES", "ventes")
    monkeypatch.delenv("CAPCLIENT_ABSENT", raising=False)
    assert expanded("${CAPCLIENT_SALES}/v.csv") == "ventes/v.csv"
    assert expanded("${CAPCLIENT_SALES:-autre}/${CAPCLIENT_ABSENT:-../d}/v.csv") == "ventes/../d/v.csv"
    assert expanded("${CAPCLIENT_ABSENT:-}v.csv") == "v.csv"
    with pytest.raises(ParamsError, match="CAPCLIENT_ABSENT n’est pas définie"):
        expanded("${CAPCLIENT_ABSENT}/v.csv")


# keys


@pytest.mark.parametrize(
    ("more", "key", "near"),
    [
        ({"thresold": {}}, "thresold", "thresholds"),
        ({"company": {"id": "x", "nmae": "y"}}, "company.nmae", "name"),
        ({"sources": {"customers": {"path": "c", "sheeet": "x"}}}, "sources.customers.sheeet", "sheet"),
        ({"sources": {"customers": {"path": "c", "overlapp": "x"}}}, "sources.customers.overlapp", "overlap"),
        ({"sources": {"customers": ["a", {"path": "c", "date": "x"}]}}, "sources.customers[2].date", "dates"),
        (
            {"sources": {"customers": {"parts": [{"path": "c", "rowz": ""}]}}},
            "sources.customers.parts[1].rowz",
            "rows",
        ),
        (
            {"sources": {"customers": {"parts": ["c"], "colums": {}}}},
            "sources.customers.colums",
            "columns",
        ),
        (
            {"sources": {"customer_totals": {"path": "c", "period": {"start": "2024-01-01", "ned": ""}}}},
            "sources.customer_totals.period.ned",
            "end",
        ),
        ({"filters": [{"name": "a", "colum": "product"}]}, "filters[1].colum", "column"),
        ({"identity": {"merg": {}}}, "identity.merg", "merge"),
        ({"thresholds": {"concentration": {"abcd": []}}}, "thresholds.concentration.abcd", "abc"),
        (
            threshold("activity.risk_weights", {"behavior": "1"}),
            "thresholds.activity.risk_weights.behavior",
            "behaviour",
        ),
    ],
)
def test_a_misspelt_key_is_named_with_the_nearest_one(more: dict, key: str, near: str) -> None:
    error = refused(**more)
    assert error.code == "params.unknown_key" and error.facts["key"] == key
    assert f"« {near} »" in error.text("fr") and f'"{near}"' in error.text("en")
    assert "folder" not in error.text("fr")


@pytest.mark.parametrize(
    "more",
    [
        {"zzzz": "1"},
        {"company": {"id": "x", "qqqq": "y"}},
        {"sources": {"xxxxxxx": "v.csv"}},
        {"filters": [{"name": "a", "column": "zzzz", "values": "A"}]},
        {"filters": [{"name": "a", "column": "doc_type", "values": "zzzz"}]},
    ],
)
def test_nothing_is_called_near_when_nothing_is(more: dict) -> None:
    error = refused(**more)
    assert error.code.endswith("_far") and "proche" not in error.text("fr") and "–" not in error.text("fr")
    assert "near" not in error.text("en") and ": " in error.text("en").splitlines()[1]


def test_a_misspelt_key_that_is_required_is_not_said_to_be_missing() -> None:
    with pytest.raises(ParamsError, match="« company »"):
        make_params({"compagny": {"id": "x"}, "sources": {"customers": "c"}}, folder=Path(), where="x")
    with pytest.raises(ParamsError, match="il manque la clé sources"):
        make_params({"company": {"id": "x"}}, folder=Path(), where="x")


def test_an_internal_field_is_an_unknown_key() -> None:
    assert refused(folder="/etc").facts["key"] == "folder"
    assert refused(_folder="/etc").facts["key"] == "_folder"


def test_an_unknown_table_is_named_with_the_nearest_one() -> None:
    said = refused(sources={"custmers": "c.csv"}).text("fr")
    assert "La table custmers n’existe pas" in said and "« customers »" in said


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"company": {"name": "x"}}, "company.id"),
        ({"company": ""}, "company"),
        ({"sources": {}}, "sources"),
        ({"sources": {"customers": {"columns": {}}}}, "sources.customers.path"),
        ({"filters": [{"column": "product", "values": ["A"]}]}, "filters[1].name"),
    ],
)
def test_a_missing_key_is_named(more: dict, key: str) -> None:
    assert f"il manque la clé {key}." in refused(**more).text("fr")


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("company: {id: a, id: b}\n", "id", 1),
        (COMPANY + SOURCE + COMPANY, "company", 3),
        (COMPANY + "sources:\n  invoice_lines:\n    path: a\n    path: b\n", "path", 5),
        (COMPANY + SOURCE + "thresholds:\n  season:\n    years: 2\n    years: 3\n", "years", 6),
    ],
)
def test_a_key_written_twice_is_refused_at_every_depth(
    tmp_path: Path, text: str, key: str, line: int
) -> None:
    error = refused_text(tmp_path, text)
    assert (error.code, error.facts) == ("params.repeated_key", {"key": key, "line": line})


def test_aliases_and_endless_nesting_are_refused(tmp_path: Path) -> None:
    alias = refused_text(tmp_path, COMPANY + "a: &a [x]\nb: *a\n")
    assert (alias.code, alias.facts["line"]) == ("params.alias", 3)
    assert refused_text(tmp_path, "a: " + "[" * 10_000).code == "params.too_deep"
    assert refused_text(tmp_path, "a: " + "{b: " * 10_000).code == "params.too_deep"


# a file that is no YAML


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (COMPANY + "sources: {invoice_lines: a.csv\n", "params.not_yaml", 3),
        (COMPANY + "sources:\n\tinvoice_lines: a.csv\n", "params.not_yaml", 3),
        (COMPANY + "name: a: b\n", "params.not_yaml", 2),
        (COMPANY + "name: a\0b\n", "params.not_yaml", 2),
        (COMPANY + SOURCE + "---\n" + COMPANY, "params.not_yaml", 3),
        (COMPANY.encode() + b"name: Soci\xe9t\xe9\n", "params.not_utf8", 2),
        ((COMPANY + SOURCE).encode("utf-16"), "params.not_utf8", 1),
    ],
)
def test_a_syntax_error_says_the_line_then_what_to_check(
    tmp_path: Path, text: str | bytes, code: str, line: int
) -> None:
    error = refused_text(tmp_path, text)
    assert (error.code, error.facts["line"]) == (code, line)
    said, *hint = error.text("fr").splitlines()
    assert said.startswith(f"acme.yml, ligne {line} : ") and len(hint) == 1
    assert not ENGLISH.search(hint[0].partition("Détail technique")[0])
    assert "unicode string" not in hint[0]


@pytest.mark.parametrize("text", ["", "# rien\n", "- company\n", "company\n"])
def test_a_file_without_keys_is_refused(tmp_path: Path, text: str) -> None:
    assert refused_text(tmp_path, text).code == "params.not_mapping"


def test_a_file_that_is_absent_or_huge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="n’existe pas"):
        read_params(tmp_path / "absent.yml")
    assert refused_text(tmp_path, "#" * 1_000_001).code == "params.too_large"


# sources


@pytest.mark.parametrize(
    ("sources", "code", "key"),
    [
        ({"invoice_lines": []}, "no_source", "sources.invoice_lines"),
        ({"invoice_lines": {"parts": []}}, "no_source", "sources.invoice_lines.parts"),
        ({"invoice_lines": ""}, "blank", "sources.invoice_lines"),
        ({"invoice_lines": {"path": ""}}, "blank", "sources.invoice_lines.path"),
        ({"invoice_lines": {"path": " \u00a0"}}, "blank", "sources.invoice_lines.path"),
        ({"invoice_lines": ["a.csv", ""]}, "blank", "sources.invoice_lines[2]"),
        ({"invoice_lines": {"parts": ["a.csv", ""]}}, "blank", "sources.invoice_lines.parts[2]"),
        ({"invoice_lines": {"parts": ""}}, "blank", "sources.invoice_lines.parts"),
        ({"invoice_lines": {"path": ["a.csv"]}}, "not_text", "sources.invoice_lines.path"),
        ({"invoice_lines": [["a.csv"]]}, "not_keys", "sources.invoice_lines[1]"),
        ({"invoice_lines": {"path": "a", "columns": ""}}, "blank", "sources.invoice_lines.columns"),
        ({"invoice_lines": {"path": "a", "columns": ["x"]}}, "not_keys", "sources.invoice_lines.columns"),
        ({"invoice_lines": {"path": "a", "separator": "\\t"}}, "form", "sources.invoice_lines.separator"),
        ({"invoice_lines": {"path": "a", "rows": "9-2"}}, "rows_order", "sources.invoice_lines.rows"),
        ({"invoice_lines": {"path": "a", "rows": "0-2"}}, "rows_order", "sources.invoice_lines.rows"),
        ({"invoice_lines": {"path": "a", "rows": "dix"}}, "form", "sources.invoice_lines.rows"),
        ({"invoice_lines": {"path": "a", "overlap": "keep"}}, "choice", "sources.invoice_lines.overlap"),
        ("ventes.csv", "not_keys", "sources"),
        (["ventes.csv"], "not_keys", "sources"),
    ],
)
def test_a_source_that_names_nothing_readable_is_refused(sources: object, code: str, key: str) -> None:
    error = refused(sources=sources)
    assert (error.code, error.facts["key"]) == (f"params.{code}", key)
    assert key in error.text("fr") and "sources_mapping" not in error.text("fr")


# values


@pytest.mark.parametrize(
    ("value", "rate"),
    [("0.9", "0.9"), ("000.123456789012", "0.123456789012"), (1.25, "1.25"), ("1e-7", "1E-7")],
)
def test_exchange_rates_are_decimals_under_codes_in_capitals(value: object, rate: str) -> None:
    rates = made(exchange_rates={" usd": value, "GBP": "1.15"}).exchange_rates
    assert rates == {"USD": Decimal(rate), "GBP": Decimal("1.15")}
    assert "E" not in str(rates["USD"]) or Decimal(rate) == rates["USD"]


@pytest.mark.parametrize(
    ("rates", "code"),
    [
        ({"USD": "0"}, "number_above"),
        ({"USD": "-0.0"}, "number_above"),
        ({"USD": "-1"}, "number_above"),
        ({"USD": "1000000000"}, "number_above"),
        ({"USD": "1e9"}, "number_above"),
        ({"USD": "0.0000000000001"}, "decimals"),
        ({"USD": "NaN"}, "not_number"),
        ({"USD": "Infinity"}, "not_number"),
        ({"USD": "0,9"}, "not_number"),
        ({"USD": ""}, "blank"),
        ({"USD": "1e999999999"}, "not_number"),
        ({"dollar": "1"}, "currency_key"),
        ({"": "1"}, "currency_key"),
        ({"usd": "1", "USD": "1"}, "same_key"),
        (["USD"], "not_keys"),
    ],
)
def test_an_exchange_rate_out_of_its_limits_is_refused(rates: object, code: str) -> None:
    error = refused(exchange_rates=rates)
    assert error.code == f"params.{code}" and "exchange_rates" in error.text("fr")


WRONG_THRESHOLDS = [
    ("quality.max_rejected_share", "1.01", "number_between"),
    ("quality.max_rejected_share", "5%", "not_number"),
    ("quality.unassigned_refusal", "-0.1", "number_between"),
    ("concentration.abc", ["0.95", "0.80"], "ascending"),
    ("concentration.abc", ["0.8", "0.80"], "ascending"),
    ("concentration.abc", ["0.8"], "count"),
    ("concentration.abc", ["0.1", "0.2", "0.3"], "count"),
    ("concentration.abc", "0.8", "count"),
    ("concentration.abc", ["0.8", "1.2"], "number_between"),
    ("concentration.pmg", ["0.9", "0.5"], "ascending"),
    ("concentration.gini_bands", ["0.7", "0.4"], "ascending"),
    ("concentration.pareto_top", "nan", "not_number"),
    ("concentration.dependency_alert", "1e999999999", "not_number"),
    ("concentration.dependency_alert", "1e-99", "decimals"),
    ("concentration.dependency_alert", "٠", "not_number"),
    ("concentration.dependency_disclosure", "9" * 5000, "not_number"),
    ("activity.shrinkage", "-1", "number_between"),
    ("activity.ratios", ["3", "2", "1"], "ascending"),
    ("activity.ratios", ["1", "2"], "count"),
    ("activity.lost_after_days", "36501", "whole_between"),
    ("activity.lost_after_days", "1.5", "whole_between"),
    ("activity.season_grace_days", "-1", "whole_between"),
    ("activity.risk_weights", {"trend": "-1"}, "number_between"),
    ("activity.risk_weights", {"trend": "0", "claims": "0"}, "no_weight"),
    ("activity.risk_weights", {}, "no_weight"),
    ("activity.risk_coverage", "2", "number_between"),
    ("season.years", "0", "whole_between"),
    ("lifecycle.childhood_months", "1201", "whole_between"),
    ("lifecycle.revival_months", "douze", "not_number"),
    ("lifecycle.strong_decline", "0.2", "number_between"),
    ("segments.clusters", ["1", "8"], "whole_between"),
    ("segments.clusters", ["8", "2"], "ascending"),
    ("segments.clusters", ["2", "51"], "whole_between"),
    ("segments.bootstraps", "0", "whole_between"),
    ("segments.bootstraps", "1e9", "whole_between"),
    ("segments.seed", "4294967296", "whole_between"),
    ("segments.stability", "", "blank"),
]


@pytest.mark.parametrize(("path", "value", "code"), WRONG_THRESHOLDS)
def test_a_threshold_out_of_its_limits_is_refused_at_once(path: str, value: object, code: str) -> None:
    began = time.perf_counter()
    error = refused(**threshold(path, value))
    assert time.perf_counter() - began < 1
    assert error.code == f"params.{code}" and str(error.facts["key"]).startswith(f"thresholds.{path}")
    said = error.text("fr")
    assert "acme.yml" in said and f"thresholds.{path}" in said and len(said) < 400
    assert not ENGLISH.search(said.replace(f"thresholds.{path}", ""))


def test_a_message_names_the_key_the_value_and_what_is_allowed() -> None:
    error = refused(**threshold("concentration.abc", ["0.8", "1.2"]))
    assert error.text("fr") == (
        "acme.yml : la valeur « 1.2 » de thresholds.concentration.abc[2] ne convient pas ; il faut un nombre de 0 à 1."
    )
    assert error.text("en") == (
        'acme.yml: the value "1.2" of thresholds.concentration.abc[2] does not fit; it must be a number from 0 to 1.'
    )


def test_the_defaults_of_the_thresholds_are_within_their_limits() -> None:
    defaults = Thresholds()
    assert Thresholds.model_validate(defaults.model_dump(mode="json")) == defaults


def test_thresholds_may_come_as_numbers_of_python() -> None:
    given = {"concentration": {"abc": (0.7, 0.9)}, "activity": {"risk_weights": {"trend": 2}}}
    found = made(thresholds=given).thresholds
    assert found.concentration.abc == (Decimal("0.7"), Decimal("0.9"))
    assert found.activity.risk_weights == {"trend": Decimal(2)}
    assert refused(**threshold("season.years", True)).code == "params.not_number"


@given(st.decimals(min_value=0, max_value=1, places=6))
def test_every_share_is_kept_exactly(share: Decimal) -> None:
    assert (
        made(**threshold("concentration.pareto_top", str(share))).thresholds.concentration.pareto_top == share
    )


@given(st.text(max_size=30) | st.floats().map(str) | st.integers().map(str))
def test_any_text_is_a_share_between_0_and_1_or_a_message(text: str) -> None:
    try:
        found = made(**threshold("concentration.pareto_top", text)).thresholds.concentration.pareto_top
    except ParamsError as error:
        assert len(error.text("fr")) < 500 and "\n\n" not in error.text("fr")
    else:
        assert 0 <= found <= 1


@pytest.mark.parametrize(
    ("economics", "code"),
    [
        ({"fixed_costs": "1000000000000001"}, "number_between"),
        ({"fixed_costs": "-1e16"}, "number_between"),
        ({"variable_cost_rate": "1.5"}, "number_between"),
        ({"variable_cost_rate": "-0.1"}, "number_between"),
        ({"variable_cost_rate": "60 %"}, "not_number"),
    ],
)
def test_costs_out_of_their_limits_are_refused(economics: dict, code: str) -> None:
    assert refused(economics=economics).code == f"params.{code}"
    kept = made(economics={"fixed_costs": "-1e15", "variable_cost_rate": "0.6"}).economics
    assert (kept.fixed_costs, kept.variable_cost_rate) == (Decimal(-(10**15)), Decimal("0.6"))


@pytest.mark.parametrize(
    ("period", "code", "key"),
    [
        ({"as_of": "31/12/2024"}, "not_day", "period.as_of"),
        ({"as_of": "2024-02-30"}, "not_day", "period.as_of"),
        ({"as_of": "20241231"}, "not_day", "period.as_of"),
        ({"as_of": "1735603200"}, "not_day", "period.as_of"),
        ({"as_of": "2024-12-31T00:00:00"}, "not_day", "period.as_of"),
        ({"as_of": ""}, "blank", "period.as_of"),
        ({"as_of": "1899-12-31"}, "day_between", "period.as_of"),
        ({"as_of": "2201-01-01"}, "day_between", "period.as_of"),
        ({"covered_from": "0001-01-01"}, "day_between", "period.covered_from"),
        ({"covered_to": "9999-12-31"}, "day_between", "period.covered_to"),
        ({"covered_from": "2024-01-01", "covered_to": "2024-01-01"}, "order", "period"),
        ({"covered_from": "2024-12-31", "covered_to": "2024-01-01"}, "order", "period"),
        ({"fiscal_year_end": "02-30"}, "no_such_day", "period.fiscal_year_end"),
        ({"fiscal_year_end": "31-12"}, "no_such_day", "period.fiscal_year_end"),
        ({"fiscal_year_end": "décembre"}, "form", "period.fiscal_year_end"),
        ({"basis": "calendar"}, "choice", "period.basis"),
        ("2024", "not_keys", "period"),
        ("", "blank", "period"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(period: object, code: str, key: str) -> None:
    error = refused(period=period)
    assert (error.code, error.facts["key"]) == (f"params.{code}", key)
    assert not ENGLISH.search(re.sub(r"\b[a-z_.]+_[a-z_.]+\b|period\S*|rolling", "", error.text("fr")))


def test_days_and_year_ends_are_typed() -> None:
    period = made(
        period={"as_of": "2024-12-31", "covered_from": date(1900, 1, 1), "fiscal_year_end": "02-29"}
    ).period
    assert (period.as_of, period.covered_from) == (date(2024, 12, 31), date(1900, 1, 1))
    assert period.year_end == (2, 29)
    totals = {"path": "t.csv", "period": {"start": "2024-12-31", "end": "2024-01-01"}}
    assert refused(sources={"customer_totals": totals}).code == "params.order"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"company": {"id": "x", "language": "de"}}, ("company.language", "« de »", '"fr", "en"')),
        ({"company": {"id": "x", "currency": "euro"}}, ("company.currency", "« euro »", '"EUR"')),
        ({"company": {"id": "../x"}}, ("'../x'", "lettre minuscule")),
        ({"company": {"id": ["x"]}}, ("company.id", "texte seul")),
        ({"company": "acme"}, ("company", "clés")),
        (
            {"sources": {"customers": {"path": "c", "decimal": ";"}}},
            ("sources.customers.decimal", "« ; »", '",", "."'),
        ),
        ({"report": {"formats": ["docx"]}}, ("report.formats[1]", "« docx »", '"html", "xlsx"')),
        ({"report": {"cell_timeout_seconds": "0"}}, ("report.cell_timeout_seconds", "« 0 »", "1 à")),
        ({"filters": "port"}, ("filters", "une liste")),
        ({"filters": ["port"]}, ("filters[1]", "clés")),
        ({"identity": {"merge": ["a"]}}, ("identity.merge", "clés")),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_in_our_words(more: dict, words: tuple[str, ...]) -> None:
    said = refused(**more).text("fr")
    assert all(word in said for word in words), said
    assert "Input" not in said and "should" not in said and "valid " not in said


def test_a_message_shows_unseen_characters_and_is_never_endless() -> None:
    assert r"« a\x00\u200bb »" in refused(period={"as_of": "a\x00\u200bb"}).text("fr")
    assert len(refused(period={"as_of": "9" * 100_000}).text("fr")) < 300
    assert len(refused(**threshold("concentration.abc", ["9" * 1000] * 1000)).text("fr")) < 300


# filters


def test_filters_compare_trimmed_texts() -> None:
    rule = {"name": " port ", "column": "product", "values": ["\u00a0PORT "], "starts_with": [" FRA\t"]}
    (found,) = made(filters=[rule]).filters
    assert (found.name, found.values, found.starts_with) == ("port", ["PORT"], ["FRA"])


def test_types_of_document_are_said_in_the_words_of_files() -> None:
    words = ["Avoir", "CREDIT-NOTE", "credit_note", "Note de crédit", "381", "Régularisation", "facture"]
    (found,) = made(filters=[{"name": "a", "column": "doc_type", "values": words}]).filters
    assert found.values == ["credit_note"] * 5 + ["cutoff", "invoice"]


@pytest.mark.parametrize(
    ("rule", "code", "words"),
    [
        ({"column": "custmer_id", "values": "A"}, "filter_column", ("« customer_id »", "product")),
        ({"column": "Client", "values": "A"}, "filter_column", ("« Client »", "customer_id", "doc_type")),
        ({"column": "Montant HT", "values": "1"}, "filter_column", ("« Montant HT »", "customer_id")),
        ({"column": "invoice_date", "values": "2024"}, "filter_kind", ("« invoice_date »", "product")),
        ({"column": "amount_ht", "values": "1"}, "filter_kind", ("« amount_ht »", "product")),
        ({"column": "recurring", "values": "oui"}, "filter_kind", ("« recurring »", "product")),
        ({"column": "product"}, "filter_empty", ("filters[1]", "values")),
        ({"column": "product", "values": [], "starts_with": []}, "filter_empty", ("starts_with",)),
        ({"column": "product", "values": ["A", " "]}, "blank", ("filters[1].values[2]",)),
        ({"column": "product", "starts_with": ""}, "blank", ("filters[1].starts_with",)),
        (
            {"column": "doc_type", "values": "avoire"},
            "filter_word",
            ("« avoire »", "« avoir »", "credit_note"),
        ),
        ({"column": "doc_type", "starts_with": "av"}, "filter_prefix", ("values",)),
        ({"column": "product", "values": "A", "name": ""}, "blank", ("filters[1].name",)),
    ],
)
def test_a_filter_that_could_never_match_is_refused(rule: dict, code: str, words: tuple[str, ...]) -> None:
    error = refused(filters=[{"name": "port"} | rule])
    assert error.code.removesuffix("_far") == f"params.{code}"
    assert all(word in error.text("fr") for word in words), error.text("fr")


# identity


def test_blanks_are_those_that_readers_trim() -> None:
    assert BLANKS == identifiers.BLANKS


def test_merged_identifiers_are_trimmed_and_lead_to_the_end_of_their_chain() -> None:
    merge = {" A\u00a0": "B", "B": " C ", "D": "A", "x": "y"}
    assert made(identity={"merge": merge}).identity.merge == {"A": "C", "B": "C", "D": "C", "x": "y"}


@pytest.mark.parametrize(
    ("merge", "code"),
    [
        ({"A": "B", "B": "A"}, "merge_loop"),
        ({"A": "B", "B": "C", "C": "D", "D": "B"}, "merge_loop"),
        ({"A": "A"}, "merge_same"),
        ({"A ": "\u00a0A"}, "merge_same"),
        ({"A": ""}, "blank"),
        ({"A": " \u00a0"}, "blank"),
        ({"": "A"}, "blank"),
        ({"A": "B", "A ": "C"}, "same_key"),
        ({"A": ["B"]}, "not_text"),
    ],
)
def test_a_merge_that_leads_nowhere_is_refused(merge: dict, code: str) -> None:
    error = refused(identity={"merge": merge})
    assert error.code == f"params.{code}" and "identity.merge" in error.text("fr")


def test_a_long_chain_is_followed_once() -> None:
    began = time.perf_counter()
    merge = made(identity={"merge": {f"C{n}": f"C{n + 1}" for n in range(20_000)}}).identity.merge
    assert set(merge.values()) == {"C20000"} and time.perf_counter() - began < 5


@given(st.dictionaries(st.sampled_from("ABCDEF"), st.sampled_from("ABCDEFG"), max_size=6))
def test_a_merge_is_refused_or_leads_outside_its_own_keys(merge: dict[str, str]) -> None:
    try:
        found = made(identity={"merge": merge}).identity.merge
    except ParamsError as error:
        assert error.code in {"params.merge_loop", "params.merge_same"}
    else:
        assert set(found) == set(merge) and not set(found.values()) & set(found)
