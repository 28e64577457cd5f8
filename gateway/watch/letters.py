"""What a mail and a web hook say of an alarm. Pure.

A mail has one subject line that is worth reading alone, what is so, what to do, and the link to its page. It is sent to
the hotel's own people, so an emergency names the guest; a web hook goes to other systems and does not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from gateway.alarms import evidence
from gateway.alarms.emergencies import EmergencyCall, taken_up
from gateway.alarms.evidence import Evidence
from gateway.alarms.kinds import EMERGENCY, KINDS
from gateway.instants import from_micros
from gateway.store.alarms import AlarmRow
from gateway.store.notices import Notice
from protocols.text import mask_number
from rating.money import format_amount

#: Calls of a run that a mail names; the page has more.
NAMED_IN_LETTER: Final = 10
MAIL: Final = "mail"
_WORDS: Final = {"raised": "", "escalated": "NOBODY HAS TAKEN IT: ", "cleared": "over: "}


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


def notices(event: str, alarm: AlarmRow, where: Addresses) -> list[Notice]:
    """Every notice that an event of an alarm makes."""
    kind = KINDS[alarm.kind]
    if not kind.mailed:
        return []
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
    return f"{local:%a} {local.day} {local:%b %Y %H:%M:%S}"


def link(where: Addresses, alarm: AlarmRow) -> str:
    """The page of an alarm."""
    return f"{where.page}/alarms/{alarm.id}"


def _subject(event: str, alarm: AlarmRow, where: Addresses) -> str:
    title = KINDS[alarm.kind].title
    shout = title.upper() if alarm.kind == EMERGENCY else title
    return f"[{where.hotel}] {_WORDS[event]}{shout}: {alarm.sentence}"


def _body(event: str, alarm: AlarmRow, where: Addresses) -> str:
    lines = [f"{alarm.sentence}.", ""]
    call = taken_up(alarm.details)
    if call is not None:
        lines += [*emergency_lines(call, where.zone), ""]
    run = evidence.taken_up(alarm.details)
    if run is not None:
        lines += [*run_lines(run, where.zone), ""]
    if event == "cleared":
        lines += [_how_it_ended(alarm, where.zone), ""]
    else:
        lines += [f"What to do: {KINDS[alarm.kind].what_to_do}", ""]
    lines += [f"Raised: {stamp(alarm.raised_at, where.zone)}"]
    if alarm.acknowledged_at is not None:
        lines += [f"Acknowledged: {stamp(alarm.acknowledged_at, where.zone)} by {alarm.acknowledged_by}"]
    lines += [f"Page: {link(where, alarm)}", "", f"Foliogate at {where.hotel}. Times are those of the hotel."]
    return "\n".join(lines) + "\n"


def _how_it_ended(alarm: AlarmRow, zone: tzinfo) -> str:
    if KINDS[alarm.kind].by_person:
        note = f": {alarm.note}" if alarm.note else ""
        return f"Taken by {alarm.acknowledged_by} at {stamp(alarm.acknowledged_at, zone)}{note}."
    return f"This is over since {stamp(alarm.cleared_at, zone)}. There is nothing to do."


def emergency_lines(call: EmergencyCall, zone: tzinfo) -> list[str]:
    """What is known of an emergency call, a line each; what is not known is left out."""
    told = [
        ("Room", call.room),
        ("Floor", call.floor),
        ("Place", call.department),
        ("Guest", call.guest),
        ("Language", call.language),
        ("Extension", call.extension),
        ("Dialled", call.dialled),
        ("Trunk", call.trunk),
        ("Call back", call.call_back),
        ("Call began", stamp(call.started_at, zone)),
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
        lines.append(f"{stamp(one.began, zone)}  {one.who}  {number} {one.place}  {minutes}:{seconds:02d}  {cost}")
    return [*lines, "The exchange tells of a call when it has ended: others may be under way."]


def told_when(call: EmergencyCall) -> str:
    """How old the news is, and why."""
    if call.live:
        return "The exchange told of this call as it began."
    if call.late_seconds:
        return f"LATE: the exchange told of this call {call.late_seconds // 60} minutes after it ended."
    return "The exchange told of this call when it ended."


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
            "sentence": alarm.sentence,
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
    return f"{day:%a} {day.day} {day:%b %Y}"
