"""The numbered steps make the schema that the document describes, on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect, select

from gateway.store import schema
from gateway.store.database import Database
from gateway.store.migrations import STEPS
from gateway.store.migrations import schema_1 as first
from tests.gateway.rig import Rig, line


def shape(database: Database) -> dict[str, tuple[Any, Any, Any]]:
    """Every table with its columns (nullable or not), key and indexes, as the database has them."""
    looked = inspect(database.engine)
    return {
        table: (
            {column["name"]: column["nullable"] for column in looked.get_columns(table)},
            looked.get_pk_constraint(table)["constrained_columns"],
            {
                (index["name"], tuple(index["column_names"]), bool(index["unique"]))
                for index in looked.get_indexes(table)
            },
        )
        for table in looked.get_table_names()
    }


def test_the_steps_make_what_the_document_says(bare_store_url: str) -> None:
    """Tables, columns, keys and indexes of gateway/store/schema.py, no more and no less."""
    database = Database(bare_store_url, "SEASIDE")
    database.open()
    made, kind = shape(database), database.engine.dialect.name
    for name, table in schema.metadata.tables.items():
        columns, key, indexes = made.pop(name)
        assert columns == {column.name: column.nullable for column in table.columns}, name
        assert key == [column.name for column in table.primary_key.columns], name
        wanted = {
            (index.name, tuple(column.name for column in index.columns)[: index.info.get(kind)], bool(index.unique))
            for index in table.indexes  # one may hold fewer columns on one of the databases
        }
        unique = {index for index in indexes if index[2]} - wanted  # constraints that a database shows as indexes
        assert indexes - unique == wanted, name
    assert made == {}
    assert database.version() == schema.VERSION == len(STEPS)
    database.close()


def test_a_store_of_schema_1_keeps_what_is_in_it(bare_store_url: str) -> None:
    """Made by the first release, with a call and a command, then upgraded."""
    database = Database(bare_store_url, "SEASIDE")

    def as_it_was(connection: object) -> None:
        STEPS[0](connection)  # type: ignore[arg-type]
        connection.execute(first.schema_version.insert().values(version=1))  # type: ignore[attr-defined]
        row = {
            "property": "SEASIDE",
            "id": 1,
            "asked_at": 1,
            "who": "Ines",
            "deed": "retry",
            "posting_id": 7,
            "why": "",
        }
        connection.execute(first.commands.insert().values(**row, result="", done_at=2))  # type: ignore[attr-defined]

    database.transact(as_it_was)
    assert database.upgrade() == (1, schema.VERSION)
    kept = database.read(lambda c: c.execute(select(schema.commands)).mappings().one())
    assert (kept["who"], kept["posting_id"], kept["alarm_id"]) == ("Ines", 7, None)
    database.close()
    rig = Rig(bare_store_url)
    rig.check_in()
    rig.send(rig.connect(), line(1))
    assert rig.states() == ["due"]
    rig.close()
