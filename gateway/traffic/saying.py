"""One sentence for each group of trunks: what to read if nothing else is read, and what to do about it."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from gateway.instants import SECOND, from_micros
from gateway.traffic.grade import Grade
from gateway.traffic.intervals import NOTHING, AllBusy
from gateway.traffic.study import GroupStudy

#: Seconds from which on a time is told in minutes, and in hours.
_MINUTES_FROM: Final = 120
_HOURS_FROM: Final = 2 * 3600


def sentence(one: GroupStudy, zone: ZoneInfo) -> str:
    """The sentence: whether there are enough trunks, and when there were none left."""
    if not one.group and one.installed is None:
        return (
            "Trunks of which the exchange tells no group are in no table [[trunks]]: how many there are is not known."
        )
    group = f"Group {one.name}"
    if one.whole == NOTHING:
        return f"No call used group {one.name} in these days."
    if one.installed is None:
        return f"{group} is in no table [[trunks]]: how many trunks it has is not known."
    busy = _all_busy(one.all_busy, zone) if one.all_busy is not None and one.all_busy.episodes else ""
    need = _needed(one.grade) if one.grade is not None else ""
    if need and busy:
        return f"{group} {need}; {busy}."
    return f"{group} {need}." if need else f"{group}: {busy}." if busy else f"{group} was not measured yet."


def target_words(target: float) -> str:
    """A target as the trade writes it: P.01 is one call in a hundred."""
    return (
        f"P.{round(100 * target):02d}"
        if target >= 0.01 and abs(100 * target - round(100 * target)) < 1e-9
        else f"{target:.4g}"
    )


def _needed(found: Grade) -> str:
    target = target_words(found.target)
    if found.surplus is None:
        return "is saturated: it needs more trunks, and how many more cannot be told from what it carried"
    if not found.surplus:
        return f"has as many trunks as {target} asks for"
    if found.clumped:
        return (
            f"lost more in its busy hour than {target} allows, though by the model {found.for_target} trunks would do: its "
            "calls come in clumps, or trunks were out of service"
        )
    trunks = "1 trunk" if abs(found.surplus) == 1 else f"{abs(found.surplus)} trunks"
    return f"needs {trunks} {'more' if found.surplus < 0 else 'fewer'} for {target}"


def lasting(micros: int) -> str:
    """How long, in words: 45 seconds, 5 minutes, 3.2 hours."""
    seconds = max(1, round(micros / SECOND))
    if seconds >= _HOURS_FROM:
        return f"{seconds / 3600:,.1f} hours"
    return f"{seconds / 60:,.0f} minutes" if seconds >= _MINUTES_FROM else f"{seconds} second{'s' * (seconds != 1)}"


def _all_busy(busy: AllBusy, zone: ZoneInfo) -> str:
    """For how long none was free, and when that was longest: 5 minutes all busy on Friday 20 Nov at 18:40."""
    long = lasting(busy.time)
    at = from_micros(busy.longest_at or 0).astimezone(zone)
    when = f"{at:%A} {at.day} {at:%b} at {at:%H:%M}"
    if busy.episodes == 1:
        return f"{long} all busy on {when}"
    return f"{long} all busy in {busy.episodes:,} times, the longest on {when}"
