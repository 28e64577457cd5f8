"""A copy put in the place of a store, so that nothing it forgot is charged a second time.

A copy is the past. What waited in it may be on the folio since; what an exchange sent since will be read once more from
its file, or from its buffer; who moved in since is not known. So a restored store charges nothing by itself that can
have been charged already: what was due or held is held for a person, what was on the wire is in doubt, and calls that
began before the restore are held when they come again. And the PMS is asked for the state of all rooms.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select, update
from sqlalchemy.exc import DBAPIError

from gateway.instants import from_micros
from gateway.store import commands, erasures, outbox, schema
from gateway.store.backup import copy
from gateway.store.database import Database, StoreTrouble
from gateway.store.memory import Memory
from gateway.store.resyncs import FORCE, RESYNC
from gateway.store.verify import broken_rules

#: Who writes down a restore, in the audit trail: by this a store knows that it was once a copy.
RESTORER: Final = "foliogate db restore"
#: Why a call waits that came, or got its price, after a restore and began before it.
RESTORED: Final = (
    "the call began before this store was restored from a copy and may have been charged already: look at the folio"
)
_WHY: Final = "the store was restored from a copy, and this may have been charged since: look at the folio"
#: Holds that an event answers by itself. What is unrated gets its hold when it gets its price (intake/reconsider.py).
_ANSWERED_BY_EVENTS: Final = ("no_room_news", "guest_left", "no_post", "unapproved_tariff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back: when its last entry was made, what is held and in doubt, where the former store is."""

    newest: int
    held: int
    doubted: int
    aside: Path | None


def restore(database: Database, backup: Path, who: str, now: int, progress: Callable[[str, float], None]) -> Restored:
    """Put `backup` in the place of an embedded store nobody uses, which `database` names.

    Verify, copy, upgrade, hold, and only then exchange the files in one step: whatever fails before leaves all as it
    was. Raises StoreTrouble with a sentence.
    """
    path = database.path
    assert path is not None  # the caller has seen that it is embedded
    database.lock()
    fresh = path.with_name(f"{path.name}.restoring")
    fresh.unlink(missing_ok=True)
    copy(backup, fresh)
    copied = Database(f"sqlite:///{fresh}", database.property)
    try:
        _bring_forward(copied, backup, progress)
        newest = copied.read(lambda connection: _newest_instant(connection, database.property))
        if newest is None:
            raise StoreTrouble(f"{backup} holds nothing of the property {database.property}")
        words = (
            f"restored by {who} from {backup.name}, whose last entry is of {from_micros(newest):%Y-%m-%d %H:%M:%S} UTC"
        )
        held, doubted = copied.transact(lambda connection: _after_restore(connection, copied, now, words))
        erased = _erased_in(path, database.property)
        copied.transact(lambda connection: _erase_again(connection, copied, erased, now))
    except BaseException:
        copied.close()
        fresh.unlink(missing_ok=True)
        raise
    copied.close()
    moment = from_micros(now)
    aside = _exchange(fresh, path, path.with_name(f"{path.stem}-replaced-{moment:%Y%m%d-%H%M%S}{path.suffix}"))
    return Restored(newest=newest, held=held, doubted=doubted, aside=aside)


def _erased_in(path: Path, owner: str) -> list[tuple[str, str, str]]:
    """The guests who were erased in the store that is replaced; none where it cannot be read or is of an older schema."""
    if not path.exists():
        return []
    former = Database(f"sqlite:///{path}", owner, read_only=True)
    try:
        return former.read(lambda connection: erasures.told(connection, owner))
    except (DBAPIError, OSError):
        return []
    finally:
        former.close()


def _erase_again(connection: Connection, copied: Database, erased: list[tuple[str, str, str]], now: int) -> int:
    """What was erased since the copy was made is erased again, as soon as the gateway runs."""
    memory = Memory(copied, lambda: now)
    memory.reload(connection)
    found = erasures.again(connection, memory, erased, now)
    if found:
        memory.note(connection, now, RESTORER, f"{found} guests who had been erased since the copy are erased again")
    return found


def restored_at(connection: Connection, owner: str) -> int:
    """When this store was last restored from a copy; 0 if it never was."""
    t = schema.audit_trail.c
    return int(connection.execute(select(func.max(t.at)).where(t.property == owner, t.who == RESTORER)).scalar() or 0)


def _bring_forward(copied: Database, backup: Path, progress: Callable[[str, float], None]) -> None:
    """Bring a copy to this program's schema; refuse what is no store, is newer, or breaks a rule."""
    if not copied.version():
        raise StoreTrouble(f"{backup} is no store of this program")
    copied.upgrade()
    broken = copied.read(lambda connection: broken_rules(connection, copied.property, True, progress))
    if broken:
        raise StoreTrouble(f"{backup} is not whole: {broken[0]}")


def _newest_instant(connection: Connection, owner: str) -> int | None:
    """When the last thing in a store happened: how old a copy is."""
    r, a, t = schema.records.c, schema.attempts.c, schema.audit_trail.c
    wanted = (
        select(func.max(r.received_at)).where(r.property == owner),
        select(func.max(a.sent_at)).where(a.property == owner),
        select(func.max(t.at)).where(t.property == owner),
    )
    found = [connection.execute(one).scalar() for one in wanted]
    return max((int(one) for one in found if one is not None), default=None)


def _after_restore(connection: Connection, copied: Database, now: int, words: str) -> tuple[int, int]:
    """Hold what waited and doubt what was sent; returns how many of each."""
    owner = copied.property
    memory = Memory(copied, lambda: now)
    memory.reload(connection)
    memory.statements.feed.restored(connection, owner, now)
    doubted = outbox.doubt_all_sent(connection, memory.statements, owner, now)
    waiting = outbox.all_due(connection, owner)
    for row in waiting:
        outbox.step(connection, memory.statements, row, "restored", now=now, reason=_WHY, hold="restored")
    held = outbox.held(connection, owner, *_ANSWERED_BY_EVENTS)
    for row in held:
        charge = {"hold": "restored", "reason": f"{_WHY}; before: {row.reason}"}
        outbox.set_charge(connection, memory.statements, owner, row.id, charge, now)
    p = schema.postings.c
    refused = [row.id for row in connection.execute(outbox.lively(owner, "refused"))]
    for posting_id in refused:
        wanted = update(schema.postings).where(p.property == owner, p.id == posting_id)
        connection.execute(wanted.values(reason=p.reason + f"; {_WHY}"))
        memory.statements.feed.posting_changed(connection, owner, posting_id, now)
    for command in commands.undone(connection, owner):  # they were asked of a house that has gone on since
        commands.done(connection, owner, command.id, now, "not carried out: the store was restored from a copy")
    memory.note(connection, now, RESTORER, words)
    commands.give(connection, owner, now=now, who=RESTORER, deed=RESYNC, posting_id=None, why=words, subject=FORCE)
    return len(waiting) + len(held), len(doubted)


def _exchange(fresh: Path, path: Path, aside: Path) -> Path | None:
    """Put a store in the place of another, which is kept under another name; the last step is one rename."""
    kept = None
    if path.exists():
        os.link(path, aside)
        kept = aside
    for tail in ("-wal", "-shm"):  # a log that a crash left behind belongs to the old store
        log = path.with_name(path.name + tail)
        if log.exists():
            log.rename(aside.with_name(aside.name + tail))
    fresh.replace(path)
    return kept
