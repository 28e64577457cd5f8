"""What the desk writes beside a stay or a call: notes, tags, disputes, and why somebody looked at earlier guests.

Remarks are only added. A tag is there while its last remark is `tag`; a call is disputed while its last is `dispute`.
They come as commands and are kept by the one writer; each is in the audit trail with who and when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, insert, or_, select

from gateway.store import schema
from gateway.store.commands import Command
from gateway.store.memory import Memory
from gateway.store.rows import clean

_m, _s, _c, _p = schema.remarks.c, schema.stays.c, schema.calls.c, schema.postings.c

#: The verbs of commands that are remarks, and the kind each of them writes.
DEEDS: Final[Mapping[str, str]] = {
    "note": "note",
    "tag-guest": "tag",
    "untag-guest": "untag",
    "dispute": "dispute",
    "undispute": "settled",
    "look": "looked",
}
#: Those about a call; the others are about a stay, and looking is about a room.
OF_CALL: Final = ("dispute", "undispute")
#: What the sentence of a remark that was kept begins with.
KEPT: Final = "kept: "
#: Letters of a tag: a word or two.
LONGEST_TAG: Final = 30
#: Remarks of a stay that are shown; the rest is in the store.
MOST: Final = 200


class Remark(NamedTuple):
    """A remark as the store has it."""

    id: int
    at: int
    who: str
    kind: str
    reservation: str | None
    room: str
    call_id: int | None
    words: str


_WHOLE = select(*[_m[name] for name in Remark._fields])


def keep(connection: Connection, memory: Memory, command: Command, now: int) -> str:
    """Carry out a command that is a remark: the sentence of what came of it."""
    subject, words = command.subject or "", " ".join(command.why.split())
    if not words:
        return "not kept: it has no words, and whoever reads it later must know why"
    if command.deed in OF_CALL:
        return _of_call(connection, memory, command, int(subject) if subject.isdigit() else 0, now)
    if command.deed == "look":
        return _write(connection, memory, command, now, None, None)
    if not _known(connection, memory.owner, subject):
        return f"not kept: there is no guest with reservation {subject}"
    if command.deed != "note":
        words = words[:LONGEST_TAG]
        standing = words in tags(of_guests(connection, memory.owner, [subject]))
        if standing == (command.deed == "tag-guest"):
            return f"not kept: the tag '{words}' {'stands there already' if standing else 'is not there'}"
    return _write(connection, memory, command._replace(why=words), now, subject, None)


def _of_call(connection: Connection, memory: Memory, command: Command, call_id: int, now: int) -> str:
    wanted = select(_c.reservation, _c.room).where(_c.property == memory.owner, _c.id == call_id)
    call = connection.execute(wanted).one_or_none()
    if call is None:
        return f"not kept: there is no call {call_id}"
    standing = call_id in disputed(of_calls(connection, memory.owner, [call_id]))
    if standing == (command.deed == "dispute"):
        return f"not kept: call {call_id} is {'in dispute already' if standing else 'not in dispute'}"
    return _write(connection, memory, command._replace(room=call.room or ""), now, call.reservation, call_id)


def _write(
    connection: Connection, memory: Memory, command: Command, now: int, reservation: str | None, call_id: int | None
) -> str:
    number = memory.numbers.take(schema.remarks)
    row = {"id": number, "at": now, "who": clean(command.who), "kind": DEEDS[command.deed], "call_id": call_id}
    about = {"reservation": clean(reservation), "room": clean(command.room) or "", "words": clean(command.why)}
    connection.execute(insert(schema.remarks).values(property=memory.owner, **row, **about))
    told = _told(command, reservation, call_id)
    memory.note(connection, now, command.who, told, _first_posting(connection, memory.owner, call_id))
    return f"{KEPT}{told}"


def _told(command: Command, reservation: str | None, call_id: int | None) -> str:
    """The entry of the audit trail. The text of a note stays in the note."""
    match command.deed:
        case "dispute":
            return f"call {call_id} is in dispute: {command.why}"
        case "undispute":
            return f"the dispute of call {call_id} is settled: {command.why}"
        case "look":
            return f"looked at earlier stays in room {command.room}: {command.why}"
        case "note":
            return f"a note on reservation {reservation}"
        case _:
            return f"{DEEDS[command.deed]} '{command.why}' on reservation {reservation}"


def _first_posting(connection: Connection, owner: str, call_id: int | None) -> int | None:
    if call_id is None:
        return None
    wanted = select(_p.id).where(_p.property == owner, _p.call_id == call_id).order_by(_p.part).limit(1)
    found = connection.execute(wanted).scalar()
    return None if found is None else int(found)


def _known(connection: Connection, owner: str, reservation: str) -> bool:
    wanted = select(_s.id).where(_s.property == owner, _s.reservation == reservation).limit(1)
    return connection.execute(wanted).scalar() is not None


# -- reading ------------------------------------------------------------------------------------------------------


def of_guests(connection: Connection, owner: str, reservations: Sequence[str]) -> list[Remark]:
    """The newest remarks about guests and their calls, oldest first."""
    return _read(connection, owner, _m.reservation.in_(reservations)) if reservations else []


def of_calls(connection: Connection, owner: str, calls: Sequence[int]) -> list[Remark]:
    """The newest remarks about calls, oldest first."""
    return _read(connection, owner, _m.call_id.in_(calls)) if calls else []


def of_room(connection: Connection, owner: str, reservations: Sequence[str], calls: Sequence[int]) -> list[Remark]:
    """The newest remarks about guests or calls, oldest first."""
    return _read(connection, owner, or_(_m.reservation.in_(reservations), _m.call_id.in_(calls)))


def in_the_house(connection: Connection, owner: str) -> dict[str, int]:
    """How many calls each guest who is in the house disputes now."""
    here = select(_s.reservation).where(_s.property == owner, _s.until.is_(None))
    mine = and_(_m.property == owner, _m.reservation.in_(here), _m.kind.in_(("dispute", "settled")))
    rows = [Remark(*row) for row in connection.execute(_WHOLE.where(mine).order_by(_m.id))]
    whose = {one.call_id: one.reservation for one in rows}
    found: dict[str, int] = {}
    for call_id in disputed(rows):
        guest = whose[call_id] or ""
        found[guest] = found.get(guest, 0) + 1
    return found


def looked(connection: Connection, owner: str, number: int) -> tuple[str, int] | None:
    """Which room's earlier stays a command to look at them was for, and when it was carried out."""
    k = schema.commands.c
    wanted = select(k.room, k.done_at, k.result).where(k.property == owner, k.id == number, k.deed == "look")
    row = connection.execute(wanted).one_or_none()
    if row is None or row.done_at is None or not row.result.startswith(KEPT):
        return None
    return row.room or "", int(row.done_at)


