"""`foliogate resync`: ask the PMS for the state of all rooms."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.cli.store import NOT_YET, command, opened, whoever
from gateway.cli.words import config_option, fail


@click.command("resync")
@config_option
@click.option(
    "--again", is_flag=True, help="Ask although it was asked within a day; a supervisor decides that, and says why."
)
@click.option("--why", default="", help="The reason, kept in the audit trail; needed with --again.")
@click.option("--by", "who", default=None, help="Who asks; your login name if left out.")
def resync_command(config_path: Path, again: bool, why: str, who: str | None) -> None:
    """Ask the PMS who is in which room, for all rooms.

    For when rooms look wrong: a guest who is in the house and not on the page, or one who has left and is. In a large house
    this takes the PMS minutes, and no charge is posted meanwhile; charges wait and none is lost. So it is asked once a day.

    \b
    foliogate resync
    foliogate resync --again --why "the PMS was restored this morning"
    """
    from gateway.store.resyncs import ASKED, FORCE, RESYNC

    if again and not why.strip():
        raise click.UsageError("--again needs --why: whoever asks again within a day says why")
    with opened(config_path) as database:
        result = command(database, RESYNC, None, who or whoever(), why, subject=FORCE if again else None)
    if not result.startswith(ASKED) and result != NOT_YET:
        fail(result)
    click.echo(result)
