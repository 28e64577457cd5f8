"""`foliogate db`: upgrade, back up and verify the store."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

import click

from gateway.cli.words import config_option, fail, progress_bar, read_store_config, say


@click.group("db")
def db_group() -> None:
    """Look after the store: bring it to this release's schema, copy it while it runs, check that it is whole."""


@db_group.command("upgrade")
@config_option
def upgrade_command(config_path: Path) -> None:
    """Make the store, or bring it to this release's schema. An embedded store is backed up first."""
    from gateway.store.database import Database, StoreTrouble

    config = read_store_config(config_path)
    database = Database(config.store.url, config.property.id)
    try:
        database.lock()
        before = database.version()
        path = database.path
        if before and path is not None and before < _current():
            click.echo(f"backed up to {_copy(path, _beside(path))}")
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
    """Copy an embedded store to TARGET (or beside itself, with the date), while the gateway runs."""
    from gateway.store.database import Database

    config = read_store_config(config_path)
    database = Database(config.store.url, config.property.id)
    path = database.path
    database.close()
    if path is None:
        fail("this store is PostgreSQL: use pg_dump, which copies it while it runs")
    if not path.exists():
        fail(f"there is no store yet at {path}")
    target = target or _beside(path)
    if target.exists():
        fail(f"{target} is there already; name another file")
    click.echo(f"backed up to {_copy(path, target)}")


def _beside(path: Path) -> Path:
    from gateway.clock import utc_now

    moment: datetime = utc_now()
    return path.with_name(f"{path.stem}-{moment:%Y%m%d-%H%M%S}{path.suffix}")


def _copy(source: Path, target: Path) -> Path:
    """Copy with SQLite's own online backup, into a new file that only its owner can read."""
    target.touch(mode=0o600)
    with sqlite3.connect(source) as here, sqlite3.connect(target) as there:
        here.backup(there)
    here.close()
    there.close()
    return target


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
