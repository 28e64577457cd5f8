"""Lists of changed prices that somebody must approve, as they stand in the store.

A list and its items are written in one transaction by whoever makes it (the gateway at its start, or a command); from
then on an item keeps its numbers, and only the outcome is added. Whatever the list decides, the call's own price and
trace stay as they are, unless it had none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from sqlalchemy import Connection, Select, func, insert, select, update

from gateway.store import schema
from gateway.store.narrowing import rows_of
from gateway.store.rows import clean
from gateway.store.statements import Statements

_l, _i, _c = schema.lists.c, schema.list_items.c, schema.calls.c

Kind: TypeAlias = Literal["correction", "release"]
#: charge: an unrated call gets its price and goes out. raise: the difference is charged. reverse: the stored amounts are
#: taken back over the link, and the new price charged. by_hand: a person books it. nothing: listed with the reason why.
ItemDeed: TypeAlias = Literal["charge", "raise", "reverse", "by_hand", "nothing"]
#: Items of one list: more than a person can answer for, or than one commit should take.
MOST_ITEMS: Final = 5_000
#: Items read at a time.
_CHUNK: Final = 500


class Item(NamedTuple):
    """One call of a list; the columns of `list_items` behind its key, without the outcome."""

    call_id: int
    deed: ItemDeed
    words: str
    before: int
    amount: int
    net: int
    tax: int
    currency: str
    decimals: int
    tariff: str
    tariff_version: str
    prefix: str
    place: str
    billed_seconds: int
    trace: str

    @property
    def difference(self) -> int:
        """What the guest pays more by the new price; negative when less."""
        return self.amount - self.before


class NewList(NamedTuple):
    """What a list says of itself when it is made."""

    kind: Kind
    made_at: int
    made_by: str
    why: str
    tariff_version: str
    since: int | None = None
    until: int | None = None


def make(connection: Connection, owner: str, new: NewList, items: Sequence[Item]) -> int:
    """Write a list down, open; returns its number."""
    newest = connection.execute(select(func.max(_l.id)).where(_l.property == owner)).scalar()
    number = int(newest or 0) + 1
    said = {**new._asdict(), "made_by": clean(new.made_by), "why": clean(new.why)}
    blank = {"state": "open", "decided_by": "", "decided_why": ""}
    connection.execute(insert(schema.lists).values(property=owner, id=number, **said, **blank))
    rows = [{"property": owner, "list_id": number, "outcome": "", **one._asdict()} for one in items]
    if rows:
        connection.execute(insert(schema.list_items), rows)
    return number


def one(connection: Connection, owner: str, number: int) -> dict[str, Any] | None:
    """A list, without its items."""
    row = connection.execute(select(schema.lists).where(_l.property == owner, _l.id == number)).mappings().first()
    return None if row is None else dict(row)


def newest(connection: Connection, owner: str, most: int) -> list[dict[str, Any]]:
    """The newest lists, newest first."""
    wanted = select(schema.lists).where(_l.property == owner).order_by(_l.id.desc()).limit(most)
    return [dict(row) for row in connection.execute(wanted).mappings()]


def open_ones(connection: Connection, owner: str, kind: Kind) -> list[int]:
    """The numbers of the lists of a kind that wait for a decision."""
    wanted = select(_l.id).where(_l.property == owner, _l.kind == kind, _l.state == "open").order_by(_l.id)
    return list(connection.execute(wanted).scalars())


def waiting(connection: Connection, owner: str) -> int:
    """How many lists wait for a decision."""
    wanted = select(func.count()).select_from(schema.lists).where(_l.property == owner, _l.state == "open")
    return int(connection.execute(wanted).scalar() or 0)


def decide(connection: Connection, owner: str, number: int, state: str, *, now: int, who: str, why: str) -> bool:
    """Close an open list; False if it is not open any more."""
    wanted = update(schema.lists).where(_l.property == owner, _l.id == number, _l.state == "open")
    decided = {"state": state, "decided_at": now, "decided_by": clean(who), "decided_why": clean(why)}
    return connection.execute(wanted.values(**decided)).rowcount == 1


class Total(NamedTuple):
    """What the items of one deed come to."""

    deed: str
    calls: int
    before: int
    amount: int


def totals(connection: Connection, owner: str, number: int) -> list[Total]:
    """How many items there are of each deed, and what they come to."""
    wanted = (
        select(_i.deed, func.count(), func.sum(_i.before), func.sum(_i.amount))
        .where(_i.property == owner, _i.list_id == number)
        .group_by(_i.deed)
        .order_by(_i.deed)
    )
    return [Total(deed, int(calls), int(old), int(new)) for deed, calls, old, new in connection.execute(wanted)]


_COLUMNS: Final = [_i[name] for name in Item._fields]


def items(connection: Connection, owner: str, number: int) -> list[Item]:
    """Every item of a list, as it was made, in the order of the calls."""
    wanted = select(*_COLUMNS).where(_i.property == owner, _i.list_id == number).order_by(_i.call_id)
    return [Item._make(row) for row in connection.execute(wanted)]


def _shown() -> Select[Any]:
    """Items with what their calls say, for people."""
    said = (_c.started_at, _c.room, _c.reservation, _c.extension, _c.dialled, _c.number, _c.talk_seconds)
    return select(schema.list_items, *said).join(schema.calls, (_c.property == _i.property) & (_c.id == _i.call_id))


def shown_items(connection: Connection, owner: str, number: int, most: int, after: int = 0) -> list[dict[str, Any]]:
    """Items of a list from behind call `after`, at most so many, each with what its call says."""
    wanted = _shown().where(_i.property == owner, _i.list_id == number, _i.call_id > after).order_by(_i.call_id)
    return [dict(row) for row in connection.execute(wanted.limit(most)).mappings()]


def of_call(connection: Connection, owner: str, call_id: int) -> list[dict[str, Any]]:
    """What lists say of one call, oldest first, each with the state of its list."""
    wanted = (
        select(schema.list_items, _l.kind, _l.state, _l.decided_by, _l.decided_at)
        .join(schema.lists, (_l.property == _i.property) & (_l.id == _i.list_id))
        .where(rows_of(schema.list_items, owner, "call_id", [call_id], "list_id"))
        .order_by(_i.list_id)
    )
    return [dict(row) for row in connection.execute(wanted).mappings()]


def write_outcomes(
    connection: Connection, owner: str, number: int, outcomes: Iterable[tuple[int, str, int | None]]
) -> None:
    """Write down what came of items: (call, sentence, posting)."""
    for call_id, outcome, posting_id in outcomes:
        wanted = update(schema.list_items).where(_i.property == owner, _i.list_id == number, _i.call_id == call_id)
        connection.execute(wanted.values(outcome=clean(outcome), posting_id=posting_id))


def price_call(
    connection: Connection, statements: Statements, owner: str, item: Item, status: str, reason: str, now: int
) -> None:
    """Give a call that had no price the one of its item."""
    wanted = update(schema.calls).where(_c.property == owner, _c.id == item.call_id, _c.amount.is_(None))
    kept = ("amount", "net", "tax", "currency", "decimals", "tariff", "tariff_version", "prefix", "place")
    price = {name: getattr(item, name) for name in (*kept, "billed_seconds", "trace")}
    if connection.execute(wanted.values(**price, status=status, reason=clean(reason))).rowcount:
        statements.feed.call_changed(connection, owner, item.call_id, now)
