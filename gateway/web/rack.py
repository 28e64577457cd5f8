"""The rack as values: every room of the house as a cell, by floor. What is shown is decided here, how it looks is not.

A cell says the same thing three times: by colour, by a sign, and in words for whoever sees neither.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from urllib.parse import quote

from gateway.floors import Floor, by_floor
from gateway.languages.spoken import Plurals, later, plural, say
from gateway.store.rack import Guest, RackRows, Sum, Waiting
from gateway.web.marks import SIGNS, Tone
from gateway.web.words import Clock, amount, visible

#: A room with guests, an empty one, and one of which the PMS has told nothing.
Standing: TypeAlias = Literal["in", "vacant", "untold"]
#: Rooms of ranges that are listed before the PMS has told of any; a range may be wider than any house.
MOST_LISTED: Final = 2_000
#: Letters of a name in a cell; the whole name is in its words.
LONGEST_NAME: Final = 24


class Sign(NamedTuple):
    """A sign of a cell: its tone, and what it means in words."""

    sign: str
    tone: Tone
    words: str


#: Every sign of the rack, in the order in which it claims attention.
LEGEND: Final[Mapping[str, Sign]] = {
    "refused": Sign("!", "red", later("a charge was refused")),
    "in_doubt": Sign("?", "amber", later("a charge is in doubt")),
    "held": Sign(SIGNS["held"], "amber", later("a charge is held")),
    "disputed": Sign("≠", "amber", later("a call is in dispute")),
    "limit": Sign("%", "amber", later("near the limit for calls or beyond it")),
    "no_post": Sign("⊘", "quiet", later("do not post")),
    "calling": Sign("●", "good", later("on the phone")),
}
#: Charges of a room that wait for a person, by state: of its guest, of him and others, and of others alone.
_OWN: Final = Plurals(
    {
        "refused": ("{number} charge refused", "{number} charges refused"),
        "in_doubt": ("{number} charge in doubt", "{number} charges in doubt"),
        "held": ("{number} charge held", "{number} charges held"),
    }
)
_SOME: Final = Plurals(
    {
        "refused": (
            "{number} charge refused, {others} of them not of this guest",
            "{number} charges refused, {others} of them not of this guest",
        ),
        "in_doubt": (
            "{number} charge in doubt, {others} of them not of this guest",
            "{number} charges in doubt, {others} of them not of this guest",
        ),
        "held": (
            "{number} charge held, {others} of them not of this guest",
            "{number} charges held, {others} of them not of this guest",
        ),
    }
)
_OTHERS: Final = Plurals(
    {
        "refused": ("{number} charge refused, not of this guest", "{number} charges refused, not of this guest"),
        "in_doubt": ("{number} charge in doubt, not of this guest", "{number} charges in doubt, not of this guest"),
        "held": ("{number} charge held, not of this guest", "{number} charges held, not of this guest"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One room. `key` is its id on the page; `words` say everything that the cell shows."""

    key: str
    room: str
    address: str
    standing: Standing
    tone: Tone
    guest: str
    total: str
    short: str
    calls: int
    signs: tuple[Sign, ...]
    words: str
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class FloorView:
    """A floor: its heading, and its cells."""

    key: str
    name: str
    kind: str
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        """The heading in words."""
        return f"{self.kind} {self.name}".strip()


class Known(NamedTuple):
    """What of the house, beside its store, the rack is drawn from."""

    listed: tuple[str, ...]
    floors: Mapping[str, str]
    currency: str
    has_pms: bool


def address_of(room: str) -> str:
    """Where a room's page is. A name may hold a slash, which would part an address."""
    return f"/rooms/{quote(room.replace('~', '~~').replace('/', '~s'), safe='')}"


def room_at(segment: str) -> str:
    """The room that a segment of an address names: `address_of`, the other way round."""
    return "~".join(one.replace("~s", "/") for one in segment.split("~~"))


