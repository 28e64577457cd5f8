"""What retention does to rows whose time is over, a slice at a time. What something still rests on is left, and looked at again.

Each function of a stage takes numbers of rows of its table and returns those it left. The feed and what programs asked for are
deleted instead: their newest row stays, because numbers go on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Table, delete, insert, select, update

from gateway.instants import SECOND
from gateway.scrubbing import Scrub
from gateway.store import forgetting, personal, schema, shares
from gateway.store.forgetting import resting
from gateway.store.narrowing import rows_of

_r, _c, _p, _s, _w = schema.records.c, schema.calls.c, schema.postings.c, schema.stays.c, schema.retention_waits.c
_EVERY: Final = Scrub(every_number=True)
#: How long after a guest has left somebody may still write about the stay.
_AFTERMATH: Final = 45 * 86_400 * SECOND
#: What is kept as evidence as long as the amounts, with the instant of each row: days, differences, lists, runs of reports.
_BOOKS: Final = (
    (schema.business_days, schema.business_days.c.opened_at),
    (schema.audit_entries, schema.audit_entries.c.at),
    (schema.lists, schema.lists.c.made_at),
    (schema.report_runs, schema.report_runs.c.planned_at),
    (schema.accounting_exports, schema.accounting_exports.c.begun_at),
)


class Term(NamedTuple):
    """What is over: what happened before the instant `until`; `newest` is the number that the next record gets."""

    newest: int
    until: int


#: How a stage does its work: the rows it left.
Work = Callable[[Connection, str, Sequence[int], Term], set[int]]


def numbers_behind(connection: Connection, table: Table, owner: str, after: int, until: int, most: int) -> list[int]:
    """The next rows of a table, up to one before `until`."""
    ident = table.c.id
    wanted = select(ident).where(table.c.property == owner, ident > after, ident < until).order_by(ident).limit(most)
    return list(connection.execute(wanted).scalars())


# -- what waits -----------------------------------------------------------------------------------------------------


def waiting(connection: Connection, owner: str, stage: str, after: int, most: int) -> list[int]:
    """The next rows that a stage left."""
    wanted = select(_w.id).where(_w.property == owner, _w.stage == stage, _w.id > after).order_by(_w.id).limit(most)
    return list(connection.execute(wanted).scalars())


def leave(connection: Connection, owner: str, stage: str, rows: set[int]) -> None:
    """A stage left these."""
    if rows:
        said = [{"property": owner, "stage": stage, "id": one} for one in sorted(rows)]
        connection.execute(insert(schema.retention_waits), said)


def no_longer(connection: Connection, owner: str, stage: str, rows: Sequence[int]) -> None:
    """These need not be looked at again."""
    if rows:
        connection.execute(
            delete(schema.retention_waits).where(_w.property == owner, _w.stage == stage, _w.id.in_(rows))
        )


# -- the stages -----------------------------------------------------------------------------------------------------


def bytes_of_records(connection: Connection, owner: str, rows: Sequence[int], term: Term) -> set[int]:
    """Blank the bytes of records."""
    wanted = select(_r.id, _r.call_id).where(_r.property == owner, _r.id.in_(rows))
    calls = {row.id: row.call_id for row in connection.execute(wanted)}
    rests = resting(connection, owner, sorted({one for one in calls.values() if one is not None}))
    left = {number for number, call in calls.items() if call in rests}
    forgetting.forget_bytes(connection, owner, sorted(calls.keys() - left), term.newest)
    forgetting.forget_digests(connection, owner, term.newest)
    return left


def numbers_of_calls(connection: Connection, owner: str, rows: Sequence[int], term: Term) -> set[int]:
    """Mask the numbers of calls."""
    left = set(resting(connection, owner, rows))
    forgetting.forget_numbers(connection, owner, [one for one in rows if one not in left])
    return left


def names_of_stays(connection: Connection, owner: str, rows: Sequence[int], term: Term) -> set[int]:
    """Take the names of guests who left before an instant: from their stays, the PMS's words to their charges, and the books."""
    wanted = select(_s.id, _s.reservation, _s.name, _s.since, _s.until).where(_s.property == owner, _s.id.in_(rows))
    found = connection.execute(wanted).all()
    left = {row.id for row in found if row.until is None or row.until >= term.until}
    over = [row for row in found if row.id not in left]
    if not over:
        return left
    # The surname by itself too: a year later it is of no use to anybody who reads the books, whoever else bears it.
    names = {name for row in over for name in (row.name, row.name.partition(",")[0].strip())}
    scrub = Scrub(names, every_number=True)
    paid = select(_p.id).where(_p.property == owner, _p.reservation.in_(sorted({row.reservation for row in over})))
    forgetting.scrub_postings(connection, owner, list(connection.execute(paid).scalars()), scrub)
    gone = {"name": "", "vip": "", "group_code": "", "guest_class": ""}
    chosen = (_s.property == owner, _s.id.in_([row.id for row in over]))
    connection.execute(update(schema.stays).where(*chosen).values(gone))
    since, until = min(row.since for row in over), max(row.until for row in over)
    _in_the_books(connection, owner, scrub, since, until + _AFTERMATH)
    return left


