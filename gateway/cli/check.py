"""`foliogate check`: every problem of a configuration and its tariff, or what they amount to.

The same judgement that `run` starts from, without starting anything: no port is opened, no store is touched, no PMS is
called. What it prints when all is well is for people to confirm, because a wrong outlet is no error to any program and
money on the wrong account all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from gateway.cli.words import config_option, say, version

if TYPE_CHECKING:  # loaded when the command runs, so that the list of commands stays quick
    from gateway.config import Config, PbxSettings
    from rating.book import TariffBook
    from rating.fields import Problem


#: A certificate that ends within so many days is a warning.
SHORT_CERTIFICATE = 14


class Finding(NamedTuple):
    """One thing that `check` found: an error or a warning, and where."""

    file: str
    line: int | None
    key: str
    sentence: str
    severity: str = "error"

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        word = "" if self.severity == "error" else "warning: "
        return f"{place}: {word}{self.key}{': ' if self.key else ''}{self.sentence}"


@click.command("check")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print problems and warnings as one JSON object per line.")
def check_command(config_path: Path, as_json: bool) -> None:
    """Say every problem of a configuration at once, or what it amounts to.

    Problems go to standard error, each with file, line, key and what to write instead; then the exit code is 1. When
    there is none, what is printed is for the hotel to confirm: the exchanges, the rooms, the tariff and how charges
    will look to the PMS. Nothing is started and nothing is connected.

    \b
    foliogate check --config foliogate.toml
    foliogate check --json | jq .sentence
    """
    from gateway.config import load

    loaded = load(config_path)
    if isinstance(loaded, list):
        found = [Finding(str(one.file), one.line, one.key, one.sentence) for one in loaded]
        lines: list[str] = []
    else:
        found, lines = _judged(loaded)
    errors = [one for one in found if one.severity == "error"]
    _print(found, as_json=as_json)
    if errors:
        say("one problem" if len(errors) == 1 else f"{len(errors)} problems")
        raise SystemExit(1)
    if not as_json:
        click.echo("\n".join(lines))


def _print(found: Iterable[Finding], *, as_json: bool) -> None:
    for one in found:
        if as_json:
            click.echo(json.dumps(one._asdict(), ensure_ascii=False))
        else:
            click.echo(str(one), err=True)


def _judged(config: Config) -> tuple[list[Finding], list[str]]:
    """Look at what a good configuration refers to; returns what was found, and the summary's lines."""
    found, book = _tariff(config)
    found += [*_warnings(config), *_certificate(config), *_authorities(config), *_schedules(config)]
    found += _unknown_codes(config, book) if book is not None else []
    lines = [f"{config.file} is good.", "", *_hotel(config), *map(_exchange, config.pbx)]
    if book is not None:
        lines.append(_row("tariff", _tariff_words(config, book)))
    for pms in config.pms:
        wrong, mapping = _mapping(config)
        found += wrong
        lines += ["", *mapping] if mapping else []
        where = f"at {pms.place}{', which is this machine: a rehearsal' if pms.loopback else ''}"
        lines += [f"  {where}"] if pms.place else []
    read = [
        f"{one.name} ({' and '.join(f'{what}s' for what in sorted(one.told) if what != 'store')})"
        for one in config.hook
        if one.told
    ]
    events = [_row("events", f"to the web hook{'s' if len(read) > 1 else ''} {', '.join(read)}")] if read else []
    reports = [_row("reports", _going_out(config))] if config.schedules else []
    return found, [*lines, "", _row("alarms", _told(config)), *events, *reports]


def _schedules(config: Config) -> list[Finding]:
    """Schedules whose report or table does not exist, and folders that are not there."""
    file, found = str(config.file), list[Finding]()
    if config.schedules:  # every report is loaded for it, and few houses need that
        from gateway.app.delivering import unknown_reports

        found = [Finding(file, None, "schedules", sentence) for sentence in unknown_reports(config)]
    gone = [one for one in config.recipients if one.folder is not None and not one.folder.is_dir()]
    words = "there is no folder {}: nothing can be put into it until it is there"
    return [
        *found,
        *(Finding(file, None, f"recipients.{one.name}", words.format(one.folder), "warning") for one in gone),
    ]


