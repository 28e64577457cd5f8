"""`foliogate connect-pms`: the PMS link is proven by the smallest charge there is, on a room kept for it, before guests' calls depend on it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import click

from gateway.acts import ASK, Act
from gateway.cli.store import command, opened, whoever
from gateway.cli.words import config_option, fail, read_config

#: Seconds a guest of the room is waited for, and the PMS's answer.
PATIENCE: Final = 60.0
#: States in which a posting waits for nothing more from the link.
_ENDED: Final = ("posted", "refused", "in_doubt", "unconfirmable", "held")


@click.command("connect-pms")
@click.argument("room")
@config_option
@click.option("--by", "who", default=None, help="Who proves it; your login name if left out.")
def connect_pms_command(room: str, config_path: Path, who: str | None) -> None:
    """Prove the PMS link: one smallest charge on the test room ROOM.

    Needs 'foliogate run', and somebody checked in to a room that is no guest's. Shows whom the PMS has there, asks
    before it posts the smallest amount of the currency, tells what the PMS answered, and asks you to look at the folio: is
    the line there, on which account, with how many decimals? What you say is kept beside the stay, with your name. Then it
    offers to take the charge back.

    \b
    Example:
      foliogate connect-pms 999
    """
    from rating.money import format_amount, minor_digits

    config, by = read_config(config_path), who or whoever()
    if not config.pms:
        fail("no PMS is configured: write a table [[pms]]")
    currency = config.property.currency
    amount = f"{format_amount(1, minor_digits(currency))} {currency}"
    with opened(config_path, config=config) as database:
        _refuse_without_gateway(database)
        guest = _guest(database, room)
        click.echo(
            f"The PMS {config.pms[0].name} has {guest.name or 'a guest'} (reservation {guest.reservation}) in room {room}."
        )
        click.confirm(f"Post {amount} to this folio now?", abort=True)
        act = Act(kind="charge", room=room, amount=1)
        said = command(database, ASK, None, by, "a test of the link", subject=act.subject(), config=config)
        posting = _posted(database, room, said)
        _tell(posting)
        words = (
            _looked_at(amount) if posting["state"] in ("posted", "in_doubt", "unconfirmable") else "nothing to look at"
        )
        note = f"test of the link, {amount}: {posting['state']}; {words}"
        command(database, "note", None, by, note, room=room, subject=guest.reservation, config=config)
        click.echo(f"Kept beside the stay: {note}.")
        if posting["state"] != "refused" and click.confirm("Take the charge back?", default=True):
            back = Act(kind="void", call_id=posting["call_id"], reason="other")
            click.echo(command(database, ASK, None, by, "a test of the link", subject=back.subject(), config=config))


def _refuse_without_gateway(database: Any) -> None:
    """The link is the running gateway's; without it nothing would go out."""
    from gateway.store.database import StoreTrouble

    try:
        database.lock()
    except StoreTrouble:
        return
    fail("no gateway is running: start 'foliogate run', and see on its page that the PMS is up")


def _guest(database: Any, room: str) -> Any:
    """Who is in the room; the PMS is given a while to tell, and asked for all rooms if it does not."""
    from gateway.store.room import here

    until, asked = time.monotonic() + PATIENCE, False
    while time.monotonic() < until:
        found = database.read(lambda c: here(c, database.property, room))
        if found:
            return found[0]
        if not asked:
            asked = True
            click.echo(f"No guest is known in room {room}. Check somebody in there now; waiting for the PMS to tell …")
        time.sleep(0.5)
    return fail(
        f"the PMS told of no guest in room {room} within {PATIENCE:g} s: see that it sends check-ins to this link"
    )


def _posted(database: Any, room: str, said: str) -> dict[str, Any]:
    """The posting of the charge, when it waits for nothing more."""
    from gateway.store import acts, pages

    made = database.read(lambda c: acts.newest(c, database.property, 1))
    if not said.startswith("act ") or not made or made[0].room != room or made[0].call_id is None:
        fail(f"the charge was not made: {said}")
    call = made[0].call_id
    until = time.monotonic() + PATIENCE
    while True:
        posting: dict[str, Any] = database.read(lambda c: pages.of_calls(c, database.property, [call]))[call][0]
        if posting["state"] in _ENDED or time.monotonic() > until:
            return posting
        time.sleep(0.2)


def _tell(posting: dict[str, Any]) -> None:
    answers = {
        "posted": "The PMS took it.",
        "refused": "The PMS refused it.",
        "in_doubt": "The PMS did not answer: it may be on the folio or not.",
        "unconfirmable": "It was handed over; this PMS acknowledges nothing.",
        "held": "It is held here and was not sent.",
    }
    words = answers.get(posting["state"], "It still waits for the link.")
    details = " ".join(str(posting[key]) for key in ("reference", "hold_reason", "reason") if posting.get(key))
    click.echo(f"{words}{' It says: ' + details if details else ''}")


def _looked_at(amount: str) -> str:
    """What a person sees on the folio."""
    click.echo("Now look at the folio in the PMS.")
    if not click.confirm(f"Is there a line of exactly {amount}, not ten or a hundred times as much or as little?"):
        seen = click.prompt("What is there instead", default="nothing")
        return f"NOT as it should be on the folio: {seen}"
    account = click.prompt("On which account or revenue code does it stand")
    return f"seen on the folio, account {account}, decimals right"
