"""Schema 6, people: users, their sessions, invitations, failures to sign in, and who changed what of them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_STATEMENTS: Final = (
    "CREATE TABLE users (property TEXT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL, "
    "folded TEXT NOT NULL, role TEXT NOT NULL, mail TEXT NOT NULL, source TEXT NOT NULL, "
    "subject TEXT NOT NULL, password TEXT NOT NULL, password_at BIGINT, made_at BIGINT NOT NULL, "
    "made_by TEXT NOT NULL, disabled_at BIGINT, signed_in_at BIGINT, PRIMARY KEY (property, id), "
    "CONSTRAINT users_named_once UNIQUE (property, folded)){keyed}",
    "CREATE TABLE sessions (property TEXT NOT NULL, id BIGINT NOT NULL, digest TEXT NOT NULL, "
    "user_id BIGINT NOT NULL, began_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, ended_at BIGINT, "
    "ended_why TEXT NOT NULL, address TEXT NOT NULL, browser TEXT NOT NULL, PRIMARY KEY (property, id), "
    "CONSTRAINT sessions_once UNIQUE (property, digest)){keyed}",
    "CREATE INDEX sessions_of_user ON sessions (property, user_id)",
    "CREATE TABLE invitations (property TEXT NOT NULL, id BIGINT NOT NULL, kind TEXT NOT NULL, "
    "digest TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, mail TEXT NOT NULL, "
    "made_at BIGINT NOT NULL, made_by TEXT NOT NULL, ends_at BIGINT NOT NULL, used_at BIGINT, "
    "withdrawn_at BIGINT, sent_at BIGINT, trouble TEXT NOT NULL, PRIMARY KEY (property, id), "
    "CONSTRAINT invitations_once UNIQUE (property, digest)){keyed}",
    "CREATE TABLE sign_in_failures (property TEXT NOT NULL, bucket TEXT NOT NULL, failures BIGINT NOT NULL, "
    "last_at BIGINT NOT NULL, PRIMARY KEY (property, bucket)){keyed}",
    "CREATE TABLE known_browsers (property TEXT NOT NULL, digest TEXT NOT NULL, user_id BIGINT NOT NULL, "
    "at BIGINT NOT NULL, PRIMARY KEY (property, digest)){keyed}",
    "CREATE TABLE people_trail (property TEXT NOT NULL, id BIGINT NOT NULL, at BIGINT NOT NULL, "
    "who TEXT NOT NULL, about TEXT NOT NULL, what TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, "
    "address TEXT NOT NULL, PRIMARY KEY (property, id)){keyed}",
)


def upgrade(connection: Connection) -> None:
    """Make the tables."""
    keyed = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement.replace("{keyed}", keyed))
