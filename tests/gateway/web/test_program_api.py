"""Programs read the feed and change what they may: once under each name, with a token that allows it, in plain sentences."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from gateway.store import tokens
from gateway.store.once import NotDone, Outcome
from gateway.store.tokens import Token
from gateway.web.rest.callers import BURST
from gateway.web.rest.events import MOST_EVENTS
from gateway.wishes import MOST_POSTINGS, AnyWish
from tests.gateway.web.asking import Answer, Asker
from tests.gateway.web.house import StandingHouse, as_house
from tests.gateway.web.test_api import misfits


@pytest.fixture
def read(empty: StandingHouse) -> StandingHouse:
    """A house whose feed is read, after an evening."""
    empty.rig.read_feed()
    empty.evening()
    return empty


@pytest.fixture
def door(empty: StandingHouse) -> StandingHouse:
    """A house whose PMS is a program at the door; three charges wait."""
    empty.rig.read_feed()
    empty.serve_at_the_door()
    for extension in ("201", "202", "203"):
        empty.call(extension, "90048221234567")
    return empty


def as_described(asker: Asker, address: str, answer: Answer, method: str = "post") -> Any:
    """The value of an answer, which is what the description says of it."""
    page = asker.get("/api/v1/openapi.json").json()
    ((kind, content),) = page["paths"][address][method]["responses"][str(answer.status)]["content"].items()
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert misfits(answer.json(), page, content["schema"]) == []
    return answer.json()


# -- the feed -----------------------------------------------------------------------------------------------------


def test_the_feed_is_read_in_parts_and_nothing_is_left_out(read: StandingHouse) -> None:
    asker = Asker(as_house(read))
    whole = as_described(asker, "/api/v1/events", asker.get(f"/api/v1/events?limit={MOST_EVENTS}"), "get")
    assert [one["id"] for one in whole["events"]] == list(range(1, len(whole["events"]) + 1))
    parts: list[Any] = []
    after, more = 0, True
    while more:
        part = asker.get(f"/api/v1/events?after={after}&limit=7").json()
        parts += part["events"]
        after, more = part["next_after"], part["more"]
    assert parts == whole["events"]
    assert asker.get(f"/api/v1/events?after={after}").json() == {"events": [], "next_after": after, "more": False}


def test_an_event_brings_its_call_or_its_posting(read: StandingHouse) -> None:
    events = Asker(as_house(read)).get("/api/v1/events?limit=500").json()["events"]
    settled = next(
        one for one in events if one["kind"] == "call.settled" and one["call"]["dialled"] == "90048601234567"
    )
    assert (settled["posting"], settled["call"]["amount"]) == (None, "4.00")
    story = [one for one in events if one["posting_id"] == 1]
    assert [one["kind"] for one in story] == ["posting.due", "posting.sent", "posting.posted"]
    assert [one["posting"]["state"] for one in story] == ["due", "sent", "posted"]  # as it stood, not as it stands
    assert [one["posting"]["attempts"] for one in story] == [0, 1, 1]
    assert all(one["call"] is None for one in story)


def test_a_place_that_the_feed_has_not_reached_is_a_sign_of_another_store(read: StandingHouse) -> None:
    asker = Asker(as_house(read))
    told = as_described(asker, "/api/v1/events", asker.get("/api/v1/events?after=9999"), "get")
    assert "older copy" in told["detail"]


# -- who may ------------------------------------------------------------------------------------------------------


def test_a_change_needs_a_token_with_the_right_for_it(door: StandingHouse) -> None:
    asker = Asker(as_house(door))
    wish = {"client_id": "a1", "most": 1}
    nobody = asker.tell("/api/v1/postings/take", wish)
    assert (nobody.status, nobody.headers["www-authenticate"]) == (401, 'Bearer realm="foliogate"')
    assert as_described(asker, "/api/v1/postings/take", asker.tell("/api/v1/postings/take", wish, "fg_1_guess"))
    reader = asker.tell("/api/v1/postings/take", wish, door.token("read"))
    assert (reader.status, "may not take over" in reader.json()["detail"]) == (403, True)
    assert asker.tell("/api/v1/postings/take", wish, door.token("acknowledge")).status == 200


def test_a_reader_who_shows_a_token_is_held_to_it(read: StandingHouse) -> None:
    """Nobody needs one on this machine yet; but a wrong one is a mistake that should be heard of."""
    asker, good = Asker(as_house(read)), read.token("read")
    assert asker.get("/api/v1/calls").status == 200
    assert asker.get("/api/v1/calls", authorization=f"Bearer {good}").status == 200
    assert asker.get("/api/v1/calls", authorization=f"Bearer {good}x").status == 401
    assert asker.get("/api/v1/calls", authorization="Digest abc").status == 401
    assert asker.get("/api/v1/calls", authorization=f"Bearer {read.token('rooms')}").status == 403
    words = base64.b64encode(f"crm:{good}".encode()).decode()
    assert asker.get("/api/v1/calls", authorization=f"Basic {words}").status == 200
    assert asker.get("/api/v1/calls", authorization="Basic !!").status == 401


def test_a_revoked_token_and_that_of_another_property_are_refused(read: StandingHouse) -> None:
    asker, good = Asker(as_house(read)), read.token("read")
    other = read.database.transact(lambda c: tokens.add(c, "OTHER", name="crm", rights=("read",), who="Ines", now=1))
    assert asker.get("/api/v1/calls", authorization=f"Bearer {other}").status == 401
    assert read.database.transact(lambda c: tokens.revoke(c, "SEASIDE", 1, who="Ines", now=2))
    assert asker.get("/api/v1/calls", authorization=f"Bearer {good}").status == 401


def test_the_store_keeps_no_token(read: StandingHouse) -> None:
    words = read.token("read")
    (row,) = read.rig.rows("SELECT digest FROM tokens")
    assert words not in str(row)
    assert row[0] == tokens.digest(words)


def test_who_asks_too_often_is_told_so(door: StandingHouse) -> None:
    asker, token = Asker(as_house(door)), door.token()
    answers = [asker.get("/api/v1/events?limit=1", authorization=f"Bearer {token}") for _ in range(BURST + 1)]
    assert [one.status for one in answers] == [200] * BURST + [429]
    assert answers[-1].headers["retry-after"] == "1"
    asker.clock.advance(1)
    assert asker.get("/api/v1/events?limit=1", authorization=f"Bearer {token}").status == 200


# -- once ---------------------------------------------------------------------------------------------------------


def test_the_same_request_is_done_once_and_answered_alike(door: StandingHouse) -> None:
    asker, token = Asker(as_house(door)), door.token()
    first = as_described(
        asker, "/api/v1/postings/take", asker.tell("/api/v1/postings/take", {"client_id": "a", "most": 2}, token)
    )
    again = asker.tell("/api/v1/postings/take", {"most": 2, "client_id": "a"}, token).json()
    assert (first["status"], again["status"]) == ("done", "duplicate")
    assert [one["id"] for one in first["result"]["postings"]] == [1, 2]
    assert again["result"] == first["result"]
    assert again["at"] == first["at"]
    assert door.rig.states() == ["sent", "sent", "due"]


def test_an_answer_that_there_is_nothing_is_not_kept(door: StandingHouse) -> None:
    """A program looks every few seconds, for years."""
    asker, token = Asker(as_house(door)), door.token()
    asker.tell("/api/v1/postings/take", {"client_id": "t1"}, token)
    for name in ("t2", "t3", "t3"):
        answer = asker.tell("/api/v1/postings/take", {"client_id": name}, token).json()
        assert (answer["status"], answer["result"]) == ("done", {"postings": []})
    assert door.rig.rows("SELECT client_id FROM requests") == [("t1",)]


def test_a_name_used_for_something_else_is_refused(door: StandingHouse) -> None:
    asker, token = Asker(as_house(door)), door.token()
    asker.tell("/api/v1/postings/take", {"client_id": "a", "most": 2}, token)
    other = asker.tell("/api/v1/postings/take", {"client_id": "a", "most": 1}, token)
    assert other.status == 409
    assert "another request before" in as_described(asker, "/api/v1/postings/take", other)["detail"]
    moved = asker.tell("/api/v1/rooms/check-out", {"client_id": "a", "room": "201"}, token)
    assert moved.status == 409
    assert (
        asker.tell("/api/v1/postings/take", {"client_id": "a", "most": 1}, door.token()).status == 200
    )  # another program


def test_a_store_that_cannot_be_written_keeps_nobody_waiting(
    door: StandingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wish stays in line; the same client_id finds what became of it."""
    asker, token = Asker(as_house(door)), door.token()
    waiting: list[Deferred[Outcome]] = []

    def in_line(_token: Token, _wish: AnyWish) -> Deferred[Outcome]:
        waiting.append(Deferred())
        return waiting[-1]

    monkeypatch.setattr(door, "ask", in_line)
    answer = asker.tell("/api/v1/postings/take", {"client_id": "a"}, token)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert "same client_id" in as_described(asker, "/api/v1/postings/take", answer)["detail"]
    waiting[0].callback(NotDone("too late for anybody to hear"))


