"""The watch of a gateway, put together from its configuration: what is watched, who is told, and by which ways."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from twisted.internet.defer import Deferred

from gateway.alarms.emergencies import EmergencyCall
from gateway.alarms.judging import Limits
from gateway.app.configured import CannotStart
from gateway.app.link import Link, Surroundings
from gateway.config import Config, PbxSettings
from gateway.config.checks import WEEKDAYS
from gateway.directory import Department, Room, RoomList
from gateway.instants import from_micros, to_micros
from gateway.intake.batch import Source
from gateway.languages.catalogues import STAFF
from gateway.languages.speech import speech
from gateway.languages.spoken import say, speaking
from gateway.number_lists import ListUnreadable
from gateway.store.elsewhere import Elsewhere
from gateway.store.notices import Waiting
from gateway.store.writer import Writer
from gateway.watch.budgeting import budgeting_of
from gateway.watch.deliveries import Channel, Deliveries
from gateway.watch.diary import CodeOf, Diary
from gateway.watch.digest_letters import Money
from gateway.watch.event_hooks import EventHook
from gateway.watch.hooks import Hook
from gateway.watch.letters import MAIL, Addresses
from gateway.watch.mail import Mailer
from gateway.watch.suspecting import Suspecting, guard_of
from gateway.watch.watch import House, Watch
from protocols.records import CallRecord
from protocols.smdr.live import Dialling
from rating.money import minor_digits
from rating.numbering import NumberPlan

_MEGABYTE: Final = 1_000_000


def watch_of(
    there: Surroundings,
    writer: Writer,
    elsewhere: Elsewhere,
    sources: Mapping[str, Source],
    link: Link | None,
    every: float,
    hooks: Sequence[EventHook] = (),
    more: Mapping[str, Channel] | None = None,
    unmade: Callable[[], Mapping[str, str]] = dict,
) -> tuple[Watch, Deliveries]:
    """The watch and what carries out its notices, by `more` ways too; both have a service to start.

    `unmade` tells of reports that cannot be made.
    """
    config, where = there.config, addresses(there.config)
    deliveries = Deliveries(
        database=there.database,
        memory=there.memory,
        submit=there.submit,
        clock=there.reactor,
        now=there.now,
        elsewhere=elsewhere,
        channels={**channels(config, there.reactor, there.now), **(more or {})},
        every=every,
    )
    house = _house(there, writer, elsewhere, link, where, lambda: {**_unsent(hooks), **unmade()})
    diary = _diary(there, elsewhere, where, _code_of(sources), deliveries) if where.to else None
    return Watch(house, deliveries, diary, every), deliveries


def _house(
    there: Surroundings,
    writer: Writer,
    elsewhere: Elsewhere,
    link: Link | None,
    where: Addresses,
    unsent: Callable[[], Mapping[str, str]],
) -> House:
    config = there.config
    return House(
        database=there.database,
        memory=there.memory,
        status=there.status,
        submit=there.submit,
        clock=there.reactor,
        now=there.now,
        elsewhere=elsewhere,
        zone=config.property.timezone,
        pms=config.pms[0].name if config.pms else None,
        limits=Limits(
            waiting_seconds=config.watch.waiting_minutes * 60, disk_free=config.watch.disk_free_mb * _MEGABYTE
        ),
        escalate_seconds=config.watch.escalate_seconds,
        floors=config.floors(),
        call_back=config.watch.call_back,
        addresses=where,
        disk_free=_disk_free(there),
        pms_ahead=lambda: link.adapter.state.clock_ahead if link is not None else None,
        store_trouble=lambda: writer.trouble or "",
        events_unsent=unsent,
        suspecting=_suspecting(config),
        budgeting=budgeting_of(config),
    )


def _unsent(hooks: Sequence[EventHook]) -> Mapping[str, str]:
    """Web hooks that events have not arrived at for a while, and why."""
    return {one.hook: one.worrying for one in hooks if one.worrying}


def _suspecting(config: Config) -> Suspecting:
    try:
        return Suspecting(guard_of(config))
    except ListUnreadable as error:
        raise CannotStart(str(error)) from error


def addresses(config: Config) -> Addresses:
    """Who is told, and the links in what they get."""
    mail = config.mail
    return Addresses(
        property=config.property.id,
        hotel=config.property.name,
        zone=config.property.timezone,
        page=config.watch.page or config.web.url(),
        to=mail.to if mail is not None else (),
        escalate_to=mail.escalate_to if mail is not None else (),
        hooks=tuple(one.name for one in config.hook if "alarms" in one.events),
        tongue=speech(config.property.language, STAFF, config.property.country),
    )


def channels(config: Config, reactor: Any, now: Callable[[], datetime]) -> Mapping[str, Channel]:
    """The ways out, by name."""
    ways: dict[str, Channel] = {one.name: Hook(one, reactor, now) for one in config.hook}
    if config.mail is not None:
        ways[MAIL] = Mailer(config.mail, reactor, now)
    return ways


def trials(config: Config, reactor: Any, now: Callable[[], datetime]) -> Mapping[str, Callable[[], Deferred[Any]]]:
    """For each way out, what sends one trial notice by it."""
    where = addresses(config)
    at = to_micros(now())
    with speaking(where.tongue):
        words = say("This is a trial: nothing has happened. Whoever reads it will hear of alarms.")
        page = say("Page: {address}", address=f"{where.page}/alarms")
        title = say("[{hotel}] Trial of the alarms", hotel=where.hotel)

    def trial(name: str, channel: Channel) -> Callable[[], Deferred[Any]]:
        is_mail = name == MAIL
        body = f"{words}\n\n{page}\n" if is_mail else json.dumps({"event": "trial", "property": where.property})
        notice = Waiting(0, "trial", name, " ".join(where.to) if is_mail else "", title, body, at, 0)
        return lambda: channel.deliver(notice, f"{where.property}-trial-{at}")

    return {name: trial(name, channel) for name, channel in channels(config, reactor, now).items()}


def emergency_begun(
    pbx: PbxSettings, dialling: Dialling, plan: NumberPlan, rooms: RoomList, now: int
) -> EmergencyCall | None:
    """An emergency call that an exchange tells of as it begins; None for any other call. Pure."""
    trunk = dialling.trunk(frozenset(pbx.trunks))
    if trunk is None:
        return None
    emergencies = [one for one in dialling.numbers if plan.classify(one).number_class == "emergency"]
    if not emergencies:
        return None
    place = rooms.place(dialling.extension or None)
    return EmergencyCall(
        source=pbx.name,
        call_key=dialling.call_key,
        call_id=0,
        extension=dialling.extension,
        room=place.room if isinstance(place, Room) else "",
        department=place.name if isinstance(place, Department) else "",
        reservation="",
        dialled=emergencies[0],
        trunk=trunk,
        started_at=now,
        ended_at=now,
        heard_at=now,
        live=True,
    )


def _diary(
    there: Surroundings, elsewhere: Elsewhere, where: Addresses, code_of: CodeOf, deliveries: Deliveries
) -> Diary:
    config = there.config
    currency = config.property.currency
    return Diary(
        database=there.database,
        memory=there.memory,
        submit=there.submit,
        now=there.now,
        elsewhere=elsewhere,
        zone=config.property.timezone,
        at=config.watch.daily_at,
        weekday=WEEKDAYS.index(config.watch.weekly_on),
        where=where,
        cash=Money(currency, minor_digits(currency)),
        code_of=code_of,
        wake=deliveries.call_soon,
    )


def _code_of(sources: Mapping[str, Source]) -> CodeOf:
    """Reads a raw record again for its account code: the store does not keep it apart."""

    def code(source: str, raw: bytes, at: int) -> str | None:
        known = sources.get(source)
        parsed = known.parse(raw, from_micros(at)) if known is not None else None
        return parsed.account_code if isinstance(parsed, CallRecord) else None

    return code


def _disk_free(there: Surroundings) -> Callable[[], int | None]:
    """The bytes that are free where the store is; None where the store is another machine's."""
    path = there.database.path

    def free() -> int | None:
        if path is None:
            return None
        try:
            disk = os.statvfs(path.parent)
        except OSError:
            return None
        return disk.f_bavail * disk.f_frsize

    return free
