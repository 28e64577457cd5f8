"""Protects the status line: green says nothing more, amber since when, red what to do; and no ages are read aloud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.instants import to_micros
from gateway.status import LinkStatus, SourceStatus, Status
from gateway.web.line import MOST_EMERGENCIES, Item, banners, spoken, status_items
from gateway.web.words import Clock

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
CLOCK = Clock(ZoneInfo("Europe/Warsaw"), NOON)
NONE = {"held": 0, "due": 0, "sent": 0, "refused": 0, "in_doubt": 0}


@pytest.fixture
def status() -> Status:
    """A house in which all is well."""
    made = Status(started=NOON - timedelta(days=9))
    made.sources["main"] = SourceStatus(
        name="main", dialect="x", role="listen", up=True, since=NOON, last_record=NOON - timedelta(seconds=12)
    )
    made.links["opera"] = LinkStatus(
        name="opera", up=True, ready=True, why="", since=NOON - timedelta(days=4), up_since=NOON - timedelta(days=4)
    )
    return made


def line(status: Status, **counts: int) -> dict[str, Item]:
    """The status line by name."""
    oldest = {state: to_micros(NOON - timedelta(minutes=58)) for state, number in counts.items() if number}
    return {item.name: item for item in status_items(status, {**NONE, **counts}, oldest, CLOCK)}


def test_all_well_says_nothing_more_than_since_when(status: Status) -> None:
    items = line(status)
    assert [f"{item.name} {item.sign} {item.words}".replace("  ", " ") for item in items.values()] == [
        "PBX main ● 12 s ago",
        "PMS opera ● up 4 d",
        "waiting 0",
        "in doubt 0",
    ]
    assert {item.tone for item in items.values()} == {"good", "quiet"}
    assert spoken(list(items.values()), []) == "All links are up."


def test_an_exchange_that_never_said_anything_is_not_called_silent_since_some_time(status: Status) -> None:
    status.sources["main"].last_record = None
    assert line(status)["PBX main"].words == "no record yet"


def test_a_lost_exchange_is_red_with_since_when_and_what_to_do(status: Status) -> None:
    status.sources["main"].up = False
    item = line(status)["PBX main"]
    assert (item.tone, item.words) == ("red", "not connected since 12:00: see that it sends its call records")


def test_an_exchanges_own_problem_is_told_in_its_words(status: Status) -> None:
    status.sources["main"].problem = "the password is refused"
    assert line(status)["PBX main"].words == "the password is refused"


def test_a_lost_pms_is_red_and_one_that_takes_nothing_is_amber(status: Status) -> None:
    link = status.links["opera"]
    link.ready, link.why = False, "night audit"
    assert (line(status)["PMS opera"].tone, line(status)["PMS opera"].words) == (
        "amber",
        "night audit, since Mon 16 Nov 12:00",
    )
    link.up, link.why = False, "connection refused"
    assert line(status)["PMS opera"].tone == "red"
    assert "charges wait here" in line(status)["PMS opera"].words


def test_what_needs_a_person_says_since_when(status: Status) -> None:
    items = line(status, in_doubt=2, refused=1, held=3)
    assert items["in doubt"].words == "2 since 11:02: look at the folio"
    assert items["refused"].words == "1 since 11:02: decide what becomes of it"
    assert items["held"].words == "3 since 11:02"
    assert [items[name].tone for name in ("in doubt", "refused", "held")] == ["amber", "red", "amber"]


def test_charges_that_wait_long_are_amber_and_those_that_wait_a_moment_are_not(status: Status) -> None:
    assert line(status, due=7)["waiting"].words == "7, oldest since 11:02"
    fresh = status_items(status, {**NONE, "due": 7}, {"due": to_micros(NOON)}, CLOCK)
    assert [(item.words, item.tone) for item in fresh if item.name == "waiting"] == [("7", "quiet")]


def test_a_store_that_cannot_be_read_is_told_instead_of_counts(status: Status) -> None:
    items = status_items(status, {}, {}, CLOCK, readable=False)
    assert (items[-1].name, items[-1].tone) == ("store", "red")
    assert "in doubt" not in {item.name for item in items}


def test_a_house_without_a_pms_does_not_speak_of_waiting(status: Status) -> None:
    status.links.clear()
    assert "waiting" not in line(status)


def test_what_is_read_aloud_changes_only_when_something_happened(status: Status) -> None:
    first = spoken(list(line(status, in_doubt=1).values()), [])
    status.sources["main"].last_record = NOON - timedelta(seconds=300)
    assert spoken(list(line(status, in_doubt=1).values()), []) == first == "in doubt: 1"


def emergency(number: int, *, room: str | None = "214") -> dict[str, object]:
    """An emergency call."""
    began = to_micros(NOON - timedelta(minutes=3))
    base = {"id": number, "extension": "2142", "room": room, "department": None, "reservation": "77001"}
    return {**base, "dialled": "112", "started_at": began}


def test_an_emergency_tells_room_guest_number_and_time(status: Status) -> None:
    (banner,) = banners(status, [emergency(5)], {"77001": "Adler"}, CLOCK)
    assert banner.title == "EMERGENCY CALL · Room 214 (Adler) · dialled 112 at 11:57"
    assert "extension 2142, 3 min ago" in banner.words
    assert banner.where == "/calls/5"


def test_an_emergency_from_an_unlisted_extension_says_so(status: Status) -> None:
    (banner,) = banners(status, [emergency(5, room=None)], {}, CLOCK)
    assert "an extension that is in no list" in banner.title


def test_many_emergencies_do_not_bury_the_page(status: Status) -> None:
    shown = banners(status, [emergency(number) for number in range(30)], {}, CLOCK)
    assert len(shown) == MOST_EMERGENCIES + 1
    assert shown[-1].title == "26 more emergency calls"


def test_trouble_of_the_store_and_unapproved_prices_are_red(status: Status) -> None:
    status.store_trouble, status.tariff_warning, status.stopping = "disk full", "the prices are invented", True
    titles = [banner.title for banner in banners(status, [], {}, CLOCK)]
    assert titles == ["The store cannot be written", "Unapproved tariff", "The gateway is stopping"]
