"""Charges that waited for the tariff, looked at again when the gateway starts with the tariff as it is now.

A charge that waited for approval goes out as it was priced then: approving the tariff was the decision. A call that had
no rate is priced by the texts of today, and that is proposed, never done: all of them come on one list, with totals,
which a named person approves. A stored price is never changed: what was once priced keeps its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import Connection

from gateway.directory import Department, NoNews, Occupants, Place, Room
from gateway.helplines import HIDDEN
from gateway.intake.batch import Rules, Source, surroundings
from gateway.intake.call_rows import trace_text, without_number
from gateway.intake.shares import share_rows
from gateway.intake.stored_calls import StoredCall, legs_of
from gateway.ledger import Hold
from gateway.settle import Priced, Ruling, price, rule, rule_account
from gateway.sharing import portions, rule_shared
from gateway.store import lists, outbox, records, shares
from gateway.store.lists import Item, NewList
from gateway.store.memory import Memory
from gateway.store.rows import CallRow, PostingRow
from protocols.records import JoinedCall
from rating.book import TariffBook
from rating.money import format_amount

#: Who makes a list of releases.
_WE = "foliogate"


def reconsider(
    connection: Connection, memory: Memory, rules: Rules, sources: Mapping[str, Source], book: TariffBook, now: int
) -> int:
    """Look again at what waits for a tariff; returns how many postings are no longer held for it."""
    propose_release(connection, memory, rules, sources, book, now)
    if not rules.policy.may_post:
        return 0
    waiting = outbox.held(connection, memory.owner, "unapproved_tariff")
    for row in waiting:
        outbox.step(connection, memory.statements, row, "answered_hold", now=now)
    return len(waiting)


def propose_release(
    connection: Connection, memory: Memory, rules: Rules, sources: Mapping[str, Source], book: TariffBook, now: int
) -> int | None:
    """Put the calls that have a rate now on a list; returns its number, or None where there is nothing to list.

    A list that stands open and says the same is left as it is; one that says something else is replaced.
    """
    owner = memory.owner
    waiting = outbox.held(connection, owner, "unrated", "rate_proposed")[: lists.MOST_ITEMS]
    found = [(row, _priced_now(connection, memory, rules, sources, book, row)) for row in waiting]
    items = [item for _, item in found if item is not None and not _rejected(connection, owner, item)]
    standing = lists.open_ones(connection, owner, "release")
    if standing and items == lists.items(connection, owner, standing[-1]):
        return standing[-1]
    for number in standing:
        lists.decide(connection, owner, number, "replaced", now=now, who=_WE, why="the tariff has changed since")
    made = _make(connection, memory, book, items, now) if items else None
    _mark(connection, memory, found, made, {item.call_id for item in items}, now)
    return made


def _make(connection: Connection, memory: Memory, book: TariffBook, items: Sequence[Item], now: int) -> int:
    new = NewList("release", now, _WE, "a tariff has rates for calls that had none", book.version)
    number = lists.make(connection, memory.owner, new, items)
    memory.note(connection, now, _WE, f"list {number} made: {len(items)} calls have a rate now; it awaits approval")
    return number


def _mark(
    connection: Connection,
    memory: Memory,
    found: list[tuple[PostingRow, Item | None]],
    number: int | None,
    listed: set[int],
    now: int,
) -> None:
    """Say of each posting whether it is on the list; one that has no rate any more waits for one again."""
    for row, item in found:
        hold: Hold = "unrated"
        reason = row.reason if row.hold == "unrated" else "the tariff has no rate for it any more"
        if item is not None and item.call_id in listed:
            money = f"{format_amount(item.difference, item.decimals)} {item.currency}"
            hold, reason = "rate_proposed", f"the tariff has a rate now: {money}; approve list {number}"
        if (hold, reason) != (row.hold, row.reason):
            charge = {"hold": hold, "reason": reason}
            outbox.set_charge(connection, memory.statements, memory.owner, row.id, charge, now)


def _rejected(connection: Connection, owner: str, item: Item) -> bool:
    """True if a person has said no to this very price before."""
    earlier = lists.of_call(connection, owner, item.call_id)
    return any(one["state"] == "rejected" and one["trace"] == item.trace for one in earlier)


def _priced_now(
    connection: Connection,
    memory: Memory,
    rules: Rules,
    sources: Mapping[str, Source],
    book: TariffBook,
    row: PostingRow,
) -> Item | None:
    """What a call that had no rate costs by the texts of today; None where there is still none."""
    call = records.call(connection, memory.owner, row.call_id)
    if call is None or call.source not in sources:
        return None
    source = sources[call.source]
    joined = source.join(legs_of(connection, memory.owner, row.call_id, source))
    place = place_of(call, rules)
    who = memory.occupancy.at(place.room, call.started_at) if isinstance(place, Room) else NoNews()
    around = surroundings(rules, memory.stay_tariffs, joined, call.extension, place, who, call.started_at)
    cost = price(joined, source.plan, book, around)
    if not isinstance(cost, Priced):
        return None
    others = sum(one.amount or 0 for one in outbox.of_call(connection, memory.owner, call.id) if one.id != row.id)
    if shares.of_call(connection, memory.owner, call.id):
        return _shared_now(connection, memory, rules, call, joined, cost, others)
    ruling = ruled_again(call, row, cost, place, who, rules)
    if ruling.wanted is None or cost.amount < others or (cost.amount == others and not cost.post_zero):
        return item_of(call, cost, others, "nothing", f"nothing to post: {ruling.reason or 'charged already'}")
    return item_of(call, cost, others, "charge", ruling.reason or "goes to the PMS")


def _shared_now(
    connection: Connection, memory: Memory, rules: Rules, call: CallRow, joined: JoinedCall, cost: Priced, others: int
) -> Item | None:
    """The same of a call that several held: what each share comes to is written down with the proposal."""
    held = portions(joined, rules.rooms, cost)
    if not held:
        words = "nothing to post: its records do not tell any more who held it: release it to whoever pays"
        return item_of(call, cost, others, "nothing", words)
    who = partial(memory.occupancy.there, started=call.started_at)
    ruling = rule_shared(
        cost, held, who, rules.policy, Ruling(status="allocated", reason="priced at zero: nothing to post")
    )
    if not ruling.portions:
        return item_of(call, cost, others, "nothing", ruling.reason)
    shares.write(connection, memory.owner, {call.id: share_rows(call.id, ruling)})
    return item_of(call, cost, others, "charge", ruling.reason)


def place_of(call: CallRow | StoredCall, rules: Rules) -> Place:
    """Where a stored call belongs: what its code or the list of then said of a department stands."""
    return Department(call.department) if call.department else rules.rooms.place(call.extension)


def ruled_again(call: CallRow, row: PostingRow, cost: Priced, place: Place, who: Occupants, rules: Rules) -> Ruling:
    """What becomes of a stored call that has a price now; one that a code gave to a house account stays there."""
    if row.by_hand:
        return rule_account(cost, call.room or "", "", rules.policy)
    return rule(cost, place, who, rules.policy)


def item_of(call: CallRow | StoredCall, cost: Priced, before: int, deed: lists.ItemDeed, words: str) -> Item:
    """A call's new price as an item of a list."""
    if call.place in HIDDEN:
        cost = without_number(cost, call.place or "")
    money = (before, cost.amount, cost.net, cost.tax, cost.currency, cost.decimals)
    found = (cost.tariff, cost.version, cost.prefix, cost.place, cost.billed_seconds, trace_text(cost.traces))
    return Item(call.id, deed, words, *money, *found)
