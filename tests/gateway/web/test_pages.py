"""Protects what a clerk, an auditor and an IT person see: the truth of the store, readable without a script, and safe."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from gateway.status import Status
from gateway.web import deeds, live, pages
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house

PAGES = (
    "/now",
    "/rooms",
    "/rooms?view=list",
    "/rooms/201",
    "/sheets/2",
    "/calls",
    "/calls/2",
    "/calls?q=201",
    "/audit",
    "/audit/2026-11-20/in_doubt",
    "/postings",
    "/postings?state=posted",
    "/postings/3",
    "/records",
    "/corrections",
    "/laboratory",
    "/links",
    "/trunks",
)


class Reading(HTMLParser):
    """Reads a page as a careful person would: elements that must close, ids that must be unique, labels of fields."""

    VOID = frozenset("meta link input br hr img option".split())

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str]] = []
        self.tags: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        if "id" in said:
            self.ids.append(said["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "a":
            self.links.append(said["href"])
        if tag == "label" and "for" in said:
            self.labelled.add(said["for"])
        if tag == "input" and said.get("type") != "hidden":
            self.fields.append({**said, "in_label": str("label" in self.open)})
        self.wrong += [f"{name} on {tag}" for name in said if name.startswith("on") or name == "style"]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """All words of the page, blanks made one."""
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_whole_and_labelled_and_without_inline_script_or_style(asker: Asker, address: str) -> None:
    answer = asker.get(address)
    page = Reading(answer.text)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert page.wrong == []
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert page.headings.count(1) == 1
    assert all(field["in_label"] == "True" or field.get("id") in page.labelled for field in page.fields)
    assert answer.text.count("<script") == answer.text.count('<script src="/static/') >= 2
    assert "<style" not in answer.text


@pytest.mark.parametrize("address", PAGES)
def test_every_link_of_every_page_leads_somewhere(asker: Asker, address: str) -> None:
    for link in set(Reading(asker.get(address).text).links):
        if (
            not link.startswith("#") and ".pdf" not in link and "/file." not in link
        ):  # a file is made by a process of its own
            assert asker.get(link.partition("#")[0]).status in (200, 303), link


def test_the_first_page_shows_calls_newest_first_with_time_number_place_amount_and_state(asker: Asker) -> None:
    words = Reading(asker.get("/now").text).text
    assert "11:58 room 201 601 234 567 Poland, mobile 0:12 1.00 PLN ✓ posted 12:00" in words
    assert words.index("11:58") < words.index("11:50") < words.index("Thu 19 Nov")
    for state in (
        "in doubt since 12:00",
        "refused: NG no such guest",
        "held: guest is no-post",
        "held: no news of the room",
        "waiting for PMS, again 12:00",
        "emergency: not charged",
        "not charged: internal call",
        "house call, not posted",
    ):
        assert state in words, state


def test_the_first_page_counts_postings_by_state_and_lists_those_that_wait(asker: Asker) -> None:
    words = Reading(asker.get("/now").text).text
    assert "3 posted today 20.60 PLN" in words
    assert "1 in doubt no answer came: look at the folio 11:20 room 202" in words
    assert "1 waiting will be sent as soon as the PMS takes it" in words


def test_the_first_page_says_why_an_amount_even_without_a_script(asker: Asker) -> None:
    text = asker.get("/now").text
    assert "Talked 3 min 05 s; billed in steps of 60 s: 4 min 00 s." in text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in text


def test_a_house_in_which_nothing_has_happened_says_so(empty: StandingHouse) -> None:
    words = Reading(Asker(as_house(empty)).get("/now").text).text
    assert "No call has come yet." in words
    assert "Nothing waits for a person." in Reading(Asker(as_house(empty)).get("/postings").text).text


@pytest.mark.parametrize("address", PAGES)
def test_no_name_and_no_record_gets_out_of_its_place(asker: Asker, address: str) -> None:
    text = asker.get(address).text
    assert "<script>alert" not in text
    assert not set(text) & {"\u202e", "\x07", "\x1b", "\0"}


def test_a_hostile_name_is_shown_for_what_it_is(asker: Asker) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202eevil\\x07" in asker.get("/postings").text
    assert "this is no record \\x07\\x1b[2J&lt;b&gt;" in asker.get("/records").text


def test_a_call_tells_its_whole_story(asker: Asker) -> None:
    words = Reading(asker.get("/calls/6").text).text
    for told in (
        "Room 202 · Fri 20 Nov 11:20 · 0.80 PLN",
        "Why this amount",
        "sent to room 202 as number 3; 12:00:00 no answer came: no answer within 30 s",
        "Björk, Åsa (reservation 77002)",
        "LINE 1.1",
    ):
        assert told in words, told


def test_the_piece_that_opens_below_a_line_is_a_piece(asker: Asker) -> None:
    answer = asker.get("/calls/6/story")
    assert answer.status == 200
    assert "<html" not in answer.text
    assert "no answer came" in answer.text
    assert asker.get("/calls/999/story").status == 404


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("201", {"11:58", "11:50", "11:10", "11:15", "21:00"}),
        ("Kitchen", {"11:00"}),
        ("kitch", {"11:00"}),
        ("601234567", {"11:58", "11:30", "21:00"}),
        ("+48 601 234 567", {"11:58", "11:30", "21:00"}),
        ("4567", {"11:58", "11:30", "11:20", "21:00", "11:05", "11:00"}),
        ("björk", {"11:05", "11:20"}),
        ("germany", {"11:50"}),
        ("%", set()),
        ("_", set()),
        ("<script>", {"11:30"}),
        ("nobody here", set()),
    ],
)
def test_a_search_finds_room_number_guest_and_place(asker: Asker, search: str, found: set[str]) -> None:
    text = asker.get(f"/calls?{deeds_query(search)}").text
    assert set(re.findall(r'<time class="time"[^>]*>([0-9:]+)<', text)) == found
    assert found or "No call of these days is so." in text


def deeds_query(search: str) -> str:
    """A search as an address."""
    from urllib.parse import urlencode

    return urlencode({"q": search})


def test_long_lists_go_on_with_older(house: StandingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE_ROWS", 4)
    asker = Asker(as_house(house))
    seen: list[str] = []
    address: str | None = "/calls"
    while address:
        text = asker.get(address).text
        seen += re.findall(r'id="call-([0-9]+)"', text)
        older = re.search(r'rel="next" href="([^"]+)"', text)
        address = older.group(1) if older else None
    assert seen == sorted(seen, key=int, reverse=True)
    assert len(seen) == 11


def test_the_state_of_postings_can_be_chosen_and_a_wrong_one_is_said_to_be_wrong(asker: Asker) -> None:
    assert asker.get("/postings?state=posted").text.count('id="posting-') == 3
    assert asker.get("/postings?state=all").text.count('id="posting-') == 8
    assert asker.get("/postings?state=lost").status == 404


def test_the_card_of_a_doubt_says_what_to_look_for_and_has_two_buttons(asker: Asker) -> None:
    text = asker.get("/postings?state=in_doubt").text
    words = Reading(text).text
    assert "sent Fri 20 Nov 12:00:00 to room 202 as number 3" in words
    assert "then Fri 20 Nov 12:00:00: no answer" in words
    assert "came back nothing; a late answer to number 3 settles this by itself" in words
    assert "it shows 0.80 PLN for the call of Fri 20 Nov 11:20 to 22 123 45 67 . It lasted 1:05 min." in words
    assert re.findall(r'name="deed" value="([a-z-]+)"', text) == ["on-folio", "not-on-folio"]


@pytest.mark.parametrize(
    ("number", "deed_names"),
    [
        (1, []),
        (3, ["on-folio", "not-on-folio", "write-off"]),
        (4, ["retry", "write-off"]),
        (5, ["release", "write-off"]),
    ],
)
def test_a_posting_offers_what_can_be_done_to_it_and_nothing_else(
    asker: Asker, number: int, deed_names: list[str]
) -> None:
    text = asker.get(f"/postings/{number}").text
    assert re.findall(r'name="deed" value="([a-z-]+)"', text) == deed_names


def test_what_is_not_there_is_said_to_be_missing(asker: Asker) -> None:
    for address in (
        "/calls/999",
        "/postings/999",
        "/nowhere",
        "/calls/0",
        f"/calls/{2**70}",
        "/calls/abc",
        "/static/x.css",
    ):
        assert asker.get(address).status == 404, address
    assert "There is no posting 999." in asker.get("/postings/999").text


@pytest.mark.parametrize(
    "address", ["/calls?before=x", "/calls?before=-1", "/records?before=0", "/postings/3?told=%00"]
)
def test_a_question_that_makes_no_sense_gets_a_sentence(asker: Asker, address: str) -> None:
    answer = asker.get(address)
    assert answer.status == 400
    assert "must be a whole number" in answer.text


def test_links_tell_each_link_the_store_and_what_was_odd(house: StandingHouse) -> None:
    house.status.odd(house.now(), "PMS opera: an unknown record <XX>")
    house.status.sources["main"].up = False
    words = Reading(Asker(as_house(house)).get("/links").text).text
    assert "not connected" in words
    assert "What to do: see that the exchange sends its call records" in words
    assert "Fri 20 Nov 12:00:00 PMS opera: an unknown record <XX>" in words


def test_an_unapproved_tariff_is_a_red_banner_on_every_page(house: StandingHouse) -> None:
    house.status.tariff_warning = "the tariff's prices are invented and not approved"
    asker = Asker(as_house(house))
    for address in PAGES:
        assert "Unapproved tariff" in Reading(asker.get(address).text).text


def test_an_emergency_is_a_red_banner_for_hours_and_then_no_more(house: StandingHouse) -> None:
    asker = Asker(as_house(house))
    assert "EMERGENCY CALL · Room 201 (Adler) · dialled 9112 at 11:10" in Reading(asker.get("/links").text).text
    house.rig.advance(9 * 3600)
    asker.clock.advance(1)
    assert "EMERGENCY CALL" not in asker.get("/links").text


def test_a_store_that_cannot_be_read_is_said_to_be_so(house: StandingHouse) -> None:
    asker = Asker(as_house(house))
    house.rig.database.transact(lambda c: c.exec_driver_sql("ALTER TABLE calls RENAME TO gone"))
    answer = asker.get("/now")
    assert answer.status == 503
    assert "The store cannot be read now" in Reading(answer.text).text
    assert answer.headers["retry-after"] == "5"
    assert asker.get("/api/v1/calls").status == 503
    house.rig.database.transact(lambda c: c.exec_driver_sql("ALTER TABLE gone RENAME TO calls"))


def test_many_who_look_cost_one_reading(house: StandingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    readings: list[int] = []
    original = house.rig.database.read

    def counted(work: Any) -> Any:
        readings.append(1)
        return original(work)

    monkeypatch.setattr(house.rig.database, "read", counted)
    asker = Asker(as_house(house))
    asker.get("/now")
    once = len(readings)
    for _ in range(5):
        asker.get("/now")
    assert len(readings) == once
    asker.clock.advance(live.FRESH)
    asker.get("/now")
    assert len(readings) == 2 * once


def test_static_files_are_served_by_name_and_remembered_by_content(asker: Asker) -> None:
    answer = asker.get("/static/page.css")
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    tag = answer.headers["etag"]
    assert asker.get("/static/page.css", if_none_match=tag).status == 304
    assert asker.get("/static/live.js").headers["content-type"] == "text/javascript; charset=utf-8"
    assert asker.get("/static/..%2fpages.py").status == 404


def test_the_words_of_a_form_are_bounded() -> None:
    form = deeds.read_form({b"who": [b"x" * 10_000], b"why": [b" a \n b \xff" * 500], b"attempts": [b"9" * 99]})
    assert len(form.who) == deeds.LONGEST_NAME
    assert len(form.why) == deeds.LONGEST_REASON
    assert len(form.attempts) == 10


def test_a_stopping_house_says_so(house: StandingHouse) -> None:
    assert isinstance(house.status, Status)
    house.status.stopping = True
    assert "The gateway is stopping" in Asker(as_house(house)).get("/now").text


def test_the_queue_tells_what_the_postings_of_each_state_come_to(asker: Asker) -> None:
    text = asker.get("/postings").text
    for state, words in (("refused", "11.00 PLN"), ("in_doubt", "0.80 PLN"), ("held", "6.40 PLN")):
        tab = text[text.index(f'id="tab-{state}"') :].partition("</a>")[0]
        assert f'<span class="hint">{words}</span>' in tab
    assert "today</span>" in text[text.index('id="tab-posted"') :].partition("</a>")[0]
