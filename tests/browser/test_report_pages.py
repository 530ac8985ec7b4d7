"""The report of a simulated company in a real browser: desktop, phone and paper, French and English."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from capclient import datasets
from tests.e2e.companies import capclient, said

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
# Prose of the chapters in one language only: it must not be met in the other.
FRENCH = re.compile(r"\b(chiffre d’affaires|les clients|données|pourquoi|sommaire)\b", re.I)
ENGLISH = re.compile(r"\b(customers?|revenue|contents|whose|because|company)\b", re.I)


@dataclass
class Opened:
    """A page, and what it asked for or complained about while it opened."""

    page: "playwright.Page"
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright.Browser"]:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium on this machine (chromium, chromium-browser or google-chrome)")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory, browser: "playwright.Browser") -> dict[str, Path]:
    """Page of the smallest simulated company, in both languages, each made once."""
    folder = tmp_path_factory.mktemp("pages")
    params = datasets.write_company("atelier", folder / "donnees")
    pages = {}
    for lang in ("fr", "en"):
        run = capclient("report", params, "--lang", lang, "--out", folder / lang)
        assert run.returncode == 0, said(run)
        pages[lang] = folder / lang / "atelier" / "index.html"
    return pages


def opened(browser: "playwright.Browser", path: Path, width: int, height: int) -> Opened:
    page = browser.new_page(viewport={"width": width, "height": height})
    seen = Opened(page)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", lambda message: seen.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_load_state("load")
    return seen


@pytest.fixture(params=[(lang, kind) for lang in ("fr", "en") for kind in WIDTHS], ids="-".join)
def report(
    request: pytest.FixtureRequest, browser: "playwright.Browser", reports: dict[str, Path]
) -> Iterator[Opened]:
    lang, kind = request.param
    seen = opened(browser, reports[lang], *WIDTHS[kind])
    yield seen
    seen.page.close()


def test_a_page_asks_nobody_for_anything_and_complains_of_nothing(report: Opened) -> None:
    report.page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    report.page.wait_for_timeout(300)
    own = report.page.url
    assert {url for url in report.requests if not url.startswith("data:")} == {own}
    assert report.complaints == []


def test_nothing_is_wider_than_the_screen(report: Opened) -> None:
    report.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    widths = report.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]


def test_headings_make_an_outline(report: Opened) -> None:
    levels = report.page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])"
    )
    assert levels.count(1) == 1 and levels[0] == 1 and len(levels) > 15
    assert all(after <= before + 1 for before, after in pairwise(levels))
    empty = report.page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3')].filter(h => !h.textContent.trim()).length"
    )
    assert empty == 0


def test_every_picture_is_there_and_says_what_it_shows(report: Opened) -> None:
    pictures = report.page.evaluate(
        "[...document.images].map(i => [i.alt.trim().length, i.naturalWidth, i.closest('.cc-picture').clientWidth])"
    )
    assert len(pictures) >= 8
    assert all(alt > 20 and natural > 0 and frame > 0 for alt, natural, frame in pictures)
    # On a phone a picture keeps its lettering readable and slides inside its own frame.
    assert all(frame <= report.page.viewport_size["width"] for _, _, frame in pictures)


def test_the_smallest_letters_of_a_picture_are_read_and_the_keyboard_slides_it(report: Opened) -> None:
    """Letters keep ten pixels (``Figure.least``); what is wider than its frame slides, and has a name and a focus."""
    shown = report.page.evaluate(
        """[...document.querySelectorAll('.cc-picture')].map(box => [
            box.querySelector('img').getBoundingClientRect().width, parseFloat(box.style.getPropertyValue('--least')),
            box.tabIndex, document.getElementById(box.getAttribute('aria-labelledby')).textContent.trim().length,
            box.scrollWidth > box.clientWidth + 1])"""
    )
    assert all(500 < least <= width + 0.5 for width, least, *_ in shown)
    assert all(focus == 0 and title for _, _, focus, title, _ in shown)
    on_phone = report.page.viewport_size["width"] < 500
    assert all(slides is on_phone for *_, slides in shown)
    box = report.page.locator(".cc-picture").first
    box.focus()
    before = box.evaluate("box => box.scrollLeft")
    # the latest months and the oldest debts come first, at the right end: these slide the other way
    begins_right = box.evaluate("box => getComputedStyle(box).direction") == "rtl"
    report.page.keyboard.press("ArrowLeft" if begins_right else "ArrowRight")
    report.page.wait_for_timeout(300)
    assert (box.evaluate("box => box.scrollLeft") != before) is on_phone


def test_every_table_has_a_caption_and_scoped_headers(report: Opened) -> None:
    tables = report.page.evaluate(
        """[...document.querySelectorAll('table')].map(t => [t.querySelectorAll('th').length,
        t.querySelectorAll('th[scope]').length, (t.caption || {textContent: ''}).textContent.trim().length])"""
    )
    assert len(tables) >= 8
    assert all(headers == scoped > 0 for headers, scoped, _ in tables)
    assert all(caption for _, _, caption in tables)


SLID = """() => [...document.querySelectorAll('.cc-table')].filter(one => one.scrollWidth > one.clientWidth + 40)
  .map(one => {
    one.scrollLeft = one.scrollWidth;
    const frame = one.getBoundingClientRect();
    const names = [...one.querySelectorAll('tbody th')].map(name => name.getBoundingClientRect());
    return [one.scrollLeft, Math.max(...names.map(name => Math.abs(name.left - frame.left))),
            Math.max(...names.map(name => name.width)) / frame.width];
  })"""


def test_the_name_of_a_row_stays_in_sight_while_its_table_slides(report: Opened) -> None:
    report.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    slid = report.page.evaluate(SLID)
    assert slid or report.page.viewport_size["width"] > 400, "on a phone some tables slide"
    for moved, away, wide in slid:
        assert moved > 0 and away < 2
        assert wide < 0.6, "the names leave room for what slides beside them"


CUT = """() => {
  const cut = [];
  for (const name of document.querySelectorAll('.chapter:not(.appendix) .cc-table tbody th')) {
    const words = document.createTreeWalker(name, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) for (const word of words.currentNode.data.matchAll(/[^\\s-]+/g)) {
      const range = document.createRange();
      range.setStart(words.currentNode, word.index);
      range.setEnd(words.currentNode, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) cut.push(word[0]);
    }
  }
  return cut;
}"""


def test_no_word_of_the_name_of_a_row_is_cut(report: Opened) -> None:
    assert report.page.evaluate(CUT) == []


def test_the_contents_lead_to_every_chapter(report: Opened) -> None:
    links = report.page.evaluate("[...document.querySelectorAll('nav a')].map(a => a.getAttribute('href'))")
    chapters = report.page.evaluate("[...document.querySelectorAll('section.chapter')].map(s => '#' + s.id)")
    assert len(chapters) >= 5 and set(chapters) <= set(links)
    for link in links:
        assert link.startswith("#")
        assert report.page.evaluate("id => document.getElementById(id) !== null", link[1:]), link
    # The last one really scrolls there, once a reader on a phone has unfolded the contents.
    report.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    report.page.locator(f"a[href='{chapters[-1]}']:visible").first.click()
    top = report.page.evaluate(
        "id => document.getElementById(id).getBoundingClientRect().top", chapters[-1][1:]
    )
    assert -5 <= top < report.page.viewport_size["height"]


def prose(browser: "playwright.Browser", path: Path) -> str:
    page = browser.new_page()
    page.goto(path.as_uri())
    text = page.evaluate(
        "[...document.querySelectorAll('h2, h3, .chapter p')].map(e => e.textContent).join('\\n')"
    )
    page.close()
    return text


def test_each_language_is_told_without_the_other(
    browser: "playwright.Browser", reports: dict[str, Path]
) -> None:
    for lang, own, other in (("fr", FRENCH, ENGLISH), ("en", ENGLISH, FRENCH)):
        assert f'<html lang="{lang}">' in reports[lang].read_text("utf-8")
        text = prose(browser, reports[lang])
        met = {match.group(0).lower() for match in other.finditer(text)}
        assert own.search(text) and not met, (lang, met)


def numbers(text: str, lang: str) -> list[str]:
    """Return the figures of a page without their typography: separators of thousands and decimal marks."""
    decimal, thousands = (",", "\u202f\u00a0 ") if lang == "fr" else (".", ",")
    found = re.findall(rf"\d[\d{re.escape(thousands)}]*(?:{re.escape(decimal)}\d+)?", text)
    return [re.sub(rf"[{re.escape(thousands)}]", "", item).replace(decimal, ".") for item in found]


def test_both_languages_give_the_same_numbers(
    browser: "playwright.Browser", reports: dict[str, Path]
) -> None:
    cells = {}
    for lang, path in reports.items():
        page = browser.new_page()
        page.goto(path.as_uri())
        texts = page.evaluate(  # thresholds are shown as the YAML writes them, in any language
            """[...document.querySelectorAll('td.cc-number, td.cc-value')]
            .filter(e => !e.parentNode.textContent.trim().startsWith('thresholds.')).map(e => e.textContent)"""
        )
        page.close()
        cells[lang] = [numbers(text, lang) for text in texts]
    assert len(cells["fr"]) > 100
    assert cells["fr"] == cells["en"]
    left, right = (path.with_name("indicators.json").read_text("utf-8") for path in reports.values())
    values = [re.findall(r'"(?:id|value)": [^\n]+', text) for text in (left, right)]
    assert values[0] == values[1]
    assert (reports["fr"].with_name("customers.csv")).read_bytes() == (
        reports["en"].with_name("customers.csv")
    ).read_bytes()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_on_paper_the_report_has_pages_and_loses_no_table(
    browser: "playwright.Browser", reports: dict[str, Path], lang: str
) -> None:
    seen = opened(browser, reports[lang], *WIDTHS["desktop"])
    paper = seen.page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) > 5
    seen.page.emulate_media(media="print")
    seen.page.set_viewport_size({"width": 680, "height": 1000})  # A4 less its margins
    hidden = seen.page.evaluate(
        "[...document.querySelectorAll('.chapter table, .chapter img')].filter(e => !e.offsetWidth).length"
    )
    assert hidden == 0
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 680
    assert {url for url in seen.requests if not url.startswith("data:")} == {seen.page.url}
    seen.page.close()


def test_the_page_of_the_group_leads_to_the_report(
    browser: "playwright.Browser", reports: dict[str, Path]
) -> None:
    for width, height in WIDTHS.values():
        seen = opened(browser, reports["fr"].parents[1] / "index.html", width, height)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        seen.page.locator("a[href='atelier/index.html']").first.click()
        seen.page.wait_for_load_state("load")
        assert seen.page.url == reports["fr"].as_uri() and seen.complaints == []
        seen.page.close()
