"""Stored calls taken up again, to be priced anew by the very steps that priced them first.

A call of one record says in its row all that a price rests on; one that was joined from several is read and joined from
its records again. Calls come in the order of their numbers, a slice at a time, each slice on a snapshot of its own: so
a year of them needs no memory, and a long look holds up nobody. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Connection, select

from gateway.attribution import Caller, Guest, StayTariffs, put_through
from gateway.cutting import is_masked
from gateway.helplines import HIDDEN
from gateway.instants import from_micros
from gateway.intake.batch import Rules, Source
from gateway.settle import CarrierCost, Price, carrier_cost, price
from gateway.store import schema
from gateway.store.database import Database
from gateway.store.narrowing import rows_of
from gateway.store.pages import first_since
from gateway.store.reporting import AHEAD, SLICE, Span
from gateway.store.stay_tariffs import load_stay_tariffs
from protocols.records import CallRecord, JoinedCall
from rating.book import TariffBook
from rating.circumstances import PLAIN, Circumstances

_c, _r, _s = schema.calls.c, schema.records.c, schema.stays.c

#: Callers on trunks that are remembered.
_REMEMBERED: Final = 20_000


class StoredCall(NamedTuple):
    """What of a stored call is needed to price it again, and what it was priced at."""

    id: int
    source: str
    legs: int
    status: str
    answered: int | None
    started_at: int
    holders: str
    talk_seconds: int | None
    extension: str | None
    dialled: str | None
    trunk: str | None
    trunk_group: str | None
    pulses: int | None
    aoc_amount: str | None
    aoc_currency: str | None
    direction: str
    room: str | None
    department: str | None
    reservation: str | None
    number_class: str | None
    place: str | None
    amount: int | None
    currency: str | None
    decimals: int | None
    tariff: str | None
    carrier: str | None
    cost: int | None
    cost_currency: str | None
    cost_decimals: int | None


_COLUMNS: Final = [_c[name] for name in StoredCall._fields]


#: A record of nothing, and where in it stands what a stored row says: this is done for every call of a year, and to
#: make a record by thirty names takes as long as to price it.
_UNTOLD: Final[tuple[Any, ...]] = tuple(CallRecord(direction="out", answered=None, start=from_micros(0)))
_TOLD: Final = "talk_seconds extension dialled trunk trunk_group pulses aoc_amount aoc_currency direction".split()
assert [CallRecord._fields.index(name) for name in _TOLD[:-1]] == [6, 9, 10, 13, 16, 25, 26, 27]
_FIRST: Final = StoredCall._fields.index(_TOLD[0])
_SAME: Final = slice(_FIRST, _FIRST + len(_TOLD))
assert list(StoredCall._fields[_SAME]) == _TOLD


def calls_between(database: Database, span: Span, slice_size: int = SLICE) -> Iterator[list[StoredCall]]:
    """Calls that began in a span and are settled, slice by slice, in the order of their numbers.

    A record cannot come before its call began, so the search begins at the first record of that time.
    """
    owner = database.property
    early = span.since - AHEAD
    last = database.read(lambda c: first_since(c, owner, schema.records, _r.received_at, early)) - 1
    wanted = (
        select(*_COLUMNS)
        .where(_c.property == owner, _c.started_at >= span.since, _c.started_at < span.until, _c.status != "open")
        .order_by(_c.id)
        .limit(slice_size)
    )

    def behind(connection: Connection) -> list[StoredCall]:
        # Whole numbers and text need no translation, so the driver's own rows do, all at once.
        found: Any = connection.execute(wanted.where(_c.id > last)).cursor
        return [StoredCall._make(row) for row in found.fetchall()]

    while calls := database.read(behind):
        yield calls
        last = calls[-1].id


def numbers_between(database: Database, span: Span) -> Span:
    """The first and the last call number that a look at a span will pass, for whoever shows how far it is."""
    owner = database.property

    def work(connection: Connection) -> Span:
        first = first_since(connection, owner, schema.records, _r.received_at, span.since - AHEAD)
        return Span(first, first_since(connection, owner, schema.records, _r.received_at, span.until))

    return database.read(work)


class Again:
    """Prices stored calls again. Reads what stays carry once, when it is made."""

    def __init__(self, database: Database, rules: Rules, sources: Mapping[str, Source], span: Span) -> None:
        self._database, self._rules, self._sources = database, rules, sources
        owner = database.property
        self._tariffs: StayTariffs = database.read(lambda c: load_stay_tariffs(c, owner))
        self._guests = database.read(lambda c: _guests(c, owner, span))
        # Without dates in the text and in the stays, the same caller on the same trunk is the same at any instant.
        self._undated = not rules.attribution.assignments and not self._tariffs
        self._known: dict[tuple[str | None, ...], Circumstances] = {}

    def joined(self, call: StoredCall) -> JoinedCall | None:
        """The call as it was when it was ruled; None if its exchange is no longer configured, or its number is masked for good."""
        source = self._sources.get(call.source)
        if source is None or is_masked(call.dialled):
            return None
        hidden = call.place in HIDDEN  # its row holds no number
        if call.legs == 1 and call.pulses != -1 and not hidden:  # stored before pulses and advice of charge had columns
            return _of_one_record(call)
        legs = self._database.read(lambda c: legs_of(c, self._database.property, call.id, source))
        return source.join(legs) if len(legs) == call.legs else None  # bytes of some may be gone

    def around(self, call: StoredCall) -> Circumstances:
        """What of guest, telephone and line bore on the price when the call began."""
        if not self._undated:
            return self._around(call)
        key = (call.reservation, call.extension, call.room, call.department, call.holders, call.trunk, call.trunk_group)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._around(call)
        return known

    def _around(self, call: StoredCall) -> Circumstances:
        holders = tuple(call.holders.split(" ")) if " " in call.holders else ()
        guest = None
        if call.reservation is not None:
            guest = self._guests.get(call.reservation) or Guest(call.reservation)
        operator = put_through(holders, call.extension)
        by = Caller(call.extension or "", call.room or "", call.department or "", guest, operator)
        line = (call.trunk or "", call.trunk_group or "")
        return self._rules.attribution.circumstances(by, self._tariffs, call.started_at, *line)

    def price(self, call: StoredCall, joined: JoinedCall, book: TariffBook) -> Price:
        """What the guest pays by a book; where none of its rules asks who called, nobody finds it out."""
        around = PLAIN if self._undated and not book.asked else self.around(call)
        return price(joined, self._sources[call.source].plan, book, around)

    def cost(self, call: StoredCall, joined: JoinedCall, book: TariffBook, carrier: str) -> CarrierCost | None:
        """What a carrier asks by a book; "" is whoever has the trunk."""
        around = self.around(call)
        around = around._replace(carrier=carrier) if carrier else around
        return carrier_cost(joined, self._sources[call.source].plan, book, around)


def _of_one_record(call: StoredCall) -> JoinedCall:
    talk, extension, dialled, trunk, group, pulses, aoc, coin, direction = cast("tuple[Any, ...]", call)[_SAME]
    answered = None if call.answered is None else bool(call.answered)
    when = (direction, answered, from_micros(call.started_at), *_UNTOLD[3:6], talk, *_UNTOLD[7:9])
    what = (extension, dialled, *_UNTOLD[11:13], trunk, *_UNTOLD[14:16], group, *_UNTOLD[17:25])
    record = CallRecord._make((*when, *what, pulses, aoc, coin, *_UNTOLD[28:]))
    return JoinedCall(call=record, charged=(record,), holders=(call.holders,), complete=True)


def legs_of(connection: Connection, owner: str, call_id: int, source: Source) -> list[CallRecord]:
    """The records of a call, read again, in the order they came."""
    of_call = rows_of(schema.records, owner, "call_id", [call_id])
    wanted = select(_r.raw, _r.received_at).where(of_call).order_by(_r.id)
    parsed = [source.parse(row.raw, from_micros(row.received_at)) for row in connection.execute(wanted)]
    return [leg for leg in parsed if isinstance(leg, CallRecord)]


def _guests(connection: Connection, owner: str, span: Span) -> dict[str, Guest]:
    """Guests of the time of whom the PMS says something that can bear on a price; most have nothing of the kind."""
    said = (_s.guest_class != "") | (_s.vip != "") | (_s.group_code != "")
    then = (_s.since < span.until) & (_s.until.is_(None) | (_s.until >= span.since))
    wanted: Any = select(_s.reservation, _s.guest_class, _s.vip, _s.group_code).where(_s.property == owner, said, then)
    return {row[0]: Guest(*row) for row in connection.execute(wanted.order_by(_s.id))}
