"""What a mail and a web hook say of an alarm. Pure.

A mail has one subject line that is worth reading alone, what is so, what to do, and the link to its page. It is sent to
the hotel's own people, so an emergency names the guest; a web hook goes to other systems and does not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Final

from gateway.alarms import evidence
from gateway.alarms.emergencies import EmergencyCall, taken_up
from gateway.alarms.evidence import Evidence
from gateway.alarms.kinds import EMERGENCY, KINDS
from gateway.instants import from_micros
from gateway.languages.catalogues import STAFF
from gateway.languages.kept import kept
from gateway.languages.places import said_place
from gateway.languages.speech import Speech, speech
from gateway.languages.spoken import is_english, later, plural, say, speaking, spoken
from gateway.store.alarms import AlarmRow
from gateway.store.notices import Notice
from protocols.text import mask_number
from rating.money import format_amount

#: Calls of a run that a mail names; the page has more.
NAMED_IN_LETTER: Final = 10
MAIL: Final = "mail"
_SUBJECTS: Final = {
    "raised": later("[{hotel}] {title}: {sentence}"),
    "escalated": later("[{hotel}] NOBODY HAS TAKEN IT: {title}: {sentence}"),
    "cleared": later("[{hotel}] over: {title}: {sentence}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Who is told, and what of the hotel stands in a letter."""

    property: str
    hotel: str
    zone: tzinfo
    page: str
    to: Sequence[str] = ()
    escalate_to: Sequence[str] = ()
    hooks: Sequence[str] = ()
    #: The house's own language, which letters and the sentence of a web hook are in.
    tongue: Speech = field(default_factory=lambda: speech("en", STAFF))


def notices(event: str, alarm: AlarmRow, where: Addresses) -> list[Notice]:
    """Every notice that an event of an alarm makes."""
    if not KINDS[alarm.kind].mailed:
        return []
    with speaking(where.tongue):
        return _notices(event, alarm, where)


def _notices(event: str, alarm: AlarmRow, where: Addresses) -> list[Notice]:
    made = [Notice(event, name, "", "", json.dumps(_hook(event, alarm, where)), alarm.id) for name in where.hooks]
    people = (where.escalate_to or where.to) if event == "escalated" else where.to
    if people:
        letter = Notice(
            event, MAIL, " ".join(people), _subject(event, alarm, where), _body(event, alarm, where), alarm.id
        )
        return [letter, *made]
    return made


def stamp(micros: int | None, zone: tzinfo) -> str:
    """A stored instant for a letter, in hotel time."""
    if micros is None:
        return ""
    local = from_micros(micros).astimezone(zone)
    return f"{run_name(local)} {local:%H:%M:%S}"


def link(where: Addresses, alarm: AlarmRow) -> str:
    """The page of an alarm."""
    return f"{where.page}/alarms/{alarm.id}"


def _subject(event: str, alarm: AlarmRow, where: Addresses) -> str:
    title = say(KINDS[alarm.kind].title)
    shout = title.upper() if alarm.kind == EMERGENCY else title
    return say(_SUBJECTS[event], hotel=where.hotel, title=shout, sentence=kept(alarm.sentence))


def _body(event: str, alarm: AlarmRow, where: Addresses) -> str:
    lines = [f"{kept(alarm.sentence)}.", ""]
    call = taken_up(alarm.details)
    if call is not None:
        lines += [*emergency_lines(call, where.zone), ""]
    run = evidence.taken_up(alarm.details)
    if run is not None:
        lines += [*run_lines(run, where.zone), ""]
    if event == "cleared":
        lines += [_how_it_ended(alarm, where.zone), ""]
    else:
        lines += [say("What to do: {advice}", advice=say(KINDS[alarm.kind].what_to_do)), ""]
    lines += [say("Raised: {moment}", moment=stamp(alarm.raised_at, where.zone))]
    if alarm.acknowledged_at is not None:
        moment = stamp(alarm.acknowledged_at, where.zone)
        lines += [say("Acknowledged: {moment} by {name}", moment=moment, name=alarm.acknowledged_by)]
    lines += [
        say("Page: {address}", address=link(where, alarm)),
        "",
        say("Foliogate at {hotel}. Times are those of the hotel.", hotel=where.hotel),
    ]
    return "\n".join(lines) + "\n"


