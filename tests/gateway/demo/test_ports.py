"""Protects the start: the demo finds ports whatever else runs on the machine, and none that could be gone a moment later."""

from __future__ import annotations

import random
import socket
from dataclasses import astuple

from gateway.demo.ports import HIGHEST, LOWEST, choose, is_free


def test_each_process_gets_a_port_of_its_own() -> None:
    ports = astuple(choose(0, random.Random(1)))
    assert len(set(ports)) == len(ports)
    assert all(map(is_free, ports))


def test_any_port_means_none_from_which_the_system_takes_those_of_outgoing_connections() -> None:
    assert all(LOWEST <= port < HIGHEST for port in astuple(choose(0, random.Random(2))))


def test_a_port_that_is_taken_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = int(other.getsockname()[1])
        assert not is_free(taken)
        chosen = choose(taken, random.Random(3))
    assert taken not in astuple(chosen)
    assert chosen.page != chosen.gateway_page
