"""Commands of people to the running gateway, and what came of them."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from gateway.store import schema
from gateway.store.rows import clean

_k = schema.commands.c
#: Commands carried out in one transaction; more wait for the next look, a second later.
MOST_AT_ONCE = 200


#: A row's number has fewer digits than this.
_DIGITS: Final = 19


class Command(NamedTuple):
    """What a person asked for."""

    id: int
    who: str
    deed: str
    posting_id: int | None
    room: str | None
    why: str
    alarm_id: int | None = None
    subject: str | None = None


def number_in(subject: str) -> int:
    """The row that the subject of a command names by its number; 0, which no row has, for anything else."""
    return int(subject) if subject.isascii() and subject.isdigit() and len(subject) < _DIGITS else 0


def give(
    connection: Connection,
    owner: str,
    *,
    now: int,
    who: str,
    deed: str,
    posting_id: int | None,
    why: str,
    room: str | None = None,
    alarm_id: int | None = None,
    subject: str | None = None,
) -> int:
    """Write a command down; the gateway reads it within a second. Returns its number."""
    newest = connection.execute(select(func.max(_k.id)).where(_k.property == owner)).scalar()
    number = int(newest or 0) + 1
    row = {"property": owner, "id": number, "asked_at": now, "who": clean(who), "deed": deed}
    about = {"posting_id": posting_id, "room": clean(room), "alarm_id": alarm_id, "subject": clean(subject)}
    connection.execute(insert(schema.commands).values(**row, **about, why=clean(why), result=""))
    return number


def undone(connection: Connection, owner: str) -> list[Command]:
    """Commands nobody has looked at, in order."""
    wanted = select(*[_k[name] for name in Command._fields]).where(_k.property == owner, _k.done_at.is_(None))
    return [Command(*row) for row in connection.execute(wanted.order_by(_k.id).limit(MOST_AT_ONCE))]


def done(connection: Connection, owner: str, number: int, now: int, result: str) -> None:
    """Write down what came of a command."""
    wanted = update(schema.commands).where(_k.property == owner, _k.id == number)
    connection.execute(wanted.values(done_at=now, result=clean(result)))


def newest_done(connection: Connection, owner: str, deed: str, begins: str) -> list[tuple[int, str]]:
    """The newest command of this verb whose result begins so: when it was carried out, and who gave it; at most one."""
    mine = (_k.property == owner, _k.deed == deed, _k.result.startswith(begins, autoescape=True))
    wanted = select(_k.done_at, _k.who).where(*mine).order_by(_k.id.desc()).limit(1)
    return [(int(at), who) for at, who in connection.execute(wanted)]


def result(connection: Connection, owner: str, number: int) -> str | None:
    """What came of a command; None while nothing has."""
    wanted = select(_k.result).where(_k.property == owner, _k.id == number, _k.done_at.is_not(None))
    return connection.execute(wanted).scalar()
