"""Words that people give to single calls: given and taken off by commands.

A call has a tag once, however it is written: the schema holds that by its small letters. Giving one and taking one off are
entries of the audit trail, with what the tags were before, in the transaction that does it; the table has what stands. A tag
is nothing but a word, in which somebody's name may stand; so where other words are erased, it is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select

from gateway.store import schema
from gateway.store.commands import Command, number_in
from gateway.store.forgetting import resting
from gateway.store.memory import Memory
from gateway.store.narrowing import rows_of
from gateway.store.rows import clean
from gateway.store.tags import LONGEST_TAG, MOST_TAGS, tidy

_t, _c, _p, _k = schema.call_tags.c, schema.calls.c, schema.postings.c, schema.commands.c

#: The verbs of commands: the subject is the number of the call, a blank, and the tag.
TAG, UNTAG = "tag-call", "untag-call"
DEEDS: Final = (TAG, UNTAG)
#: Tags that are offered while somebody writes one, and how many of the newest are looked at for them.
MOST_OFFERED: Final = 30
_LOOKED_AT: Final = 100
#: Calls that are asked about at a time.
_AT_ONCE: Final = 500


class Tag(NamedTuple):
    """A tag that stands."""

    id: int
    call_id: int
    tag: str


# -- reading ----------------------------------------------------------------------------------------------------------


def standing(connection: Connection, owner: str, calls: Sequence[int]) -> dict[int, list[str]]:
    """The tags of calls, by call, as they were given."""
    found: dict[int, list[str]] = {}
    for first in range(0, len(calls), _AT_ONCE):
        for one in _standing(connection, owner, calls[first : first + _AT_ONCE]):
            found.setdefault(one.call_id, []).append(one.tag)
    return found


def _standing(connection: Connection, owner: str, calls: Sequence[int]) -> list[Tag]:
    mine = rows_of(schema.call_tags, owner, "call_id", calls)
    wanted = select(_t.id, _t.call_id, _t.tag).where(mine).order_by(_t.id)
    return [Tag(*row) for row in connection.execute(wanted)]


def in_use(connection: Connection, owner: str) -> list[str]:
    """The tags that calls were given last and still have, each once: what somebody is offered who writes one."""
    newest = select(_t.tag, _t.folded).where(_t.property == owner).order_by(_t.id.desc()).limit(_LOOKED_AT)
    found: dict[str, str] = {}
    for tag, folded in connection.execute(newest):
        found.setdefault(folded, tag)
    return list(found.values())[:MOST_OFFERED]


def with_tag(connection: Connection, owner: str, tag: str, *, begins: bool) -> ColumnElement[bool] | None:
    """The condition for calls that have a tag, or one that begins so; None where no call has."""
    word = tag.casefold()
    same: ColumnElement[bool] = _t.folded == word
    if begins:
        same = func.substr(_t.folded, 1, len(word)) == word
        if connection.dialect.name == "sqlite":  # its texts are in the order of their letters: a key can begin so
            same = and_(_t.folded >= word, _t.folded < f"{word}\U0010ffff")
    calls = select(_t.call_id).where(_t.property == owner, same)
    return None if connection.execute(calls.limit(1)).scalar() is None else _c.id.in_(calls)


def result_of(connection: Connection, owner: str, number: int, call_id: int) -> str:
    """What came of a command about a tag of this call; empty where nothing has, or it is about something else."""
    mine = (_k.property == owner, _k.id == number, _k.deed.in_(DEEDS), _k.subject.startswith(f"{call_id} "))
    return str(connection.execute(select(_k.result).where(*mine)).scalar() or "")


# -- giving and taking off --------------------------------------------------------------------------------------------


def subject(call_id: int, tag: str) -> str:
    """What a command about a tag is about."""
    return f"{call_id} {tag}"


def carry_out(connection: Connection, memory: Memory, command: Command, now: int) -> str:
    """Give a tag or take one off; returns the sentence to keep."""
    number, _, words = (command.subject or "").partition(" ")
    tag, call_id = tidy(words), number_in(number)
    known = select(_c.id).where(_c.property == memory.owner, _c.id == call_id)
    if connection.execute(known).scalar() is None:
        return f"there is no call {number}"
    if not tag:
        return "a tag needs a word"
    if len(tag) > LONGEST_TAG:
        return f"a tag has at most {LONGEST_TAG} characters"
    before = _standing(connection, memory.owner, [call_id])
    return (_give if command.deed == TAG else _take)(connection, memory, command, before, call_id, tag, now)


def _give(
    connection: Connection, memory: Memory, command: Command, before: list[Tag], call_id: int, tag: str, now: int
) -> str:
    same = _same(before, tag)
    if same is not None:
        return f"the call has the tag {same.tag} already"
    if len(before) >= MOST_TAGS:
        return f"the call has {MOST_TAGS} tags already; take one off first"
    key = {"property": memory.owner, "id": memory.numbers.take(schema.call_tags), "call_id": call_id}
    row = {"tag": tag, "folded": tag.casefold(), "added_at": now, "added_by": clean(command.who)}
    connection.execute(insert(schema.call_tags).values(**key, **row))
    _note(connection, memory, command, before, call_id, now)
    return f"the call is tagged {tag}"


def _take(
    connection: Connection, memory: Memory, command: Command, before: list[Tag], call_id: int, tag: str, now: int
) -> str:
    same = _same(before, tag)
    if same is None:
        return f"the call has no tag {tag}"
    connection.execute(delete(schema.call_tags).where(_t.property == memory.owner, _t.id == same.id))
    _note(connection, memory, command, before, call_id, now)
    return f"the tag {same.tag} is taken off"


def _same(known: list[Tag], tag: str) -> Tag | None:
    """The tag among these that a reader would take for the same word."""
    return next((one for one in known if one.tag.casefold() == tag.casefold()), None)


def _note(connection: Connection, memory: Memory, command: Command, before: list[Tag], call_id: int, now: int) -> None:
    """The entry of the audit trail: what the tags are and what they were, beside the first posting of the call, if it has one."""
    after = _standing(connection, memory.owner, [call_id])
    words = f"tags of call {call_id}: {_listed(after)} (before: {_listed(before)})"
    of_call = select(_p.id).where(rows_of(schema.postings, memory.owner, "call_id", [call_id])).order_by(_p.part)
    memory.note(connection, now, command.who, words, connection.execute(of_call.limit(1)).scalar())


def _listed(found: list[Tag]) -> str:
    return ", ".join(one.tag for one in found) or "none"


# -- forgetting -------------------------------------------------------------------------------------------------------


def forget_of(connection: Connection, owner: str, calls: Sequence[int]) -> None:
    """Delete every tag of these calls."""
    connection.execute(delete(schema.call_tags).where(rows_of(schema.call_tags, owner, "call_id", calls)))


def forget_before(connection: Connection, owner: str, until: int) -> None:
    """Delete the tags that were given before an instant, but those of calls that something rests on."""
    old = select(_t.call_id).distinct().where(_t.property == owner, _t.added_at < until)
    calls = list(connection.execute(old).scalars())
    for first in range(0, len(calls), _AT_ONCE):
        some = calls[first : first + _AT_ONCE]
        rests = resting(connection, owner, some)
        over = [one for one in some if one not in rests]
        mine = rows_of(schema.call_tags, owner, "call_id", over)
        connection.execute(delete(schema.call_tags).where(mine, _t.added_at < until))


def forget_words(connection: Connection, owner: str, tells: Callable[[str], bool]) -> None:
    """Delete the tags, of whatever calls, whose words tell of somebody. There are few different ones."""
    words = connection.execute(select(_t.tag).distinct().where(_t.property == owner)).scalars()
    told = [one for one in words if tells(one)]
    for first in range(0, len(told), _AT_ONCE):
        some = told[first : first + _AT_ONCE]
        connection.execute(delete(schema.call_tags).where(_t.property == owner, _t.tag.in_(some)))
