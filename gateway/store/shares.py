"""Calls whose price several holders share: who held them, and whose share each posting is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import (
    Connection,
    Select,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal_column,
    null,
    select,
    update,
)

from gateway.store import schema
from gateway.store.rows import clean

_s, _p, _c, _o = schema.call_shares.c, schema.share_parts.c, schema.calls.c, schema.postings.c
#: Calls that one question names.
_AT_ONCE: Final = 500

#: Whose share it is: the kind of holder, and its name.
Whose: TypeAlias = tuple[str, str]


class ShareRow(NamedTuple):
    """One row of `call_shares`, behind its property."""

    call_id: int
    kind: str
    name: str
    place: int
    reservation: str | None
    seconds: int
    amount: int | None

    @property
    def whose(self) -> Whose:
        """Whose share it is."""
        return (self.kind, self.name)

    @property
    def room(self) -> str | None:
        """The guest room, if it is one."""
        return self.name if self.kind == "room" else None


class SharePart(NamedTuple):
    """One row of `share_parts`, behind its property."""

    call_id: int
    part: int
    kind: str
    name: str


#: How long the guest of a posting talked: of a call that several pay for, his own share of it.
TALKED: Final = func.coalesce(_s.seconds, _c.talk_seconds).label("talk_seconds")
# A bound value would be another one in GROUP BY, by PostgreSQL's lights.
_A_ROOM: Final = literal_column("'room'", Text)
#: Whose room and whose guest's a posting is: its share's, else its call's.
ROOM: Final = case((_s.kind.is_(None), _c.room), (_s.kind == _A_ROOM, _s.name), else_=null()).label("room")
GUEST: Final = case((_s.kind.is_(None), _c.reservation), else_=_s.reservation).label("reservation")
_PARTS: Final = and_(_p.property == _o.property, _p.call_id == _o.call_id, _p.part == _o.part)
_SHARES: Final = and_(_s.property == _p.property, _s.call_id == _p.call_id, _s.kind == _p.kind, _s.name == _p.name)


def beside_postings(wanted: Select[Any]) -> Select[Any]:
    """A question about postings and their calls, with the share of the call that each posting is."""
    return wanted.outerjoin(schema.share_parts, _PARTS).outerjoin(schema.call_shares, _SHARES)


_ROW: Final = [_s[name] for name in ShareRow._fields]


def write(connection: Connection, owner: str, shares: Mapping[int, Sequence[ShareRow]]) -> None:
    """Write down who held calls, in the place of what was known of them."""
    forget(connection, owner, list(shares))
    rows = [row._asdict() | {"property": owner, "name": clean(row.name)} for some in shares.values() for row in some]
    if rows:
        connection.execute(insert(schema.call_shares), rows)


def add_parts(connection: Connection, owner: str, parts: Sequence[SharePart]) -> None:
    """Write down whose shares new postings are."""
    if parts:
        rows = [one._asdict() | {"property": owner, "name": clean(one.name)} for one in parts]
        connection.execute(insert(schema.share_parts), rows)


def forget(connection: Connection, owner: str, calls: Sequence[int]) -> None:
    """Calls that nobody shares; whose share a posting was stays known."""
    for at in range(0, len(calls), _AT_ONCE):
        some = calls[at : at + _AT_ONCE]
        connection.execute(delete(schema.call_shares).where(_s.property == owner, _s.call_id.in_(some)))


def of_calls(connection: Connection, owner: str, calls: Sequence[int]) -> dict[int, list[ShareRow]]:
    """Who held calls, in the order in which they did; calls that nobody shares are not in it."""
    found: dict[int, list[ShareRow]] = {}
    for at in range(0, len(calls), _AT_ONCE):
        some = calls[at : at + _AT_ONCE]
        wanted = select(*_ROW).where(_s.property == owner, _s.call_id.in_(some)).order_by(_s.call_id, _s.place)
        for row in connection.execute(wanted):
            found.setdefault(row.call_id, []).append(ShareRow(*row))
    return found


def of_call(connection: Connection, owner: str, call_id: int) -> list[ShareRow]:
    """Who held a call; empty for one that nobody shares."""
    return of_calls(connection, owner, [call_id]).get(call_id, [])


def parts_of(connection: Connection, owner: str, call_id: int) -> dict[int, Whose]:
    """Whose share each posting of a call is, by its part."""
    wanted = select(_p.part, _p.kind, _p.name).where(_p.property == owner, _p.call_id == call_id)
    return {row.part: (row.kind, row.name) for row in connection.execute(wanted)}


def beside(connection: Connection, owner: str, postings: Sequence[Mapping[str, Any]]) -> dict[int, ShareRow]:
    """The shares that postings belong to, by the number of the posting."""
    shares = of_calls(connection, owner, sorted({row["call_id"] for row in postings}))
    known = {call: parts_of(connection, owner, call) for call in shares}
    return {
        row["id"]: share
        for row in postings
        for share in shares.get(row["call_id"], ())
        if known[row["call_id"]].get(row["part"]) == share.whose
    }


class Paid(NamedTuple):
    """A share that somebody pays, with the beginning of its call."""

    call_id: int
    began: int
    amount: int


def paid_by(connection: Connection, owner: str, column: str, name: str, first: int) -> list[Paid]:
    """The priced shares of a `reservation` or a `department` in calls from number `first` on."""
    mine = _s.reservation == name if column == "reservation" else and_(_s.kind == "department", _s.name == name)
    tables = schema.call_shares.join(schema.calls, and_(_c.property == _s.property, _c.id == _s.call_id))
    wanted = select(_s.call_id, _c.started_at, _s.amount).select_from(tables).where(_s.property == owner, mine)
    rows = connection.execute(wanted.where(_s.call_id >= first, _c.amount.is_not(None), _c.status == "charge"))
    return [Paid(*row) for row in rows]


def untie(connection: Connection, owner: str, calls: Sequence[int]) -> None:
    """Nothing ties shares to a guest or a room any more; what departments had stays, and every amount."""
    held = (_s.property == owner, _s.call_id.in_(calls), _s.kind != "department")
    connection.execute(update(schema.call_shares).where(*held).values(name=cast(_s.place, Text), reservation=None))
    connection.execute(delete(schema.share_parts).where(_p.property == owner, _p.call_id.in_(calls)))


def any_shared(connection: Connection, owner: str) -> bool:
    """Whether any call of the house is shared at all; most houses have none, and are asked nothing more."""
    return connection.execute(select(_s.call_id).where(_s.property == owner).limit(1)).first() is not None
