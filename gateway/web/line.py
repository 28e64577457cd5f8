"""The status line and the banners: what is alive, told in words. Pure.

Green says nothing more than since when. Amber says what and since when. Red says what to do. Seen and solved are two
things: nothing here disappears because somebody looked at it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.instants import from_micros
from gateway.languages.kept import kept
from gateway.languages.spoken import later, plural, say
from gateway.status import LinkStatus, SourceStatus, Status
from gateway.web.marks import Tone
from gateway.web.words import Clock, ago, day

#: After how long a charge that waits is worth a word, in seconds: a night audit takes longer, a slow PMS does not.
LONG_WAIT: Final = 300
#: Emergency calls are shown as a banner for this long: whoever comes on duty next must still see them.
EMERGENCY_HOURS: Final = 8
#: Banners of emergencies at a time; the rest are counted.
MOST_EMERGENCIES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One word of the status line: whose, how, since when, and where the why stands."""

    name: str
    sign: str
    tone: Tone
    words: str
    where: str
    spoken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """Something that must not be overlooked: what happened, what it means, what to do."""

    title: str
    words: str
    where: str = ""
    key: str


def status_items(
    status: Status, counts: Mapping[str, int], oldest: Mapping[str, int], clock: Clock, *, readable: bool = True
) -> list[Item]:
    """The status line, left to right. `counts` are the lively postings by state, `oldest` since when the oldest waits."""
    items = [_source(one, clock) for one in status.sources.values()]
    items += [_link(one, clock) for one in status.links.values()]
    if not readable:
        return [
            *items,
            Item(name=say("store"), sign="!", tone="red", words=say("cannot be read now"), where="/links#store"),
        ]
    since = min((oldest[one] for one in ("due", "sent") if one in oldest), default=None)
    waiting = _waiting(counts, since, clock)
    return [*items, *([waiting] if status.links or waiting.words != "0" else []), *_for_people(counts, oldest, clock)]


def _source(one: SourceStatus, clock: Clock) -> Item:
    name, where = say("PBX {exchange}", exchange=one.name), "/links#pbx"
    if one.problem:
        return Item(name=name, sign="!", tone="red", words=kept(one.problem), where=where, spoken=kept(one.problem))
    if not one.up:
        words = say(
            "not connected since {moment}: see that it sends its call records", moment=_moment(one.since, clock)
        )
        return Item(name=name, sign="!", tone="red", words=words, where=where, spoken=words)
    words = say("no record yet") if one.last_record is None else say("{age} ago", age=_age(one.last_record, clock))
    return Item(name=name, sign="●", tone="good", words=words, where=where)


def _link(one: LinkStatus, clock: Clock) -> Item:
    name, where = say("PMS {name}", name=one.name), "/links#pms"
    if not one.up:
        words = say(
            "down since {moment} ({why}): charges wait here; see that it runs",
            moment=_moment(one.up_since, clock),
            why=kept(one.why),
        )
        return Item(name=name, sign="!", tone="red", words=words, where=where, spoken=words)
    if not one.ready:
        words = say(
            "{why}, since {moment}", why=kept(one.why) or say("takes no postings"), moment=_moment(one.since, clock)
        )
        return Item(name=name, sign="?", tone="amber", words=words, where=where, spoken=words)
    return Item(name=name, sign="●", tone="good", words=say("up {age}", age=_age(one.up_since, clock)), where=where)


def _waiting(counts: Mapping[str, int], oldest: int | None, clock: Clock) -> Item:
    number = counts.get("due", 0) + counts.get("sent", 0)
    long = oldest is not None and clock.now - from_micros(oldest) > timedelta(seconds=LONG_WAIT)
    if not number or not long or oldest is None:
        return Item(name=say("waiting"), sign="", tone="quiet", words=str(number), where="/postings?state=due")
    words = say("{number}, oldest since {moment}", number=number, moment=clock.moment(oldest))
    spoken = plural("{number} charge waiting", "{number} charges waiting", number)
    return Item(name=say("waiting"), sign="", tone="amber", words=words, where="/postings?state=due", spoken=spoken)


