"""A start that cannot be is told in a sentence, so that a service manager tries again and nobody waits for a deaf process."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from twisted.internet.testing import MemoryReactorClock

from gateway.app.configured import CannotStart
from gateway.app.gateway import Gateway
from gateway.config import Config
from gateway.store import database
from gateway.store.database import Database
from rating.starter import starter_files
from tests.gateway.configurations import SMALLEST, loaded
from tests.gateway.rig import NOON


def test_a_store_that_is_held_by_another_program_ends_the_start_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup or an upgrade may hold it for longer than we wait."""
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 1)
    (tmp_path / "tariffs").mkdir()
    for name, data in starter_files("PL", "PLN").items():
        (tmp_path / "tariffs" / name).write_bytes(data)
    config = loaded(tmp_path, SMALLEST)
    assert isinstance(config, Config)
    made = Database(config.store.url, config.property.id)
    made.open()
    made.close()
    with sqlite3.connect(tmp_path / "foliogate.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        gateway = Gateway(config, MemoryReactorClock(), lambda: NOON, "test")  # type: ignore[no-untyped-call]
        with pytest.raises(CannotStart, match="the store cannot be opened: database is locked"):
            gateway.start()
        gateway.database.close()
    other.close()
