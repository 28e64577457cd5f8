"""Buffers dumped again after a reconnect, told from twins that are two real calls.

An exchange that lost its link may send what it had sent already. Two equal lines can also be two real calls, so
content alone proves nothing. What proves a repeat is a *run*: records at the beginning of a connection (or of a file
that is new to us) that equal records stored before it began, in the same order, at least `LEAST_RUN` of them. A shorter
match stays a doubt: it is kept and shown, and nothing is charged for it until a person says so.

A buffer is told in the exchange's order, and history is in ours: a record may be missing in history, because it was on
its way when the link broke, or stand elsewhere in it, because it came late. A record that equals none is new, and the
buffer goes on behind it. Once a run is proved, whatever equals a stored record near the run, each of them once, is a
repeat too. When more than `MOST_MISSED` new records have come, the connection is past its buffer, and equal lines in it
are calls of their own; lines that are equal to each other, and to nothing from before the connection, always are.

Pure: digests in, verdicts out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

#: So many equal records in a row are no accident: three lines, each with its second, extension, number and duration.
LEAST_RUN: Final = 3
#: New records among those of a buffer, at most, and how far before its run a buffer may reach: more than any link holds
#: on its way when it breaks.
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
_REPEAT: Final = Verdict(repeat=True)
_DOUBT: Final = Verdict(doubt=True)


@dataclass(slots=True)
class _Run:
    """A connection that may still be in the buffer with which it began.

    `boundary` is where the history ended when the connection began, because what came since is no repeat of it. Until
    the run is proved, `places` are where in the history its last record may stand, and `records` those in a row. Once it
    is proved, `left` counts the stored records that may still be repeated.
    """

    boundary: int
    places: list[int] = field(default_factory=list)
    records: list[tuple[int, bytes]] = field(default_factory=list)
    missed: int = 0
    left: Counter[bytes] | None = None


class RepeatWatch:
    """The memory of one source: what it sent, and which of its connections still repeat it."""

    def __init__(self, history: Iterable[bytes] = ()) -> None:
        self._seen = list(history)[-HISTORY:]
        self._known = Counter(self._seen)
        self._forgotten = 0
        self._runs: dict[int, _Run] = {}

    def begin(self, segment: int) -> None:
        """A new connection or file begins: from its first record on, repeats are possible."""
        self._runs[segment] = _Run(self._forgotten + len(self._seen))

    def resume(self, segment: int, own: int, told: Sequence[tuple[int, bytes]]) -> None:
        """Take a connection up again that is in the store already: its records so far, from the first.

        `own` is how many of the newest records in the history came when it had begun, and so are not repeated by it.
        """
        run = self._runs[segment] = _Run(self._forgotten + max(0, len(self._seen) - own))
        for record_id, mark in told:
            if self._judged(run, record_id, mark) is NEW and run.missed > MOST_MISSED:
                del self._runs[segment]
                return

    def see(self, segment: int, record_id: int, mark: bytes) -> Verdict:
        """Judge the next record of a connection."""
        run = self._runs.get(segment)
        verdict = NEW if run is None else self._judged(run, record_id, mark)
        if verdict is NEW:
            self._remember(mark)
            if run is not None and run.missed > MOST_MISSED:
                del self._runs[segment]
        return verdict

    def _judged(self, run: _Run, record_id: int, mark: bytes) -> Verdict:
        if run.left is not None:
            if run.left[mark] > 0:
                run.left[mark] -= 1
                return _REPEAT
            run.missed += 1
            return NEW
        if not self._continued(run, record_id, mark):
            run.missed += 1
            return NEW
        return self._proof(run) if len(run.records) >= LEAST_RUN else _DOUBT

    def _continued(self, run: _Run, record_id: int, mark: bytes) -> bool:
        """Whether a record goes on with the run, or begins one; False where it equals nothing from before."""
        places = [place + 1 for place in run.places if self._stands(run, place + 1, mark)]
        if not places and self._known[mark]:
            places = [place for place in range(self._forgotten, run.boundary) if self._stands(run, place, mark)]
            run.records = [] if places else run.records
        if not places:
            return False
        run.places = places
        run.records.append((record_id, mark))
        return True

    def _stands(self, run: _Run, place: int, mark: bytes) -> bool:
        return self._forgotten <= place < run.boundary and self._seen[place - self._forgotten] == mark

    def _proof(self, run: _Run) -> Verdict:
        """The run is long enough: what was in doubt until now is repeated, and what else stands near it may be."""
        first = min(run.places) - len(run.records) + 1 - MOST_MISSED
        near = self._seen[max(0, first - self._forgotten) : max(0, run.boundary - self._forgotten)]
        run.left = Counter(near)
        for _, mark in run.records:
            run.left[mark] -= 1
        return Verdict(repeat=True, proved=tuple(record_id for record_id, _ in run.records[:-1]))

    def _remember(self, mark: bytes) -> None:
        self._seen.append(mark)
        self._known[mark] += 1
        if len(self._seen) > 2 * HISTORY:
            self._forgotten += HISTORY
            self._known -= Counter(self._seen[:HISTORY])
            del self._seen[:HISTORY]
