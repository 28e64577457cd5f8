"""The log of calls as questions to the store: the calls that a question means, in its order, and their sums.

Every question is about a stretch of time and goes by the index `calls_by_time`, which on SQLite holds all narrow columns, so
that a filter or an order that has no index of its own costs one look along the stretch's part of it; the few rows that are
shown are then fetched by number. A room, a number, a tag, a dispute and a charge that waits are found by indexes of their own.
`gateway/call_log/fields.py` says which field is served by which.

Lists go on behind a call (`before`): where it stands in the order is read from the call itself, and nothing is counted over.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, false, func, or_, select
from sqlalchemy.sql.expression import FromClause

from gateway.arrivals import ABANDONED, MISSED
from gateway.call_log.asking import Question, Term
from gateway.call_log.fields import BY_NAME, INWARD, results_meant
from gateway.store import call_tags, office, remarks, schema
from gateway.store.inbound import PIECES_AT_ONCE
from gateway.store.pages import LISTED, UNLISTED, first_since, means, plain
from gateway.store.reporting import AHEAD, SLICE, Span, began
from gateway.store.schema_inbound import PIECE, STANDS
from gateway.working_hours import WorkingHours
from rating.callers import Home, caller_number

_c, _a, _p, _k = schema.calls.c, schema.arrivals.c, schema.postings.c, schema.contacts.c
_t, _m = schema.number_tags.c, schema.remarks.c

#: Calls that are added up for a page; of more, the sums say "at least".
MOST_SUMMED: Final = 200_000
#: Disputes and waiting charges whose calls a question names.
MOST_NAMED: Final = 20_000
_OF_CALL: Final = and_(_a.property == _c.property, _a.id == _c.id)
_INWARD: Final = _c.direction.in_(INWARD)
_COLUMNS: Final = {"calls": _c, "arrivals": _a}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A question as the store takes it: whose calls, when, which, in which order; where the hotel is, and its currency.

    `agreed` says that calls may be found by a person's PIN: the house has an agreement with its staff.
    """

    owner: str
    span: Span
    asked: Question
    home: Home
    currency: str
    decimals: int
    hours: WorkingHours = field(default_factory=WorkingHours)
    agreed: bool = False


# -- the conditions ---------------------------------------------------------------------------------------------------


def _mine(connection: Connection, wanted: Wanted) -> list[ColumnElement[bool]]:
    here = [_c.property == wanted.owner, _c.started_at >= wanted.span.since, _c.started_at < wanted.span.until]
    here += [_INWARD] if any(_came_in(term) for term in wanted.asked.terms) else []
    return here + [_condition(connection, wanted, term) for term in wanted.asked.terms]


def _came_in(term: Term) -> bool:
    """Whether only calls that came in can be meant: then no arrival is looked for beside the others."""
    missed = term.field == "result" and {*term.values} <= {"missed", "abandoned"}
    return missed or BY_NAME[term.field].column.startswith("arrivals.")


def _condition(connection: Connection, wanted: Wanted, term: Term) -> ColumnElement[bool]:
    own = _OWN.get(term.field)
    if own is not None:
        return own(connection, wanted, term)
    column: ColumnElement[Any] = _column(term.field)
    match term.compares:
        case "is":
            return column.in_(term.values) if len(term.values) > 1 else column == term.values[0]
        case "begins":
            return _begins(column, term.values[0])
        case _:
            return _bounded(column, wanted, term)


def _column(name: str) -> Any:
    table, _, column = BY_NAME[name].column.partition(".")
    return _COLUMNS[table][column]


def _begins(column: ColumnElement[Any], words: str) -> ColumnElement[bool]:
    return func.substr(column, 1, len(words)) == words


def _bounded(column: ColumnElement[Any], wanted: Wanted, term: Term) -> ColumnElement[bool]:
    return column >= _size(wanted, term) if term.compares == "min" else column <= _size(wanted, term)


def _size(wanted: Wanted, term: Term) -> int:
    if BY_NAME[term.field].kind != "money":
        return int(term.values[0])
    rounding = ROUND_CEILING if term.compares == "min" else ROUND_FLOOR
    return int((Decimal(term.values[0]) * 10**wanted.decimals).to_integral_value(rounding))


def _amount(connection: Connection, wanted: Wanted, term: Term) -> ColumnElement[bool]:
    """An amount is compared in the hotel's currency alone."""
    return and_(_c.currency == wanted.currency, _bounded(_c.amount, wanted, term))


