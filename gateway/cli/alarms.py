"""`foliogate alarms`: what the watch found wrong, who has taken it, and whether mail and web hooks arrive at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.store import command, opened, whoever
from gateway.cli.words import config_option, fail, read_config

if TYPE_CHECKING:
    from gateway.config import Config
    from gateway.store.alarms import AlarmRow


@click.group("alarms")
def alarms_group() -> None:
    """See what the watch found wrong, say that you have taken it, and try the ways by which people are told.

    An alarm is raised once. Acknowledging it puts your name to it; the fact itself ends it, except for what cannot undo
    itself, such as an emergency call: that ends when somebody has taken it.
    """


@alarms_group.command("list")
@config_option
@click.option("--all", "everything", is_flag=True, help="Also the newest 500 alarms that are over.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_command(config_path: Path, everything: bool, as_json: bool) -> None:
    """List open alarms, oldest first."""
    from gateway.store import alarms
    from gateway.web.rest.api import MOST_ROWS, alarm_object

    with opened(config_path) as database:

        def read(connection: Any) -> list[AlarmRow]:
            if everything:
                return alarms.newest(connection, database.property, MOST_ROWS)[::-1]
            return [one for one in alarms.unsettled(connection, database.property) if one.cleared_at is None]

        rows = database.read(read)
    for row in rows:
        one = alarm_object(row)
        click.echo(json.dumps(one, ensure_ascii=False) if as_json else _line(one))
    if not rows and not as_json:
        click.echo("no alarm is open", err=True)


def _line(one: dict[str, Any]) -> str:
    raised = str(one["raised"])[:19].replace("T", " ")
    taken = f"acknowledged by {one['acknowledged_by']}" if one["acknowledged_by"] else "not acknowledged"
    over = f", over since {str(one['cleared'])[:19].replace('T', ' ')}" if one["cleared"] else ""
    return f"{one['id']:>5}  {raised}  {one['kind']:<10} {one['sentence']} ({taken}{over})"


@alarms_group.command("ack")
@config_option
@click.argument("number", type=int)
@click.option("--by", "who", default=None, help="Who takes it; your login name if left out.")
@click.option("--note", default="", help="What you did or saw, kept with the alarm.")
def ack_command(config_path: Path, number: int, who: str | None, note: str) -> None:
    """Say that you have taken an alarm.

    \b
    foliogate alarms ack 3 --by Ines --note "guest is fine, ambulance sent away"
    """
    from gateway.store.alarms import ACKNOWLEDGE

    with opened(config_path) as database:
        result = command(database, ACKNOWLEDGE, None, who or whoever(), note, alarm_id=number)
    if not result.startswith(f"alarm {number} is acknowledged"):
        fail(result)
    click.echo(result)


@alarms_group.command("test")
@config_option
def test_command(config_path: Path) -> None:
    """Send a trial mail and a trial notice to every web hook, and say what came of each.

    Needs no running gateway. Exit code 1 if one of them did not arrive.
    """
    config = read_config(config_path)
    if config.mail is None and not config.hook:
        fail("there is nothing to try: write [mail] or [[hook]] into the configuration (docs/configuration.md)")
    problems = _tried(config)
    for channel, problem in problems.items():
        click.echo(f"{channel}: {problem or 'taken by the other side'}")
    if any(problems.values()):
        fail("not every notice arrives")


def _tried(config: Config) -> dict[str, str]:
    """By channel, why its trial did not arrive; empty if it did. Runs the reactor until all have answered."""
    from twisted.internet import reactor
    from twisted.internet.defer import DeferredList

    from gateway.app.watching import trials
    from gateway.clock import utc_now

    found: dict[str, str] = {}
    started = trials(config, reactor, utc_now)

    def ended(results: list[tuple[bool, Any]]) -> None:
        for channel, (well, result) in zip(started, results, strict=True):
            found[channel] = "" if well else f"{result.type.__name__}: {result.getErrorMessage()}"
        reactor.stop()

    def start() -> None:
        DeferredList([try_it() for try_it in started.values()], consumeErrors=True).addCallback(ended)

    reactor.callWhenRunning(start)
    reactor.run()
    return found
