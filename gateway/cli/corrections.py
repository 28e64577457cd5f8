"""`foliogate corrections`: a wrong tariff put right, and late prices let go, by lists that a named person approves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gateway.cli.periods import bar, period_options, span_of
from gateway.cli.store import command, opened, whoever
from gateway.cli.words import config_option, fail, read_config, say

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gateway.store.database import Database

#: Lists shown by `list`.
SHOWN: Final = 50

_by = click.option("--by", "who", default=None, help="Who decides; your login name if left out.")
_number = click.argument("number", type=click.IntRange(min=1))


@click.group("corrections")
def corrections_group() -> None:
    """Lists of changed prices: made, looked at, approved or rejected. Nothing is posted without an approval.

    \b
    correction   a tariff was wrong: what the calls of a period cost by the tariff as it is now
    release      calls that had no rate, and have one now; the gateway makes this list when it starts

    \b
    foliogate corrections propose --from 2026-11-01 --to 2026-11-20 --why "mobile price had a wrong comma"
    foliogate corrections show 3
    foliogate corrections approve 3 --by "Anna Nowak" --why "checked ten calls by hand"
    """


@corrections_group.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_command(config_path: Path, as_json: bool) -> None:
    """List the newest lists, newest first, with what they come to."""
    from gateway.store import lists

    with opened(config_path) as database:
        owner = database.property
        found = database.read(
            lambda c: [(one, lists.totals(c, owner, one["id"])) for one in lists.newest(c, owner, SHOWN)]
        )
    for one, totals in found:
        if as_json:
            click.echo(json.dumps(list_object(one, totals), ensure_ascii=False))
            continue
        calls = sum(total.calls for total in totals)
        click.echo(f"{one['id']:>5}  {one['kind']:<10} {one['state']:<9} {calls:>6} calls  {one['why']}")
    if not found:
        say("there is no list; 'foliogate corrections propose' makes one")


@corrections_group.command("show")
@config_option
@_number
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: the list, then its calls.")
def show_command(config_path: Path, number: int, as_json: bool) -> None:
    """Show a list: its totals, and for each call the old amount, the new one, and what approving does about it."""
    from gateway.store import lists

    with opened(config_path) as database:
        owner = database.property
        one = database.read(lambda c: lists.one(c, owner, number))
        if one is None:
            fail(f"there is no list {number}; 'foliogate corrections list' shows all")
        totals = database.read(lambda c: lists.totals(c, owner, number))
        if as_json:
            click.echo(json.dumps(list_object(one, totals), ensure_ascii=False))
        for row in _rows(database, number):
            click.echo(json.dumps(item_object(row), ensure_ascii=False) if as_json else _row(row))
    if not as_json:
        for line in _head(one, totals, _currency(database, number)):
            click.echo(line)


def _rows(database: Database, number: int) -> Iterator[dict[str, Any]]:
    from gateway.store import lists

    last = 0

    def behind(connection: Connection) -> list[dict[str, Any]]:
        return lists.shown_items(connection, database.property, number, 500, last)

    while rows := database.read(behind):
        yield from rows
        last = rows[-1]["call_id"]


def _currency(database: Database, number: int) -> tuple[str, int]:
    from gateway.store import lists

    rows = database.read(lambda c: lists.shown_items(c, database.property, number, 1))
    return (rows[0]["currency"], rows[0]["decimals"]) if rows else ("", 0)


def _head(one: Mapping[str, Any], totals: list[Any], money: tuple[str, int]) -> Iterator[str]:
    from rating.money import format_amount

    currency, decimals = money
    yield f"list {one['id']}: {one['kind']}, {one['state']}; made by {one['made_by']}: {one['why']}"
    for total in totals:
        old, new = format_amount(total.before, decimals), format_amount(total.amount, decimals)
        change = format_amount(total.amount - total.before, decimals)
        yield f"  {total.deed:<8} {total.calls:>6} calls  {old:>12} -> {new:>12} {currency}  {change:>12}"
    if one["state"] != "open":
        yield f"  {one['state']} by {one['decided_by']}: {one['decided_why']}"


def _row(row: Mapping[str, Any]) -> str:
    one = item_object(row)
    began = str(one["start"])[:16].replace("T", " ")
    money = f"{one['before']:>10} -> {one['after']:>10} ({one['difference']:>9})"
    words = one["outcome"] or one["words"]
    return f"{one['call']:>8}  {began}  {one['room'] or '-':<8} {one['dialled'] or '':<18} {money}  {one['deed']:<8} {words}"


def list_object(one: Mapping[str, Any], totals: list[Any]) -> dict[str, Any]:
    """A list as programs outside see it."""
    from gateway.instants import from_micros

    made = {"made": from_micros(one["made_at"]).isoformat()}
    decided = None if one["decided_at"] is None else from_micros(one["decided_at"]).isoformat()
    names = ("id", "kind", "state", "made_by", "why", "tariff_version", "decided_by", "decided_why")
    return {
        **{name: one[name] for name in names},
        **made,
        "decided": decided,
        "totals": [one._asdict() for one in totals],
    }


def item_object(row: Mapping[str, Any]) -> dict[str, Any]:
    """A call of a list as programs outside see it: amounts as decimal strings."""
    from gateway.instants import from_micros
    from rating.money import format_amount

    money = {
        name: format_amount(minor, row["decimals"])
        for name, minor in (
            ("before", row["before"]),
            ("after", row["amount"]),
            ("difference", row["amount"] - row["before"]),
        )
    }
    same = ("room", "extension", "dialled", "deed", "words", "currency", "tariff", "outcome", "posting_id")
    start = from_micros(row["started_at"]).isoformat()
    return {"call": row["call_id"], "start": start, **{name: row[name] for name in same}, **money}


@corrections_group.command("propose")
@config_option
@period_options
@click.option("--why", required=True, help="What was wrong; kept with the list.")
@_by
def propose_command(config_path: Path, first: date, last: date, why: str, who: str | None) -> None:
    """Price a period again by the tariff as it is now, and list every call that comes out otherwise."""
    from gateway.app import configured, parts
    from gateway.clock import utc_now
    from gateway.instants import to_micros
    from gateway.intake.correcting import Correcting, TooMany
    from gateway.intake.stored_calls import numbers_between
    from gateway.store import lists

    config = read_config(config_path)
    span = span_of(first, last, config.property.timezone)
    with opened(config_path, config=config) as database:
        try:
            correcting: Correcting = parts.correcting(config, database)
            begin, end = numbers_between(database, span)
            with bar("pricing calls again", max(1, end - begin), begin) as seen:
                found = correcting.propose(span, seen)
        except (configured.CannotStart, TooMany) as error:
            fail(str(error))
        if not found.items:
            say(f"{found.looked_at} calls of the period cost what they were charged; there is nothing to put right")
            return
        now, by = to_micros(utc_now()), who or whoever()
        new = lists.NewList("correction", now, by, why, correcting.book.version, *span)
        number = database.transact(lambda c: lists.make(c, database.property, new, found.items))
    click.echo(
        f"list {number}: {len(found.items)} of {found.looked_at} calls change; 'foliogate corrections show {number}'"
    )
    if found.unrated:
        say(f"{found.unrated} charged calls have no rate by this tariff; they stay as they were charged")


@corrections_group.command("approve")
@config_option
@_number
@_by
@click.option("--why", default="", help="What it rests on; kept in the audit trail.")
def approve_command(config_path: Path, number: int, who: str | None, why: str) -> None:
    """Approve a list: what it says is posted now, call by call, as far as it still holds."""
    _decide(config_path, "approve", number, who, why, "is approved;")


@corrections_group.command("reject")
@config_option
@_number
@_by
@click.option("--why", required=True, help="Why not; kept in the audit trail.")
def reject_command(config_path: Path, number: int, who: str | None, why: str) -> None:
    """Reject a list: nothing is posted, and calls without a price go on waiting for one."""
    _decide(config_path, "reject", number, who, why, "is rejected;")


def _decide(config_path: Path, deed: str, number: int, who: str | None, why: str, done: str) -> None:
    config = read_config(config_path)
    with opened(config_path, config=config) as database:
        result = command(database, deed, None, who or whoever(), why, subject=str(number), config=config)
    if done not in result:
        fail(result)
    click.echo(result)
