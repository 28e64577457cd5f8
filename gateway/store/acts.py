"""What people did to charges, as the store keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, insert, select, update

from gateway.store import schema
from gateway.store.narrowing import rows_of
from gateway.store.numbers import Numbers
from gateway.store.rows import clean

_a, _p = schema.acts.c, schema.postings.c


class ActRow(NamedTuple):
    """One row of `acts`, behind its property."""

    id: int
    kind: str
    state: str
    call_id: int | None
    subject: str
    reason: str
    why: str
    room: str | None
    target: str | None
    before: int
    after: int
    currency: str
    decimals: int
    asked_by: str
    asked_at: int
    decided_by: str = ""
    decided_why: str = ""
    decided_at: int | None = None
    outcome: str = ""


_TEXTS: Final = ("subject", "why", "room", "target", "asked_by", "decided_by", "decided_why", "outcome")
_WHOLE = select(*[_a[name] for name in ActRow._fields])


def write(connection: Connection, owner: str, numbers: Numbers, row: ActRow) -> int:
    """Write an act down under the next number, which is returned."""
    number = numbers.take(schema.acts)
    said = {**row._asdict(), "id": number, **{name: clean(getattr(row, name)) for name in _TEXTS}}
    connection.execute(insert(schema.acts).values(property=owner, **said))
    return number


def one(connection: Connection, owner: str, number: int) -> ActRow | None:
    """An act by its number."""
    row = connection.execute(_WHOLE.where(_a.property == owner, _a.id == number)).first()
    return None if row is None else ActRow(*row)


def decide(
    connection: Connection, owner: str, number: int, state: str, *, now: int, who: str, why: str, outcome: str
) -> bool:
    """Close an act that waits; False if it does not wait any more."""
    wanted = update(schema.acts).where(_a.property == owner, _a.id == number, _a.state == "waiting")
    said = {"decided_by": clean(who), "decided_why": clean(why), "outcome": clean(outcome), "decided_at": now}
    return connection.execute(wanted.values(state=state, **said)).rowcount == 1


def waiting(connection: Connection, owner: str) -> list[ActRow]:
    """Acts that wait for a second person, oldest first."""
    wanted = _WHOLE.where(_a.property == owner, schema.ACTS_WAITING).order_by(_a.id)
    return [ActRow(*row) for row in connection.execute(wanted)]


def newest(connection: Connection, owner: str, most: int, before: int | None = None) -> list[ActRow]:
    """Acts, newest first, behind one of them."""
    wanted = _WHOLE.where(_a.property == owner).order_by(_a.id.desc()).limit(most)
    return [ActRow(*row) for row in connection.execute(wanted if before is None else wanted.where(_a.id < before))]


def of_calls(connection: Connection, owner: str, calls: Sequence[int]) -> list[ActRow]:
    """What was done to the charges of some calls, in order."""
    wanted = _WHOLE.where(rows_of(schema.acts, owner, "call_id", calls)).order_by(_a.id)
    return [ActRow(*row) for row in connection.execute(wanted)]


def changed_by_hand(connection: Connection, owner: str, calls: Sequence[int]) -> set[int]:
    """Those of some calls whose charge a person has changed, so that no program changes it again."""
    return {one.call_id for one in of_calls(connection, owner, calls) if one.state == "done" and one.call_id}


def awaiting(connection: Connection, owner: str) -> list[dict[str, Any]]:
    """Charges that wait until what they replace is off its folio: (posting, call, part)."""
    lively = select(_p.id).where(_p.property == owner, _p.state == "held", schema.LIVELY)
    wanted = select(_p.id, _p.call_id, _p.part).where(
        _p.property == owner, _p.id.in_(lively), _p.hold == "awaits_reversal"
    )
    return [dict(row) for row in connection.execute(wanted.order_by(_p.id)).mappings()]
