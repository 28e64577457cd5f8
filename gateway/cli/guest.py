"""`foliogate guest`: what is kept about a guest, given to the guest or erased."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.store import command, opened, whoever
from gateway.cli.words import config_option, fail, read_config

if TYPE_CHECKING:
    from gateway.config import Config
    from gateway.store.database import Database


@click.group("guest")
def guest_group() -> None:
    """Export what is kept about a guest, or erase it.

    \b
    foliogate guest find --name Kowalska
    foliogate guest export 77001 --output guest-77001.zip
    foliogate guest erase 77001 --why "letter of 12 November" --by "Maria Nowak"

    A guest is named by the reservation, as the PMS numbers it, or by --name where only one guest is called so. Erasing leaves
    amounts, taxes, days, durations and classes of number, because the law wants them kept and every sum rests on them.
    """


_reservation = click.argument("reservation", required=False)
_name = click.option(
    "--name", default="", help="The guest's name, or a part of it, where the reservation is not known."
)


@guest_group.command("find")
@config_option
@click.option("--name", required=True, help="The guest's name, or a part of it.")
def find_command(config_path: Path, name: str) -> None:
    """List the stays of guests of a name, newest first."""
    from gateway.store import guests

    config = read_config(config_path)
    with opened(config_path, read_only=True, config=config) as database:
        found = database.read(lambda c: guests.named(c, database.property, name))
    for stay in found:
        click.echo(_line(config, stay))
    click.echo(f"{len(found)} stay{'' if len(found) == 1 else 's'}", err=True)


@guest_group.command("export")
@config_option
@_reservation
@_name
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), required=True, help="The ZIP file to write.")
@click.option("--why", default="the guest asked for it", show_default=True, help="The reason, kept with your name.")
@click.option("--by", "who", default=None, help="Who takes it; your login name if left out.")
def export_command(
    config_path: Path, reservation: str | None, name: str, output: Path, why: str, who: str | None
) -> None:
    """Write everything that is kept about a guest into one ZIP: as JSON for programs, and as a page to read.

    Numbers stand in it in full, as far as they are still kept. The file is for the guest: only you can read it.
    """
    from gateway.clock import utc_now
    from gateway.privacy.erasing import EXPORT
    from gateway.reports.guest import export, guest_report

    config = read_config(config_path)
    with opened(config_path, config=config) as database:
        guest = _one(database, config, reservation, name)
        report = database.read(lambda c: guest_report(c, config, database.property, guest, utc_now()))
        if report is None:
            fail(f"there is no guest with reservation {guest}")
        try:
            output.touch(mode=0o600)
            output.write_bytes(export(report))
        except OSError as error:
            fail(f"{output} cannot be written: {error.strerror}")
        command(database, EXPORT, None, who or whoever(), why, subject=guest, config=config)
    click.echo(f"{report.finding} Written to {output}.")


@guest_group.command("erase")
@config_option
@_reservation
@_name
@click.option("--why", default="", help="The reason, kept with your name; the guest's name is taken out of it.")
@click.option("--by", "who", default=None, help="Who decides; your login name if left out.")
@click.option("--preview", is_flag=True, help="Only say what would go, what stays, and what stands against it.")
def erase_command(
    config_path: Path, reservation: str | None, name: str, why: str, who: str | None, preview: bool
) -> None:
    """Erase what is kept about a guest who has left: names, numbers and words, wherever they stand. It cannot be undone."""
    from gateway.privacy.erasing import BEGUN, ERASE

    config = read_config(config_path)
    with opened(config_path, config=config) as database:
        guest = _one(database, config, reservation, name)
        if preview:
            _preview(database, guest)
            return
        if not why.strip():
            raise click.UsageError("say with --why for what reason; it is kept with your name")
        result = command(database, ERASE, None, who or whoever(), why, subject=guest, config=config)
        if not result.startswith(BEGUN):
            fail(result)
        _carry_out(database, config)
    click.echo(result)


def _carry_out(database: Database, config: Config) -> None:
    """Where no gateway is running this process does it to the end; a running one does it by itself."""
    if not database.is_ours:
        click.echo("the running gateway erases it within minutes, in small steps", err=True)
        return
    from gateway.app.forgetting import privacy_of
    from gateway.clock import utc_now
    from gateway.instants import to_micros
    from gateway.store.memory import Memory

    memory = Memory(database, lambda: to_micros(utc_now()))
    database.transact(memory.reload)
    privacy = privacy_of(config, memory, lambda: to_micros(utc_now()))
    while database.transact(privacy.erase):
        pass


def _preview(database: Database, reservation: str) -> None:
    from gateway.store import guest_data

    found = database.read(lambda c: guest_data.preview(c, database.property, reservation))
    if found is None:
        fail(f"there is no guest with reservation {reservation}")
    click.echo(
        f"goes: name (stays: {len(found.stays)}), numbers (calls: {found.calls}), bytes (records: {found.records}), words "
        f"(notes and disputes: {found.remarks}, changed charges: {found.acts}, alarms: {found.alarms}), kept report files of "
        "these days, and whatever names the guest elsewhere"
    )
    click.echo(f"stays: amounts, taxes, days, classes of number (charges: {found.charges}, bills: {found.bills})")
    for reason in found.against:
        click.echo(f"not yet: {reason}")
    if found.erased is not None:
        click.echo(f"erased before, by {found.erased['who']}")


def _one(database: Database, config: Config, reservation: str | None, name: str) -> str:
    """The reservation that is meant, or the end of the command with a sentence."""
    from gateway.store import guests

    if (reservation is None) == (not name):
        raise click.UsageError("name the guest by the reservation, or with --name")
    if reservation is not None:
        return reservation
    found = database.read(lambda c: guests.named(c, database.property, name))
    if not found:
        fail(f"there is no guest called {name}")
    if len({stay.reservation for stay in found}) > 1:
        lines = "\n".join(_line(config, stay) for stay in found)
        fail(f"several guests are called so; name the reservation:\n{lines}")
    return found[0].reservation


def _line(config: Config, stay: Any) -> str:
    from gateway.instants import from_micros

    zone = config.property.timezone

    def day(instant: int | None) -> str:
        return "still here" if instant is None else f"{from_micros(instant).astimezone(zone):%Y-%m-%d}"

    return f"{stay.reservation:<12}  room {stay.room:<8} {day(stay.since)} to {day(stay.until):<11} {stay.name}"
