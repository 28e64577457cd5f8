"""What is no longer kept, put together from a house's configuration: who is erased on request, and what is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from gateway.app.link import Surroundings
from gateway.config import Config
from gateway.delivery.keeping import throw_away
from gateway.instants import to_micros
from gateway.periodic import PeriodicService
from gateway.privacy.erasing import Erasing
from gateway.privacy.rounds import Privacy, Retention, Slice
from gateway.store.memory import Memory
from gateway.store.runs import Kept
from gateway.watch.event_hooks import mark_of

#: Seconds between two looks at whether there is something to erase; while there is, slice follows slice.
EVERY: Final = 60.0


def privacy_of(config: Config, memory: Memory, now: Callable[[], int]) -> Privacy:
    """What erases guests and keeps the terms of a house."""

    def throw(files: Sequence[Kept]) -> None:
        throw_away(config.delivery.folder, files)

    hooks = [mark_of(one.name) for one in config.hook if one.told]
    erasing = Erasing(memory, config.property.timezone, throw)
    return Privacy(memory, erasing, Retention(memory, config.privacy, hooks, throw), now)


def forgetting(there: Surroundings, busy: Callable[[], bool], every: float = EVERY) -> PeriodicService:
    """The service that does it in a running gateway: never while records or commands wait."""
    privacy = privacy_of(there.config, there.memory, lambda: to_micros(there.now()))

    def look() -> None:
        if not privacy.resting() and not there.crowded() and not busy():
            there.submit(Slice(privacy, lambda more: service.call_soon() if more else None))

    service = PeriodicService(there.reactor, every, look, "erasing what is no longer to be kept")
    return service