def rooms_of(rows: RackRows, known: Known) -> frozenset[str]:
    """Every room there is: those the PMS told of, or, before it has, those of the hotel's own list."""
    rooms = {one.room for one in rows.guests} | set(rows.told) | set(known.floors) | set(rows.today)
    rooms |= {one.room for one in rows.waiting}
    return frozenset(rooms if rows.told else rooms | set(known.listed[:MOST_LISTED]))


class InRoom(NamedTuple):
    """All that the cell of one room rests on."""

    key: str
    room: str
    told: bool
    guests: tuple[Guest, ...]
    sums: tuple[Sum, ...]
    waiting: tuple[Waiting, ...]
    disputed: int
    calling: bool
    limit: str


class Rack:
    """Draws the rack, and remembers each cell with what it rests on: most commits change one room of five hundred."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._plan: tuple[frozenset[str], tuple[Floor, ...]] = (frozenset(), ())
        self._cells: dict[str, tuple[InRoom, Cell]] = {}
        self._day: date | None = None

    def draw(self, rows: RackRows, calling: frozenset[str], clock: Clock) -> tuple[FloorView, ...]:
        """The whole rack, by floor."""
        if clock.today.date() != self._day:  # cells tell of days
            self._day, self._cells = clock.today.date(), {}
        rooms = rooms_of(rows, self._known)
        if rooms != self._plan[0]:
            self._plan = rooms, by_floor(rooms, self._known.floors)
        inside = _inside(rows, calling)
        number, views = 0, []
        for order, floor in enumerate(self._plan[1], 1):
            cells = []
            for room in floor.rooms:
                number += 1
                cells.append(self._cell(inside(f"r{number}", room), clock))
            views.append(FloorView(f"floor-{order}", *heading_of(floor.name), tuple(cells)))
        return tuple(views)

    def _cell(self, inside: InRoom, clock: Clock) -> Cell:
        before = self._cells.get(inside.key)
        if before is not None and before[0] == inside:
            return before[1]
        cell = _drawn(inside, self._known, clock)
        self._cells[inside.key] = (inside, cell)
        return cell


def _inside(rows: RackRows, calling: frozenset[str]) -> Callable[[str, str], InRoom]:
    """What there is of each room."""
    guests: dict[str, tuple[Guest, ...]] = {}
    for guest in rows.guests:
        guests[guest.room] = (*guests.get(guest.room, ()), guest)
    waiting: dict[str, tuple[Waiting, ...]] = {}
    for one in rows.waiting:
        waiting[one.room] = (*waiting.get(one.room, ()), one)
    told = set(rows.told)

    def inside(key: str, room: str) -> InRoom:
        here = guests.get(room, ())
        if len(here) == 1:
            sums = rows.sums.get(here[0].reservation, ())
        else:
            sums = _added(rows.sums.get(one.reservation, ()) for one in here) if here else rows.today.get(room, ())
        quarrels = sum(rows.disputed.get(one.reservation, 0) for one in here) if rows.disputed else 0
        stands = {rows.limits.get(one.reservation, "") for one in here} if rows.limits else ()
        limit = "over" if "over" in stands else "near" if "near" in stands else ""
        held = waiting.get(room, ())
        return InRoom(key, room, room in told, here, tuple(sums), held, quarrels, room in calling, limit)

    return inside


def heading_of(floor: str) -> tuple[str, str]:
    """A floor as its heading has it: its name, and what it is called before that where the name is a number."""
    return (floor, say("Floor") if floor[:1].isdigit() else "") if floor else (say("Other rooms"), "")


def _added(sums: Iterable[Sequence[Sum]]) -> list[Sum]:
    """What several guests were charged, currency by currency."""
    found: dict[tuple[str, int], Sum] = {}
    for one in (one for each in sums for one in each):
        key = (one.currency, one.decimals)
        before = found.get(key, Sum(0, 0, *key))
        found[key] = Sum(before.calls + one.calls, before.minor + one.minor, *key)
    return list(found.values())


def total_words(sums: Sequence[Sum], home: str) -> str:
    """A total as a cell shows it: the figure alone in the house's currency, with the currency in another."""
    shown = [amount(one.minor, one.decimals, "" if one.currency == home else one.currency) for one in sums]
    return " + ".join(shown)


