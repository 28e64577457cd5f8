"""Buffers dumped again after a reconnect, told from twins that are two real calls.

An exchange that lost its link may send what it had sent already. Two equal lines can also be two real calls, so
content alone proves nothing. What proves a repeat is a *run*: records at the very beginning of a connection (or of a
file that is new to us) that equal records stored before, in the same order, at least `LEAST_RUN` of them. A shorter
match stays a doubt: it is kept and shown, and nothing is charged for it until a person says so. As soon as one record
does not continue the run, the connection is past its repeats, and equal lines in it are calls of their own.

Pure: digests in, verdicts out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

#: So many equal records in a row are no accident: three lines, each with its second, extension, number and duration.
LEAST_RUN: Final = 3
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


class RepeatWatch:
    """The memory of one source: what it sent, and whether the present connection still repeats it."""

    def __init__(self, history: Iterable[bytes] = ()) -> None:
        self._seen = list(history)[-HISTORY:]
        self._candidates: list[int] = []
        self._run: list[int] = []
        self._first = False
        self._boundary = 0

    def begin(self) -> None:
        """A new connection or file begins: from its first record on, repeats are possible."""
        if len(self._seen) > 2 * HISTORY:
            del self._seen[:-HISTORY]
        self._first, self._run, self._candidates = True, [], []
        self._boundary = len(self._seen)

    def see(self, record_id: int, mark: bytes) -> Verdict:
        """Judge the next record of the connection."""
        if not self._first and not self._candidates:
            self._remember(mark)
            return NEW
        self._narrow(mark)
        if not self._candidates:
            self._remember(mark)
            return NEW
        self._run.append(record_id)
        if len(self._run) < LEAST_RUN:
            return Verdict(doubt=True)
        proved = tuple(self._run[:-1]) if len(self._run) == LEAST_RUN else ()
        return Verdict(repeat=True, proved=proved)

    def _narrow(self, mark: bytes) -> None:
        """Keep the places in the history where the run goes on with `mark`."""
        if self._first:
            places: Iterable[int] = range(self._boundary)
        else:
            places = (place + 1 for place in self._candidates if place + 1 < self._boundary)
        self._candidates = [place for place in places if self._seen[place] == mark]
        self._first = False

    def _remember(self, mark: bytes) -> None:
        self._seen.append(mark)
        if len(self._seen) > 4 * HISTORY and not self._candidates:
            del self._seen[:-HISTORY]