# -- postings -----------------------------------------------------------------------------------------------------


def test_what_is_taken_is_posted_when_it_is_acknowledged(door: StandingHouse) -> None:
    asker, token = Asker(as_house(door)), door.token()
    taken = asker.tell("/api/v1/postings/take", {"client_id": "t1"}, token).json()["result"]["postings"]
    assert [(one["id"], one["state"], one["amount"]) for one in taken] == [
        (1, "sent", "0.80"),
        (2, "sent", "0.80"),
        (3, "sent", "0.80"),
    ]
    said = [
        {"id": 1, "outcome": "booked", "reference": "F-77"},
        {"id": 2, "outcome": "refused", "reason": "no such guest"},
        {"id": 9},
    ]
    answer = asker.tell("/api/v1/postings/acknowledge", {"client_id": "k1", "postings": said}, token)
    result = as_described(asker, "/api/v1/postings/acknowledge", answer)["result"]["postings"]
    assert [(one["id"], one["result"], one["state"]) for one in result] == [
        (1, "settled", "posted"),
        (2, "settled", "refused"),
        (9, "unknown", None),
    ]
    rows = door.rig.rows("SELECT state, reference, reason FROM postings ORDER BY id")
    assert rows[0][:2] == ("posted", "F-77")
    assert rows[1][0] == "refused"
    assert "no such guest" in rows[1][2]
    assert rows[2][0] == "sent"


