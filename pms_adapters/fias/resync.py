"""A resync in the making: the PMS's list of its rooms, gathered aside and handed over whole.

Between DS and DE the PMS sends, for every room, GI for each guest in it or GO for a vacant one, all marked with SF
(specification 2.20.25, chapter 3, "Database resync"). Whoever cleared the guest list at DS would stand without guests
if the link broke in the middle; so the list is staged here and takes effect at DE, in one piece, or not at all.

Live check-ins and check-outs go on meanwhile, without SF. They are passed on at once, and they win over the list,
which was read from the PMS's files at another moment: the list must not bring back a guest who has just left, nor
take one out who has just come.

Rooms that the list does not mention are in neither part of the result: what is known of them stands.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Final

from pms_adapters.events import CheckedIn, CheckedOut, Guest, GuestChanged, RoomNews, RoomsResynced

MAX_STAGED: Final = 50_000
"""Guests and rooms gathered at most. The largest hotels have about 8,000 rooms; beyond this a peer sends nonsense."""


class Resync:
    """What one resync has told so far."""

    def __init__(self) -> None:
        self._listed: dict[str, CheckedIn] = {}
        self._rooms: dict[str, None] = {}
        self._live: dict[str, CheckedIn] = {}
        self._gone: set[str] = set()

    @property
    def full(self) -> bool:
        """Whether more was sent than any hotel has."""
        return len(self._listed) + len(self._rooms) > MAX_STAGED

    def listed(self, news: RoomNews) -> None:
        """A record of the list."""
        match news:
            case CheckedIn(room=room):
                self._rooms[room] = None
                if _key(news) not in self._gone and _key(news) not in self._live:
                    self._listed[_key(news)] = news
            case CheckedOut(room=room):
                if room in self._rooms:  # listed twice: the later word counts
                    self._listed = {key: stay for key, stay in self._listed.items() if stay.room != room}
                self._rooms[room] = None
            case _:
                pass

    def live(self, news: RoomNews) -> None:
        """A record that came in between and is true by itself."""
        match news:
            case CheckedIn():
                self._arrive(news)
            case CheckedOut():
                self._depart(news)
            case GuestChanged():
                self._change(news)
            case _:
                pass

    def finished(self, at: datetime) -> RoomsResynced:
        """The whole, as it stands at DE."""
        stays = [*self._listed.values(), *(stay for stay in self._live.values() if stay.room in self._rooms)]
        taken = {stay.room for stay in stays}
        vacant = tuple(room for room in self._rooms if room not in taken)
        return RoomsResynced(at=at, occupied=tuple(stays), vacant=vacant)

    def _arrive(self, stay: CheckedIn) -> None:
        key = _key(stay)
        self._gone.discard(key)
        self._listed.pop(key, None)
        self._live[key] = stay

    def _depart(self, news: CheckedOut) -> None:
        leaving = [
            key
            for stays in (self._listed, self._live)
            for key, stay in stays.items()
            if stay.room == news.room and news.reservation in (None, stay.guest.reservation)
        ]
        if news.reservation and news.reservation not in self._live:
            leaving.append(news.reservation)
        for key in leaving:
            self._listed.pop(key, None)
            self._live.pop(key, None)
            self._gone.add(key)

    def _change(self, news: GuestChanged) -> None:
        key = news.guest.reservation or f"room {news.old_room or news.room}"
        known = self._live.get(key) or self._listed.get(key)
        if news.old_room is not None:
            guest = news.guest if known is None else merged(known.guest, news.guest)
            self._listed.pop(key, None)
            self._live.pop(key, None)
            self._arrive(CheckedIn(room=news.room, guest=guest, at=news.at))
        elif known is not None:
            stays = self._live if key in self._live else self._listed
            stays[key] = replace(known, guest=merged(known.guest, news.guest))


def merged(known: Guest, said: Guest) -> Guest:
    """What is known of a guest, with what was just said on top; what was not said stands."""
    changes = {item.name: getattr(said, item.name) for item in fields(said) if getattr(said, item.name) is not None}
    return replace(known, **changes)


def _key(stay: CheckedIn) -> str:
    """A guest is a reservation; where the PMS works by rooms alone, a room."""
    return stay.guest.reservation or f"room {stay.room}"
