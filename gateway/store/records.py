"""Segments and records in the store, as the settling of calls needs to read them."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Connection, and_, func, insert, select, update

from gateway.repeats import digest
from gateway.settle import VACANT
from gateway.store import schema
from gateway.store.narrowing import rows_of
from gateway.store.rows import CallRow
from gateway.store.statements import Statements

_r, _c, _g, _d = schema.records.c, schema.calls.c, schema.segments.c, schema.kept_digests.c


#: The mark of a record that was kept unread and later read as a call, and that of the record which it became.
READ_AGAIN: Final = "read again"
ANEW: Final = "anew"


class StoredRecord(NamedTuple):
    """What of a stored record is needed to take its call up again."""

    id: int
    source: str
    received_at: int
    mark: str
    call_id: int | None
    raw: bytes
    kept: bytes | None

    @property
    def fingerprint(self) -> bytes:
        """By what the record is known again; kept apart where its bytes are gone."""
        return digest(self.raw) if self.kept is None else self.kept


class StoredSegment(NamedTuple):
    """A connection or file as the store knows it; `last` is its last record, where somebody is to read on behind it."""

    id: int
    source: str
    identity: str
    position: int
    opened_at: int
    last: bytes = b""


_SAME = and_(_d.property == _r.property, _d.id == _r.id)
_STORED = select(_r.id, _r.source, _r.received_at, _r.mark, _r.call_id, _r.raw, _d.digest).select_from(
    schema.records.outerjoin(schema.kept_digests, _SAME)
)


def newest_records(connection: Connection, owner: str, most: int) -> list[StoredRecord]:
    """The newest records but for furniture, oldest first."""
    wanted = _STORED.where(_r.property == owner, _r.kind != "furniture").order_by(_r.id.desc()).limit(most)
    return [StoredRecord(*row) for row in connection.execute(wanted)][::-1]


def opening_records(connection: Connection, owner: str, segment: int, most: int) -> list[StoredRecord]:
    """The first records of one segment, but for furniture."""
    wanted = _STORED.where(_r.property == owner, _r.segment == segment, _r.kind != "furniture")
    return [StoredRecord(*row) for row in connection.execute(wanted.order_by(_r.position).limit(most))]


def remembered_since(connection: Connection, owner: str, source: str, first: int) -> int:
    """How many records of a source, from record `first` on, are its history: neither repeats nor furniture."""
    wanted = select(func.count()).where(
        _r.property == owner,
        _r.id >= first,
        _r.source == source,
        _r.kind != "furniture",
        _r.mark.in_(("", "gap", READ_AGAIN)),
    )
    return int(connection.execute(wanted).scalar() or 0)


def open_segment(
    connection: Connection, owner: str, segment: int, source: str, kind: str, identity: str, now: int
) -> None:
    """Write down that a connection or file begins."""
    connection.execute(
        insert(schema.segments).values(
            property=owner, id=segment, source=source, kind=kind, identity=identity, opened_at=now, position=0
        )
    )


def has_segment(connection: Connection, owner: str, number: int) -> bool:
    """Whether a segment of this number is written down."""
    _s = schema.segments.c
    return connection.execute(select(_s.id).where(_s.property == owner, _s.id == number)).first() is not None


def known_files(connection: Connection, owner: str, source: str) -> list[StoredSegment]:
    """The files that this source was read from, oldest first; the newest with its last record."""
    wanted = (
        select(_g.id, _g.source, _g.identity, _g.position, _g.opened_at)
        .where(_g.property == owner, _g.source == source, _g.kind == "file")
        .order_by(_g.id)
    )
    found = [StoredSegment(*row) for row in connection.execute(wanted)]
    if found:
        found[-1] = found[-1]._replace(last=_last_record(connection, owner, found[-1].id))
    return found


def _last_record(connection: Connection, owner: str, segment: int) -> bytes:
    wanted = select(_r.raw).where(_r.property == owner, _r.segment == segment).order_by(_r.position.desc()).limit(1)
    return bytes(connection.execute(wanted).scalar() or b"")


def identify_file(connection: Connection, owner: str, segment: int, identity: str) -> None:
    """Write down a file's identity anew, because it grew long enough to have a better one."""
    wanted = update(schema.segments).where(_g.property == owner, _g.id == segment)
    connection.execute(wanted.values(identity=identity))