def test_what_was_taken_is_never_offered_as_new(door: StandingHouse) -> None:
    asker, token = Asker(as_house(door)), door.token()
    asker.tell("/api/v1/postings/take", {"client_id": "t1"}, token)
    assert asker.tell("/api/v1/postings/take", {"client_id": "t2"}, token).json()["result"]["postings"] == []
    door.call("204", "90048221234567")
    more = asker.tell("/api/v1/postings/take", {"client_id": "t3"}, token).json()["result"]["postings"]
    assert [one["id"] for one in more] == [4]


def test_what_is_not_acknowledged_in_time_is_in_doubt_until_it_is(door: StandingHouse) -> None:
    from gateway.posting.handing import DoubtTheSilent

    asker, token = Asker(as_house(door)), door.token()
    asker.tell("/api/v1/postings/take", {"client_id": "t1"}, token)
    door.rig.advance(299)
    assert door.counter is not None
    door.writer.submit(DoubtTheSilent(door.rig.memory, door.counter, door.micros()))
    door.rig.pump()
    assert door.rig.states() == ["sent"] * 3
    door.rig.advance(2)
    door.writer.submit(DoubtTheSilent(door.rig.memory, door.counter, door.micros()))
    door.rig.pump()
    assert door.rig.states() == ["in_doubt"] * 3
    assert asker.tell("/api/v1/postings/take", {"client_id": "t2"}, token).json()["result"]["postings"] == []
    said = [{"id": 1}, {"id": 2, "outcome": "refused", "reason": "gone"}]
    asker.tell("/api/v1/postings/acknowledge", {"client_id": "k", "postings": said}, token)
    assert door.rig.states() == ["posted", "refused", "in_doubt"]


def test_a_posting_of_another_pms_is_only_noted(read: StandingHouse) -> None:
    """Whether it is on the folio is for its PMS to say."""
    asker, token = Asker(as_house(read)), read.token()
    before = read.rig.states()
    answer = asker.tell("/api/v1/postings/acknowledge", {"client_id": "k", "postings": [{"id": 3}]}, token).json()
    assert answer["result"]["postings"][0]["result"] == "noted"
    assert read.rig.states() == before
    assert "booked by crm" in asker.get("/api/v1/postings/3").json()["trail"][-1]["what"]
    refused = asker.tell("/api/v1/postings/take", {"client_id": "t"}, token)
    assert (refused.status, 'adapter = "door"' in refused.json()["detail"]) == (409, True)


# -- rooms --------------------------------------------------------------------------------------------------------


def check_in(client_id: str, room: str, reservation: str, **more: Any) -> dict[str, Any]:
    """The wish of a check-in."""
    return {"client_id": client_id, "room": room, "reservation": reservation, "name": "Müller", **more}


def test_room_news_at_the_door_says_who_pays(door: StandingHouse) -> None:
    asker, token = Asker(as_house(door)), door.token()
    at = (door.now() - timedelta(hours=1)).isoformat()
    answer = asker.tell("/api/v1/rooms/check-in", check_in("c1", "204", "R-9", at=at), token)
    told = as_described(asker, "/api/v1/rooms/check-in", answer)
    assert told["result"] == {"sentence": "reservation R-9 is in room 204"}
    door.call("204", "90048221234567")
    assert door.rig.postings()[-1]["reservation"] == "R-9"
    moved = {"client_id": "m1", "reservation": "R-9", "from_room": "204", "to_room": "205"}
    assert asker.tell("/api/v1/rooms/move", moved, token).status == 200
    taken = asker.tell("/api/v1/postings/take", {"client_id": "t"}, token).json()["result"]["postings"]
    assert (taken[-1]["room"], taken[-1]["reservation"]) == ("205", "R-9")
    assert asker.tell("/api/v1/rooms/check-out", {"client_id": "o1", "room": "205"}, token).status == 200
    assert door.rig.rows("SELECT count(*) FROM stays WHERE until IS NULL")[0][0] == 0


