"""Protects the desk: the rack says the truth of each room, a room answers "why is this on my bill?", what is written stays."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import text

from gateway.roles import Person
from gateway.store.rack import Guest, RackRows, Sum, Waiting
from gateway.web.persons import dressed
from gateway.web.rack import FloorView, Known, Rack, address_of, room_at
from gateway.web.report_pages import Workshop
from gateway.web.templates import masked
from gateway.web.words import Clock
from rating.starter import starter_files
from tests.full_house import fill
from tests.gateway.rig import NOON, WARSAW
from tests.gateway.web.asking import Answer, Asker, at_once
from tests.gateway.web.commands import here
from tests.gateway.web.house import HOSTILE_NAME, StandingHouse, as_house
from tests.gateway.web.test_pages import Reading
from tests.gateway.web.test_reports import AtOnce

CLOCK = Clock(WARSAW, NOON)
KNOWN = Known(listed=("101", "102"), floors={"Royal Suite": "Attic"}, currency="PLN", has_pms=True)


# -- the rack as values -------------------------------------------------------------------------------------------


def drawn(rows: RackRows, calling: frozenset[str] = frozenset()) -> tuple[FloorView, ...]:
    """A rack, drawn."""
    return Rack(KNOWN).draw(rows, calling, CLOCK)


def rows(*guests: Guest, told: tuple[str, ...] = (), waiting: tuple[Waiting, ...] = (), **sums: Sum) -> RackRows:
    """A rack's rows, by reservation."""
    return RackRows(
        list(guests),
        list(told),
        {one: [sum_] for one, sum_ in sums.items()},
        list(waiting),
        {},
        {},
        {"B": "over"} if "B" in sums else {},
    )


def test_a_cell_says_by_colour_sign_and_words_the_same() -> None:
    adler = Guest("A", "201", 1, "Adler", no_post=True, departure=None)
    child = Guest("B", "201", 2, "Adler, Tim", no_post=False, departure=None)
    waiting = (
        Waiting("201", "A", "in_doubt", 2),
        Waiting("201", "gone", "refused", 1),
        Waiting("202", "gone", "held", 1),
    )
    found = rows(adler, child, told=("201", "202"), waiting=waiting, A=Sum(3, 1240, "PLN", 2), B=Sum(1, 60, "PLN", 2))
    floors = drawn(found, frozenset({"201"}))
    assert [(floor.title, [cell.room for cell in floor.cells]) for floor in floors] == [
        ("Floor 2", ["201", "202"]),
        ("Attic", ["Royal Suite"]),
    ]
    (full, empty), (suite,) = floors[0].cells, floors[1].cells
    assert (full.standing, full.tone, full.guest, full.total, full.calls) == ("in", "red", "Adler +1", "13.00", 4)
    assert [one.sign for one in full.signs] == ["!", "?", "%", "⊘", "●"]
    assert full.words == (
        "Room 201, Adler, Adler, Tim, 4 calls, 13.00 PLN, 1 charge refused, not of this guest, 2 charges in doubt, "
        "the limit for calls is passed, do not post, on the phone"
    )
    assert (empty.standing, empty.tone, empty.words) == ("vacant", "amber", "Room 202, vacant, 1 charge held")
    assert (suite.standing, suite.words) == ("untold", "Room Royal Suite, no news from the PMS")


def test_the_hotels_own_list_stands_in_until_the_pms_has_told_of_rooms() -> None:
    before = drawn(rows())
    after = drawn(rows(told=("101",)))
    assert [cell.room for floor in before for cell in floor.cells] == ["101", "102", "Royal Suite"]
    assert [cell.room for floor in after for cell in floor.cells] == ["101", "Royal Suite"]


def test_a_cell_is_drawn_anew_only_where_something_changed() -> None:
    rack, adler = Rack(KNOWN), Guest("A", "101", 1, "Adler", no_post=False, departure=None)
    first = rack.draw(rows(adler, told=("101", "102")), frozenset(), CLOCK)[0].cells
    again = rack.draw(rows(adler, told=("101", "102"), A=Sum(1, 80, "PLN", 2)), frozenset(), CLOCK)[0].cells
    assert again[0] is not first[0]
    assert again[0].total == "0.80"
    assert again[1] is first[1]


