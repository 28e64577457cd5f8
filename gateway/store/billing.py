"""What a bill is made of, and the bills that were made final: read from a snapshot, or in the writer's transaction.

A stay's postings have no index of their own: those since its arrival are looked through, which begin at a row that is found
by halving, so that a bill costs what the stay's own time holds and not what the ledger holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import Connection, Select, func, insert, select

from gateway.store import schema
from gateway.store.narrowing import rows_of
from gateway.store.pages import OLD_NEWS, calls_of, first_since, of_calls, plain
from gateway.store.rows import clean
from gateway.store.shares import beside

_s, _p, _c, _r, _a = schema.stays.c, schema.postings.c, schema.calls.c, schema.records.c, schema.attempts.c
_i, _l = schema.list_items.c, schema.lists.c
_b, _n = schema.bills.c, schema.bill_prints.c

#: Calls asked for in one question.
_CHUNK: Final = 500
#: Stays and final bills that a page lists.
MOST_LISTED: Final = 500


class Found(NamedTuple):
    """The rows of a stay's charges, as `gateway.bills.making.Charges` takes them."""

    own: list[dict[str, Any]]
    calls: dict[int, dict[str, Any]]
    parts: dict[int, list[dict[str, Any]]]
    corrected: dict[int, dict[str, Any]]
    free: list[dict[str, Any]]
    strays: list[tuple[dict[str, Any], int]]
    roommates: list[dict[str, Any]]
    shares: dict[int, dict[str, Any]]


def stay_rows(connection: Connection, owner: str, number: int) -> list[dict[str, Any]]:
    """Every row of the reservation that a stay belongs to, in order; empty if there is no such stay."""
    whose = select(_s.reservation).where(_s.property == owner, _s.id == number).scalar_subquery()
    wanted = select(schema.stays).where(_s.property == owner, _s.reservation == whose).order_by(_s.since, _s.id)
    return plain(connection.execute(wanted).mappings())


def open_stays(connection: Connection, owner: str) -> list[dict[str, Any]]:
    """Everybody who is in the house, in the order in which they came."""
    wanted = select(schema.stays).where(_s.property == owner, _s.until.is_(None)).order_by(_s.id)
    return plain(connection.execute(wanted.limit(MOST_LISTED)).mappings())


def found_stays(connection: Connection, owner: str, words: str) -> list[dict[str, Any]]:
    """The newest stays of a room, a reservation or a guest's name."""
    words = clean(words) or ""
    named = (_s.room == words) | (_s.reservation == words) | _s.name.icontains(words, autoescape=True)
    wanted = select(schema.stays).where(_s.property == owner, named).order_by(_s.id.desc())
    return plain(connection.execute(wanted.limit(MOST_LISTED)).mappings())


def stay_of_call(connection: Connection, owner: str, reservation: str | None, began: int) -> int | None:
    """The stay of the guest who pays for a call: the newest row of the reservation that had begun by then, else the first."""
    if reservation is None:
        return None
    mine = (_s.property == owner, _s.reservation == reservation)
    begun = select(_s.id).where(*mine, _s.since <= began).order_by(_s.id.desc()).limit(1)
    number = connection.execute(begun).scalar()
    first = select(_s.id).where(*mine).order_by(_s.id).limit(1)
    return connection.execute(first).scalar() if number is None else number


def charges(
    connection: Connection, owner: str, stay: Stays, *, after: int | None = None, before: int | None = None
) -> Found:
    """What may be charged to a stay: its own calls that began from `after` on and before `before`, and what was sent to its rooms."""
    early = stay.since - OLD_NEWS
    first = first_since(connection, owner, schema.postings, _p.created_at, early)
    recent = select(schema.postings).where(_p.property == owner, _p.id >= first).order_by(_p.id)
    own = plain(connection.execute(recent.where(_p.reservation == stay.reservation)).mappings())
    strays = _strays(connection, owner, recent.where(_p.reservation.is_(None), _p.room.in_(stay.rooms)))
    numbers = sorted({row["call_id"] for row in (*own, *(row for row, _ in strays))})
    calls = {key: row for some in _chunks(numbers) for key, row in calls_of(connection, owner, some).items()}
    inside = {key for key, row in calls.items() if _within(row["started_at"], after, before)}
    parts = {key: rows for some in _chunks(numbers) for key, rows in of_calls(connection, owner, some).items()}
    new = {row["posting_id"]: row for some in _chunks(numbers) for row in _corrected(connection, owner, some)}
    free = [
        row
        for row in _free(connection, owner, stay.reservation, early)
        if row["id"] not in calls and _within(row["started_at"], after, before)
    ]
    mine = [row for row in own if row["call_id"] in inside]
    mates = _roommates(connection, owner, stay.rooms, early) if strays else []
    held = beside(connection, owner, [row for rows in parts.values() for row in rows])
    shares = {number: share._asdict() for number, share in held.items()}
    return Found(mine, calls, parts, new, free, strays, mates, shares)


