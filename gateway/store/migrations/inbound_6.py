"""Schema 6, part: calls that came in, contacts by number, tags. Calls that are there already are taken in by a command.

Who called and which number was dialled stand in the records, which only the configuration of the exchange can read:
`foliogate db rebuild-inbound`.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STATEMENTS: Final = (
    "CREATE TABLE arrivals (property TEXT NOT NULL, id BIGINT NOT NULL, caller TEXT NOT NULL, did TEXT NOT NULL, "
    "outcome TEXT NOT NULL, waited BIGINT, stages TEXT NOT NULL, hands BIGINT NOT NULL, "
    "PRIMARY KEY (property, id)){keyed}",
    "CREATE TABLE contacts (property TEXT NOT NULL, piece BIGINT NOT NULL, number TEXT NOT NULL, call_id BIGINT NOT NULL, "
    "inward BIGINT NOT NULL, PRIMARY KEY (property, piece, number, call_id)){keyed}",
    "CREATE TABLE number_tags (property TEXT NOT NULL, id BIGINT NOT NULL, number TEXT NOT NULL, tag TEXT NOT NULL, "
    "added_at BIGINT NOT NULL, added_by TEXT NOT NULL, why TEXT NOT NULL, removed_at BIGINT, removed_by TEXT NOT NULL, "
    "PRIMARY KEY (property, id)){keyed}",
    "CREATE UNIQUE INDEX number_tags_once ON number_tags (property, number, tag) WHERE removed_at IS NULL",
)


def upgrade(connection: Connection) -> None:
    """Add three tables."""
    keyed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.replace("{keyed}", keyed))
