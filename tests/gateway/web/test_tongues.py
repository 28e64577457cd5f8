"""Protects whose language a page speaks: it is chosen in order, never mixed with a neighbour's, and nothing filled in escapes it.

Days and amounts tell the language here: they need no catalogue.
"""

from __future__ import annotations

import re
from gettext import NullTranslations
from importlib import resources
from pathlib import Path

import pytest
from babel import Locale
from markupsafe import Markup

from gateway.languages.catalogues import GUEST, STAFF
from gateway.languages.kept import SENTENCES, kept
from gateway.languages.speech import Speech, speech
from gateway.languages.spoken import Plurals, Texts, plural, say, speaking
from gateway.web import templates, words
from gateway.web.tongues import COOKIE, Tongues, wished
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house
from tests.gateway.web.test_streams import Reader


class Said(NullTranslations):
    """A catalogue of a few texts."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__()
        self._texts = texts

    def gettext(self, message: str) -> str:
        """The translation."""
        return self._texts.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The form for so many."""
        return self.gettext(msgid1 if n == 1 else msgid2)


def german(**texts: str) -> Speech:
    """German, as far as these texts go."""
    return Speech("de", Locale.parse("de"), Said({name.replace("_", " "): text for name, text in texts.items()}))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", ""),
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("ja,zh;q=0.9,nb;q=0.3,en;q=0.1", "no"),
        ("en-US,de;q=0.9", "en"),
        ("ar,fr;q=0.2", "fr"),  # the pages run from left to right alone
        ("*", ""),
        ("pt_BR;q=x,es;q=0,pl ; q=0.4", "pl"),
        ("ru;q=0.001", "ru"),
        ("," * 5_000, ""),
    ],
)
def test_a_browser_s_wish_is_read(header: str, language: str) -> None:
    assert wished(header) == language


def test_a_page_speaks_as_the_browser_wishes_and_as_it_chose(asker: Asker) -> None:
    english = asker.get("/postings").text
    assert '<html lang="en">' in english
    assert "0.80 PLN" in english
    for headers in ({"accept_language": "de-DE,en;q=0.1"}, {"cookie": f"{COOKIE}=de", "accept_language": "fr"}):
        page = asker.get("/postings", **headers).text
        assert '<html lang="de">' in page
        assert "0,80 PLN" in page
        assert "0.80" not in page
        assert '<option value="de" lang="de" selected>' in page
    assert '<html lang="en">' in asker.get("/rooms", cookie=f"{COOKIE}=xx").text
    assert asker.get("/postings").text == english, "nobody's language stays behind"
    assert [("0,80" in asker.get("/now", accept_language=one).text) for one in ("pl", "en", "de")] == [
        True,
        False,
        True,
    ]
    assert "20 lis" in asker.get("/postings/3", accept_language="pl").text


def test_an_error_that_comes_late_is_told_in_the_same_language(asker: Asker) -> None:
    page = asker.get("/calls?before=abc", accept_language="ru")
    assert page.status == 400
    assert '<html lang="ru">' in page.text
    assert '<html lang="pl">' in asker.get("/nowhere", accept_language="pl").text


def test_programs_are_answered_in_english_whatever_the_browser_wishes(asker: Asker) -> None:
    answer = asker.get("/api/v1/calls", accept_language="de", authorization="Bearer fg_none")
    assert answer.status == 401
    assert "token" in answer.text


def test_a_language_is_chosen_and_the_page_shown_again(asker: Asker) -> None:
    chosen = asker.post("/language", {"language": "it", "to": "/calls?q=201"}, sec_fetch_site="same-origin")
    assert (chosen.status, chosen.headers["location"]) == (303, "/calls?q=201")
    (cookie,) = chosen.cookies
    assert cookie.startswith(f"{COOKIE}=it; ")
    assert "HttpOnly" in cookie
    for to in ("https://evil.example", "//evil.example/x", "/\\evil.example", ""):
        assert asker.post("/language", {"language": "it", "to": to}).headers["location"] == "/"
    assert asker.post("/language", {"language": "xx", "to": "/"}).status == 400
    assert asker.post("/language", {"language": "it", "to": "/"}, sec_fetch_site="cross-site").status == 403
    assert 'name="to" value="/calls?q=%22%3E"' in asker.get("/calls?q=%22%3E").text


def test_the_rack_is_told_live_to_each_in_his_language(house: StandingHouse) -> None:
    asker = Asker(as_house(house))
    ours, theirs, late = Reader(asker), Reader(asker, language="de"), Reader(asker, language="de")
    assert "90.60" not in ours.heard() + theirs.heard() + late.heard()
    house.call("201", "90048601234567", 600)
    asker.clock.advance(1)
    english, germans = ours.heard(), (theirs.heard(), late.heard())
    assert "90.60 PLN" in english
    assert "90,60" not in english
    assert germans[0] == germans[1]
    assert "90,60 PLN" in germans[0]
    assert "90.60" not in germans[0]
    for one in (ours, theirs, late):
        one.leave()