def _going_out(config: Config) -> str:
    """Each schedule with its next run, on the hotel's clock."""
    from gateway.config.meanings import worked_days
    from gateway.schedules import next_run

    zone, worked = config.property.timezone, worked_days(config)
    now = datetime.now(zone)
    runs = [(one, next_run(one.rhythm, zone, worked, now)) for one in config.schedules]
    return "; ".join(
        f"{one.name} to {', '.join(one.to)}, next {f'{run.due.astimezone(zone):%Y-%m-%d %H:%M}' if run else 'never'}"
        for one, run in runs
    )


def _told(config: Config) -> str:
    mail, hooks = config.mail, [one.name for one in config.hook if "alarms" in one.events]
    ways = (
        [f"by mail to {', '.join(mail.to)} over {mail.host}:{mail.port} ({mail.security})"] if mail is not None else []
    )
    ways += [f"to the web hook{'s' if len(hooks) > 1 else ''} {', '.join(hooks)}"] if hooks else []
    return " and ".join(ways) or "on the page, in the log and in /metrics alone: nobody is told by mail or web hook"


def _tariff(config: Config) -> tuple[list[Finding], TariffBook | None]:
    from gateway.tariff_folder import TariffUnreadable, read_texts
    from rating.text import load

    folder, home = config.tariff.folder, config.property
    try:
        texts = read_texts(folder)
    except TariffUnreadable as error:
        return [Finding(str(config.file), None, "tariff.folder", str(error))], None
    loaded = load(texts, zone=home.timezone, currency=home.currency, country=home.country)
    problems = [*loaded.problems, *(_rehearsed(config, loaded.book) if loaded.book else [])]
    found = [Finding(str(folder / one.file), one.line, one.key, one.sentence, one.severity) for one in problems]
    return found, loaded.book


def _unknown_codes(config: Config, book: TariffBook) -> list[Finding]:
    """Assignments of a tariff that the folder does not have: every call by them would be held."""
    known = ", ".join(sorted(book.carried)) or "none"
    return [
        Finding(str(config.file), None, "tariff.assign", f'there is no tariff "{one.tariff}"; the folder has {known}')
        for one in config.tariff.assign
        if one.tariff not in book.carried
    ]


def _rehearsed(config: Config, book: TariffBook) -> list[Problem]:
    """Run the tariff's own test cases, and look at what should be looked at: old prices, contracts, losses."""
    from gateway.app.configured import plan_of, room_list
    from rating.cases import failed_cases
    from rating.contracts import reminders
    from rating.deck_warnings import warnings_of
    from rating.fields import Problem

    own, today = config.tariff, datetime.now(config.property.timezone).date()
    access = tuple(dict.fromkeys(code for pbx in config.pbx for code in pbx.trunk_access))
    plan = plan_of(config, access, room_list(config))
    files = {tariff.contract: tariff.file for tariff in book.tariffs if tariff.contract is not None}
    due = reminders(book.contracts, today)
    notices = [Problem(files[one.contract], None, "contract.notice_by", str(one), "warning") for one in due]
    old = warnings_of(book, today, months=own.old_after_months, days=own.ending_within_days)
    return [*failed_cases(book, plan), *notices, *old]


def _warnings(config: Config) -> Iterator[Finding]:
    """What is allowed and yet seldom meant."""
    rooms = config.rooms
    if not (rooms.extensions or rooms.map):
        sentence = (
            'no extension is a room: no call can find its guest; write extensions = [{ from = "100", to = "499" }]'
        )
        yield Finding(str(config.file), None, "rooms.extensions", sentence, "warning")
    if not config.pms:
        sentence = "there is no PMS: calls are priced and shown, and nothing is posted"
        yield Finding(str(config.file), None, "pms", sentence, "warning")


def _mapping(config: Config) -> tuple[list[Finding], list[str]]:
    """How charges will look to the PMS, in lines for the hotel to confirm."""
    from gateway.app.mapping import described

    (pms,) = config.pms
    try:
        return [], described(config, pms, version())
    except ValueError as error:
        return [Finding(str(config.file), None, f"pms.{pms.name}", str(error))], []


