"""The exchanges of a simulated hotel: what they tell, in which order, how often, and their own list of it.

A *telling* is one record written once to one connection. The same record may be told again (a buffer dumped after a
reconnect): that is another telling of the same call. Two calls may have equal records: those are two calls. What the
exchange means and what reached the gateway are written down apart from anything the gateway says.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from gateway.simulators.calls import SimulatedCall
from gateway.simulators.writers import Writer
from tests.simulation.network import End
from tests.simulation.world import Machine

#: How far a telling has come: written by the exchange; handed to a living gateway; committed after it was handed;
#: acknowledged to the exchange.
Stage = Literal["written", "handed", "secured", "never"]


@dataclass(slots=True, eq=False)
class Telling:
    """One record, told once. `call` is None for what belongs to no call (a rest that was cut off)."""

    source: str
    raw: bytes
    call: SimulatedCall | None
    again: bool = False
    stage: Stage = "written"
    acknowledged: bool = False
    skew: timedelta = timedelta()

    def secure(self) -> None:
        """A commit that began after it was handed over has succeeded."""
        self.stage = "secured"


@dataclass(slots=True, eq=False)
class Record:
    """One record of one call, with its line end."""

    data: bytes
    call: SimulatedCall
    line_end: bytes

    @property
    def raw(self) -> bytes:
        """As the gateway should store it."""
        return self.data.removesuffix(self.line_end)


@dataclass(slots=True)
class Habits:
    """How an exchange behaves today; the plan of the day changes it."""

    dump_next: int = 0
    resends_what_was_cut: bool = True
    stuck: bool = False
    shuffled: bool = False


Handed = Callable[[Telling], None]


class StreamExchange:
    """An exchange on a connection, in either role; `acknowledged` if it keeps what was not acknowledged."""

    def __init__(self, name: str, writer: Writer, machine: Machine, handed: Handed, *, acknowledged: bool) -> None:
        self.name, self.writer, self.machine = name, writer, machine
        self._handed, self._acknowledged = handed, acknowledged
        self.habits = Habits()
        self.tellings: list[Telling] = []
        self.calls: list[SimulatedCall] = []
        self._waiting: deque[Record] = deque()
        self._told: list[Record] = []
        self._line: _Line | None = None

    def ended(self, call: SimulatedCall) -> None:
        """A call is over: its records are to be told."""
        self.calls.append(call)
        self._waiting += [Record(data, call, self.writer.line_end) for data in self.writer.records(call)]
        self.flush()

    def flush(self) -> None:
        """Tell what waits, if there is a connection and nothing is stuck."""
        line = self._line
        if line is None or self.habits.stuck:
            return
        if self.habits.shuffled and len(self._waiting) > 1:
            order = list(self._waiting)
            self.machine.world.draw.shuffle(order)
            self._waiting = deque(order)
        while self._waiting and line is self._line:
            record = self._waiting.popleft()
            self._told.append(record)
            line.tell(record, again=False)

    # -- the connection ------------------------------------------------------------------------------------------------

    def factory(self) -> Any:
        """What makes this exchange's connections."""
        made = Factory.forProtocol(lambda: _Line(self))
        made.noisy = False
        return made

    def up(self, line: _Line) -> None:
        """A connection stands: perhaps the buffer is dumped again, then what waits is told."""
        self._line = line
        many, self.habits.dump_next = self.habits.dump_next, 0
        dumped = self._told[-many:] if many else []
        if dumped:
            self.machine.world.fault("dump", f"{self.name} {len(dumped)}")
        for record in dumped:
            line.tell(record, again=True)
        self.flush()

    def down(self, line: _Line) -> None:
        """The connection is gone: what was not acknowledged, or not wholly delivered, may be told again."""
        if self._line is line:
            self._line = None
        again: list[Record]
        if self._acknowledged:
            again = [record for record, telling in line.out if not telling.acknowledged]
        elif self.habits.resends_what_was_cut:
            again = [record for record, telling in line.out if telling.stage == "written"]
        else:
            again = []
        for record in again:
            if record in self._told:
                self._told.remove(record)
        self._waiting.extendleft(reversed([one for one in dict.fromkeys(again) if one not in self._waiting]))
        for _, telling in line.out:
            if telling.stage == "written":
                telling.stage = "never"
        if line is not self._line and self._line is not None:
            self.flush()

    def keep(self, telling: Telling) -> None:
        """A telling begins."""
        self.tellings.append(telling)

    def handed(self, telling: Telling) -> None:
        """The whole record was handed to a living gateway."""
        telling.stage = "handed"
        self._handed(telling)  # the day notes how wrong the gateway's clock is, too

    @property
    def acknowledges(self) -> bool:
        """True for an exchange that waits for acknowledgements."""
        return self._acknowledged


@dataclass(slots=True)
class _Way:
    """Where a telling ends in the bytes of its connection."""

    end: int
    telling: Telling


