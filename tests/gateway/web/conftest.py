"""A house with an evening behind it, and somebody who asks its site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.web.asking import Asker
from tests.gateway.web.house import StandingHouse, as_house


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[StandingHouse]:
    """A house in which nothing has happened yet."""
    made = StandingHouse(tmp_path)
    yield made
    made.close()


@pytest.fixture
def house(empty: StandingHouse) -> StandingHouse:
    """A house after an evening: each state of a posting, each kind of call."""
    empty.evening()
    return empty


@pytest.fixture
def asker(house: StandingHouse) -> Asker:
    """Somebody who asks the site of that house."""
    return Asker(as_house(house))
