"""Every call of the days that a filter of the log finds, one by one, in the log's order: what the log gives away as a file."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from gateway.call_log.asking import Question, in_words
from gateway.call_log.fields import BY_NAME, FIELDS, HOURS, RESULTS, Field, Kind, hours_of, result_of
from gateway.languages.places import placed
from gateway.languages.spoken import Later, joined, later, later_plural, ours, say
from gateway.reports.asking import TALK, Asked, report
from gateway.reports.kinds.when import pictures
from gateway.reports.sums import Purse, money_rows
from gateway.reports.values import Cell, CellKind, Column, Money, Note, Report, Row, Section, Table
from gateway.reports.wording import class_words, entry
from gateway.store import call_log
from gateway.store.call_log import Sums, Wanted
from gateway.store.database import Database
from gateway.store.pages import of_calls
from gateway.store.reporting import call_sums, posting_sums
from gateway.web.marks import HOLDS, NAMES, URGENCY
from gateway.web.words import minutes

_CELLS: Final[Mapping[Kind, CellKind]] = {"instant": "instant", "seconds": "seconds", "money": "money"}
#: The fields that files have, in their order.
SHOWN: Final = tuple(one for one in FIELDS if one.shown)
_AMOUNTS: Final = ("amount", "charged", "cost")


def _kind(one: Field) -> CellKind:
    if one.name in _AMOUNTS:
        return "money"
    return "seconds" if one.name == "billed" else _CELLS.get(one.kind, "text")


COLUMNS: Final = tuple(
    Column(one.file_name or one.name, one.title, _kind(one), detail=one.shown == "file") for one in SHOWN
)
_STATUS: Final = {
    "open": ours("not finished"),
    "allocated": ours("of the house"),
    "not_chargeable": ours("not charged"),
}
#: States in which nothing is to come of a charge any more.
SETTLED: Final = ("posted", "written_off")

_Postings: TypeAlias = Sequence[Mapping[str, Any]]
_Cell: TypeAlias = Callable[[Asked, Mapping[str, Any], _Postings], Cell]


class _Rows:
    """The rows, made of the store's while somebody goes through them."""

    def __init__(self, asked: Asked, numbers: array[int]) -> None:
        self._asked, self._numbers = asked, numbers

    def __iter__(self) -> Iterator[Row]:
        """One row a call."""
        database: Database = self._asked.database
        for part in call_log.slices(self._numbers):
            calls, postings = database.read(
                lambda connection: (
                    call_log.rows(connection, database.property, part),  # noqa: B023
                    of_calls(connection, database.property, part),  # noqa: B023
                )
            )
            for call in calls:
                yield row_of(self._asked, call, postings.get(call["id"], []))


def row_of(asked: Asked, call: Mapping[str, Any], postings: _Postings) -> Row:
    """A call under `COLUMNS`."""
    return tuple(_cell(one, asked, call, postings) for one in SHOWN)


def _cell(one: Field, asked: Asked, call: Mapping[str, Any], postings: _Postings) -> Cell:
    own = _CELL.get(one.name)
    if own is not None:
        return own(asked, call, postings)
    value: Cell = call[one.column.partition(".")[2]]
    if one.name == "direction" and isinstance(value, str):
        return _WAYS.get(value, value)
    return class_words(value) if one.name == "class" and isinstance(value, str) else value


def _charged(asked: Asked, call: Mapping[str, Any], postings: _Postings) -> Cell:
    charged = [one for one in postings if one["state"] != "written_off" and one["amount"] is not None]
    if not charged:
        return None
    return Money(sum(one["amount"] for one in charged), charged[0]["currency"], charged[0]["decimals"])


def _money(row: Mapping[str, Any], amount: str, currency: str, decimals: str) -> Money | None:
    if row[amount] is None or row[currency] is None:
        return None
    return Money(row[amount], row[currency], row[decimals] or 0)


#: The way a call went, in a word; programs have it in English.
_WAYS: Final[Mapping[str, str]] = {
    "out": ours("out"),
    "in": ours("in"),
    "internal": ours("internal"),
    "tandem": ours("tandem"),
    "unknown": ours("unknown"),
}
#: The cells that are no plain column.
_CELL: Final[Mapping[str, _Cell]] = {
    "call": lambda asked, call, postings: str(call["id"]),
    "result": lambda asked, call, postings: ours(RESULTS[result_of(call, call["outcome"])]),
    "hours": lambda asked, call, postings: ours(
        HOURS[hours_of(asked.office.hours.inside(call["department"], call["started_at"]))]
    ),
    "tag": lambda asked, call, postings: ", ".join(call["tags"]) or None,
    "number_tags": lambda asked, call, postings: ", ".join(call["number_tags"]) or None,
    "place": lambda asked, call, postings: placed(call["place"]),
    "code": lambda asked, call, postings: call["account_code"] or None,
    "authorization": lambda asked, call, postings: call["authorization_code"] or None,
    "number": lambda asked, call, postings: asked.number(call),
    "amount": lambda asked, call, postings: _money(call, "amount", "currency", "decimals"),
    "charged": _charged,
    "cost": lambda asked, call, postings: _money(call, "cost", "cost_currency", "cost_decimals"),
    "state": lambda asked, call, postings: state(call, postings),
}


