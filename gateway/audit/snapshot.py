"""One business day as the store had it in one moment: plain lists, which JSON keeps as they are. Pure.

A sheet is always drawn from a snapshot. Of an open day it was taken a moment ago, of a closed day when it was closed; so a closed
day looks as it was closed, whatever the program that draws it has learned since. Lists grow at their end alone.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple, TypeAlias

Rows: TypeAlias = list[list[Any]]


class Snapshot(NamedTuple):
    """What `gateway/store/audit_sums.py` found, by question; each question there says what its rows hold."""

    came: Rows
    charges: Rows
    odd_calls: Rows
    carried: Rows
    open: Rows
    unread: Rows
    yes: Rows
    odd_yes: Rows
    maybe: Rows
    late: Rows
    deeds: Rows


def frozen(snapshot: Snapshot) -> str:
    """As it is kept."""
    return json.dumps(snapshot._asdict(), ensure_ascii=True, separators=(",", ":"))


def thawed(text: str) -> Snapshot:
    """As it was kept; a question that an older program did not ask has no rows."""
    kept = json.loads(text)
    return Snapshot(*(kept.get(name, []) for name in Snapshot._fields))
