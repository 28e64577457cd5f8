"""`foliogate postings`: what became of each charge, and what people decide of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from gateway.cli.periods import period_options, span_of
from gateway.cli.store import command, opened, whoever
from gateway.cli.words import config_option, fail
from gateway.ledger import DEEDS, REASON_NEEDED, STATES


@click.group("postings")
def postings_group() -> None:
    """See what became of each charge, and settle the doubtful ones.

    \b
    held         waits for a reason to pass (no rate, no news of the room …); 'release' or 'write-off'
    due          will be sent as soon as the PMS takes it
    sent         is on the wire
    posted       is on the folio
    refused      the PMS said no; 'retry' or 'write-off'
    in_doubt     was sent and not answered: look at the folio, then 'on-folio' or 'not-on-folio'
    unconfirmable  was handed to a PMS that acknowledges nothing: 'total' settles them by the PMS's own sum
    written_off  was let go by a person
    """


@postings_group.command("list")
@config_option
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only this state; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, amounts as decimal strings.")
def list_command(config_path: Path, states: tuple[str, ...], as_json: bool) -> None:
    """List every posting, oldest first, in every state or those asked for."""
    from gateway.store import reading

    with opened(config_path) as database:

        def show(connection: Any) -> None:
            rows = reading.postings(connection, database.property, states)
            _print_json(rows) if as_json else _print_table(rows)

        database.read(show)


def _print_json(rows: Iterable[Mapping[str, Any]]) -> None:
    from gateway.web.rest.api import posting_object

    for row in rows:
        click.echo(json.dumps(posting_object(row), ensure_ascii=False))


def _print_table(rows: Iterable[Mapping[str, Any]]) -> None:
    from gateway.web.rest.api import posting_object

    total = 0
    for row in rows:
        if not total:
            click.echo(f"{'no':>6}  {'state':<13} {'room':<8} {'amount':>12}  {'began (UTC)':<19}  tries  why")
        total += 1
        one = posting_object(row)
        amount = f"{one['amount'] or '?'} {one['currency']}"
        began = str(one["start"])[:19].replace("T", " ")
        words = one["reason"] or (one["reference"] or "")
        room = one["room"] or "-"
        click.echo(f"{one['id']:>6}  {one['state']:<13} {room:<8} {amount:>12}  {began}  {one['attempts']:>5}  {words}")
    click.echo(f"{total} posting{'' if total == 1 else 's'}", err=True)


@postings_group.command("show")
@config_option
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show_command(config_path: Path, number: int, as_json: bool) -> None:
    """Show one posting: its call, why it costs what it costs, every attempt, and who decided what."""
    with opened(config_path) as database:
        story = database.read(lambda connection: _story(connection, database.property, number))
    if story is None:
        fail(f"there is no posting {number}; 'foliogate postings list' shows all")
    if as_json:
        click.echo(json.dumps(story, ensure_ascii=False))
        return
    _print_story(story)


def _story(connection: Any, owner: str, number: int) -> dict[str, Any] | None:
    from gateway.explaining import explained
    from gateway.store import reading
    from gateway.web.rest.api import posting_object
    from protocols.text import printable

    row = reading.posting(connection, owner, number)
    if row is None:
        return None
    call = reading.call(connection, owner, row["call_id"])
    attempts = reading.attempts(connection, owner, number)
    return {
        **posting_object(row),
        "doubt": _doubt(row, attempts) if row["state"] in ("in_doubt", "unconfirmable") else [],
        "why": explained(call) if call is not None else [],
        "attempts_made": [_attempt(one) for one in attempts],
        "trail": [
            f"{_clock(one['at'])} {one['who']}: {one['what']}" for one in reading.trail(connection, owner, number)
        ],
        "records": [printable(one["raw"], 500) for one in reading.records_of(connection, owner, row["call_id"])],
    }


def _doubt(row: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is known, what to look for on the folio, and the two ways on."""
    from gateway.explaining import doubted
    from gateway.store.reading import money

    amount = f"{money(row['amount'], row['decimals'])} {row['currency']}"
    spent = f", {row['talk_seconds'] // 60}:{row['talk_seconds'] % 60:02} min" if row["talk_seconds"] else ""
    looked = f"{amount} for the call of {_clock(row['started_at'])} to {row['dialled'] or 'no digits'}{spent}"
    return [
        *(f"{name}: {words}" for name, words in doubted(row, attempts, _clock)),
        f"look at the folio of room {row['room']}: if it arrived it shows {looked}",
        f'it is there:     foliogate postings settle {row["id"]} --on-folio --why "…"',
        f'it is not there: foliogate postings settle {row["id"]} --not-on-folio --why "…"   (it is sent again)',
    ]


def _attempt(row: Mapping[str, Any]) -> str:
    ended = f"{_clock(row['answered_at'])} {row['event']}" if row["answered_at"] else "no answer yet"
    return (
        f"{_clock(row['sent_at'])} sent to room {row['room']} as number {row['token']}; {ended} {row['words']}".strip()
    )


