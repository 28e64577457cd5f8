"""Words that people gave to numbers: given and taken away by commands, with who and why, and never deleted.

A tag of a number stands once: the schema holds that. Its giving and its taking away are entries of the audit trail, in the
transaction that does it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from gateway.store import schema
from gateway.store.commands import Command
from gateway.store.inbound import calls_with
from gateway.store.memory import Memory
from gateway.store.rows import clean
from gateway.store.schema_inbound import STANDS

_t = schema.number_tags.c

#: The verbs of commands: the subject is the number, a blank, and the tag.
TAG, UNTAG = "tag", "untag"
DEEDS: Final = (TAG, UNTAG)
#: Characters of a tag, and tags that a number or a call can have at a time.
LONGEST_TAG: Final = 40
MOST_TAGS: Final = 20
#: Tags that were taken away, shown with a number; and numbers with a tag that are listed.
MOST_GONE: Final = 20
MOST_LISTED: Final = 200


class Tag(NamedTuple):
    """A tag as the store has it; the columns of its table without the property."""

    id: int
    number: str
    tag: str
    added_at: int
    added_by: str
    why: str
    removed_at: int | None
    removed_by: str


_WHOLE = select(*[_t[name] for name in Tag._fields])


def standing(connection: Connection, owner: str, number: str) -> list[Tag]:
    """The tags of a number, as they were given."""
    wanted = _WHOLE.where(_t.property == owner, _t.number == number, STANDS).order_by(_t.id)
    return [Tag(*row) for row in connection.execute(wanted)]


def gone(connection: Connection, owner: str, number: str) -> list[Tag]:
    """The newest tags that a number had. Tags are given by hand, so there are few enough to be looked through."""
    wanted = _WHOLE.where(_t.property == owner, _t.number == number, _t.removed_at.is_not(None))
    return [Tag(*row) for row in connection.execute(wanted.order_by(_t.id.desc()).limit(MOST_GONE))]


def newest(connection: Connection, owner: str) -> list[Tag]:
    """The newest tags that stand, of all numbers."""
    wanted = _WHOLE.where(_t.property == owner, STANDS).order_by(_t.id.desc()).limit(MOST_LISTED)
    return [Tag(*row) for row in connection.execute(wanted)]


def forget(connection: Connection, owner: str, theirs: Callable[[Tag], bool]) -> None:
    """Delete the tags of numbers that nobody is known to have been in contact with any more, as far as they are `theirs`."""
    tagged = [Tag(*row) for row in connection.execute(_WHOLE.where(_t.property == owner).order_by(_t.id))]
    lone = [one.id for one in tagged if theirs(one) and not calls_with(connection, owner, one.number, 1)]
    connection.execute(delete(schema.number_tags).where(_t.property == owner, _t.id.in_(lone)))


def tidy(words: str) -> str:
    """A tag as it is kept: its words one blank apart."""
    return " ".join((clean(words) or "").split())


def subject(number: str, tag: str) -> str:
    """What a command about a tag is about."""
    return f"{number} {tag}"


def carry_out(connection: Connection, memory: Memory, command: Command, now: int) -> str:
    """Give a tag or take one away; returns the sentence to keep."""
    number, _, words = (command.subject or "").partition(" ")
    tag = tidy(words)
    if not number or not tag:
        return "a tag needs a number and a word"
    if len(tag) > LONGEST_TAG:
        return f"a tag has at most {LONGEST_TAG} characters"
    return (_give if command.deed == TAG else _take)(connection, memory, command, number, tag, now)


def _give(connection: Connection, memory: Memory, command: Command, number: str, tag: str, now: int) -> str:
    known = standing(connection, memory.owner, number)
    same = _same(known, tag)
    if same is not None:
        return f"the number has the tag {same.tag} already"
    if len(known) >= MOST_TAGS:
        return f"the number has {MOST_TAGS} tags already; take one away first"
    row = {"number": number, "tag": tag, "added_at": now, "added_by": clean(command.who), "why": clean(command.why)}
    key = {"property": memory.owner, "id": memory.numbers.take(schema.number_tags)}
    connection.execute(insert(schema.number_tags).values(**key, **row, removed_by=""))
    _note(connection, memory, command, f"number {number} tagged {tag}", now)
    return f"the number is tagged {tag}"


def _take(connection: Connection, memory: Memory, command: Command, number: str, tag: str, now: int) -> str:
    same = _same(standing(connection, memory.owner, number), tag)
    if same is None:
        return f"the number has no tag {tag}"
    wanted = update(schema.number_tags).where(_t.property == memory.owner, _t.id == same.id)
    connection.execute(wanted.values(removed_at=now, removed_by=clean(command.who)))
    _note(connection, memory, command, f"number {number} no longer tagged {same.tag}", now)
    return f"the tag {same.tag} is taken away"


def _same(known: list[Tag], tag: str) -> Tag | None:
    """The tag among these that a reader would take for the same word."""
    return next((one for one in known if one.tag.casefold() == tag.casefold()), None)


def _note(connection: Connection, memory: Memory, command: Command, words: str, now: int) -> None:
    memory.note(connection, now, command.who, f"{words}: {command.why}" if command.why else words)
