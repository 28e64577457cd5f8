"""What is said on a connection to an exchange before, between and after its records. Pure.

A session is told that the connection stands and what was received; it says what to answer and which bytes are
records. Most exchanges say nothing but records: that is the plain session. Asterisk's manager interface greets,
wants a log-in, and then sends events.

A session never raises on what it receives, holds a bounded number of bytes, and puts what went wrong into `problem`,
a sentence for the status page. It never gives a secret out: not in a sentence, not in its `repr`.
Source: docs.asterisk.org, "The Asterisk Manager TCP IP API", and Asterisk's manager.c.
"""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

from protocols.smdr.live import Dialling, Sieve
from protocols.text import printable

# A greeting is a line of some 30 bytes and the answer to a log-in some 100; a peer that says more is something else.
_LONGEST_GREETING = 1_024
_MOST_BEFORE_LOG_IN = 65_536

_SHOWN_IN_PROBLEM = 80

_ACTION = b"foliogate-log-in"


class Session(Protocol):
    """The conversation around the records of one connection."""

    @property
    def problem(self) -> str | None:
        """What keeps records from coming, in a plain sentence; None while all is well."""
        ...

    def connected(self) -> bytes:
        """Say that the connection stands; returns what to send."""
        ...

    def receive(self, data: bytes) -> tuple[bytes, bytes]:
        """Take what was received; returns what to send, and the bytes that are records, for the framer."""
        ...

    def committed(self, count: int) -> bytes:
        """Say that this many more records are committed; returns the acknowledgement to send, if there is one."""
        ...


@runtime_checkable
class Polling(Protocol):
    """A session that speaks without being spoken to, every so many seconds: it asks for records, or says that it lives."""

    every: float

    def tick(self) -> bytes:
        """Say that the time has passed once more; returns what to send."""
        ...


class PlainSession:
    """A connection on which there is nothing but records."""

    __slots__ = ()

    @property
    def problem(self) -> str | None:
        """Nothing can go wrong where nothing is said."""
        return None

    def connected(self) -> bytes:
        """Say nothing."""
        return b""

    def receive(self, data: bytes) -> tuple[bytes, bytes]:
        """Everything received is records."""
        return b"", data

    def committed(self, count: int) -> bytes:
        """Nothing is acknowledged."""
        return b""


class AmiSession:
    """The log-in to Asterisk's manager interface: greeting, log-in for events of the class `cdr`, its answer.

    A `live` one also asks for events of the class `call`, and tells in `diallings` of calls as they begin.

    Raises ValueError for a name or secret with a line end, which would let it say more than a log-in.
    """

    __slots__ = ("_held", "_secret", "_sieve", "_stage", "_username", "problem")

    def __init__(self, username: str, secret: str, *, live: bool = False) -> None:
        for what, text in (("user name", username), ("secret", secret)):
            if any(sign in text for sign in "\r\n\0"):
                raise ValueError(f"the {what} for the Asterisk manager interface holds a line end")
        self._username = username
        self._secret = secret
        self._held = b""
        self._sieve = Sieve() if live else None
        self._stage: Literal["greeting", "log-in", "events", "refused"] = "greeting"
        self.problem: str | None = None

    def __repr__(self) -> str:
        return f"AmiSession({self._username!r}, stage={self._stage!r})"

    def connected(self) -> bytes:
        """Wait for the greeting."""
        return b""

    def committed(self, count: int) -> bytes:
        """Nothing is acknowledged: what is sent while nobody listens is lost."""
        return b""

    def receive(self, data: bytes) -> tuple[bytes, bytes]:
        """Answer the greeting with the log-in, and pass events on."""
        answer, records = self._conversed(data)
        return answer, self._sieve.feed(records) if self._sieve is not None and records else records

    def diallings(self) -> list[Dialling]:
        """The calls that began since this was asked last."""
        return self._sieve.taken() if self._sieve is not None else []

    def rest(self) -> bytes:
        """The connection is gone: what was cut off of a record, and not passed on yet."""
        return self._sieve.rest() if self._sieve is not None else b""

    def _conversed(self, data: bytes) -> tuple[bytes, bytes]:
        if self._stage == "events":
            return b"", data
        if self._stage == "refused":
            return b"", b""
        self._held += data
        answer = self._greeted() if self._stage == "greeting" else b""
        return answer, self._await_answer() if self._stage == "log-in" else b""

    def _greeted(self) -> bytes:
        greeting, found, rest = self._held.partition(b"\n")
        if not found and len(greeting) <= _LONGEST_GREETING:
            return b""
        if not found or not greeting.startswith(b"Asterisk Call Manager"):
            shown = printable(greeting.strip(), _SHOWN_IN_PROBLEM)
            return self._refuse(f"the peer is no Asterisk manager interface: it greets with '{shown}'")
        self._held, self._stage = rest, "log-in"
        lines = ["Action: Login", f"ActionID: {_ACTION.decode()}", f"Username: {self._username}"]
        events = "cdr,call" if self._sieve is not None else "cdr"
        lines += [f"Secret: {self._secret}", f"Events: {events}", "", ""]
        return "\r\n".join(lines).encode("utf-8")

    def _await_answer(self) -> bytes:
        """Look for the answer to the log-in among the blocks; other blocks are passed on."""
        passed = b""
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            block, self._held = self._held[: end + 4], self._held[end + 4 :]
            if not block.lower().startswith(b"response:"):
                passed += block
                continue
            said = _lines(block)
            if said.get(b"response", b"").lower() == b"success":
                passed, self._held, self._stage = passed + self._held, b"", "events"
            else:
                shown = printable(said.get(b"message", b""), _SHOWN_IN_PROBLEM) or "it gives no reason"
                self._refuse(f"Asterisk refused the log-in of the user {self._username!r}: {shown}")
            return passed
        if len(self._held) > _MOST_BEFORE_LOG_IN:
            self._refuse("the peer does not answer the log-in, but goes on sending")
        return passed

    def _refuse(self, problem: str) -> bytes:
        self.problem, self._stage, self._held = problem, "refused", b""
        return b""


def _lines(block: bytes) -> dict[bytes, bytes]:
    pairs = (line.partition(b":") for line in block.splitlines())
    return {key.strip().lower(): value.strip() for key, _, value in pairs}
