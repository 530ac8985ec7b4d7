"""The workbook that people fill in and send back, in a spreadsheet or through a CRM: nothing of it is lost."""

import csv
import io
import shutil
import subprocess
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest

from capclient.decisions.decided import decided
from capclient.decisions.followup import followup
from capclient.decisions.plan import plan
from capclient.decisions.rows import plan_rows
from capclient.errors import SourceError
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.publish.actions import actions_csv
from capclient.publish.workbook import NAMES as BOOKS
from capclient.publish.workbook import write_workbook
from capclient.wording import LANGUAGES, text

D, THEN = date(2025, 12, 31), date(2025, 9, 30)
NAMES = ['=HYPERLINK("http://x")', "@SUM(A1)", "+33 1", "Été & Fils", "-2"]
CODES = ["=1+1", "0012", "-7", "É 4", "1e5"]
DUE = datetime(2026, 2, 28)
STATUS = {0: "done", 1: "dropped", 2: "in_progress"}  # of a row, by its number


@pytest.fixture(scope="module")
def lines():
    rows = [
        {"invoice_id": f"F{i}", "customer_id": CODES[i % 5], "customer_name": NAMES[i % 5],
         "invoice_date": pd.Timestamp("2023-02-01") + pd.Timedelta(days=9 * i), "amount_ht": 100.0 + i}
        for i in range(118)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def prospects():
    return pd.DataFrame(
        {"prospect_id": ["=2+2"], "created": ["2025-08-01"], "stage": ["offer"], "amount": [1000.0],
         "probability": [0.5], "outcome": ["open"]}
    )  # fmt: skip


@pytest.fixture(scope="module")
def then(lines, prospects):
    return Portfolio.from_frames(invoice_lines=lines, prospects=prospects, as_of=THEN, company="poison")


@pytest.fixture(scope="module")
def expected(then):
    return plan_rows(plan(then), as_of=THEN)


def read(folder, lines, prospects, actions, as_of=D):
    """Return the company with a plan read from files, as a YAML would name them."""
    lines.to_parquet(folder / "lines.parquet", index=False)
    prospects.to_parquet(folder / "prospects.parquet", index=False)
    sources = {"invoice_lines": "lines.parquet", "prospects": "prospects.parquet", "actions": actions}
    content = {"company": {"id": "poison"}, "sources": sources}
    return Portfolio.of(make_params(content, folder=folder, where="test"), as_of=as_of)


def filled(path, lang):
    """Fill the sheets of a workbook in, as people do; return what was written by row of the first sheet."""
    book = openpyxl.load_workbook(path)
    written = {}
    for name in ("actions", "prospects"):
        sheet = book[text(f"sheet.{name}", lang)]
        place = {cell.value: cell.column for cell in sheet[1]}
        for number in range(2, sheet.max_row + 1):
            cells = {
                "owner": f"Zoé n° {number}", "due": DUE, "comment": f"=1+{number}",
                "plan_status": text(f"plan_status.{STATUS[number % 3]}", lang),
                "done_on": datetime(2025, 11, number) if STATUS[number % 3] == "done" else None,
                "status_code": STATUS[number % 3],
            }  # fmt: skip
            if name == "actions":
                cells["decision"] = text("decision.keep", lang)
            for column, value in cells.items():
                if column == "status_code":
                    continue  # what the word stands for: no column of the workbook
                cell = sheet.cell(number, place[text(f"column.{column}", lang)], value)
                if isinstance(value, str):
                    cell.data_type = "s"  # a text that begins with an equals sign is a text
            key = sheet.cell(
                number, place[text("column.customer_id" if name == "actions" else "column.prospect_id", lang)]
            )
            written[(name, str(key.value), sheet.cell(number, place[text("column.action", lang)]).value)] = (
                cells
            )
    book.save(path)
    return written


def same(portfolio, expected, written, lang):
    """Hold what was read back against what was planned and what people wrote."""
    told = portfolio.store.report["tables"]["actions"]
    assert told["rows_in"] == told["rows_kept"] == len(expected) and not told["rejects"]
    rows = decided(portfolio).rows
    assert sorted(rows.customer_id.dropna()) == sorted(expected.customer_id.dropna())
    assert rows.prospect_id.dropna().tolist() == expected.prospect_id.dropna().tolist()
    assert sorted(rows.name.dropna()) == sorted(expected.name.dropna())
    assert set(rows.planned_on) == {pd.Timestamp(THEN)}
    planned = expected.set_index(["customer_id", "action"])
    for row in rows.itertuples():
        name = "prospects" if isinstance(row.prospect_id, str) else "actions"
        code = row.prospect_id if name == "prospects" else row.customer_id
        said = written[(name, code, text(f"action.{row.action}", lang))]
        assert (row.owner, row.comment) == (said["owner"], said["comment"])
        assert row.due == pd.Timestamp(DUE)
        assert row.plan_status == said["status_code"]
        assert (
            pd.isna(row.done_on) if said["done_on"] is None else row.done_on == pd.Timestamp(said["done_on"])
        )
        if name == "actions":
            own = planned.loc[(row.customer_id, row.action)]
            assert row.decision == "keep" and row.proposed == row.action == own.proposed
            assert (pd.isna(row.stake) and pd.isna(own.stake)) or row.stake == pytest.approx(
                own.stake, abs=0.01
            )
            assert row.action_rank == own.action_rank
    assert set(STATUS.values()) <= set(followup(portfolio).rows.status)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_workbook_filled_in_is_read_back_whole(tmp_path, lines, prospects, then, expected, lang):
    path = write_workbook(then, [], tmp_path, lang)
    written = filled(path, lang)
    same(read(tmp_path, lines, prospects, BOOKS[lang]), expected, written, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_plan_is_found_by_its_headings_whatever_its_sheet_is_called(
    tmp_path, lines, prospects, then, expected, lang
):
    path = write_workbook(then, [], tmp_path, lang)
    book = openpyxl.load_workbook(path)
    book[text("sheet.actions", lang)].title = "Plan de Paul"
    book.save(path)
    portfolio = read(tmp_path, lines, prospects, BOOKS[lang])  # the sheet of prospects still bears its name
    assert sorted(decided(portfolio).rows.customer_id.dropna()) == sorted(expected.customer_id.dropna())
    del book["Plan de Paul"], book[text("sheet.prospects", lang)]
    book.save(path)
    with pytest.raises(SourceError) as refused:
        read(tmp_path, lines, prospects, BOOKS[lang])
    assert refused.value.code == "source.no_plan_sheet" and "Action" in str(refused.value)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_workbook_that_libreoffice_saved_again_is_read_back_whole(
    tmp_path, lines, prospects, then, expected, lang
):
    path = write_workbook(then, [], tmp_path, lang)
    ods = saved_again(path, "ods", tmp_path / "first")
    again = saved_again(ods, "xlsx", tmp_path / "second")
    written = filled(again, lang)
    last = saved_again(again, "ods", tmp_path / "third")
    for folder, actions in (
        (tmp_path, str(again.relative_to(tmp_path))),
        (tmp_path, str(last.relative_to(tmp_path))),
    ):
        same(read(folder, lines, prospects, actions), expected, written, lang)


def saved_again(path, kind, folder):
    """Save a file again with LibreOffice, without a window, under a profile of its own."""
    profile = (folder / "profile").as_uri()
    command = [
        "soffice",
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        folder,
        path,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return folder / f"{path.stem}.{kind}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_file_of_the_crm_is_read_back_with_its_codes_and_its_words(
    tmp_path, lines, prospects, then, expected, lang
):
    rows = list(csv.DictReader(io.StringIO(actions_csv(then, lang))))
    for row in rows:  # a CRM changes codes and leaves words behind, or knows no words at all
        row |= {"status_code": "done", "owner": "Zoé", "done_on": "2025-11-05"}
        del row["status"], row["action"], row["decision"]
    with (tmp_path / "crm.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    portfolio = read(tmp_path, lines, prospects, "crm.csv")
    told = decided(portfolio).rows
    assert sorted(told.customer_id.dropna()) == sorted(expected.customer_id.dropna())
    assert sorted(told.name.dropna()) == sorted(expected.name.dropna())
    assert told.plan_status.eq("done").all() and told.owner.eq("Zoé").all()
    assert told.done_on.eq(pd.Timestamp("2025-11-05")).all()


def test_a_word_and_a_code_that_disagree_are_set_aside_and_said(tmp_path, lines, prospects, then):
    rows = list(csv.DictReader(io.StringIO(actions_csv(then, "fr"))))
    rows[0]["status"] = "fait"
    with (tmp_path / "crm.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    portfolio = read(tmp_path, lines, prospects, "crm.csv")
    assert portfolio.store.report["tables"]["actions"]["rejects"] == {"contradiction": 1}
    rejects = pd.read_parquet(portfolio.store.path("rejects.parquet"))
    assert rejects.reason_code.tolist() == ["actions:contradiction"]


def test_plans_of_successive_months_are_read_together_and_the_latest_speaks(
    tmp_path, lines, prospects, then, expected
):
    (tmp_path / "plans").mkdir()
    for name, day in (("a", date(2025, 6, 30)), ("b", THEN)):
        folder = tmp_path / name
        folder.mkdir()
        write_workbook(then.at(day), [], folder, "fr").rename(tmp_path / "plans" / f"{day}.xlsx")
    filled(tmp_path / "plans" / f"{THEN}.xlsx", "fr")
    told = decided(read(tmp_path, lines, prospects, "plans/*.xlsx"))
    assert set(told.rows.planned_on) == {pd.Timestamp("2025-06-30"), pd.Timestamp(THEN)}
    assert told.clients.decision.eq("keep").all() and set(told.clients.planned_on) == {pd.Timestamp(THEN)}