def _how_it_ended(alarm: AlarmRow, zone: tzinfo) -> str:
    if KINDS[alarm.kind].by_person:
        said = {"name": alarm.acknowledged_by, "moment": stamp(alarm.acknowledged_at, zone)}
        if alarm.note:
            return say("Taken by {name} at {moment}: {note}.", **said, note=alarm.note)
        return say("Taken by {name} at {moment}.", **said)
    return say("This is over since {moment}. There is nothing to do.", moment=stamp(alarm.cleared_at, zone))


def emergency_lines(call: EmergencyCall, zone: tzinfo) -> list[str]:
    """What is known of an emergency call, a line each; what is not known is left out."""
    told = [
        (say("Room"), call.room),
        (say("Floor"), call.floor),
        (say("Place"), call.department),
        (say("Guest"), call.guest),
        (say("Language"), call.language),
        (say("Extension"), call.extension),
        (say("Dialled"), call.dialled),
        (say("Trunk"), call.trunk),
        (say("Call back"), call.call_back),
        (say("Call began"), stamp(call.started_at, zone)),
    ]
    lines = [f"{name}: {value}" for name, value in told if value]
    return [*lines, told_when(call)]


def run_lines(run: Evidence, zone: tzinfo) -> list[str]:
    """The newest calls of a run that looks like fraud, a line each; the page has more of them."""
    lines = []
    for one in run.newest[-NAMED_IN_LETTER:]:
        minutes, seconds = divmod(one.seconds, 60)
        cost = f"{format_amount(one.cost, run.decimals)} {run.currency}"
        number = mask_number(
            one.number
        )  # a mail goes to lists and telephones; the page shows it whole to who may see it
        lines.append(
            f"{stamp(one.began, zone)}  {kept(one.who)}  {number} {said_place(one.place)}  {minutes}:{seconds:02d}  {cost}"
        )
    return [*lines, say("The exchange tells of a call when it has ended: others may be under way.")]


def told_when(call: EmergencyCall) -> str:
    """How old the news is, and why."""
    if call.live:
        return say("The exchange told of this call as it began.")
    if call.late_seconds:
        return plural(
            "LATE: the exchange told of this call {number} minute after it ended.",
            "LATE: the exchange told of this call {number} minutes after it ended.",
            call.late_seconds // 60,
        )
    return say("The exchange told of this call when it ended.")


def _hook(event: str, alarm: AlarmRow, where: Addresses) -> dict[str, Any]:
    """The body of a web hook; the delivery adds its own id."""
    call = taken_up(alarm.details)
    kind = KINDS[alarm.kind]
    said: dict[str, Any] = {
        "event": event,
        "property": where.property,
        "hotel": where.hotel,
        "link": link(where, alarm),
        "alarm": {
            "id": alarm.id,
            "kind": alarm.kind,
            "title": kind.title,
            "subject": alarm.subject,
            "sentence": kept(alarm.sentence),
            "what_to_do": kind.what_to_do,
            "raised": iso(alarm.raised_at),
            "acknowledged": iso(alarm.acknowledged_at),
            "acknowledged_by": alarm.acknowledged_by or None,
            "note": alarm.note or None,
            "cleared": iso(alarm.cleared_at),
        },
    }
    if call is not None:
        same = "room floor department extension dialled trunk call_back language live late_seconds"
        said["emergency"] = {name: getattr(call, name) for name in same.split()} | {"started": iso(call.started_at)}
    return said


def iso(micros: int | None) -> str | None:
    """A stored instant for programs."""
    return None if micros is None else from_micros(micros).isoformat()


def run_name(day: datetime) -> str:
    """A day as letters name it."""
    return f"{day:%a} {day.day} {day:%b %Y}" if is_english() else spoken().weekday(day, year=True)
