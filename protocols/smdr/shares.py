"""The shares of a call that an exchange splits where it is handed on, and gives no key: found by trunk and time. Pure.

Some exchanges write a row for each telephone that held a call and nothing that names the call. What joins them is the
trunk: while it is held nobody else can use it, so the next row of that trunk is the next share, if it begins when the
one before ended and tells the same number. A guest who dials a number again looks almost the same, and two calls that
are taken for one charge one guest for another's. So more is asked for:

* the mark by which the exchange says that a call was handed on, where it has one; where it has none, nothing is joined
  unless the site says so;
* another telephone: whoever dials again does it on his own;
* a row right behind, or right before, on that trunk: with a row of another call between them, they are not one call;
* talk on both sides, for a share without it costs nothing and needs no joining.

How near the end of one share must be to the beginning of the next follows from how finely the exchange prints its times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, TypeAlias

from protocols.records import CallRecord, JoinedCall
from protocols.smdr.legs import join_segments, join_single
from protocols.smdr.moments import after, before

Marked: TypeAlias = Callable[[CallRecord, CallRecord], bool]
"""Whether the exchange says of two shares, the earlier first, that the call went from one to the other."""

#: The option of a dialect by which a site says how its records find each other.
HANDED_ON: Final = "handed_on"
#: Between the end of a share and the beginning of the next, in seconds: the exchange has to move the call.
GAP_SECONDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """How the records of an exchange find each other: `resolution` is how finely it prints its times, in seconds.

    `nameless` are trunks that stand for several.
    """

    marked: Marked
    resolution: int = 1
    nameless: frozenset[str] = frozenset()

    def joins(self, legs: Sequence[CallRecord], leg: CallRecord) -> bool:
        """Whether a record carries on a call, or is the share before its first; `legs` are in the order in which they came."""
        turns = in_turn(legs)
        if self.follows(turns[-1], leg):
            return True
        if not self.marked(leg, turns[0]):  # the beginning of the call is there: what came before it is another call
            return False
        earliest = _printed(turns[0])
        return any(self.follows(leg, one) for one in turns if _printed(one) == earliest)

    def follows(self, earlier: CallRecord, later: CallRecord) -> bool:
        """Whether the later record is the share behind the earlier one."""
        if earlier.trunk is None or earlier.trunk != later.trunk or earlier.trunk in self.nameless:
            return False
        if not earlier.talk_seconds or not later.talk_seconds or not _same_call(earlier, later):
            return False
        apart = (_begins(later) - _ends(earlier)).total_seconds()
        return abs(apart) < self.resolution + GAP_SECONDS and self.marked(earlier, later)


def sharing_by(
    marks: Mapping[str, Marked | None], *, resolution: int = 1, nameless: frozenset[str] = frozenset()
) -> Callable[[Mapping[str, str]], Sharing | None]:
    """What a dialect's option `handed_on` makes of its records; `marks` are the values it takes, the usual one first."""
    usual = next(iter(marks))

    def sharing(options: Mapping[str, str]) -> Sharing | None:
        marked = marks[options.get(HANDED_ON, usual)]
        return None if marked is None else Sharing(marked=marked, resolution=resolution, nameless=nameless)

    return sharing


def marked_later(earlier: CallRecord, later: CallRecord) -> bool:
    """The mark stands on the share of whoever took the call over."""
    return "transfer" in later.stages and _another_party(earlier, later)


def marked_earlier(earlier: CallRecord, later: CallRecord) -> bool:
    """The mark stands on the share of whoever handed the call on, and announces the next one."""
    return earlier.more_follows and _another_party(earlier, later)


def unmarked(earlier: CallRecord, later: CallRecord) -> bool:
    """Nothing is marked: that the times fit is enough."""
    return _another_party(earlier, later)


def in_turn(legs: Sequence[CallRecord]) -> list[CallRecord]:
    """Shares in the order in which the call was held: by the printed time, for one that was reckoned is less exact.

    Of shares that the exchange printed in one minute, who announced the next comes first, who took the call over last;
    beyond that the order is that of arrival.
    """
    return sorted(legs, key=lambda leg: (_printed(leg), not leg.more_follows, "transfer" in leg.stages))


def join_shares(legs: Sequence[CallRecord]) -> JoinedCall:
    """Join the shares of a call, which has the way and the number of the first. Raises ValueError for none."""
    if len(legs) < 2:  # nearly every call
        return join_single(legs)
    turns = in_turn(legs)
    way = turns[0].direction
    told = [leg._replace(direction=way if leg.direction == "unknown" else leg.direction) for leg in turns]
    joined = join_segments([*(leg._replace(more_follows=True) for leg in told[:-1]), *told[-1:]])
    first = turns[0].extension
    return joined if first is None else replace(joined, call=joined.call._replace(extension=first))


def _same_call(earlier: CallRecord, later: CallRecord) -> bool:
    """Whether both went the same way, to or from the same number; a later share may leave both out."""
    if earlier.direction not in ("out", "in") or later.direction not in (earlier.direction, "unknown"):
        return False
    numbers = (later.dialled, later.caller) if later.direction == "unknown" else (_outside(later),)
    return all(number in (None, _outside(earlier)) for number in numbers)


def _outside(leg: CallRecord) -> str | None:
    return leg.dialled if leg.direction == "out" else leg.caller


def _another_party(earlier: CallRecord, later: CallRecord) -> bool:
    return (earlier.extension, earlier.authorization_code) != (later.extension, later.authorization_code)


def _ends(leg: CallRecord) -> datetime:
    return (leg.end or after(leg.start, (leg.ring_seconds or 0) + (leg.talk_seconds or 0))).astimezone(UTC)


def _begins(leg: CallRecord) -> datetime:
    return before(_ends(leg), leg.talk_seconds or 0)


def _printed(leg: CallRecord) -> datetime:
    return (leg.end or leg.start).astimezone(UTC)
