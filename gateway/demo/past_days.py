"""The days that the hotel has behind it when the demo begins, written before any process is started.

Nothing here is a second way to write a ledger: the exchange's lines go through the settling of records, the PMS's
check-ins through the job that keeps room news, each charge through the clerk's own steps, to the folio of the simulated
PMS and back through the reading of its answer. Only the sockets are missing, and time is an argument: every instant is
the history's own. What is left on hold at the end of a day is let go by a night auditor, as people do. The two
simulators find what they would have written themselves, so that all three ledgers begin with the same past.

One day is one transaction. The gateway knows nothing of this module and has no other way to a past.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import Connection

from gateway.app import configured, parts
from gateway.config import Config
from gateway.demo.hotel import COUNTRY, DIALECT, TRUNK_ACCESS, Hotel
from gateway.demo.past_nights import PastNights
from gateway.demo.past_pms import PASTS
from gateway.instants import SECOND, from_micros, to_micros
from gateway.intake.settling import Settling
from gateway.ledger import Hold, after_attempt
from gateway.occupancy import KeepRoomNews
from gateway.posting.deeds import carry_out
from gateway.posting.steps import Answer, Sent, Step, WireNumbers
from gateway.simulators.call_ledger import CallLedger
from gateway.simulators.hotel import GuestMove, SimulatedCall, history
from gateway.simulators.past import known_at
from gateway.simulators.writers import writer_of
from gateway.store import outbox, records, schema
from gateway.store.commands import Command
from gateway.store.database import Database
from gateway.store.memory import Memory
from gateway.store.rows import Due
from pms_adapters.posting import Posted
from protocols.records import RawRecord

AUDITOR: Final = "night auditor"
#: The holds that a night ends, and what the auditor writes beside them.
_LET_GO: Final[dict[Hold, str]] = {
    "no_post": "the guest is marked no-post; the house pays",
    "guest_left": "the guest had left; too little to write after him",
    "no_room_news": "nobody was in the room",
    "unknown_extension": "not a guest's extension",
}
#: How long before the night audit he does so, in microseconds.
_BEFORE_THE_NIGHT: Final = 20 * 60 * SECOND
_TO_THE_PMS: Final = timedelta(milliseconds=120)
_ANSWER: Final = timedelta(milliseconds=180)
#: What the auditor writes beside a charge that the PMS refused.
_REFUSED: Final = "the PMS takes no charge for this room; the house pays"

Item = SimulatedCall | GuestMove


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSummary:
    """What was written."""

    days: int
    records: int
    posted: int


class PastDays:
    """Writes the past of one hotel. Made for one pass; the database is opened here and left open."""

    def __init__(self, hotel: Hotel, config: Config, database: Database, version: str) -> None:
        self._hotel, self._config = hotel, config
        self._zone = config.property.timezone
        pms = config.pms[0]
        rooms = configured.room_list(config)
        book = configured.tariff(config)
        rules = parts.rules(config, rooms, book)
        self._policy = rules.policy
        self._now = 0
        self._database = database
        self._memory = Memory(database, lambda: self._now)
        self._settling = Settling(self._memory, rules, parts.sources(config, rooms), book)
        self._source = config.pbx[0].name
        self._numbers = WireNumbers(self._memory, pms.name, pms.token_width)
        self._segment = 0
        self._writer = writer_of(DIALECT)
        self._nights = PastNights(self._memory, config, AUDITOR)
        self._pms = PASTS[pms.adapter](config, hotel.rooms, version)
        self._records = self._posted = 0

    def write(self, today: date, each_day: Callable[[int, int], None], days: int) -> PastSummary:
        """Write the days that end yesterday; `each_day` is told how many of how many are written."""
        self._database.open()
        first = today - timedelta(days=days)
        past = history(
            self._hotel.seed,
            self._hotel.rooms,
            first,
            days,
            zone=self._zone,
            country=COUNTRY,
            access=TRUNK_ACCESS,
            year=self._hotel.year,
            trunks=self._hotel.trunks,
        )
        self._now = to_micros(datetime.combine(first, time(), self._zone))
        self._database.transact(lambda connection: self._open(connection, first))
        calls = CallLedger(self._hotel.exchange_ledger, self._writer)
        for day, items in _by_day(past, lambda instant: self._nights.date_of(instant, first)):
            self._database.transact(lambda connection, day=day, items=items: self._day(connection, day, items, calls))  # type: ignore[misc]
            if day < today - timedelta(days=1):
                self._database.transact(lambda connection: self._nights.end(connection, close=True))
            each_day(min(max((day - first).days + 1, 0), days), days)
        calls.close()
        self._write_folios()
        return PastSummary(days=days, records=self._records, posted=self._posted)

    def last_night(self, now: datetime) -> None:
        """The night audit of the last day, if it has passed by now; the day is left to be closed by whoever looks."""
        day = self._memory.day
        if day is not None and to_micros(now) >= self._nights.at(day.day):
            self._database.transact(lambda connection: self._nights.end(connection, close=False))

    def _open(self, connection: Connection, first: date) -> None:
        """The exchange dials in, once for all these days."""
        self._memory.reload(connection)
        self._segment = self._memory.numbers.take(schema.segments)
        owner = self._memory.owner
        records.open_segment(connection, owner, self._segment, self._source, "connection", "", self._now)
        self._nights.begin(connection, first)

    def _day(self, connection: Connection, day: date, items: Sequence[Item], ledger: CallLedger) -> None:
        for are_calls, group in groupby(items, key=lambda item: isinstance(item, SimulatedCall)):
            if are_calls:
                self._calls(connection, [item for item in group if isinstance(item, SimulatedCall)], ledger)
            else:
                for item in group:
                    if isinstance(item, GuestMove):
                        self._move(connection, item)
        self._let_go(connection, self._nights.at(day) - _BEFORE_THE_NIGHT)

    # -- what the exchange tells ----------------------------------------------------------------------------------

    def _calls(self, connection: Connection, calls: Sequence[SimulatedCall], ledger: CallLedger) -> None:
        """Calls between two pieces of room news: settled together, each at its own instant, and posted."""
        raws = []
        for call in calls:
            for line in self._writer.records(call):
                raws.append(RawRecord(self._source, self._segment, self._records, call.end, line.rstrip(b"\r\n")))
                self._records += 1
            ledger.write(call)
        self._now = to_micros(calls[-1].end)
        for due in self._settling.settle(connection, raws).due:
            self._post(connection, due, from_micros(due.due_at))

    # -- what the PMS tells, and what it is told ------------------------------------------------------------------

    def _move(self, connection: Connection, move: GuestMove) -> None:
        self._now = to_micros(move.at)
        due: list[Due] = []
        for news in self._pms.happens(move):
            job = KeepRoomNews(self._memory, news, policy=self._policy, now=self._now, done=due.extend)
            job.work(connection)()
        for one in due:
            self._post(connection, one, move.at)

    def _post(self, connection: Connection, due: Due, at: datetime) -> None:
        """One charge: committed as sent, judged by the PMS, its answer written beside it."""
        sent: list[Sent] = []
        self._step(connection, None, due, at + _TO_THE_PMS, sent)
        for one in sent:
            answered = at + _ANSWER
            result = self._pms.judged(one.posting, answered.astimezone(self._zone))
            self._posted += isinstance(result, Posted)
            outcome = after_attempt(result, one.attempt)
            self._step(connection, Answer(sent=one, outcome=outcome), None, answered, [])

    def _step(
        self, connection: Connection, answer: Answer | None, offer: Due | None, at: datetime, sent: list[Sent]
    ) -> None:
        def done(one: Sent | None, again: int) -> None:
            sent.extend([one] if one is not None else [])

        step = Step(
            self._memory,
            self._numbers,
            answer=answer,
            offer=offer,
            now=to_micros(at),
            zone=lambda instant: instant.astimezone(self._zone),
            tells_rooms=self._policy.tells_rooms,
            done=done,
        )
        step.work(connection)()

    def _write_folios(self) -> None:
        """The PMS's own ledger, in one piece: it is a past, and need not survive a power cut line by line."""
        lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in self._pms.ledger())
        self._hotel.pms_ledger.write_text(lines, encoding="utf-8")

    # -- the end of a day -----------------------------------------------------------------------------------------

    def _let_go(self, connection: Connection, night: int) -> None:
        """What is on hold or refused when the day ends is written off by a person, with the reason."""
        owner = self._memory.owner
        let_go = [(row, why) for hold, why in _LET_GO.items() for row in outbox.held(connection, owner, hold)]
        for row, why in [*let_go, *((row, _REFUSED) for row in outbox.refused(connection, owner))]:
            command = Command(id=0, who=AUDITOR, deed="write-off", posting_id=row.id, room=None, why=why)
            carry_out(connection, self._memory, self._numbers, command, max(night, self._now))


def _by_day(items: Iterator[Item], date_of: Callable[[datetime], date]) -> Iterator[tuple[date, list[Item]]]:
    """The items of a history, a business day at a time; a call belongs to the day it ended on."""
    for day, group in groupby(items, key=lambda item: date_of(known_at(item))):
        yield day, list(group)
