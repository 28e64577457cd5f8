"""A person asks the PMS for the state of all rooms: how often that may be, and what he is told.

A resync costs the PMS minutes in a large house, and no charge is posted meanwhile. So it is asked for at most once in a day
and a night, whoever asked before (a person, or the gateway itself, where it lacked news), unless somebody says why it must be
again. Who may say so is for the page; here only the reason is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from gateway.instants import SECOND, from_micros, to_micros
from gateway.status import LinkStatus, Status
from gateway.store import commands, schema
from gateway.store.commands import Command
from gateway.store.memory import Memory

#: The verb of the command; its subject is FORCE where the once a day does not hold.
RESYNC: Final = "resync"
FORCE: Final = "force"
#: How long after one question the next may come, in microseconds.
A_DAY: Final = 24 * 3600 * SECOND
#: What the sentence begins with where the PMS is asked.
ASKED: Final = "the PMS is asked for the state of all rooms"
#: Who asks, where it is the gateway.
ITSELF: Final = "the gateway itself"


class LastAsked(NamedTuple):
    """When the PMS was last asked for all rooms, in microseconds, and by whom."""

    at: int
    who: str

    def words(self, zone: tzinfo) -> str:
        """In a sentence."""
        return f"it was asked on {moment(from_micros(self.at), zone)} by {self.who}"


def moment(at: datetime, zone: tzinfo) -> str:
    """An instant in the hotel's time, with its day."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def last_asked(connection: Connection, owner: str, link: LinkStatus) -> LastAsked | None:
    """When this PMS was last asked, as the store and the link know it; None if never."""
    found = [LastAsked(at, who) for at, who in commands.newest_done(connection, owner, RESYNC, ASKED)]
    if link.rooms_asked_at is not None:
        found.append(LastAsked(to_micros(link.rooms_asked_at), ITSELF))
    return max(found, default=None)


def known(connection: Connection, owner: str) -> tuple[int, int]:
    """How many rooms the PMS has told of, and how many guests are in them."""
    rooms, stays = schema.rooms.c, schema.stays.c
    told = connection.execute(select(func.count()).where(rooms.property == owner)).scalar()
    here = connection.execute(select(func.count()).where(stays.property == owner, stays.until.is_(None))).scalar()
    return int(told or 0), int(here or 0)


def refuse(command: Command, link: LinkStatus | None, last: LastAsked | None, now: int, zone: tzinfo) -> str:
    """Why the PMS is not asked, in a sentence; empty if it is. Pure."""
    if link is None:
        return "not asked: no PMS is configured"
    if not link.tells_rooms:
        return f"not asked: PMS {link.name} tells of no rooms over its link; whom it has in a room is asked with each charge"
    if command.subject == FORCE:
        return "" if command.why.strip() else "not asked: whoever asks again within a day says why"
    if last is not None and now - last.at < A_DAY:
        return f"not asked: {last.words(zone)}, and once a day is enough; a supervisor may ask again and say why"
    return ""


class Resync:
    """Carries the command out, as far as the store goes; the link asks after the commit."""

    def __init__(self, memory: Memory, link: Callable[[], LinkStatus | None], zone: tzinfo) -> None:
        self._memory, self._link, self._zone = memory, link, zone

    def __call__(self, connection: Connection, command: Command, now: int) -> tuple[str, bool]:
        """The sentence of what comes of it, and whether the PMS is asked."""
        link = self._link()
        last = last_asked(connection, self._memory.owner, link) if link is not None else None
        problem = refuse(command, link, last, now, self._zone)
        if problem or link is None:
            return problem, False
        again = " again" if command.subject == FORCE else ""
        words = f"asked the PMS for the state of all rooms{again}"
        self._memory.note(connection, now, command.who, f"{words}: {command.why}" if command.why else words)
        return ASKED if link.up else f"{ASKED} as soon as it is connected", True


def only_link(status: Status) -> LinkStatus | None:
    """The one PMS link of a house, if it has one."""
    return next(iter(status.links.values()), None)