def _clock(micros: int) -> str:
    from gateway.instants import from_micros

    moment: datetime = from_micros(micros)
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def _print_story(story: dict[str, Any]) -> None:
    amount = f"{story['amount'] or '?'} {story['currency']}"
    click.echo(f"posting {story['id']}: {story['state']}, room {story['room'] or '-'}, {amount}")
    for title, lines in (
        ("reason", [story["reason"]] if story["reason"] else []),
        ("nobody knows" if story["state"] == "unconfirmable" else "in doubt", story["doubt"]),
        ("the PMS said", [story["reference"]] if story["reference"] else []),
        ("why this amount", story["why"]),
        ("attempts", story["attempts_made"]),
        ("who decided", story["trail"]),
        ("records of the exchange", story["records"]),
    ):
        if lines:
            click.echo(f"{title}:")
            for line in lines:
                click.echo(f"    {line}")


@postings_group.command("settle")
@config_option
@click.argument("number", type=int)
@click.option("--on-folio", "deed", flag_value="on-folio", help="In doubt or unconfirmable: it is on the folio.")
@click.option(
    "--not-on-folio",
    "deed",
    flag_value="not-on-folio",
    help="In doubt or unconfirmable: it is not there, send it again.",
)
@click.option("--release", "deed", flag_value="release", help="Held: let it go out.")
@click.option(
    "--write-off", "deed", flag_value="write-off", help="Held, refused, in doubt or unconfirmable: let it go."
)
@click.option("--room", default=None, help="With --release or --not-on-folio: send it to this room.")
@click.option("--by", "who", default=None, help="Who decides; your login name if left out.")
@click.option("--why", default="", help="The reason, kept with your name; only --release can do without.")
def settle_command(
    config_path: Path, number: int, deed: str | None, room: str | None, who: str | None, why: str
) -> None:
    """Decide what becomes of a posting that waits for a person.

    \b
    foliogate postings settle 17 --on-folio --by Ines --why "seen on the folio, line 4"
    """
    if deed is None:
        raise click.UsageError("say what is to be done: --on-folio, --not-on-folio, --release or --write-off")
    if deed in REASON_NEEDED and not why.strip():
        raise click.UsageError(f'--{deed} needs a reason, which is kept with your name: --why "…"')
    _do(config_path, number, deed, who, why, room)


@postings_group.command("total")
@config_option
@period_options
@click.option("--amount", default=None, help="What the PMS's own total of telephone charges says, for example 123.45.")
@click.option("--by", "who", default=None, help="Who decides; your login name if left out.")
@click.option("--why", default="", help="Where the total was read; kept with your name.")
def total_command(config_path: Path, first: date, last: date, amount: str | None, who: str | None, why: str) -> None:
    """Settle unconfirmable postings by the PMS's own total of the days in which they were handed over.

    Without --amount it says what these charges add up to. With it, they are posted if the PMS's total is the same; else
    nothing is settled and the difference is told.

    \b
    foliogate postings total --from 2026-11-20 --to 2026-11-20 --amount 123.45 --why "night audit, report 12"
    """
    from gateway.cli.words import read_store_config
    from gateway.posting.totals import SETTLED, TOTAL, Total
    from rating.money import minor_digits, parse_amount

    home = read_store_config(config_path).property
    since, until = span_of(first, last, home.timezone)
    decimals = minor_digits(home.currency)
    with opened(config_path) as database:
        if amount is None:
            _print_handed_over(database, since, until)
            return
        if not why.strip():
            raise click.UsageError('say where the total was read, which is kept with your name: --why "…"')
        try:
            told = Total(since, until, parse_amount(amount, decimals))
        except ValueError as error:
            raise click.UsageError(f"--amount {error}") from error
        result = command(database, TOTAL, None, who or whoever(), why, subject=told.subject())
    if not result.startswith(SETTLED):
        fail(result)
    click.echo(result)


def _print_handed_over(database: Any, since: int, until: int) -> None:
    from gateway.store import outbox
    from gateway.store.reading import money

    rows = database.read(lambda c: outbox.handed_over(c, database.property, since, until))
    sums = {(row.currency, row.decimals): 0 for row in rows}
    for row in rows:
        sums[row.currency, row.decimals] += row.amount or 0
    words = " and ".join(f"{money(minor, decimals)} {currency}" for (currency, decimals), minor in sums.items())
    click.echo(f"{len(rows)} unconfirmable posting{'' if len(rows) == 1 else 's'}: {words or 'nothing'}")


@postings_group.command("retry")
@config_option
@click.argument("number", type=int)
@click.option("--room", default=None, help="Send it to this room instead.")
@click.option("--by", "who", default=None, help="Who decides; your login name if left out.")
@click.option("--why", default="", help="The reason, kept in the audit trail.")
def retry_command(config_path: Path, number: int, room: str | None, who: str | None, why: str) -> None:
    """Offer a refused posting to the PMS again."""
    _do(config_path, number, "retry", who, why, room)


def _do(config_path: Path, number: int, deed: str, who: str | None, why: str, room: str | None) -> None:
    assert deed in DEEDS  # the options are these
    with opened(config_path) as database:
        result = command(database, deed, number, who or whoever(), why, room)
    if not result.startswith(f"posting {number} is now"):
        fail(result)
    click.echo(result)