def test_a_total_in_several_currencies_is_never_cut_to_look_like_one() -> None:
    stay = Guest("A", "101", 1, "Adler", no_post=False, departure=None)
    found = rows(stay, told=("101",))._replace(sums={"A": [Sum(1, 300, "EUR", 2), Sum(1, 1240, "PLN", 2)]})
    cell = drawn(found)[0].cells[0]
    assert (cell.total, cell.short, cell.calls) == ("3.00 EUR + 12.40", "3.00 EUR +", 2)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12))
def test_every_name_of_a_room_has_an_address_of_its_own(room: str) -> None:
    from urllib.parse import unquote

    segment = address_of(room).removeprefix("/rooms/")
    assert "/" not in segment
    assert room_at(unquote(segment)) == room


@pytest.mark.parametrize(
    ("whole", "hidden"),
    [
        (
            "Dialled 90048601234567, understood as +48 601 234 567.",
            "Dialled 9004********67, understood as +486******67.",
        ),
        ("(212) 555-0123", "212******3"),
        ("12345.67 PLN on 2026-11-20 at 14:02:31, room 201", "12345.67 PLN on 2026-11-20 at 14:02:31, room 201"),
    ],
)
def test_numbers_are_masked_and_nothing_else(whole: str, hidden: str) -> None:
    assert masked(whole) == hidden


# -- pages --------------------------------------------------------------------------------------------------------


def test_the_rack_shows_every_room_and_hostile_text_as_text(asker: Asker) -> None:
    page = asker.get("/rooms")
    assert HOSTILE_NAME[:8] not in page.text
    assert "&lt;script&gt;" in page.text
    assert 'aria-label="Room 202, Björk, Åsa, 2 calls, 16.40 PLN, 1 charge in doubt"' in page.text
    assert "4 of 5 with guests, 4 with a mark" in Reading(page.text).text
    listed = Reading(asker.get("/rooms?view=list").text).text
    assert "204 Cruz" in listed
    assert "⊘ do not post" in listed
    assert asker.get("/rooms?view=elsewhere").status == 400
    home = asker.get("/")
    assert (home.status, home.headers["location"]) == (303, "/rooms")


def test_a_rack_of_500_rooms_is_sent_small_and_read_once_while_nothing_changes(empty: StandingHouse) -> None:
    empty.database.transact(lambda c: fill(c, "SEASIDE", empty.micros(), 6_000))
    empty.database.transact(empty.rig.memory.reload)
    asked: list[object] = []

    def counted(work: Callable[[], Any]) -> Any:
        asked.append(work)
        return at_once(work)

    asker = Asker(as_house(empty), counted)
    plain = asker.get("/rooms")
    packed = asker.get("/rooms", accept_encoding="gzip, br", sec_fetch_site="none")
    assert plain.text.count('class="cell ') == 500
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < 100_000 / 4
    assert len(plain.body) < 100_000
    assert packed.headers["content-length"] == str(len(packed.body))
    asker.clock.advance(60)
    before = len(asked)
    asker.get("/rooms")
    assert len(asked) == before + 1, "the status line alone was read again"
    empty.read_commands_soon()
    asker.clock.advance(60)
    asker.get("/rooms")
    assert len(asked) == before + 3


def test_a_room_tells_the_stay_what_it_comes_to_and_what_cost_nothing(asker: Asker) -> None:
    words = Reading(asker.get("/rooms/201").text).text
    assert "Room 201 · Adler · 80.60 PLN" in words
    assert "emergency: not charged" in words, "nobody overlooks an emergency because it is free"
    assert "1 more call that cost nothing: internal, incoming, not answered" in words
    assert "internal call" not in words
    assert "not charged: internal call" in Reading(asker.get("/rooms/201?all=1").text).text
    assert "Do not post: the PMS marks this guest as no-post" in Reading(asker.get("/rooms/204").text).text
    assert "no news from the PMS" in Reading(asker.get("/rooms/301").text).text
    assert asker.get("/rooms/999").status == 404
    hostile = asker.get("/rooms/203").text
    assert "<script>alert" not in hostile
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202eevil\\x07" in hostile


