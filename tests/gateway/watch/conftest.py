"""A watched house on either database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gateway.rig import Rig
from tests.gateway.watch.house import WatchedHouse


@pytest.fixture
def house(rig: Rig) -> Iterator[WatchedHouse]:
    """A house with a watch that has made its first rounds."""
    made = WatchedHouse(rig)
    made.pass_time(15)
    yield made
    made.stop()


@pytest.fixture
def quick(tmp_path: object) -> Iterator[WatchedHouse]:
    """The same on SQLite alone, for what lasts days."""
    rig = Rig(f"sqlite:///{tmp_path}/store.db")
    made = WatchedHouse(rig)
    made.pass_time(15)
    yield made
    made.stop()
    rig.close()
