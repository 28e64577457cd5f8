"""The rack as values: every room of the house as a cell, by floor. Pure: what is shown is decided here, how it looks is not.

A cell says the same thing three times: by colour, by a sign, and in words for whoever sees neither.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from urllib.parse import quote

from gateway.directory import Stay
from gateway.floors import by_floor
from gateway.store.rack import RackRows, Sum, Waiting
from gateway.store.reading import money
from gateway.web.marks import NAMES, SIGNS, Tone
from gateway.web.words import Clock, count, visible

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
    "refused": Sign("!", "red", "a charge was refused"),
    "in_doubt": Sign("?", "amber", "a charge is in doubt"),
    "held": Sign(SIGNS["held"], "amber", "a charge is held"),
    "disputed": Sign("≠", "amber", "a call is in dispute"),
    "no_post": Sign("⊘", "quiet", "do not post"),
    "calling": Sign("●", "good", "on the phone"),
}


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


def rooms_of(rows: RackRows, known: Known) -> set[str]:
    """Every room there is: those the PMS told of, or, before it has, those of the hotel's own list."""
    rooms = {one.room for one in rows.stays} | set(rows.told) | set(known.floors) | set(rows.today)
    rooms |= {one.room for one in rows.waiting}
    return rooms if rows.told else rooms | set(known.listed[:MOST_LISTED])


def rack(rows: RackRows, known: Known, calling: frozenset[str], clock: Clock) -> tuple[FloorView, ...]:
    """The whole rack."""
    guests: dict[str, list[Stay]] = {}
    for stay in rows.stays:
        guests.setdefault(stay.room, []).append(stay)
    waiting: dict[str, list[Waiting]] = {}
    for one in rows.waiting:
        waiting.setdefault(one.room, []).append(one)
    told, number, floors = set(rows.told), 0, []
    for order, floor in enumerate(by_floor(rooms_of(rows, known), known.floors), 1):
        cells = []
        for room in floor.rooms:
            number += 1
            stays = guests.get(room, [])
            standing: Standing = "in" if stays else "vacant" if room in told else "untold"
            sums = _added(rows.sums.get(one.reservation, []) for one in stays) if stays else rows.today.get(room, [])
            signs = tuple(_signs(stays, waiting.get(room, []), rows.disputed, room in calling))
            cells.append(_cell(f"r{number}", room, standing, stays, sums, signs, known, clock))
        floors.append(FloorView(f"floor-{order}", *heading_of(floor.name), tuple(cells)))
    return tuple(floors)


def heading_of(floor: str) -> tuple[str, str]:
    """A floor as its heading has it: its name, and what it is called before that where the name is a number."""
    return (floor, "Floor" if floor[:1].isdigit() else "") if floor else ("Other rooms", "")


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
    shown = [f"{money(one.minor, one.decimals)}{'' if one.currency == home else f' {one.currency}'}" for one in sums]
    return " + ".join(shown)


def short_total(sums: Sequence[Sum], home: str) -> str:
    """The same where there is no room: of several currencies the first alone, with a sign that there is more."""
    return f"{total_words(sums[:1], home)}{' +' if len(sums) > 1 else ''}"


def _signs(
    stays: Sequence[Stay], waiting: Sequence[Waiting], disputed: Mapping[str, int], calling: bool
) -> Iterable[Sign]:
    here = {one.reservation for one in stays}
    for state in ("refused", "in_doubt", "held"):
        mine = sum(one.number for one in waiting if one.state == state and one.reservation in here)
        others = sum(one.number for one in waiting if one.state == state and one.reservation not in here)
        if mine or others:
            whose = ("", f", {others} of them not of this guest")[bool(mine and others)]
            whose = ", not of this guest" if others and not mine and stays else whose
            words = f"{count(mine + others, 'charge')} {NAMES[state]}{whose}"
            yield LEGEND[state]._replace(words=words)
    quarrels = sum(disputed.get(one, 0) for one in here)
    if quarrels:
        yield LEGEND["disputed"]._replace(words=f"{count(quarrels, 'call')} in dispute")
    if any(one.no_post for one in stays):
        yield LEGEND["no_post"]
    if calling:
        yield LEGEND["calling"]


def _cell(
    key: str,
    room: str,
    standing: Standing,
    stays: Sequence[Stay],
    sums: Sequence[Sum],
    signs: tuple[Sign, ...],
    known: Known,
    clock: Clock,
) -> Cell:
    name = stays[0].name or f"reservation {stays[0].reservation}" if stays else ""
    more = f" +{len(stays) - 1}" if len(stays) > 1 else ""
    calls, total = sum(one.calls for one in sums), total_words(sums, known.currency)
    names = ", ".join(one.name or f"reservation {one.reservation}" for one in stays)
    tones = [one.tone for one in signs]
    said = [f"Room {room}", names or {"vacant": "vacant", "untold": "no news from the PMS"}.get(standing, "")]
    said += [f"{count(calls, 'call')}{'' if known.has_pms or stays else ' today'}"] if calls else []
    said += [f"{total}{f' {known.currency}' if total[-1:].isdigit() else ''}"] if calls else []
    leaving = [one.departure for one in stays if one.departure is not None]
    return Cell(
        key=key,
        room=room,
        address=address_of(room),
        standing=standing,
        tone="red" if "red" in tones else "amber" if "amber" in tones else "quiet",
        guest=f"{visible(name, LONGEST_NAME)}{more}",
        total=total if calls else "",
        short=short_total(sums, known.currency) if calls else "",
        calls=calls,
        signs=signs,
        words=", ".join(one for one in (*said, *(one.words for one in signs)) if one),
        since=clock.day(stays[0].since) if stays and stays[0].since > 0 else "",
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
