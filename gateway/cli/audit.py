"""`foliogate audit`: the night audit on the command line: look at a business day, tell the PMS's total, name what differs, close it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from gateway.cli.periods import Day
from gateway.cli.store import command, opened, whoever
from gateway.cli.words import config_option, fail, read_config

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.config import Config
    from gateway.store.database import Database
    from gateway.store.day_looks import DayLook

_day_option = click.option(
    "--day", "day", type=Day(), default=None, help="The business date; the one that waits to be closed if left out."
)
_by_option = click.option("--by", "who", default=None, help="Who decides; your login name if left out.")


@click.group("audit")
def audit_group() -> None:
    """The night audit: what came in on a business day, where it went, and every difference by its name.

    \b
    foliogate audit show  --config F                      the day's sheet
    foliogate audit total 1234.50 --why "report 12"       compare with the PMS's own total
    foliogate audit name "no total" --why "PMS is down"   say what a difference is
    foliogate audit close                                 freeze the sheet; each difference must have its name
    foliogate audit end                                   end the open day by hand, where no PMS tells its night audit
    """


class _Seen(NamedTuple):
    """A day, with the house it is of."""

    config: Config
    look: DayLook


def _seen(config_path: Path, day: date | None, database: Database, config: Config) -> _Seen:
    from gateway.store.day_looks import chosen, look

    def read(connection: Any) -> DayLook | None:
        found = chosen(connection, database.property, day.isoformat() if day is not None else "")
        return None if found is None else look(connection, database.property, found, has_pms=bool(config.pms))

    found = database.read(read)
    if found is None:
        fail(
            f"there is no business date {day}"
            if day is not None
            else "there is no business day yet; 'foliogate run' begins one"
        )
    return _Seen(config, found)


@audit_group.command("show")
@config_option
@_day_option
@click.option("--json", "as_json", is_flag=True, help="The sheet as one JSON object, amounts as decimal strings.")
def show_command(config_path: Path, day: date | None, as_json: bool) -> None:
    """Show the sheet of a business day; of a closed one as it was closed."""
    config = read_config(config_path)
    with opened(config_path, read_only=True, config=config) as database:
        seen = _seen(config_path, day, database, config)
    click.echo(json.dumps(_as_json(seen), ensure_ascii=False)) if as_json else _print(seen)


def _as_json(seen: _Seen) -> dict[str, Any]:
    from gateway.audit.sums import Purse, Sum
    from rating.money import format_amount

    def purse(held: Purse) -> dict[str, str]:
        return {coin.currency: format_amount(minor, coin.decimals) for coin, minor in held.items()}

    def sum_of(one: Sum) -> dict[str, Any]:
        return {"number": one.number, "gross": purse(one.gross)}

    day, made = seen.look.day, seen.look.sheet
    return {
        "date": day.date,
        "state": day.state,
        "closed_by": day.closed_by or None,
        "records": made.received,
        "came": {name: one.number for name, one in made.came.items()},
        "rated": sum_of(made.rated) | {"net": purse(made.rated.net), "tax": purse(made.rated.tax)},
        "charges": {state: sum_of(one) for state, one in made.went.items()},
        "expected": purse(made.expected.gross),
        "totals": {group or "all": purse({one.coin: one.minor}) for group, one in seen.look.totals.items()},
        "differences": [
            {"key": one.key, "number": one.number, "amount": purse(one.amount), "name": one.told or one.why or None}
            for one in seen.look.differences
        ],
        "remarks": [one for one in day.remarks.split("\n") if one],
    }


def _print(seen: _Seen) -> None:
    from gateway.audit.sheet import CAME, WENT, unnamed
    from gateway.clock import utc_now
    from gateway.reports.values import Money
    from gateway.web import audit_words as words
    from gateway.web.marks import NAMES
    from gateway.web.words import Clock
    from rating.money import minor_digits

    day, made, home = seen.look.day, seen.look.sheet, seen.config.property
    none = Money(0, home.currency, minor_digits(home.currency))
    click.echo(f"business date {day.date} ({words.day_words(day.day)})")
    click.echo(words.standing(day, Clock(home.timezone, utc_now())))
    for one in filter(None, day.remarks.split("\n")):
        click.echo(f"! {one}")
    click.echo(f"\n{made.received:>8}  records received")
    for name in CAME:
        if made.came[name].number:
            amount = f"  {words.purse_words(made.rated.gross, none)}" if name == "rated" else ""
            click.echo(f"{made.came[name].number:>8}    {words.CAME_WORDS[name]}{amount}")
    click.echo(f"\n{made.charges.number:>8}  charges  {words.purse_words(made.charges.gross, none)}")
    for state in WENT:
        if made.went[state].number:
            click.echo(
                f"{made.went[state].number:>8}    {NAMES[state]}  {words.purse_words(made.went[state].gross, none)}"
            )
    if seen.config.pms:
        click.echo(f"\nthe PMS said yes to  {words.purse_words(made.expected.gross, none)}")
        for group, total in seen.look.totals.items():
            click.echo(
                f"its own total{f' for {group}' if group else ''}  {words.purse_words({total.coin: total.minor}, none)}  ({total.words})"
            )
    for one_ in seen.look.differences:
        amount = f"  {words.purse_words(one_.amount, none, signed=True)}" if any(one_.amount.values()) else ""
        name = one_.told or one_.why or f"NO NAME YET: {words.advice(one_)}"
        click.echo(f"\ndifference “{one_.key}”: {words.what(one_)}{amount}\n    {name}")
    if day.state == "ended":
        nameless = unnamed(seen.look.differences)
        click.echo("\nit can be closed" if not nameless else "\nit can be closed when each difference has its name")


def _do(
    config_path: Path, day: date | None, deed: str, who: str | None, why: str, rest: Callable[[_Seen], str]
) -> None:
    from gateway.audit.days import DONE

    config = read_config(config_path)
    with opened(config_path, config=config) as database:
        seen = _seen(config_path, day, database, config)
        subject = f"{seen.look.day.id} {rest(seen)}".strip()
        result = command(database, deed, None, who or whoever(), why, subject=subject)
    if not result.startswith(DONE):
        fail(result)
    click.echo(result.removeprefix(DONE))


@audit_group.command("total")
@config_option
@_day_option
@click.argument("amount")
@click.option("--class", "group", default="", help="Of one class of numbers alone, for example local.")
@_by_option
@click.option("--why", required=True, help="Where the total was read; kept with your name.")
def total_command(config_path: Path, day: date | None, amount: str, group: str, who: str | None, why: str) -> None:
    """Tell the PMS's own total of telephone charges for a business date, and see what differs.

    \b
    foliogate audit total 1234.50 --day 2026-11-20 --why "transaction report"
    """
    from rating.money import minor_digits, parse_amount

    def rest(seen: _Seen) -> str:
        currency = seen.config.property.currency
        digits = minor_digits(currency)
        try:
            return f"{group or '-'} {parse_amount(amount, digits)} {currency} {digits}"
        except ValueError as error:
            raise click.UsageError(str(error)) from error

    _do(config_path, day, "day-total", who, why, rest)


@audit_group.command("name")
@config_option
@_day_option
@click.argument("difference")
@_by_option
@click.option("--why", required=True, help="What it is, and why it may stand; kept with your name.")
def name_command(config_path: Path, day: date | None, difference: str, who: str | None, why: str) -> None:
    """Say what a difference is, by the word that 'foliogate audit show' has for it."""

    def rest(seen: _Seen) -> str:
        keys = [one.key for one in seen.look.differences]
        if difference not in keys:
            raise click.UsageError(f"there is no difference “{difference}”; there are: {', '.join(keys) or 'none'}")
        return difference

    _do(config_path, day, "day-name", who, why, rest)


@audit_group.command("close")
@config_option
@_day_option
@_by_option
@click.option("--why", default="", help="A word on it; kept with your name.")
def close_command(config_path: Path, day: date | None, who: str | None, why: str) -> None:
    """Close a business day that has ended: its sheet is kept as it stands, and nothing of it changes any more."""
    _do(config_path, day, "day-close", who, why, lambda seen: "" if seen.config.pms else "no-pms")


@audit_group.command("end")
@config_option
@click.option("--next", "following", type=Day(), default=None, help="The date that follows; by rule if left out.")
@_by_option
@click.option("--why", default="", help="Why by hand; kept with your name.")
def end_command(config_path: Path, following: date | None, who: str | None, why: str) -> None:
    """End the open business day now, where neither PMS nor clock does. Close it afterwards."""
    _open_day(config_path, "day-end", following, who, why)


@audit_group.command("date")
@config_option
@click.argument("right", type=Day(), metavar="DATE")
@_by_option
@click.option("--why", default="", help="Why it was wrong; kept with your name.")
def date_command(config_path: Path, right: date, who: str | None, why: str) -> None:
    """Put the open day's date right, where the PMS has another."""
    _open_day(config_path, "day-date", right, who, why)


def _open_day(config_path: Path, deed: str, wanted: date | None, who: str | None, why: str) -> None:
    from gateway.audit.days import DONE
    from gateway.clock import utc_now
    from gateway.config.day_rule import day_rule
    from gateway.store import business_days
    from gateway.web.audit_words import following

    config = read_config(config_path)
    with opened(config_path, config=config) as database:
        day = database.read(lambda c: business_days.open_day(c, database.property))
        if day is None:
            fail("there is no business day yet; 'foliogate run' begins one")
        told = wanted or following(day, day_rule(config), utc_now())
        result = command(database, deed, None, who or whoever(), why, subject=f"{day.id} {told}")
    if not result.startswith(DONE):
        fail(result)
    click.echo(result.removeprefix(DONE))