#: States that need a person: their names, their tones, and what to do.
_NEEDS: Final[tuple[tuple[str, str, Tone, str], ...]] = (
    ("in_doubt", later("in doubt"), "amber", later("{number} since {moment}: look at the folio")),
    ("refused", later("refused"), "red", later("{number} since {moment}: decide what becomes of it")),
    ("held", later("held"), "amber", later("{number} since {moment}")),
    ("unconfirmable", later("unconfirmable"), "quiet", later("{number} since {moment}: compare the PMS's total")),
)


def _for_people(counts: Mapping[str, int], oldest: Mapping[str, int], clock: Clock) -> list[Item]:
    """In doubt is always told, so that a 0 is seen to be a 0; the others where there are any."""
    shown: list[Item] = []
    for state, name, tone, task in _NEEDS:
        number = counts.get(state, 0)
        if not number and state != "in_doubt":
            continue
        since = oldest.get(state)
        known = number and since is not None
        shown.append(
            Item(
                name=say(name),
                sign="",
                tone=tone if number else "quiet",
                words=say(task, number=number, moment=clock.moment(since or 0)) if known else str(number),
                where=f"/postings?state={state}",
                spoken=str(number) if number else "",
            )
        )
    return shown


def spoken(items: Sequence[Item], banners: Sequence[Banner]) -> str:
    """What a screen reader is told when it changes: no ages, so that it is silent while all is well."""
    said = [banner.title for banner in banners] + [f"{item.name}: {item.spoken}" for item in items if item.spoken]
    return ". ".join(said) or say("All links are up.")


def banners(
    status: Status, emergencies: Sequence[Mapping[str, Any]], names: Mapping[str, str], clock: Clock
) -> list[Banner]:
    """The red banners, the most pressing first."""
    shown = [_emergency(call, names, clock) for call in emergencies[:MOST_EMERGENCIES]]
    if len(emergencies) > MOST_EMERGENCIES:
        rest = len(emergencies) - MOST_EMERGENCIES
        words = say("in the last {hours} hours", hours=EMERGENCY_HOURS)
        shown.append(
            Banner(
                title=plural("{number} more emergency call", "{number} more emergency calls", rest),
                words=words,
                where="/calls",
                key="more-emergencies",
            )
        )
    if status.store_trouble:
        words = say(
            "New calls are kept in memory and by the exchange until it can. Free space on the disk, or see "
            "what locks the database. It says: {words}",
            words=status.store_trouble,
        )
        shown.append(Banner(title=say("The store cannot be written"), words=words, where="/links#store", key="store"))
    if status.tariff_warning:
        shown.append(Banner(title=say("Unapproved tariff"), words=_sentence(kept(status.tariff_warning)), key="tariff"))
    if status.stopping:
        shown.append(
            Banner(
                title=say("The gateway is stopping"), words=say("What is under way is being written down."), key="stop"
            )
        )
    return shown


def _emergency(call: Mapping[str, Any], names: Mapping[str, str], clock: Clock) -> Banner:
    room, extension = call["room"], call["extension"]
    place = say("Room {room}", room=room) if room else str(call["department"] or say("an extension that is in no list"))
    guest = names.get(call["reservation"] or "", "")
    began = int(call["started_at"])
    title = say(
        "EMERGENCY CALL · {place} · dialled {digits} at {moment}",
        place=f"{place} ({guest})" if guest else place,
        digits=call["dialled"],
        moment=clock.moment(began),
    )
    said = {"extension": extension, "age": clock.age(began), "place": place}
    words = (
        say(
            "From extension {extension}, {age} ago. If the emergency service calls back: {place}. It is never charged.",
            **said,
        )
        if extension
        else say(
            "From an extension that was not told, {age} ago. If the emergency service calls back: {place}. "
            "It is never charged.",
            **said,
        )
    )
    return Banner(title=title, words=words, where=f"/calls/{call['id']}", key=f"emergency-{call['id']}")


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"


def _age(moment: datetime, clock: Clock) -> str:
    return ago(clock.since(moment).total_seconds())


def _moment(moment: datetime, clock: Clock) -> str:
    local = moment.astimezone(clock.zone)
    hour = f"{local:%H:%M}"
    return hour if local.date() == clock.today.date() else f"{day(local, year=False)} {hour}"
