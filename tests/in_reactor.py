"""Tests that need the real reactor, with types: pytest-twisted has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import pytest_twisted
from twisted.internet import reactor as _reactor

_F = TypeVar("_F", bound=Callable[..., Any])

#: The real reactor.
reactor: Any = _reactor


def in_reactor(test: _F) -> _F:
    """Run an asynchronous test in the real reactor."""
    return cast(_F, pytest_twisted.ensureDeferred(test))


def fixture_in_reactor(fixture: _F) -> _F:
    """Make an asynchronous generator a fixture."""
    return cast(_F, pytest_twisted.async_yield_fixture(fixture))
