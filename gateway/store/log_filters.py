"""Filters of the log that people keep, each for its keeper or for all: kept and taken away by commands, never deleted.

A name stands once for each keeper, and once for all: the schema holds that. What is kept is the question as the address of
the log writes it, so that a filter means the same wherever it is opened; "the last 31 days" stays that and is no date.
"""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, insert, or_, select, update

from gateway.store import schema
from gateway.store.commands import Command
from gateway.store.memory import Memory
from gateway.store.rows import clean
from gateway.store.schema_log import KEPT

_f = schema.log_filters.c

#: The verbs of commands. The subject is JSON: name, asked and whose of a filter to keep; number and whose of one to take away.
KEEP, DROP = "keep-filter", "drop-filter"
DEEDS: Final = (KEEP, DROP)
#: Characters of a name and of a question, and filters that one person, or all together, can have.
LONGEST_NAME: Final = 40
LONGEST_ASKED: Final = 1_000
MOST: Final = 50


class Kept(NamedTuple):
    """A filter as the store has it. `whose` is empty for one that all see."""

    id: int
    whose: str
    name: str
    asked: str
    added_by: str


_WHOLE = select(*[_f[name] for name in Kept._fields])


def standing(connection: Connection, owner: str, whose: str) -> list[Kept]:
    """The filters that a person sees: those for all, and his own; by name."""
    wanted = _WHOLE.where(_f.property == owner, KEPT, or_(_f.whose == "", _f.whose == whose))
    return sorted((Kept(*row) for row in connection.execute(wanted)), key=lambda one: (one.name.casefold(), one.id))


def to_keep(name: str, asked: str, whose: str) -> str:
    """What a command to keep a filter is about."""
    return json.dumps({"name": name, "asked": asked, "whose": whose})


def to_drop(number: int, whose: str) -> str:
    """What a command to take one away is about; `whose` is whoever asks, or empty where he may take away what is for all."""
    return json.dumps({"number": number, "whose": whose})


def carry_out(connection: Connection, memory: Memory, command: Command, now: int) -> str:
    """Keep a filter or take one away; returns the sentence to keep."""
    said: dict[str, Any] = json.loads(command.subject or "{}")
    return (_keep if command.deed == KEEP else _drop)(connection, memory, command, said, now)


def _keep(connection: Connection, memory: Memory, command: Command, said: dict[str, Any], now: int) -> str:
    name = " ".join((clean(said["name"]) or "").split())
    whose, asked = clean(said["whose"]) or "", clean(said["asked"]) or ""
    if not name or len(name) > LONGEST_NAME:
        return f"not kept: a filter needs a name of at most {LONGEST_NAME} characters"
    if len(asked) > LONGEST_ASKED:
        return "not kept: the question is too long"
    known = [one for one in standing(connection, memory.owner, whose) if one.whose == whose]
    if any(one.name.casefold() == name.casefold() for one in known):
        return f"not kept: there is a filter {name} already; take it away first, or choose another name"
    if len(known) >= MOST:
        return f"not kept: there are {MOST} filters already; take one away first"
    row = {"whose": whose, "name": name, "asked": asked, "added_at": now, "added_by": clean(command.who)}
    key = {"property": memory.owner, "id": memory.numbers.take(schema.log_filters)}
    connection.execute(insert(schema.log_filters).values(**key, **row, removed_by=""))
    memory.note(connection, now, command.who, f"filter {name} of the log kept{'' if whose else ' for all'}: {asked}")
    return f"the filter {name} is kept"


def _drop(connection: Connection, memory: Memory, command: Command, said: dict[str, Any], now: int) -> str:
    number, whose = int(said["number"]), str(said["whose"])
    mine = (_f.property == memory.owner, _f.id == number, KEPT, _f.whose == whose)
    row = connection.execute(_WHOLE.where(*mine)).one_or_none()
    if row is None:
        return "not taken away: there is no such filter"
    wanted = update(schema.log_filters).where(_f.property == memory.owner, _f.id == number)
    connection.execute(wanted.values(removed_at=now, removed_by=clean(command.who)))
    memory.note(connection, now, command.who, f"filter {row.name} of the log taken away")
    return f"the filter {row.name} is taken away"