class Stays(Protocol):
    """A stay, as far as its charges are asked for."""

    @property
    def reservation(self) -> str:
        """The guest who pays."""

    @property
    def rooms(self) -> tuple[str, ...]:
        """The rooms of the stay."""

    @property
    def since(self) -> int:
        """When it began."""


def _strays(connection: Connection, owner: str, wanted: Select[Any]) -> list[tuple[dict[str, Any], int]]:
    """Postings that went to a room and to no guest by name, each with the instant at which it was sent, or last changed."""
    rows = plain(connection.execute(wanted).mappings())
    sent: dict[int, int] = {}
    for some in _chunks([row["id"] for row in rows]):
        found = select(_a.posting_id, func.max(_a.sent_at)).where(rows_of(schema.attempts, owner, "posting_id", some))
        sent |= {row[0]: int(row[1]) for row in connection.execute(found.group_by(_a.posting_id))}
    return [(row, sent.get(row["id"], row["changed_at"])) for row in rows]


def _roommates(connection: Connection, owner: str, rooms: Sequence[str], early: int) -> list[dict[str, Any]]:
    """Everybody who has been in one of these rooms since an instant, in the order in which they came."""
    lately = _s.until.is_(None) | (_s.until > early)
    wanted = select(schema.stays).where(_s.property == owner, _s.room.in_(rooms), lately).order_by(_s.since, _s.id)
    return plain(connection.execute(wanted).mappings())


def _within(began: int, after: int | None, before: int | None) -> bool:
    return (after is None or after <= began) and (before is None or began < before)


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[at : at + _CHUNK] for at in range(0, len(numbers), _CHUNK))


def _corrected(connection: Connection, owner: str, calls: Sequence[int]) -> list[dict[str, Any]]:
    """The prices of approved lists, each with the first posting that it made or let go."""
    wanted = (
        select(schema.list_items)
        .join(schema.lists, (_l.property == _i.property) & (_l.id == _i.list_id))
        .where(rows_of(schema.list_items, owner, "call_id", calls, "list_id"))
        .where(_l.state == "approved", _i.posting_id.is_not(None))
    )
    return plain(connection.execute(wanted.order_by(_i.list_id)).mappings())


def _free(connection: Connection, owner: str, reservation: str, early: int) -> list[dict[str, Any]]:
    """Calls of a guest that were priced at zero, so that nothing was posted."""
    first = first_since(connection, owner, schema.records, _r.received_at, early)
    mine = (_c.property == owner, _c.id >= first, _c.reservation == reservation)
    wanted = select(schema.calls).where(*mine, _c.status == "allocated", _c.amount == 0)
    return plain(connection.execute(wanted.order_by(_c.id)).mappings())


# -- bills that were made final ------------------------------------------------------------------------------------


def bill(connection: Connection, owner: str, number: int) -> dict[str, Any] | None:
    """One final bill, with what it held when it was made."""
    row = connection.execute(select(schema.bills).where(_b.property == owner, _b.id == number)).mappings().first()
    return None if row is None else dict(row)


def bills_of(connection: Connection, owner: str, reservation: str) -> list[dict[str, Any]]:
    """The final bills of a reservation, oldest first."""
    wanted = select(schema.bills).where(_b.property == owner, _b.reservation == reservation).order_by(_b.id)
    return plain(connection.execute(wanted).mappings())


def newest_bills(connection: Connection, owner: str) -> list[dict[str, Any]]:
    """The newest final bills, newest first, without what they held."""
    columns = [column for column in schema.bills.c if column.name not in ("property", "content")]
    wanted = select(*columns).where(_b.property == owner).order_by(_b.id.desc()).limit(50)
    return plain(connection.execute(wanted).mappings())


def prints_of(connection: Connection, owner: str, number: int) -> list[dict[str, Any]]:
    """Every time a final bill was printed, the original first."""
    wanted = select(schema.bill_prints).where(_n.property == owner, _n.bill_id == number).order_by(_n.copy)
    return plain(connection.execute(wanted).mappings())


def add_bill(connection: Connection, owner: str, row: dict[str, Any]) -> None:
    """Write a final bill down."""
    connection.execute(insert(schema.bills).values(property=owner, **row))


def add_print(connection: Connection, owner: str, bill_id: int, now: int, who: str) -> int:
    """Write down that a final bill is printed; returns the number of the copy, 0 for the original."""
    highest = select(func.max(_n.copy)).where(_n.property == owner, _n.bill_id == bill_id)
    last = connection.execute(highest).scalar()
    copy = 0 if last is None else int(last) + 1
    connection.execute(insert(schema.bill_prints).values(property=owner, bill_id=bill_id, copy=copy, at=now, who=who))
    return copy


def next_bill(connection: Connection, owner: str) -> int:
    """The number that the next final bill gets; they are seldom, and made by the one writer alone."""
    highest = connection.execute(select(func.max(_b.id)).where(_b.property == owner)).scalar()
    return int(highest or 0) + 1