def test_a_guest_who_moved_keeps_his_calls_and_another_does_not_get_them(house: StandingHouse) -> None:
    from datetime import timedelta

    from pms_adapters.events import Guest, GuestChanged

    house.rig.advance(60)
    moved = GuestChanged(room="305", guest=Guest(reservation="77002"), at=house.rig.now, old_room="202")
    house.rig.news(moved)
    house.rig.advance(timedelta(minutes=5).total_seconds())
    house.guest("202", "88001", "Dahl")
    asker = Asker(as_house(house))
    there, here_ = (Reading(asker.get(f"/rooms/{room}").text).text for room in ("305", "202"))
    assert "Room 305 · Björk, Åsa · 16.40 PLN" in there
    assert "+44 20 7123 4567" in there
    assert "Room 202 · Dahl" in here_
    assert "16.40" not in here_
    assert "+44" not in here_, "another's calls are not shown, although the PMS says that he came before they were made"


def test_a_search_leads_to_a_room_to_guests_and_to_calls(asker: Asker) -> None:
    found = asker.get("/find?q=202")
    assert (found.status, found.headers["location"]) == (303, "/rooms/202")
    page = Reading(asker.get("/find?q=adl").text)
    assert "/rooms/201" in page.links
    assert "Adler room 201" in page.text
    assert "601 234 567" in Reading(asker.get("/find?q=601234567").text).text
    assert "No room and no guest" in Reading(asker.get("/find?q=%3Cb%3E").text).text


# -- what is written ----------------------------------------------------------------------------------------------


class Desk:
    """Somebody who writes on pages."""

    def __init__(self, house: StandingHouse) -> None:
        self.house, self.asker = house, Asker(as_house(house))

    def post(self, page: str, action: str, **fields: str) -> Answer:
        """Fill in the form with this action on a page, and take the page that follows."""
        forms = re.findall(
            r'<form class="deed" method="post" action="([^"]+)">(.*?)</form>', self.asker.get(page).text, re.DOTALL
        )
        form = next(body for where, body in forms if where == action)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        answer = self.asker.post(action, {**hidden, "who": "Ines", **fields})
        return self.asker.get(answer.headers["location"].partition("#")[0]) if answer.status == 303 else answer

    def trail(self) -> list[str]:
        """What the audit trail says of people."""
        return [row[0] for row in self.house.rig.rows("SELECT what FROM audit_trail WHERE who = 'Ines' ORDER BY id")]


@pytest.fixture
def desk(house: StandingHouse) -> Desk:
    """Somebody at the desk of an evening."""
    return Desk(house)


def test_notes_and_tags_stay_with_the_guest(desk: Desk) -> None:
    page = desk.post("/rooms/201", "/rooms/201", deed="note", why="asked for <b>calm</b>")
    assert "asked for &lt;b&gt;calm&lt;/b&gt;" in page.text
    assert "late check-out" in desk.post("/rooms/201", "/rooms/201", deed="tag-guest", why="late check-out").text
    again = desk.post("/rooms/201", "/rooms/201", deed="tag-guest", why="late check-out")
    assert "stands there already" in again.text
    assert '<span class="tag"><bdi>late' in again.text
    assert (
        '<span class="tag">' not in desk.post("/rooms/201", "/rooms/201", deed="untag-guest", why="late check-out").text
    )
    assert desk.post("/rooms/201", "/rooms/201", deed="note", why=" ").status == 422
    assert "Write your name" in desk.post("/rooms/201", "/rooms/201", deed="note", why="x", who="").text
    assert "older than the running" in desk.post("/rooms/201", "/rooms/201", deed="note", why="x", token="0" * 64).text
    assert desk.trail() == [
        "a note on reservation 77001",
        "tag 'late check-out' on reservation 77001",
        "untag 'late check-out' on reservation 77001",
    ]


