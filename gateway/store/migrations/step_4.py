"""Schema 4: a posting may be unconfirmable; the feed of events, the tokens of programs, what programs asked for once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from gateway.store.migrations import states_4

_STATEMENTS: Final = (
    "CREATE TABLE events (property TEXT NOT NULL, id BIGINT NOT NULL, at BIGINT NOT NULL, kind TEXT NOT NULL, "
    "call_id BIGINT, posting_id BIGINT, state TEXT, hold TEXT, reason TEXT, room TEXT, reservation TEXT, "
    "amount BIGINT, attempts BIGINT, token BIGINT, due_at BIGINT, code TEXT, reference TEXT, "
    "PRIMARY KEY (property, id)){keyed}",
    "CREATE TABLE tokens (property TEXT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, "
    "rights TEXT NOT NULL, made_at BIGINT NOT NULL, made_by TEXT NOT NULL, revoked_at BIGINT, "
    "revoked_by TEXT NOT NULL, PRIMARY KEY (property, id)){keyed}",
    "CREATE TABLE requests (property TEXT NOT NULL, id BIGINT NOT NULL, token_id BIGINT NOT NULL, "
    "client_id TEXT NOT NULL, digest TEXT NOT NULL, at BIGINT NOT NULL, answer TEXT NOT NULL, "
    "PRIMARY KEY (property, id), CONSTRAINT requests_once UNIQUE (property, token_id, client_id)){keyed}",
)


def upgrade(connection: Connection) -> None:
    """Widen the rule of what states there are, and add tables."""
    states_4.upgrade(connection)
    keyed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.replace("{keyed}", keyed))
