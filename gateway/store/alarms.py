"""Alarms in the store: raised once, acknowledged by name, cleared by fact. The watch and the pages read and write here.

"Raised once" is an index of the database: of one kind and subject there is at most one alarm that is not cleared.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, or_, select, update

from gateway.alarms.kinds import EMERGENCY, KINDS, Fact
from gateway.store import schema
from gateway.store.numbers import Numbers
from gateway.store.rows import clean

_a = schema.alarms.c

#: The one deed of a command that is about an alarm.
ACKNOWLEDGE = "acknowledge"


class AlarmRow(NamedTuple):
    """One row of `alarms`, but for its property."""

    id: int
    kind: str
    subject: str
    sentence: str
    details: str
    call_id: int | None
    raised_at: int
    acknowledged_at: int | None
    acknowledged_by: str
    note: str
    escalated_at: int | None
    cleared_at: int | None
    settled: int

    @property
    def fact(self) -> Fact:
        """What it says."""
        return Fact(self.kind, self.subject, self.sentence)


_WHOLE = select(*[_a[name] for name in AlarmRow._fields])


def unsettled(connection: Connection, owner: str) -> list[AlarmRow]:
    """Alarms that are open, or cleared without that being told yet; oldest first."""
    wanted = _WHOLE.where(_a.property == owner, schema.UNSETTLED).order_by(_a.id)
    return [AlarmRow(*row) for row in connection.execute(wanted)]


def one(connection: Connection, owner: str, number: int) -> AlarmRow | None:
    """One alarm."""
    row = connection.execute(_WHOLE.where(_a.property == owner, _a.id == number)).first()
    return None if row is None else AlarmRow(*row)


def newest(connection: Connection, owner: str, most: int, before: int | None = None) -> list[AlarmRow]:
    """Alarms of every state, newest first, from before alarm `before`."""
    wanted = _WHOLE.where(_a.property == owner)
    if before is not None:
        wanted = wanted.where(_a.id < before)
    return [AlarmRow(*row) for row in connection.execute(wanted.order_by(_a.id.desc()).limit(most))]


def between(connection: Connection, owner: str, since: int, until: int, most: int) -> list[AlarmRow]:
    """Alarms that were open at some time in a stretch, oldest first."""
    over = or_(_a.cleared_at.is_(None), _a.cleared_at >= since)
    wanted = _WHOLE.where(_a.property == owner, _a.raised_at < until, over)
    return [AlarmRow(*row) for row in connection.execute(wanted.order_by(_a.id).limit(most))]


def emergencies(connection: Connection, owner: str, most: int) -> list[AlarmRow]:
    """The newest emergency calls, newest first."""
    wanted = _WHOLE.where(_a.property == owner, _a.kind == EMERGENCY)
    return [AlarmRow(*row) for row in connection.execute(wanted.order_by(_a.id.desc()).limit(most))]


def known(connection: Connection, owner: str, kind: str, subject: str) -> AlarmRow | None:
    """The newest alarm of a kind and subject, open or not."""
    wanted = _WHOLE.where(_a.property == owner, _a.kind == kind, _a.subject == clean(subject))
    row = connection.execute(wanted.order_by(_a.id.desc()).limit(1)).first()
    return None if row is None else AlarmRow(*row)


def start(
    connection: Connection,
    owner: str,
    numbers: Numbers,
    fact: Fact,
    now: int,
    *,
    details: str = "",
    call_id: int | None = None,
) -> AlarmRow | None:
    """Raise an alarm; None if one of its kind and subject is open."""
    before = known(connection, owner, fact.kind, fact.subject)
    if before is not None and before.cleared_at is None:
        return None
    sentence, subject = clean(fact.sentence) or "", clean(fact.subject) or ""
    number = numbers.take(schema.alarms)
    row = AlarmRow(
        number, fact.kind, subject, sentence, clean(details) or "", call_id, now, None, "", "", None, None, 0
    )
    connection.execute(insert(schema.alarms).values(property=owner, **row._asdict()))
    return row


def reword(connection: Connection, owner: str, fact: Fact) -> None:
    """The fact of an open alarm has other words now."""
    _change(connection, owner, fact.kind, fact.subject, sentence=clean(fact.sentence))


def clear(connection: Connection, owner: str, kind: str, subject: str, now: int) -> None:
    """What an open alarm says is no longer so."""
    _change(connection, owner, kind, subject, cleared_at=now)


def _change(connection: Connection, owner: str, kind: str, subject: str, **values: Any) -> None:
    chosen = (_a.property == owner, _a.kind == kind, _a.subject == clean(subject), _a.cleared_at.is_(None))
    connection.execute(update(schema.alarms).where(*chosen).values(**values))


def complete(connection: Connection, owner: str, number: int, details: str, sentence: str, call_id: int | None) -> None:
    """More is known of an emergency call: its record came after it was told live."""
    wanted = update(schema.alarms).where(_a.property == owner, _a.id == number)
    connection.execute(wanted.values(details=clean(details), sentence=clean(sentence), call_id=call_id))


def settle(connection: Connection, owner: str, number: int) -> None:
    """It is cleared, and that is told: the watch has no more to do with it."""
    connection.execute(update(schema.alarms).where(_a.property == owner, _a.id == number).values(settled=1))


def escalate(connection: Connection, owner: str, number: int, now: int) -> bool:
    """Mark it as told again; False if somebody has taken it meanwhile, or it was escalated before."""
    chosen = (_a.property == owner, _a.id == number, _a.acknowledged_at.is_(None), _a.escalated_at.is_(None))
    return connection.execute(update(schema.alarms).where(*chosen).values(escalated_at=now)).rowcount == 1


def acknowledge(connection: Connection, owner: str, number: int, who: str, note: str, now: int) -> tuple[str, bool]:
    """A person takes it; returns what came of it in a sentence, and whether anything did."""
    row = one(connection, owner, number)
    if row is None:
        return f"there is no alarm {number}", False
    if not (clean(who) or "").strip():
        return "an acknowledgement needs a name", False
    if row.acknowledged_at is not None:
        return f"alarm {number} was acknowledged by {row.acknowledged_by} before; nothing was changed", False
    by_person = row.kind in KINDS and KINDS[row.kind].by_person
    cleared = now if by_person and row.cleared_at is None else row.cleared_at
    chosen = update(schema.alarms).where(_a.property == owner, _a.id == number)
    connection.execute(
        chosen.values(acknowledged_at=now, acknowledged_by=clean(who), note=clean(note), cleared_at=cleared)
    )
    return f"alarm {number} is acknowledged by {who}", True


def counts(connection: Connection, owner: str) -> dict[tuple[str, bool], int]:
    """Open alarms by kind, and whether somebody has acknowledged them."""
    taken = _a.acknowledged_at.is_not(None)
    wanted = select(_a.kind, taken, func.count()).where(_a.property == owner, schema.UNSETTLED, _a.cleared_at.is_(None))
    rows = connection.execute(wanted.group_by(_a.kind, taken))
    return {(kind, bool(acknowledged)): int(number) for kind, acknowledged, number in rows}
