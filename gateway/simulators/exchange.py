"""A telephone exchange's output side: records wait in its buffer until a reader takes them.

Everything a real box does to a collector happens here, on purpose and by chance: it buffers while nobody listens
and forgets the oldest when the buffer is full, it repeats what it has sent, it breaks off in the middle of a record.
Where the bytes go (a connection, a file) is an `Outlet`; when the second half of a split record goes out is asked of
`call_later`; so the whole of it runs without a socket or a clock.

A call is in the balance and in the ledger when the last of its records has been written whole, not before; an exchange
that wants an acknowledgement sends nothing more until it has it, and the same record again on the next link without it.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Final, NamedTuple, Protocol, runtime_checkable

from gateway.simulators.calls import SimulatedCall
from gateway.simulators.line_faults import LineFaults
from gateway.simulators.writers import Writer, garbage

BUFFERED_RECORDS: Final = 500
"""What an IP Office keeps while nobody listens, unless told otherwise."""
REPEATED_RECORDS: Final = 25
"""How many records are sent once more after a reconnect: a buffer that was not marked as read."""
GLUED_AT_MOST: Final = 20
"""Calls that go out in one write: what one network segment holds of the shorter layouts."""
SPLIT_PAUSE: Final = 0.05
"""Seconds between the two writes of a split record: longer than a reader on loopback needs to see the first."""


class Outlet(Protocol):
    """Where the bytes go."""

    def write(self, data: bytes) -> None:
        """Take bytes; never raises."""

    def drop(self) -> None:
        """Break the link after what was written."""


@runtime_checkable
class Dressing(Protocol):
    """An outlet on which a record goes in a frame of the link's own."""

    def dress(self, data: bytes) -> bytes:
        """The bytes in which a record goes over this link."""


@dataclass(slots=True, kw_only=True)
class Balance:
    """What was done, counted. `written` counts whole records and leaves out those dumped again.

    `dropped` are records that the full buffer pushed out, or that an exchange without a buffer lost because nobody
    was listening; `charged` are the written calls that should cost something.
    """

    calls: int = 0
    charged: int = 0
    records: int = 0
    written: int = 0
    dropped: int = 0
    cut: int = 0
    split: int = 0
    glued: int = 0
    dumped_again: int = 0
    twins: int = 0
    garbage: int = 0
    connections: int = 0

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


class _Waiting(NamedTuple):
    """One record in the buffer; `call` rides on the last record of its call."""

    data: bytes
    call: SimulatedCall | None
    glued: bool
    page: bytes = b""