def _result(connection: Connection, wanted: Wanted, term: Term) -> ColumnElement[bool]:
    return or_(*(_RESULTS[one] for asked in term.values for one in results_meant(asked)))


_UNKEPT: Final = and_(_INWARD, _a.outcome.is_(None))
_RESULTS: Final[Mapping[str, ColumnElement[bool]]] = {
    "answered": and_(_c.answered == 1, or_(~_INWARD, _a.outcome.is_(None))) | and_(_INWARD, _a.outcome == "answered"),
    "missed": and_(_UNKEPT, _c.answered == 0)
    | and_(_INWARD, _a.outcome.in_([one for one in MISSED if one not in ABANDONED])),
    "abandoned": and_(_INWARD, _a.outcome.in_(ABANDONED)),
    "unanswered": and_(~_INWARD, _c.answered == 0),
    "untold": and_(_c.answered.is_(None), or_(~_INWARD, _a.outcome.is_(None))) | and_(_INWARD, _a.outcome == "untold"),
}


def _number(connection: Connection, wanted: Wanted, term: Term) -> ColumnElement[bool]:
    """The number outside, as `contacts` keeps it; calls that came before it was kept are not found by it."""
    number = term.values[0]
    if term.compares == "is":
        return _contacts(connection, wanted, _k.number == (caller_number(number, wanted.home) or number))
    number = f"+{number[2:]}" if number.startswith("00") else number
    begins = _begins(_k.number, number)
    if connection.dialect.name == "sqlite":  # whose order of texts is that of their letters, so that a key can begin so
        begins = and_(_k.number >= number, _k.number < f"{number}\U0010ffff")
    return _contacts(connection, wanted, begins)


def _tagged(connection: Connection, wanted: Wanted, term: Term) -> ColumnElement[bool]:
    """Calls that have the tag themselves, and those with a number that has it."""
    tag, begins = term.values[0], term.compares == "begins"
    own = call_tags.with_tag(connection, wanted.owner, tag, begins=begins)
    same = _begins(func.lower(_t.tag), tag.lower()) if begins else func.lower(_t.tag) == tag.lower()
    numbers = select(_t.number).where(_t.property == wanted.owner, STANDS, same).distinct()
    tagged = list(connection.execute(numbers).scalars())
    ways = [own] if own is not None else []
    ways += [_contacts(connection, wanted, _k.number.in_(tagged))] if tagged else []
    return or_(false(), *ways)


