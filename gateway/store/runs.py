"""Runs of schedules in the store: planned once for their days, made, their files kept, and each recipient told once.

What becomes of a delivery stands in `notices`, whose retries and end it shares with every other mail and web hook.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update
from sqlalchemy import text as words

from gateway.store import notices, schema
from gateway.store.notices import Notice
from gateway.store.numbers import Numbers
from gateway.store.pages import plain
from gateway.store.rows import clean

_r, _f, _d, _n = schema.report_runs.c, schema.report_files.c, schema.report_deliveries.c, schema.notices.c

#: The event of a notice that carries a run, and what the name of its channel begins with.
REPORT: Final = "report"
REPORTS_TO: Final = "reports to "
#: Word for word the conditions of the partial indexes, which SQLite uses for nothing else.
_PLANNED: Final = words("report_runs.state = 'planned'")
_KEPT: Final = words("report_files.gone_at IS NULL")


class RunRow(NamedTuple):
    """A run as the store has it."""

    id: int
    schedule: str
    label: str
    report: str
    first_day: str
    last_day: str
    due_at: int
    made_up: int
    asked_by: str
    why: str
    planned_at: int
    state: str = "planned"
    tries: int = 0
    again_at: int = 0
    problem: str = ""
    made_at: int | None = None
    head: str = ""
    export_id: int | None = None

    @property
    def first(self) -> date:
        """The first day it is about."""
        return date.fromisoformat(self.first_day)

    @property
    def last(self) -> date:
        """The last."""
        return date.fromisoformat(self.last_day)


class FileRow(NamedTuple):
    """A file of a run."""

    id: int
    run_id: int
    name: str
    form: str
    masked: int
    bytes: int
    digest: str
    gone_at: int | None


class Made(NamedTuple):
    """A file that was just made."""

    name: str
    form: str
    masked: bool
    bytes: int
    digest: str


_RUN = select(*[_r[name] for name in RunRow._fields])
_FILE = select(*[_f[name] for name in FileRow._fields])


def plan(connection: Connection, owner: str, numbers: Numbers, row: RunRow) -> int | None:
    """Write a run down, with a number of its own; None where there is one of this schedule and label already."""
    if known(connection, owner, row):
        return None
    number = numbers.take(schema.report_runs)
    values = row._replace(id=number, asked_by=clean(row.asked_by) or "", why=clean(row.why) or "")._asdict()
    connection.execute(insert(schema.report_runs).values(property=owner, **values))
    return number


def known(connection: Connection, owner: str, row: RunRow) -> bool:
    """Whether there is a run of this schedule and label."""
    same = select(_r.id).where(_r.property == owner, _r.schedule == row.schedule, _r.label == row.label)
    return connection.execute(same).first() is not None


def planned(connection: Connection, owner: str, now: int) -> list[RunRow]:
    """Runs that are to be made now, oldest first."""
    wanted = _RUN.where(_r.property == owner, _PLANNED, _r.again_at <= now).order_by(_r.id)
    return [RunRow(*row) for row in connection.execute(wanted)]


def failing(connection: Connection, owner: str, tries: int) -> dict[str, str]:
    """By schedule, why a run that was tried at least so often cannot be made."""
    wanted = select(_r.schedule, _r.problem).where(_r.property == owner, _PLANNED, _r.tries >= tries).order_by(_r.id)
    return {str(schedule): str(problem) for schedule, problem in connection.execute(wanted)}


def one(connection: Connection, owner: str, number: int) -> RunRow | None:
    """A run by its number."""
    row = connection.execute(_RUN.where(_r.property == owner, _r.id == number)).first()
    return RunRow(*row) if row is not None else None


def newest(connection: Connection, owner: str, schedule: str, most: int) -> list[RunRow]:
    """The newest runs of a schedule, newest first."""
    wanted = _RUN.where(_r.property == owner, _r.schedule == schedule).order_by(_r.id.desc()).limit(most)
    return [RunRow(*row) for row in connection.execute(wanted)]


def failed(connection: Connection, owner: str, number: int, problem: str, again_at: int | None) -> None:
    """The making of a run failed: it is tried again at `again_at`, or given up if that is None."""
    values: dict[str, Any] = {"tries": _r.tries + 1, "problem": clean(problem)}
    values |= {"state": "failed"} if again_at is None else {"again_at": again_at}
    connection.execute(update(schema.report_runs).where(_still(owner, number)).values(**values))


def made(
    connection: Connection,
    owner: str,
    numbers: Numbers,
    number: int,
    *,
    now: int,
    head: str,
    files: Sequence[Made],
    recipients: Sequence[str],
) -> bool:
    """The files of a run are there: they go to each recipient, once. False if the run was made before."""
    values = {"state": "made", "made_at": now, "head": clean(head), "problem": ""}
    if connection.execute(update(schema.report_runs).where(_still(owner, number)).values(**values)).rowcount != 1:
        return False
    for file in files:
        row = {**file._asdict(), "masked": int(file.masked), "id": numbers.take(schema.report_files)}
        connection.execute(insert(schema.report_files).values(property=owner, run_id=number, **row))
    for name in recipients:
        notice = Notice(REPORT, f"{REPORTS_TO}{name}", "", "", str(number))
        told = notices.add(connection, owner, numbers, notice, now)
        row = {"property": owner, "run_id": number, "recipient": name, "notice_id": told}
        connection.execute(insert(schema.report_deliveries).values(**row))
    return True


def _still(owner: str, number: int) -> ColumnElement[bool]:
    return and_(_r.property == owner, _r.id == number, _r.state == "planned")


def files_of(connection: Connection, owner: str, runs: Sequence[int]) -> list[FileRow]:
    """The files of some runs."""
    wanted = _FILE.where(_f.property == owner, _f.run_id.in_(list(runs))).order_by(_f.id)
    return [FileRow(*row) for row in connection.execute(wanted)] if runs else []


def one_file(connection: Connection, owner: str, number: int) -> FileRow | None:
    """A file by its number."""
    row = connection.execute(_FILE.where(_f.property == owner, _f.id == number)).first()
    return FileRow(*row) if row is not None else None


def deliveries_of(connection: Connection, owner: str, runs: Sequence[int]) -> list[dict[str, Any]]:
    """Who gets some runs, and how far that is."""
    same = and_(_n.property == _d.property, _n.id == _d.notice_id)
    columns = (_d.run_id, _d.recipient, _n.tries, _n.problem, _n.due_at, _n.done_at, _n.delivered)
    wanted = select(*columns).select_from(schema.report_deliveries.join(schema.notices, same))
    wanted = wanted.where(_d.property == owner, _d.run_id.in_(list(runs))).order_by(_d.run_id, _d.recipient)
    return plain(connection.execute(wanted).mappings()) if runs else []


class Kept(NamedTuple):
    """A file that is there: when it was made, and whether somebody still waits for it."""

    id: int
    run_id: int
    name: str
    bytes: int
    made_at: int
    awaited: bool


def kept(connection: Connection, owner: str) -> list[Kept]:
    """Every file that is there, oldest first."""
    same = and_(_n.property == _d.property, _n.id == _d.notice_id)
    waiting = select(_d.run_id).select_from(schema.report_deliveries.join(schema.notices, same))
    awaited = set(connection.execute(waiting.where(_d.property == owner, schema.UNDONE)).scalars())
    of_run = and_(_r.property == _f.property, _r.id == _f.run_id)
    columns = (_f.id, _f.run_id, _f.name, _f.bytes, func.coalesce(_r.made_at, 0))
    wanted = select(*columns).select_from(schema.report_files.join(schema.report_runs, of_run))
    rows = connection.execute(wanted.where(_f.property == owner, _KEPT).order_by(_f.id))
    return [Kept(*row, awaited=row[1] in awaited) for row in rows]


def kept_about(connection: Connection, owner: str, first: str, last: str) -> list[Kept]:
    """The files that are there and tell of one of these days; not the bookings of an accounting program, which name no guest."""
    wanted = select(_r.id).where(
        _r.property == owner, _r.first_day <= last, _r.last_day >= first, _r.export_id.is_(None)
    )
    about = set(connection.execute(wanted).scalars())
    return [one for one in kept(connection, owner) if one.run_id in about]


def thrown_away(connection: Connection, owner: str, numbers: Sequence[int], now: int) -> None:
    """Some files are there no more."""
    connection.execute(
        update(schema.report_files).where(_f.property == owner, _f.id.in_(list(numbers))).values(gone_at=now)
    )
