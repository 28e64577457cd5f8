"""Protects the promise that a serial port is opened, closed and opened again, whatever hangs at its other end."""

from __future__ import annotations

import os
import tty
from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock

from pms_adapters.hobic.line import HobicLine, LineFactory
from pms_adapters.serial_port import SerialEndpoint, SerialPlace


class Owner:
    """Whoever the line belongs to, with what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.line: HobicLine | None = None

    def line_made(self, line: HobicLine) -> None:
        """Keep it."""
        self.line = line
        self.told.append("made")

    def line_lost(self, line: HobicLine) -> None:
        """Note it."""
        self.told.append("lost")

    def bytes_came(self, line: HobicLine, data: bytes) -> None:
        """Note it."""
        self.told.append(data.decode())


@pytest.fixture
def cable() -> Iterator[tuple[int, str]]:
    """A pseudo-terminal: the far end, and the name of the near one."""
    outer, inner = os.openpty()
    tty.setraw(inner)
    yield outer, os.ttyname(inner)
    os.close(outer)
    os.close(inner)


def opened(device: str) -> tuple[Owner, Any, Deferred[Any]]:
    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    owner = Owner()
    factory: Factory = LineFactory(owner, reactor)
    return owner, reactor, SerialEndpoint(reactor, SerialPlace(device, 9600, 8, "N", 1)).connect(factory)


def test_a_port_that_still_holds_bytes_can_be_closed_at_once(cable: tuple[int, str]) -> None:
    """Nobody reads the cable, so what was written stays; the line is gone all the same, and told once."""
    owner, reactor, _ = opened(cable[1])
    assert owner.line is not None
    owner.line.write(b"x" * 100_000)
    owner.line.close()
    reactor.advance(1)
    assert owner.told == ["made"]
    reactor.advance(5)
    assert owner.told == ["made", "lost"]
    again, _, _ = opened(cable[1])
    assert again.told == ["made"]
    assert again.line is not None
    again.line.abort()
    again.line.abort()
    assert again.told == ["made", "lost"]


def test_a_port_that_is_not_there_fails_with_a_sentence() -> None:
    owner, _, connected = opened("/dev/nowhere")
    failures: list[str] = []
    connected.addErrback(lambda failure: failures.append(failure.getErrorMessage()))
    assert owner.told == []
    assert "/dev/nowhere cannot be opened" in failures[0]
