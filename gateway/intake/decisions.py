"""What people decide about prices: a list approved or rejected, a stay given a tariff. One job of the writer each.

Approving looks at every call again as it stands at that moment: whatever has changed since the list was made (another
posting, a guest who left) is left alone and said so. Money goes out as new postings with numbers of their own; no
posting and no price that exists is ever changed, save that a call without a price is given its first one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

from gateway.attribution import HOUSE, Given
from gateway.directory import NoNews, Room
from gateway.intake.batch import Rules
from gateway.intake.late_shares import Done, LateShares
from gateway.intake.reconsider import place_of, ruled_again
from gateway.ledger import Hold
from gateway.settle import Priced, Ruling
from gateway.store import limit_deeds, lists, outbox, records, schema, shares
from gateway.store.commands import Command, number_in
from gateway.store.lists import Item
from gateway.store.memory import Memory
from gateway.store.restore import RESTORED, restored_at
from gateway.store.rows import CallRow, Due, PostingRow, clean, fresh_posting
from gateway.store.stay_tariffs import give
from rating.money import format_amount
from rating.numbering import DialledNumber

#: States in which a posting has come to its end; what is in another state must be settled first.
FINAL: Final = ("posted", "written_off")


class Decisions:
    """Carries decisions out, inside the writer's transaction."""

    def __init__(
        self, memory: Memory, rules: Rules, tariffs: frozenset[str], takes_reversals: Callable[[], bool]
    ) -> None:
        self._memory, self._rules, self._tariffs = memory, rules, tariffs
        self._takes_reversals = takes_reversals

    def __call__(self, connection: Connection, command: Command, now: int) -> tuple[str, list[Due]]:
        """Do it, or say in a sentence why not; with the postings that are due by it."""
        if command.deed == "tariff":
            return self._give_tariff(connection, command, now), []
        subject = command.subject or ""
        number = number_in(subject)
        listed = lists.one(connection, self._memory.owner, number)
        if listed is None:
            return f"there is no list {command.subject}", []
        if listed["state"] != "open":
            return f"list {number} is {listed['state']} already", []
        if command.deed == "approve" and not self._rules.policy.may_post:
            return "the tariff's prices are not approved: foliogate tariff approve", []
        if command.deed == "reject":
            return self._reject(connection, number, command, now), []
        return self._approve(connection, number, listed["kind"], command, now)

    # -- lists ----------------------------------------------------------------------------------------------------

    def _reject(self, connection: Connection, number: int, command: Command, now: int) -> str:
        owner = self._memory.owner
        lists.decide(connection, owner, number, "rejected", now=now, who=command.who, why=command.why)
        listed = {item.call_id for item in lists.items(connection, owner, number)}
        for row in outbox.held(connection, owner, "rate_proposed"):
            if row.call_id in listed:
                words = f"list {number} with its rate was rejected by {command.who}"
                charge = {"hold": "unrated", "reason": clean(words)}
                outbox.set_charge(connection, self._memory.statements, owner, row.id, charge, now)
        self._memory.note(connection, now, command.who, f"list {number} rejected: {command.why}")
        return f"list {number} is rejected; nothing was posted"

    def _approve(
        self, connection: Connection, number: int, kind: str, command: Command, now: int
    ) -> tuple[str, list[Due]]:
        owner = self._memory.owner
        lists.decide(connection, owner, number, "approved", now=now, who=command.who, why=command.why)
        outcomes, freed = [], []
        for item in lists.items(connection, owner, number):
            done = self._item(connection, number, kind, item, command, now)
            outcomes.append((item.call_id, done.words, done.posting_id))
            freed += [due for one in done.due if (due := outbox.one_due(connection, owner, one)) is not None]
        lists.write_outcomes(connection, owner, number, outcomes)
        said = f"list {number} approved: {len(outcomes)} calls, {len(freed)} postings due by it"
        self._memory.note(connection, now, command.who, f"{said}: {command.why}" if command.why else said)
        return f"list {number} is approved; {len(freed)} postings are due by it", freed

    def _item(self, connection: Connection, number: int, kind: str, item: Item, command: Command, now: int) -> Done:
        owner = self._memory.owner
        call = records.call(connection, owner, item.call_id)
        parts = outbox.of_call(connection, owner, item.call_id)
        if call is None:
            return Done("the call is no longer there")
        if kind == "release":
            return self._release(connection, number, item, call, parts, command, now)
        if item.deed == "nothing":
            return Done(f"left alone: {item.words}")
        if charged(parts) != item.before or any(one.state not in FINAL for one in parts):
            return Done("left alone: its postings have changed since the list was made")
        done = self._correct(connection, number, item, call, parts, command, now)
        limit_deeds.recount(connection, self._memory, call.reservation, now)
        return done

    # -- a call that had no rate ----------------------------------------------------------------------------------

    def _release(
        self,
        connection: Connection,
        number: int,
        item: Item,
        call: CallRow,
        parts: list[PostingRow],
        command: Command,
        now: int,
    ) -> Done:
        """Give the call its price, and let the posting that waited for it go."""
        row = next((one for one in parts if one.state == "held" and one.hold == "rate_proposed"), None)
        others = sum(one.amount or 0 for one in parts if one is not row and one.state != "written_off")
        if row is None or others != item.before:
            return Done("left alone: its postings have changed since the list was made")
        by = f"list {number}, approved by {command.who}"
        if item.deed == "charge" and (held := shares.of_call(connection, self._memory.owner, call.id)):
            late = LateShares(connection, self._memory, self._rules, command.who, by, now)
            return late.release(call, row, parts, item, held)
        owner, hot = self._memory.owner, self._memory.statements
        ruling = self._ruling(call, row, item)
        lists.price_call(connection, hot, owner, item, ruling.status, ruling.reason, now)
        if ruling.wanted is None or item.deed == "nothing":
            words = f"nothing to post: {ruling.reason or item.words} ({by})"
            outbox.step(connection, hot, row, "written_off", now=now, reason=words)
            self._memory.note(connection, now, command.who, words, row.id)
            return Done(words, row.id)
        hold, reason = ruling.wanted.hold, ruling.wanted.reason
        if hold is None and call.started_at < restored_at(connection, owner):
            hold, reason = "restored", RESTORED
        whose = {"room": ruling.room, "reservation": ruling.reservation}
        charge = {"amount": item.difference, "hold": hold or row.hold, "reason": clean(reason), **whose}
        outbox.set_charge(connection, hot, owner, row.id, charge, now)
        self._memory.note(connection, now, command.who, f"priced at {_money(item, item.amount)} by {by}", row.id)
        if hold is not None:
            return Done(f"priced; still held: {reason}", row.id)
        outbox.step(connection, hot, row, "answered_hold", now=now)
        return Done("goes to the PMS", row.id, (row.id,))

    def _ruling(self, call: CallRow, row: PostingRow, item: Item) -> Ruling:
        """What becomes of the call, by what is known of its room now."""
        place = place_of(call, self._rules)
        occupancy = self._memory.occupancy
        who = occupancy.at(place.room, call.started_at) if isinstance(place, Room) else NoNews()
        number = DialledNumber(call.dialled or "", "unknown", "", None, "")
        money = (item.amount, item.net, item.tax, item.currency, item.decimals)
        found = (item.tariff, item.tariff_version, item.prefix, item.place, item.billed_seconds)
        cost = Priced(number, *money, *found, (), post_zero=True)
        return ruled_again(call, row, cost, place, who, self._rules)

    # -- a price put right ----------------------------------------------------------------------------------------

    def _correct(
        self,
        connection: Connection,
        number: int,
        item: Item,
        call: CallRow,
        parts: list[PostingRow],
        command: Command,
        now: int,
    ) -> Done:
        """Post what the list says: the difference, or the stored amounts back and the new price, or nothing by wire."""
        policy, started = self._rules.policy, call.started_at
        payer = self._memory.occupancy.bill(call.room or "", started, tells_rooms=policy.tells_rooms)
        pms, by = policy.pms or "", f"list {number}, {command.who}"
        writing = _Parts(connection, self._memory, call, item, len(parts), pms, by, now)
        if item.deed == "raise":
            if payer is None:
                return Done("not raised: the guest has checked out since")
            if payer.no_post:
                words = f"the PMS marks the guest of room {payer.room} as no-post"
                return writing.add("correction", item.difference, hold="no_post", reason=words)
            return writing.add("correction", item.difference)
        if item.deed == "reverse" and payer is not None and self._takes_reversals():
            back = [writing.add("reversal", -(one.amount or 0)) for one in parts if one.state == "posted"]
            fresh = [writing.add("correction", item.amount)] if item.amount > 0 else []
            made = (*back, *fresh)
            return Done(made[0].words, made[0].posting_id, tuple(due for one in made for due in one.due))
        return writing.add("reversal", item.difference, hold="by_hand", reason=item.words)

    # -- a stay and its tariff ------------------------------------------------------------------------------------

    def _give_tariff(self, connection: Connection, command: Command, now: int) -> str:
        """From now on the guests of a room pay by a tariff; calls that are stored stay as they are."""
        code, room = command.subject or "", command.room or ""
        if code not in ("", HOUSE) and code not in self._tariffs:
            known = ", ".join(sorted(self._tariffs)) or "none that a stay can carry"
            return f"there is no tariff {code}; the folder has {known}"
        stays = [stay for stay in self._memory.occupancy.open_stays() if stay.room == room]
        if not stays:
            return f"nobody is known to be in room {room}"
        for stay in stays:
            given = Given(now, "desk", code)
            give(connection, self._memory.owner, stay.reservation, given, command.who)
            self._memory.stay_tariffs.add(stay.reservation, given)
        said = {"": "what the PMS, the group or the room says", HOUSE: "the house's own tariff"}.get(code, code)
        words = f"the stay in room {room} is now priced by {said}"
        self._memory.note(connection, now, command.who, f"{words}: {command.why}" if command.why else words)
        return words


