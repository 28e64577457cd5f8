"""The page of a room, and what the desk writes on it: notes, tags, disputes, a look at earlier stays.

All of it is read in one snapshot. What is written goes the way of every deed: a command, carried out by the one writer, which
answers in a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from gateway.directory import Stay
from gateway.instants import SECOND, to_micros
from gateway.languages.kept import kept
from gateway.languages.spoken import say
from gateway.roles import Person
from gateway.store import call_log, commands, limit_deeds, remarks, shares, stay_limits
from gateway.store import pages as queries
from gateway.store import room as rooms
from gateway.store.room import ClassSum, StateSum, Stretch
from gateway.store.stay_limits import Limit
from gateway.web.deeds import Deeds, Form, NotDone
from gateway.web.house import House
from gateway.web.live import Live
from gateway.web.marks import Mark
from gateway.web.pages import Entered, Page, Pages
from gateway.web.rack import address_of
from gateway.web.rack_pages import RackPages
from gateway.web.reads import Reads
from gateway.web.room import (
    budget_words,
    charges,
    guest_view,
    left_out_words,
    note_lines,
    owed,
    stretches,
    totals,
    with_shares,
)
from gateway.web.security import Tokens
from gateway.web.stay_limits import LimitForm, LimitView, judged, limit_view
from gateway.web.views import by_day, call_view
from gateway.web.words import Clock

#: Calls of a room on a page before "older".
ROOM_CALLS: Final = 100
#: How long whoever said why may look at the earlier stays of a room, in microseconds: a quarter of an hour.
LOOK_LASTS: Final = 15 * 60 * SECOND


def quarrel(mark: Mark) -> Mark:
    """The mark of a call in dispute: that first, and how it stands behind it."""
    return Mark(
        "≠",
        "amber" if mark.tone != "red" else "red",
        say("in dispute; {words}", words=mark.words),
        say("in dispute; {long}", long=mark.long),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of a room is asked for. `earlier` is the stay of a guest who has left, `key` proves that a reason was given."""

    all_calls: bool = False
    before: int | None = None
    stay: int | None = None
    look: int | None = None
    key: str = ""
    told: int | None = None
    entered: Entered = field(default_factory=Entered)
    limit: LimitForm = field(default_factory=LimitForm)


class Found(NamedTuple):
    """A room as the store tells it, in one snapshot."""

    here: list[Stay]
    told: bool
    earlier: list[Stay] | None
    stretches: list[Stretch]
    calls: list[dict[str, Any]]
    postings: dict[int, list[dict[str, Any]]]
    remarks: list[remarks.Remark]
    classes: list[ClassSum]
    states: list[StateSum]
    left_out: int
    result: str
    limits: dict[str, Limit]
    spent: dict[str, int]


