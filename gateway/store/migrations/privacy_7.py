"""Of schema 7: what is no longer kept."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STATEMENTS: Final = (
    "CREATE TABLE erasures (property TEXT NOT NULL, id BIGINT NOT NULL, digest TEXT NOT NULL, begun_at BIGINT NOT NULL, "
    "who TEXT NOT NULL, why TEXT NOT NULL, state TEXT NOT NULL, place TEXT NOT NULL, needles TEXT NOT NULL, "
    "calls BIGINT NOT NULL, done_at BIGINT, PRIMARY KEY (property, id), "
    "CONSTRAINT erasures_once UNIQUE (property, digest), "
    "CONSTRAINT erasures_state CHECK (state IN ('begun', 'done')), "
    "CONSTRAINT erasures_done CHECK ((state = 'done') = (done_at IS NOT NULL)), "
    "CONSTRAINT erasures_forgotten CHECK (state = 'begun' OR (needles = '' AND place = ''))){keyed}",
    "CREATE INDEX erasures_begun ON erasures (property, id) WHERE state = 'begun'",
    "CREATE TABLE retention_waits (property TEXT NOT NULL, stage TEXT NOT NULL, id BIGINT NOT NULL, "
    "PRIMARY KEY (property, stage, id)){keyed}",
    "CREATE TABLE kept_digests (property TEXT NOT NULL, id BIGINT NOT NULL, digest {bytes} NOT NULL, "
    "PRIMARY KEY (property, id)){keyed}",
)


def upgrade(connection: Connection) -> None:
    """Add the tables."""
    embedded = connection.dialect.name == "sqlite"
    for statement in _STATEMENTS:
        keyed = statement.replace("{keyed}", " WITHOUT ROWID" if embedded else "")
        connection.exec_driver_sql(keyed.replace("{bytes}", "BLOB" if embedded else "BYTEA"))
