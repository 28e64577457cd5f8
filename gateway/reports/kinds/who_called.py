"""Who called in: for the first time or again, from where, and whether those who were missed found somebody after all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from gateway.arrivals import MISSED
from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import Asked, report
from gateway.reports.kinds.arrived import Came, share, told
from gateway.reports.kinds.inbound import DEFINED, unread_words
from gateway.reports.values import Bars, Column, Report, Row, Section, Table, table
from gateway.store.inbound import Later, arrivals_in, called_before, contacts_after_missing, without_particulars
from gateway.store.reporting import Chosen
from protocols.text import mask_number
from rating.callers import Origin, origin

#: Callers that are named.
MOST_NAMED: Final = 500
#: Bars of a picture.
MOST_BARS: Final = 12
FIRST_TIME: Final = (
    "A caller is a number. He calls for the first time if no call from it came in before these days, as far back as the "
    "store reaches. Callers who show no number are counted as calls and not as callers."
)
AFTERWARDS: Final = (
    "For each caller who was missed, what happened after his last missed call of these days is told, until now: he called "
    "again and was answered, somebody of the house called him and spoke with him, or neither."
)
#: What happened after a missed call, the most urgent first.
STANDINGS: Final = (
    ours("nobody spoke with him since"),
    ours("called back, nobody answered"),
    ours("called back"),
    ours("called again"),
)


@dataclass(slots=True)
class _Caller:
    """What one number did in these days."""

    came: Came = field(default_factory=Came)
    first: int = 0
    last: int = 0
    missed_at: int | None = None
    missed_id: int = 0


@dataclass(slots=True)
class _Seen:
    """One look at the calls."""

    whole: Came = field(default_factory=Came)
    hidden: Came = field(default_factory=Came)
    callers: dict[str, _Caller] = field(default_factory=dict)


class _After(NamedTuple):
    """How it stands with a caller who was missed."""

    number: str
    caller: _Caller
    standing: str
    at: int | None


def who_called(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    seen = _look(asked, arrivals_in(connection, chosen))
    before = called_before(connection, chosen)
    after = _afterwards(connection, chosen, seen)
    return report(
        asked,
        connection,
        chosen,
        kind="callers",
        title="Callers",
        finding=_finding(seen, len(before), after),
        sections=(*_origins(seen, before), _missed(asked, after), _top(asked, seen, before)),
        assumptions=(*DEFINED[:1], FIRST_TIME, AFTERWARDS, *unread_words(without_particulars(connection, chosen))),
    )


def _finding(seen: _Seen, known: int, after: list[_After]) -> str:
    if not seen.whole.calls:
        return "No call came in in these days."
    callers = later(
        "{callers}, {calls}: {fresh} called for the first time, {known} had called before, {again} called more than once in "
        "these days; {hidden} showed no number.",
        callers=later_plural("{number} caller", "{number} callers", len(seen.callers)),
        calls=later_plural("{number} call", "{number} calls", seen.whole.calls - seen.hidden.calls),
        fresh=len(seen.callers) - known,
        known=known,
        again=sum(one.came.calls > 1 for one in seen.callers.values()),
        hidden=later_plural("{number} call", "{number} calls", seen.hidden.calls),
    )
    missed = ours("None of them was missed.")
    if after:
        missed = later_plural(
            "{number} caller was missed; with {open} of them nobody has spoken since.",
            "{number} callers were missed; with {open} of them nobody has spoken since.",
            len(after),
            open=sum(one.standing in STANDINGS[:2] for one in after),
        )
    return joined(" ", (callers, missed))


def _look(asked: Asked, calls: Iterable[Any]) -> _Seen:
    seen, talk = _Seen(), asked.inbound.talk_seconds
    for row in calls:
        call = told(row, talk)
        seen.whole.add(call)
        if not row.caller:
            seen.hidden.add(call)
            continue
        one = seen.callers.get(row.caller)
        if one is None:
            one = seen.callers[row.caller] = _Caller(first=row.started_at)
        one.came.add(call)
        one.first, one.last = min(one.first, row.started_at), max(one.last, row.started_at)
        if row.outcome in MISSED and (one.missed_at is None or row.started_at >= one.missed_at):
            one.missed_at, one.missed_id = row.started_at, row.id
    return seen


# -- after a missed call --------------------------------------------------------------------------------------------


def _afterwards(connection: Connection, chosen: Chosen, seen: _Seen) -> list[_After]:
    missed = {number: one for number, one in seen.callers.items() if one.missed_at is not None}
    later: dict[str, list[Later]] = {}
    for contact in contacts_after_missing(connection, chosen):
        one = missed[contact.number]
        if (contact.started_at, contact.id) > (one.missed_at, one.missed_id):
            later.setdefault(contact.number, []).append(contact)
    found = [_After(number, one, *standing(later.get(number, []))) for number, one in missed.items()]
    return sorted(found, key=lambda one: (STANDINGS.index(one.standing), -one.caller.came.missed, one.number))


def standing(later: Iterable[Later]) -> tuple[str, int | None]:
    """How it stands with a missed caller by what came after, in its order, and since when. Pure."""
    tried: int | None = None
    for contact in later:
        if contact.spoken:
            return (ours("called again") if contact.inward else ours("called back")), contact.started_at
        if not contact.inward and tried is None:
            tried = contact.started_at
    return (STANDINGS[0], None) if tried is None else (STANDINGS[1], tried)


def _missed(asked: Asked, after: list[_After]) -> Table:
    columns = (
        Column("number", "caller"),
        Column("missed", "missed", "count"),
        Column("last_missed", "last missed", "instant"),
        Column("standing", "since then"),
        Column("at", "when", "instant"),
        Column("call", "missed call", "text", detail=True),
    )
    listed: list[Row] = [
        (
            _number(asked, one.number),
            one.caller.came.missed,
            one.caller.missed_at,
            one.standing,
            one.at,
            str(one.caller.missed_id),
        )
        for one in after[:MOST_NAMED]
    ]
    beyond = (
        later("The first {shown} of {number} are named.", shown=MOST_NAMED, number=len(after))
        if len(after) > MOST_NAMED
        else ""
    )
    note = joined(" ", (ours("Those with whom nobody has spoken come first."), beyond))
    return table("missed", "After a missed call", columns, listed, nothing="No caller was missed.", note=note)


# -- where from, and who --------------------------------------------------------------------------------------------


def _origins(seen: _Seen, before: set[str]) -> list[Section]:
    found: dict[Origin, list[tuple[str, _Caller]]] = {}
    for number, one in seen.callers.items():
        found.setdefault(origin(number), []).append((number, one))
    listed: list[tuple[int, Row]] = []
    countries: dict[str, int] = {}
    for place, callers in found.items():
        calls = sum(one.came.calls for _, one in callers)
        known = sum(one.came.known for _, one in callers)
        answered = sum(one.came.answered for _, one in callers)
        fresh = sum(number not in before for number, _ in callers)
        area = ours("mobile") if place.mobile else place.area or None
        country = place.country or ours("not told by the number")
        countries[country] = countries.get(country, 0) + calls
        cells = (calls, len(callers), fresh, share(fresh, len(callers)), answered, share(answered, known))
        listed.append((calls, (country, area, *cells, sum(one.came.talk for _, one in callers))))
    if seen.hidden.calls:
        hidden = seen.hidden
        cells_ = (hidden.calls, None, None, None, hidden.answered, share(hidden.answered, hidden.known), hidden.talk)
        listed.append((hidden.calls, (ours("no number shown"), None, *cells_)))
        countries[ours("no number shown")] = hidden.calls
    columns = (
        Column("country", "country"),
        Column("area", "area code"),
        Column("calls", "came in", "count"),
        Column("callers", "callers", "count"),
        Column("first_time", "first time", "count"),
        Column("share_first", "first-time share", "percent"),
        Column("answered", "answered", "count"),
        Column("share_answered", "answered of those told", "percent"),
        Column("talk_seconds", "talk", "seconds"),
    )
    listed.sort(key=lambda one: (-one[0], str(one[1][0]), str(one[1][1] or "")))
    where = table("origins", "Where callers are from", columns, [row for _, row in listed], nothing="No call came in.")
    return [*_bars(countries), where]


def _bars(countries: dict[str, int]) -> list[Section]:
    top = sorted(countries.items(), key=lambda one: (-one[1], one[0]))[:MOST_BARS]
    if not top:
        return []
    return [
        Bars(
            name="countries",
            title="Calls by country of the caller",
            sentence=later("Most came from: {country}.", country=top[0][0]),
            measure=Column("calls", "came in", "count"),
            series=("came in",),
            labels=tuple(name for name, _ in top),
            heading="country",
            values=tuple((calls,) for _, calls in top),
            lying=True,
        )
    ]


def _top(asked: Asked, seen: _Seen, before: set[str]) -> Table:
    columns = (
        Column("number", "caller"),
        Column("country", "country"),
        Column("calls", "came in", "count"),
        Column("answered", "answered", "count"),
        Column("missed", "missed", "count"),
        Column("talk_seconds", "talk", "seconds"),
        Column("first", "first", "instant"),
        Column("last", "last", "instant"),
        Column("known", "called before"),
    )
    ordered = sorted(seen.callers.items(), key=lambda one: (-one[1].came.calls, -one[1].came.talk, one[0]))
    listed: list[Row] = []
    for number, one in ordered[:MOST_NAMED]:
        figures = (one.came.calls, one.came.answered, one.came.missed, one.came.talk, one.first, one.last)
        known = ours("yes") if number in before else ours("first time")
        listed.append((_number(asked, number), origin(number).country or None, *figures, known))
    beyond = (
        later("The {shown} of {number} who called most are named.", shown=MOST_NAMED, number=len(ordered))
        if len(ordered) > MOST_NAMED
        else ""
    )
    return table("callers", "Who called most", columns, listed, nothing="No caller showed a number.", note=beyond)


def _number(asked: Asked, number: str) -> str:
    return mask_number(number) if asked.masked else number
