"""A web hook gets signed JSON over real HTTP, again and again until it says yes, under one name."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import deferLater
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from gateway.config import HookSettings
from gateway.config.fields import Surroundings
from gateway.store.notices import Waiting
from gateway.watch import hooks
from gateway.watch.hooks import Hook, signature
from tests.gateway.rig import Rig
from tests.gateway.watch.house import WatchedHouse
from tests.in_reactor import fixture_in_reactor, in_reactor, reactor
from tests.peers import unused_port

NOW = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
SECRET = "0123456789abcdef0123456789abcdef"
NOTICE = Waiting(17, "raised", "desk-chat", "", "", '{"event": "raised", "alarm": {"id": 3, "note": "Åsa"}}', 1, 0)


class Receiver(Resource):
    """The other side: answers as laid out, then 204."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.answers: list[int] = []
        self.heard: list[tuple[dict[str, str], bytes]] = []

    def render_POST(self, request: Any) -> Any:
        """One try."""
        headers = {
            name.decode().lower(): values[0].decode() for name, values in request.requestHeaders.getAllRawHeaders()
        }
        self.heard.append((headers, request.content.read()))
        answer = self.answers.pop(0) if self.answers else 204
        if not answer:
            return NOT_DONE_YET
        request.setResponseCode(answer)
        if answer == 302:
            request.setHeader("location", "/elsewhere")
        return b"x" * 100_000 if answer == 206 else b""


@fixture_in_reactor
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    """A real HTTP server on loopback, and its address."""
    made = Receiver()
    site = Site(made)  # type: ignore[no-untyped-call]
    site.displayTracebacks = False
    port: Any = reactor.listenTCP(0, site, interface="127.0.0.1")
    yield made, f"http://127.0.0.1:{port.getHost().port}/hook?token=t"
    await port.stopListening()
    await deferLater(reactor, 0.05)


def hook(url: str) -> Hook:
    """A hook of the configuration."""
    said = {"name": "desk-chat", "url": url, "secret": SECRET}
    return Hook(HookSettings.model_validate(said, context=Surroundings(Path("/"), {})), reactor, lambda: NOW)


async def problem_of(hooked: Hook, notice: Waiting = NOTICE) -> str:
    """Why an attempt failed; empty if it did not."""
    try:
        await hooked.deliver(notice, "SEASIDE-17")
    except Exception as error:  # noqa: BLE001 (what it is, is what a test asks)
        return f"{type(error).__name__}: {error}"
    return ""


@in_reactor
async def test_what_is_sent_can_be_checked_by_whoever_has_the_secret(receiver: tuple[Receiver, str]) -> None:
    other, url = receiver
    assert await problem_of(hook(url)) == ""
    ((headers, body),) = other.heard
    assert json.loads(body) == {"id": "SEASIDE-17", "event": "raised", "alarm": {"id": 3, "note": "Åsa"}}
    assert headers["foliogate-delivery"] == "SEASIDE-17"
    assert headers["content-type"] == "application/json"
    at, _, signed = headers["foliogate-signature"].partition(",")
    assert at == f"t={int(NOW.timestamp())}"
    wanted = hmac.new(SECRET.encode(), at.removeprefix("t=").encode() + b"." + body, hashlib.sha256).hexdigest()
    assert signed == f"v1={wanted}"


def test_the_signature_is_the_one_of_the_manual() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "alarms.md").read_text()
    assert signature("an-example-secret", 1795172400, b'{"id":"SEASIDE-17"}') in manual


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (500, "HookRefused: it answered with status 500"),
        (404, "HookRefused: it answered with status 404"),
        (302, "HookRefused: it answered with status 302"),
        (206, "HookRefused: it answers without end"),
    ],
)
@in_reactor
async def test_anything_but_yes_is_a_failure(receiver: tuple[Receiver, str], answer: int, problem: str) -> None:
    """A redirect is not followed: what was signed for one address is not for another."""
    other, url = receiver
    other.answers.append(answer)
    assert await problem_of(hook(url)) == problem
    assert len(other.heard) == 1


@in_reactor
async def test_silence_and_absence_are_failures(
    receiver: tuple[Receiver, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other, url = receiver
    assert "ConnectionRefused" in await problem_of(hook(f"http://127.0.0.1:{unused_port()}/"))
    monkeypatch.setattr(hooks, "TIMEOUT", 0.2)
    other.answers.append(0)
    assert await problem_of(hook(url)) == "HookRefused: it did not answer within 0.2 s"


@in_reactor
async def test_a_hook_that_fails_first_gets_it_in_the_end_once_and_under_one_name(
    receiver: tuple[Receiver, str], rig: Rig
) -> None:
    """The whole way: an alarm in the store, a server that fails twice, then takes it."""
    other, url = receiver
    other.answers += [503, 500]
    house = WatchedHouse(rig)
    house.deliveries._channels = {"desk-chat": hook(url), "mail": house.mail}
    house.pass_time(15)
    house.link.up = False
    for _ in range(60):
        house.pass_time(5)
        await deferLater(reactor, 0.02)
        rig.pump()
    house.stop()
    assert len(other.heard) == 3
    assert {headers["foliogate-delivery"] for headers, _ in other.heard} == {"SEASIDE-2"}
    assert len({body for _, body in other.heard}) == 1
    assert rig.rows("SELECT tries, delivered FROM notices WHERE channel = 'desk-chat'") == [(3, 1)]
