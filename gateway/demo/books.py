"""The three ledgers of a run, read while it goes: what the exchange told, what the store holds, what the PMS booked.

Each is written by a process of its own and read here from its file, whether that process lives or not: the exchange's
and the PMS's lists are followed line by line, the store is asked in snapshots for what is new and for what was not
settled at the last look. A look begins at the store and ends at the two lists, so that what the store knows is in the
lists too; the other way round something may be under way.

Only what came after the hotel's written past counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from gateway.store import pages, reading
from protocols.text import printable

#: Calls read in one query; a look reads on until it meets what it knows.
AT_ONCE: Final = 500
#: States of a posting that nothing changes any more.
FINAL: Final = frozenset({"posted", "written_off"})
#: Characters of a record that are shown.
LONGEST_RECORD: Final = 400
#: Bytes of one line of a ledger; ours are a few hundred.
LONGEST_LINE: Final = 65_536

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A call as the exchange's own list has it. `number` counts the calls of this run, `seen` is when it was read."""

    number: int
    key: str
    extension: str
    dialled: str
    seconds: int
    direction: str
    kind: str
    charged: bool
    seen: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FolioEntry:
    """A posting as the PMS's own list has it; `booked` if money was charged."""

    token: int
    room: str
    guest: str
    reservation: str
    amount: int
    text: str
    at: str
    answer: str
    clear_text: str
    booked: bool
    delivery: str
    seen: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """A call as the store has it: its row, its postings, the numbers their attempts carried, its records as text."""

    row: Row
    postings: tuple[Row, ...]
    tokens: Mapping[int, tuple[int, ...]]
    raw: tuple[str, ...]

    @property
    def settled(self) -> bool:
        """True if nothing of it is expected to change."""
        return self.row["status"] != "open" and all(one["state"] in FINAL for one in self.postings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one snapshot of the store brought: calls that are new or may have changed, and all records counted."""

    calls: tuple[StoredCall, ...]
    records: int


class Tail:
    """Follows a file of JSON lines from an offset; a line that is not whole yet waits."""

    def __init__(self, path: Path, offset: int) -> None:
        self._path, self._offset = path, offset

    def read(self) -> Iterator[dict[str, Any]]:
        """The lines that were added since the last time; what is not an object is passed over."""
        if not self._path.exists():
            return
        with self._path.open("rb") as lines:
            lines.seek(self._offset)
            while (line := lines.readline(LONGEST_LINE)).endswith(b"\n"):
                self._offset += len(line)
                found = _object(line)
                if found is not None:
                    yield found


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


@dataclass(slots=True, kw_only=True)
class Books:
    """What is known of a run so far: calls by the exchange's key and by the store's number, and the PMS's list.

    `read_line` reads a line of the PMS's list. `keys` and `tokens` lead from the exchange's call number and from the number on the PMS's wire to the store's call.
    """

    read_line: Callable[[Row, float], FolioEntry]
    told: dict[str, Told] = field(default_factory=dict)
    calls: dict[int, StoredCall] = field(default_factory=dict)
    folio: list[FolioEntry] = field(default_factory=list)
    earlier: list[FolioEntry] = field(default_factory=list)
    tokens: dict[int, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    records: int = 0

    def of_token(self, token: int) -> Told | None:
        """The call that a number on the PMS's wire belongs to, as far as it is known yet."""
        call = self.calls.get(self.tokens.get(token, 0))
        return None if call is None else self.told.get(str(call.row["call_key"]))

    def of_key(self, key: str) -> StoredCall | None:
        """The store's call with the exchange's own number, if it is there."""
        return self.calls.get(self.keys.get(key, 0))

    @property
    def newest(self) -> int:
        """The newest call known of the store; 0 for none."""
        return max(self.calls, default=0)

    @property
    def unsettled(self) -> list[int]:
        """Calls of the store that must be read again."""
        return [number for number, call in self.calls.items() if not call.settled]

    def take(self, look: Look) -> None:
        """Learn from a snapshot."""
        self.records = look.records
        for call in look.calls:
            number = int(call.row["id"])
            self.calls[number] = call
            self.keys[str(call.row["call_key"])] = number
            self.tokens |= {token: number for tokens in call.tokens.values() for token in tokens}

    def hear_exchange(self, lines: Iterator[dict[str, Any]], seen: float) -> list[Told]:
        """Learn from the exchange's list; returns what is new."""
        fresh = []
        for line in lines:
            one = _told(line, len(self.told) + 1, seen)
            self.told[one.key] = one
            fresh.append(one)
        return fresh

    def hear_pms(self, lines: Iterator[dict[str, Any]], seen: float) -> list[FolioEntry]:
        """Learn from the PMS's list; returns what is new."""
        fresh = [self.read_line(line, seen) for line in lines]
        self.folio += fresh
        return fresh

    def hear_earlier(self, lines: Iterator[dict[str, Any]]) -> None:
        """Learn what the PMS had booked before the run: folios have a beginning."""
        self.earlier = [self.read_line(line, 0.0) for line in lines]


def look(connection: Connection, owner: str, first: int, newest: int, unsettled: Sequence[int]) -> Look:
    """Read what is new behind call `newest`, and the unsettled again; nothing up to `first`, the end of the past."""
    rows = list(_newer(connection, owner, max(first, newest)))
    rows += [row for number in unsettled if (row := pages.call(connection, owner, number)) is not None]
    postings = pages.of_calls(connection, owner, [int(row["id"]) for row in rows])
    numbers = [int(one["id"]) for several in postings.values() for one in several]
    attempts = pages.attempts_of(connection, owner, numbers)
    return Look(
        calls=tuple(_stored(connection, owner, row, postings.get(row["id"], []), attempts) for row in rows),
        records=sum(reading.record_counts(connection, owner, first).values()),
    )


def _newer(connection: Connection, owner: str, known: int) -> Iterator[Row]:
    before: int | None = None
    while True:
        rows = pages.calls_before(connection, owner, AT_ONCE, before)
        yield from (row for row in rows if row["id"] > known)
        if len(rows) < AT_ONCE or rows[-1]["id"] <= known:
            return
        before = int(rows[-1]["id"])


def _stored(
    connection: Connection, owner: str, row: Row, postings: list[dict[str, Any]], attempts: Mapping[int, list[Any]]
) -> StoredCall:
    records = pages.records_of(connection, owner, int(row["id"]))
    return StoredCall(
        row=row,
        postings=tuple(postings),
        tokens={int(one["id"]): tuple(try_["token"] for try_ in attempts.get(one["id"], [])) for one in postings},
        raw=tuple(printable(bytes(one["raw"]), LONGEST_RECORD) for one in records),
    )


def _told(line: Row, number: int, seen: float) -> Told:
    return Told(
        number=number,
        key=str(line["key"]),
        extension=str(line["extension"]),
        dialled=str(line["dialled"]),
        seconds=int(line["seconds"]),
        direction=str(line["direction"]),
        kind=str(line["kind"]),
        charged=bool(line["charged"]),
        seen=seen,
    )


def fias_line(line: Row, seen: float) -> FolioEntry:
    """A line of the ledger of a PMS with FIAS, where P# says which attempt it is of."""
    return FolioEntry(
        token=int(line["p#"] or 0),
        room=str(line["room"]),
        guest=str(line["guest"]),
        reservation=str(line["reservation"]),
        amount=int(line["amount"] or 0),
        text=str(line["text"]),
        at=str(line["at"]),
        answer=str(line["answer"]),
        clear_text=str(line["clear_text"]),
        booked=bool(line["booked"]),
        delivery=str(line["delivery"]),
        seen=seen,
    )