def mark_records(connection: Connection, owner: str, ids: tuple[int, ...], mark: str, reason: str) -> list[int]:
    """Mark records, and return the calls they belonged to."""
    chosen = (_r.property == owner) & _r.id.in_(ids)
    calls = [row.call_id for row in connection.execute(select(_r.call_id).where(chosen)) if row.call_id is not None]
    connection.execute(update(schema.records).where(chosen).values(mark=mark, reason=reason))
    return calls


class UnreadRecord(NamedTuple):
    """A record that was kept unread."""

    id: int
    received_at: int
    reason: str
    raw: bytes


def unread_records(
    connection: Connection, owner: str, source: str, since: int, until: int, after: int, most: int
) -> list[UnreadRecord]:
    """Records of a source that were kept unread and have not been read again since, in the order in which they came."""
    unread = (_r.kind == "unparsed", _r.mark == "", _r.call_id.is_(None), func.length(_r.raw) > 0)
    then = (_r.received_at >= since, _r.received_at < until, _r.id > after)
    wanted = select(_r.id, _r.received_at, _r.reason, _r.raw).where(_r.property == owner, _r.source == source, *unread)
    return [UnreadRecord(*row) for row in connection.execute(wanted.where(*then).order_by(_r.id).limit(most))]


def call(connection: Connection, owner: str, call_id: int) -> CallRow | None:
    """One call."""
    row = connection.execute(select(schema.calls).where(_c.property == owner, _c.id == call_id)).first()
    return None if row is None else CallRow(*row)


def seems_vacant(connection: Connection, owner: str, since: int, after: int) -> bool:
    """Whether a call behind number `after` began at `since` or later in a room that seemed vacant; priced or not."""
    before, behind = VACANT
    ruled = (_c.status == "not_chargeable", _c.reservation.is_(None), _c.reason == before + _c.room + behind)
    wanted = select(_c.id).where(_c.property == owner, _c.id > after, *ruled, _c.started_at >= since)
    return connection.execute(wanted.limit(1)).first() is not None


def newest_received(connection: Connection, owner: str) -> int | None:
    """When the newest record was read; None in a store without records."""
    newest = select(_r.received_at).where(_r.property == owner).order_by(_r.id.desc()).limit(1)
    return connection.execute(newest).scalar_one_or_none()


def rule_call(
    connection: Connection,
    statements: Statements,
    owner: str,
    call_id: int,
    status: str,
    reason: str,
    now: int,
    reservation: str | None = None,
) -> None:
    """Change the ruling of a call, in words and status, and its guest where one is named; an open call is settled by it."""
    was = connection.execute(select(_c.status).where(_c.property == owner, _c.id == call_id)).scalar()
    wanted = update(schema.calls).where(_c.property == owner, _c.id == call_id)
    guest = {} if reservation is None else {"reservation": reservation}
    connection.execute(wanted.values(status=status, reason=reason, settle_by=None, **guest))
    statements.feed.call_changed(connection, owner, call_id, now, was_open=was == "open" and status != "open")


def in_doubt(connection: Connection, owner: str, call_id: int) -> bool:
    """Whether a record of a call may be a repeat."""
    wanted = select(_r.id).where(rows_of(schema.records, owner, "call_id", [call_id]), _r.mark == "possible repeat")
    return connection.execute(wanted.limit(1)).first() is not None


def overdue_calls(connection: Connection, owner: str, now: int, newest: int) -> list[CallRow]:
    """Open calls whose time has come, among the newest."""
    wanted = select(schema.calls).where(_c.property == owner, _c.id >= newest, _c.status == "open", _c.settle_by <= now)
    return [CallRow(*row) for row in connection.execute(wanted)]
