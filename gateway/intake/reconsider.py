"""Charges that waited for the tariff, looked at again when the gateway starts with the tariff as it is now.

A call without a rate is priced anew by the texts of today; a charge that waited for approval goes out as it was
priced then. A stored price is never changed: what was once priced keeps its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from gateway.directory import NoNews, Room
from gateway.instants import from_micros
from gateway.intake.batch import Rules, Source
from gateway.intake.call_rows import call_row
from gateway.settle import Priced, price, rule
from gateway.store import outbox, records, schema
from gateway.store.memory import Memory
from gateway.store.restore import RESTORED, restored_at
from gateway.store.rows import PostingRow
from protocols.records import CallRecord
from rating.book import TariffBook


def reconsider(
    connection: Connection, memory: Memory, rules: Rules, sources: Mapping[str, Source], book: TariffBook, now: int
) -> int:
    """Look again at what waits for a tariff; returns how many postings are no longer held for it."""
    waiting = outbox.held(connection, memory.owner, "unrated")
    freed = sum(_price_again(connection, memory, rules, sources, book, row, now) for row in waiting)
    if rules.policy.may_post:
        for row in outbox.held(connection, memory.owner, "unapproved_tariff"):
            outbox.step(connection, memory.statements, row, "answered_hold", now=now)
            freed += 1
    return freed


def _price_again(
    connection: Connection,
    memory: Memory,
    rules: Rules,
    sources: Mapping[str, Source],
    book: TariffBook,
    row: PostingRow,
    now: int,
) -> int:
    call = records.call(connection, memory.owner, row.call_id)
    if call is None or call.source not in sources:
        return 0
    source = sources[call.source]
    legs = _legs(connection, memory.owner, row.call_id, source)
    joined = source.join(legs)
    cost = price(joined, source.plan, book)
    if not isinstance(cost, Priced):
        return 0
    place = rules.rooms.place(call.extension)
    who = memory.occupancy.at(place.room, call.started_at) if isinstance(place, Room) else NoNews()
    ruling = rule(cost, place, who, rules.policy)
    fresh = call_row(memory.owner, call.id, call.source, len(legs), joined, cost, call.extension, ruling)
    memory.statements.replace_call.changed(connection, (*fresh[2:], memory.owner, call.id))
    others = sum(one.amount or 0 for one in outbox.of_call(connection, memory.owner, call.id) if one.id != row.id)
    rest, wanted = cost.amount - others, ruling.wanted
    if wanted is None or rest <= 0:
        outbox.step(
            connection, memory.statements, row, "written_off", now=now, reason=f"nothing to post: {ruling.reason}"
        )
        return 1
    hold, reason = wanted.hold, wanted.reason
    if hold is None and call.started_at < restored_at(connection, memory.owner):
        hold, reason = "restored", RESTORED
    charge = {"amount": rest, "hold": hold or "unrated", "reason": reason, "room": ruling.room}
    outbox.set_charge(connection, memory.owner, row.id, {**charge, "reservation": ruling.reservation})
    if hold is None:
        outbox.step(connection, memory.statements, row, "answered_hold", now=now)
    return 1


def _legs(connection: Connection, owner: str, call_id: int, source: Source) -> list[CallRecord]:
    r = schema.records.c
    wanted = select(r.raw, r.received_at).where(r.property == owner, r.call_id == call_id).order_by(r.id)
    parsed = [source.parse(row.raw, from_micros(row.received_at)) for row in connection.execute(wanted)]
    return [leg for leg in parsed if isinstance(leg, CallRecord)]
