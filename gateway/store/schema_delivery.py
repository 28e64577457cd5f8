"""The tables of reports that go out by themselves, and of what an accounting program was given. `schema.py` names them with all the others."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Index, Table, UniqueConstraint
from sqlalchemy import text as words

from gateway.store.columns import key, metadata, number, owner, text

_PLANNED: Final = "state = 'planned'"
_KEPT: Final = "gone_at IS NULL"

report_runs = Table(
    "report_runs",
    metadata,
    owner(),
    number("id", "number of the run", null=False),
    text("schedule", "as [[schedules]] name names it", null=False),
    text("label", "the day, and the time where there are several, it was planned for; or who asked for it", null=False),
    text("report", "the kind of report", null=False),
    text("first_day", "the first day it is about, ISO 8601", null=False),
    text("last_day", "the last", null=False),
    number("due_at", "when it was to be made", null=False),
    number("made_up", "1 if the gateway was off at that time", null=False),
    text("asked_by", "the person who asked for it; empty for the schedule's own", null=False),
    text("why", "that person's reason", null=False),
    number("planned_at", "when it was written down", null=False),
    text("state", "planned, made, failed or skipped", null=False),
    number("tries", "how often its making failed", null=False),
    number("again_at", "not to be made before", null=False),
    text("problem", "why its making failed, or why it was skipped", null=False),
    number("made_at", "when its files were there"),
    text("head", "JSON of what the report says of itself: finding, completeness, assumptions, run time", null=False),
    number("export_id", "the number of the accounting export it is"),
    key("id"),
    UniqueConstraint("property", "schedule", "label", name="report_runs_once"),
    CheckConstraint("state IN ('planned', 'made', 'failed', 'skipped')", name="report_runs_state"),
    Index("report_runs_planned", "property", "id", sqlite_where=words(_PLANNED), postgresql_where=words(_PLANNED)),
    sqlite_with_rowid=False,
    comment="Every run of a schedule: planned once for its days, made once.",
)

report_files = Table(
    "report_files",
    metadata,
    owner(),
    number("id", "number of the file", null=False),
    number("run_id", "the run it was made by", null=False),
    text("name", "its name, in the folder of its run", null=False),
    text("form", "pdf, xlsx, csv, json or html", null=False),
    number("masked", "1 if telephone numbers are masked in it", null=False),
    number("bytes", "how long it is", null=False),
    text("digest", "SHA-256 of it", null=False),
    number("gone_at", "when it was thrown away"),
    key("id"),
    Index("report_files_of_run", "property", "run_id"),
    Index("report_files_kept", "property", "id", sqlite_where=words(_KEPT), postgresql_where=words(_KEPT)),
    sqlite_with_rowid=False,
    comment="The files of runs, kept for some days in the gateway's folder.",
)

report_deliveries = Table(
    "report_deliveries",
    metadata,
    owner(),
    number("run_id", "the run", null=False),
    text("recipient", "as [[recipients]] name names him", null=False),
    number("notice_id", "the notice that carries it: its tries and its end stand there", null=False),
    key("run_id", "recipient"),
    sqlite_with_rowid=False,
    comment="Who gets the files of a run: each recipient once.",
)

accounting_exports = Table(
    "accounting_exports",
    metadata,
    owner(),
    number("id", "number of the export", null=False),
    text("first_day", "the first day exported, ISO 8601", null=False),
    text("last_day", "the last", null=False),
    number("again", "1 if some of the days were exported before", null=False),
    text("who", "who asked for it, or foliogate", null=False),
    text("why", "the reason for exporting again", null=False),
    number("begun_at", "when it was given its number", null=False),
    number("done_at", "when its file was there; until then its days count as not exported"),
    number("bookings", "how many lines it has", null=False),
    text("digest", "SHA-256 of its lines, whatever file they stand in", null=False),
    key("id"),
    sqlite_with_rowid=False,
    comment="What an accounting program was given: which days, once each, or again with a reason.",
)