def test_what_is_filled_in_is_escaped_and_the_language_ends_with_its_block() -> None:
    evil = '<script>"\u202e'
    with speaking(german(Room_held="<b>& frei</b>", **{"<b>{a}</b>": "<b>{a}</b>!"})):
        assert say("Room held") == "<b>& frei</b>"
        assert templates.say("Room held") == Markup("&lt;b&gt;&amp; frei&lt;/b&gt;"), "a text without tags is no HTML"
        assert templates.say("<b>{a}</b>", a=evil) == Markup("<b>&lt;script&gt;&#34;\\u202e</b>!")
        assert templates.say("{a}", a=None) == ""
    assert say("Room held") == "Room held"


def test_nothing_is_said_as_nothing() -> None:
    with speaking(speech("de", GUEST)):  # gettext says a catalogue's own head to an empty text
        assert say("") == templates.say("") == kept("") == ""


def test_tables_are_said_when_they_are_looked_into() -> None:
    names = Texts({"held": "held back", "due": "waiting"})
    sums = Plurals({"held": ("{number} charge", "{number} charges")})
    with speaking(german(held_back="zurückgehalten", **{"{number} charges": "{number} Posten"})):
        assert names["held"] == "zurückgehalten"
        assert dict(names) == {"held": "zurückgehalten", "due": "waiting"}
        assert sums.say("held", 12_000) == "12.000 Posten"
        assert names.get("lost", "lost") == sums.say("lost", 1) == "lost"
    assert dict(names) == {"held": "held back", "due": "waiting"}
    assert plural("{number} day", "{number} days", 1) == "1 day"


def test_a_sentence_of_the_store_is_said_again_with_what_stands_in_it() -> None:
    texts = {
        "posting {number} is now {state}": "Posten {number}: {state}",
        "posted": "gebucht",
        "room {room} was vacant when the call began": "Zimmer {room} war frei",
    }
    with speaking(german(**texts)):
        assert kept("posting 7 is now posted") == "Posten 7: gebucht"
        assert kept("room {x} (1) was vacant when the call began") == "Zimmer {x} (1) war frei"
        assert kept("the PMS says: no") == "the PMS says: no"
    assert kept("posting 7 is now posted") == "posting 7 is now posted"


def test_days_and_amounts_are_written_as_the_language_does() -> None:
    home = Tongues("pl", "PL")
    assert home.own.language == "pl"
    written = {}
    for language in ("en", "de", "pl", "ru", "no"):
        with speaking(speech(language, STAFF, "PL")):
            written[language] = (words.amount(-123_456, 2, "PLN"), words.written("0.5"), words.ago(7_300)[:1])
    assert {name: tuple(" ".join(one.split()) for one in said) for name, said in written.items()} == {
        "en": ("-1234.56 PLN", "0.5", "2"),
        "de": ("-1.234,56 PLN", "0,5", "2"),
        "pl": ("-1 234,56 PLN", "0,5", "2"),
        "ru": ("-1 234,56 PLN", "0,5", "2"),
        "no": ("-1 234,56 PLN", "0,5", "2"),
    }


#: Sentences that the code puts together, so that they stand nowhere as a whole.
COMPOSED = (
    "is refused by",
    "are refused by",
    "in doubt, the",
    "this machine's",
    "has sent no",
    "has acknowledged no",
    "call without an",
    "state of all",
    "at the till",
    "night audit began",
    "night audit ended",
    "the PMS has ",
    "perhaps booked by hand",
    "handed over make",
    "so far, since",
    "dialled from",
    "do not arrive",
    "the limit {name}",
    "own limit of the stay",
    "charge of {total}",
    "total for {group}",
    "erasure {number}",
    "although its record",
    "everybody has left",
    "a manager ",
    "the PMS cannot be reached",
    "of the PMS broke off",
    "before the PMS answered: ",
    "the exchange cannot be reached",
    "the exchange did not answer",
    "of the exchange broke off",
    "before the exchange answered: ",
    "several holders share call",
    "of the log kept",
    "tag '{tag}' on reservation",
    "there already",
    "is not there",
    "in dispute already",
    "is not in dispute",
    "paid at the till",
    "rooms again",
    "and once a day is enough",
    "the limit of reservation",
    "restored by",
    "more than its limit",
    "of its limit",
    "of the house",
    "of department {department}",
    "the clock of PBX",
    "between commas",
    "where {title} are",
    "to the PMS: {why}",
)


def test_the_sentences_that_are_said_again_are_still_written_somewhere() -> None:
    root = resources.files("gateway")
    folders = [Path(str(root)), *(Path(str(root)).parent / name for name in ("rating", "pms_adapters", "protocols"))]
    source = "".join(
        path.read_text("utf-8")
        for one in folders
        for path in one.rglob("*.py")
        if path.name != "kept.py" and path.parent.name != "sentences"
    )
    joined = re.sub(r'[\'"]\s*\n\s*f?[\'"]', "", source).replace('\\"', '"')
    lost = [
        message
        for message in SENTENCES
        for piece in re.split(r"\{\w+\}", message)
        if len(piece.strip()) > 3 and piece.strip() not in joined and not any(one in message for one in COMPOSED)
    ]
    assert lost == []
