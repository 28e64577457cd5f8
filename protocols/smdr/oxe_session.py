"""The conversation with an OmniPCX Enterprise on TCP 2533, and the cutting of what it sends into tickets. Pure.

Every message is two bytes of length, the higher first, and so many bytes:

    we  "S"             who are you?              it  "P"         the main CPU; anything else is the standby
    we  00 00           send tickets              it  a ticket    772 bytes: a label of four, text, NULs
    it  "TEST_REQ"      are you there?            we  "TEST_RSP"  yes

No message acknowledges a ticket. What we can do is to say "yes" only when all that came is committed: an exchange whose
collector cannot keep anything hears nothing from it and gives it up. Of the two CPUs of a doubled exchange only the
main one sends; the other is told from its role, and the next address is tried.

Source: the open-source reader OXE_EAcc. UNCERTAIN: how often the exchange asks (about every 30 seconds).
"""

from __future__ import annotations

from typing import Final, Literal

from protocols.framing import CUT_OFF, KEPT_OF_LONG_RECORD
from protocols.records import Frame

TICKET: Final = 772
_TICKET_LENGTH: Final = TICKET.to_bytes(2, "big")
#: Where to go on after noise: the length of a ticket and the beginning of every label.
_TICKET_BEGINS: Final = _TICKET_LENGTH + b"\x01\x00"
_EMPTY: Final = b"\x01\x00\x01\x00"
_MAIN: Final = b"P"

#: The longest message that is no ticket has ten bytes.
_LONGEST_WORD: Final = 64
#: Seconds between two looks at how long the exchange has been silent, and looks after which the link is dead.
EVERY: Final = 30.0
_MOST_SILENCE: Final = 4


def message(data: bytes) -> bytes:
    """Dress data for the line."""
    return len(data).to_bytes(2, "big") + data


class OxeSession:
    """Our end of one connection."""

    __slots__ = ("_asked", "_held", "_silent", "_stage", "_waiting", "every", "problem")

    def __init__(self) -> None:
        self._held = b""
        self._stage: Literal["role", "tickets", "refused"] = "role"
        self._waiting = 0  # tickets that are not committed yet
        self._asked = False  # a TEST_REQ that is not answered yet
        self._silent = 0
        self.every = EVERY
        self.problem: str | None = None

    def connected(self) -> bytes:
        """Ask for the role."""
        return message(b"S")

    def tick(self) -> bytes:
        """Give up a link on which nothing has come for too long, not even a question."""
        self._silent += 1
        if self._silent >= _MOST_SILENCE and not self._asked:
            self._refuse("the exchange has been silent for two minutes; it asks every half minute while it is well")
        return b""

    def receive(self, data: bytes) -> tuple[bytes, bytes]:
        """Answer, and pass tickets on, each with its length before it."""
        if self._stage == "refused":
            return b"", b""
        self._held += data
        self._silent = 0
        answer, tickets = b"", b""
        while (body := self._next()) is not None:
            if len(body) == TICKET and self._stage == "tickets":
                if body[:4] != _EMPTY:
                    tickets += message(body)
                    self._waiting += 1
            else:
                answer += self._word(body)
        return answer, tickets

    def committed(self, count: int) -> bytes:
        """So many tickets are kept; a question that waited for the last of them is answered."""
        self._waiting = max(0, self._waiting - count)
        return self._alive()

    def _next(self) -> bytes | None:
        """Cut the next message; None if it is not whole yet. A length that cannot be ends the connection."""
        if len(self._held) < 2:
            return None
        length = int.from_bytes(self._held[:2], "big")
        if length != TICKET and length > _LONGEST_WORD:
            self._refuse("the exchange is out of step: a message cannot be so long; it is dialled again")
            return None
        if len(self._held) < 2 + length:
            return None
        body, self._held = self._held[2 : 2 + length], self._held[2 + length :]
        return body

    def _word(self, body: bytes) -> bytes:
        if self._stage == "role":
            return self._role(body)
        if body == b"TEST_REQ":
            self._asked = True
            return self._alive()
        return b""

    def _role(self, body: bytes) -> bytes:
        if body == _MAIN:
            self._stage = "tickets"
            return message(b"\0\0")
        if len(body) == 1:
            self._refuse("this is the standby CPU of the exchange; the tickets come from the main one")
        else:
            self._refuse("the other end does not answer like an OmniPCX Enterprise")
        return b""

    def _alive(self) -> bytes:
        if not self._asked or self._waiting:
            return b""
        self._asked = False
        return message(b"TEST_RSP")

    def _refuse(self, problem: str) -> None:
        self.problem, self._stage, self._held = problem, "refused", b""


class TicketFramer:
    """Cuts a stream, or a capture of one, into tickets; the short messages between them are stepped over."""

    __slots__ = ("_held", "_position")

    def __init__(self, start: int = 0) -> None:
        self._held, self._position = b"", start

    @property
    def pending(self) -> int:
        """How many bytes are held for a ticket that is not complete yet."""
        return len(self._held)

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the stream and return the tickets that they complete."""
        self._held += data
        frames: list[Frame] = []
        while len(self._held) >= 2:
            length = int.from_bytes(self._held[:2], "big")
            if length != TICKET and length > _LONGEST_WORD:
                noise = self._noise()
                if noise is None:
                    break
                frames.append(noise)
            elif len(self._held) < 2 + length:
                break
            elif length == TICKET:
                frames.append(self._cut(2, 2 + length, None))
            else:
                self._cut(0, 2 + length, None)
        return frames

    def end(self) -> list[Frame]:
        """Say that the stream is over: a remainder comes out as a frame with a fault."""
        return [self._cut(0, len(self._held), CUT_OFF)] if self._held else []

    def _noise(self) -> Frame | None:
        """What is no message goes up to where a ticket begins; None while that is not in sight and little is held."""
        at = self._held.find(_TICKET_BEGINS, 1)
        if at >= 0:
            return self._cut(0, at, "bytes that are no ticket stand between tickets")
        if len(self._held) > KEPT_OF_LONG_RECORD:
            kept = len(self._held) - len(_TICKET_BEGINS)
            return self._cut(0, kept, "bytes that are no ticket")
        return None

    def _cut(self, begin: int, end: int, fault: str | None) -> Frame:
        frame = Frame(self._held[begin:end], self._position + begin, self._position + end, fault)
        self._held, self._position = self._held[end:], self._position + end
        return frame