def _contacts(connection: Connection, wanted: Wanted, which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Calls whose contact fulfils a condition, looked for piece by piece of the stretch (`schema_inbound.py`)."""
    since = _numbers_since(connection, wanted)
    first, end = since.start // PIECE, (since.stop + PIECE - 1) // PIECE
    ways = []
    for begin in range(first, end, PIECES_AT_ONCE):
        pieces = range(begin, min(begin + PIECES_AT_ONCE, end))
        found = select(_k.call_id).where(_k.property == wanted.owner, _k.piece.in_(pieces), which)
        ways.append(_c.id.in_(found))
    return or_(*ways) if ways else _c.id < 0


def _numbers_since(connection: Connection, wanted: Wanted) -> range:
    """The numbers that calls have which began in the stretch or later: a call has that of its first record."""
    came = wanted.span.since - AHEAD
    first = first_since(connection, wanted.owner, schema.records, schema.records.c.received_at, came)
    last = int(connection.execute(select(func.max(_c.id)).where(_c.property == wanted.owner)).scalar() or 0)
    return range(first, last + 1)


def _disputed(connection: Connection, wanted: Wanted, term: Term) -> ColumnElement[bool]:
    wrote = select(_m.call_id).where(_m.property == wanted.owner, _m.kind == "dispute").order_by(_m.id.desc())
    calls = sorted(set(connection.execute(wrote.limit(MOST_NAMED)).scalars()))
    said = [
        one
        for at in range(0, len(calls), remarks.MOST)
        for one in _disputes(connection, wanted.owner, calls[at : at + remarks.MOST])
    ]
    return _c.id.in_(said) if term.values == ("yes",) else _c.id.not_in(said)


def _disputes(connection: Connection, owner: str, calls: Sequence[int]) -> list[int]:
    """Those of some calls whose last word is that they are in dispute."""
    last = select(func.max(_m.id)).where(
        _m.property == owner, _m.call_id.in_(calls), _m.kind.in_(("dispute", "settled"))
    )
    wanted = select(_m.call_id).where(_m.property == owner, _m.id.in_(last.group_by(_m.call_id)), _m.kind == "dispute")
    return list(connection.execute(wanted).scalars())


def _state(connection: Connection, wanted: Wanted, term: Term) -> ColumnElement[bool]:
    return or_(*(_in_state(connection, wanted, state) for state in term.values))


def _in_state(connection: Connection, wanted: Wanted, state: str) -> ColumnElement[bool]:
    """Those that have a charge in a state. One that is not final is in the index of those; of a final one each call is asked."""
    of_call: ColumnElement[bool] = _p.call_id == _c.id
    if connection.dialect.name == "sqlite":  # which else looks through all charges of the house for each call
        of_call = func.unlikely(of_call)
    charges = select(_p.id).where(_p.property == wanted.owner, of_call)
    if state == "none":
        return ~charges.exists()
    if state in ("posted", "written_off"):
        return charges.where(_p.state == state).exists()
    lively = select(_p.id).where(_p.property == wanted.owner, schema.LIVELY, _p.state == state)
    return _c.id.in_(select(_p.call_id).where(_p.property == wanted.owner, _p.id.in_(lively)))


def _in_hours(connection: Connection, wanted: Wanted, term: Term) -> ColumnElement[bool]:
    return office.in_hours(wanted.hours, wanted.span, term.values)


def _coded(connection: Connection, wanted: Wanted, term: Term) -> ColumnElement[bool]:
    """Calls with an account code, by itself or by its name; of persons only where they have agreed."""
    words, code, name = term.values[0], schema.call_codes.c.account_code, schema.call_codes.c.name
    same = or_(code == words, func.lower(name) == words.lower())
    which = or_(_begins(code, words), _begins(name, words)) if term.compares == "begins" else same
    return office.with_codes(began(connection, wanted.owner, wanted.span), which, agreed=wanted.agreed)


def _authorized(connection: Connection, wanted: Wanted, term: Term) -> ColumnElement[bool]:
    code, words = schema.call_codes.c.authorization_code, term.values[0]
    which = _begins(code, words) if term.compares == "begins" else code == words
    return office.with_codes(began(connection, wanted.owner, wanted.span), which, agreed=wanted.agreed)


def _searched(connection: Connection, wanted: Wanted, term: Term) -> ColumnElement[bool]:
    return means(connection, wanted.owner, term.values[0])


#: The fields that are no plain column, each with its condition.
_OWN: Final[Mapping[str, Callable[[Connection, Wanted, Term], ColumnElement[bool]]]] = {
    "amount": _amount,
    "result": _result,
    "number": _number,
    "tag": _tagged,
    "disputed": _disputed,
    "hours": _in_hours,
    "code": _coded,
    "authorization": _authorized,
    "state": _state,
    "q": _searched,
}
#: Fields that need the arrival beside the call, for a condition or for the order.
_BY_ARRIVAL: Final = frozenset({"result", "waited", "did"})


def _tables(asked: Question) -> FromClause:
    used = {asked.sort, *(term.field for term in asked.terms)}
    return schema.calls.outerjoin(schema.arrivals, _OF_CALL) if used & _BY_ARRIVAL else schema.calls


# -- the list ---------------------------------------------------------------------------------------------------------


def _order(asked: Question) -> tuple[Any, bool]:
    """What the log is in the order of; where nothing is known, that comes as the least."""
    column = _column(asked.sort)
    least = -1 if BY_NAME[asked.sort].kind in ("seconds", "money") else ""
    return (column if asked.sort == "began" else func.coalesce(column, least)), asked.up


def _numbers(connection: Connection, wanted: Wanted, before: int | None) -> Select[Any] | None:
    """The question for the numbers of the calls in their order, behind one of them; None where that one is gone."""
    tables, (by, up) = _tables(wanted.asked), _order(wanted.asked)
    found = select(_c.id).select_from(tables).where(*_mine(connection, wanted), LISTED)
    if before is not None:
        at = connection.execute(
            select(by).select_from(tables).where(_c.property == wanted.owner, _c.id == before)
        ).scalar()
        if at is None:
            return None
        behind = (by > at, _c.id > before, by >= at) if up else (by < at, _c.id < before, by <= at)
        # The last says no more than the others, but so that the index can begin there.
        found = found.where(or_(behind[0], and_(by == at, behind[1])), behind[2])
    return found.order_by(by, _c.id) if up else found.order_by(by.desc(), _c.id.desc())


def numbers(connection: Connection, wanted: Wanted, most: int, before: int | None = None) -> list[int]:
    """The numbers of the first calls that are meant, in their order, or of those behind call `before`."""
    question = _numbers(connection, wanted, before)
    return [] if question is None else list(connection.execute(question.limit(most)).scalars())


def all_numbers(connection: Connection, wanted: Wanted) -> array[int]:
    """The numbers of all calls that are meant, eight bytes each, for a file."""
    question = _numbers(connection, wanted, None)
    assert question is not None  # only a list that goes on behind a call may find that gone
    rows = connection.execution_options(stream_results=True).execute(question).scalars()
    found = array("q")
    for part in rows.partitions(SLICE):
        found.extend(part)
    return found


def rows(connection: Connection, owner: str, calls: Sequence[int]) -> list[dict[str, Any]]:
    """Calls by number, in the order of the numbers given, each with what is kept of its arrival, and its tags."""
    if not calls:
        return []
    wanted = (
        select(schema.calls, _a.outcome, _a.waited, _a.did, *office.SHOWN)
        .outerjoin(schema.arrivals, _OF_CALL)
        .outerjoin(schema.call_codes, office.OF_CALL)
        .where(_c.property == owner, _c.id.in_(calls))
    )
    known = {row["id"]: row for row in tagged(connection, owner, plain(connection.execute(wanted).mappings()))}
    return [known[one] for one in calls if one in known]


def slices(calls: Sequence[int]) -> Iterator[Sequence[int]]:
    """The numbers in parts, as they are fetched for a file."""
    for at in range(0, len(calls), SLICE):
        yield calls[at : at + SLICE]


# -- the sums ---------------------------------------------------------------------------------------------------------


class Sums(NamedTuple):
    """Calls added up: `more` where there are more than were counted, so that every figure is "at least".

    `amounts` are (currency, decimals, minor units) of the calls that are to be paid. `waited` are the seconds of the `told`
    calls that came in of which it is known; `missed` are those of them that found nobody. `hidden` calls are counted and in no
    list; `hidden_amount` is what is to be paid for them, in minor units of the hotel's currency.
    """

    calls: int
    inward: int
    outward: int
    talk: int
    amounts: tuple[tuple[str, int, int], ...]
    missed: int
    waited: int
    told: int
    more: bool
    hidden: int
    hidden_amount: int


def sums(connection: Connection, wanted: Wanted, most: int | None = MOST_SUMMED) -> Sums:
    """The calls that are meant, added up over the whole filter: all of them, or about so many of the newest."""
    conditions, tables = _mine(connection, wanted), _tables(wanted.asked)
    few = most is None or len(_numbers_since(connection, wanted)) <= most
    edge = None if few or most is None else _edge(connection, conditions, tables, most)
    conditions += [] if edge is None else [_c.started_at > edge]
    paid = _c.status.in_(("charge", "allocated"))
    home = and_(_c.currency == wanted.currency, _c.decimals == wanted.decimals)
    added = select(
        func.count(),
        func.sum(case((_INWARD, 1), else_=0)),
        func.sum(case((_c.direction == "out", 1), else_=0)),
        func.sum(_c.talk_seconds),
        func.count(case((paid, _c.amount))),
        func.count(case((and_(home, paid), _c.amount))),
        func.sum(case((and_(home, paid), _c.amount))),
    )
    row = connection.execute(added.select_from(tables).where(*conditions)).one()
    calls, inward, outward, talk, priced, at_home, minor = (int(one or 0) for one in row)
    amounts = [(wanted.currency, wanted.decimals, minor)]
    amounts += _foreign(connection, [*conditions, paid, ~home], tables) if priced > at_home else []
    missed, waited, told = _waits(connection, conditions) if inward else (0, 0, 0)
    hidden = _hidden(connection, wanted, conditions, tables, and_(home, paid))
    return Sums(calls, inward, outward, talk, tuple(amounts), missed, waited, told, edge is not None, *hidden)


def _hidden(
    connection: Connection,
    wanted: Wanted,
    conditions: Sequence[ColumnElement[bool]],
    tables: FromClause,
    paid: ColumnElement[bool],
) -> tuple[int, int]:
    """The calls that are in no list, and what is to be paid for them. Nearly every house has none, and the index says so at once."""
    span = (_c.property == wanted.owner, _c.started_at >= wanted.span.since, _c.started_at < wanted.span.until)
    here = select(_c.id).where(*span, UNLISTED)
    if connection.execute(here.limit(1)).scalar() is None:
        return 0, 0
    added = select(func.count(), func.sum(case((paid, _c.amount)))).select_from(tables)
    row = connection.execute(added.where(*conditions, _c.id.in_(here.correlate(None)))).one()
    return int(row[0]), int(row[1] or 0)


def _edge(
    connection: Connection, conditions: Sequence[ColumnElement[bool]], tables: FromClause, most: int
) -> int | None:
    """When the newest call began that is not counted any more; None where there are no more than so many."""
    began = select(_c.started_at).select_from(tables).where(*conditions).order_by(_c.started_at.desc())
    return connection.execute(began.offset(most).limit(1)).scalar()


def _foreign(
    connection: Connection, conditions: Sequence[ColumnElement[bool]], tables: FromClause
) -> list[tuple[str, int, int]]:
    """The amounts in other currencies than the hotel's: calls of the time before it changed."""
    wanted = select(_c.currency, _c.decimals, func.sum(_c.amount)).select_from(tables)
    wanted = wanted.where(*conditions, _c.amount.is_not(None), _c.currency.is_not(None))
    wanted = wanted.group_by(_c.currency, _c.decimals).order_by(_c.currency, _c.decimals)
    return [(row[0], int(row[1] or 0), int(row[2])) for row in connection.execute(wanted)]


def _waits(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> tuple[int, int, int]:
    missed = or_(_RESULTS["missed"], _RESULTS["abandoned"])
    added = select(func.sum(case((missed, 1), else_=0)), func.sum(_a.waited), func.count(_a.waited))
    inward = added.select_from(schema.calls.outerjoin(schema.arrivals, _OF_CALL)).where(*conditions, _INWARD)
    row = connection.execute(inward).one()
    return int(row[0] or 0), int(row[1] or 0), int(row[2] or 0)


def charged(connection: Connection, wanted: Wanted) -> list[tuple[str, int, int]]:
    """What was put on folios for the calls that are meant, or is on its way there, by currency."""
    which = select(_c.id).select_from(_tables(wanted.asked)).where(*_mine(connection, wanted))
    here = (_p.property == wanted.owner, _p.call_id.in_(which), _p.state != "written_off", _p.amount.is_not(None))
    found = select(_p.currency, _p.decimals, func.sum(_p.amount)).where(*here).group_by(_p.currency, _p.decimals)
    return [(row[0], int(row[1]), int(row[2])) for row in connection.execute(found)]


def tagged(connection: Connection, owner: str, calls: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The same rows of calls, each with its tags and those of the number it was with."""
    numbers = [one["id"] for one in calls]
    if numbers:
        own, of_numbers = call_tags.standing(connection, owner, numbers), _tags_of_numbers(connection, owner, numbers)
        for one in calls:
            one["tags"], one["number_tags"] = own.get(one["id"], []), of_numbers.get(one["id"], [])
    return calls


def _tags_of_numbers(connection: Connection, owner: str, calls: Sequence[int]) -> dict[int, list[str]]:
    """The tags of the numbers that calls were with, by call."""
    if connection.execute(select(_t.id).where(_t.property == owner, STANDS).limit(1)).scalar() is None:
        return {}
    pieces = sorted({one // PIECE for one in calls})
    here = (_k.property == owner, _k.piece.in_(pieces), _k.call_id.in_(calls))
    same = and_(_t.property == _k.property, _t.number == _k.number, STANDS)
    found: dict[int, list[str]] = {}
    for call, tag in connection.execute(
        select(_k.call_id, _t.tag).join(schema.number_tags, same).where(*here).order_by(_t.id)
    ):
        found.setdefault(call, []).append(tag)
    return found


def disputed_of(connection: Connection, owner: str, calls: Sequence[int]) -> set[int]:
    """Those of some calls that are in dispute."""
    return set(_disputes(connection, owner, calls)) if calls else set()
