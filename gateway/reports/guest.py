"""Everything that is kept about one guest, as a report: for the guest who asks for it, as JSON for a program and as HTML to read.

It is the guest's own, so no number is masked. What the house keeps for itself (who looked, what a call cost the house) is not in it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from gateway.config import Config
from gateway.covered import Covered
from gateway.instants import from_micros
from gateway.languages.spoken import later, later_plural, ours
from gateway.reports.as_html import html_file
from gateway.reports.as_json import write_json
from gateway.reports.values import Cell, Column, Money, Report, Row, Table, table
from gateway.store.guest_data import GuestData, everything
from gateway.store.rows import clean
from protocols.text import printable

KIND: Final = "guest"
#: Characters of a record that are shown; the longest real ones have a few hundred.
_LONGEST: Final = 20_000
#: Why there are no bytes of a record any more.
_GONE: Final = ours("erased: its time was over")


def guest_report(connection: Connection, config: Config, owner: str, reservation: str, now: datetime) -> Report | None:
    """Everything about the guest of a reservation; None where there is no such guest."""
    data = everything(connection, owner, reservation)
    if data is None:
        return None
    zone, covered = config.property.timezone, Covered(config)
    began = min((one["since"] for one in data.stays if one["since"]), default=None)  # 0: since before our news
    began = min((one["started_at"] for one in data.calls), default=data.stays[0]["until"]) if began is None else began
    first = (now if began is None else from_micros(began)).astimezone(zone).date()
    last = max(
        from_micros(one["until"]).astimezone(zone).date() if one["until"] else now.astimezone(zone).date()
        for one in data.stays
    )
    return Report(
        kind=KIND,
        title=later("What is kept about the guest of reservation {reservation}", reservation=reservation),
        hotel=config.property.name,
        first=first,
        last=last,
        zone=zone,
        run_at=now,
        finding=later(
            "Kept are {calls}, {charges} and {notes}.",
            calls=later_plural("{number} call", "{number} calls", len(data.calls)),
            charges=later_plural("{number} charge", "{number} charges", len(data.charges)),
            notes=later_plural("{number} note", "{number} notes", len(data.remarks)),
        ),
        complete=("Everything that is kept with this guest's stays, calls and charges is in it.",),
        assumptions=("Numbers stand here in full as far as they are still kept: this is for the guest alone.",),
        sections=_sections(data._replace(records=[covered(one) for one in data.records])),
    )


def export(report: Report) -> bytes:
    """A guest's report as one ZIP, to be read by people and by programs."""
    data = io.StringIO()
    write_json(report, data)
    made = {"guest.json": data.getvalue(), "guest.html": html_file(report)}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        for name, text in made.items():
            into.writestr(name, text)
    return packed.getvalue()


def _sections(data: GuestData) -> tuple[Table, ...]:
    return (
        _listed("stays", "Stays", _STAYS, data.stays),
        _listed("calls", "Calls", _CALLS, data.calls),
        _listed("charges", "Charges", _CHARGES, data.charges),
        _listed("attempts", "What the property-management system was sent, and said", _ATTEMPTS, data.attempts),
        _listed("remarks", "Notes, tags and disputes", _REMARKS, data.remarks),
        _listed("tags", "Tags of calls", _TAGS, data.tags),
        _listed("acts", "Charges that people changed", _ACTS, data.acts),
        _listed("limits", "What the guest might spend on the telephone", _LIMITS, data.limits),
        _listed("receipts", "Calls that were paid at a till", _RECEIPTS, data.receipts),
        _listed("bills", "Final bills", _BILLS, data.bills),
        _listed("alarms", "Alarms about calls", _ALARMS, data.alarms),
        _listed("trail", "Who decided about charges", _TRAIL, data.trail),
        _listed("records", "Records as the telephone exchange sent them", _RECORDS, data.records),
    )


def _listed(name: str, title: str, columns: tuple[Column, ...], rows: list[dict[str, Any]]) -> Table:
    return table(name, title, columns, [_row(columns, one) for one in rows])


def _row(columns: tuple[Column, ...], row: Mapping[str, Any]) -> Row:
    return tuple(_cell(column, row) for column in columns)


