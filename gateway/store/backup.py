"""A copy of an embedded store, made while it is written to. What it takes to put one back is in restore.py."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.store.database import StoreTrouble


def copy(source: Path, target: Path) -> None:
    """Copy a store with SQLite's own online backup, into a new file that only its owner can read.

    The copy is one snapshot, however busy the store is, and it bears its name only when it is whole and was checked.
    """
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(part)) as there:
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
            problem = there.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise StoreTrouble(f"the copy is damaged, as the store is: {problem}; 'foliogate db verify' tells more")
        part.replace(target)
    except sqlite3.Error as error:
        raise StoreTrouble(f"the store cannot be copied: {error}") from error
    finally:
        part.unlink(missing_ok=True)
