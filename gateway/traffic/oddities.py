"""What is odd about a trunk or a group: never taken, silent of late, held for ever, noisy, answering nobody, one way only.

Remarks are observations, each by a stated rule; what is behind them (a dead port, a fax left off the hook, a tariff of the
exchange) is for a person to find out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from gateway.instants import SECOND, from_micros
from gateway.traffic.capacity import Installed
from gateway.traffic.intervals import HOUR, NOTHING, Load
from gateway.traffic.uses import Use

#: A call shorter than this is short: a bad line makes people hang up and try again (Avaya's automatic circuit assurance).
SHORT: Final = 10 * SECOND
#: Short calls in the period from which on, if they are more than half of a trunk's, the trunk is called noisy.
NOISY: Final = 30
#: Occupancy over the whole period above which a trunk is stuck rather than busy, and one hold that nobody talks for.
STUCK: Final = 0.98
LONGEST_HOLD: Final = 12 * HOUR
#: Seizures in the period of which none was answered, from which on that is no chance.
UNANSWERED: Final = 20
#: A trunk is silent if it rests this long, and so many times its own mean pause: by chance that is once in 22,000 (e^-10).
SILENT: Final = 3 * 24 * HOUR
PAUSES: Final = 10


class Holds(NamedTuple):
    """Of a trunk's uses: how many were short, how long the longest lasted, and when the last ended."""

    short: int = 0
    longest: int = 0
    last: int | None = None

    def and_one(self, use: Use) -> Holds:
        """With one use more."""
        length = use.until - use.since
        last = use.until if self.last is None else max(self.last, use.until)
        return Holds(self.short + (length < SHORT), max(self.longest, length), last)


def holds_of(uses: Iterable[Use]) -> dict[str, Holds]:
    """The holds of each trunk."""
    found: dict[str, Holds] = {}
    for use in uses:
        found[use.trunk] = found.get(use.trunk, _NONE).and_one(use)
    return found


_NONE: Final = Holds()


class Seen(NamedTuple):
    """The period a trunk was watched over, and by which clock days are named."""

    since: int
    until: int
    zone: ZoneInfo


def of_trunk(
    ways: tuple[Load, Load, Load], occupancy: float, holds: Holds, installed: Installed | None, member: bool, seen: Seen
) -> Iterator[str]:
    """What is odd about a trunk; `ways` are outward, inward and not told, `member` says that it carries one call at a time."""
    out, incoming, unknown = ways
    whole = out.plus(incoming).plus(unknown)
    if whole == NOTHING:
        yield "unused"
        return
    if member and (occupancy > STUCK or holds.longest >= LONGEST_HOLD):
        yield "stuck"  # a name that stands for many channels may well be busy all the time
    if holds.short >= NOISY and holds.short * 2 > whole.seizures:
        yield "noisy"
    if whole.seizures >= UNANSWERED and not whole.answered:
        yield "never answered"
    if member and _silent(whole.seizures, holds.last, seen):
        yield f"silent since {from_micros(holds.last or 0).astimezone(seen.zone).date()}"
    if installed is None or installed.direction == "both":
        yield from _one_way(ways)


def _silent(seizures: int, last: int | None, seen: Seen) -> bool:
    if last is None or not seizures:
        return False
    rest, pause = seen.until - last, (last - seen.since) / seizures
    return rest >= SILENT and rest > PAUSES * pause


def of_group(ways: tuple[Load, Load, Load], installed: Installed | None) -> Iterator[str]:
    """What is odd about a whole group, held against what the configuration means it for."""
    out, incoming, unknown = ways
    if out.plus(incoming).plus(unknown) == NOTHING:
        yield "unused"
    elif installed is None or installed.direction == "both":
        yield from _one_way(ways)
    elif installed.direction == "out" and incoming.seizures:
        yield f"meant for calls out, and {incoming.seizures:,} came in"
    elif installed.direction == "in" and out.seizures:
        yield f"meant for calls in, and {out.seizures:,} went out"


def _one_way(ways: tuple[Load, Load, Load]) -> Iterator[str]:
    out, incoming, unknown = ways
    if not incoming.seizures and not unknown.seizures:
        yield "out only"
    if not out.seizures and not unknown.seizures:
        yield "in only"
