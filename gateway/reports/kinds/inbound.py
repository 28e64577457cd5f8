"""Calls that came in: how many found somebody, how long they waited for it, and how they wandered through the house."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from gateway.languages.spoken import joined, later, later_plural, ours
from gateway.reports.asking import Asked, report
from gateway.reports.kinds.arrived import FIGURES, OUTCOMES, Came, figures, rows, share, told
from gateway.reports.office import on_persons, shown_extension
from gateway.reports.periods import QUARTER, WEEKDAYS, local_hour
from gateway.reports.values import Bars, Column, Heat, Note, Picture, Report, Row, Section, Table, table
from gateway.reports.wording import day_words, fraction
from gateway.reports.wording import whole as grouped
from gateway.store.inbound import arrivals_in, without_particulars

#: Days from which on a week of hours says something.
_A_WEEK: Final = 7
#: Bars of a picture.
MOST_BARS: Final = 12
PERCENTILES: Final = (50, 80, 90, 95)
#: What the stages of protocols/smdr/stages.py are called, in the order in which a call meets them.
STAGES: Final = {
    "menu": ours("a menu"),
    "announcement": ours("an announcement"),
    "attendant": ours("the operator's console"),
    "queue": ours("a queue"),
    "group": ours("a group of telephones"),
    "forward": ours("a forwarding"),
    "transfer": ours("a transfer, by the exchange's mark"),
    "parked": ours("a parking place"),
    "conference": ours("a conference"),
    "voicemail": ours("voice mail"),
}
DEFINED: Final = (
    "Answered is a call that a person took by the exchange's word; menus, queues, announcements and voice mail are nobody. "
    "Missed is every other call of which the exchange tells; abandoned are those of the missed of which it tells where the "
    "caller gave up.",
    "The wait is told from the call's beginning to a person's answer. Where the exchange answered by itself first (a menu, a "
    "queue, an announcement), its records do not tell that, and the wait is counted as not told.",
)
WANDERED: Final = Note(
    title="What exchanges tell of it",
    sentences=(
        "Asterisk writes the last application of each leg (queue with its name, menu, announcement, voice mail, conference), "
        "but not how long the caller was in it.",
        "Avaya IP Office writes voice mail and conference ports, forwarding, transfers and hunt groups that targeted a call; "
        "it writes no queue.",
        "Mitel MiVoice Business writes one record a call: the operator and a transfer, but neither queue nor voice mail.",
        "A call without a stage here is a call of which the records say nothing of the kind.",
    ),
)


def _by() -> defaultdict[Any, Came]:
    return defaultdict(Came)


@dataclass
class _Seen:
    """Everything that one look at the calls adds up."""

    whole: Came = field(default_factory=Came)
    days: defaultdict[Any, Came] = field(default_factory=_by)
    hours: defaultdict[Any, Came] = field(default_factory=_by)
    weekdays: defaultdict[Any, Came] = field(default_factory=_by)
    places: defaultdict[Any, Came] = field(default_factory=_by)
    extensions: defaultdict[Any, Came] = field(default_factory=_by)
    numbers: defaultdict[Any, Came] = field(default_factory=_by)
    stages: defaultdict[Any, Came] = field(default_factory=_by)
    hands: Counter[int] = field(default_factory=Counter)
    missed_at: Counter[tuple[int, int]] = field(default_factory=Counter)
    came_at: Counter[tuple[int, int]] = field(default_factory=Counter)


def inbound(asked: Asked, connection: Connection) -> Report:
    """The report."""
    chosen = asked.chosen(connection)
    seen = _look(asked, arrivals_in(connection, chosen))
    left = without_particulars(connection, chosen)
    return report(
        asked,
        connection,
        chosen,
        kind="inbound",
        title="Calls that came in",
        finding=_finding(asked, seen),
        sections=(*_pictures(asked, seen), *_tables(asked, seen), *_wandered(seen)),
        assumptions=(*DEFINED, *unread_words(left), *on_persons(asked.office)),
    )


def unread_words(left: int) -> tuple[str, ...]:
    """What is to be said of calls whose particulars are not kept."""
    if not left:
        return ()
    return (
        later_plural(
            "{number} call came in before callers and outcomes were kept and is not counted here: "
            "'foliogate db rebuild-inbound' reads them again.",
            "{number} calls came in before callers and outcomes were kept and are not counted here: "
            "'foliogate db rebuild-inbound' reads them again.",
            left,
        ),
    )


def _look(asked: Asked, calls: Any) -> _Seen:
    seen, names = _Seen(), {one.did: one.name for one in asked.numbers}
    zone, talk = asked.period.zone, asked.inbound.talk_seconds
    for row in calls:
        at = local_hour(row.started_at // QUARTER, zone)
        weekday, place = at.day.weekday(), (at.day.weekday(), at.hour)
        who = row.department or (row.room and ours("guest rooms")) or ours("in no list")
        keys: list[tuple[defaultdict[Any, Came], tuple[Any, ...]]] = [
            (seen.days, (at.day,)),
            (seen.hours, (at.hour,)),
            (seen.weekdays, (weekday,)),
            (seen.places, (who,)),
            (seen.extensions, (shown_extension(asked.office, row._mapping), row.room or row.department)),
            (seen.numbers, (row.did or None, names.get(row.did))),
        ]
        if row.stages:
            keys += [(seen.stages, _stage(one)) for one in row.stages.split(";") if one != "machine"]
        one = told(row, talk)
        seen.whole.add(one)
        for held, key in keys:
            held[key].add(one)
        seen.hands[row.hands] += 1
        seen.came_at[place] += 1
        seen.missed_at[place] += row.outcome not in ("answered", "untold")
    return seen


def _stage(words: str) -> tuple[str, str | None]:
    kind, _, name = words.partition(" ")
    return kind, name or None


def _finding(asked: Asked, seen: _Seen) -> str:
    whole = seen.whole
    if not whole.calls:
        return "No call came in in these days."
    said = {
        "calls": later_plural("{number} call", "{number} calls", whole.calls),
        "answered": grouped(whole.answered),
        "missed": grouped(whole.missed),
    }
    words = (
        later(
            "{calls} came in: {answered} answered, {missed} missed, {untold} of which the exchange does not tell.",
            **said,
            untold=whole.untold,
        )
        if whole.untold
        else later("{calls} came in: {answered} answered, {missed} missed.", **said)
    )
    waits, limit = whole.to_answer, asked.settings.answer_within_seconds
    middle, in_time = waits.percentile(50), share(waits.within(limit), waits.told)
    if middle is not None and in_time is not None:
        waited = later(
            "Half were answered within {middle} s, and {in_time} % within {limit} s.",
            middle=middle,
            in_time=fraction(in_time, 0),
            limit=limit,
        )
    else:
        waited = ours("How long they waited for the answer is not told.") if whole.answered else ""
    return joined(" ", (words, waited))


# -- pictures -------------------------------------------------------------------------------------------------------


def _pictures(asked: Asked, seen: _Seen) -> list[Picture]:
    if not seen.whole.calls:
        return []
    hours = [seen.hours.get((hour,), Came()) for hour in range(24)]
    labels = tuple(f"{hour:02d}" for hour in range(24))
    found: list[Picture] = [_bars("hours", "By hour of the day", "hour", labels, hours)]
    if len(asked.period.days) > 1:
        days = asked.period.days
        named = tuple(day_words(day) for day in days)
        found.append(_bars("days", "By day", "day", named, [seen.days.get((day,), Came()) for day in days]))
    if len(asked.period.days) >= _A_WEEK:
        found.append(_heat("came", "Came in, by weekday and hour", _CAME_MOST, seen.came_at))
        if seen.missed_at.total():
            found.append(_heat("missed_heat", "Missed, by weekday and hour", _MISSED_MOST, seen.missed_at))
    return found


def _bars(name: str, title: str, heading: str, labels: tuple[str, ...], some: list[Came]) -> Bars:
    most = max(range(len(some)), key=lambda place: some[place].missed)
    missed = some[most].missed
    sentence = (
        later(
            "Most were missed at {time}: {missed} of {calls}.",
            time=labels[most],
            missed=missed,
            calls=some[most].calls,
        )
        if missed
        else "None was missed."
    )
    ways = [("answered", [one.answered for one in some]), ("missed", [one.missed for one in some])]
    ways += [("not told", [one.untold for one in some])] if any(one.untold for one in some) else []
    return Bars(
        name=name,
        title=title,
        sentence=sentence,
        measure=Column("calls", "calls", "count"),
        series=tuple(way for way, _ in ways),
        labels=labels,
        heading=heading,
        values=tuple(tuple(figures_[place] for _, figures_ in ways) for place in range(len(some))),
    )


#: What is said of a picture of a week.
_CAME_MOST: Final = later("Most calls came in on {day} between {begin}:00 and {end}:00 (outlined).")
_MISSED_MOST: Final = later("Most calls were missed on {day} between {begin}:00 and {end}:00 (outlined).")


def _heat(name: str, title: str, most: str, counted: Counter[tuple[int, int]]) -> Heat:
    places = [(day, hour) for day in range(7) for hour in range(24)]
    top = max(places, key=lambda place: counted[place])
    return Heat(
        name=name,
        title=title,
        sentence=later(
            most,
            day=ours(WEEKDAYS[top[0]]),
            begin=f"{top[1]:02d}",
            end=f"{top[1] + 1:02d}",
        ),
        measure=Column("calls", "calls", "count"),
        rows=WEEKDAYS,
        columns=tuple(f"{hour:02d}" for hour in range(24)),
        heading="day",
        values=tuple(tuple(float(counted[day, hour]) for hour in range(24)) for day in range(7)),
        outlined=top,
    )


# -- tables ---------------------------------------------------------------------------------------------------------


def _tables(asked: Asked, seen: _Seen) -> list[Section]:
    limit = asked.settings.answer_within_seconds
    hours = {(hour,): seen.hours[(hour,)] for hour in range(24) if (hour,) in seen.hours}
    weekdays = {(ours(name),): seen.weekdays[(day,)] for day, name in enumerate(WEEKDAYS) if (day,) in seen.weekdays}
    totals = (figures(seen.whole, limit),)
    note = later("In time is within {limit} s, of those answered whose wait is told.", limit=limit)

    def by(name: str, title: str, heads: tuple[Column, ...], listed: list[Row]) -> Table:
        first = (ours("together"), *([None] * (len(heads) - 1))) if heads[0].kind == "text" else (None,) * len(heads)
        total = tuple((*first, *one) for one in totals) if listed else ()
        return table(name, title, (*heads, *FIGURES), listed, totals=total, nothing="No call came in.", note=note)

    who = (Column("extension", "extension"), Column("whose", "room or department"))
    dids = (Column("did", "number dialled"), Column("name", "name"))
    return [
        _outcomes(seen.whole),
        _waits(asked, seen.whole),
        by("by_hour", "By hour of the day", (Column("hour", "hour", "hour"),), rows(hours, limit)),
        by("by_weekday", later("By weekday"), (Column("weekday", "weekday"),), rows(weekdays, limit)),
        by("by_place", later("By department"), (Column("where", "where"),), rows(seen.places, limit, by_size=True)),
        by("by_extension", later("By extension"), who, rows(seen.extensions, limit, by_size=True)),
        by("by_did", later("By number dialled"), dids, rows(seen.numbers, limit, by_size=True)),
    ]


def _outcomes(whole: Came) -> Table:
    columns = (
        Column("outcome", "outcome"),
        Column("meaning", "what it is"),
        Column("calls", "calls", "count"),
        Column("share", "of all", "percent"),
    )
    listed: list[Row] = [
        (name, meaning, whole.outcomes[outcome], share(whole.outcomes[outcome], whole.calls))
        for outcome, (name, meaning) in OUTCOMES.items()
        if whole.outcomes[outcome]
    ]
    return table("outcomes", "What became of them", columns, listed, nothing="No call came in.")


def _waits(asked: Asked, whole: Came) -> Table:
    pair = (whole.to_answer, whole.to_give_up)
    limit = asked.settings.answer_within_seconds

    def seconds(value: float | None) -> int | None:
        return None if value is None else round(value)

    measures: list[tuple[str, list[int | None]]] = [(ours("mean"), [seconds(one.mean) for one in pair])]
    measures += [
        (later("{percent} % within", percent=percent), [one.percentile(percent) for one in pair])
        for percent in PERCENTILES
    ]
    measures += [(ours("longest"), [one.longest for one in pair])]
    columns = (
        Column("measure", "measure"),
        Column("to_answer", "until a person answered", "seconds"),
        Column("to_give_up", "until the caller gave up", "seconds"),
    )
    known_ones = [later("{told} told, {untold} not told", told=one.told, untold=one.untold) for one in pair]
    sure = whole.to_answer.within(limit)
    known = share(sure, whole.calls)
    note = later(
        "Until the answer: {answers}. Until the caller gave up: {ends}.",
        answers=known_ones[0],
        ends=known_ones[1],
    )
    if known is not None:
        sure_words = later(
            "Of all calls, {known} % are known to have been answered within {limit} s.",
            known=fraction(known, 1),
            limit=limit,
        )
        note = joined(" ", (note, sure_words))
    listed: list[Row] = [(name, *values) for name, values in measures] if any(one.told for one in pair) else []
    return table("waits", "How long they waited", columns, listed, nothing="No wait is told.", note=note)


_STAGES: Final = (
    Column("stage", "went through"),
    Column("name", "name"),
    Column("calls", "calls", "count"),
    Column("answered", "answered in the end", "count"),
    Column("missed", "missed", "count"),
    Column("mean_given_up", "mean until they gave up", "seconds"),
    Column("talk_seconds", "talk", "seconds"),
)


def _wandered(seen: _Seen) -> list[Section]:
    """Menus, queues, groups, transfers, voice mail: what the records tell of them."""
    if not seen.whole.calls:
        return []
    order = list(STAGES)
    found = sorted(seen.stages, key=lambda key: (order.index(key[0]) if key[0] in order else 99, key[1] or ""))
    listed: list[Row] = []
    for kind, name in found:
        came = seen.stages[kind, name]
        mean = came.to_give_up.mean
        given_up = None if mean is None else round(mean)
        listed.append((STAGES.get(kind, kind), name, came.calls, came.answered, came.missed, given_up, came.talk))
    handed = sum(number for times, number in seen.hands.items() if times)
    hands: list[Row] = [(times, number) for times, number in sorted(seen.hands.items()) if times]
    return [
        table(
            "stages",
            "How calls wandered",
            _STAGES,
            listed,
            nothing="The records of these calls tell of no menu, queue, group, transfer or voice mail.",
            note="A call that went through several stands under each.",
        ),
        table(
            "hands",
            "Handed from one person to another",
            (Column("times", "times", "count"), Column("calls", "calls", "count")),
            hands,
            nothing="The records of these calls tell of none.",
            note=later(
                "{calls} of {all}, as far as the records tell.",
                calls=later_plural("{number} call", "{number} calls", handed),
                all=seen.whole.calls,
            )
            if handed
            else "",
        ),
        WANDERED,
    ]
