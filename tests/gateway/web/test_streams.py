"""Protects the live rack: everybody hears what changes and nothing else, a slow reader is dropped, all of it ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from gateway.web import streams
from gateway.web.streams import LONGEST, SILENCE, Seen, changed, event
from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house

SEEN = Seen(shape="s", digest="d1", body={"r1": "<li>1</li>", "r2": "<li>2</li>"}, around={"line": "<p>up</p>"})


def test_only_what_has_changed_is_told() -> None:
    assert changed(SEEN, SEEN) == ""
    now = replace(SEEN, digest="d2", body={"r1": "<li>1</li>", "r2": "<li>two\nlines</li>"})
    assert changed(SEEN, now) == "event: pieces\nid: d2\ndata: <li>two\ndata: lines</li>\n\n"
    assert changed(SEEN, replace(SEEN, around={"line": "<p>down</p>"})).endswith("data: <p>down</p>\n\n")
    assert (
        changed(SEEN, replace(now, shape="another")) == event("reload", "d2", "") == "event: reload\nid: d2\ndata: \n\n"
    )


class _Wire(StringTransport):
    """A transport that can be aborted."""

    aborted = False

    def abortConnection(self) -> None:
        """Somebody had enough."""
        self.aborted = True


class Reader:
    """Somebody who keeps the rack open, on a transport that takes everything."""

    def __init__(self, asker: Asker, known: str = "", language: str = "en") -> None:
        self._channel: Any = asker.site.buildProtocol(None)  # type: ignore[no-untyped-call]
        self.transport: Any = _Wire()  # type: ignore[no-untyped-call]
        self._gone = False
        self._channel.makeConnection(self.transport)
        words = f"GET /rack/live?known={known} HTTP/1.1\r\nhost: localhost\r\naccept-language: {language}\r\n\r\n"
        self._channel.dataReceived(words.encode())

    def heard(self) -> str:
        """What has come since the last asking, without the chunks' heads."""
        text: str = self.transport.value().decode()
        self.transport.clear()
        return text

    def leave(self) -> None:
        """The connection is gone."""
        if not self._gone:
            self._gone = True
            self._channel.connectionLost(Failure(ConnectionDone()))  # type: ignore[no-untyped-call]

    def pause(self) -> None:
        """Its connection takes no more for now."""
        self.transport.producer.pauseProducing()


def test_whoever_looks_hears_of_a_call_and_leaves_nothing_behind(house: StandingHouse) -> None:
    asker = Asker(as_house(house))
    made = asker.streams
    page = asker.get("/rooms").text
    digest = page.partition("/rack/live?known=")[2][:16]
    first, second = Reader(asker, digest), Reader(asker)
    told = first.heard()
    assert "text/event-stream" in told
    assert 'id="line"' in told, "the status line comes at once"
    assert 'href="/rooms/201"' not in told, "who has the rack already is not sent it again"
    assert 'href="/rooms/201"' in second.heard()
    asker.clock.advance(1)
    assert first.heard() == second.heard() == "", "nothing has changed"
    house.call("201", "90048601234567", 600)
    asker.clock.advance(1)
    told = first.heard()
    assert told == second.heard()
    assert 'aria-label="Room 201, Adler, 4 calls, 90.60 PLN' in told
    assert 'href="/rooms/202"' not in told
    asker.clock.advance(SILENCE)
    assert ": alive" in first.heard()
    first.leave()
    second.leave()
    asker.clock.advance(2)
    assert made.readers == 0
    assert asker.clock.getDelayedCalls() == [], "nobody looks, so nothing is looked at"


def test_a_reader_who_does_not_keep_up_is_dropped_and_the_others_stay(house: StandingHouse) -> None:
    asker = Asker(as_house(house))
    made = asker.streams
    slow, quick = Reader(asker), Reader(asker)
    slow.pause()
    quick.heard()
    house.call("202", "90048601234567", 60)
    asker.clock.advance(1)
    assert slow.transport.aborted
    slow.leave()
    assert 'href="/rooms/202"' in quick.heard()
    assert made.readers == 1
    made.close()


def test_streams_are_bounded_end_after_a_while_and_with_the_site(
    house: StandingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MOST", 1)
    asker = Asker(as_house(house))
    made = asker.streams
    reader = Reader(asker)
    assert asker.get("/rack/live").status == 503
    assert asker.get("/rack/live", "HEAD").status == 503, "a head is no stream"
    for _ in range(int(LONGEST) + 2):
        asker.clock.advance(1)
    assert reader.heard().endswith("0\r\n\r\n"), "its browser comes again, and is asked who it is"
    reader.leave()
    last = Reader(asker)
    made.close()
    assert last.heard().endswith("0\r\n\r\n")
    assert asker.get("/rack/live").status == 503
    last.leave()
    assert asker.clock.getDelayedCalls() == []


def test_a_store_that_cannot_be_read_leaves_the_rack_as_it_was(
    house: StandingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker = Asker(as_house(house))
    made = asker.streams
    reader = Reader(asker)
    reader.heard()
    house.read_commands_soon()  # a commit: the rack would be read anew
    asker.clock.advance(0.9)

    def unreadable(work: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("the disk is gone"))

    monkeypatch.setattr(house.database, "read", unreadable)
    asker.clock.advance(1)
    assert "cannot be read now" in reader.heard()
    made.close()
    reader.leave()
