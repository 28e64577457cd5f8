"""A house with an evening behind it, and somebody who asks its site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.web.asking import Asker
from tests.gateway.web.guarded import Guarded
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


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """Somebody who only looks: the site of a house like that, the same for all tests of a module."""
    made = StandingHouse(tmp_path_factory.mktemp("house"))
    made.evening()
    yield Asker(as_house(made))
    made.close()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    """A house in which people sign in."""
    made = Guarded(tmp_path)
    yield made
    made.house.close()
