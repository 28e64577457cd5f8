"""What commands on a store share: opening it as it is, and giving a command to the gateway that owns it."""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.cli.words import fail, read_store_config

if TYPE_CHECKING:
    from gateway.config import Config
    from gateway.posting.deeds import Decide
    from gateway.store.database import Database
    from gateway.store.memory import Memory

#: Said of a command that only a running gateway can carry out.
NOT_YET: Final = "no gateway is running: it is written down, and done when one runs"
#: How long a command waits for the running gateway, which looks for commands once a second.
WAIT_SECONDS: Final = 10.0


@contextmanager
def opened(
    config_path: Path, *, must_exist: bool = True, read_only: bool = False, config: Config | None = None
) -> Iterator[Database]:
    """The store of a configuration, at this program's schema; ends the command with a sentence if it is not.

    `config` is the configuration where the command has read it already.
    """
    from sqlalchemy.exc import DBAPIError

    from gateway.store.database import Database, StoreTrouble

    said = config or read_store_config(config_path)
    database = Database(said.store.url, said.property.id, read_only=read_only)
    path = database.path
    if must_exist and path is not None and not path.exists():
        fail(f"there is no store yet at {path}; 'foliogate run' makes it")
    try:
        database.open()
        yield database
    except StoreTrouble as error:
        fail(str(error))
    except DBAPIError as error:
        fail(f"the store cannot be used: {str(error.orig).splitlines()[0]}")
    finally:
        database.close()


def whoever() -> str:
    """The name of the person at the keyboard, for the audit trail."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody at the command line"


def command(
    database: Database,
    deed: str,
    posting_id: int | None,
    who: str,
    why: str,
    room: str | None = None,
    alarm_id: int | None = None,
    *,
    subject: str | None = None,
    config: Config | None = None,
) -> str:
    """Give a command and return what came of it: done by the running gateway, or here if none is running.

    `config` is needed for a decision about prices, which rests on the tariff, and for reports and exports.
    """
    from gateway.clock import utc_now
    from gateway.instants import to_micros
    from gateway.store import commands
    from gateway.store.database import StoreTrouble

    owner, now = database.property, to_micros(utc_now())
    about = {"posting_id": posting_id, "room": room, "alarm_id": alarm_id, "subject": subject}
    said = {"who": who, "deed": deed, "why": why, **about}
    number = database.transact(lambda c: commands.give(c, owner, now=now, **said))  # type: ignore[arg-type]
    try:
        database.lock()
    except StoreTrouble:
        return _wait(database, number)
    return _do_here(database, number, now, config, deed)


def _wait(database: Database, number: int) -> str:
    from gateway.store import commands

    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        result = database.read(lambda c: commands.result(c, database.property, number))
        if result is not None:
            return result
        time.sleep(0.1)
    return "the running gateway has not done it yet; it will: look again in a moment"


def _do_here(database: Database, number: int, now: int, config: Config | None, deed: str) -> str:
    """No gateway is running: carry the command out in this process, by the same rules."""
    from gateway.posting.deeds import ReadCommands
    from gateway.store import commands
    from gateway.store.memory import Memory

    memory = Memory(database, lambda: now)
    decide = None if config is None else _deciding(config, memory, deed)

    def work(connection: object) -> None:
        memory.reload(connection)  # type: ignore[arg-type]
        job = ReadCommands(memory, None, now=now, done=lambda _due, _resync: None, decide=decide)
        job.work(connection)  # type: ignore[arg-type]

    database.transact(work)
    return database.read(lambda c: commands.result(c, database.property, number)) or NOT_YET


def _deciding(config: Config, memory: Memory, deed: str) -> Decide:
    """What carries out decisions about prices and orders of reports, where no gateway is running."""
    from gateway.app import configured, parts
    from gateway.delivery.orders import ORDERS, Orders
    from gateway.privacy import erasing

    if deed in ORDERS:
        return Orders(config, memory)

    if deed in erasing.DEEDS:
        return lambda connection, command, now: (erasing.carry_out(connection, memory, command, now), [])
    try:
        return parts.decisions(config, memory)
    except configured.CannotStart as error:
        fail(str(error))