class RoomPages:
    """A room, and what is written on its page."""

    def __init__(
        self, house: House, reads: Reads, live: Live, pages: Pages, racks: RackPages, deeds: Deeds, tokens: Tokens
    ) -> None:
        self._house, self._reads, self._live, self._pages = house, reads, live, pages
        self._racks, self._deeds, self._tokens = racks, deeds, tokens

    async def room(self, room: str, asked: Asked, person: Person) -> Page:
        """The page of a room; of a guest who has left only for those who may, and said why within the last minutes."""
        await self._racks.now()
        drawn = self._racks.room_named(room)
        may_look = person.may("earlier_stays") and self._tokens.fits(asked.key, "look", room, asked.look)
        found = await self._reads.read(lambda c: self._found(c, room, asked, may_look=may_look))
        if drawn is None and not found.here and not found.told and not found.calls:
            return await self._pages.missing(say("There is no room {room}.", room=room))
        page = await self._pages.page(
            "room.html", here="rooms", title=say("Room {room}", room=room), **self._values(room, asked, found)
        )
        return Page(page.html, 422 if asked.entered.problem else page.status)

    def _found(self, connection: Connection, room: str, asked: Asked, *, may_look: bool) -> Found:
        owner = self._house.database.property
        open_look = may_look and self._looks(connection, room, asked.look)
        earlier = rooms.earlier(connection, owner, room) if open_look else None
        here = rooms.here(connection, owner, room)
        shown = [one for one in earlier or () if one.id == asked.stay] or here
        parts = self._stretches(connection, room, shown)
        calls = rooms.calls(connection, owner, parts, ROOM_CALLS + 1, asked.before, all_calls=asked.all_calls)
        call_log.tagged(connection, owner, calls)
        guests, numbers = [one.reservation for one in shown], [one["id"] for one in calls]
        postings = queries.of_calls(connection, owner, numbers)
        calls, postings = with_shares(calls, postings, *_held(connection, owner, numbers, parts))
        result = commands.result(connection, owner, asked.told) if asked.told is not None else None
        return Found(
            here=shown,
            told=rooms.told_of(connection, owner, room),
            earlier=earlier,
            stretches=parts,
            calls=calls,
            postings=postings,
            remarks=remarks.of_room(connection, owner, guests, numbers),
            classes=rooms.by_class(connection, owner, parts),
            states=rooms.by_state(connection, owner, guests) if guests else [],
            left_out=0 if asked.all_calls else rooms.left_out(connection, owner, parts),
            result=kept(result or ""),
            limits=(limits := stay_limits.of_guests(connection, owner, guests)),
            spent={one: stay_limits.spent(connection, owner, one) for one in limits},
        )

    def _stretches(self, connection: Connection, room: str, shown: list[Stay]) -> list[Stretch]:
        owner = self._house.database.property
        if shown and shown[0].until is not None:
            return [Stretch(room, shown[0].since, shown[0].until, (shown[0].reservation,))]
        guests = [one.reservation for one in shown]
        stays = rooms.stays_of(connection, owner, guests) if guests else []
        left = rooms.last_departure(connection, owner, room) if not shown else None
        return stretches(room, shown, stays, left or to_micros(self._live.clock().midnight))

    def _looks(self, connection: Connection, room: str, number: int | None) -> bool:
        """Whether a reason for looking at this room's earlier stays was given, and not long ago."""
        given = remarks.looked(connection, self._house.database.property, number) if number is not None else None
        return given is not None and given[0] == room and self._house.micros() - given[1] < LOOK_LASTS

    def _values(self, room: str, asked: Asked, found: Found) -> dict[str, Any]:
        clock, country = self._live.clock(), self._house.config.property.country
        shown, disputed = found.calls[:ROOM_CALLS], remarks.disputed(found.remarks)
        views = [call_view(one, found.postings.get(one["id"], []), clock, country) for one in shown]
        views = [replace(one, mark=quarrel(one.mark)) if one.id in disputed else one for one in views]
        guests = [
            guest_view(one, found.remarks, self._tags(found, one), clock, pays=not order and len(found.here) > 1)
            for order, one in enumerate(found.here)
        ]
        return {
            "room": room,
            "address": address_of(room),
            "guests": guests,
            "gone": bool(found.here) and found.here[0].until is not None,
            "told_of": found.told,
            "calling": room in self._house.status.calling.rooms(clock.now),
            "days": list(by_day(views, clock)),
            "totals": totals(found.classes, self._house.config.property.currency),
            "home": self._house.config.property.currency,
            "charges": charges(found.states),
            "owed": owed(found.states),
            "limits": {one: view for one in found.limits if (view := self._limit(one, found, clock)) is not None},
            "budget": "" if self._own_limit(found) else budget_words(found.calls),
            "limit_form": asked.limit,
            "notes": note_lines(found.remarks, clock),
            "all_calls": asked.all_calls,
            "left_out": left_out_words(found.left_out) if found.left_out else "",
            "older": shown[-1]["id"] if len(found.calls) > ROOM_CALLS else None,
            "paged": asked.before is not None,
            "entered": asked.entered,
            "result": found.result,
            "token": self._tokens.sign("room", room),
            "earlier": self._earlier(room, asked, found),
        }

    def _limit(self, guest: str, found: Found, clock: Clock) -> LimitView | None:
        return limit_view(found.limits[guest], found.spent, self._house.config.property.currency, clock)

    def _own_limit(self, found: Found) -> bool:
        """Whether the guest who pays has a limit of his own: then the tariff's word beside an older call is no longer true."""
        said = found.limits.get(found.here[0].reservation) if found.here else None
        return said is not None and said.kind != "tariff"

    def _tags(self, found: Found, stay: Stay) -> list[str]:
        return remarks.tags(one for one in found.remarks if one.reservation == stay.reservation)

    def _earlier(self, room: str, asked: Asked, found: Found) -> list[dict[str, str]] | None:
        if found.earlier is None:
            return None
        clock, way = self._live.clock(), f"{address_of(room)}?look={asked.look}&key={asked.key}"
        return [
            {
                "name": one.name or say("Reservation {reservation}", reservation=one.reservation),
                "days": say(
                    "{first} to {last}",
                    first=clock.day(one.since) if one.since > 0 else "…",
                    last=clock.day(one.until or 0),
                ),
                "address": f"{way}&stay={one.id}",
                "here": "yes" if one.id == asked.stay else "",
            }
            for one in found.earlier
        ]

    # -- what is written ------------------------------------------------------------------------------------------

    async def write(self, room: str, form: Form, subject: str) -> int | NotDone:
        """Keep a remark: the number of its command, or why there is none."""
        if form.deed in remarks.OF_CALL:
            return NotDone(say("Choose what is to be done."))
        return self._refused(form, "room", room) or await self._given(room, form, subject)

    async def limit(self, room: str, form: LimitForm) -> int | NotDone:
        """Set or lift a guest's limit: the number of the command, or why there is none."""
        if not self._tokens.fits(form.token, "room", room):
            return NotDone(
                say("This page is older than the running gateway. Nothing was kept; write it again."), stale=True
            )
        wanted = judged(form, self._house.config.property.currency)
        if isinstance(wanted, NotDone):
            return wanted
        about = limit_deeds.subject(form.reservation, form.kind, wanted, "hold" if form.hold else "warn")
        said = Form(deed=limit_deeds.LIMIT, who=form.who, why=form.why, state="", attempts="", token="")
        return await self._given(room, said, about)

    async def look(self, room: str, form: Form) -> str | NotDone:
        """Somebody says why he looks at earlier stays: where they are, or why not."""
        given = self._refused(form, "room", room) or await self._given(room, replace(form, deed="look"), "")
        if isinstance(given, NotDone):
            return given
        return f"{address_of(room)}?look={given}&key={self._tokens.sign('look', room, given)}#earlier"

    async def dispute(self, number: int, form: Form) -> int | NotDone:
        """A guest disputes a call, or does not any more: the number of the command, or why there is none."""
        if form.deed not in remarks.OF_CALL:
            return NotDone(say("Choose what is to be done."))
        return self._refused(form, "call", number) or await self._given("", form, str(number))

    def _refused(self, form: Form, *about: object) -> NotDone | None:
        if not self._tokens.fits(form.token, *about):
            return NotDone(
                say("This page is older than the running gateway. Nothing was kept; write it again."), stale=True
            )
        if form.deed not in remarks.DEEDS:
            return NotDone(say("Choose what is to be done."))
        if not form.who:
            return NotDone(say("Write your name: whoever asks later must know who it was."))
        if not form.why:
            return NotDone(say("Write a few words: whoever reads it later must know why."))
        return None

    async def _given(self, room: str, form: Form, subject: str) -> int | NotDone:
        owner, now = self._house.database.property, self._house.micros()

        def write(connection: Connection) -> int | NotDone:
            return commands.give(
                connection,
                owner,
                now=now,
                who=form.who,
                deed=form.deed,
                posting_id=None,
                why=form.why,
                room=room,
                subject=subject,
            )

        return await self._deeds.written(write)


def _held(
    connection: Connection, owner: str, calls: list[int], parts: list[Stretch]
) -> tuple[dict[int, shares.ShareRow], set[int]]:
    """Of calls that several pay for: what the room had of each, and the postings of that."""
    held = shares.of_calls(connection, owner, calls)
    own = rooms.own_shares(held, parts)
    found = queries.of_calls(connection, owner, list(own))
    beside = shares.beside(connection, owner, [row for rows in found.values() for row in rows])
    return own, {number for number, share in beside.items() if own.get(share.call_id) == share}
