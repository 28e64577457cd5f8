"""The feed: what programs outside live on, written in the commit of what it tells of.

While somebody reads it (a token, a web hook of events, a PMS that is a program at our door), each settled call and each
change of a posting gets an event: a number that only grows, one more than the last, and a kind. Since event and change
are one commit there is no change without its event and no event without its change, whatever dies in between; and since
one writer gives out the numbers inside its transactions, whoever has read up to a number has missed nothing below it.

    call.settled        a call is whole, priced and ruled
    call.changed        its ruling, its guest or its price was put right later
    posting.STATE       a posting came into a state of gateway/ledger.py, or was made in it
    posting.changed     a posting stayed in its state and changed otherwise: its room, why it is held
    posting.withdrawn   a held posting was of a record that proved to be a repeat: it was never a charge
    store.restored      the store was put back from a copy: what was told since that copy was made may be told differently

The event of a posting keeps the posting as it stood then. The event of a call does not: it is read with the call as it
stands. A number is never used again: a restored store goes on from the instant of its restore in microseconds, which no
count of events comes near to. Nothing is written while nobody reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, insert, select
from sqlalchemy.sql.elements import ColumnElement

from gateway.helplines import PERSONAL
from gateway.store import schema
from gateway.store.hot import Hot, hot_insert
from gateway.store.rows import CallRow, PostingRow
from gateway.store.watching import set_mark

_e, _p, _c, _m = schema.events.c, schema.postings.c, schema.calls.c, schema.marks.c

CALL_SETTLED: Final = "call.settled"
CALL_CHANGED: Final = "call.changed"
POSTING_CHANGED: Final = "posting.changed"
POSTING_WITHDRAWN: Final = "posting.withdrawn"
STORE_RESTORED: Final = "store.restored"
#: What of a posting changes, and is kept with each of its events.
KEPT: Final = (
    *("state", "hold", "reason", "room", "reservation", "amount", "attempts", "token", "due_at", "code", "reference"),
)
#: The mark that says that somebody reads.
READ: Final = "feed"
#: What the event of a call has.
_BARE: Final = ("property", "id", "at", "kind", "call_id")


class Feed:
    """Writes events. Its memory (whether anybody reads, the next number) is built from the store with all the other."""

    def __init__(self, engine: Engine) -> None:
        self._add = hot_insert(engine, schema.events)
        # The event of a call has none of a posting's columns: half the cost of a row that says so for each of them.
        bare = insert(schema.events).values({name: bindparam(name) for name in _BARE})
        self._add_bare = Hot(engine, bare, _BARE)
        key: list[ColumnElement[Any]] = [bindparam("event_id"), bindparam("event_at"), bindparam("event_kind")]
        self._keep_as_is = self._snapshot(engine, key)
        self._on, self._next = False, 1

    @staticmethod
    def _snapshot(engine: Engine, key: Sequence[ColumnElement[Any]]) -> Hot:
        """An event of a posting as it stands in the store at this moment of the transaction."""
        kept = select(_p.property, *key, _p.call_id, _p.id, *[_p[name] for name in KEPT]).where(
            _p.property == bindparam("owner"), _p.id == bindparam("posting")
        )
        columns = [column.name for column in schema.events.columns]
        wanted = insert(schema.events).from_select(columns, kept)
        return Hot(engine, wanted, ["event_id", "event_at", "event_kind", "owner", "posting"])

    @property
    def on(self) -> bool:
        """Whether anybody reads."""
        return self._on

    def load(self, connection: Connection, owner: str) -> None:
        """Read whether anybody reads, and where the numbers stand."""
        self._on = is_read(connection, owner)
        self._next = newest(connection, owner) + 1

    def _take(self, count: int = 1) -> int:
        """The first of so many numbers."""
        first, self._next = self._next, self._next + count
        return first

    # -- calls ----------------------------------------------------------------------------------------------------

    def calls(self, connection: Connection, at: int, new: Iterable[CallRow], changed: Sequence[CallRow]) -> None:
        """Calls that are about to be written; `changed` are in the store already, as they were. Private ones are not told."""
        if not self._on:
            return
        told = [(CALL_SETTLED, row) for row in new if row.status != "open" and row.place != PERSONAL]
        told += [
            (CALL_SETTLED if was_open else CALL_CHANGED, row)
            for row, was_open in zip(changed, self._were_open(connection, changed), strict=True)
            if row.status != "open" and row.place != PERSONAL
        ]
        first = self._take(len(told))
        rows = [(row.property, number, at, kind, row.id) for number, (kind, row) in enumerate(told, first)]
        self._add_bare.many(connection, rows)

    @staticmethod
    def _were_open(connection: Connection, changed: Sequence[CallRow]) -> list[bool]:
        if not changed:
            return []
        wanted = select(_c.id, _c.status).where(
            _c.property == changed[0].property, _c.id.in_([row.id for row in changed])
        )
        status = {int(row[0]): row[1] for row in connection.execute(wanted)}
        return [status.get(row.id, "open") == "open" for row in changed]

    def call_changed(
        self, connection: Connection, owner: str, call_id: int, at: int, *, was_open: bool = False
    ) -> None:
        """A call was ruled or priced anew; one that was open until now is told as settled."""
        if self._on:
            kind = CALL_SETTLED if was_open else CALL_CHANGED
            self._add_bare.many(connection, [(owner, self._take(), at, kind, call_id)])

    # -- postings -------------------------------------------------------------------------------------------------

    def made(self, connection: Connection, at: int, rows: Sequence[PostingRow]) -> None:
        """Postings were made."""
        if not self._on or not rows:
            return
        first = self._take(len(rows))
        # By position, as in intake/call_rows.py: the fields that KEPT names.
        told = [
            (
                row.property,
                number,
                at,
                f"posting.{row.state}",
                row.call_id,
                row.id,
                *row[5:11],
                *row[13:16],
                *row[19:21],
            )
            for number, row in enumerate(rows, first)
        ]
        self._add.many(connection, told)

    def moved(self, connection: Connection, owner: str, posting_id: int, state: str, at: int) -> None:
        """A posting came into a state."""
        self._as_it_is(connection, owner, posting_id, f"posting.{state}", at)

    def posting_changed(self, connection: Connection, owner: str, posting_id: int, at: int) -> None:
        """A posting changed and stayed in its state."""
        self._as_it_is(connection, owner, posting_id, POSTING_CHANGED, at)

    def withdrawing(self, connection: Connection, owner: str, posting_id: int, at: int) -> None:
        """A posting is about to be withdrawn."""
        self._as_it_is(connection, owner, posting_id, POSTING_WITHDRAWN, at)

    def _as_it_is(self, connection: Connection, owner: str, posting_id: int, kind: str, at: int) -> None:
        if self._on:
            self._keep_as_is.changed(connection, (self._take(), at, kind, owner, posting_id))

    # -- the store ------------------------------------------------------------------------------------------------

    def restored(self, connection: Connection, owner: str, at: int) -> None:
        """The store was put back from a copy: numbers that were given out since must not mean something else.

        Written whether anybody reads or not: the copy may be of a time when nobody did.
        """
        self._next = max(self._next, at)
        self._add_bare.many(connection, [(owner, self._take(), at, STORE_RESTORED, None)])

    def begin(self, connection: Connection, owner: str) -> None:
        """From now on somebody reads."""
        set_read(connection, owner, read=True)
        self._on = True


def is_read(connection: Connection, owner: str) -> bool:
    """Whether anybody reads the feed."""
    return bool(connection.execute(select(_m.value).where(_m.property == owner, _m.name == READ)).scalar())


def set_read(connection: Connection, owner: str, *, read: bool) -> None:
    """Write down whether anybody reads the feed."""
    set_mark(connection, owner, READ, int(read))


def newest(connection: Connection, owner: str) -> int:
    """The number of the newest event; 0 before the first."""
    wanted = select(_e.id).where(_e.property == owner).order_by(_e.id.desc()).limit(1)
    return int(connection.execute(wanted).scalar() or 0)


class EventRow(NamedTuple):
    """One event; `kept` is the posting as it stood then, empty where it is about none."""

    id: int
    at: int
    kind: str
    call_id: int | None
    posting_id: int | None
    kept: dict[str, Any]


def behind(connection: Connection, owner: str, after: int, most: int) -> list[EventRow]:
    """Events behind number `after`, oldest first."""
    wanted = select(_e.id, _e.at, _e.kind, _e.call_id, _e.posting_id, *[_e[name] for name in KEPT])
    rows = connection.execute(wanted.where(_e.property == owner, _e.id > after).order_by(_e.id).limit(most))
    return [
        EventRow(*row[:5], kept=dict(zip(KEPT, row[5:], strict=True)) if row[4] is not None else {})  # type: ignore[misc]
        for row in rows
    ]
