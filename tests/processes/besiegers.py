"""Peers that wear a gateway out: a flood of lines, connections without end, peers that never read, lines that never end.

All of them run in threads, on non-blocking sockets, and never wait for the gateway.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from tests.processes.hotel import ZONE, dialled

#: Each connection of the flood numbers its calls from a multiple of this.
STRIDE = 1_000_000
#: One call in so many was answered and is charged; a busy hour's other records are not.
CHARGED_EVERY = 25


class Flood:
    """Lines at a rate over some connections for a time: each line once, as fast as the gateway takes them and no faster.

    What the gateway does not take in that time is never sent: `lines` and `charged` are known when it is over.
    """

    def __init__(self, port: int, *, connections: int, rate: int, seconds: float) -> None:
        self.lines = 0
        self.charged = 0
        self.held_up = 0.0
        self._seconds = seconds
        self._rate = rate / connections
        self._texts = [_lines(n * STRIDE, int(self._rate * seconds)) for n in range(connections)]
        self._links = [_dial(port) for _ in range(connections)]
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait until the time is over and the last line has left whole."""
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "the gateway does not take the flood's lines"
        for link in self._links:
            link.close()

    def _run(self) -> None:
        """Every fiftieth of a second send what the rate allows; what a socket does not take waits for the next time."""
        waiting = [b"" for _ in self._links]
        sent = [0 for _ in self._links]
        begun = time.monotonic()
        while (now := time.monotonic() - begun) < self._seconds or any(waiting):
            for place, link in enumerate(self._links):
                whole = self._texts[place]
                while whole and sent[place] < now * self._rate and not waiting[place] and now < self._seconds:
                    waiting[place] = whole.pop()
                    sent[place] += _BLOCK
                    with contextlib.suppress(BlockingIOError):
                        waiting[place] = waiting[place][link.send(waiting[place]) :]
                with contextlib.suppress(BlockingIOError):
                    waiting[place] = waiting[place][link.send(waiting[place]) :]
            self.held_up += 0.02 if any(waiting) else 0.0
            time.sleep(0.02)
        self.lines = sum(sent)
        self.charged = sum(-(-count // CHARGED_EVERY) for count in sent)


def _dial(port: int) -> socket.socket:
    """A connection that keeps little on our side, so that we feel it when the gateway stops reading."""
    link = socket.create_connection(("127.0.0.1", port))
    link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32_768)
    link.setblocking(False)
    return link


_BLOCK = 20


def _lines(first: int, count: int) -> list[bytes]:
    """Lines in blocks, the first block last."""
    return [block for _, block in lines_from(first, count, _BLOCK)][::-1]


def lines_from(first: int, count: int, block: int = 500) -> Iterator[tuple[int, bytes]]:
    """Lines of calls numbered from `first`, in blocks, each with how many there are up to its end.

    The first of every CHARGED_EVERY was answered and is charged.
    """
    began = datetime.now(ZONE) - timedelta(seconds=120)
    head = f"{began:%Y/%m/%d %H:%M:%S},"
    tail = "E201,Room 201,T9001,LINE 1.1,0,0,,,,0000.00,,0000.00,0,0,618,0.01,,,\r\n"

    def one(number: int) -> str:
        talk = "00:01:05" if (number - first) % CHARGED_EVERY == 0 else "00:00:00"
        digits = dialled(number)
        return f"{head}{talk},4,201,O,{digits},{digits},,0,{1_000_000 + number},0,{tail}"

    for begin in range(0, count, block):
        end = min(begin + block, count)
        yield end, "".join(one(first + n) for n in range(begin, end)).encode()


class Crowd:
    """Connections that say nothing, that dribble a byte now and then, and whose line never ends."""

    def __init__(self, port: int, *, silent: int, slow: int, endless: int) -> None:
        self.refused = 0
        self.poured = 0
        self._going = True
        self._silent = [_dial(port) for _ in range(silent)]
        self._slow = [_dial(port) for _ in range(slow)]
        self._endless = [_dial(port) for _ in range(endless)]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def alive(self) -> int:
        """How many of its connections the gateway still has open."""
        return sum(_open(link) for link in (*self._silent, *self._slow, *self._endless))

    def leave(self) -> None:
        """Hang up, in the middle of every line."""
        self._going = False
        self._thread.join(10)
        for link in (*self._silent, *self._slow, *self._endless):
            link.close()

    def _run(self) -> None:
        drop, pour = b"2026/11/25 12:00:00,00:0", b"x" * 65_536
        at = 0
        while self._going:
            for link in self._slow:
                with contextlib.suppress(OSError):
                    link.send(drop[at % len(drop) : at % len(drop) + 1])
            at += 1
            for link in self._endless:
                with contextlib.suppress(OSError):
                    self.poured += link.send(pour)
            time.sleep(0.02)


def _open(link: socket.socket) -> bool:
    try:
        return link.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


class DeafPms:
    """A PMS that agrees to everything once, and from then on tells without end and never reads."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.told = 0
        self._going = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Be gone."""
        self._going = False
        self._thread.join(10)
        self._server.close()

    def _run(self) -> None:
        links: list[socket.socket] = []
        poll = selectors.DefaultSelector()
        poll.register(self._server, selectors.EVENT_READ)
        babble = b"".join(_babble())
        while self._going:
            if poll.select(0.01):
                link, _ = self._server.accept()
                if not links:  # to the first it speaks as the specification has it, to later ones not at all
                    _agree(link)
                link.setblocking(False)
                links.append(link)
            for link in links[:1]:
                with contextlib.suppress(OSError):
                    self.told += link.send(babble)
        for link in links:
            link.close()


def _agree(link: socket.socket) -> None:
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    link.sendall(b"\x02LS|DA261125|TI120000|\x03")
    held = b""
    while b"\x02LA" not in held:
        held += link.recv(4096)
    link.sendall(b"\x02LA|DA261125|TI120000|\x03\x02GI|RN201|G#77001|GSN|GNAdler|GA260101|GD271231|CS2|NPN|\x03")


def _babble() -> Iterator[bytes]:
    """News of rooms that the hotel does not have."""
    for number in range(300):
        yield b"\x02GI|RN%d|G#%d|GSN|GNNobody|GA260101|GD271231|CS2|NPN|\x03" % (5000 + number, 800_000 + number)


def memory(pid: int) -> int:
    """Resident memory of a process, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // 1024
    raise AssertionError("the process has no memory")


class Watcher:
    """Looks at a process's memory ten times a second, and keeps the most it saw."""

    def __init__(self, pid: int) -> None:
        self.first = self.most = memory(pid)
        self._pid, self._going = pid, True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> int:
        """Look no more; the most there was."""
        self._going = False
        self._thread.join(5)
        return self.most

    def _run(self) -> None:
        while self._going:
            with contextlib.suppress(OSError):
                self.most = max(self.most, memory(self._pid))
            time.sleep(0.1)
