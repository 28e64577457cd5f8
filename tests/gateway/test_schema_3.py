"""What schema 3 does to a store of the first release: its postings come over, and money goes back only by a reversal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from gateway.store import schema
from gateway.store.database import Database
from gateway.store.migrations import step_1

OLD_CALL = (
    "INSERT INTO calls (property, id, source, legs, status, reason, direction, started_at, holders, warnings) "
    "VALUES ('SEASIDE', 1, 'main', 1, 'charge', '', 'out', 5, '201', '')"
)
OLD_POSTING = (
    "INSERT INTO postings (property, id, call_id, part, pms, state, hold, reason, amount, currency, decimals, attempts, "
    "due_at, by_hand, created_at, changed_at, code, reference) VALUES ('SEASIDE', 1, 1, 0, 'opera', 'posted', '', '', "
    "420, 'PLN', 2, 1, 0, 0, 0, 0, 'OK', '')"
)
OLD_STAY = (
    "INSERT INTO stays (property, id, reservation, room, since, name, language, vip, no_post, class_of_service) "
    "VALUES ('SEASIDE', 1, '77', '201', 0, 'Adler', 'de', '', 0, '')"
)


@pytest.fixture
def old(bare_store_url: str) -> Iterator[Database]:
    """A store of schema 1 with a call, its posting and a stay."""
    made = Database(bare_store_url, "SEASIDE")

    def fill(connection: object) -> None:
        step_1.upgrade(connection)  # type: ignore[arg-type]
        for words in ("INSERT INTO schema_version VALUES (1)", OLD_CALL, OLD_POSTING, OLD_STAY):
            connection.execute(text(words))  # type: ignore[attr-defined]

    made.transact(fill)
    yield made
    made.close()


def test_an_old_store_keeps_what_is_in_it(old: Database) -> None:
    """Amounts, states and guests are what they were; what is new says that it was not known then."""
    assert old.upgrade() == (1, schema.VERSION)
    old.open()
    with old.engine.connect() as connection:
        assert connection.execute(text("SELECT amount, state, kind FROM postings")).all() == [(420, "posted", "charge")]
        assert connection.execute(text("SELECT name, group_code, guest_class FROM stays")).all() == [("Adler", "", "")]
        assert connection.execute(text("SELECT pulses, carrier, cost FROM calls")).all() == [(-1, None, None)]


@pytest.mark.parametrize(
    ("kind", "amount", "possible"),
    [
        ("charge", 0, True),
        ("charge", -1, False),
        ("correction", 0, False),
        ("reversal", -5, True),
        ("reversal", 5, True),
    ],
)
def test_the_new_rule_of_amounts_holds_in_an_old_store(old: Database, kind: str, amount: int, possible: bool) -> None:
    """Only a reversal takes money back."""
    old.upgrade()
    words = OLD_POSTING.replace("reference)", "reference, kind)").replace("'OK', '')", f"'OK', '', '{kind}')")
    words = words.replace("420", str(amount)).replace("'SEASIDE', 1, 1, 0", "'SEASIDE', 2, 1, 1")
    if possible:
        old.transact(lambda c: c.execute(text(words)))
    else:
        with pytest.raises(IntegrityError):
            old.transact(lambda c: c.execute(text(words)))


def test_two_parts_of_a_call_cannot_have_one_number(old: Database) -> None:
    """The rule came over with the table."""
    old.upgrade()
    with pytest.raises(IntegrityError):
        old.transact(lambda c: c.execute(text(OLD_POSTING.replace("'SEASIDE', 1, 1, 0", "'SEASIDE', 2, 1, 0"))))


def test_the_steps_make_the_columns_that_the_code_reads(old: Database) -> None:
    """Every table and column, with what may be null; the indexes beside them."""
    old.upgrade()
    looked = inspect(old.engine)
    for table in schema.metadata.tables.values():
        found = {column["name"]: column["nullable"] for column in looked.get_columns(table.name)}
        assert found == {column.name: column.nullable for column in table.columns}, table.name
        names = {index["name"] for index in looked.get_indexes(table.name)}
        assert names >= {index.name for index in table.indexes}, table.name
