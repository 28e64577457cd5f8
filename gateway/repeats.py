"""Buffers dumped again after a reconnect, told from twins that are two real calls.

An exchange that lost its link may send what it had sent already. Two equal lines can also be two real calls, so
content alone proves nothing. What proves a repeat is a *run*: records at the very beginning of a connection (or of a
file that is new to us) that equal records stored before, in the same order, at least `LEAST_RUN` of them. A shorter
match stays a doubt: it is kept and shown, and nothing is charged for it until a person says so. As soon as one record
does not continue a run that is not proved, the connection is past its repeats, and equal lines in it are calls of their own.

A buffer also holds what we never got, because it was on its way when the link broke. Such a record in the middle of a
proved run is new, and the run goes on behind it where it stood: what follows in the buffer is still a repeat.

Pure: digests in, verdicts out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

#: So many equal records in a row are no accident: three lines, each with its second, extension, number and duration.
LEAST_RUN: Final = 3
#: Records in the middle of a run that we never got, at most: more than any link holds on its way when it breaks.
MOST_MISSED: Final = 100
#: How many records of a source are remembered: the deepest buffer known of an exchange (MiVoice Business log, 20,000).
HISTORY: Final = 20_000


def digest(data: bytes) -> bytes:
    """The fingerprint of a record's bytes, used to compare and never as a key."""
    return blake2b(data, digest_size=12).digest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the run says of one record. `proved` names earlier records, until now in doubt, that are repeats too."""

    repeat: bool = False
    doubt: bool = False
    proved: tuple[int, ...] = ()


NEW: Final = Verdict()


@dataclass(slots=True)
class _Run:
    """A connection that may still be in the repeats with which it began.

    `places` are where in the history the run may stand, None before its first record; `boundary` is where the history
    ended when the connection began, because what came since is no repeat of it.
    """

    boundary: int
    places: list[int] | None = None
    records: list[int] = field(default_factory=list)
    missed: int = 0


class RepeatWatch:
    """The memory of one source: what it sent, and which of its connections still repeat it."""

    def __init__(self, history: Iterable[bytes] = ()) -> None:
        self._seen = list(history)[-HISTORY:]
        self._forgotten = 0
        self._runs: dict[int, _Run] = {}

    def begin(self, segment: int) -> None:
        """A new connection or file begins: from its first record on, repeats are possible."""
        self._runs[segment] = _Run(self._forgotten + len(self._seen))

    def see(self, segment: int, record_id: int, mark: bytes) -> Verdict:
        """Judge the next record of a connection."""
        run = self._runs.get(segment)
        if run is None:
            self._remember(mark)
            return NEW
        places = self._narrowed(run, mark)
        if not places:
            run.missed += 1
            if not self._goes_on(run):
                del self._runs[segment]
            self._remember(mark)
            return NEW
        run.places = places
        run.records.append(record_id)
        if len(run.records) < LEAST_RUN:
            return Verdict(doubt=True)
        proved = tuple(run.records[:-1]) if len(run.records) == LEAST_RUN else ()
        return Verdict(repeat=True, proved=proved)

    @staticmethod
    def _goes_on(run: _Run) -> bool:
        """Whether a run that a record did not continue may still go on: it is proved, and history has more to repeat."""
        proved = len(run.records) >= LEAST_RUN and run.missed <= MOST_MISSED
        return proved and any(place + 1 < run.boundary for place in run.places or ())

    def _narrowed(self, run: _Run, mark: bytes) -> list[int]:
        """The places in the history where the run goes on with `mark`, counted from the source's first record."""
        oldest = self._forgotten
        places = range(oldest, run.boundary) if run.places is None else (place + 1 for place in run.places)
        return [place for place in places if oldest <= place < run.boundary and self._seen[place - oldest] == mark]

    def _remember(self, mark: bytes) -> None:
        self._seen.append(mark)
        if len(self._seen) > 2 * HISTORY:
            self._forgotten += HISTORY
            del self._seen[:HISTORY]