def _in_the_books(connection: Connection, owner: str, scrub: Scrub, since: int, until: int) -> None:
    """What was written of the days of some guests into what is kept as evidence: it stays, without their names and numbers."""
    for table, at in _BOOKS:
        key = [column.name for column in table.primary_key.columns]
        names = personal.columns(table, "WORDS")
        wanted = select(*[table.c[name] for name in (*key, *names)]).where(table.c.property == owner)
        changed = []
        for row in connection.execute(wanted.where(at >= since, at < until)):
            said = row._mapping
            clean = {name: scrub(said[name]) if said[name] else said[name] for name in names}
            if any(clean[name] != said[name] for name in names):
                changed.append({**{name: said[name] for name in key}, **clean})
        forgetting.change(connection, table, key[1:], changed)


def words_of_remarks(connection: Connection, owner: str, rows: Sequence[int], term: Term) -> set[int]:
    """Erase notes, tags and disputes, but of guests who are here and of calls that something rests on."""
    m = schema.remarks.c
    wanted = select(m.id, m.call_id, m.reservation).where(m.property == owner, m.id.in_(rows))
    found = connection.execute(wanted).all()
    rests = resting(connection, owner, sorted({row.call_id for row in found if row.call_id is not None}))
    here = select(_s.reservation).where(_s.property == owner, _s.until.is_(None))
    guests = set(connection.execute(here).scalars())
    left = {row.id for row in found if row.call_id in rests or row.reservation in guests}
    erased = [row.id for row in found if row.id not in left]
    forgetting.erase_words(connection, schema.remarks, owner, erased, ("words",), (), _EVERY)
    return left


def words_of_acts(connection: Connection, owner: str, rows: Sequence[int], term: Term) -> set[int]:
    """Erase the reasons of acts that nobody waits for."""
    a = schema.acts.c
    waits = select(a.id).where(a.property == owner, a.id.in_(rows), a.state == "waiting")
    left = set(connection.execute(waits).scalars())
    done = [one for one in rows if one not in left]
    forgetting.erase_words(connection, schema.acts, owner, done, ("why", "decided_why"), ("subject", "outcome"), _EVERY)
    return left


def words_of_alarms(connection: Connection, owner: str, rows: Sequence[int], term: Term) -> set[int]:
    """Erase what alarms told of guests and numbers, once they are settled."""
    a = schema.alarms.c
    open_ones = select(a.id).where(a.property == owner, a.id.in_(rows), a.settled == 0)
    left = set(connection.execute(open_ones).scalars())
    over = [one for one in rows if one not in left]
    forgetting.erase_words(connection, schema.alarms, owner, over, ("sentence", "note"), ("subject",), _EVERY)
    gone = update(schema.alarms).where(a.property == owner, a.id.in_(over)).values(details="")
    connection.execute(gone)
    return left


def words_of_notices(connection: Connection, owner: str, rows: Sequence[int], term: Term) -> set[int]:
    """Erase mails and web hooks that are delivered or given up."""
    n = schema.notices.c
    under_way = select(n.id).where(n.property == owner, n.id.in_(rows), n.done_at.is_(None))
    left = set(connection.execute(under_way).scalars())
    done = [one for one in rows if one not in left]
    forgetting.erase_words(connection, schema.notices, owner, done, ("subject", "body"), ("problem",), _EVERY)
    return left


def words_of_commands(connection: Connection, owner: str, rows: Sequence[int], term: Term) -> set[int]:
    """Erase what was asked for and why, once it is done."""
    k = schema.commands.c
    undone = select(k.id).where(k.property == owner, k.id.in_(rows), k.done_at.is_(None))
    left = set(connection.execute(undone).scalars())
    done = [one for one in rows if one not in left]
    forgetting.erase_words(connection, schema.commands, owner, done, ("why", "subject", "result"), (), _EVERY)
    return left


