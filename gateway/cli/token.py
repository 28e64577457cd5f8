"""`foliogate token`: which programs may ask over HTTP and SOAP, and for what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.store import command, opened, whoever
from gateway.cli.words import config_option, fail

if TYPE_CHECKING:
    from gateway.store.tokens import Token


@click.group("token")
def token_group() -> None:
    """Let other programs ask: a CRM, an accounting program, a PMS without a link of its own.

    A token belongs to one property and may do what its rights say: read calls, postings and events; acknowledge postings,
    which also takes them over; tell who is in which rooms. It is shown once, when it is made.

    \b
    foliogate token add accounting --right read --right acknowledge
    curl -H "Authorization: Bearer fg_1_..." http://127.0.0.1:8080/api/v1/events
    """


@token_group.command("add")
@config_option
@click.argument("name")
@click.option(
    "--right",
    "rights",
    type=click.Choice(["read", "acknowledge", "rooms"]),
    multiple=True,
    required=True,
    help="What it may do; give it once for each right.",
)
@click.option("--by", "who", default=None, help="Who lets the program in; your login name if left out.")
def add_command(config_path: Path, name: str, rights: tuple[str, ...], who: str | None) -> None:
    """Make a token for the program NAME and print it: on standard output the token alone, the rest on standard error.

    From the first token on, the events that programs read are written down.
    """
    from gateway.clock import utc_now
    from gateway.instants import to_micros
    from gateway.store import tokens

    if not name.strip() or not name.isprintable() or len(name) > tokens.LONGEST_NAME:
        fail(f"a name is text on one line, at most {tokens.LONGEST_NAME} characters")
    by, now = who or whoever(), to_micros(utc_now())
    given = tuple(right for right in tokens.RIGHTS if right in rights)
    with opened(config_path, must_exist=False) as database:
        owner = database.property
        words = database.transact(lambda c: tokens.add(c, owner, name=name, rights=given, who=by, now=now))
        command(database, tokens.READ_FEED, None, by, f"token for {name}")
    click.echo(words)
    click.echo(f"this is the only time it is shown; it may {', '.join(given)} for {owner}", err=True)


@token_group.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_command(config_path: Path, as_json: bool) -> None:
    """List every token with its rights, also those that were revoked; never the token itself."""
    from gateway.store import tokens

    with opened(config_path) as database:
        found = database.read(lambda c: tokens.all_of(c, database.property))
    for one in found:
        click.echo(json.dumps(_told(one), ensure_ascii=False) if as_json else _line(one))
    if not found and not as_json:
        click.echo("there is no token; make one with: foliogate token add NAME --right read", err=True)


@token_group.command("revoke")
@config_option
@click.argument("number", type=int)
@click.option("--by", "who", default=None, help="Who shuts the program out; your login name if left out.")
def revoke_command(config_path: Path, number: int, who: str | None) -> None:
    """Refuse a token from now on, by its number in the list. A running gateway sees it at once."""
    from gateway.clock import utc_now
    from gateway.instants import to_micros
    from gateway.store import tokens

    by, now = who or whoever(), to_micros(utc_now())
    with opened(config_path) as database:
        done = database.transact(lambda c: tokens.revoke(c, database.property, number, who=by, now=now))
    if not done:
        fail(f"there is no token {number} that stands; see 'foliogate token list'")
    click.echo(f"token {number} is revoked")


def _told(one: Token) -> dict[str, object]:
    from gateway.instants import from_micros

    revoked = None if one.revoked_at is None else from_micros(one.revoked_at).isoformat()
    made = {"made": from_micros(one.made_at).isoformat(), "made_by": one.made_by}
    gone = {"revoked": revoked, "revoked_by": one.revoked_by or None}
    return {"id": one.id, "name": one.name, "rights": one.rights.split(), **made, **gone}


def _line(one: Token) -> str:
    told = _told(one)
    fate = f"revoked by {one.revoked_by}" if one.revoked_at is not None else "good"
    return f"{one.id:>4}  {one.name:<24} {one.rights:<26} made {str(told['made'])[:10]} by {one.made_by}, {fate}"
