"""`foliogate db read-unread`: what was kept unread, read again by the configuration as it is now, and charged if told so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.periods import Day, period_options, span_of
from gateway.cli.store import whoever
from gateway.cli.words import config_option, fail, read_config

if TYPE_CHECKING:
    from gateway.config import Config, PbxSettings
    from gateway.intake.unread import Desk, Found, Named
    from gateway.store.database import Database


@click.command("read-unread")
@config_option
@period_options
@click.option("--pbx", "name", metavar="NAME", default=None, help="Which [[pbx]], where there are several.")
@click.option(
    "--day", type=Day(), default=None, help="The day of records that have none, where the exchange did not tell it."
)
@click.option("--charge", is_flag=True, help="Make calls of them and charge them; without it they are only shown.")
@click.option("--by", "who", default=None, help="Who decides it, for the audit trail; your login name if left out.")
def read_unread_command(
    config_path: Path, first: date, last: date, name: str | None, day: date | None, charge: bool, who: str | None
) -> None:
    """Read again what was kept unread, of the days on which it came.

    For when an option or a layout was put right, or the exchange sent its records before it told the day. Each record is shown
    with what it says now; with --charge those that are calls become calls of today, are priced and charged, and are never
    read again. Look first, and leave out what was charged by hand meanwhile. The gateway must be stopped.

    \b
    foliogate db read-unread --from 2026-11-20 --to 2026-11-20
    foliogate db read-unread --from 2026-11-20 --to 2026-11-20 --day 2026-11-20 --charge
    """
    from gateway.app import configured
    from gateway.intake.unread import look
    from gateway.store.database import Database, StoreTrouble

    config = read_config(config_path)
    pbx = _exchange(config.pbx, name)
    named, span = _named(pbx, day), span_of(first, last, config.property.timezone)
    database = Database(config.store.url, config.property.id)
    calls = others = 0
    try:
        database.lock()
        database.open()
        desk = _desk(config, database, pbx)
        for found in look(database, desk.source, span, desk.now, named):
            for one in found:
                click.echo(_shown(one))
            calls += sum(one.call is not None for one in found)
            others += sum(one.call is None for one in found)
            if charge:
                desk.keep(found, who or whoever())
    except (StoreTrouble, configured.CannotStart) as error:
        fail(str(error))
    finally:
        database.close()
    done = "are calls now, priced and charged" if charge else "would be calls; --charge makes them so"
    click.echo(f"{calls:,} {done}; {others:,} stay unread")


def _named(pbx: PbxSettings, day: date | None) -> Named | None:
    from gateway.intake.unread import Named
    from protocols.smdr.catalog import DIALECTS

    dialect = DIALECTS[pbx.dialect]
    if day is None:
        return None
    if dialect.dated is None:
        fail(f"the records of {pbx.dialect} have days of their own: leave --day out")
    return Named(dialect.dated(day, pbx.options), dialect.advance)


def _desk(config: Config, database: Database, pbx: PbxSettings) -> Desk:
    """What settles the records of an exchange, with all that the store remembers."""
    from gateway.app import configured, parts
    from gateway.clock import utc_now
    from gateway.instants import to_micros
    from gateway.intake.settling import Settling
    from gateway.intake.unread import Desk
    from gateway.store.memory import Memory

    now, rooms, book = utc_now(), configured.room_list(config), configured.tariff(config)
    sources, memory = parts.sources(config, rooms), Memory(database, lambda: to_micros(now))
    settling = Settling(memory, parts.rules(config, rooms, book), sources, book)
    database.transact(memory.reload)
    return Desk(database, memory, settling, sources[pbx.name], now)


def _exchange(known: Sequence[PbxSettings], name: str | None) -> PbxSettings:
    found = [pbx for pbx in known if name in (None, pbx.name)]
    names = ", ".join(pbx.name for pbx in known) or "none"
    if not found:
        fail(f"there is no exchange {name!r}; the configuration has {names}")
    if len(found) > 1:
        fail(f"say which exchange with --pbx; the configuration has {names}")
    return found[0]


def _shown(one: Found) -> str:
    call = one.call
    if call is None:
        return f"record {one.record.id}: still unread: {one.words}"
    way = f"{call.extension or '-'} {call.direction} {call.dialled or call.caller or '-'}"
    return f"record {one.record.id}: {call.start:%Y-%m-%d %H:%M:%S} {way}, {call.talk_seconds or 0} s"
