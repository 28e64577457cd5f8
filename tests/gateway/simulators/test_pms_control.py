"""Protects the control port: it shows the folios, makes the trouble that was asked for, and opens no door to web pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.testing import StringTransport

from gateway.simulators.pms_control import LONGEST_BODY, control_site
from tests.gateway.simulators.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.stop()


def ask(
    stage: Stage,
    method: str,
    path: str,
    body: object = None,
    host: str = "127.0.0.1:5011",
    kind: str = "application/json",
) -> tuple[int, Any]:
    """Sends one request as bytes and reads the answer's status and JSON."""
    sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Type: {kind}\r\nContent-Length: {len(sent)}\r\n\r\n"
    channel: Any = control_site(stage.pms, stage.reactor).buildProtocol(None)  # type: ignore[no-untyped-call]
    transport: Any = StringTransport()  # type: ignore[no-untyped-call]
    channel.makeConnection(transport)
    channel.dataReceived(head.encode() + sent)
    status, _, rest = transport.value().partition(b"\r\n")
    return int(status.split()[1]), json.loads(rest.partition(b"\r\n\r\n")[2] or b"null")


def test_the_folios_show_every_posting_in_order(stage: Stage) -> None:
    end = stage.dial()
    stage.post(end, P="1", CT="Mobile", DD="600000001")
    stage.post(end, P="2", RN="999")
    status, answer = ask(stage, "GET", "/folios")
    assert status == 200
    assert [(line["room"], line["answer"], line["p#"], line["booked"]) for line in answer["postings"]] == [
        ("101", "OK", "1", True),
        ("999", "NG", "2", False),
    ]
    first = answer["postings"][0]
    assert (first["amount"], first["text"], first["dialled"]) == (1375, "Mobile", "600000001")
    assert first["guest"]
    assert first["at"].startswith("2026-11-20T08:16:00")
    assert (answer["booked"], answer["total"]) == (1, 1375)
    assert len(ask(stage, "GET", "/folios?booked=1")[1]["postings"]) == 1


def test_the_rooms_show_who_is_in_them(stage: Stage) -> None:
    rooms = ask(stage, "GET", "/rooms")[1]["rooms"]
    assert [room["room"] for room in rooms] == list(stage.pms.office.rooms)
    assert {"name", "reservation", "arrival", "no_post"} <= set(rooms[0]["guests"][0])
    assert [room["vacant"] for room in rooms] == [not room["guests"] for room in rooms]


def test_the_state_says_how_the_link_stands(stage: Stage) -> None:
    assert ask(stage, "GET", "/state")[1]["connected"] is False
    stage.dial()
    state = ask(stage, "GET", "/state")[1]
    assert (state["connected"], state["alive"], state["since"]) == (True, True, "2026-11-20T08:16:00.000+01:00")


def test_guests_come_move_and_go_on_demand(stage: Stage) -> None:
    end = stage.dial()
    _, came = ask(stage, "POST", "/checkin", {"room": "101"})
    assert (came["kind"], came["room"], came["shared"]) == ("check_in", "101", True)
    vacant = stage.pms.office.vacant_rooms()[0]
    body = {"from": "101", "to": vacant, "reservation": came["guest"]["reservation"]}
    assert ask(stage, "POST", "/move", body)[1]["old_room"] == "101"
    assert ask(stage, "POST", "/checkout", {"room": vacant})[1]["guest"]["name"] == came["guest"]["name"]
    assert ask(stage, "POST", "/checkin")[0] == 200
    stage.flush()
    assert end.kinds() == ["GI", "GC", "GO", "GI"]


def test_faults_are_set_by_their_words(stage: Stage) -> None:
    assert ask(stage, "POST", "/faults", {"faults": ["ry:3", "late:5"]}) == (200, {"faults": ["ry:3", "late:5"]})
    assert ask(stage, "POST", "/faults", {"faults": "none"}) == (200, {"faults": []})
    status, answer = ask(stage, "POST", "/faults", {"faults": ["dance"]})
    assert status == 409
    assert "There is no fault 'dance'" in answer["error"]


def test_the_plug_is_pulled_and_put_back(stage: Stage) -> None:
    end = stage.dial()
    assert ask(stage, "POST", "/cut") == (200, {"listening": False})
    stage.flush()
    assert end.lost
    assert ask(stage, "POST", "/restore") == (200, {"listening": True})
    assert stage.dial().alive == 1


def test_the_night_audit_begins_and_ends(stage: Stage) -> None:
    assert ask(stage, "POST", "/audit/start")[1] == {"night_audit": True}
    assert stage.pms.state()["night_audit"] is True
    assert ask(stage, "POST", "/audit/end")[1] == {"night_audit": False}


def test_a_goodbye_is_said(stage: Stage) -> None:
    end = stage.dial()
    assert ask(stage, "POST", "/goodbye")[0] == 200
    stage.flush()
    assert end.lost


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_form_on_another_site_can_do_nothing(stage: Stage, kind: str) -> None:
    status, answer = ask(stage, "POST", "/cut", {}, kind=kind)
    assert status == 415
    assert "application/json" in answer["error"]
    assert stage.pms.state()["listening"] is True


def test_a_form_with_files_on_another_site_can_do_nothing(stage: Stage) -> None:
    """Twisted refuses a broken one before it comes to us."""
    assert ask(stage, "POST", "/cut", {}, kind="multipart/form-data; boundary=x")[0] in (400, 415)
    assert stage.pms.state()["listening"] is True


@pytest.mark.parametrize("host", ["evil.example", "evil.example:5011", "10.0.0.1", "localhost.evil.example"])
def test_a_name_that_points_here_by_trickery_leads_nowhere(stage: Stage, host: str) -> None:
    assert ask(stage, "GET", "/folios", host=host)[0] == 403
    assert ask(stage, "POST", "/cut", {}, host=host)[0] == 403


@pytest.mark.parametrize("host", ["localhost:5011", "127.0.0.1", "[::1]:5011"])
def test_loopback_names_are_answered(stage: Stage, host: str) -> None:
    assert ask(stage, "GET", "/state", host=host)[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nowhere", None, 404),
        ("GET", "/cut", None, 405),
        ("POST", "/state", {}, 405),
        ("POST", "/checkin", b"{", 400),
        ("POST", "/checkin", [], 400),
        ("POST", "/checkin", b"[" * 9000, 400),
        ("POST", "/checkin", {"room": 101}, 400),
        ("POST", "/checkin", {"room": "999"}, 409),
        ("POST", "/checkout", {"room": "101", "reservation": "1"}, 409),
        ("POST", "/move", {"from": "101"}, 400),
        ("POST", "/faults", {}, 400),
        ("POST", "/faults", {"faults": [1]}, 400),
        ("POST", "/checkin", b" " * (LONGEST_BODY + 1), 413),
        ("POST", "/checkin", b"\xff", 400),
    ],
    ids=range(14),
)
def test_what_is_not_understood_is_a_sentence(stage: Stage, method: str, path: str, body: object, status: int) -> None:
    found, answer = ask(stage, method, path, body)
    assert found == status
    assert answer["error"].endswith(".")
