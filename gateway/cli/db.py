"""`foliogate db`: upgrade, back up, restore and verify the store."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from gateway.cli.unread import read_unread_command
from gateway.cli.words import config_option, fail, progress_bar, read_store_config, say


@click.group("db")
def db_group() -> None:
    """Look after the store: bring it to this release's schema, copy it while it runs, check that it is whole."""


db_group.add_command(read_unread_command)


@db_group.command("upgrade")
@config_option
def upgrade_command(config_path: Path) -> None:
    """Make the store, or bring it to this release's schema. An embedded store is backed up first."""
    from gateway.store.backup import copy
    from gateway.store.database import Database, StoreTrouble

    config = read_store_config(config_path)
    database = Database(config.store.url, config.property.id)
    try:
        database.lock()
        before = database.version()
        path = database.path
        if before and path is not None and before < _current():
            target = _beside(path)
            copy(path, target)
            click.echo(f"backed up to {target}")
        before, after = database.upgrade()
    except StoreTrouble as error:
        fail(str(error))
    finally:
        database.close()
    click.echo(f"the store is at schema {after}" + ("" if before == after else f" (it was at {before})"))


def _current() -> int:
    from gateway.store.schema import VERSION

    return VERSION


@db_group.command("backup")
@config_option
@click.argument("target", required=False, type=click.Path(path_type=Path))
def backup_command(config_path: Path, target: Path | None) -> None:
    """Copy an embedded store to TARGET (or beside itself, with the date), while the gateway runs.

    The copy is one moment of the store, checked, in one file that only its owner can read. Put it back with
    'foliogate db restore'. A store on PostgreSQL is copied with PostgreSQL's own means: pg_dump, or a standby.
    """
    from gateway.store.backup import copy
    from gateway.store.database import StoreTrouble

    path = _embedded(config_path, "use pg_dump, which copies it while it runs (docs/backup.md)")
    if not path.exists():
        fail(f"there is no store yet at {path}")
    target = target or _beside(path)
    if target.exists():
        fail(f"{target} is there already; name another file")
    try:
        copy(path, target)
    except (StoreTrouble, OSError) as error:
        fail(f"no backup was made: {error}")
    click.echo(f"backed up to {target}")


