"""Users as the store has them, and the trail of what was done with them.

Like tokens, they are written by whoever has the transaction: a page's own small one, or a command's. Numbers are given out in it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, insert, select, update

from gateway.store import schema
from gateway.store.rows import clean

_u, _t = schema.users.c, schema.people_trail.c


class User(NamedTuple):
    """A user; `password` is the hash, and no page shows it."""

    id: int
    name: str
    role: str
    mail: str
    source: str
    subject: str
    password: str
    password_at: int | None
    made_at: int
    made_by: str
    disabled_at: int | None
    signed_in_at: int | None
    language: str


class Entry(NamedTuple):
    """Something that was done."""

    id: int
    at: int
    who: str
    about: str
    what: str
    before: str
    after: str
    address: str


class Act(NamedTuple):
    """Who does something, when and from where."""

    who: str
    at: int
    address: str = ""


_WHOLE = select(*[_u[name] for name in User._fields])


def folded(name: str) -> str:
    """What makes two names one."""
    return clean(name).strip().casefold()  # type: ignore[union-attr]


def next_number(connection: Connection, table: Table, owner: str) -> int:
    """The number of the next row."""
    newest = connection.execute(select(func.max(table.c.id)).where(table.c.property == owner)).scalar()
    return int(newest or 0) + 1


def all_of(connection: Connection, owner: str) -> list[User]:
    """Every user, by name."""
    return [User(*row) for row in connection.execute(_WHOLE.where(_u.property == owner).order_by(_u.folded))]


def named(connection: Connection, owner: str, name: str) -> User | None:
    """The user of this name."""
    row = connection.execute(_WHOLE.where(_u.property == owner, _u.folded == folded(name))).first()
    return User(*row) if row is not None else None


def numbered(connection: Connection, owner: str, number: int) -> User | None:
    """The user of this number."""
    row = connection.execute(_WHOLE.where(_u.property == owner, _u.id == number)).first()
    return User(*row) if row is not None else None


def of_subject(connection: Connection, owner: str, source: str, subject: str) -> User | None:
    """The user whom a directory or a provider calls so."""
    wanted = _WHOLE.where(_u.property == owner, _u.source == source, _u.subject == subject)
    row = connection.execute(wanted).first()
    return User(*row) if row is not None else None


def add(connection: Connection, owner: str, act: Act, *, name: str, role: str, **said: Any) -> User:
    """Make a user, and write it down; IntegrityError where the name is taken."""
    known = {"mail": "", "source": "here", "subject": "", "password": "", "language": "", **said}
    known |= {"made_by": clean(act.who)}
    number = next_number(connection, schema.users, owner)
    shown = clean(name).strip()  # type: ignore[union-attr]
    row = {"property": owner, "id": number, "name": shown, "folded": folded(name), "role": role, **known}
    row |= {"password_at": act.at if known["password"] else None, "made_at": act.at}
    connection.execute(insert(schema.users).values(**row))
    note(connection, owner, act, about=shown, what="user added", after=role)
    found = numbered(connection, owner, number)
    assert found is not None
    return found


def change(connection: Connection, owner: str, act: Act, user: User, what: str, **values: Any) -> None:
    """Change a user, and write down what was and what is. Passwords are told as changed and not shown."""
    connection.execute(update(schema.users).where(_u.property == owner, _u.id == user.id).values(**values))
    shown = [name for name in values if name in ("role", "mail")]
    before, after = (" ".join(str(said[name]) for name in shown) for said in (user._asdict(), values))
    note(connection, owner, act, about=user.name, what=what, before=before, after=after)


def speaks(connection: Connection, owner: str, user_id: int, language: str) -> None:
    """The user has chosen the language of the pages."""
    connection.execute(update(schema.users).where(_u.property == owner, _u.id == user_id).values(language=language))


def signed_in(connection: Connection, owner: str, user_id: int, now: int) -> None:
    """The user has signed in."""
    connection.execute(update(schema.users).where(_u.property == owner, _u.id == user_id).values(signed_in_at=now))


def note(
    connection: Connection, owner: str, act: Act, *, about: str, what: str, before: str = "", after: str = ""
) -> None:
    """Write down that something was done."""
    number = next_number(connection, schema.people_trail, owner)
    row = {"property": owner, "id": number, "at": act.at, "who": clean(act.who), "about": clean(about), "what": what}
    row |= {"before": clean(before), "after": clean(after), "address": act.address}
    connection.execute(insert(schema.people_trail).values(**row))


def trail(connection: Connection, owner: str, most: int, before: int | None = None) -> list[Entry]:
    """What was done, the newest first."""
    wanted = select(*[_t[name] for name in Entry._fields]).where(_t.property == owner)
    if before is not None:
        wanted = wanted.where(_t.id < before)
    return [Entry(*row) for row in connection.execute(wanted.order_by(_t.id.desc()).limit(most))]