class Exchange:
    """The buffer, and what becomes of the records in it. `sent` is told each call as its last record is written."""

    def __init__(
        self,
        writer: Writer,
        faults: LineFaults,
        draw: random.Random,
        *,
        call_later: Callable[[float, Callable[[], None]], object],
        sent: Callable[[SimulatedCall], None] = lambda call: None,
        buffered: int = BUFFERED_RECORDS,
        repeated: int = REPEATED_RECORDS,
    ) -> None:
        self.balance = Balance()
        self._writer, self._faults, self._draw = writer, faults, draw
        self._call_later, self._sent = call_later, sent
        self._buffered = buffered
        self._waiting: deque[_Waiting] = deque()
        self._memory: deque[_Waiting] = deque(maxlen=repeated)
        self._page, self._rows = b"", 0
        self._unacknowledged: _Waiting | None = None
        self._outlet: Outlet | None = None
        self._full = False
        self._halved: _Waiting | None = None
        self._repeat = False

    @property
    def idle(self) -> bool:
        """True when every record told so far has been written or lost."""
        return not self.waiting

    @property
    def waiting(self) -> int:
        """How many records wait for a reader."""
        return len(self._waiting) + (self._halved is not None) + (self._unacknowledged is not None)

    def tell(self, calls: Sequence[SimulatedCall], glued: bool = False) -> None:
        """Take calls that have ended; with `glued`, all their records go out in one write."""
        for ordinal, call in enumerate(calls, 1):
            records, page = self._writer.records(call), self._writer.page(call)
            for number, data in enumerate(records, 1):
                joined = glued and not (ordinal == len(calls) and number == len(records))
                joined = joined and not page and not self._writer.acknowledged
                self._waiting.append(_Waiting(data, call if number == len(records) else None, joined, page))
            self.balance.calls += 1
            self.balance.records += len(records)
        self._overflow()
        self.pump()

    def attach(self, outlet: Outlet) -> None:
        """A reader is there: it replaces the one before, hears the noise of the line, then the buffer."""
        before, self._outlet = self._outlet, outlet
        if before is not None:
            before.drop()
        self._full = False
        self._take_back()
        self.balance.connections += 1
        if self._writer.noise:
            outlet.write(self._writer.noise)
        self._page = b""
        if self._repeat or (self._memory and self._chance(self._faults.dump_again)):
            self._repeat = False
            self._dump_again(outlet)
        self.pump()

    def _dump_again(self, outlet: Outlet) -> None:
        self.balance.dumped_again += len(self._memory)
        for record in self._memory:
            self._turn_page(outlet, record.page)
            outlet.write(record.data)

    def acknowledge(self, outlet: Outlet) -> None:
        """The reader has the record that was sent last: the next may go."""
        record = self._unacknowledged
        if outlet is self._outlet and record is not None:
            self._unacknowledged = None
            self._done(record)
            self.pump()

    def detach(self, outlet: Outlet) -> None:
        """The reader is gone; told by one that was replaced already, this changes nothing."""
        if outlet is self._outlet:
            self._outlet = None
            self._take_back()
            self._overflow()

    def close(self) -> None:
        """The exchange ends: nothing more is written, not even the second half of a record."""
        self._outlet = None
        self._take_back()

    def pause(self, outlet: Outlet, full: bool) -> None:
        """The way to the reader is full, or free again."""
        if outlet is self._outlet:
            self._full = full
            self.pump()

    def pump(self) -> None:
        """Write what can be written now."""
        while self._waiting and self._outlet is not None and not self._full and self._is_free:
            self._write_next(self._outlet, self._waiting.popleft())

    @property
    def _is_free(self) -> bool:
        return self._halved is None and self._unacknowledged is None

    def _turn_page(self, outlet: Outlet, page: bytes) -> None:
        """What stands above rows goes ahead of them: on a new link, when it changes, and when a page is full."""
        full = 0 < self._writer.rows_per_page <= self._rows
        if page and (page != self._page or full):
            outlet.write(page)
            self._page, self._rows = page, 0
        self._rows += 1

    def _overflow(self) -> None:
        """Forget the oldest records above the bound; an exchange without a buffer forgets all when nobody listens."""
        bound = self._buffered if self._writer.buffers or self._outlet is not None else 0
        while len(self._waiting) > bound:
            self._waiting.popleft()
            self.balance.dropped += 1

    def _write_next(self, outlet: Outlet, record: _Waiting) -> None:
        if self._chance(self._faults.garbage):
            self.balance.garbage += 1
            outlet.write(garbage(self._draw, self._writer))
        self._turn_page(outlet, record.page)
        if record.glued:
            self._write_glued(outlet, record)
        elif self._chance(self._faults.cut):
            self._cut(outlet, record)
        elif self._chance(self._faults.split):
            self._split(outlet, record)
        else:
            outlet.write(_dressed(outlet, record))
            self._went(record)
            if not self._writer.acknowledged and self._chance(self._faults.dump_again):
                self._repeat = True
                self._break(outlet)

    def _write_glued(self, outlet: Outlet, record: _Waiting) -> None:
        together = [record]
        while together[-1].glued and self._waiting:
            together.append(self._waiting.popleft())
        outlet.write(b"".join(each.data for each in together))
        self.balance.glued += len(together)
        for each in together:
            self._done(each)

    def _cut(self, outlet: Outlet, record: _Waiting) -> None:
        self.balance.cut += 1
        data = _dressed(outlet, record)
        outlet.write(data[: self._draw.randrange(1, len(data) - 1)])
        self._waiting.appendleft(record)
        self._break(outlet)

    def _split(self, outlet: Outlet, record: _Waiting) -> None:
        """Write half; the buffer rests until the other half is out. A link that breaks between gets the whole again."""
        self.balance.split += 1
        data = _dressed(outlet, record)
        half = self._draw.randrange(1, len(data))
        outlet.write(data[:half])
        self._halved = record
        self._call_later(SPLIT_PAUSE, lambda: self._finish_split(outlet, record, data[half:]))

    def _finish_split(self, outlet: Outlet, record: _Waiting, rest: bytes) -> None:
        if outlet is not self._outlet or self._halved is not record:
            return
        outlet.write(rest)
        self._halved = None
        self._went(record)
        self.pump()

    def _take_back(self) -> None:
        """A record that did not go out whole, or was not acknowledged, waits again, ahead of all others."""
        if self._halved is not None:
            self._waiting.appendleft(self._halved)
            self._halved = None
        if self._unacknowledged is not None:
            self._waiting.appendleft(self._unacknowledged)
            self._unacknowledged = None

    def _break(self, outlet: Outlet) -> None:
        self._outlet = None
        self._overflow()
        outlet.drop()

    def _went(self, record: _Waiting) -> None:
        """A record is written whole; where the reader must say that it has it, that comes later."""
        if self._writer.acknowledged:
            self._unacknowledged = record
        else:
            self._done(record)

    def _done(self, record: _Waiting) -> None:
        self.balance.written += 1
        if not self._writer.acknowledged:
            self._memory.append(record)
        if record.call is not None:
            self.balance.charged += record.call.charged
            self._sent(record.call)

    def _chance(self, chance: float) -> bool:
        return chance > 0 and self._draw.random() < chance


def _dressed(outlet: Outlet, record: _Waiting) -> bytes:
    return outlet.dress(record.data) if isinstance(outlet, Dressing) else record.data
