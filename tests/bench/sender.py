"""The exchange's side of the wire, in a process of its own: sends lines, counts acknowledgements, keeps the times.

Each connection may have `window` lines unacknowledged, so that the gateway always has work and memory stays bounded.
One byte comes back for each committed line. The lines are made before the clock starts. Two ways of sending: as fast
as the window allows (`flood`), and one line at a time at an even rate (`pace`), for latencies.

Talks to its owner by pipes: reads one JSON object with what to do, writes "ready", waits for a line, writes the result.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Final

from tests.bench.house import FIRST_ID, Exchange
from tests.bench.kit import percentile

#: Line numbers of one connection do not reach those of the next.
STRIDE: Final = 1_000_000
#: Lines of an even feed that come before those that are measured: the first commit reads the whole store's state.
WARM_UP: Final = 100


@dataclass(slots=True)
class Wire:
    """One connection: chunks still to send, and how many lines are on their way."""

    socket: socket.socket
    chunks: list[tuple[bytes, int]]
    sent: int = 0
    acked: int = 0
    rest: bytes = b""
    begun: list[float] = field(default_factory=list)

    def push(self, window: int) -> None:
        """Send while the window and the socket's buffer have room."""
        while self.rest or (self.chunks and self.sent - self.acked < window):
            if not self.rest:
                self.rest, lines = self.chunks.pop()
                self.sent += lines
            try:
                gone = self.socket.send(self.rest)
            except BlockingIOError:
                return
            self.rest = self.rest[gone:]


def _wires(port: int, connections: int, lines: int, chunk: int) -> list[Wire]:
    wires = []
    for number in range(connections):
        exchange = Exchange(FIRST_ID + number * STRIDE)
        ready = [exchange.lines(chunk) for _ in range(-(-lines // (chunk * connections)))]
        link = socket.create_connection(("127.0.0.1", port))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.setblocking(False)
        wires.append(Wire(link, [(b"".join(one), len(one)) for one in reversed(ready)]))
    return wires


def flood(wires: list[Wire], *, window: int, seconds: float) -> dict[str, float]:
    """Send until the lines or the seconds are over; then wait for the last acknowledgement."""
    poll = selectors.DefaultSelector()
    for wire in wires:
        poll.register(wire.socket, selectors.EVENT_READ, wire)
    begun = time.perf_counter()
    ended = 0.0
    while True:
        now = time.perf_counter()
        if now - begun > seconds:
            for wire in wires:
                wire.chunks.clear()
        for wire in wires:
            wire.push(window)
        if not ended and not any(wire.chunks for wire in wires):
            ended = time.perf_counter()
        if all(not wire.chunks and not wire.rest and wire.acked == wire.sent for wire in wires):
            break
        for key, _ in poll.select(0.005):
            key.data.acked += len(_read(key.data.socket))
    last = time.perf_counter()
    acked = sum(wire.acked for wire in wires)
    return {"acked": acked, "seconds": last - begun, "sending": ended - begun, "rate": acked / (last - begun)}


def pace(wires: list[Wire], *, rate: float, seconds: float) -> dict[str, float]:
    """Send one line at a time, evenly; how long each took to be acknowledged, in seconds, the first WARM_UP left out."""
    [wire] = wires
    poll = selectors.DefaultSelector()
    poll.register(wire.socket, selectors.EVENT_READ, wire)
    begun, count = time.perf_counter(), WARM_UP + int(rate * seconds)
    took: list[float] = []
    while len(took) < count:
        now = time.perf_counter()
        due = begun + len(wire.begun) / rate
        if len(wire.begun) < count and now >= due:
            wire.begun.append(now)
            wire.socket.send(wire.chunks.pop()[0])
            continue
        wait = max(0.0, due - now) if len(wire.begun) < count else 1.0
        for _ in poll.select(wait):
            acked, now = len(_read(wire.socket)), time.perf_counter()
            took += [now - wire.begun[len(took) + n] for n in range(acked)]
    warm = took[WARM_UP:]
    return {"acked": count, "p50": percentile(warm, 0.5), "p99": percentile(warm, 0.99), "worst": max(warm)}


def _read(link: socket.socket) -> bytes:
    data = link.recv(262_144)
    if not data:
        raise ConnectionError("the gateway closed the connection")
    return data


def _main() -> None:
    words: dict[str, Any] = json.loads(sys.stdin.readline())
    way, port, connections = words.pop("way"), words.pop("port"), words.pop("connections")
    wires = _wires(port, connections, words.pop("lines"), words.pop("chunk"))
    print("ready", flush=True)
    sys.stdin.readline()
    result = flood(wires, **words) if way == "flood" else pace(wires, **words)
    print(json.dumps(result), flush=True)
    sys.stdin.readline()  # the owner closes the pipe when it has read everything
    for wire in wires:
        wire.socket.close()


if __name__ == "__main__":
    _main()
