"""A wrong tariff put right: which stored calls would cost something else, and what can be done about each.

The calls of a period are priced again by the tariff as it is now, and each that comes out otherwise becomes an item of a
list, with the stored amount, the new one and what approving it would do. Nothing is posted here. Three rules decide:

 * after the guest has left nothing is raised: the bill was final;
 * what was charged too much is taken back over the link only where the PMS is known to take that, by repeating the
   stored amounts with the opposite sign; else a person books it, and the item says what;
 * a call whose posting has not come to its end, or that somebody let go, is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from gateway.directory import NoNews, Occupancy, Room
from gateway.intake.batch import Rules, Source
from gateway.intake.decisions import FINAL
from gateway.intake.reconsider import item_of, place_of
from gateway.intake.stored_calls import Again, StoredCall, calls_between
from gateway.settle import Free, Price, Priced, rule
from gateway.store import pages, shares
from gateway.store.acts import changed_by_hand
from gateway.store.database import Database
from gateway.store.lists import MOST_ITEMS, Item, ItemDeed
from gateway.store.reporting import Span
from gateway.store.shares import ShareRow
from gateway.store.stays import load_occupancy
from rating.book import TariffBook
from rating.money import format_amount

#: Calls whose postings are asked for in one question.
_AT_ONCE: Final = 500


class TooMany(Exception):
    """The period has more changes than one person can answer for; the sentence says what to do."""


class _Stored(NamedTuple):
    """What became of a call's price: its postings, whether a person changed them, and who shares it."""

    parts: list[dict[str, Any]]
    by_person: bool
    held: Sequence[ShareRow]


@dataclass(slots=True)
class Proposal:
    """What a period comes to: its items, and how many calls were looked at and stay as they are."""

    items: list[Item] = field(default_factory=list)
    looked_at: int = 0
    unrated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Correcting:
    """Works out what a corrected tariff changes."""

    database: Database
    rules: Rules
    sources: Mapping[str, Source]
    book: TariffBook
    takes_reversals: bool

    def propose(self, span: Span, seen: Callable[[int], None] = lambda _call: None) -> Proposal:
        """Price the calls of a span again; `seen` hears the number of each slice's last call. Raises TooMany."""
        owner = self.database.property
        again = Again(self.database, self.rules, self.sources, span)
        occupancy = self.database.read(lambda c: load_occupancy(c, owner, span.since))
        found = Proposal()
        for calls in calls_between(self.database, span, _AT_ONCE):
            numbers = [call.id for call in calls]
            postings, changed, held = self._postings(numbers), self._changed_by_hand(numbers), self._shared(numbers)
            for call in calls:
                known = _Stored(postings.get(call.id, []), call.id in changed, held.get(call.id, ()))
                self._one(found, again, occupancy, call, known)
            if len(found.items) > MOST_ITEMS:
                raise TooMany(
                    f"more than {MOST_ITEMS} calls change; choose a shorter period, and put it right in parts"
                )
            seen(calls[-1].id)
        return found

    def _postings(self, calls: list[int]) -> dict[int, list[dict[str, Any]]]:
        return self.database.read(lambda connection: pages.of_calls(connection, self.database.property, calls))

    def _changed_by_hand(self, calls: list[int]) -> set[int]:
        return self.database.read(lambda connection: changed_by_hand(connection, self.database.property, calls))

    def _shared(self, calls: list[int]) -> dict[int, list[ShareRow]]:
        return self.database.read(lambda connection: shares.of_calls(connection, self.database.property, calls))

    def _one(self, found: Proposal, again: Again, occupancy: Occupancy, call: StoredCall, known: _Stored) -> None:
        parts, by_person, held = known
        found.looked_at += 1
        if call.room is None or (not parts and call.status == "charge"):
            return  # calls of the house are on no folio; a withdrawn charge was a repeat
        joined = again.joined(call)
        cost = again.price(call, joined, self.book) if joined is not None else None
        if not isinstance(cost, Priced | Free):
            found.unrated += cost is not None and bool(parts)
            return
        before = sum(one["amount"] or 0 for one in parts if one["state"] != "written_off")
        after = cost.amount if isinstance(cost, Priced) else 0
        house = sum(one.amount or 0 for one in held if one.kind == "department")
        if before + house == after or (not parts and not self._wanted(cost, call, occupancy)):
            return
        deed, words = self._deed(call, parts, occupancy, before, after)
        if held:
            deed, words = (
                "nothing",
                "several holders share its price: make each share void or less, or charge more, by hand",
            )
        if by_person:
            deed, words = "nothing", "a person has voided, adjusted or moved its charge"
        found.items.append(self._item(call, cost, before, deed, words))

    def _wanted(self, cost: Price, call: StoredCall, occupancy: Occupancy) -> bool:
        """True if a call that nobody was charged for would be charged by the new price."""
        place = place_of(call, self.rules)
        who = occupancy.at(place.room, call.started_at) if isinstance(place, Room) else NoNews()
        wanted = rule(cost, place, who, self.rules.policy).wanted
        return wanted is not None and wanted.hold is None

    def _deed(
        self, call: StoredCall, parts: list[dict[str, Any]], occupancy: Occupancy, before: int, after: int
    ) -> tuple[ItemDeed, str]:
        """What approving would do, in a code and a sentence."""
        waits = next((one for one in parts if one["state"] not in FINAL), None)
        if waits is not None:
            return "nothing", f"posting {waits['id']} is {waits['state']}: settle it first, then make the list anew"
        if parts and all(one["state"] == "written_off" for one in parts):
            return "nothing", "its charge was let go by a person"
        told = self.rules.policy.tells_rooms
        here = occupancy.bill(call.room or "", call.started_at, tells_rooms=told) is not None
        if after > before:
            if not here:
                return "nothing", "the guest has checked out: nothing is raised after the final bill"
            return "raise", f"charge the difference of {self._money(after - before)}"
        if not here:
            return "by_hand", f"the guest has left: pay {self._money(before - after)} back by hand"
        if self.takes_reversals and not any(one["kind"] == "reversal" for one in parts):
            fresh = f", and charge {self._money(after)}" if after else ""
            return "reverse", f"take back {self._money(before)}{fresh}"
        return "by_hand", f"take {self._money(before - after)} off the folio of room {call.room} by hand"

    def _money(self, minor: int) -> str:
        return f"{format_amount(minor, self.rules.decimals)} {self.rules.currency}"

    def _item(self, call: StoredCall, cost: Priced | Free, before: int, deed: ItemDeed, words: str) -> Item:
        if isinstance(cost, Priced):
            return item_of(call, cost, before, deed, words)
        free = (before, 0, 0, 0, self.rules.currency, self.rules.decimals)
        return Item(call.id, deed, f"{cost.reason}: {words}", *free, "", self.book.version, "", "", 0, "[]")
