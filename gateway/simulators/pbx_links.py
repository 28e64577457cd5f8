"""How a simulated exchange's bytes leave it: a plain TCP stream, an Asterisk manager session, or a file.

Each is glue between Twisted and `Exchange`, and each is an `Outlet`. A stream pauses the exchange while the
reader does not read, so that a stopped reader fills the exchange's buffer and not this process's memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from twisted.internet.interfaces import IPushProducer, ITCPTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.protocols.basic import LineOnlyReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from gateway.simulators.exchange import Exchange

LONGEST_ACTION_LINE: Final = 1024
"""Bytes in a line of a manager action: the real one's bound is about the same."""
LONGEST_ACTION: Final = 32
"""Lines in a manager action: a session that says more before its empty line is not a manager's client."""
MANAGER_BANNER: Final = b"Asterisk Call Manager/9.0.0\r\n"


@implementer(IPushProducer)
class StreamLink(Protocol):
    """A connection in either role on which the exchange only speaks; what the reader sends is not looked at."""

    def __init__(self, exchange: Exchange, opened: Callable[[], None], closed: Callable[[], None]) -> None:
        self._exchange, self._opened, self._closed = exchange, opened, closed

    def connectionMade(self) -> None:
        """Speak at once."""
        self._begin()
        self._exchange.attach(self)
        self._opened()

    def _begin(self) -> None:
        self._wire.registerProducer(self, True)
        if ITCPTransport.providedBy(self._wire):
            # Two writes must be able to arrive as two reads.
            self._wire.setTcpNoDelay(True)

    @property
    def _wire(self) -> Any:
        """The transport; Twisted types it as less than every transport is."""
        return self.transport

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The records that were not written stay with the exchange."""
        self._exchange.detach(self)
        self._closed()

    def write(self, data: bytes) -> None:
        """Send bytes to the reader."""
        self._wire.write(data)

    def drop(self) -> None:
        """Close the connection once what was written is out."""
        self._wire.unregisterProducer()
        self._wire.loseConnection()

    def abort(self) -> None:
        """Close the connection at once, whatever the reader has not taken yet."""
        self._wire.abortConnection()

    def pauseProducing(self) -> None:
        """The reader does not read: keep the records."""
        self._exchange.pause(self, True)

    def resumeProducing(self) -> None:
        """The reader reads again."""
        self._exchange.pause(self, False)

    def stopProducing(self) -> None:
        """The connection is going; connectionLost says the rest."""


class AmiLink(LineOnlyReceiver, StreamLink):
    """A session of the Asterisk manager interface: banner, login, then `Cdr` events; `Ping` and `Logoff` are known.

    Nothing is told before the login, and nothing is told again: the manager interface has no memory.
    """

    MAX_LENGTH = LONGEST_ACTION_LINE

    def __init__(
        self,
        exchange: Exchange,
        opened: Callable[[], None],
        closed: Callable[[], None],
        account: tuple[str, str] | None = None,
    ) -> None:
        StreamLink.__init__(self, exchange, opened, closed)
        self._account = account
        self._action: dict[str, str] = {}

    def connectionMade(self) -> None:
        """Greet; the exchange hears of the session only after the login."""
        self._begin()
        self.write(MANAGER_BANNER)
        self._opened()

    def lineReceived(self, line: bytes) -> None:
        """Collect the headers of an action; an empty line ends it."""
        if not line:
            action, self._action = self._action, {}
            self._act(action) if action else None
        elif len(self._action) < LONGEST_ACTION:
            key, _, value = line.decode("utf-8", "replace").partition(":")
            self._action[key.strip().lower()] = value.strip()

    def _act(self, action: dict[str, str]) -> None:
        name = action.get("action", "").lower()
        if name in ("login", "ping", "logoff", "events"):
            getattr(self, f"_{name}")(action)
        else:
            self._respond(action, "Error", "Invalid/unknown command")

    def _login(self, action: dict[str, str]) -> None:
        if self._account not in (None, (action.get("username", ""), action.get("secret", ""))):
            self._respond(action, "Error", "Authentication failed")
            self.drop()
            return
        self._respond(action, "Success", "Authentication accepted")
        self.write(b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n")
        self._exchange.attach(self)

    def _ping(self, action: dict[str, str]) -> None:
        self._respond(action, "Success", None, "Ping: Pong")

    def _events(self, action: dict[str, str]) -> None:
        self._respond(action, "Success", None, "Events: On")

    def _logoff(self, action: dict[str, str]) -> None:
        self._respond(action, "Goodbye", "Thanks for all the fish.")
        self.drop()

    def _respond(self, action: dict[str, str], response: str, message: str | None, *more: str) -> None:
        lines = [f"Response: {response}"]
        if "actionid" in action:
            lines.append(f"ActionID: {action['actionid']}")
        lines += [f"Message: {message}"] if message else []
        self.write("\r\n".join((*lines, *more, "", "")).encode("utf-8"))


class FileOutlet:
    """Master.csv as Asterisk keeps it: opened, written and closed for every row; renamed now and then by logrotate.

    `head` is what each new file begins with, where an exchange writes titles of its columns.

    After every `rotate_every` rows the file becomes PATH.1, the one before PATH.2, and so on; none is deleted.
    """

    def __init__(self, path: Path, rotate_every: int | None = None, head: bytes = b"") -> None:
        self._path, self._rotate_every, self._head = path, rotate_every, head
        self._rows = 0
        self.rotations = 0

    def write(self, data: bytes) -> None:
        """Append bytes; a write that ends a line counts as a row."""
        if self._rotate_every and self._rows >= self._rotate_every:
            self._rotate()
        with self._path.open("ab") as file:
            file.write(data if file.tell() else self._head + data)
        self._rows += data.count(b"\n")

    def drop(self) -> None:
        """A file has no link to break."""

    def _rotate(self) -> None:
        pattern = re.compile(re.escape(self._path.name) + r"\.(\d+)")
        numbers = (pattern.fullmatch(entry.name) for entry in self._path.parent.iterdir())
        for number in sorted((int(found[1]) for found in numbers if found), reverse=True):
            self._path.with_name(f"{self._path.name}.{number}").rename(
                self._path.with_name(f"{self._path.name}.{number + 1}")
            )
        if self._path.exists():
            self._path.rename(self._path.with_name(f"{self._path.name}.1"))
        self._rows = 0
        self.rotations += 1


class FolderOutlet:
    """A folder into which whole files are put, as a Cisco manager does by SFTP: each write is a file of its own.

    A file gets its own name only when it is complete, as uploads do that are renamed when they are done.
    """

    def __init__(self, folder: Path, name: str, head: bytes = b"") -> None:
        self._folder, self._name, self._head = folder, name, head
        numbers = [int(found[1]) for one in folder.iterdir() if (found := re.search(r"_(\d+)$", one.name))]
        self._number = max(numbers, default=0)

    def write(self, data: bytes) -> None:
        """Put the next file into the folder."""
        self._number += 1
        part = self._folder / f".{self._name}_{self._number:06}.part"
        part.write_bytes(self._head + data)
        part.rename(self._folder / f"{self._name}_{self._number:06}")

    def drop(self) -> None:
        """A folder has no link to break."""
