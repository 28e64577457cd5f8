"""Erasures in the store: how far each has come, and the rows that it has to look at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Table, insert, select, tuple_, update

from gateway.repeats import digest
from gateway.store import guests, schema
from gateway.store.guests import StayRow
from gateway.store.memory import Memory
from gateway.store.narrowing import rows_of
from gateway.store.pages import first_since
from gateway.store.rows import clean

_e, _s, _c, _r, _k = schema.erasures.c, schema.stays.c, schema.calls.c, schema.records.c, schema.commands.c
_AT_ONCE: Final = 500


class Erasure(NamedTuple):
    """One that is not done."""

    id: int
    place: str
    needles: str


def begin(
    connection: Connection, memory: Memory, *, digest: str, who: str, why: str, needles: str, calls: int, now: int
) -> int:
    """Write one down; returns its number."""
    number = memory.numbers.take(schema.erasures)
    said = {"id": number, "digest": digest, "begun_at": now, "who": clean(who), "why": clean(why), "state": "begun"}
    connection.execute(
        insert(schema.erasures).values(property=memory.owner, **said, place="", needles=needles, calls=calls)
    )
    return number


def oldest(connection: Connection, owner: str) -> Erasure | None:
    """The oldest that is not done."""
    wanted = select(_e.id, _e.place, _e.needles).where(_e.property == owner, _e.state == "begun").order_by(_e.id)
    row = connection.execute(wanted.limit(1)).first()
    return None if row is None else Erasure(*row)


def move(connection: Connection, owner: str, number: int, place: str) -> None:
    """It has come so far."""
    connection.execute(update(schema.erasures).where(_e.property == owner, _e.id == number).values(place=place))


def end(connection: Connection, owner: str, number: int, now: int) -> None:
    """Nothing is left, and what was looked for is forgotten."""
    ended = {"state": "done", "place": "", "needles": "", "done_at": now}
    connection.execute(update(schema.erasures).where(_e.property == owner, _e.id == number).values(ended))


def newest(connection: Connection, owner: str, most: int) -> list[dict[str, Any]]:
    """The newest erasures, done or not, newest first."""
    said = (_e.id, _e.begun_at, _e.who, _e.why, _e.state, _e.calls)
    wanted = select(*said).where(_e.property == owner).order_by(_e.id.desc()).limit(most)
    return [dict(row._mapping) for row in connection.execute(wanted)]


def told(connection: Connection, owner: str) -> list[tuple[str, str, str]]:
    """Everybody who was erased: digest, by whom, why."""
    wanted = select(_e.digest, _e.who, _e.why).where(_e.property == owner).order_by(_e.id)
    return [(row.digest, row.who, row.why) for row in connection.execute(wanted)]


def reservations(connection: Connection, owner: str) -> list[str]:
    """Every guest there is."""
    return list(connection.execute(select(_s.reservation).distinct().where(_s.property == owner)).scalars())


def needles(
    connection: Connection, owner: str, reservation: str, stays: Sequence[StayRow], calls: Sequence[int]
) -> str:
    """What is looked for in other tables, as JSON: names, numbers that were dialled or called, records that are sent again."""
    names = {one.name for one in stays if one.name}
    families = {name.partition(",")[0].strip() for name in names}
    alone = {one for one in families if not guests.share_a_name(connection, owner, reservation, one)}
    said = {
        "reservation": reservation,
        "names": sorted(names | alone),
        "numbers": numbers_of(connection, owner, calls),
        "records": digests_of(connection, owner, calls),
    }
    return json.dumps(said)


def again(connection: Connection, memory: Memory, erased: Sequence[tuple[str, str, str]], now: int) -> int:
    """Into a copy that was put back: whoever was erased since it was made, to be erased anew; returns how many are in it."""
    owner, found = memory.owner, 0
    known = {digest: (who, why) for digest, who, why in erased}
    for reservation in reservations(connection, owner):
        mark = guests.digest_of(owner, reservation)
        if mark not in known or guests.erasure_of(connection, owner, reservation) is not None:
            continue
        who, why = known[mark]
        stays = guests.stays_of(connection, owner, reservation)
        calls = guests.calls_of(connection, owner, stays)
        words = needles(connection, owner, reservation, stays, calls)
        begin(connection, memory, digest=mark, who=who, why=why, needles=words, calls=len(calls), now=now)
        found += 1
    return found


# -- rows -----------------------------------------------------------------------------------------------------------


def numbers_of(connection: Connection, owner: str, calls: Sequence[int]) -> list[str]:
    """The numbers that calls were with, each once."""
    found: set[str] = set()
    for first in range(0, len(calls), _AT_ONCE):
        chosen = (_c.property == owner, _c.id.in_(calls[first : first + _AT_ONCE]))
        for row in connection.execute(select(_c.dialled, _c.caller, _c.number).where(*chosen)):
            found.update(one for one in row if one)
    return sorted(found)


def digests_of(connection: Connection, owner: str, calls: Sequence[int]) -> list[str]:
    """By what the records of calls are known when an exchange sends them again, in hexadecimal."""
    found = rows_about(connection, schema.records, owner, "call_id", calls)
    known: set[str] = set()
    for first in range(0, len(found), _AT_ONCE):
        chosen = (_r.property == owner, _r.id.in_(found[first : first + _AT_ONCE]), _r.raw != b"")
        known.update(digest(bytes(raw)).hex() for raw in connection.execute(select(_r.raw).where(*chosen)).scalars())
    return sorted(known)


def rows_about(connection: Connection, table: Table, owner: str, column: str, values: Sequence[int]) -> list[int]:
    """The rows whose column names one of these calls or postings."""
    found: list[int] = []
    for first in range(0, len(values), _AT_ONCE):
        some = values[first : first + _AT_ONCE]
        found += connection.execute(select(table.c.id).where(rows_of(table, owner, column, some))).scalars()
    return found


def rows_of_guest(connection: Connection, table: Table, owner: str, reservation: str) -> list[int]:
    """The rows that name a reservation."""
    wanted = select(table.c.id).where(table.c.property == owner, table.c.reservation == reservation)
    return list(connection.execute(wanted).scalars())


def commands_about(connection: Connection, owner: str, reservation: str) -> list[int]:
    """What was asked about a guest by the reservation."""
    wanted = select(_k.id).where(_k.property == owner, _k.subject == reservation)
    return list(connection.execute(wanted).scalars())


def unname(connection: Connection, owner: str, stays: Sequence[int]) -> None:
    """Take from stays what the PMS said of the person."""
    gone = {"name": "", "vip": "", "group_code": "", "guest_class": ""}
    connection.execute(update(schema.stays).where(_s.property == owner, _s.id.in_(stays)).values(gone))


def rows_behind(
    connection: Connection,
    table: Table,
    owner: str,
    key: Sequence[str],
    columns: Sequence[str],
    after: tuple[int | str, ...],
    most: int,
) -> list[dict[str, Any]]:
    """The next rows of a table in the order of its key, with these columns."""
    parts = [table.c[name] for name in key]
    names = dict.fromkeys((*key, *columns))
    wanted = select(*[table.c[name] for name in names]).where(table.c.property == owner)
    if after:
        wanted = wanted.where(tuple_(*parts) > tuple_(*after))
    return [dict(row._mapping) for row in connection.execute(wanted.order_by(*parts).limit(most))]


def record_before(connection: Connection, owner: str, since: int) -> int:
    """The number of the last record from before an instant."""
    return first_since(connection, owner, schema.records, _r.received_at, since) - 1


def records_of_no_call(
    connection: Connection, owner: str, after: int, most: int
) -> tuple[list[tuple[int, bytes]], int | None]:
    """Of the next records those that belong to no call, with their bytes; and the last looked at, None at the end."""
    wanted = select(_r.id, _r.call_id, _r.raw).where(_r.property == owner, _r.id > after).order_by(_r.id).limit(most)
    rows = connection.execute(wanted).all()
    found = [(row.id, bytes(row.raw)) for row in rows if row.call_id is None and row.raw]
    return found, rows[-1].id if rows else None
