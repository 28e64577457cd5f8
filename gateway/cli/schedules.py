"""`foliogate schedules`: which reports go out by themselves, when next, what came of the last runs, and one of them now."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gateway.cli.periods import period_options
from gateway.cli.store import command, opened, whoever
from gateway.cli.words import config_option, fail, read_config

if TYPE_CHECKING:
    from gateway.config import Config, ScheduleSettings
    from gateway.store.runs import RunRow

#: Runs of a schedule that the list shows.
MOST_RUNS: Final = 3


@click.group("schedules")
def schedules_group() -> None:
    """Reports that go out by themselves: [[schedules]] and [[recipients]] of the configuration.

    The running gateway plans, makes and delivers them; docs/delivery.md has an example of each way.

    \b
    foliogate schedules list
    foliogate schedules run "night balance" --why "the printer ate it"
    foliogate schedules files "night balance" --from 2026-11-24 --to 2026-11-24 --into /tmp/look
    """


@schedules_group.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, a schedule each.")
def list_command(config_path: Path, as_json: bool) -> None:
    """List every schedule: when it runs next, and what came of its newest runs."""
    from gateway.clock import utc_now
    from gateway.config.meanings import worked_days
    from gateway.schedules import next_run
    from gateway.store import runs

    config, now = read_config(config_path), utc_now()
    worked, zone = worked_days(config), config.property.timezone
    with opened(config_path, read_only=True, config=config) as database:
        for one in config.schedules:
            found = database.read(lambda c: runs.newest(c, database.property, one.name, MOST_RUNS))  # noqa: B023
            run = next_run(one.rhythm, zone, worked, now)
            due = "" if run is None else f"{run.due.astimezone(zone):%Y-%m-%d %H:%M}"
            if as_json:
                told = {"name": one.name, "report": one.report, "every": one.every, "next": due or None}
                click.echo(json.dumps({**told, "to": list(one.to), "runs": [_told(row) for row in found]}))
                continue
            click.echo(f"{one.name}: {one.report}, {one.every}, to {', '.join(one.to)}; next {due or 'never'}")
            for row in found:
                click.echo(f"  run {row.id:>5} {row.first_day} to {row.last_day} {row.state:<8} {row.problem}".rstrip())
    if not config.schedules and not as_json:
        click.echo("there is no schedule; docs/delivery.md shows how one is written", err=True)


def _told(row: RunRow) -> dict[str, Any]:
    names = ("id", "label", "first_day", "last_day", "state", "made_up", "asked_by", "tries", "problem", "export_id")
    return {name: getattr(row, name) for name in names}


@schedules_group.command("run")
@config_option
@click.argument("name")
@click.option("--by", "who", default=None, help="Who asks for it; your login name if left out.")
@click.option("--why", default="", help="Why; needed to export days of an accounting schedule again.")
def run_command(config_path: Path, name: str, who: str | None, why: str) -> None:
    """Have the report of schedule NAME made now, for the days that it means today, and sent to its recipients.

    The running gateway makes it; if none is running, the next one does.
    """
    from gateway.delivery.orders import REPORT

    config = read_config(config_path)
    _schedule(config, name)
    with opened(config_path, must_exist=False, config=config) as database:
        result = command(database, REPORT, None, who or whoever(), why, subject=name, config=config)
    if result.startswith("not made"):
        fail(result)
    click.echo(result)


@schedules_group.command("files")
@config_option
@click.argument("name")
@period_options
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), required=True, help="An existing folder.")
@click.option("--whole", is_flag=True, help="With whole telephone numbers; as they are if neither is said.")
@click.option("--masked", is_flag=True, help="With the middle of telephone numbers hidden; both may be said.")
@click.option("--stem", default="", help="The beginning of the files' names.")
@click.option("--export", "number", type=int, default=None, hidden=True)
def files_command(
    config_path: Path,
    name: str,
    first: date,
    last: date,
    into: Path,
    whole: bool,
    masked: bool,
    stem: str,
    number: int | None,
) -> None:
    """Make the files of schedule NAME for some days into a folder. Nothing is sent and nothing is written down.

    Prints how far it is, in hundredths, a number a line.
    """
    from gateway.clock import utc_now
    from gateway.delivery.files import make_files
    from gateway.reports.as_csv import NoSuchTable

    config = read_config(config_path)
    schedule = _schedule(config, name)
    if not into.is_dir():
        fail(f"there is no folder {into}")
    with opened(config_path, read_only=True, config=config) as database:
        try:
            make_files(
                config,
                database,
                schedule,
                first=first,
                last=last,
                run_at=utc_now(),
                masks=[one for one, wanted in ((False, whole or not masked), (True, masked)) if wanted],
                export=_stamp(database, number),
                stem=stem or f"{schedule.report}-{first}-{last}",
                into=into,
                told=lambda percent: click.echo(str(percent)),
            )
        except OSError as error:
            fail(f"the files cannot be written to {into}: {error.strerror}")
        except (ValueError, NoSuchTable) as error:
            fail(str(error))


def _stamp(database: Any, number: int | None) -> Any:
    from gateway.reports.asking import ExportStamp
    from gateway.store import exports

    if number is None:
        return None
    row = database.read(lambda c: exports.one(c, database.property, number))
    if row is None:
        fail(f"there is no export {number}")
    return ExportStamp(row.id, bool(row.again))


def _schedule(config: Config, name: str) -> ScheduleSettings:
    from gateway.config.problems import did_you_mean
    from gateway.reports.catalog import KINDS

    found = next((one for one in config.schedules if one.name == name), None)
    if found is None:
        known = [one.name for one in config.schedules]
        raise click.UsageError(
            f'there is no schedule "{name}"; {did_you_mean(name, known) if known else "none is written"}'
        )
    if found.report not in KINDS:
        fail(f'schedule "{name}": there is no report "{found.report}"; {did_you_mean(found.report, KINDS)}')
    return found
