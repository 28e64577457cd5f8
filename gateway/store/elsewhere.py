"""Where reads of the store run: in threads of the reactor's pool, or wherever whoever composes the parts says."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool

T = TypeVar("T")


class Elsewhere(Protocol):
    """Runs a function somewhere it may block."""

    def __call__(self, work: Callable[[], T]) -> Deferred[T]:
        """Run it; the Deferred fires with what it returned or raised."""


def in_threads(reactor: Any) -> Elsewhere:
    """Run things in the reactor's own thread pool, in the context of whoever asks: a page's language is kept there."""

    def run(work: Callable[[], T]) -> Deferred[T]:
        return deferToThreadPool(reactor, reactor.getThreadPool(), copy_context().run, work)

    return run
