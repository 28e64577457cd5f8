"""Everything that is kept about one guest, row by row, for the guest to read: what erasing would look at, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select

from gateway.store import guests, schema
from gateway.store.erasures import rows_about, rows_of_guest
from gateway.store.guests import StayRow
from gateway.store.pages import withheld

Rows = list[dict[str, Any]]
#: Rows that one question names.
_AT_ONCE = 500


class GuestData(NamedTuple):
    """What is kept about a guest, oldest first in each list."""

    reservation: str
    stays: Rows
    calls: Rows
    records: Rows
    charges: Rows
    attempts: Rows
    remarks: Rows
    tags: Rows
    acts: Rows
    limits: Rows
    receipts: Rows
    bills: Rows
    alarms: Rows
    trail: Rows


class Preview(NamedTuple):
    """What erasing a guest would come to: counts of what goes, and why it cannot be done yet."""

    stays: list[StayRow]
    calls: int
    records: int
    charges: int
    remarks: int
    acts: int
    alarms: int
    bills: int
    against: list[str]
    erased: dict[str, Any] | None


def everything(connection: Connection, owner: str, reservation: str) -> GuestData | None:
    """Everything about the guest of a reservation; None where there is no such guest."""
    stays = guests.stays_of(connection, owner, reservation)
    if not stays:
        return None
    calls = guests.calls_of(connection, owner, stays)
    postings = guests.postings_of(connection, owner, reservation)

    def about(table: Table, column: str, values: Sequence[int]) -> Rows:
        return _rows(connection, table, owner, rows_about(connection, table, owner, column, values))

    theirs = rows_of_guest(connection, schema.remarks, owner, reservation)
    noted = {*theirs, *rows_about(connection, schema.remarks, owner, "call_id", calls)}
    billed = rows_of_guest(connection, schema.bills, owner, reservation)
    return GuestData(
        reservation=reservation,
        stays=_rows(connection, schema.stays, owner, [one.id for one in stays]),
        calls=_rows(connection, schema.calls, owner, calls),
        records=withheld(connection, owner, about(schema.records, "call_id", calls)),
        charges=_rows(connection, schema.postings, owner, postings),
        attempts=about(schema.attempts, "posting_id", postings),
        remarks=_rows(connection, schema.remarks, owner, sorted(noted)),
        tags=about(schema.call_tags, "call_id", calls),
        acts=about(schema.acts, "call_id", calls),
        limits=_rows(
            connection, schema.stay_limits, owner, rows_of_guest(connection, schema.stay_limits, owner, reservation)
        ),
        receipts=about(schema.receipts, "call_id", calls),
        bills=_rows(connection, schema.bills, owner, billed),
        alarms=about(schema.alarms, "call_id", calls),
        trail=about(schema.audit_trail, "posting_id", postings),
    )


def preview(connection: Connection, owner: str, reservation: str) -> Preview | None:
    """What erasing the guest of a reservation would come to; None where there is no such guest."""
    stays = guests.stays_of(connection, owner, reservation)
    if not stays:
        return None
    calls = guests.calls_of(connection, owner, stays)

    def about(table: Table) -> list[int]:
        return rows_about(connection, table, owner, "call_id", calls)

    noted = {*rows_of_guest(connection, schema.remarks, owner, reservation), *about(schema.remarks)}
    return Preview(
        stays=stays,
        calls=len(calls),
        records=len(about(schema.records)),
        charges=len(guests.postings_of(connection, owner, reservation)),
        remarks=len(noted) + len(about(schema.call_tags)),
        acts=len(about(schema.acts)),
        alarms=len(about(schema.alarms)),
        bills=len(rows_of_guest(connection, schema.bills, owner, reservation)),
        against=guests.refusals(connection, owner, stays, calls),
        erased=guests.erasure_of(connection, owner, reservation),
    )


def _rows(connection: Connection, table: Table, owner: str, ids: Sequence[int]) -> Rows:
    found: Rows = []
    for first in range(0, len(ids), _AT_ONCE):
        some = table.c.id.in_(ids[first : first + _AT_ONCE])
        wanted = select(table).where(table.c.property == owner, some).order_by(table.c.id)
        found += [dict(row._mapping) for row in connection.execute(wanted)]
    return found
