"""Protects the start and the end of the site: it listens where the configuration says, and closes when it is told to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure

from gateway.web import security
from gateway.web.service import WebService, site_version
from tests.gateway.web.house import StandingHouse, as_house
from tests.gateway.web.test_live import result_of


def test_the_site_listens_where_the_configuration_says_and_lets_go(tmp_path: Path) -> None:
    house = StandingHouse(tmp_path, listen="tcp:8077:interface=127.0.0.1")
    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    service = WebService(as_house(house), reactor)
    assert result_of(service.start()) == 8077
    (port, _site, _backlog, interface) = reactor.tcpServers[0]
    assert (port, interface) == (8077, "127.0.0.1")
    assert result_of(service.stop()) is None
    assert result_of(service.stop()) is None, "a second stop does nothing"
    house.close()


def test_for_one_connection_too_many_the_one_silent_longest_is_closed(
    empty: StandingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that is looked at is never the one; nor does a connection that went by itself count any more."""
    monkeypatch.setattr(security, "MOST_CONNECTIONS", 2)
    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    service = WebService(as_house(empty), reactor)
    result_of(service.start())
    site: Any = reactor.tcpServers[0][1]
    looked_at, left = _connect(site), _connect(site)
    looked_at.dataReceived(b"GET / HT")
    newest = _connect(site)
    assert [one.transport.disconnected for one in (looked_at, left, newest)] == [False, True, False]
    for one in (left, newest):
        one.connectionLost(Failure(ConnectionDone()))  # type: ignore[no-untyped-call]
    last = _connect(site)
    assert not looked_at.transport.disconnected
    for one in (looked_at, last):
        one.connectionLost(Failure(ConnectionDone()))  # type: ignore[no-untyped-call]
    result_of(service.stop())


def _connect(site: Any) -> Any:
    connection = site.buildProtocol(None)
    connection.makeConnection(StringTransport())  # type: ignore[no-untyped-call]
    return connection


def test_a_site_that_never_started_can_be_stopped(empty: StandingHouse) -> None:
    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    assert result_of(WebService(as_house(empty), reactor).stop()) is None


def test_the_pages_know_which_program_they_belong_to() -> None:
    assert site_version()
