"""How long things last: a session, a link, a pause after attempts that failed. Pure; instants are microseconds.

A pause grows with each failure and ends by itself: nobody is ever locked out. An attacker who fails on purpose makes pauses for
his own address and for strangers to that name, and none for a browser that somebody of the house signed in with before.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from gateway.instants import SECOND
from gateway.roles import RoleName

#: How long a link to set a password leads somewhere.
LINK: Final = 24 * 3600 * SECOND
#: A session of somebody who can only look lasts so long, whatever was asked last: a screen on a wall.
LOOKING: Final = 30 * 24 * 3600 * SECOND
#: Failures that are forgiven, and the longest pause, in seconds. An address may be a whole house.
FREE: Final = {"name": 3, "browser": 3, "address": 10}
LONGEST_PAUSE: Final = 60
#: Failures are forgotten when none came for so long.
FORGOTTEN: Final = 3600 * SECOND


class Lasting(NamedTuple):
    """How long a session lasts: without a question, and in all."""

    idle: int
    whole: int


def pause(kind: str, failures: int) -> int:
    """Seconds to wait after so many failures in a row."""
    over = failures - FREE[kind]
    return 0 if over < 0 else min(LONGEST_PAUSE, 1 << min(over, 10))


def wait(bucket: str, failures: int, last_at: int, now: int) -> int:
    """Whole seconds until the next attempt, 0 if it may be made now."""
    if now - last_at > FORGOTTEN:
        return 0
    left = last_at + pause(bucket.partition(":")[0], failures) * SECOND - now
    return max(0, -(-left // SECOND))


def stands(role: RoleName, began_at: int, seen_at: int, now: int, lasting: Lasting) -> bool:
    """Whether a session goes on."""
    if role == "read-only":
        return now < began_at + LOOKING
    return now < began_at + lasting.whole and now < seen_at + lasting.idle
