"""Keeps the books of a run up to date while it goes, and says in plain lines what came."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool

from gateway.demo.books import Books, FolioEntry, Look, StoredCall, Tail, Told, look
from gateway.demo.hotel import CURRENCY, Hotel
from gateway.demo.scene import KNOWN_AFTER
from gateway.store import records
from gateway.store.database import Database
from gateway.web.views import call_view
from gateway.web.words import Clock, amount
from rating.money import minor_digits

#: Seconds between two looks: a call must be seen to cross the page.
EVERY: Final = 0.25


class Watch:
    """The books of one run, from where the written past ends. `say` gets a line for each thing that happens."""

    def __init__(
        self, hotel: Hotel, database: Database, clock: Callable[[], Clock], country: str, say: Callable[[str], None]
    ) -> None:
        self._database, self._clock, self._country, self._say = database, clock, country, say
        self._paths = (hotel.exchange_ledger, hotel.pms_ledger)
        self._offsets = tuple(map(_size, self._paths))
        self._exchange, self._pms = self._tails()
        self._first = _newest_record(database)
        self._told_of: set[int] = set()
        self._untold: dict[int, StoredCall] = {}
        self._unsaid: list[FolioEntry] = []
        self._read_line = hotel.pms.read_line
        self.books = Books(read_line=self._read_line)
        self.books.hear_earlier(Tail(hotel.pms_ledger, 0).read())

    def _tails(self) -> tuple[Tail, Tail]:
        exchange, pms = (Tail(path, offset) for path, offset in zip(self._paths, self._offsets, strict=True))
        return exchange, pms

    def look(self, reactor: Any) -> Deferred[None]:
        """Look once; the store is read in a thread, then both lists. A store that is busy is looked at next time."""
        newest, unsettled = self.books.newest, self.books.unsettled

        def read() -> Look:
            return self._database.read(lambda c: look(c, self._database.property, self._first, newest, unsettled))

        looked: Deferred[Look] = deferToThreadPool(reactor, reactor.getThreadPool(), read)
        return looked.addCallbacks(self._looked, lambda failure: failure.trap(DBAPIError) and None)

    def whole(self) -> Books:
        """The books of the run, read anew from the first line to the last."""
        books = Books(read_line=self._read_line)
        books.take(self._database.read(lambda c: look(c, self._database.property, self._first, 0, [])))
        exchange, pms = self._tails()
        seen = self._seen()
        books.hear_exchange(exchange.read(), seen)
        books.hear_pms(pms.read(), seen)
        return books

    def _looked(self, found: Look) -> None:
        seen = self._seen()
        self.books.take(found)
        self.books.hear_exchange(self._exchange.read(), seen)
        self._unsaid += self.books.hear_pms(self._pms.read(), seen)
        self._say_calls(found)
        self._say_charges(seen)

    def _say_calls(self, found: Look) -> None:
        """What came into the store; one whose line in the exchange's list was not there yet is said next time."""
        waiting, self._untold = {**self._untold, **{int(call.row["id"]): call for call in found.calls}}, {}
        for number, call in waiting.items():
            told = self.books.told.get(str(call.row["call_key"]))
            if told is None:
                self._untold[number] = call
            elif number not in self._told_of:
                self._told_of.add(number)
                self._say(call_line(told, call, self._clock(), self._country))

    def _say_charges(self, seen: float) -> None:
        """What the PMS did; for a moment it may know a number that was not in our snapshot of the store yet."""
        waiting, self._unsaid = self._unsaid, []
        for entry in waiting:
            told = self.books.of_token(entry.token)
            if told is None and seen - entry.seen < KNOWN_AFTER:
                self._unsaid.append(entry)
            else:
                self._say(folio_line(entry, told, self._clock()))

    def _seen(self) -> float:
        return self._clock().now.timestamp()


def _size(path: Path) -> int:
    return os.stat(path).st_size if path.exists() else 0


def _newest_record(database: Database) -> int:
    def work(connection: Connection) -> int:
        found = records.newest_records(connection, database.property, 1)
        return found[0].id if found else 0

    return database.read(work)


def call_line(told: Told, call: StoredCall, clock: Clock, country: str) -> str:
    """A call that stands in the store, as a line of the terminal."""
    view = call_view(call.row, [], clock, country)
    said = [f"{_hour(clock)}  call {told.number:>4}", f"{view.from_kind} {view.place_called_from}".strip()]
    said += [view.number, view.place, view.talked] if view.direction == "out" else [view.direction, view.talked]
    said.append(view.amount or view.mark.words)
    return "  ".join(filter(None, said))


def folio_line(entry: FolioEntry, told: Told | None, clock: Clock) -> str:
    """A posting that the PMS has taken or refused, as a line of the terminal."""
    number = f"{told.number:>4}" if told is not None else "   ?"
    figure = amount(entry.amount, minor_digits(CURRENCY), CURRENCY)
    what = f"{figure} on the folio" if entry.booked else f"{figure} refused: {entry.answer} {entry.clear_text}"
    silence = "" if entry.delivery == "now" else "; the answer does not come"
    return f"{_hour(clock)}  PMS  {number}  room {entry.room}  {what}{silence}"


def _hour(clock: Clock) -> str:
    return f"{clock.today:%H:%M:%S}"