def result_of(connection: Connection, owner: str, number: int, call_id: int) -> str:
    """What came of a command that was a remark about this call; empty where nothing has, or it is about something else."""
    k = schema.commands.c
    mine = (k.property == owner, k.id == number, k.deed.in_(OF_CALL), k.subject == str(call_id))
    return str(connection.execute(select(k.result).where(*mine)).scalar() or "")


def _read(connection: Connection, owner: str, which: Any) -> list[Remark]:
    wanted = _WHOLE.where(_m.property == owner, which).order_by(_m.id.desc()).limit(MOST)
    return [Remark(*row) for row in connection.execute(wanted)][::-1]


def tags(remarks: Iterable[Remark]) -> list[str]:
    """The tags that stand, in the order in which they were given. Pure."""
    found: dict[str, None] = {}
    for one in remarks:
        if one.kind == "tag":
            found[one.words] = None
        elif one.kind == "untag":
            found.pop(one.words, None)
    return list(found)


def disputed(remarks: Iterable[Remark]) -> dict[int, Remark]:
    """The calls in dispute now, each with the remark that says why. Pure."""
    found: dict[int, Remark] = {}
    for one in remarks:
        if one.kind == "dispute" and one.call_id is not None:
            found[one.call_id] = one
        elif one.kind == "settled" and one.call_id is not None:
            found.pop(one.call_id, None)
    return found
