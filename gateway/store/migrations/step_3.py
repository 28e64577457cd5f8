"""Schema 3: what a call cost us, tariffs that a stay carries, and lists that a person approves.

SQLite cannot change a rule of a table that stands, so the postings are copied into one with the new rule.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

_COLUMNS: Final = (
    "property, id, call_id, part, pms, state, hold, reason, room, reservation, amount, currency, decimals, attempts, "
    "token, due_at, by_hand, created_at, changed_at, code, reference"
)
_RULE: Final = (
    "state IN ('held', 'written_off') OR amount > 0 OR (amount = 0 AND kind = 'charge') "
    "OR (amount < 0 AND kind = 'reversal')"
)
_KINDS: Final = "kind IN ('charge', 'correction', 'reversal')"

_TABLES: Final = (
    *(
        f"ALTER TABLE calls ADD COLUMN {column}"
        for column in (
            "trunk_group TEXT",
            "pulses BIGINT DEFAULT -1",
            "aoc_amount TEXT",
            "aoc_currency TEXT",
            "carrier TEXT",
            "cost BIGINT",
            "cost_currency TEXT",
            "cost_decimals BIGINT",
            "cost_tariff TEXT",
            "cost_version TEXT",
            "cost_trace TEXT",
        )
    ),
    "ALTER TABLE stays ADD COLUMN group_code TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE stays ADD COLUMN guest_class TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE commands ADD COLUMN subject TEXT",
    "CREATE TABLE stay_tariffs (property TEXT NOT NULL, id BIGINT NOT NULL, reservation TEXT NOT NULL, "
    "code TEXT NOT NULL, source TEXT NOT NULL, since BIGINT NOT NULL, who TEXT NOT NULL, "
    "PRIMARY KEY (property, id)){keyed}",
    "CREATE TABLE lists (property TEXT NOT NULL, id BIGINT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, "
    "made_at BIGINT NOT NULL, made_by TEXT NOT NULL, why TEXT NOT NULL, tariff_version TEXT NOT NULL, "
    "since BIGINT, until BIGINT, decided_at BIGINT, decided_by TEXT NOT NULL, decided_why TEXT NOT NULL, "
    "PRIMARY KEY (property, id)){keyed}",
    "CREATE TABLE list_items (property TEXT NOT NULL, list_id BIGINT NOT NULL, call_id BIGINT NOT NULL, "
    "deed TEXT NOT NULL, words TEXT NOT NULL, before BIGINT NOT NULL, amount BIGINT NOT NULL, net BIGINT NOT NULL, "
    "tax BIGINT NOT NULL, currency TEXT NOT NULL, decimals BIGINT NOT NULL, tariff TEXT NOT NULL, "
    "tariff_version TEXT NOT NULL, prefix TEXT NOT NULL, place TEXT NOT NULL, billed_seconds BIGINT NOT NULL, "
    "trace TEXT NOT NULL, outcome TEXT NOT NULL, posting_id BIGINT, PRIMARY KEY (property, list_id, call_id)){keyed}",
    "CREATE INDEX list_items_of_call ON list_items (property, call_id)",
)
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
    "CONSTRAINT postings_state CHECK (state IN "
    "('held', 'due', 'sent', 'posted', 'refused', 'in_doubt', 'written_off')), "
    "CONSTRAINT postings_amount CHECK (state IN ('held', 'written_off') OR amount IS NOT NULL), "
    f"CONSTRAINT postings_positive CHECK ({_RULE}), CONSTRAINT postings_kind CHECK ({_KINDS}), "
    "CONSTRAINT postings_hold CHECK ((state = 'held') = (hold <> ''))){keyed}",
    f"INSERT INTO postings ({_COLUMNS}, kind) SELECT {_COLUMNS}, 'charge' FROM postings_before",
    "DROP TABLE postings_before",
    "CREATE INDEX postings_lively ON postings (property, state, id) WHERE state NOT IN ('posted', 'written_off')",
)
_POSTGRESQL: Final = (
    "ALTER TABLE postings ADD COLUMN kind TEXT NOT NULL DEFAULT 'charge'",
    f"ALTER TABLE postings ADD CONSTRAINT postings_kind CHECK ({_KINDS})",
    "ALTER TABLE postings DROP CONSTRAINT postings_positive",
    f"ALTER TABLE postings ADD CONSTRAINT postings_positive CHECK ({_RULE})",
)


def upgrade(connection: Connection) -> None:
    """Add columns and tables, and widen the rule of what a posting's amount may be."""
    sqlite = connection.dialect.name == "sqlite"
    for statement in (*_TABLES, *(_SQLITE if sqlite else _POSTGRESQL)):
        connection.exec_driver_sql(statement.replace("{keyed}", " WITHOUT ROWID" if sqlite else ""))