def words_of_limits(connection: Connection, owner: str, rows: Sequence[int], term: Term) -> set[int]:
    """Erase why guests may spend so much; guests who are here are left."""
    n = schema.stay_limits.c
    here = select(_s.reservation).where(_s.property == owner, _s.until.is_(None))
    theirs = select(n.id).where(n.property == owner, n.id.in_(rows), n.reservation.in_(here))
    left = set(connection.execute(theirs).scalars())
    over = [one for one in rows if one not in left]
    forgetting.erase_words(connection, schema.stay_limits, owner, over, ("why",), (), _EVERY)
    return left


def words_of_trail(connection: Connection, owner: str, rows: Sequence[int], term: Term) -> set[int]:
    """Erase the sentences of the audit trail: that somebody did something then, to which posting, stays."""
    forgetting.erase_trail(connection, owner, rows, _EVERY, whole=True)
    return set()


def ties_of_calls(connection: Connection, owner: str, rows: Sequence[int], term: Term) -> set[int]:
    """The law's term is over: nothing ties an amount to a guest any more, in calls, charges, attempts and acts."""
    left = set(resting(connection, owner, rows))
    calls = [one for one in rows if one not in left]
    loose: dict[str, Any] = {"room": None, "reservation": None, "extension": None, "call_key": None, "holders": ""}
    connection.execute(update(schema.calls).where(_c.property == owner, _c.id.in_(calls)).values(loose))
    charges = select(_p.id).where(rows_of(schema.postings, owner, "call_id", calls))
    postings = list(connection.execute(charges).scalars())
    nobody = {"room": None, "reservation": None}
    connection.execute(update(schema.postings).where(_p.property == owner, _p.id.in_(postings)).values(nobody))
    shares.untie(connection, owner, calls)
    t, a, m = schema.attempts.c, schema.acts.c, schema.remarks.c
    tried = rows_of(schema.attempts, owner, "posting_id", postings)
    connection.execute(update(schema.attempts).where(tried, t.property == owner).values(room=""))
    acted = rows_of(schema.acts, owner, "call_id", calls)
    connection.execute(update(schema.acts).where(acted, a.property == owner).values(room=None, target=None))
    noted = rows_of(schema.remarks, owner, "call_id", calls)
    connection.execute(update(schema.remarks).where(noted, m.property == owner).values(room="", reservation=None))
    return left


def ties_of_stays(connection: Connection, owner: str, rows: Sequence[int], term: Term) -> set[int]:
    """The law's term is over: the stays of guests who left before an instant, and the names of their bills, are gone."""
    wanted = select(_s.id, _s.reservation, _s.until).where(_s.property == owner, _s.id.in_(rows))
    found = connection.execute(wanted).all()
    left = {row.id for row in found if row.until is None or row.until >= term.until}
    gone = [row for row in found if row.id not in left]
    guests = sorted({row.reservation for row in gone})
    b, m = schema.bills.c, schema.remarks.c
    of_stay = update(schema.bills).where(b.property == owner, b.stay_id.in_([row.id for row in gone]))
    connection.execute(of_stay.values(reservation="", room=""))
    for table in (schema.stay_tariffs, schema.stay_limits, schema.limit_marks):
        connection.execute(delete(table).where(table.c.property == owner, table.c.reservation.in_(guests)))
    noted = update(schema.remarks).where(m.property == owner, m.reservation.in_(guests))
    connection.execute(noted.values(room="", reservation=None))
    connection.execute(delete(schema.stays).where(_s.property == owner, _s.id.in_([row.id for row in gone])))
    return left


# -- what is deleted ------------------------------------------------------------------------------------------------


def delete_before(connection: Connection, table: Table, owner: str, until: int, most: int) -> bool:
    """Delete the oldest rows before number `until`, never the newest of all; whether there are more."""
    ident = table.c.id
    newest = select(ident).where(table.c.property == owner).order_by(ident.desc()).limit(1)
    last = connection.execute(newest).scalar()
    if last is None:
        return False
    rows = numbers_behind(connection, table, owner, 0, min(until, int(last)), most)
    if rows:
        connection.execute(delete(table).where(table.c.property == owner, ident.in_(rows)))
    return len(rows) == most
