"""Who reads the feed of a gateway: its web hooks, put together from the configuration, and whether anybody reads at all."""

from __future__ import annotations

from sqlalchemy import Connection

from gateway.app.link import Surroundings
from gateway.config import Config
from gateway.store import feed, tokens, watching
from gateway.store.elsewhere import Elsewhere
from gateway.store.memory import Memory
from gateway.watch.event_hooks import EventHook, mark_of
from gateway.watch.hooks import Hook
from gateway.web.rest import events
from pms_adapters.door import DoorOptions


def begin_feed(connection: Connection, config: Config, memory: Memory) -> list[str]:
    """Begin to write events if anybody reads them, and set new hooks to what happens from now on; returns those hooks.

    A feed that is read is written from then on: a program that was away finds what it missed.
    """
    owner, hooks = memory.owner, [one.name for one in config.hook if one.told]
    door = any(isinstance(pms.options, DoorOptions) for pms in config.pms)
    reading = hooks or door or any(one.revoked_at is None for one in tokens.all_of(connection, owner))
    if reading and not memory.statements.feed.on:
        memory.statements.feed.begin(connection, owner)
    known = watching.marks(connection, owner)
    fresh = [name for name in hooks if mark_of(name) not in known]
    for name in fresh:
        watching.set_mark(connection, owner, mark_of(name), feed.newest(connection, owner))
    return fresh


def event_hooks(there: Surroundings, elsewhere: Elsewhere) -> list[EventHook]:
    """What carries the feed to each hook that is told of it; each is a service to start."""
    return [
        EventHook(
            hook=one.name,
            kinds=one.told | {"store"},
            sender=Hook(one, there.reactor, there.now),
            read=events.read,
            database=there.database,
            memory=there.memory,
            submit=there.submit,
            clock=there.reactor,
            elsewhere=elsewhere,
        )
        for one in there.config.hook
        if one.told
    ]
