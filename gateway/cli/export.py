"""`foliogate export`: bookings for an accounting program, each day once, or again with a reason."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gateway.cli.periods import period_options
from gateway.cli.store import command, opened, whoever
from gateway.cli.words import config_option, fail, read_config, say

if TYPE_CHECKING:
    from gateway.config import Config
    from gateway.reports.asking import Asked
    from gateway.store.database import Database

EXPORT: Final = "export"
FORMS: Final = ("csv", "xlsx", "pdf", "json", "html")


@click.group("export")
def export_group() -> None:
    """Give away what other programs book.

    \b
    foliogate export accounting --from 2026-11-01 --to 2026-11-30 --output november.csv
    foliogate export list
    """


@export_group.command("accounting")
@config_option
@period_options
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@click.option("--format", "form", type=click.Choice(FORMS), default="csv", show_default=True, help="Its form.")
@click.option(
    "--again", is_flag=True, help="Export days that went out already; the lines are marked, and --why is needed."
)
@click.option("--why", default="", help="Why they are exported again.")
@click.option("--by", "who", default=None, help="Who exports; your login name if left out.")
def accounting_command(
    config_path: Path, first: date, last: date, output: Path, form: str, again: bool, why: str, who: str | None
) -> None:
    """Export the bookings of some days that are over: what the PMS took in them, debits and credits by account.

    Every export has a number. Days that went out already are refused, because they would be booked twice; --again exports
    them all the same, under a number of its own. Accounts and columns: [accounting]; look first with
    `foliogate report accounting`.
    """
    config = read_config(config_path)
    _judge(config, first, last, output, again=again, why=why)
    by = who or whoever()
    number = _begun(config, config_path, first, last, by, why if again else "")
    with opened(config_path, read_only=True, config=config) as database:
        lines, digest = _written(_asked(config, database, first, last, number, again), form, output)
    told = json.dumps({"number": number, "bookings": lines, "digest": digest})
    _command(config, config_path, "exported", by, "", told)
    say(f"export {number}{' again' if again else ''}, {first} to {last}: {lines} lines in {output}")


def _command(config: Config, config_path: Path, deed: str, who: str, why: str, subject: str) -> str:
    """Give one command. Each has the store opened anew: whoever carries one out itself holds the gateway's lock till it closes."""
    with opened(config_path, config=config) as database:
        return command(database, deed, None, who, why, subject=subject, config=config)


def _begun(config: Config, config_path: Path, first: date, last: date, who: str, why: str) -> int:
    """The number of a new export; ends the command where there is none."""
    subject = json.dumps({"first": first.isoformat(), "last": last.isoformat()})
    result = _command(config, config_path, EXPORT, who, why, subject)
    if not result.startswith("export "):
        hint = ': add --again --why "..."' if result.startswith("not exported") else ""
        fail(f"{result}{hint}")
    return int(result.removeprefix("export "))


def _judge(config: Config, first: date, last: date, output: Path, *, again: bool, why: str) -> None:
    """Refuse in a sentence what cannot be an export."""
    from gateway.clock import utc_now

    if config.accounting is None:
        fail("no accounts are configured: write [accounting], as docs/delivery.md has it")
    if last < first:
        raise click.UsageError(f"--to {last} is before --from {first}")
    if last >= utc_now().astimezone(config.property.timezone).date():
        fail(f"{last} is not over: its charges are not all there yet, and each day is exported once")
    if again and not why.strip():
        raise click.UsageError("--again needs --why: whoever finds the lines twice will ask")
    if output.exists():
        fail(f"{output} is there already and is left as it is; name another file")
    if not output.absolute().parent.is_dir():
        fail(f"there is no folder {output.absolute().parent}")


def _asked(config: Config, database: Database, first: date, last: date, number: int, again: bool) -> Asked:
    from gateway.clock import utc_now
    from gateway.reports.asking import ExportStamp, asked_of

    return asked_of(config, database, first, last, utc_now(), export=ExportStamp(number, again))


def _written(asked: Asked, form: str, output: Path) -> tuple[int, str]:
    """Write the file; how many lines it has, and the digest of them."""
    from gateway.reports.as_accounts import NotInEncoding, write_export
    from gateway.reports.bookings import digest

    try:
        lines = asked.database.read(lambda connection: write_export(asked, connection, form, output))
    except NotInEncoding as error:
        fail(str(error))
    except OSError as error:
        fail(f"the export cannot be written to {output}: {error.strerror}")
    return len(lines), digest(lines)


@export_group.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_command(config_path: Path, as_json: bool) -> None:
    """List every export with its days, who asked for it, and whether it came to an end."""
    from gateway.store import exports

    with opened(config_path, read_only=True) as database:
        found = database.read(lambda c: exports.all_of(c, database.property))
    for one in found:
        if as_json:
            click.echo(json.dumps(_told(one), ensure_ascii=False))
            continue
        fate = f"{one.bookings} lines" if one.done_at is not None else "begun, no file: its days count as not exported"
        again = f", again: {one.why}" if one.again else ""
        click.echo(f"{one.id:>5}  {one.first_day} to {one.last_day}  by {one.who}{again}; {fate}")
    if not found and not as_json:
        click.echo("nothing was exported yet", err=True)


def _told(one: Any) -> dict[str, Any]:
    from gateway.instants import from_micros

    done = None if one.done_at is None else from_micros(one.done_at).isoformat()
    kept = {name: getattr(one, name) for name in ("id", "first_day", "last_day", "who", "why", "bookings", "digest")}
    return {**kept, "again": bool(one.again), "begun": from_micros(one.begun_at).isoformat(), "done": done}
