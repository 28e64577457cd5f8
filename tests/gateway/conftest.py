"""A house on either database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gateway.rig import Rig


@pytest.fixture
def rig(store_url: str) -> Iterator[Rig]:
    """A house with an IP Office and a PMS, on SQLite and on PostgreSQL."""
    made = Rig(store_url)
    yield made
    made.close()
