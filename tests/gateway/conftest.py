"""A house on either database, and one at whose desk somebody types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.desk import Desk
from tests.gateway.rig import Rig


@pytest.fixture
def rig(store_url: str) -> Iterator[Rig]:
    """A house with an IP Office and a PMS, on SQLite and on PostgreSQL."""
    made = Rig(store_url)
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A house that charged two calls."""
    made = Desk(tmp_path)
    made.calls(61, 30)
    yield made
    made.rig.close()
