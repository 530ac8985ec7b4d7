"""The files of the contact plan: a table for a CRM, a calendar that parsers read, texts that nothing can break."""

import csv
import io
import re
from datetime import date, datetime

import icalendar
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from capclient.decisions.contacts import contacts
from capclient.portfolio import Portfolio
from capclient.publish.calendar import Event, calendar, escaped, folded
from capclient.publish.contact_texts import PAGES, contact_pages
from capclient.publish.contacts import HEADS, contact_sheet, contacts_csv, contacts_ics, write_contacts
from capclient.publish.workbook import write_workbook
from capclient.wording import text

D = date(2025, 12, 31)
NAMES = [
    '=HYPERLINK("http://x")',
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "Été; & Fils, \\n",
    "-2",
    "{person}",
]


@pytest.fixture(scope="module")
def portfolio():
    rows = [
        {"invoice_id": f"F{i}", "customer_id": f"00{i % 6}", "customer_name": NAMES[i % 6],
         "invoice_date": pd.Timestamp("2023-02-01") + pd.Timedelta(days=15 * i), "amount_ht": 100.0 + i}
        for i in range(71)
    ]  # fmt: skip
    rows.append({"invoice_id": "N1", "customer_id": "NEW", "customer_name": "BEGIN:VEVENT\r\nX:1",
                 "invoice_date": "2025-12-29", "amount_ht": 50.0})  # fmt: skip
    sheet = pd.DataFrame({"customer_id": ["001"], "salesperson": ["=cmd|' /C calc'!A0"]})
    people = pd.DataFrame(
        {"customer_id": ["NEW", "002"], "person": ["+33 <b>Ada</b>", "Bob"], "side": ["theirs"] * 2}
    )
    contracts = pd.DataFrame(
        {"contract_id": ["K"], "customer_id": ["002"], "start": ["2024-01-01"], "end": ["2026-05-31"]}
    )
    return Portfolio.from_frames(
        pd.DataFrame(rows), customers=sheet, contacts=people, contracts=contracts, as_of=D, company="poison"
    )


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_table_has_codes_beside_words_and_a_row_a_contact(portfolio, lang):
    rows = list(csv.DictReader(io.StringIO(contacts_csv(portfolio, lang))))
    told = contacts(portfolio)
    assert tuple(rows[0]) == HEADS and len(rows) == len(told.rows) + len(told.overflow) > 5
    assert all(row["kind"] == text(f"contact_kind.{row['kind_code']}", lang) for row in rows)
    assert [date.fromisoformat(row["due"]) for row in rows if row["status_code"] == "planned"] == sorted(
        date.fromisoformat(row["due"]) for row in rows if row["due"]
    )
    assert len({row["contact_id"] for row in rows}) == len(rows)


def test_no_text_of_the_table_computes(portfolio):
    for row in csv.reader(io.StringIO(contacts_csv(portfolio, "fr"))):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_parser_reads_in_the_calendar_what_the_plan_holds(portfolio, lang):
    content = contacts_ics(portfolio, lang)
    read = icalendar.Calendar.from_ical(content)
    events = list(read.walk("VEVENT"))
    rows = contacts(portfolio).rows
    assert [event["UID"] for event in events] == [f"{id}@capclient" for id in rows.id]
    assert [event.decoded("DTSTART") for event in events] == [day.date() for day in rows.due]
    assert all((event.decoded("DTEND") - event.decoded("DTSTART")).days == 1 for event in events)
    stamp = {event.decoded("DTSTAMP").replace(tzinfo=None) for event in events}
    assert stamp == {datetime(2025, 12, 31)}
    names = [re.sub(r"\r\n|\r", "\n", name) for name in rows.name]
    assert all(
        str(event["SUMMARY"]).endswith(name.replace("\t", " "))
        for event, name in zip(events, names, strict=True)
    )
    assert all(len(event["CATEGORIES"].cats) == 1 for event in events)
    assert not read.errors and all(not event.errors for event in events)


