"""Which tariff a call is priced by, and what else of the guest, the telephone and the line bears on its price. Pure.

A call's tariff is the first of these that names one at the call's start:

 1. what the desk gave the stay;
 2. what the PMS says of the stay, in the field that the hotel has named;
 3. the guest's group;
 4. the room;
 5. the tenant whose extension it is;
 6. the department;

and else the house's own tariff. Every one of them is dated, and a call is priced once: a change made today moves no
call of yesterday.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

from gateway.directory import Department, Occupants, Place, Present, Room
from rating.circumstances import Circumstances

#: Whom a tariff can be assigned to by the configuration, in the order in which they are asked.
Bearer: TypeAlias = Literal["group", "room", "tenant", "department"]
#: Given to a stay, it means the house's own tariff, whatever group, room or department say.
HOUSE: Final = "*"
BEARERS: Final[tuple[Bearer, ...]] = ("group", "room", "tenant", "department")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A tariff's code for bearers of one kind, from `since` until before `until` (microseconds UTC, None = open).

    `names` are groups, rooms or departments; for a tenant they are his extensions.
    """

    tariff: str
    bearer: Bearer
    names: frozenset[str]
    since: int | None = None
    until: int | None = None

    def covers(self, instant: int) -> bool:
        """True at an instant in its time."""
        return (self.since is None or self.since <= instant) and (self.until is None or instant < self.until)


class Given(NamedTuple):
    """One entry of what a stay was given: by the desk or the PMS, and calls from when on pay by it."""

    since: int
    source: str
    code: str


class StayTariffs:
    """The tariffs that stays carry, with their beginnings; it only grows."""

    def __init__(self) -> None:
        self._given: dict[str, list[Given]] = {}

    def __bool__(self) -> bool:
        """True if any stay ever carried a tariff."""
        return bool(self._given)

    def add(self, reservation: str, given: Given) -> None:
        """One more entry of a reservation."""
        self._given.setdefault(reservation, []).append(given)
        self._given[reservation].sort()

    def at(self, reservation: str, instant: int) -> str:
        """The code in force at an instant: the desk's, else the PMS's; "" where neither gave one."""
        given = self._given.get(reservation)
        if given is None:
            return ""
        return _latest(given, "desk", instant) or _latest(given, "pms", instant)

    def told(self, reservation: str) -> str:
        """What the PMS said last of a reservation."""
        return _latest(self._given.get(reservation, []), "pms", 2**62)


def _latest(given: list[Given], source: str, instant: int) -> str:
    codes = [one.code for one in given if one.source == source and one.since <= instant]
    return codes[-1] if codes else ""


class Guest(NamedTuple):
    """What of a stay bears on a price."""

    reservation: str
    guest_class: str = ""
    vip: str = ""
    group: str = ""


class Caller(NamedTuple):
    """Who called: what a call's stored row says as well as the ruling that made it."""

    extension: str
    room: str
    department: str
    guest: Guest | None
    operator: bool = False


def caller(extension: str | None, place: Place, who: Occupants, *, operator: bool) -> Caller:
    """The caller of a call that is being ruled; of several guests the first, who pays."""
    stay = who.stays[0] if isinstance(who, Present) else None
    guest = Guest(stay.reservation, stay.guest_class, stay.vip, stay.group_code) if stay is not None else None
    room = place.room if isinstance(place, Room) else ""
    department = place.name if isinstance(place, Department) else ""
    return Caller(extension or "", room, department, guest, operator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The hotel's own text on who pays by which tariff, and what kind of telephone an extension is."""

    assignments: tuple[Assignment, ...] = ()
    extension_classes: Mapping[str, str] = field(default_factory=dict)

    def circumstances(
        self, caller: Caller, tariffs: StayTariffs, started: int, trunk: str = "", trunk_group: str = ""
    ) -> Circumstances:
        """What surrounds a call that began at `started` (microseconds UTC) on a trunk."""
        extension, room, department, guest, operator = caller
        tariff = tariffs.at(guest.reservation, started) if guest is not None else ""
        if not tariff and self.assignments:
            tariff = self._assigned(caller, started)
        kind = self.extension_classes.get(extension) or ("room" if room else "department" if department else "")
        said = guest[1:] if guest is not None else _NOTHING_SAID
        code = "" if tariff == HOUSE else tariff
        return Circumstances(code, *said, kind, extension, trunk, trunk_group, operator=operator)

    def _assigned(self, caller: Caller, instant: int) -> str:
        group = caller.guest.group if caller.guest is not None else ""
        names = {"group": group, "room": caller.room, "tenant": caller.extension, "department": caller.department}
        for bearer in BEARERS:
            for one in self.assignments:
                if one.bearer == bearer and names[bearer] in one.names and one.covers(instant):
                    return one.tariff
        return ""


_NOTHING_SAID: Final = ("", "", "")


def attribution(assignments: Iterable[Assignment], extension_classes: Mapping[str, str]) -> Attribution:
    """Put the hotel's text together; an assignment written later wins over an earlier one for the same bearer."""
    return Attribution(assignments=tuple(assignments)[::-1], extension_classes=dict(extension_classes))


def put_through(holders: tuple[str, ...], payer: str | None) -> bool:
    """True for a call that somebody else began and put through to whoever pays: an operator's call."""
    return len(holders) > 1 and holders[0] != payer
