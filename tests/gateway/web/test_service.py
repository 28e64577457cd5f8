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


def test_more_connections_than_a_site_can_feed_are_not_let_in(
    empty: StandingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest is closed; when an older one goes there is room again."""
    monkeypatch.setattr(security, "MOST_CONNECTIONS", 2)
    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    service = WebService(as_house(empty), reactor)
    result_of(service.start())
    site: Any = reactor.tcpServers[0][1]
    connections: list[Any] = [site.buildProtocol(None) for _ in range(2)]
    for connection in connections:
        connection.makeConnection(StringTransport())  # type: ignore[no-untyped-call]
    assert site.buildProtocol(None) is None
    connections[0].connectionLost(Failure(ConnectionDone()))  # type: ignore[no-untyped-call]
    assert site.buildProtocol(None) is not None
    connections[1].connectionLost(Failure(ConnectionDone()))  # type: ignore[no-untyped-call]
    result_of(service.stop())


def test_a_site_that_never_started_can_be_stopped(empty: StandingHouse) -> None:
    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    assert result_of(WebService(as_house(empty), reactor).stop()) is None


def test_the_pages_know_which_program_they_belong_to() -> None:
    assert site_version()
