"""`foliogate charges`: what people do to charges, from the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click

from gateway.acts import AGREE, ASK, DECLINE, REASONS, Act
from gateway.cli.store import command, opened, whoever
from gateway.cli.words import config_option, fail, read_config


@click.group("charges")
def charges_group() -> None:
    """Make a charge void or less, move it, or charge by hand; above the house's limit another person agrees.

    \b
    foliogate charges void 17 --reason bad-line --why "crackled, guest hung up"
    foliogate charges move 17 --room 305 --reason wrong-room --why "asked at the desk"
    foliogate charges make --room 201 --amount 4.50 --why "fax, 3 pages"
    foliogate charges agree 3 --by Anna

    Calls are named by their numbers ('foliogate postings list --json' has them as call_key). Nothing that exists is
    changed: what is on a folio is taken back by its opposite, over the link where the PMS takes that, else by hand.
    """


#: How the answer to an act begins that was carried out, or written down for a second person.
_DONE = re.compile(r"act \d+ (?:done|waits|declined)\b")
_call = click.argument("call", type=click.IntRange(min=1))
_reason = click.option("--reason", type=click.Choice(list(REASONS)), required=True, help="Why, for lists and sums.")
_share = click.option("--share", default=None, help="Whose share of a call that several pay for: the room.")
_why = click.option("--why", required=True, help="Why, in your own words; kept with your name.")
_by = click.option("--by", "who", default=None, help="Who asks; your login name if left out.")


@charges_group.command("void")
@config_option
@_call
@_share
@_reason
@_why
@_by
def void_command(config_path: Path, call: int, reason: str, why: str, who: str | None, share: str | None) -> None:
    """Make the charge of a call void: the guest pays nothing for it."""
    _ask(config_path, Act(kind="void", call_id=call, reason=reason, share=share), who, why)


@charges_group.command("adjust")
@config_option
@_call
@click.option("--amount", required=True, help="What the guest shall pay, for example 1.50.")
@_share
@_reason
@_why
@_by
def adjust_command(
    config_path: Path, call: int, amount: str, reason: str, why: str, who: str | None, share: str | None
) -> None:
    """Make the charge of a call less."""
    _ask(config_path, Act(kind="adjust", call_id=call, reason=reason, share=share), who, why, amount)


@charges_group.command("move")
@config_option
@_call
@click.option("--room", required=True, help="The room or house account that shall pay.")
@_share
@_reason
@_why
@_by
def move_command(
    config_path: Path, call: int, room: str, reason: str, why: str, who: str | None, share: str | None
) -> None:
    """Move the charge of a call to another room or house account; it is taken off the first one first."""
    _ask(config_path, Act(kind="move", call_id=call, room=room, reason=reason, share=share), who, why)


@charges_group.command("make")
@config_option
@click.option("--room", required=True, help="The room or house account that pays.")
@click.option("--amount", required=True, help="The amount, tax included, for example 4.50.")
@click.option("--why", required=True, help="What for; it stands on the folio.")
@_by
def make_command(config_path: Path, room: str, amount: str, why: str, who: str | None) -> None:
    """Charge by hand what the exchange does not tell: a fax, a call that the operator dialled."""
    _ask(config_path, Act(kind="charge", room=room), who, why, amount)


@charges_group.command("agree")
@config_option
@click.argument("act", type=click.IntRange(min=1))
@click.option("--why", default="", help="The reason, kept with your name.")
@_by
def agree_command(config_path: Path, act: int, why: str, who: str | None) -> None:
    """Agree, as the second person, to an act that waits."""
    _give(config_path, AGREE, str(act), who, why)


@charges_group.command("decline")
@config_option
@click.argument("act", type=click.IntRange(min=1))
@_why
@_by
def decline_command(config_path: Path, act: int, why: str, who: str | None) -> None:
    """Decline an act that waits; nothing is changed."""
    _give(config_path, DECLINE, str(act), who, why)


@charges_group.command("list")
@config_option
@click.option("--waiting", is_flag=True, help="Only those that wait for a second person.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, amounts as decimal strings.")
def list_command(config_path: Path, waiting: bool, as_json: bool) -> None:
    """List what was done to charges, newest first."""
    from gateway.store import acts

    with opened(config_path) as database:

        def show(connection: Any) -> None:
            owner, most = database.property, 1_000_000
            rows = acts.waiting(connection, owner) if waiting else acts.newest(connection, owner, most)
            for row in rows:
                click.echo(json.dumps(_object(row), ensure_ascii=False) if as_json else _line(row))
            click.echo(f"{len(rows)} act{'' if len(rows) == 1 else 's'}", err=True)

        database.read(show)


def _object(row: Any) -> dict[str, Any]:
    from gateway.instants import from_micros
    from rating.money import format_amount

    said = row._asdict()
    for name in ("before", "after"):
        said[name] = format_amount(said[name], row.decimals)
    for name in ("asked_at", "decided_at"):
        said[name] = None if said[name] is None else from_micros(said[name]).isoformat()
    return {name: value for name, value in said.items() if name not in ("subject", "decimals")}


def _line(row: Any) -> str:
    one = _object(row)
    where = one["room"] or "-" if one["target"] is None else f"{one['room']} to {one['target']}"
    money = f"{one['before']} -> {one['after']} {one['currency']}"
    return f"{one['id']:>5}  {one['state']:<8} {one['kind']:<7} {where:<12} {money:<24} {one['asked_by']}: {one['why']}"


def _ask(config_path: Path, act: Act, who: str | None, why: str, amount: str | None = None) -> None:
    from dataclasses import replace

    from rating.money import minor_digits, parse_amount

    if amount is not None:
        currency = read_config(config_path).property.currency
        try:
            act = replace(act, amount=parse_amount(amount, minor_digits(currency)))
        except ValueError as error:
            raise click.UsageError(f"--amount {error}") from error
    _give(config_path, ASK, act.subject(), who, why)


def _give(config_path: Path, deed: str, subject: str, who: str | None, why: str) -> None:
    config = read_config(config_path)
    with opened(config_path, config=config) as database:
        result = command(database, deed, None, who or whoever(), why, subject=subject, config=config)
    if _DONE.match(result) is None:
        fail(result)
    click.echo(result)
