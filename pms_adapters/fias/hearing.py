"""What the PMS says of its rooms, live or as a resync: records in, news out, pure.

Live records become news at once. Records of a resync (SF) are staged and become one piece of news at its end. A
resync record outside of a resync belongs to a list whose beginning we never saw or have given up: it is passed over,
because half a list is worse than none; that is told once for each connection.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TypeAlias

from pms_adapters.events import RoomNews
from pms_adapters.fias.resync import MAX_STAGED, Resync
from pms_adapters.fias.rooms import NO_OWN_FIELDS, OwnFields, hear
from protocols.fias.records import Record


@dataclass(frozen=True, slots=True)
class Odd:
    """Something could not be used; a plain sentence."""

    sentence: str


Word: TypeAlias = RoomNews | Odd


class Hearing:
    """Listens to one PMS. `zone` is the hotel's, `own` the fields that it gave a meaning."""

    def __init__(self, zone: tzinfo, own: OwnFields = NO_OWN_FIELDS) -> None:
        self._zone, self._own = zone, own
        self._resync: Resync | None = None
        self._told_stray = False

    def connected(self) -> None:
        """A new connection: what was told on the last one may be told again."""
        self._resync, self._told_stray = None, False

    def resync_began(self) -> None:
        """A list of all rooms begins; an unfinished one before it is void."""
        self._resync = Resync()

    def resync_failed(self) -> None:
        """The list will not come to its end."""
        self._resync = None

    def resync_ended(self, now: datetime) -> list[Word]:
        """The list is whole."""
        resync, self._resync = self._resync, None
        return [] if resync is None else [resync.finished(now)]

    def record(self, record: Record, now: datetime) -> list[Word]:
        """A GI, GO or GC. `now` is an aware UTC instant."""
        heard = hear(record, now, self._zone, self._own)
        words: list[Word] = [] if heard.oddity is None else [Odd(heard.oddity)]
        if heard.news is None:
            return words
        if record.has("SF"):
            return words + self._listed(heard.news, record.kind)
        if self._resync is not None:
            self._resync.live(heard.news)
        return [*words, heard.news]

    def _listed(self, news: RoomNews, kind: str) -> list[Word]:
        if self._resync is not None:
            self._resync.listed(news)
            if not self._resync.full:
                return []
            self._resync = None
            return [Odd(f"the resync holds more than {MAX_STAGED} guests and rooms; given up, what was known stands")]
        if self._told_stray:
            return []
        self._told_stray = True
        return [Odd(f"{kind} of a resync that is not running; such records are passed over")]
