"""The hot statements, compiled once for the store at hand; each takes tuples in the order told beside it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, Table, bindparam, delete, update
from sqlalchemy.sql.dml import Delete, Update

from gateway.store import schema
from gateway.store.feed import Feed
from gateway.store.hot import Hot, HotShaped, hot_insert, hot_sum

#: What `move` takes: where the posting stands, and where it goes.
MOVE = ("state", "hold", "reason", "due_at", "changed_at", "code", "reference")
#: What `offer` takes: a posting that is due becomes sent.
OFFER = ("state", "reason", "attempts", "token", "room", "reservation", "changed_at")
#: What `answer` takes: the outcome of an attempt.
ANSWER = ("answered_at", "event", "words")
#: Columns of a call that most calls have nothing in.
SELDOM = (
    *("settle_by", "caller", "department", "trunk_group", "pulses", "aoc_amount", "aoc_currency", "carrier", "cost"),
    *("cost_currency", "cost_decimals", "cost_tariff", "cost_version", "cost_trace", "trunk_uses"),
)


def _setting(table: Table, columns: Sequence[str], *conditions: str) -> Update:
    """UPDATE table SET columns WHERE the old value of each condition is as given (named old_…)."""
    statement = update(table).values({name: bindparam(name) for name in columns})
    for name in conditions:
        statement = statement.where(table.c[name] == bindparam(f"old_{name}"))
    return statement


def _hot(engine: Engine, table: Table, columns: Sequence[str], *conditions: str) -> Hot:
    return Hot(engine, _setting(table, columns, *conditions), [*columns, *(f"old_{name}" for name in conditions)])


def _dropping(table: Table, *conditions: str) -> Delete:
    """DELETE FROM table WHERE the value of each condition is as given (named old_…)."""
    statement = delete(table)
    for name in conditions:
        statement = statement.where(table.c[name] == bindparam(f"old_{name}"))
    return statement


class Statements:
    """Every statement of the hot path."""

    def __init__(self, engine: Engine) -> None:
        #: what programs outside read: whoever changes a call or a posting tells it
        self.feed = Feed(engine)
        whole_call = [column.name for column in list(schema.calls.columns)[2:]]
        self.add_record = hot_insert(engine, schema.records)
        self.add_call = HotShaped(engine, schema.calls, SELDOM)
        self.add_posting = hot_insert(engine, schema.postings)
        self.add_attempt = hot_insert(engine, schema.attempts)
        #: the new row without its key, then property and id
        self.replace_call = _hot(engine, schema.calls, whole_call, "property", "id")
        #: OFFER, then property, id, state, attempts as they must still be
        self.offer = _hot(engine, schema.postings, OFFER, "property", "id", "state", "attempts")
        #: MOVE, then property, id, state, attempts as they must still be
        self.move = _hot(engine, schema.postings, MOVE, "property", "id", "state", "attempts")
        #: ANSWER, then property and id of the attempt
        self.answer = _hot(engine, schema.attempts, ANSWER, "property", "id")
        #: whole rows of stays and rooms are replaced: drop (property and key), then add
        self.drop_stay = Hot(engine, _dropping(schema.stays, "property", "id"), ["old_property", "old_id"])
        self.add_stay = hot_insert(engine, schema.stays)
        self.drop_room = Hot(engine, _dropping(schema.rooms, "property", "room"), ["old_property", "old_room"])
        self.add_room = hot_insert(engine, schema.rooms)
        #: rows of trunk_quarters, added to what is there
        self.add_quarters = hot_sum(engine, schema.trunk_quarters)
        self.add_arrival = hot_insert(engine, schema.arrivals)
        self.add_contact = hot_insert(engine, schema.contacts)
        self.add_codes = hot_insert(engine, schema.call_codes)
        #: position, then property and id of the segment
        self.position = _hot(engine, schema.segments, ("position",), "property", "id")
