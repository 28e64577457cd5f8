"""The PMS of a simulated hotel: guests who come, go and move, the folios, and everything it does wrong.

The link, the front office and the faults are those of the rehearsal PMS (gateway/simulators), which shares no code with the
gateway but the FIAS codec and state table. Added here: who truly was in which room, answers that come on another
connection than their posting, answers to postings nobody made, and a watch on the wire that notes which answers
reached a living gateway. `HotelPms` is what every such PMS is, `FiasHotelPms` the one that speaks FIAS; the one that is
asked over SOAP is in `hotel_ows`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from twisted.internet.defer import Deferred

from gateway.simulators.fias_pms import FiasPms, PmsSettings
from gateway.simulators.occupancy import NotPossible, Occupancy
from gateway.simulators.soap.pms import SoapPms
from gateway.simulators.stays import GuestMove
from protocols.fias.codec import Framed, Frames, decode
from protocols.fias.records import Record
from tests.simulation.network import Wire
from tests.simulation.world import Machine

PORT: Final = 5010
ENCODING: Final = "cp852"
#: A posting number that this gateway does not reach in a day.
UNKNOWN_TOKEN: Final = 77_000_000


@dataclass(slots=True, eq=False)
class TrueStay:
    """Who was in which room, from when to when, as it truly was."""

    room: str
    reservation: str
    since: datetime | None
    until: datetime | None = None

    def covers(self, begin: datetime, end: datetime) -> bool:
        """Whether the guest was there all the time between two instants."""
        return (self.since is None or self.since <= begin) and (self.until is None or end <= self.until)


@dataclass(slots=True, eq=False)
class HandedAnswer:
    """A PA that was handed to a living gateway; `secured` once a commit has begun and succeeded after it."""

    token: int
    status: str
    secured: bool = False

    def secure(self) -> None:
        """A commit that began after it was handed over has succeeded."""
        self.secured = True


@dataclass(frozen=True, slots=True)
class Line:
    """A charge as it came to the PMS: its number, whether money was booked, and how much."""

    token: str
    booked: bool
    amount: int | None


class HotelPms:
    """The PMS, with the truth about its guests and its folios."""

    def __init__(
        self, machine: Machine, rooms: tuple[str, ...], pms: FiasPms | SoapPms, handed: Callable[[HandedAnswer], None]
    ) -> None:
        self._machine, self._handed, self.pms = machine, handed, pms
        self.stays: list[TrueStay] = [
            TrueStay(room, guest.reservation, None) for room in rooms for guest in self.pms.office.occupants(room)
        ]
        self.answers: list[HandedAnswer] = []
        self._begun = False

    @property
    def folio(self) -> list[Line]:
        """Everything that was posted, booked or not."""
        raise NotImplementedError

    def open(self) -> None:
        """Take connections."""
        if self.pms._port is None:
            opening = self.pms.restore() if self._begun else self._begin()
            self._begun = True
            Deferred.fromCoroutine(opening)

    def _begin(self) -> Coroutine[Any, Any, None]:
        raise NotImplementedError

    def close(self) -> None:
        """Break the connection and take no new one."""
        Deferred.fromCoroutine(self.pms.cut())

    def goodbye(self) -> None:
        """Say so before it goes, where there is a way to."""

    def fault(self, few: int, long: float) -> tuple[str, float]:
        """One of the things this PMS does wrong, in its own words, and for how many seconds (0: until it is used up)."""
        raise NotImplementedError

    def odd_answers(self) -> tuple[tuple[str, Callable[[], bool]], ...]:
        """Answers that this PMS can give at a wrong time: what they are called, and how they are given."""
        return ()

    def watch(self, wire: Wire, left: Callable[[int], None]) -> None:
        """Note the answers that a connection hands to the gateway, and tell each posting that leaves it."""
        raise NotImplementedError

    # -- guests ----------------------------------------------------------------------------------------------------

    def live(self) -> None:
        """Somebody comes, goes, moves or shares."""
        draw, house = self._machine.world.draw, self.pms.house
        office: Occupancy = self.pms.office
        vacant, let = office.vacant_rooms(), office.let_rooms()
        chance = draw.random()
        try:
            if chance < 0.25 and vacant and let:
                self._happened(house.move(draw.choice(let), draw.choice(vacant)))
            elif chance < 0.35 and let:
                self._happened(house.check_in(draw.choice(let)))
            elif vacant and (chance < 0.7 or len(let) < 3):
                self._happened(house.check_in())
            elif len(let) > 2:
                self._happened(house.check_out())
        except NotPossible:
            pass

    def _happened(self, move: GuestMove) -> None:
        now = self._machine.now()
        self._machine.world.say(f"guest {move.kind} {move.guest.reservation} {move.old_room or ''} {move.room}")
        if move.kind != "check_in":
            for stay in self.stays:
                if stay.until is None and stay.reservation == move.guest.reservation:
                    stay.until = now
        if move.kind != "check_out":
            self.stays.append(TrueStay(move.room, move.guest.reservation, now))

    def was_let(self, room: str, begin: datetime, end: datetime) -> bool:
        """Whether one guest was in a room all the time between two instants."""
        return any(stay.room == room and stay.covers(begin, end) for stay in self.stays)


class FiasHotelPms(HotelPms):
    """The PMS over FIAS."""

    pms: FiasPms

    def __init__(
        self, machine: Machine, rooms: tuple[str, ...], zone: ZoneInfo, handed: Callable[[HandedAnswer], None]
    ) -> None:
        settings = PmsSettings(
            listen=f"tcp:{PORT}:interface=127.0.0.1",
            rooms=rooms,
            zone=zone,
            seed=machine.world.seed,
            encoding=ENCODING,
            moves_as=machine.world.draw.choice(("gc", "go-gi")),
        )
        super().__init__(machine, rooms, FiasPms(settings, machine, machine.now, lambda _said: None), handed)
        self._told_late: set[int] = set()

    @property
    def folio(self) -> list[Line]:
        """Everything that was posted, booked or not."""
        return [Line(one.token, one.booked, one.amount) for one in self.pms.office.folio]

    def _begin(self) -> Coroutine[Any, Any, None]:
        return self.pms.start()

    def goodbye(self) -> None:
        """LE."""
        self.pms.goodbye()

    def fault(self, few: int, long: float) -> tuple[str, float]:
        """One of the things a PMS over FIAS does wrong."""
        draw = self._machine.world.draw
        return draw.choice(
            (
                (f"ry:{few}", 0.0),
                (f"ry:{draw.randint(15, 40)}", 0.0),
                (f"silence:{few}", 0.0),
                (f"deaf:{few}", 0.0),
                (f"cut-after-ps:{few}", 0.0),
                (f"late:{draw.uniform(1, 25):.1f}:{few}", 0.0),
                (f"late:{draw.uniform(28, 90):.1f}:{few}", 0.0),
                (f"refuse:{draw.choice(('UR', 'NG', 'CO', 'XX'))}:{draw.uniform(0.1, 0.6):.2f}", long),
                (f"refuse:NA:{draw.uniform(0.3, 1.0):.2f}", long),
                ("duplicate-pa", long),
                ("empty-fields", long),
                ("lrc-after-etx", long),
                ("no-la", long),
                ("no-echo", long),
                ("no-resync", long),
            )
        )

    def odd_answers(self) -> tuple[tuple[str, Callable[[], bool]], ...]:
        """Late, double, and to a posting nobody made."""
        return (
            ("pa late on another link", self.answer_late),
            ("pa twice", self.answer_twice),
            ("pa for unknown p#", self.answer_nothing),
        )

    # -- answers ---------------------------------------------------------------------------------------------------

    def answer_late(self) -> bool:
        """Answer, on whatever connection there is now, a posting that was booked and never answered."""
        client = self.pms._client
        waiting = [
            line
            for line in self.pms.office.folio
            if line.delivery in ("never", "cut") and line.number not in self._told_late
        ]
        if client is None or not client.link.alive or not waiting:
            return False
        line = self._machine.world.draw.choice(waiting)
        self._told_late.add(line.number)
        return client.send(_answer(line.room, "OK" if line.booked else "UR", line.token))

    def answer_twice(self) -> bool:
        """Repeat the answer to something that was answered before."""
        client = self.pms._client
        done = [line for line in self.pms.office.folio if line.delivery == "now"]
        if client is None or not client.link.alive or not done:
            return False
        line = self._machine.world.draw.choice(done[-5:])
        return client.send(_answer(line.room, line.answer, line.token))

    def answer_nothing(self) -> bool:
        """Answer a posting that nobody made."""
        client, draw = self.pms._client, self._machine.world.draw
        if client is None or not client.link.alive:
            return False
        token = str(UNKNOWN_TOKEN + draw.randint(0, 999))
        return client.send(_answer(draw.choice(self.pms.settings.rooms), draw.choice(("OK", "UR", "RY")), token))

    def watch(self, wire: Wire, left: Callable[[int], None]) -> None:
        """Note the PAs that a connection hands to the gateway, and tell each PS that leaves it."""
        frames, going = Frames(), Frames()

        def tap(data: bytes) -> None:
            for record in _records(frames, data):
                if record.kind == "PA" and (record.first("P#") or "").isdigit():
                    answer = HandedAnswer(int(record.first("P#") or 0), record.first("AS") or "")
                    self.answers.append(answer)
                    self._handed(answer)

        def leaving(data: bytes) -> None:
            for record in _records(going, data):
                if record.kind == "PS":
                    left(int(record.first("P#") or 0))

        wire.ends[0].tap, wire.ends[0].leaving = tap, leaving


def _records(frames: Frames, data: bytes) -> Iterable[Record]:
    for event in frames.feed(data):
        if isinstance(event, Framed):
            record = decode(event.data, ENCODING)
            if isinstance(record, Record):
                yield record


def _answer(room: str, status: str, token: str) -> Record:
    return Record("PA", (("RN", room), ("AS", status), ("P#", token), ("CT", "again")))
