"""Limits of stays said by people, and marks of how a guest stands: what changes `stay_limits.py`, inside the writer's transaction."""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy import Connection, insert, select

from gateway.store import schema
from gateway.store.commands import Command
from gateway.store.memory import Memory
from gateway.store.rows import clean
from gateway.store.stay_limits import ORDER, OWN, Limit, Verdict, spent
from rating.limits import ACTIONS, WARN_AT, Budget, standing

_m, _s = schema.limit_marks.c, schema.stays.c

#: The verb of the command that says a limit, and what the sentence of one that was carried out begins with.
LIMIT: Final = "limit"
SAID: Final = "the limit of"


def mark(
    connection: Connection,
    memory: Memory,
    reservation: str,
    verdict: Verdict,
    budget: tuple[str, int],
    spent: int,
    now: int,
    call_id: int | None = None,
) -> None:
    """Write down that a guest stands so against a limit, a name and an amount, from now on."""
    name, limit = budget
    key = {"property": memory.owner, "id": memory.numbers.take(schema.limit_marks), "at": now, "call_id": call_id}
    row = {"reservation": reservation, "name": name, "verdict": verdict, "spent": spent, "amount": limit}
    connection.execute(insert(schema.limit_marks).values(**key, **row))
    memory.stay_limits.marks[reservation, name] = verdict


def recount(connection: Connection, memory: Memory, reservation: str | None, now: int) -> None:
    """A person changed what a guest is charged: that counts from now on, and a mark that is no longer true is taken back."""
    if reservation is None:
        return
    limits = memory.stay_limits
    limits.recount.add(reservation)
    marked = {name for (guest, name), verdict in limits.marks.items() if guest == reservation and verdict != "within"}
    if not marked:
        return
    used = spent(connection, memory.owner, reservation)
    mine = (_m.property == memory.owner, _m.reservation == reservation, _m.name.in_(marked))
    amounts = {
        row.name: row.amount for row in connection.execute(select(_m.name, _m.amount).where(*mine).order_by(_m.id))
    }
    for name, amount in amounts.items():
        warn_at = limits.warn_at.get((name, amount), WARN_AT)
        verdict = standing(Budget(name=name, amount=amount, per="stay", action="warn", warn_at=warn_at), used).verdict
        if ORDER.index(verdict) < ORDER.index(limits.marks[reservation, name]):
            mark(connection, memory, reservation, verdict, (name, amount), used, now)


def subject(reservation: str, kind: str, amount: int | None, action: str) -> str:
    """What a command about a limit is about."""
    return json.dumps({"reservation": reservation, "kind": kind, "amount": amount, "action": action})


def carry_out(connection: Connection, memory: Memory, command: Command, now: int) -> str:
    """Set or lift a limit; the sentence to keep."""
    said = _read(command)
    if isinstance(said, str):
        return said
    if not command.why.strip():
        return "not done: a limit needs a reason, which is kept with your name"
    known = select(_s.id).where(_s.property == memory.owner, _s.reservation == said.reservation).limit(1)
    if connection.execute(known).scalar() is None:
        return f"not done: there is no guest with reservation {said.reservation}"
    said = said._replace(id=memory.numbers.take(schema.stay_limits), at=now)
    connection.execute(insert(schema.stay_limits).values(property=memory.owner, **said._asdict()))
    before = memory.stay_limits.said.get(said.reservation)
    memory.stay_limits.said[said.reservation] = said
    _mark_anew(connection, memory, said, now)
    words = f"{SAID} reservation {said.reservation} is {_words(said)}"
    was = _words(before) if before is not None else "as the tariff says"
    memory.note(connection, now, command.who, f"{words}, was {was}: {command.why}")
    return words


def _read(command: Command) -> Limit | str:
    try:
        found = json.loads(command.subject or "")
        reservation, kind, amount, action = (found[name] for name in ("reservation", "kind", "amount", "action"))
    except (ValueError, KeyError, TypeError):
        return "not done: the limit cannot be read"
    if kind not in ("own", "none", "tariff") or action not in ACTIONS or not isinstance(reservation, str):
        return "not done: the limit cannot be read"
    if kind == "own" and (type(amount) is not int or amount < 0):
        return "not done: a limit is an amount"
    who, why = clean(command.who) or "", clean(command.why) or ""
    wanted = amount if kind == "own" else None
    return Limit(0, 0, clean(reservation) or "", clean(command.room) or "", kind, wanted, action, who, why)


def _mark_anew(connection: Connection, memory: Memory, said: Limit, now: int) -> None:
    """What was marked before is over; against the new limit the guest stands as he stands."""
    guest, own = said.reservation, said.budget
    for (whose, name), verdict in list(memory.stay_limits.marks.items()):
        if whose == guest and verdict != "within":
            mark(connection, memory, guest, "within", (name, 0), 0, now)
    if own is None:
        return
    used = spent(connection, memory.owner, guest)
    verdict = standing(own, used).verdict
    if verdict != "within":
        mark(connection, memory, guest, verdict, (OWN, own.amount), used, now)


def _words(said: Limit) -> str:
    match said.kind:
        case "own":
            return f"{said.amount} minor units, {said.action}"
        case "none":
            return "lifted"
        case _:
            return "as the tariff says"
