"""What people ask of reports and exports, carried out by the writer: a run now, the number of an export, the end of one."""

from __future__ import annotations

import json
from datetime import date
from typing import Final

from sqlalchemy import Connection

from gateway.config import Config
from gateway.delivery.jobs import plan
from gateway.instants import from_micros
from gateway.schedules import period_of
from gateway.store import exports
from gateway.store.commands import Command
from gateway.store.memory import Memory
from gateway.store.rows import Due

#: Make a report of a schedule now; give an export its number; the file of an export is there.
REPORT: Final = "report"
EXPORT: Final = "export"
EXPORTED: Final = "exported"
ORDERS: Final = (REPORT, EXPORT, EXPORTED)


class Orders:
    """Carries out one of `ORDERS`."""

    def __init__(self, config: Config, memory: Memory) -> None:
        self._config, self._memory = config, memory

    def __call__(self, connection: Connection, command: Command, now: int) -> tuple[str, list[Due]]:
        """The sentence to keep; no charge becomes due by a report."""
        if command.deed == REPORT:
            return self._report(connection, command, now), []
        said = json.loads(command.subject or "{}")
        if command.deed == EXPORT:
            return self._export(connection, command, said, now), []
        number, bookings = int(said["number"]), int(said["bookings"])
        done = exports.done(
            connection, self._memory.owner, number, now=now, bookings=bookings, digest=str(said["digest"])
        )
        if done:
            self._memory.note(connection, now, command.who, f"accounting export {number} is done: {bookings} lines")
        return (f"export {number} is done" if done else f"export {number} was done before"), []

    def _report(self, connection: Connection, command: Command, now: int) -> str:
        name = command.subject or ""
        schedule = next((one for one in self._config.schedules if one.name == name), None)
        if schedule is None:
            return f"there is no schedule {name!r}"
        today = from_micros(now).astimezone(self._config.property.timezone).date()
        row = plan(
            connection,
            self._memory,
            schedule,
            label=f"asked {command.id}",
            days=period_of(schedule.rhythm.period, today),
            due_at=now,
            now=now,
            who=command.who,
            why=command.why,
        )
        if row is None:
            return "this was asked for before"
        if row.state == "skipped":
            return f"not made: {row.problem}"
        self._memory.note(connection, now, command.who, f"asked for the report {name!r} now: run {row.id}")
        return f"run {row.id} of {name} is begun"

    def _export(self, connection: Connection, command: Command, said: dict[str, str], now: int) -> str:
        if self._config.accounting is None:
            return "no accounts are configured: write [accounting]"
        first, last = date.fromisoformat(said["first"]), date.fromisoformat(said["last"])
        try:
            row = exports.begin(
                connection,
                self._memory.owner,
                self._memory.numbers,
                first,
                last,
                who=command.who,
                why=command.why,
                now=now,
            )
        except exports.ExportedBefore as error:
            return f"not exported: {error}"
        again = f" again: {command.why}" if row.again else ""
        words = f"accounting export {row.id} of {first} to {last}{again}"
        self._memory.note(connection, now, command.who, words)
        return f"export {row.id}"
