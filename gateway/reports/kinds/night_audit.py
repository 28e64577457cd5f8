"""The daily pack of the night auditor: a business day's control sheet, and all that belongs beside it, as one document.

A day that is closed is drawn as it was closed. The sheet goes by when things came; what stands beside it (exceptions, calls from
vacant rooms, alarms) goes by the stretch between the day's edges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

from sqlalchemy import Connection

from gateway.audit.days import BusinessDay, belonging
from gateway.audit.sheet import CAME, WENT, Difference, Sheet, expected_of, unnamed
from gateway.audit.sums import Purse, Sum
from gateway.instants import to_micros
from gateway.languages.spoken import Later, joined, later, later_plural, ours
from gateway.reports.asking import Asked, report
from gateway.reports.kinds.contingency import contingency
from gateway.reports.kinds.exceptions import exceptions
from gateway.reports.periods import Stretch
from gateway.reports.values import Cell, Column, Money, Note, Report, Row, Section, Table, table
from gateway.reports.wording import entry, in_words, kept_words
from gateway.store import alarms, business_days
from gateway.store.day_looks import DayLook, look
from gateway.store.reporting import calls_where, from_vacant_rooms
from gateway.web import audit_words as words
from gateway.web.marks import HOLDS, NAMES

#: Days that one document may have: more is a report of a month.
MOST_DAYS: Final = 31
#: Calls and alarms of one sort that the pack names.
MOST_NAMED: Final = 200
#: Rows of a table of exceptions.
MOST_EXCEPTIONS: Final = 25
#: What a person can do about a charge that is not settled.
_TO_DO: Final = {
    "in_doubt": ours("look at the folio: is it there? Then settle it"),
    "refused": ours("send it again, to another room or a house account, or write it off with a reason"),
    "held": ours("release it, or write it off with a reason"),
    "unconfirmable": ours("compare the PMS’s total: foliogate postings total"),
    "due": ours("nothing: it goes out when the PMS takes it"),
    "sent": ours("nothing: its answer is awaited"),
}
#: Holds that tell of a call nobody may have been entitled to make.
_NOBODY: Final = ("no_post", "no_room_news", "guest_left", "unknown_extension")
_ALARMS: Final = ("emergency", "old_emergency")
_FIGURES: Final = (
    Column("line", "line"),
    Column("number", "number", "count"),
    Column("net", "net", "money"),
    Column("tax", "tax", "money"),
    Column("gross", "gross", "money"),
)


def night_audit(asked: Asked, connection: Connection) -> Report:
    """The pack of each business day among the days that are asked for."""
    owner = asked.database.property
    found = [
        day
        for one in asked.period.days[:MOST_DAYS]
        if (day := business_days.dated(connection, owner, one.isoformat())) is not None
    ]
    looks = [look(connection, owner, day, has_pms=asked.has_pms) for day in found]
    stretch = _between(asked, found) if found else asked
    sections = [section for one in looks for section in _pack(asked, connection, one, alone=len(looks) == 1)]
    return report(
        stretch,
        connection,
        stretch.chosen(connection),
        kind="night-audit",
        title="Night audit",
        finding=joined(" ", (_finding(asked, one) for one in looks)) or "No business day has one of these dates.",
        sections=sections or [Note(title="Business days", sentences=("They begin when the gateway has started.",))],
        assumptions=(
            "The sheet counts records, charges and attempts by when they came here; a late one is on the day on which it came, "
            "with the day that it belongs to.",
            "Wake-up calls, room status and minibar entries by telephone stay between exchange and PMS: Foliogate sees none of them.",
        ),
        by_begin=False,
    )


def _between(asked: Asked, days: list[BusinessDay]) -> Asked:
    """The question about the stretch from the first day's begin to the last one's end."""
    until = min(days[-1].end.at, to_micros(asked.run_at))
    begin = days[0].opened_at
    period = Stretch(days[0].day, days[-1].day, asked.period.zone, begin, max(until, begin + 1))
    return replace(asked, period=period)


def _finding(asked: Asked, seen: DayLook) -> str:
    made, nameless = seen.sheet, unnamed(seen.differences)
    state = {
        "closed": later("closed by {name}", name=seen.day.closed_by),
        "ended": ours("not closed"),
        "open": ours("still open"),
    }[seen.day.state]
    left = (
        later_plural("{number} difference without a name", "{number} differences without a name", len(nameless))
        if nameless
        else ours("every difference has its name")
    )
    waiting = (
        later_plural("{number} charge open", "{number} charges open", made.open.number) if made.open.number else ""
    )
    return later(
        "{day}, {state}: {charges} with {money}, {rest}.",
        day=_day(seen.day.day),
        state=state,
        charges=later_plural("{number} charge", "{number} charges", made.charges.number),
        money=Later(lambda: words.purse_words(made.charges.gross, asked.money(0))),
        rest=joined("; ", (left, waiting)),
    )


def _day(day: date) -> str:
    """A business day, as the language writes it."""
    return Later(lambda: words.day_words(day))


def _pack(asked: Asked, connection: Connection, seen: DayLook, *, alone: bool) -> Iterator[Section]:
    """The sections of one day; of several, the day stands before each title."""
    head = "" if alone else _day(seen.day.day)
    for section in _sections(asked, connection, seen):
        if isinstance(section, Table):
            if section.count or section.name in ("came", "went"):
                name = section.name if alone else f"{section.name}_{seen.day.id}"
                yield replace(section, title=joined(": ", (head, ours(section.title))), name=name)
        elif isinstance(section, Note):
            yield replace(section, title=joined(": ", (head, ours(section.title))))
        else:
            yield section


def _sections(asked: Asked, connection: Connection, seen: DayLook) -> Iterator[Section]:
    stretch = _between(asked, [seen.day])
    yield Note(title="The day", sentences=_standing(asked, seen))
    yield _came(asked, seen.sheet)
    yield _went(asked, seen)
    yield _classes(asked, seen.sheet)
    yield _agreement(asked, seen)
    yield _differences(asked, seen)
    yield _open(seen)
    yield _nobody(stretch, connection, seen)
    yield _deeds(seen)
    yield _late(seen)
    yield from _exceptions(stretch, connection)
    yield from _alarms(stretch, connection)
    yield from _contingency(asked, connection)
    if seen.later and any(seen.later.values()):
        yield _later(seen)


def _standing(asked: Asked, seen: DayLook) -> tuple[str, ...]:
    from gateway.web.words import Clock

    clock = Clock(asked.period.zone, asked.run_at)
    why = (f"“{seen.day.closed_why}”",) if seen.day.closed_why else ()
    return (
        Later(lambda: words.standing(seen.day, clock)),
        *why,
        *(kept_words(one) or "" for one in seen.day.remarks.split("\n") if one),
    )


def _moneys(one: Sum, home: Money) -> list[tuple[Money | None, Money | None, Money | None]]:
    """Net, tax and gross by currency; nothing at all where there is no amount."""
    coins = sorted({*one.gross, *one.net, *one.tax})
    if not coins:
        return [(None, None, None)]
    rows: list[tuple[Money | None, Money | None, Money | None]] = []
    for coin in coins:
        net = Money(one.net[coin], *coin) if one.net.get(coin) or one.tax.get(coin) else None
        tax = Money(one.tax.get(coin, 0), *coin) if net is not None else None
        rows.append((net, tax, Money(one.gross.get(coin, 0), *coin)))
    return rows


def _rows(label: str, one: Sum, home: Money) -> list[Row]:
    """A line; where there are several currencies a row for each, the number on the first alone."""
    moneys = _moneys(one, home)
    return [(label, one.number if not place else None, *money) for place, money in enumerate(moneys)]


def _came(asked: Asked, made: Sheet) -> Table:
    rows: list[Row] = []
    for name in CAME:
        if made.came[name].number or name in ("rated", "unread"):
            rows += _rows(entry(words.CAME_WORDS, name), made.came[name], asked.money(0))
    totals: list[Row] = [(ours("records received"), made.received, None, None, None)]
    return table("came", "What came in", _FIGURES, rows, totals=tuple(totals))


def _went(asked: Asked, seen: DayLook) -> Table:
    made, home = seen.sheet, asked.money(0)
    rows = _rows(ours("guests’ calls with a price"), made.rated, home)
    for one in seen.differences:
        if one.key in words.BRIDGE:
            for coin, minor in sorted(one.amount.items()):
                rows.append(("   " + _what(one), None, None, None, Money(minor * words.BRIDGE[one.key], *coin)))
    rows += _rows(ours("charges of the day"), made.charges, home)
    for state in WENT:
        if made.went[state].number:
            rows += _rows("   " + _state(state), made.went[state], home)
    return table("went", "Where it went", _FIGURES, rows)


def _purse(held: Purse, home: Money) -> Money:
    """One amount of a purse; a house has one currency, and where it has more the sheet above tells all."""
    kept = {
        coin: minor for coin, minor in held.items() if coin.currency == home.currency and coin.decimals == home.decimals
    }
    return Money(sum(kept.values()), home.currency, home.decimals)


def _classes(asked: Asked, made: Sheet) -> Table:
    home = asked.money(0)
    columns = (
        Column("class", "class"),
        Column("calls", "priced", "count"),
        Column("net", "net", "money"),
        Column("tax", "tax", "money"),
        Column("gross", "gross", "money"),
        Column("posted", "posted", "money"),
        Column("open", "open", "money"),
        Column("written_off", "written off", "money"),
        Column("taken", "PMS said yes", "money"),
    )
    rows: list[Row] = []
    for name in sorted({*made.classes, *made.went_by_class, *made.yes_by_class}):
        states, rated = made.went_by_class.get(name, {}), made.classes.get(name, Sum())
        left = Sum()
        for state, one in states.items():
            if state not in ("posted", "written_off"):
                left.take(one)
        purses = (rated.net, rated.tax, rated.gross, states.get("posted", Sum()).gross, left.gross)
        further = (states.get("written_off", Sum()).gross, made.yes_by_class.get(name, Sum()).gross)
        rows.append(
            (name or ours("without a class"), rated.number, *(_purse(one, home) for one in (*purses, *further)))
        )
    note = (
        later("Amounts in {currency}.", currency=home.currency)
        if any(coin.currency != home.currency for coin in made.charges.gross)
        else ""
    )
    return table("classes", "By class", columns, rows, note=note)


def _agreement(asked: Asked, seen: DayLook) -> Table:
    home = asked.money(0)
    columns = (
        Column("what", "charges"),
        Column("ours", "the PMS said yes to", "money"),
        Column("theirs", "its own total", "money"),
        Column("difference", "difference", "money"),
        Column("read", "read"),
    )
    rows: list[Row] = []
    for group in ["", *sorted({*seen.sheet.yes_by_class, *seen.totals} - {""})] if asked.has_pms else []:
        total = seen.totals.get(group)
        expected = expected_of(seen.sheet, group)
        mine = _purse(expected, home) if total is None else Money(expected.get(total.coin, 0), *total.coin)
        theirs = None if total is None else Money(total.minor, *total.coin)
        rest = None if theirs is None else Money(theirs.minor - mine.minor, theirs.currency, theirs.decimals)
        rows.append(
            (group or ours("all telephone charges"), mine, theirs, rest, total.words if total is not None else None)
        )
    return table("agreement", "What the PMS says", columns, rows)


def _differences(asked: Asked, seen: DayLook) -> Table:
    columns = (Column("what", "difference"), Column("amount", "amount"), Column("name", "its name"))
    rows: list[Row] = [
        (
            _what(one),
            _signed(one, asked.money(0)) if any(one.amount.values()) else None,
            one.told or kept_words(one.why) or later("none yet. {advice}", advice=Later(partial(words.advice, one))),
        )
        for one in seen.differences
    ]
    return table("differences", "Differences", columns, rows)


def _amount(minor: int | None, currency: str | None, decimals: int | None) -> Money | None:
    return None if minor is None else Money(minor, currency or "", decimals or 0)


def _open(seen: DayLook) -> Table:
    columns = (
        Column("posting", "charge"),
        Column("state", "state"),
        Column("room", "room"),
        Column("began", "call began", "instant"),
        Column("amount", "amount", "money"),
        Column("why", "why"),
        Column("to_do", "what to do"),
    )
    rows: list[Row] = []
    for number, _call, state, hold, reason, room, minor, currency, decimals, _tries, began in seen.sheet.snapshot.open:
        why, money = kept_words(reason) or entry(HOLDS, hold), _amount(minor, currency, decimals)
        rows.append((str(number), _state(state), room, began, money, why, _TO_DO.get(state, "")))
    return table("open", "Charges that are not settled", columns, rows)


def _nobody(asked: Asked, connection: Connection, seen: DayLook) -> Table:
    """Calls that nobody may have been entitled to: from vacant rooms, and charges held for want of a guest who pays."""
    columns = (
        Column("call", "call"),
        Column("began", "began", "instant"),
        Column("who", "room or extension"),
        Column("number", "number"),
        Column("amount", "price", "money"),
        Column("why", "why"),
    )
    found, _ = calls_where(connection, asked.chosen(connection), from_vacant_rooms(), MOST_NAMED)
    rows: list[Row] = []
    for one in found:
        money = _amount(one["amount"], one["currency"], one["decimals"])
        number = asked.number(one)
        rows.append(
            (str(one["id"]), one["started_at"], one["room"], number, money, kept_words(one["reason"]) or ours("vacant"))
        )
    for _number, call, _state, hold, reason, room, minor, currency, decimals, _tries, began in seen.sheet.snapshot.open:
        if hold in _NOBODY:
            rows.append((str(call), began, room, None, _amount(minor, currency, decimals), kept_words(reason)))
    return table("nobody", "Calls from rooms that were vacant, left, no-post or unknown", columns, rows)


def _deeds(seen: DayLook) -> Table:
    columns = (
        Column("at", "at", "instant"),
        Column("who", "who"),
        Column("charge", "charge"),
        Column("what", "what, and why"),
    )
    rows: list[Row] = [
        (at, who, str(posting), Later(partial(words.deed_words, what)))
        for at, who, what, posting in seen.sheet.snapshot.deeds
    ]
    rows += [(one.at, one.who, None, _told(one)) for one in seen.entries]
    return table("deeds", "Adjustments, voids and decisions", columns, rows)


def _told(one: business_days.Entry) -> str:
    if one.kind == "name":
        return later("difference “{item}” is: {words}", item=one.item, words=one.words)
    money = _amount(one.amount, one.currency, one.decimals)
    said = {"amount": _said(money), "words": one.words}
    if one.item:
        return later("the PMS’s total for {item} is {amount}: {words}", item=one.item, **said)
    return later("the PMS’s total is {amount}: {words}", **said)


def _said(money: Money | None) -> str:
    return "" if money is None else in_words(money)


def _belongs(seen: DayLook, began: int | None) -> str:
    found = belonging(seen.days, began) if began is not None else None
    return later("belongs to {day}", day=_day(found.day)) if found is not None else ours("belongs to an earlier day")


def _late(seen: DayLook) -> Table:
    """What came on this day and belongs to an earlier one."""
    columns = (
        Column("what", "what"),
        Column("began", "call began", "instant"),
        Column("room", "room"),
        Column("amount", "amount", "money"),
        Column("mark", "mark"),
    )
    rows: list[Row] = []
    for number, _call, began, room, state, kind, minor, currency, decimals, place in seen.sheet.snapshot.carried:
        mark = _belongs(seen, began) if place == "earlier" else entry(words.PLACES, place)
        rows.append(
            (
                joined(", ", (_charge(kind, number), _state(state))),
                began,
                room,
                _amount(minor, currency, decimals),
                mark,
            )
        )
    for call, began, room, extension, _status, minor, currency, decimals in seen.sheet.snapshot.late:
        money = _amount(minor, currency, decimals)
        rows.append((later("call {call}", call=call), began, room or extension, money, _belongs(seen, began)))
    return table("late", "Came late, of earlier days", columns, rows)


def _exceptions(asked: Asked, connection: Connection) -> Iterator[Section]:
    """What stands out, in short: the sorts, and the first of each."""
    for one in exceptions(asked, connection).sections:
        if isinstance(one, Table) and one.count and one.name != "vacant":
            rows: tuple[tuple[Cell, ...], ...] = tuple(one.rows)[:MOST_EXCEPTIONS]
            beyond = (
                later("The first {number} of {count} are here.", number=len(rows), count=one.count)
                if one.count > len(rows)
                else ""
            )
            yield replace(one, rows=rows, count=len(rows), note=joined(" ", (ours(one.note), beyond)))


def _alarms(asked: Asked, connection: Connection) -> Iterator[Table]:
    """Emergency calls, then the log of links: what was wrong within the day, from when to when, and who took it."""
    found = alarms.between(connection, asked.database.property, asked.span.since, asked.span.until, MOST_NAMED)
    columns = (
        Column("raised", "told at", "instant"),
        Column("sentence", "what was so"),
        Column("taken", "taken at", "instant"),
        Column("by", "by"),
        Column("cleared", "over at", "instant"),
    )

    def rows(emergency: bool) -> list[Row]:
        return [
            (one.raised_at, kept_words(one.sentence), one.acknowledged_at, one.acknowledged_by or None, one.cleared_at)
            for one in found
            if (one.kind in _ALARMS) == emergency
        ]

    yield table("emergencies", "Emergency calls", columns, rows(True))
    yield table("links", "Links, clocks and gaps: what was wrong", columns, rows(False))


def _contingency(asked: Asked, connection: Connection) -> Iterator[Section]:
    """The sheet for the desk when everything is down."""
    if asked.period.last >= asked.run_at.astimezone(asked.period.zone).date():
        yield from (
            replace(one, title=later("Contingency: {title}", title=ours(one.title)))
            for one in contingency(asked, connection).tables
        )


def _what(one: Difference) -> str:
    return Later(partial(words.what, one))


def _signed(one: Difference, home: Money) -> str:
    return Later(lambda: words.purse_words(one.amount, home, signed=True))


def _state(state: str) -> str:
    """How a charge stands, in a word."""
    return Later(lambda: NAMES[state]) if state in NAMES else ours("settled")


def _charge(kind: str, number: int) -> str:
    match kind:
        case "correction":
            return later("correction {number}", number=number)
        case "reversal":
            return later("reversal {number}", number=number)
        case _:
            return later("charge {number}", number=number)


_CAME_LATER: Final = ours("its record came later")


def _later(seen: DayLook) -> Table:
    """What came after the day was closed; it stands on the sheets of later days."""
    columns = (
        Column("what", "what"),
        Column("room", "room"),
        Column("amount", "amount", "money"),
        Column("now", "now"),
    )
    before = {row[0]: row[2] for row in seen.sheet.snapshot.open}
    rows: list[Row] = [
        (
            later("charge {number}", number=number),
            room,
            _amount(minor, currency, decimals),
            later("{before} when closed, now {now}", before=_state(before.get(number, "")), now=_state(state)),
        )
        for number, state, _reason, _at, minor, currency, decimals, room in seen.later["moved"]
    ]
    rows += [
        (
            _charge(kind, number),
            room,
            _amount(minor, currency, decimals),
            later("made later, {state}", state=_state(state)),
        )
        for number, _call, state, kind, _at, minor, currency, decimals, room in seen.later["made"]
    ]
    rows += [
        (later("call {call}", call=call), room or extension, _amount(minor, currency, decimals), _CAME_LATER)
        for call, _began, room, extension, _status, minor, currency, decimals in seen.later["late"]
    ]
    return table("later", "Came after the day was closed", columns, rows, note="None of this is in the figures above.")