class _Line(Protocol):
    """One connection of an exchange, as the exchange has it."""

    def __init__(self, exchange: StreamExchange) -> None:
        self._exchange = exchange
        self.out: list[tuple[Record, Telling]] = []
        self._ways: deque[_Way] = deque()
        self._written = 0
        self._arrived = bytearray()
        self._begun = 0
        self._unacknowledged: deque[Telling] = deque()

    def connectionMade(self) -> None:
        end = self._end
        end.other.tap = self._arrives
        end.other.lost = self._reader_lost
        noise = self._exchange.writer.noise
        if noise:
            self._written += len(noise)
            self._begun = self._written
            end.write(noise)
        self._exchange.up(self)

    @property
    def _end(self) -> End:
        end: Any = self.transport
        assert isinstance(end, End)
        return end

    def tell(self, record: Record, *, again: bool) -> None:
        """Write one record."""
        telling = Telling(self._exchange.name, record.raw, record.call, again)
        self._exchange.keep(telling)
        self.out.append((record, telling))
        self._written += len(record.data)
        self._ways.append(_Way(self._written, telling))
        self._unacknowledged.append(telling)
        self._end.write(record.data)

    def dataReceived(self, data: bytes) -> None:
        """Acknowledgements, one byte a record."""
        for _ in data:
            if self._exchange.acknowledges and self._unacknowledged:
                self._unacknowledged.popleft().acknowledged = True

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._exchange.down(self)

    def _arrives(self, data: bytes) -> None:
        """What the network hands to the gateway now."""
        self._arrived += data
        while self._ways and self._ways[0].end <= len(self._arrived):
            way = self._ways.popleft()
            self._begun = way.end
            self._exchange.handed(way.telling)

    def _reader_lost(self) -> None:
        """The gateway's end is over: a rest of a record is told to it as one that was cut off."""
        rest = bytes(self._arrived[self._begun :]).lstrip(b"\0")
        if not rest or not self._end.other.machine.alive:
            return
        whole = rest.removesuffix(b"\r")
        telling = self._ways[0].telling if self._ways else None
        if telling is not None and whole == telling.raw and rest != whole:
            self._exchange.handed(telling)  # all but the last byte of its line end: it is whole
            return
        fragment = Telling(self._exchange.name, whole, None)
        self._exchange.keep(fragment)
        self._exchange.handed(fragment)


class FileExchange:
    """An exchange that appends rows to a file, which is renamed or copied and emptied now and then."""

    def __init__(self, name: str, writer: Writer, machine: Machine, path: Path) -> None:
        self.name, self.writer, self.machine, self.path = name, writer, machine, path
        self.tellings: list[Telling] = []
        self.calls: list[SimulatedCall] = []
        self.habits = Habits()
        self._waiting: list[tuple[bytes, Telling]] = []
        self._rows: list[Telling] = []
        self._torn: tuple[bytes, Telling] | None = None
        path.touch()
        self._date()

    def ended(self, call: SimulatedCall) -> None:
        """A call is over: its rows are to be written."""
        self.calls.append(call)
        for data in self.writer.records(call):
            telling = Telling(self.name, data.removesuffix(b"\n"), call)
            self.tellings.append(telling)
            self._waiting.append((data, telling))
        self.flush()

    def flush(self) -> None:
        """Write what waits; now and then a row is written in two pieces."""
        if self.habits.stuck or self._torn is not None:
            return
        if self.habits.shuffled:
            self.machine.world.draw.shuffle(self._waiting)
        waiting, self._waiting = self._waiting, []
        for place, (data, telling) in enumerate(waiting):
            draw = self.machine.world.draw
            if draw.random() < 0.05:
                cut = draw.randint(1, len(data) - 1)
                self._append(data[:cut])
                self._torn = data[cut:], telling
                self._waiting = waiting[place + 1 :]
                self.machine.world.fault("torn row")
                self.machine.callLater(draw.uniform(0.1, 90), self._mend)
                return
            self._append(data)
            self._written(telling)

    def _mend(self) -> None:
        torn, self._torn = self._torn, None
        if torn is not None:
            self._append(torn[0])
            self._written(torn[1])
        self.flush()

    def _append(self, data: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(data)
        self._date()

    def _date(self) -> None:
        """The file's time is of the simulated day, not of the day on which it is simulated."""
        instant = self.machine.now().timestamp()
        os.utime(self.path, (instant, instant))

    def _written(self, telling: Telling) -> None:
        telling.stage = "secured"  # it is in a file, and stays there unless the file is emptied
        self._rows.append(telling)
        self.machine.world.say(f"{self.name} row {telling.raw!r}")

    def rotate(self) -> None:
        """The file is renamed, and a new one begins; older ones move up."""
        if self._torn is not None:
            self._mend()
        for number in range(8, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            if older.exists():
                older.rename(self.path.with_name(f"{self.path.name}.{number + 1}"))
        if self.path.exists():
            self.path.rename(self.path.with_name(f"{self.path.name}.1"))
        self._rows = []
        self.path.touch()
        self._date()

    def empty(self, stored: Collection[bytes]) -> None:
        """The file is copied and emptied: what the gateway had not stored by then, it may never see."""
        if self._torn is not None:
            self._mend()
        for telling in self._rows:
            if telling.raw not in stored:
                telling.stage = "handed"
        self.path.write_bytes(b"")
        self._date()
        self._rows = []


Exchange = StreamExchange | FileExchange
