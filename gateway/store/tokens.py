"""The tokens of programs: which of them may ask, and for what. A token is shown once; the store keeps its SHA-256.

A token is `fg_NUMBER_SECRET`. The secret has 256 random bits, so a plain digest is enough: there is nothing to guess. The
number finds the row; the digest is compared in constant time. Who made and who revoked one is in the trail of people.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final, NamedTuple

from sqlalchemy import Connection, insert, select, update

from gateway.store import people, schema
from gateway.store.people import Act
from gateway.store.rows import clean

_t = schema.tokens.c

#: What a token may allow: to read, to take and acknowledge postings, to tell who is in which room.
RIGHTS: Final = ("read", "acknowledge", "rooms")
#: The verb of the command by which the events that programs read are written from now on.
READ_FEED: Final = "feed"
#: Characters of a token's name.
LONGEST_NAME: Final = 60
#: Random bytes of a secret.
SECRET_BYTES: Final = 32
_PREFIX: Final = "fg"
#: Characters of the longest token that is looked at.
_LONGEST: Final = 200


class Token(NamedTuple):
    """A token as the store has it."""

    id: int
    name: str
    digest: str
    rights: str
    made_at: int
    made_by: str
    revoked_at: int | None
    revoked_by: str

    def allows(self, right: str) -> bool:
        """Whether it stands and gives this right."""
        return self.revoked_at is None and right in self.rights.split()


_WHOLE = select(*[_t[name] for name in Token._fields])


def add(
    connection: Connection, owner: str, *, name: str, rights: tuple[str, ...], who: str, now: int, address: str = ""
) -> str:
    """Make a token, asked for from an address if it has one; returns it, this once."""
    number = people.next_number(connection, schema.tokens, owner)
    words = f"{_PREFIX}_{number}_{secrets.token_urlsafe(SECRET_BYTES)}"
    row = {"property": owner, "id": number, "name": clean(name), "digest": digest(words), "rights": " ".join(rights)}
    connection.execute(insert(schema.tokens).values(**row, made_at=now, made_by=clean(who), revoked_by=""))
    about = f"token {number}, {name}"
    people.note(connection, owner, Act(who, now, address), about=about, what="token made", after=" ".join(rights))
    return words


def revoke(connection: Connection, owner: str, number: int, *, who: str, now: int, address: str = "") -> bool:
    """Refuse a token from now on; False if there is none of this number that stands."""
    wanted = update(schema.tokens).where(_t.property == owner, _t.id == number, _t.revoked_at.is_(None))
    if connection.execute(wanted.values(revoked_at=now, revoked_by=clean(who))).rowcount != 1:
        return False
    gone = next(one for one in all_of(connection, owner) if one.id == number)
    about = f"token {number}, {gone.name}"
    people.note(connection, owner, Act(who, now, address), about=about, what="token revoked", before=gone.rights)
    return True


def all_of(connection: Connection, owner: str) -> list[Token]:
    """Every token, oldest first."""
    return [Token(*row) for row in connection.execute(_WHOLE.where(_t.property == owner).order_by(_t.id))]


def standing(connection: Connection, owner: str, words: str) -> Token | None:
    """The token that these words are, if it is one of this property and not revoked."""
    prefix, _, rest = words.partition("_")
    number, _, _ = rest.partition("_")
    known = prefix == _PREFIX and len(words) <= _LONGEST and number.isascii() and number.isdigit() and len(number) < 10
    row = connection.execute(_WHOLE.where(_t.property == owner, _t.id == int(number))).first() if known else None
    found = Token(*row) if row is not None else None
    fits = hmac.compare_digest(found.digest if found is not None else digest(""), digest(words))
    return found if found is not None and fits and found.revoked_at is None else None


def digest(words: str) -> str:
    """What of a token is kept."""
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()
