"""What a PA says, and which posting it speaks of: pure.

The status codes are the specification's (2.20.25, chapter 10). What may happen next is ours: only RY asks for the same
charge again, only NA ends by itself; every other refusal needs a person or a change of facts, because repeating it
would repeat the answer.

An answer belongs to a posting by its P#. A PMS that does not echo P# is matched by room, and only where exactly one
posting of that room can be meant: the one outstanding, or one that was given up within DOUBT_MEMORY. Where two could
be meant, neither is settled; a doubt that a person looks at is better than a charge marked as booked that is not. An
answer that names our number but another room settles nothing either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from pms_adapters.posting import Posted, Posting, Refused
from protocols.fias.records import Record

REFUSALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "RY": "the PMS asks to try again",
        "NA": "the night audit is running",
        "NG": "no such guest or room",
        "NP": "no posting for this guest",
        "CO": "credit limit reached",
        "DM": "the sums do not match",
        "DN": "request denied",
        "FX": "the guest may not use this",
        "IA": "invalid account",
        "UR": "cannot be processed",
        **dict.fromkeys(("NF", "NM", "NR", "BY", "BM", "CD", "DE", "AA", "AN"), "a status that charges do not get"),
    }
)
"""Our words for each status, where the PMS sends no text of its own. The last nine belong to messages, wake-ups,
keys and direct-dial numbers."""

UNKNOWN_STATUS: Final = "UR"
"""What a PA without a known status counts as: cannot be processed, no retry."""

MAX_DOUBTS: Final = 100
"""Postings without an answer that are remembered for matching. More than a few at once cannot be: nothing is sent
after the first until the PMS has shown a sign of life."""

DOUBT_MEMORY: Final = 600.0
"""Seconds for which a posting without an answer may still claim an answer without P#. No late answer in the field
took longer, and for ever would make every later charge of the room ambiguous."""


def result_of(record: Record) -> Posted | Refused:
    """What a PA says about its posting."""
    status, text = record.first("AS"), record.first("CT") or ""
    match status:
        case "OK":
            return Posted(text)
        case "RY":
            return Refused("RY", text or REFUSALS["RY"], "later")
        case "NA":
            return Refused("NA", text or REFUSALS["NA"], "after_audit")
        case None:
            return Refused(UNKNOWN_STATUS, f"the PMS answered without a status {text}".rstrip())
        case _ if status in REFUSALS:
            return Refused(status, text or REFUSALS[status])
        case _:
            return Refused(UNKNOWN_STATUS, f"the PMS answered with the unknown status {status[:20]!r} {text}".rstrip())


@dataclass(frozen=True, slots=True)
class Settled:
    """The answer to the posting that is outstanding."""

    result: Posted | Refused


@dataclass(frozen=True, slots=True)
class Late:
    """An answer to a posting that was given up, or that we do not remember."""

    token: int
    result: Posted | Refused


@dataclass(frozen=True, slots=True)
class Unusable:
    """An answer that settles nothing; `sentence` says why."""

    sentence: str


Verdict: TypeAlias = Settled | Late | Unusable


@dataclass(frozen=True, slots=True)
class _Doubt:
    room: str
    until: float


class Attempts:
    """The one posting that is outstanding, and those given up lately."""

    def __init__(self) -> None:
        self.outstanding: Posting | None = None
        self._doubts: dict[int, _Doubt] = {}

    def begin(self, posting: Posting) -> None:
        """A posting is about to leave."""
        self._doubts.pop(posting.token, None)
        self.outstanding = posting

    def give_up(self, now: float) -> None:
        """No answer came in time, or the connection is gone."""
        if self.outstanding is None:
            return
        self._doubts[self.outstanding.token] = _Doubt(self.outstanding.room, now + DOUBT_MEMORY)
        while len(self._doubts) > MAX_DOUBTS:
            del self._doubts[next(iter(self._doubts))]
        self.outstanding = None

    def read(self, record: Record, now: float) -> Verdict:
        """Decide what a PA speaks of, and forget the posting it settles."""
        number, room = record.first("P#"), record.first("RN")
        verdict = self._by_room(room, record, now) if number is None else self._by_number(number, room, record)
        match verdict:
            case Settled():
                self.outstanding = None
            case Late(token):
                self._doubts.pop(token, None)
            case Unusable():
                pass
        return verdict

    def _by_number(self, number: str, room: str | None, record: Record) -> Verdict:
        if not number.isascii() or not number.isdigit():
            return Unusable(f"PA with P# {number[:20]!r}, which is no number")
        token = int(number[:20])
        ours = self.outstanding is not None and self.outstanding.token == token
        expected = self.outstanding.room if ours and self.outstanding else self._room_of(token)
        if room is not None and expected is not None and not _same_room(room, expected):
            return Unusable(f"PA with P# {token} names room {room!r}, but that charge was for room {expected!r}")
        return Settled(result_of(record)) if ours else Late(token, result_of(record))

    def _by_room(self, room: str | None, record: Record, now: float) -> Verdict:
        if room is None:
            return Unusable("PA with neither P# nor RN; nobody can say which charge it answers")
        late = [token for token, doubt in self._doubts.items() if doubt.until > now and _same_room(room, doubt.room)]
        ours = self.outstanding is not None and _same_room(room, self.outstanding.room)
        if ours and not late:
            return Settled(result_of(record))
        if len(late) == 1 and not ours:
            return Late(late[0], result_of(record))
        if late:
            return Unusable(f"PA without P# for room {room!r}, where {len(late) + ours} charges await an answer")
        return Unusable(f"PA without P# for room {room!r}, where no charge awaits an answer")

    def _room_of(self, token: int) -> str | None:
        doubt = self._doubts.get(token)
        return None if doubt is None else doubt.room


def _same_room(one: str, other: str) -> bool:
    """Whether two spellings mean one room: a PMS may drop leading zeros or change case in its answer."""
    return _plain(one) == _plain(other)


def _plain(room: str) -> str:
    return room.strip().lstrip("0").casefold()