@db_group.command("restore")
@config_option
@click.argument("backup", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--by", "who", default=None, help="Who restores; your login name if left out.")
def restore_command(config_path: Path, backup: Path, who: str | None) -> None:
    """Put BACKUP in the place of an embedded store. The gateway must be stopped.

    The copy is verified first; the store that stands there is moved aside, never deleted. Because the copy does not
    know what was charged after it was made, what was due in it is held and what was on its way is in doubt, for a
    person to settle; so are calls that began before now and are read once more from an exchange's file.
    """
    from gateway.cli.store import whoever
    from gateway.clock import utc_now
    from gateway.instants import from_micros, to_micros
    from gateway.store.database import Database, StoreTrouble
    from gateway.store.restore import restore

    path = _embedded(config_path, "use pg_restore, then 'foliogate db verify' (docs/backup.md)")
    config = read_store_config(config_path)
    database = Database(config.store.url, config.property.id)
    try:
        with progress_bar("verifying") as progress:
            done = restore(database, backup, who or whoever(), to_micros(utc_now()), progress)
    except (StoreTrouble, OSError) as error:
        fail(f"nothing was restored: {error}")
    finally:
        database.close()
    click.echo(f"restored {path} from {backup}; its last entry is of {from_micros(done.newest):%Y-%m-%d %H:%M:%S} UTC")
    if done.aside is not None:
        click.echo(f"what stood there is now {done.aside}")
    click.echo(f"{done.held} postings that waited are held, {done.doubted} that were on their way are in doubt:")
    click.echo(
        "compare them with the folios ('foliogate postings list --state held'), then 'foliogate postings settle'"
    )


@db_group.command("rebuild-traffic")
@config_option
def rebuild_traffic_command(config_path: Path) -> None:
    """Add up anew what the trunks did, from the stored calls. The gateway must be stopped.

    The sums by quarter hour are written with every call and cannot differ from the calls by themselves; this is for a store
    that was mended by hand, and shows that they are the same.
    """
    from gateway.store import traffic
    from gateway.store.database import Database, StoreTrouble

    config = read_store_config(config_path)
    database = Database(config.store.url, config.property.id)
    try:
        database.lock()
        database.open()
        with progress_bar("adding up") as progress:
            count = database.transact(lambda connection: traffic.rebuild(connection, database.property, progress))
    except StoreTrouble as error:
        fail(str(error))
    finally:
        database.close()
    click.echo(f"what the trunks did was added up anew from {count:,} calls")


@db_group.command("rebuild-inbound")
@config_option
def rebuild_inbound_command(config_path: Path) -> None:
    """Read again who called and what became of each call that came in. The gateway must be stopped.

    Needed once after an upgrade from a release before schema 6, which kept neither the callers by number nor the number
    that was dialled; and after a change of the country, the area code or an exchange's options. Records are read again as
    the configuration says now; charges are not touched. It may be broken off and begun again.
    """
    from gateway.app import configured, parts
    from gateway.cli.words import read_config
    from gateway.intake.arriving import rebuild
    from gateway.store.database import Database, StoreTrouble

    config = read_config(config_path)
    database = Database(config.store.url, config.property.id)
    try:
        database.lock()
        database.open()
        with progress_bar("reading again") as progress:
            count, inward = rebuild(database, parts.sources(config, configured.room_list(config)), progress)
    except StoreTrouble as error:
        fail(str(error))
    finally:
        database.close()
    click.echo(f"{count:,} calls were read again; {inward:,} of them came in")


@db_group.command("rebuild-codes")
@config_option
def rebuild_codes_command(config_path: Path) -> None:
    """Take numbers out of stored calls that nobody is to be shown, and keep the codes of calls. The gateway must be stopped.

    Needed after numbers were added to [privacy] helplines, and once after an upgrade from a release before schema 7, which
    kept no codes. Records are read again as the configuration says now; no charge is touched, no stored call changes its
    payer, and the raw records stay. It may be broken off and begun again.
    """
    from gateway.app import configured, parts
    from gateway.cli.words import read_config
    from gateway.intake.hiding import again
    from gateway.store.database import Database, StoreTrouble

    config = read_config(config_path)
    database = Database(config.store.url, config.property.id)
    rooms = configured.room_list(config)
    try:
        rules = parts.rules(config, rooms, configured.tariff(config))
        database.lock()
        database.open()
        with progress_bar("reading again") as progress:
            calls, hidden, coded = again(database, parts.sources(config, rooms), rules, progress)
    except (StoreTrouble, configured.CannotStart) as error:
        fail(str(error))
    finally:
        database.close()
    click.echo(f"{calls:,} calls were looked at: {hidden:,} numbers were taken out, of {coded:,} the codes were kept")


def _embedded(config_path: Path, otherwise: str) -> Path:
    """The file of the configured store; ends the command where it is a server's."""
    from gateway.store.database import Database

    config = read_store_config(config_path)
    database = Database(config.store.url, config.property.id)
    path = database.path
    database.close()
    if path is None:
        fail(f"this store is PostgreSQL: {otherwise}")
    return path


def _beside(path: Path) -> Path:
    from gateway.clock import utc_now

    moment: datetime = utc_now()
    return path.with_name(f"{path.stem}-{moment:%Y%m%d-%H%M%S}{path.suffix}")


@db_group.command("verify")
@config_option
def verify_command(config_path: Path) -> None:
    """Check that the store is whole and keeps its own rules; exit 1 names each that is broken.

    Reads everything, on a snapshot, while the gateway runs: the file page by page, every record, call, posting and
    attempt against the rules, and every price against the sum that made it. Changes nothing.
    """
    from gateway.cli.store import opened
    from gateway.store.verify import broken_rules

    with opened(config_path) as database, progress_bar("verifying") as progress:
        owner, embedded = database.property, database.is_sqlite
        broken = database.read(lambda connection: broken_rules(connection, owner, embedded, progress))
    for sentence in broken:
        click.echo(sentence)
    if broken:
        fail(f"{len(broken)} rules are broken" if len(broken) > 1 else "one rule is broken")
    say("the store is whole")