def short_total(sums: Sequence[Sum], home: str) -> str:
    """The same where there is no room: of several currencies the first alone, with a sign that there is more."""
    return f"{total_words(sums[:1], home)}{' +' if len(sums) > 1 else ''}"


def _signs(inside: InRoom) -> Iterable[Sign]:
    here = {one.reservation for one in inside.guests}
    for state in ("refused", "in_doubt", "held"):
        mine = sum(one.number for one in inside.waiting if one.state == state and one.reservation in here)
        others = sum(one.number for one in inside.waiting if one.state == state and one.reservation not in here)
        if mine or others:
            table = _SOME if mine and others else _OTHERS if others and here else _OWN
            yield LEGEND[state]._replace(words=table.say(state, mine + others, others=others))
    if inside.disputed:
        words = plural("{number} call in dispute", "{number} calls in dispute", inside.disputed)
        yield LEGEND["disputed"]._replace(words=words)
    if inside.limit:
        over = inside.limit == "over"
        words = say("the limit for calls is passed") if over else say("near the limit for calls")
        yield LEGEND["limit"]._replace(words=words)
    for name, so in (("no_post", any(one.no_post for one in inside.guests)), ("calling", inside.calling)):
        if so:
            yield LEGEND[name]._replace(words=say(LEGEND[name].words))


def _drawn(inside: InRoom, known: Known, clock: Clock) -> Cell:
    guests, signs = inside.guests, tuple(_signs(inside))
    names = [one.name or say("reservation {reservation}", reservation=one.reservation) for one in guests]
    more = f" +{len(guests) - 1}" if len(guests) > 1 else ""
    calls, total = sum(one.calls for one in inside.sums), total_words(inside.sums, known.currency)
    standing: Standing = "in" if guests else "vacant" if inside.told else "untold"
    tones = [one.tone for one in signs]
    nobody = say("vacant") if inside.told else say("no news from the PMS")
    said = [say("Room {room}", room=inside.room), ", ".join(names) or nobody]
    if calls:
        said.append(
            plural("{number} call", "{number} calls", calls)
            if known.has_pms or guests
            else plural("{number} call today", "{number} calls today", calls)
        )
        said.append(f"{total}{f' {known.currency}' if total[-1:].isdigit() else ''}")
    leaving = [one.departure for one in guests if one.departure is not None]
    return Cell(
        key=inside.key,
        room=inside.room,
        address=address_of(inside.room),
        standing=standing,
        tone="red" if "red" in tones else "amber" if "amber" in tones else "quiet",
        guest=f"{visible(names[0], LONGEST_NAME)}{more}" if names else "",
        total=total if calls else "",
        short=short_total(inside.sums, known.currency) if calls else "",
        calls=calls,
        signs=signs,
        words=", ".join((*said, *(one.words for one in signs))),
        since=clock.day(guests[0].since) if guests and guests[0].since > 0 else "",
        until=clock.day(min(leaving)) if leaving else "",
    )


def counts(floors: Sequence[FloorView]) -> dict[str, int]:
    """How many rooms there are, how many have guests, and how many show a mark that waits for a person."""
    cells = [cell for floor in floors for cell in floor.cells]
    return {
        "rooms": len(cells),
        "in": sum(cell.standing == "in" for cell in cells),
        "marked": sum(cell.tone != "quiet" for cell in cells),
    }


def digest(pieces: Mapping[str, Any]) -> str:
    """A short name for what a rack shows: two that look the same have the same."""
    said = "\x1f".join(f"{key}\x1e{value}" for key, value in pieces.items())
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]