def state(call: Mapping[str, Any], postings: _Postings) -> str:
    """How a call stands, in a word or a few: by that of its charges which claims attention first."""
    if not postings:
        return _STATUS.get(call["status"], ours("no charge"))
    known = {name: place for place, name in enumerate(URGENCY)}
    first = min(postings, key=lambda one: known.get(one["state"], len(known)))
    return joined(": ", (entry(NAMES, first["state"]), entry(HOLDS, first["hold"] or "")))


def wanted_of(asked: Asked) -> Wanted:
    """The question to the store."""
    return Wanted(
        owner=asked.database.property,
        span=asked.span,
        asked=asked.question,
        home=asked.home,
        currency=asked.currency,
        decimals=asked.decimals,
        hours=asked.office.hours,
        agreed=bool(asked.office.agreement),
    )


def calls(asked: Asked, connection: Connection) -> Report:
    """The report: of all calls with their pictures, of those that a filter finds with what it asks for."""
    chosen, wanted, home = asked.chosen(connection), wanted_of(asked), asked.money(0)
    numbers = call_log.all_numbers(connection, wanted)
    whole = call_log.sums(connection, wanted, most=None)
    priced, charged = _purse(whole.amounts), _purse(call_log.charged(connection, wanted))
    listed = Table(
        name="calls",
        title="Calls",
        columns=COLUMNS,
        rows=_Rows(asked, numbers),
        count=len(numbers),
        totals=tuple(_totals(whole.talk, whole.waited if whole.told else None, priced, charged, home)),
        nothing="No call is meant." if asked.question.terms else "No call began in these days.",
    )
    if not asked.question.terms:
        rows = call_sums(connection, chosen, ("quarter",))
        waiting = sum(one["postings"] for one in posting_sums(connection, chosen, ()) if one["state"] not in SETTLED)
        before: tuple[Section, ...] = tuple(pictures(rows, asked.period))
    else:
        waiting, before = 0, (Note(title="Asked for", sentences=tuple(_asked_for(asked.question))),)
    return report(
        asked,
        connection,
        chosen,
        kind="calls",
        title="Calls",
        finding=_finding(whole, charged.words(home), waiting),
        sections=(*before, listed),
        assumptions=(TALK, PRICE, CHARGED, *_hidden(whole, home)),
    )


def _finding(whole: Sums, charged: str, waiting: int) -> str:
    told = later(
        "{calls}, {minutes} of talk, {money} charged.",
        calls=later_plural("{number} call", "{number} calls", whole.calls),
        minutes=minutes(whole.talk),
        money=charged,
    )
    if not waiting:
        return told
    unsettled = later_plural("{number} charge is not settled yet.", "{number} charges are not settled yet.", waiting)
    return joined(" ", (told, unsettled))


def _hidden(whole: Sums, home: Money) -> Iterator[str]:
    """What is added up and not in the list."""
    if whole.hidden:
        money = _purse([(home.currency, home.decimals, whole.hidden_amount)]).words(home)
        yield later_plural(
            "{number} private call is counted in the sums, with {money}, and not listed: such calls are never itemised.",
            "{number} private calls are counted in the sums, with {money}, and not listed: such calls are never itemised.",
            whole.hidden,
            money=money,
        )


def _asked_for(question: Question) -> Iterator[str]:
    for place, line in enumerate(in_words(question)):
        yield Later(partial(_condition, question, place)) if line else ""
    if question.sort != "began":
        field = ours(BY_NAME[question.sort].label or question.sort)
        yield (
            later("Sorted by {field}, the least first.", field=field)
            if question.up
            else later("Sorted by {field}, the most first.", field=field)
        )


def _condition(question: Question, place: int) -> str:
    """One of the conditions, in the language that is spoken."""
    return f"{list(in_words(question, say))[place]}."


def _purse(amounts: Sequence[tuple[str, int, int]]) -> Purse:
    purse = Purse()
    for currency, decimals, minor in amounts:
        if minor:
            purse.put(minor, currency, decimals)
    return purse


def _totals(talk: int, waited: int | None, priced: Purse, charged: Purse, home: Money) -> list[Row]:
    """The rows of totals, one a currency, each figure below its column."""
    found: list[Row] = []
    for place, amounts in enumerate(money_rows((), [priced, charged], home)):
        said: dict[str, Cell] = {"amount": amounts[0], "charged": amounts[1]}
        said |= {} if place else {"direction": ours("together"), "talk": talk, "waited": waited}
        found.append(tuple(said.get(one.name) for one in SHOWN))
    return found


PRICE: Final = (
    "The price of a call is what its tariff gave when it was rated; for calls of the house it is what a guest would pay, "
    "and calls that are not charged have their price in the list but in no sum."
)
CHARGED: Final = (
    "Charged is what was put on folios or is on its way there, corrections counted and written-off charges not."
)
