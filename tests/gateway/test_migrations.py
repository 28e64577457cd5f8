"""A store of every schema ever released comes forward whole; one of a schema that does not exist yet is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text, update

from gateway.cli.main import main
from gateway.store import schema
from gateway.store.migrations import STEPS
from gateway.store.verify import broken_rules
from tests.gateway.configurations import EXAMPLE
from tests.gateway.frozen import PROPERTY, frozen, thaw


def test_there_is_a_frozen_store_for_every_released_schema() -> None:
    """A schema that is no longer the newest was released; the newest is frozen when it is about to be."""
    assert set(range(1, schema.VERSION)) <= set(frozen())
    assert len(STEPS) == schema.VERSION


@pytest.mark.parametrize("version", sorted(frozen()))
def test_a_store_of_each_schema_comes_forward_and_is_whole(version: int, bare_store_url: str) -> None:
    """Every record, call and posting is there afterwards, in its state, and every rule holds."""
    database = thaw(version, bare_store_url)
    counted = "SELECT (SELECT count(*) FROM records), (SELECT count(*) FROM calls), (SELECT sum(amount) FROM postings)"
    stated = "SELECT state, count(*) FROM postings GROUP BY state ORDER BY state"
    before = database.read(lambda c: [tuple(row) for row in [*c.execute(text(counted)), *c.execute(text(stated))]])
    assert database.version() == version
    assert database.upgrade() == (version, schema.VERSION)
    assert database.version() == schema.VERSION
    after = database.read(lambda c: [tuple(row) for row in [*c.execute(text(counted)), *c.execute(text(stated))]])
    assert after == before
    assert len(before) > 5  # most states are among them
    assert database.read(lambda c: broken_rules(c, PROPERTY, database.is_sqlite)) == []
    database.close()


@pytest.mark.parametrize("command", ["upgrade", "verify"])
def test_a_store_of_a_newer_program_is_refused_in_a_sentence(tmp_path: Path, command: str) -> None:
    """And is left as it is."""
    database = thaw(max(frozen()), f"sqlite:///{tmp_path / 'foliogate.db'}")
    database.upgrade()
    database.transact(lambda c: c.execute(update(schema.schema_version).values(version=schema.VERSION + 1)))
    database.close()
    config = tmp_path / "foliogate.toml"
    config.write_text(EXAMPLE)
    done = CliRunner().invoke(main, ["db", command, "--config", str(config)])
    assert done.exit_code == 1
    assert f"the store has schema {schema.VERSION + 1}" in done.output
    assert "newer" in done.output
    assert done.output.count("\n") == 1
    assert database.version() == schema.VERSION + 1
    database.close()
