"""Scheduled reports of a gateway, put together from its configuration: who plans and makes them, and the ways to recipients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gateway.app.configured import CannotStart
from gateway.app.link import Surroundings
from gateway.app.watching import addresses
from gateway.config import Config, HookSettings, RecipientSettings
from gateway.config.delivery import sftp_address
from gateway.delivery.by_folder import put_into
from gateway.delivery.house import DeliveryHouse
from gateway.delivery.making import Making
from gateway.delivery.planning import Planning
from gateway.delivery.ways import ByFolder, ByHook, ByMail, Unpacking, Way
from gateway.periodic import PeriodicService
from gateway.reports.catalog import KINDS
from gateway.reports.writing import own_tongue
from gateway.store.elsewhere import Elsewhere
from gateway.store.runs import REPORTS_TO
from gateway.watch.deliveries import Channel
from gateway.watch.hooks import Hook
from gateway.watch.mail import Mailer
from gateway.web.workers import in_processes


class Delivering(NamedTuple):
    """The services to start, and which reports cannot be made, with why."""

    services: Sequence[PeriodicService]
    worrying: Callable[[], Mapping[str, str]]


def unknown_reports(config: Config) -> list[str]:
    """Sentences on schedules whose report does not exist."""
    from gateway.config.problems import did_you_mean

    return [
        f'schedule "{one.name}": there is no report "{one.report}"; {did_you_mean(one.report, KINDS)}'
        for one in config.schedules
        if one.report not in KINDS
    ]


def delivering(there: Surroundings, elsewhere: Elsewhere, wake: Callable[[], None], every: float) -> Delivering:
    """What plans and makes the reports of a house; raises CannotStart for a report that does not exist."""
    problems = unknown_reports(there.config)
    if problems:
        raise CannotStart(problems[0])
    if not there.config.schedules:
        return Delivering((), dict)
    house = DeliveryHouse(
        config=there.config,
        status=there.status,
        database=there.database,
        memory=there.memory,
        submit=there.submit,
        clock=there.reactor,
        now=there.now,
        elsewhere=elsewhere,
        run=in_processes(there.reactor),
        wake=wake,
    )
    making = Making(house, every)
    return Delivering((Planning(house, making.call_soon, every), making), lambda: making.worrying)


def report_channels(there: Surroundings, elsewhere: Elsewhere) -> Mapping[str, Channel]:
    """The ways to recipients, by the names that their notices have."""
    config = there.config
    return {
        f"{REPORTS_TO}{one.name}": Unpacking(
            _way(one, there, elsewhere),
            database=there.database,
            elsewhere=elsewhere,
            hotel=config.property.name,
            folder=config.delivery.folder,
            page=addresses(config).page,
            masked=one.masked,
        )
        for one in config.recipients
    }


def _way(one: RecipientSettings, there: Surroundings, elsewhere: Elsewhere) -> Way:
    config = there.config
    if one.mail and config.mail is not None:
        mailer = Mailer(config.mail, there.reactor, there.now)
        return ByMail(mailer, one.mail, config.delivery.mail_mb, elsewhere, own_tongue(config))
    if one.hook is not None and one.secret is not None:
        settings = HookSettings.model_construct(name=one.name, url=one.hook, secret=one.secret)
        return ByHook(Hook(settings, there.reactor, there.now), elsewhere)
    if one.folder is not None:
        folder = one.folder
        return ByFolder(lambda pack: put_into(folder, pack), elsewhere)
    from gateway.delivery.by_sftp import BySftp  # Conch takes a moment to load, and few houses need it
    from gateway.delivery.sftp import Visits

    at = sftp_address(one.sftp)
    visits = Visits(there.reactor, at, host_key=one.host_key, key=one.key, password=one.password)
    return BySftp(visits, at.folder, there.reactor, elsewhere)