def test_a_house_that_waits_for_news_charges_when_it_comes(empty: StandingHouse) -> None:
    """With tells_rooms, a call from a room nobody told of is held; the check-in frees it."""
    empty.serve_at_the_door(tells_rooms=True)
    empty.call("201", "90048221234567")
    assert empty.rig.states() == ["held"]
    asker, token = Asker(as_house(empty)), empty.token()
    at = (empty.now() - timedelta(days=1)).isoformat()
    assert asker.tell("/api/v1/rooms/check-in", check_in("c1", "201", "R-1", at=at), token).status == 200
    assert empty.rig.states() == ["due"]


def test_where_the_pms_tells_the_rooms_nobody_else_may(read: StandingHouse) -> None:
    asker = Asker(as_house(read))
    answer = asker.tell("/api/v1/rooms/check-in", check_in("c1", "201", "R-1"), read.token())
    assert (answer.status, "tells by itself" in answer.json()["detail"]) == (409, True)


def test_news_of_tomorrow_is_a_mistake(door: StandingHouse) -> None:
    at = (door.now() + timedelta(days=1)).isoformat()
    answer = Asker(as_house(door)).tell("/api/v1/rooms/check-in", check_in("c1", "201", "R-1", at=at), door.token())
    assert (answer.status, "has not come yet" in answer.json()["detail"]) == (409, True)


def test_the_charges_of_a_room(read: StandingHouse) -> None:
    asker = Asker(as_house(read))
    told = as_described(asker, "/api/v1/rooms/{room}/charges", asker.get("/api/v1/rooms/202/charges"), "get")
    assert [one["reservation"] for one in told["guests"]] == ["77002"]
    assert {one["room"] for one in told["calls"]} == {"202"}
    amounts = [float(one["amount"]) for one in told["calls"]]
    assert float(told["total"]) == pytest.approx(sum(amounts))
    assert float(told["posted"]) < float(told["total"])  # one of them is in doubt
    assert asker.get("/api/v1/rooms/202/charges?since=2026-11-20T10:50:00Z").json()["calls"] == []
    assert asker.get("/api/v1/rooms/202/charges?reservation=nobody").json()["calls"] == []
    assert asker.get("/api/v1/rooms/202/charges?since=yesterday").status == 400
    assert asker.get("/api/v1/rooms/Royal%20Suite/charges").json()["total"] == "0.00"


# -- bodies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{", 400, "not JSON"),
        (b"\xff", 400, "not JSON"),
        (b'{"client_id": NaN}', 400, "not JSON"),
        (b"[" * 9_000, 400, "not JSON"),
        (b"[]", 422, "the body"),
        ({"client_id": "a", "most": "2"}, 422, "most"),
        ({"client_id": "a", "most": 0}, 422, "most"),
        ({"client_id": " a"}, 422, "client_id"),
        ({"client_id": "a", "extra": 1}, 422, "extra"),
        ({}, 422, "client_id"),
        (b" " * 16_385, 413, "16384 bytes"),
    ],
)
def test_a_body_that_is_not_understood_says_why(door: StandingHouse, body: Any, status: int, words: str) -> None:
    asker = Asker(as_house(door))
    answer = asker.tell("/api/v1/postings/take", body, door.token())
    assert answer.status == status
    assert words in as_described(asker, "/api/v1/postings/take", answer)["detail"]
    assert door.rig.states() == ["due"] * 3


def test_a_form_is_not_json(door: StandingHouse) -> None:
    asker = Asker(as_house(door))
    answer = asker.post("/api/v1/postings/take", {"client_id": "a"}, authorization=f"Bearer {door.token()}")
    assert answer.status == 415


def test_as_many_postings_as_are_allowed_fit_into_a_body(door: StandingHouse) -> None:
    said = [{"id": 2**40 + one, "reference": "F" * 20} for one in range(MOST_POSTINGS)]
    body = {"client_id": "k", "postings": said}
    assert Asker(as_house(door)).tell("/api/v1/postings/acknowledge", body, door.token()).status == 200
    body["postings"] = [*said, {"id": 1}]
    assert Asker(as_house(door)).tell("/api/v1/postings/acknowledge", body, door.token()).status == 422
