"""Who is signed in where: sessions, the browsers that are known, and the failures that pauses rest on.

The browser holds a secret of 256 random bits; the store has its SHA-256. A session ends by time (gateway/people/lasting.py), by
its user, by whoever manages users, and with a changed password.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from gateway.instants import SECOND
from gateway.store import schema
from gateway.store.people import Act, User, next_number
from gateway.store.rows import clean
from gateway.store.tokens import digest

_s, _u, _f, _b = schema.sessions.c, schema.users.c, schema.sign_in_failures.c, schema.known_browsers.c

#: Random bytes of a secret.
SECRET_BYTES: Final = 32
#: Characters of what a browser calls itself that are kept.
_LONGEST_BROWSER: Final = 200
#: Sessions a user has at most: with one more, the oldest ends.
MOST_SESSIONS: Final = 20
#: Browsers remembered of one user.
MOST_BROWSERS: Final = 10
#: How long what has ended is kept.
KEPT: Final = 90 * 24 * 3600 * SECOND


class Session(NamedTuple):
    """A session."""

    id: int
    user_id: int
    began_at: int
    seen_at: int
    ended_at: int | None
    ended_why: str
    address: str
    browser: str


_WHOLE = [_s[name] for name in Session._fields]


def begin(connection: Connection, owner: str, act: Act, user: User, browser: str) -> str:
    """Begin a session of a user; returns the secret for the browser."""
    connection.execute(delete(schema.sessions).where(_s.property == owner, _s.began_at < act.at - KEPT))
    for one in open_of(connection, owner, user.id)[MOST_SESSIONS - 1 :]:
        end(connection, owner, one.id, act.at, "too many")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    number = next_number(connection, schema.sessions, owner)
    row = {"property": owner, "id": number, "digest": digest(secret), "user_id": user.id, "ended_why": ""}
    row |= {"began_at": act.at, "seen_at": act.at, "address": act.address, "browser": clean(browser)[:_LONGEST_BROWSER]}  # type: ignore[index]
    connection.execute(insert(schema.sessions).values(**row))
    return secret


def found(connection: Connection, owner: str, secret: str) -> tuple[Session, User] | None:
    """The session that has this secret, if it was not ended, and its user, if not disabled."""
    on = (_s.property == _u.property) & (_s.user_id == _u.id)
    wanted = select(*_WHOLE, *[_u[name] for name in User._fields]).select_from(schema.sessions.join(schema.users, on))
    held = (_s.property == owner, _s.digest == digest(secret), _s.ended_at.is_(None), _u.disabled_at.is_(None))
    row = connection.execute(wanted.where(*held)).first()
    return None if row is None else (Session(*row[: len(_WHOLE)]), User(*row[len(_WHOLE) :]))


def seen(connection: Connection, owner: str, number: int, now: int) -> None:
    """Somebody asked something."""
    connection.execute(update(schema.sessions).where(_s.property == owner, _s.id == number).values(seen_at=now))


def open_of(connection: Connection, owner: str, user_id: int) -> list[Session]:
    """Sessions of a user that were not ended, the newest first; some may be over by time."""
    wanted = select(*_WHOLE).where(_s.property == owner, _s.user_id == user_id, _s.ended_at.is_(None))
    return [Session(*row) for row in connection.execute(wanted.order_by(_s.id.desc()))]


def end(connection: Connection, owner: str, number: int, now: int, why: str) -> None:
    """End a session."""
    wanted = update(schema.sessions).where(_s.property == owner, _s.id == number, _s.ended_at.is_(None))
    connection.execute(wanted.values(ended_at=now, ended_why=why))


def end_all(connection: Connection, owner: str, user_id: int, now: int, why: str, spared: int = 0) -> int:
    """End every session of a user but one; how many."""
    wanted = update(schema.sessions).where(_s.property == owner, _s.user_id == user_id, _s.ended_at.is_(None))
    return connection.execute(wanted.where(_s.id != spared).values(ended_at=now, ended_why=why)).rowcount


# -- browsers and failures ----------------------------------------------------------------------------------------


def is_known(connection: Connection, owner: str, browser: str) -> bool:
    """Whether somebody signed in with this browser before."""
    wanted = select(_b.at).where(_b.property == owner, _b.digest == digest(browser))
    return connection.execute(wanted).first() is not None


def know(connection: Connection, owner: str, act: Act, user_id: int, browser: str | None) -> str:
    """Remember a browser, by the secret it has or a new one, which is returned."""
    secret = browser or secrets.token_urlsafe(SECRET_BYTES)
    connection.execute(delete(schema.known_browsers).where(_b.property == owner, _b.digest == digest(secret)))
    row = {"property": owner, "digest": digest(secret), "user_id": user_id, "at": act.at}
    connection.execute(insert(schema.known_browsers).values(**row))
    kept = select(_b.digest).where(_b.property == owner, _b.user_id == user_id).order_by(_b.at.desc())
    old = [row.digest for row in connection.execute(kept)][MOST_BROWSERS:]
    if old:
        connection.execute(delete(schema.known_browsers).where(_b.property == owner, _b.digest.in_(old)))
    return secret


def failures(connection: Connection, owner: str, buckets: Sequence[str]) -> dict[str, tuple[int, int]]:
    """How often each bucket has failed in a row, and when last."""
    wanted = select(_f.bucket, _f.failures, _f.last_at).where(_f.property == owner, _f.bucket.in_(buckets))
    return {row.bucket: (row.failures, row.last_at) for row in connection.execute(wanted)}


def count(connection: Connection, owner: str, bucket: str, failed: int, now: int) -> None:
    """Keep how often a bucket has failed; none is forgotten."""
    connection.execute(delete(schema.sign_in_failures).where(_f.property == owner, _f.bucket == bucket))
    if failed > 0:
        row = {"property": owner, "bucket": bucket, "failures": failed, "last_at": now}
        connection.execute(insert(schema.sign_in_failures).values(**row))


def forget_failures(connection: Connection, owner: str, before: int) -> None:
    """Forget what is older."""
    connection.execute(delete(schema.sign_in_failures).where(_f.property == owner, _f.last_at < before))