def _row(head: str, words: str) -> str:
    return f"{head:<10} {words}"


def _hotel(config: Config) -> Iterator[str]:
    home, rooms = config.property, config.rooms
    area = f", area code {home.area_code}" if home.area_code else ""
    yield _row("property", f"{home.id}: {home.name}, {home.country}{area}, {home.timezone.key}, {home.currency}")
    yield _row("store", config.store.shown)
    yield _row("page", f"{config.web.url()}/, {_signing_in(config)}")
    ranges = ", ".join(f"{one.first} to {one.last}" for one in rooms.extensions) or "none"
    counted = f"{len(rooms.map)} mapped by name, {len(rooms.departments)} of departments"
    yield _row("extensions", f"{ranges}; {counted}")
    if config.trunks:
        yield _row("trunks", _trunks(config))


def _signing_in(config: Config) -> str:
    """Who may look, in a few words."""
    if not config.web.required:
        return "without sign-in: whoever sits at this machine may everything"
    said = config.sign_in
    others = [words for words, there in (("OpenID Connect", said.oidc), ("LDAP", said.ldap)) if there is not None]
    return f"people sign in{' (also by ' + ' and '.join(others) + ')' if others else ''}"


def _certificate(config: Config) -> Iterator[Finding]:
    """A certificate that cannot be used, or ends soon."""
    web = config.web
    if web.certificate is None or web.key is None:
        return
    from gateway.web.listening import CertificateUnusable, days_left, options

    try:
        options(web.certificate, web.key)
        left = days_left(web.certificate, datetime.now(config.property.timezone))
    except CertificateUnusable as error:
        yield Finding(str(config.file), None, "web.certificate", str(error))
        return
    if left < SHORT_CERTIFICATE:
        words = f"it ends in {left} days; renew it" if left >= 0 else "it is out of date; renew it"
        yield Finding(str(config.file), None, "web.certificate", words, "warning")


def _authorities(config: Config) -> Iterator[Finding]:
    """A file of authorities that an exchange is believed by, and that holds none."""
    for pbx in config.pbx:
        if pbx.asking.ca_file is None:
            continue
        from gateway.app.pulling import trust_of

        try:
            trust_of(pbx)
        except ValueError as error:
            yield Finding(str(config.file), None, f"pbx.{pbx.name}.asking", str(error))


def _trunks(config: Config) -> str:
    """The groups as they stand last, with what they are meant for."""
    from gateway.config.trunks import capacity_of

    house = capacity_of(config)
    newest = [house.newest(group) for group in house.groups]
    return "; ".join(f"{one.name}: {one.trunks}, {one.direction}, target {one.target:.1%}" for one in newest)


def _exchange(pbx: PbxSettings) -> str:
    from protocols.smdr.catalog import DIALECTS

    ways = {
        "listen": f"dials us at {pbx.listen}",
        "connect": f"dialled at {pbx.connect}",
        "serial": f"on the cable {pbx.serial}",
        "file": f"writes {pbx.file}",
        "folder": f"lays files into {pbx.folder}",
        "udp": f"sends to {pbx.udp}",
        "push": f"posts to {pbx.push}",
        "pull": f"asked every {pbx.asking.every:g} s at {(pbx.pull or '').partition('?')[0]}",
    }
    access = " or ".join(pbx.trunk_access) or "none"
    title = DIALECTS[pbx.dialect].title
    return _row(
        "exchange", f"{pbx.name}: {title}, {ways[pbx.transport]}, clock in {pbx.timezone.key}, trunk access {access}"
    )


def _tariff_words(config: Config, book: TariffBook) -> str:
    approved = f"approved by {book.approved_by}" if book.approved_by else "not approved by anybody"
    invented = "; its prices are invented, so only a PMS on this machine will get them" if _held_back(book) else ""
    return f"version {book.version} from {config.tariff.folder}, {approved}{invented}"


def _held_back(book: TariffBook) -> bool:
    return book.starter and book.approved_by is None
