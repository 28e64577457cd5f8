"""The desk sees what is wrong, takes it by name, and the screen on the wall shouts until somebody has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.alarms.kinds import KINDS, Fact
from gateway.web.security import POLICY
from tests.conftest import LoggedFailures
from tests.gateway.watch.house import WatchedHouse
from tests.gateway.watch.test_emergency import quiet_log
from tests.gateway.web.asking import Answer, Asker
from tests.gateway.web.house import StandingHouse, as_house
from tests.gateway.web.test_api import misfits
from tests.gateway.web.test_programs import scraped


@pytest.fixture
def watched(tmp_path: Path, logged_failures: LoggedFailures) -> Iterator[StandingHouse]:
    """A house after an evening, with a watch that has told of it."""
    made = StandingHouse(tmp_path)
    made.evening()
    made.employ_watch()
    yield made
    made.close()
    quiet_log(logged_failures)


def watch_of(house: StandingHouse) -> WatchedHouse:
    """Its watch."""
    assert house.watched is not None
    return house.watched


def number_of(house: StandingHouse, kind: str) -> int:
    """The number of the alarm of this kind."""
    return next(alarm.id for alarm in watch_of(house).alarms() if alarm.kind == kind)


def take(asker: Asker, number: int, page: str = "", **fields: str) -> Answer:
    """Fill in the form of an alarm as a page shows it, and follow where it leads."""
    text = asker.get(page or f"/alarms/{number}").text
    form = re.search(rf'action="/alarms/{number}">.*?name="token" value="([0-9a-f]+)"', text, re.DOTALL)
    assert form is not None
    said = {"token": form[1], "who": "Ines", "why": "seen to", "deed": "acknowledge", **fields}
    answer = asker.post(f"/alarms/{number}", said, sec_fetch_site="same-origin")
    asker.clock.advance(1)  # what all pages share is read anew
    return asker.get(answer.headers["location"]) if answer.status == 303 else answer


def test_what_is_open_stands_on_its_page_and_is_counted_on_every_page(watched: StandingHouse) -> None:
    asker = Asker(as_house(watched))
    text = asker.get("/alarms").text
    assert "9112 was dialled from room 201 (extension 201)" in text
    assert "2 charges are refused by the PMS" in text or "1 charge is refused by the PMS" in text
    assert "What to do:" in text
    assert '<a href="/postings?state=in_doubt">Look there</a>' in text
    for page in ("/now", "/rooms", "/calls", "/postings", "/links", "/alarms/1"):
        assert re.search(r"Alarms <span class=\"need\">3<", asker.get(page).text), page


def test_an_acknowledgement_is_carried_out_and_said_on_the_page(watched: StandingHouse) -> None:
    asker = Asker(as_house(watched))
    number = number_of(watched, "refused")
    answer = take(asker, number)
    assert "acknowledged by Ines at 12:00" in answer.text
    assert "Note: seen to" in answer.text
    assert '<form class="deed"' not in answer.text
    assert re.search(r"Alarms <span class=\"need\">2<", answer.text)
    assert [alarm.acknowledged_by for alarm in watch_of(watched).alarms() if alarm.id == number] == ["Ines"]


def test_without_a_name_nothing_is_taken(watched: StandingHouse) -> None:
    answer = take(Asker(as_house(watched)), 1, who=" ")
    assert answer.status == 422
    assert "Write your name" in answer.text
    assert watch_of(watched).alarms()[0].acknowledged_by == ""


def test_a_second_person_is_told_who_was_first(watched: StandingHouse) -> None:
    asker = Asker(as_house(watched))
    number = number_of(watched, "refused")
    text = asker.get(f"/alarms/{number}").text
    token = re.search(r'name="token" value="([0-9a-f]+)"', text)
    assert token is not None
    take(asker, number)
    said = {"token": token[1], "who": "Bruno", "deed": "acknowledge"}
    answer = asker.post(f"/alarms/{number}", said, sec_fetch_site="same-origin")
    assert answer.status == 422
    assert "Meanwhile Ines has acknowledged this alarm." in answer.text


@pytest.mark.parametrize(
    ("headers", "status"), [({"sec_fetch_site": "cross-site"}, 403), ({"origin": "https://evil.example"}, 403)]
)
def test_a_form_of_another_site_is_refused(watched: StandingHouse, headers: dict[str, str], status: int) -> None:
    asker = Asker(as_house(watched))
    token = re.search(r'name="token" value="([0-9a-f]+)"', asker.get("/alarms/1").text)
    assert token is not None
    said = {"token": token[1], "who": "Ines", "deed": "acknowledge"}
    assert asker.post("/alarms/1", said, **headers).status == status
    assert asker.post("/alarms/1", {**said, "token": "0" * 64}, sec_fetch_site="same-origin").status == 422
    assert watch_of(watched).alarms()[0].acknowledged_by == ""


def test_the_screen_says_who_and_where_and_is_calm_again_when_somebody_has_taken_it(watched: StandingHouse) -> None:
    asker = Asker(as_house(watched))
    number = number_of(watched, "emergency")
    answer = asker.get("/emergency")
    assert answer.headers["content-security-policy"] == POLICY
    shown = re.sub(r"<[^>]+>|\s+", " ", answer.text)
    for said in ("Room 201", "Guest Adler", "Floor 2", "Dialled 9112", "Call back", "LATE: heard 49 minutes after"):
        assert said in re.sub(r" +", " ", shown), said
    assert "data-sounding" in answer.text
    after = take(asker, number, "/emergency", deed="take", why="guest is fine")
    assert "No emergency call waits for anybody." in after.text
    assert "data-sounding" not in after.text
    assert "taken by Ines at 12:00: guest is fine" in after.text


def test_the_screen_says_that_nobody_has_taken_it(watched: StandingHouse) -> None:
    watch_of(watched).pass_time(150)
    text = Asker(as_house(watched)).get("/emergency").text
    assert "Nobody has taken this call. Told again at 12:02." in text
    assert 'class="shout escalated"' in text


def test_a_guests_name_cannot_break_out_of_the_screen(watched: StandingHouse) -> None:
    watched.call("203", "9112", 30, ago=1)
    watch_of(watched).heard()
    text = Asker(as_house(watched)).get("/emergency").text
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "\u202e" not in text


def test_a_silent_screen_says_that_all_is_well_or_not(empty: StandingHouse) -> None:
    asker = Asker(as_house(empty))
    assert "listening" in asker.get("/emergency").text
    empty.status.sources["main"].up = False
    assert "PBX main is not connected: calls are not heard" in asker.get("/emergency").text


def test_the_api_tells_alarms_as_described(watched: StandingHouse) -> None:
    asker = Asker(as_house(watched))
    page = asker.get("/api/v1/openapi.json").json()
    schema = page["components"]["schemas"]["Alarms"]
    whole = asker.get("/api/v1/alarms").json()
    assert misfits(whole, page, schema) == []
    assert {one["kind"] for one in whole["alarms"]} == {"emergency", "refused", "in_doubt"}
    take(asker, number_of(watched, "emergency"))
    still = asker.get("/api/v1/alarms?state=open&limit=1").json()
    assert misfits(still, page, schema) == []
    assert still["next_before"] == still["alarms"][0]["id"]
    rest = asker.get(f"/api/v1/alarms?state=open&before={still['next_before']}").json()
    assert {one["kind"] for one in [*still["alarms"], *rest["alarms"]]} == {"refused", "in_doubt"}
    assert asker.get("/api/v1/alarms?state=lost").status == 400
    assert "Adler" not in asker.get("/api/v1/alarms").text


def test_metrics_count_open_alarms_by_kind(watched: StandingHouse) -> None:
    asker = Asker(as_house(watched))
    take(asker, number_of(watched, "refused"))
    found = {name: value for name, value in scraped(asker).items() if name.startswith("foliogate_alarms")}
    assert len(found) == 2 * len(KINDS)
    assert {name for name, value in found.items() if value} == {
        "foliogate_alarms{acknowledged=no,kind=emergency}",
        "foliogate_alarms{acknowledged=no,kind=in_doubt}",
        "foliogate_alarms{acknowledged=yes,kind=refused}",
    }


def test_what_was_is_a_list_that_goes_on(watched: StandingHouse) -> None:
    watch = watch_of(watched)
    for number in range(60):
        watch.watch.happened(Fact("gap", f"main {number}", f"PBX main: record {number} never came"))
        watch.rig.pump()
        watch.acknowledge(number + 4)
    watch.pass_time(15)
    asker = Asker(as_house(watched))
    first = asker.get("/alarms").text
    assert first.count('<li id="past-') == 50
    older = re.search(r'href="(/alarms\?before=\d+)"', first)
    assert older is not None
    assert asker.get(older[1]).text.count('<li id="past-') == 10
    assert asker.get("/alarms/999").status == 404
