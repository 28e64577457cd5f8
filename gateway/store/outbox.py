"""Postings and their attempts: every arrow of gateway/ledger.py that the store carries out.

Each state is changed by compare-and-set on the state and the number of attempts; a change that finds another row than
it expected changes nothing and says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from gateway.ledger import Event, Hold, Outcome, State, move
from gateway.store import schema, shares
from gateway.store.numbers import Numbers
from gateway.store.rows import Due, PostingRow, clean
from gateway.store.statements import Statements

_p, _c, _a = schema.postings.c, schema.calls.c, schema.attempts.c

_DUE = shares.beside_postings(
    select(
        _p.id,
        _p.call_id,
        _p.room,
        _p.amount,
        _p.currency,
        _p.decimals,
        _p.attempts,
        _p.due_at,
        _p.by_hand,
        _c.started_at,
        shares.TALKED,
        _c.dialled,
        _c.number_class,
        _c.trunk,
        _c.place,
    )
    .join(schema.calls, (_c.property == _p.property) & (_c.id == _p.call_id))
    .order_by(_p.id)
)
_WHOLE = select(*[_p[name] for name in PostingRow._fields])


def _due(row: Iterable[Any]) -> Due:
    values = list(row)
    values[10] = values[10] or 0  # talk seconds a record did not tell
    values[11], values[12], values[14] = values[11] or "", values[12] or "unknown", values[14] or ""
    return Due(*values)


def lively(owner: str, state: str, after: int = 0) -> Select[tuple[int]]:
    """The numbers of postings in a state that is not final, behind posting `after`.

    A question of its own, because only in this form does SQLite answer it from the index over what is not final.
    """
    return select(_p.id).where(_p.property == owner, _p.state == state, schema.LIVELY, _p.id > after)


def due_postings(connection: Connection, owner: str, pms: str, after: int, most: int) -> list[Due]:
    """Postings that are due, in order, from behind posting `after`, at most so many."""
    wanted = _DUE.where(_p.property == owner, _p.pms == pms, _p.id.in_(lively(owner, "due", after))).limit(most)
    return [_due(row) for row in connection.execute(wanted)]


def one_due(connection: Connection, owner: str, posting_id: int) -> Due | None:
    """One posting, if it is due."""
    row = connection.execute(_DUE.where(_p.property == owner, _p.id == posting_id, _p.state == "due")).first()
    return None if row is None else _due(row)


def posting(connection: Connection, owner: str, posting_id: int) -> PostingRow | None:
    """One posting, whatever its state."""
    row = connection.execute(_WHOLE.where(_p.property == owner, _p.id == posting_id)).first()
    return None if row is None else PostingRow(*row)


def held(connection: Connection, owner: str, *holds: Hold) -> list[PostingRow]:
    """Every posting held for one of these reasons."""
    return [PostingRow(*row) for row in connection.execute(_held(owner, holds))]


@lru_cache(maxsize=32)
def _held(owner: str, holds: tuple[Hold, ...]) -> Select[Any]:
    """The question, made once: each piece of room news asks it."""
    return _WHOLE.where(_p.property == owner, _p.id.in_(lively(owner, "held")), _p.hold.in_(holds)).order_by(_p.id)


def refused(connection: Connection, owner: str) -> list[PostingRow]:
    """Every posting that a PMS refused and nobody has settled."""
    wanted = _WHOLE.where(_p.property == owner, _p.id.in_(lively(owner, "refused"))).order_by(_p.id)
    return [PostingRow(*row) for row in connection.execute(wanted)]


def all_due(connection: Connection, owner: str) -> list[PostingRow]:
    """Every posting that is due, at whatever PMS."""
    wanted = _WHOLE.where(_p.property == owner, _p.id.in_(lively(owner, "due"))).order_by(_p.id)
    return [PostingRow(*row) for row in connection.execute(wanted)]


def in_doubt_by_token(connection: Connection, owner: str, pms: str, token: int) -> PostingRow | None:
    """The posting in doubt whose last attempt carried `token`."""
    wanted = _WHOLE.where(_p.property == owner, _p.id.in_(lively(owner, "in_doubt")), _p.token == token, _p.pms == pms)
    row = connection.execute(wanted.order_by(_p.id.desc())).first()
    return None if row is None else PostingRow(*row)


class Doubtful(NamedTuple):
    """A posting in doubt with what is needed to ask for it: as it was sent, and since when nobody knows."""

    due: Due
    token: int
    reservation: str | None
    since: int


def in_doubt(connection: Connection, owner: str, pms: str, since_before: int, most: int) -> list[Doubtful]:
    """The oldest postings at a PMS that are in doubt since an instant before `since_before`."""
    wanted = _DUE.add_columns(_p.token, _p.reservation, _p.changed_at).where(
        _p.property == owner, _p.id.in_(lively(owner, "in_doubt")), _p.pms == pms, _p.changed_at < since_before
    )
    rows = connection.execute(wanted.limit(most))
    return [Doubtful(_due(row[:-3]), int(row[-3] or 0), row[-2], int(row[-1])) for row in rows]


def handed_over(connection: Connection, owner: str, since: int, until: int) -> list[PostingRow]:
    """What was handed over in a stretch of time to a PMS that acknowledges nothing, and is not settled yet."""
    stretch = (_p.changed_at >= since, _p.changed_at < until)
    wanted = _WHOLE.where(_p.property == owner, _p.id.in_(lively(owner, "unconfirmable")), *stretch)
    return [PostingRow(*row) for row in connection.execute(wanted.order_by(_p.id))]


def of_call(connection: Connection, owner: str, call_id: int) -> list[PostingRow]:
    """The postings of one call, in order of their parts."""
    wanted = _WHOLE.where(_p.property == owner, _p.call_id == call_id).order_by(_p.part)
    return [PostingRow(*row) for row in connection.execute(wanted)]


def last_token(connection: Connection, owner: str, pms: str) -> int:
    """The number the newest attempt at this PMS carried; 0 if there was none."""
    wanted = select(_a.token).where(_a.property == owner, _a.pms == pms).order_by(_a.id.desc()).limit(1)
    return int(connection.execute(wanted).scalar() or 0)


class _Landing(NamedTuple):
    """Where a posting comes to stand: the columns of `Statements.move`, in their order."""

    state: State
    hold: str
    reason: str
    due_at: int
    changed_at: int
    code: str
    reference: str


def _land(
    connection: Connection, statements: Statements, owner: str, posting_id: int, was: tuple[str, int], to: _Landing
) -> None:
    """Compare and set; raises LookupError if the posting no longer stands where `was` (state, attempts) says."""
    if statements.move.changed(connection, (*to, owner, posting_id, *was)) != 1:
        raise LookupError(f"posting {posting_id} is no longer {was[0]} after {was[1]} attempts")
    statements.feed.moved(connection, owner, posting_id, to.state, to.changed_at)


def step(
    connection: Connection,
    statements: Statements,
    row: PostingRow,
    event: Event,
    *,
    now: int,
    reason: str = "",
    hold: Hold | None = None,
    reference: str = "",
) -> PostingRow:
    """Move a posting along one arrow; raises LookupError if it no longer stands where `row` says."""
    state = move(row.state, event)  # type: ignore[arg-type]
    to = _Landing(state, hold or "", clean(reason) or "", now, now, "", clean(reference) or "")
    _land(connection, statements, row.property, row.id, (row.state, row.attempts), to)
    return row._replace(**to._asdict())


def withdraw(connection: Connection, statements: Statements, row: PostingRow, now: int) -> bool:
    """Take back a posting that was never sent, because its record proved to be a repeat; False if it has moved on."""
    if (row.state, row.attempts) != ("held", 0):
        return False
    statements.feed.withdrawing(connection, row.property, row.id, now)
    never_sent = (_p.state == "held", _p.attempts == 0)
    wanted = delete(schema.postings).where(_p.property == row.property, _p.id == row.id, *never_sent)
    return connection.execute(wanted).rowcount == 1


def conclude(
    connection: Connection,
    statements: Statements,
    owner: str,
    *,
    posting_id: int,
    state: State,
    attempts: int,
    attempt_id: int | None,
    outcome: Outcome,
    now: int,
) -> int:
    """Write down what became of an attempt; returns the instant the posting is due again (0 if it is not)."""
    after, due_at = move(state, outcome.event), now + outcome.wait_seconds * 1_000_000
    words, reference = clean(outcome.reason) or "", clean(outcome.reference) or ""
    to = _Landing(after, "", words, due_at, now, clean(outcome.code) or "", reference)
    _land(connection, statements, owner, posting_id, (state, attempts), to)
    if attempt_id is not None:
        statements.answer.changed(connection, (now, outcome.event, words or reference, owner, attempt_id))
    return due_at if after == "due" else 0


def last_attempt(connection: Connection, owner: str, posting_id: int) -> int | None:
    """The newest attempt at a posting. Attempts grow with time, so the search begins at the end."""
    wanted = select(_a.id).where(_a.property == owner, _a.posting_id == posting_id).order_by(_a.id.desc()).limit(1)
    return connection.execute(wanted).scalar()


def doubt_all_sent(connection: Connection, statements: Statements, owner: str, now: int) -> list[int]:
    """At start: whatever was sent and has no answer may be on the folio. Returns those postings."""
    wanted = _WHOLE.where(_p.property == owner, _p.id.in_(lively(owner, "sent")))
    rows = [PostingRow(*row) for row in connection.execute(wanted)]
    for row in rows:
        reason = "the gateway stopped before the PMS's answer came"
        step(connection, statements, row, "found_at_start", now=now, reason=reason)
        attempt = last_attempt(connection, owner, row.id)
        if attempt is not None:
            statements.answer.changed(connection, (now, "found_at_start", reason, owner, attempt))
    return [row.id for row in rows]


def set_charge(
    connection: Connection, statements: Statements, owner: str, posting_id: int, charge: dict[str, Any], now: int
) -> None:
    """Give a held posting what it lacked (an amount, a room, a guest)."""
    wanted = update(schema.postings).where(_p.property == owner, _p.id == posting_id, _p.state == "held")
    if connection.execute(wanted.values(**charge)).rowcount:
        statements.feed.posting_changed(connection, owner, posting_id, now)


def send_by_hand(
    connection: Connection, statements: Statements, owner: str, posting_id: int, room: str, now: int
) -> None:
    """A person said: this posting goes to this room. It will not be looked up again."""
    wanted = update(schema.postings).where(_p.property == owner, _p.id == posting_id, _p.state == "due")
    if connection.execute(wanted.values(room=clean(room), by_hand=1)).rowcount:
        statements.feed.posting_changed(connection, owner, posting_id, now)


def note(
    connection: Connection, owner: str, numbers: Numbers, *, now: int, who: str, what: str, posting_id: int | None
) -> None:
    """Write an entry of the audit trail."""
    connection.execute(
        insert(schema.audit_trail).values(
            property=owner,
            id=numbers.take(schema.audit_trail),
            at=now,
            who=clean(who),
            what=clean(what),
            posting_id=posting_id,
        )
    )


def tokens_in_doubt(connection: Connection, owner: str, pms: str) -> set[int]:
    """The numbers on the wire whose answers are still missing."""
    wanted = select(_p.token).where(_p.property == owner, _p.id.in_(lively(owner, "in_doubt")), _p.pms == pms)
    return {row.token for row in connection.execute(wanted) if row.token is not None}


def posting_by_token(connection: Connection, owner: str, pms: str, token: int) -> PostingRow | None:
    """The posting whose attempt carried `token` last, whatever its state; searched from the newest attempt back."""
    wanted = select(_a.posting_id).where(_a.property == owner, _a.pms == pms, _a.token == token)
    found = connection.execute(wanted.order_by(_a.id.desc()).limit(1)).scalar()
    return None if found is None else posting(connection, owner, found)


def waiting_by_pms(connection: Connection, owner: str) -> dict[str, int]:
    """How many postings wait for each PMS, whatever the configuration says."""
    waiting = select(_p.id).where(_p.property == owner, schema.LIVELY)
    wanted = select(_p.pms, func.count()).where(_p.property == owner, _p.id.in_(waiting))
    return {row[0]: int(row[1]) for row in connection.execute(wanted.group_by(_p.pms))}


def sent_before(connection: Connection, owner: str, pms: str, before: int) -> list[PostingRow]:
    """Postings at a PMS that were sent before an instant and have no answer yet."""
    wanted = _WHOLE.where(_p.property == owner, _p.id.in_(lively(owner, "sent")), _p.pms == pms, _p.changed_at < before)
    return [PostingRow(*row) for row in connection.execute(wanted.order_by(_p.id))]