def charged(parts: list[PostingRow]) -> int:
    """What a guest is charged for a call: every part that nobody has let go."""
    return sum(one.amount or 0 for one in parts if one.state != "written_off")


def _money(item: Item, minor: int) -> str:
    return f"{format_amount(minor, item.decimals)} {item.currency}"


class _Parts:
    """Writes the postings of one correction, each with a part number of its own."""

    def __init__(
        self,
        connection: Connection,
        memory: Memory,
        call: CallRow,
        item: Item,
        first: int,
        pms: str,
        by: str,
        now: int,
    ) -> None:
        self._connection, self._memory, self._call, self._item = connection, memory, call, item
        self._next, self._pms, self._by, self._now = first, pms, by, now

    def add(self, kind: str, amount: int, *, hold: Hold | None = None, reason: str = "") -> Done:
        """One posting; due, or held for a person."""
        memory, call, item = self._memory, self._call, self._item
        number = memory.numbers.take(schema.postings)
        row = fresh_posting(
            call,
            number,
            self._pms,
            self._now,
            amount=amount,
            money=(item.currency, item.decimals),
            reservation=call.reservation,
            part=self._next,
            hold=None if hold is None else (hold, reason or f"{kind}: {self._by}"),
            reason=reason or f"{kind}: {self._by}",
            kind=kind,
        )
        self._next += 1
        memory.add_postings(self._connection, [row], self._now)
        words = f"{kind} of {_money(item, amount)}: " + (reason if hold else "goes to the PMS")
        memory.note(self._connection, self._now, self._by, words, number)
        return Done(words, number, () if hold else (number,))
