"""Schema 6, delivery: the runs of schedules with their files and recipients, and the accounting exports."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STATEMENTS: Final = (
    "CREATE TABLE report_runs (property TEXT NOT NULL, id BIGINT NOT NULL, schedule TEXT NOT NULL, "
    "label TEXT NOT NULL, report TEXT NOT NULL, first_day TEXT NOT NULL, last_day TEXT NOT NULL, "
    "due_at BIGINT NOT NULL, made_up BIGINT NOT NULL, asked_by TEXT NOT NULL, why TEXT NOT NULL, "
    "planned_at BIGINT NOT NULL, state TEXT NOT NULL, tries BIGINT NOT NULL, again_at BIGINT NOT NULL, "
    "problem TEXT NOT NULL, made_at BIGINT, head TEXT NOT NULL, export_id BIGINT, PRIMARY KEY (property, id), "
    "CONSTRAINT report_runs_once UNIQUE (property, schedule, label), "
    "CONSTRAINT report_runs_state CHECK (state IN ('planned', 'made', 'failed', 'skipped'))){keyed}",
    "CREATE INDEX report_runs_planned ON report_runs (property, id) WHERE state = 'planned'",
    "CREATE TABLE report_files (property TEXT NOT NULL, id BIGINT NOT NULL, run_id BIGINT NOT NULL, "
    "name TEXT NOT NULL, form TEXT NOT NULL, masked BIGINT NOT NULL, bytes BIGINT NOT NULL, "
    "digest TEXT NOT NULL, gone_at BIGINT, PRIMARY KEY (property, id)){keyed}",
    "CREATE INDEX report_files_of_run ON report_files (property, run_id)",
    "CREATE INDEX report_files_kept ON report_files (property, id) WHERE gone_at IS NULL",
    "CREATE TABLE report_deliveries (property TEXT NOT NULL, run_id BIGINT NOT NULL, recipient TEXT NOT NULL, "
    "notice_id BIGINT NOT NULL, PRIMARY KEY (property, run_id, recipient)){keyed}",
    "CREATE TABLE accounting_exports (property TEXT NOT NULL, id BIGINT NOT NULL, first_day TEXT NOT NULL, "
    "last_day TEXT NOT NULL, again BIGINT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, "
    "begun_at BIGINT NOT NULL, done_at BIGINT, bookings BIGINT NOT NULL, digest TEXT NOT NULL, "
    "PRIMARY KEY (property, id)){keyed}",
)


def upgrade(connection: Connection) -> None:
    """Make the tables."""
    keyed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.replace("{keyed}", keyed))
