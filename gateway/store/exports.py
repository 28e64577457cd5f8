"""Accounting exports in the store: each has a number, and the same days go out twice only with a reason, marked."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from gateway.store import schema
from gateway.store.numbers import Numbers
from gateway.store.rows import clean

_e = schema.accounting_exports.c


class ExportRow(NamedTuple):
    """An export as the store has it."""

    id: int
    first_day: str
    last_day: str
    again: int
    who: str
    why: str
    begun_at: int
    done_at: int | None
    bookings: int
    digest: str


class ExportedBefore(Exception):
    """Some of the days went out already; the sentence says when and to whom."""


_WHOLE = select(*[_e[name] for name in ExportRow._fields])


def begin(
    connection: Connection, owner: str, numbers: Numbers, first: date, last: date, *, who: str, why: str, now: int
) -> ExportRow:
    """Give an export its number; raises ExportedBefore where some of its days went out already and no reason is given.

    One of the same days that was begun and never came to an end gives its number to the next try.
    """
    overlapping = _WHOLE.where(_e.property == owner, _e.first_day <= last.isoformat(), _e.last_day >= first.isoformat())
    found = [ExportRow(*row) for row in connection.execute(overlapping.order_by(_e.id))]
    done = [row for row in found if row.done_at is not None]
    if done and not why.strip():
        raise ExportedBefore(_words(done[-1]))
    left = next(
        (one for one in found if one.done_at is None and (one.first_day, one.last_day) == _days(first, last)), None
    )
    number = left.id if left is not None else numbers.take(schema.accounting_exports)
    said = ExportRow(number, *_days(first, last), int(bool(done)), clean(who) or "", clean(why) or "", now, None, 0, "")
    if left is not None:
        connection.execute(update(schema.accounting_exports).where(_is(owner, number)).values(**said._asdict()))
    else:
        connection.execute(insert(schema.accounting_exports).values(property=owner, **said._asdict()))
    return said


def done(connection: Connection, owner: str, number: int, *, now: int, bookings: int, digest: str) -> bool:
    """The file of an export is there; False if it was before."""
    wanted = update(schema.accounting_exports).where(_is(owner, number), _e.done_at.is_(None))
    return connection.execute(wanted.values(done_at=now, bookings=bookings, digest=clean(digest))).rowcount == 1


def one(connection: Connection, owner: str, number: int) -> ExportRow | None:
    """An export by its number."""
    row = connection.execute(_WHOLE.where(_is(owner, number))).first()
    return ExportRow(*row) if row is not None else None


def all_of(connection: Connection, owner: str) -> list[ExportRow]:
    """Every export, oldest first."""
    return [ExportRow(*row) for row in connection.execute(_WHOLE.where(_e.property == owner).order_by(_e.id))]


def _is(owner: str, number: int) -> ColumnElement[bool]:
    return and_(_e.property == owner, _e.id == number)


def _days(first: date, last: date) -> tuple[str, str]:
    return first.isoformat(), last.isoformat()


def _words(row: ExportRow) -> str:
    return (
        f"days of these were exported already, as number {row.id} ({row.first_day} to {row.last_day}, by {row.who}); "
        "an accounting program would book them twice. Give a reason to export them again"
    )
