"""Mails and web hooks in the store: written down with the alarm they tell of, kept until the other side took them."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from gateway.store import schema
from gateway.store.numbers import Numbers
from gateway.store.rows import clean

_n = schema.notices.c


class Notice(NamedTuple):
    """What is to be told: `event` is raised, escalated, cleared, daily or weekly."""

    event: str
    channel: str
    recipients: str
    subject: str
    body: str
    alarm_id: int | None = None


class Waiting(NamedTuple):
    """A notice that is to be delivered now."""

    id: int
    event: str
    channel: str
    recipients: str
    subject: str
    body: str
    created_at: int
    tries: int


_WAITING = select(*[_n[name] for name in Waiting._fields])


def add(connection: Connection, owner: str, numbers: Numbers, notice: Notice, now: int) -> int:
    """Write a notice down; returns its number."""
    number = numbers.take(schema.notices)
    texts = {name: clean(str(value)) for name, value in notice._asdict().items() if name != "alarm_id"}
    fate: dict[str, Any] = {"created_at": now, "due_at": now, "tries": 0, "problem": "", "done_at": None}
    row = {"property": owner, "id": number, "alarm_id": notice.alarm_id, "delivered": 0, **texts, **fate}
    connection.execute(insert(schema.notices).values(**row))
    return number


def due(connection: Connection, owner: str, now: int, most: int) -> list[Waiting]:
    """Notices whose time has come, oldest first."""
    wanted = _WAITING.where(_n.property == owner, schema.UNDONE, _n.due_at <= now)
    return [Waiting(*row) for row in connection.execute(wanted.order_by(_n.id).limit(most))]


def tried(connection: Connection, owner: str, number: int, *, now: int, problem: str, again_at: int | None) -> None:
    """What came of a try: delivered if `problem` is empty, else due again at `again_at`, or given up if that is None."""
    ended = not problem or again_at is None
    wanted = update(schema.notices).where(_n.property == owner, _n.id == number, _n.done_at.is_(None))
    values: dict[str, Any] = {"tries": _n.tries + 1, "problem": clean(problem), "delivered": int(not problem)}
    connection.execute(wanted.values(**values, done_at=now if ended else None, due_at=again_at or now))


def troubled(connection: Connection, owner: str, tries: int) -> dict[str, tuple[int, str]]:
    """By channel, how many wait after at least so many tries, and why the newest try failed."""
    chosen = (_n.property == owner, schema.UNDONE, _n.tries >= tries)
    wanted = select(_n.channel, func.count(), func.max(_n.problem)).where(*chosen).group_by(_n.channel)
    return {channel: (int(number), str(problem)) for channel, number, problem in connection.execute(wanted)}


def of_alarm(connection: Connection, owner: str, alarm_id: int) -> list[dict[str, Any]]:
    """What was told of an alarm and what came of it, oldest first. Alarms are few, and so are their notices."""
    wanted = select(schema.notices).where(_n.property == owner, _n.alarm_id == alarm_id).order_by(_n.id)
    return [dict(row) for row in connection.execute(wanted).mappings()]
