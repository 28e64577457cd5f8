"""What programs asked to be changed, each carried out once: the answer of the first time is kept, and given again.

A program names what it asks (`client_id`). The same name with the same words is the same request, whose answer may have
been lost on the way; the same name with other words is a mistake of the program, and is refused.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select

from gateway.store import schema
from gateway.store.numbers import Numbers

_r = schema.requests.c


class Earlier(NamedTuple):
    """A request that was carried out before."""

    digest: str
    at: int
    answer: dict[str, Any]


def digest(words: Any) -> str:
    """By what the same words are known again; `words` is a value for JSON."""
    return hashlib.sha256(json.dumps(words, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def find(connection: Connection, owner: str, token_id: int, client_id: str) -> Earlier | None:
    """The request that a program gave this name."""
    wanted = select(_r.digest, _r.at, _r.answer).where(
        _r.property == owner, _r.token_id == token_id, _r.client_id == client_id
    )
    row = connection.execute(wanted).first()
    return None if row is None else Earlier(row.digest, int(row.at), json.loads(row.answer))


class Kept(NamedTuple):
    """A request to be kept: whose, under which name, the digest of what was asked, when, and what was answered."""

    token_id: int
    client_id: str
    digest: str
    at: int
    answer: dict[str, Any]


def keep(connection: Connection, owner: str, numbers: Numbers, kept: Kept) -> None:
    """Write down what was answered, in the commit of what was done."""
    row = {**kept._asdict(), "answer": json.dumps(kept.answer)}
    connection.execute(insert(schema.requests).values(property=owner, id=numbers.take(schema.requests), **row))
