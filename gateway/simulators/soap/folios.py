"""Reservations and folios of a simulated SOAP PMS, and the judgement on each charge.

A charge names a reservation. It stands on one of the reservation's windows, or, where a routing instruction says so,
on another window or another reservation's folio: whoever reads back must know where to look. A charge that comes twice
is booked twice. Whatever the judgement, the charge is a line with its answer; `booked` says whether money was charged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, NamedTuple

from gateway.simulators.occupancy import NotPossible, Occupancy
from gateway.simulators.soap.faults import Delivery, Treatment
from gateway.simulators.stays import GuestMove, SimulatedGuest

FIRST_TRANSACTION: Final = 900_001
"""The number of the first line that is booked."""
DECIMALS: Final = 2
"""Digits of a currency's fraction; the wire has no currency, so one is enough."""
FOLIO_AT_MOST: Final = 1_000_000
"""Lines kept in memory: a simulator left running for weeks refuses the next one."""
CHECK_IN_TIME: Final = time(15)
"""When guests came who were in house before the PMS was started."""

Verdict = Literal["ok", "refused", "audit", "no guest", "left", "no post", "amount", "full"]


class Route(NamedTuple):
    """Where the telephone charges of a reservation go: a window, of another reservation if one is named."""

    window: int = 1
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What is asked to be booked. `amount` is as it came; `window` None leaves it to the routing."""

    reservation: str
    amount: str
    code: str
    short: str = ""
    long: str = ""
    article: str = ""
    posted_for: str = ""
    window: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapLine:
    """One charge and the answer to it. `on` is the reservation whose folio holds it; `amount` counts minor units."""

    number: int
    at: str
    room: str
    guest: str
    reservation: str
    on: str
    window: int
    amount: int | None
    code: str
    article: str
    short: str
    long: str
    posted_for: str
    answer: str
    clear_text: str
    booked: bool
    transaction: int | None = None
    delivery: Delivery = "now"


class InHouse(NamedTuple):
    """A guest, where he is, and since when he is in house."""

    room: str
    guest: SimulatedGuest
    since: datetime


class SoapOffice(Occupancy):
    """Who is in which room, by what reservation, and what stands on their folios.

    `answers` says in the dialect's own code and words what each verdict is.
    """

    def __init__(
        self, rooms: Sequence[str], guests: Mapping[str, SimulatedGuest], answers: Mapping[Verdict, tuple[str, str]]
    ) -> None:
        super().__init__(rooms, guests)
        self._answers = answers
        self._came: dict[str, datetime] = {}
        self._left: set[str] = set()
        self._routes: dict[str, Route] = {}
        self._transaction = FIRST_TRANSACTION
        self.folio: list[SoapLine] = []

    # -- guests ----------------------------------------------------------------------------------------------------

    def check_in(self, room: str, guest: SimulatedGuest, at: datetime) -> GuestMove:
        """A guest takes a room."""
        self._came[guest.reservation] = at
        return super().check_in(room, guest, at)

    def check_out(self, room: str, at: datetime, reservation: str | None = None) -> GuestMove:
        """A guest leaves; his folio stays, and takes nothing any more."""
        move = super().check_out(room, at, reservation)
        self._left.add(move.guest.reservation)
        return move

    def in_house(self, room: str | None, at: datetime) -> list[InHouse]:
        """Everybody in a room, the first to come first; in all rooms if none is named."""
        rooms = self.rooms if room is None else (room,)
        return [self._in_house(one, guest, at) for one in rooms for guest in self.occupants(one)]

    def find(self, reservation: str, at: datetime) -> InHouse | None:
        """The guest of a reservation, if he is in house."""
        return next((one for one in self.in_house(None, at) if one.guest.reservation == reservation), None)

    def is_known(self, reservation: str, at: datetime) -> bool:
        """Whether there is or was such a reservation in house."""
        return reservation in self._left or self.find(reservation, at) is not None

    def _in_house(self, room: str, guest: SimulatedGuest, at: datetime) -> InHouse:
        before = datetime.combine(guest.arrival, CHECK_IN_TIME, at.tzinfo)
        return InHouse(room, guest, self._came.get(guest.reservation, before))

    # -- routing ---------------------------------------------------------------------------------------------------

    def route(self, room: str, at: datetime, *, window: int = 1, to_room: str | None = None) -> Route:
        """Sends a room's telephone charges to a window, or to the folio of another room's guest; raises NotPossible."""
        payer = None if to_room is None else self._first(to_room, at).guest.reservation
        guest = self._first(room, at).guest
        self._routes[guest.reservation] = route = Route(window, payer)
        return route

    def route_of(self, reservation: str) -> Route:
        """Where the telephone charges of a reservation go."""
        return self._routes.get(reservation, Route())

    def _first(self, room: str, at: datetime) -> InHouse:
        found = self.in_house(room, at)
        if not found:
            raise NotPossible(f"Nobody is in room {room!r}.")
        return found[0]

    # -- folios ----------------------------------------------------------------------------------------------------

    def post(self, asked: Charge, at: datetime, treatment: Treatment = Treatment()) -> SoapLine:  # noqa: B008 (a constant)
        """Judges a charge, or treats it as a fault wants it, and writes it down, booked or not."""
        found, amount = self.find(asked.reservation, at), minor_units(asked.amount)
        verdict = "refused" if treatment.refuse else self._judged(asked, found, amount)
        code, words = self._answers[verdict]
        route = self.route_of(asked.reservation)
        line = SoapLine(
            number=len(self.folio) + 1,
            at=at.isoformat(timespec="milliseconds"),
            room=found.room if found else "",
            guest=found.guest.name if found else "",
            reservation=asked.reservation,
            on=route.to or asked.reservation,
            window=asked.window or route.window,
            amount=amount,
            code=asked.code,
            article=asked.article,
            short=asked.short,
            long=asked.long,
            posted_for=asked.posted_for,
            answer=treatment.refuse or code,
            clear_text=words,
            booked=verdict == "ok" and treatment.done,
            delivery=treatment.delivery,
        )
        return self._written(line)

    def lines_on(self, reservation: str) -> list[SoapLine]:
        """What was booked on a reservation's folio, in order."""
        return [line for line in self.folio if line.booked and line.on == reservation]

    def restore(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Takes over the folio of an earlier run, numbered afresh where a torn line left a gap."""
        for found in lines:
            try:
                line = SoapLine(**{**found, "number": len(self.folio) + 1})
            except TypeError:
                continue
            self.folio.append(line)
            self._transaction = max(self._transaction, (line.transaction or 0) + 1)

    def _judged(self, asked: Charge, found: InHouse | None, amount: int | None) -> Verdict:
        if len(self.folio) >= FOLIO_AT_MOST:
            return "full"
        if self.audit:
            return "audit"
        if found is None:
            return "left" if asked.reservation in self._left else "no guest"
        if found.guest.no_post:
            return "no post"
        return "ok" if amount is not None else "amount"

    def _written(self, line: SoapLine) -> SoapLine:
        if line.booked:
            line = replace(line, transaction=self._transaction)
            self._transaction += 1
        if len(self.folio) < FOLIO_AT_MOST:
            self.folio.append(line)
        return line


def minor_units(text: str) -> int | None:
    """A decimal amount in minor units; None for what is none, or is not whole in them."""
    try:
        units = Decimal(text).scaleb(DECIMALS)
    except InvalidOperation:
        return None
    return int(units) if units.is_finite() and units == units.to_integral_value() else None


def decimal(amount: int | None) -> str:
    """Minor units as a decimal amount."""
    return str(Decimal(amount or 0).scaleb(-DECIMALS))
