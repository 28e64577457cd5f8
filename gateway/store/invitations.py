"""Links that let somebody set a password once: for the first user, for whoever is invited, for whoever forgot."""

from __future__ import annotations

import secrets
from typing import Final, NamedTuple

from sqlalchemy import Connection, insert, select, update

from gateway.store import schema
from gateway.store.people import Act, next_number, note
from gateway.store.rows import clean
from gateway.store.sessions import SECRET_BYTES
from gateway.store.tokens import digest

_i = schema.invitations.c

FIRST: Final = "first"
INVITED: Final = "invited"
PASSWORD: Final = "password"


class Invitation(NamedTuple):
    """An invitation, without its secret."""

    id: int
    kind: str
    name: str
    role: str
    mail: str
    made_at: int
    made_by: str
    ends_at: int
    used_at: int | None
    withdrawn_at: int | None
    sent_at: int | None
    trouble: str


_WHOLE = [_i[name] for name in Invitation._fields]


def make(
    connection: Connection, owner: str, act: Act, kind: str, *, name: str, role: str, mail: str, ends_at: int
) -> tuple[int, str]:
    """Make a link; its number and its secret, which is shown or sent this once. Older ones for the same name are withdrawn."""
    for one in open_ones(connection, owner):
        if one.name.casefold() == name.casefold():
            withdraw(connection, owner, one.id, act.at)
    number, secret = next_number(connection, schema.invitations, owner), secrets.token_urlsafe(SECRET_BYTES)
    row = {"property": owner, "id": number, "kind": kind, "digest": digest(secret), "name": clean(name), "role": role}
    row |= {"mail": clean(mail), "made_at": act.at, "made_by": clean(act.who), "ends_at": ends_at, "trouble": ""}
    connection.execute(insert(schema.invitations).values(**row))
    note(connection, owner, act, about=name, what=f"link made ({kind})", after=f"{role} {mail}".strip())
    return number, secret


def open_ones(connection: Connection, owner: str) -> list[Invitation]:
    """Those that were neither used nor withdrawn, the newest first; also those that are over by time."""
    wanted = select(*_WHOLE).where(_i.property == owner, _i.used_at.is_(None), _i.withdrawn_at.is_(None))
    return [Invitation(*row) for row in connection.execute(wanted.order_by(_i.id.desc()))]


def found(connection: Connection, owner: str, secret: str, now: int) -> Invitation | None:
    """The invitation of this secret, if it still leads somewhere."""
    wanted = select(*_WHOLE).where(_i.property == owner, _i.digest == digest(secret), _i.ends_at > now)
    row = connection.execute(wanted.where(_i.used_at.is_(None), _i.withdrawn_at.is_(None))).first()
    return Invitation(*row) if row is not None else None


def use(connection: Connection, owner: str, number: int, now: int) -> bool:
    """It is used; False if somebody was quicker."""
    wanted = update(schema.invitations).where(_i.property == owner, _i.id == number, _i.used_at.is_(None))
    return connection.execute(wanted.where(_i.withdrawn_at.is_(None)).values(used_at=now)).rowcount == 1


def withdraw(connection: Connection, owner: str, number: int, now: int) -> bool:
    """It leads nowhere from now on."""
    wanted = update(schema.invitations).where(_i.property == owner, _i.id == number, _i.used_at.is_(None))
    return connection.execute(wanted.where(_i.withdrawn_at.is_(None)).values(withdrawn_at=now)).rowcount == 1


def sent(connection: Connection, owner: str, number: int, now: int | None, trouble: str) -> None:
    """The mail server took the mail, or why it did not."""
    wanted = update(schema.invitations).where(_i.property == owner, _i.id == number)
    connection.execute(wanted.values(sent_at=now, trouble=clean(trouble)))
