"""What the reports on trunks share: one study of the days, the head and the warnings of each, and how groups are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection

from gateway.instants import from_micros, to_micros
from gateway.languages.spoken import joined, later, ours
from gateway.reports.asking import Asked, report
from gateway.reports.values import Note, Report, Section
from gateway.store import traffic
from gateway.traffic.study import Asked as Studied
from gateway.traffic.study import GroupStudy, Study, study

#: Days that are named in a sentence; of more, how many they are.
_MOST_DAYS: Final = 10
MODEL: Final = (
    "Modelled blocking is Erlang B: many independent callers, who give up when all trunks are busy; for a group that takes "
    "the overflow of others it is the equivalent random method."
)


def studied(asked: Asked, connection: Connection, first: date | None = None, *, swept: bool = False) -> Study:
    """The study of the days, or of more from `first` on; `swept` where peaks and all-busy times are asked for.

    Without them a study of a year rests on the sums alone and takes no longer than one of a week. Days before anything
    was known of any trunk are left out: they were not quiet, nobody listened.
    """
    owner, zone = asked.database.property, asked.period.zone
    known = traffic.first_quarter(connection, owner)
    first = asked.period.first if first is None else first
    if known is not None:
        first = min(max(first, from_micros(known).astimezone(zone).date()), asked.period.last)
    said = Studied(first=first, last=asked.period.last, zone=zone, now=to_micros(asked.run_at))
    since, until = said.span
    sums = traffic.sums(connection, owner, since, until, asked.capacity.group_of)
    return study(said, asked.capacity, sums, traffic.uses(connection, owner, since, until) if swept else None)


def made(
    asked: Asked,
    connection: Connection,
    found: Study,
    kind: str,
    title: str,
    finding: str,
    sections: Iterable[Section],
    *assumptions: str,
) -> Report:
    """The report, with what is to be minded behind its sections."""
    notes = [*warnings(asked, found)]
    told = [assumed(one) for one in found.assumptions]
    return report(
        asked,
        connection,
        asked.chosen(connection),
        kind=kind,
        title=title,
        finding=finding,
        sections=[*sections, *([Note(title=later("To be minded"), sentences=tuple(notes))] if notes else [])],
        assumptions=(*told, *assumptions),
        by_begin=False,
    )


#: What a study rests on, as its sentences are on pages and in reports.
_ASSUMED: Final = (
    "A trunk is counted busy from its seizure to its release, ringing included.",
    "An exchange tells whole minutes only: peaks and all-busy times are rough.",
    "Calls that overlapped on one trunk were cut where the next began.",
    "A group above 90 % of its trunks is saturated: what was offered to it is not known.",
)
_UNTOLD: Final = later("{number} calls do not tell their ringing: {seconds} seconds were added for each.")


def assumed(words: str) -> str:
    """What a study rests on, as a sentence."""
    sentence = f"{words[0].upper()}{words[1:]}."
    if sentence in _ASSUMED:
        return ours(sentence)
    number, _, rest = words.partition(" calls do not tell their ringing: ")
    return later(_UNTOLD, number=number, seconds=rest.partition(" ")[0]) if rest else sentence


def warnings(asked: Asked, found: Study) -> Iterable[str]:
    """What is to be minded, in sentences: trunks nobody configured, times that cannot be, figures that may grow."""
    if not found.groups:
        yield later("No trunk was used in these days, and none is in the configuration.")
    if found.asked.first > asked.period.first:
        yield later(
            "Nothing is known of any trunk before {first}: the days before it were not counted as quiet ones.",
            first=found.asked.first,
        )
    if found.unheard:
        days = ", ".join(map(str, found.unheard[:_MOST_DAYS]))
        if len(found.unheard) > _MOST_DAYS:
            days = later("{list} and {number} more", list=days, number=len(found.unheard) - _MOST_DAYS)
        yield later(
            "On {days} no trunk was taken at all: the exchange was not heard, and they count neither as quiet nor as busy.",
            days=days,
        )
    yield from _not_configured(found)
    for one in found.groups:
        yield from _of_group(one, asked)
    if found.provisional_from is not None:
        at = from_micros(found.provisional_from).astimezone(asked.period.zone)
        yield later(
            "Figures from {at} on are provisional: calls of that time may not have ended.", at=f"{at:%Y-%m-%d %H:%M}"
        )


def _not_configured(found: Study) -> Iterable[str]:
    """Groups and trunks that are used and that the configuration does not name."""
    lacking = [one.group or ours("(without a name)") for one in found.groups if one.installed is None]
    if lacking:
        yield later(
            "[[trunks]] of the configuration does not know: {groups}. Its number of trunks is not known.",
            groups=joined(", ", lacking),
        )
    if found.unknown and not lacking:
        names = sorted({trunk or ours("(without a name)") for _, trunk in found.unknown})
        yield later("Trunks that no group of the configuration names: {trunks}.", trunks=joined(", ", names))


def _of_group(one: GroupStudy, asked: Asked) -> Iterable[str]:
    """What is to be minded of one group."""
    if one.beyond:
        yield later(
            "{name}: more trunks were in use at once than there are; look at its times or its configuration.",
            name=one.name,
        )
    if one.changed_at:
        days = ", ".join(f"{from_micros(at).astimezone(asked.period.zone):%Y-%m-%d}" for at in one.changed_at)
        yield later(
            "{name} changed within these days ({days}); it is held against what it was at their end.",
            name=one.name,
            days=days,
        )


def busiest(groups: Sequence[GroupStudy]) -> GroupStudy | None:
    """The group of the most traffic."""
    return max(groups, key=lambda one: one.whole.busy, default=None)