def _cell(column: Column, row: Mapping[str, Any]) -> Cell:
    value = row[column.name]
    if column.kind == "money":
        return None if value is None else Money(value, row["currency"], row["decimals"])
    if isinstance(value, bytes):
        return printable(value, _LONGEST) if value else _GONE
    if isinstance(value, str):
        return clean(value)
    if column.kind == "instant" and not value:
        return None
    found: Cell = value
    return found


_STAYS: Final = (
    Column("reservation", "Reservation"),
    Column("room", "Room"),
    Column("since", "From", "instant"),
    Column("until", "To", "instant"),
    Column("name", "Name"),
    Column("language", "Language"),
    Column("vip", "VIP"),
    Column("group_code", "Group"),
    Column("guest_class", "Class"),
    Column("departure", "Planned departure", "instant"),
)
_CALLS: Final = (
    Column("id", "Call", "count"),
    Column("started_at", "Began", "instant"),
    Column("direction", "Direction"),
    Column("extension", "Extension"),
    Column("room", "Room"),
    Column("dialled", "Dialled"),
    Column("number", "Number"),
    Column("caller", "Caller"),
    Column("number_class", "Class"),
    Column("place", "Place"),
    Column("talk_seconds", "Talked", "seconds"),
    Column("amount", "Amount", "money"),
    Column("net", "Net", "money"),
    Column("tax", "Tax", "money"),
    Column("reason", "Ruling"),
    Column("warnings", "Odd"),
)
_CHARGES: Final = (
    Column("id", "Charge", "count"),
    Column("call_id", "Call", "count"),
    Column("amount", "Amount", "money"),
    Column("kind", "Kind"),
    Column("state", "State"),
    Column("reason", "Reason"),
    Column("room", "Room"),
    Column("created_at", "Made", "instant"),
    Column("changed_at", "Changed", "instant"),
    Column("reference", "The PMS's words"),
)
_ATTEMPTS: Final = (
    Column("posting_id", "Charge", "count"),
    Column("attempt", "Attempt", "count"),
    Column("sent_at", "Sent", "instant"),
    Column("room", "Room"),
    Column("event", "Outcome"),
    Column("words", "Words"),
)
_REMARKS: Final = (
    Column("at", "When", "instant"),
    Column("kind", "Kind"),
    Column("call_id", "Call", "count"),
    Column("room", "Room"),
    Column("words", "Words"),
)
_TAGS: Final = (
    Column("added_at", "When", "instant"),
    Column("call_id", "Call", "count"),
    Column("tag", "Tag"),
)
_ACTS: Final = (
    Column("asked_at", "When", "instant"),
    Column("kind", "Act"),
    Column("call_id", "Call", "count"),
    Column("before", "Before", "money"),
    Column("after", "After", "money"),
    Column("reason", "Reason"),
    Column("why", "Words"),
    Column("state", "State"),
)
_LIMITS: Final = (
    Column("at", "When", "instant"),
    Column("kind", "Kind"),
    Column("amount", "Minor units", "count"),
    Column("action", "What then"),
    Column("why", "Words"),
)
_RECEIPTS: Final = (
    Column("at", "When", "instant"),
    Column("call_id", "Call", "count"),
    Column("amount", "Amount", "money"),
    Column("till", "Till"),
    Column("receipt", "Receipt"),
)
_BILLS: Final = (
    Column("id", "Bill", "count"),
    Column("made_at", "Made", "instant"),
    Column("room", "Room"),
    Column("language", "Language"),
    Column("scope", "Scope"),
    Column("amount", "Amount", "money"),
)
_ALARMS: Final = (
    Column("raised_at", "When", "instant"),
    Column("kind", "Kind"),
    Column("sentence", "What was so"),
    Column("details", "Details"),
)
_TRAIL: Final = (
    Column("at", "When", "instant"),
    Column("posting_id", "Charge", "count"),
    Column("what", "What"),
)
_RECORDS: Final = (
    Column("id", "Record", "count"),
    Column("received_at", "Received", "instant"),
    Column("source", "Exchange"),
    Column("raw", "As it came"),
)
