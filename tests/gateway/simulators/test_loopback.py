"""Protects real guests and real collectors: a simulator speaks only to this machine unless told otherwise."""

from __future__ import annotations

import pytest
from twisted.internet.endpoints import clientFromString, serverFromString
from twisted.internet.testing import MemoryReactorClock

from gateway.simulators.loopback import NotLoopback, check_client, check_server

CLIENTS_HERE = ["tcp:127.0.0.1:5100", "tcp:localhost:1", "tcp:127.9.9.9:65535:timeout=3", r"tcp:\:\:1:5100"]
SERVERS_HERE = ["tcp:0:interface=127.0.0.1", "tcp:1752:interface=localhost", r"tcp:5010:interface=\:\:1:backlog=5"]
ELSEWHERE = ["tcp:10.0.0.1:5100", "tcp:pbx.example:5100", "tcp:127.0.0.1.example:5100", "tcp:0.0.0.0:5100"]
EVERYWHERE = ["tcp:5010", "tcp:5010:interface=0.0.0.0", r"tcp:5010:interface=\:\:", "tcp:5010:interface=192.168.1.2"]
TRICKS = [
    "",
    "tcp",
    "tcp:127.0.0.1:5100:host=10.0.0.1",
    "tcp:host=127.0.0.1:port=5100:host=10.0.0.1",
    "tcp:5010:interface=127.0.0.1:interface=0.0.0.0",
    "tls:127.0.0.1:5100",
    "ssl:5010:interface=127.0.0.1",
    "tcp:127.0.0.1:5100\n",
    r"tcp:127.0.0.1\:1:5100",
]


@pytest.mark.parametrize("description", CLIENTS_HERE)
def test_a_client_may_dial_this_machine(description: str) -> None:
    check_client(description, beyond=False)
    clientFromString(MemoryReactorClock(), description)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("description", SERVERS_HERE)
def test_a_server_may_be_dialled_from_this_machine(description: str) -> None:
    check_server(description, beyond=False)
    serverFromString(MemoryReactorClock(), description)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("description", [*ELSEWHERE, *TRICKS])
def test_a_client_may_not_dial_another(description: str) -> None:
    with pytest.raises(NotLoopback, match=r"tcp:127\.0\.0\.1:PORT"):
        check_client(description, beyond=False)


@pytest.mark.parametrize("description", [*EVERYWHERE, *TRICKS])
def test_a_server_may_not_be_dialled_from_another(description: str) -> None:
    with pytest.raises(NotLoopback, match=r"tcp:PORT:interface=127\.0\.0\.1"):
        check_server(description, beyond=False)


def test_the_flag_lets_both_leave_the_machine() -> None:
    check_client(ELSEWHERE[0], beyond=True)
    check_server(EVERYWHERE[0], beyond=True)


def test_the_refusal_names_the_flag() -> None:
    with pytest.raises(NotLoopback, match="--beyond-loopback"):
        check_server("tcp:5010", beyond=False)