def test_lines_end_with_crlf_and_hold_75_octets_at_most(portfolio):
    content = contacts_ics(portfolio, "fr").encode()
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"") and b"\r" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert content.count(b"\r\nBEGIN:VEVENT\r\n") == len(contacts(portfolio).rows)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_comes_back_from_the_calendar(summary, category):
    event = Event("u", D, summary, summary, (category,))
    content = calendar([event], name="x", stamp=D)
    assert content.count("BEGIN:VEVENT\r\n") == 1
    (read,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert escaped(str(read["SUMMARY"])).strip() == escaped(summary).strip()
    assert folded(f"SUMMARY:{escaped(summary)}").replace("\r\n ", "") == f"SUMMARY:{escaped(summary)}"


def test_a_calendar_without_contact_is_still_one():
    content = calendar([], name="Rien", stamp=D)
    assert not list(icalendar.Calendar.from_ical(content).walk("VEVENT"))
    assert "BEGIN:VTIMEZONE\r\n" in content


def test_the_texts_are_filled_escaped_and_never_say_none(portfolio):
    pages = contact_pages(portfolio)
    assert set(pages) == {f"{name}.{lang}.html" for name in PAGES for lang in ("fr", "en")}
    for name, page in pages.items():
        assert "<script>" not in page and "<b>" not in page
        assert not re.search(r"\b(None|nan|NaT|NaN)\b", page), name
        assert not re.search(r"(href|src)=", page)
    call = pages["appel_premiere_commande.fr.html"]
    assert "Bonjour +33 &lt;b&gt;Ada&lt;/b&gt;," in call and "29 décembre 2025" in call
    assert (
        "May" in pages["preparation_appel_offres.en.html"]
        and "Bob" in pages["preparation_appel_offres.en.html"]
    )


@pytest.mark.parametrize(
    ("name", "word"), [("enquete_satisfaction", "L34-5"), ("questionnaire_client_perdu", "L34-5")]
)
def test_what_is_sent_to_a_person_says_how_to_object(portfolio, name, word):
    for lang in ("fr", "en"):
        assert word in contact_pages(portfolio)[f"{name}.{lang}.html"]
    assert "L34-5" not in contact_pages(portfolio)["preparation_appel_offres.fr.html"]


def test_a_text_without_client_is_a_form_to_fill(portfolio):
    page = contact_pages(portfolio)["questionnaire_client_perdu.fr.html"]
    assert page.count("<section>") == 1 and page.count("____________________") >= 4


def test_the_workbook_lists_the_contacts_with_real_dates(portfolio, tmp_path):
    book = CalamineWorkbook.from_path(str(write_workbook(portfolio, [], tmp_path, "fr")))
    heads, *rows = book.get_sheet_by_name("Contacts").to_python()
    told = contacts(portfolio)
    assert len(rows) == len(told.rows) + len(told.overflow)
    due = heads.index(text("column.contact_due", "fr"))
    assert [row[due] for row in rows if row[due]] == [day.date() for day in told.rows.due]


def test_the_same_data_give_the_same_files(portfolio, tmp_path):
    written = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_contacts(portfolio.at(D), tmp_path / name, "fr")
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        written.append({str(path.relative_to(tmp_path / name)): path.read_bytes() for path in files})
    assert written[0] == written[1] and len(written[0]) == 10


def test_prospects_stand_in_every_file_and_who_is_visited_gets_no_call_script():
    days = pd.date_range("2023-02-01", "2025-12-10", freq="MS") + pd.Timedelta(days=9)
    rows = [
        {"invoice_id": f"{who}{n}", "customer_id": who, "invoice_date": day, "amount_ht": 100.0}
        for who in ("OLD", "SIDE") for n, day in enumerate(days)
    ]  # fmt: skip
    for who, amount in (("VISITED", 9000.0), ("CALLED", 10.0)):
        rows.append(
            {"invoice_id": who, "customer_id": who, "invoice_date": "2025-12-05", "amount_ht": amount}
        )
    waiting = pd.DataFrame(
        {"prospect_id": ["=P1"], "created": ["2025-11-02"], "stage": ["quote"], "amount": [500.0],
         "probability": [0.5], "salesperson": ["Ann"]}
    )  # fmt: skip
    talks = pd.DataFrame({"customer_id": ["OLD"], "date": ["2025-12-12"], "type": ["call"]})
    portfolio = Portfolio.from_frames(pd.DataFrame(rows), prospects=waiting, interactions=talks, as_of=D)
    told = contacts(portfolio).rows
    kinds = {row.customer_id: row.kind for row in told.itertuples() if "first_order" in row.reasons.split()}
    assert kinds == {"VISITED": "visit", "CALLED": "call"}
    script = contact_pages(portfolio)["appel_premiere_commande.fr.html"]
    assert "CALLED" in script and "VISITED" not in script
    (line,) = [
        row for row in csv.DictReader(io.StringIO(contacts_csv(portfolio, "fr"))) if row["prospect_id"]
    ]
    assert (line["customer_id"], line["prospect_id"], line["kind_code"]) == ("", "'=P1", "call")
    assert line["reasons"] == "plan d’actions"
    for lang, said, code in (("fr", "Prospect =P1", "Code du prospect : =P1"),
                             ("en", "Prospect =P1", "Prospect code: =P1")):  # fmt: skip
        event = next(
            event
            for event in icalendar.Calendar.from_ical(contacts_ics(portfolio, lang)).walk("VEVENT")
            if "=P1" in str(event["SUMMARY"])
        )
        assert said in str(event["SUMMARY"]) and code in str(event["DESCRIPTION"]).replace("\u00a0", " ")
        assert "Code client" not in event["DESCRIPTION"] and "Client code" not in event["DESCRIPTION"]
    sheet = contact_sheet(portfolio, "fr")
    assert sheet.customer_id[sheet.prospect_id.eq("=P1")].isna().all() and sheet.prospect_id.eq("=P1").any()


def test_a_company_with_nobody_to_contact_still_has_its_texts_to_fill_in():
    one = pd.DataFrame(
        {"invoice_id": ["F1"], "customer_id": ["A"], "invoice_date": ["2025-12-20"], "amount_ht": [10.0]}
    )
    pages = contact_pages(Portfolio.from_frames(one, as_of=date(2025, 12, 31)))
    assert len(pages) == 8 and all("____" in page for page in pages.values())
