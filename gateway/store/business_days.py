"""Business days and what people told of them, as rows. The writer alone changes them; everything here is one statement or two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, insert, select, update

from gateway.audit.agreement import Total
from gateway.audit.days import BusinessDay, Edge
from gateway.audit.sums import Coin
from gateway.store import schema
from gateway.store.numbers import Numbers
from gateway.store.pages import first_since
from gateway.store.rows import clean

_d, _e = schema.business_days.c, schema.audit_entries.c
_DAY = select(*[_d[name] for name in BusinessDay._fields])
_BRIEF = select(*[_d[name] for name in BusinessDay._fields if name != "sheet"])


class Entry(NamedTuple):
    """What a person told of a day: the PMS's total, or the name of a difference."""

    id: int
    day_id: int
    kind: str
    item: str
    amount: int | None
    currency: str
    decimals: int
    words: str
    at: int
    who: str


def open_day(connection: Connection, owner: str) -> BusinessDay | None:
    """The day that is open."""
    return _first(connection, _BRIEF.where(_d.property == owner, _d.ended_at.is_(None)))


def last_ended(connection: Connection, owner: str) -> BusinessDay | None:
    """The day that ended last, without its sheet, which may be long."""
    return _first(connection, _BRIEF.where(_d.property == owner, _d.ended_at.is_not(None)))


def _first(connection: Connection, wanted: Select[Any]) -> BusinessDay | None:
    row = connection.execute(wanted.order_by(_d.id.desc()).limit(1)).mappings().first()
    return None if row is None else BusinessDay(**row, sheet="")


def one(connection: Connection, owner: str, number: int) -> BusinessDay | None:
    """A day by its number."""
    row = connection.execute(_DAY.where(_d.property == owner, _d.id == number)).first()
    return None if row is None else BusinessDay(*row)


def dated(connection: Connection, owner: str, date: str) -> BusinessDay | None:
    """A day by its date."""
    row = connection.execute(_DAY.where(_d.property == owner, _d.date == date)).first()
    return None if row is None else BusinessDay(*row)


def newest(connection: Connection, owner: str, most: int) -> list[BusinessDay]:
    """The newest days, newest first, without their sheets."""
    wanted = _BRIEF.where(_d.property == owner).order_by(_d.id.desc()).limit(most)
    return [BusinessDay(**row, sheet="") for row in connection.execute(wanted).mappings()]


def unclosed_before(connection: Connection, owner: str, number: int) -> BusinessDay | None:
    """The first day before another that nobody has closed."""
    wanted = _DAY.where(_d.property == owner, _d.id < number, _d.closed_at.is_(None)).order_by(_d.id).limit(1)
    row = connection.execute(wanted).first()
    return None if row is None else BusinessDay(*row)


def begin(connection: Connection, owner: str, numbers: Numbers, *, date: str, edge: Edge, by: str) -> BusinessDay:
    """Open a day behind an edge."""
    day = BusinessDay(
        id=numbers.take(schema.business_days),
        date=date,
        opened_at=edge.at,
        opened_by=clean(by) or "",
        records_from=edge.record,
        postings_from=edge.posting,
        attempts_from=edge.attempt,
        night_start=None,
        night_end=None,
        ended_at=None,
        ended_by="",
        records_until=None,
        postings_until=None,
        attempts_until=None,
        remarks="",
        closed_at=None,
        closed_by="",
        closed_why="",
        sheet="",
    )
    connection.execute(insert(schema.business_days).values(property=owner, **day._asdict()))
    return day


def change(connection: Connection, owner: str, number: int, **values: Any) -> None:
    """Change a day that nobody has closed; raises LookupError for one that is closed or not there."""
    wanted = update(schema.business_days).where(_d.property == owner, _d.id == number, _d.closed_at.is_(None))
    if connection.execute(wanted.values(**values)).rowcount != 1:
        raise LookupError(f"business day {number} is closed, or there is none")


def end(connection: Connection, owner: str, number: int, edge: Edge, by: str, **more: Any) -> None:
    """End the open day at an edge."""
    until = {"records_until": edge.record, "postings_until": edge.posting, "attempts_until": edge.attempt}
    change(connection, owner, number, ended_at=edge.at, ended_by=clean(by), **until, **more)


def remark(connection: Connection, owner: str, day: BusinessDay, sentence: str) -> None:
    """Keep what was odd about a day; one that is closed stays as it is, and the trail alone tells."""
    if day.closed_at is None:
        lines = [*filter(None, day.remarks.split("\n")), clean(sentence) or ""]
        change(connection, owner, day.id, remarks="\n".join(lines))


def edge_at(connection: Connection, owner: str, instant: int) -> Edge:
    """The edge at an instant of the past: the first rows that were written from then on."""
    records = first_since(connection, owner, schema.records, schema.records.c.received_at, instant)
    postings = first_since(connection, owner, schema.postings, schema.postings.c.created_at, instant)
    attempts = first_since(connection, owner, schema.attempts, schema.attempts.c.sent_at, instant)
    return Edge(instant, records, postings, attempts)


def edge_now(numbers: Numbers, now: int) -> Edge:
    """The edge in this transaction: whatever is written behind it has a higher number."""
    return Edge(now, numbers.peek(schema.records), numbers.peek(schema.postings), numbers.peek(schema.attempts))


def tell(connection: Connection, owner: str, numbers: Numbers, entry: dict[str, Any]) -> None:
    """Write an entry of a person."""
    row = {"currency": "", "decimals": 0, "amount": None, **entry}
    row |= {name: clean(row[name]) for name in ("item", "currency", "words", "who")}
    number = numbers.take(schema.audit_entries)
    connection.execute(insert(schema.audit_entries).values(property=owner, id=number, **row))


def entries(connection: Connection, owner: str, number: int) -> list[Entry]:
    """What people told of a day, oldest first."""
    wanted = select(*[_e[name] for name in Entry._fields]).where(_e.property == owner, _e.day_id == number)
    return [Entry(*row) for row in connection.execute(wanted.order_by(_e.id))]


def standing(told: Sequence[Entry], kind: str) -> dict[str, Entry]:
    """Of the entries of a kind, the last about each item."""
    return {one.item: one for one in told if one.kind == kind}


def told_of(entries: Sequence[Entry]) -> tuple[dict[str, Total], dict[str, str]]:
    """The PMS's totals and the names of differences, as they stand."""
    totals = {
        item: Total(one.amount or 0, Coin(one.currency, one.decimals), one.words)
        for item, one in standing(entries, "total").items()
    }
    return totals, {item: one.words for item, one in standing(entries, "name").items()}
