"""Who pays: extension -> room -> the stays in it at an instant.

The list of rooms is text of the hotel's own; the stays are what the PMS told us, kept with their beginning and
end, so that a call which began before a move or a check-out is charged to whoever was in the room *then*.

Rules, because a front desk will ask:
 * a stay begins at the check-in's own date and time. The first news that we ever have of a room reaches back to the
   guest's arrival date, else without bound, but never behind that room's last departure;
 * a check-in repeated for a reservation that is in the room already changes nothing but the guest's data;
 * a reservation is in one room at a time: a check-in elsewhere is a move, whatever order the PMS tells it in;
 * a charge goes to the folio where the payer is *now*: the room the guest moved to. Where the payer has left, a
   sharer who was there at the call's start pays in the same room; else nobody can be charged without a person.

Pure: no clock, no store. `Occupancy` is a value that grows by news; every change is also returned as a row to keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias, assert_never

from gateway.instants import to_micros
from pms_adapters.events import CheckedIn, CheckedOut, Guest, GuestChanged, NightAudit, RoomNews, RoomsResynced


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRange:
    """Extensions that are rooms of the same name, both ends included, of one length, as text."""

    first: str
    last: str

    def covers(self, extension: str) -> bool:
        """True for digits of the same length between both ends: "0412" is not "412"."""
        return len(extension) == len(self.first) and extension.isdigit() and self.first <= extension <= self.last


@dataclass(frozen=True, slots=True)
class Room:
    """The extension stands in a guest room."""

    room: str


@dataclass(frozen=True, slots=True)
class Department:
    """The extension belongs to the house."""

    name: str


@dataclass(frozen=True, slots=True)
class Unlisted:
    """No list of the hotel has the extension."""

    extension: str


Place: TypeAlias = Room | Department | Unlisted


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomList:
    """The hotel's own list: ranges that are rooms, extensions mapped to rooms, extensions of departments."""

    ranges: tuple[ExtensionRange, ...]
    rooms: Mapping[str, str]
    departments: Mapping[str, str]

    def place(self, extension: str | None) -> Place:
        """Where an extension stands: the single entries first, then the ranges."""
        if extension is None:
            return Unlisted("")
        if extension in self.departments:
            return Department(self.departments[extension])
        if extension in self.rooms:
            return Room(self.rooms[extension])
        for span in self.ranges:
            if span.covers(extension):
                return Room(extension)
        return Unlisted(extension)

    def lists(self, extension: str) -> bool:
        """True if the extension is one of ours, so that a call to it is internal."""
        return not isinstance(self.place(extension), Unlisted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One reservation in one room, from `since` until `until` (microseconds UTC; None = still there)."""

    id: int
    reservation: str
    room: str
    since: int
    until: int | None = None
    name: str = ""
    language: str = ""
    vip: str = ""
    no_post: bool = False
    class_of_service: str = ""
    departure: int | None = None
    group_code: str = ""
    guest_class: str = ""

    def covers(self, instant: int) -> bool:
        """True if the guest was in the room at `instant`."""
        return self.since <= instant and (self.until is None or instant < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFact:
    """That the PMS has told us of a room, and when the last guest is known to have left it."""

    room: str
    last_departure: int | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """These guests were in the room; the first is the payer."""

    stays: tuple[Stay, ...]


@dataclass(frozen=True, slots=True)
class Nobody:
    """The PMS told us of the room, and nobody was in it."""


@dataclass(frozen=True, slots=True)
class NoNews:
    """The PMS never told us of the room."""


Occupants: TypeAlias = Present | Nobody | NoNews


@dataclass(frozen=True, slots=True)
class Folio:
    """Where a call goes now: the room, and the reservation if anybody told us of one."""

    room: str
    reservation: str | None
    no_post: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What one piece of news changed: rows to keep, and the rooms whose held charges should be looked at again."""

    stays: tuple[Stay, ...] = ()
    rooms: tuple[RoomFact, ...] = ()

    @property
    def touched(self) -> frozenset[str]:
        """Every room that something is new of."""
        return frozenset(stay.room for stay in self.stays) | frozenset(fact.room for fact in self.rooms)


class Occupancy:
    """The stays of the house: those that are open, and those that ended recently enough for a late record."""

    def __init__(self, stays: Iterable[Stay] = (), rooms: Iterable[RoomFact] = (), next_id: int = 1) -> None:
        self._by_room: dict[str, dict[int, Stay]] = {}
        self._open: dict[str, Stay] = {}
        self._facts = {fact.room: fact for fact in rooms}
        self._next_id = next_id
        self._changed: dict[int, Stay] = {}
        self._news: dict[str, RoomFact] = {}
        for stay in stays:
            self._place(stay)
            self._next_id = max(self._next_id, stay.id + 1)

    @property
    def empty(self) -> bool:
        """True while the PMS has told us of no room at all."""
        return not self._facts

    def open_stays(self) -> tuple[Stay, ...]:
        """Everybody who is in the house now, by room."""
        return tuple(sorted(self._open.values(), key=lambda stay: (stay.room, stay.id)))

    def at(self, room: str, instant: int) -> Occupants:
        """Who was in the room at `instant`: the first to come is the payer."""
        if room not in self._facts:
            return NoNews()
        found = [stay for stay in self._by_room.get(room, {}).values() if stay.covers(instant)]
        if not found:
            return Nobody()
        return Present(tuple(sorted(found, key=lambda stay: (stay.since, stay.id))))

    def there(self, place: Place, started: int) -> Occupants:
        """Who was at a place at an instant; nobody is told of what is no guest room."""
        return self.at(place.room, started) if isinstance(place, Room) else NoNews()

    def folio(self, room: str, started: int) -> Stay | None:
        """The open stay that pays now for a call that began in `room` at `started`; None = nobody is left."""
        match self.at(room, started):
            case Present(stays):
                for stay in stays:
                    now = self._open.get(stay.reservation)
                    if now is not None and (stay is stays[0] or now.room == room):
                        return now
        return None

    def bill(self, room: str, started: int, *, tells_rooms: bool) -> Folio | None:
        """Where a call is charged now; None = nobody is left.

        Where the PMS tells no room news and nobody else told who was there, that is the room itself: the PMS knows.
        """
        stay = self.folio(room, started)
        if stay is not None:
            return Folio(stay.room, stay.reservation, stay.no_post)
        if tells_rooms or isinstance(self.at(room, started), Present):
            return None
        return Folio(room, None)

    def learn(self, news: RoomNews, unsure_since: int | None = None) -> Changes:
        """Take one piece of news in; what changed comes back as rows to keep.

        A resync tells how the rooms stand and not since when. `unsure_since` is the instant from which news may have been
        lost (None: none was): a guest whom a resync shows in another room may have moved there as early as that.
        """
        self._changed, self._news = {}, {}
        match _named(news):
            case CheckedIn(room=room, guest=guest, at=at):
                self._check_in(room, guest, to_micros(at))
            case CheckedOut(room=room, reservation=reservation, at=at):
                self._check_out(room, reservation, to_micros(at))
            case GuestChanged() as change:
                self._change(change)
            case RoomsResynced() as resync:
                self._resync(resync, unsure_since)
            case NightAudit():
                pass
            case other:
                assert_never(other)
        return Changes(tuple(self._changed.values()), tuple(self._news.values()))

    def _check_in(self, room: str, guest: Guest, at: int) -> None:
        current = self._open.get(guest.reservation)
        if current is not None and current.room == room:
            self._keep(_with_data(current, guest))
        elif current is not None:
            self._move(current, room, guest, at)
        else:
            self._begin(room, guest, self._beginning(room, guest, at))

    def _beginning(self, room: str, guest: Guest, at: int) -> int:
        if room in self._facts:
            return at
        return min(at, to_micros(guest.arrival)) if guest.arrival is not None else 0

    def _begin(self, room: str, guest: Guest, since: int) -> None:
        fresh = Stay(id=self._next_id, reservation=guest.reservation, room=room, since=since)
        self._next_id += 1
        self._know(room)
        self._keep(_with_data(fresh, guest))

    def _move(self, stay: Stay, room: str, guest: Guest, at: int, since: int | None = None) -> None:
        """End the stay and begin one in `room`, from `since` on where the guest may have been there before we knew."""
        self._end(stay, at)
        begun = at if since is None else since
        fresh = replace(_with_data(stay, guest), id=self._next_id, room=room, since=begun, until=None)
        self._next_id += 1
        self._know(room)
        self._keep(fresh)

    def _check_out(self, room: str, reservation: str | None, at: int) -> None:
        self._know(room)
        for stay in [one for one in self._open.values() if one.room == room]:
            if reservation is None or stay.reservation == reservation:
                self._end(stay, at)

    def _end(self, stay: Stay, at: int) -> None:
        until = max(at, stay.since)
        self._know(stay.room, departure=until)
        self._keep(replace(stay, until=until))

    def _change(self, news: GuestChanged) -> None:
        at, current = to_micros(news.at), self._open.get(news.guest.reservation)
        if news.old_room is not None and news.guest.reservation.startswith(UNNAMED):
            # Nothing joins the two rooms but this record: charges of before the move are for a person.
            self._check_out(news.old_room, None, at)
        if current is None or current.room == news.room:
            self._check_in(news.room, news.guest, at)
        else:
            self._move(current, news.room, news.guest, at)

    def _resync(self, news: RoomsResynced, unsure_since: int | None) -> None:
        at = to_micros(news.at)
        here: dict[str, set[str]] = {room: set() for room in news.vacant}
        for arrival in news.occupied:
            here.setdefault(arrival.room, set()).add(arrival.guest.reservation)
        for stay in list(self._open.values()):
            if stay.room in here and stay.reservation not in here[stay.room]:
                self._leave_unless_moved(stay, here, at)
        for arrival in news.occupied:
            self._resync_arrival(arrival, at, unsure_since)
        for room in news.vacant:
            self._know(room)

    def _leave_unless_moved(self, stay: Stay, here: Mapping[str, set[str]], at: int) -> None:
        if not any(stay.reservation in reservations for reservations in here.values()):
            self._end(stay, at)

    def _resync_arrival(self, arrival: CheckedIn, at: int, unsure_since: int | None) -> None:
        room, guest = arrival.room, arrival.guest
        current = self._open.get(guest.reservation)
        left = (self._facts[room].last_departure if room in self._facts else None) or 0
        if current is None:
            reach = to_micros(guest.arrival) if guest.arrival is not None else 0
            self._begin(room, guest, max(min(at, reach), left))
        elif current.room != room and unsure_since is not None:
            self._move(current, room, guest, at, min(at, max(unsure_since, left, current.since)))
        else:
            self._check_in(room, guest, at)

    def _know(self, room: str, departure: int | None = None) -> None:
        known = self._facts.get(room)
        if known is None:
            known = RoomFact(room=room)
            self._facts[room] = self._news[room] = known
        if departure is not None and departure > (known.last_departure or -1):
            self._facts[room] = self._news[room] = RoomFact(room=room, last_departure=departure)

    def _keep(self, stay: Stay) -> None:
        self._place(stay)
        self._changed[stay.id] = stay

    def _place(self, stay: Stay) -> None:
        self._by_room.setdefault(stay.room, {})[stay.id] = stay
        current = self._open.get(stay.reservation)
        if stay.until is None:
            self._open[stay.reservation] = stay
        elif current is not None and current.id == stay.id:
            del self._open[stay.reservation]


#: Leads the name we give to the guest of a room whose PMS knows rooms and no reservations.
UNNAMED: Final = "@"


def _named(news: RoomNews) -> RoomNews:
    """The news with a name for every reservation: a PMS that tells rooms alone has one guest a room, named after it."""
    match news:
        case CheckedIn(guest=Guest(reservation="")):
            return replace(news, guest=replace(news.guest, reservation=UNNAMED + news.room))
        case CheckedOut(reservation=""):
            return replace(news, reservation=None)
        case GuestChanged(guest=Guest(reservation="")):
            return replace(news, guest=replace(news.guest, reservation=UNNAMED + news.room))
        case RoomsResynced():
            return replace(news, occupied=tuple(_named_arrival(one) for one in news.occupied))
    return news


def _named_arrival(arrival: CheckedIn) -> CheckedIn:
    if arrival.guest.reservation:
        return arrival
    return replace(arrival, guest=replace(arrival.guest, reservation=UNNAMED + arrival.room))


def _with_data(stay: Stay, guest: Guest) -> Stay:
    """The stay with what the PMS said anew; what it did not say (None) stands."""
    return replace(
        stay,
        name=_said(_full_name(guest), stay.name),
        language=_said(guest.language, stay.language),
        vip=_said(guest.vip, stay.vip),
        no_post=stay.no_post if guest.no_post is None else guest.no_post,
        class_of_service=_said(guest.class_of_service, stay.class_of_service),
        departure=_instant(guest.departure, stay.departure),
        group_code=_said(guest.group, stay.group_code),
        guest_class=_said(guest.guest_class, stay.guest_class),
    )


def _full_name(guest: Guest) -> str | None:
    if guest.name and guest.first_name:
        return f"{guest.name}, {guest.first_name}"
    return guest.name


def _said(value: str | None, before: str) -> str:
    return before if value is None else value


def _instant(value: datetime | None, before: int | None) -> int | None:
    return before if value is None else to_micros(value)


#: Which of several holders of one call pays: the first guest room among them, plainly the first or last holder, or each for
#: the time that he held it (gateway/sharing.py), the call then being the first guest's.
TransferPayer: TypeAlias = Literal["first_guest", "first", "last", "each"]


def payer(holders: tuple[str, ...], rooms: RoomList, rule: TransferPayer) -> str | None:
    """The extension that pays for a call that several held in turn (an operator who dials for a guest)."""
    if len(holders) < 2:
        return holders[0] if holders else None
    if rule in ("first_guest", "each"):
        return next((one for one in holders if isinstance(rooms.place(one), Room)), holders[0])
    return holders[0] if rule == "first" else holders[-1]
