"""The store keeps the rules itself: one gateway, one posting a part, possible states only, a schema it knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Integer, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from gateway.store import schema
from gateway.store.database import Database, StoreTrouble
from gateway.store.hot import MOST_SHAPES
from gateway.store.reading import money
from gateway.store.rows import CallRow, PostingRow, RecordRow, clean
from gateway.store.statements import SELDOM, Statements
from tests.gateway.rig import Rig, line


@pytest.mark.parametrize(
    ("row", "table"), [(RecordRow, schema.records), (CallRow, schema.calls), (PostingRow, schema.postings)]
)
def test_rows_have_the_columns_of_their_tables_in_order(row: type, table: object) -> None:
    """Hot inserts take them as they are."""
    assert list(row._fields) == [column.name for column in table.columns]  # type: ignore[attr-defined]


def test_every_table_and_column_says_what_it_is() -> None:
    """The schema is a document."""
    for table in schema.metadata.tables.values():
        assert table.comment
        assert [column.name for column in table.columns if not column.comment] == []


def test_one_gateway_owns_a_store_and_its_lock_ends_with_it(store_url: str) -> None:
    """The second is refused in a sentence; when the first is gone, it may."""
    first, second = Database(store_url, "SEASIDE"), Database(store_url, "SEASIDE")
    first.open()
    first.lock()
    with pytest.raises(StoreTrouble, match="another foliogate"):
        second.lock()
    first.close()
    second.lock()
    second.close()


def test_a_store_of_a_newer_release_is_refused(bare_store_url: str) -> None:
    """With what to do; nothing is changed."""
    database = Database(bare_store_url, "SEASIDE")
    database.open()
    database.transact(lambda c: c.execute(update(schema.schema_version).values(version=schema.VERSION + 1)))
    for deed in (database.open, database.upgrade):
        with pytest.raises(StoreTrouble, match="newer"):
            deed()
    database.close()


def test_an_empty_store_is_made_and_an_upgrade_of_a_current_one_changes_nothing(bare_store_url: str) -> None:
    """Opening twice is opening once."""
    database = Database(bare_store_url, "SEASIDE")
    assert database.version() == 0
    database.open()
    database.open()
    assert database.upgrade() == (schema.VERSION, schema.VERSION)
    database.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"state": "posted", "amount": None},
        {"state": "due", "amount": -5},
        {"state": "posted", "amount": -5, "kind": "correction"},
        {"kind": "gift"},
        {"state": "due", "hold": "unrated"},
        {"state": "held", "hold": ""},
        {"part": 0, "id": 2},
    ],
)
def test_impossible_postings_cannot_be_stored(rig: Rig, wrong: dict[str, object]) -> None:
    """The database refuses them, whoever writes."""
    rig.check_in()
    rig.send(rig.connect(), line(1))
    good = {
        "property": "SEASIDE", "id": 2, "call_id": 1, "part": 1, "pms": "opera", "state": "due", "hold": "",
        "reason": "", "amount": 5, "currency": "PLN", "decimals": 2, "attempts": 0, "by_hand": 0, "due_at": 0, "created_at": 0,
        "changed_at": 0, "code": "", "reference": "",
    }  # fmt: skip
    with pytest.raises(IntegrityError):
        rig.database.transact(lambda c: c.execute(insert(schema.postings).values({**good, **wrong})))
    rig.database.transact(lambda c: c.execute(insert(schema.postings).values(good)))


@pytest.mark.parametrize("most", [MOST_SHAPES, 2])
def test_a_row_is_stored_whole_whatever_is_null_in_it(
    store_url: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The insert of calls leaves out what is null; a shape that is not remembered is written all the same."""
    monkeypatch.setattr("gateway.store.hot.MOST_SHAPES", most)
    full: dict[str, Any] = {
        one.name: place if isinstance(one.type, Integer) else f"t{place}"
        for place, one in enumerate(schema.calls.columns)
    }
    some = [SELDOM[number % 3 :: number % 4 + 1] for number in range(3 * len(SELDOM))]
    rows = [
        CallRow(**{**full, "property": "SEASIDE", "id": place, **dict.fromkeys(absent)})
        for place, absent in enumerate([(), SELDOM, *some])
    ]
    database = Database(store_url, "SEASIDE")
    database.open()
    add = Statements(database.engine).add_call
    database.transact(lambda c: add.many(c, rows))
    wanted = select(schema.calls).order_by(schema.calls.c.id)
    kept = database.read(lambda c: [CallRow._make(one) for one in c.execute(wanted)])
    database.close()
    assert kept == rows


def test_two_records_cannot_have_one_place(rig: Rig) -> None:
    """A record's place in its feed is unique."""
    rig.send(rig.connect(), line(1))
    with pytest.raises(IntegrityError):
        rig.database.transact(
            lambda c: c.execute(
                text(
                    "INSERT INTO records SELECT property, 99, segment, position, source, received_at, kind, reason, "
                    "mark, call_id, raw FROM records"
                )
            )
        )


def test_an_embedded_store_syncs_each_commit(tmp_path: Path) -> None:
    """WAL and synchronous=FULL: an acknowledged record survives a power cut."""
    database = Database(f"sqlite:///{tmp_path / 'a.db'}", "SEASIDE")
    database.open()
    with database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
    database.close()


@pytest.mark.parametrize(
    ("minor", "decimals", "words"),
    [(1375, 2, "13.75"), (5, 2, "0.05"), (-5, 2, "-0.05"), (12, 0, "12"), (1, 3, "0.001"), (None, 2, None)],
)
def test_money_leaves_as_a_decimal_string(minor: int | None, decimals: int, words: str | None) -> None:
    """Never a float, never a thousands separator."""
    assert money(minor, decimals) == words


def test_text_from_outside_is_made_fit_for_every_store() -> None:
    """NUL and lone surrogates go; everything else stays."""
    assert clean("a\0b") == "ab"
    assert clean("Zoë\ud800") == "Zoë?"
    assert clean(None) is None
