"""The stages of retention: which table, how long, and what is done to its rows. Order and names are kept with how far each has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from sqlalchemy import Column, Table

from gateway.config.privacy import PrivacySettings
from gateway.store import retention, schema
from gateway.store.retention import Work

Days = Callable[[PrivacySettings], int]


class Stage(NamedTuple):
    """One stage. `at` is the instant that a row's age is counted from; `numbered_by` whose numbers the rows have."""

    name: str
    table: Table
    at: Column[int]
    days: Days
    work: Work
    numbered_by: Table | None = None

    @property
    def mark(self) -> str:
        """The name of the mark that says how far it has come."""
        return f"privacy {self.name}"


def _raw(said: PrivacySettings) -> int:
    return said.keep_raw_days


def _numbers(said: PrivacySettings) -> int:
    return said.mask_after_days


def _guest(said: PrivacySettings) -> int:
    return said.keep_guest_days


def _calls(said: PrivacySettings) -> int:
    return said.keep_calls_days


_received: Final = schema.records.c.received_at

STAGES: Final[tuple[Stage, ...]] = (
    Stage("bytes", schema.records, _received, _raw, retention.bytes_of_records),
    Stage("numbers", schema.calls, _received, _numbers, retention.numbers_of_calls, schema.records),
    Stage("guests", schema.stays, schema.stays.c.since, _guest, retention.names_of_stays),
    Stage("remarks", schema.remarks, schema.remarks.c.at, _guest, retention.words_of_remarks),
    Stage("acts", schema.acts, schema.acts.c.asked_at, _guest, retention.words_of_acts),
    Stage("limits", schema.stay_limits, schema.stay_limits.c.at, _guest, retention.words_of_limits),
    Stage("alarms", schema.alarms, schema.alarms.c.raised_at, _guest, retention.words_of_alarms),
    Stage("notices", schema.notices, schema.notices.c.created_at, _guest, retention.words_of_notices),
    Stage("commands", schema.commands, schema.commands.c.asked_at, _guest, retention.words_of_commands),
    Stage("trail", schema.audit_trail, schema.audit_trail.c.at, _guest, retention.words_of_trail),
    Stage("calls", schema.calls, _received, _calls, retention.ties_of_calls, schema.records),
    Stage("stays", schema.stays, schema.stays.c.since, _calls, retention.ties_of_stays),
)
#: What is deleted: the table, and the instant that a row's age is counted from.
DELETED: Final[tuple[tuple[Table, Column[int]], ...]] = (
    (schema.events, schema.events.c.at),
    (schema.requests, schema.requests.c.at),
)
