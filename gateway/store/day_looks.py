"""One business day as somebody looks at it: its sheet, live or as it was closed, what people told of it, and what came later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from gateway.audit.agreement import Total
from gateway.audit.days import BusinessDay, to_work_on
from gateway.audit.sheet import Difference, Sheet, differences, sheet
from gateway.audit.snapshot import thawed
from gateway.store import business_days, schema
from gateway.store.audit_sums import HEAD, came_later, snapshot
from gateway.store.business_days import Entry

_r, _c, _p = schema.records.c, schema.calls.c, schema.postings.c

#: Days that a page knows: what late items may belong to, and where to go on.
DAYS_SHOWN: Final = 40


class DayLook(NamedTuple):
    """What is known of a day. `later` is empty unless it is closed; `days` are the newest ones, without their sheets."""

    day: BusinessDay
    sheet: Sheet
    totals: dict[str, Total]
    names: dict[str, str]
    entries: list[Entry]
    differences: list[Difference]
    later: dict[str, list[list[Any]]]
    days: list[BusinessDay]


def chosen(connection: Connection, owner: str, date: str = "") -> BusinessDay | None:
    """The day of a date; without one, the day an auditor wants to see."""
    if date:
        return business_days.dated(connection, owner, date)
    found = to_work_on(business_days.newest(connection, owner, DAYS_SHOWN))
    return None if found is None else business_days.one(connection, owner, found.id)


def look(connection: Connection, owner: str, day: BusinessDay, *, has_pms: bool) -> DayLook:
    """Everything about a day, on one snapshot."""
    taken = thawed(day.sheet) if day.sheet else snapshot(connection, owner, day.begin, day.end)
    made = sheet(taken)
    entries = business_days.entries(connection, owner, day.id)
    totals, names = business_days.told_of(entries)
    return DayLook(
        day=day,
        sheet=made,
        totals=totals,
        names=names,
        entries=entries,
        differences=differences(made, totals, names, has_pms=has_pms),
        later=came_later(connection, owner, day) if day.closed_at is not None else {},
        days=business_days.newest(connection, owner, DAYS_SHOWN),
    )


# -- the items behind a line ------------------------------------------------------------------------------------------

_JOINED: Final = (_r.kind == "call", _r.mark != "repeat", ~HEAD, _r.call_id.is_not(None))
_WITH_CALL: Final = (HEAD, _c.id.is_not(None))
_CAME: Final[dict[str, Sequence[ColumnElement[bool]]]] = {
    "other": (_r.kind.in_(("event", "furniture")), _r.mark != "repeat"),
    "repeats": (_r.mark == "repeat",),
    "unread": (_r.kind == "unparsed", _r.mark != "repeat"),
    "legs": _JOINED,
    "unfinished": (*_WITH_CALL, _c.status == "open"),
    "house": (*_WITH_CALL, _c.status == "allocated"),
    "not_charged": (*_WITH_CALL, _c.status == "not_chargeable"),
    "unrated": (*_WITH_CALL, _c.status == "charge", _c.amount.is_(None)),
    "rated": (*_WITH_CALL, _c.status == "charge", _c.amount.is_not(None)),
}


def records_behind(
    connection: Connection, owner: str, day: BusinessDay, name: str, after: int, most: int
) -> list[dict[str, Any]]:
    """Records of a line of what came in, oldest first, each with its call where it stands for one."""
    joined = (_c.property == _r.property) & (_c.id == func.coalesce(_r.call_id, -1))
    wanted = (
        select(_r.id, _r.received_at, _r.source, _r.kind, _r.mark, _r.reason.label("words"), _r.call_id)
        .add_columns(_c.started_at, _c.room, _c.extension, _c.department, _c.status, _c.reason, _c.number_class)
        .add_columns(_c.amount, _c.currency, _c.decimals, _c.talk_seconds)
        .select_from(schema.records.outerjoin(schema.calls, joined))
        .where(_r.property == owner, _r.id >= max(day.begin.record, after + 1), _r.id < day.end.record, *_CAME[name])
    )
    return [dict(row) for row in connection.execute(wanted.order_by(_r.id).limit(most)).mappings()]


def charges_behind(
    connection: Connection, owner: str, day: BusinessDay, state: str, after: int, most: int
) -> list[dict[str, Any]]:
    """Charges of a day in one state, oldest first."""
    of_call = (_c.property == _p.property) & (_c.id == _p.call_id)
    wanted = (
        select(schema.postings, _c.started_at, _c.extension, _c.number_class, _c.talk_seconds)
        .select_from(schema.postings.outerjoin(schema.calls, of_call))
        .where(
            _p.property == owner, _p.id >= max(day.begin.posting, after + 1), _p.id < day.end.posting, _p.state == state
        )
    )
    return [dict(row) for row in connection.execute(wanted.order_by(_p.id).limit(most)).mappings()]


def known_line(name: str) -> bool:
    """Whether records can be listed by this name."""
    return name in _CAME
