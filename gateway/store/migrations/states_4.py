"""Of schema 4: the state `unconfirmable` of a posting, for a PMS that acknowledges nothing.

SQLite cannot change a rule of a table that stands, so the postings are copied into one with the wider rule.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_COLUMNS: Final = (
    "property, id, call_id, part, pms, state, hold, reason, room, reservation, amount, currency, decimals, attempts, "
    "token, due_at, by_hand, created_at, changed_at, code, reference, kind"
)
_STATES: Final = "state IN ('held', 'due', 'sent', 'posted', 'refused', 'in_doubt', 'unconfirmable', 'written_off')"
_SQLITE: Final = (
    "ALTER TABLE postings RENAME TO postings_before",
    "DROP INDEX postings_lively",
    "CREATE TABLE postings (property TEXT NOT NULL, id BIGINT NOT NULL, call_id BIGINT NOT NULL, "
    "part BIGINT NOT NULL, pms TEXT NOT NULL, state TEXT NOT NULL, hold TEXT NOT NULL, reason TEXT NOT NULL, "
    "room TEXT, reservation TEXT, amount BIGINT, currency TEXT NOT NULL, decimals BIGINT NOT NULL, "
    "attempts BIGINT NOT NULL, token BIGINT, due_at BIGINT NOT NULL, by_hand BIGINT NOT NULL, "
    "created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL, code TEXT NOT NULL, reference TEXT NOT NULL, "
    "kind TEXT NOT NULL DEFAULT 'charge', "
    "PRIMARY KEY (property, id), CONSTRAINT postings_once_a_part UNIQUE (property, call_id, part), "
    f"CONSTRAINT postings_state CHECK ({_STATES}), "
    "CONSTRAINT postings_amount CHECK (state IN ('held', 'written_off') OR amount IS NOT NULL), "
    "CONSTRAINT postings_positive CHECK (state IN ('held', 'written_off') OR amount > 0 "
    "OR (amount = 0 AND kind = 'charge') OR (amount < 0 AND kind = 'reversal')), "
    "CONSTRAINT postings_kind CHECK (kind IN ('charge', 'correction', 'reversal')), "
    "CONSTRAINT postings_hold CHECK ((state = 'held') = (hold <> ''))) WITHOUT ROWID",
    f"INSERT INTO postings ({_COLUMNS}) SELECT {_COLUMNS} FROM postings_before",
    "DROP TABLE postings_before",
    "CREATE INDEX postings_lively ON postings (property, state, id) WHERE state NOT IN ('posted', 'written_off')",
)
_POSTGRESQL: Final = (
    "ALTER TABLE postings DROP CONSTRAINT postings_state",
    f"ALTER TABLE postings ADD CONSTRAINT postings_state CHECK ({_STATES})",
)


def upgrade(connection: Connection) -> None:
    """Widen the rule of what states there are; every posting comes over as it is."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)
