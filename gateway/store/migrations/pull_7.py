"""Of schema 7: what exchanges that are asked for their records have told already."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_PULLED: Final = (
    "CREATE TABLE pulled (property TEXT NOT NULL, segment BIGINT NOT NULL, position BIGINT NOT NULL, mark {bytes} NOT NULL, "
    "kept_at BIGINT NOT NULL, PRIMARY KEY (property, segment, position)){keyed}"
)


def upgrade(connection: Connection) -> None:
    """Add the table."""
    embedded = connection.dialect.name == "sqlite"
    keyed = _PULLED.replace("{keyed}", " WITHOUT ROWID" if embedded else "")
    connection.exec_driver_sql(keyed.replace("{bytes}", "BLOB" if embedded else "BYTEA"))
