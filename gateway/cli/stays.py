"""`foliogate stays`: who is in which room, and which tariff the stay carries."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.cli.store import command, opened, whoever
from gateway.cli.words import config_option, fail, read_config


@click.group("stays")
def stays_group() -> None:
    """Give a guest's stay a tariff of its own.

    \b
    foliogate stays tariff 101 CONGRESS --by Ines --why "speaker of the congress"
    """


@stays_group.command("tariff")
@config_option
@click.argument("room")
@click.argument("code", required=False)
@click.option("--house", is_flag=True, help="The house's own tariff, whatever the PMS, the group or the room says.")
@click.option("--end", is_flag=True, help="Take back what the desk gave; the PMS, the group or the room decide again.")
@click.option("--by", "who", default=None, help="Who decides; your login name if left out.")
@click.option("--why", default="", help="The reason, kept in the audit trail.")
def tariff_command(
    config_path: Path, room: str, code: str | None, house: bool, end: bool, who: str | None, why: str
) -> None:
    """From now on the guests in ROOM pay by the tariff CODE. Calls that were made before keep their price."""
    from gateway.attribution import HOUSE

    if sum((code is not None, house, end)) != 1:
        raise click.UsageError("say which tariff: its CODE, or --house, or --end")
    subject = HOUSE if house else "" if end else code
    config = read_config(config_path)
    with opened(config_path, config=config) as database:
        result = command(database, "tariff", None, who or whoever(), why, room, subject=subject, config=config)
    if not result.startswith("the stay in room"):
        fail(result)
    click.echo(result)