def test_a_disputed_call_is_marked_on_rack_room_and_sheet_until_it_is_settled(desk: Desk) -> None:
    kept = desk.post("/calls/3", "/sheets/3", deed="dispute", why="guest did not phone")
    assert "call 3 is in dispute: guest did not phone" in kept.text
    assert "≠" in desk.asker.get("/rooms/202").text
    desk.asker.clock.advance(2)
    assert "1 call in dispute" in desk.asker.get("/rooms").text
    assert "guest did not phone" in desk.asker.get("/sheets/3").text
    assert desk.asker.post("/sheets/3", {"deed": "dispute", "who": "Ines", "why": "x"}).status == 422
    assert "settled" in desk.post("/calls/3", "/sheets/3", deed="undispute", why="explained").text
    desk.asker.clock.advance(2)
    assert "in dispute" not in desk.asker.get("/rooms").text.partition("</p>")[2].partition("legend")[0]
    assert desk.trail() == ["call 3 is in dispute: guest did not phone", "the dispute of call 3 is settled: explained"]
    with desk.house.database.engine.connect() as connection:
        about = connection.execute(text("SELECT DISTINCT posting_id FROM audit_trail WHERE who = 'Ines'")).scalars()
        assert list(about) == [2], "it stands in the trail of its charge"


def test_earlier_stays_open_with_a_reason_for_a_while_and_for_this_room_alone(desk: Desk) -> None:
    from pms_adapters.events import CheckedOut

    desk.house.rig.advance(60)
    desk.house.rig.news(CheckedOut(room="202", reservation="77002", at=desk.house.rig.now))
    closed = desk.asker.get("/rooms/202").text
    assert "Björk" not in closed
    opened = desk.post("/rooms/202", "/rooms/202/earlier", why="guest asks for a receipt")
    assert "Björk, Åsa" in opened.text
    (link,) = [one.replace("&amp;", "&") for one in re.findall(r'href="(/rooms/202\?look=[^"]+stay=\d+)"', opened.text)]
    stay = Reading(desk.asker.get(link).text).text
    assert "An earlier stay: this guest has left" in stay
    assert "+44 20 7123 4567" in stay
    assert "Björk" not in desk.asker.get(link.replace("/202?", "/201?")).text
    assert "Björk" not in desk.asker.get(re.sub("key=[0-9a-f]+", "key=0", link)).text
    assert desk.trail() == ["looked at earlier stays in room 202: guest asks for a receipt"]
    desk.house.rig.advance(16 * 60)
    assert "Björk" not in desk.asker.get(link).text


def test_who_may_not_see_numbers_sees_them_masked_and_no_raw_record(asker: Asker) -> None:
    page = asker.get("/calls/3/story").text
    assert "90044" in page, "an open house shows everything"
    piece = "<!--if see_full_numbers-->9004420<!--/if--><!--if masked-->900***0<!--/if-->"
    assert dressed(piece, Person("ines", "desk"), "") == "900***0"
    assert dressed(piece, Person("ada", "auditor"), "") == "9004420"


# -- the sheet ----------------------------------------------------------------------------------------------------


@pytest.fixture
def workshop(house: StandingHouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """What makes files, here and now."""
    monkeypatch.setattr("gateway.web.routing.FileSender", AtOnce)
    house.config.tariff.folder.mkdir(exist_ok=True)
    for name, data in starter_files("PL", "PLN").items():
        (house.config.tariff.folder / name).write_bytes(data)
    made = Workshop(here)
    yield made
    made.close()


def test_a_sheet_is_one_page_with_masked_digits_in_a_language_of_choice(
    house: StandingHouse, workshop: Workshop
) -> None:
    asker = Asker(as_house(house), workshop=workshop)
    page = Reading(asker.get("/sheets/3?language=de").text).text
    assert "Warum dieses Gespräch auf der Abrechnung steht" in page
    assert "Zu zahlen: 15,60 PLN" in page
    answer = asker.get("/sheets/3/sheet.pdf")
    assert answer.status == 200
    pdf = PdfReader(io.BytesIO(answer.body))
    said = " ".join(pdf.pages[0].extract_text().split())
    assert len(pdf.pages) == 1
    assert "15.60 PLN for a call from room 202" in said
    for told in (page, said):
        assert "7123" not in told
        assert "712345" not in told
    assert asker.get("/sheets/999").status == 404
    assert "there is no call 999" in asker.get("/sheets/999/sheet.pdf").text
