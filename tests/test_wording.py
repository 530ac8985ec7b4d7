"""Both languages say the same things, and every code that a reader may meet has its sentence."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import capclient.wording
from capclient import places
from capclient.decisions.rows import STATUSES as STATUSES_OF_PLAN
from capclient.decisions.weak import DECISIONS
from capclient.indicators.priorities import RULES
from capclient.indicators.segments import SEGMENTS
from capclient.ingest.given_allocations import METHODS
from capclient.levels import ITEM_KINDS, PAYMENT_KINDS
from capclient.vocabulary import REASONS, STAGE_FLAGS, STAGES, STATES, STATUSES, UNITS, finding_specs
from capclient.wording import LANGUAGES, catalogue, placeholders, text

FOLDER = Path(capclient.wording.__file__).parent
ROOMS = sorted(path.stem for path in (FOLDER / "fr").glob("*.po"))


def messages(lang, room):
    with (FOLDER / lang / f"{room}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def slots(sentence):
    """Names between braces; the words of a plural, ``{id|client|clients}``, belong to a language."""
    return Counter(
        found.partition("|")[0] for found in re.findall(r"\{([a-z0-9_.]+(?:\|[^{}]*)?)\}", sentence)
    )


def test_both_languages_have_the_same_rooms():
    assert sorted(path.stem for path in (FOLDER / "en").glob("*.po")) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_have_the_same_keys_and_placeholders(room):
    french, english = messages("fr", room), messages("en", room)
    assert set(french) == set(english)
    for key in french:
        assert slots(french[key]) == slots(english[key]), key


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("room", ROOMS)
def test_no_sentence_is_empty_or_left_unfinished(lang, room):
    for key, sentence in messages(lang, room).items():
        assert sentence.strip(), key
        assert sentence.count("{") == sentence.count("}"), key


@pytest.mark.parametrize("room", ROOMS)
def test_french_uses_typographic_apostrophes(room):
    assert [key for key, sentence in messages("fr", room).items() if re.search(r"\w'\w", sentence)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_key_lives_in_two_rooms(lang):
    owners = Counter(key for room in ROOMS for key in messages(lang, room))
    assert [key for key, times in owners.items() if times > 1] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_plural_gives_one_word_for_one_one_for_many_and_perhaps_one_for_none(lang):
    for key, sentence in messages(lang, "notes").items():
        for slot in re.findall(r"\{([^{}]*)\}", sentence):
            id, *words = slot.split("|")
            assert id == "top1_name" or id in finding_specs(), key
            assert len(words) in {0, 2, 3} and all(words), key
            if words:
                assert finding_specs()[id].unit in {"count", "customers"}, key


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("room", "codes"),
    [
        ("reason", REASONS),
        ("stage", (*STAGES, "absent")),
        ("followup", STAGES),
        ("state", STATES),
        ("plan_status", STATUSES_OF_PLAN),
        ("decision", DECISIONS),
        ("action_rule", [rule.order for rule in RULES] + ["7"]),
        ("status", STATUSES),
        ("flag", STAGE_FLAGS),
        ("rfm", SEGMENTS),
        ("matched", (*METHODS, "given", "unallocated")),
        ("accounts.method", (*METHODS, "given", "unallocated")),
        ("payment_kind", ("payment", "reject", "cancelled", "direct_debit", "cheque", *dict(PAYMENT_KINDS))),
        ("item_kind", ("reject", "payment", *dict(ITEM_KINDS))),
        ("unit", UNITS),
        ("theme", dict.fromkeys(id.partition(".")[0] for id in finding_specs())),
    ],
)
def test_every_code_has_its_sentence(lang, room, codes):
    assert [code for code in codes if f"{room}.{code}" not in catalogue(lang)] == []


def test_a_sentence_is_filled_with_its_facts():
    assert text("finding.unknown", "en", reason="too few clients") == "unknown (too few clients)"
    assert placeholders("{a.b} et {c}") == ["a.b", "c"]


def test_a_sentence_that_lacks_a_fact_is_our_fault():
    with pytest.raises(KeyError):
        text("reason.missing", "fr")


def test_an_ending_in_brackets_agrees_with_the_number_before_it(monkeypatch):
    sentences = {"x": "{source} : {count} ligne(s) lue(s), {other} note(s) ; mode(s) d’emploi"}
    monkeypatch.setattr("capclient.wording.catalogue", lambda lang: sentences)
    told = text("x", "fr", source="ventes.csv", count=1, other="1\u202f204")
    assert told == "ventes.csv : 1 ligne lue, 1\u202f204 notes ; modes d’emploi"
    assert text("x", "fr", source="a", count=0, other=2).startswith("a : 0 ligne lue, 2 notes")
    assert text("x", "en", source="a", count=0, other=1).startswith("a : 0 lignes lues, 1 note ")


@pytest.mark.parametrize("room", ["actions", "contacts", "synthesis"])
def test_english_keeps_no_french_word_nor_a_false_friend(room):
    """« Délais » are lead times or terms; « prospection » is prospecting; a stake is unknown, not told."""
    said = " ".join(messages("en", room).values())
    assert not re.search(r"Prospection|with delays|Claims, delays|stake not told", said)


def test_an_alert_without_error_is_not_said_to_have_erred():
    for name in ("proof_volume", "proof_state"):
        assert "was wrong in" not in catalogue("en")[f"alerts.{name}"]


CALQUES = (
    r"rates? of passage|living portfolio|that very client|Three boxes apart|less than others for the same\b|"
    r"models? of purchase|clients? of today\b.{0,12}\bare worth|is no (?:purchase|judgement|cause)\b|"
    r"very days|one starts from|the passages observed|grows? old\b"
)
CHAPTERS = ("40", "45", "50", "55", "95")


def english_of(chapter):
    book = json.loads(next(places.notebooks().glob(f"{chapter}_*.ipynb")).read_text("utf-8"))
    return "\n".join(
        "".join(cell["source"]) for cell in book["cells"] if "lang-en" in cell["metadata"]["tags"]
    )


def test_english_is_no_word_for_word_french():
    """Turns of phrase that only a translation would have, in the chapters on clients to come and their worth."""
    said = {f"{room}.{key}": words for room in ROOMS for key, words in messages("en", room).items()}
    said |= {spec.id: f"{spec.en} {spec.how_en}" for spec in finding_specs().values()}
    said |= {chapter: english_of(chapter) for chapter in CHAPTERS}
    assert {name: found[0] for name, words in said.items() if (found := re.search(CALQUES, words))} == {}
